"""CollaborationService: begun by an introduction, run, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, TransitionNotAllowed
from matchmaker.models import (
    AuditAction,
    Challenge,
    Collaboration,
    CollaborationAction,
    CollaborationKind,
    CollaborationState,
    Programme,
)
from matchmaker.models.facts import Viewer
from matchmaker.models.municipalities import municipality_at
from matchmaker.services.clock import Clock
from matchmaker.services.cursors import CursorPage, page_of, read_cursor
from matchmaker.services.recording import Entry, record
from matchmaker.storage import outcomes
from matchmaker.storage.database import Sessions

#: Longest title.
TITLE_LENGTH = 120
_ENDS = {CollaborationAction.COMPLETE, CollaborationAction.BREAK_OFF}
_FIELDS = ("kind", "title", "programme_id", "starts_on", "ends_on")


@dataclass(frozen=True, kw_only=True)
class NamedCollaboration:
    """A collaboration with the name of its partner, empty when nobody knows it any more."""

    collaboration: Collaboration
    partner: str


@dataclass(frozen=True)
class CollaborationService:
    """What staff do with collaborations, and what everybody reads who is a part of one."""

    sessions: Sessions
    clock: Clock

    def begin(
        self,
        introduction_id: UUID,
        *,
        by: UUID | None,
        kind: CollaborationKind,
        title: str,
        starts_on: date,
        ends_on: date | None = None,
        programme_id: UUID | None = None,
    ) -> Collaboration:
        """Write down that two who were introduced do something together.

        Args:
            introduction_id: what it began with; both sides have said yes to it.
            by: the account; None for the shell.
            kind: what they do.
            title: in a few words.
            starts_on: first day.
            ends_on: last day, as far as it is known.
            programme_id: the programme that pays for it or counts it.

        Raises:
            NotFound: there is no such introduction.
            TransitionNotAllowed: not both sides have said yes.
            InvalidInput: a value that can't stand.

        """
        now = self.clock()
        title = _checked_title(title)
        _check_days(starts_on, ends_on)
        with self.sessions.writing() as session:
            introduction, challenge = outcomes.beginning(session, introduction_id)
            if not introduction.contacts_passed:
                raise TransitionNotAllowed(
                    "introduction",
                    introduction.state,
                    "begin-collaboration",
                    introduction.actions(),
                )
            _check_programme(session, programme_id)
            collaboration = Collaboration(
                introduction_id=introduction.id,
                challenge_id=challenge.id,
                partner_id=introduction.profile_id,
                account_id=challenge.account_id,
                organisation_id=challenge.organisation_id,
                programme_id=programme_id,
                kind=kind,
                title=title,
                municipality=_municipality_of(challenge),
                starts_on=starts_on,
                ends_on=ends_on,
                created_at=now,
                updated_at=now,
            )
            session.add(collaboration)
            session.flush()
            after = {**_told(collaboration), "introduction": str(introduction.id)}
            _record(session, collaboration, AuditAction.CREATE, by, now, None, after)
        return collaboration

    def revise(
        self,
        collaboration_id: UUID,
        *,
        expected_revision: int,
        by: UUID | None,
        **changes: Any,
    ) -> Collaboration:
        """Change title, kind, programme or days.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it was broken off.
            InvalidInput: a value that can't stand.

        """
        now = self.clock()
        unknown = set(changes) - set(_FIELDS)
        if unknown:
            raise InvalidInput(min(unknown), "This can't be changed.")
        if "title" in changes:
            changes["title"] = _checked_title(changes["title"])
        with self.sessions.writing() as session:
            collaboration = outcomes.get(session, collaboration_id, expected_revision)
            before = _told(collaboration)
            collaboration.apply(CollaborationAction.REVISE, at=now)
            _check_programme(session, changes.get("programme_id"))
            for name, value in changes.items():
                setattr(collaboration, name, value)
            _check_days(collaboration.starts_on, collaboration.ends_on)
            _record_change(session, collaboration, by, now, before)
        return collaboration

    def act(
        self,
        collaboration_id: UUID,
        action: CollaborationAction,
        *,
        expected_revision: int,
        by: UUID | None,
    ) -> Collaboration:
        """Start, complete or break off; what ends today or before keeps its day.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: its state does not allow it.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            collaboration = outcomes.get(session, collaboration_id, expected_revision)
            before = _told(collaboration)
            collaboration.apply(action, at=now)
            today = now.date()
            if action in _ENDS and (collaboration.ends_on is None or collaboration.ends_on > today):
                collaboration.ends_on = max(today, collaboration.starts_on)
            _record_change(session, collaboration, by, now, before)
        return collaboration

    def get(self, collaboration_id: UUID) -> Collaboration:
        """Return one collaboration.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return outcomes.get(session, collaboration_id)

    def names(self, collaboration: Collaboration) -> tuple[str, str]:
        """Return the names of firm and partner, empty where nobody knows them any more."""
        with self.sessions.reading() as session:
            partners = outcomes.partner_names(session, [collaboration])
            firm = outcomes.firm_name(session, collaboration)
        return firm, partners.get(collaboration.partner_id, "") if collaboration.partner_id else ""

    def page(
        self,
        viewer: Viewer | None,
        *,
        programme_id: UUID | None = None,
        introduction_id: UUID | None = None,
        state: CollaborationState | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> CursorPage[NamedCollaboration]:
        """Return the collaborations that somebody is a part of, to staff all, the newest first.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (datetime, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found = outcomes.page(
                session,
                viewer=viewer,
                programme_id=programme_id,
                introduction_id=introduction_id,
                state=state,
                after=after,
                limit=limit,
            )
            names = outcomes.partner_names(session, found)
        page = page_of(found, limit, lambda one: (one.created_at, one.id))
        return CursorPage(_named(page.items, names), page.next)


def _named(found: Sequence[Collaboration], names: dict[UUID, str]) -> list[NamedCollaboration]:
    return [
        NamedCollaboration(
            collaboration=one, partner=names.get(one.partner_id, "") if one.partner_id else ""
        )
        for one in found
    ]


def _municipality_of(challenge: Challenge) -> str | None:
    """Return where the firm is, by name or by its point."""
    place = challenge.place
    if place.municipality is not None:
        return place.municipality
    if place.country != "DK" or place.latitude is None or place.longitude is None:
        return None
    return municipality_at(place.latitude, place.longitude)


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not 0 < len(title) <= TITLE_LENGTH:
        raise InvalidInput("title", f"Say it in 1 to {TITLE_LENGTH} characters.")
    return title


def _check_days(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput("ends_on", f"It ends before {starts_on}, when it begins.")


def _check_programme(session: Session, programme_id: UUID | None) -> None:
    if programme_id is not None and session.get(Programme, programme_id) is None:
        raise InvalidInput("programme_id", "There is no programme with this id.")


def _told(collaboration: Collaboration) -> dict[str, Any]:
    """Return what the audit log says of it: no text of anybody."""
    return {
        "kind": collaboration.kind.value,
        "state": collaboration.state.value,
        "programme": str(collaboration.programme_id) if collaboration.programme_id else None,
        "starts_on": collaboration.starts_on.isoformat(),
        "ends_on": collaboration.ends_on.isoformat() if collaboration.ends_on else None,
    }


def _record_change(
    session: Session,
    collaboration: Collaboration,
    by: UUID | None,
    now: datetime,
    before: dict[str, Any],
) -> None:
    after = _told(collaboration)
    changed = [name for name in after if after[name] != before[name]]
    _record(
        session,
        collaboration,
        AuditAction.REVISE,
        by,
        now,
        {name: before[name] for name in changed},
        {name: after[name] for name in changed},
    )


def _record(
    session: Session,
    collaboration: Collaboration,
    action: AuditAction,
    by: UUID | None,
    now: datetime,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    entry = Entry(
        by=by,
        action=action,
        kind="collaboration",
        id=collaboration.id,
        before=before,
        after=after,
    )
    record(session, entry, at=now)
