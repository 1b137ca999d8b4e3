"""Pages that explain the API: ``/api/docs`` and ``/problems/<slug>``.

Made from what the code knows already (the OpenAPI description, the table of problems), so
they cannot fall behind it. No script: every operation shows a curl line that can be copied.
"""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.openapi import spec_of
from api.problems import BY_SLUG
from api.reference.spec import markdown, schemas_of, subjects_of

blueprint = Blueprint("reference", __name__)

#: The address in the written examples; a page shows the one it was asked at.
WRITTEN_HOST = "http://127.0.0.1:8000"


@blueprint.get("/api/docs")
def docs() -> str:
    """Show the reference of the API."""
    spec = spec_of(current_app)
    host = request.host_url.rstrip("/")
    return render_template(
        "reference/docs.html",
        introduction=markdown(spec["info"]["description"].replace(WRITTEN_HOST, host)),
        subjects=subjects_of(spec, host),
        schemas=schemas_of(spec),
        problems=BY_SLUG.values(),
    )


@blueprint.get("/api/")
def root() -> Response:
    """Lead who looks for the API to its reference."""
    return redirect(url_for("reference.docs"))


@blueprint.get("/problems/")
def problems() -> str:
    """List every kind of problem."""
    return render_template("reference/problems.html", problems=BY_SLUG.values())


@blueprint.get("/problems/<slug>")
def problem(slug: str) -> str:
    """Explain one kind of problem."""
    if slug not in BY_SLUG:
        abort(404)
    return render_template("reference/problem.html", problem_type=BY_SLUG[slug])
