"""AuditEntry: who changed what, when, from what to what. Rows are added and never changed."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Connection, Index, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from matchmaker.models.base import Base, text_enum


class AuditAction(enum.StrEnum):
    """What was done."""

    CREATE = "create"
    REVISE = "revise"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    REINSTATE = "reinstate"
    ERASE = "erase"
    CLAIM = "claim"
    MERGE = "merge"
    #: A line of the ledger was taken off by another one.
    REVERSE = "reverse"
    IMPORT = "import"
    EXPORT = "export"
    RESTORE = "restore"
    SIGN_IN = "sign-in"
    SIGN_OUT_EVERYWHERE = "sign-out-everywhere"
    LOCK = "lock"
    CHANGE_PASSWORD = "change-password"  # noqa: S105 - a deed, not a secret
    CHANGE_ROLE = "change-role"
    DISABLE = "disable"
    ENABLE = "enable"
    ENABLE_TOTP = "enable-totp"
    DISABLE_TOTP = "disable-totp"
    CREATE_TOKEN = "create-token"  # noqa: S105
    REVOKE_TOKEN = "revoke-token"  # noqa: S105
    SHARE = "share"
    END_SHARE = "end-share"
    JOIN = "join"
    LEAVE = "leave"
    DELEGATE = "delegate"
    END_DELEGATION = "end-delegation"
    OPEN = "open"
    CLOSE = "close"
    RENEW = "renew"
    EXPIRE = "expire"
    ASK = "ask"
    SHORTLIST = "shortlist"
    DISMISS = "dismiss"
    DECLARE_CONFLICT = "declare-conflict"
    END_CONFLICT = "end-conflict"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    REMIND = "remind"
    PROPOSE_MEETING = "propose-meeting"
    MEET = "meet"
    CONCLUDE = "conclude"


class AuditEntry(Base, kw_only=True):
    """One line of the audit log. No foreign keys: it must survive deletion."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime]
    #: Who did it; None for the shell and for what nobody signed in did.
    account_id: Mapped[UUID | None] = mapped_column(default=None)
    action: Mapped[AuditAction] = mapped_column(text_enum(AuditAction))
    #: ``account``, ``profile``, ``challenge`` …
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    #: Changed fields only; never a password, a token or a hash of one.
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)

    __table_args__ = (
        Index("ix_audit_entries_at", "at"),
        Index("ix_audit_entries_account_id_at", "account_id", "at"),
        Index("ix_audit_entries_subject_id_at", "subject_id", "at"),
        {"sqlite_autoincrement": True},
    )


class AuditKey(Base, kw_only=True):
    """What opens the fields of a profile in the audit log, or the words of a line of the ledger.

    Destroyed when these are erased. No foreign key: a key goes by its own deed, so that nothing
    else can take it along.
    """

    __tablename__ = "audit_keys"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(repr=False)


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse(_mapper: Mapper[AuditEntry], _connection: Connection, _entry: AuditEntry) -> None:
    # The tables refuse it too (migration 0003); this says so before a statement is sent.
    message = "the audit log is only added to"
    raise TypeError(message)
