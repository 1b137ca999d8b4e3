"""What every vector index promises, said in code; ``exact:`` is the measure of the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import (
    DimensionMismatch,
    IndexMoved,
    IndexUnavailable,
    InvalidIds,
    InvalidVectors,
    UnknownIds,
)
from embeddings.protocols import NO_ID, EncoderSpec, Ids, Vectors
from embeddings.registry import make_index
from tests.drill import repeats

if TYPE_CHECKING:
    from embeddings.protocols import VectorIndex

NAMES = ["exact:", "faiss:"]
SHARED = "postgresql:"
EVERY = [*NAMES, pytest.param(SHARED, marks=pytest.mark.postgresql)]
SPEC = EncoderSpec("hand-made", "1", dimension=4)
EAST, NORTH, UP, AGO = np.eye(4, dtype=np.float32)


def rows(*vectors: npt.ArrayLike) -> Vectors:
    """Give unit-length rows that point where these vectors point."""
    matrix = np.array(vectors, dtype=np.float32).reshape(-1, 4)
    unit: Vectors = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return unit


def ids(*numbers: int) -> Ids:
    """Give an array of ids."""
    return np.array(numbers, dtype=np.int64)


Make = Callable[[str, EncoderSpec], "VectorIndex"]


@pytest.fixture(scope="module")
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Make an empty index of a kind."""
    opened: list[Any] = []
    names: list[str] = []

    def made(name: str, spec: EncoderSpec) -> VectorIndex:
        if name != SHARED:
            return make_index(name, spec)
        server = request.getfixturevalue("postgresql")
        if not names:
            names.append(server.new_name())
            server.make(names[0])
        index: Any = make_index(server.url(names[0]), spec)
        index.clear()
        opened.append(index)
        return index

    yield made
    for one in opened:
        one.close()


@pytest.fixture(params=EVERY)
def index(request: pytest.FixtureRequest, make: Make) -> VectorIndex:
    """An empty index of each kind."""
    return make(request.param, SPEC)


@pytest.fixture(params=[NAMES, pytest.param([*NAMES, SHARED], marks=pytest.mark.postgresql)])
def names(request: pytest.FixtureRequest) -> list[str]:
    """Those in memory, and all together."""
    return list(request.param)


@pytest.fixture
def compass(index: VectorIndex) -> VectorIndex:
    """Four ids: 10 in the east, 20 north-east, 30 north, 40 up."""
    index.upsert(ids(30, 10, 40, 20), rows(NORTH, EAST, UP, EAST + NORTH))
    return index


def test_a_new_index_is_empty_and_at_the_beginning(index: VectorIndex) -> None:
    assert len(index) == 0
    assert index.ids() == frozenset()
    assert index.position == 0
    assert index.spec == SPEC
    assert index.shared is hasattr(index, "advance")


def test_the_nearest_comes_first(compass: VectorIndex) -> None:
    found = compass.search(rows(EAST), k=3)
    assert found.ids.tolist() == [[10, 20, 30]]
    assert found.similarities[0] == pytest.approx([1.0, 0.5**0.5, 0.0], abs=1e-6)
    assert found.ids.dtype == np.int64
    assert found.similarities.dtype == np.float32


def test_each_query_has_its_own_row(compass: VectorIndex) -> None:
    found = compass.search(rows(UP, NORTH), k=1)
    assert found.ids.tolist() == [[40], [30]]


def test_no_queries_get_no_rows(compass: VectorIndex) -> None:
    found = compass.search(np.empty((0, 4), dtype=np.float32), k=3)
    assert found.ids.shape == found.similarities.shape == (0, 3)


def test_equal_similarities_come_by_rising_id(index: VectorIndex) -> None:
    order = np.random.default_rng(1).permutation(100)
    index.upsert(order, rows(*[EAST] * 100))
    assert index.search(rows(EAST), k=7).ids.tolist() == [list(range(7))]
    assert index.search(rows(EAST, UP), k=100).ids.tolist() == [list(range(100))] * 2
    assert index.search(rows(EAST), k=3, among=ids(99, 5, 50, 7)).ids.tolist() == [[5, 7, 50]]


def test_one_query_with_many_equals_is_not_forgotten_beside_one_with_none(
    index: VectorIndex,
) -> None:
    numbers = np.arange(200)[::-1]
    fan = [EAST + NORTH * number / 50 for number in range(100)]
    index.upsert(numbers, rows(*[UP] * 100, *fan))
    found = index.search(rows(UP, EAST), k=3)
    assert found.ids.tolist() == [[100, 101, 102], [99, 98, 97]]


