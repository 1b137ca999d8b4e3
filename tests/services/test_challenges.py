"""What a firm does with its challenge."""

from __future__ import annotations

from uuid import uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import (
    InvalidInput,
    NotFound,
    StaleRevision,
    TransitionNotAllowed,
    UnsupportedLanguage,
)
from matchmaker.models import Challenge, ChallengeAction, ChallengeState
from matchmaker.storage.database import Sessions
from tests.factories import NOW

TEXT = "Der kommer revner i sømmen, når vi svejser rustfrit stål."
IN_FIVE_LANGUAGES = {
    "da": TEXT,
    "en": "There are cracks in the seam when we weld stainless steel.",
    "nb": "Vi trenger hjelp til å finne ut hvorfor det blir sprekker i sveisen vår.",
    "sv": "Vi behöver hjälp att förstå varför det blir sprickor i svetsen.",
    "de": "Wir haben Risse in der Schweißnaht und suchen Hilfe.",
}
FRENCH = "Nous avons des fissures dans les soudures et nous cherchons de l'aide."


@pytest.fixture
def challenge(service: Matchmaker) -> Challenge:
    """A submitted challenge with everything that can be said."""
    return service.challenges.submit(
        text=TEXT, title="Revner", place="9000 Aalborg", industry_code="25.11"
    )


def test_a_challenge_is_kept_as_it_was_written(service: Matchmaker, challenge: Challenge) -> None:
    stored = service.challenges.get(challenge.id)
    assert (stored.text, stored.title, stored.language) == (TEXT, "Revner", "da")
    assert (stored.city, stored.postcode, stored.industry_code) == ("Aalborg", "9000", "25.11")
    assert stored.state is ChallengeState.SUBMITTED
    assert stored.revision == 1
    assert stored.created_at == stored.updated_at > NOW


@pytest.mark.parametrize("language", IN_FIVE_LANGUAGES)
def test_the_language_is_recognised(service: Matchmaker, language: str) -> None:
    assert service.challenges.submit(text=IN_FIVE_LANGUAGES[language]).language == language


def test_a_language_that_is_not_read_is_refused_in_words(service: Matchmaker) -> None:
    with pytest.raises(UnsupportedLanguage, match="Danish or English") as refused:
        service.challenges.submit(text=FRENCH)
    assert (refused.value.language, refused.value.field) == ("fr", "text")
    assert refused.value.supported == tuple(IN_FIVE_LANGUAGES)


def test_the_firm_knows_better_which_language_it_writes(service: Matchmaker) -> None:
    challenge = service.challenges.submit(text=FRENCH, language="en")
    assert challenge.language == "en"
    revised = service.challenges.revise(
        challenge.id, expected_revision=1, text=f"{FRENCH} Merci.", language="de"
    )
    assert revised.language == "de"


def test_a_language_that_is_not_supported_cannot_be_chosen(service: Matchmaker) -> None:
    with pytest.raises(InvalidInput, match="Use one of da, en, nb, sv, de") as refused:
        service.challenges.submit(text=TEXT, language="fr")
    assert refused.value.field == "language"


@pytest.mark.parametrize(
    "text",
    [
        *("", "   \n\t ", "\x00\x01\x02", "Hjælp os", "Revner, revner!", "a b c"),
        *("- - - - - - - - - -", "??? !!! ??? !!! ???", "rustrevnersvejsning"),
    ],
)
def test_a_text_that_says_too_little_is_refused(service: Matchmaker, text: str) -> None:
    with pytest.raises(InvalidInput, match="Please") as refused:
        service.challenges.submit(text=text, language="da")
    assert refused.value.field == "text"


def test_a_text_of_fifteen_characters_and_three_words_is_enough(service: Matchmaker) -> None:
    assert service.challenges.submit(text="revner i stålet").language == "da"


def test_a_text_that_says_too_much_is_refused_with_its_length(service: Matchmaker) -> None:
    just = ("revner i " * 1112)[:9_999] + "s"
    assert len(service.challenges.submit(text=just, language="da").text) == 10_000
    with pytest.raises(InvalidInput, match="it has 10001"):
        service.challenges.submit(text=f"{just}a", language="da")


def test_length_counts_after_cleaning(service: Matchmaker) -> None:
    spaced = "revner    i      stålet" + " " * 20_000
    assert service.challenges.submit(text=spaced, language="da").text == "revner i stålet"


def test_a_title_that_is_no_title_is_refused(service: Matchmaker) -> None:
    with pytest.raises(InvalidInput, match="120") as refused:
        service.challenges.submit(text=TEXT, title="x" * 121)
    assert refused.value.field == "title"


def test_control_characters_are_taken_out_and_the_title_is_one_line(service: Matchmaker) -> None:
    challenge = service.challenges.submit(
        text=f"\x00{TEXT}\x1b[31m\r\n\r\nMvh.", title=" Re\x07\nvner "
    )
    assert challenge.text == f"{TEXT} [31m\n\nMvh."
    assert challenge.title == "Re vner"


def test_an_unknown_place_is_refused_and_none_is_no_place(service: Matchmaker) -> None:
    with pytest.raises(InvalidInput, match="Danish postcode") as refused:
        service.challenges.submit(text=TEXT, place="Atlantis")
    assert refused.value.field == "place"
    for nothing in (None, "", "  "):
        assert service.challenges.submit(text=TEXT, place=nothing).place.latitude is None


