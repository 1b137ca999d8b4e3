"""HighlightingService: mark the words of the shown passages, once per run, when somebody looks.

A match run must not wait for this. Whoever shows a run asks for the marks; the first who does
has them worked out, from the token states of the same encoder, and kept with the reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from embeddings.protocols import Encoder
from matchmaker.matching.highlights import Span
from matchmaker.matching.languages import LanguageCorrection
from matchmaker.matching.passages import COMPOSER_VERSION
from matchmaker.models import MatchRun
from matchmaker.services.reading import Reading, read
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
        correction = self._correction()
        if correction is None:
            return run
        reading = self._read(run, correction)
        changed: dict[UUID, dict[str, Any]] = {}
        for match in run.matches:
            reason = match.reason
            if all(passage.highlights is not None for passage in reason.evidence):
                continue
            changed[match.id] = {
                **match.reason_json,
                "evidence": [
                    _with_marks(kept, reading.marks(passage.text, passage.answers))
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

    def _correction(self) -> LanguageCorrection | None:
        """Return where each language lies; None when the index is of another encoder."""
        with self.sessions.reading() as session:
            live = generations.position(session)
            if live is None:
                return None
            generation, fingerprint, composer_version, *_ = live
            if (fingerprint, composer_version) != (self.encoder.spec.fingerprint, COMPOSER_VERSION):
                return None
            means = generations.language_means(session, generation, "document")
        return LanguageCorrection(means) if means else None

    def _read(self, run: MatchRun, correction: LanguageCorrection) -> Reading:
        """Read what has no marks yet, each text once."""
        waiting = [
            passage
            for match in run.matches
            for passage in match.reason.evidence
            if passage.highlights is None
        ]
        return read(
            self.encoder,
            correction,
            run.sentences,
            run.language,
            answered={passage.answers for passage in waiting},
            passages={passage.text: passage.language for passage in waiting},
        )


def _with_marks(kept: Mapping[str, Any], spans: Iterable[Span]) -> dict[str, Any]:
    return {**kept, "highlights": [list(span) for span in spans]}
