"""The files of the repository, as a fresh copy of it would have them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "embeddings", "matchmaker")


@cache
def files() -> tuple[Path, ...]:
    """Return every file that belongs to the project, relative to its root.

    What ``.gitignore`` names is left out; the file holds plain names and patterns of names only.
    """
    ignored = [
        line.strip().rstrip("/")
        for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]

    def below(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if path.name == ".git" or any(fnmatch(path.name, pattern) for pattern in ignored):
                continue
            if path.is_dir():
                yield from below(path)
            else:
                yield path.relative_to(ROOT)

    return tuple(below(ROOT))


def texts(*suffixes: str, within: tuple[str, ...] = ()) -> Iterator[tuple[Path, str]]:
    """Return path and text of the files that are text.

    Args:
        suffixes: only these, such as ``".py"``; all when none is given.
        within: only below these top folders; everywhere when empty.
    """
    for path in files():
        if (suffixes and path.suffix not in suffixes) or (within and path.parts[0] not in within):
            continue
        try:
            yield path, (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def read(name: str) -> str:
    """Return the text of one file."""
    return (ROOT / name).read_text(encoding="utf-8")
