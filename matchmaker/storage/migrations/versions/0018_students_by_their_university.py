"""universities bring their students: an import may belong to a cohort.

Revision: 0018
Follows: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("import_runs") as batch:
        batch.add_column(sa.Column("cohort_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_import_runs_cohort_id_cohorts"),
            "cohorts",
            ["cohort_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_index(op.f("ix_import_runs_cohort_id"), ["cohort_id"])


def downgrade() -> None:
    with op.batch_alter_table("import_runs") as batch:
        batch.drop_index(op.f("ix_import_runs_cohort_id"))
        batch.drop_constraint(op.f("fk_import_runs_cohort_id_cohorts"), type_="foreignkey")
        batch.drop_column("cohort_id")
