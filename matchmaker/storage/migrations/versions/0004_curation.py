"""standing, visibility and history of profiles.

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.base import UtcDateTime
from matchmaker.models.names import folded_name

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ELIGIBILITY = [
    "proposable_from",
    "proposable_until",
    "latitude",
    "longitude",
    "can_travel_km",
]

_SEARCH = [
    "folded_name",
    "id",
    "standing",
    "visibility",
    "kind",
    "partner_kind",
    "language",
    "working_languages",
    "municipality",
    "latitude",
    "longitude",
    "confirmed_at",
    "updated_at",
]
_NEW = (
    "merged_into_id",
    "legal_basis",
    "confirmed_at",
    "text_length",
    "item_count",
    "folded_name",
    "standing",
    "field_visibility",
)


def upgrade() -> None:
    # Column by column: making the table anew would, on SQLite, delete all that points to it.
    word = sa.String(length=40)
    for column in (
        sa.Column("field_visibility", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("standing", word, nullable=False, server_default="live"),
        sa.Column("folded_name", sa.String(), nullable=False, server_default="-"),
        sa.Column("item_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("text_length", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("legal_basis", sa.String(), nullable=True),
    ):
        op.add_column("profiles", column)
    op.add_column(
        "evidence", sa.Column("visibility", word, nullable=False, server_default="public")
    )
    op.create_index(op.f("ix_profiles_merged_into_id"), "profiles", ["merged_into_id"])
    _measure()
    op.create_index(
        "ix_profiles_fresh",
        "profiles",
        ["standing", "confirmed_at", "updated_at", "id", "kind"],
    )
    op.create_index("ix_profiles_thin", "profiles", ["standing", "item_count", "text_length", "id"])
    op.create_index("ix_profiles_search", "profiles", _SEARCH)
    op.create_index("ix_profiles_revision", "profiles", ["id", "revision"])
    op.create_index(
        "ix_index_stamps_revision", "index_stamps", ["generation_id", "profile_id", "revision"]
    )
    _make_tables()
    op.drop_index("ix_profiles_eligibility", "profiles")
    op.create_index(
        "ix_profiles_eligibility",
        "profiles",
        ["partner_kind", "visibility", "standing", *_ELIGIBILITY],
    )


def _measure() -> None:
    """Fill what follows from the rows that are there."""
    op.execute(
        "UPDATE profiles SET item_count = (SELECT count(*) FROM evidence "
        "WHERE evidence.profile_id = profiles.id AND NOT evidence.excluded), "
        "text_length = length(summary) + length(description) + coalesce((SELECT "
        "sum(length(evidence.title) + length(evidence.text)) FROM evidence "
        "WHERE evidence.profile_id = profiles.id AND NOT evidence.excluded), 0)"
    )
    profiles = sa.table("profiles", sa.column("id"), sa.column("name"), sa.column("folded_name"))
    connection = op.get_bind()
    names = [
        {"one": id_, "folded": folded_name(name)}
        for id_, name in connection.execute(sa.select(profiles.c.id, profiles.c.name))
    ]
    if names:
        connection.execute(
            sa.update(profiles)
            .where(profiles.c.id == sa.bindparam("one"))
            .values(folded_name=sa.bindparam("folded")),
            names,
        )


def _make_tables() -> None:
    op.create_table(
        "profile_revisions",
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        _of_profile("profile_revisions", "profile_id"),
        sa.PrimaryKeyConstraint("profile_id", "revision", name=op.f("pk_profile_revisions")),
    )
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_filters_account_id_name")),
    )
    op.create_table(
        "bulk_actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.String(length=40), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_actions")),
    )
    op.create_table(
        "duplicate_pairs",
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("dismissed_at", UtcDateTime(), nullable=True),
        sa.Column("dismissed_by", sa.Uuid(), nullable=True),
        _of_profile("duplicate_pairs", "profile_id"),
        _of_profile("duplicate_pairs", "other_id"),
        sa.PrimaryKeyConstraint("profile_id", "other_id", name=op.f("pk_duplicate_pairs")),
    )
    op.create_index(op.f("ix_duplicate_pairs_other_id"), "duplicate_pairs", ["other_id"])
    op.create_index("ix_duplicate_pairs_score", "duplicate_pairs", ["dismissed_at", "score"])


def _of_profile(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_profiles")
    return sa.ForeignKeyConstraint([column], ["profiles.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    for table in ("duplicate_pairs", "bulk_actions", "saved_filters", "profile_revisions"):
        op.drop_table(table)
    op.drop_index("ix_index_stamps_revision", "index_stamps")
    for name in ("revision", "search", "thin", "fresh", "eligibility"):
        op.drop_index(f"ix_profiles_{name}", "profiles")
    op.create_index(
        "ix_profiles_eligibility", "profiles", ["partner_kind", "visibility", *_ELIGIBILITY]
    )
    op.drop_index(op.f("ix_profiles_merged_into_id"), "profiles")
    op.drop_column("evidence", "visibility")
    for name in _NEW:
        op.drop_column("profiles", name)
