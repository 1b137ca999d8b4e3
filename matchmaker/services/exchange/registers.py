"""Records of public registers (ROR, ORCID, OpenAlex, CORDIS) as rows of ours, read offline.

Each function takes one record in the register's published format and returns the fields that we
have. What a register knows and a profile does not hold is left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from matchmaker.models import (
    ActivityType,
    CompanyNeed,
    EvidenceKind,
    IdentifierScheme,
    ImportFormat,
    OrganisationType,
    ProfileKind,
)
from matchmaker.services.exchange.records import Problem, Raw, RowRefused

Document = Mapping[str, Any]
_MOST_EVIDENCE = 50

#: Type of a ROR or OpenAlex record -> ours.
_TYPES = {
    "education": OrganisationType.UNIVERSITY,
    "company": OrganisationType.FIRM,
    "facility": OrganisationType.RESEARCH_INSTITUTE,
}


def ror(number: int, given: Document) -> Raw:
    """Return an organisation of the ROR data dump, schema 2.

    Raises:
        RowRefused: it is not of that schema, or the register says that it has ended.

    """
    names = _dicts(given.get("names"))
    if not names or "id" not in given:
        raise RowRefused(Problem("names", "This is no record of ROR schema 2."))
    name = next((n["value"] for n in names if "ror_display" in n.get("types", ())), None)
    name = name or names[0].get("value", "")
    if given.get("status", "active") != "active":
        raise RowRefused(
            Problem("status", f"ROR says that it is {given['status']}."), name=str(name)[:200]
        )
    place = next(iter(_dicts(given.get("locations"))), {}).get("geonames_details") or {}
    identifiers = [_identifier(IdentifierScheme.ROR, given["id"])]
    for outside in _dicts(given.get("external_ids")):
        scheme = {
            "grid": IdentifierScheme.GRID,
            "isni": IdentifierScheme.ISNI,
            "wikidata": IdentifierScheme.WIKIDATA,
        }.get(str(outside.get("type", "")).lower())
        value = outside.get("preferred") or next(iter(outside.get("all") or ()), None)
        if scheme and value:
            identifiers.append(_identifier(scheme, value))
    websites = [one.get("value") for one in _dicts(given.get("links")) if one["type"] == "website"]
    return Raw(
        number=number,
        kind=ProfileKind.ORGANISATION,
        values={
            "name": name,
            "organisation_type": _organisation_type(given.get("types")),
            "country": place.get("country_code"),
            "city": place.get("name"),
            "latitude": place.get("lat"),
            "longitude": place.get("lng"),
            "website": next(iter(websites), None),
            "source": "ROR (CC0)",
            "identifiers": identifiers,
        },
        columns={"name": "names", "country": "locations", "website": "links"},
    )


def openalex_institution(number: int, given: Document) -> Raw:
    """Return an organisation from an OpenAlex institution."""
    if "display_name" not in given or "id" not in given:
        raise RowRefused(Problem("id", "This is no institution of OpenAlex."))
    geo = given.get("geo") or {}
    return Raw(
        number=number,
        kind=ProfileKind.ORGANISATION,
        values={
            "name": given["display_name"],
            "organisation_type": _organisation_type([given.get("type")]),
            "country": given.get("country_code") or geo.get("country_code"),
            "city": geo.get("city"),
            "latitude": geo.get("latitude"),
            "longitude": geo.get("longitude"),
            "website": given.get("homepage_url"),
            "source": "OpenAlex (CC0)",
            "identifiers": _openalex_identifiers(given),
            "evidence": _topics(given),
            "language": "en",
        },
        columns={"name": "display_name", "country": "country_code", "website": "homepage_url"},
    )


def openalex_author(number: int, given: Document) -> Raw:
    """Return an expert from an OpenAlex author: name, affiliation, topics; no papers."""
    if "display_name" not in given or "id" not in given:
        raise RowRefused(Problem("id", "This is no author of OpenAlex."))
    institutions = _dicts(given.get("last_known_institutions"))
    institutions = institutions or _dicts([given.get("last_known_institution")])
    where = institutions[0] if institutions else {}
    evidence = _topics(given)
    return Raw(
        number=number,
        kind=ProfileKind.EXPERT,
        values={
            "name": given["display_name"],
            "affiliation": where.get("display_name"),
            "country": where.get("country_code"),
            "source": "OpenAlex (CC0)",
            "identifiers": _openalex_identifiers(given),
            "evidence": evidence,
            "language": "en",
        },
        columns={"name": "display_name", "affiliation": "last_known_institutions"},
    )


def orcid(number: int, given: Document) -> Raw:
    """Return an expert from a record of the ORCID public API, version 3.0, as JSON."""
    person = given.get("person") or {}
    identity = (given.get("orcid-identifier") or {}).get("path")
    name = person.get("name") or {}
    if identity is None:
        raise RowRefused(Problem("orcid-identifier", "This is no record of ORCID."))
    whole = _value(name.get("credit-name")) or " ".join(
        part for part in (_value(name.get("given-names")), _value(name.get("family-name"))) if part
    )
    activities = given.get("activities-summary") or {}
    job = next(_summaries(activities.get("employments"), "employment-summary"), {})
    employer = job.get("organization") or {}
    address = employer.get("address") or {}
    countries = _dicts((person.get("addresses") or {}).get("address"))
    keywords = _dicts((person.get("keywords") or {}).get("keyword"))
    websites = _dicts((person.get("researcher-urls") or {}).get("researcher-url"))
    evidence: list[dict[str, object]] = [
        {"kind": EvidenceKind.FIELD.value, "title": "", "text": one["content"]}
        for one in keywords
        if one.get("content")
    ]
    evidence += _works(activities.get("works"))
    return Raw(
        number=number,
        kind=ProfileKind.EXPERT,
        values={
            "name": whole,
            "description": (person.get("biography") or {}).get("content"),
            "title": job.get("role-title"),
            "affiliation": employer.get("name"),
            "city": address.get("city"),
            "country": address.get("country")
            or next((_value(one.get("country")) for one in countries), None),
            "website": next((_value(one.get("url")) for one in websites), None),
            "source": "ORCID",
            "identifiers": [_identifier(IdentifierScheme.ORCID, identity)],
            "evidence": evidence[:_MOST_EVIDENCE],
        },
        columns={"name": "person.name", "description": "person.biography"},
    )


def cordis_organisation(number: int, given: Document) -> Raw:
    """Return an organisation of the CORDIS file ``organization.csv``."""
    _need(given, "organisationID", "name")
    latitude, _, longitude = str(given.get("geolocation") or "").strip("() ").partition(",")
    located = {"latitude": latitude, "longitude": longitude} if longitude.strip() else {}
    website = given.get("organizationURL") or None
    kinds = {
        "HES": OrganisationType.UNIVERSITY,
        "PRC": OrganisationType.FIRM,
        "REC": OrganisationType.RESEARCH_INSTITUTE,
    }
    return Raw(
        number=number,
        kind=ProfileKind.ORGANISATION,
        values={
            "name": given["name"],
            "organisation_type": kinds.get(
                str(given.get("activityType")), OrganisationType.RESEARCH_INSTITUTE
            ).value,
            "city": given.get("city"),
            "postcode": given.get("postCode"),
            # The Commission writes EL and UK where ISO 3166 has GR and GB.
            "country": {"EL": "GR", "UK": "GB"}.get(
                str(given.get("country")), given.get("country")
            ),
            "website": website if website is None or "://" in website else f"https://{website}",
            "source": "CORDIS (CC BY 4.0)",
            "identifiers": [
                _identifier(IdentifierScheme.CORDIS_ORGANISATION, given["organisationID"])
            ],
            **located,
        },
        columns={"identifiers": "organisationID", "website": "organizationURL"},
    )


def cordis_project(number: int, given: Document) -> Raw:
    """Return an activity of the CORDIS file ``project.csv``: a project to know of or to join."""
    _need(given, "id", "title")
    acronym = str(given.get("acronym") or "")
    title = str(given["title"])
    name = f"{acronym}: {title}" if acronym and acronym.lower() not in title.lower() else title
    return Raw(
        number=number,
        kind=ProfileKind.ACTIVITY,
        values={
            "name": name[:200],
            "description": given.get("objective"),
            "activity_type": ActivityType.RESEARCH_PROJECT.value,
            "need": CompanyNeed.TAKING_PART_IN_RESEARCH.value,
            "starts_on": given.get("startDate"),
            "ends_on": given.get("endDate"),
            "country": "EU",
            "language": "en",
            "source": "CORDIS (CC BY 4.0)",
            "identifiers": [_identifier(IdentifierScheme.CORDIS_PROJECT, given["id"])],
        },
        columns={"identifiers": "id", "name": "title", "description": "objective"},
    )


READERS: Mapping[ImportFormat, Callable[[int, Document], Raw]] = {
    ImportFormat.ROR: ror,
    ImportFormat.ORCID: orcid,
    ImportFormat.OPENALEX_AUTHORS: openalex_author,
    ImportFormat.OPENALEX_INSTITUTIONS: openalex_institution,
    ImportFormat.CORDIS_ORGANISATIONS: cordis_organisation,
    ImportFormat.CORDIS_PROJECTS: cordis_project,
}


def _identifier(scheme: IdentifierScheme, value: object) -> dict[str, str]:
    return {"scheme": scheme.value, "value": str(value)}


def _dicts(given: object) -> list[dict[str, Any]]:
    if not isinstance(given, Iterable) or isinstance(given, str | dict):
        return []
    return [one for one in given if isinstance(one, dict)]


def _value(given: object) -> str | None:
    return given.get("value") if isinstance(given, dict) else None


def _need(given: Document, *columns: str) -> None:
    for column in columns:
        if not given.get(column):
            raise RowRefused(Problem(column, "It is empty, or the file has no such column."))


def _organisation_type(types: object) -> str:
    kinds = [str(one).lower() for one in types] if isinstance(types, list) else []
    found = next((_TYPES[one] for one in kinds if one in _TYPES), None)
    return (found or OrganisationType.RESEARCH_INSTITUTE).value


def _openalex_identifiers(given: Document) -> list[dict[str, str]]:
    ids = {**(given.get("ids") or {}), "openalex": given["id"]}
    for name in ("orcid", "ror"):
        ids.setdefault(name, given.get(name))
    schemes = {one.value: one for one in IdentifierScheme}
    return [
        _identifier(schemes[name], value)
        for name, value in ids.items()
        if name in schemes and value
    ]


def _topics(given: Document) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for one in _dicts(given.get("topics"))[:_MOST_EVIDENCE]:
        above = [(one.get(level) or {}).get("display_name") for level in ("subfield", "field")]
        name = str(one.get("display_name", ""))
        words = ". ".join([name, *dict.fromkeys(filter(None, above))])
        found.append(
            {"kind": EvidenceKind.FIELD.value, "title": name, "text": words, "language": "en"}
        )
    return found


def _summaries(given: object, name: str) -> Iterator[dict[str, Any]]:
    """Give what ORCID nests as group, summaries, and the summary by its name."""
    groups = _dicts((given or {}).get("affiliation-group") if isinstance(given, dict) else None)
    return iter(
        [
            one[name]
            for group in groups
            for one in _dicts(group.get("summaries"))
            if isinstance(one.get(name), dict)
        ]
    )


def _works(given: object) -> list[dict[str, object]]:
    groups = _dicts((given or {}).get("group") if isinstance(given, dict) else None)
    found: list[dict[str, object]] = []
    for group in groups:
        work = next(iter(_dicts(group.get("work-summary"))), {})
        title = _value((work.get("title") or {}).get("title"))
        year = _value((work.get("publication-date") or {}).get("year"))
        if title:
            found.append(
                {
                    "kind": EvidenceKind.PUBLICATION.value,
                    "title": title[:300],
                    "text": title,
                    "year": year,
                }
            )
    return found
