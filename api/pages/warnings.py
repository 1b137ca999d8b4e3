"""Warnings as pages show them: each field in pieces, with the places marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.matching.warnings import TextWarning
from matchmaker.models import BriefQuestion, Challenge
from matchmaker.services.challenge_warnings import warnings_in


@dataclass(frozen=True, kw_only=True)
class MarkedField:
    """A field that has something to look at."""

    #: ``title``, ``text`` or a question of the brief.
    name: str
    #: The question, where it is one.
    question: BriefQuestion | None
    #: Pieces of its text, each with the warning about it or None.
    pieces: Sequence[tuple[str, TextWarning | None]]

    @property
    def warnings(self) -> list[TextWarning]:
        """What there is to look at."""
        return [one for _, one in self.pieces if one is not None]


def marked_fields(challenge: Challenge) -> list[MarkedField]:
    """Return the fields of a challenge that have something to look at."""
    by_field: dict[str, list[TextWarning]] = {}
    for name, one in warnings_in(challenge):
        by_field.setdefault(name, []).append(one)
    texts = {"title": challenge.title, "text": challenge.text}
    texts |= {question.value: text for question, text in challenge.brief.answers.items()}
    return [
        MarkedField(
            name=name,
            question=BriefQuestion(name) if name in set(BriefQuestion) else None,
            pieces=_pieces(texts[name], found),
        )
        for name, found in by_field.items()
    ]


def _pieces(text: str, found: Sequence[TextWarning]) -> list[tuple[str, TextWarning | None]]:
    pieces: list[tuple[str, TextWarning | None]] = []
    at = 0
    for one in found:
        pieces += [(text[at : one.start], None), (one.words, one)]
        at = one.end
    return [(words, one) for words, one in [*pieces, (text[at:], None)] if words]
