"""``matchmaker import``: files of profiles, always looked at first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import click

from api.cli.service import many_objects, open_service
from api.cli.terminal import Group, output, print_json, progress_bar, tell
from api.schemas.imports import ImportMappingSchema, ImportRowSchema, ImportRunSchema
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.models import ImportFormat, ImportRow, ImportRun, ProfileKind, RowOutcome
from matchmaker.services.exchange.mapping import Columns
from matchmaker.services.importing import ImportService

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_KIND = click.Choice([one.value for one in ProfileKind])
_FORMAT = click.Choice([one.value for one in ImportFormat])
_OUTCOME = click.Choice([one.value for one in RowOutcome])
_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document for machines."
)
_columns_option = click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="HEADER=FIELD",
    help="What a column means, in place of what is suggested; may be given more than once.",
)
_fixed_option = click.option(
    "--fixed",
    multiple=True,
    metavar="FIELD=VALUE",
    help="What every row gets; may be given more than once.",
)
#: Rows that a person reads after a preview; --json and `import rows` have all.
_MOST_LISTED = 20


@click.group("import", cls=Group)
def import_() -> None:
    """Bring profiles in from files: preview, look, apply."""


@import_.command("preview")
@click.argument("file", type=_FILE)
@click.option("--kind", type=_KIND, help="What a table holds.")
@click.option("--format", "format_", type=_FORMAT, help="What the file is; guessed otherwise.")
@click.option("--mapping", help="Name of a saved mapping of columns.")
@_columns_option
@_fixed_option
@_json_option
@click.pass_obj
def preview(
    settings: Settings,
    *,
    file: Path,
    kind: str | None,
    format_: str | None,
    mapping: str | None,
    columns: tuple[str, ...],
    fixed: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say what FILE would change; no profile is touched.

    Columns of a table are recognised by their names, in Danish and English, and by their values.
    """
    service = open_service(settings).imports
    given = None
    if columns or fixed:
        if kind is None or mapping is not None:
            raise InvalidInput("--column", "it goes with --kind and without --mapping.")
        given = _columns(service, file, kind, format_, columns, fixed)
    with progress_bar("Reading") as report, many_objects():
        run = service.preview(
            file,
            format=ImportFormat(format_) if format_ else None,
            kind=ProfileKind(kind) if kind else None,
            columns=given,
            mapping=mapping,
            progress=report,
        )
    if as_json:
        print_json(ImportRunSchema().dump(run))
        return
    _tell_run(run)
    for header, field in run.mapping.get("columns", {}).items():
        output.print(f"  {header} -> {field}", markup=False)
    _print_rows(service.rows(run.id, outcome=RowOutcome.REFUSED, limit=_MOST_LISTED).items)
    _print_rows(service.rows(run.id, outcome=RowOutcome.CHANGED, limit=_MOST_LISTED).items)
    tell(f"Nothing is written yet: matchmaker import apply {run.id}")


def _columns(
    service: ImportService,
    file: Path,
    kind: str,
    format_: str | None,
    columns: Sequence[str],
    fixed: Sequence[str],
) -> Columns:
    seen = service.suggest(file, ProfileKind(kind), ImportFormat(format_) if format_ else None)
    said = _pairs("--column", columns)
    kept = {
        header: field
        for header, field in seen.columns.items()
        if field not in {*said.values(), *_pairs("--fixed", fixed)}
    }
    whole = {**kept, **said}
    return Columns(
        # An empty field passes a column over that would be taken otherwise.
        columns={header: field for header, field in whole.items() if field},
        fixed=_pairs("--fixed", fixed),
    )


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for one in given:
        name, equals, value = one.rpartition("=") if option == "--column" else one.partition("=")
        if not equals or not name.strip():
            raise InvalidInput(option, f"{one!r} has no = in the middle.")
        pairs[name.strip()] = value.strip()
    return pairs


@import_.command("apply")
@click.argument("run_id", type=click.UUID)
@_json_option
@click.pass_obj
def apply(settings: Settings, *, run_id: UUID, as_json: bool) -> None:
    """Write what a preview planned; goes on where an interrupted one stopped."""
    service = open_service(settings)
    with progress_bar("Writing") as report, many_objects():
        run = service.imports.apply(run_id, report)
    if as_json:
        print_json(ImportRunSchema().dump(run))
        return
    _tell_run(run)
    _print_rows(service.imports.rows(run.id, outcome=RowOutcome.REFUSED, limit=_MOST_LISTED).items)
    tell("Found in matching after: matchmaker index sync")


