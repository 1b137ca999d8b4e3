"""owners are asked whether all is right.

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "claims", sa.Column("reminded", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("claims", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("claims", "asked_at")
    op.drop_column("claims", "reminded")
