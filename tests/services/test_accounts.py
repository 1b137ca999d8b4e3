"""Accounts, sign-in, second factor, tokens and what is written down about them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import (
    Duplicate,
    InvalidInput,
    LinkSpent,
    NotFound,
    NotPermitted,
    NotSignedIn,
    SignInRefused,
    StaleRevision,
)
from matchmaker.models import (
    Account,
    ApiToken,
    AuditAction,
    AuditEntry,
    LinkPurpose,
    MailLink,
    Role,
    Scope,
)
from matchmaker.models.account import MOST_FAILURES
from matchmaker.services.audit import AuditFilter, Entry, record
from matchmaker.services.passwords import Passwords
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
    return pyotp.TOTP(kept.totp_secret or "").at(
        service.accounts.clock() + timedelta(seconds=later)
    )


def wait(service: Matchmaker, **time: float) -> None:
    service.accounts.clock.now += timedelta(**time)  # type: ignore[attr-defined]


# Passwords.


def test_a_password_is_kept_as_argon2id_and_signs_in(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker, password=PASSWORD)

    assert (account.password_hash or "").startswith("$argon2id$")
    assert matchmaker.sign_in.by_password(" IDA@example.dk ", PASSWORD).id == account.id


def test_letters_written_in_two_ways_are_the_same_password(matchmaker: Matchmaker) -> None:
    somebody(matchmaker, password="rødgrød med fløde på ål")

    assert matchmaker.sign_in.by_password("ida@example.dk", "rødgrød med fløde pa\u030a a\u030al")


@pytest.mark.parametrize(
    "password",
    ["short", "password1234", "ADGANGSKODE1234", "ida@example.dk", "aaaaaaaaaaaaaaaa", "x" * 257],
)
def test_a_poor_password_is_not_taken(matchmaker: Matchmaker, password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        somebody(matchmaker, password=password)

    assert refused.value.field == "password"


def test_wrong_password_and_unknown_address_are_refused_in_the_same_words(
    matchmaker: Matchmaker,
) -> None:
    somebody(matchmaker, password=PASSWORD)
    words = set()
    for email in ("ida@example.dk", "nobody@example.dk"):
        with pytest.raises(SignInRefused) as refused:
            matchmaker.sign_in.by_password(email, "something else altogether")
        words.add(str(refused.value))

    assert len(words) == 1


def test_an_unknown_address_costs_a_hash_as_well(matchmaker: Matchmaker) -> None:
    compared: list[str | None] = []

    class Counting(Passwords):
        def fits(self, password: str, kept: str | None) -> bool:
            compared.append(kept)
            return super().fits(password, kept)

    service = type(matchmaker.sign_in)(
        matchmaker.sign_in.sessions, matchmaker.sign_in.clock, Counting()
    )
    with pytest.raises(SignInRefused):
        service.by_password("nobody@example.dk", PASSWORD)

    assert compared == [None]
    assert Passwords().fits("nobody has this password", None) is False


def test_a_hash_with_old_parameters_is_renewed_at_the_next_sign_in(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with Sessions(matchmaker.engine).writing() as session:
        session.get_one(Account, account.id).password_hash = old

    matchmaker.sign_in.by_password("ida@example.dk", PASSWORD)

    kept = matchmaker.accounts.get(account.id).password_hash
    assert kept != old
    assert matchmaker.sign_in.passwords.fits(PASSWORD, kept)


def test_ten_failures_lock_and_each_further_one_doubles_the_wait(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker, password=PASSWORD)

    def fail() -> None:
        with pytest.raises(SignInRefused):
            matchmaker.sign_in.by_password("ida@example.dk", "something else altogether")

    for _ in range(MOST_FAILURES - 1):
        fail()
    assert matchmaker.accounts.get(account.id).locked_until is None
    fail()
    with pytest.raises(SignInRefused):
        matchmaker.sign_in.by_password("ida@example.dk", PASSWORD)
    wait(matchmaker, minutes=1.5)
    fail()
    wait(matchmaker, minutes=1.5)
    with pytest.raises(SignInRefused):
        matchmaker.sign_in.by_password("ida@example.dk", PASSWORD)
    wait(matchmaker, minutes=1)
    assert matchmaker.sign_in.by_password("ida@example.dk", PASSWORD).failed_attempts == 0
    assert "lock" in deeds(matchmaker, subject_id=account.id)


def test_a_locked_account_still_opens_by_a_mailed_link(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker, password=PASSWORD)
    for _ in range(MOST_FAILURES):
        with pytest.raises(SignInRefused):
            matchmaker.sign_in.by_password("ida@example.dk", "something else altogether")
    matchmaker.sign_in.request_link("ida@example.dk")

    assert matchmaker.sign_in.by_link(secret_of(last_path(matchmaker))).id == account.id


def test_a_changed_password_ends_sessions_and_needs_the_present_one(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker, password=PASSWORD)
    session_id = uuid4()
    with pytest.raises(InvalidInput):
        matchmaker.accounts.change_password(account.id, present="wrong", new="et helt nyt kodeord")

    matchmaker.accounts.change_password(account.id, present=PASSWORD, new="et helt nyt kodeord")

    assert matchmaker.sign_in.by_password("ida@example.dk", "et helt nyt kodeord")
    with pytest.raises(SignInRefused):
        matchmaker.sign_in.viewer(account.id, account.session_epoch, session_id)


# Mail links.


def test_a_mailed_link_signs_in_once(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    matchmaker.sign_in.request_link("Ida@Example.dk")
    secret = secret_of(last_path(matchmaker))

    assert matchmaker.sign_in.peek(secret, LinkPurpose.SIGN_IN).email == account.email
    assert matchmaker.sign_in.by_link(secret).email_confirmed_at is not None
    with pytest.raises(LinkSpent):
        matchmaker.sign_in.by_link(secret)


def test_a_link_is_kept_as_a_hash_and_a_newer_one_replaces_it(matchmaker: Matchmaker) -> None:
    somebody(matchmaker)
    matchmaker.sign_in.request_link("ida@example.dk")
    first = secret_of(last_path(matchmaker))
    matchmaker.sign_in.request_link("ida@example.dk")
    second = secret_of(last_path(matchmaker))
    with Sessions(matchmaker.engine).reading() as session:
        kept = {link.fingerprint for link in session.scalars(select(MailLink))}

    assert not kept & {first, second}
    with pytest.raises(LinkSpent):
        matchmaker.sign_in.by_link(first)
    assert matchmaker.sign_in.by_link(second)


def test_a_link_works_for_a_quarter_of_an_hour_and_for_one_purpose(matchmaker: Matchmaker) -> None:
    somebody(matchmaker)
    matchmaker.sign_in.request_link("ida@example.dk")
    secret = secret_of(last_path(matchmaker))

    with pytest.raises(LinkSpent):
        matchmaker.sign_in.reset(secret, PASSWORD)
    wait(matchmaker, minutes=16)
    with pytest.raises(LinkSpent):
        matchmaker.sign_in.by_link(secret)


def test_nobody_is_written_to_who_has_no_open_account(matchmaker: Matchmaker) -> None:
    shut = somebody(matchmaker)
    matchmaker.accounts.disable(shut.id, by=None)
    for email in ("nobody@example.dk", "ida@example.dk", "no address"):
        matchmaker.sign_in.request_link(email)
        matchmaker.sign_in.request_reset(email)

    assert mails(matchmaker) == []


def test_a_reset_sets_the_password_and_ends_everything_before_it(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker, password=PASSWORD)
    matchmaker.sign_in.request_link("ida@example.dk")
    sign_in = secret_of(last_path(matchmaker))
    matchmaker.sign_in.request_reset("ida@example.dk")
    secret = secret_of(last_path(matchmaker))
    with pytest.raises(InvalidInput):
        matchmaker.sign_in.reset(secret, "short")

    changed = matchmaker.sign_in.reset(secret, "et helt nyt kodeord")

    assert changed.session_epoch > account.session_epoch
    with pytest.raises(LinkSpent):
        matchmaker.sign_in.by_link(sign_in)
    with pytest.raises(LinkSpent):
        matchmaker.sign_in.reset(secret, "et andet nyt kodeord")
    with pytest.raises(SignInRefused):
        matchmaker.sign_in.by_password("ida@example.dk", PASSWORD)


def test_an_address_changes_when_its_link_is_opened(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    other = somebody(matchmaker, name="bo")
    matchmaker.accounts.request_email(account.id, "Ny@Example.dk")
    secret = secret_of(last_path(matchmaker))

    with pytest.raises(NotPermitted):
        matchmaker.accounts.confirm_email(other.id, secret)
    assert matchmaker.accounts.confirm_email(account.id, secret).email == "ny@example.dk"
    with pytest.raises(LinkSpent):
        matchmaker.accounts.confirm_email(account.id, secret)


def test_an_address_that_is_taken_gets_no_mail_and_is_not_told_of(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    somebody(matchmaker, name="bo")

    matchmaker.accounts.request_email(account.id, "bo@example.dk")

    assert mails(matchmaker) == []


# The second factor.


def with_totp(service: Matchmaker) -> tuple[Account, list[str]]:
    account = somebody(service, password=PASSWORD)
    service.second_factor.begin(account.id)
    return service.second_factor.confirm(account.id, now_code(service, account))


def test_each_code_counts_once(matchmaker: Matchmaker) -> None:
    account, _ = with_totp(matchmaker)
    half = matchmaker.sign_in.by_password("ida@example.dk", PASSWORD)
    wait(matchmaker, seconds=60)
    code = now_code(matchmaker, account)

    assert half.has_totp
    matchmaker.sign_in.with_code(half.id, half.session_epoch, code)
    with pytest.raises(SignInRefused):
        matchmaker.sign_in.with_code(half.id, half.session_epoch, code)


def test_the_code_that_set_it_up_signs_nobody_in(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker, password=PASSWORD)
    matchmaker.second_factor.begin(account.id)
    code = now_code(matchmaker, account)
    account, _ = matchmaker.second_factor.confirm(account.id, code)

    with pytest.raises(SignInRefused):
        matchmaker.sign_in.with_code(account.id, account.session_epoch, code)


def test_each_recovery_code_counts_once_and_is_kept_as_a_hash(matchmaker: Matchmaker) -> None:
    account, codes = with_totp(matchmaker)

    assert len(codes) == 10
    assert not set(codes) & set(account.recovery_codes)
    signed_in = matchmaker.sign_in.with_code(account.id, account.session_epoch, codes[0].upper())
    assert len(signed_in.recovery_codes) == 9
    with pytest.raises(SignInRefused):
        matchmaker.sign_in.with_code(account.id, account.session_epoch, codes[0])


def test_wrong_codes_lock_as_wrong_passwords_do(matchmaker: Matchmaker) -> None:
    account, codes = with_totp(matchmaker)
    for _ in range(MOST_FAILURES):
        with pytest.raises(SignInRefused):
            matchmaker.sign_in.with_code(account.id, account.session_epoch, "000000")

    with pytest.raises(SignInRefused):
        matchmaker.sign_in.with_code(account.id, account.session_epoch, codes[0])


def test_a_right_password_alone_does_not_forget_wrong_codes(matchmaker: Matchmaker) -> None:
    account, _ = with_totp(matchmaker)
    for _ in range(3):
        with pytest.raises(SignInRefused):
            matchmaker.sign_in.with_code(account.id, account.session_epoch, "000000")

    assert matchmaker.sign_in.by_password("ida@example.dk", PASSWORD).failed_attempts == 3


def test_a_half_sign_in_is_over_when_the_password_changes(matchmaker: Matchmaker) -> None:
    _, codes = with_totp(matchmaker)
    half = matchmaker.sign_in.by_password("ida@example.dk", PASSWORD)
    matchmaker.accounts.sign_out_everywhere(half.id, by=None)

    with pytest.raises(SignInRefused):
        matchmaker.sign_in.with_code(half.id, half.session_epoch, codes[0])


def test_the_key_is_shown_until_it_counts_and_never_again(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    with pytest.raises(NotFound):
        matchmaker.second_factor.picture(account.id)
    secret = matchmaker.second_factor.begin(account.id)

    assert matchmaker.second_factor.begin(account.id) == secret
    assert matchmaker.second_factor.picture(account.id).lstrip().startswith((b"<?xml", b"<svg"))
    with pytest.raises(InvalidInput):
        matchmaker.second_factor.confirm(account.id, "000000")
    matchmaker.second_factor.confirm(account.id, now_code(matchmaker, account))
    with pytest.raises(NotFound):
        matchmaker.second_factor.picture(account.id)
    with pytest.raises(InvalidInput):
        matchmaker.second_factor.begin(account.id)


def test_a_second_factor_goes_with_a_code_only(matchmaker: Matchmaker) -> None:
    account, codes = with_totp(matchmaker)
    with pytest.raises(InvalidInput):
        matchmaker.second_factor.remove(account.id, "000000")

    assert not matchmaker.second_factor.remove(account.id, codes[1]).has_totp
    assert matchmaker.sign_in.by_password("ida@example.dk", PASSWORD).recovery_codes == []


# Sessions and tokens.


def test_a_session_that_was_signed_out_of_opens_nothing(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    mine, other = uuid4(), uuid4()
    matchmaker.sign_in.sign_out(mine)
    matchmaker.sign_in.sign_out(mine)

    with pytest.raises(SignInRefused):
        matchmaker.sign_in.viewer(account.id, account.session_epoch, mine)
    assert matchmaker.sign_in.viewer(account.id, account.session_epoch, other)


def test_a_token_is_kept_as_a_hash_and_works_until_it_is_revoked(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    token, secret = matchmaker.tokens.create(account.id, name=" night  run ", scopes=[Scope.READ])
    with Sessions(matchmaker.engine).reading() as session:
        (kept,) = session.scalars(select(ApiToken)).all()

    assert secret.startswith("mm_")
    assert secret not in repr(vars(kept))
    assert token.name == "night run"
    _, viewer = matchmaker.tokens.viewer(secret)
    assert viewer.scopes == {Scope.READ}
    assert matchmaker.tokens.all_of(account.id)[0].last_used_at is not None
    matchmaker.tokens.revoke(account.id, token.id)
    matchmaker.tokens.revoke(account.id, token.id)
    with pytest.raises(NotSignedIn):
        matchmaker.tokens.viewer(secret)


def test_a_token_ends_with_its_time_and_with_its_account(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    _, short = matchmaker.tokens.create(account.id, name="a", scopes=[Scope.READ], days=1)
    _, long = matchmaker.tokens.create(account.id, name="b", scopes=[Scope.READ], days=366)
    wait(matchmaker, days=2)

    with pytest.raises(NotSignedIn):
        matchmaker.tokens.viewer(short)
    assert matchmaker.tokens.viewer(long)
    matchmaker.accounts.disable(account.id, by=None)
    with pytest.raises(NotSignedIn):
        matchmaker.tokens.viewer(long)


def test_nobody_revokes_the_token_of_another(matchmaker: Matchmaker) -> None:
    token, _ = matchmaker.tokens.create(somebody(matchmaker).id, name="a", scopes=[Scope.READ])

    with pytest.raises(NotFound):
        matchmaker.tokens.revoke(somebody(matchmaker, name="bo").id, token.id)


@pytest.mark.parametrize(
    "values",
    [
        {"name": " ", "scopes": [Scope.READ]},
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": [Scope.READ], "days": 0},
        {"name": "a", "scopes": [Scope.READ], "days": 367},
    ],
)
def test_a_token_needs_a_name_a_scope_and_an_end(
    matchmaker: Matchmaker, values: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput):
        matchmaker.tokens.create(somebody(matchmaker).id, **values)  # type: ignore[arg-type]


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
    matchmaker.accounts.change_password(account.id, present=PASSWORD, new="et helt nyt kodeord")
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
