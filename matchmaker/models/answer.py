"""KeptAnswer: what was answered to a request, so that sending it twice does nothing twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base


class KeptAnswer(Base, kw_only=True):
    """The answer to one creating request, by the key that the caller gave it."""

    __tablename__ = "kept_answers"

    #: Name of the operation: two operations may use the same key.
    operation: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    #: SHA-256 of what was asked, in hexadecimal; the same key for something else is refused.
    request_sha256: Mapped[str]
    #: HTTP status, 0 while the first request is still being answered.
    status: Mapped[int] = mapped_column(default=0)
    #: Address of what was made; empty when there is none.
    location: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="", repr=False)
    #: SHA-256 of the body, in hexadecimal.
    body_sha256: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
