"""Floors under the quality of the ranking: a change that falls through one is no improvement."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from api.cli.seed import read_judged
from api.schemas.seed import id_of
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Conditions
from matchmaker.services.evaluation import PolicyResult
from tests.quality.conftest import SEED_DATA

pytestmark = [pytest.mark.model, pytest.mark.slow]

Results = Mapping[str, PolicyResult]
BOTH = ("da→both", "en→both")
PAIRS = ("da→da", "da→en", "en→da", "en→en", *BOTH)


def ndcg(results: Results, policy: str, pair: str) -> float:
    return results[policy].pairs[pair].measures["ndcg@10"].value


@pytest.mark.parametrize(("pair", "floor"), [("da→both", 0.77), ("en→both", 0.79)])
def test_the_list_a_firm_sees_is_good(results: Results, pair: str, floor: float) -> None:
    assert ndcg(results, "fused", pair) >= floor


@pytest.mark.parametrize(("pair", "floor"), [("da→both", 0.91), ("en→both", 0.93)])
def test_most_of_those_who_fit_are_among_the_first_fifty(
    results: Results, pair: str, floor: float
) -> None:
    assert results["fused"].pairs[pair].measures["recall@50"].value >= floor


def test_danish_finds_english_nearly_as_well_as_english_does(results: Results) -> None:
    assert ndcg(results, "fused", "da→en") >= 0.91 * ndcg(results, "fused", "en→en")


@pytest.mark.parametrize("pair", BOTH)
def test_taking_out_the_languages_helps(results: Results, pair: str) -> None:
    assert ndcg(results, "fused", pair) > ndcg(results, "fused-uncorrected", pair) + 0.1


def test_without_it_meaning_alone_does_not_cross_the_languages(results: Results) -> None:
    assert ndcg(results, "dense", "da→en") > ndcg(results, "dense-uncorrected", "da→en") + 0.3


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("voice", ["lexical", "dense"])
def test_both_voices_together_are_better_than_one(results: Results, voice: str, pair: str) -> None:
    assert ndcg(results, "fused", pair) >= ndcg(results, voice, pair)


def test_who_cannot_be_helped_is_told_so(results: Results) -> None:
    assert results["fused"].nobody_for_off_topic >= 0.9


def test_who_can_be_helped_is_hardly_ever_sent_away(results: Results) -> None:
    assert results["fused"].nobody_for_answerable <= 0.03


def test_the_fit_words_mean_what_they_say(results: Results) -> None:
    shares = {fit: share for fit, (share, _) in results["fused"].relevant_by_fit.items()}
    judged = {fit: number for fit, (_, number) in results["fused"].relevant_by_fit.items()}

    assert shares["strong"] >= 0.9
    assert shares["strong"] > shares["good"] > shares["possible"]
    assert judged["strong"] >= 50


def test_a_danish_challenge_finds_planners_who_write_english(service: Matchmaker) -> None:
    challenge = service.challenges.get(id_of("planlaegning-maskinfabrik-ordrer-forsinkede"))
    assert challenge.language == "da"

    run = service.matchmaking.run(challenge.id, conditions=Conditions(limit=10))

    english = [match for match in run.matches if match.profile.language == "en"]
    evidence = " ".join(passage.text for match in english for passage in match.reason.evidence)
    assert "schedul" in evidence.lower() or "planning" in evidence.lower()


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_profile_sees_its_challenges_in_a_good_order(results: Results, language: str) -> None:
    found = results["fused"].orderings[language]
    assert found.profiles > 300
    assert found.measures["ndcg@10"].value >= 0.78
    assert found.measures["pairs"].value >= 0.82


def test_a_challenge_finds_its_own_translation(service: Matchmaker) -> None:
    translations = read_judged(SEED_DATA).translations
    samples = service.challenges.samples()
    for sample in samples:
        (words,) = [one for key, one in translations.items() if id_of(key) == sample.id]
        asked = service.challenges.submit(
            text=words["text"], title=words["title"], language=words["language"]
        )
        found = service.directions.similar(asked.id).page.items
        assert [one.challenge.id for one in found][:1] == [sample.id]
        assert found[0].pairs
