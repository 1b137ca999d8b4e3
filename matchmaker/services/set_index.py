"""A database of a judged set's profiles, for the indexer and the search of every day.

Only the given texts are composed: no name, title or programme adds a word. A text that is
longer than an encoder reads is divided, so that none of it is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from sqlalchemy import Engine

from matchmaker.matching.languages import reference_documents
from matchmaker.matching.passages import COMPOSER_VERSION, PassageText
from matchmaker.matching.terms import passage_terms
from matchmaker.matching.windows import pieces
from matchmaker.models import (
    Activity,
    ActivityType,
    CompanyNeed,
    Evidence,
    Expert,
    Organisation,
    OrganisationType,
    PartnerKind,
    Profile,
    ProfileKind,
    Student,
    StudyLevel,
)
from matchmaker.services.judged_set import JudgedSet, SetPassage, SetProfile
from matchmaker.services.recognition import nearest
from matchmaker.storage.bulk import insert_profiles
from matchmaker.storage.database import Sessions, upgrade

#: Raise it when the same set would be written otherwise.
FORMAT = 3
#: Names the ids that are made from those of a set.
NAMESPACE = UUID("0c3f6f2e-5f0b-4b39-9d0a-0f1c6a7e4b52")
_BATCH = 500
#: Characters below which a text does not tell its language as well as its neighbours do.
_TELLING = 60

_Make: TypeAlias = Callable[..., Profile]


def _organisation(organisation_type: OrganisationType) -> _Make:
    def make(**values: Any) -> Profile:
        return Organisation(organisation_type=organisation_type, **values)

    return make


def _abroad(**values: Any) -> Profile:
    # User-assigned country code of ISO 3166-1: somewhere that is not Denmark.
    return Organisation(
        organisation_type=OrganisationType.RESEARCH_INSTITUTE, **{**values, "country": "XX"}
    )


def _student(**values: Any) -> Profile:
    return Student(programme="", level=StudyLevel.MASTER, institution="", **values)


def _activity(**values: Any) -> Profile:
    return Activity(
        activity_type=ActivityType.OPEN_LAB, need=CompanyNeed.KNOWLEDGE_AND_TESTING, **values
    )


#: How each kind a set may name becomes one of ours.
KINDS: Mapping[str, _Make] = MappingProxyType(
    {
        ProfileKind.EXPERT.value: Expert,
        ProfileKind.ORGANISATION.value: _organisation(OrganisationType.FIRM),
        ProfileKind.STUDENT.value: _student,
        ProfileKind.ACTIVITY.value: _activity,
        PartnerKind.UNIVERSITY_GROUP.value: _organisation(OrganisationType.DEPARTMENT),
        PartnerKind.INSTITUTE.value: _organisation(OrganisationType.GTS_INSTITUTE),
        PartnerKind.INTERNATIONAL_PARTNER.value: _abroad,
        PartnerKind.HUB.value: _organisation(OrganisationType.CLUSTER),
    }
)


def id_of(profile: str) -> UUID:
    """Return the id under which a profile of a set is stored."""
    return uuid5(NAMESPACE, profile)


def key_of(given: JudgedSet) -> str:
    """Return what tells the written profiles of one set from those of another."""
    return sha256(f"{FORMAT}\n{given.content}".encode()).hexdigest()[:16]


def words_key() -> str:
    """Return what changes when passages get other terms or are composed otherwise."""
    digest = sha256(str(COMPOSER_VERSION).encode())
    for language, texts in reference_documents().items():
        for text in texts:
            digest.update(" ".join(passage_terms(text, language)).encode())
    return digest.hexdigest()[:16]


def write_set(
    engine: Engine,
    given: JudgedSet,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the profiles of a set into an empty database; indexing is the indexer's.

    Args:
        engine: of the database; its tables are made.
        given: the set.
        at: when it is written.
        progress: called with how many profiles are written and how many there are.

    """
    upgrade(engine)
    sessions = Sessions(engine)
    total = len(given.profile_ids)
    rest = iter(given.profiles())
    done = 0
    while batch := list(islice(rest, _BATCH)):
        made = [as_profile(one, at) for one in batch]
        with sessions.writing() as session:
            insert_profiles(session, made)
        done += len(batch)
        if progress is not None:
            progress(done, total)


def as_profile(given: SetProfile, at: datetime) -> Profile:
    """Return a profile of a set as one of ours, with an item of evidence for each passage."""
    languages = _languages(given)
    profile = KINDS[given.kind](
        id=id_of(given.id),
        name="",
        language=Counter(languages).most_common(1)[0][0] if languages else "en",
        summary="",
        updated_at=at,
        evidence=[
            Evidence(
                position=position,
                kind=passage.kind,
                title="",
                text=passage.text,
                language=language,
                year=passage.year,
            )
            for position, (passage, language) in enumerate(
                zip(given.passages, languages, strict=True)
            )
        ],
        **asdict(given.place),
    )
    profile.family_id = profile.id
    return profile


def passage_hashes(given: SetPassage) -> list[str]:
    """Return the hashes of what a passage is composed to: one text, several when it is long."""
    return [PassageText(text=text, language="").text_hash for text in pieces(given.text)]


def _languages(given: SetProfile) -> list[str]:
    """Return the language of each passage: its own, the profile's, or recognised."""
    whole: list[str] = []

    def of_all() -> str:
        if not whole:
            whole.append(nearest(" ".join(one.text[:_TELLING] for one in given.passages)))
        return whole[0]

    return [
        passage.language
        or given.language
        or (nearest(passage.text) if len(passage.text) >= _TELLING else of_all())
        for passage in given.passages
    ]
