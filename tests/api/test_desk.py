"""How far the index is, and having it brought up to date, by programs of staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role, Scope
from matchmaker.storage.database import Sessions
from tests.factories import an_expert
from tests.people import somebody, token_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_what_waits_for_the_index_is_counted_and_indexed(
    client: FlaskClient, workshop: Matchmaker
) -> None:
    staff = token_of(workshop, somebody(workshop, Role.STAFF))
    with Sessions(workshop.engine).writing() as session:
        session.add(an_expert("Written past the service"))
    waiting = client.get("/api/v1/index", headers=staff).get_json()
    assert (waiting["waiting"], waiting["at_work"]) == (1, False)
    assert waiting["oldest_waiting"] is not None

    assert client.post("/api/v1/index", headers=staff).status_code == 202
    assert workshop.import_jobs.worker.wait()
    done = client.get("/api/v1/index", headers=staff).get_json()
    assert done == {"waiting": 0, "oldest_waiting": None, "at_work": False}


def test_who_only_reads_has_nothing_indexed(client: FlaskClient, workshop: Matchmaker) -> None:
    reader = token_of(workshop, somebody(workshop, Role.STAFF), scopes=(Scope.READ,))
    assert client.get("/api/v1/index", headers=reader).status_code == 200
    assert client.post("/api/v1/index", headers=reader).status_code == 403
    firm = token_of(workshop, somebody(workshop, Role.FIRM, "firm"))
    assert client.get("/api/v1/index", headers=firm).status_code == 403
