"""What ships in ``seed_data``: enough of it, in both languages, honest about its sources."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from api.cli.seed import read, read_judged
from matchmaker.matching.sentences import split
from matchmaker.models import Organisation
from tests.cli.conftest import Shell

SEED_DATA = Path(__file__).parents[2] / "seed_data"
_KINDS = ("organisations", "experts", "students", "activities")


@pytest.fixture(scope="module")
def records() -> dict[str, list[dict[str, Any]]]:
    return {
        kind: json.loads((SEED_DATA / f"{kind}.json").read_text(encoding="utf-8"))
        for kind in _KINDS
    }


def test_at_least_400_profiles_half_of_them_danish() -> None:
    profiles = read(SEED_DATA).profiles

    languages = Counter(profile.language for profile in profiles)
    assert len(profiles) >= 400
    assert languages.keys() == {"da", "en"}
    assert 0.4 <= languages["da"] / len(profiles) <= 0.6


def test_at_least_60_challenges_half_of_them_danish() -> None:
    challenges = read(SEED_DATA).challenges

    languages = Counter(challenge.language for challenge in challenges)
    assert len(challenges) >= 60
    assert 0.4 <= languages["da"] / len(challenges) <= 0.6
    assert {one.language for one in challenges if one.sample} == {"da", "en"}


def test_every_challenge_is_judged_thirty_times_and_translated() -> None:
    judged = read_judged(SEED_DATA)

    keys = {record["key"] for record in judged.challenges}
    assert judged.translations.keys() == keys
    assert min(len(judged.grades[key]) for key in keys) >= 30
    assert {grade for grades in judged.grades.values() for grade in grades.values()} == {0, 1, 2, 3}


def test_a_challenge_that_can_be_answered_has_somebody_who_fits() -> None:
    judged = read_judged(SEED_DATA)

    best = {key: max(grades.values()) for key, grades in judged.grades.items()}
    off_topic = {one["key"] for one in judged.challenges if one["clarity"] == "off-topic"}
    assert off_topic
    assert {key for key, grade in best.items() if grade < 2} == off_topic


def test_persons_are_invented_and_say_so(records: dict[str, list[dict[str, Any]]]) -> None:
    persons = records["experts"] + records["students"]

    assert len(records["experts"]) >= 60
    assert len(records["students"]) >= 60
    assert all(person["fictional"] for person in persons)
    assert all(person["source"].startswith("fictional") for person in persons)


def test_real_organisations_name_their_source_and_claim_no_year(
    records: dict[str, list[dict[str, Any]]],
) -> None:
    real = [one for one in records["organisations"] if not one["fictional"]]

    assert len(real) >= 100
    assert not [one["key"] for one in real if one["source"].startswith("fictional")]
    assert not [one["key"] for one in real if any(item["year"] for item in one["evidence"])]


def test_no_sentence_stands_twice(records: dict[str, list[dict[str, Any]]]) -> None:
    found: Counter[str] = Counter()
    for listed in records.values():
        for one in listed:
            texts = [one["summary"], one["description"]]
            texts += [one.get("learning_goals", ""), one.get("eligibility", "")]
            texts += [item["text"] for item in one["evidence"]]
            found.update(sentence for text in texts for sentence in split(text))

    assert sum(found.values()) > 3000
    assert [sentence for sentence, times in found.items() if times > 1] == []


def test_all_of_it_loads(empty: Shell) -> None:
    result = empty("seed", "load", "--folder", SEED_DATA)

    assert result.exit_code == 0, result.output
    profiles = read(SEED_DATA).profiles
    assert len(empty.rows("profiles")) == len(profiles)
    families = [one for one in profiles if isinstance(one, Organisation) and one.parent_id]
    assert families
    assert empty("index", "check").stdout == "Database and index agree.\n"
