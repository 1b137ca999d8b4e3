"""PlacementLinks: what the parties of a placement say by a mailed link, without an account."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import LinkSpent, NotFound
from matchmaker.models import (
    EvaluationQuestion,
    Going,
    LinkPurpose,
    MailLink,
    PlacementEnding,
    PlacementParty,
    PlacementState,
)
from matchmaker.models.credentials import fingerprint
from matchmaker.services.followups import FollowupService
from matchmaker.services.mail_links import use
from matchmaker.services.placements import PlacementService, PlacementView, viewed
from matchmaker.storage import accounts, assignment, followups


class LinkStanding(enum.StrEnum):
    """What a link of a placement still does."""

    #: It takes one answer.
    OPEN = "open"
    #: The party has answered, by this link or otherwise; what it said to is still shown.
    ANSWERED = "answered"
    #: Too old.
    EXPIRED = "expired"
    #: The placement came to nothing, or another one stands in its place.
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class LinkedPlacement:
    """What a link shows."""

    view: PlacementView
    party: PlacementParty
    standing: LinkStanding
    #: Until when it takes an answer.
    until: datetime

    @property
    def is_gone(self) -> bool:
        """Whether it shows nothing any more but why."""
        return self.standing in {LinkStanding.EXPIRED, LinkStanding.ENDED}

    @property
    def ending(self) -> PlacementEnding | None:
        """How the placement came to nothing."""
        return self.view.placement.ending


@dataclass(frozen=True)
class PlacementLinks:
    """Opening a link changes nothing, however often; an answer uses it up."""

    placements: PlacementService
    followups: FollowupService

    def peek(self, secret: str, purpose: LinkPurpose) -> LinkedPlacement:
        """Return what a link is about, and whether it still takes an answer.

        Raises:
            LinkSpent: there is no such link, or not for this.

        """
        with self.placements.sessions.reading() as session:
            return self._seen(session, secret, purpose)

    def agree(self, secret: str) -> LinkedPlacement:
        """Agree for the party that the link was mailed to.

        Raises:
            LinkSpent: it takes no answer any more.

        """
        with self.placements.sessions.writing() as session:
            link, seen = self._used(session, secret, LinkPurpose.PLACEMENT)
            self.placements.take_agreement(
                session, seen.view.placement, seen.party, by=link.account_id, by_link=True
            )
            session.flush()
            return self._seen(session, secret, LinkPurpose.PLACEMENT)

    def decline(self, secret: str, reason: str) -> LinkedPlacement:
        """Say no for the party that the link was mailed to.

        Raises:
            LinkSpent: it takes no answer any more.
            InvalidInput: no reason; the link still works.

        """
        with self.placements.sessions.writing() as session:
            link, seen = self._used(session, secret, LinkPurpose.PLACEMENT)
            self.placements.take_refusal(
                session, seen.view.placement, seen.party, reason, by=link.account_id, by_link=True
            )
            session.flush()
            return self._seen(session, secret, LinkPurpose.PLACEMENT)

    def check(
        self, secret: str, going: Going, *, note: str = "", needs_help: bool = False
    ) -> LinkedPlacement:
        """Say how it goes, for the party that the link was mailed to.

        Raises:
            LinkSpent: it takes no answer any more.
            InvalidInput: more than a line; the link still works.

        """
        with self.placements.sessions.writing() as session:
            link, seen = self._used(session, secret, LinkPurpose.PLACEMENT_CHECK)
            placement_id = seen.view.placement.id
            self.followups.take_check(
                session,
                placement_id,
                seen.party,
                going,
                note=note,
                needs_help=needs_help,
                by=link.account_id,
            )
            session.flush()
            return self._seen(session, secret, LinkPurpose.PLACEMENT_CHECK)

    def evaluate(
        self, secret: str, scores: Mapping[EvaluationQuestion, int], *, text: str = ""
    ) -> LinkedPlacement:
        """Say how it was, for the party that the link was mailed to.

        Raises:
            LinkSpent: it takes no answer any more.
            InvalidInput: a question without an answer, or too long a text; the link still works.

        """
        with self.placements.sessions.writing() as session:
            link, seen = self._used(session, secret, LinkPurpose.PLACEMENT_EVALUATION)
            placement_id = seen.view.placement.id
            self.followups.take_evaluation(
                session, placement_id, seen.party, scores, text=text, by=link.account_id
            )
            session.flush()
            return self._seen(session, secret, LinkPurpose.PLACEMENT_EVALUATION)

    def _used(
        self, session: Session, secret: str, purpose: LinkPurpose
    ) -> tuple[MailLink, LinkedPlacement]:
        link = use(session, secret, purpose, self.placements.clock())
        placement_id, party = _named(link)
        placement = assignment.placement(session, placement_id, lock=True)
        standing = self._standing(session, link, placement_id, party)
        # Used up just now, it is open for this one answer.
        if standing is LinkStanding.ENDED or _has_answered(session, purpose, placement_id, party):
            raise LinkSpent
        view = viewed(session, placement)
        return link, LinkedPlacement(
            view=view, party=party, standing=standing, until=link.expires_at
        )

    def _seen(self, session: Session, secret: str, purpose: LinkPurpose) -> LinkedPlacement:
        link = accounts.link(session, fingerprint(secret))
        if link is None or link.purpose is not purpose:
            raise LinkSpent
        placement_id, party = _named(link)
        return LinkedPlacement(
            view=viewed(session, assignment.placement(session, placement_id)),
            party=party,
            standing=self._standing(session, link, placement_id, party),
            until=link.expires_at,
        )

    def _standing(
        self, session: Session, link: MailLink, placement_id: UUID, party: PlacementParty
    ) -> LinkStanding:
        if assignment.placement(session, placement_id).state is PlacementState.BROKEN_OFF:
            return LinkStanding.ENDED
        if link.expires_at <= self.placements.clock():
            return LinkStanding.EXPIRED
        if link.used_at is not None or _has_answered(session, link.purpose, placement_id, party):
            return LinkStanding.ANSWERED
        return LinkStanding.OPEN


def _named(link: MailLink) -> tuple[UUID, PlacementParty]:
    if link.placement_id is None or link.placement_party is None:
        raise LinkSpent
    return link.placement_id, link.placement_party


def _has_answered(
    session: Session, purpose: LinkPurpose, placement_id: UUID, party: PlacementParty
) -> bool:
    try:
        if purpose is LinkPurpose.PLACEMENT_CHECK:
            return followups.check(session, placement_id, party).answered_at is not None
        if purpose is LinkPurpose.PLACEMENT_EVALUATION:
            return followups.evaluation(session, placement_id, party).given_at is not None
    except NotFound:
        raise LinkSpent from None
    return party.value in assignment.placement(session, placement_id).agreed
