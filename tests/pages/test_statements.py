"""What a list costs does not grow with the rows that it shows: statements are counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import (
    Account,
    AuditAction,
    AuditEntry,
    Claim,
    DuplicatePair,
    ImportFormat,
    ImportRow,
    ImportRun,
    ImportState,
    Profile,
    Role,
    RowOutcome,
    Standing,
)
from matchmaker.models.profile_search import ProfileSearch
from matchmaker.storage.database import Sessions
from tests.factories import NOW, a_student, an_activity, an_expert, an_organisation
from tests.people import sign_in, somebody, token_of

FEW, MANY = 5, 50
#: Every address that shows a list of what is stored; {limit} where it says how long it is.
LISTS = (
    "/profiles?limit={limit}",
    "/profiles?limit={limit}&text=listed",
    "/desk",
    "/desk/queues/stale?limit={limit}",
    "/desk/queues/thin?limit={limit}",
    "/desk/queues/unclaimed?limit={limit}",
    "/desk/queues/imported?limit={limit}",
    "/desk/queues/duplicates?limit={limit}",
    "/desk/queues/waiting?limit={limit}",
    "/desk/queues/failed-imports?limit={limit}",
    "/desk/search?limit={limit}",
    "/my/profiles",
    "/imports",
    "/imports/people",
    "/imports/{run}?outcome=refused",
    "/profiles/{first}/history",
    "/admin/accounts",
    "/admin/audit",
    "/exposure",
    "/options/organisations?parent_id=listed",
    "/options/profiles?profile=listed",
    "/api/v1/profiles?limit={limit}",
    "/api/v1/profiles?limit={limit}&sort=-updated_at&fields=name",
    "/api/v1/experts?limit={limit}",
    "/api/v1/organisations?limit={limit}",
    "/api/v1/students?limit={limit}",
    "/api/v1/activities?limit={limit}",
    "/api/v1/desk",
    "/api/v1/desk/unclaimed?limit={limit}",
    "/api/v1/duplicates?limit={limit}",
    "/api/v1/profile-search?limit={limit}",
    "/api/v1/saved-filters",
    "/api/v1/imports?limit={limit}",
    "/api/v1/imports/{run}/rows?limit={limit}",
    "/api/v1/profiles/{first}/history",
    "/api/v1/accounts?limit={limit}",
    "/api/v1/audit?limit={limit}",
    "/api/v1/exposure",
    "/api/v1/exports/profiles?format=jsonl",
)


@contextmanager
def counted(service: Matchmaker) -> Iterator[list[str]]:
    """Collect the statements that go to the database meanwhile."""
    statements: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(service.engine, "before_cursor_execute", keep)
    yield statements
    event.remove(service.engine, "before_cursor_execute", keep)


def grow(service: Matchmaker, me: Account, run: ImportRun, first: Profile, number: int) -> None:
    """Store so many more of everything that a list shows."""
    made: list[Profile] = []
    for place in range(number):
        name = f"Listed {uuid4().hex[:6]}"
        made += [
            an_expert(name, evidence=("Short.",), updated_at=NOW - timedelta(days=900 + place)),
            an_organisation(name),
            a_student(name),
            an_activity(name),
            an_expert(f"{name} from a file", standing=Standing.IMPORTED),
        ]
    service.profiles.register_all(made)
    waiting = made[::5]
    with Sessions(service.engine).writing() as session:
        for place, profile in enumerate(waiting):
            pair = sorted((profile.id, made[5 * place + 1].id))
            session.add_all(
                [
                    Claim(account_id=me.id, profile_id=made[5 * place + 2].id, claimed_at=NOW),
                    DuplicatePair(
                        profile_id=pair[0],
                        other_id=pair[1],
                        score=0.9,
                        reasons=["name"],
                        found_at=NOW,
                    ),
                    ImportRow(
                        run_id=run.id,
                        number=_next(),
                        outcome=RowOutcome.REFUSED,
                        problems=[{"column": "Navn", "reason": "Give a name."}],
                    ),
                    ImportRun(
                        file_name="failed.csv",
                        file_sha256="0" * 64,
                        format=ImportFormat.CSV,
                        state=ImportState.FAILED,
                        created_at=NOW,
                        updated_at=NOW,
                    ),
                    Account(email=f"{uuid4().hex}@example.dk", role=Role.FIRM, created_at=NOW),
                    AuditEntry(
                        at=NOW,
                        account_id=me.id,
                        action=AuditAction.REVISE,
                        subject_kind="profile",
                        subject_id=profile.id,
                    ),
                ]
            )
    for _ in waiting:
        revision = service.curation.read(first.id).revision
        words = {"title": uuid4().hex}
        service.curation.revise(first.id, expected_revision=revision, by=me.id, fields=words)
        service.desk.save_filter(uuid4().hex, ProfileSearch(text="x"), by=me.id)


_numbers = iter(range(1, 1_000))


def _next() -> int:
    return next(_numbers)


@pytest.fixture
def me(matchmaker: Matchmaker) -> Account:
    return somebody(matchmaker, Role.ADMINISTRATOR, "lister")


def test_no_list_asks_more_often_for_more_rows(matchmaker: Matchmaker, me: Account) -> None:
    from api.app import create_app

    app = create_app(settings=matchmaker.settings, matchmaker=matchmaker)
    app.testing = True
    client: FlaskClient = app.test_client()
    sign_in(client, me)
    token = token_of(matchmaker, me)
    first = an_expert("First")
    matchmaker.profiles.register_all([first])
    run = ImportRun(
        file_name="a.csv",
        file_sha256="0" * 64,
        format=ImportFormat.CSV,
        state=ImportState.PLANNED,
        created_at=NOW,
        updated_at=NOW,
    )
    with Sessions(matchmaker.engine).writing() as session:
        session.add(run)

    def ask(limit: int) -> dict[str, tuple[int, int]]:
        found = {}
        for address in LISTS:
            where = address.format(limit=limit, run=run.id, first=first.id)
            headers = token if where.startswith("/api/") else {"Accept-Language": "da"}
            client.get(where, headers=headers)
            with counted(matchmaker) as statements:
                response = client.get(where, headers=headers)
                size = len(response.get_data())
            assert response.status_code == 200, where
            found[address] = (len(statements), size)
        return found

    grow(matchmaker, me, run, first, FEW)
    few = ask(FEW)
    grow(matchmaker, me, run, first, MANY - FEW)
    many = ask(MANY)

    grown = {
        address: (few[address][0], many[address][0])
        for address in LISTS
        if many[address][0] > few[address][0]
    }
    assert grown == {}, "statements with 5 rows, and with 50"
    longer = [address for address in LISTS if many[address][1] > few[address][1]]
    assert len(longer) >= len(LISTS) - 6, "the lists did grow"