@import_.command("cancel")
@click.argument("run_id", type=click.UUID)
@click.pass_obj
def cancel(settings: Settings, run_id: UUID) -> None:
    """Give up a plan; what is written already stays."""
    _tell_run(open_service(settings).imports.cancel(run_id))


@import_.command("list")
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=20,
    show_default=True,
    help="Most imports that are listed.",
)
@_json_option
@click.pass_obj
def list_(settings: Settings, *, limit: int, as_json: bool) -> None:
    """List the imports, newest first."""
    runs = open_service(settings).imports.page(limit=limit).items
    if as_json:
        print_json(ImportRunSchema(many=True).dump(runs))
        return
    for run in runs:
        output.print(f"{run.id}  {run.position} of {run.planned} written", markup=False)
        _tell_run(run)


@import_.command("rows")
@click.argument("run_id", type=click.UUID)
@click.option("--outcome", type=_OUTCOME, help="Only these.")
@_json_option
@click.pass_obj
def rows(settings: Settings, *, run_id: UUID, outcome: str | None, as_json: bool) -> None:
    """List the rows of an import with what is done with each, or why it is refused."""
    service = open_service(settings).imports
    wanted = RowOutcome(outcome) if outcome else None
    for part in _parts(service, run_id, wanted):
        if as_json:  # one document a line: there may be a hundred thousand
            for row in part:
                click.echo(ImportRowSchema().dumps(row, ensure_ascii=False).encode())
        else:
            _print_rows(part)


def _parts(
    service: ImportService, run_id: UUID, outcome: RowOutcome | None
) -> Iterator[Sequence[ImportRow]]:
    cursor = None
    while True:
        part = service.rows(run_id, outcome=outcome, cursor=cursor, limit=500)
        yield part.items
        cursor = part.next
        if cursor is None:
            return


@import_.group("mapping")
def mapping() -> None:
    """Look after what columns mean, saved under names."""


@mapping.command("save")
@click.argument("name")
@click.option("--kind", type=_KIND, required=True, help="What the tables hold.")
@click.option("--from", "file", type=_FILE, help="A table whose columns are recognised first.")
@_columns_option
@_fixed_option
@click.pass_obj
def mapping_save(
    settings: Settings,
    *,
    name: str,
    kind: str,
    file: Path | None,
    columns: tuple[str, ...],
    fixed: tuple[str, ...],
) -> None:
    """Save what columns mean as NAME, for `import preview --mapping NAME`."""
    service = open_service(settings).imports
    if file is not None:
        whole = _columns(service, file, kind, None, columns, fixed)
    else:
        whole = Columns(columns=_pairs("--column", columns), fixed=_pairs("--fixed", fixed))
    saved = service.save_mapping(
        name, kind=ProfileKind(kind), columns=whole.columns, fixed=whole.fixed
    )
    for header, field in saved.columns.items():
        output.print(f"{header} -> {field}", markup=False)
    for field, value in saved.fixed.items():
        output.print(f"every row: {field} = {value}", markup=False)


@mapping.command("list")
@_json_option
@click.pass_obj
def mapping_list(settings: Settings, *, as_json: bool) -> None:
    """List the saved mappings."""
    saved = open_service(settings).imports.mappings()
    if as_json:
        print_json(ImportMappingSchema(many=True).dump(saved))
        return
    for one in saved:
        output.print(f"{one.name} ({one.kind}): {', '.join(one.columns)}", markup=False)


@mapping.command("forget")
@click.argument("name")
@click.pass_obj
def mapping_forget(settings: Settings, name: str) -> None:
    """Delete a saved mapping."""
    open_service(settings).imports.forget_mapping(name)
    tell(f"{name} is forgotten.")


def _tell_run(run: ImportRun) -> None:
    output.print(
        f"{run.file_name} ({run.format}), {run.state}: {run.new} new, {run.changed} changed, "
        f"{run.unchanged} unchanged, {run.refused} refused.",
        markup=False,
    )


def _print_rows(rows: Sequence[ImportRow]) -> None:
    for row in rows:
        output.print(f"row {row.number}: {row.outcome} {row.name}".rstrip(), markup=False)
        for problem in row.problems:
            where = f"{problem['column']}: " if problem["column"] else ""
            output.print(f"    {where}{problem['reason']}", markup=False)
        for name, (before, after) in row.changes.items():
            output.print(f"    {name}: {_short(before)} -> {_short(after)}", markup=False)


def _short(value: object) -> str:
    text = "nothing" if value in (None, "", []) else str(value)
    return text if len(text) <= 100 else f"{text[:99]}…"
