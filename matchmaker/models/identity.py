"""ExternalIdentity: who an account is at an OpenID Connect provider."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base


class ExternalIdentity(Base, kw_only=True):
    """A subject of a provider that signs in to an account.

    Addresses change and are given to others; issuer and subject are what a provider promises to
    keep, so after the first time nothing else is looked at.
    """

    __tablename__ = "external_identities"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True, repr=False)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    linked_at: Mapped[datetime]
