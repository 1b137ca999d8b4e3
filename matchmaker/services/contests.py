"""ContestService: who was ranked asks a person to look at it, and gets an answer.

A contest keeps the inputs and the method of what it is about, as they were when it was made, so
that the answer is about that and not about what came later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput, NotFound
from matchmaker.matching.sentences import clean
from matchmaker.models import (
    AuditAction,
    Contest,
    ContestAbout,
    ContestVerdict,
    MailTemplate,
    RankingRecord,
)
from matchmaker.models.contest import CONTEST_LENGTH
from matchmaker.models.facts import ContestFacts
from matchmaker.services.assignment import AssignmentService
from matchmaker.services.clock import Clock
from matchmaker.services.mailing import LANGUAGES, NewMail, queue
from matchmaker.services.placement_mails import DANISH
from matchmaker.services.recording import Entry, record
from matchmaker.services.wishes import WishService
from matchmaker.storage import cohorts, contests
from matchmaker.storage.address_book import AddressBook
from matchmaker.storage.database import Sessions
from matchmaker.storage.introductions import Addressee


@dataclass(frozen=True, kw_only=True)
class ContestView:
    """A contest with the names that it is read by."""

    contest: Contest
    #: Who was ranked.
    name: str
    #: The cohort it is about; empty for none.
    cohort: str
    #: The position; empty for none, or when it is gone.
    position: str
    #: Whole days since it was made.
    days: int
    #: Whether it waits longer than it should.
    overdue: bool


@dataclass(frozen=True, kw_only=True)
class OpenContests:
    """How many wait for an answer, and how old the oldest is, in whole days; None without one."""

    open: int
    oldest: int | None


@dataclass(frozen=True)
class ContestService:
    """Contests: made by who was ranked, answered by coordinators and staff."""

    sessions: Sessions
    clock: Clock
    wishes: WishService
    assignment: AssignmentService

    def facts(self, contest_id: UUID) -> ContestFacts:
        """Return what permission depends on.

        Raises:
            NotFound: there is no such contest.

        """
        with self.sessions.reading() as session:
            found = contests.get(session, contest_id)
            university = contests.university_of(session, found)
        return ContestFacts(id=contest_id, profile_id=found.profile_id, university_id=university)

    def contest_result(
        self, cohort_id: UUID, student_id: UUID, text: str, *, by: UUID | None
    ) -> Contest:
        """Contest what the last published round of a cohort gave a student.

        Raises:
            NotFound: they are not in the cohort, or no published round says anything of them.
            Duplicate: they contested it, and wait for the answer.
            InvalidInput: nothing is said, or too much.

        """
        outcome = self.assignment.outcome(cohort_id, student_id)
        if outcome is None:
            raise NotFound("result of a round", student_id)
        unplaced = outcome.unplaced
        basis: dict[str, Any] = {
            "method": outcome.method.value,
            "round": outcome.round.number,
            "seed": outcome.round.seed,
            "answer": str(outcome.round.published_answer_id),
            "missed": [
                {"position": str(one.position), "place": one.place, "why": one.why.value}
                for one in (unplaced.missed if unplaced else ())
            ],
            "reason": unplaced.reason.value if unplaced else None,
        }
        made = Contest(
            profile_id=student_id,
            about=ContestAbout.RESULT,
            cohort_id=cohort_id,
            round_id=outcome.round.id,
            text=checked_text("text", text),
            basis=basis,
            made_by_id=by,
            made_at=self.clock(),
        )
        return self._make(made)

    def contest_order(
        self, cohort_id: UUID, student_id: UUID, position_id: UUID, text: str, *, by: UUID | None
    ) -> Contest:
        """Contest where a position stands for a student, or the reason that is named for it.

        Raises:
            NotFound: they are not in the cohort, or are not shown the position.
            Duplicate: they contested it, and wait for the answer.
            InvalidInput: nothing is said, or too much.

        """
        seen = self.wishes.view(cohort_id, student_id)
        if position_id not in {one.position.id for one in seen.positions}:
            raise NotFound("position", position_id)
        explained = self.wishes.explained(cohort_id, student_id, position_id)
        basis: dict[str, Any] = {
            **self.wishes.basis(seen, position_id, explained),
            "evidence": [one.text for one in explained.reason.evidence] if explained else [],
        }
        made = Contest(
            profile_id=student_id,
            about=ContestAbout.ORDER,
            cohort_id=cohort_id,
            position_id=position_id,
            text=checked_text("text", text),
            basis=basis,
            made_by_id=by,
            made_at=self.clock(),
        )
        return self._make(made)

    def contest_ranking(self, profile_id: UUID, text: str, *, by: UUID | None) -> Contest:
        """Contest how a profile is ranked for challenges; staff answer.

        Raises:
            Duplicate: it was contested, and waits for the answer.
            InvalidInput: nothing is said, or too much.

        """
        with self.sessions.reading() as session:
            ranked = [
                {
                    "run": str(run.id),
                    "rank": match.rank,
                    "score": match.score,
                    "policy": run.policy_name,
                    "policy_version": run.policy_version,
                    "encoder": run.encoder_fingerprint,
                    "generation": run.generation_id,
                }
                for match, run in contests.matches_of(session, profile_id)
            ]
        made = Contest(
            profile_id=profile_id,
            about=ContestAbout.RANKING,
            text=checked_text("text", text),
            basis={"method": "fit", "lists": ranked},
            made_by_id=by,
            made_at=self.clock(),
        )
        return self._make(made)

    def answer(
        self, contest_id: UUID, verdict: ContestVerdict, answer: str, *, by: UUID | None
    ) -> Contest:
        """Answer a contest; who made it gets a mail.

        Raises:
            NotFound: there is no such contest.
            TransitionNotAllowed: it was answered already.
            InvalidInput: nothing is said, or too much.

        """
        text = checked_text("answer", answer)
        with self.sessions.writing() as session:
            found = contests.get(session, contest_id, lock=True)
            found.close(verdict, text, by=by, at=self.clock())
            for to in AddressBook(session).owner(found.profile_id):
                values = {
                    "path": f"/contests/{found.id}",
                    "about": found.about.value,
                    "verdict": verdict.value,
                }
                self._mail(session, found, to, MailTemplate.CONTEST_ANSWERED, values)
            self._recorded(session, found, AuditAction.CONCLUDE, by)
        return found

    def view(self, contest_id: UUID) -> ContestView:
        """Return one contest.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            (found,) = self._viewed(session, [contests.get(session, contest_id)])
        return found

    def waiting(self, universities: Collection[UUID] | None) -> Sequence[ContestView]:
        """Return what nobody has answered, the oldest first; None for all, else of these."""
        with self.sessions.reading() as session:
            return self._viewed(session, contests.waiting(session, universities))

    def counted(self) -> OpenContests:
        """Return how many wait, of all universities and of none."""
        with self.sessions.reading() as session:
            number, oldest = contests.counted(session)
        days = None if oldest is None else (self.clock() - oldest).days
        return OpenContests(open=number, oldest=days)

    def of_profiles(self, profile_ids: Collection[UUID]) -> Sequence[ContestView]:
        """Return what these people contested, the latest first."""
        with self.sessions.reading() as session:
            return self._viewed(session, contests.of_profiles(session, profile_ids))

    def rankings(self, profile_id: UUID, cohort_id: UUID) -> Sequence[RankingRecord]:
        """Return the rankings of a student in a cohort that were written down, latest first."""
        with self.sessions.reading() as session:
            return contests.rankings_of(session, profile_id, cohort_id)

    def _make(self, made: Contest) -> Contest:
        with self.sessions.writing() as session:
            for one in contests.of_profiles(session, [made.profile_id]):
                if one.is_open and _subject(one) == _subject(made):
                    raise Duplicate("contest", one.id)
            session.add(made)
            session.flush()
            university = contests.university_of(session, made)
            book = AddressBook(session)
            # Without coordinators it is for staff to see to.
            readers = book.members(university, coordinators=True) if university else ()
            for to in readers or book.staff():
                values = {"path": f"/contests/{made.id}", "about": made.about.value}
                self._mail(session, made, to, MailTemplate.CONTEST_MADE, values)
            self._recorded(session, made, AuditAction.CREATE, made.made_by_id)
        return made

    def _viewed(self, session: Session, found: Sequence[Contest]) -> list[ContestView]:
        now = self.clock()
        names = cohorts.names(session, {one.profile_id for one in found})
        titles = {
            one.id: one.title
            for one in cohorts.positions(
                session, {one.position_id for one in found if one.position_id}
            )
        }
        groups = {
            one: cohorts.get(session, one).name
            for one in {c.cohort_id for c in found if c.cohort_id}
        }
        return [
            ContestView(
                contest=one,
                name=names[one.profile_id],
                cohort=groups.get(one.cohort_id, "") if one.cohort_id else "",
                position=titles.get(one.position_id, "") if one.position_id else "",
                days=_days(one, now),
                overdue=one.is_overdue(now),
            )
            for one in found
        ]

    def _mail(
        self,
        session: Session,
        contest: Contest,
        to: Addressee,
        template: MailTemplate,
        values: Mapping[str, object],
    ) -> None:
        mail = NewMail(
            to=to.email,
            language=to.language if to.language in LANGUAGES else DANISH,
            template=template.value,
            values=values,
            key=f"{template}:{contest.id}:{to.email}",
        )
        queue(session, mail, at=self.clock())

    def _recorded(
        self, session: Session, contest: Contest, action: AuditAction, by: UUID | None
    ) -> None:
        told = {
            "about": contest.about.value,
            "profile": str(contest.profile_id),
            "verdict": contest.verdict.value if contest.verdict else None,
        }
        entry = Entry(by=by, action=action, kind="contest", id=contest.id, after=told)
        record(session, entry, at=self.clock())


def _subject(contest: Contest) -> tuple[object, ...]:
    return contest.about, contest.cohort_id, contest.round_id, contest.position_id


def _days(contest: Contest, now: datetime) -> int:
    return ((contest.answered_at or now) - contest.made_at).days


def checked_text(field: str, text: str) -> str:
    """Return the cleaned text of a contest or of its answer.

    Raises:
        InvalidInput: nothing is said, or too much; names the field.

    """
    text = clean(text)
    if not text or len(text) > CONTEST_LENGTH:
        raise InvalidInput(field, f"Write 1 to {CONTEST_LENGTH} characters.")
    return text
