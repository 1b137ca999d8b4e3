"""Import and export on pages: send a file, say what its columns mean, look, write; and out again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from api.app import create_app
from api.security import MAX_UPLOAD_BYTES
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import ImportState, ProfileKind, Role, Standing
from matchmaker.services.import_jobs import LOST_AFTER
from tests.pages.conftest import Reader, filled
from tests.people import mails, sign_in, somebody
from tests.services import test_import_refusals as bad_files
from tests.services.import_files import FIRMS, ROR, write_workbook

EXPERTS = "Medlemsnr;Navn;Sprog;Resume;Postnr\n1;Ane Holm;da;Svejser aluminium;9220\n2;Bo Lind;da;Måler revner;9000\n"


class Sender(Reader):
    """Staff at a browser without script, who send files."""

    def send_file(self, name: str, content: bytes | str, **more: Any) -> Sender:
        """Choose a file in the form and press its button."""
        self.visit("/imports/new")
        form = self.page.find("form", enctype="multipart/form-data")
        data = content.encode() if isinstance(content, str) else content
        values = {**filled(form), **more, "file": (io.BytesIO(data), name)}
        return self._read(
            self.client.post(
                form["action"],
                data=values,
                content_type="multipart/form-data",
                headers=self.headers,
                follow_redirects=True,
            )
        )

    def after_work(self, service: Matchmaker) -> Sender:
        """Wait until the background is done and look again."""
        assert service.import_jobs.worker.wait()
        return self.visit(self.address)


def staff_at(service: Matchmaker, client: FlaskClient, language: str = "en") -> Sender:
    sign_in(client, somebody(service, Role.STAFF, f"staff-{uuid4().hex[:6]}"))
    return Sender(client, language)


@pytest.fixture
def sender(workshop: Matchmaker, client: FlaskClient) -> Sender:
    return staff_at(workshop, client)


@pytest.fixture
def afsender(workshop: Matchmaker, client: FlaskClient) -> Sender:
    return staff_at(workshop, client, "da")


def planned(sender: Sender, service: Matchmaker, text: str = FIRMS, **fixed: str) -> Sender:
    """Send a table of firms and go as far as the dry run."""
    sender.send_file("firms.csv", text, kind="organisation")
    sender.send("Look at the rows", **{"fixed-organisation_type": "firm", **fixed})
    return sender.after_work(service)


def run_of(sender: Sender, service: Matchmaker) -> Any:
    return service.imports.get(UUID(sender.address.split("/")[2]))


# From the file to the profile.


def test_a_file_is_sent_mapped_looked_at_written_and_indexed(
    sender: Sender, workshop: Matchmaker
) -> None:
    sender.send_file("firms.csv", FIRMS, kind="organisation")

    assert sender.heading == "What the columns mean"
    assert "Rørup Smede · Ærø Plast" in sender.text
    chosen = {
        select["name"]: select.find("option", selected=True)["value"]
        for select in sender.page.select(".mapping select")
        if select.find("option", selected=True)
    }
    assert list(chosen.values()) == ["name", "cvr", "postcode", "website", "summary", "language"]

    sender.send("Look at the rows", **{"fixed-organisation_type": "firm"})
    sender.after_work(workshop)
    assert "2 rows would be written" in sender.text
    assert sender.all(".tabs a") == ["New 2", "Changed 0", "Unchanged 0", "Refused 0"]
    assert sender.all("tbody th") == ["Rørup Smede", "Ærø Plast"]
    assert workshop.profiles.page(text="Rørup").total == 0

    sender.send("Write them")
    sender.after_work(workshop)
    assert "2 rows are written" in sender.text
    assert "2 profiles wait to be indexed" in sender.text
    assert workshop.profiles.page(text="Rørup").total == 1

    sender.send("Index them now")
    sender.after_work(workshop)
    assert "Every profile is indexed." in sender.text


def test_danish_readers_get_every_step_in_danish(afsender: Sender, workshop: Matchmaker) -> None:
    afsender.send_file("firmaer.csv", FIRMS + "Kun Navn;12;;;;xyz\n", kind="organisation")
    assert afsender.heading == "Hvad kolonnerne betyder"

    afsender.send("Se rækkerne igennem", **{"fixed-organisation_type": "firm"})
    afsender.after_work(workshop)
    assert "2 rækker ville blive skrevet" in afsender.text
    assert "Brug en sprogkode på to bogstaver som da eller en." in afsender.text

    afsender.send("Skriv dem")
    assert "2 rækker er skrevet" in afsender.after_work(workshop).text
    assert "Importer" in afsender.visit("/imports").heading
    assert "Skrevet" in afsender.text


def test_changed_rows_show_each_field_before_and_after(
    sender: Sender, workshop: Matchmaker
) -> None:
    planned(sender, workshop).send("Write them")
    sender.after_work(workshop)
    planned(sender, workshop, FIRMS.replace("Svejser rør", "Fræser emner"))

    assert sender.all(".tabs a") == ["New 0", "Changed 1", "Unchanged 1", "Refused 0"]
    assert sender.all("tbody th") == ["Rørup Smede"]
    assert sender.all(".changes dt") == ["Summary"]
    assert sender.all(".changes del") == ["Before: Svejser rør i rustfrit stål"]
    assert sender.all(".changes ins") == ["After: Fræser emner i rustfrit stål"]


def test_a_file_that_is_no_table_is_looked_at_at_once(sender: Sender, workshop: Matchmaker) -> None:
    sender.send_file("ror.json", json.dumps([ROR]))
    sender.after_work(workshop)

    assert "1 row would be written" in sender.text
    assert sender.all("tbody th") == ["Technical University of Denmark"]


def test_columns_that_do_not_fit_are_said_beside_them_and_nothing_is_lost(
    sender: Sender, workshop: Matchmaker
) -> None:
    sender.send_file("firms.csv", FIRMS, kind="organisation")
    sender.send("Look at the rows", **{"column-1": "name", "column-3": "", "mapping_name": "Mine"})

    assert sender.status == 422
    assert "both taken for name" in sender.one("#columns-error").get_text()
    assert sender.one("#column-1").find("option", selected=True)["value"] == "name"
    assert sender.one("#column-3").find("option", selected=True) is None
    assert sender.one("#mapping_name")["value"] == "Mine"
    assert workshop.imports.mappings() == []


def test_a_saved_mapping_spares_the_next_file_the_columns(
    sender: Sender, workshop: Matchmaker
) -> None:
    planned(sender, workshop, mapping_name="Medlemmer")
    sender.visit("/imports")
    assert "Medlemmer · Organisation · 6 columns" in sender.text

    sender.send_file("next.csv", FIRMS, mapping="Medlemmer")
    sender.after_work(workshop)
    assert "2 rows would be written" in sender.text

    sender.send_file("other.csv", FIRMS, kind="organisation")
    sender.send("Use it", mapping="Medlemmer")
    assert sender.one("#fixed-organisation_type").find("option", selected=True)["value"] == "firm"

    sender.visit("/imports").send("Forget")
    assert "Medlemmer" not in sender.text


# Files and forms that are wrong.

WRONG = [
    (name, make)
    for name, make, _ in bad_files.REFUSED
    if name not in {"a gigabyte", "a zip bomb", "no name column", "a huge cell", "a broken line"}
]


@pytest.mark.parametrize(("name", "make"), WRONG, ids=[name for name, _ in WRONG])
def test_a_bad_file_gets_its_answer_beside_the_field_in_danish(
    afsender: Sender,
    workshop: Matchmaker,
    tmp_path: Path,
    name: str,
    make: Callable[[Path], Path],
) -> None:
    path = make(tmp_path)
    afsender.send_file(path.name, path.read_bytes(), kind="expert")

    sentence = " ".join(afsender.all(".field-error"))
    assert afsender.status == 422
    assert sentence
    assert not any(word in sentence.split() for word in ("It", "It's", "Save", "Take", "the"))
    assert workshop.imports.page().items == []
    assert [one for one in workshop.imports.folder.rglob("*") if one.is_file()] == []


def test_a_zip_bomb_is_not_unpacked(sender: Sender, tmp_path: Path) -> None:
    path = bad_files.with_part(tmp_path, "xl/bomb.xml", b"\0" * (64 << 20))
    sender.send_file("bomb.xlsx", path.read_bytes(), kind="expert")

    assert sender.status == 422
    assert "made to do harm" in sender.one("#file-error").get_text()


def test_too_large_a_file_is_refused_before_it_is_read(sender: Sender) -> None:
    answer = sender.client.post(
        "/imports/new",
        data={"file": (io.BytesIO(b"x"), "a.csv")},
        headers={**sender.headers, "Content-Length": str(MAX_UPLOAD_BYTES + 1)},
        environ_overrides={"CONTENT_LENGTH": str(MAX_UPLOAD_BYTES + 1)},
    )

    assert answer.status_code == 413
    assert "The file has more than 64 MB." in answer.text


def test_strangers_send_no_large_bodies(client: FlaskClient) -> None:
    body = {"file": (io.BytesIO(b"x" * 300_000), "a.csv")}

    assert client.post("/imports/new", data=body).status_code == 413


def test_no_file_and_no_kind_are_said(sender: Sender) -> None:
    sender.visit("/imports/new").send("Look at the file", kind="goblin")
    assert sender.all(".field-error") == ["Please choose a file.", "Please choose one of these."]

    sender.send_file("firms.csv", FIRMS)
    assert "Say what the table holds" in sender.one("#kind-error").get_text()


def test_a_file_that_breaks_off_later_brings_its_columns_back(
    sender: Sender, workshop: Matchmaker
) -> None:
    planned(sender, workshop, FIRMS + "Firma;;;;;da\n" * 60 + '"never closed;1\n')

    assert sender.heading == "What the columns mean"
    assert "can't be read" in sender.one("#columns-error").get_text()
    assert run_of(sender, workshop).state is ImportState.RECEIVED


def test_an_import_that_is_not_there_is_not_found(sender: Sender) -> None:
    assert sender.visit(f"/imports/{uuid4()}").status == 404
    assert sender.visit(f"/imports/{uuid4()}/columns").status == 404
    assert sender.visit(f"/imports/{uuid4()}/refused.csv").status == 404


# Refused rows.


def test_refused_rows_go_out_as_a_table_without_formulas(
    sender: Sender, workshop: Matchmaker
) -> None:
    bad = "=HYPERLINK(1);;;noweb;;da\n"
    planned(sender, workshop, FIRMS + bad)
    assert sender.all(".tabs a")[-1] == "Refused 1"
    assert "Hjemmeside : Use an address such as https://dtu.dk." in sender.text

    answer = sender.client.get(
        sender.page.find("a", string="All refused rows as CSV")["href"], headers=sender.headers
    )
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))

    assert rows == [
        ["Row", "Name", "Column", "Reason"],
        ["4", "'=HYPERLINK(1)", "Hjemmeside", "Use an address such as https://dtu.dk."],
    ]


# Twice, at once, and after a crash.


def test_a_file_sent_twice_is_one_import(sender: Sender, workshop: Matchmaker) -> None:
    same = str(uuid4())
    sender.send_file("firms.csv", FIRMS, kind="organisation", id=same)
    sender.send_file("firms.csv", FIRMS, kind="organisation", id=same)

    assert sender.heading == "What the columns mean"
    assert len(workshop.imports.page().items) == 1


def test_every_button_pressed_twice_does_its_deed_once(
    sender: Sender, workshop: Matchmaker
) -> None:
    planned(sender, workshop)
    address = sender.address
    values = filled(sender.form("Write them"))
    for _ in range(2):
        sender._read(
            sender.client.post(
                f"{address}/apply", data=values, headers=sender.headers, follow_redirects=True
            )
        )
        assert sender.status == 200
    workshop.import_jobs.worker.wait()
    late = sender.client.post(f"{address}/apply", data=values, headers=sender.headers)
    again = sender.client.post(f"{address}/columns", data=values, headers=sender.headers)

    assert (late.status_code, again.status_code) == (303, 303)
    assert workshop.profiles.page(text="Rørup").total == 1
    assert run_of(sender, workshop).state is ImportState.DONE


def test_cancelling_twice_is_as_good_as_once(sender: Sender, workshop: Matchmaker) -> None:
    planned(sender, workshop)
    values = filled(sender.form("Give this import up"))
    for _ in range(2):
        sender._read(
            sender.client.post(
                f"{sender.address}/cancel".replace("/cancel/cancel", "/cancel"),
                data=values,
                headers=sender.headers,
                follow_redirects=True,
            )
        )
    assert "The import was given up" in sender.text
    assert [one for one in workshop.imports.folder.rglob("*") if one.is_file()] == []


@pytest.mark.parametrize("while_", ["reading", "writing"])
def test_an_import_whose_process_died_says_so_and_goes_on(
    workshop: Matchmaker, sender: Sender, clock: Any, monkeypatch: pytest.MonkeyPatch, while_: str
) -> None:
    """The worker of the process is lost: it takes the deed and never does it."""
    if while_ == "writing":
        planned(sender, workshop)
    else:
        sender.send_file("firms.csv", FIRMS, kind="organisation")
    with monkeypatch.context() as lost:
        lost.setattr(type(workshop.import_jobs.worker), "put", lambda *_: True)
        button = "Write them" if while_ == "writing" else "Look at the rows"
        sender.send(button, **({} if while_ == "writing" else {"fixed-organisation_type": "firm"}))
    assert "You may leave this page" in sender.text
    assert "Nobody is at work" not in sender.text

    clock.now += LOST_AFTER + timedelta(seconds=1)
    sender.visit(sender.address)
    assert "Nobody is at work on this import any more" in sender.text
    sender.send("Go on").after_work(workshop)

    if while_ == "reading":
        assert "2 rows would be written" in sender.text
        sender.send("Write them").after_work(workshop)
    assert "2 rows are written" in sender.text
    assert workshop.profiles.page(text="Rørup").total == 1


def test_two_that_read_the_same_file_leave_one_plan(sender: Sender, workshop: Matchmaker) -> None:
    """A process that was taken for dead wakes up: its batch finds another time of change."""
    sender.send_file("firms.csv", FIRMS, kind="organisation")
    jobs = workshop.import_jobs
    run = run_of(sender, workshop)
    jobs.name_columns(run.id, run.mapping["columns"], {"organisation_type": "firm"})
    stage = type(jobs.imports).stage

    def interrupted(self: Any, mine: Any, source: Any, progress: Any = None) -> Iterator[Any]:
        for batch in stage(self, mine, source, progress):
            jobs._begun(run.id)  # another process takes over
            yield batch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(jobs.imports), "stage", interrupted)
        jobs.read(run.id)
        jobs.worker.wait()
    assert jobs.imports.rows(run.id).items == []
    assert jobs.imports.get(run.id).state is ImportState.READING

    jobs._read(run.id)
    after = jobs.imports.get(run.id)
    assert (after.state, after.new, len(jobs.imports.rows(run.id).items)) == (
        ImportState.PLANNED, 2, 2,
    )  # fmt: skip


def test_htmx_asks_how_far_it_is_and_is_led_to_the_page_at_the_end(
    sender: Sender, workshop: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(sender, workshop)
    address = f"{sender.address}/progress"
    with monkeypatch.context() as waiting:
        waiting.setattr(type(workshop.import_jobs.worker), "put", lambda *_: True)
        sender.send("Write them")
    part = sender.client.get(address, headers={**sender.headers, "HX-Request": "true"})
    plain = sender.client.get(address)
    workshop.imports.apply(UUID(address.split("/")[2]))
    done = sender.client.get(address, headers={"HX-Request": "true"})

    assert "0 of 2 rows" in part.text
    assert "<html" not in part.text
    assert plain.status_code == 303
    assert done.headers["HX-Redirect"] == address.removesuffix("/progress")


def test_stopping_while_rows_are_written_keeps_what_is_written(
    sender: Sender, workshop: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(sender, workshop)
    with monkeypatch.context() as waiting:
        waiting.setattr(type(workshop.import_jobs.worker), "put", lambda *_: True)
        sender.send("Write them")
    sender.send("Stop")

    assert "Nothing was written." in sender.text


# People.


@pytest.fixture
def people(sender: Sender, workshop: Matchmaker) -> Sender:
    sender.send_file("experts.csv", EXPERTS, kind="expert")
    sender.send("Look at the rows").after_work(workshop)
    sender.send("Write them").after_work(workshop)
    return sender.visit("/imports/people")


def test_imported_people_are_confirmed_together_and_hidden_again(
    people: Sender, workshop: Matchmaker
) -> None:
    assert people.all(".person strong") == ["Ane Holm", "Bo Lind"]
    chosen = [box["value"] for box in people.page.select("input[name=chosen]")]

    people.send("Confirm the chosen", chosen=chosen)
    assert people.status == 422
    assert "on what legal basis" in people.one("#legal_basis-error").get_text()
    assert len(people.page.select("input[name=chosen][checked]")) == 2

    people.send("Confirm the chosen", legal_basis="Consent on paper, 3 March 2026")
    assert "2 people are confirmed" in people.text
    assert "Nobody waits here" in people.text
    profile = workshop.profiles.get(UUID(chosen[0]))
    assert (profile.standing, profile.legal_basis) == (
        Standing.LIVE, "Consent on paper, 3 March 2026",
    )  # fmt: skip

    people.send("Undo")
    assert people.all(".person strong") == ["Ane Holm", "Bo Lind"]


def test_imported_people_are_invited_by_mail(people: Sender, workshop: Matchmaker) -> None:
    first, second = (box["name"] for box in people.page.select("input[type=email]"))
    form = people.form("Send the invitations")
    values = {**filled(form), first: "ane@example.dk", second: "no address"}
    button = people.page.find("button", string="Send the invitations")
    people._read(
        people.client.post(
            button["formaction"], data=values, headers=people.headers, follow_redirects=True
        )
    )

    assert people.status == 422
    assert "1 invitation is on its way" in people.text
    assert people.all(".person .field-error") == [
        "Please write one e-mail address, such as ida@example.dk."
    ]
    assert people.one(f"[name={second}]")["value"] == "no address"
    assert [mail.to for mail in mails(workshop)] == ["ane@example.dk"]


# Export.


def exported(reader: Reader, **query: str) -> Any:
    return reader.client.get("/export/profiles", query_string=query, headers=reader.headers)


def test_everybody_exports_what_they_may_see(reader: Reader, workshop: Matchmaker) -> None:
    reader.visit("/export")
    form = filled(reader.form("Download"))
    answer = exported(reader, **{**form, "kind": "expert"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["Content-Disposition"] == 'attachment; filename="experts.csv"'
    assert "Ida Berg" in [row["name"] for row in rows]
    narrowed = exported(reader, format="jsonl", text="ida b")
    assert [json.loads(line)["name"] for line in narrowed.text.splitlines()] == ["Ida Berg"]
    linked = json.loads(exported(reader, format="json-ld", partner_kind="institute").text)
    assert {one["name"] for one in linked["@graph"]} == {
        one.name
        for one in workshop.profiles.page(limit=100).items
        if one.partner_kind == "institute"
    }


def test_only_staff_export_people_who_have_not_confirmed(
    people: Sender, workshop: Matchmaker
) -> None:
    assert "Ane Holm" in exported(people, format="jsonl").text
    stranger = create_app(matchmaker=workshop).test_client()

    assert "Ane Holm" not in stranger.get("/export/profiles?format=jsonl").text


def test_a_table_without_a_kind_is_asked_for_it(reader: Reader, dansker: Reader) -> None:
    reader.visit("/export").send("Download")
    dansker.visit("/export").send("Hent")

    assert reader.status == 422
    assert reader.all(".field-error") == ["A table holds one kind; please say which."]
    assert dansker.all(".field-error") == ["En tabel rummer én art; sig hvilken."]


def test_what_is_exported_and_sent_again_changes_nothing(
    sender: Sender, workshop: Matchmaker
) -> None:
    answer = exported(sender, format="jsonl", kind="organisation")
    sender.send_file("organisations.jsonl", answer.data)
    sender.after_work(workshop)

    assert "There is nothing to write" in sender.text
    assert sender.all(".tabs a")[2].startswith("Unchanged ")


# How much is asked of the database.


@contextmanager
def counted(service: Matchmaker) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(service.engine, "before_cursor_execute", note)
    yield statements
    event.remove(service.engine, "before_cursor_execute", note)


def statements_of(service: Matchmaker, reader: Reader, address: str) -> int:
    reader.visit(address)  # what is asked once in a process
    with counted(service) as statements:
        assert reader.visit(address).status == 200
    return len(statements)


def test_no_page_asks_more_of_the_database_when_there_are_more_rows(
    sender: Sender, workshop: Matchmaker
) -> None:
    def file(first: int, rows: int) -> str:
        lines = (
            f"{number};Person {number};da;Svejser {number};9220\n"
            for number in range(first, first + rows)
        )
        return "Medlemsnr;Navn;Sprog;Resume;Postnr\n" + "".join(lines)

    asked: list[dict[str, int]] = []
    for first, rows in ((0, 2), (100, 60)):
        sender.send_file("people.csv", file(first, rows), kind="expert")
        sender.send("Look at the rows").after_work(workshop)
        address = sender.address
        before = {"plan": statements_of(workshop, sender, address)}
        sender.visit(address).send("Write them").after_work(workshop)
        addresses = {
            "run": address,
            "list": "/imports",
            "people": "/imports/people",
            "profiles": "/profiles",
        }
        asked.append(
            before | {name: statements_of(workshop, sender, one) for name, one in addresses.items()}
        )

    assert asked[0] == asked[1]
    assert max(asked[1].values()) < 15


def test_a_workbook_is_mapped_like_a_table(
    sender: Sender, workshop: Matchmaker, tmp_path: Path
) -> None:
    path = write_workbook(
        tmp_path, "experts.xlsx", [["Navn", "Sprog", "Resume"], ["Ane", "da", "Svejser"]]
    )
    sender.send_file("experts.xlsx", path.read_bytes(), kind=ProfileKind.EXPERT.value)
    sender.send("Look at the rows").after_work(workshop)

    assert "1 row would be written" in sender.text
