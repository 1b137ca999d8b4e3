"""Every page through axe in both languages: a new page that is not in the table fails.

``PAGES`` says how each page is reached: its address with names of things in it (see ``Things``),
and who looks at it. Danish readers have a wide, light screen here, English ones a small, dark one.
States of a page that no address shows (a refused form, a preview) are in the other modules.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api.app import create_app
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Claim, ImportFormat, MailTemplate, ProfileKind, Role
from matchmaker.storage.database import Sessions
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import violations
from tests.factories import an_expert
from tests.pages.conftest import WELDING
from tests.people import last_path, mails, somebody
from tests.services.import_files import write

NOBODY, OWNER, STAFF, ADMINISTRATOR = "nobody", "owner", "staff", "administrator"

#: Endpoint -> address and who looks at it.
PAGES: dict[str, tuple[str, str]] = {
    "home.page": ("/", NOBODY),
    "about.page": ("/about", NOBODY),
    "exposure_pages.page": ("/exposure", NOBODY),
    "profile_pages.browse": ("/profiles", NOBODY),
    "profile_pages.page": ("/profiles/{expert}", NOBODY),
    "profile_pages.challenges": ("/profiles/{expert}/challenges", NOBODY),
    "challenge_pages.page": ("/challenges/{challenge}", NOBODY),
    "challenge_pages.similar": ("/challenges/{challenge}/similar", NOBODY),
    "challenge_pages.revise_form": ("/challenges/{challenge}/revise", NOBODY),
    "challenge_pages.withdraw_form": ("/challenges/{challenge}/withdraw", NOBODY),
    "code_pages.page": ("/codes/municipalities?q=her", NOBODY),
    "export_pages.page": ("/export", NOBODY),
    "reference.docs": ("/api/docs", NOBODY),
    "reference.problems": ("/problems/", NOBODY),
    "reference.problem": ("/problems/validation", NOBODY),
    "sign_in.page": ("/sign-in", NOBODY),
    "sign_in.link": ("{sign_in_path}", NOBODY),
    "reset.page": ("/reset", NOBODY),
    "reset.form": ("{reset_path}", NOBODY),
    "claim_pages.page": ("{claim_path}", NOBODY),
    "reminder_pages.page": ("{reminder_path}", NOBODY),
    "unsubscribe_pages.unsubscribe_page": ("{unsubscribe_path}", NOBODY),
    "account_pages.page": ("/account", OWNER),
    "account_pages.totp": ("/account/second-factor", OWNER),
    "account_pages.email_form": ("{email_path}", OWNER),
    "own_pages.page": ("/my/profiles", OWNER),
    "desk_pages.page": ("/desk", STAFF),
    "desk_pages.one_queue": ("/desk/queues/stale", STAFF),
    "finding_pages.page": ("/desk/search?text=Page&kinds=expert", STAFF),
    "duplicate_pages.compare": ("/desk/duplicates/{expert}/{twin}", STAFF),
    "editing_pages.new": ("/desk/new/student", STAFF),
    "editing_pages.edit": ("/profiles/{expert}/edit", STAFF),
    "standing_pages.page": ("/profiles/{expert}/standing", STAFF),
    "people_pages.page": ("/profiles/{expert}/people", STAFF),
    "conflict_pages.page": ("/profiles/{expert}/conflicts?q=Page", STAFF),
    "standing_pages.erase_form": ("/profiles/{expert}/erase", STAFF),
    "standing_pages.history": ("/profiles/{expert}/history", STAFF),
    "import_pages.page": ("/imports", STAFF),
    "import_pages.form": ("/imports/new", STAFF),
    "import_pages.columns": ("/imports/{received}/columns", STAFF),
    "import_run_pages.page": ("/imports/{planned}", STAFF),
    "imported_people.page": ("/imports/people", STAFF),
    "admin.accounts": ("/admin/accounts", ADMINISTRATOR),
    "admin.account": ("/admin/accounts/{account}", ADMINISTRATOR),
    "admin.audit": ("/admin/audit", ADMINISTRATOR),
}

#: Endpoint of a GET that shows nobody a page of its own -> what it is.
NO_PAGES = {
    "static": "a file",
    "account_pages.totp_picture": "a picture",
    "admin.export": "a file",
    "export_pages.profiles": "a file",
    "introduction_pages.calendar": "a file",
    "placement_links.agreement": "a file",
    "programme_pages.as_document": "a file",
    "programme_pages.as_table": "a file",
    "shared_report_pages.as_document": "a file",
    "shared_report_pages.as_table": "a file",
    "placement_pages.agreement": "a file",
    "import_run_pages.refused_rows": "a file",
    "import_run_pages.progress": "a part of the page of an import",
    "import_run_pages.backlog": "a part of the page of an import",
    "round_pages.progress": "a part of the page of a round",
    "editing_pages.places": "options of a field",
    "editing_pages.organisations": "options of a field",
    "editing_pages.profiles": "options of a field",
    "provider_pages.away": "leads to a provider",
    "provider_pages.back": "leads on from a provider",
    "reference.root": "leads to the reference",
    "health.Alive": "for programs",
    "health.Ready": "for programs",
    "sign_in.code_form": "after a password only: tests/browser/test_account_keys.py",
}


#: Endpoint of a page that belongs to a longer way -> which module takes axe along it.
ON_A_WAY = {
    **dict.fromkeys(
        (
            *("draft_pages.own", "draft_pages.page", "keep_link_pages.page"),
            *("renewal_pages.renewal", "brief_pages.page", "thread_pages.page"),
            *("challenge_desk.page", "challenge_desk.queue"),
        ),
        "test_intake",
    ),
    **dict.fromkeys(
        (
            *("introduction_links.page", "introduction_pages.page", "introduction_pages.one"),
            *("introduction_desk.queue", "shortlist_pages.page"),
        ),
        "test_introductions",
    ),
    **dict.fromkeys(
        (
            *("collaboration_pages.page", "collaboration_pages.new", "collaboration_pages.one"),
            *("collaboration_pages.edit", "collaboration_pages.waiting"),
            *("collaboration_pages.reverse_form", "digest_pages.unsubscribe_page"),
            *("programme_pages.page", "programme_pages.one", "programme_pages.edit"),
            *("share_pages.page", "shared_report_pages.report"),
            "collaboration_pages.erase_words_form",
        ),
        "test_ledger",
    ),
    **dict.fromkeys(
        (
            *("placing_pages.page", "placing_pages.cohort", "round_pages.page"),
            "placing_pages.student",
            *("student_pages.page", "student_pages.seat", "student_pages.why"),
            *("hosting_pages.page", "hosting_pages.position", "placement_pages.placement"),
        ),
        "test_placing",
    ),
    **dict.fromkeys(
        ("student_file_pages.form", "student_file_pages.invitations"), "test_student_files"
    ),
    **dict.fromkeys(
        (
            *("placement_links.page", "placement_links.check_page"),
            *("placement_links.evaluation_page", "placing_work_pages.page"),
            *("contest_pages.page", "contest_pages.one", "contest_pages.result_form"),
            *("contest_pages.order_form", "contest_pages.ranking_form"),
        ),
        "test_placement_links",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Things:
    """What addresses name."""

    expert: UUID
    twin: UUID
    challenge: UUID
    account: UUID
    received: UUID
    planned: UUID
    sign_in_path: str
    reset_path: str
    claim_path: str
    reminder_path: str
    unsubscribe_path: str
    email_path: str


@pytest.fixture(scope="module")
def people(service: Matchmaker) -> dict[str, Account]:
    """Somebody for each column of the table."""
    return {
        STAFF: somebody(service, Role.STAFF, "walker-staff"),
        ADMINISTRATOR: somebody(service, Role.ADMINISTRATOR, "walker-administrator"),
        OWNER: somebody(service, Role.PARTNER, "walker-owner"),
    }


@pytest.fixture(scope="module")
def things(
    service: Matchmaker, people: dict[str, Account], tmp_path_factory: pytest.TempPathFactory
) -> Things:
    """One of everything that a page is about."""
    # Stale, but after the profiles of other tests in that queue.
    long_ago = datetime.now(UTC) - timedelta(days=500)
    expert, twin, owned = (
        an_expert(f"Page {name}", evidence=("Welding.", "A case."), updated_at=long_ago)
        for name in ("Berg", "Berg", "Lund")
    )
    service.profiles.register_all([expert, twin, owned])
    with Sessions(service.engine).writing() as session:
        session.add(Claim(profile_id=owned.id, account_id=people[OWNER].id, claimed_at=long_ago))
    service.curation.revise(
        expert.id, expected_revision=1, by=people[STAFF].id, fields={"summary": "Welds frames."}
    )
    challenge = service.challenges.submit(text=WELDING, title="Cracks")
    service.matchmaking.run(challenge.id)
    newcomer = service.accounts.create(email="walker-new@example.dk", role=Role.FIRM)
    reset_path = service.accounts.reset_path(people[OWNER].email)
    service.belonging.invite(expert.id, "walker-invited@example.dk", by=people[STAFF].id)
    claim_path = last_path(service, to="walker-invited@example.dk")
    service.own_account.request_email(people[OWNER].id, "walker-other@example.dk")
    email_path = last_path(service, to="walker-other@example.dk")
    service.reminders.ask()
    (*_, mail) = (one for one in mails(service) if one.template == MailTemplate.CONFIRM_PROFILE)
    table = write(
        tmp_path_factory.mktemp("walker"), "people.csv", "Navn;Sprog;Resume\nAne Holm;da;Svejser\n"
    )
    return Things(
        expert=expert.id,
        twin=twin.id,
        challenge=challenge.id,
        account=people[OWNER].id,
        received=_received(service, table),
        planned=service.imports.preview(table, format=ImportFormat.CSV, kind=ProfileKind.EXPERT).id,
        sign_in_path=str(newcomer.path),
        reset_path=reset_path,
        claim_path=claim_path,
        reminder_path=str(mail.values["path"]),
        unsubscribe_path=str(mail.values["unsubscribe_path"]),
        email_path=email_path,
    )


def _received(service: Matchmaker, table: Path) -> UUID:
    with table.open("rb") as file:
        return service.import_jobs.receive(
            uuid4(), file, file_name="people.csv", format=ImportFormat.CSV, kind=ProfileKind.EXPERT
        ).id


def test_every_page_is_in_the_table(service: Matchmaker) -> None:
    shown = {
        rule.endpoint
        for rule in create_app(service.settings, service).url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/v1/")
    }

    tables = (PAGES, NO_PAGES, ON_A_WAY)
    assert shown == set().union(*tables), "say in PAGES how each page is reached"
    assert len(shown) == sum(map(len, tables)), "each page is in one table"
    here = Path(__file__).parent
    assert all("violations(" in (here / f"{one}.py").read_text() for one in ON_A_WAY.values())


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("da", 1280, "light"), ("en", 390, "dark")]
)
def test_axe_finds_nothing_on_any_page(
    browser: Browser,
    service: Matchmaker,
    people: dict[str, Account],
    things: Things,
    language: str,
    width: int,
    scheme: str,
) -> None:
    names = {one.name: getattr(things, one.name) for one in fields(things)}
    browser.scheme(scheme)
    wrong = []
    for endpoint, (address, who) in sorted(PAGES.items(), key=lambda page: page[1][1]):
        browser.become(people.get(who))
        where = address.format(**names)
        browser.room(width)
        browser.visit(f"{where}{'&' if '?' in where else '?'}lang={language}")
        browser.driver.execute_script(
            "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
        )
        told = browser.driver.execute_script("return document.documentElement.lang")
        if told != language and endpoint not in _IN_ENGLISH:
            wrong.append((endpoint, f"is in {told}"))
        wrong += [(endpoint, found) for found in violations(browser)]
        browser.room(320, 640)
        if browser.driver.execute_script("return document.documentElement.scrollWidth") > 320:
            wrong.append((endpoint, "is scrolled sideways at 320 pixels"))

    assert wrong == []


#: For those who write programs.
_IN_ENGLISH = {"reference.docs", "reference.problems", "reference.problem"}
