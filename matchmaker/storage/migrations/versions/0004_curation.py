"""standing, visibility and history of profiles.

Revision: 0004
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.base import UtcDateTime

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None

_ELIGIBILITY = [
    "proposable_from",
    "proposable_until",
    "latitude",
    "longitude",
    "can_travel_km",
]


def upgrade() -> None:
    # Column by column: making the table anew would, on SQLite, delete all that points to it.
    word = sa.String(length=40)
    for column in (
        sa.Column("field_visibility", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("standing", word, nullable=False, server_default="live"),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("legal_basis", sa.String(), nullable=True),
    ):
        op.add_column("profiles", column)
    op.add_column(
        "evidence", sa.Column("visibility", word, nullable=False, server_default="public")
    )
    op.create_index(op.f("ix_profiles_merged_into_id"), "profiles", ["merged_into_id"])
    op.drop_index("ix_profiles_eligibility", "profiles")
    op.create_index(
        "ix_profiles_eligibility",
        "profiles",
        ["partner_kind", "visibility", "standing", *_ELIGIBILITY],
    )


def downgrade() -> None:
    op.drop_index("ix_profiles_eligibility", "profiles")
    op.create_index(
        "ix_profiles_eligibility", "profiles", ["partner_kind", "visibility", *_ELIGIBILITY]
    )
    op.drop_index(op.f("ix_profiles_merged_into_id"), "profiles")
    op.drop_column("evidence", "visibility")
    for name in ("merged_into_id", "legal_basis", "confirmed_at", "standing", "field_visibility"):
        op.drop_column("profiles", name)
