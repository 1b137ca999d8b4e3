"""folded profiles and the tally of a run.

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "folded_profiles",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"],
            ["matches.id"],
            name=op.f("fk_folded_profiles_match_id_matches"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profiles.id"],
            name=op.f("fk_folded_profiles_profile_id_profiles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("match_id", "profile_id", name=op.f("pk_folded_profiles")),
    )
    op.create_index(op.f("ix_folded_profiles_profile_id"), "folded_profiles", ["profile_id"])
    op.add_column("match_runs", sa.Column("tally", sa.JSON(none_as_null=True), nullable=True))
    op.create_index("ix_match_runs_created_at", "match_runs", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_match_runs_created_at", "match_runs")
    op.drop_column("match_runs", "tally")
    op.drop_index(op.f("ix_folded_profiles_profile_id"), "folded_profiles")
    op.drop_table("folded_profiles")
