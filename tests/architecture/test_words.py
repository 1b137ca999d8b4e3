"""What must not stand in the files: foreign places, and words with a better one."""

from __future__ import annotations

import re

import pytest

from tests.architecture.repository import texts

#: A folder of one machine; files speak of places below the repository or the data folder.
MACHINE_PATHS = re.compile(r"(?<![\w.}])/(?:work|home|root|Users|private/tmp|tmp/[a-z_]+\.)/\w+")
#: Where packages come from is the choice of whoever installs.
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|anaconda\.org|download\.pytorch\.org"
    r"|conda\.io|crates\.io|proxy\.golang\.org|docker\.io|ghcr\.io|--(?:extra-)?index-url",
    re.IGNORECASE,
)
#: Word -> the word we use; see the vocabulary in docs/architecture.md.
NEVER = {
    "recommendation": "match",
    "user profile": "profile",
    "chunk": "passage, or batch",
    "snippet": "passage",
}
#: The name of a published method.
ALLOWED = re.compile(r"late chunking", re.IGNORECASE)
#: Not our words.
THIRD_PARTY = ("api/static/vendor/", "tests/browser/axe-core/")
#: These tests have to name the words.
_HERE = ("tests", "architecture")


@pytest.mark.parametrize(
    ("pattern", "what"),
    [(MACHINE_PATHS, "a folder of one machine"), (REGISTRIES, "a package registry")],
    ids=["machine paths", "registries"],
)
def test_no_file_names_a_place_outside_the_repository(pattern: re.Pattern[str], what: str) -> None:
    found = [
        f"{path}:{number}: {match[0]}"
        for path, text in texts()
        if not path.as_posix().startswith(THIRD_PARTY)
        for number, line in enumerate(text.splitlines(), start=1)
        for match in pattern.finditer(line)
    ]

    assert not found, f"these lines name {what}:\n" + "\n".join(found)


def test_code_and_pages_keep_to_the_vocabulary() -> None:
    found = [
        f"{path}:{number}: {word!r}; we say {better!r}"
        for path, text in texts(
            *(".py", ".html", ".js", ".css", ".po"),
            within=("api", "embeddings", "matchmaker", "tests"),
        )
        if not path.as_posix().startswith(THIRD_PARTY) and path.parts[:2] != _HERE
        for number, line in enumerate(text.splitlines(), start=1)
        for word, better in NEVER.items()
        if word in ALLOWED.sub("", line).lower()
    ]

    assert not found, "words with a better one:\n" + "\n".join(found)
