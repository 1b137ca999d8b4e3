"""HighlightingService: mark the words of the shown passages, once per run, when somebody looks.

A match run must not wait for this. Whoever shows a run asks for the marks; the first who does
has them worked out, from the token states of the same encoder, and kept with the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm.attributes import set_committed_value

from embeddings.protocols import Encoder
from matchmaker.matching import highlights
from matchmaker.matching.highlights import Span, Words
from matchmaker.matching.passages import COMPOSER_VERSION
from matchmaker.models import EvidencePassage, MatchRun
from matchmaker.storage import generations, matches
from matchmaker.storage.database import Sessions


@dataclass(frozen=True)
class HighlightingService:
    """What marks the words of a passage."""

    sessions: Sessions
    encoder: Encoder

    def can_mark(self, run: MatchRun) -> bool:
        """Return whether a run has passages without marks that this encoder may still mark.

        Another encoder than that of the run would give reasons that the ranking never had.
        """
        return run.encoder_fingerprint == self.encoder.spec.fingerprint and any(
            passage.highlights is None for match in run.matches for passage in match.reason.evidence
        )

    def mark(self, run: MatchRun) -> MatchRun:
        """Return the run with the words of its passages marked, and keep the marks.

        Passages that are marked already stay as they are, and so does everything when the run
        comes from another encoder, or the index does: quietly, because a list without marks is
        a list still.

        Args:
            run: with its matches, as ``MatchmakingService.get_run`` gives it.

        """
        if not self.can_mark(run):
            return run
        means = self._language_means()
        if means is None:
            return run
        found = self._spans(run, means)
        changed: dict[UUID, dict[str, Any]] = {}
        for match in run.matches:
            reason = match.reason
            if all(passage.highlights is not None for passage in reason.evidence):
                continue
            changed[match.id] = {
                **match.reason_json,
                "evidence": [
                    {**kept, "highlights": [list(span) for span in found[_pair(passage)]]}
                    if passage.highlights is None
                    else kept
                    for kept, passage in zip(
                        match.reason_json["evidence"], reason.evidence, strict=True
                    )
                ],
            }
            set_committed_value(match, "reason_json", changed[match.id])
        with self.sessions.writing() as session:
            matches.keep_reasons(session, changed)
        return run

    def _language_means(self) -> Mapping[str, NDArray[np.float32]] | None:
        """Return where each language lies; None when the index is of another encoder."""
        with self.sessions.reading() as session:
            live = generations.position(session)
            if live is None:
                return None
            generation, *made_by, _ = live
            if made_by != [self.encoder.spec.fingerprint, COMPOSER_VERSION]:
                return None
            return generations.language_means(session, generation, "document")

    def _spans(
        self, run: MatchRun, means: Mapping[str, NDArray[np.float32]]
    ) -> dict[tuple[str, int], tuple[Span, ...]]:
        """Return what to mark, by passage text and position of the sentence it answers.

        All texts are encoded in one call, each once.
        """
        language_of: dict[str, str] = {}
        pairs: dict[tuple[str, int], None] = {}
        for match in run.matches:
            for passage in match.reason.evidence:
                if passage.highlights is None:
                    language_of.setdefault(run.sentences[passage.answers], run.language)
                    language_of[passage.text] = passage.language
                    pairs[_pair(passage)] = None
        unknown = np.mean(list(means.values()), axis=0)
        read = self.encoder.encode_tokens(list(language_of))
        words: dict[str, Words] = {
            text: highlights.words_of(
                text, language, tokens.spans, tokens.states, means.get(language, unknown)
            )
            for (text, language), tokens in zip(language_of.items(), read, strict=True)
        }
        return {
            (text, answers): highlights.marked(
                words[text],
                highlights.contributions(words[text], words[run.sentences[answers]]),
            )
            for text, answers in pairs
        }


def _pair(passage: EvidencePassage) -> tuple[str, int]:
    return passage.text, passage.answers
