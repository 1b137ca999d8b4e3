"""Modules stay small enough to be read at once."""

from __future__ import annotations

from tests.architecture.repository import texts

SOFT, HARD = 300, 500
#: Longer than the soft limit -> why that is better than two modules.
LONG = {
    "api/openapi.py": "how the reference is described, part after part",
    "matchmaker/models/placement.py": "rounds and placements: their states and their tables",
    "matchmaker/services/contests.py": "every deed of a contest, most of it docstrings",
    "tests/api/test_reference.py": "one page, and what its lines need to work",
    "tests/unit/models/test_actions.py": "one table of who may do what, and its exceptions",
    "api/schemas/round.py": "one shape after the other of one subject",
    "tests/pages/test_placing.py": "one round on its pages, told by each who has a part in it",
    "tests/storage/test_migrations.py": "every table down and up again, with something in each",
    "api/auth.py": "one subject: who is asking, and whether they may",
    "embeddings/indexes/pgvector.py": "one index: its tables, its changes and its search",
    "matchmaker/bootstrap.py": "the one place that puts concrete parts together",
    "tests/services/test_introduction_histories.py": "one machine and what it promises",
    "tests/services/test_shortlist.py": "one subject: who is kept, and who is spared",
    "matchmaker/models/introduction.py": "one entity, its states and its table",
    "matchmaker/services/shortlist.py": "every decision about partners, most of it docstrings",
    "matchmaker/services/introductions.py": "every deed of an introduction, most of it docstrings",
    "matchmaker/models/actions.py": "the one place that says who may do what",
    "api/pages/collaborations.py": "one subject: a collaboration and the lines of its ledger",
    "matchmaker/models/report.py": "the arithmetic of one report, figure after figure",
    "matchmaker/storage/reports.py": "one statement for each table of a report",
    "matchmaker/services/programmes.py": "programmes, their targets and what is checked in both",
    "matchmaker/services/outcomes.py": "one ledger: written, confirmed, taken off, read",
    "matchmaker/services/collaborations.py": "one service: begun, changed, ended, listed",
    "tests/services/test_outcomes.py": "one subject: what a ledger takes, and what it refuses",
    "api/pages/labels.py": "one table: the words of every member of every enum",
    "api/pages/placing.py": "one address after the other of one subject, three lines each",
    "matchmaker/services/assignment.py": "every deed of a round, most of it docstrings",
    "matchmaker/services/cohorts.py": "every deed before a round, most of it docstrings",
    "matchmaker/storage/cohorts.py": "one statement after the other of one subject",
    "matchmaker/services/cohort_reading.py": "what coordinators read, one list after the other",
    "matchmaker/services/wishes.py": "both sides of a placement, most of it docstrings",
    "matchmaker/storage/migrations/versions/0013_students_are_placed.py": "every table, both ways",
    "tests/services/test_assignment.py": "one service: a round and what goes wrong on its way",
    "tests/unit/matching/assignment/test_stable.py": "one method and all that it promises",
    "api/schemas/position.py": "one shape after the other of one subject",
    "api/cli/bench.py": "one measurement, from an empty folder to a document",
    "api/schemas/desk.py": "one shape after the other of one subject",
    "tests/api/test_curation.py": "one subject: who writes profiles, and who must not",
    "benchmarks/pages.py": "one list of addresses, and what has to be stored for them",
    "api/cli/commands.py": "one command after the other, each told by its own help",
    "api/resources/editing.py": "one address after the other of one subject, three lines each",
    "api/problems.py": "one table of all refusals, most of it sentences",
    "matchmaker/services/accounts.py": "every deed of administrators, most of it docstrings",
    "matchmaker/services/benchmarking.py": "measurements that share one set of texts and clocks",
    "matchmaker/services/indexing.py": "the sync model is one argument: sync, rebuild, check",
    "matchmaker/services/exchange/fields.py": "one table: every field, and how it is read",
    "matchmaker/services/exchange/records.py": "one shape: read, checked, kept, made a profile",
    "matchmaker/services/exchange/registers.py": "one function for each public format",
    "matchmaker/services/curation.py": "every deed of owners and staff, most of it docstrings",
    "matchmaker/services/profiles.py": "register, read, erase: what the rules of families need",
    "matchmaker/services/importing.py": "one path: preview, plan, apply, with its lists",
    "matchmaker/matching/lexical.py": "one index: its postings, their changes and its scores",
    "matchmaker/storage/desk.py": "every queue and the search, read from their own indexes",
    "matchmaker/storage/eligibility.py": "every hard rule and the statements that ask for them",
    "matchmaker/services/replica.py": "how one copy is kept true: load, catch up, leave out",
    "matchmaker/services/set_evaluation.py": "one path: questions, everybody, measures",
    "matchmaker/services/search.py": "the path of one ranking, from question to reasons",
    "matchmaker/storage/migrations/versions/0001_first_tables.py": "every table, both ways",
    "tests/architecture/route_roles.py": "one table of every route",
    "matchmaker/services/import_planning.py": "one path: a row, and what it does to what is stored",
    "matchmaker/services/access.py": "one question for each sort of thing, alike in form",
    "tests/pages/test_student_files.py": "one subject: whom a file of a university may touch",
    "tests/services/test_intake.py": "one path: from a draft to a challenge that is over",
    "tests/pages/test_result.py": "one page, told part after part",
    "api/schemas/intake.py": "one shape after the other of one subject",
    "tests/pages/test_accounts.py": "one subject, told page after page",
    "tests/services/test_sign_in.py": "one subject: what opens an account, and what does not",
    "tests/browser/test_journeys.py": "whole journeys, told one after the other",
    "tests/storage/test_eligibility.py": "one subject: who may be proposed, rule by rule",
    "tests/contracts/test_encoder_contract.py": "one suite that every encoder has to pass",
    "tests/contracts/test_index_contract.py": "one suite that every index has to pass",
    "tests/pages/test_provider.py": "one subject: who gets in by a provider, and who must not",
    "tests/services/test_directions.py": "one service: both questions, and who may see the answers",
    "tests/services/test_importing.py": "one service: from a file to stored profiles",
    "tests/services/test_voice.py": "one subject: where the second voice counts, and where not",
    "tests/services/test_indexing.py": "one subject: what may interrupt an indexer",
    "tests/services/test_matchmaking.py": "one service, from the text to the kept run and its replay",
    "tests/services/test_profiles.py": "one service: registering, families, reading, erasing",
    "tests/storage/test_index_tables.py": "one table after the other of one small protocol",
}


def _lengths() -> dict[str, int]:
    return {path.as_posix(): text.count("\n") for path, text in texts(".py")}


def test_no_module_is_longer_than_the_hard_limit() -> None:
    too_long = {path: lines for path, lines in _lengths().items() if lines > HARD}

    assert not too_long, f"split these modules (more than {HARD} lines): {too_long}"


def test_a_long_module_has_a_reason() -> None:
    unexplained = {
        path: lines for path, lines in _lengths().items() if lines > SOFT and path not in LONG
    }

    assert not unexplained, (
        f"more than {SOFT} lines: split {unexplained}, or write the reason into {__name__}.LONG"
    )


def test_every_reason_is_for_a_module_that_is_long() -> None:
    lengths = _lengths()

    idle = sorted(path for path in LONG if lengths.get(path, 0) <= SOFT)

    assert not idle, f"take {', '.join(idle)} out of {__name__}.LONG"
