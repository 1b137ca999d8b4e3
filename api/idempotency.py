"""``Idempotency-Key``: a creating request that is sent again gets the first answer again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, make_response, request

from api.context import matchmaker

View = TypeVar("View", bound=Callable[..., Any])

HEADER = "Idempotency-Key"
#: How the reference describes it.
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "A word of your own, such as a UUID: the same request with the same key within "
    "24 hours is done once, and answered with the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
}


def once(operation: str) -> Callable[[View], View]:
    """Return a decorator that does a request once for each key; put it above all others.

    Without the header the view is called every time. An answer of 400 and above is not kept: the
    request did nothing and may be mended.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def wrapper(*args: object, **kwargs: object) -> Any:
            key = request.headers.get(HEADER)
            if key is None:
                return view(*args, **kwargs)
            answers = matchmaker().answers
            asked = b"\0".join(
                (request.method.encode(), request.full_path.encode(), request.get_data(cache=True))
            )
            kept = answers.begin(operation, key, asked)
            if kept is not None:
                return _again(kept.status, kept.location, kept.body)
            try:
                response = make_response(view(*args, **kwargs))
            except BaseException:
                answers.release(operation, key)
                raise
            if response.status_code >= 400:
                answers.release(operation, key)
            else:
                answers.keep(
                    operation,
                    key,
                    status=response.status_code,
                    location=response.headers.get("Location", ""),
                    body=response.get_data(as_text=True),
                )
            return response

        return cast("View", wrapper)

    return decorator


def _again(status: int, location: str, body: str) -> Response:
    response: Response = current_app.response_class(body, status, mimetype="application/json")
    if location:
        response.headers["Location"] = location
    response.headers["Idempotent-Replayed"] = "true"
    return response
