"""ConflictService: which profiles must not be brought together, whoever signs in for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput, NotFound
from matchmaker.models import AuditAction, DeclaredConflict
from matchmaker.services.clock import Clock
from matchmaker.services.introduction_checks import checked_line
from matchmaker.services.recording import Entry, record
from matchmaker.services.steering import NOTE_LENGTH
from matchmaker.storage import decisions, profiles
from matchmaker.storage.database import Sessions


@dataclass(frozen=True)
class ConflictService:
    """Conflicts of interest that owners and staff declare; others follow from families."""

    sessions: Sessions
    clock: Clock

    def of(self, profile_id: UUID) -> Sequence[tuple[DeclaredConflict, str]]:
        """Return the declared conflicts of a profile, each with the name of the other one."""
        with self.sessions.reading() as session:
            found = decisions.conflicts_of(session, profile_id)
            others = {one.id: _other(one, profile_id) for one in found}
            names = profiles.names(session, others.values())
        return [(one, names.get(others[one.id], "")) for one in found]

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
            profiles.get(session, profile_id)
            profiles.get(session, other_id)
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

    def end(self, profile_id: UUID, conflict_id: UUID, *, by: UUID | None) -> None:
        """Take a declared conflict of a profile back.

        Raises:
            NotFound: it has none with this id.

        """
        with self.sessions.writing() as session:
            found = session.get(DeclaredConflict, conflict_id)
            if found is None or profile_id not in (found.profile_id, found.other_id):
                raise NotFound("conflict", conflict_id)
            other = _other(found, profile_id)
            session.delete(found)
            self._recorded(session, AuditAction.END_CONFLICT, profile_id, other, by)

    def _recorded(
        self, session: Session, action: AuditAction, profile_id: UUID, other: UUID, by: UUID | None
    ) -> None:
        after = {"other_id": str(other)}
        entry = Entry(by=by, action=action, kind="profile", id=profile_id, after=after)
        record(session, entry, at=self.clock())


def _other(one: DeclaredConflict, profile_id: UUID) -> UUID:
    return one.other_id if one.profile_id == profile_id else one.profile_id