def test_equal_vectors_are_equally_similar_wherever_they_are_stored(
    names: list[str], make: Make
) -> None:
    rng = np.random.default_rng(2)
    spec = EncoderSpec("hand-made", "1", dimension=384)
    matrix = rng.standard_normal((1001, 384)).astype(np.float32)
    matrix[::10] = matrix[0]
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    queries = matrix[[0, 3, 5]]
    answers = []
    for name in names:
        index = make(name, spec)
        index.upsert(np.arange(1001), matrix)
        found = index.search(queries, k=60)
        assert found.ids[0].tolist() == list(range(0, 600, 10))
        assert len(set(found.similarities[0].tolist())) == 1
        answers.append(found)
    for found in answers[1:]:
        np.testing.assert_array_equal(found.ids, answers[0].ids)
        np.testing.assert_array_equal(found.similarities, answers[0].similarities)


def test_places_that_cannot_be_filled_are_marked(compass: VectorIndex) -> None:
    found = compass.search(rows(EAST), k=6)
    assert found.ids[0, 4:].tolist() == [NO_ID, NO_ID]
    assert found.similarities[0, 4:].tolist() == [-np.inf, -np.inf]
    assert set(found.ids[0, :4].tolist()) == {10, 20, 30, 40}


def test_an_empty_index_finds_nothing(index: VectorIndex) -> None:
    found = index.search(rows(EAST, UP), k=2)
    assert found.ids.tolist() == [[NO_ID, NO_ID]] * 2


def test_among_is_exact(compass: VectorIndex) -> None:
    found = compass.search(rows(EAST), k=3, among=ids(40, 30, 999, 30))
    assert found.ids.tolist() == [[30, 40, NO_ID]]


def test_among_nobody_finds_nothing(compass: VectorIndex) -> None:
    assert compass.search(rows(EAST), k=1, among=ids()).ids.tolist() == [[NO_ID]]
    assert compass.search(rows(EAST), k=1, among=ids(999)).ids.tolist() == [[NO_ID]]
    assert compass.search(rows(EAST), k=1, among=np.array([])).ids.tolist() == [[NO_ID]]


def test_upsert_replaces_what_was_there(compass: VectorIndex) -> None:
    compass.upsert(ids(10, 50), rows(AGO, EAST))
    assert len(compass) == 5
    assert compass.search(rows(EAST), k=1).ids.tolist() == [[50]]
    assert compass.search(rows(AGO), k=1).ids.tolist() == [[10]]


def test_nothing_to_add_changes_nothing(compass: VectorIndex) -> None:
    compass.upsert(ids(), np.empty((0, 4), dtype=np.float32))
    compass.remove(ids())
    assert compass.ids() == {10, 20, 30, 40}


def test_what_is_removed_is_not_found_again(compass: VectorIndex) -> None:
    compass.remove(ids(10, 30))
    assert compass.ids() == {20, 40}
    assert compass.search(rows(EAST), k=4).ids.tolist() == [[20, 40, NO_ID, NO_ID]]


def test_removing_what_is_not_there_is_quiet(compass: VectorIndex) -> None:
    compass.remove(ids(999, 10, 10))
    assert compass.ids() == {20, 30, 40}


def test_vectors_come_back_in_the_order_asked(compass: VectorIndex) -> None:
    np.testing.assert_array_equal(compass.vectors(ids(40, 10, 40)), rows(UP, EAST, UP))
    assert compass.vectors(ids()).shape == (0, 4)


def test_vectors_that_were_handed_out_are_the_callers_own(compass: VectorIndex) -> None:
    compass.vectors(ids(10))[:] = 7
    np.testing.assert_array_equal(compass.vectors(ids(10)), rows(EAST))


def test_vectors_of_unknown_ids_are_refused_by_name(compass: VectorIndex) -> None:
    with pytest.raises(UnknownIds, match="Not in the index: 11, 999") as caught:
        compass.vectors(ids(10, 11, 999))
    assert caught.value.ids == (11, 999)


def test_clearing_forgets_everything_and_goes_back_to_the_beginning(compass: VectorIndex) -> None:
    compass.position = 17
    assert compass.position == 17
    compass.clear()
    assert len(compass) == compass.position == 0
    assert compass.search(rows(EAST), k=1).ids.tolist() == [[NO_ID]]
    compass.upsert(ids(1), rows(UP))
    assert compass.ids() == {1}


