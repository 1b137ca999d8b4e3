"""The shipped profiles encoded by the real encoder, once for all workers and all runs."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from api.cli.evaluate import judged_challenges
from api.cli.seed import read, read_judged
from embeddings.protocols import Encoder
from embeddings.registry import make_encoder
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.matching.passages import COMPOSER_VERSION
from matchmaker.matching.policy import POLICIES
from matchmaker.matching.voice import fingerprint
from matchmaker.services.evaluation import PolicyResult
from matchmaker.storage.database import upgrade

REPOSITORY = Path(__file__).parents[2]
SEED_DATA = REPOSITORY / "seed_data"
#: Beside the seed files: what decides which rows an index holds.
_SOURCES = (
    *("passages.py", "terms.py", "trade_terms.py", "trade_terms.tsv", "official_terms.tsv"),
    *("languages.py", "reference_sentences.tsv", "sentences.py"),
)
#: Cosines lie around here as long as each language's place in the space is not taken out; with
#: the midpoint of corrected ones, scores would all be 1 and the order a toss.
UNCORRECTED_MIDPOINT = 0.85
#: The policies that tests look at; asking all takes minutes.
COMPARED = ("fused", "fused-uncorrected", "dense", "dense-uncorrected", "lexical")


@pytest.fixture(scope="session")
def bundled(model_dir: Path) -> Encoder:
    """The encoder that ships."""
    return make_encoder("bundled:", model_dir)


@pytest.fixture(scope="session")
def english_voice(model_dir: Path) -> Encoder:
    """The voice that ships."""
    return make_encoder(Settings().voice, model_dir)


@pytest.fixture(scope="session")
def prepared(model_dir: Path, bundled: Encoder, english_voice: Encoder) -> Path:
    """A database with all profiles indexed; made when anything that decides it has changed."""
    database = model_dir / f"quality-{_digest(bundled, english_voice)}.sqlite3"
    with FileLock(model_dir / "quality.lock"):
        if not database.exists():
            for old in model_dir.glob("quality-*.sqlite3*"):
                old.unlink()
            unfinished = database.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            service = _service(unfinished, bundled, english_voice)
            upgrade(service.engine)
            given = read(SEED_DATA)
            service.profiles.register_all(given.profiles)
            service.challenges.register_samples(given.challenges)
            service.close()
            unfinished.rename(database)
    return database


def _digest(encoder: Encoder, voice: Encoder) -> str:
    digest = hashlib.blake2b(digest_size=8)
    digest.update(
        f"{encoder.spec.fingerprint} {fingerprint(voice.spec.fingerprint)} {COMPOSER_VERSION}".encode()
    )
    matchmaker = REPOSITORY / "matchmaker"
    files = [
        *sorted(SEED_DATA.glob("*.json")),
        *sorted((matchmaker / "storage" / "migrations" / "versions").glob("*.py")),
        *(matchmaker / "matching" / name for name in _SOURCES),
    ]
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _service(database: Path, encoder: Encoder, voice: Encoder) -> Matchmaker:
    settings = Settings(data_dir=database.parent, database=f"sqlite:///{database}")
    return build(settings, encoder=encoder, voice=voice)


@pytest.fixture(scope="session")
def service(
    prepared: Path,
    bundled: Encoder,
    english_voice: Encoder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Matchmaker]:
    """The service on a copy of the prepared database."""
    database = tmp_path_factory.mktemp("quality") / "matchmaker.sqlite3"
    shutil.copy(prepared, database)
    service = _service(database, bundled, english_voice)
    yield service
    service.close()


@pytest.fixture(scope="session")
def results(
    service: Matchmaker, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, PolicyResult]:
    """What each policy reaches on all judged challenges, each in both languages.

    Asked by the first worker that needs it; the others of this run read what it found.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the same for all workers, and another one in the next run
    kept = folder / "quality.pickle"
    with FileLock(folder / "quality.lock"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(_evaluated(service)))
        found: Mapping[str, PolicyResult] = pickle.loads(kept.read_bytes())
    return found


def _evaluated(service: Matchmaker) -> Mapping[str, PolicyResult]:
    policies = [
        policy
        if policy.language_correction
        else replace(policy, midpoint=max(policy.midpoint, UNCORRECTED_MIDPOINT))
        for policy in map(POLICIES.__getitem__, COMPARED)
    ]
    judged = judged_challenges(read_judged(SEED_DATA))
    return {one.policy: one for one in service.evaluation.evaluate(judged, policies)}
