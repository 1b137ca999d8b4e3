"""Identifier: a number by which others know a profile, checked and in one spelling."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import InvalidInput
from matchmaker.models.base import Base, text_enum


class IdentifierScheme(enum.StrEnum):
    """Who gives the numbers."""

    ROR = "ror"
    ORCID = "orcid"
    CVR = "cvr"
    OPENALEX = "openalex"
    CORDIS_ORGANISATION = "cordis-organisation"
    CORDIS_PROJECT = "cordis-project"
    ISNI = "isni"
    GRID = "grid"
    WIKIDATA = "wikidata"
    #: A key of the installation's own, such as a number in its member system.
    LOCAL = "local"


class Identifier(Base, kw_only=True):
    """One identifier of a profile; nobody else has it."""

    __tablename__ = "identifiers"

    scheme: Mapped[IdentifierScheme] = mapped_column(text_enum(IdentifierScheme), primary_key=True)
    #: In the one spelling that :func:`normalised` returns.
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True, init=False
    )

    @property
    def uri(self) -> str | None:
        """Address that means the same on the web; None when the scheme has none."""
        frame = _URIS.get(self.scheme)
        return frame.format(self.value) if frame else None


#: Where the schemes that have addresses put the value.
_URIS: Mapping[IdentifierScheme, str] = {
    IdentifierScheme.ROR: "https://ror.org/{}",
    IdentifierScheme.ORCID: "https://orcid.org/{}",
    IdentifierScheme.OPENALEX: "https://openalex.org/{}",
    IdentifierScheme.CORDIS_PROJECT: "https://cordis.europa.eu/project/id/{}",
    IdentifierScheme.ISNI: "https://isni.org/isni/{}",
    IdentifierScheme.WIKIDATA: "http://www.wikidata.org/entity/{}",
}
_HOST = re.compile(r"^(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}/", re.IGNORECASE)


def normalised(scheme: IdentifierScheme, text: str) -> str:
    """Return the identifier in its one spelling.

    >>> normalised(IdentifierScheme.ORCID, "https://orcid.org/0000-0002-1825-0097")
    '0000-0002-1825-0097'
    >>> normalised(IdentifierScheme.CVR, "DK 30 06 09 46")
    '30060946'

    Raises:
        InvalidInput: it has not the form of its scheme, or its check digit is wrong.

    """
    given = text.strip()
    if scheme is not IdentifierScheme.LOCAL and _HOST.match(given):
        given = given.rstrip("/").rpartition("/")[2]
    value = _SPELLINGS[scheme](given)
    if value is None:
        raise InvalidInput(scheme.value, f"{_shown(text)} is no {_FORMS[scheme]}.")
    return value


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


_ROR = re.compile(r"0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}")
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def _ror(text: str) -> str | None:
    value = text.lower()
    if not _ROR.fullmatch(value):
        return None
    number = 0
    for letter in value[:7]:
        number = number * 32 + _CROCKFORD.index(letter)
    # ISO/IEC 7064, MOD 97-10, over the number that the first seven letters write in base 32.
    return value if 98 - (number * 100) % 97 == int(value[7:]) else None


def _sixteen(text: str) -> str | None:
    """Return sixteen digits whose last one, ISO/IEC 7064 MOD 11-2, is right."""
    value = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[0-9]{15}[0-9X]", value):
        return None
    total = 0
    for digit in value[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return value if value[15] == ("X" if check == 10 else str(check)) else None


def _orcid(text: str) -> str | None:
    value = _sixteen(text)
    return value and "-".join(value[start : start + 4] for start in range(0, 16, 4))


def _cvr(text: str) -> str | None:
    # Eight digits and no more: the check by modulus 11 that older numbers pass is no longer
    # promised for new ones, so that a wrong check digit is no mistake.
    value = re.sub(r"^DK|[\s.-]", "", text.upper())
    return value if re.fullmatch(r"[1-9][0-9]{7}", value) else None


def _matching(pattern: str, *, upper: bool = False) -> Callable[[str], str | None]:
    whole = re.compile(pattern)

    def spelled(text: str) -> str | None:
        value = text.upper() if upper else text.lower()
        return value if whole.fullmatch(value) else None

    return spelled


def _local(text: str) -> str | None:
    value = " ".join(text.split())
    return value if 0 < len(value) <= 200 and value.isprintable() else None


_SPELLINGS: Mapping[IdentifierScheme, Callable[[str], str | None]] = {
    IdentifierScheme.ROR: _ror,
    IdentifierScheme.ORCID: _orcid,
    IdentifierScheme.CVR: _cvr,
    IdentifierScheme.OPENALEX: _matching(r"[AI][1-9][0-9]{1,14}", upper=True),
    IdentifierScheme.CORDIS_ORGANISATION: _matching(r"[0-9]{6,10}"),
    IdentifierScheme.CORDIS_PROJECT: _matching(r"[0-9]{4,12}"),
    IdentifierScheme.ISNI: _sixteen,
    IdentifierScheme.GRID: _matching(r"grid\.[0-9]{1,9}\.[0-9a-f]{1,3}"),
    IdentifierScheme.WIKIDATA: _matching(r"Q[1-9][0-9]{0,14}", upper=True),
    IdentifierScheme.LOCAL: _local,
}
#: What a refusal calls it.
_FORMS: Mapping[IdentifierScheme, str] = {
    IdentifierScheme.ROR: "ROR id such as https://ror.org/04qtj9h94 (its last two digits check it)",
    IdentifierScheme.ORCID: "ORCID iD such as 0000-0002-1825-0097 (its last digit checks it)",
    IdentifierScheme.CVR: "CVR number of eight digits",
    IdentifierScheme.OPENALEX: "OpenAlex id of an author or institution, such as A5023888391",
    IdentifierScheme.CORDIS_ORGANISATION: "CORDIS number of an organisation",
    IdentifierScheme.CORDIS_PROJECT: "CORDIS number of a project",
    IdentifierScheme.ISNI: "ISNI of sixteen digits (the last one checks it)",
    IdentifierScheme.GRID: "GRID id such as grid.5170.3",
    IdentifierScheme.WIKIDATA: "Wikidata number such as Q1269766",
    IdentifierScheme.LOCAL: "key of at most 200 characters on one line",
}
