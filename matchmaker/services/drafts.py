"""DraftService: a challenge while it is being written, kept as one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, UnsupportedLanguage
from matchmaker.matching.sentences import clean
from matchmaker.models import Challenge, ChallengeAction, ChallengeState, Side
from matchmaker.models.facts import Viewer
from matchmaker.services.challenges import (
    TEXT_LENGTH,
    TITLE_LENGTH,
    checked_organisation,
    checked_place,
    checked_text,
    checked_title,
)
from matchmaker.services.clock import Clock
from matchmaker.storage import challenges, threads
from matchmaker.storage.database import Sessions

#: Recognised when there is less than this to go by, in characters: nothing.
_FEWEST_CHARACTERS = 15


@dataclass(frozen=True, kw_only=True)
class OwnChallenge:
    """A challenge in the list of its firm."""

    challenge: Challenge
    #: Messages of the staff that the firm has not had before it.
    unseen: int


@dataclass(frozen=True)
class DraftService:
    """What a firm writes before it hands it in."""

    sessions: Sessions
    clock: Clock
    recognise: Callable[[str], str]

    def save(
        self,
        *,
        text: str,
        title: str = "",
        place: str | None = None,
        language: str = "da",
        draft_id: UUID | None = None,
        expected_revision: int | None = None,
        by: Viewer | None = None,
    ) -> Challenge:
        """Keep what has been written so far; too little is enough, and a place may be half-typed.

        Args:
            text: as far as it goes; at most what a challenge may have.
            title: a few words.
            place: Danish postcode, town or municipality; what is none yet is left out.
            language: taken as long as there is too little text to tell.
            draft_id: the draft that it replaces; None makes a new one.
            expected_revision: of that draft.
            by: whose a new draft is; None leaves its address as the only key to it.

        Raises:
            InvalidInput: nothing was written, or too much.
            NotFound: there is no such draft.
            StaleRevision: it was changed elsewhere meanwhile.
            TransitionNotAllowed: it is a draft no more.

        """
        values = self._values(text, title, place, language)
        now = self.clock()
        with self.sessions.writing() as session:
            if draft_id is None:
                return self._new(session, values, by)
            draft = challenges.get(session, draft_id, expected_revision)
            draft.check(ChallengeAction.SUBMIT)
            draft.apply(ChallengeAction.REVISE, at=now)
            for name, value in values.items():
                setattr(draft, name, value)
        return draft

    def submit(
        self,
        draft_id: UUID,
        *,
        text: str | None = None,
        title: str | None = None,
        place: str | None = None,
        expected_revision: int | None = None,
        by: Viewer | None = None,
    ) -> Challenge:
        """Hand a draft in, with these words where they are given.

        What is handed in is what the firm sees: without a revision it is taken as it is sent.

        Args:
            draft_id: the draft.
            text: the whole text; None for the one that is kept.
            title: None for the one that is kept.
            place: None for the one that is kept; an empty one is no place.
            expected_revision: of the draft, if it was read before.
            by: whose it becomes if it was nobody's.

        Raises:
            InvalidInput: too short, too long, or an unknown place.
            NotFound: there is no such draft.
            StaleRevision: it was changed elsewhere meanwhile.
            TransitionNotAllowed: it is a draft no more.

        """
        with self.sessions.writing() as session:
            draft = challenges.get(session, draft_id, expected_revision)
            draft.check(ChallengeAction.SUBMIT)
            draft.text = checked_text(draft.text if text is None else text)
            draft.title = checked_title(draft.title if title is None else title)
            draft.language = self.recognise(draft.text)
            if place is not None:
                _move(draft, place)
            if by is not None and not draft.owned:
                draft.account_id = by.account_id
                draft.organisation_id = checked_organisation(by, None)
            draft.apply(ChallengeAction.SUBMIT, at=self.clock())
        return draft

    def own(self, viewer: Viewer) -> Sequence[OwnChallenge]:
        """Return the challenges of an account and of its organisations, newest change first."""
        with self.sessions.reading() as session:
            found = challenges.of_owner(session, viewer.account_id, viewer.organisations)
            unseen = threads.unseen(session, [one.id for one in found], Side.FIRM)
        return [OwnChallenge(challenge=one, unseen=unseen.get(one.id, 0)) for one in found]

    def _values(self, text: str, title: str, place: str | None, language: str) -> dict[str, Any]:
        text, title = clean(text), " ".join(clean(title).split())
        if not text and not title:
            raise InvalidInput("text", "Please describe the challenge.")
        if len(text) > TEXT_LENGTH[1]:
            raise InvalidInput("text", f"Please shorten the text to {TEXT_LENGTH[1]} characters.")
        if len(title) > TITLE_LENGTH:
            raise InvalidInput("title", f"Please shorten the title to {TITLE_LENGTH} characters.")
        values: dict[str, Any] = {"text": text, "title": title}
        values["language"] = self._language(text, language)
        try:
            where = checked_place(place)
        except InvalidInput:  # half a postcode is none yet; handing in says so
            return values
        for name in ("city", "postcode", "municipality", "latitude", "longitude"):
            values[name] = getattr(where, name)
        return values

    def _language(self, text: str, otherwise: str) -> str:
        if len(text) < _FEWEST_CHARACTERS:
            return otherwise
        try:
            return self.recognise(text)
        except UnsupportedLanguage:  # handing in says so
            return otherwise

    def _new(self, session: Session, values: dict[str, Any], by: Viewer | None) -> Challenge:
        now = self.clock()
        draft = Challenge(
            **values,
            state=ChallengeState.DRAFT,
            waits_for=Side.FIRM,
            account_id=by.account_id if by else None,
            organisation_id=checked_organisation(by, None),
            created_at=now,
            updated_at=now,
        )
        session.add(draft)
        session.flush()
        return draft


def _move(challenge: Challenge, place: str) -> None:
    where = checked_place(place)
    for name in ("city", "postcode", "municipality", "latitude", "longitude"):
        setattr(challenge, name, getattr(where, name))
