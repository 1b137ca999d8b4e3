"""Files that no import should choke on: each gets an answer that says what to do."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput
from matchmaker.models import ImportFormat, ProfileKind
from matchmaker.services.exchange import documents, tables, workbooks
from matchmaker.services.exchange.tables import read_csv
from tests.services.import_files import write, write_lines, write_workbook

MIB = 1 << 20


def sparse(folder: Path) -> Path:
    path = folder / "large.csv"
    with path.open("wb") as file:
        file.write(b"Navn\n")
        file.truncate(tables.MOST_BYTES + 1)
    return path


def zipped(folder: Path, parts: dict[str, bytes]) -> Path:
    path = folder / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def with_part(folder: Path, name: str, content: bytes) -> Path:
    """Return a workbook with one more part."""
    path = write_workbook(folder, "book.xlsx", [["Navn"], ["Ida"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return path


def lying(folder: Path) -> Path:
    """Return a workbook whose directory says that a part is smaller than it is."""
    path = with_part(folder, "xl/bomb.xml", b"<a/>" * (4 * MIB))
    content = bytearray(path.read_bytes())
    size = (16 * MIB).to_bytes(4, "little")
    assert size in content
    path.write_bytes(content.replace(size, (100).to_bytes(4, "little")))
    return path


def wide_book(folder: Path) -> Path:
    return write_workbook(folder, "wide.xlsx", [[f"Column {n}" for n in range(201)]])


REFUSED: list[tuple[str, Callable[[Path], Path], str]] = [
    ("empty", lambda f: write(f, "a.csv", ""), "empty"),
    ("no header", lambda f: write(f, "a.csv", "\n\n\n"), "no row of column names"),
    ("a gigabyte", sparse, "Split it"),
    ("201 columns", lambda f: write(f, "a.csv", ",".join(f"c{n}" for n in range(201))), "200"),
    ("201 columns in a workbook", wide_book, "200"),
    ("two of one name", lambda f: write(f, "a.csv", "Navn,navn\nx,y\n"), "both called"),
    ("a column without name", lambda f: write(f, "a.csv", "Navn,,By\nx,y,z\n"), "no name"),
    ("bytes of nothing", lambda f: _bytes(f, "a.csv", b"Navn\n\x00\x01\x02\x00\x00\xff"), "NUL"),
    ("a workbook named csv", lambda f: _renamed(f), "workbook"),
    ("an old workbook", lambda f: _bytes(f, "a.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 99), "encrypt"),
    ("no workbook", lambda f: write(f, "a.xlsx", "Navn\n"), "no workbook"),
    ("a zip of other things", lambda f: zipped(f, {"a.txt": b"x"}), "no workbook"),
    ("macros", lambda f: with_part(f, "xl/vbaProject.bin", b"x"), "macros"),
    ("entities", lambda f: with_part(f, "xl/x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]>"), "entities"),
    ("a zip bomb", lambda f: with_part(f, "xl/bomb.xml", b"\0" * (64 * MIB)), "unpacked"),
    ("a lying zip bomb", lying, "workbook|unpacked"),
    ("a broken line", lambda f: write(f, "a.csv", 'Navn,By\n"x,y\n'), "can't be read"),
    ("a huge cell", lambda f: write(f, "a.csv", "Navn,By\n" + "x" * 1_100_000 + ",y\n"), "Row 2"),
    ("no name column", lambda f: write(f, "a.csv", "Farve,Antal\nrød,2\n"), "No column is taken"),
    ("a picture", lambda f: write(f, "a.png", "x"), "say which"),
    ("Excel's own line", lambda f: write(f, "a.csv", "sep=;\nNavn;By\n"), "sep="),
    ("broken JSON", lambda f: write(f, "a.json", '[{"kind": "expert"'), "breaks off"),
    ("JSON in cp1252", lambda f: write(f, "a.json", '[{"name": "Sørén"}]', "cp1252"), "UTF-8"),
]


def _bytes(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _renamed(folder: Path) -> Path:
    path = write_workbook(folder, "book.xlsx", [["Navn"], ["Ida"]])
    return path.rename(folder / "book.csv")


@pytest.mark.parametrize(
    ("make", "words"), [(make, words) for _, make, words in REFUSED], ids=[n for n, _, _ in REFUSED]
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    service: Matchmaker, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    path = make(tmp_path)

    with pytest.raises(InvalidInput, match=words):
        service.imports.preview(path, kind=ProfileKind.EXPERT)

    assert list(service.imports.folder.glob("*")) == []


def test_too_much_unpacked_is_refused_by_what_is_said_and_by_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_workbook(tmp_path, "a.xlsx", [["Navn"], ["Ida"]])
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 1000)
    with pytest.raises(InvalidInput, match="says that it is"):
        workbooks.read_workbook(path)


def test_more_rows_than_are_read_are_refused(
    service: Matchmaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchmaker.services.exchange.sources.MOST_ROWS", 3)
    path = write(tmp_path, "a.csv", "Navn\n" + "x\n" * 4)
    with pytest.raises(InvalidInput, match="more than 3"):
        service.imports.preview(path, kind=ProfileKind.EXPERT)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "iso8859_1", "cp850", "mac_roman"],
)
def test_danish_letters_come_through_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    text = "Navn;Beskrivelse\n" + "".join(
        f"Søren Ærø nr. {n};Hjælper små virksomheder på Åbenrå-egnen med blæserør\n"
        for n in range(40)
    )

    table = read_csv(write(tmp_path, "a.csv", text, encoding))

    assert table.header == ("Navn", "Beskrivelse")
    assert [cells[0] for _, cells in table.rows][:2] == ["Søren Ærø nr. 0", "Søren Ærø nr. 1"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_though_others_stand_in_the_text(
    tmp_path: Path, delimiter: str
) -> None:
    text = delimiter.join(["Navn", "Tekst"]) + "\n"
    text += "".join(f'Ida{delimiter}"A, b; c | d\t{n}"\n' for n in range(5))

    table = read_csv(write(tmp_path, "a.csv", text))

    assert table.header == ("Navn", "Tekst")
    assert next(table.rows)[1] == ["Ida", "A, b; c | d\t0"]


def test_a_broken_line_of_json_lines_is_refused_alone(service: Matchmaker, tmp_path: Path) -> None:
    good = {"kind": "expert", "name": "Ida", "language": "en"}
    path = write_lines(tmp_path, "a.jsonl", [good, good])
    path.write_text(
        json.dumps(good) + '\n{"kind": \n[1]\n"x"\n{"kind": "robot"}\nNaN\n', encoding="utf-8"
    )

    run = service.imports.preview(path)

    assert (run.format, run.new, run.refused) == (ImportFormat.JSONL, 1, 5)


def test_a_record_larger_than_any_is_refused(
    service: Matchmaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_DOCUMENT", 1000)
    path = write_lines(tmp_path, "a.jsonl", [{"name": "x" * 2000}])
    with pytest.raises(InvalidInput, match="longer than any record"):
        service.imports.preview(path, format=ImportFormat.JSONL)


@pytest.mark.parametrize(
    "given", [{}, {"id": 7}, {"names": 3, "id": "x"}, {"names": [{}]}, {"a": []}]
)
@pytest.mark.parametrize("format", [one for one in ImportFormat if not one.is_table])
def test_no_record_of_a_register_breaks_an_import(
    service: Matchmaker, tmp_path: Path, format: ImportFormat, given: dict[str, object]
) -> None:
    path = write_lines(tmp_path, "a.jsonl", [given, given])
    if format.startswith("cordis"):
        path = write(tmp_path, "a.csv", ";".join([*given, "x"]) + "\n" + ";".join(map(str, given)))
        given = given or {"x": ""}

    run = service.imports.preview(path, format=format)

    assert run.new == 0
    assert run.refused == (2 if not format.startswith("cordis") else run.refused)
