"""Another process with the same shared index: says what it finds, and adds an expert."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.factories import an_expert
from tests.services.conftest import open_on


def main() -> None:
    """Ask, then register who says what stands on standard input: folder, index."""
    folder, index = sys.argv[1:]
    service = open_on(Path(folder), index_name=index)
    challenge = service.challenges.submit(text="Welds 0. Welds 1. Welds 2.", language="en")
    run = service.matchmaking.run(challenge.id)
    seen = [match.profile.summary for match in run.matches]
    made = an_expert(summary=sys.stdin.read())
    service.profiles.register_all([made])
    service.indexing.sync()
    print(json.dumps([seen, str(made.id)]))
    service.close()


if __name__ == "__main__":
    main()
