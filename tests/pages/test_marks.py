"""A passage in pieces."""

from __future__ import annotations

import pytest

from api.pages.marks import pieces
from matchmaker.models import EvidencePassage


def passage(text: str, *spans: tuple[int, int]) -> EvidencePassage:
    return EvidencePassage(
        text=text, language="en", evidence_id=None, answers=0, highlights=spans or None
    )


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ((), [("Ærø 🦀 weld", False)]),
        (((0, 3),), [("Ærø", True), (" 🦀 weld", False)]),
        (((4, 5), (6, 10)), [("Ærø ", False), ("🦀", True), (" ", False), ("weld", True)]),
        (((0, 10),), [("Ærø 🦀 weld", True)]),
    ],
)
def test_pieces_say_which_of_them_is_marked(
    spans: tuple[tuple[int, int], ...], expected: list[tuple[str, bool]]
) -> None:
    found = pieces(passage("Ærø 🦀 weld", *spans))
    assert found == expected
    assert "".join(text for text, _ in found) == "Ærø 🦀 weld"
