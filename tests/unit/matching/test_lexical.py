"""BM25 over passages: the numbers of the book, exact after any history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log, log1p

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.matching.lexical import K1, B, LexicalIndex

WORDS = ["weld", "crack", "laser", "robot", "steel", "test"]
PASSAGES = st.dictionaries(
    st.integers(0, 30), st.lists(st.sampled_from(WORDS), max_size=8), max_size=20
)
QUERIES = st.dictionaries(
    st.sampled_from([*WORDS, "unknown"]), st.integers(1, 3).map(float), max_size=4
)
#: A change is passages to put in and ids to take out.
HISTORIES = st.lists(st.tuples(PASSAGES, st.lists(st.integers(0, 35), max_size=6)), max_size=12)


def group(id_: int) -> str:
    """Return the language of a made-up passage."""
    return ("da", "en", "de")[id_ % 3]


def bm25(passages: Mapping[int, Sequence[str]], query: Mapping[str, float]) -> dict[int, float]:
    """Return the scores as the formula says, word by word."""
    mean = sum(map(len, passages.values())) / max(len(passages), 1)
    scores = dict.fromkeys(passages, 0.0)
    for term, weight in query.items():
        holding = sum(term in words for words in passages.values())
        idf = log1p((len(passages) - holding + 0.5) / (holding + 0.5))
        for id_, words in passages.items():
            count = words.count(term)
            damping = K1 * (1 - B + B * len(words) / max(mean, 1.0))
            said = 1 + log(weight) if weight >= 1 else weight
            scores[id_] += said * idf**2 * count * (K1 + 1) / (count + damping)
    return scores


def an_index(passages: Mapping[int, Sequence[str]]) -> LexicalIndex:
    index = LexicalIndex()
    index.upsert(list(passages), list(passages.values()), [group(id_) for id_ in passages])
    return index


def by_id(index: LexicalIndex, ids: Sequence[int], query: Mapping[str, float]) -> list[float]:
    return index.of(np.array(ids, dtype=np.int64), index.scores(query)[0]).tolist()


@given(PASSAGES, QUERIES)
def test_scores_are_those_of_the_formula(
    passages: dict[int, list[str]], query: dict[str, float]
) -> None:
    ids = sorted(passages)
    expected = bm25(passages, query)
    assert by_id(an_index(passages), ids, query) == pytest.approx(
        [expected[id_] for id_ in ids], rel=1e-4, abs=1e-6
    )


@settings(max_examples=200)
@given(HISTORIES, QUERIES)
def test_any_history_ends_where_a_fresh_index_begins(
    history: list[tuple[dict[int, list[str]], list[int]]], query: dict[str, float]
) -> None:
    grown, held = LexicalIndex(), dict[int, list[str]]()
    for added, removed in history:
        grown.upsert(list(added), list(added.values()), [group(id_) for id_ in added])
        grown.remove(removed)
        held = {id_: words for id_, words in (held | added).items() if id_ not in removed}
    fresh = an_index(held)
    ids = sorted(held)
    assert len(grown) == len(fresh) == len(held)
    assert by_id(grown, ids, query) == by_id(fresh, ids, query)
    assert grown.scores(query)[1] == fresh.scores(query)[1]
    at = np.array(ids, dtype=np.int64)
    scaled = [one.of(at, one.scaled(one.scores(query)[0], 0.1)).tolist() for one in (grown, fresh)]
    assert scaled[0] == scaled[1]
    for words in ({"weld"}, {"laser", "crack"}, {"unknown"}):
        assert grown.holding(words).tolist() == [id_ for id_ in ids if words & set(held[id_])]
    for k in (1, 3, 100):
        best = grown.best(grown.scores(query)[0], k).tolist()
        assert best == fresh.best(fresh.scores(query)[0], k).tolist()


@given(PASSAGES, QUERIES, st.integers(1, 25), st.sets(st.integers(0, 30)))
def test_the_best_are_the_first_of_all_in_order(
    passages: dict[int, list[str]], query: dict[str, float], k: int, wanted: set[int]
) -> None:
    index = an_index(passages)
    scores = index.scores(query)[0]
    found = dict(zip(sorted(passages), by_id(index, sorted(passages), query), strict=True))
    order = sorted((id_ for id_ in found if found[id_] > 0), key=lambda id_: (-found[id_], id_))
    assert index.best(scores, k).tolist() == order[:k]
    among = np.array(sorted(wanted & passages.keys()), dtype=np.int64)
    assert index.best(scores, k, among).tolist() == [id_ for id_ in order if id_ in wanted][:k]


def test_equal_scores_are_ordered_by_id_whatever_the_order_of_arrival() -> None:
    index = an_index({7: ["weld"], 3: ["weld"], 5: ["weld"]})
    index.upsert([4], [["weld"]], ["da"])
    assert index.best(index.scores({"weld": 1.0})[0], 3).tolist() == [3, 4, 5]


def test_a_passage_replaced_answers_with_its_new_words_only() -> None:
    index = an_index({1: ["weld"], 2: ["laser"]})
    index.upsert([1], [["laser", "laser"]], ["da"])
    assert len(index) == 2
    assert index.best(index.scores({"weld": 1.0})[0], 9).tolist() == []
    assert index.best(index.scores({"laser": 1.0})[0], 9).tolist() == [1, 2]


def test_small_segments_are_merged_and_the_dead_leave_with_them() -> None:
    index = LexicalIndex()
    for id_ in range(100):
        index.upsert([id_], [["weld", "steel"]], ["da"])
    assert len(index._segments) <= 8
    sizes = [len(segment) for segment in index._segments]
    assert all(early >= 2 * late for early, late in zip(sizes, sizes[1:], strict=False))
    index.remove(range(100))
    index.upsert(list(range(200)), [["laser"]] * 200, ["da"] * 200)
    assert sum(map(len, index._segments)) == 200


def test_a_word_that_came_later_is_found_beside_an_older_segment() -> None:
    index = an_index({id_: ["weld"] for id_ in range(10)})
    index.upsert([10], [["laser"]], ["da"])
    assert len(index._segments) == 2
    assert index.best(index.scores({"laser": 1.0})[0], 5).tolist() == [10]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    index = an_index({1: ["weld", "x"], 2: ["weld", "y"], 3: ["laser", "z"]})
    common, rare = by_id(index, [1, 3], {"weld": 1.0, "laser": 1.0})
    assert rare > common


def test_a_word_that_is_said_more_often_counts_by_the_logarithm() -> None:
    index = an_index({1: ["weld"], 2: ["laser"]})
    once, twice = (by_id(index, [1], {"weld": weight})[0] for weight in (1.0, 2.0))
    assert twice == pytest.approx((1 + log(2)) * once)


def test_the_best_possible_score_is_near_and_never_below_that_of_a_passage_full_of_the_terms() -> (
    None
):
    index = an_index({1: ["weld"] * 500 + ["crack"] * 500, 2: ["laser"], 3: ["test"] * 2000})
    query = {"weld": 1.0, "crack": 2.0}
    score, best = by_id(index, [1], query)[0], index.scores(query)[1]
    assert 0.99 * best < score <= best


def test_an_empty_index_finds_nothing_and_can_be_cleared_and_filled() -> None:
    index = LexicalIndex()
    index.upsert([], [], [])
    index.remove([4])
    assert index.best(index.scores({"weld": 1.0})[0], 5).tolist() == []
    index.upsert([1], [["weld"]], ["da"])
    index.clear()
    assert (len(index), index.scores({"weld": 1.0})[0].tolist()) == (0, [])
    index.upsert([2], [[]], ["da"])
    assert by_id(index, [2], {"weld": 1.0}) == [0.0]


def scaled(index: LexicalIndex, ids: Sequence[int], least: float = 0.0) -> list[float]:
    scores = index.scaled(index.scores({"weld": 1.0, "laser": 1.0})[0], least)
    return index.of(np.array(ids, dtype=np.int64), scores).tolist()


def test_scores_are_measured_within_their_own_language() -> None:
    index = LexicalIndex()
    index.upsert(
        list(range(12)), [["weld", "laser"]] * 6 + [["weld", "x"]] * 6, ["da"] * 6 + ["en"] * 6
    )
    assert by_id(index, [0], {"weld": 1.0, "laser": 1.0}) > by_id(index, [6], {"weld": 1.0})
    assert scaled(index, [0, 6]) == pytest.approx([1, 1])


def test_the_scale_of_a_language_is_the_mean_of_its_five_best() -> None:
    index = LexicalIndex()
    index.upsert(list(range(7)), [["weld"]] * 4 + [["weld"] * 9] + [["steel"]] * 2, ["da"] * 7)
    raw = by_id(index, range(7), {"weld": 1.0, "laser": 1.0})
    scale = sum(sorted(raw)[-5:]) / 5
    assert scaled(index, range(7)) == pytest.approx([one / scale for one in raw])


def test_a_language_with_few_passages_is_not_measured_by_its_one_lucky_hit() -> None:
    index = LexicalIndex()
    index.upsert([1, 2], [["weld"], ["steel"]], ["de", "de"])
    assert scaled(index, [1]) == pytest.approx([5])
    (raw,) = by_id(index, [1], {"weld": 1.0})
    assert scaled(index, [1], least=raw) == pytest.approx([1])


def test_words_that_nobody_has_are_scaled_to_nothing() -> None:
    index = an_index({1: ["steel"], 2: ["steel"]})
    assert scaled(index, [1, 2]) == [0, 0]


@pytest.mark.parametrize("k", [1, 5, 12])
@pytest.mark.parametrize("steps", [2, 6, 10_000], ids=["two values", "ties", "hardly a tie"])
def test_the_best_of_many_are_those_that_putting_all_in_order_gives(k: int, steps: int) -> None:
    index = an_index({id_: ["weld"] for id_ in range(500)})
    scores = np.random.default_rng(k).integers(0, steps, 500).astype(np.float32)
    in_order = sorted((-score, id_) for id_, score in enumerate(scores.tolist()) if score > 0)
    assert index.best(scores, k).tolist() == [id_ for _, id_ in in_order[:k]]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
def test_the_scale_of_many_is_the_mean_of_the_five_best_of_their_group(share: float) -> None:
    index = an_index({id_: ["weld"] for id_ in range(900)})
    random = np.random.default_rng(0)
    scores = np.where(random.random(900) < share, random.random(900) * 9, 0).astype(np.float32)
    scaled = index.scaled(scores, 0.5)
    for first in range(3):
        own = scores[first::3]
        scale = np.float32(max(np.sort(own)[-5:].sum(dtype=np.float64) / 5, 0.5))
        np.testing.assert_array_equal(scaled[first::3], own / scale)
