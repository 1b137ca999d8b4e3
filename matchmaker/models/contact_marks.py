"""What names or reaches somebody in a text by its form: addresses, telephone and CVR numbers."""

from __future__ import annotations

import re

EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
#: "www.example.dk", "https://example.dk/x": leads to whoever wrote it.
WEBSITE = re.compile(r"(?:https?://|www\.)[^\s<>()]+[^\s<>().,;:!?]", re.IGNORECASE)
CVR = re.compile(
    r"\b(?:CVR(?:[- ]?nr\.?|[- ]?no\.?| number)?[:\s]*|DK[- ]?)(?:\d ?){7}\d\b", re.IGNORECASE
)
#: Four pairs of figures, any number with a country code, and what is said to be a telephone
#: number. Eight figures in a row alone may count anything.
PHONE = re.compile(
    r"(?:(?:\+|\b00)\d{2}[ -]?(?:\d[ -]?){7,10}\d"
    r"|\b(?:tlf|telefon|mobil|ring(?: til)?|phone|tel|call|mob)[.:]*\s*(?:\d[ -]?){7}\d"
    r"|(?<![\d.,x×-])(?<!\d )\d{2}(?: \d{2}){3}(?![\d,x×-]| \d))",
    re.IGNORECASE,
)
#: In the order in which they are looked for: what one has taken is not another's.
ALL = (EMAIL, WEBSITE, CVR, PHONE)
#: Stands where something was taken out of a text.
TAKEN_OUT = "[…]"


def without_contacts(text: str, names: tuple[str, ...] = ()) -> str:
    """Return a text without addresses, numbers and these names.

    Args:
        text: as it was written.
        names: of the firm and its people, in any case; short ones are passed over.

    >>> without_contacts("Ring til Jens på 98 12 34 56 eller jens@akse.dk", ("Jens",))
    'Ring til […] på […] eller […]'

    """
    for pattern in ALL:
        text = pattern.sub(TAKEN_OUT, text)
    for name in sorted(names, key=len, reverse=True):
        if len(name.strip()) > 2:
            words = r"\s+".join(map(re.escape, name.split()))
            text = re.sub(rf"(?<!\w){words}(?!\w)", TAKEN_OUT, text, flags=re.IGNORECASE)
    return text
