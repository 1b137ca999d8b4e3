"""``matchmaker mail``: send what waits, see what is stuck, take in what came back.

Nothing here writes an address or a word of a mail to the shell: what is printed may be logged.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

import click

from api.cli.service import open_service
from api.cli.terminal import output, print_json, tell
from api.mail.rendering import MailTemplates
from matchmaker.bootstrap import make_mail_sender, open_mailing
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput, MailServerUnavailable
from matchmaker.models import MailState, OutgoingMail
from matchmaker.services.challenge_desk import ChallengeDesk
from matchmaker.services.mail_route import mail_route
from matchmaker.services.mail_sending import MailSender
from matchmaker.services.mailing import MailService
from matchmaker.services.reminders import ReminderService

#: Seconds between two looks for new mail, and the longest wait for a server that is away.
_PAUSE, _LONGEST_PAUSE = 5, 300
#: A delivery report holds the mail it is about, so it may be long, but not this long.
_MOST_INPUT = 10_000_000
_STATES = [state.value for state in MailState]


@click.group()
def mail() -> None:
    """Look after the mails that the service writes."""


def _open(settings: Settings) -> MailService:
    service = open_mailing(settings)
    click.get_current_context().call_on_close(service.close)
    return service


@mail.command("ask-owners")
@click.pass_obj
def ask_owners(settings: Settings) -> None:
    """Write a mail to each owner whose profile nobody has confirmed for long; run it daily."""
    service = _open(settings)
    asked = ReminderService(service.sessions, service.clock, settings.stale_after_days).ask()
    tell(f"{asked} owners are asked; matchmaker mail send sends it")


@mail.command("digest")
@click.pass_obj
def digest(settings: Settings) -> None:
    """Write the weekly mail to everybody for whom something is new; again changes nothing.

    Run it once a week. Whoever has unsubscribed, and for whom nothing is new, gets none.
    """
    written = open_service(settings).digests.write()
    tell(f"{written} weekly mails are written; matchmaker mail send sends them")


@mail.command("ask-firms")
@click.pass_obj
def ask_firms(settings: Settings) -> None:
    """Expire challenges that nobody renewed, ask firms whether to renew theirs; run it daily.

    Drafts without an account that nobody has touched for 90 days are deleted by the way.
    """
    service = _open(settings)
    done = ChallengeDesk(
        service.sessions,
        service.clock,
        settings.challenge_open_days,
        settings.challenge_reminder_days,
    ).elapse()
    tell(
        f"{done.reminded} firms are asked, {done.expired} challenges have expired, "
        f"{done.forgotten} drafts are deleted; matchmaker mail send sends it"
    )


@mail.command("send")
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C, looking every few seconds.")
@click.pass_obj
def send(settings: Settings, *, watch: bool) -> None:
    """Send the mails that wait. May be killed at any moment, and run more than once at a time."""
    renderer = MailTemplates(mail_route(settings).public_url)
    sender = make_mail_sender(settings, _open(settings), renderer)
    if not watch:
        _tell_tally(sender.send_waiting())
        return
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    tell("Sending mail as it comes (Ctrl-C stops)")
    _watch(sender, stopped)
    tell("Stopped.")


def _watch(sender: MailSender, stopped: threading.Event) -> None:
    """Send until told to stop; a server that is away is asked less and less often."""
    pause, said = _PAUSE, ""
    while not stopped.is_set():
        try:
            _tell_tally(sender.send_waiting(stopped.is_set), quiet=True)
            pause, said = _PAUSE, ""
        except MailServerUnavailable as error:
            if str(error) != said:
                said = str(error)
                tell(said)
            pause = min(2 * pause, _LONGEST_PAUSE)
        stopped.wait(pause)


def _tell_tally(tally: Mapping[MailState, int], *, quiet: bool = False) -> None:
    if not tally:
        if not quiet:
            tell("No mail is due.")
        return
    numbers = ", ".join(f"{number} {state}" for state, number in sorted(tally.items()))
    tell(f"Mails: {numbers}.")


@mail.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(_STATES),
    help="List the mails in this state; may be given more than once.",
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Most to list."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for machines.")
@click.pass_obj
def list_(settings: Settings, *, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Count the mails by state, and list those that are not sent; newest first."""
    service = _open(settings)
    chosen = [MailState(state) for state in states]
    counts = service.counts()
    found = service.newest(chosen or [s for s in MailState if s is not MailState.SENT], limit)
    if as_json:
        print_json({"counts": counts, "mails": [_as_json(one) for one in found]})
        return
    output.print(", ".join(f"{number} {state}" for state, number in counts.items()))
    for one in found:
        output.print(_in_words(one), markup=False, soft_wrap=True)


def _as_json(one: OutgoingMail) -> dict[str, object]:
    return {
        "id": str(one.id),
        "template": one.template,
        "state": one.state,
        "attempts": one.attempts,
        "not_before": _moment(one.not_before),
        "sent_at": _moment(one.sent_at),
        "last_error": one.last_error,
    }


def _moment(when: datetime | None) -> str | None:
    return when.isoformat(timespec="seconds") if when else None


def _in_words(one: OutgoingMail) -> str:
    """Return a mail as one line: id, state, template, attempts, what went wrong, when it is due."""
    words = f"{one.id}  {one.state:8}{one.template:16}{one.attempts:2} attempts"
    if one.last_error:
        words += f", {one.last_error}"
    if one.state is MailState.WAITING:
        words += f", not before {one.not_before:%Y-%m-%d %H:%M} UTC"
    return words


@mail.command("retry")
@click.argument("mail_id", metavar="ID", type=click.UUID)
@click.pass_obj
def retry(settings: Settings, mail_id: UUID) -> None:
    """Let a mail that was given up, or waits after a failure, go with the next sending."""
    _open(settings).retry(mail_id)
    tell(f"{mail_id} is due now.")


@mail.command("bounce")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def bounce(settings: Settings, file: BinaryIO) -> None:
    """Take in a delivery report (RFC 3464) that came back; "-" reads standard input.

    The mail it is about is marked as bounced; a report of a delay changes nothing.
    """
    report = file.read(_MOST_INPUT + 1)
    if len(report) > _MOST_INPUT:
        raise InvalidInput("report", f"it has more than {_MOST_INPUT} bytes.")
    bounced = _open(settings).bounce(report)
    tell(f"{bounced.id} has bounced." if bounced else "The report tells of no final failure.")
