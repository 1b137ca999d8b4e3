"""placements are answered, followed and evaluated; rankings are contested.

Revision: 0015
Follows: 0014
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WORD = sa.String(length=40)
_MOMENT = sa.DateTime(timezone=True)
#: Columns that are new in placements.
_PLACEMENT: dict[str, Any] = {
    "answer_by": _MOMENT,
    "reminded_at": _MOMENT,
    "ending": _WORD,
    "declined_by": _WORD,
    "job": _WORD,
}


def _to(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}_{target}"),
        ondelete=ondelete,
    )


def _needed(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _free(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def upgrade() -> None:
    for name, kind in _PLACEMENT.items():
        op.add_column("placements", sa.Column(name, kind, nullable=True))
    op.execute("UPDATE placements SET ending = 'broken-off' WHERE state = 'broken-off'")
    op.create_index(op.f("ix_placements_answer_by"), "placements", ["answer_by"])
    with op.batch_alter_table("mail_links") as links:
        links.add_column(sa.Column("placement_id", sa.Uuid(), nullable=True))
        links.add_column(sa.Column("placement_party", _WORD, nullable=True))
        links.create_foreign_key(
            op.f("fk_mail_links_placement_id_placements"),
            "placements",
            ["placement_id"],
            ["id"],
            ondelete="CASCADE",
        )
        links.create_index(op.f("ix_mail_links_placement_id"), ["placement_id"])
    _beginnings(needed=False)
    op.add_column("collaborations", sa.Column("placement_id", sa.Uuid(), nullable=True))
    op.create_index(
        op.f("ix_collaborations_placement_id"), "collaborations", ["placement_id"], unique=True
    )
    _tables()


def _tables() -> None:
    op.create_table(
        "placement_checks",
        _needed("id", sa.Uuid()),
        _needed("placement_id", sa.Uuid()),
        _needed("party", _WORD),
        _needed("asked_at", _MOMENT),
        _free("answered_at", _MOMENT),
        _free("going", _WORD),
        _needed("note", sa.String()),
        _needed("needs_help", sa.Boolean()),
        _free("helped_at", _MOMENT),
        _free("helped_by_id", sa.Uuid()),
        _needed("help_note", sa.String()),
        _to("placement_checks", "placement_id", "placements"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_checks")),
        sa.UniqueConstraint(
            "placement_id", "party", name=op.f("uq_placement_checks_placement_id_party")
        ),
    )
    op.create_table(
        "placement_evaluations",
        _needed("id", sa.Uuid()),
        _needed("placement_id", sa.Uuid()),
        _needed("party", _WORD),
        _needed("asked_at", _MOMENT),
        _needed("until", _MOMENT),
        _free("given_at", _MOMENT),
        _needed("scores", sa.JSON()),
        _needed("text", sa.String()),
        _needed("state", _WORD),
        _free("moderated_at", _MOMENT),
        _free("moderated_by_id", sa.Uuid()),
        _needed("moderation", sa.String()),
        _to("placement_evaluations", "placement_id", "placements"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_evaluations")),
        sa.UniqueConstraint(
            "placement_id", "party", name=op.f("uq_placement_evaluations_placement_id_party")
        ),
    )
    op.create_table(
        "contests",
        _needed("id", sa.Uuid()),
        _needed("profile_id", sa.Uuid()),
        _needed("about", _WORD),
        _free("cohort_id", sa.Uuid()),
        _free("round_id", sa.Uuid()),
        _free("position_id", sa.Uuid()),
        _needed("text", sa.String()),
        _needed("basis", sa.JSON()),
        _free("made_by_id", sa.Uuid()),
        _needed("made_at", _MOMENT),
        _free("verdict", _WORD),
        _needed("answer", sa.String()),
        _free("answered_by_id", sa.Uuid()),
        _free("answered_at", _MOMENT),
        _to("contests", "profile_id", "profiles"),
        _to("contests", "cohort_id", "cohorts"),
        _to("contests", "round_id", "assignment_rounds", "SET NULL"),
        _to("contests", "position_id", "positions", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
    )
    for column in ("profile_id", "cohort_id", "round_id", "position_id"):
        op.create_index(op.f(f"ix_contests_{column}"), "contests", [column])
    op.create_index("ix_contests_answered_at_made_at", "contests", ["answered_at", "made_at"])
    op.create_table(
        "ranking_records",
        _needed("id", sa.Uuid()),
        _needed("profile_id", sa.Uuid()),
        _needed("cohort_id", sa.Uuid()),
        _needed("purpose", _WORD),
        _needed("inputs", sa.JSON()),
        _needed("method", sa.JSON()),
        _needed("ranks", sa.JSON()),
        _needed("at", _MOMENT),
        _to("ranking_records", "profile_id", "profiles"),
        _to("ranking_records", "cohort_id", "cohorts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_records")),
    )
    for column in ("profile_id", "cohort_id"):
        op.create_index(op.f(f"ix_ranking_records_{column}"), "ranking_records", [column])


def downgrade() -> None:
    for table in ("ranking_records", "contests", "placement_evaluations", "placement_checks"):
        op.drop_table(table)
    op.drop_index(op.f("ix_collaborations_placement_id"), "collaborations")
    op.drop_column("collaborations", "placement_id")
    _beginnings(needed=True)
    with op.batch_alter_table("mail_links") as links:
        links.drop_index(op.f("ix_mail_links_placement_id"))
        links.drop_constraint(op.f("fk_mail_links_placement_id_placements"), type_="foreignkey")
        links.drop_column("placement_party")
        links.drop_column("placement_id")
    op.execute("DELETE FROM mail_links WHERE purpose LIKE 'placement%'")
    op.drop_index(op.f("ix_placements_answer_by"), "placements")
    for name in reversed(_PLACEMENT):
        op.drop_column("placements", name)


#: Table -> columns that say what it all began with, which a placement may stand in for.
_BEGINNINGS = {
    "collaborations": ("introduction_id", "challenge_id"),
    "outcomes": ("introduction_id",),
}


def _beginnings(*, needed: bool) -> None:
    """Let introduction and challenge be unknown, or not; the ledger itself is not touched."""
    postgresql = op.get_context().dialect.name == "postgresql"
    _guard(on=False)
    for table, columns in _BEGINNINGS.items():
        for column in columns:
            if needed:
                # What began with a placement points to itself: there is nothing else to name.
                op.execute(f"UPDATE {table} SET {column} = id WHERE {column} IS NULL")  # noqa: S608 - no input
            if postgresql:
                op.alter_column(table, column, existing_type=sa.Uuid(), nullable=not needed)
                continue
            # A new table would be an old one deleted, with all that points to it.
            op.drop_index(op.f(f"ix_{table}_{column}"), table)
            op.add_column(table, _renewed(column, needed=needed))
            op.execute(f"UPDATE {table} SET {column}_new = {column}")  # noqa: S608 - no input
            op.drop_column(table, column)
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {column}_new TO {column}")
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    _guard(on=True)


def _renewed(column: str, *, needed: bool) -> sa.Column[Any]:
    name = f"{column}_new"
    if not needed:
        return _free(name, sa.Uuid())
    # SQLite adds no column without a value for the rows that are there.
    return sa.Column(name, sa.Uuid(), nullable=False, server_default="0" * 32)


def _guard(*, on: bool) -> None:
    """Take away, or set up again, what keeps the ledger from being changed (0012)."""
    if op.get_context().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            name = f"outcomes_no_{event.lower()}"
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON outcomes "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END"
                if on
                else f"DROP TRIGGER {name}"
            )
        return
    word = "ENABLE" if on else "DISABLE"
    op.execute(f"ALTER TABLE outcomes {word} TRIGGER outcomes_only_added_to")
