"""Profiles on their way out: documents of our API, rows of a table, linked data."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch
from typing import Any

from matchmaker.models import (
    Activity,
    ActivityType,
    Expert,
    Identifier,
    IdentifierScheme,
    Organisation,
    OrganisationType,
    Profile,
    ProfileKind,
    Student,
    normalised,
)
from matchmaker.services.exchange.cells import guarded
from matchmaker.services.exchange.fields import fields_of
from matchmaker.services.exchange.records import EVIDENCE_SAYS, plain

_PLACE = ("city", "postcode", "municipality", "country", "latitude", "longitude")
Document = dict[str, Any]


def identifiers_of(profile: Profile) -> list[Identifier]:
    """Return the identifiers of a profile, with those that an organisation has in its columns."""
    found = {(one.scheme, one.value): one for one in profile.identifiers}
    if isinstance(profile, Organisation):
        for scheme, given in (
            (IdentifierScheme.ROR, profile.ror),
            (IdentifierScheme.CVR, profile.cvr),
        ):
            if given:
                value = normalised(scheme, given)
                found.setdefault((scheme, value), Identifier(scheme=scheme, value=value))
    return [found[key] for key in sorted(found)]


def as_document(profile: Profile) -> Document:
    """Return a profile in the shape of our API; reading it again makes the same profile."""
    values = {name: plain(getattr(profile, name)) for name in fields_of(profile.kind)}
    place = {name: values.pop(name) for name in _PLACE}
    document = {
        "id": str(profile.id),
        "kind": profile.kind,
        "partner_kind": profile.partner_kind,
        **values,
        "place": place,
        "identifiers": [
            {"scheme": one.scheme, "value": one.value} for one in identifiers_of(profile)
        ],
        "evidence": _evidence_of(profile),
        "updated_at": profile.updated_at.isoformat(),
        "revision": profile.revision,
    }
    if isinstance(profile, Organisation):
        document |= {"ror": profile.ror, "cvr": profile.cvr}
    return document


def _evidence_of(profile: Profile) -> list[Document]:
    return [
        {
            "id": str(item.id),
            **{name: getattr(item, name) for name in EVIDENCE_SAYS},
            "pinned": item.pinned,
            "excluded": item.excluded,
            "visibility": item.visibility,
        }
        for item in profile.evidence
    ]


def lines(profiles: Iterable[Profile]) -> Iterator[str]:
    """Give JSON Lines: one profile a line."""
    for profile in profiles:
        yield json.dumps(as_document(profile), ensure_ascii=False) + "\n"


def table(profiles: Iterable[Profile], kind: ProfileKind) -> Iterator[str]:
    """Give a table of one kind as comma-separated text; no cell is a formula."""
    names = list(fields_of(kind))
    text = io.StringIO()
    writer = csv.writer(text)

    def taken() -> str:
        written = text.getvalue()
        text.seek(0)
        text.truncate()
        return written

    writer.writerow(["id", *names, "identifiers", "evidence"])
    yield taken()
    for profile in profiles:
        pairs = [f"{one.scheme}:{one.value}" for one in identifiers_of(profile)]
        items = _evidence_of(profile)
        writer.writerow(
            [
                str(profile.id),
                *(_cell(getattr(profile, name)) for name in names),
                guarded("\n".join(pairs)),
                json.dumps(items, ensure_ascii=False) if items else "",
            ]
        )
        yield taken()


def _cell(value: object) -> object:
    if value is None or value == {}:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if isinstance(value, list):
        return guarded(",".join(map(str, value)))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return guarded(str(value))


def linked_data(profiles: Iterable[Profile]) -> Iterator[str]:
    """Give one JSON-LD document with the terms of schema.org, a profile a line."""
    yield '{"@context": "https://schema.org", "@graph": ['
    before = "\n"
    for profile in profiles:
        yield before + json.dumps(as_linked_data(profile), ensure_ascii=False)
        before = ",\n"
    yield "\n]}\n"


def as_linked_data(profile: Profile) -> Document:
    """Return a profile in the terms of schema.org; empty members are left out."""
    identifiers = identifiers_of(profile)
    addresses = [uri for one in identifiers if (uri := one.uri)]
    own = {
        "@id": next(iter(addresses), f"urn:uuid:{profile.id}"),
        "identifier": [
            {"@type": "PropertyValue", "propertyID": "matchmaker", "value": str(profile.id)},
            *(_property(one) for one in identifiers),
        ],
        "name": profile.name,
        "description": profile.description or profile.summary,
        "url": profile.website,
        "sameAs": addresses,
        "inLanguage": None,
        **_about(profile),
    }
    return {name: value for name, value in own.items() if value not in (None, "", [], {})}


def _property(identifier: Identifier) -> Document:
    found: Document = {
        "@type": "PropertyValue",
        "propertyID": identifier.scheme.value,
        "value": identifier.value,
    }
    return {**found, "url": identifier.uri} if identifier.uri else found


@singledispatch
def _about(profile: Profile) -> Mapping[str, Any]:
    raise TypeError(type(profile))  # each kind says what it is


@_about.register
def _(profile: Expert) -> Mapping[str, Any]:
    where = profile.affiliation
    return {
        "@type": "Person",
        "jobTitle": profile.title,
        "affiliation": {"@type": "Organization", "name": where} if where else None,
        "knowsLanguage": profile.working_languages,
        "knowsAbout": _topics(profile),
        "workLocation": _place(profile),
    }


@_about.register
def _(profile: Student) -> Mapping[str, Any]:
    return {
        "@type": "Person",
        "affiliation": {"@type": "EducationalOrganization", "name": profile.institution},
        "knowsLanguage": profile.working_languages,
        "knowsAbout": _topics(profile),
        "seeks": {
            "@type": "Demand",
            "name": ", ".join(profile.placement_types) or None,
            "availabilityStarts": plain(profile.available_from),
            "availabilityEnds": plain(profile.available_to),
        },
        "homeLocation": _place(profile),
    }


@_about.register
def _(profile: Organisation) -> Mapping[str, Any]:
    kinds = {
        OrganisationType.UNIVERSITY: "CollegeOrUniversity",
        OrganisationType.RESEARCH_INSTITUTE: "ResearchOrganization",
        OrganisationType.GTS_INSTITUTE: "ResearchOrganization",
        OrganisationType.FIRM: "Corporation",
    }
    parent = profile.parent_id
    return {
        "@type": kinds.get(profile.organisation_type, "Organization"),
        "taxID": profile.cvr,
        "parentOrganization": {"@id": f"urn:uuid:{parent}"} if parent else None,
        "knowsLanguage": profile.working_languages,
        "knowsAbout": _topics(profile),
        "location": _place(profile),
    }


@_about.register
def _(profile: Activity) -> Mapping[str, Any]:
    kind = profile.activity_type
    if kind is ActivityType.RESEARCH_PROJECT:
        return {
            "@type": "ResearchProject",
            "foundingDate": plain(profile.starts_on),
            "dissolutionDate": plain(profile.ends_on),
            "location": _place(profile),
        }
    organiser = profile.organiser
    return {
        "@type": "EducationEvent" if kind is ActivityType.TRAINING else "Event",
        "organizer": {"@type": "Organization", "name": organiser} if organiser else None,
        "startDate": plain(profile.starts_on),
        "endDate": plain(profile.ends_on),
        "audience": {"@type": "Audience", "audienceType": profile.eligibility}
        if profile.eligibility
        else None,
        "inLanguage": profile.language,
        "location": _place(profile),
    }


def _topics(profile: Profile) -> list[str]:
    return [item.title or item.text for item in profile.evidence if item.kind == "field"]


def _place(profile: Profile) -> Document:
    address = {
        "addressLocality": profile.city,
        "postalCode": profile.postcode,
        "addressCountry": profile.country,
    }
    place: Document = {
        "@type": "Place",
        "address": {
            "@type": "PostalAddress",
            **{name: value for name, value in address.items() if value},
        },
    }
    if profile.latitude is not None and profile.longitude is not None:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": profile.latitude,
            "longitude": profile.longitude,
        }
    return place
