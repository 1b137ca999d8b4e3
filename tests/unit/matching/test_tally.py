"""The tally of a run: who was looked at, and what share of the scores they have."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from matchmaker.matching.candidates import Candidate
from matchmaker.matching.ranking import Scored
from matchmaker.matching.tally import tally
from matchmaker.models import PartnerKind

INSTITUTE, EXPERT = PartnerKind.INSTITUTE, PartnerKind.EXPERT


def scored(number: int, score: float, kind: PartnerKind, family: int) -> Scored:
    candidate = Candidate(
        profile_id=UUID(int=number), partner_kind=kind, family_id=UUID(int=family)
    )
    return Scored(candidate=candidate, score=score, raw=score, row=number)


def test_a_family_is_counted_with_all_its_parts_and_its_share_of_the_scores() -> None:
    fitting = [
        scored(1, 0.6, INSTITUTE, 1),
        scored(2, 0.2, INSTITUTE, 1),
        scored(3, 0.2, INSTITUTE, 9),
    ]
    below = [scored(4, 0.1, INSTITUTE, 9), scored(5, 0.1, INSTITUTE, 8)]
    assert tally([*fitting, *below], fitting) == [
        [UUID(int=1).hex, "institute", 2, 2, 0.8],
        [UUID(int=9).hex, "institute", 2, 1, 0.2],
        [UUID(int=8).hex, "institute", 1, 0, 0.0],
    ]


@pytest.mark.parametrize("kind", [EXPERT, PartnerKind.STUDENT, PartnerKind.ACTIVITY])
def test_a_person_is_counted_by_kind_and_leaves_no_id(kind: PartnerKind) -> None:
    people = [scored(number, 0.5, kind, number) for number in (1, 2)]
    assert tally(people, people) == [[None, kind.value, 2, 2, 1.0]]


def test_merits_of_a_run_add_up_to_one_and_it_is_plain_json() -> None:
    people = [scored(number, number / 10, INSTITUTE, number) for number in range(1, 8)]
    rows = tally(people, people)
    assert sum(row[4] for row in rows) == pytest.approx(1, abs=1e-5)
    assert json.loads(json.dumps(rows)) == rows


def test_when_nobody_fits_nobody_merits_anything() -> None:
    people = [scored(1, 0.0, INSTITUTE, 1)]
    assert tally(people, []) == [[UUID(int=1).hex, "institute", 1, 0, 0.0]]
    assert tally(people, people) == [[UUID(int=1).hex, "institute", 1, 1, 0.0]]
    assert tally([], []) == []
