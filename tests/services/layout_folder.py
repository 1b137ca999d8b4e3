"""A folder in the layout of judged sets, small enough to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WELDING = "Testing of welded joints for cracks in steel frames."
CASTINGS = "A camera sorts castings by colour and shape."
ORDERS = "Planning of orders in a machine shop with many variants."


class LayoutFolder:
    """The files of one set, to be spoilt one by one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.queries: list[Any] = [
            {"id": "cracks", "text": "We find cracks in the welded joints of our steel frames."},
            {"id": 2, "text": "Sorting castings by shape with a camera.", "language": "en"},
            {"id": "nobody", "text": "A quartet of xylophones for our jubilee."},
        ]
        self.profiles: list[Any] = [
            {"id": "welders", "kind": "institute", "place": "9220", "passages": [WELDING]},
            {"id": "vision", "passages": [{"text": CASTINGS, "kind": "case", "year": 2020}]},
            {"id": 3, "kind": "expert", "passages": [ORDERS, CASTINGS]},
            {"id": "silent"},
        ]
        self.tables = {"qrels.tsv": ["query\tprofile\tgrade", "cracks\twelders\t3", "2\tvision\t1"]}
        path.mkdir()
        self.write()

    def write(self) -> None:
        """Write what is in the lists now; a text among the records is written as it is."""
        for name, records in (("queries", self.queries), ("profiles", self.profiles)):
            lines = [one if isinstance(one, str) else json.dumps(one) for one in records]
            (self.path / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for table, rows in self.tables.items():
            (self.path / table).write_text("\n".join(rows) + "\n", encoding="utf-8")
