"""The post between people of a story: mails go through a real server, links come from what arrives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import urlsplit

from api.mail.rendering import MailTemplates
from matchmaker.bootstrap import Matchmaker
from matchmaker.services.mail_route import MailServer
from matchmaker.services.mail_sending import MailSender
from matchmaker.storage.database import Sessions
from tests.mail.postbox import Postbox

PUBLIC_URL = "https://match.example.dk"


@dataclass(frozen=True)
class Post:
    """Sends what waits, and hands out what came."""

    service: Matchmaker
    postbox: Postbox

    def all_to(self, address: str) -> list[EmailMessage]:
        """Send what waits; return every mail that somebody got, oldest first."""
        MailSender(
            Sessions(self.service.engine),
            self.service.mailing.clock,
            MailServer("127.0.0.1", self.postbox.port),
            Address("Matchmaker", "mail", "example.dk"),
            MailTemplates(PUBLIC_URL),
        ).send_waiting()
        return [mail for mail in self.postbox.mails if mail["To"] == address]

    def newest(self, address: str) -> EmailMessage:
        """Send what waits; return the newest mail that somebody got."""
        return self.all_to(address)[-1]

    def link(self, address: str) -> str:
        """Return the path of the link in the newest mail to somebody: one in text and in HTML."""
        text, html = (words_of(self.newest(address), kind) for kind in ("plain", "html"))
        links = re.findall(rf"{PUBLIC_URL}(/[^\s\"<>]+)", text)
        assert links, "no link in the mail"
        assert links[0] in html
        return urlsplit(links[0]).path


def words_of(mail: EmailMessage, kind: str = "plain") -> str:
    """Return the plain or the HTML body of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())
