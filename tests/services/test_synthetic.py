"""Synthetic profiles are plausible, repeatable, and stored as the indexer would have stored them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import defer

from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.matching.languages import unit
from matchmaker.matching.passages import compose
from matchmaker.models import (
    Evidence,
    IndexStamp,
    Organisation,
    OrganisationType,
    PartnerKind,
    Passage,
    Profile,
    ProfileKind,
    Visibility,
)
from matchmaker.services.synthetic import SHARES, profiles
from matchmaker.services.synthetic_index import FragmentVectors, fill
from matchmaker.services.synthetic_texts import LANGUAGES, fragments, sentences, topics
from matchmaker.storage.database import Sessions, upgrade
from tests.factories import NOW

TODAY = NOW.date()
SOME = 1_000


@pytest.fixture(scope="module")
def some() -> list[Profile]:
    return list(profiles(SOME, today=TODAY))


@pytest.fixture(scope="module")
def vectors() -> FragmentVectors:
    return FragmentVectors(HashingEncoder(256))


@pytest.fixture
def filled(matchmaker: Matchmaker, vectors: FragmentVectors) -> Matchmaker:
    fill(
        Sessions(matchmaker.engine),
        matchmaker.indexing,
        vectors,
        profiles(SOME, today=TODAY),
    )
    return matchmaker


def _words(profile: Profile) -> tuple[Any, ...]:
    return (profile.id, profile.kind, profile.name, [one.text for one in compose(profile)])


def test_the_same_seed_makes_the_same_profiles_and_few_are_the_first_of_many(
    some: list[Profile],
) -> None:
    again = list(profiles(50, today=TODAY))
    assert [_words(one) for one in again] == [_words(one) for one in some[:50]]


def test_another_seed_makes_other_profiles(some: list[Profile]) -> None:
    others = list(profiles(50, today=TODAY, seed=1))
    assert not {one.id for one in others} & {one.id for one in some}


def test_no_two_passages_say_the_same(some: list[Profile]) -> None:
    texts = [passage.text for profile in some for passage in compose(profile)]
    assert len(texts) == len(set(texts)) > 5 * SOME


def test_each_kind_has_its_share(some: list[Profile]) -> None:
    counts = Counter(profile.kind for profile in some)
    assert set(counts) == set(ProfileKind)
    for kind, share in SHARES.items():
        assert counts[kind] / SOME == pytest.approx(share / 100, abs=0.05)


def test_every_partner_kind_and_every_type_of_organisation_occurs(some: list[Profile]) -> None:
    assert {profile.partner_kind for profile in some} == set(PartnerKind)
    types = {one.organisation_type for one in some if isinstance(one, Organisation)}
    assert types == set(OrganisationType)
    assert len({profile.country for profile in some}) > 5


def test_half_is_danish_and_half_is_english(some: list[Profile]) -> None:
    counts = Counter(profile.language for profile in some)
    assert set(counts) == set(LANGUAGES)
    assert counts["da"] / SOME == pytest.approx(0.5, abs=0.08)


def test_a_profile_has_three_to_five_items_of_evidence_and_lies_somewhere(
    some: list[Profile],
) -> None:
    assert {len(profile.evidence) for profile in some} == {3, 4, 5}
    assert all(profile.latitude and profile.longitude for profile in some)


def test_a_part_comes_after_its_parent_and_belongs_to_its_family(some: list[Profile]) -> None:
    seen: dict[Any, Profile] = {}
    parts = 0
    for profile in some:
        seen[profile.id] = profile
        if isinstance(profile, Organisation) and profile.parent_id is not None:
            parts += 1
            parent = seen[profile.parent_id]
            assert isinstance(parent, Organisation)
            assert profile.family_id == parent.id
            assert profile.family_type is parent.organisation_type
            assert profile.country == parent.country
    assert parts > 50


def test_some_cannot_be_proposed_today(some: list[Profile]) -> None:
    hidden = [one for one in some if one.visibility is not Visibility.PUBLIC]
    over = [one for one in some if one.proposable_until and one.proposable_until < TODAY]
    away = [one for one in some if one.proposable_from and one.proposable_from > TODAY]
    assert hidden
    assert over
    assert away
    assert len(hidden) + len(over) + len(away) < SOME / 5


def test_the_grammar_has_some_three_thousand_fragments_each_one_sentence() -> None:
    known = fragments()
    assert len(known) == len(set(known))
    assert 2_500 < len(known) < 4_000
    assert len(topics()["da"]) == len(topics()["en"])
    assert all(sentences(fragment) == [fragment] for fragment in known)


def test_a_passage_lies_near_its_own_fragments(
    some: list[Profile], vectors: FragmentVectors
) -> None:
    encoder = HashingEncoder(256)
    known = set(fragments())
    texts = [passage.text for profile in some[:50] for passage in compose(profile)]
    made = vectors.of(texts, np.random.default_rng(0))
    for text, vector in zip(texts, made, strict=True):
        own = encoder.encode_documents([one for one in sentences(text) if one in known])
        assert float(vector @ unit(own.sum(axis=0, keepdims=True))[0]) > 0.97
    assert np.linalg.norm(made, axis=1) == pytest.approx(1, abs=1e-5)


def test_texts_that_the_grammar_did_not_make_have_no_vector(vectors: FragmentVectors) -> None:
    with pytest.raises(ValueError, match="not made by the grammar"):
        vectors.of([fragments()[0], "We weld by hand."], np.random.default_rng(0))


def test_a_filled_database_needs_no_mending_and_nobody_waits(filled: Matchmaker) -> None:
    assert filled.indexing.check().differences == {}
    readiness = filled.indexing.readiness()
    assert readiness.ready
    assert readiness.waiting == 0
    assert filled.profiles.page().total > 0.9 * SOME
    assert filled.profiles.register_all(list(profiles(20, today=TODAY))).unchanged == 20


def test_a_filled_database_answers_a_challenge(filled: Matchmaker) -> None:
    challenge = filled.challenges.submit(text=f"Who can help? {fragments()[-1]}", language="en")
    run = filled.matchmaking.run(challenge.id)
    assert run.matches
    assert dict(run.funnel)["all"] == SOME


def _rows(service: Matchmaker) -> dict[str, list[Any]]:
    """Return everything that was written, without vectors and numbers the database gave."""
    with Sessions(service.engine).reading() as session:
        return {
            kind.__name__: [
                {
                    name: getattr(row, name)
                    for name in kind.__table__.columns.keys()  # noqa: SIM118
                    if name not in {"vector", "generation_id"}
                    and not (kind is Passage and name == "id")
                }
                for row in session.scalars(
                    select(kind)
                    .options(*([defer(Passage.vector)] if kind is Passage else []))
                    .order_by(*order)
                )
            ]
            for kind, order in (
                (Profile, (Profile.id,)),
                (Evidence, (Evidence.id,)),
                (IndexStamp, (IndexStamp.profile_id,)),
                (Passage, (Passage.profile_id, Passage.position)),
            )
        }


def test_what_is_written_is_what_registering_and_indexing_would_have_written(
    settings: Settings, tmp_path: Path, vectors: FragmentVectors
) -> None:
    number = 60
    services = []
    for name in ("filled", "registered"):
        database = f"sqlite:///{tmp_path / name}.sqlite3"
        service = build(replace(settings, database=database), encoder=HashingEncoder(256))
        upgrade(service.engine)
        services.append(service)
    quick, slow = services
    given = profiles(number, today=TODAY)
    counted = fill(Sessions(quick.engine), quick.indexing, vectors, given)
    slow.profiles.register_all(list(profiles(number, today=TODAY)))
    quick_rows, slow_rows = _rows(quick), _rows(slow)
    assert quick_rows == slow_rows
    assert (counted.profiles, counted.passages) == (number, len(slow_rows["Passage"]))
    for service in services:
        service.close()
