"""A process that applies an import and says how far it is: started by tests that kill it."""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import UUID

from tests.services.conftest import open_on


def main() -> None:
    """Apply the import in the arguments: folder, id."""
    folder, run_id = sys.argv[1:]

    def say(done: int, total: int) -> None:
        print(f"{done} {total}", flush=True)

    open_on(Path(folder)).imports.apply(UUID(run_id), say)


if __name__ == "__main__":
    main()
