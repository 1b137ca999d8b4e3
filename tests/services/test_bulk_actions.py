"""Many profiles are changed at once, and brought back where nobody changed them since."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput, NotFound, TransitionNotAllowed
from matchmaker.models import (
    BulkChange,
    EvidenceKind,
    NotChanged,
    RevisionCause,
    Standing,
    Visibility,
)
from tests.factories import an_expert

WHO = UUID(int=7)


@pytest.fixture
def ids(matchmaker: Matchmaker) -> list[UUID]:
    """Three experts; the last one was imported."""
    experts = [an_expert("A"), an_expert("B"), an_expert("C", standing=Standing.IMPORTED)]
    matchmaker.profiles.register_all(experts)
    return [one.id for one in experts]


def test_who_cannot_be_changed_is_named_and_the_rest_is(
    matchmaker: Matchmaker, ids: list[UUID]
) -> None:
    nobody = uuid4()
    action = matchmaker.bulk.apply(BulkChange.CONFIRM, [*ids, nobody], {}, by=WHO)
    assert [UUID(row[0]) for row in action.changed] == ids[:2]
    assert {UUID(row[0]): row[1] for row in action.refused} == {
        ids[2]: NotChanged.NO_LEGAL_BASIS,
        nobody: NotChanged.GONE,
    }
    assert matchmaker.curation.read(ids[2]).standing is Standing.IMPORTED


def test_undo_brings_back_who_was_not_changed_since(
    matchmaker: Matchmaker, ids: list[UUID]
) -> None:
    action = matchmaker.bulk.apply(BulkChange.SET_VISIBILITY, ids, {"visibility": "staff"}, by=WHO)
    assert matchmaker.curation.read(ids[0]).visibility is Visibility.STAFF
    changed = matchmaker.curation.read(ids[1])
    matchmaker.curation.revise(
        changed.id, expected_revision=changed.revision, by=WHO, fields={"summary": "Newer."}
    )
    matchmaker.profiles.erase(ids[2])
    undone = matchmaker.bulk.undo(action.id, by=WHO)
    assert undone.restored == [ids[0]]
    assert [(one, why) for one, why, _ in undone.left] == [
        (ids[1], NotChanged.CHANGED_SINCE),
        (ids[2], NotChanged.GONE),
    ]
    assert matchmaker.curation.read(ids[0]).visibility is Visibility.PUBLIC
    assert matchmaker.curation.read(ids[1]).visibility is Visibility.STAFF
    assert matchmaker.curation.history(ids[0])[0].cause is RevisionCause.BULK
    with pytest.raises(TransitionNotAllowed):
        matchmaker.bulk.undo(action.id, by=WHO)


def test_a_field_is_added_once_and_taken_away_again(
    matchmaker: Matchmaker, ids: list[UUID]
) -> None:
    values = {"field": " laser   welding ", "language": "en"}
    action = matchmaker.bulk.apply(BulkChange.ADD_FIELD, ids[:1], values, by=WHO)
    again = matchmaker.bulk.apply(BulkChange.ADD_FIELD, ids[:2], values, by=WHO)
    assert [(UUID(row[0]), row[1]) for row in again.refused] == [(ids[0], NotChanged.HAS_FIELD)]
    (item,) = matchmaker.curation.read(ids[0]).evidence
    assert (item.kind, item.text) == (EvidenceKind.FIELD, "laser welding")
    matchmaker.bulk.undo(action.id, by=WHO)
    assert matchmaker.curation.read(ids[0]).evidence == []


def test_a_withdrawal_of_many_is_undone(matchmaker: Matchmaker, ids: list[UUID]) -> None:
    action = matchmaker.bulk.apply(BulkChange.WITHDRAW, ids, {}, by=None)
    assert matchmaker.profiles.page().total == 0
    matchmaker.bulk.undo(action.id, by=None)
    assert matchmaker.profiles.page().total == 2
    assert matchmaker.bulk.get(action.id).undone_at is not None


@pytest.mark.parametrize(
    ("change", "values"),
    [
        (BulkChange.SET_VISIBILITY, {}),
        (BulkChange.SET_VISIBILITY, {"visibility": "all"}),
        (BulkChange.ADD_FIELD, {"field": " "}),
    ],
)
def test_a_change_without_its_value_is_refused(
    matchmaker: Matchmaker, ids: list[UUID], change: BulkChange, values: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        matchmaker.bulk.apply(change, ids, values, by=WHO)


def test_nobody_and_too_many_are_refused(matchmaker: Matchmaker) -> None:
    for chosen in ([], [uuid4() for _ in range(1001)]):
        with pytest.raises(InvalidInput):
            matchmaker.bulk.apply(BulkChange.WITHDRAW, chosen, {}, by=WHO)
    with pytest.raises(NotFound):
        matchmaker.bulk.undo(uuid4(), by=WHO)
