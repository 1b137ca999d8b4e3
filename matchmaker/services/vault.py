"""Sealing what the service must read again and the database alone must not tell.

The key follows from ``MATCHMAKER_SECRET``, which no database holds. Whoever changes the secret
names the one before as ``MATCHMAKER_FORMER_SECRET`` until ``matchmaker db upgrade`` has sealed
everything anew.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from os import urandom
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select

from matchmaker.config import Settings
from matchmaker.models import Account
from matchmaker.storage.database import Sessions

_MARK = "v1."
#: Bytes that no two seals of a key may share: random ones, as NIST SP 800-38D allows.
_NONCE = 12


@dataclass(frozen=True)
class Vault:
    """Seals with the first key, opens with any of them."""

    keys: Sequence[bytes] = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Vault:
        """Return the vault of an installation."""
        secrets = [settings.secret, settings.former_secret]
        return cls([_derived(one) for one in secrets if one])

    def seal(self, text: str, of: UUID) -> str:
        """Return a text sealed; it opens for the same thing only.

        >>> vault, whose = Vault([bytes(32)]), UUID(int=1)
        >>> vault.open(vault.seal("JBSWY3DP", whose), whose)
        'JBSWY3DP'
        >>> vault.open(vault.seal("JBSWY3DP", whose), UUID(int=2)) is None
        True
        """
        nonce = urandom(_NONCE)
        sealed = AESGCM(self.keys[0]).encrypt(nonce, text.encode(), of.bytes)
        return _MARK + urlsafe_b64encode(nonce + sealed).decode()

    def open(self, kept: str, of: UUID) -> str | None:
        """Return what was sealed; None when no key opens it. What never was, is as it is."""
        if not kept.startswith(_MARK):
            return kept
        whole = urlsafe_b64decode(kept.removeprefix(_MARK))
        return next((text for key in self.keys if (text := _opened(key, whole, of))), None)

    def is_new(self, kept: str, of: UUID) -> bool:
        """Return whether the present key sealed this."""
        return kept.startswith(_MARK) and Vault(self.keys[:1]).open(kept, of) is not None


def seal_all(sessions: Sessions, vault: Vault) -> int:
    """Seal the second factors that lie open, or under a former secret; return how many."""
    sealed = 0
    with sessions.writing() as session:
        for account in session.scalars(select(Account).where(Account.totp_secret.is_not(None))):
            kept = account.totp_secret or ""
            plain = None if vault.is_new(kept, account.id) else vault.open(kept, account.id)
            if plain is not None:
                account.totp_secret = vault.seal(plain, account.id)
                sealed += 1
    return sealed


def _derived(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"matchmaker second factor").derive(secret.encode())


def _opened(key: bytes, whole: bytes, of: UUID) -> str | None:
    try:
        return AESGCM(key).decrypt(whole[:_NONCE], whole[_NONCE:], of.bytes).decode()
    except InvalidTag:
        return None
