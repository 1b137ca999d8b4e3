"""PlacingWork: what waits for a coordinator, in one list for all their cohorts; staff see all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import Placement, PlacementCheck, PlacementEvaluation, PlacementParty
from matchmaker.services.contests import ContestService, ContestView
from matchmaker.services.placements import PlacementService, PlacementView, viewed
from matchmaker.storage import assignment, followups
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class CalledForHelp:
    """A check that asks for help, with its placement."""

    check: PlacementCheck
    view: PlacementView


@dataclass(frozen=True, kw_only=True)
class ToModerate:
    """What a party said and nobody has looked at, with its placement."""

    evaluation: PlacementEvaluation
    view: PlacementView


@dataclass(frozen=True, kw_only=True)
class Work:
    """Everything that waits for somebody, the most urgent first."""

    contests: Sequence[ContestView]
    help: Sequence[CalledForHelp] = field(default_factory=tuple)
    texts: Sequence[ToModerate] = field(default_factory=tuple)
    #: Offers that not all have agreed to.
    offers: Sequence[PlacementView] = field(default_factory=tuple)
    #: Students who lost a place and have none since.
    lost: Sequence[PlacementView] = field(default_factory=tuple)

    @property
    def count(self) -> int:
        """How many things somebody has to do; offers wait for their parties too."""
        return sum(map(len, (self.contests, self.help, self.texts, self.lost)))

    @property
    def of_university(self) -> Sequence[PlacementView]:
        """Offers that the university has not agreed to."""
        return [one for one in self.offers if PlacementParty.UNIVERSITY in one.placement.waits_for]


@dataclass(frozen=True)
class PlacingWork:
    """Reads what waits, and agrees to many offers at once."""

    sessions: Sessions
    placements: PlacementService
    contests: ContestService

    def of(self, universities: Collection[UUID] | None) -> Work:
        """Return what waits at these universities; None for all, and for staff alone."""
        with self.sessions.reading() as session:

            def view(placement_id: UUID) -> PlacementView:
                return viewed(session, assignment.placement(session, placement_id))

            return Work(
                contests=self.contests.waiting(universities),
                help=[
                    CalledForHelp(check=one, view=view(one.placement_id))
                    for one in followups.waiting_for_help(session, universities)
                ],
                texts=[
                    ToModerate(evaluation=one, view=view(one.placement_id))
                    for one in followups.to_moderate(session, universities)
                ],
                offers=self._all(session, followups.waiting_for_agreement(session, universities)),
                lost=self._all(session, followups.lost(session, universities)),
            )

    def agree_to_all(self, universities: Collection[UUID], *, by: UUID | None) -> int:
        """Agree for these universities to every offer that waits for them.

        Returns:
            To how many.

        """
        with self.sessions.writing() as session:
            waiting = [
                one
                for one in followups.waiting_for_agreement(session, universities)
                if PlacementParty.UNIVERSITY in one.waits_for
            ]
            for one in waiting:
                self.placements.take_agreement(session, one, PlacementParty.UNIVERSITY, by=by)
        return len(waiting)

    def _all(self, session: Session, found: Sequence[Placement]) -> list[PlacementView]:
        return [viewed(session, one) for one in found]
