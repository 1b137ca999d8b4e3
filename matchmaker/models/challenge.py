"""Challenge: a firm's problem in its own words, its brief, and where it is on its way."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, VectorBytes, text_enum
from matchmaker.models.brief import Brief
from matchmaker.models.place import Place


class ChallengeState(enum.StrEnum):
    """Where a challenge is on its way."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    OPEN = "open"
    #: Nobody renewed it in time; it is neither matched nor shown.
    EXPIRED = "expired"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ChallengeAction(enum.StrEnum):
    """What can be done with a challenge."""

    SUBMIT = "submit"
    OPEN = "open"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REVISE = "revise"
    #: Saving its brief: what it says stays as it is.
    BRIEF = "brief"
    MATCH = "match"
    #: Staff ask the firm something in the thread.
    ASK = "ask"
    #: The firm writes in the thread.
    ANSWER = "answer"
    RENEW = "renew"
    EXPIRE = "expire"


class ClosingReason(enum.StrEnum):
    """Why a challenge was closed."""

    SOLVED = "solved"
    NO_LONGER_NEEDED = "no-longer-needed"
    NO_PARTNER = "no-partner"
    DUPLICATE = "duplicate"
    OUT_OF_SCOPE = "out-of-scope"
    OTHER = "other"


class Side(enum.StrEnum):
    """Who something waits for."""

    FIRM = "firm"
    STAFF = "staff"


#: state -> action -> next state; what is not here is refused.
TRANSITIONS: dict[ChallengeState, dict[ChallengeAction, ChallengeState]] = {
    ChallengeState.DRAFT: {
        ChallengeAction.REVISE: ChallengeState.DRAFT,
        ChallengeAction.BRIEF: ChallengeState.DRAFT,
        ChallengeAction.SUBMIT: ChallengeState.SUBMITTED,
        ChallengeAction.WITHDRAW: ChallengeState.WITHDRAWN,
    },
    ChallengeState.SUBMITTED: {
        ChallengeAction.REVISE: ChallengeState.SUBMITTED,
        ChallengeAction.BRIEF: ChallengeState.SUBMITTED,
        ChallengeAction.MATCH: ChallengeState.SUBMITTED,
        ChallengeAction.ASK: ChallengeState.SUBMITTED,
        ChallengeAction.ANSWER: ChallengeState.SUBMITTED,
        ChallengeAction.OPEN: ChallengeState.OPEN,
        ChallengeAction.CLOSE: ChallengeState.CLOSED,
        ChallengeAction.WITHDRAW: ChallengeState.WITHDRAWN,
    },
    ChallengeState.OPEN: {
        ChallengeAction.BRIEF: ChallengeState.OPEN,
        ChallengeAction.MATCH: ChallengeState.OPEN,
        ChallengeAction.ASK: ChallengeState.OPEN,
        ChallengeAction.ANSWER: ChallengeState.OPEN,
        ChallengeAction.RENEW: ChallengeState.OPEN,
        ChallengeAction.EXPIRE: ChallengeState.EXPIRED,
        ChallengeAction.CLOSE: ChallengeState.CLOSED,
        ChallengeAction.WITHDRAW: ChallengeState.WITHDRAWN,
    },
    ChallengeState.EXPIRED: {
        ChallengeAction.RENEW: ChallengeState.OPEN,
        ChallengeAction.CLOSE: ChallengeState.CLOSED,
        ChallengeAction.WITHDRAW: ChallengeState.WITHDRAWN,
    },
    ChallengeState.CLOSED: {},
    ChallengeState.WITHDRAWN: {},
}
#: Action -> who a challenge waits for after it; an action that is not here changes nothing of it.
WAITS_FOR: dict[ChallengeAction, Side | None] = {
    ChallengeAction.SUBMIT: Side.STAFF,
    ChallengeAction.ASK: Side.FIRM,
    ChallengeAction.ANSWER: Side.STAFF,
    ChallengeAction.OPEN: None,
    ChallengeAction.RENEW: None,
    ChallengeAction.EXPIRE: Side.FIRM,
    ChallengeAction.CLOSE: None,
    ChallengeAction.WITHDRAW: None,
}


