"""What the asker's own conditions need beside SQL: terms, examples, and whether they make sense.

Nothing here encodes: terms are looked up among the words of the passages, and examples are
passages whose vectors are held already.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput
from matchmaker.matching import steering
from matchmaker.matching.languages import unit
from matchmaker.matching.terms import passage_ways
from matchmaker.models import Conditions, DismissalReason, PartnerKind
from matchmaker.services.replica import KINDS, IndexReplica
from matchmaker.storage import profiles
from matchmaker.storage.eligibility import TermHolders

#: Most required terms, and most excluded ones.
MOST_TERMS = 10
#: Most characters of one term.
TERM_LENGTH = 60
#: Most profiles to find more of.
MOST_EXAMPLES = 5
#: Most profiles that one list leaves out.
MOST_DISMISSED = 50
#: Most characters of the line that says why.
NOTE_LENGTH = 200
#: The place counts at most this many times as much as in the policy.
MOST_PLACE_WEIGHT = 3.0

_UNIT_TOLERANCE = 1e-4

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]
Passages = NDArray[np.int64]


def checked(session: Session, conditions: Conditions) -> Conditions:
    """Return the conditions as they are asked: terms trimmed, each value once.

    Raises:
        InvalidInput: too many of something, a term that names nothing, a profile that the
            public does not know; names the field.

    """
    required = _checked_terms("required_terms", conditions.required_terms)
    excluded = _checked_terms("excluded_terms", conditions.excluded_terms)
    both = {term.lower() for term in required} & {term.lower() for term in excluded}
    if both:
        raise InvalidInput(
            "excluded_terms", f"{min(both)!r} is required as well; take one of the two away."
        )
    more_like = tuple(dict.fromkeys(conditions.more_like))
    if len(more_like) > MOST_EXAMPLES:
        raise InvalidInput("more_like", f"Name at most {MOST_EXAMPLES} profiles.")
    by_id = {one.profile_id: one for one in conditions.dismissed}
    if len(by_id) > MOST_DISMISSED:
        raise InvalidInput("dismissed", f"Name at most {MOST_DISMISSED} profiles.")
    if any(len(one.note) > NOTE_LENGTH or not one.note.isprintable() for one in by_id.values()):
        raise InvalidInput(
            "dismissed", f"Write the note on one line of at most {NOTE_LENGTH} characters."
        )
    known = profiles.public(session, {*more_like, *by_id})
    _check_known("more_like", more_like, known)
    _check_known("dismissed", by_id, known)
    if twice := by_id.keys() & set(more_like):
        raise InvalidInput("dismissed", f"{min(twice)} is in more_like too; take one of them away.")
    weight = conditions.place_weight
    if weight is not None and not (math.isfinite(weight) and 0 <= weight <= MOST_PLACE_WEIGHT):
        raise InvalidInput("place_weight", f"Use a number from 0 to {MOST_PLACE_WEIGHT:g}.")
    return replace(
        conditions,
        required_terms=required,
        excluded_terms=excluded,
        more_like=more_like,
        dismissed=tuple(by_id.values()),
    )


def _checked_terms(field: str, terms: Sequence[str]) -> tuple[str, ...]:
    once: dict[str, str] = {}
    for term in terms:
        trimmed = " ".join(term.split())
        if not trimmed:
            raise InvalidInput(field, "A term is empty; write a word or leave it out.")
        if len(trimmed) > TERM_LENGTH:
            raise InvalidInput(field, f"A term has at most {TERM_LENGTH} characters; shorten it.")
        if not passage_ways(trimmed):
            raise InvalidInput(
                field, f"{trimmed!r} names nothing: use a word that is not only a small one."
            )
        once.setdefault(trimmed.lower(), trimmed)
    if len(once) > MOST_TERMS:
        raise InvalidInput(field, f"Name at most {MOST_TERMS} terms.")
    return tuple(once.values())


def _check_known(field: str, asked: Iterable[UUID], known: Collection[UUID]) -> None:
    for profile_id in asked:
        if profile_id not in known:
            raise InvalidInput(field, f"There is no profile {profile_id}; take it out.")


@dataclass(frozen=True, kw_only=True)
class HeldTerms:
    """Who holds the required and excluded terms, by profile number; read from one replica."""

    #: Profiles that hold every required term; None when none is required.
    required: Numbers | None
    #: Profiles that hold any excluded term.
    excluded: Numbers

    def holders(self, replica: IndexReplica) -> TermHolders:
        """Return them as eligibility takes them."""
        required = [] if self.required is None else self.required.tolist()
        return TermHolders(
            required={replica.profile_ids[number].hex for number in required},
            excluded={replica.profile_ids[number].hex for number in self.excluded.tolist()},
        )


def held_terms(replica: IndexReplica, conditions: Conditions) -> HeldTerms:
    """Look up who holds the asked terms. The replica has caught up."""
    required: Numbers | None = None
    for term in conditions.required_terms:
        found = _holding(replica, term)
        required = found if required is None else np.intersect1d(required, found)
    excluded = [_holding(replica, term) for term in conditions.excluded_terms]
    return HeldTerms(required=required, excluded=np.unique(np.concatenate([_NOBODY, *excluded])))


_NOBODY: Numbers = np.empty(0, dtype=np.int32)


def _holding(replica: IndexReplica, term: str) -> Numbers:
    """Return the profiles with a passage that holds the term, in order."""
    found = [_NOBODY]
    for first, *rest in passage_ways(term):
        passages = replica.lexical.holding(first)
        for stems in rest:
            passages = np.intersect1d(passages, replica.lexical.holding(stems))
        found.append(replica.owner_of[passages])
    return np.unique(np.concatenate(found))


def among(
    replica: IndexReplica, kinds: Collection[PartnerKind], held: HeldTerms
) -> Passages | None:
    """Return the passages that need to be searched; None for all.

    A hint, as far as is known: who is eligible is asked of the database.
    """
    if held.required is None:
        return replica.passages_of_kinds(kinds) if kinds else None
    numbers = held.required
    if kinds:
        codes = [KINDS.index(kind) for kind in kinds]
        numbers = numbers[np.isin(replica.kind_of[numbers], codes)]
    return np.concatenate(
        [np.empty(0, dtype=np.int64), *(replica.passages_of[one] for one in numbers.tolist())]
    )


def moved(replica: IndexReplica, vectors: Floats, conditions: Conditions) -> Floats:
    """Return the question as it is judged: the whole moved by examples, the sentences as asked.

    Args:
        replica: holds the passages of the examples; one that it does not hold moves nothing.
        vectors: corrected, the whole challenge and each sentence.
        conditions: names the examples.

    """
    wrong_field = [
        one.profile_id for one in conditions.dismissed if one.reason is DismissalReason.WRONG_FIELD
    ]
    examples = _directions(replica, vectors, conditions.more_like)
    others = _directions(replica, vectors, wrong_field)
    if not examples and not others:
        return vectors
    whole = steering.steered(vectors[0], examples, others)
    return np.vstack([whole[None, :], vectors[1:]])


def as_query(whole: Floats) -> Floats:
    """Return the whole question, shape (1, dimension), as an index takes it: of length one.

    One that was moved is shorter, which the order of an index does not depend on; any other
    stays as it is to the last bit.
    """
    return unit(whole) if abs(float(np.linalg.norm(whole)) - 1) > _UNIT_TOLERANCE else whole


def _directions(
    replica: IndexReplica, vectors: Floats, profile_ids: Iterable[UUID]
) -> list[Floats]:
    # In the order of their ids: in which order they were named must not show.
    numbers = [replica.number_of.get(profile_id) for profile_id in sorted(profile_ids)]
    rows = [replica.passages_of[number] for number in numbers if number is not None]
    return [
        steering.carrying(replica.index.vectors(passages), vectors)
        for passages in rows
        if len(passages)
    ]
