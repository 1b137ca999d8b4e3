"""The standard agreement of a placement as a PDF: what the parties agree to, in plain words."""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext

from api.report.document import Document
from api.report.words import day
from matchmaker.models import Placement, PlacementParty, PlacementState
from matchmaker.services.placements import PlacementView


def agreement_of(view: PlacementView, label: Callable[[enum.StrEnum], str]) -> bytes:
    """Return the agreement as a PDF, in the language of the moment.

    Args:
        view: the placement.
        label: gives the word for a party or a place of work, in that language.

    """
    placement, position = view.placement, view.position
    title = gettext(
        "Placement agreement: %(student)s at %(host)s", student=view.student, host=view.host
    )
    document = Document(title, title)
    # The same placement gives the same file.
    document.set_creation_date(placement.updated_at)
    document.add_page()
    document.words(gettext("Placement agreement"), 22, "B")
    document.ln(1)
    document.words(_standing(placement), 11, soft=True)
    document.heading(gettext("Parties"))
    for party, name in _names(view):
        document.words(f"{label(party)}: {name}")
    document.heading(gettext("The placement"))
    document.words(position.title, style="B")
    document.words(
        gettext(
            "From %(start)s to %(end)s",
            start=day(position.starts_on),
            end=day(position.ends_on),
        )
    )
    document.words(gettext("Place of work: %(place)s", place=label(position.work_place)))
    for heading, text in (
        (gettext("What the student does"), position.tasks),
        (gettext("What the student learns"), position.learning),
        (gettext("What the student brings"), position.requirements),
    ):
        if text.strip():
            document.heading(heading)
            document.words(text)
    for heading, sentences in _terms():
        document.heading(heading)
        for sentence in sentences:
            document.words(sentence)
            document.ln(1)
    document.heading(gettext("Who has agreed"))
    for party, name in _names(view):
        document.words(f"{label(party)}, {name}: {_said(placement, party)}")
    return bytes(document.output())


def _names(view: PlacementView) -> list[tuple[PlacementParty, str]]:
    named = {
        PlacementParty.STUDENT: view.student,
        PlacementParty.HOST: view.host,
        PlacementParty.SUPERVISOR: "" if view.supervisor is None else view.supervisor.name,
        PlacementParty.UNIVERSITY: view.university,
    }
    return [(party, named[party]) for party in view.placement.parties()]


def _standing(placement: Placement) -> str:
    if placement.state is PlacementState.OFFERED:
        return str(gettext("Draft: it holds once everybody below has agreed."))
    if placement.state is PlacementState.BROKEN_OFF:
        return str(gettext("The placement was broken off; this agreement holds no longer."))
    return str(gettext("All parties have agreed."))


def _said(placement: Placement, party: PlacementParty) -> str:
    at = placement.agreed.get(party.value)
    if at is None:
        return str(gettext("has not said so yet"))
    return str(gettext("agreed on %(day)s", day=day(datetime.fromisoformat(at))))


def _terms() -> list[tuple[str, list[str]]]:
    return [
        (
            gettext("Guidance"),
            [
                gettext("The host names one person whom the student can ask every working day."),
                gettext(
                    "The university guides the student in what has to be learnt. If something "
                    "goes wrong, student and host tell the university at once."
                ),
            ],
        ),
        (
            gettext("Insurance and safety"),
            [
                gettext(
                    "The host shows the student how to work safely before the work begins. Host "
                    "and university settle before the first day whose insurance covers accidents "
                    "and damage, and tell the student."
                ),
            ],
        ),
        (
            gettext("Confidentiality and results"),
            [
                gettext(
                    "The student keeps to themselves what the host has said is confidential, "
                    "also after the placement. What has to be shown at an exam can be shown to "
                    "supervisor and examiners, who are bound in the same way."
                ),
                gettext(
                    "Who owns what the student makes is agreed in writing beforehand; without "
                    "that, the law decides."
                ),
            ],
        ),
        (
            gettext("Ending early"),
            [
                gettext(
                    "Each party can ask the university to end the placement, with a reason. The "
                    "university hears the others first."
                ),
            ],
        ),
        (
            gettext("About this text"),
            [
                gettext(
                    "This is a standard text and no legal advice. Where the parties have agreed "
                    "something else in writing, that goes first."
                ),
            ],
        ),
    ]
