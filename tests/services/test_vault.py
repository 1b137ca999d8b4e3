"""Second factors lie sealed in the database, and outlive a change of the secret."""

from __future__ import annotations

from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import text

from matchmaker.bootstrap import Matchmaker, prepare_database
from matchmaker.errors import InvalidInput
from matchmaker.models import Account
from matchmaker.services.vault import Vault
from tests.people import somebody


def kept(service: Matchmaker) -> str:
    """Return what the column holds."""
    with service.engine.connect() as connection:
        return str(connection.scalar(text("SELECT totp_secret FROM accounts")))


def set_up(service: Matchmaker, account: Account) -> tuple[str, list[str]]:
    """Return the shared secret and the recovery codes of a new second factor."""
    secret = service.second_factor.begin(account.id)
    code = pyotp.TOTP(secret).at(service.accounts.clock())
    return secret, service.second_factor.confirm(account.id, code)[1]


def test_the_database_alone_makes_no_codes(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    secret, _ = set_up(matchmaker, account)

    assert secret not in kept(matchmaker)
    assert kept(matchmaker).startswith("v1.")
    other = somebody(matchmaker, name="other")
    assert matchmaker.second_factor.vault.open(kept(matchmaker), other.id) is None


def test_what_lies_open_is_sealed_when_the_database_is_prepared(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    secret, _ = set_up(matchmaker, account)
    with matchmaker.engine.begin() as connection:
        connection.execute(text("UPDATE accounts SET totp_secret = :open"), {"open": secret})

    prepare_database(matchmaker.settings)
    sealed = kept(matchmaker)
    prepare_database(matchmaker.settings)

    assert sealed == kept(matchmaker), "what is sealed with the present secret stays as it is"
    assert matchmaker.second_factor.vault.open(sealed, account.id) == secret


def test_a_new_secret_takes_over_from_the_former_one(matchmaker: Matchmaker) -> None:
    account = somebody(matchmaker)
    secret, recovery = set_up(matchmaker, account)
    changed = replace(matchmaker.settings, secret="another one", former_secret="tests only")

    lost = replace(matchmaker.second_factor, vault=Vault.of(replace(changed, former_secret="")))
    with pytest.raises(InvalidInput):
        lost.remove(account.id, pyotp.TOTP(secret).at(matchmaker.accounts.clock()))
    prepare_database(changed)

    alone = Vault.of(replace(changed, former_secret=""))
    assert alone.open(kept(matchmaker), account.id) == secret
    assert Vault.of(matchmaker.settings).open(kept(matchmaker), account.id) is None
    assert not lost.remove(account.id, recovery[0]).has_totp
