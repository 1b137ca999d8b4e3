"""The numbers of the judgement."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES, MatchingPolicy, SlateRule
from matchmaker.models import Fit, PartnerKind


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_called_what_it_is_filed_under(name: str) -> None:
    assert POLICIES[name].name == name


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_a_policy_written_out_comes_back_from_json_the_same(policy: MatchingPolicy) -> None:
    written = policy.as_json()
    assert json.loads(json.dumps(written)) == written
    assert written.keys() == {field.name for field in fields(MatchingPolicy)}
    assert written["slate"].keys() == {field.name for field in fields(SlateRule)}


def test_every_number_shows_in_what_is_written_out() -> None:
    written = DEFAULT_POLICY.as_json()
    for change in (
        {"version": 99},
        {"midpoint": 0.9},
        {"fit_from": {Fit.POSSIBLE: 0.1}},
        {"slate": SlateRule(minimum={PartnerKind.HUB: 1})},
        {"slate": SlateRule(maximum={})},
        {"slate": SlateRule(per_family=1)},
    ):
        assert replace(DEFAULT_POLICY, **change).as_json() != written


def test_the_single_voices_hear_one_side_only() -> None:
    assert POLICIES["dense"].lexical_weight == POLICIES["lexical"].dense_weight == 0
    assert not POLICIES["dense-uncorrected"].language_correction


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_every_policy_hears_a_voice_and_has_a_scale(policy: MatchingPolicy) -> None:
    assert policy.dense_weight + policy.lexical_weight + policy.character_weight > 0
    assert 0 <= policy.whole_share <= 1
    assert policy.spread > 0
    assert policy.lexical_cap > 0
    assert policy.floor >= 0


def test_fit_words_follow_the_score() -> None:
    policy = replace(DEFAULT_POLICY, fit_from={Fit.POSSIBLE: 0.3, Fit.STRONG: 0.6, Fit.GOOD: 0.4})
    words = [policy.fit(score) for score in (0.3, 0.39, 0.4, 0.59, 0.6, 1.0)]
    assert words == [Fit.POSSIBLE, Fit.POSSIBLE, Fit.GOOD, Fit.GOOD, Fit.STRONG, Fit.STRONG]
    assert policy.floor == 0.3


def test_there_is_no_fit_word_below_the_floor() -> None:
    with pytest.raises(ValueError, match="empty"):
        DEFAULT_POLICY.fit(DEFAULT_POLICY.floor - 0.01)


def test_fit_words_grow_with_the_score() -> None:
    least = DEFAULT_POLICY.fit_from
    assert 0 < least[Fit.POSSIBLE] < least[Fit.GOOD] < least[Fit.STRONG] < 1


def test_no_minimum_of_the_slate_is_above_its_maximum() -> None:
    slate = DEFAULT_POLICY.slate
    assert all(least <= slate.maximum[kind] for kind, least in slate.minimum.items())
    assert set(slate.maximum) == set(PartnerKind)


def test_a_policy_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        DEFAULT_POLICY.version = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        DEFAULT_POLICY.slate.minimum[PartnerKind.HUB] = 9  # type: ignore[index]
    with pytest.raises(TypeError):
        POLICIES["mine"] = DEFAULT_POLICY  # type: ignore[index]
