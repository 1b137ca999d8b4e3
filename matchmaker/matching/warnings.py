"""Warnings: what in a text its writer may not want others to read, each with its place.

Rules of form and short word lists, for Danish and English alike; nothing is learned and nothing is
changed in the text. A warning is a question: whoever wrote it may leave it as it is.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from matchmaker.models import contact_marks


class WarningKind(enum.StrEnum):
    """What a place in the text may give away."""

    EMAIL = "email"
    WEBSITE = "website"
    CVR = "cvr"
    PHONE = "phone"
    PERSON = "person"
    FIRM = "firm"
    PRICE = "price"
    SECRET = "secret"  # noqa: S105 - a kind of warning


@dataclass(frozen=True, kw_only=True, order=True)
class TextWarning:
    """One place in a text. Offsets count code points; the end is not included."""

    start: int
    end: int
    kind: WarningKind
    #: What stands there.
    words: str


_CAPITAL = "A-ZÆØÅÖÄÜÉ"
_WORD = rf"[{_CAPITAL}][\w.&'’-]*"
#: A firm by its legal form; the words before it that begin with a capital are its name.
_FIRM = re.compile(
    rf"(?:(?:{_WORD}|og|&|and)\s+){{0,4}}{_WORD},?\s+"
    r"(?:A/S|ApS|I/S|P/S|K/S|IVS|AmbA|A\.m\.b\.a\.|GmbH|AG|AB|ASA|Oy|Ltd\.?|Limited|LLC|Inc\.?"
    r"|plc|B\.?V\.?|S\.?p\.?A\.?)(?![\w/])"
)
_AMOUNT = r"\d{1,3}(?:[. ]\d{3})*(?:,\d+|\.\d+)?"
_MONEY = r"(?:kr\b\.?|kroner\b|DKK\b|euros?\b|EUR\b|€|USD|\$|£|GBP|tkr\b\.?|t\.?kr\.?|øre)"
_MANY = r"(?:mio\.?|mia\.?|millioner|million|tusind|thousand|k)"
_PRICE = re.compile(
    rf"(?:{_AMOUNT}\s?(?:{_MANY}\s)?{_MONEY}(?:/\w+)?"
    rf"|(?:\bDKK|\bEUR|\bUSD|€|\$|£)\s?{_AMOUNT}(?:\s?{_MANY})?|\b\d[\d.,]*,-)",
    re.IGNORECASE,
)
#: Somebody is named: a title or a leave-taking, then words with capitals.
_NAMED = rf"[{_CAPITAL}][a-zæøåéöäü]+(?:[ -][{_CAPITAL}][a-zæøåéöäü]+){{0,3}}"
_TITLED = re.compile(
    r"\b(?:hr\.?|fru|frk\.|ing\.|direktør|mester|Mr\.?|Mrs\.?|Ms\.?|Dr\.|[Mm]vh\.?"
    rf"|[Hh]ilsen|[Rr]egards|[Hh]ilsner),?\s+(?P<who>{_NAMED})"
)
_FULL_NAME = re.compile(
    rf"\b(?P<first>[{_CAPITAL}][a-zæøåéöäü]+)(?:[ -][{_CAPITAL}][a-zæøåéöäü]*\.?)*"
    rf"[ ][{_CAPITAL}][a-zæøåéöäü]+\b"
)
#: Our own people by one name: "Jens siger", "talk to Mette".
_ALONE = re.compile(
    r"\b(?:ring til|skriv til|spørg|kontakt|kollega|chef|svejser|smed|operatør|call|ask|contact"
    rf"|colleague|welder|operator)\s+(?P<who>[{_CAPITAL}][a-zæøåéöäü]+)\b",
    re.IGNORECASE,
)
#: What is said to be secret, or is usually meant to be.
_SECRETS = (
    r"forretningshemmelig\w*",
    r"(?:fortrolig|hemmelig|hemmeligt|hemmelige)\w*",
    r"(?:NDA|tavshedserklæring|fortrolighedsaftale)\w*",
    r"(?:ikke|endnu ikke|før vi er|inden vi er) (?:patentere|patentsøg|offentliggj)\w*",
    r"(?:vores|egen) (?:egen )?(?:opskrift|recept|formel|sammensætning)\w*",
    r"(?:patentansøgning|patentansøgningen)\w*",
    r"trade secret\w*",
    r"(?:confidential(?:ly|ity)?|secrets?)\b",
    r"non-disclosure\w*",
    r"(?:not|not yet|un)[ -]?(?:patented|published)",
    r"(?:our|own) (?:own )?(?:recipe|formula|formulation|secret process)\w*",
    r"patent (?:application|pending)\w*",
    r"proprietary",
)
_SECRET = re.compile(rf"\b(?:{'|'.join(_SECRETS)})", re.IGNORECASE)

_BY_FORM: Sequence[tuple[WarningKind, re.Pattern[str]]] = (
    (WarningKind.EMAIL, contact_marks.EMAIL),
    (WarningKind.WEBSITE, contact_marks.WEBSITE),
    (WarningKind.CVR, contact_marks.CVR),
    (WarningKind.PRICE, _PRICE),
    (WarningKind.PHONE, contact_marks.PHONE),
    (WarningKind.FIRM, _FIRM),
    (WarningKind.SECRET, _SECRET),
)


def warnings_of(text: str) -> list[TextWarning]:
    """Return what a text may give away, in the order of the text; no two overlap.

    >>> [(one.kind.value, one.words) for one in warnings_of("Ring til Jens Holm, 98 12 34 56.")]
    [('person', 'Jens Holm'), ('phone', '98 12 34 56')]

    """
    found: list[TextWarning] = []
    for kind, start, end in _places(text):
        if start < end and all(end <= one.start or start >= one.end for one in found):
            found.append(TextWarning(start=start, end=end, kind=kind, words=text[start:end]))
    return sorted(found)


def _places(text: str) -> Iterator[tuple[WarningKind, int, int]]:
    for kind, pattern in _BY_FORM:
        for match in pattern.finditer(text):
            yield kind, *_trimmed(text, *match.span())
    for match in _TITLED.finditer(text):
        yield WarningKind.PERSON, *match.span("who")
    for match in _FULL_NAME.finditer(text):
        if match["first"].casefold() in given_names():
            yield WarningKind.PERSON, *match.span()
    for match in _ALONE.finditer(text):
        # The pattern takes any case for its verbs; a name has a capital.
        if match["who"][0].isupper() and match["who"].casefold() in given_names():
            yield WarningKind.PERSON, *match.span("who")


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a place without blanks around it."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


@cache
def given_names() -> frozenset[str]:
    """Return first names that are common in Denmark or in English, in small letters.

    Left out are those that are a word of the trade or of either language as well: "Max",
    "Will", "Mark", "Stål".
    """
    source = resources.files(__package__).joinpath("given_names.txt")
    lines = source.read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())
