"""reports are shown by links, the words of the ledger are sealed, owners hear of new matches.

Revision: 0017
Follows: 0014
"""

from base64 import b64decode, b64encode
from os import urandom

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_NONCE = 12
_WORDS = ("evidence", "reason")
_LINES = sa.table("outcomes", sa.column("id", sa.Uuid), *(sa.column(one) for one in _WORDS))
_KEYS = sa.table("audit_keys", sa.column("subject_id", sa.Uuid), sa.column("key", sa.LargeBinary))


def upgrade() -> None:
    op.create_table(
        "report_shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["accounts.id"],
            name=op.f("fk_report_shares_created_by_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_report_shares_programme_id_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_shares")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_report_shares_fingerprint")),
    )
    op.create_index(op.f("ix_report_shares_created_by_id"), "report_shares", ["created_by_id"])
    op.create_index(op.f("ix_report_shares_programme_id"), "report_shares", ["programme_id"])
    op.create_table(
        "told_matches",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_told_matches_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenges.id"],
            name=op.f("fk_told_matches_challenge_id_challenges"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profiles.id"],
            name=op.f("fk_told_matches_profile_id_profiles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "challenge_id", "profile_id", name=op.f("pk_told_matches")
        ),
    )
    op.create_index(op.f("ix_told_matches_challenge_id"), "told_matches", ["challenge_id"])
    op.create_index(op.f("ix_told_matches_profile_id"), "told_matches", ["profile_id"])
    _rewrite(sealed=True)


def downgrade() -> None:
    _rewrite(sealed=False)
    op.drop_index(op.f("ix_told_matches_profile_id"), "told_matches")
    op.drop_index(op.f("ix_told_matches_challenge_id"), "told_matches")
    op.drop_table("told_matches")
    op.drop_index(op.f("ix_report_shares_programme_id"), "report_shares")
    op.drop_index(op.f("ix_report_shares_created_by_id"), "report_shares")
    op.drop_table("report_shares")


def _rewrite(*, sealed: bool) -> None:
    """Seal the words of every line under a key of its own, or write them as they were.

    The one time that lines change. Words whose key is gone are written as nothing.
    """
    connection = op.get_bind()
    worded = sa.or_(*(_LINES.c[name] != "" for name in _WORDS))
    lines = connection.execute(sa.select(_LINES).where(worded)).all()
    keys = dict(connection.execute(sa.select(_KEYS.c.subject_id, _KEYS.c.key)).all())
    _guard(on=False)
    for line in lines:
        key = AESGCM.generate_key(256) if sealed else keys.get(line.id)
        change = _sealed if sealed else _opened
        values = {name: change(getattr(line, name), key, line.id.bytes) for name in _WORDS}
        connection.execute(sa.update(_LINES).where(_LINES.c.id == line.id).values(**values))
        connection.execute(
            sa.insert(_KEYS).values(subject_id=line.id, key=key)
            if sealed
            else sa.delete(_KEYS).where(_KEYS.c.subject_id == line.id)
        )
    _guard(on=True)


def _sealed(text: str, key: bytes | None, whose: bytes) -> str:
    if not text or key is None:
        return ""
    nonce = urandom(_NONCE)
    return b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), whose)).decode()


def _opened(text: str, key: bytes | None, whose: bytes) -> str:
    if not text or key is None:
        return ""
    whole = b64decode(text)
    return AESGCM(key).decrypt(whole[:_NONCE], whole[_NONCE:], whose).decode()


def _guard(*, on: bool) -> None:
    """Take away, or set up again, what keeps the ledger from being changed (0012)."""
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER outcomes_no_update BEFORE UPDATE ON outcomes "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END"
            if on
            else "DROP TRIGGER outcomes_no_update"
        )
        return
    word = "ENABLE" if on else "DISABLE"
    op.execute(f"ALTER TABLE outcomes {word} TRIGGER outcomes_only_added_to")
