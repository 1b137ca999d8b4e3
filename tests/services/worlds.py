"""Random worlds: profiles and questions drawn from a small vocabulary, the same for one seed."""

from __future__ import annotations

import random
from datetime import date
from uuid import UUID

from embeddings.protocols import Encoder
from matchmaker.models import (
    Conditions,
    Dismissal,
    DismissalReason,
    OrganisationType,
    PartnerKind,
    Place,
    Profile,
    Visibility,
)
from matchmaker.services.question import Question
from tests.factories import a_student, an_activity, an_expert, an_organisation

TODAY = date(2026, 11, 22)
_WORDS = {
    "da": "svejsning revner aluminium laser stål robot kamera måling ordre planlægning rust plast".split(),
    "en": "welding cracks aluminium laser steel robot camera testing orders planning rust plastic".split(),
}


class World:
    """A source of profiles and questions."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        #: Every profile that was made, some of which may be gone.
        self.made: list[UUID] = []

    def id(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128))

    def text(self, language: str, *, words: int = 4) -> str:
        return " ".join(self.dice.choices(_WORDS[language], k=words))

    def profile(self) -> Profile:
        dice = self.dice
        language = dice.choice(["da", "en"])
        values = {
            "id": self.id(),
            "language": language,
            "summary": self.text(language),
            "working_languages": dice.sample(["da", "en", "de"], k=dice.randint(1, 2)),
            "visibility": dice.choices(list(Visibility), weights=[8, 1, 1])[0],
            "latitude": dice.choice([None, 55.4, 56.2, 57.0]),
            "longitude": 10.4,
            "can_travel_km": dice.choice([None, None, 60]),
        }
        self.made.append(values["id"])
        evidence = tuple(
            self.text(language, words=dice.randint(2, 6)) for _ in range(dice.randint(0, 4))
        )
        name = f"Profile {dice.random():.6f}"
        leave = dice.choice([None, None, date(2026, 1, 1), date(2027, 1, 1)])
        # Kinds are not equally many: the last ones are rare.
        kind = dice.choices(range(6), weights=[30, 10, 6, 3, 2, 1])[0]
        if kind == 0:
            return an_expert(name, evidence=evidence, on_leave_until=leave, **values)
        if kind == 1:
            return an_organisation(name, evidence=evidence, **values)
        if kind == 2:
            return an_organisation(
                name, evidence=evidence, organisation_type=OrganisationType.DEPARTMENT, **values
            )
        if kind == 3:
            return a_student(name, evidence=evidence, available_to=leave, **values)
        if kind == 4:
            return an_organisation(name, evidence=evidence, country="SE", **values)
        return an_activity(name, evidence=evidence, ends_on=leave, **values)

    def conditions(self) -> Conditions:
        dice = self.dice
        kinds = dice.sample(list(PartnerKind), k=dice.choice([0, 0, 0, 1, 2]))
        return Conditions(
            partner_kinds=tuple(kinds),
            languages=tuple(dice.choice([[], [], ["da"], ["de", "en"]])),
            within_km=dice.choice([None, None, 100]),
            limit=dice.choice([3, 20]),
            required_terms=self.terms([0, 0, 0, 1, 2]),
            excluded_terms=self.terms([0, 0, 0, 1]),
            more_like=tuple(self.some([0, 0, 1, 2])),
            dismissed=tuple(
                Dismissal(profile_id=one, reason=dice.choice(list(DismissalReason)))
                for one in self.some([0, 0, 0, 3])
            ),
        )

    def terms(self, how_many: list[int]) -> tuple[str, ...]:
        words = [word for language in _WORDS.values() for word in language]
        return tuple(self.dice.sample(words, k=self.dice.choice(how_many)))

    def some(self, how_many: list[int]) -> list[UUID]:
        """Return some of the profiles made so far, or none."""
        return self.dice.sample(self.made, k=min(self.dice.choice(how_many), len(self.made)))

    def question(self, encoder: Encoder) -> Question:
        dice = self.dice
        language = dice.choice(["da", "en"])
        sentences = [self.text(language, words=5) for _ in range(dice.choice([1, 2, 3, 14]))]
        place = Place(latitude=56.0, longitude=10.4) if dice.random() < 0.7 else Place()
        return Question(
            sentences=sentences,
            language=language,
            vectors=encoder.encode_query_parts(sentences),
            place=place,
            conditions=self.conditions(),
            today=TODAY,
            seed=self.id(),
        )
