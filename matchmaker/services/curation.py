"""CurationService: create and change profiles, with a history of every revision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import (
    AuditAction,
    Organisation,
    Profile,
    ProfileKind,
    ProfileRevision,
    RevisionCause,
    Standing,
    Visibility,
)
from matchmaker.models.snapshot import (
    Difference,
    differences,
    snapshot_of,
)
from matchmaker.services.clock import Clock
from matchmaker.services.indexing import SyncProgress
from matchmaker.services.profile_changes import (
    apply,
    bring_back,
    check_allowed,
    confirm,
    number,
)
from matchmaker.services.profile_checks import (
    KINDS,
    checked_evidence,
    checked_fields,
    checked_whole,
)
from matchmaker.services.profiles import settle_families
from matchmaker.services.recording import record_profile
from matchmaker.storage import history, profiles
from matchmaker.storage.concealing import conceal
from matchmaker.storage.database import Sessions


@dataclass(frozen=True)
class CurationService:
    """What owners and staff do with profiles. ``by`` is the account that does it."""

    sessions: Sessions
    clock: Clock
    #: Called after a write; brings the index up to date, or does nothing.
    after_write: Callable[[SyncProgress | None], object]

    def read(self, profile_id: UUID, viewer: Visibility = Visibility.STAFF) -> Profile:
        """Return a profile of any standing, with the evidence that the viewer may see.

        Raises:
            NotFound: there is none that the viewer may know of.

        """
        with self.sessions.reading() as session:
            profile = profiles.find(session, profile_id)
            if profile is None or not (
                profile.visibility.allows(viewer)
                and (profile.standing is Standing.LIVE or viewer is Visibility.STAFF)
            ):
                raise NotFound("profile", profile_id)
            conceal(profile, viewer)
            return profile

    def create(
        self,
        kind: ProfileKind,
        fields: Mapping[str, Any],
        evidence: Sequence[Mapping[str, Any]] = (),
        *,
        by: UUID | None,
    ) -> Profile:
        """Store a new profile.

        Args:
            kind: the kind of profile.
            fields: as ``profile_checks.checked_fields`` takes them.
            evidence: as ``profile_checks.checked_evidence`` takes it, all without id.
            by: the account.

        Raises:
            InvalidInput: a field is missing, unknown, or can't stand.

        """
        values = checked_fields(kind, fields)
        items = checked_evidence(evidence, (), values.get("language", ""))
        now = self.clock()
        try:
            profile = KINDS[kind](**values, evidence=items, identifiers=[], updated_at=now)
        except TypeError:
            # A dataclass counts its missing arguments; the schemas name them before that.
            raise InvalidInput("name", "Give every field that this kind needs.") from None
        checked_whole(profile)
        number(items)
        with self.sessions.writing() as session:
            settle_families(session, [profile], self.clock)
            session.add(profile)
            history.write(session, profile, RevisionCause.EDITED, by=by, at=now)
            record_profile(session, profile, AuditAction.CREATE, by=by, at=now)
        self.after_write(None)
        return profile

    def revise(
        self,
        profile_id: UUID,
        *,
        expected_revision: int,
        by: UUID | None,
        fields: Mapping[str, Any] | None = None,
        evidence: Sequence[Mapping[str, Any]] | None = None,
    ) -> Profile:
        """Change fields of a profile, its evidence, or both.

        Args:
            profile_id: the profile.
            expected_revision: the one that the caller read.
            by: the account.
            fields: as ``profile_checks.checked_fields`` takes them.
            evidence: all items in their order, as ``profile_checks.checked_evidence`` takes
                them; None leaves them as they are.

        Raises:
            NotFound: there is none.
            StaleProfile: somebody changed it meanwhile.
            TransitionNotAllowed: it became a part of another one.
            InvalidInput: a value can't stand.

        """

        def change(_session: Session, profile: Profile) -> None:
            apply(profile, fields or {}, evidence, self.clock)

        return self._change(
            profile_id, "revise", RevisionCause.EDITED, change, by=by, expected=expected_revision
        )

    def mark_evidence(
        self,
        profile_id: UUID,
        evidence_id: UUID,
        *,
        by: UUID | None,
        pinned: bool | None = None,
        excluded: bool | None = None,
    ) -> Profile:
        """Pin an item of evidence, exclude it, or take that back: once and for good.

        Raises:
            NotFound: there is no such profile or item.
            InvalidInput: an item can't be pinned and excluded.

        """

        def change(_session: Session, profile: Profile) -> None:
            item = next((one for one in profile.evidence if one.id == evidence_id), None)
            if item is None:
                raise NotFound("evidence", evidence_id)
            item.pinned = item.pinned if pinned is None else pinned
            item.excluded = item.excluded if excluded is None else excluded
            if item.pinned and item.excluded:
                raise InvalidInput("excluded", "An item is shown first or left out, not both.")
            profile.replace_evidence(profile.evidence, at=self.clock())

        return self._change(profile_id, "revise", RevisionCause.EDITED, change, by=by)

    def withdraw(
        self, profile_id: UUID, *, by: UUID | None, expected_revision: int | None = None
    ) -> Profile:
        """Take a profile out of matching and of every public list; it can come back.

        Raises:
            NotFound: there is none.
            StaleProfile: somebody changed it meanwhile.
            TransitionNotAllowed: it is withdrawn already, or a part of another one.

        """

        def change(_session: Session, profile: Profile) -> None:
            profile.revise(at=self.clock(), standing=Standing.WITHDRAWN)

        return self._change(
            profile_id,
            "withdraw",
            RevisionCause.WITHDRAWN,
            change,
            by=by,
            expected=expected_revision,
        )

    def reinstate(
        self,
        profile_id: UUID,
        *,
        by: UUID | None,
        owner: bool = False,
        expected_revision: int | None = None,
    ) -> Profile:
        """Bring a withdrawn profile back; who does it says that all of it is right.

        A person who was imported and never confirmed is as hidden as before, unless they bring
        themselves back: withdrawing is no way around a legal basis.

        Args:
            profile_id: the profile.
            by: the account.
            owner: the person or organisation brings itself back.
            expected_revision: the one that the caller read.

        Raises:
            NotFound: there is none.
            StaleProfile: somebody changed it meanwhile.
            TransitionNotAllowed: it is not withdrawn.

        """

        def change(session: Session, profile: Profile) -> None:
            now = self.clock()
            if not owner and history.was_imported(session, profile_id):
                profile.revise(at=now, standing=Standing.IMPORTED)
            else:
                profile.revise(at=now, standing=Standing.LIVE, confirmed_at=now)

        return self._change(
            profile_id,
            "reinstate",
            RevisionCause.CONFIRMED,
            change,
            by=by,
            expected=expected_revision,
        )

    def confirm(
        self,
        profile_id: UUID,
        *,
        by: UUID | None,
        owner: bool = False,
        legal_basis: str | None = None,
        expected_revision: int | None = None,
    ) -> Profile:
        """Say that all of a profile is right; an imported one goes live.

        Args:
            profile_id: the profile.
            by: the account.
            owner: the person or organisation says so itself.
            legal_basis: why staff may show an imported one that has not said so; whoever calls
                has made sure that ``by`` may state it (``Action.CURATE``).
            expected_revision: the one that the caller read.

        Raises:
            NotFound: there is none.
            StaleProfile: somebody changed it meanwhile.
            TransitionNotAllowed: it is withdrawn, or a part of another one.
            InvalidInput: it was imported, and nobody states a legal basis.

        """

        def change(_session: Session, profile: Profile) -> None:
            confirm(profile, self.clock, owner=owner, legal_basis=legal_basis)

        return self._change(
            profile_id,
            "confirm",
            RevisionCause.CONFIRMED,
            change,
            by=by,
            expected=expected_revision,
        )

    def history(self, profile_id: UUID) -> Sequence[ProfileRevision]:
        """Return the revisions that were written down, newest first.

        Raises:
            NotFound: there is no such profile.

        """
        with self.sessions.reading() as session:
            if profiles.find(session, profile_id) is None:
                raise NotFound("profile", profile_id)
            return history.of_profile(session, profile_id)

    def compare(
        self, profile_id: UUID, before: int, after: int | None = None
    ) -> Sequence[Difference]:
        """Return what differs between two revisions, or between one and the present state.

        Raises:
            NotFound: there is no such profile, or nobody knows the revision any more.

        """
        with self.sessions.reading() as session:
            profile = profiles.find(session, profile_id)
            if profile is None:
                raise NotFound("profile", profile_id)
            old = history.get(session, profile_id, before).snapshot
            new = snapshot_of(profile)
            if after is not None:
                new = history.get(session, profile_id, after).snapshot
        return differences(old, new)

    def restore(
        self, profile_id: UUID, revision: int, *, expected_revision: int, by: UUID | None
    ) -> Profile:
        """Bring a profile back to what it said at a revision; that is a new revision.

        What has a deed of its own stays as it is now: standing, confirmation, legal basis.

        Raises:
            NotFound: there is no such profile, or nobody knows the revision any more.
            StaleProfile: somebody changed it meanwhile.
            TransitionNotAllowed: it became a part of another one.

        """

        def change(session: Session, profile: Profile) -> None:
            bring_back(profile, history.get(session, profile_id, revision).snapshot, self.clock)

        return self._change(
            profile_id, "restore", RevisionCause.RESTORED, change, by=by, expected=expected_revision
        )

    def _change(
        self,
        profile_id: UUID,
        deed: str,
        cause: RevisionCause,
        change: Callable[[Session, Profile], None],
        *,
        by: UUID | None,
        expected: int | None = None,
    ) -> Profile:
        with self.sessions.writing() as session:
            profile = history.for_change(session, profile_id, expected)
            check_allowed(profile, "revise" if deed == "restore" else deed)
            before = snapshot_of(profile)
            change(session, profile)
            checked_whole(profile)
            if isinstance(profile, Organisation):
                settle_families(session, [profile], self.clock)
            now = self.clock()
            history.write(session, profile, cause, by=by, at=now)
            record_profile(session, profile, AuditAction(deed), by=by, at=now, before=before)
        self.after_write(None)
        return profile
