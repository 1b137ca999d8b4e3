"""MatchingPolicy: the numbers of the judgement, named and versioned.

The numbers of the policy that answers were fitted to judgements by ``matchmaker fit`` and are read
from ``fitted_policy.json``, which also says from what, when and how well they were fitted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from importlib import resources
from types import MappingProxyType
from typing import Any

from matchmaker.models import EvidenceKind, Fit, PartnerKind


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
    #: Weight of the corrected cosine: the measure of all others.
    dense_weight: float = 1.0
    #: Weight of shared words, which lie between 0 and ``lexical_cap``.
    lexical_weight: float = 0.15
    #: The same for a passage in another language than the challenge.
    lexical_weight_across: float = 0.15
    #: Weight of words that are written alike, which lie there too.
    character_weight: float = 0.02
    lexical_cap: float = 1.5
    #: Share of the best possible lexical score below which nothing is scaled to 1.
    lexical_least: float = 0.02
    #: A profile scores by the mean of its best passages, which count by these weights.
    pooling: tuple[float, ...] = (1.0, 1.0, 1.0)
    #: How much the whole challenge counts in a passage, against its best sentence.
    whole_share: float = 0.6
    #: How much the second voice counts beside the first encoder, where it has read both challenge
    #: and passage; see ``matching.voice``.
    voice_share: float = 0.0
    #: What the nearest neighbour gains over somebody far away; the asker may change it.
    place_weight: float = 0.03
    #: Kilometres after which 1/e of that gain is left: near enough to drop in. At 20 in place of
    #: 50, and 0.08 in place of 0.06, both sets of judgements gain (0.7332 to 0.7377 in nDCG@10
    #: on challenges not learned from, 0.592 to 0.605 in MRR on the Danish projects).
    place_km: float = 20.0
    #: What the score of a passage is multiplied with for the kind of evidence it is. All alike:
    #: who has cases, equipment or services stands on equal footing with who has publications.
    evidence_weights: Mapping[EvidenceKind, float] = field(
        default_factory=lambda: MappingProxyType(dict.fromkeys(EvidenceKind, 1.0))
    )
    #: Years after which evidence counts half; 0 when age does not count.
    recency_half_life: float = 0.0
    #: The weighted sum that becomes a score of 0.5, and how much more becomes 0.73.
    midpoint: float = 0.25
    spread: float = 0.05
    #: Take out where each language lies in the encoder's space.
    language_correction: bool = True
    #: Move the questions to where relevant partners stand, as ``projection`` learned it.
    projected: bool = False
    #: Profiles looked at per order, over all kinds and per kind.
    depth: int = 60
    depth_per_kind: int = 6
    #: Scores from which a fit word is given; nobody below "possible" is shown.
    fit_from: Mapping[Fit, float] = field(
        default_factory=lambda: MappingProxyType(
            {Fit.STRONG: 0.80, Fit.GOOD: 0.55, Fit.POSSIBLE: 0.20}
        )
    )
    #: What a challenge is nearer than usual to questions that no cluster answers (``aside``), times
    #: this, goes off the sum before it becomes a score; it orders nothing.
    aside_weight: float = 0.0
    aside_usual: float = 0.2
    #: The answer is that nobody fits well enough when the weighted sum of the best candidate is
    #: not by this much above how near the challenge is to such questions;
    #: with an encoder for which that is not known, when even the best scores less than the second.
    aside_margin: float = 0.033
    #: The same for a challenge of at most ``short_words`` words that say something, between the two
    #: up to ``long_words``: a few words are near to any question. Asked by their titles alone, 23 %
    #: of our challenges were refused by the margin of whole ones, and 6 % by this; of those that
    #: nobody answers 89 % are.
    aside_margin_short: float = -0.11
    short_words: int = 8
    long_words: int = 20
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

    @property
    def weighs_evidence(self) -> bool:
        """Whether kind or age of evidence makes any difference."""
        return bool(self.recency_half_life) or set(self.evidence_weights.values()) != {1.0}

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
            "pooling": list(self.pooling),
            "evidence_weights": {
                kind.value: weight for kind, weight in self.evidence_weights.items()
            },
            "fit_from": {fit.value: least for fit, least in self.fit_from.items()},
            "slate": {
                "minimum": {kind.value: least for kind, least in self.slate.minimum.items()},
                "maximum": {kind.value: most for kind, most in self.slate.maximum.items()},
                "per_family": self.slate.per_family,
            },
        }


def fitted(document: Mapping[str, Any]) -> MatchingPolicy:
    """Return the policy that ``matchmaker fit`` wrote.

    Args:
        document: "name", "version", and "values" of the fields that were fitted.

    """
    values = dict(document["values"])
    values["pooling"] = tuple(values["pooling"])
    values["fit_from"] = MappingProxyType(
        {Fit(word): least for word, least in values["fit_from"].items()}
    )
    return MatchingPolicy(name=document["name"], version=document["version"], **values)


def fitted_document() -> dict[str, Any]:
    """Return the policy file that is shipped: the numbers, and the run that fitted them."""
    source = resources.files(__package__).joinpath(FITTED)
    document: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return document


#: Name of the policy file beside this module.
FITTED = "fitted_policy.json"
DEFAULT_POLICY = fitted(fitted_document())
#: Uncorrected cosines of the bundled encoder lie around this.
_RAW = 0.85


def _ablation(name: str, **changes: Any) -> MatchingPolicy:
    """Return a policy to compare with: it shows all it finds, and draws no lots."""
    shown = {"fit_from": MappingProxyType({Fit.POSSIBLE: 0.0}), "answer_from": 0.0, "near_tie": 0.0}
    shown["aside_margin"] = shown["aside_margin_short"] = -1.0  # far below any sum
    if not changes.get("language_correction", True):
        shown["midpoint"] = _RAW
    # Words weigh alike in every language until the fit says otherwise.
    across = changes.get("lexical_weight", MatchingPolicy.lexical_weight)
    values = {"lexical_weight_across": across, **shown, **changes}
    return replace(MatchingPolicy(name=name), **values)


_WEIGHED = (
    "lexical_weight",
    "lexical_weight_across",
    "character_weight",
    "whole_share",
    "voice_share",
    "pooling",
    "place_weight",
)
_ONE: dict[str, Any] = {"pooling": (1.0,), "place_weight": 0.0}
#: Selectable by name. The first three hear one source each; each further one adds one thing to
#: the one before it: with weights set by hand, then with fitted ones, then with the projection.
POLICIES: Mapping[str, MatchingPolicy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            _ablation("lexical", dense_weight=0.0, character_weight=0.0, place_weight=0.0),
            _ablation(
                "character",
                dense_weight=0.0,
                lexical_weight=0.0,
                character_weight=1.0,
                place_weight=0.0,
            ),
            _ablation("dense", lexical_weight=0.0, character_weight=0.0, place_weight=0.0),
            _ablation(
                "dense-uncorrected",
                lexical_weight=0.0,
                character_weight=0.0,
                place_weight=0.0,
                language_correction=False,
            ),
            _ablation("fused-uncorrected", language_correction=False, **_ONE),
            _ablation("fused-corrected", **_ONE),
            _ablation("fused-pooled", place_weight=0.0),
            _ablation("fused-placed"),
            _ablation("fused-voiced", voice_share=DEFAULT_POLICY.voice_share),
            _ablation(
                "fused-weighed",
                **{name: getattr(DEFAULT_POLICY, name) for name in _WEIGHED},
            ),
            DEFAULT_POLICY,
            _ablation(
                "fused-without-place",
                **{
                    **{name: getattr(DEFAULT_POLICY, name) for name in (*_WEIGHED, "projected")},
                    "place_weight": 0.0,
                },
            ),
        )
    }
)
