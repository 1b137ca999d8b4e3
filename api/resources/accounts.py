"""Accounts: one's own with its API tokens, all of them for administrators, and the audit log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.etags import required_revision
from api.idempotency import PARAMETER, once
from api.openapi import PREFIX, Blueprint
from api.schemas.account import (
    AccountInputSchema,
    AccountPageSchema,
    AccountPatchSchema,
    AccountQuerySchema,
    AccountSchema,
    NewTokenSchema,
    OwnAccountPatchSchema,
    TokenInputSchema,
    TokenListSchema,
    TokenSchema,
)
from api.schemas.audit import AuditPageSchema, AuditQuerySchema, filter_of
from matchmaker.errors import InvalidInput
from matchmaker.models import Account, ApiToken
from matchmaker.models.actions import Action
from matchmaker.services.audit import AuditRow
from matchmaker.services.profiles import Page

blueprint = Blueprint(
    "account",
    __name__,
    url_prefix=PREFIX,
    description="Who one is, and for administrators who everybody is. Needs a token.",
)


@blueprint.at("/account")
class OwnAccount(MethodView):
    """The account whose token is sent."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, AccountSchema, description="The account.")
    @blueprint.named("readOwnAccount", 401, 403)
    @blueprint.revisioned
    def get(self) -> Account:
        """Read one's own account."""
        return matchmaker().accounts.get(required_viewer().account_id)

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(OwnAccountPatchSchema, example={"name": "Ida Berg"})
    @blueprint.answers(200, AccountSchema, description="The account after the change.")
    @blueprint.named("reviseOwnAccount", 400, 401, 403, 413, 415, 429)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any]) -> Account:
        """Change name or language of one's own account."""
        me = required_viewer().account_id
        revision = required_revision(lambda: matchmaker().accounts.get(me).revision)
        return matchmaker().accounts.revise(me, by=me, expected_revision=revision, **changes)


@blueprint.at("/account/sessions")
class Sessions(MethodView):
    """Where one's own account is signed in."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.answers(200, AccountSchema, description="The account, signed in nowhere.")
    @blueprint.named("signOutEverywhere", 401, 403, 429)
    def delete(self) -> Account:
        """Sign out everywhere: end every session and every link to sign in or to a new password.

        Tokens go on, the one that is sent too.
        """
        me = required_viewer().account_id
        return matchmaker().accounts.sign_out_everywhere(me, by=me)


@blueprint.at("/account/tokens")
class Tokens(MethodView):
    """The API tokens of one's own account."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, TokenListSchema, description="The tokens.")
    @blueprint.named("listTokens", 401, 403)
    def get(self) -> dict[str, Any]:
        """List one's own tokens, the revoked ones too; without their secrets."""
        return {"items": matchmaker().tokens.all_of(required_viewer().account_id)}

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(TokenInputSchema, example={"name": "nightly export", "scopes": ["read"]})
    @blueprint.answers(201, NewTokenSchema, description="The token with its secret.")
    @blueprint.named("createToken", 400, 401, 403, 413, 415, 429)
    def post(self, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Make a token, for no more than one may do oneself. Its `secret` is shown this once."""
        viewer = required_viewer()
        if not viewer.scopes.issuperset(values["scopes"]):
            raise InvalidInput("scopes", "Choose no more than the token that asks may do.")
        token, secret = matchmaker().tokens.create(viewer.account_id, **values)
        address = url_for("account.OneToken", token_id=token.id)
        names = NewTokenSchema().fields
        shown = {name: getattr(token, name) for name in names if name != "secret"}
        return {**shown, "secret": secret}, {"Location": address}


@blueprint.at("/account/tokens/<uuid:token_id>")
class OneToken(MethodView):
    """One API token of one's own account."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.answers(200, TokenSchema, description="The token, revoked.")
    @blueprint.named("revokeToken", 401, 403, 404, 429)
    def delete(self, token_id: UUID) -> ApiToken:
        """Revoke a token: it opens nothing any more."""
        return matchmaker().tokens.revoke(required_viewer().account_id, token_id)


@blueprint.at("/accounts")
class Accounts(MethodView):
    """All accounts, for administrators."""

    @needs(Action.LIST_ACCOUNTS)
    @blueprint.takes(AccountQuerySchema, location="query")
    @blueprint.answers(200, AccountPageSchema, description="Some accounts.")
    @blueprint.named("listAccounts", 401, 403)
    def get(self, query: dict[str, Any]) -> Page[Account]:
        """List accounts by e-mail address."""
        return matchmaker().accounts.page(**query)

    @needs(Action.MANAGE_ACCOUNTS)
    @once("createAccount")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(AccountInputSchema, example={"email": "ida@example.dk", "role": "partner"})
    @blueprint.answers(201, AccountSchema, description="The account as it was stored.")
    @blueprint.named("createAccount", 400, 401, 403, 409, 413, 415, 429)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> tuple[Account, dict[str, str]]:
        """Make an account; its owner is mailed a link to sign in."""
        me = required_viewer().account_id
        account = matchmaker().accounts.create(**values, by=me, send=True).account
        return account, {"Location": url_for("account.OneAccount", account_id=account.id)}


@blueprint.at("/accounts/<uuid:account_id>/sessions")
class SessionsOfAccount(MethodView):
    """Where an account is signed in, for administrators."""

    @needs(Action.MANAGE_ACCOUNTS)
    @blueprint.answers(200, AccountSchema, description="The account, signed in nowhere.")
    @blueprint.named("signAccountOutEverywhere", 401, 403, 404, 429)
    def delete(self, account_id: UUID) -> Account:
        """Sign an account out everywhere, as its owner can. Its tokens go on."""
        me = required_viewer().account_id
        return matchmaker().accounts.sign_out_everywhere(account_id, by=me)


@blueprint.at("/accounts/<uuid:account_id>")
class OneAccount(MethodView):
    """One account, for administrators."""

    @needs(Action.LIST_ACCOUNTS)
    @blueprint.answers(200, AccountSchema, description="The account.")
    @blueprint.named("readAccount", 401, 403, 404)
    @blueprint.revisioned
    def get(self, account_id: UUID) -> Account:
        """Read an account."""
        return matchmaker().accounts.get(account_id)

    @needs(Action.MANAGE_ACCOUNTS)
    @blueprint.takes(AccountPatchSchema, example={"role": "staff"})
    @blueprint.answers(200, AccountSchema, description="The account after the change.")
    @blueprint.named("reviseAccount", 400, 401, 403, 404, 413, 415, 429)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any], account_id: UUID) -> Account:
        """Give an account another role, shut it or open it again.

        The last open account of an administrator keeps its role and stays open.
        """
        accounts, me = matchmaker().accounts, required_viewer().account_id
        revision = required_revision(lambda: accounts.get(account_id).revision)
        return accounts.manage(account_id, by=me, expected_revision=revision, **changes)


@blueprint.at("/audit")
class Audit(MethodView):
    """The audit log, for administrators."""

    @needs(Action.READ_AUDIT)
    @blueprint.takes(AuditQuerySchema, location="query")
    @blueprint.answers(200, AuditPageSchema, description="Some entries.")
    @blueprint.named("readAudit", 401, 403)
    def get(self, query: dict[str, Any]) -> Page[AuditRow]:
        """Read who changed what, when, from what to what; newest first."""
        offset, limit = query.pop("offset"), query.pop("limit")
        return matchmaker().audit.page(filter_of(query), offset=offset, limit=limit)
