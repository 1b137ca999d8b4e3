"""From the bytes of a request to the arguments of a view, with a clear answer when it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn, cast
from uuid import UUID

import marshmallow as ma
from flask import Request
from webargs.core import is_json, missing
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from api.problems import (
    MALFORMED_REQUEST,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION,
    FieldError,
    Refused,
)

#: More figures than any number we ask for has.
_FIGURES = re.compile("[0-9]{1,9}")
_DECIMAL = re.compile("[0-9]{1,9}(?:[.,][0-9]{1,9})?")


class Parser(FlaskParser):
    """Reads bodies and queries by a schema; unknown names are refused in both."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "json": ma.RAISE,
        "query": ma.RAISE,
    }

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """Return the JSON of the body; no body at all is an empty object."""
        body = req.get_data(cache=True)
        if not body.strip():
            return missing
        if not is_json(req.mimetype):
            raise Refused(
                UNSUPPORTED_MEDIA_TYPE,
                f"The body is declared as {req.mimetype or 'nothing'}, not as application/json.",
                headers={"Accept": "application/json"},
            )
        return read_json(body)

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,
        schema: ma.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Refuse the request with one entry for each value that has to change."""
        raise Refused(
            VALIDATION, "Some values have to change; see 'errors'.", errors=field_errors(error)
        ) from None


def read_json(body: bytes) -> object:
    """Return what the bytes say.

    Raises:
        Refused: not UTF-8, not JSON, nested too deeply, or with text that is no text.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not valid UTF-8: byte {error.start} is wrong.") from None
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        # "\ud800" is half a character: valid as JSON, but no database and no reader takes it.
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise _malformed(
            f"The body is not valid JSON: {error.msg}, line {error.lineno}, column {error.colno}.",
            line=error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise _malformed("The body is nested too deeply.") from None
    except UnicodeEncodeError:
        raise _malformed("The body holds half a character (a lone surrogate).") from None
    except ValueError:
        raise _malformed("The body holds a number that is too long.") from None
    return value


def read_form(schema: ma.Schema, form: MultiDict[str, str]) -> tuple[Any, tuple[FieldError, ...]]:
    """Return what a sent form says, and what has to change in it; one of the two is empty.

    A browser sends every field of a form, the blank ones too, and numbers as text: blank is
    the same as not sent, and figures are a number.
    """
    values: dict[str, Any] = {}
    for own_name, field in schema.load_fields.items():
        name = field.data_key or own_name
        given = [value for value in form.getlist(name) if value.strip()]
        if given:
            values[name] = given if isinstance(field, ma.fields.List) else given[0]
        if given and isinstance(field, ma.fields.Integer) and _FIGURES.fullmatch(given[0].strip()):
            values[name] = int(given[0])
        if given and isinstance(field, ma.fields.Float) and _DECIMAL.fullmatch(given[0].strip()):
            values[name] = float(given[0].strip().replace(",", "."))
    try:
        return schema.load(values), ()
    except ma.ValidationError as error:
        return {}, field_errors(ma.ValidationError({"form": error.messages}))


def field_errors(error: ma.ValidationError) -> tuple[FieldError, ...]:
    """Flatten the messages of webargs, ``{location: {name: [message, ...]}}``."""
    found: list[FieldError] = []
    for location, messages in cast("Mapping[str, Any]", error.messages).items():
        if location == "query":
            found += [
                FieldError(location="parameter", place=place.removeprefix("/"), detail=detail)
                for place, detail in _flat(messages)
            ]
        else:
            found += [
                FieldError(location="pointer", place=f"#{place}", detail=detail)
                for place, detail in _flat(messages)
            ]
    return tuple(found)


def _flat(messages: Any, place: str = "") -> list[tuple[str, str]]:
    if isinstance(messages, Mapping):
        return [
            pair
            for name, below in messages.items()
            for pair in _flat(below, place if name == "_schema" else f"{place}/{_token(name)}")
        ]
    if isinstance(messages, list):
        return [pair for message in messages for pair in _flat(message, place)]
    return [(place, str(messages))]


def _token(name: object) -> str:
    # RFC 6901: these two characters mean something in a pointer.
    return str(name).replace("~", "~0").replace("/", "~1")


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"The body is not valid JSON: {name} is no number.")


def _malformed(detail: str, **members: object) -> Refused:
    return Refused(MALFORMED_REQUEST, detail, members=members)


def identity(text: str) -> UUID | None:
    """Return the id that a field holds; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
