"""ProfileService: register, read, erase."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, NotFound, StaleRevision
from matchmaker.models import (
    AuditAction,
    Evidence,
    Identifier,
    Organisation,
    PartnerKind,
    Profile,
    ProfileKind,
)
from matchmaker.models.actions import Action, allowed, visibilities_of, visibility_for
from matchmaker.models.facts import Viewer, facts_of
from matchmaker.models.profile_search import ListOrder
from matchmaker.services.clock import Clock
from matchmaker.services.cursors import read_cursor, write_cursor
from matchmaker.services.indexing import SyncProgress
from matchmaker.services.recording import Entry, record
from matchmaker.storage import change_log, imports, listing, profiles, sealing
from matchmaker.storage.concealing import conceal
from matchmaker.storage.database import Sessions

T = TypeVar("T")
#: Columns that the profile keeps itself; what a caller writes in them is not compared.
_KEPT = {
    "revision",
    "updated_at",
    "kind",
    "partner_kind",
    # What people decided since stays decided when a file is read again.
    "field_visibility",
    "standing",
    "merged_into_id",
    "confirmed_at",
    "legal_basis",
    # These follow from the rest.
    "folded_name",
    "item_count",
    "text_length",
}
_EVIDENCE = ("kind", "title", "text", "language", "year")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of many, in order."""

    items: Sequence[T]
    total: int
    offset: int
    limit: int
    #: Ask for the next part with it; None when this is the last, or the list has no cursors.
    next: str | None = None


@dataclass(frozen=True)
class Registered:
    """What registering many profiles did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class ProfileService:
    """What is done with profiles."""

    sessions: Sessions
    clock: Clock
    #: Called after a write; brings the index up to date, or does nothing.
    after_write: Callable[[SyncProgress | None], object]

    def get(self, profile_id: UUID, viewer: Viewer | None = None) -> Profile:
        """Return one profile with its evidence.

        Raises:
            NotFound: there is none that the viewer (None: the public) may know of.

        """
        with self.sessions.reading() as session:
            if viewer is None:
                return profiles.get(session, profile_id)
            profile = profiles.find(session, profile_id)
            if profile is None or not allowed(viewer, Action.READ_PROFILE, facts_of(profile)):
                raise NotFound("profile", profile_id)
            conceal(profile, visibility_for(viewer, profile_id))
        return profile

    def named(self, ids: Collection[UUID]) -> Mapping[UUID, Profile]:
        """Return those of these profiles that the public may know of, without evidence."""
        if not ids:
            return {}
        with self.sessions.reading() as session:
            known = profiles.public(session, ids)
            return {profile.id: profile for profile in profiles.complete(session, known)}

    def family_of(self, profile: Profile, viewer: Viewer | None = None) -> Sequence[Organisation]:
        """Return the organisations above a profile that the viewer may know of, nearest first."""
        with self.sessions.reading() as session:
            return [
                one
                for one in profiles.family(session, profile)
                if allowed(viewer, Action.READ_PROFILE, facts_of(one))
            ]

    def page(
        self,
        *,
        kind: ProfileKind | None = None,
        partner_kind: PartnerKind | None = None,
        text: str | None = None,
        order: ListOrder = ListOrder.NAME,
        cursor: str | None = None,
        offset: int = 0,
        limit: int = 20,
        viewer: Viewer | None = None,
    ) -> Page[Profile]:
        """Return the profiles that the viewer (None: the public) may see, without evidence.

        Raises:
            InvalidInput: the cursor is not one of a list in this order.

        """
        after = read_cursor(cursor, (str if order.by_name else datetime, UUID)) if cursor else None
        wanted = listing.Wanted(
            kind=kind, partner_kind=partner_kind, text=text, seen=visibilities_of(viewer)
        )
        with self.sessions.reading() as session:
            found = listing.page(
                session, wanted, order=order, after=after, offset=offset, limit=limit
            )
        following = write_cursor(found.last) if found.last else None
        return Page(found.items, found.total, offset, limit, following)

    def register_all(
        self, given: Sequence[Profile], progress: SyncProgress | None = None
    ) -> Registered:
        """Store profiles in one transaction; those known by id are brought to the given state.

        Doing it twice changes nothing the second time. Parents may stand before or after
        their children, or be stored already.

        Raises:
            InvalidInput: a parent is neither given nor stored, or an id is given twice.

        """
        if len({one.id for one in given}) < len(given):
            raise InvalidInput("id", "Two of the profiles have the same id.")
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        with self.sessions.writing() as session:
            moved = settle_families(session, given, self.clock)
            counts["changed"] += moved
            stored = {
                one.id: one for one in profiles.with_evidence(session, [one.id for one in given])
            }
            for profile in parents_first(given):
                counts[self._register(session, profile, stored.get(profile.id))] += 1
        if counts["new"] or counts["changed"]:
            self.after_write(progress)
        return Registered(**counts)

    def _register(self, session: Session, given: Profile, stored: Profile | None) -> str:
        if stored is None:
            for position, item in enumerate(given.evidence):
                item.position = position
            session.add(given)
            session.flush()
            return "new"
        if type(stored) is not type(given):
            raise InvalidInput("id", f"{given.id} is registered as {stored.kind} already.")
        changes = {
            name: value for name, value in _columns(given).items() if value != getattr(stored, name)
        }
        evidence = [_evidence(item) for item in given.evidence]
        if evidence != [_evidence(item) for item in stored.evidence]:
            kept = {item.id: item for item in stored.evidence}
            items = [_brought_to(kept.get(item.id), item) for item in given.evidence]
            stored.replace_evidence(items, at=self.clock())
        elif not changes and not _add_identifiers(stored, given):
            return "unchanged"
        _add_identifiers(stored, given)
        stored.revise(at=self.clock(), **changes)
        return "changed"

    def erase(
        self, profile_id: UUID, *, by: UUID | None = None, expected_revision: int | None = None
    ) -> None:
        """Delete a profile with its evidence, passages and matches; replicas forget it too.

        The audit log keeps that it was erased and by whom; what it says of its fields nobody can
        read from now on.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.

        """
        with self.sessions.writing() as session:
            profile = profiles.find(session, profile_id)
            if profile is None:
                raise NotFound("profile", profile_id)
            if expected_revision not in {None, profile.revision}:
                raise StaleRevision(expected_revision or 0, profile.revision)
            # Those that became a part of it are the same person or organisation.
            parts = profiles.merged_into(session, profile_id)
            for one in (*parts, profile):
                entry = Entry(
                    by=by,
                    action=AuditAction.ERASE,
                    kind="profile",
                    id=one.id,
                    before={"kind": one.kind, "standing": one.standing},
                )
                record(session, entry, at=self.clock())
                session.delete(one)
            ids = [profile_id, *(one.id for one in parts)]
            sealing.destroy_keys(session, ids)
            imports.forget_profiles(session, ids)
            change_log.append(session, ids)


def _add_identifiers(stored: Profile, given: Profile) -> bool:
    """Give the stored profile those identifiers that it lacks; return whether it lacked any."""
    known = {(item.scheme, item.value) for item in stored.identifiers}
    lacking = [item for item in given.identifiers if (item.scheme, item.value) not in known]
    stored.identifiers.extend(Identifier(scheme=item.scheme, value=item.value) for item in lacking)
    return bool(lacking)


def _columns(profile: Profile) -> dict[str, Any]:
    names = inspect(type(profile)).columns.keys()
    return {name: getattr(profile, name) for name in names if name not in _KEPT}


def _evidence(item: object) -> tuple[object, ...]:
    return tuple(getattr(item, name) for name in _EVIDENCE)


def _brought_to(stored: Evidence | None, given: Evidence) -> Evidence:
    """Return the stored item with the given words; pins and exclusions stay the owner's."""
    if stored is None:
        return given
    for name in _EVIDENCE:
        setattr(stored, name, getattr(given, name))
    return stored


