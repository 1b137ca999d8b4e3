"""Files of judged sets, plain or packed with gzip."""

from __future__ import annotations

import gzip
from pathlib import Path

from matchmaker.errors import InvalidInput


def read_text(folder: Path, name: str) -> str:
    """Return the text of a file, or of the same file with ``.gz`` behind its name.

    Raises:
        InvalidInput: there is neither, or it can't be read as UTF-8.

    """
    path, packed = folder / name, folder / f"{name}.gz"
    if not path.exists() and not packed.exists():
        raise InvalidInput(name, f"there is no such file in {folder.name}.")
    try:
        raw = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(name, f"byte {error.start} is not UTF-8.") from None
    except (EOFError, gzip.BadGzipFile) as error:
        raise InvalidInput(packed.name, f"it can't be unpacked ({error}).") from None


def rows(folder: Path, name: str, columns: int) -> list[list[str]]:
    """Return the rows of a table with tabs or, as TREC writes them, spaces between the columns.

    Raises:
        InvalidInput: names file and line.

    """
    found = []
    for number, line in enumerate(read_text(folder, name).splitlines(), start=1):
        cells = line.split("\t") if "\t" in line else line.split()
        if cells and len(cells) != columns:
            raise InvalidInput(name, f"line {number}: write {columns} columns.")
        if cells:
            found.append([cell.strip() for cell in cells])
    return found
