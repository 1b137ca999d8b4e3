"""Rows in bulk: what goes to the driver column by column is what SQLAlchemy would have stored."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Evidence, Profile, ProfileKind
from matchmaker.services.exchange.records import Raw, read
from matchmaker.services.import_rows import insert_alone
from matchmaker.storage import bulk
from matchmaker.storage.database import Sessions
from tests.factories import NOW

VALUES: dict[str, Any] = {
    "name": "Ærø Svejs",
    "language": "da",
    "summary": "Svejser =1+1 'rør'",
    "organisation_type": "firm",
    "working_languages": ["da", "en"],
    "postcode": "5970",
    "field_visibility": {"website": "staff"},
    "website": "https://aeroe.example",
    "evidence": [{"text": "Har svejset rør.", "year": 2020}, {"text": "Måler revner."}],
}


def stored(matchmaker: Matchmaker, name: str) -> list[dict[str, Any]]:
    record = read(Raw(number=2, kind=ProfileKind.ORGANISATION, values={**VALUES, "name": name}))
    record = type(record)(**{**record.__dict__, "id": record.derived_id})
    sessions = Sessions(matchmaker.engine)
    with sessions.writing() as session:
        insert_alone(session, [record], NOW)
    own = {"id", "profile_id", "family_id", "name", "folded_name"}
    with sessions.reading() as session:
        rows = []
        for table, column in ((Profile, Profile.id), (Evidence, Evidence.profile_id)):
            query = select(table.__table__).where(column == record.id)
            found = session.execute(query).mappings()
            rows += [{k: v for k, v in row.items() if k not in own} for row in found]
    return rows


def test_both_ways_store_the_same(matchmaker: Matchmaker, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = stored(matchmaker, "Ærø Svejs")
    monkeypatch.setattr(bulk, "takes_rows", lambda *_: False)
    plain = stored(matchmaker, "Fyn Svejs")

    assert quick == plain
    assert len(quick) == 3
    assert quick[0]["updated_at"] == NOW
