"""An OpenAPI description as the reference page shows it: operations, tables, examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markdown_it import MarkdownIt
from markupsafe import Markup

METHODS = ("get", "post", "put", "patch", "delete")
Spec = Mapping[str, Any]

#: What stands in an example for a value that has none of its own.
STAND_INS = {
    "uuid": "0b1f9a66-9a35-4f4c-8d9c-5b0a8f0d5e7b",
    "date-time": "2026-11-22T09:00:00+00:00",
    "date": "2026-11-22",
    "string": "…",
    "integer": 1,
    "number": 0.5,
    "boolean": False,
    "object": {},
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One parameter or field in a table."""

    name: str
    type: str
    #: Name of the schema that the type is, or is a list of.
    schema: str | None
    required: bool
    description: str
    limits: str
    example: str | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of an operation."""

    status: str
    description: Markup
    schema: str | None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method at one address."""

    id: str
    method: str
    path: str
    summary: str
    description: Markup
    parameters: list[Row]
    #: Name and fields of what is sent, if anything is.
    body: str | None
    body_fields: list[Row]
    curl: str
    answers: list[Answer]
    #: What a successful answer looks like, as JSON.
    example: str


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Operations that belong together."""

    name: str
    title: str
    description: str
    operations: list[Operation]


def markdown(text: str, *, inline: bool = False) -> Markup:
    """Return our own Markdown as HTML; HTML inside it stays text."""
    renderer = MarkdownIt("commonmark", {"html": False})
    html = renderer.renderInline(text) if inline else renderer.render(text)
    # What may have to be scrolled can be reached with the keyboard.
    html = html.replace("<pre>", '<pre tabindex="0">')
    return Markup(html)  # noqa: S704 - the renderer escapes, and the text is our own


def subjects_of(spec: Spec, host: str) -> list[Subject]:
    """Return the operations of a description, by subject."""
    operations: dict[str, list[Operation]] = {}
    for path, methods in spec["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                shared = methods.get("parameters", [])
                operations.setdefault(operation["tags"][0], []).append(
                    _operation(spec, host, path, method, {**operation, "shared": shared})
                )
    return [
        Subject(
            name=tag["name"],
            title=tag["name"].replace("-", " ").capitalize(),
            description=tag["description"],
            operations=operations.get(tag["name"], []),
        )
        for tag in spec["tags"]
    ]


def schemas_of(spec: Spec) -> list[tuple[str, str, list[Row]]]:
    """Return name, description and fields of every schema."""
    return [
        (name, schema["description"], _fields(schema))
        for name, schema in spec["components"]["schemas"].items()
    ]


def _operation(spec: Spec, host: str, path: str, method: str, told: Spec) -> Operation:
    parameters = [
        _resolved(spec, parameter) for parameter in (*told["shared"], *told.get("parameters", ()))
    ]
    taken: Spec = told.get("requestBody", {}).get("content", {})
    content = taken.get("application/json", {})
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=markdown(told.get("description", "")),
        parameters=[
            _row(
                f"{parameter['name']}",
                {**parameter["schema"], "description": parameter.get("description", "")},
                required=parameter.get("required", False),
            )
            for parameter in parameters
        ],
        body=_schema_name(content.get("schema", {})),
        body_fields=_fields(_resolved(spec, content["schema"])) if content else [],
        curl=_curl(
            host,
            path,
            method,
            parameters,
            content.get("example"),
            token="security" in told,
            file=None if content else next(iter(taken), None),
        ),
        answers=list(_answers(spec, told["responses"])),
        example=_answer_example(spec, told),
    )


def _answer_example(spec: Spec, told: Spec) -> str:
    """Return an example of the answer that says yes; empty when it is not JSON or has no body."""
    status = next(status for status in told["responses"] if status.startswith("2"))
    content: Spec = told["responses"][status].get("content", {}).get("application/json")
    if content is None:
        return ""
    return json.dumps(_example(spec, content["schema"]), indent=2, ensure_ascii=False)


def _example(spec: Spec, told: Spec) -> Any:
    """Return a value that fits a schema, from the examples of its fields."""
    if "examples" in told:
        return told["examples"][0]
    found = _resolved(spec, told)
    if "properties" in found:
        return {name: _example(spec, below) for name, below in found["properties"].items()}
    if "items" in found:
        return [_example(spec, found["items"])]
    kinds = found.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    return found["enum"][0] if "enum" in found else STAND_INS[found.get("format", kind)]


def _fields(schema: Spec) -> list[Row]:
    required = schema.get("required", ())
    return [
        _row(name, told, required=name in required)
        for name, told in schema.get("properties", {}).items()
    ]


def _answers(spec: Spec, responses: Spec) -> Iterator[Answer]:
    for status, response in responses.items():
        told = _resolved(spec, response)
        content: Spec = next(iter(told.get("content", {}).values()), {})
        yield Answer(
            status=str(status),
            description=markdown(told["description"], inline=True),
            schema=_schema_name(content.get("schema", {})),
        )


def _row(name: str, told: Spec, *, required: bool) -> Row:
    inner = told.get("items", told)
    kinds = told.get("type", "object")
    kind = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in told:
        kind = "list of " + str(_schema_name(inner) or inner.get("type", "string"))
    elif _schema_name(told):
        kind = str(_schema_name(told))
    elif told.get("format"):
        kind = f"{kind} ({told['format']})"
    examples = told.get("examples", ())
    return Row(
        name=name,
        type=kind,
        schema=_schema_name(inner),
        required=required,
        description=told.get("description", ""),
        limits=_sentence(", ".join(_limits({**inner, **told}))),
        example=json.dumps(examples[0], ensure_ascii=False) if examples else None,
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _limits(told: Spec) -> Iterator[str]:
    if "enum" in told:
        yield "one of " + ", ".join(str(value) for value in told["enum"] if value is not None)
    if "maxLength" in told:
        yield f"{told.get('minLength', 0)} to {told['maxLength']} characters"
    if "minimum" in told and "maximum" in told:
        yield f"{told['minimum']} to {told['maximum']}"
    if "maxItems" in told:
        yield f"at most {told['maxItems']} of them"
    if "default" in told:
        yield f"{json.dumps(told['default'])} by default"


def _curl(
    host: str,
    path: str,
    method: str,
    parameters: list[Spec],
    example: object,
    *,
    token: bool,
    file: str | None,
) -> str:
    """Return a line to copy; names in capitals stand for what the reader fills in.

    Args:
        host: where the service is asked.
        path: below it, with names in braces.
        method: in lower case.
        parameters: of the address and the headers.
        example: of a body as JSON has it.
        token: whether one is needed.
        file: media type of a body that is no JSON.

    """
    needed = [one for one in parameters if one["in"] == "query" and one.get("required")]
    asked = urlencode({one["name"]: one["schema"]["examples"][0] for one in needed})
    address = f"{path}?{asked}" if asked else path
    words = ["curl -i"]
    if method not in {"get", "post"}:
        words.append(f"-X {method.upper()}")
    if token:
        words.append("-H 'Authorization: Bearer TOKEN'")
    for parameter in parameters:
        name = parameter["name"]
        address = address.replace(f"{{{name}}}", name.upper())
        if name == "If-Match":
            words.append("-H 'If-Match: \"1\"'")
    if method == "post" and example is None and file is None:
        words.append("-X POST")
    words.append(f"'{host}{address}'")
    if file is not None:
        words.append(f"-H 'Content-Type: {file}'")
        words.append("--data-binary @FILE")
    if example is not None:
        words.append("-H 'Content-Type: application/json'")
        words.append(f"-d '{json.dumps(example, ensure_ascii=False)}'")
    return " \\\n  ".join(
        [" ".join(words[:-2]), *words[-2:]] if example or file else [" ".join(words)]
    )


def _resolved(spec: Spec, told: Spec) -> Spec:
    """Follow a reference into the components."""
    if "$ref" not in told:
        return told
    _, _, group, name = told["$ref"].split("/")
    found: Spec = spec["components"][group][name]
    return found


def _schema_name(told: Spec) -> str | None:
    reference = told.get("$ref")
    return str(reference).rsplit("/", 1)[-1] if reference else None
