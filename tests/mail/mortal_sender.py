"""A sender that dies at a given step: ``python -m tests.mail.mortal_sender FOLDER PORT``.

Reads step numbers from standard input; for each a child process sends what waits and is killed
by SIGKILL right before that step. A step is a commit, or bytes to or from the mail server. Writes
"killed" or "finished" and the steps that were taken, for each.
"""

from __future__ import annotations

import os
import signal
import smtplib
import sys
from collections.abc import Callable
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Any

from sqlalchemy import event

from api.mail.rendering import MailTemplates
from matchmaker.services.clock import Clock
from matchmaker.services.mail_route import MailServer
from matchmaker.services.mail_sending import MailSender
from matchmaker.storage.database import Sessions, make_engine
from tests.databases import database_of
from tests.factories import NOW


def sender_on(folder: Path, port: int, clock: Clock) -> MailSender:
    """Return a sender on the database of a folder."""
    engine = make_engine(database_of(folder))
    return MailSender(
        Sessions(engine),
        clock,
        MailServer("127.0.0.1", port),
        Address("Matchmaker", "mail", "example.dk"),
        MailTemplates("https://match.example.dk"),
    )


class Steps:
    """Counts, and kills the process right before one of them."""

    def __init__(self, deadly: int) -> None:
        self.taken = 0
        self._deadly = deadly

    def __call__(self, *_: object) -> None:
        """Take one more step, or die."""
        if self.taken == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.taken += 1

    def before(self, name: str) -> None:
        """Make a method of every SMTP connection a step."""
        method: Callable[..., Any] = getattr(smtplib.SMTP, name)

        def stepping(connection: smtplib.SMTP, *arguments: Any) -> Any:
            self()
            return method(connection, *arguments)

        setattr(smtplib.SMTP, name, stepping)


def live(folder: Path, port: int, deadly: int, minutes: int, told: int) -> None:
    """Send what waits; write the number of steps to a pipe, unless killed before."""
    steps = Steps(deadly)
    sender = sender_on(folder, port, lambda: NOW + timedelta(minutes=minutes))
    event.listen(sender.sessions.engine, "commit", steps)
    steps.before("send")
    steps.before("getreply")
    sender.send_waiting()
    os.write(told, f"{steps.taken}\n".encode())


def main() -> None:
    """Fork one child per line: process and imports are there already."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    for line in sys.stdin:
        deadly, minutes = map(int, line.split())
        heard, told = os.pipe()
        child = os.fork()
        if child == 0:
            live(folder, port, deadly, minutes, told)
            os._exit(0)
        os.close(told)
        _, status = os.waitpid(child, 0)
        steps = os.read(heard, 100).decode().strip()
        os.close(heard)
        print("killed" if os.WIFSIGNALED(status) else "finished", steps or "-", flush=True)


if __name__ == "__main__":
    main()
