"""Protection: whom a list leaves out so that partners are not overrun, and who has much to do.

Plain values, read once for a question (``matchmaker.storage.protection``) and kept with its run:
a replay asks with the same ones, whatever has happened since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from matchmaker.models.introduction import DeclineReason
from matchmaker.models.match import EligibilityRule
from matchmaker.models.profile import ProfileKind

#: Most introductions that a profile has open at a time; an expert says it with ``capacity``.
MOST_OPEN: Mapping[ProfileKind, int] = MappingProxyType(
    {ProfileKind.ORGANISATION: 12, ProfileKind.STUDENT: 2, ProfileKind.ACTIVITY: 24}
)
#: How long a partner who declined is proposed to nobody; of the same challenge for ever.
COOL_DOWN: Mapping[DeclineReason, timedelta] = MappingProxyType(
    {reason: timedelta(days=14) for reason in DeclineReason}
    | {DeclineReason.NO_TIME: timedelta(days=60)}
)

_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Protection:
    """Whom the rules of protection leave out of one question; ids in hexadecimal."""

    #: Have as many introductions open as they can take.
    at_capacity: AbstractSet[str] = _NOBODY
    #: Declined not long ago, or this very challenge.
    cooling_down: AbstractSet[str] = _NOBODY
    #: Of the firm's own house, or declared to be in conflict with it.
    in_conflict: AbstractSet[str] = _NOBODY
    #: Dismissed for this challenge for good, see ``MatchDecision``.
    dismissed: AbstractSet[str] = _NOBODY
    #: Family, or profile without one -> open introductions.
    load: Mapping[str, int] = field(default_factory=dict)

    def rules(self) -> Iterator[tuple[EligibilityRule, AbstractSet[str]]]:
        """Return each rule with those whom it leaves out, in the order in which they count."""
        yield EligibilityRule.CAPACITY, self.at_capacity
        yield EligibilityRule.COOL_DOWN, self.cooling_down
        yield EligibilityRule.CONFLICT, self.in_conflict

    def broken_by(self, hex_id: str) -> EligibilityRule | None:
        """Return the first rule that leaves a profile out; None when none does."""
        return next((rule for rule, ids in self.rules() if hex_id in ids), None)

    def as_json(self) -> dict[str, Any] | None:
        """Return plain values, as stored with the run; None when there is nothing to keep."""
        values: dict[str, Any] = {
            name: sorted(getattr(self, name))
            for name in ("at_capacity", "cooling_down", "in_conflict", "dismissed")
            if getattr(self, name)
        }
        if self.load:
            values["load"] = dict(sorted(self.load.items()))
        return values or None

    @classmethod
    def from_json(cls, values: Mapping[str, Any] | None) -> Protection:
        """Return the protection that :meth:`as_json` wrote."""
        kept = dict(values or {})
        load = kept.pop("load", {})
        return cls(load=load, **{name: frozenset(ids) for name, ids in kept.items()})


NO_PROTECTION = Protection()
