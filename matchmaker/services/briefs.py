"""BriefService: suggests a brief from a firm's own words, and keeps what the firm saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Encoder
from matchmaker.errors import InvalidInput
from matchmaker.matching import brief as briefs
from matchmaker.matching.brief import SuggestedBrief
from matchmaker.matching.languages import SUPPORTED, unit
from matchmaker.matching.sentences import clean, split
from matchmaker.models import Brief, BriefQuestion, Challenge, ChallengeAction, CompanyNeed
from matchmaker.models.brief import ANSWER_LENGTH, LEVELS
from matchmaker.services import codes
from matchmaker.services.clock import Clock
from matchmaker.services.codes import Code
from matchmaker.storage import challenges
from matchmaker.storage.database import Sessions

Floats = NDArray[np.float32]
#: Lines of business that are suggested.
MOST_INDUSTRIES = 3
#: Languages of the reference sentences; others are read by the first.
_LANGUAGES = ("da", "en")


class References(NamedTuple):
    """The reference sentences as vectors."""

    #: What all sentences of a language share.
    means: Mapping[str, Floats]
    #: Label -> unit rows without that.
    rows: Mapping[str, Floats]


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A suggested brief with the sentences that it was made from."""

    sentences: Sequence[str]
    brief: SuggestedBrief
    #: Lines of business that the words are near to, the nearest first.
    industries: Sequence[Code]
    languages: tuple[str, ...]


@dataclass(frozen=True)
class BriefService:
    """The short form of a challenge."""

    sessions: Sessions
    clock: Clock
    encoder: Encoder

    def suggest(self, challenge_id: UUID) -> Suggestion:
        """Return what the firm's own sentences answer; nothing is kept.

        Raises:
            NotFound: there is no such challenge.

        """
        with self.sessions.reading() as session:
            challenge = challenges.get(session, challenge_id)
        return self.suggest_for(challenge.text, challenge.language)

    def suggest_for(self, text: str, language: str) -> Suggestion:
        """Return what the sentences of a text answer.

        Args:
            text: of a challenge.
            language: of it, ISO 639-1.

        """
        sentences = split(text)
        if not sentences:
            return Suggestion(
                sentences=(), brief=SuggestedBrief(), industries=(), languages=(language,)
            )
        told = briefs.suggested(sentences, self.nearness(sentences, language))
        return Suggestion(
            sentences=sentences,
            brief=told,
            industries=self._near_industries(sentences, language),
            languages=(language,),
        )

    def nearness(self, sentences: Sequence[str], language: str) -> Mapping[str, Floats]:
        """Return how near each sentence is to each label of the reference sentences."""
        rows = self._centred(self.encoder.encode_queries(sentences), language)
        return briefs.nearness(rows, self._references.rows)

    def save(
        self,
        challenge_id: UUID,
        *,
        expected_revision: int,
        answers: Mapping[BriefQuestion, str],
        shared: Sequence[BriefQuestion] = (),
        trl: int | None = None,
        need: CompanyNeed | None = None,
        languages: Sequence[str] = (),
        students: bool | None = None,
        confidential: bool = False,
        industry_code: str | None = None,
    ) -> Challenge:
        """Keep a brief in place of the present one.

        Args:
            challenge_id: the challenge.
            expected_revision: as it was read.
            answers: by question; a blank one is left out.
            shared: answers that partners may read of a confidential challenge.
            trl: technology readiness level, 1 to 9.
            need: which need of the firm it serves most.
            languages: ISO 639-1 codes that the firm can work in.
            students: whether students may work on it.
            confidential: whether partners read no more than what is shared.
            industry_code: NACE / DB07 code.

        Raises:
            NotFound: there is no such challenge.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: its state does not allow it.
            InvalidInput: an answer that is too long, an unknown level or language.

        """
        kept = Brief(
            answers=_checked_answers(answers),
            shared=frozenset(shared),
            trl=_checked_level(trl),
            need=need,
            languages=_checked_languages(languages),
            students=students,
        )
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id, expected_revision)
            challenge.apply(ChallengeAction.BRIEF, at=self.clock())
            if challenge.brief.answers != kept.answers:
                challenge.warnings_accepted = False
            challenge.brief_json = kept.as_json()
            challenge.confidential = confidential
            challenge.industry_code = industry_code
        return challenge

    @cached_property
    def _references(self) -> References:
        """The reference sentences as vectors; encoded once in a process."""
        texts = briefs.reference_briefs()
        means: dict[str, Floats] = {}
        found: dict[str, list[Floats]] = {}
        for language in _LANGUAGES:
            rows = [(label, one) for label, of in texts.items() for one in of[language]]
            vectors = self.encoder.encode_queries([one for _, one in rows])
            means[language] = vectors.mean(axis=0)
            centred = unit(vectors - means[language])
            for (label, _), row in zip(rows, centred, strict=True):
                found.setdefault(label, []).append(row)
        return References(means, {label: np.stack(rows) for label, rows in found.items()})

    @cached_property
    def _industries(self) -> tuple[Sequence[Code], Mapping[str, Floats]]:
        """The classes of manufacturing, and their names as vectors by language."""
        known = codes.classes_of_manufacturing()
        rows = {}
        for language in _LANGUAGES:
            vectors = self.encoder.encode_queries([one.name(language) for one in known])
            rows[language] = unit(vectors - vectors.mean(axis=0))
        return known, rows

    def _near_industries(self, sentences: Sequence[str], language: str) -> list[Code]:
        known, by_language = self._industries
        rows = by_language.get(language, by_language["da"])
        asked = self._centred(self.encoder.encode_query_parts(sentences), language)
        # What the firm makes is said in one sentence or another, seldom in all.
        near = asked[0] @ rows.T + (asked[1:] @ rows.T).max(axis=0)
        return [known[at] for at in np.argsort(-near, kind="stable")[:MOST_INDUSTRIES].tolist()]

    def _centred(self, vectors: Floats, language: str) -> Floats:
        """Return vectors without what all sentences of their language share."""
        means = self._references.means
        return unit(vectors - means.get(language, means["da"]))


def _checked_answers(answers: Mapping[BriefQuestion, str]) -> dict[BriefQuestion, str]:
    kept = {}
    for question in BriefQuestion:
        text = clean(answers.get(question, ""))
        if len(text) > ANSWER_LENGTH:
            raise InvalidInput(question.value, f"Use at most {ANSWER_LENGTH} characters.")
        if text:
            kept[question] = text
    return kept


def _checked_level(trl: int | None) -> int | None:
    if trl is not None and trl not in LEVELS:
        raise InvalidInput("trl", "Use a level from 1 to 9.")
    return trl


def _checked_languages(languages: Sequence[str]) -> tuple[str, ...]:
    unknown = [one for one in languages if one not in SUPPORTED]
    if unknown:
        raise InvalidInput("languages", f"Use some of {', '.join(SUPPORTED)}.")
    return tuple(dict.fromkeys(languages))
