"""Signing in: passwords, mailed links, the second factor, sessions and tokens."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import (
    InvalidInput,
    LinkSpent,
    NotFound,
    NotPermitted,
    NotSignedIn,
    SignInRefused,
)
from matchmaker.models import (
    Account,
    ApiToken,
    LinkPurpose,
    MailLink,
    Scope,
)
from matchmaker.models.account import MOST_FAILURES
from matchmaker.services.audit import AuditFilter
from matchmaker.services.passwords import Passwords
from matchmaker.storage.database import Sessions
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
        matchmaker.sign_in.sessions,
        matchmaker.sign_in.clock,
        Counting(),
        matchmaker.sign_in.vault,
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
        matchmaker.own_account.change_password(
            account.id, present="wrong", new="et helt nyt kodeord"
        )

    matchmaker.own_account.change_password(account.id, present=PASSWORD, new="et helt nyt kodeord")

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
    matchmaker.own_account.request_email(account.id, "Ny@Example.dk")
    secret = secret_of(last_path(matchmaker))

    with pytest.raises(NotPermitted):
        matchmaker.own_account.confirm_email(other.id, secret)
    assert matchmaker.own_account.confirm_email(account.id, secret).email == "ny@example.dk"
    with pytest.raises(LinkSpent):
        matchmaker.own_account.confirm_email(account.id, secret)


def test_an_address_that_is_taken_gets_no_mail_and_is_not_told_of(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    somebody(matchmaker, name="bo")

    matchmaker.own_account.request_email(account.id, "bo@example.dk")

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
