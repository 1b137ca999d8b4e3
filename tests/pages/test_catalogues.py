"""The catalogues: complete, compiled, and true to the placeholders of the English texts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import api

PACKAGE = Path(api.__file__).parent
TRANSLATIONS = PACKAGE / "translations"
RENEW = "run `make catalogues`"


@cache
def written() -> frozenset[str | tuple[str, ...]]:
    """Return every text in the code and templates."""
    with (TRANSLATIONS / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(str(PACKAGE), methods, options)
    return frozenset(message for _file, _line, message, _comments, _context in found)


@cache
def catalogue(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


def contents(given: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return what is looked up; one form or several, always as tuples.

    Plural forms without translation are compiled as they stand in the code.
    """

    def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
        return (text,) if isinstance(text, str) else tuple(text)

    return {
        forms(message.id): forms(message.string if all(forms(message.string)) else message.id)
        for message in given
        if message.id and (message.pluralizable or message.string)
    }


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_text_is_in_the_catalogue_and_nothing_else(language: str) -> None:
    kept = {message.id for message in catalogue(language) if message.id}
    assert sorted(map(str, written() - kept)) == [], f"missing in {language}: {RENEW}"
    assert sorted(map(str, kept - written())) == [], f"not used any more in {language}: {RENEW}"


def test_every_text_is_translated_into_danish() -> None:
    for message in catalogue("da"):
        if message.id:
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(strings), f"not translated: {message.id}"
            assert not message.fuzzy, f"not confirmed: {message.id}"


def test_every_translation_has_the_placeholders_of_its_text() -> None:
    for message in catalogue("da"):
        if not message.id:
            continue
        if isinstance(message.id, tuple):
            for text, string in zip(message.id, message.string, strict=True):
                assert placeholders(text) == placeholders(string), message.id
        else:
            assert placeholders(message.id) == placeholders(message.string), message.id


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_compiled_catalogue_says_what_the_written_one_says(language: str) -> None:
    compiled = TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo"
    assert compiled.exists(), f"{compiled.name} is missing: {RENEW}"
    with compiled.open("rb") as file:
        machine = contents(read_mo(file))
    assert machine == contents(catalogue(language)), RENEW
