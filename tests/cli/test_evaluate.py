"""``matchmaker evaluate``: judged challenges in, a table and a document out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli import evaluate_tables
from api.cli.commit import measured_commit
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES
from tests.cli.conftest import Shell, one_line
from tests.cli.seed_folder import SeedFolder


@pytest.fixture
def judged(seeds: SeedFolder) -> SeedFolder:
    """A challenge about welding, judged for both institutes, and one that nobody can answer."""
    music = {
        **seeds.records["challenges.json"][0],
        "key": "xylophones",
        "title": "Xylophones wanted",
        "text": "We would like a quartet of xylophones for our jubilee.",
        "clarity": "off-topic",
        "sample": False,
    }
    seeds.records["challenges.json"].append(music)
    seeds.judgements += [
        "cracked-frames\tida\t0",
        "xylophones\tida\t0",
    ]
    seeds.write()
    return seeds


def ask(shell: Shell, seeds: SeedFolder, *options: str) -> tuple[Any, Any]:
    kept = shell.data_dir / "kept" / "evaluation.json"
    result = shell("evaluate", "--folder", seeds.path, "--output", kept, *options)
    document = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else None
    return result, document


def test_every_policy_is_measured_and_the_result_kept(loaded: Shell, judged: SeedFolder) -> None:
    result, document = ask(loaded, judged, "--no-limits")

    assert result.exit_code == 0, result.output
    assert [one["policy"] for one in document["policies"]] == list(POLICIES)
    fused = next(one for one in document["policies"] if one["policy"] == DEFAULT_POLICY.name)
    assert fused["pairs"]["en→en"]["ndcg@10"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert fused["pairs"]["en→both"]["recall@50"]["value"] == 1.0
    assert fused["nobody_for_off_topic"] == 1.0
    assert fused["relevant_by_fit"]["strong"] == {"share": 1.0, "judged": 2}
    assert (document["challenges"], document["off_topic"], document["judgements"]) == (2, 1, 3)
    for heading in ("nDCG@10", "Recall@50", "MRR", "da→en", "en→both", "fused-uncorrected"):
        assert heading in result.stdout


def test_nothing_is_kept_in_the_database(loaded: Shell, judged: SeedFolder) -> None:
    before = loaded.rows("challenges"), loaded.rows("match_runs")

    ask(loaded, judged)

    assert (loaded.rows("challenges"), loaded.rows("match_runs")) == before


def test_only_the_policies_that_are_asked_for(loaded: Shell, judged: SeedFolder) -> None:
    _, document = ask(loaded, judged, "--policy", "fused", "--policy", "lexical")

    assert [one["policy"] for one in document["policies"]] == ["lexical", "fused"]


def test_danish_that_finds_english_worse_than_english_does_is_a_failure(
    loaded: Shell, judged: SeedFolder
) -> None:
    # This encoder knows words only: a Danish question about flowers finds no welding.
    text = "Blomsterne i vores drivhus visner, selv om vi vander dem hver eneste morgen."
    judged.change("challenge_translations.json", title="Visne blomster", text=text)
    judged.judgements += ["cracked-frames\tseams-lab\t0"]

    result, document = ask(loaded, judged, "--policy", "fused")

    assert result.exit_code == 1
    (limit,) = document["limits"]
    assert (limit["kept"], limit["least"]) == (False, 0.95)
    assert limit["value"] < 0.95
    assert f"da→en is {100 * limit['value']:.0f} % of en→en, too little" in result.stdout
    assert ask(loaded, judged, "--policy", "fused", "--no-limits")[0].exit_code == 0
    assert ask(loaded, judged, "--policy", "lexical")[0].exit_code == 0


def test_the_same_in_both_languages_is_as_it_should_be(loaded: Shell, judged: SeedFolder) -> None:
    english = judged.records["challenges.json"][0]
    judged.change("challenge_translations.json", title=english["title"], text=english["text"])

    result, _ = ask(loaded, judged, "--policy", "fused")

    assert result.exit_code == 0
    assert "fused: da→en is 100 % of en→en, as it should be (at least 95 %)." in result.stdout


def test_json_is_the_document_that_is_kept(loaded: Shell, judged: SeedFolder) -> None:
    result, document = ask(loaded, judged, "--json", "--no-limits")

    assert json.loads(result.stdout) == document


def test_the_document_names_no_machine_and_no_folder(loaded: Shell, judged: SeedFolder) -> None:
    _, document = ask(loaded, judged, "--no-limits")

    text = json.dumps(document)
    assert str(loaded.data_dir) not in text
    assert "/" not in text.replace(document["measured_at"], "")


def test_without_output_it_is_kept_by_commit(
    loaded: Shell, judged: SeedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(loaded.data_dir)

    result = loaded("evaluate", "--folder", judged.path, "--policy", "lexical")

    assert result.exit_code == 0, result.output
    (kept,) = Path("benchmarks/results").iterdir()
    assert kept.name == f"evaluate-{measured_commit()}.json"
    assert measured_commit() == "uncommitted" or len(measured_commit()) == 12


def test_profiles_that_are_not_loaded_are_asked_for(empty: Shell, judged: SeedFolder) -> None:
    line = one_line(empty("evaluate", "--folder", judged.path))

    assert "2 of the judged profiles are not in it; run `matchmaker seed load` first." in line


MISTAKES = {
    "an unknown challenge": ("somebody\tseams\t1", "challenge: none is called somebody."),
    "an unknown profile": ("cracked-frames\tsomebody\t1", "profile: none is called somebody."),
    "an unknown grade": ("cracked-frames\tbo\t4", "grade: write 0, 1, 2 or 3."),
    "a missing column": ("cracked-frames\tbo", "write challenge, profile, grade with tabs"),
    "a second judgement": ("cracked-frames\tseams\t1", "profile: seams is judged twice for"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_bad_judgement_is_one_line_that_names_it(
    loaded: Shell, seeds: SeedFolder, case: str
) -> None:
    line, words = MISTAKES[case]
    seeds.judgements.append(line)
    seeds.write()

    said = one_line(loaded("evaluate", "--folder", seeds.path))

    assert f"judgements.tsv: line 3: {words}" in said


def test_a_table_without_its_columns_is_one_line(loaded: Shell, seeds: SeedFolder) -> None:
    seeds.judgements[0] = "query\tdocument\tscore"
    seeds.write()

    assert "line 1: write the columns" in one_line(loaded("evaluate", "--folder", seeds.path))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": "elsewhere"}, "record 1 (elsewhere): key: no challenge is called that."),
        ({"language": "en"}, "language: the challenge is written in it already."),
        ({"language": "fr"}, "record 1 (cracked-frames): language: Must be one of: da, en."),
    ],
)
def test_a_bad_translation_is_one_line(
    loaded: Shell, seeds: SeedFolder, changes: dict[str, str], words: str
) -> None:
    seeds.change("challenge_translations.json", **changes)

    line = one_line(loaded("evaluate", "--folder", seeds.path))

    assert "challenge_translations.json: " in line
    assert words in line


def test_the_tables_fit_80_columns(
    loaded: Shell,
    judged: SeedFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, document = ask(loaded, judged, "--no-limits")
    monkeypatch.setattr(evaluate_tables.output, "_width", 80)

    evaluate_tables.print_tables(document)

    printed = capsys.readouterr().out
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_the_judgements_are_read_the_other_way_too(loaded: Shell, judged: SeedFolder) -> None:
    flowers = {
        **judged.records["challenges.json"][0],
        "key": "withered-flowers",
        "title": "Withered flowers",
        "text": "The flowers in our greenhouse wither although we water them every day.",
        "sample": False,
    }
    judged.records["challenges.json"].append(flowers)
    judged.judgements += ["xylophones\tseams\t0", "withered-flowers\tseams\t0"]
    judged.write()

    result, document = ask(loaded, judged, "--policy", "fused", "--no-limits")

    (fused,) = document["policies"]
    assert fused["orderings"]["en"] == {
        "profiles": 1,
        "ndcg@10": {"value": 1.0, "low": 1.0, "high": 1.0},
        "pairs": {"value": 1.0, "low": 1.0, "high": 1.0},
    }
    assert "Turned round" in result.stdout
    assert ask(loaded, judged, "--policy", "lexical", "--no-limits")[0].exit_code == 0
