"""programmes, collaborations and the ledger; the weekly mail.

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The ledger is only added to, whoever opens the database.
_LEDGER = ("outcomes", "outcome_confirmations")
_SQLITE = [
    f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END"
    for table in _LEDGER
    for event in ("UPDATE", "DELETE")
]
_POSTGRESQL = [
    """
    CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        RAISE EXCEPTION 'the ledger is only added to'
        USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()"
        for table in _LEDGER
    ),
]


def upgrade() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("funder", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=40), nullable=False),
        sa.Column("ore_per_100_euro", sa.Integer(), nullable=True),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("name", name=op.f("uq_programmes_name")),
    )
    op.create_table(
        "collaborations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("introduction_id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_collaborations_programme_id_programmes"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["profiles.id"],
            name=op.f("fk_collaborations_partner_id_profiles"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collaborations")),
    )
    op.create_index(op.f("ix_collaborations_account_id"), "collaborations", ["account_id"])
    op.create_index(op.f("ix_collaborations_challenge_id"), "collaborations", ["challenge_id"])
    op.create_index("ix_collaborations_created_at", "collaborations", ["created_at", "id"])
    op.create_index(
        op.f("ix_collaborations_introduction_id"), "collaborations", ["introduction_id"]
    )
    op.create_index(
        op.f("ix_collaborations_organisation_id"), "collaborations", ["organisation_id"]
    )
    op.create_index(op.f("ix_collaborations_partner_id"), "collaborations", ["partner_id"])
    op.create_index(op.f("ix_collaborations_programme_id"), "collaborations", ["programme_id"])

    op.create_table(
        "programme_targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_programme_targets_programme_id_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_targets")),
    )
    op.create_index(
        op.f("ix_programme_targets_programme_id"), "programme_targets", ["programme_id"]
    )

    op.create_table(
        "outcomes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("collaboration_id", sa.Uuid(), nullable=False),
        sa.Column("introduction_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=40), nullable=True),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["collaboration_id"],
            ["collaborations.id"],
            name=op.f("fk_outcomes_collaboration_id_collaborations"),
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["outcomes.id"], name=op.f("fk_outcomes_follows_id_outcomes")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["outcomes.id"], name=op.f("fk_outcomes_reverses_id_outcomes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("number", name=op.f("uq_outcomes_number")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_outcomes_reverses_id")),
    )
    op.create_index(
        "ix_outcomes_collaboration_id_number", "outcomes", ["collaboration_id", "number"]
    )
    op.create_index(op.f("ix_outcomes_follows_id"), "outcomes", ["follows_id"])
    op.create_index(op.f("ix_outcomes_introduction_id"), "outcomes", ["introduction_id"])

    op.create_table(
        "told_challenges",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_told_challenges_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenges.id"],
            name=op.f("fk_told_challenges_challenge_id_challenges"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "challenge_id", name=op.f("pk_told_challenges")),
    )
    op.create_index(op.f("ix_told_challenges_challenge_id"), "told_challenges", ["challenge_id"])

    op.create_table(
        "outcome_confirmations",
        sa.Column("outcome_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["outcome_id"],
            ["outcomes.id"],
            name=op.f("fk_outcome_confirmations_outcome_id_outcomes"),
        ),
        sa.PrimaryKeyConstraint("outcome_id", name=op.f("pk_outcome_confirmations")),
    )
    op.add_column(
        "accounts", sa.Column("digest", sa.Boolean(), server_default=sa.true(), nullable=False)
    )

    statements = _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("accounts", "digest")

    op.drop_table("outcome_confirmations")
    op.drop_index(op.f("ix_told_challenges_challenge_id"), "told_challenges")

    op.drop_table("told_challenges")
    op.drop_index(op.f("ix_outcomes_introduction_id"), "outcomes")
    op.drop_index(op.f("ix_outcomes_follows_id"), "outcomes")
    op.drop_index("ix_outcomes_collaboration_id_number", "outcomes")

    op.drop_table("outcomes")
    op.drop_index(op.f("ix_programme_targets_programme_id"), "programme_targets")

    op.drop_table("programme_targets")
    op.drop_index(op.f("ix_collaborations_programme_id"), "collaborations")
    op.drop_index(op.f("ix_collaborations_partner_id"), "collaborations")
    op.drop_index(op.f("ix_collaborations_organisation_id"), "collaborations")
    op.drop_index(op.f("ix_collaborations_introduction_id"), "collaborations")
    op.drop_index("ix_collaborations_created_at", "collaborations")
    op.drop_index(op.f("ix_collaborations_challenge_id"), "collaborations")
    op.drop_index(op.f("ix_collaborations_account_id"), "collaborations")

    op.drop_table("collaborations")
    op.drop_table("programmes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_ledger_change()")
