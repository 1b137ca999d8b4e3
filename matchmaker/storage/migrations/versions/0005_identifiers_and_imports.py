"""identifiers, import runs, saved mappings, kept answers.

Revision: 0005
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identifiers",
        sa.Column(
            "scheme",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profiles.id"],
            name=op.f("fk_identifiers_profile_id_profiles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scheme", "value", name=op.f("pk_identifiers")),
    )
    op.create_index(op.f("ix_identifiers_profile_id"), "identifiers", ["profile_id"])
    # What is known of organisations already; of two with one number, one keeps it.
    op.execute(
        "INSERT INTO identifiers (scheme, value, profile_id) "
        "SELECT 'ror', replace(ror, 'https://ror.org/', ''), id FROM organisations "
        "WHERE ror LIKE 'https://ror.org/_________' ON CONFLICT DO NOTHING"
    )
    op.execute(
        "INSERT INTO identifiers (scheme, value, profile_id) "
        "SELECT 'cvr', cvr, id FROM organisations WHERE cvr IS NOT NULL ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_identifiers_profile_id"), "identifiers")
    op.drop_table("identifiers")
