"""The desk shows what needs action, however many rows there are, and finds profiles again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import Duplicate, InvalidInput, NotFound
from matchmaker.models import Profile, ProfileKind, Queue, Standing, Visibility
from matchmaker.models.profile_search import ProfileSearch
from tests.factories import NOW, a_student, an_activity, an_expert, an_organisation

WHO = UUID(int=7)
OLD = NOW - timedelta(days=800)


def store(service: Matchmaker, *profiles: Profile) -> None:
    service.profiles.register_all(list(profiles))


def names(service: Matchmaker, queue: Queue) -> list[str]:
    return [item.profile.name for item in service.desk.queue(queue).items]


@contextmanager
def counted(service: Matchmaker) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(service.engine, "before_cursor_execute", note)
    yield said
    event.remove(service.engine, "before_cursor_execute", note)


def test_stale_is_what_nobody_confirmed_or_changed_for_the_set_time(
    matchmaker: Matchmaker,
) -> None:
    store(
        matchmaker,
        an_expert("old", updated_at=OLD),
        an_expert("new", updated_at=NOW),
        an_expert("confirmed long ago", updated_at=NOW, confirmed_at=OLD),
        an_expert("confirmed", updated_at=OLD, confirmed_at=NOW),
        an_expert("gone", updated_at=OLD, standing=Standing.WITHDRAWN),
    )
    assert names(matchmaker, Queue.STALE) == ["old", "confirmed long ago"]
    assert matchmaker.desk.counts()[Queue.STALE] == 2
    matchmaker.curation.confirm(matchmaker.desk.queue(Queue.STALE).items[0].profile.id, by=WHO)
    assert names(matchmaker, Queue.STALE) == ["confirmed long ago"]


def test_thin_is_few_items_and_little_text(matchmaker: Matchmaker) -> None:
    store(
        matchmaker,
        an_expert("one short item", evidence=("Welding.",)),
        an_expert("nothing"),
        an_expert("two items", evidence=("Welding.", "Cutting.")),
        an_expert("one long item", evidence=("Welding. " * 60,)),
    )
    assert names(matchmaker, Queue.THIN) == ["nothing", "one short item"]
    thin = matchmaker.desk.queue(Queue.THIN).items[1].profile
    assert (thin.item_count, thin.text_length) == (1, len(thin.summary) + len("Welding."))


def test_unclaimed_imported_and_waiting_are_queues_of_their_own(matchmaker: Matchmaker) -> None:
    matchmaker.indexing.rebuild()
    store(matchmaker, an_expert("indexed", confirmed_at=NOW), an_activity("of nobody"))
    store(
        matchmaker,
        an_expert("imported", standing=Standing.IMPORTED),
        an_organisation("unclaimed"),
    )
    assert set(names(matchmaker, Queue.UNCLAIMED)) == {"indexed", "unclaimed"}
    assert names(matchmaker, Queue.IMPORTED) == ["imported"]
    assert names(matchmaker, Queue.WAITING) == []
    with matchmaker.desk.sessions.writing() as session:
        session.add(an_expert("written past the service"))
    assert names(matchmaker, Queue.WAITING) == ["written past the service"]
    counts = matchmaker.desk.counts()
    assert list(counts) == list(Queue)
    assert (counts[Queue.WAITING], counts[Queue.IMPORTED]) == (1, 1)


@pytest.mark.parametrize("queue", [Queue.STALE, Queue.THIN, Queue.UNCLAIMED, Queue.WAITING])
def test_pages_of_a_queue_show_everybody_once(matchmaker: Matchmaker, queue: Queue) -> None:
    store(
        matchmaker,
        *(an_expert(f"{number}", updated_at=OLD) for number in range(7)),
        *(an_expert(f"c{number}", updated_at=OLD, confirmed_at=OLD) for number in range(4)),
    )
    seen: list[str] = []
    cursor = None
    while True:
        page = matchmaker.desk.queue(queue, cursor=cursor, limit=3)
        seen += [item.profile.name for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == matchmaker.desk.counts()[queue]


def test_the_number_of_statements_does_not_grow_with_the_rows(matchmaker: Matchmaker) -> None:
    store(matchmaker, *(an_expert(f"{number}", updated_at=OLD) for number in range(30)))

    def statements(limit: int) -> list[int]:
        said = []
        for queue in (Queue.STALE, Queue.THIN, Queue.UNCLAIMED, Queue.WAITING):
            with counted(matchmaker) as queries:
                matchmaker.desk.queue(queue, limit=limit)
            said.append(len(queries))
        with counted(matchmaker) as queries:
            matchmaker.desk.search(ProfileSearch(kinds=(ProfileKind.EXPERT,)), limit=limit)
        return [*said, len(queries)]

    assert statements(2) == statements(30)


@pytest.mark.parametrize("cursor", ["x", "W10", "bm90IGpzb24", "WyJhIl0"])
def test_a_cursor_of_something_else_is_refused(matchmaker: Matchmaker, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        matchmaker.desk.queue(Queue.STALE, cursor=cursor)


def found(service: Matchmaker, **asked: object) -> list[str]:
    return [one.name for one in service.desk.search(ProfileSearch(**asked)).items]  # type: ignore[arg-type]


def test_a_search_meets_every_condition(workshop: Matchmaker) -> None:
    store(
        workshop,
        an_expert("Åse", municipality="615", visibility=Visibility.STAFF, language="da"),
        a_student("Zoe", latitude=55.68, longitude=12.57, standing=Standing.WITHDRAWN),
        an_expert("Gone", standing=Standing.MERGED),
    )
    assert found(workshop, visibilities=(Visibility.STAFF,)) == ["Åse"]
    assert found(workshop, standings=(Standing.WITHDRAWN,)) == ["Zoe"]
    assert found(workshop, municipality="615") == ["Åse"]
    assert "Zoe" in found(workshop, near="København", within_km=30)
    assert "Ida Berg" not in found(workshop, near="København", within_km=30)
    assert found(workshop, kinds=(ProfileKind.EXPERT,), language="da", text="jens") == ["Jens Falk"]
    assert "Gone" not in found(workshop)
    assert found(workshop, language="sv") == ["Svetsinstitutet"]


def test_words_are_found_in_names_and_in_evidence(workshop: Matchmaker) -> None:
    assert found(workshop, text="ultrasound") == ["Institut for Sømme"]
    assert found(workshop, text="institut")[:1] == ["Institut for Sømme"]
    assert found(workshop, fields="welded cracks") == ["Ida Berg"]
    assert found(workshop, text="%") == []


def test_without_an_index_names_are_still_found(matchmaker: Matchmaker) -> None:
    with matchmaker.desk.sessions.writing() as session:
        session.add(an_expert("Ida Berg"))
    assert found(matchmaker, text="berg") == ["Ida Berg"]


def test_pages_of_a_search_are_by_name_and_complete(workshop: Matchmaker) -> None:
    first = workshop.desk.search(ProfileSearch(), limit=3)
    rest = workshop.desk.search(ProfileSearch(), cursor=first.next, limit=50)
    both = [one.folded_name for one in (*first.items, *rest.items)]
    assert both == sorted(both)
    assert len(both) == 8
    assert rest.next is None


def test_what_cannot_be_searched_for_is_refused(workshop: Matchmaker) -> None:
    for asked in ({"within_km": 3}, {"near": "Atlantis", "within_km": 3}, {"text": "a " * 9}):
        with pytest.raises(InvalidInput):
            found(workshop, **asked)


def test_a_search_is_kept_under_a_name_by_its_account(workshop: Matchmaker) -> None:
    asked = ProfileSearch(text="svejs", standings=(Standing.LIVE,), untouched_days=30)
    kept = workshop.desk.save_filter(" My  filter ", asked, by=WHO)
    (read,) = workshop.desk.saved_filters(WHO)
    assert (read.name, ProfileSearch.from_json(read.search)) == ("My filter", asked)
    assert workshop.desk.saved_filters(None) == []
    with pytest.raises(Duplicate):
        workshop.desk.save_filter("My filter", asked, by=WHO)
    with pytest.raises(InvalidInput):
        workshop.desk.save_filter(" ", asked, by=WHO)
    with pytest.raises(NotFound):
        workshop.desk.drop_filter(kept.id, by=uuid4())
    workshop.desk.drop_filter(kept.id, by=WHO)
    assert workshop.desk.saved_filters(WHO) == []
