"""Conditions and reasons go through JSON and come back the same."""

from __future__ import annotations

import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from matchmaker.models import (
    Conditions,
    Dismissal,
    DismissalReason,
    EvidencePassage,
    Facts,
    Fit,
    Match,
    PartnerKind,
    Reason,
)

CONDITIONS = st.builds(
    Conditions,
    partner_kinds=st.lists(st.sampled_from(PartnerKind), unique=True).map(tuple),
    languages=st.lists(st.sampled_from(["da", "en", "de"]), unique=True).map(tuple),
    within_km=st.none() | st.integers(1, 500),
    limit=st.integers(1, 100),
    required_terms=st.lists(st.text(), max_size=2).map(tuple),
    excluded_terms=st.lists(st.text(), max_size=2).map(tuple),
    more_like=st.lists(st.uuids(), max_size=2).map(tuple),
    dismissed=st.lists(
        st.builds(
            Dismissal,
            profile_id=st.uuids(),
            reason=st.sampled_from(DismissalReason),
            note=st.text(),
        ),
        max_size=2,
    ).map(tuple),
    place_weight=st.none() | st.floats(0, 3),
)
REASONS = st.builds(
    Reason,
    evidence=st.lists(
        st.builds(
            EvidencePassage,
            text=st.text(),
            language=st.sampled_from(["da", "en"]),
            evidence_id=st.none() | st.uuids(),
            answers=st.integers(0, 23),
        ),
        max_size=2,
    ).map(tuple),
    uncovered=st.lists(st.integers(0, 23)).map(tuple),
    facts=st.builds(Facts, distance_km=st.none() | st.integers(0, 900)),
)


@given(CONDITIONS)
def test_conditions_come_back_from_json(conditions: Conditions) -> None:
    assert Conditions.from_json(json.loads(json.dumps(conditions.as_json()))) == conditions


def test_conditions_that_were_kept_before_there_were_as_many_still_come_back() -> None:
    kept = {"partner_kinds": ["expert"], "languages": ["da"], "within_km": 50, "limit": 3}
    assert Conditions.from_json(kept) == Conditions(
        partner_kinds=(PartnerKind.EXPERT,), languages=("da",), within_km=50, limit=3
    )


@given(REASONS)
def test_reasons_come_back_from_json(reason: Reason) -> None:
    written = json.loads(json.dumps(reason.as_json()))
    assert Reason.from_json(written) == reason
    match = Match(profile_id=UUID(int=1), rank=1, score=0.5, fit=Fit.GOOD, reason_json=written)
    assert match.reason == reason


def test_conditions_for_one_kind_keep_the_rest() -> None:
    conditions = Conditions(languages=("da",), within_km=50, limit=3)
    assert conditions.only(PartnerKind.HUB) == Conditions(
        partner_kinds=(PartnerKind.HUB,), languages=("da",), within_km=50, limit=3
    )
