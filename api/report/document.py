"""A PDF with one typeface, embedded, and everything in it as text; fit for archives (PDF/A-2U)."""

from __future__ import annotations

from pathlib import Path

from flask_babel import get_locale
from fpdf import FPDF
from fpdf.enums import XPos, YPos

_FONTS = Path(__file__).parent / "fonts"
FONT = "Schibsted Grotesk"
INK, SOFT, _BRAND = (20, 34, 42), (75, 91, 99), (12, 85, 99)
_MARGIN = 18.0


class Document(FPDF):
    """A4 pages with what they are about and a number below."""

    def __init__(self, title: str, foot: str) -> None:
        super().__init__(format="A4", enforce_compliance="PDFA_2U")
        self.foot = foot
        self.set_lang(get_locale().language)
        self.set_title(title)
        self.set_author("Matchmaker")
        self.set_creator("Matchmaker")
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=20)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font(FONT, style, _FONTS / f"SchibstedGrotesk-{name}.ttf")

    def footer(self) -> None:
        """Write what it is and the number of the page."""
        self.set_y(-14)
        self.set_font(FONT, "", 8)
        self.set_text_color(*SOFT)
        self.cell(self.epw - 20, 5, self.foot)
        self.cell(20, 5, f"{self.page_no()} / {{nb}}", align="R")

    def words(self, text: str, size: float = 10, style: str = "", *, soft: bool = False) -> None:
        """Write a paragraph."""
        self.set_font(FONT, style, size)
        self.set_text_color(*(SOFT if soft else INK))
        self.multi_cell(0, size * 0.5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def heading(self, text: str) -> None:
        """Write a heading with its bookmark; it does not stand alone at the foot of a page."""
        if self.will_page_break(40):
            self.add_page()
        self.ln(5)
        self.set_font(FONT, "B", 14)
        self.set_text_color(*_BRAND)
        self.start_section(text)
        self.words(text, 14, "B")
        self.ln(1)
