"""Where mail leaves and in whose name: the three settings about mail, read once."""

from __future__ import annotations

import enum
import re
import smtplib
import ssl
from dataclasses import dataclass, field, replace
from email.headerregistry import Address
from urllib.parse import SplitResult, unquote, urlsplit

from matchmaker.config import Settings
from matchmaker.errors import InvalidInput, MailServerUnavailable, SettingInvalid
from matchmaker.services.mailing import checked_address

#: Seconds that one command may take, and the end of a mail, which servers check and store.
COMMAND_SECONDS, HAND_OVER_SECONDS = 120, 600
#: What may stand before <address>: no sign that means something in a header.
_NAME = re.compile(r"[^<>\"\\,;:@\x00-\x1f\x7f]*")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Encryption(enum.StrEnum):
    """How the way to the server is kept secret; the value is the scheme of the URL."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


_PORTS = {Encryption.NONE: 25, Encryption.STARTTLS: 587, Encryption.TLS: 465}


@dataclass(frozen=True)
class MailServer:
    """An SMTP server that takes our mail."""

    host: str
    port: int
    encryption: Encryption = Encryption.NONE
    login: str = ""
    password: str = field(default="", repr=False)
    #: Which certificates are trusted; None means those that the machine trusts.
    trust: ssl.SSLContext | None = field(default=None, repr=False)

    def connect(self) -> smtplib.SMTP:
        """Return a connection that is ready to take mail: encrypted and signed in as set.

        Raises:
            MailServerUnavailable: it does not answer, its certificate is not trusted, it offers
                no encryption, or it refuses the login.

        """
        connection: smtplib.SMTP | None = None
        try:
            connection = self._open()
            connection.ehlo_or_helo_if_needed()
            if self.encryption is Encryption.STARTTLS:
                connection.starttls(context=self._trust())
                connection.ehlo()
            if self.login:
                connection.login(self.login, self.password)
        except (smtplib.SMTPException, OSError) as error:
            if connection is not None:
                connection.close()
            raise MailServerUnavailable(self._why(error)) from error
        return connection

    def trusting(self, trust: ssl.SSLContext) -> MailServer:
        """Return the same server with other trusted certificates."""
        return replace(self, trust=trust)

    def _open(self) -> smtplib.SMTP:
        if self.encryption is Encryption.TLS:
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=COMMAND_SECONDS, context=self._trust()
            )
        return smtplib.SMTP(self.host, self.port, timeout=COMMAND_SECONDS)

    def _trust(self) -> ssl.SSLContext:
        # smtplib's own default checks no certificate.
        return self.trust or ssl.create_default_context()

    def _why(self, error: Exception) -> str:
        """Return what to look at; never what the server said, which may quote a login."""
        where = f"{self.host}:{self.port}"
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return f"{where} refuses the login ({error.smtp_code})."
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"The certificate of {where} is not trusted ({error.verify_message})."
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return f"{where} does not offer what the URL asks for: STARTTLS or a login."
        if isinstance(error, smtplib.SMTPResponseException):
            return f"{where} answers {error.smtp_code}."
        reason = error.strerror if isinstance(error, OSError) and error.strerror else ""
        return f"{where} can't be reached ({reason or type(error).__name__})."


@dataclass(frozen=True)
class MailRoute:
    """How mails of this installation leave it."""

    #: None while no server is set: mails then stay waiting.
    server: MailServer | None
    #: Who they come from; None only without a server.
    sender: Address | None
    #: What links in mails begin with, without a slash at the end.
    public_url: str


def mail_route(settings: Settings) -> MailRoute:
    """Return what the settings say about mail.

    Raises:
        SettingInvalid: one of them cannot be used.

    """
    server = _server(settings.smtp_url) if settings.smtp_url else None
    if server and not settings.mail_from:
        raise SettingInvalid(
            "MATCHMAKER_MAIL_FROM", "say who mails come from, e.g. 'Matchmaker <mail@example.dk>'."
        )
    sender = _sender(settings.mail_from) if settings.mail_from else None
    return MailRoute(server, sender, _public_url(settings.public_url))


def _server(url: str) -> MailServer:
    # The URL may hold a password: no message quotes it.
    refused = SettingInvalid(
        "MATCHMAKER_SMTP_URL",
        "use smtp+starttls://LOGIN:PASSWORD@HOST:PORT, smtps://… or smtp://…; "
        "write signs such as @ and / in the password as %40 and %2F.",
    )
    try:
        parts = urlsplit(url)
        encryption = Encryption(parts.scheme)
        port = parts.port or _PORTS[encryption]
    except ValueError:
        raise refused from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise refused
    login, password = unquote(parts.username or ""), unquote(parts.password or "")
    if login and encryption is Encryption.NONE and parts.hostname not in _LOOPBACK:
        raise SettingInvalid(
            "MATCHMAKER_SMTP_URL",
            "a login would cross the net in the clear; use smtp+starttls:// or smtps://.",
        )
    return MailServer(parts.hostname, port, encryption, login, password)


def _sender(text: str) -> Address:
    refused = SettingInvalid(
        "MATCHMAKER_MAIL_FROM", "use one address, e.g. 'Matchmaker <mail@example.dk>'."
    )
    name, bracket, address = text.removesuffix(">").rpartition("<")
    if bool(bracket) != text.endswith(">") or not _NAME.fullmatch(name):
        raise refused
    try:
        local, _, domain = checked_address(address).rpartition("@")
    except InvalidInput:
        raise refused from None
    return Address(name.strip(), local, domain)


def _public_url(url: str) -> str:
    refused = SettingInvalid(
        "MATCHMAKER_PUBLIC_URL", "use the address readers see, e.g. https://match.example.dk."
    )
    try:
        parts: SplitResult = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise refused from None
    plain = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
    if not plain or parts.query or parts.fragment or any(sign in url for sign in ' <>"\r\n'):
        raise refused
    return url.rstrip("/")
