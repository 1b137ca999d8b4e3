"""Rules that find what a text gives away, in Danish and English, and what they leave alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matchmaker.matching.warnings import TextWarning, WarningKind, given_names, warnings_of

SEED = Path(__file__).parents[3] / "seed_data" / "challenges.json"


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind.value, one.words) for one in warnings_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Skriv til jens@akse.dk i morgen.", [("email", "jens@akse.dk")]),
        ("See www.akse.dk/om for more.", [("website", "www.akse.dk/om")]),
        ("Vi har CVR-nr. 12345678.", [("cvr", "CVR-nr. 12345678")]),
        ("VAT DK 12 34 56 78 here.", [("cvr", "DK 12 34 56 78")]),
        ("Ring 98 12 34 56.", [("phone", "Ring 98 12 34 56")]),
        ("Call +45 98123456 now.", [("phone", "+45 98123456")]),
        ("Mvh. Jens Holm", [("person", "Jens Holm")]),
        ("Best regards Mary Stone", [("person", "Mary Stone")]),
        ("Mette Krogh måler selv.", [("person", "Mette Krogh")]),
        ("Spørg Mette om det.", [("person", "Mette")]),
        ("Talk to our welder Jens first.", [("person", "Jens")]),
        ("Vi køber stål hos Nordisk Plade A/S.", [("firm", "Nordisk Plade A/S")]),
        ("It came from Miller & Sons Ltd last year.", [("firm", "Miller & Sons Ltd")]),
        ("Den koster 12.500 kr. stykket.", [("price", "12.500 kr.")]),
        ("Budgettet er 1,2 mio. kroner.", [("price", "1,2 mio. kroner")]),
        ("We pay EUR 40 apiece.", [("price", "EUR 40")]),
        ("It costs €3,500.", [("price", "€3,500")]),
        ("Det er en forretningshemmelighed.", [("secret", "forretningshemmelighed")]),
        ("Vores opskrift er særlig.", [("secret", "Vores opskrift")]),
        ("This is confidential until May.", [("secret", "confidential")]),
        (
            "Our recipe is not yet patented.",
            [("secret", "Our recipe"), ("secret", "not yet patented")],
        ),
    ],
)
def test_what_may_be_given_away_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Vi svejser S355 og Hardox 450 i 30 og 40 mm.",
        "Plader på 1250 x 2500 mm, 3 timer og 50 minutter pr. emne.",
        "EN 15804, ISO 15614-1 og DS/EN 1090-2.",
        "Vi er 23 mand i Aalborg og kører 140 palleture om dagen.",
        "The secretary writes to the Danish Technological Institute.",
        "Ordre 98123456 er på 1200 stk.",
        "Fem af 20 30 40 50 60 mm rør.",
        "Det koster os meget tid.",
        "Robotten fra Odense svejser euroventiler.",
        "",
    ],
)
def test_what_is_about_the_work_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_each_place_is_told_once_with_its_offsets() -> None:
    text = "Æbler: jens@akse.dk, 98 12 34 56 og 40 kr."
    warnings = warnings_of(text)

    assert [text[one.start : one.end] for one in warnings] == [one.words for one in warnings]
    assert all(a.end <= b.start for a, b in zip(warnings, warnings[1:], strict=False))
    assert warnings[0] == TextWarning(start=7, end=19, kind=WarningKind.EMAIL, words="jens@akse.dk")


def test_no_challenge_of_the_seed_data_is_warned_about_but_for_its_prices() -> None:
    challenges = json.loads(SEED.read_text(encoding="utf-8"))
    kinds = [
        warning.kind
        for one in challenges
        for warning in warnings_of(f"{one['title']}\n{one['text']}")
    ]

    assert set(kinds) == {WarningKind.PRICE}
    assert len(kinds) == 6


def test_names_that_are_words_as_well_are_left_out() -> None:
    assert not {"max", "will", "mark", "stål", "rose", "bill"} & given_names()
