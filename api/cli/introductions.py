"""``matchmaker introductions``: what time does to introductions."""

from __future__ import annotations

import click

from api.cli.terminal import Group, tell
from matchmaker.bootstrap import open_introductions
from matchmaker.config import Settings


@click.group("introductions", cls=Group)
def introductions() -> None:
    """Look after introductions whose time runs out."""


@introductions.command("tick")
@click.pass_obj
def tick(settings: Settings) -> None:
    """Remind once, end what nobody answered, tidy up; run it every hour.

    Twice changes nothing, and it may be killed at any moment. `matchmaker mail send` sends the
    mails that it writes.
    """
    ticks, close = open_introductions(settings)
    try:
        done = ticks.tick()
    finally:
        close()
    tell(f"{done.reminded} reminded, {done.expired} expired, {done.withdrawn} withdrawn")
