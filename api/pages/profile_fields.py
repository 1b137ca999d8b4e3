"""Which fields the editor of each kind of profile has, in which order, and as what."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.pages.display import language_name
from api.pages.labels import label
from api.pages.profile_words import field_name
from matchmaker.matching.languages import SUPPORTED
from matchmaker.models import (
    HIDEABLE,
    ActivityType,
    CompanyNeed,
    EvidenceKind,
    OrganisationType,
    PlacementType,
    ProfileKind,
    StudyLevel,
    Visibility,
)
from matchmaker.services.profile_checks import LENGTH, LENGTHS

#: Beside those that texts are written in: languages that people here work in.
WORKING_LANGUAGES = (*SUPPORTED, "fr", "es", "it", "nl", "pl", "fi", "is", "uk", "zh")


@dataclass(frozen=True, kw_only=True)
class EditorField:
    """One field of the editor."""

    name: str
    #: "line", "text", "number", "day", "choice", "ticks", "place" or "organisation".
    widget: str = "line"
    options: type[enum.StrEnum] | None = None
    required: bool = False
    rows: int = 4

    @property
    def label(self) -> str:
        """Return its name, in the language of the page."""
        return field_name(self.name)

    @property
    def most(self) -> int:
        """Return how many characters it takes."""
        return LENGTHS.get(self.name, LENGTH)

    @property
    def hideable(self) -> bool:
        """Return whether fewer people may see it than the profile."""
        return self.name in HIDEABLE

    def choices(self, *present: str) -> list[tuple[str, str]]:
        """Return value and words of each option; a present value is always among them."""
        if self.options is not None:
            return [(one.value, label(one)) for one in self.options]
        codes = SUPPORTED if self.widget == "choice" else WORKING_LANGUAGES
        every = dict.fromkeys((*codes, *(one for one in present if one)))
        return [(code, language_name(code)) for code in every]


_SAYS: Mapping[ProfileKind, Sequence[EditorField]] = {
    ProfileKind.EXPERT: (
        EditorField(name="title"),
        EditorField(name="affiliation"),
    ),
    ProfileKind.ORGANISATION: (
        EditorField(
            name="organisation_type", widget="choice", options=OrganisationType, required=True
        ),
        EditorField(name="parent_id", widget="organisation"),
        EditorField(name="ror"),
        EditorField(name="cvr"),
    ),
    ProfileKind.STUDENT: (
        EditorField(name="programme", required=True),
        EditorField(name="level", widget="choice", options=StudyLevel, required=True),
        EditorField(name="institution", required=True),
        EditorField(name="learning_goals", widget="text"),
    ),
    ProfileKind.ACTIVITY: (
        EditorField(name="activity_type", widget="choice", options=ActivityType, required=True),
        EditorField(name="need", widget="choice", options=CompanyNeed, required=True),
        EditorField(name="organiser"),
        EditorField(name="eligibility"),
    ),
}
_WHEN: Mapping[ProfileKind, Sequence[EditorField]] = {
    ProfileKind.EXPERT: (
        EditorField(name="capacity", widget="number", required=True),
        EditorField(name="on_leave_until", widget="day"),
    ),
    ProfileKind.ORGANISATION: (),
    ProfileKind.STUDENT: (
        EditorField(name="placement_types", widget="ticks", options=PlacementType),
        EditorField(name="available_from", widget="day"),
        EditorField(name="available_to", widget="day"),
    ),
    ProfileKind.ACTIVITY: (
        EditorField(name="starts_on", widget="day"),
        EditorField(name="ends_on", widget="day"),
    ),
}
#: Fields that are one thing to a person: where it is.
PLACE = ("place", "city", "country", "latitude", "longitude")


def says(kind: ProfileKind) -> list[EditorField]:
    """Return what a profile says about itself."""
    return [
        EditorField(name="name", required=True),
        EditorField(name="language", widget="choice", required=True),
        EditorField(name="summary", widget="text", required=True),
        EditorField(name="description", widget="text", rows=9),
        *_SAYS[kind],
        EditorField(name="website"),
        EditorField(name="source"),
    ]


def when(kind: ProfileKind) -> Sequence[EditorField]:
    """Return when and how much somebody can be asked."""
    return _WHEN[kind]


def where() -> list[EditorField]:
    """Return where it is and how one can work with it."""
    return [
        EditorField(name="place", widget="place"),
        EditorField(name="city"),
        EditorField(name="country"),
        EditorField(name="latitude", widget="number"),
        EditorField(name="longitude", widget="number"),
        EditorField(name="can_travel_km", widget="number"),
        EditorField(name="working_languages", widget="ticks"),
    ]


def every(kind: ProfileKind) -> list[EditorField]:
    """Return all fields of a kind, without who may see them."""
    return [*says(kind), *when(kind), *where()]


def evidence_fields() -> list[EditorField]:
    """Return the fields of an item of evidence."""
    return [
        EditorField(name="kind", widget="choice", options=EvidenceKind),
        EditorField(name="year", widget="number"),
        EditorField(name="language", widget="choice"),
        EditorField(name="visibility", widget="choice", options=Visibility),
        EditorField(name="title"),
        EditorField(name="text", widget="text"),
    ]
