"""The words of cohorts, rounds and placements, as a person reads them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _

from matchmaker.matching.assignment.changes import Turn
from matchmaker.matching.assignment.outcome import Method, Why
from matchmaker.matching.assignment.outcome import Reason as UnplacedReason
from matchmaker.matching.assignment.round import FIT_UNIT, Flaw
from matchmaker.models import (
    PlacementAction,
    PlacementParty,
    PlacementState,
    PositionAction,
    PositionState,
    RoundAction,
    RoundState,
    RunFailure,
    RunState,
    WorkPlace,
)
from matchmaker.services.gathering import NoticeKind

#: Class, then member.
PLACING_WORDS: Mapping[type[enum.StrEnum], Mapping[Any, Any]] = {
    Method: {
        Method.STABLE: _("Stable, best for students"),
        Method.MOST_PLACED: _("Most placed"),
        Method.BEST_FIT: _("Best fit"),
    },
    UnplacedReason: {
        UnplacedReason.NOTHING_WANTED: _("wished for nothing that takes part"),
        UnplacedReason.NOT_ELIGIBLE: _("may have nothing that they wished for"),
        UnplacedReason.OUTCOMPETED: _("others have the places they wished for"),
        UnplacedReason.NO_CAPACITY: _("there was no room where they wished to go"),
    },
    Why: {
        Why.PREFERRED: _("the host ranked those who have it higher"),
        Why.LOT: _("the host saw them alike, and the lot decided"),
        Why.GIVEN: _("the method gave it to others, for the good of all"),
        Why.NO_SEATS: _("it had no place left to give"),
        Why.NO_TEAM: _("too few for a team wanted it"),
        Why.NO_SUPERVISOR: _("nobody was left who could supervise"),
        Why.LEFT: _("it stayed free: the method found too little fit"),
    },
    Turn: {
        Turn.BETTER: _("better for the student"),
        Turn.WORSE: _("worse for the student"),
        Turn.OTHER: _("as good, or not comparable"),
    },
    Flaw: {
        Flaw.TWICE: _("named twice"),
        Flaw.UNKNOWN_POSITION: _("a position that is not there"),
        Flaw.UNKNOWN_STUDENT: _("a student who is not there"),
        Flaw.UNKNOWN_HOST: _("a host that is not there"),
        Flaw.UNKNOWN_SUPERVISOR: _("a supervisor who is not there"),
        Flaw.NEGATIVE_CAPACITY: _("fewer than no places"),
        Flaw.MINIMUM_ABOVE_CAPACITY: _("a team greater than the places there are"),
        Flaw.TWO_LOCKS: _("locked to two places"),
        Flaw.LOCK_FORBIDDEN: _("locked to a place they must not have"),
        Flaw.LOCKS_ABOVE_POSITION: _("more students locked than places"),
        Flaw.LOCKS_ABOVE_HOST: _("more students locked than the host takes"),
        Flaw.LOCKS_ABOVE_SUPERVISORS: _("locked, but nobody can supervise them"),
    },
    NoticeKind: {
        NoticeKind.NOT_CONSENTED: _("has not consented yet"),
        NoticeKind.LEFT: _("has left the cohort"),
        NoticeKind.WITHDRAWN: _("the profile was withdrawn"),
        NoticeKind.NOTHING_WANTED: _("has no wish that counts"),
        NoticeKind.WISH_CLOSED: _("wished for a position that is closed"),
        NoticeKind.WISH_NOT_SHOWN: _("wished for a position that is not shown any more"),
        NoticeKind.LOCK_WITHOUT_STUDENT: _("is locked, but takes no part"),
        NoticeKind.LOCK_WITHOUT_POSITION: _("is locked to a position that takes no part"),
    },
    PlacementParty: {
        PlacementParty.STUDENT: _("Student"),
        PlacementParty.HOST: _("Host"),
        PlacementParty.SUPERVISOR: _("Supervisor"),
        PlacementParty.UNIVERSITY: _("University"),
    },
    PlacementState: {
        PlacementState.OFFERED: _("Offered"),
        PlacementState.AGREED: _("Agreed"),
        PlacementState.RUNNING: _("Running"),
        PlacementState.COMPLETED: _("Completed"),
        PlacementState.BROKEN_OFF: _("Broken off"),
    },
    PlacementAction: {
        PlacementAction.AGREE: _("Agree"),
        PlacementAction.DECLINE: _("Decline"),
        PlacementAction.LAPSE: _("Let it lapse"),
        PlacementAction.LEAVE: _("The student leaves the cohort"),
        PlacementAction.START: _("It has begun"),
        PlacementAction.COMPLETE: _("It is completed"),
        PlacementAction.BREAK_OFF: _("Break it off"),
    },
    PositionState: {
        PositionState.OFFERED: _("Offered"),
        PositionState.CLOSED: _("Closed"),
    },
    PositionAction: {
        PositionAction.CLOSE: _("Close the position"),
        PositionAction.REOPEN: _("Offer it again"),
    },
    RoundState: {
        RoundState.OPEN: _("Open"),
        RoundState.PUBLISHED: _("Published"),
        RoundState.CANCELLED: _("Cancelled"),
    },
    RunFailure: {
        RunFailure.OVERTAKEN: _(
            "The round was changed while the methods were at work, so nothing was kept. "
            "Run it again."
        ),
        RunFailure.CONTRADICTED: _(
            "What is stored contradicts itself by now, so nothing was kept. "
            "Look at what has to change."
        ),
        RunFailure.INTERRUPTED: _(
            "The service was restarted while the methods were at work; nothing was kept. "
            "Run the round again."
        ),
        RunFailure.BROKEN: _(
            "The methods failed, and nothing was kept. Run the round again; "
            "if that fails too, tell the staff."
        ),
    },
    RunState: {
        RunState.RUNNING: _("At work"),
        RunState.STOPPING: _("Being stopped"),
        RunState.DONE: _("Answered"),
        RunState.STOPPED: _("Stopped"),
        RunState.FAILED: _("Failed"),
    },
    RoundAction: {
        RoundAction.ADJUST: _("Adjust"),
        RoundAction.PUBLISH: _("Publish"),
        RoundAction.CANCEL: _("Cancel the round"),
    },
    WorkPlace: {
        WorkPlace.ON_SITE: _("On site"),
        WorkPlace.REMOTE: _("Remote"),
        WorkPlace.BOTH: _("On site and remote"),
    },
}

#: Aim of an optimising method -> what it counts.
AIMS: Mapping[str, Any] = {
    "placed": _("students placed"),
    "preference": _("points for wishes"),
    "fit": _("fit in all"),
}


def aim_label(aim: str) -> str:
    """Return what an aim counts, in the language of the page."""
    return str(AIMS.get(aim, aim))


def shown_of_aim(value: float, aim: str) -> str:
    """Return how much of an aim was reached, as people read it; fit is stored in parts."""
    number = value / FIT_UNIT if aim == "fit" else round(value)
    return str(format_decimal(round(number, 2)))
