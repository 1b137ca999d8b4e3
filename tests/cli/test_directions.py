"""``matchmaker challenges-for`` and ``matchmaker similar``."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from api.schemas.seed import id_of
from tests.cli.conftest import Shell, one_line
from tests.cli.seed_folder import WELDING

SEAMS, PLANNER = id_of("seams"), id_of("ida")
SAMPLE = id_of("cracked-frames")


def test_a_person_reads_which_challenges_fit_and_why(loaded: Shell) -> None:
    result = loaded("challenges-for", SEAMS)

    assert result.exit_code == 0, result.output
    for words in ("Cracked frames", str(SAMPLE), "strong", "ultrasound"):
        assert words in result.stdout


def test_a_machine_gets_the_score_of_a_match_run(loaded: Shell) -> None:
    (found,) = json.loads(loaded("challenges-for", SEAMS, "--json").stdout)["challenges"]
    document = json.loads(loaded("match", WELDING, "--json").stdout)

    assert found["id"] == str(SAMPLE)
    assert (found["title"], found["language"], found["state"]) == (
        "Cracked frames", "en", "submitted",
    )  # fmt: skip
    assert found["sample"] is True
    assert found["evidence"][0]["passage"] == WELDING
    best = document["matches"][0]
    assert (best["name"], best["fit"]) == ("Institut for Sømme", found["fit"])


def test_what_was_only_submitted_is_shown_when_asked_for(loaded: Shell) -> None:
    loaded("match", WELDING)

    public = json.loads(loaded("challenges-for", SEAMS, "--json").stdout)
    everything = json.loads(loaded("challenges-for", SEAMS, "--json", "--all").stdout)

    assert (public["total"], everything["total"]) == (1, 2)
    assert [one["sample"] for one in everything["challenges"]].count(False) == 1


def test_similar_challenges_with_the_sentences_that_correspond(loaded: Shell) -> None:
    loaded("match", WELDING)

    assert "No other challenge is like this one." in loaded("similar", SAMPLE).stdout
    result = loaded("similar", SAMPLE, "--all")
    (found,) = json.loads(loaded("similar", SAMPLE, "--all", "--json").stdout)["challenges"]

    assert result.exit_code == 0, result.output
    assert found["id"] in result.stdout
    assert found["state"] == "submitted"
    assert found["score"] > 0.45


def test_a_profile_that_fits_nothing_is_told_so(loaded: Shell) -> None:
    result = loaded("challenges-for", PLANNER)

    assert result.exit_code == 0
    assert result.stdout == "No challenge fits this profile well enough.\n"


@pytest.mark.parametrize("command", ["challenges-for", "similar"])
def test_what_is_not_there_is_one_red_line(loaded: Shell, command: str) -> None:
    assert "NotFound" in one_line(loaded(command, uuid4()))


def test_loading_the_seed_data_encodes_the_challenges(loaded: Shell) -> None:
    assert len(loaded.rows("challenge_vectors")) == 1
