"""Random histories of a ledger: its sums are what a plain list of deeds says, always."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.errors import Duplicate, TransitionNotAllowed
from matchmaker.models import Currency, Measure, OutcomeKind, Programme
from matchmaker.models.outcome import MONEY
from tests.conftest import WORKSHOP, SteppingClock, settings_in
from tests.databases import Place
from tests.together import BEGAN, a_firm, together

KINDS = [OutcomeKind.JOB, OutcomeKind.INVESTMENT, OutcomeKind.IDEA_DEVELOPED]
#: What is done, to which line so far, what it says, who says it.
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["staff", "firm", "confirm", "reverse"]),
        st.integers(0, 30),
        st.sampled_from(KINDS),
        st.integers(1, 5_000),
        st.integers(0, 120),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def service(new_place: Callable[[], Place], encoder: HashingEncoder) -> Iterator[Matchmaker]:
    place = new_place()
    place.hold(WORKSHOP)
    made = build(settings_in(place.folder), encoder=encoder, clock=SteppingClock())
    yield made
    made.close()


def new_programme(service: Matchmaker, number: list[int] = [0]) -> Programme:  # noqa: B006 - counts
    number[0] += 1
    return service.programmes.create(
        by=None, name=f"P{number[0]}", starts_on=BEGAN, ends_on=date(2026, 12, 31)
    )


@given(deeds=DEEDS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_sums_are_those_of_a_plain_list(
    service: Matchmaker, deeds: list[tuple[str, int, OutcomeKind, int, int]]
) -> None:
    firm = a_firm(service, f"firm{new_programme(service).id.hex[:12]}")
    programme = new_programme(service)
    begun = together(service, firm, programme_id=programme.id)
    #: Line -> kind, quantity, day, confirmed, taken off.
    plain: list[list[object]] = []
    ids = []
    for deed, at, kind, quantity, after in deeds:
        if deed in {"staff", "firm"}:
            day = BEGAN + timedelta(days=after)
            line = service.outcomes.record(
                begun.id,
                by=firm if deed == "firm" else None,
                kind=kind,
                on_day=day,
                quantity=quantity,
                currency=Currency.EUR if kind in MONEY else None,
            )
            plain.append([kind, quantity, day, deed == "staff", False])
            ids.append(line.outcome.id)
        elif ids:
            place = at % len(ids)
            try:
                if deed == "confirm":
                    service.outcomes.confirm(ids[place], by=None)
                    assert not plain[place][4]
                    plain[place][3] = True
                else:
                    service.outcomes.reverse(ids[place], by=None, reason="Because")
                    assert not plain[place][4]
                    plain[place][4] = True
            except (TransitionNotAllowed, Duplicate):
                assert plain[place][4], "only what is taken off is left alone"

    ledger = service.outcomes.ledger(begun.id)
    assert len(ledger) == len(plain) + sum(bool(one[4]) for one in plain), "nothing is lost"
    numbers = [one.outcome.number for one in ledger]
    assert numbers == sorted(set(numbers))
    middle = BEGAN + timedelta(days=60)
    for first, last in [(BEGAN, middle), (middle + timedelta(1), date(2026, 12, 31))]:
        report = service.programmes.report(programme.id, first, last)
        found = {one.measure: (one.confirmed, one.waiting) for one in report.measures}
        for kind in KINDS:
            there = [
                one
                for one in plain
                if one[0] is kind and first <= one[2] <= last and not one[4]  # type: ignore[operator]  # a day
            ]
            expected = tuple(
                sum(int(one[1]) for one in there if one[3] is confirmed)  # type: ignore[call-overload]  # a number
                for confirmed in (True, False)
            )
            assert found[Measure(kind.value)] == expected
