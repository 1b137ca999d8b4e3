"""``Idempotency-Key``: a creating request that is sent again gets the first answer again."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, make_response, request

from api.auth import required_viewer
from api.context import current_viewer, matchmaker
from api.etags import etag_of

View = TypeVar("View", bound=Callable[..., Any])

HEADER = "Idempotency-Key"
#: How the reference describes it.
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "A word of your own, such as a UUID: the same request with the same key within "
    "24 hours is done once, and answered with the first answer. Needs a token.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
}


def once(operation: str) -> Callable[[View], View]:
    """Return a decorator that does a request once for each key; put it right below ``needs``.

    Below, so that a kept answer is only given to who may still ask. A key is its account's own:
    two accounts may use the same. Without the header, and for nobody in particular, the view is
    called every time: what is nobody's would be everybody's who thinks of the same key, with the
    address of a draft in it. An answer of
    400 and above is not kept: the request did nothing and may be mended. An answer with a secret
    in it is not kept either: that view does without.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def wrapper(*args: object, **kwargs: object) -> Any:
            key = request.headers.get(HEADER)
            if key is None or current_viewer() is None:
                return view(*args, **kwargs)
            answers, whose = matchmaker().answers, _whose(operation)
            asked = b"\0".join(
                (request.method.encode(), request.full_path.encode(), request.get_data(cache=True))
            )
            kept = answers.begin(whose, key, asked)
            if kept is not None:
                return _again(kept.status, kept.location, kept.body)
            try:
                response = make_response(view(*args, **kwargs))
            except BaseException:
                answers.release(whose, key)
                raise
            if response.status_code >= 400:
                answers.release(whose, key)
            else:
                answers.keep(
                    whose,
                    key,
                    status=response.status_code,
                    location=response.headers.get("Location", ""),
                    body=response.get_data(as_text=True),
                )
            return response

        return cast("View", wrapper)

    return decorator


def _whose(operation: str) -> str:
    return f"{operation}:{required_viewer().account_id}"


def _again(status: int, location: str, body: str) -> Response:
    response: Response = current_app.response_class(body, status, mimetype="application/json")
    if location:
        response.headers["Location"] = location
    made = json.loads(body)
    if isinstance(made, dict) and isinstance(made.get("revision"), int):
        response.headers["ETag"] = etag_of(made["revision"])
    response.headers["Idempotent-Replayed"] = "true"
    return response
