"""Readers of public judged sets, on files of the same form with a few lines."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from matchmaker.errors import InvalidInput
from matchmaker.models import Place
from matchmaker.models.regions import find_region
from matchmaker.services.public_sets import READERS


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        raw = text.encode()
        path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return folder


PROJECTS = [
    {"id": "A1", "region": "Nordjylland", "orgs": ["alpha", "beta"], "postcode": "9000"},
    {"id": "A2", "region": "Nordjylland", "orgs": ["alpha"], "postcode": "9000"},
    {"id": "A3", "region": "Hovedstaden", "orgs": ["alpha", "gamma"], "postcode": "1000"},
    {"id": "A4", "region": "Konkurrenceudsat pulje", "orgs": ["beta"], "postcode": "5000"},
]
PROTOCOL = {
    "candidates": ["alpha", "beta"],
    "near_duplicates": [["A1", "A2"]],
    "queries": {"A1": ["alpha", "beta"], "A3": ["alpha"], "A4": ["beta"]},
}


@pytest.fixture
def danish(tmp_path: Path) -> Path:
    masked = [{"id": one["id"], "text": f"Tekst om {one['id']}"} for one in PROJECTS]
    return write(
        tmp_path,
        projects__jsonl="\n".join(map(json.dumps, PROJECTS)),
        projects_masked__jsonl__gz="\n".join(map(json.dumps, masked)),
        eval_dev__json=json.dumps(PROTOCOL),
    )


def test_a_danish_project_asks_with_its_masked_text_for_who_took_part(danish: Path) -> None:
    (given,) = READERS["danish-projects"](danish)

    first, third, fourth = given.queries
    assert (first.id, first.text, first.language) == ("A1", "Tekst om A1", "da")
    alpha, beta = given.profiles()
    assert [one.text for one in alpha.passages] == ["Tekst om A1", "Tekst om A2", "Tekst om A3"]
    assert [one.text for one in beta.passages] == ["Tekst om A1", "Tekst om A4"]
    assert given.judgements.grades["A1"] == {"alpha": 1.0, "beta": 1.0}
    assert first.place == find_region("Nordjylland")
    assert fourth.place == Place()


def test_neither_the_project_nor_its_double_helps_and_nor_does_their_place(danish: Path) -> None:
    (given,) = READERS["danish-projects"](danish)

    assert given.left_out["A1"] == {("alpha", 0), ("alpha", 1), ("beta", 0)}
    assert given.left_out["A3"] == {("alpha", 2)}
    alpha, _ = given.profiles()
    assert alpha.place == find_region("Nordjylland")
    # What is left of them lies in the capital, and nowhere.
    assert given.places["A1"] == {"alpha": find_region("Hovedstaden"), "beta": Place()}


def test_the_baselines_count_other_projects_only(danish: Path) -> None:
    (given,) = READERS["danish-projects"](danish)
    popularity, region = (one.scores for one in given.baselines)

    assert popularity("A1") == {"alpha": 1, "beta": 1}
    assert popularity("A3") == {"alpha": 2, "beta": 2}
    assert region("A1")["alpha"] == region("A1")["beta"]
    assert region("A3") == popularity("A3")


def test_a_danish_protocol_that_names_no_project_is_refused(danish: Path) -> None:
    protocol: dict[str, Any] = {**PROTOCOL, "queries": {"A9": ["alpha"]}}
    (danish / "eval_dev.json").write_text(json.dumps(protocol))

    with pytest.raises(InvalidInput, match="eval_dev.json: 'A9'"):
        READERS["danish-projects"](danish)


def test_cranfield_counts_questions_and_takes_every_grade_for_one(tmp_path: Path) -> None:
    documents = "".join(
        f"<doc><docno>{number}</docno><title>t</title><text>{text}</text></doc>\n"
        for number, text in (("1", "a wing &amp; a slipstream ."), ("2", ""))
    )
    questions = "".join(
        f"<top><num> {number}</num><title>\n{text}\n</title></top>"
        for number, text in ((1, "what wings ?"), (4, "what flows ?"))
    )
    folder = write(
        tmp_path,
        cran__all__1400__xml__gz=documents,
        cran__qry__xml=f"<xml>{questions}</xml>",
        cranqrel__trec__txt="1 0 1 3\n2 0 2 1\n2 0 1 0\n2 0 77 1\n",
    )

    (given,) = READERS["cranfield"](folder)

    assert [(one.id, one.text) for one in given.queries] == [
        ("1", "what wings ?"),
        ("2", "what flows ?"),
    ]
    wing, empty = given.profiles()
    assert wing.passages[0].text == "a wing & a slipstream ."
    assert empty.passages == ()
    assert given.judgements.grades == {"1": {"1": 1.0}, "2": {"2": 1.0, "1": 0.0}}


def melo(folder: Path) -> Path:
    return write(
        folder,
        queries__tsv__gz="Q1\tPersonalsjefer\n",
        corpus_elements__tsv__gz="C1\tPersonalsjef\nC2\tKokk\n",
        annotations__tsv__gz="Q1\t0\tC1\t1\n",
    )


def test_melo_names_its_languages_in_the_folder_and_breaks_ties_by_id(tmp_path: Path) -> None:
    melo(tmp_path / "nor_q_no_c_en")

    (whole,) = READERS["melo-scandinavian"](tmp_path)
    (alone,) = READERS["melo-scandinavian"](tmp_path / "nor_q_no_c_en")

    assert whole.name == alone.name == "nor_q_no_c_en"
    assert whole.queries[0].language == "nb"
    assert {one.language for one in whole.profiles()} == {"en"}
    assert whole.judgements.grades == {"Q1": {"C1": 1.0}}
    assert whole.ties_by_id


def test_parallel_sentences_look_for_each_other_and_not_for_themselves(tmp_path: Path) -> None:
    folder = write(
        tmp_path, news__da__txt="En kat.\nEn hund.\n", news__en__txt__gz="A cat.\nA dog.\n"
    )

    danish, english = READERS["parallel-da-en"](folder)

    assert (danish.name, english.name) == ("news da→en", "news en→da")
    assert danish.profile_ids == ["da-0", "da-1", "en-0", "en-1"]
    assert danish.content == english.content
    assert danish.judgements.grades == {"da-0": {"en-0": 1.0}, "da-1": {"en-1": 1.0}}
    assert english.judgements.grades["en-1"] == {"da-1": 1.0}
    assert english.left_out["en-1"] == {("en-1", 0)}


@pytest.mark.parametrize("name", READERS)
def test_a_folder_without_the_files_is_one_line_that_names_one(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no such file in "):
        READERS[name](tmp_path)


def test_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "news", news__da__txt="En kat.\n", news__en__txt="A cat.\nA dog.\n")
    with pytest.raises(InvalidInput, match="another number of lines"):
        READERS["parallel-da-en"](folder)

    folder = melo(tmp_path / "melo")
    (folder / "queries.tsv").write_text("Q1\n")
    with pytest.raises(InvalidInput, match=r"queries.tsv: line 1: write 2 columns"):
        READERS["melo-scandinavian"](folder)

    (folder / "queries.tsv").unlink()
    (folder / "queries.tsv.gz").write_bytes(b"not packed")
    with pytest.raises(InvalidInput, match=r"queries.tsv.gz: it can't be unpacked"):
        READERS["melo-scandinavian"](folder)
