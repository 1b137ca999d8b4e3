"""Pool: who is looked at for one question, and who of them may be proposed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from matchmaker.matching import candidates
from matchmaker.matching.candidates import Candidate
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.models import PartnerKind
from matchmaker.services import steering
from matchmaker.services.question import NO_IDS, Ids, Question
from matchmaker.services.replica import KINDS, IndexReplica
from matchmaker.storage import eligibility
from matchmaker.storage.eligibility import CandidateRow

_KIND = {kind.value: kind for kind in KINDS}
#: A few families own most candidates.
_family = lru_cache(maxsize=10_000)(UUID)


@lru_cache(maxsize=10_000)
def _languages(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))


class Pool:
    """Who is looked at, gathered order by order; remembers who is eligible."""

    def __init__(self, replica: IndexReplica, session: Session, question: Question) -> None:
        held = steering.held_terms(replica, question.conditions)
        self.replica = replica
        self.session = session
        self.question = question
        self.held = held
        self.asked = (
            question.conditions,
            question.place,
            question.today,
            held.holders(replica),
            question.protection,
        )
        self.kinds = question.conditions.partner_kinds or KINDS
        self.known: dict[int, Candidate | None] = {}
        self.taken: set[int] = set()

    def everybody(self) -> Ids:
        """Ask for all who are eligible; return their passages."""
        rows = eligibility.everybody(self.session, *self.asked)
        number_of = self.replica.number_of
        known = {
            row[0]: number for row in rows if (number := number_of.get(UUID(row[0]))) is not None
        }
        numbers = self._note(rows, known)
        return np.concatenate([NO_IDS, *(self.replica.passages_of[one] for one in numbers)])

    def take(
        self, orders: Sequence[Ids], policy: MatchingPolicy, kinds: Sequence[PartnerKind]
    ) -> list[list[bool]]:
        """Take from orders of passages what they contribute.

        Asks the database about few at first, and about more while an order lacks somebody.

        Returns:
            For each order whether it lacks somebody over all kinds, then of each kind.
        """
        numbers = [candidates.profile_order(order, self.replica.owner_of) for order in orders]
        slack = 1.25
        while True:
            asked = [
                candidates.shares(
                    order,
                    self.replica.kind_of,
                    depth=policy.depth,
                    depth_per_kind=policy.depth_per_kind,
                    kinds=[KINDS.index(kind) for kind in kinds],
                    slack=slack,
                )
                for order in numbers
            ]
            self.check(one for parts in asked for part in parts for one in part.looked.tolist())
            eligible = {one for one, candidate in self.known.items() if candidate is not None}
            given = [[part.eligible(eligible) for part in parts] for parts in asked]
            lacks = [
                [len(found) < part.wanted for part, found in zip(parts, got, strict=True)]
                for parts, got in zip(asked, given, strict=True)
            ]
            if not any(
                lack and len(part.looked) < part.whole
                for parts, lacking in zip(asked, lacks, strict=True)
                for part, lack in zip(parts, lacking, strict=True)
            ):
                self.taken.update(one for got in given for found in got for one in found)
                return lacks
            slack *= 4

    def check(self, numbers: Iterable[int]) -> None:
        """Ask the database about those it was not asked about yet."""
        new = [number for number in dict.fromkeys(numbers) if number not in self.known]
        self.known.update(dict.fromkeys(new))
        if new:
            number_of = {self.replica.profile_ids[number].hex: number for number in new}
            rows = eligibility.among(self.session, list(number_of), *self.asked)
            self._note(rows, number_of)

    def _note(self, rows: Sequence[CandidateRow], number_of: Mapping[str, int]) -> list[int]:
        """Note eligible profiles; return the numbers of those that are indexed."""
        numbers = []
        for hex_id, kind, family, latitude, longitude, languages in rows:
            number = number_of.get(hex_id)
            if number is None:
                continue
            numbers.append(number)
            self.known[number] = Candidate(
                profile_id=self.replica.profile_ids[number],
                partner_kind=_KIND[kind],
                family_id=_family(family) if family else None,
                latitude=latitude,
                longitude=longitude,
                working_languages=_languages(languages),
            )
        return numbers
