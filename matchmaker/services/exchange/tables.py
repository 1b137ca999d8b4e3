"""Tables of text: encoding and delimiter found, rows handed on one by one."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from matchmaker.errors import InvalidInput

#: The largest file that is read, and what one of its rows may have.
MOST_BYTES = 1_000_000_000
MOST_COLUMNS = 200
MOST_ROWS = 1_000_000
MOST_CELL = 1_000_000  # characters
DELIMITERS = (",", ";", "\t", "|")
_PIECE = 1 << 20
_SAMPLE = 1 << 18
_SAMPLE_LINES = 30
#: What Danish and other western programs write when they do not write UTF-8. Code pages of other
#: languages would often win by chance: the letters of a Danish list are mostly ASCII.
_OTHERS = ["cp1252", "mac_roman", "cp850", "utf_16"]
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What begins a file that is no text -> what it is, and what to do about it.
_NO_TEXT = {
    b"PK\x03\x04": "a ZIP file or a workbook; save it as .xlsx or give --format xlsx",
    b"\xd0\xcf\x11\xe0": "an old or encrypted workbook; save it as .xlsx without a password",
    b"%PDF": "a PDF; export the table as CSV",
    b"\x1f\x8b": "compressed; unpack it first",
}

#: One row: its number as a spreadsheet counts, from 1, and its cells.
Row = tuple[int, Sequence[object]]


@dataclass(frozen=True)
class Table:
    """A table that can be read once, row by row."""

    header: tuple[str, ...]
    rows: Iterator[Row]
    #: How much of the file has been read, from 0 to 1.
    share: Callable[[], float] = lambda: 0.0


def check_size(path: Path) -> int:
    """Return the bytes of a file.

    Raises:
        InvalidInput: it is empty or too large.

    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InvalidInput(
            "file",
            f"It has {size / 1e9:.1f} GB; at most {MOST_BYTES / 1e9:.0f} GB is read. Split it.",
        )
    if size == 0:
        raise InvalidInput("file", "It is empty.")
    return size


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file: UTF-8 when it is, else the likeliest other one.

    Raises:
        InvalidInput: it is no text, or in no encoding that can be told.

    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    for beginning, words in _NO_TEXT.items():
        if sample.startswith(beginning):
            raise InvalidInput("file", f"It is {words}.")
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return _checked(path, name)
    if b"\0" in sample and not _wide(sample):
        raise InvalidInput("file", "It holds NUL bytes, so it is no text; export it as CSV.")
    try:
        return _checked(path, "utf-8")
    except InvalidInput as error:
        found = from_bytes(sample, cp_isolation=_OTHERS).best()
        if found is None:
            raise InvalidInput(
                "file", f"{error.reason} No other encoding fits; save it as CSV in UTF-8."
            ) from None
        return _checked(path, found.encoding)


def _wide(sample: bytes) -> bool:
    """Return whether every second byte is zero: UTF-16 without its mark."""
    return min(sample[0:1000:2].count(0), sample[1:1000:2].count(0)) == 0 and len(sample) > 3


def _checked(path: Path, name: str) -> str:
    decoder = codecs.getincrementaldecoder(name)()
    done = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                raise InvalidInput(
                    "file", f"Byte {done + error.start + 1} is not {name}."
                ) from None
            done += len(piece)
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise InvalidInput("file", f"Its last character is cut off ({name}).") from None
    return name


def read_csv(path: Path) -> Table:
    """Open a table of text; delimiter and encoding are found.

    Raises:
        InvalidInput: too large, no text, no header, or columns that can't be told apart.

    """
    size = check_size(path)
    encoding = encoding_of(path)
    delimiter = _delimiter(path, encoding)
    lines = _Lines(path, encoding)
    rows = _rows(lines, delimiter)
    number, first = next(rows, (0, ()))
    header = checked_header(first, number)
    return Table(header, rows, lambda: min(1.0, lines.done / size))


class _Lines:
    """The lines of a file, with how many bytes of it have been read."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        self.done = 0

    def __iter__(self) -> Iterator[str]:
        # newline="": a line break inside a quoted cell belongs to the cell.
        with (
            self._path.open("rb") as file,
            io.TextIOWrapper(file, encoding=self._encoding, newline="") as text,
        ):
            for number, line in enumerate(text):
                if number % 256 == 0:
                    self.done = file.tell()
                yield line


def _rows(lines: _Lines, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(MOST_CELL)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if any(cell.strip() for cell in row):
                yield number, row
    except csv.Error as error:
        raise InvalidInput(
            "file", f"Row {number + 1} (line {reader.line_num}) can't be read: {error}."
        ) from None


def _delimiter(path: Path, encoding: str) -> str:
    """Return what stands between the cells: what splits the first lines most evenly."""
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE // 4)
    lines = sample.splitlines(keepends=True)[:_SAMPLE_LINES]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        raise InvalidInput("file", "Take out its first line (sep=), which only Excel understands.")

    def evenness(delimiter: str) -> tuple[float, int]:
        csv.field_size_limit(MOST_CELL)
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return 0.0, 0
        if not widths or widths[0] < 2:
            return 0.0, 0
        return Counter(widths)[widths[0]] / len(widths), widths[0]

    return max(DELIMITERS, key=evenness)


def checked_header(cells: Sequence[object], number: int = 1) -> tuple[str, ...]:
    """Return the words of a header, trimmed; empty columns at the end are left out.

    Raises:
        InvalidInput: there is none, it is too wide, or two columns have one name.

    """
    header = [restored_header(cell) for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise InvalidInput("file", "It has no row of column names.")
    if len(header) > MOST_COLUMNS:
        raise InvalidInput(
            "file", f"It has {len(header)} columns; at most {MOST_COLUMNS} are read."
        )
    seen: dict[str, int] = {}
    for place, name in enumerate(header, start=1):
        if not name:
            raise InvalidInput("file", f"Column {place} of row {number} has no name.")
        other = seen.setdefault(name.casefold(), place)
        if other != place:
            raise InvalidInput(
                "file", f"Columns {other} and {place} are both called {name}; rename one."
            )
    return tuple(header)


def restored_header(cell: object) -> str:
    """Return the words of a header cell on one line."""
    return " ".join(str("" if cell is None else cell).replace("\ufeff", "").split())
