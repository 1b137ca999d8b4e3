"""Where something is. Distance is plain geometry, so it needs no map service."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


@dataclass(frozen=True, kw_only=True)
class Place:
    """A town, with coordinates in degrees (WGS 84) when they are known."""

    city: str | None = None
    postcode: str | None = None
    #: Danish municipality code (LAU 1), e.g. "851" for Aalborg.
    municipality: str | None = None
    #: ISO 3166-1 alpha-2.
    country: str = "DK"
    latitude: float | None = None
    longitude: float | None = None


def distance_km(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Return the great-circle distance in kilometres (haversine).

    >>> round(distance_km(57.05, 9.92, 55.68, 12.57))  # Aalborg to Copenhagen
    223
    """
    north, other_north = radians(latitude), radians(other_latitude)
    half = sin((other_north - north) / 2) ** 2
    half += cos(north) * cos(other_north) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(half, 1.0)))  # rounding can pass 1
