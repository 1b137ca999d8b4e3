"""What a person says about a list changes it: kept with the run, replayed, never encoded again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.models import (
    Challenge,
    Conditions,
    Dismissal,
    DismissalReason,
    Fit,
    MatchRun,
    Visibility,
)
from matchmaker.services.matchmaking import MatchmakingService
from matchmaker.services.steering import MOST_DISMISSED, MOST_EXAMPLES, MOST_TERMS
from tests.factories import a_workshop, an_expert
from tests.services.encoders import CountingEncoder

WELDING = (
    "Our welded aluminium frames have cracks. "
    "We need testing of welded joints with ultrasound and radiography. "
    "Robot welding of small series is planned."
)
Ask = Callable[..., MatchRun]


@pytest.fixture
def workshop(service: Matchmaker) -> Matchmaker:
    """The service with the eight profiles of ``factories.a_workshop``, indexed."""
    service.profiles.register_all(a_workshop())
    service.indexing.sync()
    return service


@pytest.fixture
def matching(workshop: Matchmaker) -> MatchmakingService:
    """The matchmaking of the workshop, with a policy that shows everybody it finds."""
    policy = replace(
        DEFAULT_POLICY,
        name="lenient",
        fit_from=MappingProxyType({Fit.POSSIBLE: 0.0}),
        answer_from=0.0,
    )
    return replace(workshop.matchmaking, policies={"lenient": policy}, policy_name="lenient")


@pytest.fixture
def challenge(workshop: Matchmaker) -> Challenge:
    """A challenge about welding, from Odense."""
    return workshop.challenges.submit(text=WELDING, title="Cracks", language="en", place="Odense")


@pytest.fixture
def ask(matching: MatchmakingService, challenge: Challenge) -> Ask:
    """Run the challenge under conditions; every run must replay to the same."""

    def run(**conditions: Any) -> MatchRun:
        found = matching.run(challenge.id, conditions=Conditions(**conditions))
        assert matching.replay(found.id).same
        return found

    return run


def names(run: MatchRun) -> list[str]:
    return [match.profile.name for match in run.matches]


def scores(run: MatchRun) -> dict[str, float]:
    return {match.profile.name: match.score for match in run.matches}


def id_of(run: MatchRun, name: str) -> UUID:
    return next(match.profile_id for match in run.matches if match.profile.name == name)


def no(profile_id: UUID, reason: str = "other", note: str = "") -> Dismissal:
    return Dismissal(profile_id=profile_id, reason=DismissalReason(reason), note=note)


def test_an_example_pulls_up_what_is_like_it_and_keeps_its_own_score(ask: Ask) -> None:
    plain = ask()
    steered = ask(more_like=(id_of(plain, "Department of Vision"),))
    before, after = scores(plain), scores(steered)
    assert after["Department of Vision"] == before["Department of Vision"]
    # The student has done machine vision as well.
    gained = {name: after[name] - before[name] for name in before}
    assert gained["Bo Lund"] > gained["Jens Falk"]
    assert gained["Bo Lund"] > min(gained.values())
    assert steered.sentences == plain.sentences


def test_the_order_of_examples_does_not_matter(ask: Ask) -> None:
    plain = ask()
    two = (id_of(plain, "Bo Lund"), id_of(plain, "Ida Berg"))
    assert scores(ask(more_like=two)) == scores(ask(more_like=two[::-1]))


def test_one_who_is_dismissed_leaves_the_list_and_is_counted(ask: Ask) -> None:
    plain = ask()
    run = ask(dismissed=(no(id_of(plain, "Ida Berg"), "already-known", "Worked with her."),))
    assert names(run) == [name for name in names(plain) if name != "Ida Berg"]
    assert dict(run.funnel)["dismissed"] == 1
    assert run.conditions["dismissed"][0]["note"] == "Worked with her."
    # Being known says nothing about others.
    assert scores(run) == {one: score for one, score in scores(plain).items() if one != "Ida Berg"}


def test_a_wrong_field_lowers_what_is_like_it(ask: Ask) -> None:
    plain = ask()
    run = ask(dismissed=(no(id_of(plain, "Institut for Sømme"), "wrong-field"),))
    lowered = {name: scores(plain)[name] - score for name, score in scores(run).items()}
    assert lowered["Svetsinstitutet"] > 0
    assert lowered["Svetsinstitutet"] > lowered["Klyngen"]


def test_a_required_term_leaves_those_who_have_it_in_any_language(ask: Ask) -> None:
    run = ask(required_terms=("svejsning",))
    assert sorted(names(run)) == [
        *("Ida Berg", "Institut for Sømme", "Open Lab: welding robots", "Svetsinstitutet"),
    ]
    assert dict(run.funnel)["required-terms"] == 4
    assert names(ask(required_terms=("welding", "laser"))) == ["Svetsinstitutet"]
    assert names(ask(required_terms=("hydrogen",))) == []


def test_an_excluded_term_leaves_those_who_do_not_have_it(ask: Ask) -> None:
    everybody = set(names(ask()))
    run = ask(excluded_terms=("svejsning",))
    assert set(names(run)) == everybody - set(names(ask(required_terms=("svejsning",))))
    assert dict(run.funnel)["excluded-terms"] == 4


def test_all_words_of_a_phrase_must_be_in_one_passage(ask: Ask) -> None:
    assert names(ask(required_terms=("laser welding",))) == ["Svetsinstitutet"]
    assert names(ask(required_terms=("laser fatigue",))) == []


def test_a_changed_condition_encodes_nothing(ask: Ask, counting: CountingEncoder) -> None:
    plain = ask()
    ida = id_of(plain, "Ida Berg")
    before = list(counting.queries), list(counting.documents)
    for conditions in (
        {"required_terms": ("laser",)},
        {"excluded_terms": ("laser",)},
        {"more_like": (ida,)},
        {"dismissed": (no(ida, "wrong-field"),)},
        {"place_weight": 2.0},
    ):
        assert "encode" not in ask(**conditions).timings_ms
    assert (counting.queries, counting.documents) == before


def test_terms_are_kept_trimmed_and_once(ask: Ask) -> None:
    run = ask(required_terms=(" Robot   welding ", "robot welding"), place_weight=0.5)
    assert run.conditions["required_terms"] == ["Robot welding"]
    assert run.conditions["place_weight"] == 0.5


@pytest.mark.parametrize(
    ("conditions", "field", "words"),
    [
        ({"required_terms": ("og",)}, "required_terms", "'og' names nothing"),
        ({"excluded_terms": ("  ",)}, "excluded_terms", "is empty"),
        ({"required_terms": ("x" * 61,)}, "required_terms", "at most 60 characters"),
        (
            {"excluded_terms": tuple(f"A{n}" for n in range(11))},
            "excluded_terms",
            "at most 10 terms",
        ),
        ({"required_terms": ("Laser",), "excluded_terms": ("laser",)}, "excluded_terms", "as well"),
        ({"more_like": (UUID(int=7),)}, "more_like", "There is no profile"),
        ({"dismissed": (no(UUID(int=7)),)}, "dismissed", "There is no profile"),
        ({"place_weight": 3.1}, "place_weight", "from 0 to 3"),
        ({"place_weight": float("nan")}, "place_weight", "from 0 to 3"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_at_its_field(
    ask: Ask, workshop: Matchmaker, conditions: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        ask(**conditions)
    assert refused.value.field == field


def test_more_than_a_list_can_follow_is_refused(workshop: Matchmaker, ask: Ask) -> None:
    assert MOST_TERMS == 10
    with pytest.raises(InvalidInput, match="at most 5"):
        ask(more_like=tuple(uuid4() for _ in range(MOST_EXAMPLES + 1)))
    with pytest.raises(InvalidInput, match="at most 50"):
        ask(dismissed=tuple(no(uuid4()) for _ in range(MOST_DISMISSED + 1)))


def test_a_note_is_one_short_line(ask: Ask) -> None:
    ida = id_of(ask(), "Ida Berg")
    for note in ("x" * 201, "two\nlines"):
        with pytest.raises(InvalidInput, match="one line"):
            ask(dismissed=(no(ida, note=note),))


def test_one_who_is_not_public_is_as_good_as_unknown(workshop: Matchmaker, ask: Ask) -> None:
    hidden = an_expert(visibility=Visibility.STAFF)
    workshop.profiles.register_all([hidden])
    with pytest.raises(InvalidInput, match="There is no profile"):
        ask(more_like=(hidden.id,))


def test_one_is_not_example_and_dismissed_at_once(ask: Ask) -> None:
    ida = id_of(ask(), "Ida Berg")
    with pytest.raises(InvalidInput, match="take one of them away") as refused:
        ask(more_like=(ida,), dismissed=(no(ida),))
    assert refused.value.field == "dismissed"


def test_a_run_is_replayed_after_its_example_is_gone(
    workshop: Matchmaker, matching: MatchmakingService, ask: Ask
) -> None:
    ida = id_of(ask(), "Ida Berg")
    run = ask(more_like=(ida,))
    workshop.profiles.erase(ida)
    replay = matching.replay(run.id)
    assert not replay.same
    assert ida not in [profile_id for profile_id, _ in replay.again]


def test_nearness_makes_nobody_fit_better_however_much_it_counts(
    matching: MatchmakingService, ask: Ask
) -> None:
    assert matching.policy.place_weight > 0
    plain, nothing, twice = (scores(ask(place_weight=times)) for times in (None, 0.0, 2.0))
    assert plain
    assert plain == nothing == twice
