"""Matches and match runs on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import OutputSchema, PageSchema, about
from api.schemas.conditions import ConditionsSchema
from api.schemas.place import PlaceSchema
from matchmaker.models import Conditions, Fit, Match, MatchRun, PartnerKind, ProfileKind

SENTENCE = "Efter varmebehandlingen slår de sig op til 0,3 mm, og vi kasserer hver femte."


class MatchedProfileSchema(OutputSchema):
    """Who is proposed, in short; the rest is at ``/profiles/{id}``."""

    id = fields.UUID(
        allow_none=True,
        metadata=about(
            "Read all of it at /api/v1/profiles/{id}; null for a person to who has no token."
        ),
    )
    kind = fields.Enum(
        ProfileKind, by_value=fields.String, metadata=about("Kind of profile.", "expert")
    )
    name = fields.String(
        allow_none=True,
        metadata=about("Name; null for a person to who has no token.", "Institut for Materialer"),
    )
    summary = fields.String(
        metadata=about(
            "What this partner does for a manufacturer; of a person to who has no token, the "
            "fields only."
        )
    )
    place = fields.Nested(PlaceSchema, metadata=about("Where they are."))
    fictional = fields.Boolean(metadata=about("Invented for demonstration.", examples=[False]))


class EvidencePassageSchema(OutputSchema):
    """A passage that carried the match, and what it answers."""

    passage = fields.String(
        allow_none=True,
        metadata=about(
            "The partner's own words, in their language; null for a person to who has no token."
        ),
    )
    language = fields.String(metadata=about("ISO 639-1 code of the passage.", "en"))
    evidence_id = fields.UUID(
        allow_none=True,
        metadata=about("The evidence it is from; null for summary or description."),
    )
    answers = fields.String(metadata=about("The sentence of the challenge.", SENTENCE))
    answers_index = fields.Integer(
        metadata=about("Its position in the sentences of the run, from 0.", 1)
    )
    highlights = fields.List(
        fields.List(fields.Integer(), validate=ma.validate.Length(equal=2)),
        allow_none=True,
        metadata=about(
            "Words that contributed most: begin and end in the passage, counted in code points, "
            "the end not included. Empty when no single word stands out; null as long as nobody "
            "has asked at /api/v1/match-runs/{id}/highlights.",
            [[17, 29]],
        ),
    )


class FactsSchema(OutputSchema):
    """The plain facts of a match."""

    distance_km = fields.Integer(
        allow_none=True, metadata=about("As the crow flies; null when a place is unknown.", 42)
    )
    speaks_challenge_language = fields.Boolean(
        metadata=about("Works in the language of the challenge.", examples=[True])
    )


class FoldedProfileSchema(OutputSchema):
    """A profile that says the same as the one in the list and shares its place."""

    id = fields.UUID(metadata=about("Read all of it at /api/v1/profiles/{id}."))
    name = fields.String(metadata=about("Name.", "Institut for Materialer, Aarhus"))


class MatchSchema(OutputSchema):
    """One profile in a run, with the reason for it."""

    rank = fields.Integer(metadata=about("Place in the list, from 1.", 1))
    kind = fields.Enum(
        PartnerKind, by_value=fields.String, metadata=about("Kind of partner.", "institute")
    )
    profile = fields.Nested(
        MatchedProfileSchema,
        allow_none=True,
        metadata=about("Who it is; null when the profile is no longer shown."),
    )
    folded = fields.List(
        fields.Nested(FoldedProfileSchema),
        metadata=about("Others of the same family or name that say the same."),
    )
    fit = fields.Enum(Fit, by_value=fields.String, metadata=about("How well, in words.", "good"))
    score = fields.Float(
        allow_none=True,
        metadata=about(
            "Orders the list, 0 to 1; near-ties are ordered by lot. Not a share or a probability. "
            "Null for a person to who has no token.",
            0.47,
        ),
    )
    evidence = fields.List(
        fields.Nested(EvidencePassageSchema), metadata=about("The passages that carried it.")
    )
    uncovered = fields.List(
        fields.String(),
        metadata=about(
            "Sentences of the challenge that nothing in the profile answers.", [SENTENCE]
        ),
    )
    facts = fields.Nested(
        FactsSchema,
        allow_none=True,
        metadata=about("Distance and language; null when the profile is no longer shown."),
    )

    @ma.pre_dump
    def in_words(self, row: tuple[Match, Sequence[str]], **_kwargs: object) -> dict[str, Any]:
        """Put the sentences in place of their positions; takes a match and its sentences."""
        match, sentences = row
        reason = match.reason
        return {
            "rank": match.rank,
            "kind": match.profile.partner_kind,
            "profile": _profile(match),
            "folded": [{"id": one.profile_id, "name": one.profile.name} for one in match.folded],
            "fit": match.fit,
            "score": match.score,
            "evidence": [
                {
                    "passage": None if match.nameless else passage.text,
                    "language": passage.language,
                    "evidence_id": passage.evidence_id,
                    "answers": sentences[passage.answers],
                    "answers_index": passage.answers,
                    "highlights": passage.highlights,
                }
                for passage in reason.evidence
            ],
            "uncovered": [sentences[position] for position in reason.uncovered],
            "facts": reason.facts if match.shown else None,
        }


def _profile(match: Match) -> object:
    if not match.shown:
        return None
    if not match.nameless:
        return match.profile
    profile = match.profile
    shown = ("kind", "summary", "place", "fictional")
    return {"id": None, "name": None, **{name: getattr(profile, name) for name in shown}}


class FunnelStepSchema(OutputSchema):
    """One step of the funnel."""

    rule = fields.String(metadata=about("Name of the step or rule.", "distance"))
    number = fields.Integer(metadata=about("How many.", 38))


class PolicySchema(OutputSchema):
    """Which policy judged."""

    name = fields.String(metadata=about("Name.", "fused"))
    version = fields.Integer(metadata=about("Version.", 1))


class MatchRunSummarySchema(OutputSchema):
    """One ranking of one challenge, without its matches."""

    id = fields.UUID(metadata=about("Id of the run."))
    challenge_id = fields.UUID(metadata=about("The challenge that was asked."))
    challenge_revision = fields.Integer(metadata=about("As it stood then.", 1))
    language = fields.String(metadata=about("Language of the challenge.", "da"))
    sentences = fields.List(
        fields.String(), metadata=about("The sentences that were asked.", [SENTENCE])
    )
    conditions = fields.Nested(ConditionsSchema, metadata=about("What was asked for."))
    funnel = fields.List(
        fields.Nested(FunnelStepSchema),
        metadata=about(
            "How the list came about: 'all' profiles, how many each rule removed, then how many "
            "were 'eligible', 'considered', 'above-floor', 'folded' under another and 'matched'."
        ),
    )
    policy = fields.Nested(PolicySchema, metadata=about("Which policy judged."))
    encoder = fields.String(metadata=about("Fingerprint of the encoder."))
    generation = fields.Integer(metadata=about("Generation of the index.", 3))
    timings_ms = fields.Dict(
        keys=fields.String(),
        values=fields.Float(),
        metadata=about("Milliseconds for each stage.", {"encode": 11.2, "search": 1.9}),
    )
    created_at = fields.AwareDateTime(metadata=about("When it ran."))

    @ma.pre_dump
    def as_sent(self, run: MatchRun, **_kwargs: object) -> dict[str, Any]:
        """Put together what belongs together on the wire."""
        return {
            "id": run.id,
            "challenge_id": run.challenge_id,
            "challenge_revision": run.challenge_revision,
            "language": run.language,
            "sentences": run.sentences,
            "conditions": Conditions.from_json(run.conditions),
            "funnel": [{"rule": rule, "number": number} for rule, number in run.funnel],
            "policy": {"name": run.policy_name, "version": run.policy_version},
            "encoder": run.encoder_fingerprint,
            "generation": run.generation_id,
            "timings_ms": run.timings_ms,
            "created_at": run.created_at,
        }


class MatchRunSchema(MatchRunSummarySchema):
    """One ranking of one challenge. No matches means that nobody fits well enough."""

    matches = fields.List(fields.Nested(MatchSchema), metadata=about("Best first."))

    @ma.pre_dump
    def as_sent(self, run: MatchRun, **kwargs: object) -> dict[str, Any]:
        """Add the matches to the summary."""
        return {**super().as_sent(run, **kwargs), "matches": rows_of(run)}


class MatchPageSchema(PageSchema):
    """Some matches of a run."""

    items = fields.List(fields.Nested(MatchSchema), metadata=about("Best first."))


class MatchRunPageSchema(PageSchema):
    """Some runs of a challenge."""

    items = fields.List(fields.Nested(MatchRunSummarySchema), metadata=about("Newest first."))


def rows_of(run: MatchRun) -> list[tuple[Match, Sequence[str]]]:
    """Return what ``MatchSchema`` dumps: each match with the sentences it refers to."""
    return [(match, run.sentences) for match in run.matches]
