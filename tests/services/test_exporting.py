"""Export: everything that somebody may see, and nothing more; read again it is the same."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput
from matchmaker.models import (
    HIDEABLE,
    Activity,
    ActivityType,
    CompanyNeed,
    Evidence,
    EvidenceKind,
    Expert,
    Identifier,
    IdentifierScheme,
    ImportFormat,
    Organisation,
    OrganisationType,
    PlacementType,
    Profile,
    ProfileKind,
    Standing,
    Student,
    StudyLevel,
    Visibility,
)
from matchmaker.services.exchange.cells import TRIGGERS, guarded, restored
from matchmaker.services.exporting import ExportFormat
from matchmaker.storage.database import Sessions
from tests.factories import NOW, a_workshop, an_expert, an_organisation

STAFF = Visibility.STAFF
#: What an import decides anew.
DECIDED = ("updated_at", "revision")

_letters = st.characters(exclude_categories=("Cc", "Cs"))
_nasty = st.sampled_from(["=1+1", "+4", "-4 °C", "@x", "'=x", "''", "a;b,c", '"q"', " x ", "\t"])


def _text(most: int, *, least: int = 0, one_line: bool = True) -> st.SearchStrategy[str]:
    letters = _letters if one_line else _letters | st.just("\n")
    whole = st.text(letters, min_size=least, max_size=most)
    return whole | _nasty.filter(lambda text: least <= len(text) <= most)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


_words = _text(30).filter(lambda text: bool(text.strip()))
_codes = st.sampled_from(["da", "en", "sv", "de"])
_days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
_evidence = st.builds(
    Evidence,
    id=st.uuids(version=4),
    kind=st.sampled_from(EvidenceKind),
    title=_text(30),
    text=_text(60, one_line=False),
    language=_codes,
    year=_maybe(st.integers(1000, 2200)),
    pinned=st.booleans(),
    excluded=st.booleans(),
    visibility=st.sampled_from(Visibility),
)
_locals = st.integers(0, 10**6).map(
    lambda number: Identifier(scheme=IdentifierScheme.LOCAL, value=f"M;{number}")
)
_common: dict[str, st.SearchStrategy[Any]] = {
    "id": st.uuids(version=4),
    "name": _text(40, least=1),
    "language": _codes,
    "summary": _text(60, one_line=False),
    "description": _text(60, one_line=False),
    "working_languages": st.lists(_codes, max_size=3),
    "city": _maybe(_words),
    "postcode": _maybe(st.sampled_from(["9220", "0900", "SW1A 1AA", "-12"])),
    "municipality": _maybe(st.sampled_from(["851", "101"])),
    "country": st.sampled_from(["DK", "SE", "DE"]),
    "latitude": _maybe(st.floats(-90, 90)),
    "longitude": _maybe(st.floats(-180, 180)),
    "can_travel_km": _maybe(st.integers(0, 20_000)),
    "website": _maybe(st.sampled_from(["https://a.example/=x?y=1", "http://b.example"])),
    "source": _text(20),
    "fictional": st.booleans(),
    "visibility": st.sampled_from(Visibility),
    "field_visibility": st.dictionaries(
        st.sampled_from(sorted(HIDEABLE)), st.sampled_from([one.value for one in Visibility])
    ),
    "evidence": st.lists(_evidence, max_size=3),
    "identifiers": st.lists(_locals, max_size=2, unique_by=lambda one: one.value),
    "updated_at": st.just(NOW),
}
_profiles = st.one_of(
    st.builds(
        Expert,
        title=_text(30),
        affiliation=_text(30),
        capacity=st.integers(0, 50),
        on_leave_until=_maybe(_days),
        **_common,
    ),
    st.builds(
        Organisation,
        organisation_type=st.sampled_from(OrganisationType),
        ror=_maybe(st.sampled_from(["https://ror.org/04qtj9h94", "https://ror.org/01cyz3n15"])),
        cvr=_maybe(st.sampled_from(["30060946", "29102384"])),
        **_common,
    ),
    st.builds(
        Student,
        programme=_text(30, least=1),
        level=st.sampled_from(StudyLevel),
        institution=_text(30, least=1),
        placement_types=st.lists(st.sampled_from([one.value for one in PlacementType])),
        available_from=_maybe(_days),
        available_to=_maybe(_days),
        learning_goals=_text(30, one_line=False),
        **_common,
    ),
    st.builds(
        Activity,
        activity_type=st.sampled_from(ActivityType),
        organiser=_text(30),
        starts_on=_maybe(_days),
        ends_on=_maybe(_days),
        eligibility=_text(30, one_line=False),
        need=st.sampled_from(CompanyNeed),
        **_common,
    ),
)


def export(service: Matchmaker, format: ExportFormat, **how: Any) -> str:
    return "".join(service.exports.profiles(format, **{"viewer": STAFF, **how}))


def documents(service: Matchmaker) -> dict[str, dict[str, Any]]:
    lines = export(service, ExportFormat.JSONL).split("\n")[:-1]
    found = map(json.loads, lines)
    return {
        one["id"]: {name: value for name, value in one.items() if name not in DECIDED}
        for one in found
    }


def forget_all(service: Matchmaker) -> None:
    with Sessions(service.engine).writing() as session:
        session.execute(delete(Profile))


@pytest.mark.parametrize("format", [ExportFormat.CSV, ExportFormat.JSONL])
@given(profiles=st.lists(_profiles, min_size=1, max_size=4, unique_by=lambda one: one.id))
@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),  # shrinking whole profiles takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_was_exported_and_is_imported_is_the_same(
    service: Matchmaker, tmp_path: Path, format: ExportFormat, profiles: list[Profile]
) -> None:
    for one in profiles:
        if isinstance(one, Organisation):  # numbers are identifiers and columns alike
            for scheme, value in (("ror", one.ror), ("cvr", one.cvr)):
                if value:
                    number = Identifier(
                        scheme=IdentifierScheme(scheme), value=value.rpartition("/")[2]
                    )
                    one.identifiers.append(number)
    numbers = [(item.scheme, item.value) for one in profiles for item in one.identifiers]
    assume(len(set(numbers)) == len(numbers))
    forget_all(service)
    service.profiles.register_all(profiles)
    before = documents(service)
    files = {}
    for kind in ProfileKind if format is ExportFormat.CSV else [None]:
        path = files[kind] = tmp_path / f"{kind}.{format}"
        path.write_bytes(export(service, format, kind=kind).encode())

    for kind, path in files.items():
        run = service.imports.preview(path, format=ImportFormat(format), kind=kind)
        assert (run.new, run.changed, run.refused) == (0, 0, 0)
    forget_all(service)
    for kind, path in files.items():
        run = service.imports.preview(path, format=ImportFormat(format), kind=kind)
        service.imports.apply(run.id)

    assert documents(service) == before


@given(text=st.text(_letters | st.sampled_from("=+-@\t\r'")))
def test_no_cell_is_a_formula_and_every_text_comes_back(text: str) -> None:
    assert not guarded(text).startswith(TRIGGERS)
    assert restored(guarded(text)) == text


def test_a_table_neutralises_formulas_in_every_text(service: Matchmaker) -> None:
    bad = '=HYPERLINK("https://evil.example";"x")'
    service.profiles.register_all(
        [an_expert(bad, title="+1", affiliation="@x", summary="-2+3", city="\tx")]
    )

    text = export(service, ExportFormat.CSV, kind=ProfileKind.EXPERT)

    (row,) = csv.DictReader(io.StringIO(text))
    cells = [row[name] for name in ("name", "title", "affiliation", "summary", "city")]
    assert all(cell.startswith("'") for cell in cells)


def test_the_public_gets_what_the_public_may_see(service: Matchmaker) -> None:
    hidden = an_expert("Hidden", visibility=Visibility.STAFF)
    imported = an_expert("Imported", standing=Standing.IMPORTED)
    shown = an_organisation(
        "Shown",
        cvr="30060946",
        field_visibility={"cvr": "staff"},
        identifiers=[Identifier(scheme=IdentifierScheme.CVR, value="30060946")],
        evidence=("Everybody may read this.",),
    )
    shown.evidence.append(
        Evidence(
            kind=EvidenceKind.CASE,
            title="",
            text="A secret of staff",
            language="en",
            visibility=STAFF,
        )
    )
    service.profiles.register_all([hidden, imported, shown])

    for form in (ExportFormat.JSONL, ExportFormat.JSON_LD):
        public = export(service, form, viewer=Visibility.PUBLIC)
        staff = export(service, form)
        assert "Shown" in public
        for secret in ("Hidden", "Imported", "30060946"):
            assert secret not in public
            assert secret in staff
    assert "secret" not in export(service, ExportFormat.JSONL, viewer=Visibility.PUBLIC)


def test_linked_data_names_type_and_identifiers(service: Matchmaker) -> None:
    dtu = an_organisation(
        "DTU",
        organisation_type=OrganisationType.UNIVERSITY,
        identifiers=[
            Identifier(scheme=IdentifierScheme.ROR, value="04qtj9h94"),
            Identifier(scheme=IdentifierScheme.CVR, value="30060946"),
        ],
    )
    expert = an_expert(
        "Ida",
        identifiers=[Identifier(scheme=IdentifierScheme.ORCID, value="0000-0002-1825-0097")],
    )
    service.profiles.register_all([dtu, expert, *a_workshop()])

    graph = json.loads(export(service, ExportFormat.JSON_LD))

    assert graph["@context"] == "https://schema.org"
    by_name = {one["name"]: one for one in graph["@graph"]}
    assert {one["@type"] for one in graph["@graph"]} >= {"Person", "Event", "ResearchOrganization"}
    assert by_name["DTU"]["@type"] == "CollegeOrUniversity"
    assert by_name["DTU"]["@id"] == "https://ror.org/04qtj9h94"
    assert {"@type": "PropertyValue", "propertyID": "cvr", "value": "30060946"} in by_name["DTU"][
        "identifier"
    ]
    assert by_name["Ida"]["sameAs"] == ["https://orcid.org/0000-0002-1825-0097"]


def test_many_profiles_come_once_each_and_in_order(
    service: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchmaker.services.exporting.BATCH", 3)
    service.profiles.register_all(a_workshop())
    heard: list[tuple[int, int]] = []

    text = export(service, ExportFormat.JSONL, progress=lambda *told: heard.append(told))

    ids = [UUID(json.loads(line)["id"]) for line in text.splitlines()]
    assert len(ids) == 8
    assert ids == sorted(ids)
    assert heard[-1] == (8, 8)


def test_a_table_holds_one_kind(service: Matchmaker) -> None:
    with pytest.raises(InvalidInput, match="one kind"):
        export(service, ExportFormat.CSV)
