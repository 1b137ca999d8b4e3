"""Everybody in a ranking, not only the candidates: what a measure needs to know.

A score depends on one profile and one challenge alone, so that whoever else is looked at
changes nothing: the candidates stand in the same order in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import Place
from matchmaker.services.pool import Pool
from matchmaker.services.question import Question
from matchmaker.services.replica import IndexReplica


class Everybody(Pool):
    """All who are eligible and indexed; the database is asked once for many questions.

    The questions must agree in what decides who is eligible: conditions and day; and nobody may
    have a limit to their travels.
    """

    def __init__(self, replica: IndexReplica, session: Session, question: Question) -> None:
        super().__init__(replica, session, question)
        self.everybody()
        self._all = self.known

    def ask(self, question: Question, places: Mapping[UUID, Place] | None = None) -> None:
        """Look at everybody for another question.

        Args:
            question: what is asked.
            places: where some of the profiles are for this question, in place of what is stored.

        """
        self.question = question
        self.known = self._all
        passages_of = self.replica.passages_of
        self.taken = {number for number in self._all if len(passages_of[number])}
        if places:
            self.known = dict(self._all)
            for profile_id, place in places.items():
                number = self.replica.number_of.get(profile_id)
                candidate = self._all.get(number) if number is not None else None
                if number is not None and candidate is not None:
                    self.known[number] = replace(
                        candidate, latitude=place.latitude, longitude=place.longitude
                    )
