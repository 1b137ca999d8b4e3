"""BulkActionService: one change of many profiles at once, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, MatchmakerError, NotFound, TransitionNotAllowed
from matchmaker.models import (
    AuditAction,
    BulkAction,
    BulkChange,
    Evidence,
    EvidenceKind,
    NotChanged,
    Profile,
    RevisionCause,
    Standing,
    Visibility,
)
from matchmaker.models.snapshot import Snapshot, snapshot_of
from matchmaker.services.clock import Clock
from matchmaker.services.indexing import SyncProgress
from matchmaker.services.profile_changes import bring_back, check_allowed, confirm
from matchmaker.services.recording import record_profile
from matchmaker.storage import history, profiles
from matchmaker.storage.database import Sessions

#: Most profiles of one action.
MOST = 1_000
#: Most characters of an added field.
FIELD_LENGTH = 200
_DEEDS = {BulkChange.CONFIRM: AuditAction.CONFIRM, BulkChange.WITHDRAW: AuditAction.WITHDRAW}


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What undoing did."""

    restored: Sequence[UUID]
    #: Those that stay as they are, why, and the same as a sentence.
    left: Sequence[tuple[UUID, NotChanged, str]]


@dataclass(frozen=True)
class BulkActionService:
    """What staff do with many profiles at once."""

    sessions: Sessions
    clock: Clock
    #: Called after a write; brings the index up to date, or does nothing.
    after_write: Callable[[SyncProgress | None], object]

    def apply(
        self,
        change: BulkChange,
        profile_ids: Sequence[UUID],
        values: Mapping[str, Any],
        *,
        by: UUID | None,
    ) -> BulkAction:
        """Change many profiles in one transaction; those that can't be are named with a reason.

        Args:
            change: what is done.
            profile_ids: with whom.
            values: ``visibility`` to set it, ``legal_basis`` to confirm imported people,
                ``field`` to add one (in words), ``language`` of the field; nothing to withdraw.
            by: the account.

        Raises:
            InvalidInput: nobody, too many, or a value that can't stand.

        """
        ids = list(dict.fromkeys(profile_ids))
        if not 0 < len(ids) <= MOST:
            raise InvalidInput("profile_ids", f"Choose 1 to {MOST} profiles.")
        write = self._writer(change, values)
        deed = _DEEDS.get(change, AuditAction.REVISE)
        action_id = uuid4()
        changed: list[list[Any]] = []
        refused: list[list[Any]] = []
        with self.sessions.writing() as session:
            known = {one.id: one for one in profiles.with_evidence(session, ids)}
            for profile_id in ids:
                profile = known.get(profile_id)
                try:
                    if profile is None:
                        raise NotFound("profile", profile_id)  # noqa: TRY301 - told like the rest
                    check_allowed(profile, deed)
                    before, said = profile.revision, snapshot_of(profile)
                    history.keep_present(session, profile)
                    write(profile)
                except (NotFound, TransitionNotAllowed, InvalidInput) as error:
                    refused.append([str(profile_id), _reason(error).value, _sentence(error)])
                else:
                    self._keep(session, profile, deed, said, by, action_id)
                    changed.append([str(profile_id), before, profile.revision])
            action = BulkAction(
                id=action_id,
                change=change,
                values=dict(values),
                at=self.clock(),
                by=by,
                changed=changed,
                refused=refused,
            )
            session.add(action)
        self.after_write(None)
        return action

    def get(self, action_id: UUID) -> BulkAction:
        """Return an action.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return _found(session, action_id)

    def undo(self, action_id: UUID, *, by: UUID | None) -> Undone:
        """Bring those back that nobody has changed since.

        Raises:
            NotFound: there is no such action.
            TransitionNotAllowed: it is undone already.

        """
        restored: list[UUID] = []
        left: list[tuple[UUID, NotChanged, str]] = []
        with self.sessions.writing() as session:
            action = _found(session, action_id)
            if action.undone_at is not None:
                raise TransitionNotAllowed("bulk action", "undone", "undo", ())
            action.undone_at = self.clock()
            ids = [UUID(id_) for id_, _, _ in action.changed]
            known = {one.id: one for one in profiles.with_evidence(session, ids)}
            for profile_id, (_, before, after) in zip(ids, action.changed, strict=True):
                profile = known.get(profile_id)
                if profile is None:
                    left.append((profile_id, NotChanged.GONE, "It was erased."))
                elif profile.revision != after:
                    left.append((profile_id, NotChanged.CHANGED_SINCE, "It was changed since."))
                else:
                    then = history.get(session, profile_id, before)
                    said = snapshot_of(profile)
                    bring_back(profile, then.snapshot, self.clock, deeds=True)
                    self._keep(session, profile, AuditAction.RESTORE, said, by, action_id)
                    restored.append(profile_id)
        self.after_write(None)
        return Undone(restored=restored, left=left)

    def _keep(
        self,
        session: Session,
        profile: Profile,
        deed: AuditAction,
        before: Snapshot,
        by: UUID | None,
        action_id: UUID,
    ) -> None:
        now = self.clock()
        history.write(session, profile, RevisionCause.BULK, by=by, at=now)
        record_profile(
            session, profile, deed, by=by, at=now, before=before, bulk_action=str(action_id)
        )

    def _writer(self, change: BulkChange, values: Mapping[str, Any]) -> Callable[[Profile], None]:
        if change is BulkChange.SET_VISIBILITY:
            visibility = _visibility(values.get("visibility"))
            return lambda one: one.revise(at=self.clock(), visibility=visibility)
        if change is BulkChange.CONFIRM:
            basis = values.get("legal_basis")
            return lambda one: confirm(one, self.clock, owner=False, legal_basis=basis)
        if change is BulkChange.WITHDRAW:
            return lambda one: one.revise(at=self.clock(), standing=Standing.WITHDRAWN)
        field = " ".join(str(values.get("field") or "").split())
        if not 0 < len(field) <= FIELD_LENGTH:
            raise InvalidInput("field", f"Name the field in 1 to {FIELD_LENGTH} characters.")

        def add(profile: Profile) -> None:
            same = (one.text == field for one in profile.evidence if one.kind is EvidenceKind.FIELD)
            if any(same):
                raise InvalidInput("field", "It has this field already.")
            item = Evidence(
                kind=EvidenceKind.FIELD,
                title="",
                text=field,
                language=str(values.get("language") or profile.language),
            )
            profile.replace_evidence([*profile.evidence, item], at=self.clock())

        return add


def _visibility(value: object) -> Visibility:
    if value not in set(Visibility):
        raise InvalidInput("visibility", f"Use {', '.join(Visibility)}.")
    return Visibility(str(value))


def _found(session: Session, action_id: UUID) -> BulkAction:
    action = session.get(BulkAction, action_id)
    if action is None:
        raise NotFound("bulk action", action_id)
    return action


#: Field or standing that stood in the way -> why not.
_BY_FIELD = {"legal_basis": NotChanged.NO_LEGAL_BASIS, "field": NotChanged.HAS_FIELD}
_BY_STANDING = {
    Standing.MERGED.value: NotChanged.MERGED,
    Standing.WITHDRAWN.value: NotChanged.WITHDRAWN,
}


def _reason(error: MatchmakerError) -> NotChanged:
    if isinstance(error, NotFound):
        return NotChanged.GONE
    if isinstance(error, TransitionNotAllowed):
        return _BY_STANDING.get(str(error.state), NotChanged.STANDING)
    return _BY_FIELD.get(getattr(error, "field", ""), NotChanged.OTHER)


def _sentence(error: MatchmakerError) -> str:
    return error.reason if isinstance(error, InvalidInput) else str(error)
