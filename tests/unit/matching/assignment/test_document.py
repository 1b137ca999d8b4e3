"""The document of a round: the same for the same round, and read back whole."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.assignment.board import laid_out
from matchmaker.matching.assignment.document import read_back, stamp, written_out
from matchmaker.matching.assignment.round import Round
from matchmaker.matching.assignment.stable import stable
from tests.unit.matching.assignment.rounds import rounds, shuffled

WHOLE = rounds(teams=True, supervision=True, decided=True)


@given(WHOLE, st.integers())
def test_a_round_survives_being_written_down(asked: Round, number: int) -> None:
    document = json.loads(json.dumps(written_out(asked)))
    back = read_back(document)
    assert written_out(back) == document
    assert stable(laid_out(back)) == stable(laid_out(asked))
    assert stamp(written_out(shuffled(asked, Random(number)))) == stamp(document)


@given(WHOLE)
def test_another_round_has_another_stamp(asked: Round) -> None:
    other = replace(asked, seed=asked.seed + "!")
    assert stamp(written_out(other)) != stamp(written_out(asked))
