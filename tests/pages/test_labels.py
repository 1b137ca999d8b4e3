"""Every member of the vocabulary has a word on the pages."""

from __future__ import annotations

import enum

import pytest
from flask.testing import FlaskClient

import matchmaker.models
from api.pages.labels import LABELS, label, plural
from matchmaker.models import (
    GenerationState,
    IdentifierScheme,
    ImportAction,
    LinkPurpose,
    MailState,
    MailTemplate,
    PartnerKind,
)

#: Words that no page shows.
UNSEEN = {
    GenerationState,
    IdentifierScheme,
    ImportAction,
    LinkPurpose,
    MailState,
    MailTemplate,
}
ENUMS = [
    kind
    for kind in vars(matchmaker.models).values()
    if isinstance(kind, type) and issubclass(kind, enum.StrEnum) and kind not in UNSEEN
]


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("language", ["da", "en"])
def test_every_member_has_a_label_in_both_languages(
    client: FlaskClient, kind: type[enum.StrEnum], language: str
) -> None:
    with client.application.test_request_context(headers={"Accept-Language": language}):
        for member in kind:
            assert member in LABELS[kind], f"add {member!r} to api/pages/labels.py"
            assert label(member)
            assert label(member) != member.value


def test_every_partner_kind_has_a_plural(client: FlaskClient) -> None:
    with client.application.test_request_context():
        assert all(plural(kind) for kind in PartnerKind)


def test_members_of_two_enums_with_the_same_value_keep_their_own_words(client: FlaskClient) -> None:
    from matchmaker.models import ChallengeAction, ChallengeState

    with client.application.test_request_context(headers={"Accept-Language": "en"}):
        assert label(ChallengeState.OPEN) == "Open"
        assert label(ChallengeAction.OPEN) == "Open for matching"
