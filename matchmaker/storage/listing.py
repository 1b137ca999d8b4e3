"""Public lists of profiles: keys first, from a covering index, then the rows of one page by id."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators

from matchmaker.models import PartnerKind, Profile, ProfileKind, Standing, Visibility
from matchmaker.models.profile_search import ListOrder
from matchmaker.storage import profiles

#: From the table, not the class: without the rest of the mapping a key is a plain row.
_P = Profile.__table__.c


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which profiles a list holds."""

    kind: ProfileKind | None = None
    partner_kind: PartnerKind | None = None
    #: Part of the name or the summary, in any case.
    text: str | None = None
    #: Only those with one of these visibilities.
    seen: Collection[Visibility] = (Visibility.PUBLIC,)

    def narrowed(self, query: Select[Any], session: Session) -> Select[Any]:
        """Return the query of these profiles only."""
        query = query.where(_P.visibility.in_(list(self.seen)), _P.standing == Standing.LIVE)
        if self.kind is not None:
            query = query.where(_P.kind == self.kind)
        if self.partner_kind is not None:
            query = query.where(_P.partner_kind == self.partner_kind)
        if self.text:
            letters = self.text.replace("/", "//").replace("%", "/%").replace("_", "/_")
            # SQLite's LIKE takes a and A for the same, but not æ and Æ; folding both sides first,
            # as ILIKE is written for it, doubles the time.
            plain = letters.isascii() and _is_sqlite(session)
            alike = operators.like_op if plain else operators.ilike_op
            held = (
                column.operate(alike, f"%{letters}%", escape="/")
                for column in (_P.name, _P.summary)
            )
            query = query.where(or_(*held))
        return query


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A part of a list."""

    items: Sequence[Profile]
    #: How many there are in all.
    total: int
    #: Key of the last item; None when nothing follows.
    last: Sequence[Any] | None


def page(
    session: Session,
    wanted: Wanted,
    *,
    order: ListOrder = ListOrder.NAME,
    after: Sequence[Any] | None = None,
    offset: int = 0,
    limit: int = 20,
) -> Listed:
    """Return some profiles without evidence, as far as the wanted visibilities let one see them.

    Args:
        session: to read with.
        wanted: which profiles.
        order: of the list; the id decides between equals.
        after: key of the last item of the part before.
        offset: how many to pass over.
        limit: how many to return at most.

    """
    by = "folded_name" if order.by_name else "updated_at"
    keyed = wanted.narrowed(select(_P[by], _P.id), session)
    # Letters are looked for in every text: what was found is counted where it was found. Asked
    # for by name, SQLite reads it all from the one index that holds the texts.
    source: Any = keyed.order_by(_P.folded_name, _P.id).cte("found") if wanted.text else keyed
    columns = source.c if wanted.text else _P
    keys = (columns[by], columns.id)
    counted = select(func.count()).select_from(source if wanted.text else Profile.__table__)
    query = select(*keys, counted.scalar_subquery()) if wanted.text else keyed
    if after is not None:
        last = tuple_(*(literal(value, key.type) for value, key in zip(after, keys, strict=True)))
        query = query.where(tuple_(*keys) < last if order.falling else tuple_(*keys) > last)
    query = query.order_by(*(key.desc() if order.falling else key for key in keys))
    rows = [tuple(row) for row in session.execute(query.offset(offset).limit(limit + 1))]
    if wanted.text and (rows or (after is None and offset == 0)):
        total = rows[0][2] if rows else 0
    else:
        count = wanted.narrowed(select(func.count()).select_from(Profile.__table__), session)
        total = session.scalar(count) or 0
    ids: list[UUID] = [row[1] for row in rows[:limit]]
    viewer = next(one for one in reversed(Visibility) if one in set(wanted.seen))
    by_id = {one.id: one for one in profiles.complete(session, ids, viewer=viewer)} if ids else {}
    return Listed(
        items=[by_id[one] for one in ids],
        total=total,
        last=rows[limit - 1][:2] if len(rows) > limit else None,
    )


def _is_sqlite(session: Session) -> bool:
    return session.connection().dialect.name == "sqlite"
