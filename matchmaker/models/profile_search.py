"""What staff look for across profiles; everything left empty lets everything through."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from matchmaker.models.profile import PartnerKind, ProfileKind, Standing
from matchmaker.models.visibility import Visibility


class SearchOrder(enum.StrEnum):
    """In which order a search answers."""

    NAME = "name"
    NAME_BACK = "-name"
    #: Those whom nobody has confirmed or changed for the longest time first.
    TOUCHED = "touched"
    TOUCHED_LAST = "-touched"

    @property
    def by_name(self) -> bool:
        """Whether it goes by the name, and not by when somebody confirmed or changed it."""
        return self in {SearchOrder.NAME, SearchOrder.NAME_BACK}

    @property
    def falling(self) -> bool:
        """Whether the last comes first."""
        return self.value.startswith("-")


class ListOrder(enum.StrEnum):
    """In which order a public list answers."""

    NAME = "name"
    NAME_BACK = "-name"
    UPDATED = "updated_at"
    #: Those that changed last first.
    UPDATED_LAST = "-updated_at"

    @property
    def by_name(self) -> bool:
        """Whether it goes by the name, and not by the last change."""
        return self in {ListOrder.NAME, ListOrder.NAME_BACK}

    @property
    def falling(self) -> bool:
        """Whether the last comes first."""
        return self.value.startswith("-")


@dataclass(frozen=True, kw_only=True)
class ProfileSearch:
    """Conditions that a profile has to meet, all of them."""

    #: Part of the name, or words that all stand in what the profile says.
    text: str = ""
    #: Words of an industry or field that all stand in what the profile says.
    fields: str = ""
    kinds: tuple[ProfileKind, ...] = ()
    partner_kinds: tuple[PartnerKind, ...] = ()
    #: Empty means all but those that became a part of another one.
    standings: tuple[Standing, ...] = ()
    visibilities: tuple[Visibility, ...] = ()
    #: Danish municipality code (LAU 1).
    municipality: str | None = None
    #: A Danish postcode, town or municipality, and the farthest from it in kilometres.
    near: str | None = None
    within_km: int | None = None
    #: ISO 639-1: of its texts, or one can work with them in it.
    language: str | None = None
    #: Only those that nobody has confirmed or changed for so many days.
    untouched_days: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return plain values, as a saved filter keeps them."""
        values = asdict(self)
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value not in ((), None, "")
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ProfileSearch:
        """Return the search that :meth:`as_json` wrote."""
        kinds: dict[str, Any] = {
            "kinds": ProfileKind,
            "partner_kinds": PartnerKind,
            "standings": Standing,
            "visibilities": Visibility,
        }
        given: dict[str, Any] = {
            name: tuple(map(kinds[name], value)) if name in kinds else value
            for name, value in values.items()
        }
        return cls(**given)
