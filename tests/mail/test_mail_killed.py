"""A sender is killed before every single step: no mail is lost, none comes twice unrecognisably."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from matchmaker.models import MailState, OutgoingMail
from matchmaker.models.mail import HAND_OVER_LEASE
from matchmaker.services.mailing import queue
from matchmaker.storage.database import Sessions
from tests.factories import NOW, a_mail
from tests.mail.postbox import Postbox

MAILS = 2
NEVER = -1


class Mortal:
    """The process of ``mortal_sender``."""

    def __init__(self, folder: Path, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.mail.mortal_sender", str(folder), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def __call__(self, deadly: int, *, minutes: int = 0) -> tuple[str, str]:
        """Send until killed before this step, so many minutes after now."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{deadly} {minutes}\n")
        self.process.stdin.flush()
        became, steps = self.process.stdout.readline().split()
        return became, steps

    def close(self) -> None:
        self.process.communicate(timeout=30)


@pytest.fixture
def mortal(sessions: Sessions, tmp_path: Path, postbox: Postbox) -> Iterator[Mortal]:
    process = Mortal(tmp_path, postbox.port)
    yield process
    process.close()


def start_anew(sessions: Sessions, postbox: Postbox) -> None:
    with sessions.writing() as session:
        for mail in session.scalars(select(OutgoingMail)):
            session.delete(mail)
        session.flush()
        for number in range(MAILS):
            queue(session, a_mail(f"mail:{number}", to=f"{number}@example.dk"), at=NOW)
    postbox.taken.clear()


def states(sessions: Sessions) -> list[MailState]:
    with sessions.reading() as session:
        return list(session.scalars(select(OutgoingMail.state)))


def test_killed_before_every_step_every_mail_arrives_under_one_message_id(
    sessions: Sessions, postbox: Postbox, mortal: Mortal
) -> None:
    start_anew(sessions, postbox)
    became, steps = mortal(NEVER)
    assert became == "finished"
    assert len(postbox.ids) == MAILS
    repeated = {}
    lease = int(HAND_OVER_LEASE / timedelta(minutes=1)) + 1

    for step in range(int(steps)):
        start_anew(sessions, postbox)
        assert mortal(step) == ("killed", "-")
        assert mortal(NEVER)[0] == "finished"  # at once: what is claimed is left alone
        assert mortal(NEVER, minutes=lease)[0] == "finished"

        assert states(sessions) == [MailState.SENT] * MAILS, f"killed before step {step}"
        assert len(postbox.ids) == MAILS, f"killed before step {step}"
        if len(postbox.taken) > MAILS:
            repeated[step] = len(postbox.taken) - MAILS
            assert len(set(postbox.taken)) == MAILS, "what is repeated is the same bytes"

    # Per mail: the answer to the last byte of DATA was not read, or was read and not written down.
    assert list(repeated.values()) == [1] * 2 * MAILS, repeated


def test_a_mail_in_another_sender_s_hands_is_left_alone_until_its_lease_ends(
    sessions: Sessions, postbox: Postbox, mortal: Mortal
) -> None:
    start_anew(sessions, postbox)
    with sessions.writing() as session:
        session.execute(
            update(OutgoingMail).values(
                state=MailState.SENDING, attempts=1, claimed_until=NOW + timedelta(minutes=3)
            )
        )

    assert mortal(NEVER, minutes=2)[0] == "finished"
    assert postbox.taken == []
    assert mortal(NEVER, minutes=4)[0] == "finished"
    assert len(postbox.ids) == MAILS
