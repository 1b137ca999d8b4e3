"""Accounts and API tokens on the wire."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import (
    OutputSchema,
    PageQuerySchema,
    PageSchema,
    StrictSchema,
    WholeNumber,
    about,
    one_line,
)
from matchmaker.models import Role, Scope


def role_field(**options: object) -> fields.Enum[Role]:
    """Return the field for a role."""
    return fields.Enum(
        Role,
        by_value=fields.String,
        metadata=about("What they are here for.", "partner"),
        **options,  # type: ignore[arg-type]  # only what fields.Enum takes is handed over
    )


def name_field() -> fields.String:
    """Return the field for a person's name."""
    return fields.String(
        validate=[
            validate.Length(max=120, error=_("Please use at most {max} characters.")),
            one_line(),
        ],
        metadata=about("What they are called.", "Ida Berg"),
    )


def language_field() -> fields.String:
    """Return the field for the language of mails."""
    return fields.String(
        validate=validate.OneOf(["da", "en"], error=_("Use 'da' or 'en'.")),
        metadata=about("Language they are written to in.", "da"),
    )


class AccountInputSchema(StrictSchema):
    """A new account; its owner is mailed a link to sign in."""

    email = fields.String(
        required=True,
        validate=[
            validate.Length(min=3, max=254, error=_("Write one e-mail address.")),
            one_line(),
        ],
        metadata=about("Where mail reaches its owner.", "ida@example.dk"),
    )
    role = role_field(required=True)
    name = name_field()
    language = language_field()


class OwnAccountPatchSchema(StrictSchema):
    """Changes to one's own account."""

    name = name_field()
    language = language_field()
    digest = fields.Boolean(
        truthy={True},
        falsy={False},
        metadata=about("Whether the weekly mail is wanted.", examples=[False]),
    )


class RoleSchema(StrictSchema):
    """Another role."""

    role = role_field(required=True)


class AccountPatchSchema(StrictSchema):
    """What an administrator changes in an account."""

    role = role_field()
    disabled = fields.Boolean(
        truthy={True}, falsy={False}, metadata=about("Whether it is shut.", examples=[True])
    )


class AccountQuerySchema(PageQuerySchema):
    """Which accounts."""

    role = role_field()
    text = fields.String(
        validate=[
            validate.Length(max=100, error=_("Please use at most {max} characters.")),
            one_line(),
        ],
        metadata=about("Part of the e-mail address or the name.", "berg"),
    )


class AccountSchema(OutputSchema):
    """An account, without anything secret."""

    id = fields.UUID(metadata=about("Its id."))
    email = fields.String(metadata=about("Where mail reaches its owner.", "ida@example.dk"))
    name = fields.String(metadata=about("What they are called, or empty.", "Ida Berg"))
    role = fields.Enum(Role, by_value=fields.String, metadata=about("What they are here for."))
    language = fields.String(metadata=about("Language they are written to in.", "da"))
    digest = fields.Boolean(metadata=about("Whether the weekly mail is wanted."))
    has_totp = fields.Boolean(metadata=about("Whether a one-time code is asked for."))
    created_at = fields.AwareDateTime(metadata=about("When it was made."))
    last_seen_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When they were last here, to ten minutes.")
    )
    disabled_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When it was shut; null while it is open.")
    )
    revision = fields.Integer(metadata=about("Rises with every change; also the ETag.", 1))


class AccountPageSchema(PageSchema):
    """Some accounts."""

    items = fields.List(
        fields.Nested(AccountSchema), metadata=about("The accounts, by e-mail address.")
    )


class TokenInputSchema(StrictSchema):
    """A new API token."""

    name = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, max=80, error=_("Please use at most {max} characters.")),
            one_line(),
        ],
        metadata=about("What it is for.", "nightly export"),
    )
    scopes = fields.List(
        fields.Enum(Scope, by_value=fields.String),
        required=True,
        validate=validate.Length(min=1, max=2, error=_("Choose what it may do.")),
        metadata=about("What it may be used for.", ["read"]),
    )
    days = WholeNumber(
        load_default=90,
        validate=validate.Range(min=1, max=366, error=_("Use {min} to {max} days.")),
        metadata=about("How long it works.", 90),
    )


class TokenSchema(OutputSchema):
    """An API token, without its secret."""

    id = fields.UUID(metadata=about("Its id."))
    name = fields.String(metadata=about("What it is for.", "nightly export"))
    scopes = fields.List(
        fields.String(), metadata=about("What it may be used for.", ["read", "write"])
    )
    created_at = fields.AwareDateTime(metadata=about("When it was made."))
    expires_at = fields.AwareDateTime(metadata=about("From then on it opens nothing."))
    revoked_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When it was revoked; null if it was not.")
    )
    last_used_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When it was last used, to a minute.")
    )


class NewTokenSchema(TokenSchema):
    """An API token with its secret, which is never shown again."""

    secret = fields.String(metadata=about("Send it as: Authorization: Bearer mm_…", "mm_…"))


class TokenListSchema(OutputSchema):
    """All tokens of an account."""

    items = fields.List(fields.Nested(TokenSchema), metadata=about("The tokens, newest first."))
