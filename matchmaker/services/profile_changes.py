"""What is written into a profile that was read with its evidence; nothing here is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchmaker.errors import InvalidInput, TransitionNotAllowed
from matchmaker.models import (
    Evidence,
    Profile,
    Standing,
)
from matchmaker.models.snapshot import (
    Snapshot,
    evidence_of,
    field_values,
)
from matchmaker.services.clock import Clock
from matchmaker.services.profile_checks import (
    OWN_DEED,
    checked_evidence,
    checked_fields,
)

#: What no undoing brings back: a merge is not undone, and who is invented stays so.
NEVER_BACK = {"merged_into_id", "fictional"}
#: What can be done at each standing, beyond reading.
_ALLOWED = {
    Standing.LIVE: ("revise", "confirm", "withdraw", "merge"),
    Standing.IMPORTED: ("revise", "confirm", "withdraw", "merge"),
    Standing.WITHDRAWN: ("revise", "reinstate", "merge"),
    Standing.MERGED: (),
}


def check_allowed(profile: Profile, deed: str) -> None:
    """Refuse what the standing of a profile does not allow.

    Raises:
        TransitionNotAllowed: says what is allowed.

    """
    allowed = _ALLOWED[profile.standing]
    if deed not in allowed:
        raise TransitionNotAllowed("profile", profile.standing, deed, allowed)


def apply(
    profile: Profile,
    fields: Mapping[str, Any],
    evidence: Sequence[Mapping[str, Any]] | None,
    clock: Clock,
) -> None:
    """Write fields and evidence into a profile that was read with its evidence.

    Raises:
        InvalidInput: a value can't stand.

    """
    values = checked_fields(profile.kind, fields)
    if evidence is not None:
        language = values.get("language", profile.language)
        items = checked_evidence(evidence, profile.evidence, language)
        profile.replace_evidence(items, at=clock())
    profile.revise(at=clock(), **values)


def confirm(profile: Profile, clock: Clock, *, owner: bool, legal_basis: str | None) -> None:
    """Write into a profile that all of it is right.

    Raises:
        InvalidInput: it was imported, and nobody states a legal basis.

    """
    now = clock()
    if profile.standing is Standing.IMPORTED and not owner:
        if not (legal_basis or "").strip():
            raise InvalidInput("legal_basis", "Say on what legal basis this person is shown.")
        profile.revise(at=now, legal_basis=legal_basis)
    profile.revise(at=now, standing=Standing.LIVE, confirmed_at=now)


def bring_back(profile: Profile, stored: Snapshot, clock: Clock, *, deeds: bool = False) -> None:
    """Give a profile the fields and the evidence of a snapshot; items keep their ids.

    Args:
        profile: read with its evidence.
        stored: the snapshot.
        clock: tells when.
        deeds: bring back standing, confirmation and legal basis too: only to undo the one deed
            that changed them, never to restore what a profile said.

    """
    present = {item.id: item for item in profile.evidence}
    items: list[Evidence] = []
    for then in evidence_of(stored):
        item = present.get(then.id, then)
        if item is not then:
            for name in stored["evidence"][then.position]:
                setattr(item, name, getattr(then, name))
        items.append(item)
    profile.replace_evidence(items, at=clock())
    kept = NEVER_BACK if deeds else OWN_DEED
    values = {
        name: value for name, value in field_values(profile, stored).items() if name not in kept
    }
    profile.revise(at=clock(), **values)


def number(items: Sequence[Evidence]) -> None:
    """Give new items their places, in order."""
    for position, item in enumerate(items):
        item.position = position
