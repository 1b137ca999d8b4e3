"""Accounts, what belongs to them, and what is written down about them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import (
    Duplicate,
    InvalidInput,
    LinkSpent,
    NotFound,
    NotPermitted,
    SignInRefused,
    StaleRevision,
)
from matchmaker.models import (
    Account,
    AuditAction,
    AuditEntry,
    Role,
    Scope,
)
from matchmaker.services.audit import AuditFilter, Entry, record
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_expert
from tests.people import PASSWORD, last_path, mails, somebody


def secret_of(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def deeds(service: Matchmaker, **wanted: object) -> list[str]:
    found = service.audit.page(AuditFilter(**wanted)).items  # type: ignore[arg-type]
    return [row.entry.action.value for row in reversed(found)]


def now_code(service: Matchmaker, account: Account, later: int = 0) -> str:
    kept = service.accounts.get(account.id)
    secret = service.second_factor.vault.open(kept.totp_secret or "", kept.id)
    return pyotp.TOTP(secret or "").at(service.accounts.clock() + timedelta(seconds=later))


def wait(service: Matchmaker, **time: float) -> None:
    service.accounts.clock.now += timedelta(**time)  # type: ignore[attr-defined]


# Accounts.


def test_an_address_has_one_account(matchmaker: Matchmaker) -> None:
    somebody(matchmaker)

    with pytest.raises(Duplicate):
        somebody(matchmaker, name="IDA")


@pytest.mark.parametrize(
    "values",
    [
        {"email": "no address"},
        {"email": "a@b.dk\nBcc: c@d.dk"},
        {"name": "x" * 121},
        {"language": "sv"},
    ],
)
def test_an_account_needs_values_that_can_be_used(
    matchmaker: Matchmaker, values: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        matchmaker.accounts.create(**{"email": "ida@example.dk", "role": Role.FIRM, **values})  # type: ignore[arg-type]

    assert refused.value.field in values


def test_an_account_without_password_has_a_link(matchmaker: Matchmaker) -> None:
    made = matchmaker.accounts.create(email="ida@example.dk", role=Role.STAFF, send=True)

    assert last_path(matchmaker) == made.path
    assert matchmaker.sign_in.by_link(secret_of(str(made.path))).id == made.account.id


def test_the_last_administrator_stays_one(matchmaker: Matchmaker) -> None:
    first = somebody(matchmaker, Role.ADMINISTRATOR)
    with pytest.raises(NotPermitted):
        matchmaker.accounts.change_role(first.id, Role.FIRM, by=first.id)
    with pytest.raises(NotPermitted):
        matchmaker.accounts.disable(first.id, by=first.id)
    assert matchmaker.accounts.get(first.id).role is Role.ADMINISTRATOR

    somebody(matchmaker, Role.ADMINISTRATOR, "bo")

    assert matchmaker.accounts.change_role(first.id, Role.FIRM, by=first.id).role is Role.FIRM


def test_a_shut_account_is_out_everywhere_and_may_be_opened_again(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker, password=PASSWORD)
    matchmaker.accounts.disable(account.id, by=None)
    with pytest.raises(SignInRefused):
        matchmaker.sign_in.by_password("ida@example.dk", PASSWORD)
    with pytest.raises(SignInRefused):
        matchmaker.sign_in.viewer(account.id, account.session_epoch, uuid4())

    opened = matchmaker.accounts.enable(account.id, by=None)

    with pytest.raises(SignInRefused):
        matchmaker.sign_in.viewer(account.id, account.session_epoch, uuid4())
    assert opened.enabled
    assert matchmaker.sign_in.by_password("ida@example.dk", PASSWORD)


def test_a_change_for_an_old_revision_is_refused(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    matchmaker.accounts.revise(account.id, by=None, name="Ida Berg", expected_revision=1)

    with pytest.raises(StaleRevision):
        matchmaker.accounts.change_role(account.id, Role.STAFF, by=None, expected_revision=1)


# What belongs to an account.


def test_members_owners_and_delegates_are_seen_by_permission(workshop: Matchmaker) -> None:
    account = somebody(workshop)
    kinds = {one.kind.value: one.id for one in workshop.profiles.page().items}
    workshop.belonging.join(account.id, kinds["organisation"], by=None)
    workshop.belonging.join(account.id, kinds["organisation"], by=None)
    workshop.belonging.delegate(kinds["student"], "IDA@example.dk", by=None)
    workshop.belonging.invite(kinds["expert"], "ida@example.dk", by=None)
    workshop.belonging.claim(secret_of(last_path(workshop)))

    _, viewer = workshop.sign_in.viewer(account.id, account.session_epoch, uuid4())

    assert viewer.organisations == {kinds["organisation"]}
    assert viewer.delegated == {kinds["student"]}
    assert viewer.claimed == {kinds["expert"]}
    assert list(workshop.belonging.of(account.id).claimed) == [kinds["expert"]]
    workshop.belonging.leave(account.id, kinds["organisation"], by=None)
    workshop.belonging.end_delegation(kinds["student"], account.id, by=None)
    assert workshop.belonging.of(account.id).delegated == {}
    with pytest.raises(NotFound):
        workshop.belonging.leave(account.id, kinds["organisation"], by=None)
    with pytest.raises(NotFound):
        workshop.belonging.join(account.id, kinds["expert"], by=None)


def test_who_claims_a_profile_gets_an_account_and_nobody_claims_it_twice(
    matchmaker: Matchmaker,
) -> None:
    expert = an_expert()
    matchmaker.profiles.register_all([expert])
    for email in ("ny@example.dk", "bo@example.dk"):
        matchmaker.belonging.invite(expert.id, email, by=None)
    second = secret_of(last_path(matchmaker))
    first = secret_of(str(mails(matchmaker)[0].values["path"]))

    account = matchmaker.belonging.claim(first)

    assert (account.email, account.role) == ("ny@example.dk", Role.PARTNER)
    with pytest.raises(Duplicate):
        matchmaker.belonging.claim(second)
    with pytest.raises(LinkSpent):
        matchmaker.belonging.claim(first)
    with pytest.raises(Duplicate):
        matchmaker.belonging.invite(expert.id, "bo@example.dk", by=None)


# The audit log.


def test_every_change_of_an_account_is_written_down_without_secrets(matchmaker: Matchmaker) -> None:
    boss = somebody(matchmaker, Role.ADMINISTRATOR, "boss")
    account = somebody(matchmaker, password=PASSWORD)
    matchmaker.accounts.change_role(account.id, Role.STAFF, by=boss.id)
    matchmaker.own_account.change_password(account.id, present=PASSWORD, new="et helt nyt kodeord")
    _, secret = matchmaker.tokens.create(account.id, name="a", scopes=[Scope.READ])
    matchmaker.accounts.disable(account.id, by=boss.id)

    assert deeds(matchmaker, subject_id=account.id) == [
        "create",
        "change-role",
        "change-password",
        "disable",
    ]
    assert deeds(matchmaker, account_id=boss.id) == ["change-role", "disable"]
    entries = matchmaker.audit.page(AuditFilter(action=AuditAction.CHANGE_ROLE)).items
    assert [(one.entry.before, one.entry.after, one.email) for one in entries] == [
        ({"role": "firm"}, {"role": "staff"}, "boss@example.dk")
    ]
    written = repr([vars(row.entry) for row in matchmaker.audit.page(AuditFilter()).items])
    assert PASSWORD not in written
    assert secret not in written
    assert "argon2" not in written


def test_a_secret_that_is_handed_over_is_not_written_down(matchmaker: Matchmaker) -> None:
    with Sessions(matchmaker.engine).writing() as session:
        entry = Entry(
            by=None,
            action=AuditAction.REVISE,
            kind="account",
            id=uuid4(),
            before={"password_hash": "x", "name": "a"},
            after=None,
        )
        record(session, entry, at=NOW)

    (row,) = matchmaker.audit.page(AuditFilter()).items
    assert row.entry.before == {"name": "a"}


def test_the_audit_log_is_only_added_to(matchmaker: Matchmaker) -> None:
    somebody(matchmaker)
    sessions = Sessions(matchmaker.engine)

    with pytest.raises(TypeError), sessions.writing() as session:
        session.scalars(select(AuditEntry)).one().subject_kind = "x"
    with pytest.raises(TypeError), sessions.writing() as session:
        session.delete(session.scalars(select(AuditEntry)).one())
    for statement in ("UPDATE audit_entries SET subject_kind = 'x'", "DELETE FROM audit_entries"):
        with pytest.raises(DatabaseError, match="only added to"), sessions.writing() as session:
            session.execute(text(statement))

    assert deeds(matchmaker) == ["create"]


def test_the_log_is_narrowed_by_day_and_exported_as_a_deed(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    wait(matchmaker, days=1)
    matchmaker.accounts.change_role(account.id, Role.STAFF, by=None)
    day = NOW + timedelta(hours=12)

    assert deeds(matchmaker, since=day) == ["change-role"]
    assert deeds(matchmaker, until=day) == ["create"]
    exported = list(matchmaker.audit.every(AuditFilter(subject_id=account.id), by=account.id))
    assert [one.action.value for one in exported] == ["create", "change-role"]
    assert deeds(matchmaker)[-1] == "export"
