"""The page about exposure, and what a list says of shared places and hidden profiles."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Profile, Visibility
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_organisation
from tests.pages.conftest import Reader

WORDS = "Testing of welded joints with ultrasound and radiography."


def rows(page: Reader, heading: str) -> dict[str, list[str]]:
    """Return the cells that are read out, by the first of their row."""
    table = page.one(f"[aria-labelledby={heading}] table")
    return {
        row.th.get_text(strip=True): [
            " ".join(cell.get_text().split())
            for cell in row.find_all("td")
            if not cell.has_attr("aria-hidden")
        ]
        for row in table.tbody.find_all("tr")
    }


def test_kinds_and_organisations_stand_in_tables_with_their_shares(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask().follow("Who was shown")
    assert page.heading == "Who was shown"
    assert "1 list was asked for, 1 shows somebody." in page.text
    report = matchmaker.exposure.report()
    assert list(rows(page, "by-family")) == [row.name for row in report.families]
    institute = rows(page, "by-family")["Institut for Sømme"]
    found = next(row for row in report.families if row.name == "Institut for Sømme")
    assert institute[:2] == [
        f"{100 * found.exposure_share:.1f} %",
        f"{100 * found.merit_share:.1f} %",
    ]
    assert institute[2:6] == ["1", "1", "1", "1"]
    assert rows(page, "by-kind")["Experts"][4] == "1"
    assert "Ida Berg" not in page.text


def test_every_column_and_row_has_a_heading_and_the_bars_repeat_what_is_written(
    ask: Callable[..., Reader],
) -> None:
    page = ask().visit("/exposure")
    for table in page.page.select("table"):
        assert all(heading["scope"] == "col" for heading in table.thead.find_all("th"))
        assert all(row.th["scope"] == "row" for row in table.tbody.find_all("tr"))
        widths = [float(bar["width"]) for bar in table.select("rect")]
        assert max(widths) == 100
        assert all(0 <= width <= 100 for width in widths)
        assert all(bar.find_parent("td")["aria-hidden"] == "true" for bar in table.select("svg"))


def test_a_period_can_be_chosen_and_a_wrong_one_is_named(ask: Callable[..., Reader]) -> None:
    page = ask().visit("/exposure")
    page.send("Show", first_day="2020-01-01", last_day="2020-01-31")
    assert "No list was asked for in this period." in page.text
    assert page.one("#first_day")["value"] == "2020-01-01"
    page.send("Show", first_day="2026-02-02", last_day="2026-02-01")
    assert page.status == 422
    assert page.one("#last_day-error").get_text() == "The last day is before the first one."


def test_a_danish_reader_reads_it_in_danish(dansker: Reader) -> None:
    page = dansker.visit("/exposure")
    assert page.heading == "Hvem der er vist"
    assert "Der er ikke spurgt efter nogen liste" in page.text


def test_organisations_are_shown_a_page_at_a_time(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask().visit("/exposure?limit=1")
    first = list(rows(page, "by-family"))
    names = [row.name for row in matchmaker.exposure.report().families]
    assert first == names[:1]
    assert not page.page.select("a[rel=prev]")
    assert page.visit("/exposure?limit=1&offset=1").page.select("a[rel=prev]")
    assert list(rows(page, "by-family")) == names[1:2]


def test_who_shares_a_place_is_named_under_it(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    top = an_organisation("Twin House", summary=WORDS, evidence=(WORDS,))
    part = an_organisation("Twin Part", parent_id=top.id, summary=WORDS, evidence=(WORDS,))
    matchmaker.profiles.register_all([top, part])
    page = ask()
    (shown,) = [one for one in page.page.select(".match") if one.select_one(".also")]
    assert {shown.h3.get_text(), shown.select_one(".also a").get_text()} == {
        "Twin House",
        "Twin Part",
    }
    assert "1 more profile says the same:" in shown.get_text(" ", strip=True)
    assert "1 shares a place with one that says the same" in page.one(".made").get_text(" ")


def test_a_profile_that_is_public_no_more_is_a_place_without_name(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    (newest, *_) = matchmaker.matchmaking.runs_of(UUID(page.address.split("/")[2]))
    gone, *others = matchmaker.matchmaking.get_run(newest.id).matches
    with Sessions(matchmaker.engine).writing() as session:
        session.get_one(Profile, gone.profile_id).revise(at=NOW, visibility=Visibility.MEMBERS)
    number = len(page.all(".match"))
    page.visit(page.address)
    assert page.all(".match h3")[0] == "A profile that is no longer shown"
    assert len(page.all(".match")) == number
    source = page.response.get_data(as_text=True)
    assert gone.profile.name not in source
    assert str(gone.profile_id) not in source
    # Profiles of the tests have one summary in common; it may carry somebody else's match too.
    told = {passage.text for match in others for passage in match.reason.evidence}
    own = {passage.text for passage in gone.reason.evidence} - told
    assert not [text for text in own if text in source]
    assert page.page.select_one(".match .evidence") is not None
    assert page.page.select_one(".match").select_one(".evidence") is None
