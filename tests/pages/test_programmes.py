"""A programme on its pages, and the same figures as CSV, PDF and JSON."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from tests.pages.conftest import Reader
from tests.people import somebody, token_of

#: A day of a programme.
NOW_DAY = date(2026, 11, 22)


@pytest.fixture
def programme(demonstrated: tuple[Matchmaker, UUID]) -> UUID:
    return demonstrated[1]


def cells(reader: Reader, table: str) -> dict[str, list[str]]:
    """Return the rows of a table: subject -> figures as they stand there."""
    rows = reader.page.select(f'[aria-labelledby="{table}"] table tbody tr')
    return {
        " ".join(row.find("th").get_text(" ").split()): [
            one.get_text(strip=True) for one in row.find_all("td")
        ]
        for row in rows
    }


def pdf_text(data: bytes) -> str:
    """Return the words of a PDF with single blanks."""
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split()
    )


def alternatives(element: Any) -> list[str]:
    """Return the words that stand for pictures, below an element of the structure."""
    element = element.get_object()
    if isinstance(element, list):
        return [words for one in element for words in alternatives(one)]
    if not isinstance(element, dict):
        return []
    own = [str(element["/Alt"])] if "/Alt" in element else []
    return own + (alternatives(element["/K"]) if "/K" in element else [])


def bare(text: str) -> str:
    """Return a text without blanks: a PDF breaks lines where it likes."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", ["da", "en"])
def test_page_table_document_and_json_say_the_same(
    staff_browser: FlaskClient, demonstrated: tuple[Matchmaker, UUID], language: str
) -> None:
    service, programme = demonstrated
    reader = Reader(staff_browser, language)
    reader.visit(f"/programmes/{programme}")
    headers = reader.headers
    boss = token_of(service, somebody(service, Role.STAFF, "program"))
    address = f"/api/v1/programmes/{programme}/report"
    report = staff_browser.get(address, headers=boss).get_json()
    written = staff_browser.get(f"/programmes/{programme}/report.csv", headers=headers)
    document = staff_browser.get(f"/programmes/{programme}/report.pdf", headers=headers)
    same = staff_browser.get(f"{address}.csv?language={language}", headers=boss)
    rows = list(csv.DictReader(io.StringIO(written.get_data(as_text=True).removeprefix("\ufeff"))))
    words = bare(pdf_text(document.data))

    assert document.mimetype == "application/pdf"
    assert written.headers["Content-Disposition"].endswith('-2025-12-31.csv"')
    assert same.data == written.data
    shown = 0
    for key in ("targets", "measures", "kinds", "funnel", "regions", "municipalities", "demand"):
        page = cells(reader, key)
        in_file: dict[str, list[str]] = {}
        for row in rows:
            if row["table"] == key:
                in_file.setdefault(row["subject"].removeprefix("'"), []).append(row["value"])
        assert page.keys() == in_file.keys(), key
        for subject, figures in page.items():
            assert len(figures) == len(in_file[subject])
            for figure, value in zip(figures, in_file[subject], strict=True):
                assert agrees(figure, value, language), (key, subject, figure, value)
                shown += 1
            assert bare(subject) in words, subject
            # A bar stands before the figures of a row, as a picture without words.
            assert bare(subject + "".join(figures)) in words, (subject, figures)
    assert shown > 150
    # A mean waits for nothing, which is no score of zero.
    assert [*cells(reader, "measures").values()][-1][1] == "–"
    # What JSON says in whole numbers, the table says as people write it.
    for one, row in zip(report["measures"], cells(reader, "measures").values(), strict=True):
        assert agrees(row[0], str(one["confirmed"]), language, one["currency"])
    for one, row in zip(report["funnel"], cells(reader, "funnel").values(), strict=True):
        assert row[0] == str(one["reached"])
    for one, row in zip(report["targets"], cells(reader, "targets").values(), strict=True):
        assert agrees(row[1], str(one["actual"]), language, one["currency"])


def agrees(figure: str, value: str, language: str, currency: str | None = None) -> bool:
    """Return whether a figure as people read it is a value as programs read it."""
    if not value or value == "None":
        return figure == "–"
    point = "," if language == "da" else "."
    thousand = "." if language == "da" else ","
    plain = figure.removesuffix(" EUR").removesuffix(" %").replace(thousand, "").replace(point, ".")
    if figure.endswith("%"):
        return abs(float(plain) - 100 * float(value)) <= 0.5
    if currency:
        return round(100 * float(plain)) == int(value)
    return float(plain) == float(value) or round(100 * float(plain)) == float(value)


def test_the_figures_that_everybody_knows_stand_on_the_page(
    staff_browser: FlaskClient, programme: UUID
) -> None:
    reader = Reader(staff_browser).visit(f"/programmes/{programme}")

    assert reader.heading == "Nordvest demonstration"
    assert "Made up" in reader.text
    found = cells(reader, "measures")
    assert found["Firms"] == ["45", "0"]
    assert found["Ideas developed"] == ["200", "3"]
    assert found["Investment"] == ["3,434,725 EUR", "0 EUR"]
    assert cells(Reader(staff_browser, "da").visit(f"/programmes/{programme}"), "measures")[
        "Investering"
    ] == ["3.434.725 EUR", "0 EUR"]
    # The map has every municipality, and says its name and number to who points at it.
    names = [one.get_text() for one in reader.page.select(".map path title")]
    assert len(names) == 98
    assert any(re.fullmatch(r"Aalborg: [1-9]\d*", one) for one in names)
    assert "style=" not in str(reader.page.select_one("main"))


