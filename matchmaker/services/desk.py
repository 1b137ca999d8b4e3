"""DeskService: what needs action now, and the search across all profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from matchmaker.errors import Duplicate, IndexNotReady, InvalidInput, NotFound
from matchmaker.matching.terms import passage_ways
from matchmaker.models import Conditions, Profile, Queue, SavedFilter, Visibility
from matchmaker.models.names import folded_name
from matchmaker.models.profile_search import ProfileSearch, SearchOrder
from matchmaker.services import steering
from matchmaker.services.challenges import checked_place
from matchmaker.services.clock import Clock
from matchmaker.services.cursors import CursorPage, read_cursor, write_cursor
from matchmaker.services.replica import IndexReplica
from matchmaker.storage import desk, profiles, saved_filters
from matchmaker.storage.database import Sessions

#: Most words of a search.
MOST_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class DeskItem:
    """One profile in a queue, with what put it there."""

    profile: Profile
    #: The other one of a pair that may be one.
    other: Profile | None = None
    #: 0..1; only of such a pair.
    score: float | None = None
    #: Why such a pair may be one.
    reasons: Sequence[str] = ()


@dataclass(frozen=True)
class DeskService:
    """What staff see of all profiles."""

    sessions: Sessions
    clock: Clock
    replica: IndexReplica
    #: Days after which a profile that nobody has confirmed is stale.
    stale_after_days: int

    def counts(self) -> Mapping[Queue, int]:
        """Return how many profiles (or pairs, or imports) wait in each queue."""
        with self.sessions.reading() as session:
            return desk.counts(session, self._before(self.stale_after_days))

    def count(self, queue: Queue) -> int:
        """Return how many wait in one queue."""
        with self.sessions.reading() as session:
            return desk.count(session, queue, self._before(self.stale_after_days))

    def queue(
        self, queue: Queue, *, cursor: str | None = None, limit: int = 20
    ) -> CursorPage[DeskItem]:
        """Return a part of a queue, the most urgent first.

        Raises:
            InvalidInput: the cursor is not one of this queue.

        """
        after = read_cursor(cursor, desk.KEYS[queue]) if cursor else None
        with self.sessions.reading() as session:
            before = self._before(self.stale_after_days)
            found = desk.queue(session, queue, before, after, limit)
            pairs = queue is Queue.DUPLICATES
            ids = {one for key in found.keys for one in key[-2 if pairs else -1 :]}
            by_id = {
                one.id: one for one in profiles.complete(session, ids, viewer=Visibility.STAFF)
            }
            why = desk.reasons(session, found.keys) if pairs else {}
        items = [
            DeskItem(
                profile=by_id[key[-2]],
                other=by_id[key[-1]],
                score=key[0],
                reasons=why[key[-2], key[-1]],
            )
            if pairs
            else DeskItem(profile=by_id[key[-1]])
            for key in found.keys
        ]
        return CursorPage(items, write_cursor(found.keys[-1]) if found.more else None)

    def search(
        self,
        asked: ProfileSearch,
        *,
        order: SearchOrder = SearchOrder.NAME,
        cursor: str | None = None,
        limit: int = 20,
    ) -> CursorPage[Profile]:
        """Return the profiles that meet a search, by name unless asked otherwise, no evidence.

        Words are looked up in the index in memory, so what is not indexed yet is found by its
        name only; so is everything while there is no index.

        Raises:
            InvalidInput: too many words, an unknown place, or a cursor of another list.

        """
        kinds = (str if order.by_name else datetime, UUID)
        after = read_cursor(cursor, kinds) if cursor else None
        if asked.within_km is not None and not asked.near:
            raise InvalidInput("near", "Say near which place.")
        place = checked_place(asked.near)
        untouched = None if asked.untouched_days is None else self._before(asked.untouched_days)
        holding = self._holding(asked)
        with self.sessions.reading() as session:
            found = desk.search(
                session,
                asked,
                place=place,
                named=folded_name(asked.text) if asked.text.strip() else "",
                holding=holding,
                untouched_before=untouched,
                order=order,
                after=after,
                limit=limit,
            )
            by_id = {
                one.id: one
                for one in profiles.complete(
                    session, [key[-1] for key in found.keys], viewer=Visibility.STAFF
                )
            }
        items = [by_id[key[-1]] for key in found.keys]
        return CursorPage(items, write_cursor(found.keys[-1]) if found.more else None)

    def matching_ids(self, asked: ProfileSearch, most: int) -> list[UUID]:
        """Return the ids of all that meet a search, up to a number of them."""
        page = self.search(asked, limit=most)
        return [profile.id for profile in page.items]

    def saved_filters(self, by: UUID | None) -> Sequence[SavedFilter]:
        """Return the searches that an account keeps, by name."""
        with self.sessions.reading() as session:
            return saved_filters.of_account(session, by)

    def save_filter(self, name: str, asked: ProfileSearch, *, by: UUID | None) -> SavedFilter:
        """Keep a search under a name.

        Raises:
            InvalidInput: no name.
            Duplicate: the account has one of this name.

        """
        name = " ".join(name.split())
        if not name or len(name) > steering.TERM_LENGTH:
            raise InvalidInput("name", f"Use 1 to {steering.TERM_LENGTH} characters.")
        kept = SavedFilter(
            account_id=by, name=name, search=asked.as_json(), created_at=self.clock()
        )
        with self.sessions.writing() as session:
            known = saved_filters.named(session, by, name)
            if known is not None:
                raise Duplicate("saved filter", known.id)
            session.add(kept)
        return kept

    def drop_filter(self, filter_id: UUID, *, by: UUID | None) -> None:
        """Forget a search.

        Raises:
            NotFound: the account keeps none with this id.

        """
        with self.sessions.writing() as session:
            kept = session.get(SavedFilter, filter_id)
            if kept is None or kept.account_id != by:
                raise NotFound("saved filter", filter_id)
            session.delete(kept)

    def _holding(self, asked: ProfileSearch) -> list[Sequence[str]]:
        """Return who holds the words of the text, and of the fields; less when less is asked."""
        said = [words for one in (asked.text, asked.fields) if (words := one.split())]
        if any(len(words) > MOST_WORDS for words in said):
            raise InvalidInput("text", f"Use at most {MOST_WORDS} words.")
        if not said:
            return []
        conditions = [
            Conditions(required_terms=tuple(word for word in words if passage_ways(word)))
            for words in said
        ]
        try:
            self.replica.catch_up()
        except IndexNotReady:
            return [() for _ in said]
        with self.replica.lock.reading():
            held = [steering.held_terms(self.replica, one) for one in conditions]
            return [sorted(one.holders(self.replica).required) for one in held]

    def _before(self, days: int) -> datetime:
        return self.clock() - timedelta(days=days)
