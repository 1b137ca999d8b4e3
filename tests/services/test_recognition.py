"""Which language a text is written in."""

from __future__ import annotations

import pytest

from matchmaker.errors import UnsupportedLanguage
from matchmaker.services.recognition import recognise


@pytest.mark.parametrize(
    "text",
    ["123 456 ??? 789", "revner svejsning aluminium", "Hjælp til svejserobot", "Vi svejser i 4 mm"],
)
def test_in_doubt_a_text_is_danish(text: str) -> None:
    assert recognise(text) == "da"


def test_danish_that_could_be_norwegian_is_danish() -> None:
    assert recognise("Vi har problemer med rust i tanken") == "da"


def test_clear_norwegian_is_norwegian() -> None:
    assert recognise("Vi trenger hjelp, men vet ikke hva vi skal gjøre med sveisen vår") == "nb"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Pouvez-vous nous aider avec les fissures de nos soudures ?"),
        ("es", "Necesitamos ayuda con las grietas de nuestras soldaduras."),
        ("it", "Chi può aiutarci con le crepe nelle nostre saldature?"),
        ("nl", "Wij lassen roestvrij staal en zien steeds vaker scheuren."),
        ("pl", "Spawamy ramy aluminiowe i widzimy pęknięcia w spoinach."),
        ("fi", "Hitsaamme alumiinirunkoja ja saumoissa on halkeamia."),
        ("ru", "Мы свариваем алюминиевые рамы и видим трещины."),
        ("zh", "我们的焊缝有裂纹，需要帮助。"),
    ],
)
def test_a_text_beyond_doubt_in_another_language_is_refused(language: str, text: str) -> None:
    with pytest.raises(UnsupportedLanguage) as refused:
        recognise(text)
    assert refused.value.language == language


def test_a_text_that_may_be_in_another_language_is_given_the_nearest_one_that_is_read() -> None:
    for text in ("sensor data control", "metal plastic motor", "laser sensor"):
        assert recognise(text) in {"da", "en", "nb", "sv", "de"}


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    danish = "Der kommer revner i sømmen, når vi svejser rustfrit stål. " * 60
    assert recognise(danish + "Nous avons des fissures dans les soudures. " * 500) == "da"
