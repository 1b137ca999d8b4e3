"""Revisions of profiles: write them down, read them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound, StaleProfile
from matchmaker.models import Profile, ProfileRevision, RevisionCause, Standing
from matchmaker.models.snapshot import differences, snapshot_of
from matchmaker.storage import profiles


def for_change(session: Session, profile_id: UUID, expected_revision: int | None = None) -> Profile:
    """Return a profile with its evidence, whatever its standing, to be changed.

    What it says before its first change is written down, so that it can be brought back.

    Raises:
        NotFound: there is none.
        StaleProfile: it is not at the expected revision.

    """
    profile = profiles.find(session, profile_id)
    if profile is None:
        raise NotFound("profile", profile_id)
    if expected_revision is not None and profile.revision != expected_revision:
        raise _stale(session, profile, expected_revision)
    keep_present(session, profile)
    return profile


def keep_present(session: Session, profile: Profile) -> None:
    """Write down what a profile says before a change, unless that is written already."""
    if session.get(ProfileRevision, (profile.id, profile.revision)) is None:
        _add(session, profile, RevisionCause.IMPORTED, by=None, at=profile.updated_at)


def write(
    session: Session, profile: Profile, cause: RevisionCause, *, by: UUID | None, at: datetime
) -> None:
    """Write down what a profile says now, in the transaction that changed it."""
    session.flush()
    _add(session, profile, cause, by=by, at=at)


def _add(
    session: Session, profile: Profile, cause: RevisionCause, *, by: UUID | None, at: datetime
) -> None:
    session.add(
        ProfileRevision(
            profile_id=profile.id,
            revision=profile.revision,
            at=at,
            by=by,
            cause=cause,
            snapshot=snapshot_of(profile),
        )
    )


def get(session: Session, profile_id: UUID, revision: int) -> ProfileRevision:
    """Return what a profile said at a revision.

    Raises:
        NotFound: nobody knows any more.

    """
    found = session.get(ProfileRevision, (profile_id, revision))
    if found is None:
        raise NotFound("revision", f"{profile_id}/{revision}")
    return found


def of_profile(session: Session, profile_id: UUID) -> Sequence[ProfileRevision]:
    """Return the revisions of a profile and of those that became a part of it, newest first."""
    parts = select(Profile.id).where(Profile.merged_into_id == profile_id)
    return session.scalars(
        select(ProfileRevision)
        .where((ProfileRevision.profile_id == profile_id) | ProfileRevision.profile_id.in_(parts))
        .order_by(ProfileRevision.at.desc(), ProfileRevision.revision.desc())
    ).all()


def was_imported(session: Session, profile_id: UUID) -> bool:
    """Return whether a withdrawn profile was of a person from a file who had not confirmed."""
    query = (
        select(ProfileRevision)
        .where(ProfileRevision.profile_id == profile_id)
        .order_by(ProfileRevision.revision.desc())
    )
    for one in session.scalars(query):
        if (standing := one.snapshot["fields"].get("standing")) != Standing.WITHDRAWN:
            return bool(standing == Standing.IMPORTED)
    return False


def _stale(session: Session, profile: Profile, expected: int) -> StaleProfile:
    known = session.get(ProfileRevision, (profile.id, expected))
    found = differences(known.snapshot, snapshot_of(profile)) if known else []
    return StaleProfile(
        expected,
        profile.revision,
        [
            (
                f"evidence/{one.evidence_id}/{one.field}" if one.evidence_id else one.field,
                one.before,
                one.after,
            )
            for one in found
        ],
    )
