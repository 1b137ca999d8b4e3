"""Profiles of a foreign corpus as Matchmaker registers them: text only, no word added or lost."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID, uuid5

from api.cli.seed import WRITTEN
from api.schemas.seed import NAMESPACE
from benchmarks.peers.corpus import CorpusProfile
from matchmaker.errors import UnsupportedLanguage
from matchmaker.models import Evidence, EvidenceKind, Organisation, OrganisationType, Place
from matchmaker.models.gazetteer import find_place
from matchmaker.services.recognition import recognise


def id_of(name: str) -> UUID:
    """Return the id that belongs to a foreign id."""
    return uuid5(NAMESPACE, f"peers/{name}")


def language_of(text: str) -> str:
    """Return the recognised language, English where it is none that Matchmaker reads."""
    with suppress(UnsupportedLanguage):
        return recognise(text)
    return "en"


def place_of(text: str | None) -> Place:
    """Return the place that a corpus wrote; nowhere when it can't be understood."""
    if not text:
        return Place()
    with suppress(ValueError):
        latitude, longitude = map(float, text.split(","))
        return Place(latitude=latitude, longitude=longitude)
    return find_place(text) or Place()


def as_organisations(profiles: Sequence[CorpusProfile]) -> list[Organisation]:
    """Return one organisation a profile, with one item of evidence a passage."""
    return [_organisation(one) for one in profiles]


def _organisation(given: CorpusProfile) -> Organisation:
    language = given.language or language_of(given.whole)
    place = place_of(given.place)
    return Organisation(
        id=id_of(given.id),
        name=given.id,  # a name is not part of what is searched
        language=language,
        summary="",
        organisation_type=OrganisationType.RESEARCH_INSTITUTE,
        working_languages=[language],
        city=place.city,
        postcode=place.postcode,
        municipality=place.municipality,
        latitude=place.latitude,
        longitude=place.longitude,
        updated_at=WRITTEN,
        evidence=[
            Evidence(kind=EvidenceKind.SERVICE, title="", text=text, language=language)
            for text in given.passages
        ],
    )
