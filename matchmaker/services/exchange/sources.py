"""A file as rows: which format it is in, and what opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from matchmaker.errors import InvalidInput
from matchmaker.models import ImportFormat, ProfileKind
from matchmaker.services.exchange import mapping, own, registers
from matchmaker.services.exchange.documents import read_documents
from matchmaker.services.exchange.mapping import Columns
from matchmaker.services.exchange.records import Problem, Raw, RowRefused, Unreadable
from matchmaker.services.exchange.tables import MOST_ROWS, Row, Table, read_csv
from matchmaker.services.exchange.workbooks import read_workbook

_CORDIS = {ImportFormat.CORDIS_ORGANISATIONS, ImportFormat.CORDIS_PROJECTS}
_SAMPLE = 1 << 20


@dataclass(frozen=True)
class Source:
    """A file that can be read once."""

    rows: Iterator[Raw | Unreadable]
    #: How much has been read, from 0 to 1.
    share: Callable[[], float]


@dataclass(frozen=True)
class Glance:
    """The beginning of a table, for whoever says what its columns mean."""

    header: tuple[str, ...]
    sample: Sequence[Sequence[object]]


def guessed_format(path: Path) -> ImportFormat:
    """Return the format that name and beginning of a file speak for.

    Raises:
        InvalidInput: they speak for none.

    """
    ending = path.suffix.lower()
    if ending in {".xlsx", ".xlsm", ".xls"}:
        return ImportFormat.XLSX
    if ending in {".csv", ".tsv", ".txt"}:
        return _guessed_table(path)
    if ending in {".json", ".jsonl", ".ndjson"}:
        first = next(read_documents(path).each, None)
        if isinstance(first, tuple):
            return _guessed_document(first[1])
        return ImportFormat.JSONL
    words = "Its name tells no format: let it end in .csv, .xlsx or .jsonl, or say which it is."
    raise InvalidInput("format", words)


def _guessed_table(path: Path) -> ImportFormat:
    header = set(read_csv(path).header)
    if {"projectID", "organisationID"} <= header:
        return ImportFormat.CORDIS_ORGANISATIONS
    if {"id", "acronym", "objective", "frameworkProgramme"} <= header:
        return ImportFormat.CORDIS_PROJECTS
    return ImportFormat.CSV


def _guessed_document(first: dict[str, object]) -> ImportFormat:
    if "orcid-identifier" in first:
        return ImportFormat.ORCID
    identity = str(first.get("id", ""))
    if "ror.org/" in identity:
        return ImportFormat.ROR
    if "openalex.org/" in identity:
        authors = identity.rpartition("/")[2].startswith("A")
        return ImportFormat.OPENALEX_AUTHORS if authors else ImportFormat.OPENALEX_INSTITUTIONS
    return ImportFormat.JSONL


def glance(path: Path, format: ImportFormat) -> Glance:
    """Return the header of a table and some of its rows."""
    table = _table(path, format)
    return Glance(table.header, [cells for _, cells in islice(table.rows, mapping.SAMPLE_ROWS)])


def open_source(
    path: Path, format: ImportFormat, *, kind: ProfileKind | None, columns: Columns | None
) -> Source:
    """Open a file.

    Args:
        path: the file.
        format: what it is.
        kind: what a table holds; of JSON Lines, what a record is that does not say so.
        columns: what the columns of a table mean.

    Raises:
        InvalidInput: the file can't be read, or a table comes without kind or columns.

    """
    if format.is_table:
        if kind is None or columns is None:
            raise InvalidInput("kind", "Say which kind of profile the table holds.")
        table = _table(path, format)
        fitted = mapping.fitting(columns, table.header)
        raw = mapping.applied(fitted, table.header, kind)
        return Source(_capped(map(raw, table.rows)), table.share)
    if format in _CORDIS:
        table = read_csv(path)
        return Source(_capped(_of_register(format, _named(table))), table.share)
    documents = read_documents(path)
    if format is ImportFormat.JSONL:
        rows = (
            one if isinstance(one, Unreadable) else own.raw_of(*one, kind) for one in documents.each
        )
        return Source(_capped(rows), documents.share)
    return Source(_capped(_of_register(format, documents.each)), documents.share)


def _table(path: Path, format: ImportFormat) -> Table:
    return read_workbook(path) if format is ImportFormat.XLSX else read_csv(path)


def _named(table: Table) -> Iterator[tuple[int, dict[str, object]] | Unreadable]:
    def named(row: Row) -> tuple[int, dict[str, object]]:
        number, cells = row
        return number, dict(zip(table.header, cells, strict=False))

    return map(named, table.rows)


def _of_register(
    format: ImportFormat, documents: Iterator[tuple[int, dict[str, object]] | Unreadable]
) -> Iterator[Raw | Unreadable]:
    read = registers.READERS[format]
    for one in documents:
        if isinstance(one, Unreadable):
            yield one
            continue
        number, given = one
        try:
            yield read(number, given)
        except RowRefused as refused:
            yield Unreadable(number=number, problems=refused.problems, name=refused.name)
        except (AttributeError, TypeError, KeyError, ValueError):
            words = f"This is not how {format} writes a record."
            yield Unreadable(number=number, problems=(Problem("", words),))


def _capped(rows: Iterator[Raw | Unreadable]) -> Iterator[Raw | Unreadable]:
    for count, row in enumerate(rows):
        if count >= MOST_ROWS:
            raise InvalidInput("file", f"It has more than {MOST_ROWS:,} records. Split it.")
        yield row
