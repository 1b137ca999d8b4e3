"""Passwords: which are taken, and how they are kept (argon2id)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from matchmaker.errors import InvalidInput
from matchmaker.models.account import normal_email

#: Characters of a password. The upper end only bounds the work of hashing.
LENGTH = (12, 256)
#: What people choose first among passwords of at least twelve characters, in small letters.
COMMONEST = frozenset(
    """
    123456789012 1234567890123 12345678901234 123456789123 1234567890ab 000000000000 111111111111
    012345678910 112233445566 121212121212 123123123123 987654321098 password1234 password12345
    passwordpassword password123! password1234! mypassword123 p@ssw0rd1234 passw0rd1234
    qwertyuiop12 qwertyuiop123 qwerty123456 qwertyqwerty 1q2w3e4r5t6y 1qaz2wsx3edc q1w2e3r4t5y6
    qwertyuiopas asdfghjkl123 zxcvbnm12345 abcdefghijkl abc123abc123 abcd1234abcd iloveyou1234
    letmein12345 welcome12345 welcome123456 administrator administrator1 changeme1234
    adgangskode1 adgangskode12 adgangskode123 adgangskode1234 kodeord12345 kodeordkodeord
    hemmelighed1 velkommen123 velkommen1234 københavn123 danmark12345 danmarkdanmark
    trustno1trustno1 sommer202512 matchmaker12 matchmaker123 matchmaker1234
    """.split()  # noqa: SIM905 - a word list reads best as words
)


@dataclass(frozen=True)
class Passwords:
    """Hashes and compares passwords, always taking as long for somebody as for nobody."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)

    @cached_property
    def nobody(self) -> str:
        """Compared with when there is no account or no password: the time is the same."""
        return self.hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return self.hasher.hash(_written(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Return whether the password is the one that was kept; None fits nothing, slowly."""
        try:
            self.hasher.verify(kept or self.nobody, _written(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        """Return whether it was hashed with other parameters than those in force."""
        return self.hasher.check_needs_rehash(kept)


def checked_password(password: str, email: str) -> str:
    """Return the password if it may be used.

    Raises:
        InvalidInput: too short, too long, too common, or the e-mail address itself.

    """
    least, most = LENGTH
    if len(password) < least:
        raise InvalidInput(
            "password", "Use at least 12 characters. Several words together are fine."
        )
    if len(password) > most:
        raise InvalidInput("password", "Use at most 256 characters.")
    plain = normal_email(password)
    if plain == email or plain == email.partition("@")[0] or len(set(plain)) == 1:
        raise InvalidInput("password", "Use something else than your e-mail address or one letter.")
    if plain in COMMONEST:
        raise InvalidInput("password", "This is one of the passwords that are tried first.")
    return password


def _written(password: str) -> str:
    # "å" is one character on some keyboards and two on others; both are the same password.
    return unicodedata.normalize("NFKC", password)
