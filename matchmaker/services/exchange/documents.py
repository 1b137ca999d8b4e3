"""Files of JSON documents, read one document at a time: lines, one array, or one document."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from matchmaker.errors import InvalidInput
from matchmaker.services.exchange.records import Problem, Unreadable
from matchmaker.services.exchange.tables import MOST_BYTES, check_size, encoding_of

#: The largest single document, in characters.
MOST_DOCUMENT = 20_000_000
_PIECE = 1 << 20
_BLANK = " \t\r\n"
_SEPARATORS = frozenset(_BLANK + ",")


@dataclass(frozen=True)
class Documents:
    """Documents of a file with their numbers, from 1; what is no object is unreadable."""

    each: Iterator[tuple[int, dict[str, object]] | Unreadable]
    share: Callable[[], float] = lambda: 0.0


def read_documents(path: Path) -> Documents:
    """Open a file of JSON: an array of objects, an object, or an object on each line.

    Raises:
        InvalidInput: too large, or no text in a Unicode encoding.

    """
    size = check_size(path)
    encoding = encoding_of(path)
    if not encoding.startswith("utf"):
        raise InvalidInput("file", "JSON is written in UTF-8; this is in another encoding.")
    with path.open(encoding=encoding) as file:
        beginning = file.read(_PIECE).lstrip("\ufeff" + _BLANK)
    done = [0]
    if beginning.startswith("["):
        each = _of_array(path, encoding, done)
    elif "\n" in beginning.strip() and not _is_line(beginning):
        each = _of_whole(path, encoding)
    else:
        each = _of_lines(path, encoding, done)
    return Documents(each, lambda: min(1.0, done[0] / max(1, min(size, MOST_BYTES))))


def _is_line(beginning: str) -> bool:
    """Return whether the first line is a document by itself."""
    try:
        json.loads(beginning.split("\n", 1)[0])
    except ValueError:
        # A broken first line is still a line when the second one is a document.
        second = beginning.split("\n", 2)[1].strip()
        return second.startswith("{") and second.endswith("}")
    return True


def _object(number: int, given: object) -> tuple[int, dict[str, object]] | Unreadable:
    if isinstance(given, dict):
        return number, given
    return _unreadable(number, "Write an object with named fields.")


def _unreadable(number: int, reason: str) -> Unreadable:
    return Unreadable(number=number, problems=(Problem("", reason),))


def _of_lines(
    path: Path, encoding: str, done: list[int]
) -> Iterator[tuple[int, dict[str, object]] | Unreadable]:
    with path.open("rb") as file, io.TextIOWrapper(file, encoding, newline="\n") as text:
        number = 0
        while line := text.readline(MOST_DOCUMENT):
            number += 1
            if number % 64 == 1:
                done[0] = file.tell()
            if len(line) >= MOST_DOCUMENT:
                raise InvalidInput("file", f"Line {number} is longer than any record is.")
            if not line.strip("\ufeff" + _BLANK):
                continue
            try:
                yield _object(number, _parsed(line))
            except ValueError as error:
                yield _unreadable(number, f"This line is not JSON ({error}).")


def _of_whole(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, object]] | Unreadable]:
    if path.stat().st_size > MOST_DOCUMENT:
        raise InvalidInput("file", "It is one document that is larger than any record is.")
    try:
        yield _object(1, _parsed(path.read_text(encoding=encoding)))
    except ValueError as error:
        raise InvalidInput("file", f"It is not JSON ({error}).") from None


def _of_array(
    path: Path, encoding: str, done: list[int]
) -> Iterator[tuple[int, dict[str, object]] | Unreadable]:
    """Read the members of an array one by one: a dump of everything is larger than memory."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    text, number = "", 0
    pieces = codecs.iterdecode(_bytes(path, done), encoding)
    text = next(pieces, "").lstrip("\ufeff" + _BLANK)[1:]
    place = 0
    while True:
        while place < len(text) and text[place] in _SEPARATORS:
            place += 1
        if text.startswith("]", place):
            return
        try:
            given, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            more = next(pieces, None)
            if more is None or len(text) - place > MOST_DOCUMENT:
                raise InvalidInput(
                    "file", f"Its JSON breaks off or is wrong after record {number} ({error})."
                ) from None
            text, place = text[place:] + more, 0
            continue
        number += 1
        yield _object(number, given)


def _bytes(path: Path, done: list[int]) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            done[0] += len(piece)
            yield piece


def _parsed(text: str) -> object:
    try:
        return json.loads(text.strip("\ufeff" + _BLANK), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is no number")
