"""Every profile kind is complete; what is missing is said in words."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

import api.schemas.seed
from api.cli.seed import read as read_seed
from api.pages.display import what_it_is
from api.pages.labels import LABELS
from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.passages import compose, own_words
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.models import Profile, ProfileKind
from matchmaker.storage import profiles as stored_profiles
from tests import factories
from tests.architecture.repository import ROOT, read

#: Kinds that say nothing beyond summary, description and evidence.
NO_OWN_WORDS = {ProfileKind.ORGANISATION}
#: Columns that no reader needs: they follow from others.
DERIVED = {"id", "family_type"}


def _class_of(kind: ProfileKind) -> type[Profile] | None:
    mapper = Profile.__mapper__.polymorphic_map.get(kind)
    return mapper.class_ if mapper else None


def _factory_of(kind: ProfileKind) -> Any:
    for article in ("a", "an"):
        if made := getattr(factories, f"{article}_{kind}", None):
            return made
    return None


def _missing(kind: ProfileKind, client: FlaskClient) -> list[str]:
    """Return what a kind still lacks, one sentence each."""
    model = _class_of(kind)
    if model is None:
        return [f"write matchmaker/models/{kind}.py: a subclass of Profile with identity {kind}"]
    name, plural = model.__name__, str(model.__tablename__)
    return [
        *_missing_inside(kind, model),
        *_missing_outside(name, plural, kind, model),
        *_missing_addresses(plural, client),
    ]


def _missing_inside(kind: ProfileKind, model: type[Profile]) -> list[str]:
    lacks = []
    name = model.__name__
    if f'"{name}"' not in read("matchmaker/models/__init__.py"):
        lacks.append(f"export {name} from matchmaker/models/__init__.py")
    if kind not in NO_OWN_WORDS and model not in own_words.registry:
        lacks.append(f"register own_words for {name} in matchmaker/matching/passages.py")
    if model not in stored_profiles._KINDS:
        lacks.append(f"add {name} to _KINDS in matchmaker/storage/profiles.py")
    if name not in read("matchmaker/storage/matches.py"):
        lacks.append(f"add {name} to the loaded kinds in matchmaker/storage/matches.py")
    factory = _factory_of(kind)
    if factory is None:
        lacks.append(f"write a builder a_{kind}() in tests/factories.py")
    else:
        profile = factory()
        if not compose(profile):
            lacks.append(f"{name} composes no passage: see matchmaker/matching/passages.py")
        if profile.partner_kind not in DEFAULT_POLICY.slate.maximum:
            lacks.append(
                f"give {profile.partner_kind} a place in SlateRule, matchmaker/matching/policy.py"
            )
    return lacks


def _missing_outside(name: str, plural: str, kind: ProfileKind, model: type[Profile]) -> list[str]:
    lacks = []
    try:
        schemas = __import__(f"api.schemas.{kind}", fromlist=["*"])
        shown = set(getattr(schemas, f"{name}Schema")().fields)
        for suffix in ("SummarySchema", "PageSchema"):
            getattr(schemas, f"{name}{suffix}")()
        own = {column.name for column in model.__table__.columns} - DERIVED
        if own - shown:
            lacks.append(f"api/schemas/{kind}.py does not show {', '.join(sorted(own - shown))}")
    except (ImportError, AttributeError) as error:
        lacks.append(f"write the schemas of {name} in api/schemas/{kind}.py ({error})")
    if not hasattr(api.schemas.seed, f"Seed{name}Schema"):
        lacks.append(f"write Seed{name}Schema in api/schemas/seed.py")
    if f'"{plural}.json"' not in read("api/cli/seed.py"):
        lacks.append(f"add {plural}.json to _PROFILE_FILES in api/cli/seed.py")
    file = ROOT / "seed_data" / f"{plural}.json"
    if not file.exists() or not json.loads(file.read_text(encoding="utf-8")):
        lacks.append(f"write seed_data/{plural}.json")
    if kind not in LABELS[ProfileKind]:
        lacks.append(f"add {kind} to LABELS in api/pages/labels.py")
    if model not in what_it_is.registry:
        lacks.append(f"register what_it_is for {name} in api/pages/display.py")
    return lacks


def _missing_addresses(plural: str, client: FlaskClient) -> list[str]:
    rules = {rule.rule for rule in client.application.url_map.iter_rules()}
    wanted = {f"/api/v1/{plural}", f"/api/v1/{plural}/<uuid:profile_id>"}
    return [f"add {rule} to api/resources/profiles.py" for rule in sorted(wanted - rules)]


@pytest.mark.parametrize("kind", list(ProfileKind))
def test_a_profile_kind_is_complete(kind: ProfileKind, client: FlaskClient) -> None:
    missing = _missing(kind, client)

    assert not missing, f"profile kind {kind}:\n" + "\n".join(f"- {one}" for one in missing)


@pytest.mark.parametrize("kind", list(ProfileKind))
def test_a_profile_of_each_kind_has_a_page(
    kind: ProfileKind, client: FlaskClient, workshop: Matchmaker
) -> None:
    factory = _factory_of(kind)
    assert factory is not None, f"write a builder a_{kind}() in tests/factories.py"
    profile = factory("Somebody new", evidence=("Measures residual stress.",))
    workshop.profiles.register_all([profile])

    page = client.get(f"/profiles/{profile.id}")

    assert page.status_code == 200
    assert "Somebody new" in page.get_data(as_text=True)


def test_the_seed_data_can_be_read_and_holds_every_kind() -> None:
    seed = read_seed(ROOT / "seed_data")

    assert {profile.kind for profile in seed.profiles} == set(ProfileKind)
    assert all(profile.updated_at.date() <= date(2026, 11, 22) for profile in seed.profiles)
