"""What the words of a challenge may give away, field by field."""

from __future__ import annotations

from collections.abc import Sequence

from matchmaker.matching.warnings import TextWarning, warnings_of
from matchmaker.models import Challenge


def warnings_in(challenge: Challenge) -> Sequence[tuple[str, TextWarning]]:
    """Return what the words of a challenge may give away, each with the field it stands in.

    Fields are ``title``, ``text`` and the questions of the brief.
    """
    fields = {
        "title": challenge.title,
        "text": challenge.text,
        **{question.value: text for question, text in challenge.brief.answers.items()},
    }
    return [(name, one) for name, text in fields.items() for one in warnings_of(text)]
