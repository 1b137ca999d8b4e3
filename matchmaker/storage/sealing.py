"""What a profile said, in the audit log: sealed under a key of its own that an erasure destroys.

A line of the log never changes, not even by an erasure: it goes on telling who did what and which
fields it was about, and can be compared with any copy. What stood in the fields can be read as
long as the key is there. The words of a line of the ledger are kept in the same way.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Mapping
from os import urandom
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from matchmaker.models import AuditEntry, AuditKey

SEALED = "sealed"
#: What is shown in place of what nobody can read any more.
ERASED = {"erased": True}
#: Tells where a profile stood, and nothing of what it said.
OPEN = frozenset({"kind", "standing", "visibility", "merged_into_id", "confirmed_at"})
_NONCE = 12


def seal(session: Session, subject_id: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as the log keeps them; a key is made for who has none."""
    kept: dict[str, Any] = {}
    cipher: AESGCM | None = None
    for name, value in values.items():
        if value is None or name in OPEN:
            kept[name] = value
            continue
        cipher = cipher or AESGCM(_key(session, subject_id))
        nonce = urandom(_NONCE)
        text = json.dumps(value, ensure_ascii=False).encode()
        whole = nonce + cipher.encrypt(nonce, text, subject_id.bytes)
        kept[name] = {SEALED: b64encode(whole).decode()}
    return kept


def open_all(session: Session, entries: Collection[AuditEntry]) -> None:
    """Open what is sealed in lines as they were read; nothing is marked as changed."""
    ids = {one.subject_id for one in entries if _any_sealed(one.before) or _any_sealed(one.after)}
    if not ids:
        return
    keys = {subject_id: AESGCM(key) for subject_id, key in keys_of(session, ids).items()}
    for entry in entries:
        for column in ("before", "after"):
            values = getattr(entry, column)
            if _any_sealed(values):
                cipher = keys.get(entry.subject_id)
                opened = {
                    name: _opened(value, cipher, entry.subject_id) for name, value in values.items()
                }
                set_committed_value(entry, column, opened)


def seal_text(session: Session, subject_id: UUID, text: str) -> str:
    """Return a text as a table keeps it; an empty one stays empty."""
    if not text:
        return ""
    nonce = urandom(_NONCE)
    sealed = AESGCM(_key(session, subject_id)).encrypt(nonce, text.encode(), subject_id.bytes)
    return b64encode(nonce + sealed).decode()


def open_text(kept: str, key: bytes, subject_id: UUID) -> str:
    """Return what :func:`seal_text` sealed."""
    if not kept:
        return ""
    whole = b64decode(kept)
    return AESGCM(key).decrypt(whole[:_NONCE], whole[_NONCE:], subject_id.bytes).decode()


def keys_of(session: Session, subject_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return the keys that are still there."""
    wanted = list(subject_ids)
    query = select(AuditKey.subject_id, AuditKey.key).where(AuditKey.subject_id.in_(wanted))
    return dict(session.execute(query).all()) if wanted else {}


def destroy_keys(session: Session, subject_ids: Iterable[UUID]) -> None:
    """Make unreadable for good what is sealed of these profiles, or lines of the ledger."""
    session.execute(delete(AuditKey).where(AuditKey.subject_id.in_(list(subject_ids))))


def _key(session: Session, subject_id: UUID) -> bytes:
    kept = session.get(AuditKey, subject_id)
    if kept is None:
        kept = AuditKey(subject_id=subject_id, key=AESGCM.generate_key(256))
        session.add(kept)
    return kept.key


def _is_sealed(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {SEALED}


def _any_sealed(values: Mapping[str, Any] | None) -> bool:
    return values is not None and any(map(_is_sealed, values.values()))


def _opened(value: Any, cipher: AESGCM | None, subject_id: UUID) -> Any:
    if not _is_sealed(value):
        return value
    if cipher is None:
        return ERASED
    whole = b64decode(value[SEALED])
    return json.loads(cipher.decrypt(whole[:_NONCE], whole[_NONCE:], subject_id.bytes))
