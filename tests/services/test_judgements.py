"""What people decided and what came of it flows back as judgements of the ranking."""

from __future__ import annotations

from pathlib import Path

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.judgements import CONCLUDED, DECLINED, DISMISSED, grade
from matchmaker.models import (
    Answer,
    Conclusion,
    DeclineReason,
    DismissalReason,
    IntroductionState,
    MatchDecision,
    MatchState,
    Party,
)
from matchmaker.services.layout import read_layout
from tests.factories import NOW, an_introduction
from tests.parties import Parties, some_parties


def kept(**values: object) -> MatchDecision:
    defaults = {"state": MatchState.SHORTLISTED, "decided_at": NOW}
    ids = {name: an_introduction().id for name in ("challenge_id", "profile_id")}
    return MatchDecision(**{**ids, **defaults, **values})  # type: ignore[arg-type]


def test_a_grade_is_of_the_fit_and_of_nothing_else() -> None:
    assert grade(None, None) is None
    assert grade(kept(), None) == 2
    for dismissal in DismissalReason:
        decision = kept(state=MatchState.DISMISSED, reason=dismissal)
        assert grade(decision, None) == DISMISSED.get(dismissal)
    for reason in DeclineReason:
        no = an_introduction(state=IntroductionState.DECLINED, decline_reason=reason)
        assert grade(None, no) == DECLINED.get(reason)
        assert grade(kept(), no) == DECLINED.get(reason, 2)
    for conclusion in Conclusion:
        done = an_introduction(state=IntroductionState.CONCLUDED, conclusion=conclusion)
        assert grade(kept(state=MatchState.DISMISSED), done) == CONCLUDED[conclusion]
    for state in (IntroductionState.ACCEPTED, IntroductionState.MET):
        assert grade(None, an_introduction(state=state)) == 2
    for state in (IntroductionState.EXPIRED, IntroductionState.WITHDRAWN):
        assert grade(None, an_introduction(state=state)) is None
    assert grade(None, an_introduction(state=IntroductionState.DECLINED)) is None
    assert DeclineReason.NO_TIME not in DECLINED


@pytest.fixture
def parties(workshop: Matchmaker) -> Parties:
    """A firm whose challenge led to a collaboration, a dismissal and one kept by hand."""
    parties = some_parties(workshop)
    workshop.matchmaking.run(parties.challenge_id)
    service, one = workshop.introductions, parties.offered()
    for party in Party:
        service.answer(one.id, party, Answer.ACCEPTED, by=None)
    service.conclude(one.id, Conclusion.COLLABORATION, by=None)
    where = parties.challenge_id
    workshop.shortlist.dismiss(
        where, parties.profile("Klyngen"), DismissalReason.WRONG_FIELD, by=None, note="Kim said so."
    )
    workshop.shortlist.keep(
        where, parties.profile("Institut for Sømme"), by=None, note="Knows Kim."
    )
    workshop.shortlist.dismiss(
        where, parties.profile("Jens Falk"), DismissalReason.TOO_FAR, by=None
    )
    return parties


def test_ids_and_grades_are_handed_out_and_nothing_of_a_person(
    parties: Parties, tmp_path: Path
) -> None:
    done = parties.service.judgements.export(tmp_path / "set")

    assert [one.name for one in (tmp_path / "set").iterdir()] == ["qrels.tsv"]
    rows = (tmp_path / "set" / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    graded = {tuple(row.split("\t")[1:]) for row in rows[1:]}
    assert graded == {
        (str(parties.profile_id), "3"),
        (str(parties.profile("Klyngen")), "0"),
        (str(parties.profile("Institut for Sømme")), "2"),
    }
    assert (done.challenges, done.judgements) == (1, 3)


def test_with_texts_it_is_a_judged_set_without_persons(parties: Parties, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    parties.service.judgements.export(folder, texts=True)

    found = read_layout(folder)
    assert len(found.queries) == 1
    organisation = str(parties.profile("Institut for Sømme"))
    assert found.judgements.grades[str(parties.challenge_id)] == {
        organisation: 2.0,
        str(parties.profile("Klyngen")): 0.0,
    }
    told = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    assert "Testing of welded joints: bend, tensile and macro." in told
    assert not any(word in told for word in ("Ida Berg", "Bo Lund", "Kim", "@example.dk"))


def test_the_fit_learns_from_the_same_grades(parties: Parties) -> None:
    (one,) = parties.service.judgements.judged_challenges()

    assert one.id == parties.challenge_id
    assert sorted(one.grades.values()) == [0, 2, 3]
    assert list(one.wordings) == ["en"]
