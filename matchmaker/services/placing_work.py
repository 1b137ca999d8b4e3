"""PlacingWork: what waits for a coordinator, in one list for all their cohorts; staff see all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from matchmaker.models import PlacementCheck, PlacementEvaluation, PlacementParty
from matchmaker.services.contests import ContestService, ContestView
from matchmaker.services.placements import PlacementService, PlacementView, all_viewed
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
            helps = followups.waiting_for_help(session, universities)
            texts = followups.to_moderate(session, universities)
            offers = followups.waiting_for_agreement(session, universities)
            lost = followups.lost(session, universities)
            asked = [one.placement_id for one in helps] + [one.placement_id for one in texts]
            views = {
                one.placement.id: one
                for one in all_viewed(
                    session, [*offers, *lost, *assignment.placements(session, asked)]
                )
            }
            return Work(
                contests=self.contests.waiting(universities),
                help=[CalledForHelp(check=one, view=views[one.placement_id]) for one in helps],
                texts=[ToModerate(evaluation=one, view=views[one.placement_id]) for one in texts],
                offers=[views[one.id] for one in offers],
                lost=[views[one.id] for one in lost],
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
