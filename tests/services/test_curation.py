"""Profiles are changed with a history, and nobody overwrites what they have not seen."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput, NotFound, StaleProfile, TransitionNotAllowed
from matchmaker.models import (
    EvidenceKind,
    OrganisationType,
    PartnerKind,
    Passage,
    Profile,
    ProfileKind,
    ProfileRevision,
    RevisionCause,
    Standing,
    StudyLevel,
    Visibility,
)
from matchmaker.storage.database import Sessions
from tests.factories import an_expert, an_organisation

WHO = UUID(int=7)
EXPERT: dict[str, Any] = {
    "name": "Ida Berg",
    "language": "en",
    "summary": "Welding engineer.",
    "place": "9220 Aalborg",
}
CASES = [{"title": "Cracks", "text": "Found the cause of cracks."}, {"text": "Robot welding."}]


def made(service: Matchmaker, **values: Any) -> Profile:
    return service.curation.create(ProfileKind.EXPERT, {**EXPERT, **values}, CASES, by=WHO)


def given(profile: Profile) -> list[dict[str, Any]]:
    return [{"id": item.id} for item in profile.evidence]


def test_every_kind_is_created_with_its_place_and_evidence(workshop: Matchmaker) -> None:
    create = workshop.curation.create
    common = {"name": "New", "language": "da", "summary": "Noget."}
    kinds = [
        create(ProfileKind.EXPERT, {**common, "capacity": 1, "place": "Herning"}, CASES, by=WHO),
        create(
            ProfileKind.ORGANISATION,
            {**common, "organisation_type": OrganisationType.GTS_INSTITUTE},
            by=WHO,
        ),
        create(
            ProfileKind.STUDENT,
            {**common, "programme": "P", "level": StudyLevel.MASTER, "institution": "I"},
            by=WHO,
        ),
    ]
    read = workshop.profiles.get(kinds[0].id)
    assert (read.city, read.latitude is not None) == ("Herning", True)
    assert [item.text for item in read.evidence] == [item["text"] for item in CASES]
    assert (read.item_count, read.folded_name) == (2, "new")
    assert kinds[1].partner_kind is PartnerKind.INSTITUTE
    assert [one.family_id for one in kinds] == [one.id for one in kinds]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("language", "xx"),
        ("place", "Atlantis"),
        ("website", "javascript:alert(1)"),
        ("summary", "x" * 2001),
        ("capacity", -1),
        ("can_travel_km", -1),
        ("standing", Standing.LIVE),
        ("programme", "not of an expert"),
        ("summary", None),
        ("field_visibility", {"name": "staff"}),
        ("field_visibility", {"description": "nobody"}),
    ],
)
def test_what_cannot_stand_is_refused_by_its_field(
    workshop: Matchmaker, field: str, value: object
) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(workshop, **{field: value})
    assert refused.value.field == field


def test_evidence_is_added_changed_removed_and_put_in_order_at_once(workshop: Matchmaker) -> None:
    ida = made(workshop)
    first, second = ida.evidence
    changed = workshop.curation.revise(
        ida.id,
        expected_revision=ida.revision,
        by=WHO,
        evidence=[
            {"id": second.id, "text": "Robot welding of small series."},
            {"kind": EvidenceKind.COURSE, "text": "A course."},
        ],
    )
    texts = [item.text for item in workshop.profiles.get(ida.id).evidence]
    assert texts == ["Robot welding of small series.", "A course."]
    told = workshop.curation.compare(ida.id, ida.revision, changed.revision)
    assert {(one.evidence_id, one.field) for one in told} >= {
        (second.id, "text"),
        (first.id, "text"),
        (changed.evidence[1].id, "kind"),
    }


def test_an_unknown_item_and_one_given_twice_are_refused(workshop: Matchmaker) -> None:
    ida = made(workshop)
    for evidence in ([{"id": uuid4()}], [given(ida)[0], given(ida)[0]]):
        with pytest.raises(InvalidInput, match="evidence/"):
            workshop.curation.revise(
                ida.id, expected_revision=ida.revision, by=WHO, evidence=evidence
            )
    assert len(workshop.profiles.get(ida.id).evidence) == 2


def test_who_changes_an_older_revision_is_told_what_differs(workshop: Matchmaker) -> None:
    ida = made(workshop)
    revise = workshop.curation.revise
    revise(ida.id, expected_revision=ida.revision, by=WHO, fields={"summary": "Metallurgist."})
    with pytest.raises(StaleProfile) as refused:
        revise(ida.id, expected_revision=ida.revision, by=WHO, fields={"summary": "Mine."})
    assert refused.value.differing == (("summary", "Welding engineer.", "Metallurgist."),)
    assert workshop.profiles.get(ida.id).summary == "Metallurgist."


def test_a_restored_revision_is_a_new_one_and_brings_evidence_back(workshop: Matchmaker) -> None:
    ida = made(workshop, on_leave_until=date(2027, 1, 2))
    changed = workshop.curation.revise(
        ida.id,
        expected_revision=ida.revision,
        by=WHO,
        fields={"name": "Ida Holm", "on_leave_until": None},
        evidence=given(ida)[1:],
    )
    again = workshop.curation.restore(
        ida.id, ida.revision, expected_revision=changed.revision, by=WHO
    )
    assert again.revision > changed.revision
    assert workshop.curation.compare(ida.id, ida.revision) == []
    assert [one.cause for one in workshop.curation.history(ida.id)] == [
        RevisionCause.RESTORED,
        RevisionCause.EDITED,
        RevisionCause.EDITED,
    ]
    assert {one.by for one in workshop.curation.history(ida.id)} == {WHO}


def test_what_was_there_before_the_first_change_can_be_brought_back(workshop: Matchmaker) -> None:
    klyngen = workshop.profiles.page(text="Klyngen").items[0]
    was = klyngen.revision
    now = workshop.curation.revise(
        klyngen.id, expected_revision=was, by=None, fields={"summary": "Nyt."}
    )
    workshop.curation.restore(klyngen.id, was, expected_revision=now.revision, by=None)
    assert workshop.profiles.get(klyngen.id).summary == klyngen.summary


def test_a_withdrawn_profile_is_gone_at_once_and_can_come_back(workshop: Matchmaker) -> None:
    ida = made(workshop)
    workshop.curation.withdraw(ida.id, by=WHO)
    with pytest.raises(NotFound):
        workshop.profiles.get(ida.id)
    with pytest.raises(TransitionNotAllowed):
        workshop.curation.confirm(ida.id, by=WHO)
    assert workshop.curation.read(ida.id).standing is Standing.WITHDRAWN
    workshop.curation.reinstate(ida.id, by=WHO)
    assert workshop.profiles.get(ida.id).confirmed_at is not None


def test_an_imported_person_is_shown_only_when_they_or_staff_with_a_basis_confirm(
    workshop: Matchmaker,
) -> None:
    one, other = (an_expert(name, standing=Standing.IMPORTED) for name in ("Ann", "Ben"))
    workshop.profiles.register_all([one, other])
    with pytest.raises(InvalidInput, match="legal basis"):
        workshop.curation.confirm(one.id, by=WHO)
    with pytest.raises(NotFound):
        workshop.profiles.get(one.id)
    workshop.curation.confirm(one.id, by=WHO, legal_basis="Article 6(1)(f)")
    workshop.curation.confirm(other.id, by=WHO, owner=True)
    assert workshop.curation.read(one.id).legal_basis == "Article 6(1)(f)"
    assert {workshop.profiles.get(each.id).standing for each in (one, other)} == {Standing.LIVE}


def test_a_pin_and_an_exclusion_stay_when_the_words_change(workshop: Matchmaker) -> None:
    ida = made(workshop)
    first, second = ida.evidence
    workshop.curation.mark_evidence(ida.id, first.id, by=WHO, pinned=True)
    after = workshop.curation.mark_evidence(ida.id, second.id, by=WHO, excluded=True)
    workshop.curation.revise(
        ida.id,
        expected_revision=after.revision,
        by=WHO,
        evidence=[{"id": first.id, "text": "Other words."}, {"id": second.id}],
    )
    read = workshop.profiles.get(ida.id)
    assert [(item.pinned, item.excluded) for item in read.evidence] == [
        (True, False),
        (False, True),
    ]
    assert read.item_count == 1
    with pytest.raises(InvalidInput):
        workshop.curation.mark_evidence(ida.id, first.id, by=WHO, excluded=True)


def test_what_fewer_may_see_is_in_no_passage_and_no_public_read(workshop: Matchmaker) -> None:
    ida = made(
        workshop,
        description="Secret alloys of the future.",
        affiliation="Elsewhere",
        field_visibility={"description": "staff", "affiliation": "members"},
    )
    hidden = {"id": ida.evidence[0].id, "visibility": Visibility.STAFF}
    workshop.curation.revise(
        ida.id,
        expected_revision=ida.revision,
        by=WHO,
        evidence=[hidden, {"id": ida.evidence[1].id}],
    )
    public = workshop.profiles.get(ida.id)
    assert (public.description, public.affiliation) == ("", "")
    assert [item.text for item in public.evidence] == ["Robot welding."]
    members = workshop.curation.read(ida.id, Visibility.MEMBERS)
    assert (members.description, members.affiliation) == ("", "Elsewhere")
    staff = workshop.curation.read(ida.id)
    assert (staff.description, len(staff.evidence)) == ("Secret alloys of the future.", 2)
    with Sessions(workshop.engine).reading() as session:
        query = select(Passage.text).where(Passage.profile_id == ida.id)
        texts = " ".join(session.scalars(query))
    assert "Robot" in texts and "Secret" not in texts and "cracks" not in texts


def test_evidence_hidden_after_a_run_is_no_reason_any_more(workshop: Matchmaker) -> None:
    challenge = workshop.challenges.submit(text="Cracks in welded aluminium frames after robot.")
    run = workshop.matchmaking.run(challenge.id)
    match = next(one for one in run.matches if one.profile.name == "Ida Berg")
    shown = {one.evidence_id for one in match.reason.evidence if one.evidence_id}
    assert shown
    ida = workshop.curation.read(match.profile_id)
    workshop.curation.revise(
        ida.id,
        expected_revision=ida.revision,
        by=WHO,
        evidence=[{"id": item.id, "visibility": Visibility.STAFF} for item in ida.evidence],
    )
    again = workshop.matchmaking.get_run(run.id)
    match = next(one for one in again.matches if one.profile_id == ida.id)
    assert not {one.evidence_id for one in match.reason.evidence} & shown


def test_erasing_takes_the_history_too(workshop: Matchmaker) -> None:
    ida = made(workshop)
    workshop.curation.withdraw(ida.id, by=WHO)
    workshop.profiles.erase(ida.id)
    with Sessions(workshop.engine).reading() as session:
        left = session.scalar(
            select(func.count())
            .select_from(ProfileRevision)
            .where(ProfileRevision.profile_id == ida.id)
        )
    assert left == 0
    with pytest.raises(NotFound):
        workshop.curation.history(ida.id)


def test_a_file_read_again_leaves_what_people_decided(workshop: Matchmaker) -> None:
    firm = an_organisation("Firm")
    workshop.profiles.register_all([firm])
    workshop.curation.withdraw(firm.id, by=WHO)
    workshop.profiles.register_all([an_organisation("Firm", id=firm.id, summary="Newer words.")])
    read = workshop.curation.read(firm.id)
    assert (read.standing, read.summary) == (Standing.WITHDRAWN, "Newer words.")
