"""The five Danish regions, each at the middle of its municipalities.

Source: the region of every municipality as Geodatastyrelsen lists it; ISO 3166-2 codes.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from statistics import fmean

from matchmaker.models.gazetteer import find_place
from matchmaker.models.place import Place

#: What may stand beside the part that tells the regions apart, in Danish and English.
_FRAME = re.compile(r"\b(?:region|of|denmark|the|danmark)\b|[^\w\s]")
#: Short forms people write.
_SHORT = {"north": "DK-81", "central": "DK-82", "southern": "DK-83", "capital": "DK-84"}


def find_region(text: str) -> Place | None:
    """Return the region that a person wrote, or None.

    >>> find_region("North Denmark Region") == find_region("Nordjylland")
    True
    >>> find_region("Atlantis") is None
    True
    """
    return _regions().get(_core(text)) or _regions().get(text.strip().casefold())


def region_of(municipality: str | None) -> str | None:
    """Return the ISO 3166-2 code of the region that a municipality (LAU 1 code) lies in, or None.

    >>> region_of("851"), region_of(None)
    ('DK-81', None)
    """
    return _by_municipality().get(municipality or "")


def region_name(code: str, language: str) -> str:
    """Return the name of a region in a language, Danish or English.

    >>> region_name("DK-82", "en")
    'Central Denmark Region'
    """
    row = next(row for row in _rows() if row["code"] == code)
    return row["name"] if language == "da" else row["name_en"]


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    source = resources.files(__package__).joinpath("danish_regions.csv")
    return tuple(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


@cache
def _by_municipality() -> Mapping[str, str]:
    return {code: row["code"] for row in _rows() for code in row["municipalities"].split()}


@cache
def _regions() -> Mapping[str, Place]:
    found: dict[str, Place] = {}
    by_code: dict[str, Place] = {}
    for row in _rows():
        places = [find_place(code) for code in row["municipalities"].split()]
        region = Place(
            latitude=round(fmean(one.latitude for one in places if one and one.latitude), 5),
            longitude=round(fmean(one.longitude for one in places if one and one.longitude), 5),
        )
        by_code[row["code"]] = region
        for name in (row["code"], row["name"], row["name_en"]):
            found[name.casefold()] = found[_core(name)] = region
    found.update({short: by_code[code] for short, code in _SHORT.items()})
    return found


def _core(name: str) -> str:
    return " ".join(_FRAME.sub(" ", name.casefold()).split())
