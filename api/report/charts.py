"""Pictures of a report: what a page draws with its stylesheet and a PDF with its own colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.report.words import area_name
from matchmaker.models.municipalities import MAP_SIZE, municipalities
from matchmaker.models.report import AreaFigure

#: Firms from which on a municipality has the next darker shade; 0 has none.
SHADES = (1, 2, 4, 8)


@dataclass(frozen=True)
class Shape:
    """A municipality on the map."""

    name: str
    #: The ``d`` of an SVG path.
    path: str
    #: 0 for nobody, then one more from each number of ``SHADES`` on.
    shade: int
    firms: int


def shade_of(firms: int) -> int:
    """Return how dark a municipality is, 0 to 4.

    >>> [shade_of(firms) for firms in (0, 1, 3, 4, 99)]
    [0, 1, 2, 3, 4]
    """
    return sum(firms >= least for least in SHADES)


def shapes(figures: Sequence[AreaFigure]) -> list[Shape]:
    """Return the map of the municipalities; what has no known place is not on it."""
    found = municipalities()
    return [
        Shape(area_name(one.code), found[one.code].shape, shade_of(one.firms), one.firms)
        for one in figures
        if one.code is not None
    ]


def map_svg(figures: Sequence[AreaFigure], fills: Sequence[str], edge: str) -> bytes:
    """Return the map as a picture of its own.

    Args:
        figures: of every municipality.
        fills: colour of each shade, lightest first.
        edge: colour of the borders.

    """
    paths = "".join(
        f'<path d="{one.path}" fill="{fills[one.shade]}" stroke="{edge}" stroke-width="1.5"/>'
        for one in shapes(figures)
    )
    width, height = MAP_SIZE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{paths}</svg>'
    ).encode()
