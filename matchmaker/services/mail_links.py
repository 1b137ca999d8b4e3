"""Mail links: a secret in a mail that opens one thing, once, for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import LinkSpent
from matchmaker.models import Account, LinkPurpose, MailLink
from matchmaker.models.credentials import fingerprint
from matchmaker.models.followup import EVALUATE_WITHIN
from matchmaker.models.introduction import ANSWER_WITHIN
from matchmaker.models.placement import AGREE_WITHIN
from matchmaker.services.mailing import NewMail, queue
from matchmaker.storage import accounts

#: How long a link works.
LIFETIME = {
    LinkPurpose.SIGN_IN: timedelta(minutes=15),
    LinkPurpose.RESET: timedelta(hours=1),
    LinkPurpose.CONFIRM_EMAIL: timedelta(days=3),
    LinkPurpose.CLAIM: timedelta(days=14),
    LinkPurpose.CONFIRM_PROFILE: timedelta(days=60),
    LinkPurpose.UNSUBSCRIBE: timedelta(days=800),
    LinkPurpose.UNSUBSCRIBE_DIGEST: timedelta(days=800),
    LinkPurpose.KEEP_CHALLENGE: timedelta(days=3),
    LinkPurpose.RENEW_CHALLENGE: timedelta(days=90),
    # At most: it ends with the time to answer.
    LinkPurpose.INTRODUCTION: ANSWER_WITHIN,
    LinkPurpose.PLACEMENT: AGREE_WITHIN,
    LinkPurpose.PLACEMENT_CHECK: EVALUATE_WITHIN,
    LinkPurpose.PLACEMENT_EVALUATION: EVALUATE_WITHIN,
}
#: Where a link leads; the pages have these addresses.
PATHS = {
    LinkPurpose.SIGN_IN: "/sign-in/link/",
    LinkPurpose.RESET: "/reset/",
    LinkPurpose.CONFIRM_EMAIL: "/account/email/",
    LinkPurpose.CLAIM: "/claim/",
    LinkPurpose.CONFIRM_PROFILE: "/confirm-profile/",
    LinkPurpose.UNSUBSCRIBE: "/unsubscribe/",
    LinkPurpose.UNSUBSCRIBE_DIGEST: "/unsubscribe/digest/",
    LinkPurpose.KEEP_CHALLENGE: "/keep-challenge/",
    LinkPurpose.RENEW_CHALLENGE: "/renew-challenge/",
    LinkPurpose.INTRODUCTION: "/introduction/",
    LinkPurpose.PLACEMENT: "/placement/",
    LinkPurpose.PLACEMENT_CHECK: "/placement/check/",
    LinkPurpose.PLACEMENT_EVALUATION: "/placement/evaluation/",
}


def make_link(
    session: Session,
    purpose: LinkPurpose,
    email: str,
    *,
    at: datetime,
    account: Account | None = None,
    profile_id: UUID | None = None,
    challenge_id: UUID | None = None,
) -> tuple[MailLink, str]:
    """Keep a new link and return it with the path that opens it; the path is nowhere kept."""
    link, path = new_link(
        purpose,
        email,
        at=at,
        account=account,
        profile_id=profile_id,
        challenge_id=challenge_id,
    )
    session.add(link)
    session.flush()
    return link, path


def new_link(
    purpose: LinkPurpose,
    email: str,
    *,
    at: datetime,
    account: Account | None = None,
    profile_id: UUID | None = None,
    challenge_id: UUID | None = None,
) -> tuple[MailLink, str]:
    """Return a link that is still to be kept, with the path that opens it."""
    secret = token_urlsafe(32)
    link = MailLink(
        fingerprint=fingerprint(secret),
        purpose=purpose,
        account_id=account.id if account else None,
        email=email,
        profile_id=profile_id,
        challenge_id=challenge_id,
        created_at=at,
        expires_at=at + LIFETIME[purpose],
    )
    return link, f"{PATHS[purpose]}{secret}"


def mail_link(
    session: Session,
    link: MailLink,
    path: str,
    language: str,
    *,
    at: datetime,
    **values: object,
) -> None:
    """Queue the mail that carries a link."""
    mail = NewMail(
        to=link.email,
        language=language,
        template=link.purpose.value,
        values={"path": path, "expires_at": link.expires_at.isoformat(), **values},
        key=f"{link.purpose.value}:{link.id}",
    )
    queue(session, mail, at=at)


def opened(session: Session, secret: str, purpose: LinkPurpose, at: datetime) -> MailLink:
    """Return the link that a secret opens; it is not used up by that.

    Raises:
        LinkSpent: there is none, or it was used, or it is too old, or it is for something else.

    """
    link = accounts.link(session, fingerprint(secret))
    if link is None or not link.works(purpose, at):
        raise LinkSpent
    return link


def use(session: Session, secret: str, purpose: LinkPurpose, at: datetime) -> MailLink:
    """Return the link that a secret opens, used up.

    Raises:
        LinkSpent: as for ``opened``, or somebody was faster.

    """
    link = opened(session, secret, purpose, at)
    if not accounts.use_link(session, link, at):
        raise LinkSpent
    return link
