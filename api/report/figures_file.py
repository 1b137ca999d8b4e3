"""A report as one CSV: a figure in each row, so that any program can read all of it."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

from flask_babel import gettext

from api.report.tables import tables
from matchmaker.services.exchange.cells import guarded
from matchmaker.services.programmes import Report

#: Letters that do not fall apart into a plain one and a sign.
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "Æ": "ae", "Ø": "o", "ß": "ss"})


def table_of(report: Report) -> bytes:
    """Return the report as CSV: UTF-8 with a mark that spreadsheets know it by.

    Columns: table, subject, figure, value, unit. Values have a point and no separators.
    """
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["table", "subject", "figure", "value", "unit"])
    for name, value in (
        (gettext("Programme"), report.programme.name),
        (gettext("First day"), report.span.first_day.isoformat()),
        (gettext("Last day"), report.span.last_day.isoformat()),
    ):
        rows.writerow(["report", guarded(str(name)), "", guarded(value), ""])
    for table in tables(report):
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                rows.writerow(
                    [table.key, guarded(row.subject), guarded(str(column)), cell.value, cell.unit]
                )
    return written.getvalue().encode("utf-8-sig")


def file_name(report: Report, ending: str) -> str:
    """Return a name for a file: plain letters only, whatever the programme is called."""
    plain = unicodedata.normalize("NFKD", report.programme.name.translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().casefold())
    name = "-".join(words)[:60] or "programme"
    return f"{name}-{report.span.first_day}-{report.span.last_day}.{ending}"
