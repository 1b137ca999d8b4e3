"""The table of partners: readable on a narrow and on a wide terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from api.cli.answers import print_matches
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Conditions, MatchRun
from tests.factories import an_expert

LONG = (
    "Testing of welded joints with ultrasound and radiography after cracks in aluminium frames, "
    "with a written report that names the cause, the place of every crack and the repair, and "
    "a second visit after the repair to make sure that the cracks have not come back."
)


@pytest.fixture
def run(matchmaker: Matchmaker) -> MatchRun:
    """A run whose best match has one passage of 258 characters."""
    name = "Anne-Margrethe Kirkegaard Christoffersen-Vestergaard"
    matchmaker.profiles.register_all([an_expert(name, evidence=(LONG,))])
    challenge = matchmaker.challenges.submit(text=LONG, place="Aarhus")
    return matchmaker.matchmaking.run(challenge.id)


def printed(run: MatchRun, width: int, *, terminal: bool = False) -> list[str]:
    to = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
    )
    print_matches(run, to)
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_long_passages_stand_whole_and_no_line_is_too_long(run: MatchRun, width: int) -> None:
    lines = printed(run, width)

    assert max(map(len, lines)) <= width
    column = lines[1].index("Evidence")
    evidence = " ".join(line[column:].strip() for line in lines[3:-1])
    assert " ".join(evidence.split()) == LONG


@pytest.mark.parametrize(("width", "least"), [(80, 40), (120, 65)])
def test_evidence_gets_the_room_there_is(run: MatchRun, width: int, least: int) -> None:
    assert width - printed(run, width)[1].index("Evidence") >= least


def test_who_they_are_stands_with_the_name(run: MatchRun) -> None:
    text = " ".join(" ".join(printed(run, 120)).split())

    assert "expert, fictional" in text
    assert re.search(r"Aalborg, DK, 10\d km", text), text


def test_fit_words_are_coloured_on_a_terminal_only(run: MatchRun) -> None:
    assert "\x1b[1;32mstrong" in "\n".join(printed(run, 80, terminal=True))
    assert "\x1b" not in "\n".join(printed(run, 80))


def test_an_empty_database_is_told_how_to_fill_itself(matchmaker: Matchmaker) -> None:
    matchmaker.indexing.sync()
    challenge = matchmaker.challenges.submit(text="We need testing of welded joints.")

    text = "\n".join(printed(matchmaker.matchmaking.run(challenge.id), 80))

    assert "There is nobody to compare with." in text
    assert "matchmaker seed load" in text


def test_conditions_that_leave_nobody_are_counted(run: MatchRun, matchmaker: Matchmaker) -> None:
    conditions = Conditions(languages=("fi",))

    text = "\n".join(
        printed(matchmaker.matchmaking.run(run.challenge_id, conditions=conditions), 80)
    )

    assert "Taken out before, of 1:\n  1 no common language\n" in text
