"""What all schemas share: strictness, words about fields, checks for text.

Input schemas load to plain values whose names are the keyword arguments of a service method;
output schemas dump entities. No schema asks a database or knows who is asking.
"""

from __future__ import annotations

import enum
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

#: Most profiles, matches or runs on one page.
LARGEST_PAGE = 100
#: No page starts further on; keeps the number within what every database counts to.
FARTHEST_OFFSET = 1_000_000


class StrictSchema(ma.Schema):
    """Refuses what it does not know, and keeps the order in which fields are written."""

    class Meta:
        """An unknown name is a typing error of the caller, and they want to hear of it."""

        unknown = ma.RAISE

    error_messages = {
        "unknown": _("There is no field with this name."),
        "type": _("Send an object with named fields."),
    }


class OutputSchema(ma.Schema):
    """Every field is always sent; more may come later, so a reader passes over what is new.

    But for a class that says ``sparse = True`` of itself: of it one may ask for some fields.
    """

    class Meta:
        """Leaves room for new fields in the OpenAPI description."""

        unknown = ma.EXCLUDE


class Pattern(validate.Regexp):
    """A pattern that the whole text has to follow; ``$`` alone lets a line end slip by."""

    def __call__(self, value: Any) -> Any:
        """Refuse a text that does not follow the pattern."""
        if self.regex.fullmatch(value) is None:
            raise ma.ValidationError(str(self.error))
        return value


class WholeNumber(fields.Integer):
    """A number without a fraction as JSON writes it: 20 and 20.0, but not "20" and not true."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Number(fields.Float):
    """A number as JSON writes it: 1, 0.5, but not "1" and not true."""

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def about(description: str, *examples: object, **more: Any) -> dict[str, Any]:
    """Return the metadata of a field: what it means, and what it may look like."""
    return {
        "description": description,
        **({"examples": list(examples)} if examples else {}),
        **more,
    }


def choice(kind: type[enum.Enum], description: str, example: str, **more: Any) -> fields.Enum[Any]:
    """Return a field for one of the values of an enumeration."""
    return fields.Enum(kind, by_value=fields.String, metadata=about(description, example), **more)


def one_line() -> Pattern:
    """Return the check for a text on one line, without control characters."""
    return Pattern(
        r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$",
        error=_("Write it on one line, without control characters."),
    )


def language_code() -> Pattern:
    """Return the check for a language code."""
    return Pattern("^[a-z]{2}$", error=_("Use a two-letter language code such as 'da' or 'en'."))


class PageQuerySchema(StrictSchema):
    """Which part of a long list to answer with."""

    offset = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=FARTHEST_OFFSET),
        metadata=about("How many to pass over.", 0),
    )
    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=LARGEST_PAGE),
        metadata=about("How many to answer with at most.", 20),
    )


class FieldNames(fields.String):
    """Names of fields of an item, with commas between them; ``id`` is always among them."""

    def __init__(self, item: type[ma.Schema], **more: Any) -> None:
        self.item = item
        super().__init__(**more)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        names = frozenset(super()._deserialize(value, *args, **kwargs).split(","))
        known = self.item._declared_fields  # noqa: SLF001 - marshmallow has no other way in
        if unknown := sorted(names - known.keys()):
            message = _("There is no field %(name)s.", name=unknown[0][:40])
            raise ma.ValidationError(str(message))
        return names | {"id"}


def only_fields(item: type[ma.Schema]) -> FieldNames:
    """Return the parameter of a list by which one asks for some fields of its items."""
    return FieldNames(
        item,
        data_key="fields",
        load_default=None,
        metadata=about("Answer with these fields of each item only, and its id.", "name,place"),
    )


class PageSchema(OutputSchema):
    """One part of a long list."""

    total = fields.Integer(metadata=about("How many there are in all.", 231))
    offset = fields.Integer(metadata=about("How many were passed over.", 0))
    limit = fields.Integer(metadata=about("How many were asked for.", 20))


class SparsePageSchema(PageSchema):
    """One part of a list of which one may ask for some fields only, and go on by cursor."""

    next = fields.String(
        allow_none=True, metadata=about("`cursor` of the next part; null when this is the last.")
    )

    @ma.post_dump(pass_original=True)
    def leave_out(self, data: dict[str, Any], original: Any, **_kwargs: object) -> dict[str, Any]:
        """Keep the fields of each item that were asked for."""
        only = getattr(original, "only", None)
        if only is not None:
            data["items"] = [
                {name: value for name, value in item.items() if name in only}
                for item in data["items"]
            ]
        return data
