"""Danish places as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.models import Place, distance_km
from matchmaker.models.gazetteer import find_place


def found(text: str) -> Place:
    place = find_place(text)
    assert place is not None, text
    return place


@pytest.mark.parametrize(
    "text", ["9000", "9000 Aalborg", " 9000,Aalborg ", "DK-9000", "dk-9000 aalborg", "DK- 9000"]
)
def test_a_postcode_is_understood_with_and_without_its_town(text: str) -> None:
    place = found(text)
    assert (place.city, place.postcode, place.country) == ("Aalborg", "9000", "DK")


@pytest.mark.parametrize("text", ["1000", "1050", "1050 København K", "1499"])
def test_every_postcode_of_a_range_is_known_by_its_own_number(text: str) -> None:
    place = found(text)
    assert (place.city, place.postcode) == ("København K", text[:4])


def test_the_postcode_counts_when_the_town_behind_it_is_another() -> None:
    assert found("7400 Aalborg").city == "Herning"


@pytest.mark.parametrize("text", ["Nakskov", "nakskov", "NAKSKOV", "  Nakskov "])
def test_a_town_is_understood_in_any_case(text: str) -> None:
    assert found(text).postcode == "4900"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[("Aalborg", "851"), ("Aalborg Kommune", "851"), ("851", "851"), ("Ikast-Brande", "756")],
        *[("Copenhagen", "101"), ("København", "101")],
    ],
)
def test_a_municipality_is_understood_by_name_english_name_and_code(text: str, code: str) -> None:
    assert found(text).municipality == code


@pytest.mark.parametrize(
    ("old", "new"), [("Aarhus", "Århus"), ("AALBORG", "ålborg"), ("Aabenraa", "Åbenrå")]
)
def test_both_spellings_of_the_same_letter_lead_to_the_same_place(old: str, new: str) -> None:
    assert found(old) == found(new)


@pytest.mark.parametrize(
    "text", ["", "   ", ",", "Atlantis", "99999", "0000", "999", "Berlin", "9000x", "\x00", "DK-"]
)
def test_what_is_no_danish_place_is_not_guessed(text: str) -> None:
    assert find_place(text) is None


@given(st.text(max_size=30))
def test_anything_can_be_asked(text: str) -> None:
    place = find_place(text)
    assert place is None or place.city


@given(st.integers(800, 9990))
def test_every_place_lies_in_denmark(number: int) -> None:
    place = find_place(f"{number:04}")
    if place is not None:
        assert place.latitude is not None
        assert place.longitude is not None
        assert 54.5 < place.latitude < 57.8
        assert 8.0 < place.longitude < 15.2
        assert distance_km(56.0, 10.5, place.latitude, place.longitude) < 350
