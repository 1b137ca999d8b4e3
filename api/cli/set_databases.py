"""Databases of judged sets, kept in the data directory: a set is encoded once.

One folder for each set of profiles and each encoder. It appears under its name when all
profiles are in it, and the indexer goes on where it was stopped; two who index at once do no harm.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from api.cli.terminal import progress_bar, tell
from embeddings.protocols import Encoder
from matchmaker.bootstrap import Matchmaker, build, prepare_database
from matchmaker.config import Settings
from matchmaker.services.clock import utc_now
from matchmaker.services.judged_set import JudgedSet
from matchmaker.services.set_index import key_of, words_key, write_set

_FOLDER = "judged-sets"
_DATABASE = "profiles.sqlite3"
_WORDS = "words"


@contextmanager
def indexed(
    settings: Settings, encoders: tuple[Encoder, Encoder | None], given: JudgedSet
) -> Iterator[Matchmaker]:
    """Open the service on the profiles of a set, indexed.

    Args:
        settings: of the installation.
        encoders: the encoder, and the voice beside it if any. A database without this voice is
            indexed again, with the encoder's vectors that are there.
        given: the set.

    """
    folder = settings.data_dir / _FOLDER / name_of(given, encoders[0])
    if not folder.exists():
        _write(settings, encoders, given, folder)
    prepare_database(_on(settings, folder))  # it may be from before a new column
    with closing(_service(settings, encoders, folder)) as service:
        words = folder / _WORDS
        known = words.read_text(encoding="utf-8") if words.exists() else words_key()
        # Other words or another way to compose: again, with the vectors that are there.
        index = service.indexing.sync if known == words_key() else service.indexing.rebuild
        with progress_bar(f"Encoding {given.name}") as report:
            index(report)
        words.write_text(words_key(), encoding="utf-8")
        yield service


def name_of(given: JudgedSet, encoder: Encoder) -> str:
    """Return the name of the folder of a set's database."""
    return f"{key_of(given)}-{encoder.spec.fingerprint}"


def forget_others(settings: Settings, kept: Collection[str]) -> int:
    """Remove the databases of other sets and encoders, and what was left half-written.

    Args:
        settings: name the data directory.
        kept: names of the folders that stay.

    Returns:
        How many folders were removed.

    """
    others = [one for one in (settings.data_dir / _FOLDER).iterdir() if one.name not in kept]
    for folder in others:
        shutil.rmtree(folder, ignore_errors=True)
    return len(others)


def _write(
    settings: Settings,
    encoders: tuple[Encoder, Encoder | None],
    given: JudgedSet,
    folder: Path,
) -> None:
    tell(f"Writing {len(given.profile_ids)} profiles of {given.name} ...")
    folder.parent.mkdir(parents=True, exist_ok=True)
    half = Path(mkdtemp(prefix="half-", dir=folder.parent))
    try:
        with (
            closing(_service(settings, encoders, half)) as service,
            progress_bar("Writing profiles") as report,
        ):
            write_set(service.engine, given, utc_now(), report)
        try:
            half.rename(folder)
        except OSError:
            if not folder.exists():  # else somebody was faster, and has written the same
                raise
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _service(
    settings: Settings, encoders: tuple[Encoder, Encoder | None], folder: Path
) -> Matchmaker:
    encoder, voice = encoders
    return build(_on(settings, folder), encoder=encoder, voice=voice)


def _on(settings: Settings, folder: Path) -> Settings:
    database = f"sqlite:///{(folder / _DATABASE).absolute()}"
    return replace(settings, database=database, indexing="off")
