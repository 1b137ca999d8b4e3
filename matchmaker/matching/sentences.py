"""A challenge in sentences: each is a query, so that a side remark cannot drown the point."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

#: More sentences than this are joined with their neighbours, so that cost stays bounded.
MOST_SENTENCES = 24
#: A piece with fewer words says nothing alone ("Hilsen Ole", "Mvh.") and joins the one before.
FEWEST_WORDS = 4

# A full stop after these does not end a sentence.
_ABBREVIATIONS = {
    *("f.eks", "fx", "bl.a", "dvs", "ca", "evt", "inkl", "ekskl", "pga", "mht", "mv", "m.m"),
    *("osv", "o.l", "jf", "nr", "stk", "kr", "mia", "mio", "max", "min", "tlf", "pr", "hhv"),
    *("e.g", "i.e", "etc", "approx", "incl", "excl", "no", "vs", "dr", "mr", "mrs", "resp"),
    *("z.b", "bzw", "usw", "bl", "t.ex"),
}
# The ones among them that often stand last: a capital after them begins a new sentence.
_OFTEN_LAST = {"osv", "etc", "mv", "m.m", "o.l", "usw"}
# What begins a line of a list; the minus of "-5 grader" stays.
_BULLET = re.compile(r"^(?:[*•]+\s*|[-–]+(?!\d)\s*)+")
_END = re.compile(r"[.!?…]+[\"'»”)]*\s+|\n\s*(?:[-*•–]\s+)?|;\s+")


def clean(text: str) -> str:
    r"""Return the text without control characters, with plain spaces and trimmed ends.

    Line breaks stay: they separate sentences in lists and mails.

    >>> clean("  et\x00 problem \r\n\t med svejsning ")
    'et problem\nmed svejsning'
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = (" ".join(_visible(line).split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _visible(line: str) -> str:
    if line.isprintable():  # nearly always, and much quicker than looking at every character
        return line
    hidden = {"Cc", "Cs", "Cn", "Co"}
    return "".join(" " if unicodedata.category(one) in hidden else one for one in line)


def split(text: str, title: str = "") -> tuple[str, ...]:
    r"""Return the sentences of a challenge in order; the title, if any, is the first.

    >>> split("Vi svejser ca. 5 mm plade. Der kommer revner i sømmen!\nMvh. Ole")
    ('Vi svejser ca. 5 mm plade.', 'Der kommer revner i sømmen! Mvh. Ole')
    """
    pieces: list[str] = [title.strip()] if _says_something(title) else []
    first = len(pieces)
    start = 0
    for end in _END.finditer(text):
        if _is_abbreviation(text[start : end.start()], text[end.start()], text[end.end() :]):
            continue
        pieces.append(_plain(text[start : end.end()]))
        start = end.end()
    pieces.append(_plain(text[start:]))
    return _joined([piece for piece in pieces if _says_something(piece)], first)


def _says_something(piece: str) -> bool:
    return any(map(str.isalnum, piece))


def _plain(piece: str) -> str:
    return _BULLET.sub("", piece.strip()).rstrip(" \n-*•–")


def _is_abbreviation(before: str, mark: str, after: str) -> bool:
    if mark != ".":
        return False
    word = before.rsplit(maxsplit=1)[-1].lower().strip("(\"'") if before.strip() else ""
    # "12. maj" and "3. lag" go on; "... 12. Vi" and "... osv. Vi" do not.
    ordinal = word.isdigit() and after[:1].islower()
    ended = word in _OFTEN_LAST and after[:1].isupper()
    return (word in _ABBREVIATIONS and not ended) or len(word) == 1 or ordinal


def _joined(pieces: list[str], first: int) -> tuple[str, ...]:
    """Join scraps to their neighbour, then the shortest neighbours until few enough are left."""
    sentences: list[str] = []
    for number, piece in enumerate(pieces):
        scrap = len(piece.split()) < FEWEST_WORDS
        if scrap and number > first and sentences:
            sentences[-1] = f"{sentences[-1]} {piece}"
        else:
            sentences.append(piece)
    while len(sentences) > MOST_SENTENCES:
        lengths = [len(a) + len(b) for a, b in pairwise(sentences)]
        at = lengths.index(min(lengths))
        sentences[at : at + 2] = [f"{sentences[at]} {sentences[at + 1]}"]
    return tuple(sentences)
