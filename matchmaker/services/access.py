"""AccessService: reads the facts that permission depends on, and asks ``models.actions``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select

from matchmaker.errors import Merged, NotFound, NotSignedIn
from matchmaker.models import (
    Challenge,
    Claim,
    Collaboration,
    MatchRun,
    Outcome,
    Profile,
    Role,
    Standing,
)
from matchmaker.models.actions import Action, check, shows_name
from matchmaker.models.facts import (
    ChallengeFacts,
    CohortFacts,
    HostFacts,
    ImportFacts,
    PlacementFacts,
    ProfileFacts,
    Viewer,
    facts_of,
    introduction_facts,
)
from matchmaker.storage import accounts, assignment, cohorts, imports, introductions
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who did something, as far as somebody may know."""

    role: Role
    #: Their name, or their address when they gave none; None for who may not know it.
    name: str | None


@dataclass(frozen=True)
class AccessService:
    """Whether somebody may do something with a stored thing."""

    sessions: Sessions

    def authors(self, viewer: Viewer, ids: Collection[UUID]) -> Mapping[UUID, Author]:
        """Return who these accounts are, as far as the viewer may know; the deleted are missing."""
        with self.sessions.reading() as session:
            found = accounts.called(session, ids)
        return {
            id_: Author(role=role, name=(name or email) if shows_name(viewer, id_) else None)
            for id_, name, email, role in found
        }

    def check_challenge(self, viewer: Viewer | None, action: Action, challenge_id: UUID) -> None:
        """Refuse what somebody may not do with a challenge.

        Raises:
            NotFound: there is none, or none that they may know of.
            NotSignedIn: somebody who is signed in might do it.
            NotPermitted: they may not.

        """
        with self.sessions.reading() as session:
            row = session.execute(
                select(Challenge.account_id, Challenge.organisation_id).where(
                    Challenge.id == challenge_id
                )
            ).one_or_none()
        if row is None:
            raise NotFound("challenge", challenge_id)
        facts = ChallengeFacts(id=challenge_id, account_id=row[0], organisation_id=row[1])
        check(viewer, action, facts)

    def check_run(self, viewer: Viewer | None, action: Action, run_id: UUID) -> None:
        """Refuse what somebody may not do with a match run: it belongs to its challenge.

        Raises:
            NotFound: there is none, or none that they may know of.
            NotSignedIn: somebody who is signed in might do it.
            NotPermitted: they may not.

        """
        with self.sessions.reading() as session:
            row = session.execute(
                select(Challenge.id, Challenge.account_id, Challenge.organisation_id)
                .join(MatchRun, MatchRun.challenge_id == Challenge.id)
                .where(MatchRun.id == run_id)
            ).one_or_none()
        if row is None:
            raise NotFound("match run", run_id)
        try:
            check(
                viewer, action, ChallengeFacts(id=row[0], account_id=row[1], organisation_id=row[2])
            )
        except NotFound:
            raise NotFound("match run", run_id) from None

    def check_introduction(
        self, viewer: Viewer | None, action: Action, introduction_id: UUID
    ) -> None:
        """Refuse what somebody may not do with an introduction.

        Raises:
            NotSignedIn: nobody is signed in: introductions are for those who are.
            NotFound: there is none, or none that they may know of.
            NotPermitted: they may not.

        """
        if viewer is None:
            raise NotSignedIn
        with self.sessions.reading() as session:
            found = introductions.get(session, introduction_id)
        check(viewer, action, introduction_facts(found, found.challenge))

    def check_collaboration(
        self, viewer: Viewer | None, action: Action, collaboration_id: UUID
    ) -> None:
        """Refuse what somebody may not do with a collaboration.

        Raises:
            NotFound: there is none, or none that they may know of.
            NotPermitted: they may not.

        """
        with self.sessions.reading() as session:
            found = session.get(Collaboration, collaboration_id)
        if found is None:
            raise NotFound("collaboration", collaboration_id)
        check(viewer, action, facts_of(found))

    def check_outcome(self, viewer: Viewer | None, action: Action, outcome_id: UUID) -> None:
        """Refuse what somebody may not do with a line of the ledger.

        Raises:
            NotFound: there is none, or none that they may know of.
            NotPermitted: they may not.

        """
        with self.sessions.reading() as session:
            found = session.scalar(
                select(Collaboration)
                .join(Outcome, Outcome.collaboration_id == Collaboration.id)
                .where(Outcome.id == outcome_id)
            )
        if found is None:
            raise NotFound("outcome", outcome_id)
        try:
            check(viewer, action, facts_of(found))
        except NotFound:
            raise NotFound("outcome", outcome_id) from None

    def check_profile(self, viewer: Viewer | None, action: Action, profile_id: UUID) -> None:
        """Refuse what somebody may not do with a profile.

        Raises:
            NotFound: there is none, or none that they may know of.
            Merged: it became a part of one that they may know of.
            NotSignedIn: somebody who is signed in might do it.
            NotPermitted: they may not.

        """
        claimed = exists().where(Claim.profile_id == Profile.id)
        with self.sessions.reading() as session:
            row = session.execute(
                select(
                    Profile.kind,
                    Profile.visibility,
                    Profile.standing,
                    Profile.merged_into_id,
                    claimed,
                ).where(Profile.id == profile_id)
            ).one_or_none()
        if row is None:
            raise NotFound("profile", profile_id)
        kind, visibility, standing, into, is_claimed = row
        if into is not None:
            # Whoever may know of the one it became a part of is led there.
            self.check_profile(viewer, Action.READ_PROFILE, into)
            raise Merged(profile_id, into)
        facts = ProfileFacts(
            id=profile_id,
            kind=kind,
            visibility=visibility,
            claimed=bool(is_claimed),
            live=standing is Standing.LIVE,
        )
        check(viewer, action, facts)

    def check_cohort(self, viewer: Viewer | None, action: Action, cohort_id: UUID) -> None:
        """Refuse what somebody may not do with a cohort: to them it is not there.

        Raises:
            NotFound: there is none, or none that they may know of.
            NotSignedIn: nobody is signed in.

        """
        required(viewer)
        with self.sessions.reading() as session:
            cohort = cohorts.get(session, cohort_id)
        facts = CohortFacts(id=cohort_id, university_id=cohort.university_id)
        check(viewer, action, facts)

    def check_import(self, viewer: Viewer | None, action: Action, import_id: UUID) -> None:
        """Refuse what somebody may not do with an import: to them it is not there.

        Raises:
            NotFound: there is none, or none that they may know of.
            NotSignedIn: nobody is signed in.

        """
        required(viewer)
        with self.sessions.reading() as session:
            university_id = imports.university_of(session, import_id)
        check(viewer, action, ImportFacts(id=import_id, university_id=university_id))

    def check_round(self, viewer: Viewer | None, action: Action, round_id: UUID) -> None:
        """Refuse what somebody may not do with the cohort of a round.

        Raises:
            NotFound: there is none, or none that they may know of.
            NotSignedIn: nobody is signed in.

        """
        required(viewer)
        with self.sessions.reading() as session:
            cohort_id = assignment.get(session, round_id).cohort_id
        try:
            self.check_cohort(viewer, action, cohort_id)
        except NotFound:
            raise NotFound("assignment round", round_id) from None

    def student_of(
        self, viewer: Viewer | None, cohort_id: UUID, action: Action = Action.READ_WISHES
    ) -> UUID:
        """Return as which student somebody is in a cohort, who may do this there.

        Raises:
            NotFound: there is no such cohort, or they are not in it.
            NotSignedIn: nobody is signed in.

        """
        known = required(viewer)
        with self.sessions.reading() as session:
            for cohort, student in cohorts.cohorts_of_students(session, known.claimed):
                if cohort.id == cohort_id:
                    facts = CohortFacts(
                        id=cohort_id,
                        university_id=cohort.university_id,
                        student_id=student.student_id,
                    )
                    check(viewer, action, facts)
                    return student.student_id
        raise NotFound("cohort", cohort_id)

    def check_position(self, viewer: Viewer | None, action: Action, position_id: UUID) -> None:
        """Refuse what somebody may not do for the host of a position.

        Raises:
            NotFound: there is none, or none that they may know of.
            NotSignedIn: nobody is signed in.

        """
        required(viewer)
        with self.sessions.reading() as session:
            host_id = cohorts.position(session, position_id).host_id
        try:
            check(viewer, action, HostFacts(id=host_id))
        except NotFound:
            raise NotFound("position", position_id) from None

    def check_placement(self, viewer: Viewer | None, action: Action, placement_id: UUID) -> None:
        """Refuse what somebody may not do with a placement.

        Raises:
            NotFound: there is none, or none that they may know of.
            NotSignedIn: nobody is signed in.
            NotPermitted: they may not.

        """
        required(viewer)
        with self.sessions.reading() as session:
            student, host, university = assignment.parties_of(session, placement_id)
        facts = PlacementFacts(
            id=placement_id, student_id=student, host_id=host, university_id=university
        )
        check(viewer, action, facts)


def required(viewer: Viewer | None) -> Viewer:
    """Return who is signed in.

    Raises:
        NotSignedIn: nobody is.

    """
    if viewer is None:
        raise NotSignedIn
    return viewer
