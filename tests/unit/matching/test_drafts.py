"""The words of an introduction: quotations and facts, in two languages, and nobody named."""

from __future__ import annotations

import pytest

from matchmaker.matching.drafts import DraftFacts, Quotation, draft_language, written
from matchmaker.models import Challenge
from matchmaker.models.challenge_view import Audience, Requester, view_for
from tests.factories import NOW

FIRM = Requester(firm="Akse ApS", person="Kim Holm", email="kim@akse.dk")


def facts(*, confidential: bool = False, quotations: int = 1) -> DraftFacts:
    challenge = Challenge(
        title="Revner hos Akse ApS",
        text="Vores aksler revner. Ring til Kim Holm.",
        language="da",
        municipality="851",
        industry_code="25.62",
        confidential=confidential,
        created_at=NOW,
        updated_at=NOW,
    )
    quoted = Quotation(passage="Fandt årsagen til revner.", answers="Vores aksler revner.")
    return DraftFacts(
        partner="Ida Berg",
        quotations=[quoted] * quotations,
        uncovered=["Vi er tyve."],
        challenge=view_for(challenge, Audience.PARTNER, FIRM),
        industry="Maskinforarbejdning",
    )


@pytest.mark.parametrize("language", ["da", "en"])
def test_each_party_reads_what_is_for_it(language: str) -> None:
    draft = written(facts(), language)

    assert "Ida Berg" in draft.firm_text
    for text in ("“Fandt årsagen til revner.”", "“Vores aksler revner.”", "- “Vi er tyve.”"):
        assert text in draft.firm_text
    assert "“Fandt årsagen til revner.”" in draft.partner_text
    assert "Maskinforarbejdning" in draft.partner_text
    assert ("Region Nordjylland" if language == "da" else "North Denmark") in draft.partner_text
    assert not any(word in draft.partner_text for word in ("Akse", "Kim", "Holm"))


def test_of_a_confidential_challenge_the_partner_reads_no_sentence() -> None:
    assert "aksler" not in written(facts(confidential=True), "da").partner_text


def test_without_a_match_it_says_that_people_thought_of_them() -> None:
    draft = written(facts(quotations=0), "en")

    assert "A member of staff thought of them" in draft.firm_text
    assert "your profile says" not in draft.partner_text


@pytest.mark.parametrize(
    ("challenge", "partner", "expected"),
    [("da", ["da", "en"], "da"), ("da", ["en"], "en"), ("en", ["da"], "en"), ("de", ["da"], "en")],
)
def test_danish_is_for_two_who_read_it(challenge: str, partner: list[str], expected: str) -> None:
    assert draft_language(challenge, partner) == expected
