"""A report as a PDF for whoever pays: one typeface, embedded, with everything as text.

The file is made for archives (PDF/A-2U: fonts and their letters are in it), names its language and
title, has bookmarks, and its tables repeat their heads on each page. The library marks pictures
with words in their place, but not the cells of tables; a reader's program has the page and the
CSV for that.
"""

from __future__ import annotations

from io import BytesIO

from flask_babel import get_locale, gettext, ngettext
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from api.report.charts import map_svg
from api.report.document import FONT, INK, SOFT, Document
from api.report.tables import Row, Table, tables
from api.report.words import area_name, day
from matchmaker.services.programmes import Report

_LINE = (211, 220, 220)
#: Shades of the map, lightest first.
_FILLS = ("#e9eeed", "#b5d3d7", "#7fb3ba", "#3f8792", "#0c5563")
#: Width of the first column and of the bar, of the width between the margins.
_SUBJECT, _BAR = 0.36, 0.12
#: Tables whose rows have a bar.
_WITH_BARS = frozenset({"targets", "funnel", "kinds", "regions", "municipalities"})


def pdf_of(report: Report) -> bytes:
    """Return the report as a PDF, in the language of the moment."""
    programme = report.programme
    period = gettext(
        "%(start)s to %(end)s", start=day(report.span.first_day), end=day(report.span.last_day)
    )
    document = Document(f"{programme.name}: {period}", f"{programme.name} · {period}")
    document.set_creation_date(report.made_at)
    document.add_page()
    document.words(programme.name, 22, "B")
    document.ln(1)
    document.words(gettext("What came of it, %(period)s", period=period), 13, soft=True)
    document.ln(3)
    for sentence in sentences(report):
        document.words(sentence)
        document.ln(1)
    for table in tables(report):
        _write(document, table)
        if table.key == "regions":
            _draw_map(document, report)
    return bytes(document.output())


def sentences(report: Report) -> list[str]:
    """Return what a reader has to know before the figures."""
    programme, rate = report.programme, report.rate
    found = []
    if programme.fictional:
        found.append(
            gettext("Demonstration data: this programme, its firms and figures are made up.")
        )
    if programme.funder:
        found.append(gettext("Paid for by %(funder)s.", funder=programme.funder))
    found.append(
        gettext(
            "Counted are lines of the ledger that staff have confirmed; what firms have reported "
            "and nobody has confirmed yet stands apart as waiting. Lines are never changed: a "
            "wrong one is taken off by another, on the same day."
        )
    )
    found.append(
        gettext(
            "Firms and collaborations count from the day on which the collaboration began. A "
            "patent that is granted stays counted as filed."
        )
    )
    found.append(
        gettext(
            "The funnel, supply and demand, and the table of who was shown are about all "
            "challenges written in the period, whichever programme counts them."
        )
    )
    if rate.ore_per_100_euro is None:
        found.append(gettext("Amounts in kroner and in euro are kept apart."))
    else:
        kroner = f"{rate.ore_per_100_euro // 100},{rate.ore_per_100_euro % 100:02}"
        if get_locale().language == "en":
            kroner = kroner.replace(",", ".")
        found.append(
            gettext(
                "Amounts are in %(currency)s; 100 EUR are counted as %(kroner)s DKK.",
                currency=rate.currency.value,
                kroner=kroner,
            )
        )
    return [str(one) for one in found]


def _write(document: Document, table: Table) -> None:
    document.heading(table.heading)
    bars = table.key in _WITH_BARS
    left = 1 - _SUBJECT - (_BAR if bars else 0)
    widths = [
        _SUBJECT,
        *([_BAR] if bars else []),
        *[left / len(table.columns)] * len(table.columns),
    ]
    document.set_font(FONT, "", 8.5)
    document.set_text_color(*INK)
    document.set_draw_color(*_LINE)
    head = FontFace(emphasis="BOLD", color=SOFT)
    with document.table(
        width=document.epw,
        col_widths=[1000 * one for one in widths],
        text_align=["LEFT", *(["LEFT"] if bars else []), *["RIGHT"] * len(table.columns)],
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=head,
        line_height=4.6,
        padding=(0.8, 1.2),
    ) as written:
        first = written.row()
        for text in (table.subject, *([""] if bars else []), *table.columns):
            first.cell(text)
        for row in table.rows:
            line = written.row()
            line.cell(row.subject)
            if bars:
                _bar(line, row)
            for cell in row.cells:
                line.cell(f"{cell.text}")


def _bar(line: object, row: Row) -> None:
    """Draw how long a row is, as a picture with its share in words."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 10" width="100" height="10">'
        f'<rect width="100" height="10" fill="{_FILLS[0]}"/>'
        f'<rect width="{row.bar:.1f}" height="10" fill="{_FILLS[4]}"/></svg>'
    )
    line.cell(img=BytesIO(svg.encode()), img_fill_width=True)  # type: ignore[attr-defined]  # of a row


def _draw_map(document: Document, report: Report) -> None:
    if document.will_page_break(125):
        document.add_page()
    document.ln(4)
    there = [one for one in report.municipalities if one.firms and one.code]
    names = ", ".join(sorted(area_name(one.code) for one in there))
    alternative = ngettext(
        "Map of Denmark: firms in %(num)d municipality. %(names)s",
        "Map of Denmark: firms in %(num)d municipalities. %(names)s",
        len(there),
        names=names,
    )
    picture = BytesIO(map_svg(report.municipalities, _FILLS, "#ffffff"))
    document.image(picture, w=90, alt_text=alternative)
    document.words(legend(), 8.5, soft=True)


def legend() -> str:
    """Return how the shades of the map are read."""
    return str(
        gettext("Firms in each municipality: none, 1, 2 to 3, 4 to 7, 8 and more; darker is more.")
    )
