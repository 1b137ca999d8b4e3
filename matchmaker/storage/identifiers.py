"""Identifiers: whose they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.models import Identifier, IdentifierScheme
from matchmaker.storage.database import MOST_VARIABLES

#: Scheme and value.
Pair = tuple[IdentifierScheme, str]


def owners(session: Session, pairs: Iterable[Pair]) -> dict[Pair, UUID]:
    """Return the profile that has each of these identifiers; those that nobody has are left out."""
    by_scheme: dict[IdentifierScheme, list[str]] = defaultdict(list)
    for scheme, value in pairs:
        by_scheme[scheme].append(value)
    found: dict[Pair, UUID] = {}
    table = Identifier.__table__.c
    for scheme, values in by_scheme.items():
        for start in range(0, len(values), MOST_VARIABLES):
            part = values[start : start + MOST_VARIABLES]
            query = select(table.value, table.profile_id)
            query = query.where(table.scheme == scheme, table.value.in_(part))
            found.update({(scheme, value): owner for value, owner in session.execute(query)})
    return found
