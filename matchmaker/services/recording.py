"""Writing the audit log.

A service writes the entry with the session of the deed itself, so that neither exists without
the other::

    with self.sessions.writing() as session:
        account.rename(...)
        record(session, Entry(by=viewer.account_id, action=AuditAction.REVISE, kind="account",
                              id=account.id, before=before, after=after), at=self.clock())

What is done to a profile is told by :func:`record_profile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import AuditAction, AuditEntry, Profile
from matchmaker.models.snapshot import Snapshot, differences, snapshot_of
from matchmaker.storage import sealing

#: Fields that are never written down, whatever a caller hands over.
SECRET = frozenset(
    {"password", "password_hash", "totp_secret", "recovery_codes", "token", "fingerprint"}
)
#: Subject of what is done to all of a kind.
ALL = UUID(int=0)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is written down about one deed."""

    #: The account that did it; None for the shell.
    by: UUID | None
    action: AuditAction
    #: ``account``, ``profile``, ``challenge`` …
    kind: str
    id: UUID
    #: Fields that changed, as JSON has them.
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


#: A longer text is told by its length: its words are in the history, which goes with the profile.
MOST_TEXT = 200


def record(session: Session, entry: Entry, *, at: datetime) -> None:
    """Write one entry within the running transaction."""
    session.add(
        AuditEntry(
            at=at,
            account_id=entry.by,
            action=entry.action,
            subject_kind=entry.kind,
            subject_id=entry.id,
            before=_without_secrets(entry.before),
            after=_without_secrets(entry.after),
        )
    )


def _without_secrets(fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if fields is None:
        return None
    return {name: value for name, value in fields.items() if name not in SECRET}


def record_profile(
    session: Session,
    profile: Profile,
    action: AuditAction,
    *,
    by: UUID | None,
    at: datetime,
    before: Snapshot | None = None,
    **more: object,
) -> None:
    """Write down what was done to a profile that was read with its evidence, field by field.

    What the fields say is sealed under a key of the profile, see ``storage.sealing``.

    Args:
        session: the one of the deed.
        profile: as it is now.
        action: what was done.
        by: the account; None for the shell.
        at: when.
        before: what it said before; None when it is new.
        more: what else belongs to the deed, as JSON has it.

    """
    nothing: Snapshot = {"fields": {}, "evidence": []}
    told = [
        (f"evidence/{one.evidence_id}/{one.field}" if one.evidence_id else one.field, one)
        for one in differences(before or nothing, snapshot_of(profile))
        if (one.before, one.after) not in _SAYS_NOTHING
    ]
    was = None if before is None else {name: _told(one.before) for name, one in told}
    now = {name: _told(one.after) for name, one in told}
    entry = Entry(
        by=by,
        action=action,
        kind="profile",
        id=profile.id,
        before=None if was is None else sealing.seal(session, profile.id, was),
        after={**sealing.seal(session, profile.id, now), **more},
    )
    record(session, entry, at=at)


#: What a new profile or item leaves empty.
_SAYS_NOTHING: tuple[tuple[object, object], ...] = ((None, ""), (None, []), (None, {}), ("", None))


def _told(value: object) -> object:
    if isinstance(value, str) and len(value) > MOST_TEXT:
        return {"characters": len(value)}
    return value
