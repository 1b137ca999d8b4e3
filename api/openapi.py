"""Our own flask-smorest: its three rough edges rounded off in one place.

1. Its error handler is installed for the whole app, so a missing *page* would answer JSON.
   Ours are in :mod:`api.error_handlers`.
2. It declares errors as ``application/json``; they are ``application/problem+json``.
3. Its validation errors are nested dicts; :mod:`api.parsing` flattens them to JSON pointers.

``Blueprint`` also gives its decorators types, so that resources pass ``mypy --strict``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import wraps
from http import HTTPStatus
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

import flask_smorest
from flask import Flask, Response, current_app
from flask.views import MethodView
from flask_smorest.utils import prepare_response
from marshmallow import Schema

import api
from api.error_handlers import MEDIA_TYPE
from api.etags import etag_of, reader_has
from api.parsing import Parser
from api.problems import BY_SLUG, FORM_EXPIRED
from api.schemas.base import OutputSchema
from api.schemas.problem import ProblemSchema

View = TypeVar("View", bound=Callable[..., Any])
Resource = TypeVar("Resource", bound=type[MethodView])

TITLE = "Matchmaker"
#: Of the contract, not of the program: it rises when a client has to change.
VERSION = "1.0"
PREFIX = "/api/v1"
#: Parameters of an operation beside those of its schemas, until the description is whole.
_MORE = "x-parameters"

#: Names in addresses -> what they mean.
PATH_PARAMETERS = {
    "challenge_id": "Id of the challenge, as its Location and body say.",
    "run_id": "Id of the match run.",
    "introduction_id": "Id of the introduction.",
    "conflict_id": "Id of the declared conflict.",
    "import_id": "Id of the import.",
    "mapping_name": "Name of the mapping.",
    "codes": "Which list: municipalities, postcodes, industries, occupations, skills or trl.",
    "collaboration_id": "Id of the collaboration.",
    "outcome_id": "Id of the line of the ledger.",
    "programme_id": "Id of the programme.",
    "share_id": "Id of the link.",
    "profile_id": "Id of the profile, as lists and matches say.",
    "evidence_id": "Id of the item of evidence.",
    "queue": "Name of the queue.",
    "filter_id": "Id of the saved filter.",
    "action_id": "Id of the bulk action.",
    "account_id": "Id of the account.",
    "token_id": "Id of the API token, not its secret.",
    "organisation_id": "Id of the organisation's profile.",
    "cohort_id": "Id of the cohort.",
    "student_id": "Id of the student's profile.",
    "supervisor_id": "Id of the supervisor.",
    "offered_id": "Id of a position of the cohort.",
    "host_id": "Id of the organisation's profile that takes students.",
    "round_id": "Id of the assignment round.",
    "lock_id": "Id of the lock.",
    "seat_id": "Id of a cohort that one is a student in.",
    "position_id": "Id of the position.",
    "placement_id": "Id of the placement.",
    "party": "Who speaks: student, host, supervisor or university.",
    "contest_id": "Id of the contest.",
}
ETAG = {
    "description": "Revision of what is sent, in quotes.",
    "schema": {"type": "string", "examples": ['"1"']},
}
IF_MATCH = {
    "description": "The ETag you read: the change is made only if it is still the present one.",
    "required": True,
    "schema": {"type": "string", "examples": ['"1"']},
}
#: For a route whose method does not tell that it needs one.
IF_MATCH_PARAMETER = {"in": "header", "name": "If-Match", **IF_MATCH}
IF_NONE_MATCH = {
    "description": "The ETag you hold: while it is the present one, the answer is 304.",
    "schema": {"type": "string", "examples": ['"1"']},
}
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API token of an account: reading needs the scope read, all else write.",
}
LOCATION = {
    "description": "Address of what was made.",
    "schema": {"type": "string", "format": "uri-reference"},
}


class Revisioned(Protocol):
    """Anything with a revision."""

    revision: Any


class Api(flask_smorest.Api):  # type: ignore[misc]  # the base is untyped
    """Collects the resources and describes them as OpenAPI 3.1."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leave errors to api.error_handlers: pages and JSON are told apart there."""

    def _register_responses(self) -> None:
        """Declare every error as a problem, in the media type it is sent in."""
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": _description(status)}
            if status >= HTTPStatus.BAD_REQUEST:
                response["schema"] = self.ERROR_SCHEMA
                prepare_response(response, self.spec, MEDIA_TYPE)
            self.spec.components.response(status.name, response, lazy=True)
        response = {"description": "Any other problem.", "schema": self.ERROR_SCHEMA}
        prepare_response(response, self.spec, MEDIA_TYPE)
        self.spec.components.response("DEFAULT_ERROR", response, lazy=True)

    def _register_etag_headers(self) -> None:
        """Say what the tags are: revisions."""
        components = self.spec.components
        components.parameter("IF_MATCH", "header", {"name": "If-Match", **IF_MATCH}, lazy=True)
        components.parameter(
            "IF_NONE_MATCH", "header", {"name": "If-None-Match", **IF_NONE_MATCH}, lazy=True
        )
        components.header("ETAG", ETAG, lazy=True)

    def _register_pagination_header(self) -> None:
        """Leave out the header: our lists say in their body which part they are."""

    def _openapi_json(self) -> Response:
        return current_app.response_class(spec_json(current_app), mimetype="application/json")


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # the base is untyped
    """A group of resources of one subject."""

    ARGUMENTS_PARSER = Parser()

    def at(self, rule: str) -> Callable[[Resource], Resource]:
        """Put a resource at this address below the blueprint's prefix."""
        return cast("Callable[[Resource], Resource]", self.route(rule))

    def takes(
        self,
        schema: type[Schema],
        *,
        location: str = "json",
        required: bool = True,
        example: object = None,
    ) -> Callable[[View], View]:
        """Read the body or the query by a schema and hand it to the view."""
        decorator = self.arguments(schema, location=location, required=required, example=example)
        return cast("Callable[[View], View]", decorator)

    def answers(
        self, status: int, schema: type[Schema], *, description: str, tagged: bool = False
    ) -> Callable[[View], View]:
        """Write what the view returns by a schema.

        Args:
            status: of the answer.
            schema: that writes it.
            description: of the answer.
            tagged: the view sends an ETag for changes, and its answer holds more than what the
                revision is of: it is never answered with 304. Else see :meth:`revisioned`.

        """
        headers = {"Location": LOCATION} if status == HTTPStatus.CREATED else None
        if tagged:
            headers = {**(headers or {}), "ETag": ETAG}
        decorator = self.response(status, schema, description=description, headers=headers)
        return cast("Callable[[View], View]", decorator)

    def leaves(self, description: str) -> Callable[[View], View]:
        """Answer 204: what was asked for is done, and there is nothing to send."""
        decorator = self.response(HTTPStatus.NO_CONTENT, description=description)
        return cast("Callable[[View], View]", decorator)

    def named(self, operation_id: str, *refusals: int) -> Callable[[View], View]:
        """Name the operation for generated clients, and the statuses it may refuse with."""

        def decorator(view: View) -> View:
            for status in refusals:
                view = self.alt_response(status, response=HTTPStatus(status).name)(view)
            return cast("View", self.doc(operationId=operation_id)(view))

        return decorator

    def answers_nothing(self, *, description: str) -> Callable[[View], View]:
        """Answer 204, without a body."""
        return cast("Callable[[View], View]", self.response(204, description=description))

    def documented(self, **parts: Any) -> Callable[[View], View]:
        """Add parts of the OpenAPI description that no schema gives.

        smorest would put ``parameters`` in place of those that a schema gives: they are kept
        apart, and added in :func:`spec_of`.
        """
        if "parameters" in parts:
            parts[_MORE] = parts.pop("parameters")
        return cast("Callable[[View], View]", self.doc(**parts))

    def revisioned(self, view: View) -> View:
        """Send the revision of what the view returns as ETag; 304 to who holds it already."""

        @wraps(view)
        def wrapper(*args: object, **kwargs: UUID) -> Any:
            result = view(*args, **kwargs)
            entity, headers = result if isinstance(result, tuple) else (result, {})
            revision = cast("Revisioned", entity).revision
            headers = {**headers, "ETag": etag_of(revision)}
            if reader_has(revision):
                return current_app.response_class(
                    status=304, headers=headers, mimetype="application/json"
                )
            return entity, headers

        # smorest documents If-Match, If-None-Match and ETag for views marked like this.
        documented = cast("Any", wrapper)
        documented._apidoc = {**getattr(view, "_apidoc", {}), "etag": True}  # noqa: SLF001 - its only way in
        return cast("View", wrapper)