class Challenge(Base, kw_only=True):
    """The unit of demand. The original text is kept as it came."""

    __tablename__ = "challenges"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    #: ISO 639-1 code; recognised from the text unless the firm said it.
    language: Mapped[str]
    city: Mapped[str | None] = mapped_column(default=None)
    postcode: Mapped[str | None] = mapped_column(default=None)
    municipality: Mapped[str | None] = mapped_column(default=None)
    country: Mapped[str] = mapped_column(default="DK")
    latitude: Mapped[float | None] = mapped_column(default=None)
    longitude: Mapped[float | None] = mapped_column(default=None)
    #: NACE / DB07 code, e.g. "25.62".
    industry_code: Mapped[str | None] = mapped_column(default=None)
    state: Mapped[ChallengeState] = mapped_column(
        text_enum(ChallengeState), default=ChallengeState.SUBMITTED
    )
    #: Shipped with the product to be tried out; shown on the home page.
    sample: Mapped[bool] = mapped_column(default=False)
    #: Whose it is; None: its address is the key to it.
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id"), default=None, index=True
    )
    #: Whose members may read and change it too. No foreign key: when the organisation is erased,
    #: the challenge must not become one that its address opens.
    organisation_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    #: As ``Brief.as_json`` writes it; read and changed by ``brief``.
    brief_json: Mapped[dict[str, Any]] = mapped_column(
        "brief", default_factory=dict, server_default="{}", repr=False
    )
    #: Partners read no more than the answers that are shared before both sides accept.
    confidential: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whose turn it is; None when nobody's.
    waits_for: Mapped[Side | None] = mapped_column(text_enum(Side), default=None)
    #: The firm has seen the warnings about its present words and leaves them as they are.
    warnings_accepted: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: When it was first opened, when it has to be renewed, and when that was last asked for.
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closing_reason: Mapped[ClosingReason | None] = mapped_column(
        text_enum(ClosingReason), default=None
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        Index("ix_challenges_state_expires_at", "state", "expires_at"),
        Index("ix_challenges_state_created_at", "state", "waits_for", "created_at", "id"),
    )

    @property
    def brief(self) -> Brief:
        """What has been saved of its short form."""
        return Brief.from_json(self.brief_json)

    @property
    def place(self) -> Place:
        """Where the firm is."""
        return Place(
            city=self.city,
            postcode=self.postcode,
            municipality=self.municipality,
            country=self.country,
            latitude=self.latitude,
            longitude=self.longitude,
        )

    @property
    def owned(self) -> bool:
        """Whether it belongs to somebody; otherwise its address is the key to it."""
        return self.account_id is not None or self.organisation_id is not None

    def actions(self) -> tuple[ChallengeAction, ...]:
        """Return what the present state allows."""
        return tuple(TRANSITIONS[self.state])

    def check(self, action: ChallengeAction) -> ChallengeState:
        """Return the state that follows the action.

        Raises:
            TransitionNotAllowed: the present state does not allow it.

        """
        following = TRANSITIONS[self.state].get(action)
        if following is None:
            raise TransitionNotAllowed("challenge", self.state, action, self.actions())
        return following

    def apply(self, action: ChallengeAction, *, at: datetime) -> None:
        """Take the action.

        Raises:
            TransitionNotAllowed: the present state does not allow it.

        """
        self.state = self.check(action)
        self.waits_for = WAITS_FOR.get(action, self.waits_for)
        self.updated_at = at

    def is_over(self, *, at: datetime) -> bool:
        """Return whether it has to be renewed before it is matched or shown again."""
        return self.state is ChallengeState.EXPIRED or (
            self.state is ChallengeState.OPEN
            and self.expires_at is not None
            and self.expires_at <= at
        )

    def is_public(self, *, at: datetime) -> bool:
        """Return whether others than its firm may see that there is such a challenge.

        The samples that come with the product are shown, and those without an account that were
        opened; one that was only submitted, or is closed, is not. One of an account is for that
        account and its organisation, whatever its state.
        """
        open_ = self.state is ChallengeState.OPEN and not self.is_over(at=at)
        return self.sample or (open_ and not self.owned and not self.confidential)


class ChallengeVector(Base, kw_only=True):
    """The vectors of a challenge's sentences, kept so that asking again need not encode."""

    __tablename__ = "challenge_vectors"

    challenge_id: Mapped[UUID] = mapped_column(
        ForeignKey("challenges.id", ondelete="CASCADE"), primary_key=True
    )
    #: Encoder that made them.
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    #: Revision of the challenge that they belong to; an older one is not used.
    challenge_revision: Mapped[int]
    #: float32, one row per sentence, flattened.
    vectors: Mapped[NDArray[np.float32]] = mapped_column(VectorBytes(), repr=False)
