"""How texts are gathered into calls of the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoders.bundled import open_bundled

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.encoders.bundled import Recipe
    from tests.unit.embeddings.conftest import TinyModel


def test_more_texts_than_fit_one_call_keep_their_order(
    tiny_recipe: Recipe, tiny_model: TinyModel, tmp_path: Path
) -> None:
    encoder = open_bundled(tmp_path, recipe=tiny_recipe)
    words = np.random.default_rng(0).choice(["rust", "vand", "vind"], size=(1500, 9))
    texts = [" ".join(row[: 1 + number % 9]) for number, row in enumerate(words)]
    steps: list[int] = []
    vectors = encoder.encode_documents(texts, steps.append)
    assert sum(steps) == len(texts)
    assert len(steps) > 10
    for number in (0, 1, 700, 1023, 1024, 1499):
        expected = tiny_model.encode("passage: ", texts[number])
        np.testing.assert_allclose(vectors[number], expected, atol=2e-6)


def test_what_goes_beyond_the_longest_input_is_cut_off(tiny_recipe: Recipe, tmp_path: Path) -> None:
    encoder = open_bundled(tmp_path, recipe=tiny_recipe)
    long, longer = encoder.encode_queries(["rust " * 9, "rust " * 9 + "vand " * 9])
    np.testing.assert_allclose(long, longer, atol=2e-6)


def test_a_part_of_a_query_is_pooled_from_its_own_tokens_read_in_company(
    tiny_recipe: Recipe, tiny_model: TinyModel, tmp_path: Path
) -> None:
    encoder = open_bundled(tmp_path, recipe=tiny_recipe)
    found = encoder.encode_query_parts(["rust vand", " vind ", ""])
    # Start, prompt, three words, end.
    states = tiny_model.states("query: ", "rust vand vind")
    sums = np.array([states.sum(axis=0), states[2:4].sum(axis=0), states[4], states.sum(axis=0)])
    expected = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_a_query_too_long_for_one_pass_is_read_in_windows_of_whole_parts(
    tiny_recipe: Recipe, tiny_model: TinyModel, tmp_path: Path
) -> None:
    encoder = open_bundled(tmp_path, recipe=tiny_recipe)
    found = encoder.encode_query_parts(["rust " * 5, "vand " * 4, "vind " * 12, "rust"])
    # Nine words fit beside start, prompt and end; a longer part is cut off.
    windows = [
        tiny_model.states("query: ", text)
        for text in (f"{'rust ' * 5}{'vand ' * 4}".strip(), ("vind " * 9).strip(), "rust")
    ]
    sums = np.array(
        [
            sum(window.sum(axis=0) for window in windows),
            windows[0][2:7].sum(axis=0),
            windows[0][7:11].sum(axis=0),
            windows[1][2:11].sum(axis=0),
            windows[2][2],
        ]
    )
    expected = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=2e-6)
