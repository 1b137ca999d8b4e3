"""Challenges as others than their firm see them: for a profile, and beside a challenge."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import OutputSchema, PageSchema, about
from api.schemas.match import SENTENCE, EvidencePassageSchema, FactsSchema
from matchmaker.models import ChallengeState, Fit
from matchmaker.services.directions import AnsweredChallenge, SimilarChallenge, SimilarPage


class ChallengeInShortSchema(OutputSchema):
    """A challenge without what only its firm may have."""

    id = fields.UUID(
        allow_none=True,
        metadata=about("Of a shipped sample; null for a firm's own, because its id is its key."),
    )
    title = fields.String(metadata=about("A few words, or empty.", "Revner i svejsninger"))
    excerpt = fields.String(metadata=about("How the text begins.", SENTENCE))
    language = fields.String(metadata=about("ISO 639-1 code.", "da"))
    state = fields.Enum(
        ChallengeState,
        by_value=fields.String,
        metadata=about("Where it is on its way.", "open"),
    )
    sample = fields.Boolean(
        metadata=about("Shipped with the product to be tried out.", examples=[True])
    )


class AnsweredChallengeSchema(OutputSchema):
    """A challenge that a profile could help with, and why."""

    challenge = fields.Nested(ChallengeInShortSchema, metadata=about("Which challenge."))
    fit = fields.Enum(Fit, by_value=fields.String, metadata=about("How well, in words.", "good"))
    score = fields.Float(
        metadata=about("The score of the profile in a match run of the challenge.", 0.47)
    )
    evidence = fields.List(
        fields.Nested(EvidencePassageSchema), metadata=about("The passages that carry it.")
    )
    uncovered = fields.List(
        fields.String(),
        metadata=about("Sentences of the challenge that nothing in the profile answers."),
    )
    facts = fields.Nested(FactsSchema, metadata=about("Distance and language."))

    @ma.pre_dump
    def in_words(self, answered: AnsweredChallenge, **_kwargs: object) -> dict[str, Any]:
        """Put the sentences in place of their positions."""
        sentences, reason = answered.challenge.shown_sentences, answered.reason
        return {
            "challenge": answered.challenge.in_short(),
            "fit": answered.fit,
            "score": answered.score,
            "evidence": [
                {
                    "passage": passage.text,
                    "language": passage.language,
                    "evidence_id": passage.evidence_id,
                    "answers": sentences[passage.answers],
                    "answers_index": passage.answers,
                }
                for passage in reason.evidence
            ],
            "uncovered": [sentences[position] for position in reason.uncovered],
            "facts": reason.facts,
        }


class AnsweredChallengePageSchema(PageSchema):
    """Some challenges that a profile could help with."""

    items = fields.List(fields.Nested(AnsweredChallengeSchema), metadata=about("Best first."))


class SentencePairSchema(OutputSchema):
    """Two sentences that say much the same."""

    asked = fields.String(metadata=about("Of the challenge that was asked for.", SENTENCE))
    similar = fields.String(
        metadata=about("Of the similar one.", "The plates warp by 0.3 mm after heat treatment.")
    )


class SimilarChallengeSchema(OutputSchema):
    """A challenge that is like another one."""

    challenge = fields.Nested(ChallengeInShortSchema, metadata=about("Which challenge."))
    score = fields.Float(metadata=about("Orders the list; not a share or a probability.", 0.61))
    pairs = fields.List(
        fields.Nested(SentencePairSchema),
        metadata=about("The sentences that correspond, at most two pairs; may be empty."),
    )


class SimilarPageSchema(PageSchema):
    """Some challenges that are like one."""

    items = fields.List(fields.Nested(SimilarChallengeSchema), metadata=about("Most alike first."))

    @ma.pre_dump
    def in_words(self, found: SimilarPage, **_kwargs: object) -> dict[str, Any]:
        """Put the sentences in place of their positions."""
        page = found.page
        return {
            "items": [_similar(one, found) for one in page.items],
            "total": page.total,
            "offset": page.offset,
            "limit": page.limit,
        }


def _similar(one: SimilarChallenge, found: SimilarPage) -> dict[str, Any]:
    return {
        "challenge": one.challenge.in_short(),
        "score": one.score,
        "pairs": [
            {"asked": found.sentences[mine], "similar": one.challenge.shown_sentences[theirs]}
            for mine, theirs in one.pairs
        ],
    }
