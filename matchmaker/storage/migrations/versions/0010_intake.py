"""challenges have a brief, a thread and an end; mail links may be about one.

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("brief", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("confidential", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("waits_for", sa.String(length=40), nullable=True),
        sa.Column("warnings_accepted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_reason", sa.String(length=40), nullable=True),
    ]


def upgrade() -> None:
    for column in _columns():
        op.add_column("challenges", column)
    op.execute("UPDATE challenges SET waits_for = 'staff' WHERE state = 'submitted' AND NOT sample")
    op.create_index("ix_challenges_state_expires_at", "challenges", ["state", "expires_at"])
    op.create_index(
        "ix_challenges_state_created_at", "challenges", ["state", "waits_for", "created_at", "id"]
    )
    with op.batch_alter_table("mail_links") as batch:
        batch.add_column(sa.Column("challenge_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_mail_links_challenge_id_challenges"),
            "challenges",
            ["challenge_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_index(op.f("ix_mail_links_challenge_id"), ["challenge_id"])
    op.create_table(
        "thread_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_thread_messages_account_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenges.id"],
            name=op.f("fk_thread_messages_challenge_id_challenges"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_messages")),
    )
    op.create_index(op.f("ix_thread_messages_account_id"), "thread_messages", ["account_id"])
    op.create_index(
        "ix_thread_messages_challenge_id_written_at",
        "thread_messages",
        ["challenge_id", "written_at"],
    )


def downgrade() -> None:
    op.drop_table("thread_messages")
    with op.batch_alter_table("mail_links") as batch:
        batch.drop_index(op.f("ix_mail_links_challenge_id"))
        batch.drop_constraint(op.f("fk_mail_links_challenge_id_challenges"), type_="foreignkey")
        batch.drop_column("challenge_id")
    op.drop_index("ix_challenges_state_created_at", "challenges")
    op.drop_index("ix_challenges_state_expires_at", "challenges")
    for column in reversed(_columns()):
        op.drop_column("challenges", column.name)
