"""Judged sets measured by the search of every day, on profiles that are made of given texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.passages import compose
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES
from matchmaker.models import PartnerKind, Place
from matchmaker.services.judged_set import (
    Baseline,
    JudgedPair,
    JudgedSet,
    Judgements,
    SetPassage,
    SetProfile,
    SetQuery,
    in_memory,
)
from matchmaker.services.set_evaluation import NOTHING, Scores, SetEvaluation, SetResult
from matchmaker.services.set_index import KINDS, as_profile, key_of, write_set
from tests.services.conftest import open_on
from tests.services.layout_folder import CASTINGS, ORDERS, WELDING

AT = datetime(2026, 11, 22, tzinfo=UTC)
QUERIES = (
    SetQuery(id="cracks", text="Cracks in welded joints of steel frames."),
    SetQuery(id="sorting", text="A camera that sorts castings by shape."),
)


def profile(id: str, *texts: str, **values: object) -> SetProfile:
    passages = tuple(SetPassage(text=text) for text in texts)
    return SetProfile(id=id, passages=passages, **values)  # type: ignore[arg-type]


def a_set(
    *profiles: SetProfile, queries: Sequence[SetQuery] = QUERIES, **more: object
) -> JudgedSet:
    given = {"judgements": Judgements(grades={"cracks": {"welders": 1.0}}), **more}
    return in_memory(name="a-set", queries=queries, profiles=profiles, **given)  # type: ignore[arg-type]


def indexed(folder: Path, given: JudgedSet) -> Matchmaker:
    service = open_on(folder, HashingEncoder(256))
    write_set(service.engine, given, AT)
    service.indexing.sync()
    return service


def evaluate(
    folder: Path, given: JudgedSet, *names: str
) -> tuple[list[SetResult], dict[tuple[str, str], dict[str, float]]]:
    """Return the results, and the score of every profile by policy and query."""
    service = indexed(folder, given)
    usual = service.evaluation
    evaluation = SetEvaluation(usual.sessions, usual.clock, usual.encoder, usual.make_replica)
    kept: dict[tuple[str, str], dict[str, float]] = {}

    def keep(policy: str, query: str, scores: Scores) -> None:
        kept[policy, query] = dict(zip(given.profile_ids, scores.tolist(), strict=True))

    policies = [POLICIES[name] for name in names or [DEFAULT_POLICY.name]]
    results = evaluation.evaluate(given, policies, keep=keep)
    service.close()
    return results, kept


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_given_texts_are_composed_whatever_the_kind(kind: str) -> None:
    made = as_profile(profile("x", WELDING, "§", CASTINGS, kind=kind), AT)

    assert [passage.text for passage in compose(made)] == [WELDING, "§", CASTINGS]
    assert made.name == ""


def test_every_partner_kind_can_be_named() -> None:
    for kind in PartnerKind:
        assert as_profile(profile("x", kind=kind.value), AT).partner_kind is kind


def test_a_passage_has_its_own_language_before_that_of_the_profile() -> None:
    given = SetProfile(
        id="x",
        language="sv",
        passages=(SetPassage(text=WELDING, language="da"), SetPassage(text=ORDERS)),
    )

    made = as_profile(given, AT)

    assert [passage.language for passage in compose(made)] == ["da", "sv"]


def test_a_language_that_is_not_given_is_recognised_and_a_scrap_has_that_of_the_rest() -> None:
    danish = "Vi svejser rustfrie beholdere til mejerier og prøver alle sømme med ultralyd."

    made = as_profile(profile("x", danish, "Robot", danish + " Igen."), AT)

    assert [passage.language for passage in compose(made)] == ["da"] * 3


def test_a_text_longer_than_an_encoder_reads_is_kept_whole_in_pieces() -> None:
    long = " ".join(f"{WELDING[:-1]} number {number}." for number in range(200))

    composed = [passage.text for passage in compose(as_profile(profile("x", long), AT))]

    assert len(composed) > 3
    assert " ".join(composed) == long


def test_whoever_answers_comes_first_and_whoever_says_nothing_last(tmp_path: Path) -> None:
    given = a_set(profile("silent"), profile("welders", WELDING), profile("planners", ORDERS))

    (found,), kept = evaluate(tmp_path, given)

    scores = kept["fused", "cracks"]
    assert sorted(scores, key=lambda one: -scores[one]) == ["welders", "planners", "silent"]
    assert scores["silent"] == NOTHING
    assert found.measures["mrr"].value == 1
    assert found.per_query.keys() == {"cracks"}


def test_every_policy_is_measured_in_the_order_asked_for(tmp_path: Path) -> None:
    given = a_set(profile("welders", WELDING), profile("planners", ORDERS))

    results, kept = evaluate(tmp_path, given, *POLICIES)

    assert [one.name for one in results] == list(POLICIES)
    assert results[list(POLICIES).index(DEFAULT_POLICY.name)].measures["success@1"].value == 1
    assert len(kept) == 2 * len(POLICIES)


def test_what_is_left_out_for_a_query_helps_there_and_only_there_no_more(tmp_path: Path) -> None:
    profiles = profile("welders", ORDERS, WELDING), profile("vision", CASTINGS, WELDING + " Too.")
    grades = {"cracks": {"welders": 1.0}, "sorting": {"vision": 1.0}}

    (_,), usual = evaluate(tmp_path, a_set(*profiles, judgements=Judgements(grades=grades)))
    given = a_set(
        *profiles,
        judgements=Judgements(grades=grades),
        left_out={"cracks": frozenset({("welders", 1)}), "nobody": frozenset()},
    )
    (found,), kept = evaluate(tmp_path / "again", given)

    assert kept["fused", "cracks"]["welders"] < usual["fused", "cracks"]["welders"] - 0.1
    assert kept["fused", "sorting"] == usual["fused", "sorting"]
    assert found.per_query["cracks"]["mrr"] == 0.5
    # The same as a profile that never said it.
    bare = a_set(profile("welders", ORDERS), profiles[1])
    (_,), never = evaluate(tmp_path / "never", bare)
    assert kept["fused", "cracks"] == never["fused", "cracks"]


def test_a_text_that_stands_twice_goes_only_when_it_is_left_out_twice(tmp_path: Path) -> None:
    profiles = profile("welders", WELDING, ORDERS, WELDING), profile("vision", CASTINGS)
    once, twice = (
        a_set(*profiles, left_out={"cracks": frozenset(("welders", at) for at in places)})
        for places in ((0,), (0, 2))
    )

    usual, of_once, of_twice = (
        evaluate(tmp_path / name, given)[1]["fused", "cracks"]["welders"]
        for name, given in (("usual", a_set(*profiles)), ("once", once), ("twice", twice))
    )
    assert of_twice < of_once == usual


def test_all_of_a_profile_can_be_left_out(tmp_path: Path) -> None:
    profiles = profile("welders", WELDING), profile("vision", CASTINGS)
    given = a_set(*profiles, left_out={"cracks": frozenset({("welders", 0)})})

    _, kept = evaluate(tmp_path, given)

    assert kept["fused", "cracks"]["welders"] == NOTHING


def test_pairs_and_orders_are_measured_by_name(tmp_path: Path) -> None:
    judgements = Judgements(
        pairs=[
            JudgedPair(query="cracks", better="welders", worse="vision", weight=3.0),
            JudgedPair(query="sorting", better="welders", worse="vision", weight=1.0),
        ],
        orders={"vision": {"sorting": 5.0, "cracks": 1.0}},
    )
    profiles = profile("welders", WELDING), profile("vision", CASTINGS)

    (both,), _ = evaluate(tmp_path / "1", a_set(*profiles, judgements=judgements))
    alone = a_set(*profiles, judgements=Judgements(orders=judgements.orders))
    (orders,), _ = evaluate(tmp_path / "2", alone)

    assert {name: one.value for name, one in both.measures.items()} == {
        "pairwise_loss": 0.25,
        "pairwise_accuracy": 0.5,
        "orders_loss": 0.0,
        "orders_accuracy": 1.0,
    }
    assert set(orders.measures) == {"pairwise_loss", "pairwise_accuracy"}


@pytest.mark.parametrize(
    "text", ["?!", "🙂", "Bonjour, nous cherchons un partenaire à Paris.", "x"]
)
def test_no_query_is_refused(tmp_path: Path, text: str) -> None:
    queries = (SetQuery(id="cracks", text=text),)

    (found,), _ = evaluate(tmp_path, a_set(profile("welders", WELDING), queries=queries))

    assert found.measures["mrr"].value == 1


def test_a_baseline_stands_beside_the_policies_and_is_measured_alike(tmp_path: Path) -> None:
    first = Baseline(name="first", scores=lambda _query: {"vision": 2.0, "welders": 1.0})
    given = a_set(profile("welders", WELDING), profile("vision", CASTINGS), baselines=(first,))

    (_, baseline), _ = evaluate(tmp_path, given)

    assert (baseline.name, baseline.measures["mrr"].value) == ("first", 0.5)


def test_the_key_of_a_set_is_that_of_its_profiles() -> None:
    one, same = a_set(profile("x", WELDING)), a_set(profile("x", WELDING), queries=QUERIES[:1])

    assert key_of(one) == key_of(same)
    assert key_of(one) != key_of(a_set(profile("x", WELDING, place=Place(city="Aarhus"))))
