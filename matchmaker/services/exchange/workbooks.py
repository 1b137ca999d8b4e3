"""Workbooks (.xlsx): looked at from outside before they are opened, then read row by row."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.services.exchange.tables import (
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    Table,
    check_size,
    checked_header,
)

#: Bytes that the parts may have unpacked: all together, and the shared words, which are kept
#: in memory while the rows are read.
MOST_UNPACKED = 2_000_000_000
MOST_SHARED = 200_000_000
#: A part that is packed more than this many times is no table that people wrote.
MOST_PACKED = 200
_SMALL = 1 << 20
_PIECE = 1 << 20
_BEGINNING = 4096


def read_workbook(path: Path) -> Table:
    """Open the first sheet of a workbook; formulas are read as their last values.

    Raises:
        InvalidInput: encrypted, with macros, broken, or larger unpacked than is read.

    """
    from openpyxl import load_workbook  # of no use to whoever reads no workbook

    check_size(path)
    _look_at(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (KeyError, ValueError, TypeError, OSError, SyntaxError, zipfile.BadZipFile) as error:
        raise InvalidInput("file", f"It is no workbook that can be read ({error}).") from None
    sheet: Any = book.worksheets[0] if book.worksheets else None
    if sheet is None:
        book.close()
        raise InvalidInput("file", "It has no sheet.")
    total = max(1, sheet.max_row or 1)
    sheet.reset_dimensions()  # what a file says of its size need not be true
    rows = _rows(book, sheet)
    number, first = next(rows, (0, ()))
    try:
        header = checked_header(first, number)
    except InvalidInput:
        rows.close()
        raise
    done = [0]

    def counted() -> Iterator[Row]:
        for row in rows:
            done[0] = row[0]
            yield row

    return Table(header, counted(), lambda: min(1.0, done[0] / total))


def _rows(book: Any, sheet: Any) -> Any:
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > MOST_ROWS + 1:
                raise InvalidInput("file", f"It has more than {MOST_ROWS:,} rows. Split it.")
            if len(cells) > MOST_COLUMNS and any(one is not None for one in cells[MOST_COLUMNS:]):
                raise InvalidInput(
                    "file", f"Row {number} has more than {MOST_COLUMNS} columns; that is not read."
                )
            if any(cell is not None and str(cell).strip() for cell in cells):
                yield number, cells
    except (KeyError, ValueError, TypeError, SyntaxError, zipfile.BadZipFile) as error:
        raise InvalidInput("file", f"Its sheet can't be read ({error}).") from None
    finally:
        book.close()


def _look_at(path: Path) -> None:
    with path.open("rb") as file:
        beginning = file.read(8)
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidInput(
            "file", "It is encrypted or an old .xls; save it as .xlsx without a password."
        )
    try:
        with zipfile.ZipFile(path) as parts:
            _check_parts(parts)
    except zipfile.BadZipFile as error:
        raise InvalidInput("file", f"It is no workbook that can be read ({error}).") from None


def _check_parts(parts: zipfile.ZipFile) -> None:
    infos = parts.infolist()
    names = {info.filename for info in infos}
    if len(names) < len(infos) or len(infos) > 10_000:
        raise InvalidInput("file", "Its parts are not those of a workbook.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise InvalidInput("file", "It has macros; save it as .xlsx, which has none.")
    if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
        raise InvalidInput("file", "It is a ZIP file, but no workbook.")
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise _too_large("It says that it is")
    left = MOST_UNPACKED
    for info in infos:
        if info.flag_bits & 1:
            raise InvalidInput("file", "It is encrypted; save it without a password.")
        left -= _check_part(parts, info, left)


def _check_part(parts: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> int:
    """Unpack a part without keeping it; return how many bytes it really has."""
    shared = info.filename == "xl/sharedStrings.xml"
    most = min(left, MOST_SHARED if shared else left)
    real = 0
    with parts.open(info) as part:
        while piece := part.read(_PIECE):
            if real == 0 and info.filename.endswith((".xml", ".rels")):
                _check_xml(piece[:_BEGINNING])
            real += len(piece)
            if real > most:
                raise _too_large("It is")
            if real > _SMALL and real > MOST_PACKED * max(1, info.compress_size):
                raise _too_large("It is")
    return real


def _check_xml(beginning: bytes) -> None:
    if b"<!DOCTYPE" in beginning or b"<!ENTITY" in beginning:
        raise InvalidInput("file", "It declares entities, which no workbook needs.")


def _too_large(words: str) -> InvalidInput:
    return InvalidInput(
        "file", f"{words} far larger unpacked than packed, as a file made to do harm; save it anew."
    )
