"""Nameless: a list as somebody sees it who has not signed in; people are a field and a place.

Whoever is proposed as a person (an expert, a student) is named to those who have signed in. All
others learn that there is such a person: kind, field, municipality, languages, how well they fit
and which sentences they answer. Name, id, words, score and exact distance would each lead to the
public profile, so each is taken out of the run as it was read, for pages and API alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from matchmaker.errors import NotSignedIn
from matchmaker.models import (
    Conditions,
    Facts,
    Match,
    MatchRun,
    Profile,
    ProfileKind,
    Reason,
    Student,
)
from matchmaker.models.actions import Action, allowed
from matchmaker.models.facts import Viewer
from matchmaker.storage import evidence, profiles
from matchmaker.storage.concealing import empty_fields
from matchmaker.storage.database import Sessions

#: Kinds of profile that are a person.
PEOPLE = frozenset({ProfileKind.EXPERT, ProfileKind.STUDENT})
#: Fields of knowledge that are told of one person.
MOST_FIELDS = 3
#: Kilometres to which the distance to a person is rounded up.
_ROUNDED_KM = 10
#: What is left of the profile of a person.
_LEFT = frozenset(
    {
        "kind",
        "partner_kind",
        "language",
        "working_languages",
        "municipality",
        "country",
        "fictional",
        "visibility",
        "standing",
        "field_visibility",
        "revision",
        "updated_at",
    }
)


@dataclass(frozen=True)
class NamelessService:
    """What of match runs somebody may see."""

    sessions: Sessions

    def shown(self, run: MatchRun, viewer: Viewer | None) -> MatchRun:
        """Return a run as somebody may see it; the run itself is changed, what is stored is not.

        Args:
            run: with its matches, as ``MatchmakingService.get_run`` gives it.
            viewer: who is signed in, if anybody.

        """
        if allowed(viewer, Action.NAME_PEOPLE):
            return run
        people = [match for match in run.matches if match.profile.kind in PEOPLE]
        experts = [one.profile_id for one in people if one.profile.kind is ProfileKind.EXPERT]
        with self.sessions.reading() as session:
            fields = evidence.public_fields(session, experts)
        for match in run.matches:
            folded = [one for one in match.folded if one.profile.kind not in PEOPLE]
            set_committed_value(match, "folded", folded)
        for match in people:
            if match.shown:
                _unname(match, fields.get(match.profile_id, ()))
            else:
                set_committed_value(match.profile, "id", None)
                set_committed_value(match, "profile_id", None)
        self.shown_runs([run], viewer)
        return run

    def shown_runs(self, runs: Sequence[MatchRun], viewer: Viewer | None) -> Sequence[MatchRun]:
        """Return runs without their matches as somebody may see them: nobody is named in them."""
        if allowed(viewer, Action.NAME_PEOPLE):
            return runs
        asked = {id(run): Conditions.from_json(run.conditions) for run in runs}
        named = {profile_id for one in asked.values() for profile_id in _named(one)}
        people = self._people(named)
        for run in runs:
            conditions = asked[id(run)]
            if people & set(_named(conditions)):
                left = _without(conditions, people)
                set_committed_value(run, "conditions", left.as_json())
        return runs

    def check(self, conditions: Conditions | None, viewer: Viewer | None) -> None:
        """Refuse conditions that name a person, from somebody who may not learn who people are.

        Otherwise it would show which line of the list a person is: the one that is gone.

        Raises:
            NotSignedIn: they name one, and nobody has signed in.

        """
        if conditions is None or allowed(viewer, Action.NAME_PEOPLE):
            return
        named = set(_named(conditions))
        with self.sessions.reading() as session:
            # One that is not public is unknown to them, and refused as such.
            kinds = profiles.kinds(session, profiles.public(session, named))
        if PEOPLE & set(kinds.values()):
            raise NotSignedIn("Sign in to say something about one person in a list.")

    def _people(self, ids: Iterable[UUID]) -> set[UUID]:
        ids = list(ids)
        if not ids:
            return set()
        with self.sessions.reading() as session:
            # One that is gone may have been a person.
            kinds = profiles.kinds(session, ids)
        return {one for one in ids if kinds.get(one) in {*PEOPLE, None}}


def _named(conditions: Conditions) -> list[UUID]:
    return [*conditions.more_like, *(one.profile_id for one in conditions.dismissed)]


def _without(conditions: Conditions, people: set[UUID]) -> Conditions:
    return replace(
        conditions,
        more_like=tuple(one for one in conditions.more_like if one not in people),
        dismissed=tuple(one for one in conditions.dismissed if one.profile_id not in people),
    )


def _unname(match: Match, fields: Sequence[str]) -> None:
    profile, reason = match.profile, match.reason
    field = profile.programme if isinstance(profile, Student) else ", ".join(fields[:MOST_FIELDS])
    km = reason.facts.distance_km
    less = Reason(
        evidence=tuple(
            replace(one, text="", evidence_id=None, highlights=()) for one in reason.evidence
        ),
        uncovered=reason.uncovered,
        facts=Facts(
            distance_km=None if km is None else max(1, ceil(km / _ROUNDED_KM)) * _ROUNDED_KM,
            speaks_challenge_language=reason.facts.speaks_challenge_language,
        ),
    )
    names = {attribute.key for attribute in Profile.__mapper__.column_attrs}
    names |= {attribute.key for attribute in profile.__mapper__.column_attrs}
    empty_fields(profile, names - _LEFT)
    for name in ("id", "city", "postcode", "latitude", "longitude"):
        set_committed_value(profile, name, None)
    set_committed_value(profile, "summary", field)
    set_committed_value(match, "profile_id", None)
    set_committed_value(match, "score", None)
    set_committed_value(match, "reason_json", less.as_json())