def test_a_period_can_be_chosen(staff_browser: FlaskClient, programme: UUID) -> None:
    reader = Reader(staff_browser).visit(
        f"/programmes/{programme}?first_day=2023-01-01&last_day=2023-12-31"
    )
    firms = int(cells(reader, "measures")["Firms"][0])
    assert 0 < firms < 45

    wrong = reader.visit(f"/programmes/{programme}?first_day=2024-01-01&last_day=2023-01-01")
    assert wrong.status == 422
    assert "Please give a last day" in wrong.text
    for ending in ("csv", "pdf"):
        address = f"/programmes/{programme}/report.{ending}"
        assert (
            staff_browser.get(f"{address}?first_day=2024-01-01&last_day=2023-01-01").status_code
            == 422
        )


def test_the_document_is_whole_and_says_who_it_is(
    staff_browser: FlaskClient, programme: UUID
) -> None:
    data = staff_browser.get(
        f"/programmes/{programme}/report.pdf", headers={"Accept-Language": "da"}
    ).data
    document = PdfReader(io.BytesIO(data))

    about = document.xmp_metadata
    assert about is not None
    assert "Nordvest demonstration" in str(about.dc_title)
    catalog: Any = document.trailer["/Root"]
    assert str(catalog["/Lang"]).startswith("da")
    assert catalog["/MarkInfo"]["/Marked"]
    # The picture of Denmark has words in its place.
    assert any("Danmarkskort" in words for words in alternatives(catalog["/StructTreeRoot"]))
    headings = [one.title for one in document.outline if not isinstance(one, list)]
    assert headings[:2] == ["Mål og resultat", "Hvad der er kommet ud af det"]
    fonts: set[str] = set()
    for page in document.pages:
        for font in page["/Resources"]["/Font"].values():
            one = font.get_object()
            fonts.add(one["/BaseFont"])
            below = one["/DescendantFonts"][0].get_object()
            assert "/FontFile2" in below["/FontDescriptor"].get_object(), "embedded"
    assert fonts
    assert all("SchibstedGrotesk" in one for one in fonts)
    text = pdf_text(data)
    for words in ("Afprøvede idéer", "Region Nordjylland", "746,00 DKK"):
        assert words in text
    assert "opdigtede" in text


def test_names_that_look_like_formulas_stay_names(staff: Reader, workshop: Matchmaker) -> None:
    made = workshop.programmes.create(
        by=None, name="=cmd|x", starts_on=NOW_DAY, ends_on=NOW_DAY, funder="+1"
    )
    data = staff.client.get(f"/programmes/{made.id}/report.csv").get_data(as_text=True)

    assert ",'=cmd|x," in data


def test_a_programme_is_made_changed_and_given_targets(staff: Reader) -> None:
    staff.visit("/programmes")
    assert "There is no programme yet." in staff.text
    staff.send(
        "Make the programme", name="", starts_on="2026-01-01", ends_on="2025-01-01", rate="x"
    )
    assert staff.status == 422
    staff.send(
        "Make the programme",
        name="Robotter i småserier",
        funder="Regionen",
        starts_on="2026-01-01",
        ends_on="2026-12-31",
        currency="DKK",
        rate="746,00",
    )
    assert staff.heading == "Robotter i småserier"
    assert "100 EUR are counted as 746.00 DKK" in staff.text

    staff.follow("Change programme and targets")
    assert staff.one("#rate")["value"] == "746,00"
    staff.send(
        "Add the target", measure="investment", quantity="1.250.000", currency="DKK", area="DK-81"
    )
    staff.send("Add the target", measure="job", quantity="25")
    assert "1,250,000 DKK" in staff.text
    staff.send("Add the target", measure="job", quantity="many")
    assert staff.status == 422
    staff.send("Add the target", measure="investment", quantity="5")
    assert "Please choose a currency for an amount" in staff.text
    staff.send("Take away")
    assert "1,250,000 DKK" not in staff.text
    staff.send("Save the programme", rate="")
    assert "Amounts in kroner and in euro are kept apart." in staff.text
    assert cells(staff, "targets").popitem()[1] == ["25", "0", "0 %", "0"]
    staff.follow("All programmes")
    staff.send(
        "Make the programme",
        name="Robotter i småserier",
        starts_on="2026-01-01",
        ends_on="2026-12-31",
    )
    assert staff.status == 409


def test_what_was_changed_meanwhile_is_not_overwritten(staff: Reader, workshop: Matchmaker) -> None:
    made = workshop.programmes.create(by=None, name="P", starts_on=NOW_DAY, ends_on=NOW_DAY)
    staff.visit(f"/programmes/{made.id}/edit")
    workshop.programmes.revise(made.id, expected_revision=made.revision, by=None, name="Q")

    assert staff.send("Save the programme").status == 412
    assert workshop.programmes.get(made.id).name == "Q"
