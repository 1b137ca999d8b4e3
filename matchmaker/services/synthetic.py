"""Synthetic profiles: plausible production know-how in any number, the same for the same seed.

For measuring only: nobody is called that, and nothing here is shipped as data. A profile keeps to
one topic or two, as people do, so its passages lie near each other and a challenge has an
answer. Every text ends with a running number and is therefore unique.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Any
from uuid import UUID

from matchmaker.models import (
    Activity,
    ActivityType,
    CompanyNeed,
    Evidence,
    EvidenceKind,
    Expert,
    Organisation,
    OrganisationType,
    Place,
    PlacementType,
    Profile,
    ProfileKind,
    Student,
    StudyLevel,
    Visibility,
)
from matchmaker.models.gazetteer import find_place
from matchmaker.services.synthetic_texts import ending, fragments_of, topics

#: How many of a hundred profiles are of each kind.
SHARES = {
    ProfileKind.ORGANISATION: 35,
    ProfileKind.EXPERT: 30,
    ProfileKind.STUDENT: 30,
    ProfileKind.ACTIVITY: 5,
}
_TOWNS = (
    *("Aalborg", "Aarhus", "København", "Odense", "Esbjerg", "Herning", "Horsens", "Kolding"),
    *("Vejle", "Randers", "Silkeborg", "Viborg", "Skive", "Struer", "Holstebro", "Ikast"),
    *("Sønderborg", "Nyborg", "Svendborg", "Slagelse", "Ringsted", "Roskilde", "Hillerød"),
    *("Helsingør", "Hjørring", "Frederikshavn", "Thisted", "Grenaa", "Varde", "Maribo"),
)
_ABROAD = (
    Place(city="Göteborg", country="SE", latitude=57.71, longitude=11.97),
    Place(city="Linköping", country="SE", latitude=58.41, longitude=15.62),
    Place(city="Trondheim", country="NO", latitude=63.43, longitude=10.40),
    Place(city="Tampere", country="FI", latitude=61.50, longitude=23.76),
    Place(city="Aachen", country="DE", latitude=50.78, longitude=6.08),
    Place(city="Hamburg", country="DE", latitude=53.55, longitude=9.99),
    Place(city="Delft", country="NL", latitude=52.01, longitude=4.36),
    Place(city="Leuven", country="BE", latitude=50.88, longitude=4.70),
    Place(city="Torino", country="IT", latitude=45.07, longitude=7.69),
    Place(city="Gdańsk", country="PL", latitude=54.35, longitude=18.65),
)
_GIVEN = [
    "Ida",
    "Bo",
    "Karen",
    "Jens",
    "Sofie",
    "Mads",
    "Lærke",
    "Ole",
    "Maja",
    "Svend",
    "Clara",
    "Elif",
    "Noah",
    "Priya",
    "Tomasz",
    "Aino",
]
_FAMILY = [
    "Berg",
    "Lund",
    "Falk",
    "Holm",
    "Kruse",
    "Dahl",
    "Skov",
    "Bach",
    "Toft",
    "Ravn",
    "Vang",
    "Nygaard",
    "Yilmaz",
    "Nowak",
    "Iyer",
]

_WHOLES = {
    OrganisationType.UNIVERSITY: 4,
    OrganisationType.GTS_INSTITUTE: 8,
    OrganisationType.RESEARCH_INSTITUTE: 10,
    OrganisationType.BUSINESS_ACADEMY: 5,
    OrganisationType.UNIVERSITY_COLLEGE: 5,
    OrganisationType.CLUSTER: 6,
    OrganisationType.INNOVATION_HUB: 6,
    OrganisationType.TEST_CENTRE: 10,
    OrganisationType.FIRM: 16,
}
_PARTS = {
    OrganisationType.DEPARTMENT: 22,
    OrganisationType.SECTION: 22,
    OrganisationType.LABORATORY: 12,
}
_WITH_PARTS = {OrganisationType.UNIVERSITY, OrganisationType.GTS_INSTITUTE}
#: So many organisations have parts; there are only so many universities.
_MOST_PARENTS = 60


def profiles(count: int, *, today: date, seed: int = 0) -> Iterator[Profile]:
    """Make profiles one by one; a parent comes before its parts.

    Args:
        count: how many.
        today: terms, leave and dates lie around this day; a few have run out.
        seed: the same seed and day make the same profiles, and the first of many are the same
            as few.

    """
    writer = _Writer(Random(seed), today)  # noqa: S311 - a repeatable draw, no secret
    for _ in range(count):
        yield writer.next_profile()


class _Writer:
    """Draws one profile after another."""

    def __init__(self, random: Random, today: date) -> None:
        self._random = random
        self._today = today
        self._number = 0
        self._parents: list[Organisation] = []
        self._danish = [place for town in _TOWNS if (place := find_place(town)) is not None]
        # A few fields are asked for often, many seldom.
        self._popularity = list(accumulate(1 / (rank + 4) for rank in range(len(topics()["en"]))))

    def next_profile(self) -> Profile:
        """Draw the kind, then the profile."""
        kind = self._weighted(SHARES)
        make = {
            ProfileKind.ORGANISATION: self._organisation,
            ProfileKind.EXPERT: self._expert,
            ProfileKind.STUDENT: self._student,
            ProfileKind.ACTIVITY: self._activity,
        }
        return make[kind]()

    def _organisation(self) -> Organisation:
        organisation_type = self._weighted({**_WHOLES, **_PARTS})
        parent = None
        if organisation_type in _PARTS and self._parents:
            parent = self._random.choice(self._parents)
        elif organisation_type in _PARTS:
            organisation_type = OrganisationType.UNIVERSITY
        place = parent.place if parent else self._place(abroad=0.35)
        values = self._shared(place)
        values["name"] = f"{values['name'].capitalize()}, {place.city} {self._number}"
        made = Organisation(
            **values,
            organisation_type=organisation_type,
            parent_id=parent.id if parent else None,
            family_id=parent.id if parent else values["id"],
            family_type=parent.organisation_type if parent else organisation_type,
        )
        if organisation_type in _WITH_PARTS and len(self._parents) < _MOST_PARENTS:
            self._parents.append(made)
        return made

    def _expert(self) -> Expert:
        random = self._random
        values = self._shared(self._place(abroad=0.15))
        return Expert(
            **{**values, "name": self._person()},
            family_id=values["id"],
            title=values["name"].capitalize(),
            affiliation="Synthetic",
            can_travel_km=random.choice((None, None, None, 100, 300)),
            on_leave_until=self._day(30, 200) if random.random() < 0.04 else None,
        )

    def _student(self) -> Student:
        random = self._random
        values = self._shared(self._place(abroad=0.1))
        # One in ten has just finished.
        end = self._day(-60, -1) if random.random() < 0.1 else self._day(60, 400)
        return Student(
            **{**values, "name": self._person()},
            family_id=values["id"],
            programme=values["name"].capitalize(),
            level=random.choice(list(StudyLevel)),
            institution="Synthetic",
            placement_types=[random.choice(list(PlacementType)).value],
            available_from=end - timedelta(days=150),
            available_to=end,
            learning_goals=self._text(values["language"], (values["name"],), 1, values["city"]),
        )

    def _activity(self) -> Activity:
        random = self._random
        values = self._shared(self._place(abroad=0.1))
        dated = random.random() < 0.6
        starts = self._day(-20, 200)
        return Activity(
            **{**values, "name": f"{values['name'].capitalize()} {self._number}"},
            family_id=values["id"],
            activity_type=random.choice(list(ActivityType)),
            organiser="Synthetic",
            starts_on=starts if dated else None,
            ends_on=starts + timedelta(days=2) if dated else None,
            eligibility=self._text(values["language"], (values["name"],), 1, values["city"]),
            need=random.choice(list(CompanyNeed)),
        )

    def _shared(self, place: Place) -> dict[str, Any]:
        """Return what every kind has; ``name`` is that of the main topic for now."""
        random = self._random
        danish = place.country == "DK"
        language = "da" if danish and random.random() < 0.65 else "en"
        among = [topic.name for topic in topics()[language]]
        main = random.choices(among, cum_weights=self._popularity)[0]
        # One profile in four has a second field.
        second = random.choice(among) if random.random() < 0.25 else main
        about, town = (main, main, second), str(place.city)
        return {
            "id": self._id(),
            "name": main,
            "language": language,
            "summary": self._text(language, about, 1, town),
            "description": self._text(language, about, 2, town) if random.random() < 0.7 else "",
            "working_languages": ["da", "en"] if danish else ["en"],
            "city": place.city,
            "postcode": place.postcode,
            "municipality": place.municipality,
            "country": place.country,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "source": "synthetic",
            "fictional": True,
            "visibility": self._weighted(
                {Visibility.PUBLIC: 97, Visibility.MEMBERS: 2, Visibility.STAFF: 1}
            ),
            "updated_at": datetime.combine(self._day(-300, -1), time(), UTC),
            "evidence": [
                self._evidence(position, language, about, town)
                for position in range(random.randint(3, 5))
            ],
        }

    def _evidence(self, position: int, language: str, about: Sequence[str], town: str) -> Evidence:
        random = self._random
        return Evidence(
            id=self._id(),
            position=position,
            kind=random.choice(list(EvidenceKind)),
            title=random.choice(about).capitalize(),
            text=self._text(language, about, random.randint(1, 3), town),
            language=language,
            year=random.randint(2015, self._today.year),
        )

    def _text(self, language: str, about: Sequence[str], count: int, town: str) -> str:
        self._number += 1
        of_topic = fragments_of(language)
        drawn = [self._random.choice(of_topic[self._random.choice(about)]) for _ in range(count)]
        return " ".join([*dict.fromkeys(drawn), ending(language, self._number, town)])

    def _place(self, *, abroad: float) -> Place:
        return self._random.choice(_ABROAD if self._random.random() < abroad else self._danish)

    def _person(self) -> str:
        return f"{self._random.choice(_GIVEN)} {self._random.choice(_FAMILY)}"

    def _day(self, first: int, last: int) -> date:
        return self._today + timedelta(days=self._random.randint(first, last))

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def _weighted(self, shares: Mapping[Any, int]) -> Any:
        return self._random.choices(list(shares), weights=list(shares.values()))[0]
