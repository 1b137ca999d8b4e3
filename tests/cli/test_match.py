"""``matchmaker match``: one challenge in, ranked partners out."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from tests.cli.conftest import Shell, one_line
from tests.cli.seed_folder import WELDING


def test_a_person_gets_a_table_with_name_fit_and_evidence(loaded: Shell) -> None:
    result = loaded("match", WELDING)

    assert result.exit_code == 0
    assert "Institut for Sømme" in result.stdout
    assert "strong" in result.stdout
    assert "\x1b" not in result.stdout  # colours are for terminals
    assert result.stderr == ""


def test_a_machine_gets_one_document_of_a_known_shape(loaded: Shell) -> None:
    result = loaded("match", WELDING, "--json", "--place", "Aalborg")

    assert result.exit_code == 0
    assert result.stderr == ""
    document = json.loads(result.stdout)
    assert list(document) == ["language", "matches", "funnel", "timings_ms"]
    assert document["language"] == "en"
    best = document["matches"][0]
    assert {name: type(value) for name, value in best.items()} == {
        "rank": int,
        "kind": str,
        "id": str,
        "name": str,
        "place": str,
        "fit": str,
        "score": float,
        "folded": list,
        "evidence": list,
        "uncovered": list,
    }
    assert (best["rank"], best["kind"], best["name"], best["place"], best["fit"]) == (
        1,
        "institute",
        "Institut for Sømme",
        "Aalborg",
        "strong",
    )
    assert best["evidence"][0].keys() == {"passage", "answers"}
    assert WELDING in best["evidence"][0]["passage"]
    assert best["evidence"][0]["answers"] == WELDING
    assert {step["rule"] for step in document["funnel"]} >= {"all", "eligible", "matched"}
    assert document["timings_ms"]["total"] > 0


def test_uncovered_are_the_sentences_that_nothing_answers(loaded: Shell) -> None:
    other = "Wooden pallets quickly swallow xylophones."

    document = json.loads(loaded("match", f"{WELDING} {other}", "--json").stdout)

    assert document["matches"][0]["uncovered"] == [other]


def test_the_challenge_and_the_run_are_kept(loaded: Shell) -> None:
    before = len(loaded.rows("challenges"))

    loaded("match", WELDING)

    assert len(loaded.rows("challenges")) == before + 1
    assert len(loaded.rows("match_runs")) == 1


@pytest.mark.parametrize("given", [WELDING.encode(), b"\xef\xbb\xbf" + WELDING.encode()])
def test_a_hyphen_reads_standard_input(loaded: Shell, given: bytes) -> None:
    document = json.loads(loaded("match", "-", "--json", given=given).stdout)

    assert document["matches"][0]["evidence"][0]["answers"] == WELDING


def test_only_the_kinds_that_are_asked_for_are_listed(loaded: Shell) -> None:
    def kinds(*asked: str) -> set[str]:
        options = [word for kind in asked for word in ("--kind", kind)]
        text = f"{WELDING} Planning of orders in a machine shop. Cobot tending of a lathe."
        document = json.loads(loaded("match", text, "--json", *options).stdout)
        return {match["kind"] for match in document["matches"]}

    assert kinds() == {"institute", "expert", "student"}
    assert kinds("student") == {"student"}
    assert kinds("student", "expert") == {"student", "expert"}


def test_only_those_with_what_is_required_and_without_what_is_excluded_are_listed(
    loaded: Shell,
) -> None:
    text = f"{WELDING} Planning of orders in a machine shop. Cobot tending of a lathe."

    def names(*options: str) -> set[str]:
        document = json.loads(loaded("match", text, "--json", *options).stdout)
        return {match["name"] for match in document["matches"]}

    with_it, without_it = names("--require", "svejsning"), names("--exclude", "svejsning")
    assert "Institut for Sømme" in with_it
    assert not with_it & without_it
    assert with_it | without_it == names()
    assert names("--require", "welding", "--require", "hydrogen") == set()
    assert names("--place-weight", "0.5", "--place", "9000") == names()


def test_nobody_with_a_required_word_says_so(loaded: Shell) -> None:
    result = loaded("match", WELDING, "--require", "xylophone", "--exclude", "hydrogen")

    assert "without a word you require" in result.stdout
    assert "asking without --require" in result.stdout
    assert "asking without --exclude" in result.stdout


def test_a_word_that_names_nothing_is_refused_and_nothing_kept(loaded: Shell) -> None:
    before = loaded.rows("challenges")

    line = one_line(loaded("match", WELDING, "--require", "og"))

    assert "required_terms: 'og' names nothing" in line
    assert loaded.rows("challenges") == before


def test_the_language_is_recognised_or_taken_as_given(loaded: Shell) -> None:
    def language(text: str, *options: str) -> str:
        return str(json.loads(loaded("match", text, "--json", *options).stdout)["language"])

    assert language("Vi får revner i svejsningerne når vi svejser tykke plader.") == "da"
    assert language(WELDING) == "en"
    assert language(WELDING, "--language", "sv") == "sv"


def test_no_more_are_listed_than_asked_for(loaded: Shell) -> None:
    text = f"{WELDING} Planning of orders in a machine shop. Cobot tending of a lathe."

    document = json.loads(loaded("match", text, "--json", "--limit", "1").stdout)

    assert len(document["matches"]) == 1


def test_a_place_gives_distances(loaded: Shell) -> None:
    assert "Aalborg, DK, " in loaded("match", WELDING, "--place", "9000").stdout
    assert " km" not in loaded("match", WELDING).stdout


def test_nobody_is_an_answer_that_says_what_helps(loaded: Shell) -> None:
    text = "We would like a xylophone quartet for our summer jubilee."

    result = loaded("match", text, "--kind", "student")

    assert result.exit_code == 0
    assert "Nobody fits well enough." in result.stdout
    assert "another kind than asked for" in result.stdout
    assert "asking without --kind" in result.stdout
    assert json.loads(loaded("match", text, "--json").stdout)["matches"] == []


REFUSED: dict[str, tuple[str | bytes, tuple[str, ...], str]] = {
    "nothing": (b"", (), "text: Please describe the challenge."),
    "nothing but space": (b" \n\t ", (), "text: Please describe the challenge."),
    "two words": (b"welding cracks", (), "text: Please write at least three words"),
    "three short words": (b"it is bad", (), "text: Please write at least three words"),
    "50 kB": (b"welding cracks " * 3400, (), "text: Please shorten the text to 10000 characters"),
    "far too much": (b"welding cracks " * 20_000, (), "text: standard input has more than"),
    "broken UTF-8": (b"Vi f\xe5r revner i svejsningerne", (), "text: byte 4 is not UTF-8"),
    "NUL characters": (WELDING.encode("utf-16-le"), (), "text: it holds NUL characters"),
    "another language": (
        "Nasze spoiny pękają po spawaniu grubych blach i nie wiemy dlaczego.".encode(),
        (),
        "text: Please describe the challenge in Danish or English",
    ),
    "an unknown place": (WELDING.encode(), ("--place", "Atlantis"), "place: Use a Danish postcode"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused_in_one_line_and_not_kept(loaded: Shell, case: str) -> None:
    given, options, words = REFUSED[case]
    before = loaded.rows("challenges")

    line = one_line(loaded("match", "-", *options, given=given))

    assert words in line
    assert loaded.rows("challenges") == before
    assert loaded.rows("match_runs") == []


@pytest.mark.parametrize(
    "options",
    [
        ("--kind", "wizard"),
        ("--language", "tlh"),
        ("--limit", "0"),
        ("--limit", "many"),
        ("--place-weight", "3.5"),
        ("--place-weight", "near"),
        ("--colour", "red"),
    ],
)
def test_an_unknown_option_is_refused_before_anything_is_done(
    loaded: Shell, options: tuple[str, str]
) -> None:
    before = loaded.rows("challenges")

    result = loaded("match", WELDING, *options)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert loaded.rows("challenges") == before


def test_without_an_index_nothing_is_kept(empty: Shell) -> None:
    assert "matchmaker index rebuild" in one_line(empty("match", WELDING))
    assert empty.rows("challenges") == []


def test_with_another_encoder_it_says_what_to_do(loaded: Shell) -> None:
    before = loaded.rows("challenges")

    line = one_line(loaded("match", WELDING, MATCHMAKER_ENCODER="hashing:64"))

    assert "another encoder than hashing:64. Run `matchmaker index rebuild`" in line
    assert loaded.rows("challenges") == before


def test_an_argument_that_is_no_utf8_is_refused(loaded: Shell) -> None:
    # Only a real process can be given bytes.
    process = loaded.start("match", os.fsdecode(b"Vi f\xe5r revner i svejsningerne"))
    stdout, stderr = process.communicate(timeout=60)

    assert (process.returncode, stdout) == (1, "")
    assert stderr == "InvalidInput: text: character 4 is not UTF-8.\n"


@pytest.mark.parametrize("options", [("--json", "--language", "en"), ("--language", "en")])
def test_a_reader_who_leaves_early_is_no_error_to_talk_about(
    loaded: Shell, options: tuple[str, ...]
) -> None:
    process = loaded.start("match", WELDING, *options)
    assert process.stdout is not None
    process.stdout.close()  # as `head -c1` does, only sooner
    assert process.stderr is not None

    assert process.stderr.read() == ""
    process.wait(60)
    process.stderr.close()


def test_json_is_utf8_whatever_the_terminal_speaks(loaded: Shell) -> None:
    process = loaded.start(
        *("match", WELDING, "--language", "en", "--json"),
        text=False,
        variables={"PYTHONIOENCODING": "ascii"},
    )
    stdout, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    document: dict[str, Any] = json.loads(stdout.decode("utf-8"))
    assert document["matches"][0]["name"] == "Institut for Sømme"


def test_a_pipe_of_two_commands_works(loaded: Shell) -> None:
    process = loaded.start("match", "-", "--language", "en", "--json", stdin=subprocess.PIPE)
    stdout, stderr = process.communicate(WELDING, timeout=60)

    assert process.returncode == 0, stderr
    assert json.loads(stdout)["matches"]
