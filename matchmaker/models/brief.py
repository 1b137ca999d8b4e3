"""Brief: what a challenge says in a few short answers, as the firm has saved them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matchmaker.models.activity import CompanyNeed

#: Most characters of one answer.
ANSWER_LENGTH = 400
#: Technology readiness levels, from an idea to something in daily use.
LEVELS = range(1, 10)


class BriefQuestion(enum.StrEnum):
    """What a brief answers, in the order in which it is read."""

    NOW = "now"
    WANTED = "wanted"
    TRIED = "tried"
    CONSTRAINTS = "constraints"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The short form of a challenge. Everything may be left out; nothing is filled in by us."""

    #: Only what was answered, in the order of ``BriefQuestion``.
    answers: Mapping[BriefQuestion, str] = field(default_factory=dict)
    #: Of a confidential challenge: answers that partners may read before both sides accept.
    shared: frozenset[BriefQuestion] = frozenset()
    #: Technology readiness level, 1 to 9.
    trl: int | None = None
    need: CompanyNeed | None = None
    #: ISO 639-1 codes of the languages that the firm can work in.
    languages: tuple[str, ...] = ()
    #: Whether students may work on it; None as long as nobody has said.
    students: bool | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing has been saved."""
        return self == Brief()

    def as_json(self) -> dict[str, Any]:
        """Return plain values, as stored with the challenge."""
        return {
            "answers": {question.value: text for question, text in self.answers.items()},
            "shared": [question.value for question in BriefQuestion if question in self.shared],
            "trl": self.trl,
            "need": self.need.value if self.need else None,
            "languages": list(self.languages),
            "students": self.students,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Brief:
        """Return the brief that :meth:`as_json` wrote; nothing at all is an empty one."""
        answers = values.get("answers", {})
        need = values.get("need")
        return cls(
            answers={one: answers[one.value] for one in BriefQuestion if one.value in answers},
            shared=frozenset(map(BriefQuestion, values.get("shared", ()))),
            trl=values.get("trl"),
            need=CompanyNeed(need) if need else None,
            languages=tuple(values.get("languages", ())),
            students=values.get("students"),
        )
