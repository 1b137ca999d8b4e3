"""The schema is made by migrations, and they say what the models say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from api.cli.demonstration import read
from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import (
    Account,
    ApiToken,
    AuditAction,
    AuditEntry,
    Base,
    BulkChange,
    Claim,
    DeclaredConflict,
    Delegation,
    DuplicatePair,
    EndedSession,
    ExternalIdentity,
    LinkPurpose,
    MailLink,
    MatchDecision,
    MatchState,
    Membership,
    OutcomeKind,
    ProfileKind,
    Role,
    Side,
    ThreadMessage,
    ToldChallenge,
    ToldList,
    ToldMatch,
)
from matchmaker.models.profile_search import ProfileSearch
from matchmaker.services.audit import AuditFilter
from matchmaker.services.mailing import queue
from matchmaker.storage.database import (
    MIGRATIONS,
    Sessions,
    current_revision,
    downgrade,
    is_current,
    upgrade,
)
from tests.conftest import DEMONSTRATION
from tests.databases import SQLITE, only_sqlite
from tests.factories import NOW, a_mail, a_workshop, an_introduction
from tests.services.import_files import write_lines
from tests.services.placing import a_small_round, asked_halfway, completed
from tests.together import together


def rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def fill_accounts(service: Matchmaker) -> None:
    """Put a row into every table of accounts, credentials and the audit log."""
    profile_id = service.profiles.page().items[0].id
    account = Account(email="ida@example.dk", role=Role.FIRM, created_at=NOW)
    of_account = {"account_id": account.id}
    with Sessions(service.engine).writing() as session:
        session.add(account)
        session.flush()
        session.add_all(
            [
                Membership(organisation_id=profile_id, since=NOW, **of_account),
                Claim(profile_id=profile_id, claimed_at=NOW, **of_account),
                Delegation(profile_id=profile_id, since=NOW, **of_account),
                MailLink(
                    fingerprint="a",
                    purpose=LinkPurpose.SIGN_IN,
                    email=account.email,
                    created_at=NOW,
                    expires_at=NOW,
                ),
                ApiToken(
                    name="a",
                    fingerprint="a",
                    scopes=[],
                    created_at=NOW,
                    expires_at=NOW,
                    **of_account,
                ),
                ExternalIdentity(issuer="a", subject="a", linked_at=NOW, **of_account),
                EndedSession(session_id=account.id, ended_at=NOW),
                AuditEntry(
                    at=NOW,
                    action=AuditAction.CREATE,
                    subject_kind="account",
                    subject_id=account.id,
                ),
            ]
        )


def fill_curation(service: Matchmaker) -> None:
    """Put a row into every table of the desk."""
    ids = [profile.id for profile in service.profiles.page().items[:2]]
    service.desk.save_filter("Mine", ProfileSearch(), by=None)
    service.bulk.apply(BulkChange.ADD_FIELD, ids, {"field": "welding"}, by=None)
    first, second = sorted(ids)
    with Sessions(service.engine).writing() as session:
        session.add(
            DuplicatePair(
                profile_id=first, other_id=second, score=1.0, reasons=["name"], found_at=NOW
            )
        )


def fill_introductions(service: Matchmaker, challenge_id: UUID) -> None:
    """Put a row into every table of decisions and introductions."""
    first, second = [profile.id for profile in service.profiles.page().items[:2]]
    with Sessions(service.engine).writing() as session:
        session.add_all(
            [
                an_introduction(challenge_id=challenge_id, profile_id=first),
                MatchDecision(
                    challenge_id=challenge_id,
                    profile_id=first,
                    state=MatchState.SHORTLISTED,
                    decided_at=NOW,
                ),
                DeclaredConflict(profile_id=first, other_id=second, declared_at=NOW),
                ToldChallenge(
                    account_id=session.scalars(select(Account.id)).one(),
                    challenge_id=challenge_id,
                    told_at=NOW,
                ),
                ToldList(
                    account_id=session.scalars(select(Account.id)).one(),
                    challenge_id=challenge_id,
                    told_at=NOW,
                ),
                ToldMatch(
                    account_id=session.scalars(select(Account.id)).one(),
                    challenge_id=challenge_id,
                    profile_id=first,
                    told_at=NOW,
                ),
            ]
        )


def fill_placing(service: Matchmaker) -> None:
    """Put a row into every table of cohorts, rounds and placements."""
    campus, round_id = a_small_round(service)
    student, other, _ = campus.students.values()
    welding = campus.positions["Welding"]
    service.cohorts.add_supervisor(
        campus.cohort, name="E", email="e@example.dk", capacity=3, by=None
    )
    service.wishes.mark(campus.cohort, student, welding, on=True)
    service.cohorts.forbid(campus.cohort, other, welding, reason="r", by=None)
    service.cohorts.propose(campus.cohort, by=None)
    service.wishes.rank_students(welding, {student: 1}, by=None)
    service.assignment.lock(round_id, student, welding, reason="r", by=None)
    service.round_jobs.start(round_id, by=None)
    assert service.round_jobs.worker.wait()
    answer = service.assignment.view(round_id).answers[Method.STABLE]
    placement, *_ = service.assignment.publish(round_id, answer.answer_id, by=None)
    asked_halfway(service, placement.id)
    completed(service, placement.id)
    service.contests.contest_order(campus.cohort, student, welding, "Why?", by=None)


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_migrations_are_numbered_without_a_gap_and_follow_each_other() -> None:
    scripts = list(reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())))
    assert [script.revision for script in scripts] == [
        f"{number:04}" for number in range(1, len(scripts) + 1)
    ]
    for before, script in zip([None, *scripts], scripts, strict=False):
        assert script.down_revision == (before.revision if before else None)
        assert re.fullmatch(rf"{script.revision}_[a-z0-9_]+\.py", script.path.rsplit("/", 1)[-1])
        assert script.doc


def test_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        # PostgreSQL can't compare two JSON values, which the comparison of defaults would.
        defaults = engine.dialect.name == SQLITE
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": defaults}
        )
        # One index is only for SQLite; Alembic does not look at what a dialect has no use for.
        other = {"ix_profiles_listed"} if engine.dialect.name != SQLITE else set()
        found = compare_metadata(context, Base.metadata)
        assert [one for one in found if getattr(one[1], "name", None) not in other] == []


@only_sqlite
def test_ids_of_passages_and_positions_of_the_log_are_never_given_twice(engine: Engine) -> None:
    with engine.connect() as connection:
        made = dict(
            connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            ).all()
        )
    assert "AUTOINCREMENT" in made["passages"]
    assert "AUTOINCREMENT" in made["index_changes"]


def test_down_and_up_again_with_data_in_every_table(workshop: Matchmaker, tmp_path: Path) -> None:
    engine = workshop.engine
    workshop.profiles.register_all([a_workshop()[0]])  # Ida Berg, registered twice
    challenge = workshop.challenges.submit(
        text="Our welded aluminium frames have cracks. We need testing of welded joints with "
        "ultrasound and radiography. Robot welding of small series is planned."
    )
    workshop.matchmaking.run(challenge.id)
    fill_accounts(workshop)
    fill_curation(workshop)
    fill_introductions(workshop, challenge.id)
    fill_placing(workshop)
    with Sessions(engine).writing() as session:
        queue(session, a_mail(), at=NOW)
        session.add(
            ThreadMessage(challenge_id=challenge.id, side=Side.STAFF, text="?", written_at=NOW)
        )
    imported = {"kind": "expert", "name": "Åse", "language": "da", "local": "7"}
    workshop.imports.apply(
        workshop.imports.preview(write_lines(tmp_path, "a.jsonl", [imported])).id
    )
    workshop.imports.save_mapping("M", kind=ProfileKind.EXPERT, columns={"Navn": "name"})
    workshop.answers.begin("anything", "key", b"")
    workshop.demonstration().load(read(DEMONSTRATION))  # the ledger and what leads to it
    (programme, *_) = workshop.programmes.all()
    workshop.report_shares.create(programme.id, name="Region", by=None)
    before = rows(engine)
    assert [name for name, number in before.items() if not number] == []
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    assert current_revision(engine) is None
    upgrade(engine)
    assert not any(rows(engine).values())
    workshop.profiles.register_all([*a_workshop(), a_workshop()[0]])
    assert rows(engine)["profiles"] == len(a_workshop()) + 1


def test_what_the_log_says_of_a_profile_is_sealed_and_opened_again(workshop: Matchmaker) -> None:
    known, erased = (one.id for one in workshop.profiles.page().items[:2])
    about = {"bulk_action": str(known), "standing": "live"}
    lines = [
        {"profile": known.hex, "kind": "profile", "after": {**about, "title": "Welder"}},
        {"profile": erased.hex, "kind": "profile", "after": {"title": "Turner"}},
        {"profile": known.hex, "kind": "account", "after": {"role": "staff"}},
    ]
    workshop.profiles.erase(erased)
    before_sealing = str(ScriptDirectory(str(MIGRATIONS)).get_revision("0014").down_revision)
    downgrade(workshop.engine, before_sealing)
    with workshop.engine.begin() as connection:
        for line in lines:
            connection.execute(
                text(
                    "INSERT INTO audit_entries (at, action, subject_kind, subject_id, after) "
                    "VALUES ('2026-11-22 00:00:00', 'revise', :kind, :profile, :after)"
                ),
                {**line, "after": json.dumps(line["after"])},
            )

    def told() -> list[str]:
        query = "SELECT CAST(after AS text) FROM audit_entries WHERE action = 'revise' ORDER BY id"
        with workshop.engine.connect() as connection:
            return list(connection.scalars(text(query)))

    upgrade(workshop.engine)
    assert not any("Welder" in one or "Turner" in one for one in told())
    (row,) = workshop.audit.page(AuditFilter(subject_id=known, subject_kind="profile")).items
    assert row.entry.after == {**about, "title": "Welder"}
    with workshop.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE audit_entries SET after = NULL"))

    downgrade(workshop.engine, before_sealing)
    assert [json.loads(one) for one in told()] == [
        {**about, "title": "Welder"},
        {"title": {"erased": True}},
        {"role": "staff"},
    ]


def test_the_words_of_the_ledger_are_sealed_and_opened_again(workshop: Matchmaker) -> None:
    begun = together(workshop)
    outcomes = workshop.outcomes
    lines = [
        outcomes.record(
            begun.id, by=None, kind=OutcomeKind.JOB, on_day=NOW.date(), quantity=1, evidence=words
        ).outcome
        for words in ("Contract seen", "Names somebody", "")
    ]
    outcomes.reverse(lines[0].id, by=None, reason="Counted twice")
    outcomes.erase_words(lines[1].id, by=None)
    script = ScriptDirectory(str(MIGRATIONS)).get_revision("0017")

    def told() -> list[tuple[str, str]]:
        query = text("SELECT evidence, reason FROM outcomes ORDER BY number")
        with workshop.engine.connect() as connection:
            return [(evidence, reason) for evidence, reason in connection.execute(query)]

    downgrade(workshop.engine, str(script.down_revision))
    assert told() == [("Contract seen", ""), ("", ""), ("", ""), ("", "Counted twice")]
    upgrade(workshop.engine)
    assert not any("Con" in one or "Cou" in other for one, other in told())
    found = [one.words for one in outcomes.ledger(begun.id)]
    assert [(one.evidence, one.reason) for one in found] == [
        ("Contract seen", ""),
        ("", ""),
        ("", ""),
        ("", "Counted twice"),
    ]
    with workshop.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE outcomes SET evidence = ''"))


def test_upgrading_twice_changes_nothing(workshop: Matchmaker) -> None:
    before = rows(workshop.engine)
    upgrade(workshop.engine)
    assert rows(workshop.engine) == before
    assert is_current(workshop.engine)


def test_an_empty_database_is_not_current(engine: Engine) -> None:
    downgrade(engine, "base")
    assert not is_current(engine)
    upgrade(engine)
    assert is_current(engine)
    with Sessions(engine).reading() as session:
        assert (
            session.scalar(select(func.count()).select_from(Base.metadata.tables["profiles"])) == 0
        )
