"""The second factor: one-time codes of an app (TOTP, RFC 6238), and recovery codes on paper."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from secrets import choice
from uuid import UUID

import pyotp
import segno
from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import Account, AuditAction
from matchmaker.models.credentials import fingerprint
from matchmaker.services.clock import Clock
from matchmaker.services.recording import Entry, record
from matchmaker.services.vault import Vault
from matchmaker.storage import accounts
from matchmaker.storage.database import Sessions

ISSUER = "Matchmaker"
#: Seconds that one code stands for; one step before and after is taken too, for clocks that differ.
STEP = 30
RECOVERY_CODES = 10
#: Without letters and figures that look alike. Twelve of them are 59 random bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class SecondFactorService:
    """What somebody does with their own second factor."""

    sessions: Sessions
    clock: Clock
    vault: Vault

    def begin(self, account_id: UUID) -> str:
        """Make a shared secret and return it; it does not count before ``confirm``.

        Asking again before that returns the same one, so that a reload does no harm.

        Raises:
            InvalidInput: there is a second factor already.

        """
        with self.sessions.writing() as session:
            account = accounts.get(session, account_id)
            if account.has_totp:
                raise InvalidInput("code", "There is a second factor already; remove it first.")
            kept = account.totp_secret and self.vault.open(account.totp_secret, account.id)
            secret = kept or pyotp.random_base32(32)
            if not kept:
                account.totp_secret = self.vault.seal(secret, account.id)
            return secret

    def picture(self, account_id: UUID) -> bytes:
        """Return the QR code of a secret that is not confirmed yet, as SVG.

        Raises:
            NotFound: there is none; a secret that counts is never shown again.

        """
        with self.sessions.reading() as session:
            account = accounts.get(session, account_id)
        secret = account.totp_secret and self.vault.open(account.totp_secret, account.id)
        if not secret or account.has_totp:
            raise NotFound("QR code", account_id)
        address = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)
        drawn = io.BytesIO()
        segno.make(address, error="m").save(
            drawn, kind="svg", scale=5, light="#fff", svgclass=None, lineclass=None
        )
        return drawn.getvalue()

    def confirm(self, account_id: UUID, code: str) -> tuple[Account, list[str]]:
        """Let the second factor count from now on; return recovery codes, shown this once.

        Every other session ends.

        Raises:
            InvalidInput: the code is not the one that the app shows now.

        """
        now = self.clock()
        codes = ["".join(choice(_ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODES)]
        with self.sessions.writing() as session:
            account = accounts.get(session, account_id)
            fits = account.totp_secret is not None and _totp(account, code, now, self.vault)
            if account.has_totp or not fits:
                raise InvalidInput("code", "This is not the code that the app shows now.")
            account.totp_confirmed_at = now
            account.recovery_codes = [fingerprint(one) for one in codes]
            account.sign_out_everywhere()
            _write_down(session, account, AuditAction.ENABLE_TOTP, now)
        return account, [f"{one[:4]}-{one[4:8]}-{one[8:]}" for one in codes]

    def remove(self, account_id: UUID, code: str) -> Account:
        """Take the second factor away; needs a code, so that a found session is not enough.

        Raises:
            InvalidInput: the code does not fit.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            account = accounts.get(session, account_id)
            asked = account.has_totp and not account.locked(now)
            fits = asked and code_fits(account, code, now, self.vault)
            if not fits:
                account.failed(now)
            else:
                account.totp_secret = account.totp_confirmed_at = account.totp_last_step = None
                account.recovery_codes = []
                account.sign_out_everywhere()
                _write_down(session, account, AuditAction.DISABLE_TOTP, now)
        if not fits:
            raise InvalidInput("code", "This code does not fit, or it was used already.")
        return account


def code_fits(account: Account, code: str, at: datetime, vault: Vault) -> bool:
    """Return whether a code is the second factor now, and use it up: each code counts once."""
    plain = "".join(code.split()).replace("-", "").casefold()
    if plain.isdecimal():
        return _totp(account, plain, at, vault)
    kept = fingerprint(plain)
    if kept not in account.recovery_codes:
        return False
    account.recovery_codes = [one for one in account.recovery_codes if one != kept]
    return True


def _totp(account: Account, code: str, at: datetime, vault: Vault) -> bool:
    secret = vault.open(account.totp_secret or "", account.id)
    if not secret:  # sealed under a secret that nobody named: recovery codes go on working
        return False
    app = pyotp.TOTP(secret)
    now = int(at.timestamp()) // STEP
    typed = "".join(code.split())
    for step in (now - 1, now, now + 1):
        unused = account.totp_last_step is None or step > account.totp_last_step
        if unused and compare_digest(app.generate_otp(step).encode(), typed.encode()):
            account.totp_last_step = step
            return True
    return False


def _write_down(session: Session, account: Account, action: AuditAction, at: datetime) -> None:
    record(session, Entry(by=account.id, action=action, kind="account", id=account.id), at=at)
