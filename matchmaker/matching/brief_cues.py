"""Words that tell which question of a brief a sentence answers, in Danish and English."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matchmaker.models import BriefQuestion

_MONTHS = (
    r"januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december",
    r"january|february|march|may|june|july|october",
)
_SEASONS_DA = (
    r"jul|påske|ferien|sommer\w*|efterår\w*",
    r"vinter\w*|forår\w*|årsskiftet|uge \d+",
)
_SEASONS_EN = ("christmas|easter|summer|autumn|winter|spring",)
_NTH = r"\d{1,2}(?:st|nd|rd|th)"
_DAY = rf"(?:{_NTH}|\d{{1,2}})(?: of)?"


def _any(*words: str) -> str:
    return "|".join(words)


_TRIED = (
    r"har (?:selv |også |allerede |nu )?(?:prøvet|forsøgt|testet|skiftet|haft|spurgt|hentet)",
    r"ting vi har prøvet|prøvede|satte vi|vi skiftede|hjalp (?:ikke|lidt)",
    r"(?:have|had|we) (?:already |also |even )?(?:tried|tested|changed|switched|asked|called)",
    r"we (?:did|got|own|built|fitted)",
    r"(?:did|made) (?:not |no )help",
    r"consultant|konsulent",
)
_TIME = (
    rf"(?:inden|før|senest|fra|til|i) (?:den )?(?:\d{{1,2}}\. )?(?:{_any(*_MONTHS, *_SEASONS_DA)})",
    r"frist\w*|deadline|haster|hen over (?:vinteren|sommeren)",
    r"næste (?:efterår|forår|sommer|år)",
    rf"(?:until|before|by|from) (?:the )?(?:{_DAY} )?(?:{_any(*_MONTHS, *_SEASONS_EN)}|{_NTH})",
    r"within (?:a|the next|\w+) (?:weeks?|months?|year)|urgent",
)
_WANTED = (
    r"(?:vi|jeg) (?:vil|ville) (?:også )?(?:gerne|helst)",
    r"(?:vi|jeg) (?:leder|søger|ønsker|mangler)",
    r"det vi mangler|vi har brug for|hvem kan|målet er|gerne",
    r"(?:we|i)(?:'d| would)? (?:like|want|need|prefer)",
    r"looking for|who can|what we (?:are after|need)|would like|open for",
)
_CONSTRAINTS = (
    r"må ikke|må højst|højst|kan ikke|hverken|kræver|krav|udelukket|aldrig lavet",
    r"must not|must be|may not|cannot|can't|neither|at most|no more than",
    r"requires?|demands?|we are not|don't have",
)


def _words(*patterns: str, also: str = "") -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b{also}", re.IGNORECASE)


#: Question -> what a sentence holds that answers it; a question mark asks for something.
CUES: Sequence[tuple[BriefQuestion, re.Pattern[str]]] = (
    (BriefQuestion.TRIED, _words(*_TRIED)),
    (BriefQuestion.TIME, _words(*_TIME)),
    (BriefQuestion.WANTED, _words(*_WANTED, also=r"|\?\s*$|^want\b")),
    (BriefQuestion.CONSTRAINTS, _words(*_CONSTRAINTS)),
)
