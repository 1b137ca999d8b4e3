"""Codes of public lists: municipality, postcode, industry, occupation, skill, TRL."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from api.openapi import PREFIX, Blueprint
from api.schemas.codes import CodeListSchema, CodeQuerySchema
from matchmaker.errors import NotFound
from matchmaker.services.codes import CodeList, look_up

blueprint = Blueprint(
    "codes",
    __name__,
    url_prefix=f"{PREFIX}/codes",
    description="Codes of public lists, in Danish and English.",
)


@blueprint.at("/<codes>")
class Codes(MethodView):
    """One list of codes."""

    @blueprint.takes(CodeQuerySchema, location="query")
    @blueprint.answers(200, CodeListSchema, description="Codes that fit, the nearest first.")
    @blueprint.named("lookUpCodes", 404)
    def get(self, query: dict[str, Any], codes: str) -> dict[str, Any]:
        """Look up a code by its beginning or by words."""
        try:
            wanted = CodeList(codes)
        except ValueError:
            raise NotFound("list of codes", codes) from None
        return {"items": look_up(wanted, query["q"], limit=query["limit"])}
