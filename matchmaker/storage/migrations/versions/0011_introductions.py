"""introductions, decisions about matches, declared conflicts.

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WORD = sa.String(length=40)
_MOMENT = sa.DateTime(timezone=True)
#: Column of a table -> what it points to, and what happens when that goes.
_POINTERS = {
    "introductions": {
        "challenge_id": ("challenges", "CASCADE"),
        "profile_id": ("profiles", "CASCADE"),
        "match_id": ("matches", "SET NULL"),
        "run_id": ("match_runs", "SET NULL"),
        "drafted_by_id": ("accounts", "SET NULL"),
    },
    "match_decisions": {
        "challenge_id": ("challenges", "CASCADE"),
        "profile_id": ("profiles", "CASCADE"),
        "decided_by_id": ("accounts", "SET NULL"),
    },
    "declared_conflicts": {
        "profile_id": ("profiles", "CASCADE"),
        "other_id": ("profiles", "CASCADE"),
        "declared_by_id": ("accounts", "SET NULL"),
    },
}
_INDEXES = {
    "experts": (("capacity",),),
    "organisations": (("ror",), ("cvr",)),
    "profiles": (("family_id",),),
    "introductions": (
        ("challenge_id",),
        ("profile_id", "state"),
        ("match_id",),
        ("run_id",),
        ("drafted_by_id",),
        ("state", "answer_by"),
    ),
    "match_decisions": (("profile_id",), ("decided_by_id",)),
    "declared_conflicts": (("other_id",), ("declared_by_id",)),
}


def _pointers(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{target}.id"],
            name=op.f(f"fk_{table}_{column}_{target}"),
            ondelete=ondelete,
        )
        for column, (target, ondelete) in _POINTERS[table].items()
    ]


def upgrade() -> None:
    op.create_table(
        "introductions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("firm_text", sa.String(), nullable=False),
        sa.Column("partner_text", sa.String(), nullable=False),
        sa.Column("firm_email", sa.String(), nullable=True),
        sa.Column("partner_email", sa.String(), nullable=True),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=True),
        sa.Column("offered_at", _MOMENT, nullable=True),
        sa.Column("answer_by", _MOMENT, nullable=True),
        sa.Column("reminded_at", _MOMENT, nullable=True),
        sa.Column("firm_answer", _WORD, nullable=True),
        sa.Column("firm_answered_at", _MOMENT, nullable=True),
        sa.Column("partner_answer", _WORD, nullable=True),
        sa.Column("partner_answered_at", _MOMENT, nullable=True),
        sa.Column("declined_by", _WORD, nullable=True),
        sa.Column("decline_reason", _WORD, nullable=True),
        sa.Column("decline_note", sa.String(), nullable=False),
        sa.Column("accepted_at", _MOMENT, nullable=True),
        sa.Column("meeting_starts_at", _MOMENT, nullable=True),
        sa.Column("meeting_minutes", sa.Integer(), nullable=True),
        sa.Column("meeting_place", sa.String(), nullable=False),
        sa.Column("meeting_proposals", sa.Integer(), nullable=False),
        sa.Column("met_at", _MOMENT, nullable=True),
        sa.Column("conclusion", _WORD, nullable=True),
        sa.Column("concluded_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_pointers("introductions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introductions")),
    )
    op.create_table(
        "match_decisions",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("reason", _WORD, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", _MOMENT, nullable=False),
        *_pointers("match_decisions"),
        sa.PrimaryKeyConstraint("challenge_id", "profile_id", name=op.f("pk_match_decisions")),
    )
    op.create_table(
        "declared_conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("declared_by_id", sa.Uuid(), nullable=True),
        sa.Column("declared_at", _MOMENT, nullable=False),
        *_pointers("declared_conflicts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_conflicts")),
        sa.UniqueConstraint(
            "profile_id", "other_id", name=op.f("uq_declared_conflicts_profile_id_other_id")
        ),
    )
    for table, indexes in _INDEXES.items():
        for columns in indexes:
            op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
    # What people decide belongs to challenge and profile; nothing ever wrote to this column.
    op.drop_column("matches", "state")
    op.add_column("match_runs", sa.Column("protection", sa.JSON(), nullable=True))
    with op.batch_alter_table("mail_links") as links:
        links.add_column(sa.Column("introduction_id", sa.Uuid(), nullable=True))
        links.add_column(sa.Column("party", _WORD, nullable=True))
        links.create_foreign_key(
            op.f("fk_mail_links_introduction_id_introductions"),
            "introductions",
            ["introduction_id"],
            ["id"],
            ondelete="CASCADE",
        )
        links.create_index(op.f("ix_mail_links_introduction_id"), ["introduction_id"])


def downgrade() -> None:
    with op.batch_alter_table("mail_links") as links:
        links.drop_index(op.f("ix_mail_links_introduction_id"))
        links.drop_constraint(
            op.f("fk_mail_links_introduction_id_introductions"), type_="foreignkey"
        )
        links.drop_column("party")
        links.drop_column("introduction_id")
    op.drop_column("match_runs", "protection")
    op.add_column("matches", sa.Column("state", _WORD, nullable=False, server_default="proposed"))
    for table in ("declared_conflicts", "match_decisions", "introductions"):
        op.drop_table(table)
    for table in ("experts", "organisations", "profiles"):
        for columns in _INDEXES[table]:
            op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
