"""A round as a document: kept beside its answers, stamped, read back for a replay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from matchmaker.matching.assignment.round import (
    Host,
    Lock,
    Position,
    Round,
    Student,
    Supervisor,
)


def written_out(asked: Round) -> dict[str, Any]:
    """Return the document of a round; equal for equal rounds, whatever their order."""
    return {
        "seed": asked.seed,
        "students": [
            {
                "id": str(one.id),
                "ranking": _ranks(one.ranking),
                "supervisors": None
                if one.supervisors is None
                else sorted(str(named) for named in one.supervisors),
            }
            for one in sorted(asked.students, key=lambda one: one.id)
        ],
        "positions": [
            {
                "id": str(one.id),
                "host": str(one.host),
                "capacity": one.capacity,
                "minimum": one.minimum,
                "ranking": _ranks(one.ranking),
                "brought_by": None if one.brought_by is None else str(one.brought_by),
            }
            for one in sorted(asked.positions, key=lambda one: one.id)
        ],
        "hosts": sorted([str(one.id), one.capacity] for one in asked.hosts),
        "supervisors": sorted([str(one.id), one.capacity] for one in asked.supervisors),
        "forbidden": sorted([str(one), str(other)] for one, other in asked.forbidden),
        "locks": sorted([str(one.student), str(one.position), one.reason] for one in asked.locks),
        "fit": _pairs(asked.fit),
        "loads": _pairs(asked.loads),
    }


def read_back(document: Mapping[str, Any]) -> Round:
    """Return the round of a document."""
    # An id stands in a document hundreds of times; it is read once.
    read = cache(UUID)
    return Round(
        seed=document["seed"],
        students=tuple(
            Student(
                id=read(one["id"]),
                ranking=_ranking(one["ranking"], read),
                supervisors=None
                if one["supervisors"] is None
                else frozenset(read(named) for named in one["supervisors"]),
            )
            for one in document["students"]
        ),
        positions=tuple(
            Position(
                id=read(one["id"]),
                host=read(one["host"]),
                capacity=one["capacity"],
                minimum=one["minimum"],
                ranking=_ranking(one["ranking"], read),
                brought_by=None if one["brought_by"] is None else read(one["brought_by"]),
            )
            for one in document["positions"]
        ),
        hosts=tuple(Host(id=read(one), capacity=limit) for one, limit in document["hosts"]),
        supervisors=tuple(
            Supervisor(id=read(one), capacity=limit) for one, limit in document["supervisors"]
        ),
        forbidden=frozenset((read(one), read(other)) for one, other in document["forbidden"]),
        locks=tuple(
            Lock(student=read(one), position=read(other), reason=reason)
            for one, other, reason in document["locks"]
        ),
        fit=_values(document["fit"], read),
        loads=_values(document["loads"], read),
    )


def stamp(document: Mapping[str, Any]) -> str:
    """Return the hash of a document: the same input has the same, any other another."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _ranks(ranking: Mapping[UUID, int]) -> list[list[Any]]:
    return sorted([str(one), rank] for one, rank in ranking.items())


def _ranking(written: Sequence[Sequence[Any]], read: Callable[[str], UUID]) -> dict[UUID, int]:
    return {read(one): rank for one, rank in written}


def _pairs(values: Mapping[tuple[UUID, UUID], int]) -> list[list[Any]]:
    return sorted([str(one), str(other), value] for (one, other), value in values.items())


def _values(
    written: Sequence[Sequence[Any]], read: Callable[[str], UUID]
) -> dict[tuple[UUID, UUID], int]:
    return {(read(one), read(other)): value for one, other, value in written}