@pytest.mark.parametrize(
    ("vectors", "error", "message"),
    [
        (np.eye(4), InvalidVectors, "must be float32, not float64"),
        (EAST, InvalidVectors, "must be rows of a matrix"),
        (np.eye(3, dtype=np.float32), DimensionMismatch, "length 3 do not fit here: 4 is needed"),
        (rows(EAST) * 1.01, InvalidVectors, "1 of 1 vectors are not of unit length"),
        (np.full((1, 4), np.nan, dtype=np.float32), InvalidVectors, "not of unit length"),
        (np.full((1, 4), np.inf, dtype=np.float32), InvalidVectors, "not of unit length"),
        (np.zeros((1, 4), dtype=np.float32), InvalidVectors, "not of unit length"),
    ],
    ids=["float64", "one row", "too short", "too long", "nan", "infinite", "zero"],
)
def test_vectors_that_would_spoil_the_index_are_refused(
    compass: VectorIndex, vectors: Vectors, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        compass.upsert(np.arange(len(vectors)), vectors)
    with pytest.raises(error, match=message):
        compass.search(vectors, k=1)
    assert compass.ids() == {10, 20, 30, 40}


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (ids(1), "1 ids came with 2 vectors"),
        (ids(1, 1), "given twice"),
        (ids(1, -1), "must be zero or more, not -1"),
        (np.array([1.0, 2.0]), "must be whole numbers, not float64"),
        (ids(1, 2).reshape(2, 1), "must be a flat array"),
    ],
    ids=["too few", "twice", "negative", "fractions", "matrix"],
)
def test_ids_that_cannot_be_meant_are_refused(
    compass: VectorIndex, numbers: Ids, message: str
) -> None:
    with pytest.raises(InvalidIds, match=message):
        compass.upsert(numbers, rows(EAST, UP))
    assert compass.ids() == {10, 20, 30, 40}


def test_a_search_for_no_places_is_refused(compass: VectorIndex) -> None:
    with pytest.raises(ValueError, match="k must be 1 or more, not 0"):
        compass.search(rows(EAST), k=0)


def test_rounding_to_half_precision_is_still_unit_length(index: VectorIndex) -> None:
    halved = rows([1, 2, 3, 4]).astype(np.float16).astype(np.float32)
    index.upsert(ids(1), halved)
    assert index.search(rows([1, 2, 3, 4]), k=1).ids.tolist() == [[1]]


DIRECTIONS = st.tuples(*[st.integers(-2, 2)] * 4).filter(any)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upsert"), st.dictionaries(st.integers(0, 12), DIRECTIONS, max_size=6)),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 12), max_size=6)),
        st.tuples(st.just("clear"), st.none()),
    ),
    max_size=12,
)


def _apply(index: VectorIndex, step: tuple[str, object]) -> None:
    match step:
        case "upsert", dict(vectors):
            index.upsert(ids(*vectors), rows(*vectors.values()))
        case "remove", list(numbers):
            index.remove(ids(*numbers))
        case _:
            index.clear()


def _remember(memory: dict[int, Vectors], step: tuple[str, object]) -> None:
    match step:
        case "upsert", dict(vectors):
            memory.update({number: rows(vector)[0] for number, vector in vectors.items()})
        case "remove", list(numbers):
            for number in numbers:
                memory.pop(number, None)
        case _:
            memory.clear()


@pytest.mark.drill
def test_after_any_history_all_indexes_answer_as_a_dictionary_would(
    names: list[str], make: Make
) -> None:
    # Each step on a server goes there and back.
    examples = given(
        steps=STEPS,
        query=DIRECTIONS,
        k=st.integers(1, 15),
        among=st.none() | st.lists(st.integers(0, 14), max_size=8),
    )(_any_history)
    times = repeats(20 if SHARED in names else 60, drilled=300)
    settings(max_examples=times, deadline=None)(examples)(names, make)


def _any_history(
    names: list[str],
    make: Make,
    steps: list[tuple[str, object]],
    query: tuple[int, ...],
    k: int,
    among: list[int] | None,
) -> None:
    memory: dict[int, Vectors] = {}
    indexes = [make(name, SPEC) for name in names]
    for step in steps:
        _remember(memory, step)
        for index in indexes:
            _apply(index, step)
    question = rows(query)
    cosines = {
        number: float(np.vecdot(vector, question[0]))
        for number, vector in memory.items()
        if among is None or number in among
    }
    order = sorted(cosines, key=lambda number: (-cosines[number], number))[:k]
    for index in indexes:
        assert index.ids() == memory.keys()
        assert len(index) == len(memory)
        for number, vector in memory.items():
            np.testing.assert_array_equal(index.vectors(ids(number))[0], vector)
        found = index.search(question, k, None if among is None else ids(*among))
        assert found.ids[0].tolist() == order + [NO_ID] * (k - len(order))
        assert found.similarities[0, : len(order)].tolist() == [cosines[n] for n in order]


def test_on_many_vectors_all_indexes_answer_as_exact_does(names: list[str], make: Make) -> None:
    examples = given(seed=st.integers(0, 2**32 - 1))(_many_vectors)
    settings(max_examples=5 if SHARED in names else 15, deadline=None)(examples)(names, make)


