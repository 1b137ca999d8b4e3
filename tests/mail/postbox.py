"""A real SMTP server for tests: takes mail on the loopback, refuses what it is told to refuse."""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OK = "250 OK"


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Postbox:
    """What a mail server got, and what it answers; start it with ``with``."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, **server: Any) -> None:
        self.port = free_port()
        #: Bytes of every mail that was taken, in order.
        self.taken: list[bytes] = []
        #: Address -> answers to RCPT, used up one by one; what is not here is OK.
        self.to_rcpt: dict[str, list[str]] = {}
        #: Answers to MAIL and DATA, used up one by one.
        self.to_mail: list[str] = []
        self.to_data: list[str] = []
        #: Called with each taken mail before it is answered.
        self.before_answer: Callable[[bytes], None] = lambda _mail: None
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, ssl_context=tls, **server
        )

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """What MATCHMAKER_SMTP_URL says to reach it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, read."""
        return [message_from_bytes(one, policy=default) for one in self.taken]  # type: ignore[misc]

    @property
    def ids(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(one["Message-ID"]) for one in self.mails)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer MAIL."""
        envelope.mail_from = address
        return self.to_mail.pop(0) if self.to_mail else OK

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer RCPT."""
        answers = self.to_rcpt.get(address)
        answer = answers.pop(0) if answers else OK
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or not."""
        answer = self.to_data.pop(0) if self.to_data else OK
        if answer == OK:
            assert isinstance(envelope.content, bytes)
            self.taken.append(envelope.content)
            self.before_answer(envelope.content)
        return answer


def only(login: str, password: str) -> Callable[..., AuthResult]:
    """Return who signs in one login."""

    def authenticate(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> Any:
        right = (data.login, data.password) == (login.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return authenticate


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server on 127.0.0.1 shows, and what a client that trusts it uses."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "postbox")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(
        cadata=made.public_bytes(serialization.Encoding.PEM).decode()
    )
    return server, client
