"""FollowupService: how a placement goes, asked half-way; how it was, asked afterwards.

What student and host say of each other is looked at by their university before the other one
reads it, and neither reads before both have spoken or the time is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput
from matchmaker.models import (
    AuditAction,
    EvaluationAction,
    EvaluationQuestion,
    Going,
    LinkPurpose,
    Placement,
    PlacementCheck,
    PlacementEvaluation,
    PlacementParty,
)
from matchmaker.models.followup import CHECKED, EVALUATE_WITHIN, EVALUATING, SCORES
from matchmaker.models.placement import UNDER_WAY
from matchmaker.services.clock import Clock
from matchmaker.services.placement_mails import mail_followup
from matchmaker.services.recording import Entry, record
from matchmaker.storage import assignment, followups
from matchmaker.storage.database import Sessions

#: Most characters of a line, and of a text.
NOTE_LENGTH, TEXT_LENGTH = 500, 2_000


@dataclass(frozen=True, kw_only=True)
class SeenEvaluation:
    """What student or host said afterwards, and who may read it now."""

    evaluation: PlacementEvaluation
    #: Whether the other party reads it.
    shown: bool
    #: Whether it can still be given.
    open: bool


@dataclass(frozen=True)
class FollowupService:
    """What the parties say of a placement, and what their university does with it."""

    sessions: Sessions
    clock: Clock

    def checks(self, placement_id: UUID) -> Sequence[PlacementCheck]:
        """Return what the parties were asked half-way, and what they said.

        Raises:
            NotFound: there is no such placement.

        """
        with self.sessions.reading() as session:
            assignment.placement(session, placement_id)
            return followups.checks(session, placement_id)

    def answer_check(
        self,
        placement_id: UUID,
        party: PlacementParty,
        going: Going,
        *,
        note: str = "",
        needs_help: bool = False,
        by: UUID | None,
    ) -> PlacementCheck:
        """Write down how it goes, for one party.

        Raises:
            NotFound: there is no such placement, or this party was not asked.
            TransitionNotAllowed: it has said so already.
            InvalidInput: more than a line.

        """
        with self.sessions.writing() as session:
            return self.take_check(
                session, placement_id, party, going, note=note, needs_help=needs_help, by=by
            )

    def take_check(
        self,
        session: Session,
        placement_id: UUID,
        party: PlacementParty,
        going: Going,
        *,
        note: str,
        needs_help: bool,
        by: UUID | None,
    ) -> PlacementCheck:
        """Do what ``answer_check`` does within the running transaction."""
        found = followups.check(session, placement_id, party, lock=True)
        line = _line("note", note, needed=False)
        found.answer(going, line, needs_help=needs_help, at=self.clock())
        followups.spend_links(session, placement_id, [LinkPurpose.PLACEMENT_CHECK], party)
        told = {"check": party.value, "needs_help": needs_help}
        self._recorded(session, AuditAction.REVISE, placement_id, by, told)
        return found

    def help(
        self, placement_id: UUID, party: PlacementParty, note: str, *, by: UUID | None
    ) -> PlacementCheck:
        """Write down what was done about what a party needs help with.

        Raises:
            NotFound: there is no such placement, or this party was not asked.
            TransitionNotAllowed: it waits for no help.
            InvalidInput: nothing is said, or more than a line.

        """
        line = _line("help_note", note, needed=True)
        with self.sessions.writing() as session:
            found = followups.check(session, placement_id, party, lock=True)
            found.help(line, by=by, at=self.clock())
            told: dict[str, object] = {"helped": party.value}
            self._recorded(session, AuditAction.CONCLUDE, placement_id, by, told)
        return found

    def evaluations(self, placement_id: UUID) -> Mapping[PlacementParty, SeenEvaluation]:
        """Return what student and host were asked afterwards, and what they said.

        Raises:
            NotFound: there is no such placement.

        """
        now = self.clock()
        with self.sessions.reading() as session:
            assignment.placement(session, placement_id)
            found = followups.evaluations(session, placement_id)
        return {
            party: SeenEvaluation(
                evaluation=one,
                shown=one.is_shown(found.get(_OTHER[party]), now),
                open=one.can_be_given(now),
            )
            for party, one in found.items()
        }

    def evaluate(
        self,
        placement_id: UUID,
        party: PlacementParty,
        scores: Mapping[EvaluationQuestion, int],
        *,
        text: str = "",
        by: UUID | None,
    ) -> PlacementEvaluation:
        """Write down how it was, for student or host.

        Raises:
            NotFound: there is no such placement, or this party was not asked.
            TransitionNotAllowed: it has said so already, or the time is over.
            InvalidInput: a question without an answer from 1 to 5, or a text that is too long.

        """
        with self.sessions.writing() as session:
            return self.take_evaluation(session, placement_id, party, scores, text=text, by=by)

    def take_evaluation(
        self,
        session: Session,
        placement_id: UUID,
        party: PlacementParty,
        scores: Mapping[EvaluationQuestion, int],
        *,
        text: str,
        by: UUID | None,
    ) -> PlacementEvaluation:
        """Do what ``evaluate`` does within the running transaction."""
        for question in EvaluationQuestion:
            if not SCORES[0] <= scores.get(question, 0) <= SCORES[1]:
                raise InvalidInput(question.value, "Choose from 1 to 5.")
        text = text.strip()
        if len(text) > TEXT_LENGTH:
            raise InvalidInput("text", f"Use at most {TEXT_LENGTH} characters.")
        found = followups.evaluation(session, placement_id, party, lock=True)
        found.give(scores, text, at=self.clock())
        followups.spend_links(session, placement_id, [LinkPurpose.PLACEMENT_EVALUATION], party)
        told: dict[str, object] = {"evaluation": party.value, "state": found.state.value}
        self._recorded(session, AuditAction.REVISE, placement_id, by, told)
        return found

    def moderate(
        self,
        placement_id: UUID,
        party: PlacementParty,
        action: EvaluationAction,
        *,
        reason: str = "",
        by: UUID | None,
    ) -> PlacementEvaluation:
        """Release what a party said, or hold it back with a reason.

        Raises:
            NotFound: there is no such placement, or this party was not asked.
            TransitionNotAllowed: it has not spoken, or it is so already.
            InvalidInput: it is held back without a reason.

        """
        needed = action is EvaluationAction.HOLD_BACK
        line = _line("reason", reason, needed=needed)
        with self.sessions.writing() as session:
            found = followups.evaluation(session, placement_id, party, lock=True)
            found.moderate(action, line, by=by, at=self.clock())
            told: dict[str, object] = {"evaluation": party.value, "state": found.state.value}
            self._recorded(session, AuditAction.REVISE, placement_id, by, told)
        return found

    def _recorded(
        self,
        session: Session,
        action: AuditAction,
        about: UUID,
        by: UUID | None,
        told: Mapping[str, object],
    ) -> None:
        entry = Entry(by=by, action=action, kind="placement", id=about, after=told)
        record(session, entry, at=self.clock())


_OTHER = {
    PlacementParty.STUDENT: PlacementParty.HOST,
    PlacementParty.HOST: PlacementParty.STUDENT,
}


def ask_halfway(session: Session, placement: Placement, *, at: datetime) -> None:
    """Ask student, host and supervisor how it goes."""
    for party in CHECKED:
        if party in placement.parties():
            asked = PlacementCheck(placement_id=placement.id, party=party, asked_at=at)
            session.add(asked)
            mail_followup(session, placement, asked, at=at)


def ask_afterwards(session: Session, placement: Placement, *, at: datetime) -> None:
    """Ask student and host how it was."""
    for party in EVALUATING:
        asked = PlacementEvaluation(
            placement_id=placement.id, party=party, asked_at=at, until=at + EVALUATE_WITHIN
        )
        session.add(asked)
        session.flush()
        mail_followup(session, placement, asked, at=at)


def remind_silent(session: Session, placement: Placement, *, at: datetime) -> bool:
    """Remind, once, whoever was asked how it goes or how it was and has said nothing.

    Returns:
        Whether there was anybody to remind.

    """
    asked: list[PlacementCheck | PlacementEvaluation] = [
        *(followups.checks(session, placement.id) if placement.state in UNDER_WAY else ()),
        *followups.evaluations(session, placement.id).values(),
    ]
    silent = [one for one in asked if one.is_to_remind(at)]
    for one in silent:
        one.reminded_at = at
        mail_followup(session, placement, one, at=at)
    return bool(silent)


def _line(field: str, text: str, *, needed: bool) -> str:
    """Return one line; it may be empty where none is needed.

    Raises:
        InvalidInput: it is empty, too long, or holds what cannot be printed; names the field.

    """
    line = " ".join(text.split())
    if needed and not line:
        raise InvalidInput(field, "Say it in a line.")
    if len(line) > NOTE_LENGTH or not line.isprintable():
        raise InvalidInput(field, f"Use one line of at most {NOTE_LENGTH} characters.")
    return line
