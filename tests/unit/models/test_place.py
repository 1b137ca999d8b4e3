"""Distance is plain geometry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.models import distance_km

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        ((57.05, 9.92), (55.68, 12.57), 223),  # Aalborg, Copenhagen
        ((55.47, 8.45), (55.13, 14.92), 411),  # Esbjerg, Nexø
        ((0, 0), (0, 180), 20015),  # half round the earth
        ((90, 0), (-90, 77), 20015),  # pole to pole
    ],
)
def test_known_distances(
    one: tuple[float, float], other: tuple[float, float], kilometres: float
) -> None:
    assert distance_km(*one, *other) == pytest.approx(kilometres, abs=1)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_round_the_earth(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> None:
    there = distance_km(latitude, longitude, other_latitude, other_longitude)
    back = distance_km(other_latitude, other_longitude, latitude, longitude)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= 20016


@given(LATITUDES, st.floats(-180, 0))
def test_the_opposite_side_of_the_earth_is_half_round_it(latitude: float, longitude: float) -> None:
    far = distance_km(latitude, longitude, -latitude, longitude + 180)
    assert far == pytest.approx(20015, abs=1)


@given(LATITUDES, LONGITUDES)
def test_nothing_is_far_from_itself(latitude: float, longitude: float) -> None:
    assert distance_km(latitude, longitude, latitude, longitude) == 0