def _many_vectors(names: list[str], make: Make, seed: int) -> None:
    rng = np.random.default_rng(seed)
    spec = EncoderSpec("hand-made", "1", dimension=32)
    matrix = rng.standard_normal((600, 32)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    numbers = rng.permutation(5000)[:600]
    among = rng.permutation(5000)[:1500]
    first, *others = [make(name, spec) for name in names]
    for index in (first, *others):
        index.upsert(numbers[:500], matrix[:500])
        index.remove(numbers[100:200])
        index.upsert(numbers[50:600], matrix[50:600])
    for chosen in (None, among):
        expected = first.search(matrix[:9], 40, chosen)
        for index in others:
            found = index.search(matrix[:9], 40, chosen)
            np.testing.assert_array_equal(found.ids, expected.ids)
            np.testing.assert_array_equal(found.similarities, expected.similarities)


def test_a_search_sees_every_change_wholly_or_not_at_all(index: VectorIndex) -> None:
    """Five ids always move together: a search that finds some of them here must find all."""
    group = ids(1, 2, 3, 4, 5)
    crowd = np.arange(100, 400)
    index.upsert(crowd, rows(*[AGO] * len(crowd)))
    index.upsert(group, rows(*[EAST] * 5))
    stop = threading.Event()
    trouble: list[object] = []

    def search() -> None:
        try:
            while not stop.is_set():
                found = index.search(rows(EAST), k=5)
                together = int((found.similarities > 0.9).sum())
                if together not in (0, 5):
                    trouble.append(together)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must hear of it
            trouble.append(error)

    searchers = [threading.Thread(target=search) for _ in range(3)]
    for thread in searchers:
        thread.start()
    for turn in range(150):
        index.upsert(group, rows(*[UP if turn % 2 else EAST] * 5))
        if turn % 10 == 0:
            index.remove(crowd[turn : turn + 5])
    stop.set()
    for thread in searchers:
        thread.join()
    assert trouble == []
    assert len(index) == 5 + 300 - 75


@pytest.fixture
def served(make: Make) -> Any:
    """An empty index on a server."""
    return make(SHARED, SPEC)


@pytest.mark.postgresql
def test_a_shared_index_is_one_for_all_and_remembers_where_it_stands(
    served: Any, request: pytest.FixtureRequest
) -> None:
    served.upsert(ids(1), rows(EAST))
    served.position = 7
    again = make_index(served._url, SPEC)
    assert (again.position, again.ids()) == (7, {1})
    again.upsert(ids(2), rows(UP))
    assert served.ids() == {1, 2}
    again.close()


@pytest.mark.postgresql
def test_two_encoders_do_not_see_each_other_s_vectors(served: Any, make: Make) -> None:
    served.upsert(ids(1), rows(EAST))
    other = make(SHARED, EncoderSpec("hand-made", "2", dimension=4))
    assert other.ids() == frozenset()


@pytest.mark.postgresql
def test_a_difference_is_applied_once_and_only_where_it_leads_on(served: Any) -> None:
    served.upsert(ids(1, 2), rows(EAST, UP))
    come = [(ids(2), rows(NORTH)), (ids(3), rows(UP))]
    assert served.advance(before=0, position=5, gone=ids(1, 9), come=come)
    assert (served.position, served.ids()) == (5, {2, 3})
    np.testing.assert_array_equal(served.vectors(ids(2)), rows(NORTH))
    assert not served.advance(before=0, position=6, gone=ids(2), come=[])
    assert (served.position, served.ids()) == (5, {2, 3})


@pytest.mark.postgresql
def test_a_difference_that_breaks_off_changes_nothing(served: Any) -> None:
    served.upsert(ids(1), rows(EAST))

    def come() -> Iterator[tuple[Ids, Vectors]]:
        yield ids(2), rows(UP)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        served.advance(before=0, position=5, gone=ids(1), come=come())
    assert (served.position, served.ids()) == (0, {1})


@pytest.mark.postgresql
def test_who_believes_it_elsewhere_is_told(served: Any) -> None:
    served.upsert(ids(1), rows(EAST))
    here = served.at(0)
    assert here.search(rows(EAST), k=1).ids.tolist() == [[1]]
    served.position = 3
    for look in (lambda: here.search(rows(EAST), k=1), lambda: here.vectors(ids(1)), here.ids):
        with pytest.raises(IndexMoved, match="stands at 3, not at 0"):
            look()


@pytest.mark.postgresql
def test_a_connection_that_the_server_dropped_is_made_anew(
    served: Any, request: pytest.FixtureRequest
) -> None:
    served.upsert(ids(1), rows(EAST))
    server = request.getfixturevalue("postgresql")
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname LIKE 'test%'"
    )
    assert served.ids() == {1}


@pytest.mark.postgresql
def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(IndexUnavailable) as caught:
        make_index("postgresql+psycopg://me:secret@127.0.0.1:1/nothing", SPEC)
    assert "secret" not in str(caught.value)
