"""What decisions, answers and outcomes say about fit, as a grade: 3 helped, 0 does not fit.

Only what is about the fit becomes a grade. Who has no time, is too far away or known already may
fit as well as anybody: that says nothing, and no grade is given for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from matchmaker.models import (
    Conclusion,
    DeclineReason,
    DismissalReason,
    Introduction,
    IntroductionState,
    MatchDecision,
    MatchState,
)

#: Somebody looked at both and kept the partner.
KEPT = 2
#: Both sides said yes after reading what it is about.
BOTH_SAID_YES = 2
#: A reason that is not here says nothing about the fit.
DISMISSED: Mapping[DismissalReason, int] = MappingProxyType({DismissalReason.WRONG_FIELD: 0})
DECLINED: Mapping[DeclineReason, int] = MappingProxyType(
    {DeclineReason.WRONG_FIELD: 0, DeclineReason.WRONG_SIZE: 1}
)
CONCLUDED: Mapping[Conclusion, int] = MappingProxyType(
    {
        Conclusion.COLLABORATION: 3,
        Conclusion.HELPED: 3,
        Conclusion.NO_FIT: 0,
        Conclusion.NOT_PURSUED: BOTH_SAID_YES,
    }
)


def grade(decision: MatchDecision | None, introduction: Introduction | None) -> int | None:
    """Return the grade of a partner for a challenge; None when nothing is said about the fit.

    What came of an introduction counts before an answer, and an answer before a decision.

    Args:
        decision: what people decided about the two, if anything.
        introduction: the newest introduction of the two, if any.

    """
    if introduction is not None:
        if introduction.conclusion is not None:
            return CONCLUDED[introduction.conclusion]
        if introduction.contacts_passed:
            return BOTH_SAID_YES
        why = introduction.decline_reason
        if introduction.state is IntroductionState.DECLINED and why and why in DECLINED:
            return DECLINED[why]
    if decision is None:
        return None
    if decision.state is MatchState.DISMISSED:
        return None if decision.reason is None else DISMISSED.get(decision.reason)
    return KEPT
