"""The mails of a placement: written with the deed they tell of, each with a key of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import (
    LinkPurpose,
    MailTemplate,
    Placement,
    PlacementCheck,
    PlacementEvaluation,
    PlacementParty,
)
from matchmaker.services.mail_links import new_link
from matchmaker.services.mailing import LANGUAGES, NewMail, queue
from matchmaker.storage import assignment, cohorts
from matchmaker.storage.address_book import AddressBook
from matchmaker.storage.followups import spend_links
from matchmaker.storage.introductions import Addressee

#: Who has said no language is written to in Danish.
DANISH = "da"
#: A round with more placements than this tells a coordinator once, not placement by placement.
MOST_SINGLE = 20
#: How long a supervisor without an account can read what was agreed.
READ_FOR = timedelta(days=90)


def mail_round(session: Session, placements: Sequence[Placement], *, at: datetime) -> None:
    """Ask the parties of all placements of a round, each in their language."""
    book = AddressBook(session)
    several = len(placements) > MOST_SINGLE
    but = {PlacementParty.UNIVERSITY} if several else set[PlacementParty]()
    # Thousands of links are written at once, at the end.
    with session.no_autoflush:
        book.know(placements)
        for placement in placements:
            mail_offer(session, placement, at=at, reminder=False, book=book, but=but)
        if several:
            _mail_coordinators(session, placements, book, at)


def mail_offer(
    session: Session,
    placement: Placement,
    *,
    at: datetime,
    reminder: bool,
    book: AddressBook | None = None,
    but: Collection[PlacementParty] = (),
) -> None:
    """Ask those who have not agreed, with a link that answers once and ends with the time."""
    if placement.answer_by is None:
        return
    book = book or AddressBook(session)
    known = _known(session, placement, book)
    for party in placement.waits_for:
        for to in () if party in but else book.of(placement, party):
            path = _link(
                session, LinkPurpose.PLACEMENT, placement, party, to, at, placement.answer_by
            )
            values = {"path": path, "expires_at": placement.answer_by.isoformat()}
            _queue(
                session,
                placement,
                to,
                MailTemplate.PLACEMENT_OFFER,
                f"{'reminder' if reminder else 'offer'}:{party}",
                at,
                {**values, **known, "party": party.value, "reminder": reminder},
            )


def mail_agreed(session: Session, placement: Placement, *, at: datetime) -> None:
    """Tell everybody that all have agreed."""
    book = AddressBook(session)
    known = _known(session, placement, book)
    for party in placement.parties():
        for to in book.of(placement, party):
            path = f"/placements/{placement.id}"
            if party is PlacementParty.SUPERVISOR:
                # Without an account they read it by a link that answers nothing any more.
                path = _link(
                    session, LinkPurpose.PLACEMENT, placement, party, to, at, at + READ_FOR, at
                )
            values = {"path": path, **known, "party": party.value}
            _queue(
                session, placement, to, MailTemplate.PLACEMENT_AGREED, f"agreed:{party}", at, values
            )


def mail_ended(
    session: Session, placement: Placement, *, at: datetime, but: PlacementParty | None = None
) -> None:
    """Use up every link of what comes to nothing, and tell its parties within the transaction.

    Never who said no why: its page tells that.

    Args:
        session: of the deed.
        placement: as it is after it.
        at: when.
        but: who knows already.

    """
    if placement.ending is None:
        return
    spend_links(session, placement.id, list(LinkPurpose))
    book = AddressBook(session)
    known = _known(session, placement, book)
    for party in placement.parties():
        for to in () if party is but else book.of(placement, party):
            # Supervisors have no page of their own; the front page needs no sign-in.
            of_supervisor = party is PlacementParty.SUPERVISOR
            path = "/" if of_supervisor else f"/placements/{placement.id}"
            values = {"path": path, **known, "party": party.value, "why": placement.ending.value}
            who = placement.declined_by.value if placement.declined_by else ""
            _queue(
                session,
                placement,
                to,
                MailTemplate.PLACEMENT_ENDED,
                f"ended:{party}",
                at,
                {**values, "declined_by": who},
            )


def mail_followup(
    session: Session,
    placement: Placement,
    asked: PlacementCheck | PlacementEvaluation,
    *,
    at: datetime,
) -> None:
    """Ask one party half-way how it goes, or afterwards how it was; again where it is reminded."""
    purpose, template, key = _FOLLOWUPS[type(asked)]
    book, party, reminder = AddressBook(session), asked.party, asked.reminded_at is not None
    known = _known(session, placement, book)
    for to in book.of(placement, party):
        path = _link(session, purpose, placement, party, to, at, asked.until)
        values = {"path": path, "expires_at": asked.until.isoformat(), **known}
        told = {**values, "party": party.value, "reminder": reminder}
        which = f"{'reminder:' if reminder else ''}{key}:{party}"
        _queue(session, placement, to, template, which, at, told)


#: What is asked -> purpose of its link, template, part of its key.
_FOLLOWUPS: dict[type, tuple[LinkPurpose, MailTemplate, str]] = {
    PlacementCheck: (LinkPurpose.PLACEMENT_CHECK, MailTemplate.PLACEMENT_CHECK, "check"),
    PlacementEvaluation: (
        LinkPurpose.PLACEMENT_EVALUATION,
        MailTemplate.PLACEMENT_EVALUATION,
        "evaluation",
    ),
}


def _mail_coordinators(
    session: Session, placements: Sequence[Placement], book: AddressBook, at: datetime
) -> None:
    first = placements[0]
    if first.answer_by is None:
        return
    states = Counter(PlacementParty.UNIVERSITY in one.waits_for for one in placements)
    cohort = cohorts.get(session, assignment.get(session, first.round_id).cohort_id)
    values = {
        "path": "/placing/work",
        "expires_at": first.answer_by.isoformat(),
        "cohort": cohort.name,
        "placements": states[True],
    }
    for to in book.of(first, PlacementParty.UNIVERSITY):
        mail = NewMail(
            to=to.email,
            language=_language(to),
            template=MailTemplate.PLACEMENTS_OFFERED.value,
            values=values,
            key=f"round:{first.round_id}:offer:{to.email}",
        )
        queue(session, mail, at=at)


def _known(session: Session, placement: Placement, book: AddressBook) -> dict[str, object]:
    position = cohorts.position(session, placement.position_id)
    student, host, _ = book.parties_of(placement)
    return {
        "title": position.title,
        "student": book.name(student),
        "host": book.name(host),
        "starts_on": position.starts_on.isoformat(),
        "ends_on": position.ends_on.isoformat(),
    }


def _link(
    session: Session,
    purpose: LinkPurpose,
    placement: Placement,
    party: PlacementParty,
    to: Addressee,
    at: datetime,
    until: datetime,
    used_at: datetime | None = None,
) -> str:
    link, path = new_link(purpose, to.email, at=at, account=to.account)
    link.placement_id, link.placement_party = placement.id, party
    link.expires_at, link.used_at = until, used_at
    session.add(link)
    return path


def _queue(
    session: Session,
    placement: Placement,
    to: Addressee,
    template: MailTemplate,
    key: str,
    at: datetime,
    values: dict[str, object],
) -> None:
    mail = NewMail(
        to=to.email,
        language=_language(to),
        template=template.value,
        values=values,
        key=f"placement:{placement.id}:{key}:{_told_apart(to)}",
    )
    queue(session, mail, at=at)


def _language(to: Addressee) -> str:
    return to.language if to.language in LANGUAGES else DANISH


def _told_apart(to: Addressee) -> UUID | str:
    """Return what tells one contact of a party from another."""
    return to.account.id if to.account else "-"
