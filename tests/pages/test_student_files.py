"""A university brings its students from a file, and touches nobody else's profiles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import (
    Account,
    AuditEntry,
    ImportState,
    Role,
    Standing,
    Student,
)
from matchmaker.storage.database import Sessions
from tests.factories import a_student, an_expert
from tests.pages.sender import Sender
from tests.people import last_path, mails, sign_in, somebody, token_of
from tests.services.import_files import ROR
from tests.services.placing import Campus, a_campus, claimed

HEAD = "Navn;Retning;Niveau;Resume;Postnr\n"
TABLE = (
    HEAD
    + "Ane Skov;Maskinteknik;bachelor;Svejser og måler;9220\nBo Lund;Robotteknik;master;Bygger celler;9000\n"
)


@dataclass
class University:
    """A campus, and somebody who coordinates it, at a browser."""

    campus: Campus
    account: Account
    sender: Sender

    @property
    def page(self) -> str:
        return f"/placing/cohorts/{self.campus.cohort}"

    def brings(self, table: str, name: str = "students.csv") -> Sender:
        """Send a file and go as far as the plan."""
        self.sender.send_file(name, table, at=f"{self.page}/file")
        if self.sender.heading == "What the columns mean":
            self.sender.send("Look at the rows")
        return self.sender.after_work(self.campus.service)

    def takes_in(self, students: int) -> Sender:
        plural = "students" if students != 1 else "student"
        self.sender.send(f"Take {students} {plural} into the cohort")
        return self.sender.after_work(self.campus.service)

    def members(self) -> dict[str, UUID]:
        view = self.campus.service.cohorts.view(self.campus.cohort)
        return {one.name: one.student.student_id for one in view.members}


def a_university(service: Matchmaker, client: FlaskClient, name: str = "coordinator") -> University:
    campus = a_campus(service)
    account = somebody(service, Role.UNIVERSITY, name)
    service.belonging.join(account.id, campus.university, by=None)
    browser = client.application.test_client()
    sign_in(browser, account)
    return University(campus, account, Sender(browser))


@pytest.fixture
def university(client: FlaskClient, matchmaker: Matchmaker) -> University:
    return a_university(matchmaker, client)


def stored(service: Matchmaker, profile_id: UUID) -> Student:
    with Sessions(service.engine).reading() as session:
        return session.get_one(Student, profile_id)


def test_students_are_brought_taken_in_and_invited(
    university: University, matchmaker: Matchmaker
) -> None:
    sender = university.sender
    sender.visit(university.page)
    sender.follow("Bring students from a file")
    assert sender.heading == "Bring students from a file"

    sender.send_file("students.csv", TABLE, at=sender.address)
    assert sender.heading == "What the columns mean"
    assert "Place of study" not in sender.text
    assert not sender.page.select("#mapping_name")
    sender.send("Look at the rows")
    sender.after_work(matchmaker)
    assert sender.all(".tabs a") == ["New 2", "Changed 0", "Unchanged 0", "Refused 0"]
    assert university.members() == {}

    university.takes_in(2)
    assert (
        "The students are in the cohort, and hidden until they confirm their profile."
        in sender.text
    )
    assert "Index them now" not in sender.text
    members = university.members()
    assert set(members) == {"Ane Skov", "Bo Lund"}
    for student_id in members.values():
        profile = stored(matchmaker, student_id)
        assert profile.institution == "Nordvest Universitet"
        assert profile.standing is Standing.IMPORTED

    sender.follow("Invite students")
    ane, bo = (f"email-{members[name]}" for name in ("Ane Skov", "Bo Lund"))
    sender.send("Send the invitations", **{ane: "ane@example.dk", bo: "nobody"})
    assert sender.status == 422
    assert "such as ida@example.dk" in sender.one(f"#{bo}-error").get_text()
    assert "1 invitation is on its way" in sender.text
    assert [one.to for one in mails(matchmaker)] == ["ane@example.dk"]
    assert last_path(matchmaker).startswith("/claim/")
    sender.visit(f"{university.page}/invitations")
    sender.send("Send the invitations")
    assert "Please write an address beside at least one person." in sender.text

    with Sessions(matchmaker.engine).reading() as session:
        told = session.query(AuditEntry).filter(AuditEntry.account_id == university.account.id)
        assert {"import", "profile"} <= {one.subject_kind for one in told}


def test_the_next_file_is_read_by_the_columns_of_the_last(
    university: University, matchmaker: Matchmaker
) -> None:
    own_words = "Hvem;Hvad;Trin;Om\nAne Skov;Maskinteknik;bachelor;Svejser\n"
    meant = dict(
        zip(
            (f"column-{at}" for at in range(4)),
            ("name", "programme", "level", "summary"),
            strict=True,
        )
    )
    university.sender.send_file("a.csv", own_words, at=f"{university.page}/file")
    university.sender.send("Look at the rows", **meant)
    university.sender.after_work(matchmaker)
    university.takes_in(1)

    university.brings(own_words.replace("Svejser", "Fræser"), "b.csv")
    assert university.sender.all(".tabs a") == ["New 0", "Changed 1", "Unchanged 0", "Refused 0"]
    assert university.sender.all(".changes ins") == ["After: Fræser"]


def test_a_row_without_what_a_student_needs_is_refused_by_row_and_column(
    university: University,
) -> None:
    sender = university.brings(TABLE + "Cleo Dam;;bachelor;Fræser;9220\n")
    assert "Write something here." in sender.text and "2 rows would be written" in sender.text
    university.takes_in(2)
    assert set(university.members()) == {"Ane Skov", "Bo Lund"}


def test_sent_again_students_are_unchanged_and_come_into_the_next_cohort(
    university: University, matchmaker: Matchmaker
) -> None:
    university.brings(TABLE)
    university.takes_in(2)
    before = university.members()
    campus = university.campus
    cohort = matchmaker.cohorts.create(
        campus.university,
        name="Autumn",
        starts_on=date(2027, 8, 1),
        ends_on=date(2028, 1, 31),
        by=None,
    )
    campus.cohort = cohort.id

    university.brings(TABLE)
    assert "There is nothing to write" in university.sender.text
    assert university.sender.all(".tabs a") == ["New 0", "Changed 0", "Unchanged 2", "Refused 0"]
    assert "It says what is stored already." in university.sender.text
    university.takes_in(2)
    assert university.members() == before


def test_no_profile_of_anybody_else_is_touched_or_told(
    university: University, client: FlaskClient, matchmaker: Matchmaker
) -> None:
    elsewhere = a_university(matchmaker, client, "elsewhere")
    elsewhere.brings(TABLE)
    elsewhere.takes_in(2)
    theirs = elsewhere.members()
    expert = an_expert("Eva Berg", evidence=("Welding.",))
    matchmaker.profiles.register_all([expert])
    lines = [
        {
            "kind": "student",
            "id": str(theirs["Ane Skov"]),
            "name": "Taken",
            "programme": "X",
            "level": "master",
        },
        {
            "kind": "student",
            "id": str(expert.id),
            "name": "Taken too",
            "programme": "X",
            "level": "master",
        },
        {"kind": "expert", "name": "No Student"},
        {
            "kind": "student",
            "name": "Ane Skov",
            "postcode": "9220",
            "programme": "X",
            "level": "master",
            "summary": "Another one.",
            "institution": "Elsewhere",
        },
    ]
    university.brings("\n".join(map(json.dumps, lines)), "students.jsonl")

    assert university.sender.all(".tabs a") == ["New 1", "Changed 0", "Unchanged 0", "Refused 3"]
    assert university.sender.text.count("This id or identifier can't be used here.") == 2
    assert "Bring students only." in university.sender.text
    assert "Svejser" not in university.sender.text
    university.takes_in(1)
    mine = university.members()
    assert set(mine) == {"Ane Skov"}
    assert mine["Ane Skov"] != theirs["Ane Skov"]
    assert stored(matchmaker, theirs["Ane Skov"]).summary == "Svejser og måler"
    profile = stored(matchmaker, mine["Ane Skov"])
    assert profile.institution == "Nordvest Universitet"


def test_a_student_who_owns_their_profile_keeps_their_words(
    university: University, matchmaker: Matchmaker
) -> None:
    university.brings(TABLE)
    university.takes_in(2)
    ane = university.members()["Ane Skov"]
    claimed(matchmaker, somebody(matchmaker, Role.PARTNER, "ane").id, ane)

    university.brings(
        TABLE.replace("Svejser og måler", "Noget andet").replace("Bygger celler", "Koder")
    )
    assert university.sender.all(".tabs a") == ["New 0", "Changed 1", "Unchanged 1", "Refused 0"]
    university.sender.visit(f"{university.sender.address.split('?')[0]}?outcome=unchanged")
    assert (
        "The student keeps this profile themselves; what differs is left to them."
        in university.sender.text
    )
    university.takes_in(2)
    assert stored(matchmaker, ane).summary == "Svejser og måler"
    assert stored(matchmaker, university.members()["Bo Lund"]).summary == "Koder"
    assert "Ane Skov" not in university.sender.visit(f"{university.page}/invitations").text


def test_a_student_who_takes_over_between_plan_and_writing_keeps_their_words_too(
    university: University, matchmaker: Matchmaker
) -> None:
    university.brings(TABLE)
    university.takes_in(2)
    university.brings(TABLE.replace("Svejser og måler", "Noget andet"))
    ane = university.members()["Ane Skov"]
    claimed(matchmaker, somebody(matchmaker, Role.PARTNER, "ane").id, ane)

    university.takes_in(2)
    assert university.sender.all(".tabs a") == ["New 0", "Changed 0", "Unchanged 1", "Refused 1"]
    assert "took over this profile after the preview" in university.sender.text
    assert stored(matchmaker, ane).summary == "Svejser og måler"


def test_students_whom_the_cluster_enrolled_are_known_again(
    university: University, matchmaker: Matchmaker
) -> None:
    student = a_student("Carl Krog", evidence=("One.",))
    matchmaker.profiles.register_all([student])
    matchmaker.cohorts.enrol(university.campus.cohort, [student.id], by=None)

    line = {"kind": "student", "id": str(student.id), "name": "Carl Krog", "summary": "New words."}
    university.brings(json.dumps(line), "students.jsonl")

    assert university.sender.all(".tabs a") == ["New 0", "Changed 1", "Unchanged 0", "Refused 0"]
    university.takes_in(1)
    assert stored(matchmaker, student.id).summary == "New words."


def test_numbers_of_one_university_are_no_numbers_of_another(
    university: University, client: FlaskClient, matchmaker: Matchmaker
) -> None:
    numbered = "local;Navn;Uddannelse;Niveau;Resume\n7;{};Robotteknik;master;Svejser\n"
    elsewhere = a_university(matchmaker, client, "elsewhere")
    elsewhere.brings(numbered.format("Eva Juhl"))
    elsewhere.takes_in(1)

    university.brings(numbered.format("Ane Skov"))
    university.takes_in(1)
    # Married, and known by her number.
    university.brings(numbered.format("Ane Holm"))
    assert university.sender.all(".tabs a") == ["New 0", "Changed 1", "Unchanged 0", "Refused 0"]
    university.takes_in(1)

    assert set(university.members()) == {"Ane Holm"}
    assert set(elsewhere.members()) == {"Eva Juhl"}


def test_to_others_the_file_and_its_cohort_are_not_there(
    university: University, client: FlaskClient, matchmaker: Matchmaker
) -> None:
    university.brings(TABLE)
    run_id = UUID(university.sender.address.split("/")[2])
    stranger = a_university(matchmaker, client, "stranger")
    firm = client.application.test_client()
    sign_in(firm, somebody(matchmaker, Role.FIRM, "firm"))
    addresses = (
        *(f"/imports/{run_id}{part}" for part in ("", "/columns", "/progress", "/refused.csv")),
        *(f"{university.page}/{part}" for part in ("file", "invitations")),
    )

    for address in addresses:
        assert stranger.sender.client.get(address).status_code == 404, address
        assert firm.get(address).status_code in {403, 404}, address
    for deed in ("apply", "cancel", "go-on"):
        stranger.sender.visit(f"{stranger.page}/file")
        token = stranger.sender.one("#main input[name=csrf_token]")["value"]
        answer = stranger.sender.client.post(
            f"/imports/{run_id}/{deed}", data={"csrf_token": token}
        )
        assert answer.status_code == 404, deed
    assert stranger.sender.client.get("/imports").status_code == 403
    assert university.sender.client.get("/imports").status_code == 403
    assert matchmaker.imports.get(run_id).state is ImportState.PLANNED

    # The id of a form that is sent does not lead to the file of another cohort.
    stranger.sender.send_file("a.csv", TABLE, at=f"{stranger.page}/file", id=str(run_id))
    assert stranger.sender.status == 404


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("students.csv", "", "It is empty."),
        ("students.csv", b"%PDF-1.7 ...", "export the table as CSV"),
        ("students.pdf", b"%PDF-1.7 ...", "let it end in .csv, .xlsx or .jsonl"),
        ("ror.json", json.dumps([ROR]), "Send students as CSV, Excel (.xlsx) or JSON Lines."),
        ("students.csv", "Navn;Navn\nA;B\n", "Navn"),
    ],
)
def test_a_file_that_can_t_be_taken_is_said_beside_the_field_and_nothing_is_kept(
    university: University, matchmaker: Matchmaker, name: str, content: bytes | str, said: str
) -> None:
    university.sender.send_file(name, content, at=f"{university.page}/file")

    assert university.sender.status == 422
    assert said in university.sender.one("#file-error").get_text()
    assert matchmaker.imports.page().items == []


def test_without_a_file_the_form_says_so(university: University) -> None:
    university.sender.visit(f"{university.page}/file")
    university.sender.send("Look at the file")

    assert university.sender.status == 422
    assert "Please choose a file." in university.sender.text


def test_a_program_brings_students_too(
    university: University, client: FlaskClient, matchmaker: Matchmaker
) -> None:
    headers = token_of(matchmaker, university.account)
    address = f"/api/v1/cohorts/{university.campus.cohort}"
    stranger = a_university(matchmaker, client, "stranger")
    theirs = token_of(matchmaker, stranger.account)

    sent = {"query_string": {"format": "csv", "file_name": "s.csv"}, "data": TABLE.encode()}
    again = {**headers, "Idempotency-Key": str(uuid4())}
    made = client.post(f"{address}/imports", headers=again, **sent)
    assert made.status_code == 201, made.json
    assert client.post(f"{address}/imports", headers=again, **sent).json["id"] == made.json["id"]
    assert (made.json["new"], made.json["cohort_id"]) == (2, str(university.campus.cohort))
    where = made.headers["Location"]
    assert client.get(where, headers=theirs).status_code == 404
    assert client.post(f"{address}/imports", headers=theirs, **sent).status_code == 404
    assert client.post(f"{where}/apply", headers=theirs).status_code == 404
    assert client.get(f"{where}/rows", headers=headers).json["items"][0]["outcome"] == "new"
    assert client.post(f"{where}/apply", headers=headers).json["state"] == "done"
    listed = client.get(f"{address}/imports", headers=headers).json
    assert [one["id"] for one in listed["items"]] == [made.json["id"]]

    members = university.members()
    assert set(members) == {"Ane Skov", "Bo Lund"}
    invitation = f"{address}/students/{members['Bo Lund']}/invitation"
    assert (
        client.post(invitation, headers=theirs, json={"email": "x@example.dk"}).status_code == 404
    )
    assert client.post(invitation, headers=headers, json={"email": "nobody"}).status_code == 422
    assert (
        client.post(invitation, headers=headers, json={"email": "bo@example.dk"}).status_code == 204
    )
    assert [one.to for one in mails(matchmaker)] == ["bo@example.dk"]
    refused = client.post(
        f"{address}/imports", headers=headers, query_string={"format": "ror"}, data=b"[]"
    )
    assert refused.status_code == 422
    assert "Send students as CSV" in refused.get_data(as_text=True)
