"""The 98 Danish municipalities: name, region, and a shape to draw and to find points in.

Source: Geodatastyrelsen and the Danish municipalities (free basic data, 2014), their borders made
plainer: what two share they still share. Shapes are SVG paths on a map of ``MAP_SIZE``, to a unit
of about 280 m; Bornholm lies in the corner above, Christiansø counts as part of it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import cos, hypot, radians

#: Width and height of the map that shapes are on.
MAP_SIZE = (1040, 1256)
#: Corner of the map in degrees, and units for a degree of latitude.
_WEST, _NORTH = 8.07, 57.76
_SHRINK = cos(radians(56.0))
_SCALE = 1000 / ((12.66 - _WEST) * _SHRINK)
#: How far Bornholm was moved, in units.
_BORNHOLM, _MOVED, _EAST = "400", (520, 920), 14.0
#: Farther than this from every shape is not in Denmark, in units.
_NEAR = 80
_PAIR = re.compile(r"(-?\d+) (-?\d+)")

Ring = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Municipality:
    """One municipality."""

    #: LAU 1, e.g. "851".
    code: str
    da: str
    en: str
    #: ISO 3166-2, e.g. "DK-81".
    region: str
    #: The ``d`` of an SVG path.
    shape: str

    def name(self, language: str) -> str:
        """Return its name in a language."""
        return self.da if language == "da" else self.en


@dataclass(frozen=True)
class Region:
    """One of the five regions."""

    code: str
    da: str
    en: str

    def name(self, language: str) -> str:
        """Return its name in a language."""
        return self.da if language == "da" else self.en


@cache
def municipalities() -> Mapping[str, Municipality]:
    """Return all municipalities by code."""
    lines = _lines("danish_municipalities.tsv")
    return {
        row["code"]: Municipality(row["code"], row["da"], row["en"], row["region"], row["shape"])
        for row in csv.DictReader(lines, dialect=csv.excel_tab)
    }


@cache
def regions() -> Mapping[str, Region]:
    """Return the five regions by code, from north to south-east as they are listed."""
    return {
        row["code"]: Region(row["code"], row["name"], row["name_en"])
        for row in csv.DictReader(_lines("danish_regions.csv"))
    }


def is_area(code: str) -> bool:
    """Return whether a code names a municipality or a region.

    >>> is_area("851"), is_area("DK-81"), is_area("DK-99")
    (True, True, False)
    """
    return code in municipalities() or code in regions()


def within(municipality: str | None, area: str | None) -> bool:
    """Return whether a municipality is an area or lies in it; everything is in no area.

    >>> within("851", "DK-81"), within("851", "851"), within("101", "DK-81"), within(None, None)
    (True, True, False, True)
    """
    if area is None or area == municipality:
        return True
    found = municipalities().get(municipality or "")
    return found is not None and found.region == area


def municipality_at(latitude: float, longitude: float) -> str | None:
    """Return the code of the municipality that a point lies in, or is nearest to on the coast.

    >>> municipality_at(57.048, 9.92)  # Aalborg
    '851'
    >>> municipality_at(48.1, 11.6) is None  # Munich
    True
    """
    x = (longitude - _WEST) * _SHRINK * _SCALE
    y = (_NORTH - latitude) * _SCALE
    if longitude > _EAST:
        x, y = x - _MOVED[0], y - _MOVED[1]
    for code, rings in _rings().items():
        if (code == _BORNHOLM) == (longitude > _EAST) and sum(
            _inside(x, y, one) for one in rings
        ) % 2:
            return code
    nearest = min(
        (hypot(px - x, py - y), code)
        for code, rings in _rings().items()
        if (code == _BORNHOLM) == (longitude > _EAST)
        for ring in rings
        for px, py in ring
    )
    return nearest[1] if nearest[0] <= _NEAR else None


def _lines(name: str) -> list[str]:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()


@cache
def _rings() -> Mapping[str, tuple[Ring, ...]]:
    return {
        code: tuple(_ring(part) for part in one.shape.split("z") if part)
        for code, one in municipalities().items()
    }


def _ring(part: str) -> Ring:
    first, *steps = [(int(x), int(y)) for x, y in _PAIR.findall(part)]
    points = [first]
    for x, y in steps:
        points.append((points[-1][0] + x, points[-1][1] + y))
    return tuple(points)


def _inside(x: float, y: float, ring: Ring) -> bool:
    """Return whether a ray to the east crosses the ring an odd number of times."""
    odd = False
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd
