"""Forms are read by the schemas of the JSON API."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from api.parsing import read_form
from api.schemas.challenge import ChallengeInputSchema
from api.schemas.conditions import ConditionsSchema
from matchmaker.models import Conditions, PartnerKind
from tests.api.conftest import WELDING


def test_blank_fields_of_a_form_are_not_sent() -> None:
    form = MultiDict({"text": WELDING, "title": "", "place": "  ", "csrf_token": "x"})

    assert read_form(ChallengeInputSchema(), form) == ({"text": WELDING}, ())


def test_figures_and_choices_of_a_form_become_conditions() -> None:
    form = MultiDict(
        [
            ("partner_kinds", "expert"),
            ("partner_kinds", "hub"),
            ("within_km", " 50 "),
            ("limit", ""),
        ]
    )

    conditions, errors = read_form(ConditionsSchema(), form)

    assert errors == ()
    assert conditions == Conditions(
        partner_kinds=(PartnerKind.EXPERT, PartnerKind.HUB), within_km=50
    )


@pytest.mark.parametrize("text", ["near", "-5", "1e3", "5.5", "9" * 5000, "٣"])
def test_what_is_no_figure_is_named(text: str) -> None:
    values, errors = read_form(ConditionsSchema(), MultiDict({"within_km": text}))

    assert values == {}
    assert [error.field for error in errors] == ["within_km"]


def test_a_form_names_the_field_that_has_to_change() -> None:
    values, errors = read_form(ChallengeInputSchema(), MultiDict({"title": "x" * 121}))

    assert values == {}
    assert sorted(error.field for error in errors) == ["text", "title"]
    assert all(error.detail for error in errors)
