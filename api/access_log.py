"""A number for every request, and one line in the log for every answer.

The line holds the request's number, method, route, status and duration. It never holds the
path or the query: the id of a challenge is the key to it, and a search may hold a name. The
route (``/api/v1/challenges/<uuid:challenge_id>``) says as much as an operator needs.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from uuid import UUID, uuid4

from flask import Flask, Response, g, request

HEADER = "X-Request-ID"

access = logging.getLogger("api.access")
mistakes = logging.getLogger("api.mistakes")


def init_app(app: Flask) -> None:
    """Give every request a number; called first, so that every later hook has it."""
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """Return the number of the running request; the log has the same."""
    if "request_id" not in g:
        g.request_id = _accepted(request.headers.get(HEADER, "")) or str(uuid4())
    return str(g.request_id)


def log_unexpected(error: BaseException) -> None:
    """Write down a mistake of ours, by kind and place."""
    mistakes.error("request_id=%s unexpected %s", request_id(), stack_of(error))


def stack_of(error: BaseException) -> str:
    """Return where an error came from, without its message: that may quote a person's text.

    >>> words = "Jens Hansen, 12345678"
    >>> try:
    ...     int(words)
    ... except ValueError as error:
    ...     "Jens" in stack_of(error)
    False
    """
    return "".join(
        f"{type(link).__name__}\n{''.join(traceback.format_tb(link.__traceback__))}"
        for link in _chain(error)
    ).rstrip()


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def _accepted(text: str) -> str | None:
    # A proxy may have numbered the request already. Only a UUID: nobody writes into our log.
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _begin() -> None:
    g.started = time.perf_counter()
    request_id()


def _end(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    route = request.url_rule.rule if request.url_rule else "none"
    duration = (time.perf_counter() - g.started) * 1000
    access.info(
        "request_id=%s method=%s route=%s status=%d duration_ms=%.1f",
        request_id(),
        request.method,
        route,
        response.status_code,
        duration,
    )
    return response
