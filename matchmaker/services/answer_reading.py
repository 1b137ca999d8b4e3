"""AnswerReader: what a round was asked and answered, read back from what is kept.

Judging an answer again takes seconds with thousands of students, and is asked for with every look
at a round and by every student who reads their place. Neither an input nor an answer ever changes,
so what was read of the last few is kept in memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from uuid import UUID

from matchmaker.matching.assignment.board import Board, laid_out
from matchmaker.matching.assignment.changes import difference
from matchmaker.matching.assignment.document import read_back
from matchmaker.matching.assignment.judging import judged
from matchmaker.matching.assignment.outcome import Method, Result
from matchmaker.matching.assignment.round import Round
from matchmaker.matching.assignment.solver import Reached
from matchmaker.models import RoundAnswer, RoundInput
from matchmaker.services.round_answers import MethodAnswer

#: Inputs whose question and answers are kept in memory.
MOST_KEPT = 4


@dataclass
class _Kept:
    question: Round
    #: Answer -> what it comes to.
    results: dict[UUID, Result] = field(default_factory=dict)


class AnswerReader:
    """Reads inputs and answers, each once; several threads may."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        """Keep what was read of so many inputs, the last ones used."""
        self._most = most
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()
        self._lock = Lock()

    def question(self, asked: RoundInput) -> Round:
        """Return what the methods were asked."""
        return self._of(asked).question

    def results(
        self, asked: RoundInput, answers: Mapping[str, RoundAnswer]
    ) -> dict[Method, Result]:
        """Return what each method answered."""
        kept = self._of(asked)
        missing = [one for one in answers.values() if one.id not in kept.results]
        if missing:
            board = laid_out(kept.question)
            for one in missing:
                kept.results[one.id] = read_result(board, Method(one.method), one.document)
        return {Method(method): kept.results[one.id] for method, one in answers.items()}

    def answers(
        self, asked: Sequence[RoundInput], answers: Sequence[Mapping[str, RoundAnswer]]
    ) -> dict[Method, MethodAnswer]:
        """Return the answers to the latest input, held against those to the one before.

        Args:
            asked: the latest input first; one or two.
            answers: to each of them, by method.

        """
        if not asked:
            return {}
        results = [self.results(one, given) for one, given in zip(asked, answers, strict=True)]
        before = results[1] if len(results) > 1 else {}
        return {
            method: MethodAnswer(
                answer_id=answers[0][method.value].id,
                result=results[0][method],
                since=difference(before[method], results[0][method]) if method in before else None,
            )
            for method in Method
            if method in results[0]
        }

    def _of(self, asked: RoundInput) -> _Kept:
        with self._lock:
            found = self._kept.get(asked.id)
            if found is not None:
                self._kept.move_to_end(asked.id)
                return found
        read = _Kept(read_back(asked.document))
        with self._lock:
            kept = self._kept.setdefault(asked.id, read)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return kept


def written(result: Result) -> dict[str, Any]:
    """Return what is kept of an answer: who is placed where, and what is proven."""
    return {
        "placed": {str(one): str(other) for one, other in result.position_of().items()},
        "reached": [
            {"aim": one.aim, "value": one.value, "bound": one.bound} for one in result.reached
        ],
    }


def read_result(board: Board, method: Method, document: Mapping[str, Any]) -> Result:
    """Return the answer that ``written`` has kept, to the round that the board lays out."""
    placed = {
        board.student_row[UUID(student)]: board.position_row[UUID(position)]
        for student, position in document["placed"].items()
    }
    reached = tuple(Reached(**one) for one in document["reached"])
    return judged(board, placed, method=method, reached=reached)
