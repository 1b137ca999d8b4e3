"""What the pages of a report share: the same figures for staff and for whoever has a link."""

from __future__ import annotations

from typing import Any

from flask import current_app
from werkzeug.wrappers import Response

from api.pages.forms import Form
from api.report.charts import SHADES, shapes
from api.report.figures_file import file_name, table_of
from api.report.pdf import legend, pdf_of, sentences
from api.report.tables import tables
from matchmaker.models.municipalities import MAP_SIZE
from matchmaker.services.programmes import Report


def shown(report: Report, form: Form) -> dict[str, Any]:
    """Return what the templates of a report read."""
    return {
        "report": report,
        "tables": {table.key: table for table in tables(report)},
        "sentences": sentences(report),
        "shapes": shapes(report.municipalities),
        "legend": legend(),
        "shades": (0, *SHADES),
        "map_size": MAP_SIZE,
        "reached": [one for one in report.municipalities if one.firms and one.code],
        "form": form,
        "period": {
            name: form.value(name) for name in ("first_day", "last_day") if form.value(name)
        },
    }


def file_of(report: Report, ending: str) -> Response:
    """Return a report as a file, in the language of the page."""
    content = table_of(report) if ending == "csv" else pdf_of(report)
    return current_app.response_class(
        content,
        mimetype="text/csv" if ending == "csv" else "application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{file_name(report, ending)}"'},
    )
