"""Every refusal: in the table, on a page, as JSON for programs and HTML for people."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import marshmallow as ma
import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from api.problems import BY_SLUG, PROBLEM_TYPES, problem_of
from embeddings import errors as embedding
from matchmaker import errors as matchmaking
from tests.api.conftest import pointers, refusal

ID = UUID("6f1c2a52-8a7e-4d37-9a55-0a6f0e6f2b11")

#: One error of each class, and what becomes of it.
EXAMPLES: list[tuple[Exception, int, str]] = [
    (matchmaking.NotFound("challenge", ID), 404, "not-found"),
    (matchmaking.NotSignedIn(), 401, "not-signed-in"),
    (matchmaking.SignInRefused(), 401, "not-signed-in"),
    (matchmaking.NotPermitted("curate"), 403, "not-permitted"),
    (matchmaking.LinkSpent(), 410, "link-spent"),
    (matchmaking.StaleRevision(1, 3), 412, "stale-revision"),
    (matchmaking.StaleProfile(1, 3, [("name", "A", "B")]), 412, "stale-revision"),
    (matchmaking.Merged(ID, ID), 404, "not-found"),
    (
        matchmaking.TransitionNotAllowed("challenge", "closed", "match", ()),
        409,
        "transition-not-allowed",
    ),
    (matchmaking.Protected("capacity"), 409, "protected"),
    (matchmaking.Duplicate("challenge", ID), 409, "duplicate"),
    (matchmaking.KeyReused("k1", "Used for another request."), 409, "key-reused"),
    (matchmaking.InvalidInput("place", "No such place."), 422, "validation"),
    (matchmaking.UnsupportedLanguage("fr", ("da", "en")), 422, "unsupported-language"),
    (matchmaking.IndexNotReady("Being built.", 12), 503, "index-not-ready"),
    (matchmaking.ReplicaMoved(), 503, "index-not-ready"),
    (matchmaking.StorageUnavailable("The disk /srv/secret is full."), 503, "storage-unavailable"),
    (matchmaking.SettingInvalid("MATCHMAKER_PORT", "secret"), 500, "misconfigured"),
    (matchmaking.MailServerUnavailable("secret"), 500, "internal"),
    (embedding.EncoderUnavailable("secret", "x", "y"), 503, "encoder-unavailable"),
    (embedding.IndexUnavailable("secret", "x", "y"), 503, "index-unavailable"),
    (embedding.UnknownScheme("encoder", "secret", ["hashing"]), 500, "misconfigured"),
    (embedding.DimensionMismatch(3, 4), 500, "internal"),
    (embedding.SpecMismatch("secret", "other"), 500, "internal"),
    (embedding.IndexMoved(3, 4), 500, "internal"),
    (embedding.InvalidVectors("secret"), 500, "internal"),
    (embedding.InvalidIds("secret"), 500, "internal"),
    (embedding.UnknownIds([7]), 500, "internal"),
]


@pytest.fixture
def client(own_client: FlaskClient) -> FlaskClient:
    """A client of an application that these tests change."""
    return own_client


@pytest.fixture
def raising(client: FlaskClient) -> Flask:
    """Return the app, ready for views that raise; as in production, nothing propagates."""
    app = client.application
    app.testing = False
    return app


def _subclasses(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for child in root.__subclasses__():
        yield from _subclasses(child)


def test_every_error_class_has_a_problem_type() -> None:
    known = {
        *_subclasses(matchmaking.MatchmakerError),
        *_subclasses(embedding.EmbeddingError),
    }

    missing = sorted(cls.__qualname__ for cls in known - set(PROBLEM_TYPES))
    assert not missing, f"add {', '.join(missing)} to api/problems.py"


def test_every_error_class_has_an_example_here() -> None:
    shown = {type(error) for error, _, _ in EXAMPLES}
    roots = {matchmaking.MatchmakerError, embedding.EmbeddingError}

    missing = sorted(cls.__qualname__ for cls in set(PROBLEM_TYPES) - shown - roots)
    assert not missing, f"add an example of {', '.join(missing)} to {__name__}"


@pytest.mark.parametrize(
    ("error", "status", "slug"), EXAMPLES, ids=[type(error).__name__ for error, _, _ in EXAMPLES]
)
def test_an_error_of_the_service_becomes_a_problem_and_a_page(
    raising: Flask, error: Exception, status: int, slug: str
) -> None:
    def view() -> None:
        raise error

    raising.add_url_rule("/api/v1/raises", "api_raises", view)
    raising.add_url_rule("/raises", "page_raises", view)
    client = raising.test_client()

    problem = refusal(client.get("/api/v1/raises"), status, slug)
    page = client.get("/raises?lang=en")

    if type(error) is matchmaking.NotSignedIn:
        assert page.headers["Location"] == "/sign-in?next=/raises?lang%3Den"
        return
    assert page.status_code == status
    assert page.mimetype == "text/html"
    assert problem["title"] in page.get_data(as_text=True)
    for text in (str(problem), page.get_data(as_text=True)):
        assert "secret" not in text, "what is for the operator reached a reader"


def test_the_child_of_a_known_error_is_answered_like_its_parent() -> None:
    class Vanished(matchmaking.NotFound):
        pass

    try:
        assert problem_of(Vanished("challenge", ID)).type.slug == "not-found"
    finally:
        del Vanished
        import gc

        gc.collect()  # so that the walk over all classes does not meet it


def test_problems_carry_what_their_errors_know(raising: Flask) -> None:
    expected: dict[type[Exception], dict[str, object]] = {
        matchmaking.StaleRevision: {"actual": 3},
        matchmaking.StaleProfile: {
            "actual": 3,
            "differing": [{"field": "name", "expected": "A", "present": "B"}],
        },
        matchmaking.Merged: {"into": str(ID)},
        matchmaking.TransitionNotAllowed: {"state": "closed", "allowed": []},
        matchmaking.Protected: {"rule": "capacity"},
        matchmaking.Duplicate: {"existing": str(ID)},
        matchmaking.UnsupportedLanguage: {"language": "fr", "supported": ["da", "en"]},
    }
    for error, _, slug in EXAMPLES:
        assert problem_of(error).members == expected.get(type(error), {}), slug


def test_the_table_of_invalid_values_points_at_the_field(raising: Flask) -> None:
    def view() -> None:
        raise matchmaking.InvalidInput("place", "No such place.")

    raising.add_url_rule("/api/v1/raises", "raises", view)

    problem = refusal(raising.test_client().get("/api/v1/raises"), 422, "validation")

    assert problem["errors"] == [{"pointer": "#/place", "detail": "No such place."}]


def test_a_schema_that_refuses_outside_of_parsing_is_answered_alike(raising: Flask) -> None:
    def view() -> None:
        raise ma.ValidationError({"items": {0: {"name": ["Too long."]}}})

    raising.add_url_rule("/api/v1/raises", "raises", view)

    problem = refusal(raising.test_client().get("/api/v1/raises"), 422, "validation")

    assert pointers(problem) == ["#/items/0/name"]


def test_an_index_that_is_not_ready_says_when_to_ask_again(raising: Flask) -> None:
    def view() -> None:
        raise matchmaking.IndexNotReady("Being built.", 12)

    raising.add_url_rule("/api/v1/raises", "raises", view)

    assert raising.test_client().get("/api/v1/raises").headers["Retry-After"] == "12"


@pytest.mark.parametrize("path", ["/api/v1/raises", "/raises"])
def test_a_mistake_of_ours_shows_nothing_and_is_logged_without_its_message(
    raising: Flask, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    words = "Jens Hansen wrote: our frames crack"

    def view() -> None:
        raise ValueError(words)  # the log shows this line, but not what stands in the name

    raising.add_url_rule(path, "raises", view)

    response = raising.test_client().get(path)

    assert response.status_code == 500
    assert "Jens" not in response.get_data(as_text=True)
    assert "ValueError" not in response.get_data(as_text=True)
    assert response.headers["X-Request-ID"] in response.get_data(as_text=True)
    assert "Jens" not in caplog.text
    assert "ValueError" in caplog.text
    assert "in view" in caplog.text
    assert response.headers["X-Request-ID"] in caplog.text


def test_in_tests_a_mistake_of_ours_is_not_silenced(client: FlaskClient) -> None:

    @client.application.get("/api/v1/raises")
    def view() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        client.get("/api/v1/raises")


def test_what_the_operator_needs_is_in_the_log(
    raising: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def view() -> None:
        raise matchmaking.StorageUnavailable("The disk is full.")

    raising.add_url_rule("/api/v1/raises", "raises", view)

    raising.test_client().get("/api/v1/raises")

    assert "StorageUnavailable: The disk is full." in caplog.text


@pytest.mark.parametrize("status", [400, 403, 410, 418, 429, 500, 501])
def test_any_status_of_the_framework_becomes_a_problem(raising: Flask, status: int) -> None:
    raising.add_url_rule("/api/v1/raises", "raises", lambda: abort(status))

    response = raising.test_client().get("/api/v1/raises")

    problem = response.get_json(force=True)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert problem["status"] == status
    assert problem["title"]
    assert problem["type"] == "about:blank" or problem["type"].removeprefix("/problems/") in BY_SLUG


def test_a_redirect_is_no_problem(raising: Flask) -> None:
    raising.add_url_rule("/folder/", "folder", lambda: "inside")

    response = raising.test_client().get("/folder")

    assert response.status_code == 308
    assert response.headers["Location"].endswith("/folder/")


def test_a_missing_page_is_a_page_and_a_missing_resource_is_json(client: FlaskClient) -> None:
    page = client.get("/nowhere")

    assert (page.status_code, page.mimetype) == (404, "text/html")
    refusal(client.get("/api/nowhere"), 404, "not-found")
    refusal(client.get("/api/v1/nowhere"), 404, "not-found")


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    for path in ("/api/v1/profiles", "/api/v1/challenges"):
        response = client.put(path)
        refusal(response, 405, "method-not-allowed")
        assert "OPTIONS" in response.headers["Allow"]


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_problem_has_a_page(client: FlaskClient, language: str) -> None:
    for slug, kind in BY_SLUG.items():
        response = client.get(f"/problems/{slug}?lang={language}")

        assert response.status_code == 200, slug
        text = response.get_data(as_text=True)
        assert f"/problems/{slug}" in text
        assert str(kind.status) in text


def test_the_pages_of_all_problems_are_listed(client: FlaskClient) -> None:
    text = client.get("/problems/").get_data(as_text=True)

    for slug in BY_SLUG:
        assert f'href="/problems/{slug}"' in text


def test_an_unknown_problem_has_no_page(client: FlaskClient) -> None:
    assert client.get("/problems/no-such-problem").status_code == 404
