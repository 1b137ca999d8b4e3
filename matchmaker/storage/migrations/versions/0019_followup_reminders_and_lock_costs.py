"""who is silent about a placement is reminded; what locks cost is kept with the answer.

Revision: 0019
Follows: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_COUNTS = ("weighed", "to_weigh")
_ASKED = ("placement_checks", "placement_evaluations")


def upgrade() -> None:
    for table in _ASKED:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("round_answers") as batch:
        batch.add_column(sa.Column("lock_costs", sa.JSON(), nullable=True))
    with op.batch_alter_table("round_runs") as batch:
        batch.add_column(sa.Column("weighs", sa.String(), nullable=True))
        for name in _COUNTS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("round_runs") as batch:
        for name in reversed(_COUNTS):
            batch.drop_column(name)
        batch.drop_column("weighs")
    with op.batch_alter_table("round_answers") as batch:
        batch.drop_column("lock_costs")
    for table in _ASKED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("reminded_at")
