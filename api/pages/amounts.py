"""Numbers as people write them: amounts with a comma or a point, counts without either."""

from __future__ import annotations

import re

#: Groups of three between points, commas or blanks, and at most two figures behind the last mark.
_AMOUNT = re.compile(r"(\d{1,3}(?:[., \u00a0]\d{3})+|\d{1,12})(?:[.,](\d{2}))?")


def minor_of(text: str) -> int | None:
    """Return an amount in hundredths; None when it is none.

    >>> minor_of("3.434.725,00"), minor_of("3,434,725.50"), minor_of("1250"), minor_of("1 250,75")
    (343472500, 343472550, 125000, 125075)
    >>> minor_of("1,2,3") is None, minor_of("-5") is None, minor_of("12,5") is None
    (True, True, True)
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    whole = re.sub(r"\D", "", found[1])
    return 100 * int(whole) + int(found[2] or 0)


def count_of(text: str) -> int | None:
    """Return a count; None when it is none.

    >>> count_of(" 12 "), count_of("1.5")
    (12, None)
    """
    text = text.strip()
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
