"""What is written about the program is what the program does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from api.cli import main
from matchmaker.config import PREFIX, Settings
from tests.architecture.repository import ROOT, read, texts

ADRS = sorted(path.name for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
ADR_PARTS = ("Date:", "## Context", "## Decision", "## Consequences", "## Alternative not taken")
DOCUMENTS = [path for path, _ in texts(".md") if path.parts[0] in {"docs", "README.md"}]
_ROW = re.compile(r"^\| `(MATCHMAKER_\w+)` \| (.*?) \| (.+) \|$", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
_COMMAND = re.compile(r"\bmatchmaker ((?:[a-z][a-z-]* ?)+)")


def _settings_as_documented() -> list[tuple[str, str, str]]:
    """Return variable, default and sentence of every field, read from the class itself."""
    written = inspect.getsource(Settings).replace("``", "`")
    sentences = {
        name: sentence for sentence, name in re.findall(r"#: (.+)\n    (\w+): .+ = ", written)
    }
    return [
        (
            f"{PREFIX}{field.name.upper()}",
            f"`{field.default}`" if str(field.default) else "empty",
            sentences[field.name],
        )
        for field in fields(Settings)
    ]


def test_the_table_of_settings_is_that_of_the_class() -> None:
    assert _ROW.findall(read("README.md")) == _settings_as_documented(), (
        "write the settings into the README in the order and words of matchmaker/config.py"
    )


def _commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_the_readme_names_every_command() -> None:
    readme = read("README.md")

    missing = [one for one in _commands(main) if f"`matchmaker {one}" not in readme]

    assert not missing, f"README.md does not name: matchmaker {', matchmaker '.join(missing)}"


def test_every_command_that_is_written_about_exists() -> None:
    known = set(_commands(main))
    groups = {one.split(" ")[0] for one in known if " " in one}
    wrong = []
    for name in [*DOCUMENTS, Path("CHANGELOG.md"), Path("Makefile")]:
        for line in re.findall(r"`matchmaker [^`]+`|\$\(BIN\)/matchmaker .*", read(str(name))):
            words = _COMMAND.search(line)
            if words is None:
                continue
            first, second, third = [*words[1].split(), "", "", ""][:3]
            given = {first, f"{first} {second}", f"{first} {second} {third}"}
            if not (given - {first} if first in groups else {first}) & known:
                wrong.append(f"{name}: {line}")

    assert not wrong, "there are no such commands:\n" + "\n".join(wrong)


def test_every_decision_is_in_the_index() -> None:
    index = read("docs/adr/README.md")

    missing = [name for name in ADRS if f"]({name})" not in index]

    assert not missing, f"add {', '.join(missing)} to docs/adr/README.md"


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(name[:4]) for name in ADRS] == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("name", ADRS)
def test_every_decision_has_its_five_parts(name: str) -> None:
    text = read(f"docs/adr/{name}")

    missing = [part for part in ADR_PARTS if f"\n{part}" not in text]

    assert not missing, f"docs/adr/{name} lacks {', '.join(missing)}"


@pytest.mark.parametrize("name", ["README.md", *map(str, DOCUMENTS)])
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    broken = [
        target
        for target in _LINK.findall(read(name))
        if "://" not in target and not (folder / target).exists()
    ]

    assert not broken, f"{name} links to {', '.join(broken)}"


def test_every_file_that_a_recipe_names_is_there() -> None:
    """Paths in backticks that begin with a folder of ours, without a placeholder in them."""
    named = re.compile(
        r"`((?:api|embeddings|matchmaker|seed_data|tests|docs|benchmarks)/[\w./-]+)`"
    )
    invented = re.compile(r"laborator|new_|my_")
    missing = [
        f"{name}: {path}"
        for name in DOCUMENTS
        for path in named.findall(read(str(name)))
        if not invented.search(path) and not (ROOT / path).exists()
    ]

    assert not missing, "these files are not there:\n" + "\n".join(missing)
