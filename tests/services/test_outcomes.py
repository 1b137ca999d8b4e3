"""The ledger: written, confirmed, taken off by counter lines, never changed."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import (
    Duplicate,
    InvalidInput,
    NotFound,
    StorageUnavailable,
    TransitionNotAllowed,
)
from matchmaker.models import (
    AuditAction,
    AuditEntry,
    AuditKey,
    CollaborationAction,
    CollaborationKind,
    CollaborationState,
    Currency,
    Outcome,
    OutcomeConfirmation,
    OutcomeKind,
    Role,
)
from matchmaker.models.facts import Viewer
from matchmaker.storage.database import Sessions
from tests.together import BEGAN, a_firm, introduced, together

DAY = date(2026, 9, 1)
#: What a trigger raises: SQLite and PostgreSQL call it differently.
REFUSALS = (DatabaseError, StorageUnavailable)


def staff() -> Viewer:
    return Viewer(account_id=uuid4(), role=Role.STAFF)


def test_a_collaboration_needs_two_yeses(workshop: Matchmaker) -> None:
    waiting = introduced(workshop, accepted=False)

    with pytest.raises(TransitionNotAllowed) as refused:
        workshop.collaborations.begin(
            waiting.id, by=None, kind=CollaborationKind.TESTING, title="A", starts_on=BEGAN
        )

    assert refused.value.state == "offered"


def test_it_counts_where_the_firm_is_and_knows_whose_it_is(workshop: Matchmaker) -> None:
    firm = a_firm(workshop)

    begun = together(workshop, firm, place="9220")

    assert begun.municipality == "851"  # Aalborg Øst lies in Aalborg
    assert begun.account_id == begun.firm_id == firm.account_id
    assert begun.state is CollaborationState.RUNNING
    mine = workshop.collaborations.page(firm).items
    assert [one.collaboration.id for one in mine] == [begun.id]
    assert workshop.collaborations.page(a_firm(workshop, "bo")).items == []
    assert len(workshop.collaborations.page(staff()).items) == 1


def test_pages_of_collaborations_have_each_once(workshop: Matchmaker) -> None:
    ids = {together(workshop).id for _ in range(3)}

    first = workshop.collaborations.page(None, limit=2)
    second = workshop.collaborations.page(None, limit=2, cursor=first.next)

    assert {one.collaboration.id for one in (*first.items, *second.items)} == ids
    assert second.next is None


def test_what_a_firm_reports_waits_and_what_staff_write_counts(workshop: Matchmaker) -> None:
    firm = a_firm(workshop)
    begun = together(workshop, firm)

    reported = workshop.outcomes.record(
        begun.id, by=firm, kind=OutcomeKind.JOB, on_day=DAY, quantity=2, evidence=" Contract "
    )
    written = workshop.outcomes.record(
        begun.id, by=staff(), kind=OutcomeKind.JOB, on_day=DAY, quantity=1
    )

    assert reported.confirmation is None
    assert reported.words.evidence == "Contract"
    assert reported.outcome.introduction_id == begun.introduction_id
    assert written.confirmation is not None
    assert [one.outcome.id for one in workshop.outcomes.waiting().items] == [reported.outcome.id]

    by = staff().account_id
    confirmed = workshop.outcomes.confirm(reported.outcome.id, by=by)
    again = workshop.outcomes.confirm(reported.outcome.id, by=None)

    assert confirmed.confirmation is not None
    assert again.confirmation is not None
    assert again.confirmation.confirmed_by_id == by
    assert workshop.outcomes.waiting().items == []


def test_a_line_is_taken_off_once_with_a_reason_and_both_stay(workshop: Matchmaker) -> None:
    begun = together(workshop)
    line = workshop.outcomes.record(
        begun.id,
        by=None,
        kind=OutcomeKind.INVESTMENT,
        on_day=DAY,
        quantity=125_000_50,
        currency=Currency.DKK,
    ).outcome

    with pytest.raises(InvalidInput):
        workshop.outcomes.reverse(line.id, by=None, reason="  ")
    counter = workshop.outcomes.reverse(line.id, by=None, reason="Counted twice").outcome
    with pytest.raises(Duplicate) as refused:
        workshop.outcomes.reverse(line.id, by=None, reason="Again")

    assert refused.value.existing_id == counter.id
    assert (counter.quantity, counter.currency) == (-125_000_50, Currency.DKK)
    assert (counter.on_day, counter.reverses_id) == (DAY, line.id)
    ledger = workshop.outcomes.ledger(begun.id)
    assert [one.outcome.number for one in ledger] == [line.number, counter.number]
    assert ledger[0].reversed_by == counter.id
    assert not any(one.stands for one in ledger)
    assert all(one.confirmation for one in ledger)
    for action in (
        workshop.outcomes.confirm,
        lambda one, by: workshop.outcomes.reverse(one, by=by, reason="No"),
    ):
        with pytest.raises(TransitionNotAllowed):
            action(counter.id, by=None)


def test_a_line_that_waits_is_taken_off_by_one_that_waits(workshop: Matchmaker) -> None:
    firm = a_firm(workshop)
    begun = together(workshop, firm)
    line = workshop.outcomes.record(
        begun.id, by=firm, kind=OutcomeKind.JOB, on_day=DAY, quantity=2
    ).outcome

    counter = workshop.outcomes.reverse(line.id, by=None, reason="A slip")

    assert counter.confirmation is None
    assert workshop.outcomes.waiting().items == []
    with pytest.raises(TransitionNotAllowed):
        workshop.outcomes.confirm(line.id, by=None)


def test_a_granted_patent_is_a_new_line_that_points_to_the_pending_one(
    workshop: Matchmaker,
) -> None:
    begun, other = together(workshop), together(workshop)
    record = workshop.outcomes.record
    pending = record(
        begun.id, by=None, kind=OutcomeKind.PATENT_PENDING, on_day=DAY, quantity=2
    ).outcome
    grant = {"by": None, "kind": OutcomeKind.PATENT_GRANTED, "on_day": DAY}

    granted = record(begun.id, quantity=1, follows_id=pending.id, **grant).outcome

    assert granted.follows_id == pending.id
    with pytest.raises(InvalidInput, match="1 are still pending"):
        record(begun.id, quantity=2, follows_id=pending.id, **grant)
    for collaboration_id, follows_id in [
        (other.id, pending.id),
        (begun.id, granted.id),
        (begun.id, uuid4()),
    ]:
        with pytest.raises(InvalidInput, match="follows_id"):
            record(collaboration_id, quantity=1, follows_id=follows_id, **grant)
    with pytest.raises(InvalidInput, match="follows_id"):
        record(
            begun.id,
            by=None,
            kind=OutcomeKind.JOB,
            on_day=DAY,
            quantity=1,
            follows_id=pending.id,
        )
    # What goes on from a line has to be taken off before the line.
    with pytest.raises(TransitionNotAllowed):
        workshop.outcomes.reverse(pending.id, by=None, reason="Refused")
    workshop.outcomes.reverse(granted.id, by=None, reason="Appealed")
    workshop.outcomes.reverse(pending.id, by=None, reason="Refused")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 10_001}, "quantity"),
        ({"currency": Currency.EUR}, "currency"),
        ({"kind": OutcomeKind.INVESTMENT}, "currency"),
        ({"kind": OutcomeKind.SATISFACTION, "quantity": 6}, "quantity"),
        ({"on_day": date(2026, 5, 31)}, "on_day"),
        ({"on_day": date(2027, 1, 1)}, "on_day"),
        ({"evidence": "a" * 1001}, "evidence"),
    ],
)
def test_what_cannot_stand_is_refused(
    workshop: Matchmaker, values: dict[str, object], field: str
) -> None:
    begun = together(workshop)
    given: dict[str, object] = {"kind": OutcomeKind.JOB, "on_day": DAY, "quantity": 1}

    with pytest.raises(InvalidInput) as refused:
        workshop.outcomes.record(begun.id, by=None, **{**given, **values})  # type: ignore[arg-type]  # as the test says

    assert refused.value.field == field
    assert workshop.outcomes.ledger(begun.id) == []


def test_states_of_a_collaboration(workshop: Matchmaker) -> None:
    service = workshop.collaborations
    introduction = introduced(workshop)
    begun = service.begin(
        introduction.id, by=None, kind=CollaborationKind.TESTING, title=" A  b ", starts_on=BEGAN
    )
    assert begun.title == "A b"
    with pytest.raises(TransitionNotAllowed):
        workshop.outcomes.record(begun.id, by=None, kind=OutcomeKind.JOB, on_day=DAY, quantity=1)
    started = service.act(
        begun.id, CollaborationAction.START, expected_revision=begun.revision, by=None
    )
    done = service.act(
        begun.id, CollaborationAction.COMPLETE, expected_revision=started.revision, by=None
    )
    assert done.state is CollaborationState.COMPLETED
    assert done.ends_on == date(2026, 11, 22)
    with pytest.raises(TransitionNotAllowed) as refused:
        service.act(begun.id, CollaborationAction.START, expected_revision=done.revision, by=None)
    assert refused.value.allowed == ("revise", "record")
    # Firms hire long after the end.
    workshop.outcomes.record(begun.id, by=None, kind=OutcomeKind.JOB, on_day=DAY, quantity=1)
    revised = service.revise(
        begun.id, expected_revision=done.revision, by=None, ends_on=date(2026, 10, 1)
    )
    assert revised.ends_on == date(2026, 10, 1)
    with pytest.raises(InvalidInput, match="ends_on"):
        service.revise(
            begun.id, expected_revision=revised.revision, by=None, ends_on=date(2026, 1, 1)
        )
    with pytest.raises(InvalidInput, match="programme_id"):
        service.revise(begun.id, expected_revision=revised.revision, by=None, programme_id=uuid4())
    with pytest.raises(InvalidInput, match="state"):
        service.revise(begun.id, expected_revision=revised.revision, by=None, state="planned")


def test_unknown_things_are_not_there(workshop: Matchmaker) -> None:
    for ask in (
        workshop.collaborations.get,
        workshop.outcomes.ledger,
        workshop.outcomes.get,
        workshop.programmes.get,
    ):
        with pytest.raises(NotFound):
            ask(uuid4())


def test_the_database_itself_refuses_to_change_a_line(workshop: Matchmaker) -> None:
    begun = together(workshop)
    line = workshop.outcomes.record(
        begun.id, by=None, kind=OutcomeKind.JOB, on_day=DAY, quantity=1
    ).outcome
    sessions = Sessions(workshop.engine)

    for statement in (
        update(Outcome).values(quantity=7),
        delete(OutcomeConfirmation),
        delete(Outcome),
    ):
        with pytest.raises(REFUSALS, match="only added to"), sessions.writing() as session:
            session.execute(statement)
    with pytest.raises(TypeError, match="only added to"), sessions.writing() as session:
        found = session.get(Outcome, line.id)
        assert found is not None
        found.quantity = 7

    assert workshop.outcomes.get(line.id).outcome.quantity == 1


def test_the_ledger_outlives_profile_and_challenge(workshop: Matchmaker) -> None:
    begun = together(workshop)
    assert begun.partner_id is not None
    workshop.outcomes.record(begun.id, by=None, kind=OutcomeKind.JOB, on_day=DAY, quantity=1)

    partner = workshop.profiles.get(begun.partner_id)
    workshop.profiles.erase(begun.partner_id, by=None, expected_revision=partner.revision)

    assert workshop.collaborations.get(begun.id).partner_id is None
    assert [one.outcome.quantity for one in workshop.outcomes.ledger(begun.id)] == [1]


def test_every_deed_is_in_the_audit_log(workshop: Matchmaker) -> None:
    firm = a_firm(workshop)
    begun = together(workshop, firm)
    line = workshop.outcomes.record(
        begun.id, by=firm, kind=OutcomeKind.JOB, on_day=DAY, quantity=2, evidence="secret"
    ).outcome
    workshop.outcomes.confirm(line.id, by=None)
    workshop.outcomes.reverse(line.id, by=None, reason="Why")

    with Sessions(workshop.engine).reading() as session:
        entries = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.subject_kind.in_(["collaboration", "outcome"]))
            .order_by(AuditEntry.id)
        ).all()

    assert [(one.subject_kind, one.action) for one in entries] == [
        ("collaboration", AuditAction.CREATE),
        ("collaboration", AuditAction.REVISE),
        ("outcome", AuditAction.CREATE),
        ("outcome", AuditAction.CONFIRM),
        ("outcome", AuditAction.REVERSE),
    ]
    assert entries[1].after == {"state": "running"}
    assert entries[2].account_id == firm.account_id
    assert "secret" not in str([one.after for one in entries])


def test_words_of_a_line_are_erased_and_its_figures_stay(workshop: Matchmaker) -> None:
    begun = together(workshop)
    line = workshop.outcomes.record(
        begun.id, by=None, kind=OutcomeKind.JOB, on_day=DAY, quantity=2, evidence="Ane Holm hired"
    ).outcome
    counter = workshop.outcomes.reverse(line.id, by=None, reason="Ane Holm left").outcome

    def stored() -> list[tuple[object, ...]]:
        with Sessions(workshop.engine).reading() as session:
            return [
                (one.number, one.quantity, one.sealed_evidence, one.sealed_reason)
                for one in session.scalars(select(Outcome).order_by(Outcome.number))
            ]

    before = stored()
    assert "Ane" not in str(before)
    found = workshop.outcomes.erase_words(line.id, by=None)
    workshop.outcomes.erase_words(line.id, by=None)

    assert (found.words.evidence, found.words.erased) == ("", True)
    one, other = workshop.outcomes.ledger(begun.id)
    assert (one.words.evidence, one.words.erased, one.outcome.quantity) == ("", True, 2)
    assert (other.words.reason, other.words.erased) == ("Ane Holm left", False)
    assert stored() == before, "no line has changed"
    with Sessions(workshop.engine).reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == AuditAction.ERASE)
        assert [told.subject_id for told in session.scalars(query)] == [line.id]
        assert session.get(AuditKey, line.id) is None
    workshop.outcomes.erase_words(counter.id, by=None)
    assert all(told.words.erased for told in workshop.outcomes.ledger(begun.id))
    with pytest.raises(NotFound):
        workshop.outcomes.erase_words(begun.id, by=None)


def test_a_line_without_words_has_none_to_erase(workshop: Matchmaker) -> None:
    begun = together(workshop)
    line = workshop.outcomes.record(
        begun.id, by=None, kind=OutcomeKind.JOB, on_day=DAY, quantity=2
    ).outcome

    assert not workshop.outcomes.erase_words(line.id, by=None).words.erased
    with Sessions(workshop.engine).reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == AuditAction.ERASE)
        assert session.scalars(query).all() == []
