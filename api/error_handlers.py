"""The only place where a refusal becomes an answer: JSON for programs, a page for people."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

import marshmallow as ma
from flask import Flask, Response, current_app, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from api.access_log import request_id
from api.parsing import field_errors
from api.problems import (
    BY_STATUS,
    FORM_EXPIRED,
    VALIDATION,
    Problem,
    ProblemType,
    Refused,
    problem_of,
)
from embeddings.errors import EmbeddingError
from matchmaker.errors import MatchmakerError, Merged

MEDIA_TYPE = "application/problem+json"
#: Addresses that programs read; everything else is read by people.
FOR_PROGRAMS = ("/api/", "/healthz", "/readyz")

log = logging.getLogger("api.problems")


def init_app(app: Flask) -> None:
    """Register one handler for each root of errors."""
    app.register_error_handler(Refused, lambda error: answer(error.problem))
    app.register_error_handler(MatchmakerError, _answer_service_error)
    app.register_error_handler(Merged, _lead_on)
    app.register_error_handler(EmbeddingError, _answer_service_error)
    app.register_error_handler(ma.ValidationError, _answer_validation_error)
    app.register_error_handler(HTTPException, _answer_http_error)


def answer(problem: Problem) -> Response:
    """Return the problem as the reader of this address wants it."""
    if not request.path.startswith(FOR_PROGRAMS):
        page = render_template("error.html", problem=problem, request_id=request_id())
        return current_app.response_class(page, problem.type.status, dict(problem.headers))
    body = {
        "type": problem.type.path,
        "title": str(problem.type.title),
        "status": problem.type.status,
        "detail": str(problem.detail),
        "instance": f"urn:uuid:{request_id()}",
        **problem.members,
    }
    if problem.errors:
        body["errors"] = [error.as_json() for error in problem.errors]
    return current_app.response_class(
        json.dumps(body, ensure_ascii=False),
        problem.type.status,
        dict(problem.headers),
        mimetype=MEDIA_TYPE,
    )


def _answer_service_error(error: Exception) -> Response:
    problem = problem_of(error)
    if problem.type.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # These messages are our own sentences for the operator.
        log.error("request_id=%s %s: %s", request_id(), type(error).__name__, error)
    return answer(problem)


def _lead_on(error: Merged) -> AnyResponse:
    """Lead to the same address of the profile that this one became a part of."""
    arguments = {**(request.view_args or {}), **request.args.to_dict(flat=False)}
    if request.endpoint is None or "profile_id" not in arguments:
        return _answer_service_error(error)
    return redirect(url_for(request.endpoint, **{**arguments, "profile_id": error.into}), 308)


def _answer_validation_error(error: ma.ValidationError) -> Response:
    errors = field_errors(ma.ValidationError({"json": error.messages}))
    return answer(Problem(type=VALIDATION, detail=str(VALIDATION.meaning), errors=errors))


def _answer_http_error(error: HTTPException) -> AnyResponse:
    """Answer what the framework refuses: unknown addresses, methods, sizes, mistakes of ours."""
    own = error.get_response()
    status = HTTPStatus(own.status_code)
    if status < HTTPStatus.BAD_REQUEST:
        return own  # a redirect is no problem
    kind = FORM_EXPIRED if isinstance(error, CSRFError) else BY_STATUS.get(status)
    if kind is None:
        kind = _plain(status)
    headers = {name: value for name, value in own.headers if name in {"Allow", "Retry-After"}}
    return answer(Problem(type=kind, detail=str(kind.meaning), headers=headers))


def _plain(status: HTTPStatus) -> ProblemType:
    """Return the problem of a status that needs no page of its own."""
    return ProblemType(
        slug="",
        status=status,
        title=status.phrase,
        meaning=status.description or status.phrase,
        remedy="",
    )
