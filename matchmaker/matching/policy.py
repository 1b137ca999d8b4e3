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
    #: Weight of nearness in meaning (0..1 after scaling).
    dense_weight: float = 0.65
    #: Weight of shared words (0..1 after scaling).
    lexical_weight: float = 0.35
    #: A profile scores by the mean of this many of its best passages.
    pooled_passages: int = 3
    #: How much the whole challenge counts in a passage, against its best sentence.
    whole_share: float = 0.6
    #: Cosines, after the language correction, that become 0 and 1.
    dense_range: tuple[float, float] = (0.10, 0.60)
    #: Take out where each language lies in the encoder's space.
    language_correction: bool = True
    #: Profiles looked at per sentence and source, over all kinds and per kind.
    depth: int = 40
    depth_per_kind: int = 8
    #: Scores from which a fit word is given; below "possible" nobody is shown.
    fit_from: Mapping[Fit, float] = field(
        default_factory=lambda: MappingProxyType(
            {Fit.STRONG: 0.55, Fit.GOOD: 0.42, Fit.POSSIBLE: 0.30}
        )
    )
    #: Cosine from which a sentence of the challenge counts as answered by a passage.
    answered_from: float = 0.28
    slate: SlateRule = field(default_factory=SlateRule)

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
            "dense_range": list(self.dense_range),
            "fit_from": {fit.value: least for fit, least in self.fit_from.items()},
            "slate": {
                "minimum": {kind.value: least for kind, least in self.slate.minimum.items()},
                "maximum": {kind.value: most for kind, most in self.slate.maximum.items()},
                "per_family": self.slate.per_family,
            },
        }


#: Selectable by name; the single voices are there to be compared with.
POLICIES: Mapping[str, MatchingPolicy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            MatchingPolicy(),
            MatchingPolicy(name="dense", lexical_weight=0.0, dense_weight=1.0),
            MatchingPolicy(name="lexical", lexical_weight=1.0, dense_weight=0.0),
            MatchingPolicy(
                name="dense-uncorrected",
                lexical_weight=0.0,
                dense_weight=1.0,
                language_correction=False,
            ),
            MatchingPolicy(name="fused-uncorrected", language_correction=False),
        )
    }
)
DEFAULT_POLICY = POLICIES["fused"]
