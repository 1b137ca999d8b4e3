"""runs of rounds are watched and stopped; what supervisors take has a revision.

Revision: 0016
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_STATES = ("running", "stopping", "done", "stopped", "failed")
_FAILURES = ("overtaken", "contradicted", "interrupted", "broken")


def upgrade() -> None:
    op.create_table(
        "round_runs",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.Column("asked_revision", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="runstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "failure",
            sa.Enum(*_FAILURES, name="runfailure", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("aim", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("bound", sa.Double(), nullable=True),
        sa.Column("peak_memory_mb", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["assignment_rounds.id"],
            name=op.f("fk_round_runs_round_id_assignment_rounds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_round_runs")),
    )
    with op.batch_alter_table("supervisors") as batch:
        batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("supervisors") as batch:
        # Those that were there are at their first revision; a new one is told its own.
        batch.alter_column("revision", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("supervisors") as batch:
        batch.drop_column("revision")
    op.drop_table("round_runs")