def test_a_refused_challenge_is_not_stored(service: Matchmaker) -> None:
    with pytest.raises(InvalidInput):
        service.challenges.submit(text=TEXT, place="Atlantis")
    with Sessions(service.engine).reading() as session:
        assert session.query(Challenge).count() == 0


def test_revising_changes_what_is_given_and_nothing_else(
    service: Matchmaker, challenge: Challenge
) -> None:
    service.challenges.revise(challenge.id, expected_revision=1, title="  Sømme ")
    stored = service.challenges.get(challenge.id)
    assert (stored.title, stored.text, stored.language) == ("Sømme", TEXT, "da")
    assert (stored.city, stored.industry_code) == ("Aalborg", "25.11")
    assert stored.revision == 2
    assert stored.updated_at > stored.created_at


def test_a_new_text_is_recognised_again(service: Matchmaker, challenge: Challenge) -> None:
    revised = service.challenges.revise(
        challenge.id, expected_revision=1, text=IN_FIVE_LANGUAGES["en"]
    )
    assert revised.language == "en"
    with pytest.raises(UnsupportedLanguage):
        service.challenges.revise(challenge.id, expected_revision=2, text=FRENCH)
    assert service.challenges.get(challenge.id).text == IN_FIVE_LANGUAGES["en"]


def test_everything_that_was_said_can_be_taken_back(
    service: Matchmaker, challenge: Challenge
) -> None:
    service.challenges.revise(
        challenge.id, expected_revision=1, place=None, title=None, industry_code=None
    )
    stored = service.challenges.get(challenge.id)
    assert (stored.city, stored.postcode, stored.latitude) == (None, None, None)
    assert (stored.title, stored.industry_code) == ("", None)


def test_a_place_alone_or_a_language_alone_can_be_changed(
    service: Matchmaker, challenge: Challenge
) -> None:
    service.challenges.revise(challenge.id, expected_revision=1, place="Herning")
    service.challenges.revise(challenge.id, expected_revision=2, language="nb")
    stored = service.challenges.get(challenge.id)
    assert (stored.municipality, stored.postcode, stored.language) == ("657", None, "nb")


@pytest.mark.parametrize(
    "change",
    [
        {"text": "kort"},
        {"text": None},
        {"title": "x" * 121},
        {"place": "Atlantis"},
        {"language": "fr"},
    ],
)
def test_what_submit_refuses_revise_refuses(
    service: Matchmaker, challenge: Challenge, change: dict[str, str | None]
) -> None:
    with pytest.raises(InvalidInput):
        service.challenges.revise(challenge.id, expected_revision=1, **change)
    assert service.challenges.get(challenge.id).revision == 1


def test_nobody_changes_what_somebody_else_has_changed_meanwhile(
    service: Matchmaker, challenge: Challenge
) -> None:
    service.challenges.revise(challenge.id, expected_revision=1, title="Først")
    with pytest.raises(StaleRevision):
        service.challenges.revise(challenge.id, expected_revision=1, title="Sidst")
    with pytest.raises(StaleRevision):
        service.challenges.withdraw(challenge.id, expected_revision=1)
    assert service.challenges.get(challenge.id).title == "Først"


def test_a_withdrawn_challenge_stays_as_it_is(service: Matchmaker, challenge: Challenge) -> None:
    withdrawn = service.challenges.withdraw(challenge.id, expected_revision=1)
    assert withdrawn.state is ChallengeState.WITHDRAWN
    assert withdrawn.revision == 2
    with pytest.raises(TransitionNotAllowed):
        service.challenges.withdraw(challenge.id, expected_revision=2)
    with pytest.raises(TransitionNotAllowed):
        service.challenges.revise(challenge.id, expected_revision=2, title="Ny")
    assert service.challenges.get(challenge.id).title == "Revner"


def test_an_open_challenge_is_not_revised(service: Matchmaker, challenge: Challenge) -> None:
    with Sessions(service.engine).writing() as session:
        session.get_one(Challenge, challenge.id).apply(ChallengeAction.OPEN, at=NOW)
    with pytest.raises(TransitionNotAllowed, match="open cannot revise"):
        service.challenges.revise(challenge.id, expected_revision=2, title="Ny")


def test_what_is_not_there_is_not_found(service: Matchmaker) -> None:
    nowhere = uuid4()
    with pytest.raises(NotFound):
        service.challenges.get(nowhere)
    with pytest.raises(NotFound):
        service.challenges.revise(nowhere, expected_revision=1, title="Ny")
    with pytest.raises(NotFound):
        service.challenges.withdraw(nowhere, expected_revision=1)


def test_samples_are_stored_once_and_left_as_they_are(service: Matchmaker) -> None:
    def shipped() -> list[Challenge]:
        return [
            Challenge(
                id=id_,
                title=title,
                text=TEXT,
                language="da",
                sample=True,
                created_at=NOW,
                updated_at=NOW,
            )
            for id_, title in ids.items()
        ]

    ids = {uuid4(): "Rust", uuid4(): "Flow"}
    assert service.challenges.register_samples(shipped()) == 2
    first = next(iter(ids))
    service.challenges.revise(first, expected_revision=1, title="Anløb")
    assert service.challenges.register_samples(shipped()) == 0
    assert [one.title for one in service.challenges.samples()] == ["Anløb", "Flow"]
