"""what the audit log says of a profile is sealed, public lists have indexes, refusals a code.

Revision: 0014
Follows: 0013
"""

import json
from base64 import b64decode, b64encode
from os import urandom
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OPEN = {"kind", "standing", "visibility", "merged_into_id", "confirmed_at"}
#: Belong to the deed, not to the profile.
_OF_THE_DEED = {"import", "bulk_action", "account_id"}
_NONCE = 12
_LISTED = [
    "standing",
    "folded_name",
    "id",
    "visibility",
    "kind",
    "partner_kind",
    "updated_at",
    "name",
    "summary",
]

_ENTRIES = sa.table(
    "audit_entries",
    sa.column("id", sa.Integer),
    sa.column("subject_kind", sa.String),
    sa.column("subject_id", sa.Uuid),
    sa.column("before", sa.JSON(none_as_null=True)),
    sa.column("after", sa.JSON(none_as_null=True)),
)
_KEYS = sa.table("audit_keys", sa.column("subject_id", sa.Uuid), sa.column("key", sa.LargeBinary))
_PROFILES = sa.table("profiles", sa.column("id", sa.Uuid))
_BULK = sa.table("bulk_actions", sa.column("id", sa.Uuid), sa.column("refused", sa.JSON))


def upgrade() -> None:
    op.create_table(
        "audit_keys",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_audit_keys")),
    )
    _rewrite(_sealed)
    op.drop_index("ix_profiles_kind_name", table_name="profiles")
    op.create_index(
        "ix_profiles_latest",
        "profiles",
        ["standing", "updated_at", "id", "visibility", "kind", "partner_kind"],
    )
    if op.get_context().dialect.name == "sqlite":
        op.create_index(
            "ix_profiles_listed",
            "profiles",
            _LISTED,
        )
    for id_, refused in op.get_bind().execute(sa.select(_BULK.c.id, _BULK.c.refused)).all():
        told = [[row[0], "other", row[1]] for row in refused]
        op.execute(sa.update(_BULK).where(_BULK.c.id == id_).values(refused=told))


def downgrade() -> None:
    for id_, refused in op.get_bind().execute(sa.select(_BULK.c.id, _BULK.c.refused)).all():
        told = [[row[0], row[2]] for row in refused]
        op.execute(sa.update(_BULK).where(_BULK.c.id == id_).values(refused=told))
    if op.get_context().dialect.name == "sqlite":
        op.drop_index("ix_profiles_listed", table_name="profiles")
    op.drop_index("ix_profiles_latest", table_name="profiles")
    op.create_index("ix_profiles_kind_name", "profiles", ["kind", "name"])
    _rewrite(_opened)
    op.drop_table("audit_keys")


def _rewrite(change: Any) -> None:
    """Write the lines about profiles anew: the one time that the log is not only added to."""
    connection = op.get_bind()
    _guard(on=False)
    stored = {row[0] for row in connection.execute(sa.select(_PROFILES.c.id))}
    keys = dict(connection.execute(sa.select(_KEYS.c.subject_id, _KEYS.c.key)).all())
    known = set(keys)
    last = 0
    # What is done to all of a kind is about nobody.
    query = sa.select(_ENTRIES).where(
        _ENTRIES.c.subject_kind == "profile", _ENTRIES.c.subject_id != UUID(int=0)
    )
    while rows := connection.execute(
        query.where(_ENTRIES.c.id > last).order_by(_ENTRIES.c.id).limit(1_000)
    ).all():
        for row in rows:
            told = {
                column: change(getattr(row, column), row.subject_id, keys)
                for column in ("before", "after")
            }
            if told != {"before": row.before, "after": row.after}:
                connection.execute(
                    sa.update(_ENTRIES).where(_ENTRIES.c.id == row.id).values(**told)
                )
        last = rows[-1].id
    # Of those that were erased before, the keys are forgotten here.
    made = [
        {"subject_id": id_, "key": key}
        for id_, key in keys.items()
        if id_ not in known and id_ in stored
    ]
    if made:
        connection.execute(sa.insert(_KEYS), made)
    _guard(on=True)


def _sealed(values: Any, subject_id: UUID, keys: dict[UUID, bytes]) -> Any:
    if values is None:
        return None
    kept = {}
    for name, value in values.items():
        if value is None or name in _OPEN or name in _OF_THE_DEED:
            kept[name] = value
            continue
        key = keys.setdefault(subject_id, AESGCM.generate_key(256))
        nonce, text = urandom(_NONCE), json.dumps(value, ensure_ascii=False).encode()
        whole = nonce + AESGCM(key).encrypt(nonce, text, subject_id.bytes)
        kept[name] = {"sealed": b64encode(whole).decode()}
    return kept


def _opened(values: Any, subject_id: UUID, keys: dict[UUID, bytes]) -> Any:
    if values is None:
        return None
    opened = {}
    for name, value in values.items():
        if not isinstance(value, dict) or value.keys() != {"sealed"}:
            opened[name] = value
        elif subject_id in keys:
            whole = b64decode(value["sealed"])
            plain = AESGCM(keys[subject_id]).decrypt(
                whole[:_NONCE], whole[_NONCE:], subject_id.bytes
            )
            opened[name] = json.loads(plain)
        else:
            opened[name] = {"erased": True}
    return opened


def _guard(*, on: bool) -> None:
    """Take away, or set up again, what keeps the log from being changed (0003)."""
    if op.get_context().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            name = f"audit_entries_no_{event.lower()}"
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON audit_entries "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
                if on
                else f"DROP TRIGGER {name}"
            )
        return
    word = "ENABLE" if on else "DISABLE"
    op.execute(f"ALTER TABLE audit_entries {word} TRIGGER audit_entries_only_added_to")
