"""``matchmaker evaluate --layout`` and ``--set``: any judged set, measured and kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli import evaluate_tables, set_databases
from embeddings.encoders.hashing import HashingEncoder
from matchmaker.matching.policy import POLICIES
from tests.cli.conftest import Shell, one_line
from tests.services.layout_folder import CASTINGS, ORDERS, WELDING, LayoutFolder
from tests.services.test_public_sets import PROJECTS, PROTOCOL, write

MEASURES = {
    *("mrr", "success@1", "success@5", "success@10", "ndcg@10", "recall@10", "recall@50"),
}


@pytest.fixture
def layout(tmp_path: Path) -> LayoutFolder:
    return LayoutFolder(tmp_path / "a-set")


def ask(shell: Shell, layout: LayoutFolder, *options: object) -> Any:
    result = shell("evaluate", "--layout", layout.path, "--json", *options)
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def databases(shell: Shell) -> set[str]:
    return {path.name for path in (shell.data_dir / "judged-sets").iterdir()}


def test_the_policy_that_answers_is_measured_and_printed_as_one_document(
    shell: Shell, layout: LayoutFolder
) -> None:
    document = ask(shell, layout)

    assert document["policy"] == "fused"
    assert document["encoder"] == "hashing:256"
    assert document["measures"].keys() == MEASURES
    assert document["measures"]["mrr"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    counts = ("queries", "queries_judged", "queries_with_relevant", "profiles")
    assert [document[name] for name in counts] == [3, 2, 2, 4]


def test_the_installation_s_own_database_is_not_touched(shell: Shell, layout: LayoutFolder) -> None:
    ask(shell, layout)

    assert {path.name for path in shell.data_dir.iterdir()} == {"judged-sets"}


def test_how_many_queries_nobody_judged_is_said(shell: Shell, layout: LayoutFolder) -> None:
    result = shell("evaluate", "--layout", layout.path)

    assert "1 of 3 queries are judged for nobody: not measured." in result.stderr
    assert "a-set: 2 judged queries, 4 profiles, encoder hashing:256." in result.stdout


def test_all_policies_come_as_a_list_and_in_tables_of_80_columns(
    shell: Shell,
    layout: LayoutFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    layout.tables["pairs.tsv"] = ["cracks\twelders\tvision\t2"]
    layout.tables["orders.tsv"] = ["vision\t2\t5", "vision\tcracks\t1"]
    layout.write()

    documents = ask(shell, layout, "--policy", "all")
    monkeypatch.setattr(evaluate_tables.output, "_width", 80)
    printed = shell("evaluate", "--layout", layout.path, "--policy", "all").stdout

    assert {one["policy"] for one in documents} == set(POLICIES)
    pairwise = {f"{one}_{two}" for one in ("pairwise", "orders") for two in ("loss", "accuracy")}
    assert all(one["measures"].keys() == MEASURES | pairwise for one in documents)
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_orders_alone_are_the_pairwise_measures(shell: Shell, layout: LayoutFolder) -> None:
    (layout.path / "qrels.tsv").unlink()
    layout.tables = {"orders.tsv": ["vision\t2\t5", "vision\tcracks\t1"]}
    layout.write()

    measures = ask(shell, layout)["measures"]

    assert measures.keys() == {"pairwise_loss", "pairwise_accuracy"}
    assert measures["pairwise_loss"]["value"] == 0


def test_the_run_ranks_every_profile_for_every_query(shell: Shell, layout: LayoutFolder) -> None:
    run = layout.path.parent / "runs" / "run.txt"

    ask(shell, layout, "--run", run)

    rows = [line.split(" ") for line in run.read_text(encoding="utf-8").splitlines()]
    assert [(row[0], row[3]) for row in rows] == [
        (query, str(rank)) for query in ("cracks", "2", "nobody") for rank in (1, 2, 3, 4)
    ]
    assert {(row[1], row[5]) for row in rows} == {("Q0", "fused")}
    assert rows[0][2] == "welders"
    assert all(rows[end][2:5] == ["silent", "4", "-1000000.000000"] for end in (3, 7, 11))
    scores = [float(row[4]) for row in rows[:4]]
    assert scores == sorted(scores, reverse=True)
    assert [path.name for path in run.parent.iterdir()] == ["run.txt"]


def test_several_policies_are_a_run_each(shell: Shell, layout: LayoutFolder) -> None:
    layout.profiles[3]["id"] = "says nothing"
    layout.write()
    run = layout.path / "run.txt"

    ask(shell, layout, "--run", run, "--policy", "dense", "--policy", "lexical")

    assert not run.exists()
    rows = (layout.path / "run.dense.txt").read_text().splitlines()
    assert rows[-1].split("\t")[2:] == ["says nothing", "4", "-1000000.000000", "dense"]
    assert (layout.path / "run.lexical.txt").exists()


def test_a_second_run_encodes_no_profile_again(
    shell: Shell, layout: LayoutFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(shell, layout)

    encoded: list[str] = []
    encode = HashingEncoder.encode_documents

    def noting(self: HashingEncoder, texts: list[str], *more: Any) -> Any:
        encoded.extend(texts)
        return encode(self, texts, *more)

    monkeypatch.setattr(HashingEncoder, "encode_documents", noting)
    second = ask(shell, layout)

    # This encoder has one way for both: what is left are the queries with their sentences.
    assert {text for text in encoded if text in (WELDING, CASTINGS, ORDERS)} == set()
    assert encoded
    assert {**first, "milliseconds_per_query": 0} == {**second, "milliseconds_per_query": 0}


def test_other_words_are_indexed_again(
    shell: Shell, layout: LayoutFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(shell, layout)
    monkeypatch.setattr(set_databases, "words_key", lambda: "other")

    second = ask(shell, layout)

    (words,) = (shell.data_dir / "judged-sets").glob("*/words")
    assert words.read_text() == "other"
    assert len(databases(shell)) == 1
    assert first["measures"] == second["measures"]


def test_other_profiles_are_another_database_and_old_ones_go_when_asked(
    shell: Shell, layout: LayoutFolder
) -> None:
    ask(shell, layout)
    layout.profiles.append({"id": "new", "passages": ["Painting of houses."]})
    layout.write()
    ask(shell, layout)
    before = databases(shell)

    result = shell("evaluate", "--layout", layout.path, "--forget-others")

    assert len(before) == 2
    assert "1 databases of other sets removed." in result.stderr
    assert len(databases(shell)) == 1
    assert databases(shell) < before


def test_two_who_index_the_same_set_at_once_both_get_it(shell: Shell, layout: LayoutFolder) -> None:
    processes = [
        shell.start("evaluate", "--layout", layout.path, "--json", "--policy", "dense")
        for _ in range(2)
    ]

    documents = [json.loads(process.communicate(timeout=120)[0]) for process in processes]

    assert documents[0]["measures"] == documents[1]["measures"]
    assert len(databases(shell)) == 1


def test_a_set_without_judgements_is_refused_unless_its_run_is_wanted(
    shell: Shell, layout: LayoutFolder
) -> None:
    (layout.path / "qrels.tsv").unlink()

    assert "a-set: nobody is judged; write qrels.tsv" in one_line(
        shell("evaluate", "--layout", layout.path)
    )
    document = ask(shell, layout, "--run", layout.path / "run.txt")
    assert document["measures"] == {}


def test_a_mistake_in_a_file_is_one_line(shell: Shell, layout: LayoutFolder) -> None:
    layout.tables["qrels.tsv"].append("cracks\tsomebody\t1")
    layout.write()

    line = one_line(shell("evaluate", "--layout", layout.path))

    assert "qrels.tsv: line 4: profile: no record has the id of profile somebody." in line


def test_an_unknown_place_is_said_once(shell: Shell, layout: LayoutFolder) -> None:
    for profile in layout.profiles:
        profile["place"] = "Atlantis"
    layout.write()

    result = shell("evaluate", "--layout", layout.path)

    assert "4 records have a place that is not known: 'Atlantis'" in result.stderr
    assert result.stderr.count("Atlantis") == 1


def test_a_public_set_has_its_baselines_beside_the_policies(shell: Shell, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "projects",
        projects__jsonl="\n".join(map(json.dumps, PROJECTS)),
        projects_masked__jsonl="\n".join(
            json.dumps({"id": one["id"], "text": f"Projektet {one['id']} om svejsning."})
            for one in PROJECTS
        ),
        eval_dev__json=json.dumps(PROTOCOL),
    )

    result = shell("evaluate", "--set", "danish-projects", folder, "--json")
    document = json.loads(result.stdout)
    table = shell("evaluate", "--set", "danish-projects", folder).stdout

    assert [one["name"] for one in document["baselines"]] == [
        "most projects first",
        "same region first",
    ]
    assert all(one["measures"].keys() == MEASURES for one in document["baselines"])
    assert "same region first" in table


def test_several_sets_in_a_folder_are_a_list_and_a_run_each(shell: Shell, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "news", news__da__txt="En kat\nEt hus\n", news__en__txt="A kat\nA hus\n"
    )
    kept = tmp_path / "kept.json"

    result = shell(
        *("evaluate", "--set", "parallel-da-en", folder, "--policy", "lexical", "--json"),
        *("--run", tmp_path / "run.txt", "--output", kept),
    )

    documents = json.loads(result.stdout)
    assert [one["set"] for one in documents] == ["news da→en", "news en→da"]
    assert documents[0]["measures"]["success@1"]["value"] == 1
    assert json.loads(kept.read_text(encoding="utf-8")) == documents
    assert len(list(tmp_path.glob("run.*.txt"))) == 2
    assert len(databases(shell)) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--run", "run.txt"), "--run and --forget-others go with --layout or --set."),
        (("--layout", ".", "--set", "cranfield", "."), "Give either --layout or --set."),
        (("--set", "nobody", "."), "is not one of"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    shell: Shell, options: tuple[str, ...], words: str
) -> None:
    result = shell("evaluate", *options)

    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
