"""Imports on pages: send a file, say what its columns mean, look at the rows, write them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import ProfileKind
from tests.pages.conftest import Reader
from tests.pages.sender import Sender, planned
from tests.services.import_files import FIRMS, ROR, write_workbook

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


def test_a_workbook_is_mapped_like_a_table(
    sender: Sender, workshop: Matchmaker, tmp_path: Path
) -> None:
    path = write_workbook(
        tmp_path, "experts.xlsx", [["Navn", "Sprog", "Resume"], ["Ane", "da", "Svejser"]]
    )
    sender.send_file("experts.xlsx", path.read_bytes(), kind=ProfileKind.EXPERT.value)
    sender.send("Look at the rows").after_work(workshop)

    assert "1 row would be written" in sender.text


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
    assert max(asked[1].values()) < 16