def parents_first(given: Sequence[Profile]) -> list[Profile]:
    """Return the profiles in an order in which no part stands before its whole."""
    ids = {one.id for one in given}
    children: dict[UUID | None, list[Profile]] = {}
    for profile in given:
        parent = profile.parent_id if isinstance(profile, Organisation) else None
        children.setdefault(parent if parent in ids else None, []).append(profile)
    ordered: list[Profile] = []
    ready = list(children.get(None, []))
    while ready:
        profile = ready.pop(0)
        ordered.append(profile)
        ready.extend(children.get(profile.id, []))
    return ordered


def settle_families(session: Session, given: Sequence[Profile], clock: Clock) -> int:
    """Give every organisation the id and the type of the one at the top of its family.

    Parts that were stored before and are not given again move along with what is above them.

    Returns:
        How many of those have moved.
    """
    organisations = {one.id: one for one in given if isinstance(one, Organisation)}
    moved = 0
    for part in profiles.below(session, organisations):
        if part.id not in organisations:
            top = _top_of(session, part, organisations)
            family = {"family_id": top.id, "family_type": top.organisation_type}
            if family != {name: getattr(part, name) for name in family}:
                part.revise(at=clock(), **family)
                moved += 1
    for organisation in organisations.values():
        top = _top_of(session, organisation, organisations)
        organisation.family_id = top.id
        organisation.family_type = top.organisation_type
        organisation.partner_kind = organisation._partner_kind()  # noqa: SLF001 - settled here
    for profile in given:
        if profile.family_id is None:
            profile.family_id = profile.id
    return moved


def _top_of(
    session: Session, organisation: Organisation, given: Mapping[UUID, Organisation]
) -> Organisation:
    """Return the organisation at the top; what is given counts before what is stored."""
    top, seen = organisation, {organisation.id}
    while top.parent_id is not None:
        parent = given.get(top.parent_id) or session.get(Organisation, top.parent_id)
        if parent is None:
            raise InvalidInput("parent", f"{top.name}: its parent is not known.")
        if parent.id in seen:
            raise InvalidInput("parent", f"{organisation.name} is its own ancestor.")
        top = parent
        seen.add(parent.id)
    return top
