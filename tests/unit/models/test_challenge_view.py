"""What of a challenge is shown to whom."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from matchmaker.models import Audience, Brief, BriefQuestion, Challenge, Requester, Role, view_of
from matchmaker.models.challenge_view import ChallengeView, audience_of, view_for
from matchmaker.models.contact_marks import without_contacts
from matchmaker.models.facts import Viewer
from tests.factories import NOW

MINE, OURS = uuid4(), uuid4()
REQUESTER = Requester(firm="Akse og Leje A/S", person="Jens Holm", email="jens@akse.dk")
BRIEF = Brief(
    answers={
        BriefQuestion.NOW: "Akslerne hos Akse og Leje A/S slår sig.",
        BriefQuestion.TRIED: "Ring 98 12 34 56: alt er prøvet.",
    },
    shared=frozenset({BriefQuestion.NOW, BriefQuestion.TIME}),
    trl=4,
    languages=("da",),
    students=True,
)


def a_challenge(**values: object) -> Challenge:
    return Challenge(
        **{  # type: ignore[arg-type]
            "title": "Skæve aksler hos Akse og Leje",
            "text": "Vi er Akse og Leje A/S. Skriv til jens@akse.dk eller CVR 12345678. "
            + "x " * 200,
            "language": "da",
            "city": "Aalborg",
            "postcode": "9220",
            "municipality": "851",
            "latitude": 57.0,
            "longitude": 10.0,
            "industry_code": "25.62",
            "account_id": MINE,
            "organisation_id": OURS,
            "brief_json": BRIEF.as_json(),
            "created_at": NOW,
            "updated_at": NOW,
            **values,
        }
    )


def somebody(role: Role = Role.PARTNER, **values: object) -> Viewer:
    return Viewer(**{"account_id": uuid4(), "role": role, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("viewer", "accepted", "audience"),
    [
        (somebody(Role.FIRM, account_id=MINE), None, "owner"),
        (somebody(Role.FIRM, account_id=MINE), False, "owner"),
        (somebody(Role.FIRM, organisations=frozenset({OURS})), None, "owner"),
        (somebody(Role.STAFF), False, "staff"),
        (somebody(Role.ADMINISTRATOR), None, "staff"),
        (somebody(), False, "partner"),
        (somebody(), True, "introduced"),
        (None, False, "partner"),
        (None, True, "introduced"),
        (somebody(), None, "public"),
        (None, None, "public"),
    ],
)
def test_who_looks(viewer: Viewer | None, accepted: bool | None, audience: str) -> None:  # noqa: FBT001
    assert audience_of(a_challenge(), viewer, accepted=accepted) == audience


def test_a_challenge_of_nobody_belongs_to_no_account_without_organisation() -> None:
    nobodys = a_challenge(account_id=None, organisation_id=None)

    assert audience_of(nobodys, somebody()) is Audience.PUBLIC


def told(view: ChallengeView) -> str:
    """Return all that a view says, its id apart."""
    return repr({name: value for name, value in vars(view).items() if name != "id"})


@pytest.mark.parametrize("confidential", [False, True])
@pytest.mark.parametrize("accepted", [None, False])
def test_nobody_learns_whose_it_is_before_both_have_accepted(
    accepted: bool | None,  # noqa: FBT001
    confidential: bool,  # noqa: FBT001
) -> None:
    view = view_of(
        a_challenge(confidential=confidential), somebody(), accepted=accepted, requester=REQUESTER
    )
    words = told(view)

    for secret in (
        "Akse og Leje A/S",
        "Jens",
        "jens@",
        "98 12",
        "12345678",
        "9220",
        "Aalborg",
        "57.0",
    ):
        assert secret not in words, secret
    assert view.requester is None
    assert view.place is None
    assert str(MINE) not in words
    assert str(OURS) not in words


def test_the_other_side_reads_the_problem_and_where_in_the_country_it_is() -> None:
    view = view_of(a_challenge(), None, accepted=False, requester=REQUESTER)

    assert view.text is not None
    assert view.text.startswith("Vi er […]. Skriv til […] eller […]. x x")
    assert (view.region, view.industry_code, view.trl, view.students) == ("DK-81", "25.62", 4, True)
    assert view.answers == {
        BriefQuestion.NOW: "Akslerne hos […] slår sig.",
        BriefQuestion.TRIED: "[…]: alt er prøvet.",
    }


def test_of_a_confidential_one_it_reads_title_field_region_and_what_the_firm_shares() -> None:
    view = view_of(a_challenge(confidential=True), None, accepted=False, requester=REQUESTER)

    assert (view.text, view.excerpt, view.industry_code, view.region) == (None, "", "25", "DK-81")
    assert list(view.answers) == [BriefQuestion.NOW]


@pytest.mark.parametrize("audience", [Audience.OWNER, Audience.STAFF, Audience.INTRODUCED])
def test_the_firm_staff_and_who_was_introduced_read_everything(audience: Audience) -> None:
    challenge = a_challenge(confidential=True)
    view = view_for(challenge, audience, REQUESTER)

    assert (view.id, view.text, view.place) == (challenge.id, challenge.text, challenge.place)
    assert view.requester == REQUESTER
    assert view.answers == BRIEF.answers


def test_the_public_reads_a_beginning_and_gets_the_id_of_a_sample_only() -> None:
    view = view_of(a_challenge(), None, requester=REQUESTER)

    assert (view.id, view.text, view.answers, view.region) == (None, None, {}, None)
    assert len(view.excerpt) <= 200
    sample = a_challenge(sample=True, id=UUID(int=1))
    assert view_of(sample, None).id == sample.id


def test_a_brief_is_read_back_as_it_was_written() -> None:
    assert Brief.from_json(BRIEF.as_json()) == BRIEF
    assert Brief.from_json({}) == Brief()
    assert Brief().empty
    assert not BRIEF.empty


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Skriv til a.b+c@firma-x.co.uk.", "Skriv til […]."),
        ("Se www.akse.dk/om, tak", "Se […], tak"),
        ("Call +45 98123456 now", "Call […] now"),
        ("tlf. 98123456", "[…]"),
        ("Det er 98 12 34 56.", "Det er […]."),
        ("DK 12345678", "[…]"),
        ("ordre 98123456 på 1200 4500 stk", "ordre 98123456 på 1200 4500 stk"),
        ("20 30 40 50 60 mm", "20 30 40 50 60 mm"),
        ("plade 1250x2500, 0,3 mm", "plade 1250x2500, 0,3 mm"),
    ],
)
def test_what_reaches_somebody_is_taken_out(text: str, left: str) -> None:
    assert without_contacts(text) == left
