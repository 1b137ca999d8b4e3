"""A passage in pieces, so that a page can mark the words that carried it."""

from __future__ import annotations

from matchmaker.models import EvidencePassage


def pieces(passage: EvidencePassage) -> list[tuple[str, bool]]:
    """Return the text of a passage in order, each piece with whether it is to be marked."""
    found: list[tuple[str, bool]] = []
    reached = 0
    for start, end in passage.highlights or ():
        found += [(passage.text[reached:start], False), (passage.text[start:end], True)]
        reached = end
    found.append((passage.text[reached:], False))
    return [(text, lit) for text, lit in found if text]
