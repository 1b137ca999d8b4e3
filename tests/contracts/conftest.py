"""The real model, built once and kept between runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from embeddings.registry import prepare_encoder


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """A data folder in which the bundled encoder is built; parallel workers build it once."""
    folder = Path(__file__).parents[2] / ".cache" / "matchmaker"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "building.lock"):
        prepare_encoder("bundled:", folder)
    return folder
