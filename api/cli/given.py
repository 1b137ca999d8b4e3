"""The text of a challenge as the shell hands it over: an argument, or standard input."""

from __future__ import annotations

import sys

from matchmaker.errors import InvalidInput

_MOST_INPUT = 200_000  # bytes of standard input; a challenge has 10,000 characters at most


def given_text(argument: str) -> str:
    """Return the text; "-" reads standard input.

    Raises:
        InvalidInput: too much, not UTF-8, or no text at all.
    """
    return _standard_input() if argument == "-" else _decoded(argument)


def _standard_input() -> str:
    given = sys.stdin.buffer.read(_MOST_INPUT + 1)
    if len(given) > _MOST_INPUT:
        raise InvalidInput("text", f"standard input has more than {_MOST_INPUT} bytes; shorten it.")
    try:
        text = given.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("text", f"byte {error.start} is not UTF-8; save it as UTF-8.") from error
    if "\0" in text:  # UTF-16 without its mark, or no text at all
        raise InvalidInput("text", "it holds NUL characters; save it as text in UTF-8.")
    return text


def _decoded(argument: str) -> str:
    # Python hands over bytes that it cannot read as halves of characters.
    try:
        argument.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("text", f"character {error.start} is not UTF-8.") from error
    return argument
