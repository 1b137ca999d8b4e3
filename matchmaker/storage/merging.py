"""Merging: let everything that points to one profile point to another.

What points to a profile is read from the schema, so that a table which is added later is not
forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import (
    Column,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    and_,
    delete,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from matchmaker.models import Base, Evidence, FoldedProfile, Match, Profile

#: Tables of the kinds: a row of them is the profile itself.
KINDS = ("profiles", "experts", "organisations", "students", "activities")
#: What belongs to the one profile and does not move: its own history and what is found out about
#: it anew. Evidence moves item by item.
STAYS = ("evidence", "passages", "index_stamps", "profile_revisions", "duplicate_pairs")


def references(metadata: MetaData) -> Iterator[Column[UUID]]:
    """Return the columns that point to a profile and move with a merge."""
    for table in metadata.sorted_tables:
        if table.name in STAYS:
            continue
        for column in table.columns:
            targets = {key.column.table.name for key in column.foreign_keys}
            is_itself = table.name in KINDS and column.primary_key
            if targets & set(KINDS) and not is_itself:
                yield column


def move_references(
    session: Session, kept: UUID, other: UUID, metadata: MetaData = Base.metadata
) -> None:
    """Let what points to the other profile point to the kept one.

    Of two rows that would be the same by a key, the one of the kept profile stays.
    """
    for column in references(metadata):
        for key in _keys_with(column):
            _drop_twins(session, column, key, kept, other)
        session.execute(update(column.table).where(column == other).values({column: kept}))
    # Nobody stands under their own place.
    own = select(Match.id).where(Match.profile_id == kept)
    session.execute(
        delete(FoldedProfile).where(
            FoldedProfile.profile_id == kept, FoldedProfile.match_id.in_(own)
        )
    )
    # Who became a part of the other one before is a part of the kept one now.
    session.execute(
        update(Profile.__table__)  # type: ignore[arg-type]  # a table, as the class has it
        .where(Profile.merged_into_id == other)
        .values(merged_into_id=kept)
    )


def give_evidence(session: Session, kept: UUID, moved: Iterable[tuple[UUID, int]]) -> None:
    """Give items of evidence, each with its new place, to a profile; they keep their ids."""
    for item_id, place in moved:
        session.execute(
            update(Evidence)
            .where(Evidence.id == item_id)
            .values(profile_id=kept, position=place)
            .execution_options(synchronize_session=False)
        )


def _keys_with(column: Column[UUID]) -> Iterator[list[Column[object]]]:
    """Return the other columns of each key that the column is a part of."""
    table: Table = column.table
    keys = [
        list(one.columns)
        for one in table.constraints
        if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)
    ]
    keys += [list(one.columns) for one in table.indexes if one.unique]
    for key in keys:
        if column in key:
            yield [one for one in key if one is not column]


def _drop_twins(
    session: Session, column: Column[UUID], rest: list[Column[object]], kept: UUID, other: UUID
) -> None:
    table: Table = column.table
    twin = table.alias()
    same = and_(true(), *(twin.c[one.name] == one for one in rest))
    session.execute(
        delete(table).where(
            column == other,
            select(twin.c[column.name]).where(twin.c[column.name] == kept, same).exists(),
        )
    )
