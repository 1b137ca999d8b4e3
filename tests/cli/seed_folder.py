"""A folder of seed files small enough to read: one record of each kind, right in every field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WELDING = (
    "Testing of welded joints with ultrasound and radiography after cracks in aluminium frames."
)
FILES = (
    "organisations.json",
    "experts.json",
    "students.json",
    "activities.json",
    "challenges.json",
    "challenge_translations.json",
)


def _profile(key: str, name: str, text: str, **values: Any) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "language": "en",
        "summary": text,
        "description": "",
        "working_languages": ["da", "en"],
        "place": {
            "city": "Aalborg",
            "postcode": "9000",
            "municipality": "851",
            "country": "DK",
            "latitude": 57.05,
            "longitude": 9.92,
        },
        "website": None,
        "source": "fictional",
        "fictional": True,
        "evidence": [{"kind": "case", "title": "A case", "text": text, "year": 2024}],
        **values,
    }


def _organisation(key: str, name: str, text: str, **values: Any) -> dict[str, Any]:
    own = {"organisation_type": "gts-institute", "parent": None, "ror": None, "cvr": None}
    return _profile(key, name, text, **{**own, **values})


def records() -> dict[str, list[dict[str, Any]]]:
    """Return the records of every JSON file."""
    challenge = {"key": "cracked-frames", "language": "en", "title": "Cracked frames"}
    return {
        "organisations.json": [
            _organisation("seams", "Institut for Sømme", WELDING),
            _organisation(
                "seams-lab",
                "The laboratory",
                "Measures hardness and grain in polished sections of steel.",
                organisation_type="laboratory",
                parent="seams",
            ),
        ],
        "experts.json": [
            _profile(
                "ida",
                "Ida Berg",
                "Planning of orders in a machine shop with many variants.",
                title="Planner",
                affiliation="",
                capacity=3,
                on_leave_until=None,
                can_travel_km=None,
            )
        ],
        "students.json": [
            _profile(
                "bo",
                "Bo Lund",
                "Cobot tending of a lathe with grippers of his own design.",
                programme="Production",
                level="master",
                institution="a university",
                placement_types=["thesis"],
                available_from=None,
                available_to=None,
                learning_goals="",
            )
        ],
        "activities.json": [
            _profile(
                "open-lab",
                "Open Lab",
                "See a camera sort castings by colour and shape.",
                activity_type="open-lab",
                organiser="the cluster",
                starts_on=None,
                ends_on=None,
                eligibility="",
                need="knowledge-and-testing",
            )
        ],
        "challenges.json": [
            {
                **challenge,
                "text": WELDING,
                "municipality": "851",
                "industry_code": "25.11",
                "clarity": "clear",
                "sample": True,
            }
        ],
        "challenge_translations.json": [
            {
                **challenge,
                "language": "da",
                "title": "Revnede rammer",
                "text": "Prøvning af svejsesømme med ultralyd og røntgen efter revner i rammer.",
            }
        ],
    }


class SeedFolder:
    """The files of one folder, to be spoilt one by one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records = records()
        self.judgements = ["challenge\tprofile\tgrade", "cracked-frames\tseams\t3"]
        path.mkdir()
        self.write()

    def write(self) -> None:
        """Write what is in ``records`` and ``judgements`` now."""
        for name, listed in self.records.items():
            self.file(name).write_text(json.dumps(listed), encoding="utf-8")
        self.file("judgements.tsv").write_text("\n".join(self.judgements) + "\n")

    def file(self, name: str) -> Path:
        return self.path / name

    def change(self, file: str, record: int = 0, /, **values: Any) -> None:
        """Change fields of a record, and write it."""
        self.records[file][record].update(values)
        self.write()
