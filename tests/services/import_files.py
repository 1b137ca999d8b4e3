"""Small files as people and registers write them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

FIRMS = """Navn;CVR-nr.;Postnr;Hjemmeside;Kort beskrivelse;Sprog
Rørup Smede;30060946;9220;https://roerup.example;Svejser rør i rustfrit stål;da
Ærø Plast;29102384;5970;;Sprøjtestøber små serier;da
"""
ROR = {
    "id": "https://ror.org/04qtj9h94",
    "status": "active",
    "types": ["education", "funder"],
    "names": [
        {"value": "DTU", "types": ["acronym"], "lang": None},
        {
            "value": "Technical University of Denmark",
            "types": ["ror_display", "label"],
            "lang": "en",
        },
    ],
    "locations": [
        {
            "geonames_id": 2615006,
            "geonames_details": {
                "name": "Kongens Lyngby",
                "country_code": "DK",
                "lat": 55.77,
                "lng": 12.5,
            },
        }
    ],
    "links": [{"type": "website", "value": "https://www.dtu.dk"}],
    "external_ids": [
        {"type": "grid", "preferred": "grid.5170.3", "all": ["grid.5170.3"]},
        {"type": "isni", "preferred": None, "all": ["0000 0001 2181 8870"]},
        {"type": "fundref", "preferred": "501100001734", "all": ["501100001734"]},
    ],
}
ORCID = {
    "orcid-identifier": {
        "uri": "https://orcid.org/0000-0002-1825-0097",
        "path": "0000-0002-1825-0097",
    },
    "person": {
        "name": {
            "given-names": {"value": "Josiah"},
            "family-name": {"value": "Carberry"},
            "credit-name": None,
        },
        "biography": {"content": "Works on cracked pots and what keeps them together."},
        "researcher-urls": {"researcher-url": [{"url": {"value": "https://pots.example"}}]},
        "addresses": {"address": [{"country": {"value": "US"}}]},
        "keywords": {"keyword": [{"content": "psychoceramics"}]},
    },
    "activities-summary": {
        "employments": {
            "affiliation-group": [
                {
                    "summaries": [
                        {
                            "employment-summary": {
                                "role-title": "Professor",
                                "organization": {
                                    "name": "Brown University",
                                    "address": {"city": "Providence", "country": "US"},
                                },
                            }
                        }
                    ]
                }
            ]
        },
        "works": {
            "group": [
                {
                    "work-summary": [
                        {
                            "title": {"title": {"value": "Toward a Theory of Cracks"}},
                            "publication-date": {"year": {"value": "2012"}},
                        }
                    ]
                }
            ]
        },
    },
}
AUTHOR = {
    "id": "https://openalex.org/A5023888391",
    "orcid": "https://orcid.org/0000-0002-1694-233X",
    "display_name": "Signe Weld",
    "ids": {"openalex": "https://openalex.org/A5023888391"},
    "last_known_institutions": [
        {"display_name": "Aalborg University", "country_code": "DK", "type": "education"}
    ],
    "topics": [
        {
            "display_name": "Welding Techniques and Residual Stresses",
            "subfield": {"display_name": "Mechanical Engineering"},
            "field": {"display_name": "Engineering"},
        }
    ],
}
INSTITUTION = {
    "id": "https://openalex.org/I96673099",
    "ror": "https://ror.org/04qtj9h94",
    "display_name": "Technical University of Denmark",
    "country_code": "DK",
    "type": "education",
    "homepage_url": "https://www.dtu.dk",
    "ids": {
        "openalex": "https://openalex.org/I96673099",
        "ror": "https://ror.org/04qtj9h94",
        "grid": "grid.5170.3",
        "wikidata": "https://www.wikidata.org/wiki/Q1269766",
    },
    "geo": {
        "city": "Kongens Lyngby",
        "country_code": "DK",
        "latitude": 55.77,
        "longitude": 12.5,
    },
    "topics": [],
}
CORDIS_ORGANISATIONS = (
    '"projectID";"projectAcronym";"organisationID";"vatNumber";"name";"shortName";"SME";'
    '"activityType";"street";"postCode";"city";"country";"nutsCode";"geolocation";'
    '"organizationURL";"role"\n'
    '"101070000";"WELDY";"999990655";"DK30060946";"DANMARKS TEKNISKE UNIVERSITET";"DTU";"false";'
    '"HES";"ANKER ENGELUNDS VEJ 101";"2800";"KONGENS LYNGBY";"DK";"DK012";"(55.78,12.52)";'
    '"www.dtu.dk";"coordinator"\n'
    '"101070001";"MOLDY";"999990655";"DK30060946";"DANMARKS TEKNISKE UNIVERSITET";"DTU";"false";'
    '"HES";"ANKER ENGELUNDS VEJ 101";"2800";"KONGENS LYNGBY";"DK";"DK012";"(55.78,12.52)";'
    '"www.dtu.dk";"participant"\n'
)
CORDIS_PROJECTS = (
    '"id";"acronym";"status";"title";"startDate";"endDate";"totalCost";"objective";'
    '"frameworkProgramme";"rcn"\n'
    '"101070000";"WELDY";"SIGNED";"Welding of hydrogen pipes";"2026-01-01";"2029-12-31";'
    '"4000000";"The project makes pipes tight; it ""tests"" them too.";"HORIZON";"243000"\n'
)


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    """Write a file of text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def write_json(folder: Path, name: str, given: object) -> Path:
    """Write a JSON document."""
    return write(folder, name, json.dumps(given, ensure_ascii=False))


def write_lines(folder: Path, name: str, given: Sequence[object]) -> Path:
    """Write JSON documents, one on each line."""
    return write(folder, name, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in given))


def write_workbook(folder: Path, name: str, rows: Sequence[Sequence[Any]]) -> Path:
    """Write a workbook of one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    path = folder / name
    book.save(path)
    return path
