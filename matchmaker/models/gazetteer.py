"""Danish places: postcodes, towns and municipalities with coordinates, read from a file.

Source: Geodatastyrelsen and the Danish municipalities (free basic data, 2014); coordinates
are the centroids of the areas.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from matchmaker.models.place import Place


@dataclass(frozen=True)
class _Gazetteer:
    postcodes: Mapping[str, Place]
    names: Mapping[str, Place]
    municipalities: Mapping[str, Place]


@cache
def _gazetteer() -> _Gazetteer:
    source = resources.files(__package__).joinpath("danish_places.csv")
    postcodes: dict[str, Place] = {}
    municipalities: dict[str, Place] = {}
    names: dict[str, Place] = {}
    for row in csv.DictReader(source.read_text(encoding="utf-8").splitlines()):
        codes = _codes(row["code"])
        place = Place(
            city=row["name"],
            postcode=codes[0] if row["kind"] == "postcode" else None,
            municipality=row["code"] if row["kind"] == "municipality" else None,
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
        )
        if row["kind"] == "municipality":
            municipalities[row["code"]] = place
        else:
            postcodes.update((code, replace(place, postcode=code)) for code in codes)
        for name in (row["name"], row["name_en"]):
            names.setdefault(_folded(name), place)
    return _Gazetteer(postcodes, names, municipalities)


def _codes(code: str) -> list[str]:
    first, _, last = code.partition("-")
    return (
        [f"{number:04}" for number in range(int(first), int(last or first) + 1)]
        if (len(first) == 4)
        else [code]
    )


def _folded(name: str) -> str:
    return name.casefold().replace("aa", "å").replace(" kommune", "").strip()


def find_place(text: str) -> Place | None:
    """Return the Danish place that a person wrote, or None.

    Understands a postcode, a town, both, and a municipality by name or code.

    >>> find_place("DK-9220 Aalborg Øst").postcode
    '9220'
    >>> find_place("Herning").city
    'Herning'
    >>> find_place("Atlantis") is None
    True
    """
    gazetteer = _gazetteer()
    text = text.strip().upper().removeprefix("DK-").strip()
    first = text.replace(",", " ").split(maxsplit=1)[0] if text.strip(", ") else ""
    return (
        gazetteer.postcodes.get(first)
        or gazetteer.municipalities.get(text)
        or gazetteer.names.get(_folded(text))
    )
