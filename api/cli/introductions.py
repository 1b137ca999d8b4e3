"""``matchmaker introductions``: what time does to introductions, and to placements with them."""

from __future__ import annotations

import click

from api.cli.terminal import Group, tell
from matchmaker.bootstrap import open_introductions, open_placements
from matchmaker.config import Settings


@click.group("introductions", cls=Group)
def introductions() -> None:
    """Look after introductions and placements whose time runs out."""


@introductions.command("tick")
@click.pass_obj
def tick(settings: Settings) -> None:
    """Remind once, end what nobody answered, tidy up; run it every hour.

    Of placements it reminds and ends the offers, and asks half-way how they go. Twice changes
    nothing, and it may be killed at any moment. `matchmaker mail send` sends the mails that it
    writes.
    """
    ticks, close = open_introductions(settings)
    try:
        done = ticks.tick()
    finally:
        close()
    tell(f"{done.reminded} reminded, {done.expired} expired, {done.withdrawn} withdrawn")
    placements, close = open_placements(settings)
    try:
        seen = placements.tick()
    finally:
        close()
    tell(
        f"Placements: {seen.reminded} reminded, {seen.lapsed} lapsed, {seen.asked} asked half-way, "
        f"{seen.asked_again} asked again"
    )
