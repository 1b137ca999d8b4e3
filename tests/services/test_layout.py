"""Judged sets in plain files: what is understood, and what is refused in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from matchmaker.errors import InvalidInput
from matchmaker.models import EvidenceKind, Place
from matchmaker.services.judged_set import JudgedPair
from matchmaker.services.layout import Unknown, read_layout
from tests.services.layout_folder import CASTINGS, ORDERS, WELDING, LayoutFolder


@pytest.fixture
def layout(tmp_path: Path) -> LayoutFolder:
    return LayoutFolder(tmp_path / "a-set")


def test_a_set_is_read_with_its_own_ids(layout: LayoutFolder) -> None:
    given = read_layout(layout.path)

    assert given.name == "a-set"
    assert [one.id for one in given.queries] == ["cracks", "2", "nobody"]
    assert given.profile_ids == ["welders", "vision", "3", "silent"]
    welders, vision, third, silent = given.profiles()
    assert (welders.kind, welders.place.postcode) == ("institute", "9220")
    assert (vision.kind, vision.passages[0].kind) == ("organisation", EvidenceKind.CASE)
    assert vision.passages[0].year == 2020
    assert [one.text for one in third.passages] == [ORDERS, CASTINGS]
    assert silent.passages == ()
    assert given.judgements.grades == {"cracks": {"welders": 3.0}, "2": {"vision": 1.0}}
    assert given.judgements.queries() == {"cracks", "2"}


def test_the_profiles_can_be_read_again(layout: LayoutFolder) -> None:
    given = read_layout(layout.path)

    assert list(given.profiles()) == list(given.profiles())


def test_another_text_is_another_content_and_another_judgement_is_not(
    layout: LayoutFolder,
) -> None:
    before = read_layout(layout.path).content
    layout.tables["qrels.tsv"].append("2\twelders\t2")
    layout.write()
    assert read_layout(layout.path).content == before

    layout.profiles[0]["passages"] = [WELDING + "!"]
    layout.write()
    assert read_layout(layout.path).content != before


@pytest.mark.parametrize(
    "rows",
    [
        ["cracks\twelders\t3"],
        ["query_id\tprofile_id\tscore", "cracks\twelders\t3.0"],
        ["cracks\t0\twelders\t3"],
        ["cracks 0 welders 3", ""],
        ["\ufeffquery\tprofile\tgrade\r", "cracks\twelders\t3\r"],
        ["cracks\twelders\t3", "cracks\twelders\t3"],
    ],
    ids=["bare", "a heading", "TREC", "TREC with spaces", "Windows", "said twice"],
)
def test_grades_are_read_as_people_write_them(layout: LayoutFolder, rows: list[str]) -> None:
    layout.tables["qrels.tsv"] = rows
    layout.write()

    assert read_layout(layout.path).judgements.grades == {"cracks": {"welders": 3.0}}


def test_pairs_and_orders_and_what_is_left_out(layout: LayoutFolder) -> None:
    layout.tables = {
        "qrels.tsv": [],
        "pairs.tsv": ["query\tbetter\tworse\tweight", "cracks\twelders\tvision\t2.5"],
        "orders.tsv": ["welders\tcracks\t5", "welders\t2\t1"],
        "left-out.tsv": ["cracks\t3\t1", "2\t3"],
    }
    layout.write()

    given = read_layout(layout.path)

    pair = JudgedPair(query="cracks", better="welders", worse="vision", weight=2.5)
    assert given.judgements.pairs == [pair]
    assert given.judgements.orders == {"welders": {"cracks": 5.0, "2": 1.0}}
    assert given.left_out == {"cracks": {("3", 1)}, "2": {("3", 0), ("3", 1)}}


def test_a_pair_without_a_weight_weighs_one(layout: LayoutFolder) -> None:
    layout.tables["pairs.tsv"] = ["query\tbetter\tworse", "cracks\twelders\tvision"]
    layout.write()

    assert read_layout(layout.path).judgements.pairs[0].weight == 1


@pytest.mark.parametrize(
    ("written", "latitude"),
    [
        ("North Denmark Region", 57.06),
        ("Region Nordjylland", 57.06),
        ("57.5, 10.0", 57.5),
        ([57.5, 10.0], 57.5),
        (9220, 57.04),
        ("København", 55.68),
    ],
)
def test_a_place_is_a_region_a_town_a_postcode_or_degrees(
    layout: LayoutFolder, written: Any, latitude: float
) -> None:
    layout.queries[0]["place"] = written
    layout.write()

    place = read_layout(layout.path).queries[0].place

    assert place.latitude == pytest.approx(latitude, abs=0.05)


def test_an_unknown_place_is_told_and_costs_only_the_place(layout: LayoutFolder) -> None:
    layout.profiles[0]["place"] = "Atlantis"
    layout.write()
    unknown = Unknown()

    given = read_layout(layout.path, unknown)

    assert next(given.profiles()).place == Place()
    assert unknown.places == ["Atlantis"]


@pytest.mark.parametrize(
    ("written", "code"),
    [("da", "da"), ("en-GB", "en"), ("Danish", "da"), ("no", "nb"), ("fr", "fr"), ("", None)],
)
def test_languages_go_by_their_code(layout: LayoutFolder, written: str, code: str | None) -> None:
    layout.queries[0]["language"] = written
    layout.write()

    assert read_layout(layout.path).queries[0].language == code


RECORDS: dict[str, tuple[str, int, Any, str]] = {
    "no JSON": ("queries", 1, "{", "queries.jsonl: line 2: not JSON"),
    "no object": ("profiles", 1, "[1]", "profiles.jsonl: line 2: write one object a line."),
    "no id": ("queries", 0, {"text": "?"}, "queries.jsonl: line 1: id: write a text or a number."),
    "no text": ("queries", 0, {"id": 1}, "queries.jsonl: line 1: text: write a text"),
    "an empty text": ("queries", 0, {"id": 1, "text": " "}, "queries.jsonl: line 1: text:"),
    "an id twice": ("profiles", 1, {"id": "welders"}, "record 2: id: 'welders' is used twice."),
    "a kind": ("profiles", 0, {"id": 1, "kind": "cat"}, "line 1: kind: 'cat' is none of expert"),
    "a place": ("profiles", 0, {"id": 1, "place": "99,5"}, "line 1: place: write degrees"),
    "a place's type": ("profiles", 0, {"id": 1, "place": {}}, "line 1: place: write a text."),
    "a language": ("queries", 0, {"id": 1, "text": "t", "language": 3}, "language: write a code"),
    "passages": ("profiles", 0, {"id": 1, "passages": 5}, "passages: write a list of texts."),
    "a passage": ("profiles", 0, {"id": 1, "passages": ["a", 5]}, "passages[1]: write a text, or"),
    "a passage's kind": (
        "profiles",
        0,
        {"id": 1, "passages": [{"text": "a", "kind": "poem"}]},
        "passages[0].kind: 'poem' is none of publication",
    ),
    "a year": (
        "profiles",
        0,
        {"id": 1, "passages": [{"text": "a", "year": "long ago"}]},
        "passages[0].year: 'long ago' is no year.",
    ),
}


@pytest.mark.parametrize("case", RECORDS)
def test_a_bad_record_is_named_with_file_line_and_field(layout: LayoutFolder, case: str) -> None:
    file, number, record, words = RECORDS[case]
    getattr(layout, file)[number] = record
    layout.write()

    with pytest.raises(InvalidInput) as error:
        read_layout(layout.path)

    assert words in str(error.value)


TABLES = {
    "an unknown query": ("qrels.tsv", "who\twelders\t1", "line 4: query: no record has the id"),
    "an unknown profile": ("qrels.tsv", "2\twho\t1", "profile who"),
    "a grade in words": ("qrels.tsv", "2\twelders\tgood", "line 4: grade: 'good' is no number."),
    "an endless grade": ("qrels.tsv", "2\twelders\tinf", "grade: 'inf' is no number."),
    "two grades": ("qrels.tsv", "2\tvision\t2", "line 4: grade: vision has two grades"),
    "a missing column": ("qrels.tsv", "2\twelders", "line 4: write query, profile, grade"),
    "a pair of one": ("pairs.tsv", "2\tvision\tvision\t1", "line 1: worse: it is the same"),
    "a weight below 0": ("pairs.tsv", "2\tvision\twelders\t-1", "weight: write 0 or more."),
    "two places in an order": (
        "orders.tsv",
        "vision\t2\t1\nvision\t2\t2",
        "line 2: grade: query 2",
    ),
    "a passage too far": ("left-out.tsv", "2\tvision\t1", "passage: vision has 1 passages"),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_bad_judgement_is_named_with_file_line_and_column(
    layout: LayoutFolder, case: str
) -> None:
    file, row, words = TABLES[case]
    layout.tables.setdefault(file, []).append(row)
    layout.write()

    with pytest.raises(InvalidInput) as error:
        read_layout(layout.path)

    assert str(error.value).startswith(f"{file}: line ")
    assert words in str(error.value)


def test_many_unknown_ids_are_named_once_and_counted(layout: LayoutFolder) -> None:
    layout.tables["qrels.tsv"] += [f"2\tp{number}\t1" for number in range(7)] * 2
    layout.write()

    with pytest.raises(InvalidInput, match=r"profile p0, .*profile p4 and 2 more\.$"):
        read_layout(layout.path)


@pytest.mark.parametrize("name", ["queries.jsonl", "profiles.jsonl"])
def test_a_missing_and_an_empty_file_are_named(layout: LayoutFolder, name: str) -> None:
    (layout.path / name).write_text("\n", encoding="utf-8")
    layout.tables = {}
    (layout.path / "qrels.tsv").unlink()
    with pytest.raises(InvalidInput, match=f"{name}: it has no records."):
        read_layout(layout.path)

    (layout.path / name).unlink()
    with pytest.raises(InvalidInput, match=f"{name}: there is no such file in a-set."):
        read_layout(layout.path)


def test_bytes_that_are_no_text_are_named(layout: LayoutFolder) -> None:
    (layout.path / "qrels.tsv").write_bytes(b"2\tvision\t1\n2\t\xff\t1\n")

    with pytest.raises(InvalidInput, match=r"qrels.tsv: line 2: not UTF-8."):
        read_layout(layout.path)
