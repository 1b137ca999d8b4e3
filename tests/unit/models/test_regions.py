"""Danish regions by the names people write."""

from __future__ import annotations

import pytest

from matchmaker.models.place import distance_km
from matchmaker.models.regions import find_region


@pytest.mark.parametrize(
    "names",
    [
        ("Region Nordjylland", "Nordjylland", "North Denmark Region", "North Denmark", "DK-81"),
        ("Region Midtjylland", "midtjylland", "Central Denmark Region", "DK-82"),
        ("Region Syddanmark", "Syddanmark", "Region of Southern Denmark", "DK-83"),
        ("Region Hovedstaden", "Hovedstaden", "Capital Region of Denmark", "Capital Region"),
        ("Region Sjælland", "Sjælland", "Region Zealand", "Zealand"),
    ],
)
def test_a_region_is_known_by_each_of_its_names(names: tuple[str, ...]) -> None:
    found = {find_region(name) for name in names}

    assert len(found) == 1
    assert None not in found


@pytest.mark.parametrize("name", ["", "Denmark", "Region", "Atlantis", "Herning"])
def test_what_is_no_region_is_none(name: str) -> None:
    assert find_region(name) is None


def test_a_region_lies_in_the_middle_of_its_municipalities() -> None:
    north = find_region("Nordjylland")

    assert north is not None
    assert north.latitude is not None
    assert north.longitude is not None
    # Aalborg, its largest town.
    assert distance_km(north.latitude, north.longitude, 57.05, 9.92) < 30
