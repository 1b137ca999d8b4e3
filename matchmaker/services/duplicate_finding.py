"""Finding profiles that may be one, in a time that does not grow with the square of their number.

Everybody is compared by identifier and by equal name: both are looked up. Names that are all but
equal, and words, are compared for some profiles at a time, those that changed last first: their
names with the neighbours in the order of names, their words with the profiles of the passages that
the index finds nearest. What was found of the others before is kept while neither has changed.
So one call looks at the slow reasons of ``SOME`` profiles; its ``next`` goes on with the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import IndexNotReady
from matchmaker.matching import duplicates as judgement
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.models import ProfileKind
from matchmaker.services.clock import Clock
from matchmaker.services.cursors import read_cursor, write_cursor
from matchmaker.services.question import Floats
from matchmaker.services.replica import IndexReplica
from matchmaker.storage import duplicates, profiles
from matchmaker.storage.database import Sessions

IdPair: TypeAlias = tuple[UUID, UUID]
#: Profiles whose names and words are compared in one call.
SOME = 200
#: Passages that the index names for each of them.
_NEAREST = 40
_SLOW = ("name-alike", "words")


@dataclass(frozen=True, kw_only=True)
class FoundDuplicates:
    """What looking for duplicates did."""

    pairs: int
    new: int
    gone: int
    #: Profiles whose words and all but equal names were compared this time.
    looked_at: int
    #: Ask with it to go on with those that changed before; None when all were looked at.
    next: str | None


@dataclass(frozen=True)
class DuplicateFinder:
    """Compares profiles of a kind by name, identifier and words."""

    sessions: Sessions
    clock: Clock
    replica: IndexReplica
    policy: MatchingPolicy

    def find(self, *, cursor: str | None = None, some: int = SOME) -> FoundDuplicates:
        """Compare, and keep the pairs; no transaction is open while names and words are compared.

        Args:
            cursor: ``next`` of the call before; None begins with those that changed last.
            some: how many profiles' names and words are compared.

        Raises:
            InvalidInput: the cursor is not one of ours.

        """
        after = read_cursor(cursor, (datetime, UUID)) if cursor else None
        with self.sessions.reading() as session:
            rows = duplicates.compared(session)
            identifiers = duplicates.identifiers(session)
            slice_ = duplicates.changed_last(session, after, some + 1)
            kept = duplicates.unchanged_reasons(session, _SLOW)
        looked_at = [one for one, _ in slice_[:some]]
        kinds = {row[0]: row[1] for row in rows}
        reasons: dict[str, set[IdPair]] = defaultdict(set)
        now = set(looked_at)
        for pair, why in kept.items():
            if now.isdisjoint(pair):
                for reason in why:
                    reasons[reason].add(pair)
        for kind in ProfileKind:
            of_kind = [(row[0], row[2]) for row in rows if row[1] is kind]
            for reason, pairs in self._by_name(of_kind, now):
                reasons[reason].update(pairs)
        reasons["identifier"].update(
            pair for pair in _sharing(identifiers) if _of_one_kind(pair, kinds)
        )
        reasons["words"].update(
            pair for pair in self._by_words(looked_at) if _of_one_kind(pair, kinds)
        )
        found = judgement.scored(
            {one: reasons[one] for one in ("identifier", "name", "name-alike", "words")}
        )
        with self.sessions.writing() as session:
            present = profiles.existing(session, {one for pair in found for one in pair})
            whole = {pair: why for pair, why in found.items() if present.issuperset(pair)}
            new, gone = duplicates.keep(session, whole, self.clock())
        more = len(slice_) > some
        return FoundDuplicates(
            pairs=len(whole),
            new=new,
            gone=gone,
            looked_at=len(looked_at),
            next=write_cursor([slice_[some - 1][1], looked_at[-1]]) if more else None,
        )

    def _by_name(
        self, of_kind: Sequence[tuple[UUID, str]], now: set[UUID]
    ) -> Iterator[tuple[str, list[IdPair]]]:
        names = [name for _, name in of_kind]
        keys = [" ".join(sorted(name.split())) or None for name in names]
        some = {at for at, (one, _) in enumerate(of_kind) if one in now}
        for reason, found in (
            ("name", judgement.of_one_key(keys)),
            ("name-alike", judgement.of_names_alike(names, self.policy, some)),
        ):
            yield reason, [_ordered(of_kind[a][0], of_kind[b][0]) for a, b in found]

    def _by_words(self, looked_at: Iterable[UUID]) -> list[IdPair]:
        try:
            self.replica.catch_up()
        except IndexNotReady:
            return []
        replica = self.replica
        with replica.lock.reading():
            asking = np.array(
                [
                    number
                    for one in looked_at
                    if (number := replica.number_of.get(one)) is not None
                    and len(replica.passages_of[number])
                ],
                dtype=np.int64,
            )
            if not len(asking):
                return []
            means = self._means(asking)
            nearest = replica.index.search(means, min(_NEAREST, len(replica.index))).ids
            owners = np.where(nearest >= 0, replica.owner_of[nearest], -1)
            near = np.unique(owners[owners >= 0])
            near_means = self._means(near)
            pairs: list[IdPair] = []
            for row, number in enumerate(asking.tolist()):
                others = np.unique(owners[row][owners[row] >= 0])
                others = others[others != number]
                cosines = near_means[np.searchsorted(near, others)] @ means[row]
                pairs += [
                    _ordered(replica.profile_ids[number], replica.profile_ids[other])
                    for other in others[cosines >= judgement.WORDS_FROM].tolist()
                ]
        return pairs

    def _means(self, numbers: NDArray[np.integer]) -> Floats:
        """Return the mean of the passages of each profile as a unit vector."""
        parts = [self.replica.passages_of[number] for number in numbers.tolist()]
        if not parts:
            return np.zeros((0, self.replica.index.spec.dimension), dtype=np.float32)
        rows = self.replica.index.vectors(np.concatenate(parts))
        starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
        sums = np.add.reduceat(rows, starts, axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        unit: Floats = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
        return unit


def _ordered(one: UUID, other: UUID) -> IdPair:
    return (one, other) if one < other else (other, one)


def _of_one_kind(pair: IdPair, kinds: Mapping[UUID, ProfileKind]) -> bool:
    return pair[0] in kinds and kinds.get(pair[0]) is kinds.get(pair[1])


def _sharing(identifiers: Sequence[tuple[UUID, str]]) -> Iterator[IdPair]:
    for first, second in judgement.of_one_key(text for _, text in identifiers):
        if identifiers[first][0] != identifiers[second][0]:
            yield _ordered(identifiers[first][0], identifiers[second][0])
