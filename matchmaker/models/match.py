"""MatchRun, Match and Reason: one ranking, kept so that it can be read and replayed."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, text_enum
from matchmaker.models.profile import PartnerKind, Profile
from matchmaker.models.steering import Dismissal


class Fit(enum.StrEnum):
    """How well a profile fits, in words; the policy says from which score on."""

    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"


class EligibilityRule(enum.StrEnum):
    """The hard rules, in the order in which they are counted."""

    VISIBLE = "visible"
    AVAILABLE = "available"
    PARTNER_KIND = "partner-kind"
    LANGUAGE = "language"
    DISTANCE = "distance"
    #: As many introductions open as they can take.
    CAPACITY = "capacity"
    #: Declined not long ago.
    COOL_DOWN = "cool-down"
    #: Of the firm's own house, or declared.
    CONFLICT = "conflict"
    REQUIRED_TERMS = "required-terms"
    EXCLUDED_TERMS = "excluded-terms"
    DISMISSED = "dismissed"


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What the asker asks for beyond the text; an empty condition removes nobody."""

    partner_kinds: tuple[PartnerKind, ...] = ()
    #: ISO 639-1 codes; one of them must be a working language of the profile.
    languages: tuple[str, ...] = ()
    #: Farthest away, in kilometres; needs the place of the challenge.
    within_km: int | None = None
    #: Most matches in the list.
    limit: int = 20
    #: Words or phrases; each must be in a passage of the profile.
    required_terms: tuple[str, ...] = ()
    #: Words or phrases; none may be in a passage of the profile.
    excluded_terms: tuple[str, ...] = ()
    #: Profiles to find more of: they pull the question.
    more_like: tuple[UUID, ...] = ()
    #: Profiles that are not wanted in this list.
    dismissed: tuple[Dismissal, ...] = ()
    #: How many times as much as in the policy the place counts, 0..3; None is as usual.
    place_weight: float | None = None

    def only(self, kind: PartnerKind) -> Conditions:
        """Return the same conditions for one partner kind."""
        return replace(self, partner_kinds=(kind,))

    def as_json(self) -> dict[str, Any]:
        """Return plain values, as stored with the run."""
        return {
            "partner_kinds": [kind.value for kind in self.partner_kinds],
            "languages": list(self.languages),
            "within_km": self.within_km,
            "limit": self.limit,
            "required_terms": list(self.required_terms),
            "excluded_terms": list(self.excluded_terms),
            "more_like": [str(profile_id) for profile_id in self.more_like],
            "dismissed": [one.as_json() for one in self.dismissed],
            "place_weight": self.place_weight,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Conditions:
        """Return the conditions that :meth:`as_json` wrote, also before there were as many."""
        return cls(
            partner_kinds=tuple(PartnerKind(kind) for kind in values["partner_kinds"]),
            languages=tuple(values["languages"]),
            within_km=values["within_km"],
            limit=values["limit"],
            required_terms=tuple(values.get("required_terms", ())),
            excluded_terms=tuple(values.get("excluded_terms", ())),
            more_like=tuple(map(UUID, values.get("more_like", ()))),
            dismissed=tuple(map(Dismissal.from_json, values.get("dismissed", ()))),
            place_weight=values.get("place_weight"),
        )


@dataclass(frozen=True, kw_only=True)
class EvidencePassage:
    """A passage that carried the match, and the sentence of the challenge it answers."""

    text: str
    #: ISO 639-1 code of the passage.
    language: str
    evidence_id: UUID | None
    #: Position of the sentence in ``MatchRun.sentences``.
    answers: int
    #: Where the words stand that contributed most: begin and end, in code points. None as long
    #: as nobody has asked; empty when no single word stands out.
    highlights: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The plain facts of a match: no judgement in them."""

    distance_km: int | None = None
    #: Whether one can work with them in the language of the challenge.
    speaks_challenge_language: bool = False


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a profile is in the list, in a form a page can show."""

    evidence: tuple[EvidencePassage, ...]
    #: Positions of the sentences in ``MatchRun.sentences`` that nothing in the profile answers.
    uncovered: tuple[int, ...]
    facts: Facts

    def as_json(self) -> dict[str, Any]:
        """Return plain values, as stored with the match."""
        # By hand: ``asdict`` copies deeply, and took a tenth of the time of keeping a run.
        return {
            "evidence": [
                {
                    "text": passage.text,
                    "language": passage.language,
                    "evidence_id": str(passage.evidence_id) if passage.evidence_id else None,
                    "answers": passage.answers,
                    "highlights": (
                        passage.highlights and [list(span) for span in passage.highlights]
                    ),
                }
                for passage in self.evidence
            ],
            "uncovered": list(self.uncovered),
            "facts": {
                "distance_km": self.facts.distance_km,
                "speaks_challenge_language": self.facts.speaks_challenge_language,
            },
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Reason:
        """Return the reason that :meth:`as_json` wrote."""
        return cls(
            evidence=tuple(
                EvidencePassage(
                    text=passage["text"],
                    language=passage["language"],
                    evidence_id=UUID(passage["evidence_id"]) if passage["evidence_id"] else None,
                    answers=passage["answers"],
                    highlights=_spans(passage.get("highlights")),
                )
                for passage in values["evidence"]
            ),
            uncovered=tuple(values["uncovered"]),
            facts=Facts(**values["facts"]),
        )


def _spans(kept: Sequence[Sequence[int]] | None) -> tuple[tuple[int, int], ...] | None:
    return None if kept is None else tuple((start, end) for start, end in kept)


class MatchRun(Base, kw_only=True):
    """One ranking of one challenge, with everything needed to replay it to the same list."""

    __tablename__ = "match_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    challenge_id: Mapped[UUID] = mapped_column(ForeignKey("challenges.id", ondelete="CASCADE"))
    challenge_revision: Mapped[int]
    #: The sentences that were asked, as they stood; evidence points into this list.
    sentences: Mapped[list[str]]
    #: Language of the challenge, ISO 639-1.
    language: Mapped[str]
    conditions: Mapped[dict[str, Any]]
    #: Where the firm was then, as ``Place`` holds it.
    place: Mapped[dict[str, Any]]
    policy_name: Mapped[str]
    policy_version: Mapped[int]
    #: The policy's weights, floor and slate, written out.
    weights: Mapped[dict[str, Any]] = mapped_column(repr=False)
    encoder_fingerprint: Mapped[str]
    generation_id: Mapped[int]
    #: How far in the change log the replica had come.
    log_position: Mapped[int]
    #: How many profiles each rule removed, in order: [[rule, number], ...].
    funnel: Mapped[list[list[Any]]] = mapped_column(JSON)
    #: How many of each family were looked at, and what they merit; None in runs made before it
    #: was kept. See ``matchmaker.matching.tally``.
    tally: Mapped[list[list[Any]] | None] = mapped_column(
        JSON(none_as_null=True), default=None, deferred=True, repr=False
    )
    #: Whom the rules of protection left out and how much each family had on its table then, so
    #: that a replay asks the same; see ``matchmaker.models.protection``. None when nobody.
    protection: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True), default=None, deferred=True, repr=False
    )
    #: Milliseconds per stage.
    timings_ms: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    matches: Mapped[list[Match]] = relationship(
        default_factory=list,
        repr=False,
        lazy="raise_on_sql",
        order_by="Match.rank",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    __table_args__ = (
        Index("ix_match_runs_challenge_id_created_at", "challenge_id", "created_at"),
        Index("ix_match_runs_created_at", "created_at"),
    )


class Match(Base, kw_only=True):
    """One profile in one run."""

    __tablename__ = "matches"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("match_runs.id", ondelete="CASCADE"), init=False
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True
    )
    #: Place in the list, from 1.
    rank: Mapped[int]
    #: 0..1, of the content alone: nearness to the firm and near-ties move places, not scores.
    score: Mapped[float]
    fit: Mapped[Fit] = mapped_column(text_enum(Fit))
    reason_json: Mapped[dict[str, Any]] = mapped_column("reason", repr=False)
    profile: Mapped[Profile] = relationship(init=False, repr=False, lazy="raise_on_sql")
    folded: Mapped[list[FoldedProfile]] = relationship(
        default_factory=list,
        repr=False,
        lazy="raise_on_sql",
        order_by="FoldedProfile.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    __table_args__ = (UniqueConstraint("run_id", "rank"),)

    @property
    def shown(self) -> bool:
        """Whether the public may still know who it is; if not, nothing but the place is told."""
        return self.profile.public

    @property
    def nameless(self) -> bool:
        """Whether this is a person whose name is kept from the reader (``services.nameless``)."""
        return self.profile_id is None

    @property
    def reason(self) -> Reason:
        """Why this profile is in the list."""
        return Reason.from_json(self.reason_json)


class FoldedProfile(Base, kw_only=True):
    """A profile that shares the place of a match, because both say the same."""

    __tablename__ = "folded_profiles"

    match_id: Mapped[UUID] = mapped_column(
        ForeignKey("matches.id", ondelete="CASCADE"), primary_key=True, init=False
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: Order under the place, from 0.
    position: Mapped[int]
    profile: Mapped[Profile] = relationship(init=False, repr=False, lazy="raise_on_sql")
