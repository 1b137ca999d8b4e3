"""The mails of an introduction: written with the deed they tell of, each with a key of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.models import Introduction, LinkPurpose, MailTemplate, Party
from matchmaker.services.calendars import meeting_calendar
from matchmaker.services.mail_links import make_link
from matchmaker.services.mailing import LANGUAGES, NewMail, queue
from matchmaker.storage.introductions import Addressee, firm, partner


def addressee(session: Session, introduction: Introduction, party: Party) -> Addressee | None:
    """Return whom a party is written to; None when nobody is known any more."""
    return (firm if party is Party.FIRM else partner)(session, introduction)


def mail_offer(
    session: Session, introduction: Introduction, party: Party, *, at: datetime, reminder: bool
) -> None:
    """Ask a party, with a link that answers once and ends with the time to answer."""
    to = addressee(session, introduction, party)
    if to is None or introduction.answer_by is None:
        return
    link, path = make_link(session, LinkPurpose.INTRODUCTION, to.email, at=at, account=to.account)
    link.introduction_id, link.party = introduction.id, party
    link.expires_at = introduction.answer_by
    text = introduction.firm_text if party is Party.FIRM else introduction.partner_text
    _queue(
        session,
        introduction,
        to,
        MailTemplate.INTRODUCTION_OFFER,
        f"{'reminder' if reminder else 'offer'}:{party}",
        at,
        path=path,
        expires_at=introduction.answer_by.isoformat(),
        lines=[" ".join(line.split()) for line in text.splitlines()],
        text_language=introduction.language,
        for_firm=party is Party.FIRM,
        reminder=reminder,
    )


def mail_contacts(session: Session, introduction: Introduction, *, at: datetime) -> None:
    """Tell each party who the other is; both have said yes."""
    both = {party: addressee(session, introduction, party) for party in Party}
    for party, to in both.items():
        other = both[party.other]
        if to is not None and other is not None:
            _queue(
                session,
                introduction,
                to,
                MailTemplate.INTRODUCTION_ACCEPTED,
                f"accepted:{party}",
                at,
                path=f"/introductions/{introduction.id}",
                title=introduction.challenge.title,
                name=other.name,
                email=other.email,
            )


def mail_end(
    session: Session, introduction: Introduction, *, at: datetime, but: Party | None = None
) -> None:
    """Tell the parties that nobody waits for them any more; never why the other said no.

    Args:
        session: of the deed.
        introduction: declined, expired or withdrawn.
        at: now.
        but: who knows already, because they ended it.

    """
    for party in Party:
        to = addressee(session, introduction, party)
        if party is not but and to is not None:
            _queue(
                session,
                introduction,
                to,
                MailTemplate.INTRODUCTION_ENDED,
                f"ended:{party}",
                at,
                path="/introductions",
                why=introduction.state.value,
                for_firm=party is Party.FIRM,
                # The partner may not have been told whose challenge it was.
                about=introduction.profile.name if party is Party.FIRM else "",
            )


def mail_meeting(session: Session, introduction: Introduction, *, at: datetime) -> None:
    """Send both parties the proposed meeting, with a file for their calendars."""
    starts_at = introduction.meeting_starts_at
    for party in Party:
        to, other = (addressee(session, introduction, one) for one in (party, party.other))
        if to is None or other is None or starts_at is None:
            continue
        _queue(
            session,
            introduction,
            to,
            MailTemplate.INTRODUCTION_MEETING,
            f"meeting:{introduction.meeting_proposals}:{party}",
            at,
            path=f"/introductions/{introduction.id}",
            starts_at=starts_at.isoformat(),
            minutes=introduction.meeting_minutes,
            place=introduction.meeting_place,
            name=other.name,
            calendar=meeting_calendar(introduction, other.name),
        )


def _queue(
    session: Session,
    introduction: Introduction,
    to: Addressee,
    template: MailTemplate,
    key: str,
    at: datetime,
    **values: object,
) -> None:
    language = to.language if to.language in LANGUAGES else introduction.language
    mail = NewMail(
        to=to.email,
        language=language,
        template=template.value,
        values=values,
        key=f"introduction:{introduction.id}:{key}",
    )
    queue(session, mail, at=at)
