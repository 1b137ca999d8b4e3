"""How long pages and lists take with many profiles, asked through the whole application.

    python -m benchmarks.pages --profiles 100000 --folder /some/empty/folder

Fills a new database as ``benchmarks/desk.py`` does, with accounts, imports and an audit log beside
the profiles, signs in as an administrator and asks each address some times over through the WSGI
application itself: routing, session, permissions, SQL, templates and JSON; no socket. Prints
p50 and p95 in milliseconds, of the clock and of the processor (what other processes of the machine
take is not in the second), and how many statements went to the database.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from uuid import UUID, uuid4

import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import event, select

from api.app import create_app
from benchmarks.desk import NOW, fill
from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.models import (
    Account,
    AuditAction,
    AuditEntry,
    DuplicatePair,
    ImportFormat,
    ImportRow,
    ImportRun,
    ImportState,
    Profile,
    ProfileKind,
    Role,
    RowOutcome,
    Scope,
    Standing,
    Visibility,
)
from matchmaker.storage import bulk, profiles
from matchmaker.storage.database import Sessions, upgrade

LIMIT_MS = 100
EMAIL = "administrator@example.dk"


@dataclass(frozen=True)
class Known:
    """Ids that addresses name."""

    expert: UUID
    pair: tuple[UUID, UUID]
    account: UUID
    run: UUID
    name: str


def main() -> None:
    """Fill what is empty, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--only", default="", help="part of the addresses to ask")
    arguments = parser.parse_args()
    settings = Settings(
        data_dir=arguments.folder,
        encoder="hashing:",
        index="exact:",
        indexing="off",
        secret="benchmark only",
        rate_limits="off",
    )
    service = build(settings, encoder=HashingEncoder(64))
    upgrade(service.engine)
    sessions = Sessions(service.engine)
    with sessions.reading() as session:
        stored = profiles.count(session)
    if stored < arguments.profiles:
        fill(sessions, arguments.profiles)
        fill_the_rest(service, sessions)
    known = known_of(sessions)
    app = create_app(matchmaker=service)
    app.testing = True
    client = app.test_client()
    sign_in(client, service, known.account)
    _, secret = service.tokens.create(known.account, name="benchmark", scopes=tuple(Scope))
    results = {}
    print(f"{'address':<64}{'p50':>8}{'p95':>8}{'p95 cpu':>9}{'statements':>12}")
    for address in addresses(known, client, secret):
        if arguments.only not in address:
            continue
        one = ask(client, service, address, secret, arguments.times)
        results[address.replace(str(known.expert), "ID")] = one
        print(
            f"{address[:62]:<64}{one['p50_ms']:>8}{one['p95_ms']:>8}{one['p95_cpu_ms']:>9}"
            f"{one['statements']:>12}{'' if one['p95_ms'] <= LIMIT_MS else '  over'}",
            flush=True,
        )
    over = sorted(name for name, one in results.items() if one["p95_ms"] > LIMIT_MS)
    print(json.dumps({"profiles": arguments.profiles, "over": over, "results": results}, indent=1))


def sign_in(client: FlaskClient, service: Matchmaker, account_id: UUID) -> None:
    """Give a browser the session of an account."""
    account = service.accounts.get(account_id)
    now = int(service.accounts.clock().timestamp())
    with client.session_transaction() as session:
        session.update(account=str(account.id), epoch=account.session_epoch, number=str(uuid4()))
        session["began"] = session["seen"] = now


def ask(
    client: FlaskClient, service: Matchmaker, address: str, secret: str, times: int
) -> dict[str, float]:
    """Ask an address so often, after two times that do not count."""
    headers = {"Accept-Language": "da"}
    if address.startswith("/api/"):
        headers["Authorization"] = f"Bearer {secret}"
    statements = 0

    def count(*_of: object) -> None:
        nonlocal statements
        statements += 1

    taken, worked = [], []
    for number in range(times + 2):
        if number == times + 1:
            event.listen(service.engine, "before_cursor_execute", count)
        working, start = process_time(), perf_counter()
        response = client.get(address, headers=headers)
        response.get_data()
        if number > 1:
            taken.append((perf_counter() - start) * 1000)
            worked.append((process_time() - working) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status}")
    event.remove(service.engine, "before_cursor_execute", count)
    middle, most = np.percentile(taken, [50, 95])
    return {
        "p50_ms": round(float(middle), 1),
        "p95_ms": round(float(most), 1),
        "p95_cpu_ms": round(float(np.percentile(worked, 95)), 1),
        "statements": statements,
    }


def known_of(sessions: Sessions) -> Known:
    """Return ids of things that are there."""
    with sessions.reading() as session:
        expert = session.scalars(
            select(Profile).where(
                Profile.kind == ProfileKind.EXPERT,
                Profile.standing == Standing.LIVE,
                Profile.visibility == Visibility.PUBLIC,
            )
        ).first()
        pair = session.scalars(select(DuplicatePair)).first()
        account = session.scalar(select(Account.id).where(Account.email == EMAIL))
        run = session.scalar(select(ImportRun.id))
    if expert is None or pair is None or account is None or run is None:
        raise SystemExit("The folder holds another database; name an empty one.")
    return Known(expert.id, (pair.profile_id, pair.other_id), account, run, expert.name)


