"""ConflictService: which profiles must not be brought together, whoever signs in for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput, NotFound, NotPermitted
from matchmaker.models import AuditAction, DeclaredConflict, Profile
from matchmaker.models.actions import Action, allowed, may_end_conflict
from matchmaker.models.facts import STAFF, Viewer, facts_of
from matchmaker.services.clock import Clock
from matchmaker.services.introduction_checks import checked_line
from matchmaker.services.recording import Entry, record
from matchmaker.services.steering import NOTE_LENGTH
from matchmaker.storage import accounts, decisions, profiles
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class SeenConflict:
    """A declared conflict as somebody sees it who looks after one of the two profiles."""

    conflict: DeclaredConflict
    other_id: UUID
    #: None when they may not know of it.
    other: Profile | None
    #: Why; empty for the side that did not declare it.
    note: str
    #: Whether they may take it back.
    may_end: bool


@dataclass(frozen=True)
class ConflictService:
    """Conflicts of interest that owners and staff declare; others follow from families."""

    sessions: Sessions
    clock: Clock

    def of(self, profile_id: UUID, viewer: Viewer | None) -> Sequence[SeenConflict]:
        """Return the declared conflicts of a profile, whichever side declared them, oldest first.

        Args:
            profile_id: the profile.
            viewer: who asks, and may declare conflicts of it; None for the shell.

        """
        with self.sessions.reading() as session:
            found = decisions.conflicts_of(session, profile_id)
            by_staff = _by_staff(session, found)
            others = {_other(one, profile_id) for one in found}
            named = {one.id: one for one in profiles.of_ids(session, others)}
        return [_seen(one, profile_id, named, viewer, by_staff=one.id in by_staff) for one in found]

    def declare(
        self, profile_id: UUID, other_id: UUID, *, by: UUID | None, note: str = ""
    ) -> DeclaredConflict:
        """Never bring two profiles together; an organisation stands for its whole family.

        Raises:
            NotFound: there is no such profile.
            InvalidInput: both are the same, or the note is not one short line.
            Duplicate: it is declared already.

        """
        note = checked_line("note", note, NOTE_LENGTH)
        if profile_id == other_id:
            raise InvalidInput("other_id", "Name another profile.")
        with self.sessions.writing() as session:
            # Who is shown to members or staff only can be in conflict as well.
            there = profiles.existing(session, (profile_id, other_id))
            for one_id in (profile_id, other_id):
                if one_id not in there:
                    raise NotFound("profile", one_id)
            for one in decisions.conflicts_of(session, profile_id):
                if _other(one, profile_id) == other_id:
                    raise Duplicate("conflict", one.id)
            declared = DeclaredConflict(
                profile_id=profile_id,
                other_id=other_id,
                note=note,
                declared_by_id=by,
                declared_at=self.clock(),
            )
            session.add(declared)
            self._recorded(session, AuditAction.DECLARE_CONFLICT, profile_id, other_id, by)
        return declared

    def end(self, profile_id: UUID, conflict_id: UUID, *, by: Viewer | None) -> None:
        """Take a declared conflict of a profile back.

        Args:
            profile_id: the profile.
            conflict_id: the conflict.
            by: who does it; None for the shell.

        Raises:
            NotFound: the profile has none with this id.
            NotPermitted: the other side or staff declared it.

        """
        with self.sessions.writing() as session:
            found = session.get(DeclaredConflict, conflict_id)
            if found is None or profile_id not in (found.profile_id, found.other_id):
                raise NotFound("conflict", conflict_id)
            by_staff = bool(_by_staff(session, [found]))
            if by is not None and not may_end_conflict(by, found, profile_id, by_staff=by_staff):
                raise NotPermitted(Action.DECLARE_CONFLICT)
            other = _other(found, profile_id)
            session.delete(found)
            account = by.account_id if by else None
            self._recorded(session, AuditAction.END_CONFLICT, profile_id, other, account)

    def _recorded(
        self, session: Session, action: AuditAction, profile_id: UUID, other: UUID, by: UUID | None
    ) -> None:
        after = {"other_id": str(other)}
        entry = Entry(by=by, action=action, kind="profile", id=profile_id, after=after)
        record(session, entry, at=self.clock())


def _other(one: DeclaredConflict, profile_id: UUID) -> UUID:
    return one.other_id if one.profile_id == profile_id else one.profile_id


def _by_staff(session: Session, found: Sequence[DeclaredConflict]) -> set[UUID]:
    """Return which conflicts staff or the shell declared; whoever is gone counts as that."""
    ids = {one.declared_by_id for one in found if one.declared_by_id is not None}
    roles = {id_: role for id_, _, _, role in accounts.called(session, ids)}
    return {
        one.id for one in found if one.declared_by_id is None or roles[one.declared_by_id] in STAFF
    }


def _seen(
    one: DeclaredConflict,
    profile_id: UUID,
    named: Mapping[UUID, Profile],
    viewer: Viewer | None,
    *,
    by_staff: bool,
) -> SeenConflict:
    other_id = _other(one, profile_id)
    other = named.get(other_id)
    everything = viewer is None or viewer.is_staff
    known = everything or (
        other is not None and allowed(viewer, Action.READ_PROFILE, facts_of(other))
    )
    return SeenConflict(
        conflict=one,
        other_id=other_id,
        other=other if known else None,
        note=one.note if everything or one.profile_id == profile_id else "",
        may_end=viewer is None or may_end_conflict(viewer, one, profile_id, by_staff=by_staff),
    )
