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