def addresses(known: Known, client: FlaskClient, secret: str) -> list[str]:
    """Return what is asked: every list and its middle, every page of the desk, the editor."""
    middle = _middle(client, secret)
    part = known.name.split()[-1].lower()
    profile = f"/profiles/{known.expert}"
    return [
        "/",
        "/profiles",
        f"/profiles?text={part}",
        "/profiles?text=qqqq",
        "/profiles?partner_kind=hub",
        "/profiles?page=1000",
        profile,
        "/exposure",
        "/export",
        "/desk",
        *(
            f"/desk/queues/{queue}"
            for queue in (
                "stale",
                "thin",
                "unclaimed",
                "duplicates",
                "imported",
                "failed-imports",
                "waiting",
            )
        ),
        "/desk/search",
        "/desk/search?kinds=expert&near=Herning&within_km=30",
        f"/desk/search?text={part}",
        "/desk/search?text=qqqq",
        "/desk/search?order=-touched",
        f"/desk/duplicates/{known.pair[0]}/{known.pair[1]}",
        "/desk/new/expert",
        f"{profile}/edit",
        f"{profile}/history",
        f"{profile}/standing",
        "/my/profiles",
        "/imports",
        "/imports/people",
        f"/imports/{known.run}",
        "/admin/accounts",
        f"/admin/accounts/{known.account}",
        "/admin/audit",
        "/admin/audit?action=import",
        f"/options/organisations?q={part}",
        "/options/places?q=Her",
        "/api/v1/profiles",
        "/api/v1/profiles?limit=100",
        f"/api/v1/profiles?text={part}",
        "/api/v1/profiles?text=qqqq",
        "/api/v1/profiles?offset=40000",
        "/api/v1/experts",
        "/api/v1/organisations?partner_kind=institute",
        "/api/v1/students",
        "/api/v1/activities",
        f"/api/v1{profile}",
        f"/api/v1{profile}/history",
        "/api/v1/desk",
        "/api/v1/desk/stale?limit=100",
        "/api/v1/profile-search?limit=100",
        f"/api/v1/profile-search?limit=20&cursor={middle}",
        "/api/v1/duplicates",
        "/api/v1/imports",
        f"/api/v1/imports/{known.run}/rows?limit=100",
        "/api/v1/accounts",
        "/api/v1/audit?limit=100",
        "/api/v1/exposure",
        "/api/v1/saved-filters",
    ]


def _middle(client: FlaskClient, secret: str) -> str:
    """Return a cursor some pages into the search."""
    cursor = ""
    for _ in range(20):
        found = client.get(
            "/api/v1/profile-search",
            query_string={"limit": 100, **({"cursor": cursor} if cursor else {})},
            headers={"Authorization": f"Bearer {secret}"},
        )
        cursor = found.get_json()["next"]
        if cursor is None:
            return ""
    return str(cursor)


def fill_the_rest(service: Matchmaker, sessions: Sessions) -> None:
    """Write accounts, imports with their rows, and a line of the audit log for each profile."""
    service.accounts.create(email=EMAIL, role=Role.ADMINISTRATOR, name="Administrator")
    with sessions.writing() as session:
        for number in range(2_000):
            session.add(
                Account(
                    email=f"person{number}@example.dk",
                    name=f"Person {number}",
                    role=list(Role)[number % 4],
                    created_at=NOW - timedelta(days=number % 700),
                )
            )
        for number in range(300):
            run = ImportRun(
                id=uuid4(),
                file_name=f"file-{number}.csv",
                file_sha256=f"{number:064x}",
                format=ImportFormat.CSV,
                kind=ProfileKind.EXPERT,
                state=ImportState.FAILED if number % 10 == 0 else ImportState.DONE,
                created_at=NOW - timedelta(hours=number),
                updated_at=NOW,
            )
            session.add(run)
            session.flush()
            if number == 0:
                rows = (
                    {
                        "run_id": run.id,
                        "number": row,
                        "outcome": RowOutcome.REFUSED if row % 50 == 0 else RowOutcome.NEW,
                        "name": f"Row {row}",
                        "profile_id": None,
                        "changes": {},
                        "problems": [],
                    }
                    for row in range(1, 20_001)
                )
                bulk.insert_rows(session, ImportRow, rows)
        ids = list(session.scalars(select(Profile.id)))
        lines = (
            {
                "at": NOW - timedelta(seconds=number),
                "account_id": None,
                "action": AuditAction.IMPORT if number % 3 else AuditAction.REVISE,
                "subject_kind": "profile",
                "subject_id": one,
                "before": {"title": "Specialist"},
                "after": {"title": "Chief specialist"},
            }
            for number, one in enumerate(ids)
        )
        bulk.insert_rows(session, AuditEntry, lines)


if __name__ == "__main__":
    main()
