"""The contract: written down, valid, and changed only on purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.openapi import spec_json, spec_of

SNAPSHOT = Path(__file__).with_name("openapi.json")


@pytest.fixture
def spec(client: FlaskClient) -> dict[str, Any]:
    return spec_of(client.application)


def test_the_contract_is_the_one_in_the_repository(client: FlaskClient) -> None:
    written = SNAPSHOT.read_text(encoding="utf-8") if SNAPSHOT.exists() else ""

    assert spec_json(client.application) == written, (
        "The API is no longer what tests/api/openapi.json says. If that is what you want, run "
        "`make openapi` and read the difference: whatever a client relied on is in it."
    )


def test_the_contract_is_served_as_it_is_printed(client: FlaskClient) -> None:
    response = client.get("/api/v1/openapi.json")

    assert response.mimetype == "application/json"
    assert response.get_data(as_text=True) == spec_json(client.application)


def test_the_contract_is_valid_openapi_31(spec: dict[str, Any]) -> None:
    assert spec["openapi"] == "3.1.0"

    assert [error.message for error in OpenAPIV31SpecValidator(spec).iter_errors()] == []


def test_every_route_of_the_api_is_in_the_contract(
    client: FlaskClient, spec: dict[str, Any]
) -> None:
    described = {
        (method.upper(), path.replace("{", "<").replace("}", ">"))
        for path, methods in spec["paths"].items()
        for method in methods
        if method != "parameters"
    }
    served = {
        (method, rule.rule.replace("<uuid:", "<"))
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith(("/api/v1/", "/healthz", "/readyz"))
        and rule.rule != "/api/v1/openapi.json"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert described == served


def test_errors_are_declared_as_problems(spec: dict[str, Any]) -> None:
    for name, response in spec["components"]["responses"].items():
        if name != "NotModified":
            assert list(response["content"]) == ["application/problem+json"], name


def test_every_operation_has_a_name_a_summary_and_says_how_it_refuses(
    spec: dict[str, Any],
) -> None:
    names = []
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            names.append(operation["operationId"])
            assert operation["summary"].endswith("."), (method, path)
            assert "default" in operation["responses"]
            if "{" in path:
                assert "404" in operation["responses"], (method, path)
    assert len(names) == len(set(names))


def test_every_field_says_what_it_means(spec: dict[str, Any]) -> None:
    silent = [
        f"{name}.{field}"
        for name, schema in spec["components"]["schemas"].items()
        for field, told in schema["properties"].items()
        if not told.get("description")
    ]

    assert not silent, f"give a description to {', '.join(silent)}"
    assert all(schema["description"] for schema in spec["components"]["schemas"].values())


def test_every_example_fits_its_field(spec: dict[str, Any]) -> None:
    from openapi_schema_validator import OAS31Validator

    for name, schema in spec["components"]["schemas"].items():
        for field, told in schema["properties"].items():
            for example in told.get("examples", ()):
                rule = {**told, "components": spec["components"]}
                OAS31Validator(rule).validate(example), f"{name}.{field}"


def test_the_contract_is_json_without_surprises(client: FlaskClient) -> None:
    text = spec_json(client.application)

    assert text.endswith("}\n")
    assert json.loads(text) == spec_of(client.application)
    assert "\\u00e6" not in text, "Danish letters are written as they are"
