"""The judgement files of a layout: tables with tabs between the columns, a heading or none."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matchmaker.errors import InvalidInput
from matchmaker.services.judged_set import JudgedPair, Judgements

QRELS, PAIRS, ORDERS, LEFT_OUT = "qrels.tsv", "pairs.tsv", "orders.tsv", "left-out.tsv"
#: Ids that are named in an error before it says how many more there are.
_NAMED = 5


def read_judgements(folder: Path, queries: Container[str], profiles: Container[str]) -> Judgements:
    """Return what the judgement files of a folder say.

    Raises:
        InvalidInput: names file, line and column of the first mistake.

    """
    grades: defaultdict[str, dict[str, float]] = defaultdict(dict)
    table = _Table(folder / QRELS, ("query", "profile", "grade"), queries, profiles)
    for number, (query, profile, grade) in table.rows():
        value = table.number(number, "grade", grade)
        if grades[query].setdefault(profile, value) != value:
            why = f"{profile} has two grades for query {query}."
            raise table.wrong(number, "grade", why)
    table.refuse_unknown()

    table = _Table(folder / PAIRS, ("query", "better", "worse", "weight"), queries, profiles)
    pairs = []
    for number, (query, better, worse, *rest) in table.rows(optional=1):
        weight = table.number(number, "weight", rest[0]) if rest else 1.0
        if weight < 0:
            raise table.wrong(number, "weight", "write 0 or more.")
        if better == worse:
            raise table.wrong(number, "worse", "it is the same profile as the better one.")
        pairs.append(JudgedPair(query=query, better=better, worse=worse, weight=weight))
    table.refuse_unknown()

    orders: defaultdict[str, dict[str, float]] = defaultdict(dict)
    table = _Table(folder / ORDERS, ("profile", "query", "grade"), queries, profiles)
    for number, (profile, query, grade) in table.rows():
        value = table.number(number, "grade", grade)
        if orders[profile].setdefault(query, value) != value:
            why = f"query {query} has two grades for {profile}."
            raise table.wrong(number, "grade", why)
    table.refuse_unknown()
    return Judgements(grades=dict(grades), pairs=pairs, orders=dict(orders))


def read_left_out(
    folder: Path, queries: Container[str], passages: Mapping[str, int]
) -> dict[str, frozenset[tuple[str, int]]]:
    """Return which passages must not help a query; without a number, all of the profile.

    Args:
        folder: may hold ``left-out.tsv``.
        queries: known ids.
        passages: known profiles, with how many passages each has.

    Raises:
        InvalidInput: names file, line and column of the first mistake.

    """
    table = _Table(folder / LEFT_OUT, ("query", "profile", "passage"), queries, passages)
    found: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for number, (query, profile, *rest) in table.rows(optional=1):
        most = passages.get(profile, 0)
        if not rest:
            found[query].update((profile, position) for position in range(most))
            continue
        position = table.number(number, "passage", rest[0])
        if position not in range(most) and profile in passages:
            why = f"{profile} has {most} passages; count them from 0."
            raise table.wrong(number, "passage", why)
        found[query].add((profile, int(position)))
    table.refuse_unknown()
    return {query: frozenset(left_out) for query, left_out in found.items()}


@dataclass
class _Table:
    """Reads one file, when it is there."""

    path: Path
    columns: Sequence[str]
    queries: Container[str]
    profiles: Container[str]
    _unknown: dict[tuple[str, str], int] = field(default_factory=dict)

    def wrong(self, number: int, column: str | None, why: str) -> InvalidInput:
        where = f"line {number}: " + (f"{column}: " if column else "")
        return InvalidInput(self.path.name, where + why)

    def rows(self, optional: int = 0) -> Iterator[tuple[int, list[str]]]:
        """Give the line number and the cells of each row; unknown ids are gathered."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return
        try:
            lines = raw.decode("utf-8-sig").split("\n")
        except UnicodeDecodeError as error:
            number = raw[: error.start].count(b"\n") + 1
            raise self.wrong(number, None, "not UTF-8.") from None
        most = len(self.columns)
        first = True
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            # What TREC calls qrels has spaces, and a column that nobody uses.
            cells = line.split("\t") if "\t" in line else line.split()
            cells = [cell.strip() for cell in cells]
            if len(cells) == most + 1 and self.path.name == QRELS:
                del cells[1]
            while len(cells) > most - optional and not cells[-1]:
                cells.pop()
            if not most - optional <= len(cells) <= most:
                raise self.wrong(number, None, f"write {', '.join(self.columns)} with tabs.")
            if first and self._is_heading(cells):
                first = False
                continue
            first = False
            self._look_up(number, cells)
            yield number, cells

    def number(self, number: int, column: str, text: str) -> float:
        """Return a cell as a number."""
        value = _number(text)
        if value is None:
            raise self.wrong(number, column, f"{text!r} is no number.")
        return value

    def refuse_unknown(self) -> None:
        """Raise an error that names ids which no record has, if there are any."""
        if not self._unknown:
            return
        (first, _), number = next(iter(self._unknown.items()))
        named = ", ".join(f"{kind} {one}" for kind, one in list(self._unknown)[:_NAMED])
        more = len(self._unknown) - _NAMED
        rest = f" and {more} more" if more > 0 else ""
        raise self.wrong(number, first, f"no record has the id of {named}{rest}.")

    def _is_heading(self, cells: Sequence[str]) -> bool:
        # A row that names a record is one of judgements, whatever else is wrong with it.
        if any(cell in self.queries or cell in self.profiles for cell in cells):
            return False
        if len(cells) == len(self.columns) and self.columns[-1] in {"grade", "weight"}:
            return _number(cells[-1]) is None
        return cells[0].casefold().startswith("query")

    def _look_up(self, number: int, cells: Sequence[str]) -> None:
        for column, cell in zip(self.columns, cells, strict=False):
            if column in {"grade", "weight", "passage"}:
                continue
            kind = "query" if column == "query" else "profile"
            if cell not in (self.queries if kind == "query" else self.profiles):
                self._unknown.setdefault((kind, cell), number)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
