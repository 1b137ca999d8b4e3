"""DuplicateService: find profiles that may be one, say that they are two, or merge them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.models import (
    HIDEABLE,
    AuditAction,
    DuplicatePair,
    Evidence,
    Organisation,
    Profile,
    RevisionCause,
    Standing,
    Visibility,
)
from matchmaker.models.snapshot import fields_of, snapshot_of
from matchmaker.services.clock import Clock
from matchmaker.services.duplicate_finding import DuplicateFinder, FoundDuplicates
from matchmaker.services.indexing import SyncProgress
from matchmaker.services.profile_changes import check_allowed
from matchmaker.services.profile_checks import OWN_DEED, checked_whole
from matchmaker.services.profiles import settle_families
from matchmaker.services.recording import record_profile
from matchmaker.services.replica import IndexReplica
from matchmaker.storage import duplicates, history, merging, profiles
from matchmaker.storage.database import Sessions

_SAME = ("kind", "title", "text", "language", "year")
#: Fields that follow from a deed, not from a choice.
_NOT_CHOSEN = OWN_DEED | {"field_visibility"}


@dataclass(frozen=True)
class DuplicateService:
    """What staff do about profiles that may be one."""

    sessions: Sessions
    clock: Clock
    replica: IndexReplica
    policy: MatchingPolicy
    #: Called after a write; brings the index up to date, or does nothing.
    after_write: Callable[[SyncProgress | None], object]

    def find(self, *, cursor: str | None = None) -> FoundDuplicates:
        """Look for profiles that may be one, see :mod:`matchmaker.services.duplicate_finding`.

        Raises:
            InvalidInput: the cursor is not one of ours.

        """
        finder = DuplicateFinder(self.sessions, self.clock, self.replica, self.policy)
        return finder.find(cursor=cursor)

    def dismiss(self, profile_id: UUID, other_id: UUID, *, by: UUID | None) -> None:
        """Say that a pair are two; they are not shown as one again.

        Raises:
            NotFound: they are no pair.

        """
        first, second = sorted((profile_id, other_id))
        with self.sessions.writing() as session:
            pair = session.get(DuplicatePair, (first, second))
            if pair is None:
                raise NotFound("pair", f"{first}/{second}")
            pair.dismissed_at = self.clock()
            pair.dismissed_by = by

    def merge(
        self,
        kept_id: UUID,
        other_id: UUID,
        *,
        take: Collection[str] = (),
        by: UUID | None,
        expected_revision: int | None = None,
        other_revision: int | None = None,
    ) -> Profile:
        """Make one profile of two.

        The kept one gets the evidence of the other (what both say once), its matches and all
        else that points to it. The other one stays with its history, its address leads to the
        kept one.

        Args:
            kept_id: the profile that stays.
            other_id: the profile that becomes a part of it.
            take: fields whose value is taken from the other one.
            by: the account.
            expected_revision: of the kept one, as the caller read it.
            other_revision: of the other one, as the caller read it.

        Raises:
            NotFound: one of them is not there.
            StaleProfile: one of them was changed meanwhile.
            TransitionNotAllowed: one is a part of another one already.
            InvalidInput: they are the same, of two kinds, or a field can't be taken.

        """
        if kept_id == other_id:
            raise InvalidInput("other_id", "Choose two profiles.")
        with self.sessions.writing() as session:
            kept = history.for_change(session, kept_id, expected_revision)
            other = history.for_change(session, other_id, other_revision)
            for one in (kept, other):
                check_allowed(one, "merge")
            _check_choices(kept, other, take)
            said = {one.id: snapshot_of(one) for one in (kept, other)}
            values: dict[str, Any] = {name: getattr(other, name) for name in take}
            values["field_visibility"] = _shown_no_wider(kept, other, take)
            if (
                isinstance(kept, Organisation)
                and isinstance(other, Organisation)
                and kept.parent_id == other_id
            ):
                values["parent_id"] = other.parent_id  # nobody is their own parent
            session.flush()
            _move_evidence(session, kept, other)
            merging.move_references(session, kept_id, other_id)
            duplicates.forget(session, other_id)
            session.expire_all()
            kept, other = _again(session, kept_id), _again(session, other_id)
            now = self.clock()
            other.replace_evidence([], at=now)
            other.revise(at=now, standing=Standing.MERGED, merged_into_id=kept_id)
            if isinstance(other, Organisation):
                other.revise(at=now, parent_id=None)
            kept.replace_evidence(kept.evidence, at=now)
            kept.revise(at=now, **values)
            checked_whole(kept)
            if isinstance(kept, Organisation):
                settle_families(session, [kept], self.clock)
            for one in (kept, other):
                history.write(session, one, RevisionCause.MERGED, by=by, at=now)
                deed = AuditAction.MERGE
                record_profile(session, one, deed, by=by, at=now, before=said[one.id])
        self.after_write(None)
        return kept


def _check_choices(kept: Profile, other: Profile, take: Collection[str]) -> None:
    if type(kept) is not type(other):
        raise InvalidInput("other_id", "Two kinds of profile can't become one.")
    allowed = set(fields_of(kept)) - _NOT_CHOSEN
    for name in take:
        if name not in allowed:
            raise InvalidInput("take", f"The field {name} can't be taken over.")


def _shown_no_wider(kept: Profile, other: Profile, take: Collection[str]) -> dict[str, Any]:
    """Return who sees each field of the kept one: what is taken over is shown to nobody new."""
    shown = dict(kept.field_visibility)
    for name in HIDEABLE.intersection(take):
        there = _stricter(other.visibility, Visibility(other.field_visibility.get(name, "public")))
        here = _stricter(kept.visibility, Visibility(shown.get(name, "public")))
        if not there.allows(here):
            shown[name] = there.value
    return shown


def _stricter(one: Visibility, other: Visibility) -> Visibility:
    return one if other.allows(one) else other


def _move_evidence(session: Session, kept: Profile, other: Profile) -> None:
    """Give the other one's items to the kept one, behind its own; what both say stays once.

    What only those saw who may see the other profile is shown to nobody else by the move.
    """
    said = {_words(item): item for item in kept.evidence}
    position = len(kept.evidence)
    moved = []
    for item in other.evidence:
        twin = said.get(_words(item))
        if twin is None:
            item.visibility = _stricter(item.visibility, other.visibility)
            moved.append((item.id, position))
            position += 1
            continue
        # The owner's word stands, and who may see it is the stricter of both.
        twin.excluded = twin.excluded or item.excluded
        twin.pinned = (twin.pinned or item.pinned) and not twin.excluded
        if not item.visibility.allows(twin.visibility):
            twin.visibility = Visibility(item.visibility)
    session.flush()
    merging.give_evidence(session, kept.id, moved)


def _words(item: Evidence) -> tuple[object, ...]:
    return tuple(getattr(item, name) for name in _SAME)


def _again(session: Session, profile_id: UUID) -> Profile:
    profile = profiles.find(session, profile_id)
    if profile is None:
        raise NotFound("profile", profile_id)
    return profile
