"""the weekly mail knows of whom a reader knew before its first one, also when that was nobody.

Revision: 0020
Follows: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_lists",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_told_lists_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenges.id"],
            name=op.f("fk_told_lists_challenge_id_challenges"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "challenge_id", name=op.f("pk_told_lists")),
    )
    op.create_index(op.f("ix_told_lists_challenge_id"), "told_lists", ["challenge_id"])
    op.execute(
        "INSERT INTO told_lists (account_id, challenge_id, told_at) "
        "SELECT account_id, challenge_id, min(told_at) FROM told_matches "
        "GROUP BY account_id, challenge_id"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_told_lists_challenge_id"), "told_lists")
    op.drop_table("told_lists")
