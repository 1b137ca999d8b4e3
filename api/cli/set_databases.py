"""Databases of judged sets, kept in the data directory: a set is encoded once.

One file for each set of profiles and each encoder. It appears under its name when all profiles
are in it, and the indexer goes on where it was stopped; two who index at once do no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from api.cli.terminal import progress_bar, tell
from embeddings.protocols import Encoder
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.services.clock import utc_now
from matchmaker.services.judged_set import JudgedSet
from matchmaker.services.set_index import key_of, words_key, write_set

_FOLDER = "judged-sets"
_SUFFIXES = ("", "-wal", "-shm")


@contextmanager
def indexed(settings: Settings, encoder: Encoder, given: JudgedSet) -> Iterator[Matchmaker]:
    """Open the service on the profiles of a set, indexed."""
    folder = settings.data_dir / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / f"{stem_of(given, encoder)}.sqlite3"
    if not database.exists():
        _write(settings, encoder, given, database)
    with closing(_service(settings, encoder, database)) as service:
        words = database.with_suffix(".words")
        known = words.read_text(encoding="utf-8") if words.exists() else words_key()
        # Other words or another way to compose: again, with the vectors that are there.
        index = service.indexing.sync if known == words_key() else service.indexing.rebuild
        with progress_bar(f"Encoding {given.name}") as report:
            index(report)
        words.write_text(words_key(), encoding="utf-8")
        yield service


def stem_of(given: JudgedSet, encoder: Encoder) -> str:
    """Return the name of a set's files without what they end in."""
    return f"{key_of(given)}-{encoder.spec.fingerprint}"


def forget_others(settings: Settings, kept: Collection[str]) -> int:
    """Remove the databases of other sets and encoders, and what was left half-written.

    Args:
        settings: name the data directory.
        kept: stems of the files that stay.

    Returns:
        How many databases were removed.

    """
    removed = 0
    for path in (settings.data_dir / _FOLDER).glob("*"):
        if path.name.split(".")[0] not in kept:
            path.unlink(missing_ok=True)
            removed += path.suffix == ".sqlite3"
    return removed


def _write(settings: Settings, encoder: Encoder, given: JudgedSet, database: Path) -> None:
    tell(f"Writing {len(given.profile_ids)} profiles of {given.name} ...")
    half = database.with_name(f"{uuid4().hex}.sqlite3")
    try:
        with (
            closing(_service(settings, encoder, half)) as service,
            progress_bar("Writing profiles") as report,
        ):
            write_set(service.engine, given, utc_now(), report)
        half.rename(database)
    finally:
        for suffix in _SUFFIXES:
            half.with_name(half.name + suffix).unlink(missing_ok=True)


def _service(settings: Settings, encoder: Encoder, database: Path) -> Matchmaker:
    on = replace(settings, database=f"sqlite:///{database.absolute()}", indexing="off")
    return build(on, encoder=encoder)
