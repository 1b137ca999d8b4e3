"""Challenge: a firm's problem in its own words."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID, uuid4

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, VectorBytes, text_enum
from matchmaker.models.place import Place


class ChallengeState(enum.StrEnum):
    """Where a challenge is on its way."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ChallengeAction(enum.StrEnum):
    """What can be done with a challenge."""

    SUBMIT = "submit"
    OPEN = "open"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REVISE = "revise"
    MATCH = "match"


#: state -> action -> next state; what is not here is refused.
TRANSITIONS: dict[ChallengeState, dict[ChallengeAction, ChallengeState]] = {
    ChallengeState.DRAFT: {
        ChallengeAction.REVISE: ChallengeState.DRAFT,
        ChallengeAction.SUBMIT: ChallengeState.SUBMITTED,
        ChallengeAction.WITHDRAW: ChallengeState.WITHDRAWN,
    },
    ChallengeState.SUBMITTED: {
        ChallengeAction.REVISE: ChallengeState.SUBMITTED,
        ChallengeAction.MATCH: ChallengeState.SUBMITTED,
        ChallengeAction.OPEN: ChallengeState.OPEN,
        ChallengeAction.WITHDRAW: ChallengeState.WITHDRAWN,
    },
    ChallengeState.OPEN: {
        ChallengeAction.MATCH: ChallengeState.OPEN,
        ChallengeAction.CLOSE: ChallengeState.CLOSED,
        ChallengeAction.WITHDRAW: ChallengeState.WITHDRAWN,
    },
    ChallengeState.CLOSED: {},
    ChallengeState.WITHDRAWN: {},
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
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": revision}

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
        self.updated_at = at


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
