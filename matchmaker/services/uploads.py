"""Uploads: files that were sent, until they have been looked at."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO
from uuid import UUID

from matchmaker.errors import NotFound

#: Endings that tell a format; any other part of a name is kept out of the path.
_ENDINGS = frozenset(
    {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".json", ".jsonl", ".ndjson"}
)


@dataclass(frozen=True)
class Uploads:
    """Files by the import they are for; only the account of the service reads them."""

    folder: Path

    def keep(self, run_id: UUID, file: IO[bytes], file_name: str) -> Path:
        """Write a file down and return where it lies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        ending = PurePath(file_name).suffix.lower()
        path = self.folder / f"{run_id}{ending if ending in _ENDINGS else ''}"
        with path.open("wb") as kept:
            path.chmod(0o600)  # it may hold what is known of people
            shutil.copyfileobj(file, kept)
            kept.flush()
            os.fsync(kept.fileno())
        return path

    def of(self, run_id: UUID) -> Path:
        """Return where the file of an import lies.

        Raises:
            NotFound: it is no longer here.

        """
        for path in self.folder.glob(f"{run_id}*"):
            return path
        raise NotFound("uploaded file of import", run_id)

    def forget(self, run_id: UUID) -> None:
        """Delete the file of an import, if it is still here."""
        with suppress(NotFound):
            self.of(run_id).unlink(missing_ok=True)
