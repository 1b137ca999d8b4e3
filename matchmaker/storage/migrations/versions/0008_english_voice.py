"""what a second, English voice makes of the passages.

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("index_generations", sa.Column("voice_fingerprint", sa.String(), nullable=True))
    op.add_column("index_generations", sa.Column("voice_scale", sa.Double(), nullable=True))
    op.add_column("passages", sa.Column("voice_vector", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("passages", "voice_vector")
    op.drop_column("index_generations", "voice_scale")
    op.drop_column("index_generations", "voice_fingerprint")
