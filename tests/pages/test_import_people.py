"""Imported people, and profiles on their way out as files."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import UUID

import pytest

from api.app import create_app
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Standing
from tests.pages.conftest import Reader, filled
from tests.pages.sender import EXPERTS, Sender
from tests.people import mails

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
