"""ShortlistService: which partners are kept for a challenge, and which are not wanted.

A decision belongs to challenge and profile. Asking again leaves it as it is: what is dismissed is
in no later list, what is kept stays kept even when a list has it no more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.matching.changes import Change, changes
from matchmaker.models import (
    AuditAction,
    Challenge,
    Dismissal,
    DismissalReason,
    EligibilityRule,
    Introduction,
    Match,
    MatchDecision,
    MatchRun,
    MatchState,
    Profile,
)
from matchmaker.services.clock import Clock
from matchmaker.services.introduction_checks import checked_line
from matchmaker.services.recording import Entry, record
from matchmaker.services.steering import NOTE_LENGTH
from matchmaker.storage import (
    challenges,
    decisions,
    introductions,
    matches,
    profiles,
    protection,
)
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A partner that was decided about, with what has come of it."""

    decision: MatchDecision
    #: Its place in the newest list; None when it has none.
    match: Match | None
    #: The newest introduction of the two, if any.
    introduction: Introduction | None
    #: The rule of protection that it breaks now, if any.
    spared: EligibilityRule | None

    @property
    def proposable(self) -> bool:
        """Whether it is kept, not asked yet and may be asked now."""
        kept = self.decision.state is MatchState.SHORTLISTED
        return kept and self.introduction is None and self.spared is None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What differs between two runs of a challenge."""

    #: None when there is no earlier run.
    before: MatchRun | None
    after: MatchRun
    changes: Sequence[Change]
    #: Those who are named in the changes and still public, by id.
    profiles: dict[UUID, Profile]


@dataclass(frozen=True)
class ShortlistService:
    """What staff decide about partners, and a firm about those for its own challenge."""

    sessions: Sessions
    clock: Clock

    def of_challenge(self, challenge_id: UUID) -> Sequence[Listed]:
        """Return what was decided: the shortlist in the order of the newest list, then the rest.

        Raises:
            NotFound: there is no such challenge.

        """
        with self.sessions.reading() as session:
            return self._listed(session, challenges.get(session, challenge_id))

    def keep(
        self, challenge_id: UUID, profile_id: UUID, *, by: UUID | None, note: str = ""
    ) -> MatchDecision:
        """Put a profile on the shortlist; one that no run has listed is added by hand.

        Raises:
            NotFound: there is no such challenge or profile.
            InvalidInput: added by hand without a reason, or the note is not one short line.

        """
        note = checked_line("note", note, NOTE_LENGTH)
        with self.sessions.writing() as session:
            _public(session, profile_id)
            by_hand = not decisions.was_matched(session, challenge_id, profile_id)
            if by_hand and not note:
                raise InvalidInput("note", "No list has this partner: say why you add it.")
            return self._decide(
                session,
                challenge_id,
                profile_id,
                MatchState.SHORTLISTED,
                by=by,
                note=note,
                by_hand=by_hand,
            )

    def dismiss(
        self,
        challenge_id: UUID,
        profile_id: UUID,
        reason: DismissalReason,
        *,
        by: UUID | None,
        note: str = "",
    ) -> MatchDecision:
        """Leave a profile out of every later list of a challenge.

        Raises:
            NotFound: there is no such challenge or profile.
            InvalidInput: the note is not one short line.

        """
        note = checked_line("note", note, NOTE_LENGTH)
        with self.sessions.writing() as session:
            profiles.get(session, profile_id)
            return self._decide(
                session,
                challenge_id,
                profile_id,
                MatchState.DISMISSED,
                by=by,
                note=note,
                reason=reason,
            )

    def undo(self, challenge_id: UUID, profile_id: UUID, *, by: UUID | None) -> None:
        """Take a decision back; twice is as good as once."""
        with self.sessions.writing() as session:
            found = decisions.get(session, challenge_id, profile_id)
            if found is not None:
                session.delete(found)
                self._recorded(session, AuditAction.RESTORE, challenge_id, profile_id, by)

    def follow(
        self,
        challenge_id: UUID,
        before: Collection[Dismissal],
        after: Collection[Dismissal],
        *,
        by: UUID | None,
    ) -> None:
        """Make lasting what somebody said about a list: dismissed, or not dismissed any more.

        Args:
            challenge_id: whose list it is.
            before: what the list they looked at left out.
            after: what the list they ask for leaves out.
            by: who says so.

        """
        old = {one.profile_id: one for one in before}
        new = {one.profile_id: one for one in after}
        for profile_id, one in new.items():
            if profile_id not in old:
                self.dismiss(challenge_id, profile_id, one.reason, by=by, note=one.note)
        for profile_id in old.keys() - new.keys():
            self.undo(challenge_id, profile_id, by=by)

    def next_for(self, challenge_id: UUID) -> UUID | None:
        """Return whom to introduce next: of the shortlist, else of the newest list; None if nobody.

        Raises:
            NotFound: there is no such challenge.

        """
        with self.sessions.reading() as session:
            challenge = challenges.get(session, challenge_id)
            listed = self._listed(session, challenge)
            kept = [one.decision.profile_id for one in listed if one.proposable]
            if kept:
                return kept[0]
            decided = {one.decision.profile_id for one in listed}
            asked = {one.profile_id for one in introductions.of_challenge(session, challenge_id)}
            spared = protection.of_challenge(session, challenge, self.clock())
            rest = (
                match.profile_id
                for match in self._newest(session, challenge_id)
                if match.shown
                and match.profile_id not in decided | asked
                and spared.broken_by(match.profile_id.hex) is None
            )
            return next(rest, None)

    def changes(self, run_id: UUID, since: UUID | None = None) -> Changes:
        """Return what differs between a run and an earlier one of the same challenge.

        Args:
            run_id: the later run.
            since: the earlier one; the one before when None. Without an earlier run nothing
                has changed.

        Raises:
            NotFound: there is no such run, or the earlier one is of another challenge.

        """
        with self.sessions.reading() as session:
            after = matches.get(session, run_id)
            if since is None:
                runs = [one.id for one in matches.of_challenge(session, after.challenge_id)]
                older = runs[runs.index(run_id) + 1 :]
                if not older:
                    return Changes(before=None, after=after, changes=(), profiles={})
                since = older[0]
            before = matches.get(session, since)
            if before.challenge_id != after.challenge_id:
                raise NotFound("match run", since)
        named = {
            match.profile_id: match.profile
            for run in (before, after)
            for match in run.matches
            if match.shown
        }
        return Changes(
            before=before,
            after=after,
            changes=changes(before.matches, after.matches),
            profiles=named,
        )

    # What the deeds share.

    def _listed(self, session: Session, challenge: Challenge) -> list[Listed]:
        places = {one.profile_id: one for one in self._newest(session, challenge.id)}
        asked = {one.profile_id: one for one in introductions.of_challenge(session, challenge.id)}
        spared = protection.of_challenge(session, challenge, self.clock())
        found = [
            Listed(
                decision=one,
                match=places.get(one.profile_id),
                introduction=asked.get(one.profile_id),
                spared=spared.broken_by(one.profile_id.hex),
            )
            for one in decisions.of_challenge(session, challenge.id)
        ]
        return sorted(found, key=_order)

    @staticmethod
    def _newest(session: Session, challenge_id: UUID) -> Sequence[Match]:
        runs = matches.of_challenge(session, challenge_id)
        return matches.get(session, runs[0].id).matches if runs else ()

    def _decide(
        self,
        session: Session,
        challenge_id: UUID,
        profile_id: UUID,
        state: MatchState,
        *,
        by: UUID | None,
        note: str,
        reason: DismissalReason | None = None,
        by_hand: bool = False,
    ) -> MatchDecision:
        introductions.lock_challenge(session, challenge_id)
        challenges.get(session, challenge_id)
        found = decisions.get(session, challenge_id, profile_id)
        if found is None:
            found = MatchDecision(
                challenge_id=challenge_id,
                profile_id=profile_id,
                state=state,
                by_hand=by_hand,
                decided_at=self.clock(),
            )
            session.add(found)
        found.state, found.reason, found.note = state, reason, note
        found.decided_by_id, found.decided_at = by, self.clock()
        kept = state is MatchState.SHORTLISTED
        action = AuditAction.SHORTLIST if kept else AuditAction.DISMISS
        self._recorded(session, action, challenge_id, profile_id, by)
        return found

    def _recorded(
        self,
        session: Session,
        action: AuditAction,
        challenge_id: UUID,
        profile_id: UUID,
        by: UUID | None,
    ) -> None:
        after = {"profile_id": str(profile_id)}
        entry = Entry(by=by, action=action, kind="challenge", id=challenge_id, after=after)
        record(session, entry, at=self.clock())


def _order(one: Listed) -> tuple[bool, int, str]:
    dismissed = one.decision.state is MatchState.DISMISSED
    rank = one.match.rank if one.match else 1_000
    return dismissed, rank, one.decision.decided_at.isoformat()


def _public(session: Session, profile_id: UUID) -> Profile:
    profile = profiles.get(session, profile_id)
    if not profile.public:
        raise NotFound("profile", profile_id)
    return profile
