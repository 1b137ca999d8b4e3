"""Revisions as ETags: nobody overwrites what they have not seen, nobody reads twice.

The ETag of a thing is its revision in quotes, ``"3"``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import request
from werkzeug.http import quote_etag

from api.problems import (
    MALFORMED_REQUEST,
    PRECONDITION_REQUIRED,
    STALE_REVISION,
    FieldError,
    Refused,
)

_TAG = r'(?:W/)?"[^"]*"'
_IF_MATCH = re.compile(rf"\s*(?:\*|{_TAG}(?:\s*,\s*{_TAG})*)\s*")


def etag_of(revision: int) -> str:
    """Return the header value for a revision.

    >>> etag_of(3)
    '"3"'
    """
    return quote_etag(str(revision))


def reader_has(revision: int) -> bool:
    """Return whether the reader already holds this revision (``If-None-Match``)."""
    if request.method not in {"GET", "HEAD"}:
        return False
    held = request.if_none_match
    return held.star_tag or held.contains_weak(str(revision))


def stated_revision(present: Callable[[], int]) -> int:
    """Return the revision that the change is meant for, also when it is an older one.

    For services that can say what has changed since.

    Raises:
        Refused: no If-Match, a malformed one, or one that names no revision of ours.
    """
    stated = [int(tag) for tag in request.if_match if tag.isdecimal() and len(tag) < 10]
    revision = present()
    if stated and not request.if_match.star_tag and revision not in stated:
        return stated[0]
    return required_revision(lambda: revision)


def required_revision(present: Callable[[], int]) -> int:
    """Return the revision that the change is meant for; ``present`` reads the one stored.

    The service compares once more inside its transaction, so a change in between is seen.

    Raises:
        Refused: no If-Match, a malformed one, or one that names another revision.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise Refused(PRECONDITION_REQUIRED, "Send the ETag you read in the header If-Match.")
    if not _IF_MATCH.fullmatch(header):
        detail = 'Write the ETag as you got it, in double quotes: If-Match: "3".'
        place = FieldError(location="header", place="If-Match", detail=detail)
        raise Refused(MALFORMED_REQUEST, detail, errors=(place,))
    revision = present()
    if not (request.if_match.star_tag or request.if_match.contains(str(revision))):
        raise Refused(
            STALE_REVISION,
            f"If-Match names another revision; the present one is {etag_of(revision)}. "
            "Read it again and repeat your change.",
            members={"actual": revision},
        )
    return revision
