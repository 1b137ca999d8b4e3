"""Firms and partners who were introduced, and collaborations of theirs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import (
    Answer,
    Collaboration,
    CollaborationAction,
    CollaborationKind,
    Introduction,
    Role,
)
from matchmaker.models.facts import Viewer
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_introduction
from tests.people import somebody

TEXT = (
    "Our welded aluminium frames have cracks. We need testing of welded joints with ultrasound. "
    "Robot welding of small series is planned."
)
BEGAN = date(2026, 6, 1)


def a_firm(service: Matchmaker, name: str = "ida") -> Viewer:
    """Return somebody of a firm, as permission sees them."""
    return Viewer(account_id=somebody(service, Role.FIRM, name).id, role=Role.FIRM)


def introduced(
    service: Matchmaker,
    by: Viewer | None = None,
    *,
    profile_id: UUID | None = None,
    accepted: bool = True,
    place: str | None = "9220",
    title: str = "",
    industry_code: str | None = None,
) -> Introduction:
    """Return an introduction to which both have said yes, or that waits for both answers."""
    challenge = service.challenges.submit(
        text=TEXT, title=title, by=by, place=place, industry_code=industry_code
    )
    one = an_introduction(
        challenge_id=challenge.id,
        profile_id=profile_id or service.profiles.page().items[0].id,
        firm_email="firm@example.dk",
        partner_email="partner@example.dk",
    )
    one.offer(at=NOW)
    if accepted:
        one.firm_answer = one.partner_answer = Answer.ACCEPTED
        one.state = type(one.state).ACCEPTED
        one.accepted_at = NOW + timedelta(days=2)
    with Sessions(service.engine).writing() as session:
        session.add(one)
    return one


def together(service: Matchmaker, by: Viewer | None = None, **values: Any) -> Collaboration:
    """Return a collaboration that is running since the first of June."""
    given = {"kind": CollaborationKind.DEMONSTRATION_PROJECT, "title": "Welding robots"}
    own = {name: values.pop(name) for name in ("kind", "title", "programme_id") if name in values}
    starts_on = values.pop("starts_on", BEGAN)
    introduction = introduced(service, by, **values)
    begun = service.collaborations.begin(
        introduction.id, by=None, starts_on=starts_on, **{**given, **own}
    )
    return service.collaborations.act(
        begun.id, CollaborationAction.START, expected_revision=begun.revision, by=None
    )
