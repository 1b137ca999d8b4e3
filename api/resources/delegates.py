"""Who looks after profiles: delegates of an owner, invitations to own one, members of houses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.openapi import PREFIX, Blueprint
from api.schemas.belonging import DelegatesSchema, EmailInputSchema, InvitationInputSchema
from matchmaker.models.actions import Action

blueprint = Blueprint(
    "delegates",
    __name__,
    url_prefix=PREFIX,
    description="Who edits a profile for its owner, who is asked to own it, who is of which house.",
)


@blueprint.at("/profiles/<uuid:profile_id>/delegates")
class Delegates(MethodView):
    """Who may edit a profile for its owner."""

    @needs(Action.DELEGATE_PROFILE)
    @blueprint.answers(200, DelegatesSchema, description="The delegates.")
    @blueprint.named("listDelegates", 401, 403, 404)
    def get(self, profile_id: UUID) -> dict[str, Any]:
        """List who may edit a profile for its owner."""
        return _rows(profile_id)

    @needs(Action.DELEGATE_PROFILE)
    @blueprint.takes(EmailInputSchema, example={"email": "jens@example.dk"})
    @blueprint.answers(200, DelegatesSchema, description="The delegates, with the new one.")
    @blueprint.named("addDelegate", 400, 401, 403, 404, 413, 415, 429)
    def post(self, values: dict[str, Any], profile_id: UUID) -> dict[str, Any]:
        """Let an account edit the profile; twice is as good as once."""
        matchmaker().belonging.delegate(profile_id, values["email"], by=_me())
        return _rows(profile_id)


@blueprint.at("/profiles/<uuid:profile_id>/delegates/<uuid:account_id>")
class OneDelegate(MethodView):
    """Somebody who may edit a profile for its owner."""

    @needs(Action.DELEGATE_PROFILE)
    @blueprint.answers_nothing(description="They may edit it no longer.")
    @blueprint.named("endDelegation", 401, 403, 404, 429)
    def delete(self, profile_id: UUID, account_id: UUID) -> None:
        """Take the right to edit the profile back."""
        matchmaker().belonging.end_delegation(profile_id, account_id, by=_me())


@blueprint.at("/profiles/<uuid:profile_id>/invitation")
class Invitation(MethodView):
    """The mail that asks somebody to own a profile."""

    @needs(Action.CURATE)
    @blueprint.takes(InvitationInputSchema, example={"email": "jens@example.dk"})
    @blueprint.answers_nothing(description="The mail waits to be sent.")
    @blueprint.named("inviteOwner", 400, 401, 403, 404, 409, 413, 415, 429)
    def post(self, values: dict[str, Any], profile_id: UUID) -> None:
        """Mail a link by which its reader becomes the owner."""
        matchmaker().belonging.invite(profile_id, by=_me(), **values)


@blueprint.at("/accounts/<uuid:account_id>/memberships/<uuid:organisation_id>")
class OneMembership(MethodView):
    """That somebody is of an organisation."""

    @needs(Action.MANAGE_ACCOUNTS)
    @blueprint.answers_nothing(description="They are a member.")
    @blueprint.named("addMembership", 401, 403, 404, 429)
    def put(self, account_id: UUID, organisation_id: UUID) -> None:
        """Make an account a member of an organisation; twice is as good as once."""
        matchmaker().belonging.join(account_id, organisation_id, by=_me())

    @needs(Action.MANAGE_ACCOUNTS)
    @blueprint.answers_nothing(description="They are a member no longer.")
    @blueprint.named("endMembership", 401, 403, 404, 429)
    def delete(self, account_id: UUID, organisation_id: UUID) -> None:
        """End a membership."""
        matchmaker().belonging.leave(account_id, organisation_id, by=_me())


def _rows(profile_id: UUID) -> dict[str, Any]:
    people = matchmaker().belonging.people(profile_id)
    return {
        "items": [
            {"id": one.id, "name": one.name, "email": one.email, "since": since}
            for one, since in people.delegates
        ]
    }


def _me() -> UUID:
    return required_viewer().account_id
