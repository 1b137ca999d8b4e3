"""Import and export in a real browser: axe on every page, and the whole way by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import ImportFormat, ImportRun, ProfileKind, Role
from matchmaker.models.profile_search import ProfileSearch
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import AXE, RUN
from tests.browser.test_journeys import tab_to
from tests.people import somebody
from tests.services.import_files import write

HEAD = "Medlemsnr;Navn;Sprog;Resume;Postnr;Hjemmeside\n"
PEOPLE = HEAD + "".join(
    f"{number};{name};da;Svejser og måler emner i aluminium;9220;{website}\n"
    for number, (name, website) in enumerate(
        [("Ane Holm", ""), ("Bo Lind", "https://bo.example"), ("Cilla Dam", "noweb")], start=1
    )
)


@pytest.fixture
def staff(browser: Browser, service: Matchmaker) -> Iterator[Browser]:
    """Somebody of the staff, signed in; their form has a journey and a limit of its own."""
    browser.become(somebody(service, Role.STAFF, f"staff-{uuid4().hex[:8]}"))
    yield browser
    browser.driver.delete_all_cookies()


def received(service: Matchmaker, folder: Path, text: str = PEOPLE) -> ImportRun:
    with write(folder, "people.csv", text).open("rb") as file:
        return service.import_jobs.receive(
            uuid4(),
            file,
            file_name="people.csv",
            format=ImportFormat.CSV,
            kind=ProfileKind.EXPERT,
        )


def looked_at(service: Matchmaker, folder: Path, text: str = PEOPLE) -> UUID:
    run_id = received(service, folder, text).id
    service.import_jobs.read(run_id)
    assert service.import_jobs.worker.wait()
    return run_id


def written(service: Matchmaker, folder: Path) -> UUID:
    run_id = looked_at(service, folder)
    service.import_jobs.apply(run_id, by=None)
    assert service.import_jobs.worker.wait()
    return run_id


def _list(service: Matchmaker, folder: Path) -> str:
    service.imports.save_mapping("Medlemmer", kind=ProfileKind.EXPERT, columns={"Navn": "name"})
    looked_at(service, folder)
    return "/imports"


def _refused(service: Matchmaker, folder: Path) -> str:
    return f"/imports/{looked_at(service, folder)}"


def _changed(service: Matchmaker, folder: Path) -> str:
    written(service, folder)
    run_id = looked_at(service, folder, PEOPLE.replace("Svejser og", "Fræser og"))
    return f"/imports/{run_id}?outcome=changed"


def _writing(service: Matchmaker, folder: Path) -> str:
    """A run that another process is at work on: this one only watches."""
    run_id = looked_at(service, folder, PEOPLE.replace("Ane", uuid4().hex).replace("\n1;", "\n91;"))
    worker = service.import_jobs.worker
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setattr(type(worker), "put", lambda *_: True)
        service.import_jobs.apply(run_id, by=None)
    return f"/imports/{run_id}"


def _done(service: Matchmaker, folder: Path) -> str:
    return f"/imports/{written(service, folder)}"


def _people(service: Matchmaker, folder: Path) -> str:
    written(service, folder)
    return "/imports/people"


PAGES: dict[str, Callable[[Matchmaker, Path], str]] = {
    "list": _list,
    "refused rows": _refused,
    "changed rows": _changed,
    "being written": _writing,
    "done": _done,
    "people": _people,
    "refused export": lambda _service, _folder: "/export/profiles?format=csv",
}


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_on_any_page_of_imports(
    staff: Browser, service: Matchmaker, tmp_path: Path, page: str, language: str
) -> None:
    if page == "refused export":
        staff.expected.add(422)
    address = PAGES[page](service, tmp_path)
    found: list[Any] = []
    for width, scheme in ((390, "dark"), (1280, "light")):
        staff.room(width)
        staff.scheme(scheme)
        staff.visit(f"{address}{'&' if '?' in address else '?'}lang={language}")
        staff.driver.execute_script(AXE)
        found += staff.driver.execute_async_script(RUN)
        wide = staff.driver.execute_script(
            "return document.documentElement.scrollWidth > innerWidth"
        )
        assert not wide, f"{address} is wider than {width}"

    assert found == []


def test_staff_import_and_export_with_the_keyboard_alone(
    staff: Browser, service: Matchmaker, tmp_path: Path
) -> None:
    name = f"Holm {uuid4().hex[:6]}"
    table = write(tmp_path, "people.csv", f"Navn;Sprog;Resume\n{name};da;Svejser rør\nBo;xyz;\n")
    staff.visit("/?lang=en")
    tab_to(staff, ".site-nav a[href='/imports']")
    staff.press(Keys.ENTER)
    staff.wait(lambda: staff.path == "/imports")
    tab_to(staff, "a[href='/imports/new']")
    staff.press(Keys.ENTER)
    staff.wait(lambda: staff.path == "/imports/new")
    tab_to(staff, "#file")
    staff.one("#file").send_keys(str(table))  # what the system's own dialogue would do
    tab_to(staff, "#kind")
    staff.press("Ex")
    tab_to(staff, "main form .button-main")
    staff.press(Keys.ENTER)

    staff.wait(lambda: staff.path.endswith("/columns"))
    assert staff.one("#column-0").get_attribute("value") == "name"
    tab_to(staff, "form[method=post].stack .button-main")
    staff.press(Keys.ENTER)

    # The page goes on by itself when the rows have been looked at.
    staff.wait(lambda: "1 row would be written" in staff.all(".notice h2"))
    assert staff.all("#rows ~ .tabs a")[-1] == "Refused 1"
    tab_to(staff, ".notice .button-main")
    staff.press(Keys.ENTER)
    staff.wait(lambda: "1 row is written" in staff.all(".notice h2"))
    tab_to(staff, "#backlog .button")
    staff.press(Keys.ENTER)
    staff.wait(lambda: "Every profile is indexed." in staff.all("#backlog p"))

    staff.visit("/imports/people")
    boxes = staff.all(".person strong")
    tab_to(staff, f".person:nth-child({boxes.index(name) + 1}) input[type=checkbox]")
    staff.press(Keys.SPACE)
    tab_to(staff, "#legal_basis")
    staff.press("Consent on paper")
    tab_to(staff, "main form .button-main")
    staff.press(Keys.ENTER)
    staff.wait(lambda: "1 person is confirmed" in staff.all(".notice h2"))
    assert service.profiles.page(text=name).total == 1

    tab_to(staff, ".site-footer a[href='/export']")
    staff.press(Keys.ENTER)
    staff.wait(lambda: staff.path == "/export")
    tab_to(staff, "#text")
    staff.press(name)
    tab_to(staff, "#format")
    staff.press("J")
    assert staff.one("#format").get_attribute("value") == "jsonl"
    fetched = staff.driver.execute_async_script(
        "const done = arguments[0]; const form = document.querySelector('main form');"
        "fetch(form.action + '?' + new URLSearchParams(new FormData(form)))"
        ".then((answer) => answer.text()).then(done);"
    )
    assert f'"name": "{name}"' in fetched


def point(staff: Browser, column: int, value: str) -> None:
    """Go through the fields that a column can stand for until one is chosen."""
    tab_to(staff, f"#column-{column}")
    staff.press(Keys.HOME)
    for _ in range(80):
        if staff.one(f"#column-{column}").get_attribute("value") == value:
            return
        staff.press(Keys.DOWN)
    message = f"column {column} can't be {value}"
    raise AssertionError(message)


def test_columns_are_named_anew_with_the_keyboard_alone_and_kept_for_the_next_file(
    staff: Browser, service: Matchmaker, tmp_path: Path
) -> None:
    name, kept = f"Dam {uuid4().hex[:6]}", f"Liste {uuid4().hex[:6]}"
    text = "Navn;Sprog;Resume;Hvad de kan\n{};da;Ring før kl. 10;Måler emner i {}\n"
    first = received(service, tmp_path, text.format(name, "aluminium")).id
    staff.visit(f"/imports/{first}/columns?lang=da")
    # The heading promises a summary; the next column has it.
    assert staff.one("#column-2").get_attribute("value") == "summary"
    point(staff, 3, "summary")
    tab_to(staff, "form[method=post].stack .button-main")
    staff.expected.add(422)
    staff.press(Keys.ENTER)
    staff.wait(lambda: staff.all("#form-errors, #columns-error"))
    assert staff.one("#column-3").get_attribute("value") == "summary", "what was chosen stays"
    point(staff, 2, "")
    tab_to(staff, "#mapping_name")
    staff.press(kept)
    tab_to(staff, "form[method=post].stack .button-main")
    staff.press(Keys.ENTER)
    staff.wait(lambda: staff.path == f"/imports/{first}")
    staff.wait(lambda: staff.all(".notice .button-main"))
    tab_to(staff, ".notice .button-main")
    staff.press(Keys.ENTER)
    staff.wait(lambda: not staff.all(".notice .button-main") and staff.all("#backlog"))
    (found,) = service.desk.search(asked=ProfileSearch(text=name)).items
    assert found.summary == "Måler emner i aluminium"

    second = received(service, tmp_path, text.format(f"{name} 2", "stål")).id
    staff.visit(f"/imports/{second}/columns")
    tab_to(staff, "#mapping")
    staff.press(kept)
    tab_to(staff, "form.search button")
    staff.press(Keys.ENTER)
    staff.wait(lambda: "mapping=" in staff.path or "mapping=" in staff.driver.current_url)
    assert staff.one("#column-2").get_attribute("value") == ""
    assert staff.one("#column-3").get_attribute("value") == "summary"
    tab_to(staff, "form[action$='/cancel'] button")
    staff.press(Keys.ENTER)
    staff.wait(lambda: not staff.path.endswith("/columns"))
