"""MatchingPolicy: the numbers of the judgement, named and versioned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from matchmaker.models import Fit, PartnerKind


@dataclass(frozen=True, kw_only=True)
class SlateRule:
    """How many of each partner kind one list holds, and how many of one family.

    A minimum is kept only by profiles above the floor: nobody is shown to fill a place.
    """

    minimum: Mapping[PartnerKind, int] = field(
        default_factory=lambda: MappingProxyType(
            {
                PartnerKind.EXPERT: 2,
                PartnerKind.UNIVERSITY_GROUP: 2,
                PartnerKind.INSTITUTE: 2,
                PartnerKind.INTERNATIONAL_PARTNER: 1,
                PartnerKind.STUDENT: 1,
                PartnerKind.ACTIVITY: 1,
            }
        )
    )
    maximum: Mapping[PartnerKind, int] = field(
        default_factory=lambda: MappingProxyType(
            {
                PartnerKind.EXPERT: 8,
                PartnerKind.UNIVERSITY_GROUP: 8,
                PartnerKind.INSTITUTE: 8,
                PartnerKind.INTERNATIONAL_PARTNER: 7,
                PartnerKind.HUB: 3,
                PartnerKind.STUDENT: 6,
                PartnerKind.ACTIVITY: 4,
            }
        )
    )
    #: Most profiles of one organisation with all its parts.
    per_family: int = 4


@dataclass(frozen=True, kw_only=True)
class MatchingPolicy:
    """Everything a ranking depends on beside the texts. Frozen: a change is a new version."""

    name: str = "fused"
    version: int = 1
    #: Weight of the corrected cosine.
    dense_weight: float = 1.0
    #: Weight of shared words, which lie between 0 and ``lexical_cap``.
    lexical_weight: float = 0.15
    lexical_cap: float = 1.5
    #: Share of the best possible lexical score below which nothing is scaled to 1.
    lexical_least: float = 0.02
    #: A profile scores by the mean of this many of its best passages.
    pooled_passages: int = 3
    #: How much the whole challenge counts in a passage, against its best sentence.
    whole_share: float = 0.6
    #: The weighted sum that becomes a score of 0.5, and how much more becomes 0.73.
    midpoint: float = 0.25
    spread: float = 0.05
    #: Take out where each language lies in the encoder's space.
    language_correction: bool = True
    #: Profiles looked at per order, over all kinds and per kind.
    depth: int = 60
    depth_per_kind: int = 6
    #: Scores from which a fit word is given; nobody below "possible" is shown.
    fit_from: Mapping[Fit, float] = field(
        default_factory=lambda: MappingProxyType(
            {Fit.STRONG: 0.80, Fit.GOOD: 0.55, Fit.POSSIBLE: 0.20}
        )
    )
    #: When even the best candidate scores less, the answer is that nobody fits well enough.
    answer_from: float = 0.36
    #: Cosine from which a sentence of the challenge counts as answered by a passage.
    answered_from: float = 0.19
    slate: SlateRule = field(default_factory=SlateRule)
    #: Sums nearer than this to the best of their band stand in an order drawn by lot: on the
    #: judged challenges the higher of two such is the better partner in 54 % of 432 pairs, and
    #: each step of it is no better than a lot. See ``benchmarks/near_ties.py``; 0 draws no lots.
    near_tie: float = 0.005
    #: Cosine from which two passages say the same, and how alike two names are that mean one.
    #: In the seed data every two passages from here on up tell the same thing in other words.
    alike_from: float = 0.75
    same_name_from: float = 0.9

    @property
    def floor(self) -> float:
        """The lowest score that is shown."""
        return self.fit_from[Fit.POSSIBLE]

    def fit(self, score: float) -> Fit:
        """Return the fit word for a score at or above the floor."""
        return max(
            (fit for fit, least in self.fit_from.items() if score >= least),
            key=lambda fit: self.fit_from[fit],
        )

    def as_json(self) -> dict[str, Any]:
        """Return plain values, as stored with every run."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            **values,
            "fit_from": {fit.value: least for fit, least in self.fit_from.items()},
            "slate": {
                "minimum": {kind.value: least for kind, least in self.slate.minimum.items()},
                "maximum": {kind.value: most for kind, most in self.slate.maximum.items()},
                "per_family": self.slate.per_family,
            },
        }


#: A single voice is there to be compared with; it shows all it finds, and draws no lots.
_ALL = MappingProxyType({Fit.POSSIBLE: 0.0})
#: Uncorrected cosines of the bundled encoder lie around this.
_RAW = 0.85
#: Selectable by name.
POLICIES: Mapping[str, MatchingPolicy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            MatchingPolicy(),
            MatchingPolicy(
                name="lexical", dense_weight=0.0, fit_from=_ALL, answer_from=0.0, near_tie=0.0
            ),
            MatchingPolicy(
                name="dense", lexical_weight=0.0, fit_from=_ALL, answer_from=0.0, near_tie=0.0
            ),
            MatchingPolicy(
                name="dense-uncorrected",
                lexical_weight=0.0,
                language_correction=False,
                midpoint=_RAW,
                fit_from=_ALL,
                answer_from=0.0,
                near_tie=0.0,
            ),
            MatchingPolicy(
                name="fused-uncorrected",
                language_correction=False,
                midpoint=_RAW,
                fit_from=_ALL,
                answer_from=0.0,
                near_tie=0.0,
            ),
        )
    }
)
DEFAULT_POLICY = POLICIES["fused"]
