"""``matchmaker exposure``: who was shown how often, as a table, JSON or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

import click
from rich import box
from rich.table import Table
from rich.text import Text

from api.cli.service import open_service
from api.cli.terminal import output, print_json
from api.schemas.exposure import ExposureReportSchema, FamilyExposureSchema
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.models import Exposure
from matchmaker.services.exposure import ExposureReport

_DAY = click.DateTime(formats=["%Y-%m-%d"])
#: Families in a table for people; the machine formats have all.
_MOST_LISTED = 20


@click.command()
@click.option("--from", "first_day", type=_DAY, help="First day, in UTC.")
@click.option("--to", "last_day", type=_DAY, help="Last day, in UTC; it is included.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for machines.")
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values.")
@click.pass_obj
def exposure(
    settings: Settings,
    *,
    first_day: datetime | None,
    last_day: datetime | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Report how often each partner kind and organisation was shown, beside what it merits.

    Read from the kept match runs. Persons and activities are counted by kind only.
    """
    if as_json and as_csv:
        raise InvalidInput("--csv", "give either --json or --csv.")
    report = open_service(settings).exposure.report(
        first_day.date() if first_day else None, last_day.date() if last_day else None
    )
    if as_json:
        families = {"items": report.families, "total": len(report.families)}
        whole = {**vars(report), **families, "offset": 0, "limit": len(report.families)}
        print_json(ExposureReportSchema().dump(whole))
    elif as_csv:
        click.echo(_as_csv(report).encode(), nl=False)
    else:
        _print_tables(report)


def _as_csv(report: ExposureReport) -> str:
    """Return one line for each kind, then one for each family; only those have an id and a name."""
    text = io.StringIO()
    schema = FamilyExposureSchema()
    writer = csv.DictWriter(text, list(schema.dump_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(schema.dump([*report.kinds, *report.families], many=True))
    return text.getvalue()


def _print_tables(report: ExposureReport) -> None:
    output.print(f"{report.runs} match runs, {report.lists} with a list.", markup=False)
    if report.kinds:
        output.print(_table("Partner kind", report.kinds))
    if report.families:
        output.print(_table("Organisation with all its parts", report.families[:_MOST_LISTED]))
        left = len(report.families) - _MOST_LISTED
        if left > 0:
            output.print(f"And {left} more: --csv or --json has them all.", markup=False)


def _table(who: str, rows: Sequence[Exposure]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column(who, overflow="fold")
    for heading in ("shown", "due", "lists", "places", "top", "mean rank", "folded"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in rows:
        table.add_row(
            Text(one.name or one.partner_kind.value),
            f"{one.exposure_share:.1%}",
            f"{one.merit_share:.1%}",
            str(one.shown),
            str(one.places),
            str(one.first),
            "–" if one.mean_rank is None else f"{one.mean_rank:.1f}",
            str(one.folded),
        )
    return table
