"""Readable builders with sensible defaults: say only what the test is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from matchmaker.models import (
    Activity,
    ActivityType,
    CompanyNeed,
    Evidence,
    EvidenceKind,
    Expert,
    Introduction,
    Organisation,
    OrganisationType,
    Student,
    StudyLevel,
)
from matchmaker.services.mailing import NewMail

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def an_evidence(text: str = "Replaced a fixture.", **values: Any) -> Evidence:
    """Return one item of evidence."""
    defaults = {"kind": EvidenceKind.CASE, "title": "A case", "language": "en"}
    return Evidence(**{**defaults, "text": text, **values})


def _common(evidence: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
    language = values.get("language", "en")
    return {
        "language": language,
        "summary": "Works with small manufacturers.",
        "working_languages": ["da", "en"],
        "city": "Aalborg",
        "municipality": "851",
        "latitude": 57.05,
        "longitude": 9.92,
        "updated_at": NOW,
        "evidence": [
            an_evidence(text, position=position, language=language, title="")
            for position, text in enumerate(evidence)
        ],
        **values,
    }


def an_expert(name: str = "Ida Berg", *, evidence: tuple[str, ...] = (), **values: Any) -> Expert:
    """Return an expert in Aalborg."""
    return Expert(name=name, fictional=True, **_common(evidence, values))


def an_organisation(
    name: str = "Institut for Sømme", *, evidence: tuple[str, ...] = (), **values: Any
) -> Organisation:
    """Return a Danish GTS institute."""
    values.setdefault("organisation_type", OrganisationType.GTS_INSTITUTE)
    return Organisation(name=name, **_common(evidence, values))


def a_student(name: str = "Bo Lund", *, evidence: tuple[str, ...] = (), **values: Any) -> Student:
    """Return a student who is free in spring 2027."""
    defaults: dict[str, Any] = {
        "programme": "Production engineering",
        "level": StudyLevel.MASTER,
        "institution": "a technical university",
        "available_from": date(2027, 2, 1),
        "available_to": date(2027, 6, 30),
    }
    return Student(name=name, fictional=True, **_common(evidence, {**defaults, **values}))


def an_activity(
    name: str = "Open Lab", *, evidence: tuple[str, ...] = (), **values: Any
) -> Activity:
    """Return an Open Lab visit that is open all year."""
    defaults: dict[str, Any] = {
        "activity_type": ActivityType.OPEN_LAB,
        "need": CompanyNeed.KNOWLEDGE_AND_TESTING,
    }
    return Activity(name=name, fictional=True, **_common(evidence, {**defaults, **values}))


def a_mail(key: str = "sign-in:1", **values: Any) -> NewMail:
    """Return a mail with a sign-in link, in Danish."""
    defaults: dict[str, Any] = {
        "to": "anna@example.dk",
        "language": "da",
        "template": "sign-in",
        "values": {"path": "/sign-in/link/abc123"},
    }
    return NewMail(key=key, **{**defaults, **values})


def an_introduction(
    *, challenge_id: UUID | None = None, profile_id: UUID | None = None, **values: Any
) -> Introduction:
    """Return a draft in English."""
    defaults: dict[str, Any] = {
        "language": "en",
        "firm_text": "They tested welded joints.",
        "partner_text": "A firm in North Jutland asks about welds.",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Introduction(
        challenge_id=challenge_id or UUID(int=1),
        profile_id=profile_id or UUID(int=2),
        **{**defaults, **values},
    )


def a_workshop() -> list[Any]:
    """Return seven profiles, one of each partner kind and one more expert, all different."""
    return [
        an_expert(
            "Ida Berg",
            evidence=(
                "Found the cause of cracks in welded aluminium frames.",
                "Welding procedure qualification to ISO 15614.",
                "Robot welding of small series with offline programming.",
            ),
        ),
        an_expert(
            "Jens Falk",
            language="da",
            evidence=(
                "Planlægning af ordrer i en maskinfabrik med 400 varenumre.",
                "Simulering af flow og omstillingstid.",
                "Kursus i produktionsplanlægning for værkførere.",
            ),
        ),
        an_organisation(
            "Institut for Sømme",
            evidence=(
                "Testing of welded joints: bend, tensile and macro.",
                "Non-destructive testing with ultrasound and radiography.",
                "Course in visual inspection of welds.",
            ),
        ),
        an_organisation(
            "Department of Vision",
            organisation_type=OrganisationType.DEPARTMENT,
            evidence=(
                "Camera inspection of surfaces with machine learning.",
                "Laboratory with cameras, lenses and lighting.",
                "Research on defect detection with few images.",
            ),
        ),
        an_organisation(
            "Svetsinstitutet",
            country="SE",
            municipality=None,
            city="Göteborg",
            latitude=57.71,
            longitude=11.97,
            working_languages=["sv", "en"],
            evidence=(
                "Laser welding of thin stainless sheet.",
                "Residual stress and distortion in welded structures.",
                "Fatigue testing of welded details.",
            ),
        ),
        an_organisation(
            "Klyngen",
            organisation_type=OrganisationType.CLUSTER,
            language="da",
            evidence=(
                "Netværk for små producenter.",
                "Screening af digitale muligheder.",
                "Hjælp til EU-ansøgninger.",
            ),
        ),
        a_student(
            "Bo Lund",
            evidence=(
                "Project on cobot tending of a CNC lathe.",
                "Course in robotics and grippers.",
                "Semester project about machine vision.",
            ),
        ),
        an_activity(
            "Open Lab: welding robots",
            evidence=("See a welding robot programmed offline.", "Bring your own part to weld."),
        ),
    ]
