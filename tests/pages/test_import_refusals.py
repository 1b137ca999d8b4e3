"""Files and forms that are wrong: each gets its answer beside its field."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from api.security import MAX_UPLOAD_BYTES
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import ImportState
from tests.pages.sender import Sender, planned, run_of
from tests.services import test_import_refusals as bad_files
from tests.services.import_files import FIRMS

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