def make_api(app: Flask) -> Api:
    """Return the API of this app, without resources yet."""
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        API_SPEC_OPTIONS={
            "info": {"description": api.__doc__},
            "servers": [{"url": "/", "description": "This installation"}],
            "components": {"securitySchemes": {"bearer": BEARER}},
        },
    )
    return Api(app)


def spec_of(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI description of this app's API."""
    found: Api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    spec: dict[str, Any] = json.loads(json.dumps(found.spec.to_dict()))
    components = spec["components"]
    for (schema, *_rest), name in found.ma_plugin.converter.refs.items():
        described = components["schemas"][name]
        described["description"] = (schema.__doc__ or "").split("\n")[0]
        described.update(getattr(schema, "rules", {}))
        if "sparse" in vars(schema):
            described["required"] = ["id"]
        elif issubclass(schema, OutputSchema):
            described["required"] = list(described["properties"])
    for methods in spec["paths"].values():
        for parameter in methods.get("parameters", ()):
            parameter["description"] = PATH_PARAMETERS[parameter["name"]]
    shared = components.pop("responses")
    components["responses"] = {}
    for operation in _operations(spec):
        if _MORE in operation:
            operation["parameters"] = [*operation.get("parameters", ()), *operation.pop(_MORE)]
        for status, response in operation["responses"].items():
            if "$ref" in response:
                # Named by number: Python has renamed some statuses between its versions.
                name = f"Problem{status}" if status.isdigit() else "Problem"
                name = "NotModified" if status == "304" else name
                components["responses"][name] = shared[response["$ref"].rsplit("/", 1)[-1]]
                response["$ref"] = f"#/components/responses/{name}"
        operation["responses"] = dict(sorted(operation["responses"].items()))
    return spec


def spec_json(app: Flask) -> str:
    """Return the OpenAPI description as text, the same bytes every time."""
    return json.dumps(spec_of(app), indent=2, ensure_ascii=False) + "\n"


def _operations(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in spec["paths"].values():
        for method, operation in methods.items():
            if method != "parameters":
                yield operation


def _description(status: HTTPStatus) -> str:
    """Return the kinds of problem with this status, each with the page that explains it."""
    if status == HTTPStatus.NOT_MODIFIED:
        return "You hold the present revision already."
    kinds = [
        kind for kind in BY_SLUG.values() if kind.status == status and kind is not FORM_EXPIRED
    ]
    return " or ".join(f"[{kind.title}]({kind.path})" for kind in kinds) or status.phrase
