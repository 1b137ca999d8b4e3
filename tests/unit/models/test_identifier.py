"""Identifiers are checked and kept in one spelling."""

from __future__ import annotations

import pytest

from matchmaker.errors import InvalidInput
from matchmaker.models import Identifier, IdentifierScheme, normalised

GOOD = [
    ("ror", "https://ror.org/04qtj9h94", "04qtj9h94"),
    ("ror", "ror.org/04QTJ9H94/", "04qtj9h94"),
    ("orcid", "https://orcid.org/0000-0002-1694-233X", "0000-0002-1694-233X"),
    ("orcid", "000000021694233x", "0000-0002-1694-233X"),
    ("isni", "0000 0001 2181 8870", "0000000121818870"),
    ("cvr", "DK-30060946", "30060946"),
    ("openalex", "https://openalex.org/I96673099", "I96673099"),
    ("cordis-organisation", "999990655", "999990655"),
    ("cordis-project", "https://cordis.europa.eu/project/id/101070000", "101070000"),
    ("grid", "grid.5170.3", "grid.5170.3"),
    ("wikidata", "https://www.wikidata.org/wiki/q1269766", "Q1269766"),
    ("local", "  member  17 ", "member 17"),
]
BAD = [
    ("ror", "04qtj9h95"),
    ("ror", "14qtj9h94"),
    ("orcid", "0000-0002-1825-0098"),
    ("orcid", "0000-0002-1825-009"),
    ("isni", "0000 0001 2181 8871"),
    ("cvr", "3006094"),
    ("cvr", "00000000"),
    ("openalex", "W2741809807"),
    ("grid", "5170.3"),
    ("wikidata", "P31"),
    ("local", "   "),
    ("local", "two\x00parts"),
]


@pytest.mark.parametrize(("scheme", "text", "value"), GOOD)
def test_an_identifier_gets_its_one_spelling(scheme: str, text: str, value: str) -> None:
    assert normalised(IdentifierScheme(scheme), text) == value
    assert normalised(IdentifierScheme(scheme), value) == value


@pytest.mark.parametrize(("scheme", "text"), BAD)
def test_a_wrong_identifier_is_refused_under_its_scheme(scheme: str, text: str) -> None:
    with pytest.raises(InvalidInput, match="is no") as refused:
        normalised(IdentifierScheme(scheme), text)
    assert refused.value.field == scheme


@pytest.mark.parametrize("scheme", ["ror", "orcid", "isni"])
def test_one_wrong_digit_is_found_wherever_it_is(scheme: str) -> None:
    right = next(value for name, _, value in GOOD if name == scheme)
    for place, digit in enumerate(right):
        if not digit.isdigit():
            continue
        wrong = right[:place] + str((int(digit) + 1) % 10) + right[place + 1 :]
        with pytest.raises(InvalidInput):
            normalised(IdentifierScheme(scheme), wrong)


def test_every_scheme_is_tried_with_a_good_one_and_shown_with_a_form() -> None:
    assert {scheme for scheme, _, _ in GOOD} == set(IdentifierScheme)


def test_an_identifier_with_an_address_says_it() -> None:
    orcid = Identifier(scheme=IdentifierScheme.ORCID, value="0000-0002-1825-0097")
    assert orcid.uri == "https://orcid.org/0000-0002-1825-0097"
    assert Identifier(scheme=IdentifierScheme.CVR, value="30060946").uri is None
