"""The words of what follows a placement, and of contests, as a person reads them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from matchmaker.models import (
    ContestAbout,
    ContestVerdict,
    EvaluationAction,
    EvaluationQuestion,
    EvaluationState,
    Going,
    JobStage,
    PlacementEnding,
    RankingPurpose,
)

#: Class, then member.
FOLLOWUP_WORDS: Mapping[type[enum.StrEnum], Mapping[Any, Any]] = {
    PlacementEnding: {
        PlacementEnding.DECLINED: _("A party said no"),
        PlacementEnding.LAPSED: _("Not all had agreed in time"),
        PlacementEnding.LEFT: _("The student left the cohort before all had agreed"),
        PlacementEnding.BROKEN_OFF: _("The university broke it off"),
    },
    JobStage: {
        JobStage.OFFERED: _("A job was offered"),
        JobStage.ACCEPTED: _("A job was offered and accepted"),
    },
    Going: {
        Going.WELL: _("It goes well"),
        Going.PARTLY: _("Some of it goes well"),
        Going.BADLY: _("It goes badly"),
    },
    EvaluationQuestion: {
        EvaluationQuestion.AS_AGREED: _("It was what we had agreed"),
        EvaluationQuestion.USEFUL: _("It was of use to me or to us"),
        EvaluationQuestion.TOGETHER: _("We worked well together"),
        EvaluationQuestion.AGAIN: _("I would do it again"),
    },
    EvaluationState: {
        EvaluationState.ASKED: _("Asked"),
        EvaluationState.GIVEN: _("Given, not looked at yet"),
        EvaluationState.RELEASED: _("Released"),
        EvaluationState.HELD_BACK: _("Held back"),
    },
    EvaluationAction: {
        EvaluationAction.GIVE: _("Send the evaluation"),
        EvaluationAction.RELEASE: _("Release it"),
        EvaluationAction.HOLD_BACK: _("Hold it back"),
    },
    ContestAbout: {
        ContestAbout.RESULT: _("The result of a round"),
        ContestAbout.ORDER: _("Where a position stands, or the reason"),
        ContestAbout.RANKING: _("How a profile is ranked"),
    },
    ContestVerdict: {
        ContestVerdict.CHANGED: _("Something is changed"),
        ContestVerdict.KEPT: _("It stays as it is"),
    },
    RankingPurpose: {
        RankingPurpose.POSITIONS_FOR_STUDENT: _("Positions, as the student saw them"),
        RankingPurpose.STUDENTS_FOR_POSITION: _("Students, as a host saw them"),
    },
}

#: What can be refused in these forms; the services speak English, pages look it up.
SENTENCES: tuple[Any, ...] = (
    _("Choose from 1 to 5."),
    _("Say it in a line."),
    _("This day is still to come."),
    _("Use at most 1000 characters."),
    _("Use at most 2000 characters."),
    _("Use one line of at most 500 characters."),
    _("Write 1 to 2000 characters."),
)
