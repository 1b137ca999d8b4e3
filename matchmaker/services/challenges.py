"""ChallengeService: submit, revise, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from matchmaker.errors import InvalidInput
from matchmaker.matching.languages import SUPPORTED
from matchmaker.matching.sentences import clean
from matchmaker.models import Challenge, ChallengeAction, Place
from matchmaker.models.challenge import WAITS_FOR
from matchmaker.models.facts import Viewer
from matchmaker.models.gazetteer import find_place
from matchmaker.services.clock import Clock
from matchmaker.storage import challenges
from matchmaker.storage.database import Sessions

#: Characters of a challenge after cleaning: enough to say something, at most some four pages.
TEXT_LENGTH = (15, 10_000)
FEWEST_WORDS = 3
TITLE_LENGTH = 120


@dataclass(frozen=True)
class ChallengeService:
    """What a firm does with its challenge."""

    sessions: Sessions
    clock: Clock
    recognise: Callable[[str], str]

    def submit(
        self,
        *,
        text: str,
        title: str = "",
        language: str | None = None,
        place: str | None = None,
        industry_code: str | None = None,
        by: Viewer | None = None,
        organisation_id: UUID | None = None,
    ) -> Challenge:
        """Store a new challenge.

        Args:
            text: the problem in the firm's own words.
            title: a few words, if the firm gives any.
            language: ISO 639-1; recognised from the text when None.
            place: Danish postcode, town or municipality.
            industry_code: NACE / DB07 code.
            by: whose it is; None leaves its address as the only key to it.
            organisation_id: whose members may read it too: one that ``by`` is a member of. Left
                out, it is the only one they are a member of.

        Raises:
            InvalidInput: too short, too long, or an unknown place, language or organisation.

        """
        organisation_id = checked_organisation(by, organisation_id)
        text, title = checked_text(text), checked_title(title)
        where = checked_place(place)
        now = self.clock()
        challenge = Challenge(
            text=text,
            title=title,
            language=checked_language(language) or self.recognise(text),
            city=where.city,
            postcode=where.postcode,
            municipality=where.municipality,
            latitude=where.latitude,
            longitude=where.longitude,
            industry_code=industry_code,
            waits_for=WAITS_FOR[ChallengeAction.SUBMIT],
            account_id=by.account_id if by else None,
            organisation_id=organisation_id,
            created_at=now,
            updated_at=now,
        )
        with self.sessions.writing() as session:
            session.add(challenge)
        return challenge

    def revise(
        self,
        challenge_id: UUID,
        *,
        expected_revision: int,
        **changes: str | None,
    ) -> Challenge:
        """Change fields of a challenge that is not open yet; takes what ``submit`` takes.

        A new text without a language is recognised again.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: its state does not allow it.
            InvalidInput: as for ``submit``.

        """
        values: dict[str, object] = {}
        if "text" in changes:
            values["text"] = checked_text(changes["text"] or "")
            if changes.get("language") is None:
                values["language"] = self.recognise(str(values["text"]))
        if "title" in changes:
            values["title"] = checked_title(changes["title"] or "")
        if changes.get("language") is not None:
            values["language"] = checked_language(changes["language"])
        if "industry_code" in changes:
            values["industry_code"] = changes["industry_code"]
        if "place" in changes:
            where = checked_place(changes["place"])
            for name in ("city", "postcode", "municipality", "latitude", "longitude"):
                values[name] = getattr(where, name)
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id, expected_revision)
            challenge.apply(ChallengeAction.REVISE, at=self.clock())
            for name, value in values.items():
                setattr(challenge, name, value)
            if {"text", "title"} & values.keys():
                challenge.warnings_accepted = False
        return challenge

    def withdraw(self, challenge_id: UUID, *, expected_revision: int) -> Challenge:
        """Take a challenge back; it is not matched any more.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: its state does not allow it.

        """
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id, expected_revision)
            challenge.apply(ChallengeAction.WITHDRAW, at=self.clock())
        return challenge

    def get(self, challenge_id: UUID) -> Challenge:
        """Return one challenge.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return challenges.get(session, challenge_id)

    def register_samples(self, given: Sequence[Challenge]) -> int:
        """Store shipped example challenges; those known by id are left as they are.

        Returns:
            How many were new.

        """
        with self.sessions.writing() as session:
            new = [one for one in given if session.get(Challenge, one.id) is None]
            session.add_all(new)
        return len(new)

    def samples(self) -> Sequence[Challenge]:
        """Return the shipped example challenges by title."""
        with self.sessions.reading() as session:
            return challenges.samples(session)


def checked_text(text: str) -> str:
    """Return the cleaned text of a challenge.

    Raises:
        InvalidInput: it says too little or too much.

    """
    text = clean(text)
    least, most = TEXT_LENGTH
    if not text:
        raise InvalidInput("text", "Please describe the challenge.")
    words = sum(any(map(str.isalnum, word)) for word in text.split())
    if len(text) < least or words < FEWEST_WORDS:
        raise InvalidInput(
            "text", "Please write at least three words about what you make and what goes wrong."
        )
    if len(text) > most:
        raise InvalidInput(
            "text",
            f"Please shorten the text to {most} characters (it has {len(text)}); "
            "keep what happens, what should happen, and what has been tried.",
        )
    return text


def checked_organisation(by: Viewer | None, organisation_id: UUID | None) -> UUID | None:
    """Return the organisation that a challenge of this viewer belongs to, if any.

    Raises:
        InvalidInput: they are no member of it.

    """
    mine = by.organisations if by else frozenset()
    if organisation_id is None:
        return next(iter(mine)) if len(mine) == 1 else None
    if organisation_id not in mine:
        raise InvalidInput("organisation_id", "Use an organisation that you are a member of.")
    return organisation_id


def checked_title(title: str) -> str:
    """Return the cleaned title on one line.

    Raises:
        InvalidInput: it is too long.

    """
    title = " ".join(clean(title).split())
    if len(title) > TITLE_LENGTH:
        raise InvalidInput("title", f"Please shorten the title to {TITLE_LENGTH} characters.")
    return title


def checked_language(language: str | None) -> str | None:
    """Return the language if it is one we read.

    Raises:
        InvalidInput: it is another one.

    """
    if language is not None and language not in SUPPORTED:
        raise InvalidInput("language", f"Use one of {', '.join(SUPPORTED)}.")
    return language


def checked_place(text: str | None) -> Place:
    """Return the place that was meant; nothing written is no place.

    Raises:
        InvalidInput: no Danish postcode, town or municipality is called that.

    """
    if text is None or not text.strip():
        return Place()
    place = find_place(text)
    if place is None:
        raise InvalidInput("place", "Use a Danish postcode, town or municipality.")
    return place
