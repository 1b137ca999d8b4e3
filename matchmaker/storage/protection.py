"""Whom the rules of protection leave out of one question: a few statements, none per profile.

Conflicts are tied to organisations and profiles, never to the address of an account: whoever
signs up a second time is of the same house, by membership, by the domain of their mail, by parent,
ROR or CVR number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, literal, or_, select, union
from sqlalchemy.orm import Session, aliased

from matchmaker.models import (
    Account,
    Challenge,
    Claim,
    DeclaredConflict,
    Expert,
    Introduction,
    IntroductionState,
    MatchDecision,
    MatchState,
    Membership,
    Organisation,
    Party,
    Profile,
)
from matchmaker.models.introduction import OPEN
from matchmaker.models.protection import COOL_DOWN, MOST_OPEN, Protection
from matchmaker.storage.dialects import hex_id

#: Mail providers that anybody has an address at: their domain says nothing about a house.
COMMON_DOMAINS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "outlook.dk", "hotmail.com", "hotmail.dk"),
        *("live.com", "live.dk", "msn.com", "yahoo.com", "yahoo.dk", "icloud.com", "me.com"),
        *("mac.com", "proton.me", "protonmail.com", "gmx.net", "gmx.com", "jubii.dk", "mail.dk"),
        *("mail.com", "mail.tele.dk", "stofanet.dk", "youmail.dk", "privat.dk", "aol.com"),
    }
)
# Columns of tables and not of entities: rows come as plain values, which is most of the time.
_I, _P, _E = (kind.__table__.c for kind in (Introduction, Profile, Expert))
_PROFILE_ID = hex_id(_I.profile_id)
# Put together once: that takes longer than running them.
_OPEN = (
    select(_I.profile_id, func.count().label("number"))
    .where(_I.state.in_(list(OPEN)), _I.challenge_id != bindparam("challenge"))
    .group_by(_I.profile_id)
    .subquery()
)
_MOST = case(
    *((_P.kind == kind, most) for kind, most in MOST_OPEN.items()),
    else_=select(_E.capacity).where(_E.id == _P.id).scalar_subquery(),
)
_LOADS = select(
    hex_id(_P.id),
    hex_id(func.coalesce(_P.family_id, _P.id)),
    _OPEN.c.number,
    _OPEN.c.number >= _MOST,
).select_from(_OPEN.join(Profile.__table__, _P.id == _OPEN.c.profile_id))
_TAKING_NONE = select(hex_id(_E.id)).where(_E.capacity < 1)
#: Cool-down -> the reasons that begin it.
_REASONS = {
    time: [reason for reason, other in COOL_DOWN.items() if other == time]
    for time in sorted(set(COOL_DOWN.values()))
}
_DECLINED = (
    select(_PROFILE_ID)
    .where(
        _I.state == IntroductionState.DECLINED,
        _I.declined_by == Party.PARTNER,
        or_(
            _I.challenge_id == bindparam("challenge"),
            *(
                and_(_I.decline_reason.in_(reasons), _I.ended_at > bindparam(f"after_{time.days}"))
                for time, reasons in _REASONS.items()
            ),
        ),
    )
    .distinct()
)
_DISMISSED = select(hex_id(MatchDecision.__table__.c.profile_id)).where(
    MatchDecision.__table__.c.challenge_id == bindparam("challenge"),
    MatchDecision.__table__.c.state == MatchState.DISMISSED,
)


def of_challenge(session: Session, challenge: Challenge, at: datetime) -> Protection:
    """Return whom the rules leave out of the lists of a challenge.

    What a profile has open with this very challenge is not counted: asking again shall not take
    out of the list those who are already being asked.
    """
    asked = {"challenge": challenge.id}
    since = {f"after_{time.days}": at - time for time in _REASONS}
    full = set(session.scalars(_TAKING_NONE))
    load: dict[str, int] = {}
    for profile, family, number, has_enough in session.execute(_LOADS, asked):
        load[family] = load.get(family, 0) + number
        if has_enough:
            full.add(profile)
    return Protection(
        at_capacity=frozenset(full),
        cooling_down=frozenset(session.scalars(_DECLINED, {**asked, **since})),
        in_conflict=conflicting(session, challenge),
        dismissed=frozenset(session.scalars(_DISMISSED, asked)),
        load=load,
    )


def conflicting(session: Session, challenge: Challenge) -> frozenset[str]:
    """Return the profiles that must not be proposed to the firm of a challenge, in hexadecimal."""
    own = _of_the_firm(session, challenge)
    if not own:
        return frozenset()
    families = _families(session, own)
    one, other = aliased(Profile.__table__), aliased(Profile.__table__)
    declared = union(
        *(
            select(far.c.id, far.c.family_id)
            .select_from(DeclaredConflict)
            .join(near, near.c.id == near_id)
            .join(far, far.c.id == far_id)
            .where(or_(near.c.id.in_(own), near.c.family_id.in_(families)))
            for near, near_id, far, far_id in (
                (one, DeclaredConflict.profile_id, other, DeclaredConflict.other_id),
                (one, DeclaredConflict.other_id, other, DeclaredConflict.profile_id),
            )
        )
    )
    ids = set(own)
    for profile_id, family_id in session.execute(declared):
        ids.add(profile_id)
        if family_id is not None:
            families.add(family_id)
    of_families = select(Profile.id).where(Profile.family_id.in_(families))
    if families:
        ids.update(session.scalars(of_families))
    return frozenset(profile_id.hex for profile_id in ids)


def _of_the_firm(session: Session, challenge: Challenge) -> set[UUID]:
    """Return organisations and profiles of whoever stands behind a challenge."""
    found = {challenge.organisation_id} if challenge.organisation_id else set()
    if challenge.account_id is None:
        return found
    email = session.scalar(select(Account.email).where(Account.id == challenge.account_id)) or ""
    domain = email.rpartition("@")[2]
    behind = Account.id == challenge.account_id
    if domain and domain not in COMMON_DOMAINS:
        colleague = Account.email.endswith(f"@{domain}", autoescape=True)
        behind = or_(behind, colleague)
    accounts = select(Account.id).where(behind)
    found.update(
        session.scalars(
            select(Membership.organisation_id)
            .where(Membership.account_id.in_(accounts))
            .union(
                select(Claim.profile_id).where(Claim.account_id == challenge.account_id),
            )
        )
    )
    return found


def _families(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Return the families of profiles, with those that share a ROR or CVR number with them."""
    tops = session.scalars(select(Profile.family_id).where(Profile.id.in_(list(ids))))
    families = {one for one in tops if one is not None}
    known: set[UUID] = set()
    here, there = aliased(Organisation), aliased(Organisation)
    while new := families - known:
        known |= new
        same = or_(
            and_(here.ror.is_not(None), here.ror == there.ror),
            and_(here.cvr.is_not(None), here.cvr == there.cvr),
        )
        found = session.scalars(
            select(there.family_id)
            .join(here, same)
            .where(here.family_id.in_(new), there.family_id.is_not(None))
            .distinct()
        )
        families.update(one for one in found if one is not None)
    return families


def busy(session: Session, profile_id: UUID) -> int:
    """Return how many introductions a profile has open."""
    query = select(func.count(literal(1))).where(
        Introduction.profile_id == profile_id, Introduction.state.in_(list(OPEN))
    )
    return session.scalar(query) or 0
