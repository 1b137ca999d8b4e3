"""A process that writes, indexes and matches until it is killed, and says what it has done.

``python -m tests.services.restless FOLDER SEED``: one JSON line per acknowledged write.
"""

from __future__ import annotations

import json
import random
import sys
from itertools import count
from pathlib import Path
from uuid import UUID

from matchmaker.errors import MatchmakerError
from matchmaker.services import indexing
from tests.factories import an_expert
from tests.services.conftest import open_on

#: Every profile has as many items of evidence as this at any revision.
ITEMS = 6


def the_text(number: int, version: int, item: int) -> str:
    """Return what item says about profile number in its version."""
    return f"Profile {number} version {version} item {item} welds cracks in steel {number % 7}."


def main(folder: Path, seed: int) -> None:  # noqa: C901 - one loop of many small acts
    """Go on for ever."""
    dice = random.Random(seed)
    service = open_on(folder)
    indexing.BATCH = 5
    versions: dict[UUID, tuple[int, int]] = {}

    def say(**done: object) -> None:
        print(json.dumps(done), flush=True)

    def register(id_: UUID, number: int, version: int) -> None:
        profile = an_expert(
            f"{number}",
            id=id_,
            summary=f"version {version}",
            evidence=tuple(the_text(number, version, item) for item in range(ITEMS)),
        )
        for item, evidence in enumerate(profile.evidence):
            evidence.id = UUID(int=id_.int ^ (item + 1))
        service.profiles.register_all([profile])
        versions[id_] = (number, version)

    say(did="begin")
    for step in count():
        act = dice.choices(
            ["new", "revise", "erase", "sync", "match", "rebuild"], [6, 4, 1, 4, 3, 1]
        )[0]
        if act == "new":
            ids = [UUID(int=dice.getrandbits(128) & ~0xFF) for _ in range(dice.randint(1, 4))]
            for id_ in ids:
                register(id_, step, 1)
                say(did="profile", id=str(id_), number=step, version=1)
        elif act == "revise" and versions:
            id_ = dice.choice(list(versions))
            number, version = versions[id_]
            register(id_, number, version + 1)
            say(did="profile", id=str(id_), number=number, version=version + 1)
        elif act == "erase" and versions:
            id_ = dice.choice(list(versions))
            say(did="erasing", id=str(id_))
            service.profiles.erase(id_)
            del versions[id_]
            say(did="erased", id=str(id_))
        elif act == "sync":
            service.indexing.sync()
            say(did="sync")
        elif act == "rebuild":
            service.indexing.rebuild()
            say(did="rebuild")
        elif act == "match":
            text = f"Number {step} has cracks in steel {dice.randint(0, 6)} that it welds."
            challenge = service.challenges.submit(text=text, language="en")
            say(did="challenge", id=str(challenge.id), text=text)
            try:
                run = service.matchmaking.run(challenge.id)
            except MatchmakerError as error:
                say(did="refused", why=str(error))
                raise
            say(did="run", id=str(run.id), matches=len(run.matches))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
