"""The words of an introduction as they are proposed to staff: facts and quotations, no praise.

Two texts, one for each party. What the firm reads quotes the partner's profile and names what it
leaves open; what the partner reads is made from the view of the challenge that partners have, so
that it can't name the firm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matchmaker.models.challenge_view import ChallengeView
from matchmaker.models.regions import region_name

#: Languages that drafts are written in.
LANGUAGES = ("da", "en")


@dataclass(frozen=True, kw_only=True)
class Quotation:
    """A passage of the partner's profile, and the sentence of the challenge that it answers."""

    passage: str
    answers: str


@dataclass(frozen=True, kw_only=True)
class DraftFacts:
    """What a draft is written from."""

    partner: str
    #: Empty for a partner whom people thought of.
    quotations: Sequence[Quotation] = ()
    #: Sentences of the challenge that nothing in the profile answers.
    uncovered: Sequence[str] = ()
    #: The challenge as partners see it before both have accepted.
    challenge: ChallengeView
    #: Name of the industry in the language of the draft; empty when it is not known.
    industry: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The words for both parties."""

    firm_text: str
    partner_text: str


_WORDS: Mapping[str, Mapping[str, str]] = {
    "da": {
        "to_firm": "Vi foreslår, at I taler med {partner} om jeres udfordring.",
        "says": "Det står i profilen:",
        "answers": "svarer til jeres sætning: “{sentence}”",
        "open": "Det siger profilen ikke noget om:",
        "by_hand": "Forslaget er lavet af en medarbejder og ikke fundet af søgningen.",
        "firm_end": (
            "I får hinandens navn og adresse, hvis I begge siger ja. "
            "Indtil da ved de ikke, hvem I er."
        ),
        "to_partner": "En virksomhed søger hjælp.",
        "title": "Udfordringen: {title}",
        "where": "Sted: {where}",
        "industry": "Branche: {industry}",
        "excerpt": "Sådan begynder beskrivelsen: “{excerpt}”",
        "your_words": "Vi spørger jer på grund af det, der står i profilen:",
        "partner_end": "I får at vide, hvem det er, hvis I begge siger ja.",
    },
    "en": {
        "to_firm": "We suggest that you talk to {partner} about your challenge.",
        "says": "Their profile says:",
        "answers": "answers your sentence: “{sentence}”",
        "open": "Of this their profile says nothing:",
        "by_hand": "A member of staff thought of them; the search did not find them.",
        "firm_end": (
            "You get each other's name and address if both of you say yes. "
            "Until then they do not know who you are."
        ),
        "to_partner": "A firm asks for help.",
        "title": "The challenge: {title}",
        "where": "Place: {where}",
        "industry": "Industry: {industry}",
        "excerpt": "The description begins: “{excerpt}”",
        "your_words": "We ask you because your profile says:",
        "partner_end": "You learn who it is if both of you say yes.",
    },
}


def draft_language(challenge: str, partner: Sequence[str]) -> str:
    """Return the language of a draft: Danish when both read it, otherwise English.

    Args:
        challenge: ISO 639-1 code of the challenge.
        partner: codes of the languages one can work with the partner in.

    >>> draft_language("da", ["da", "en"]), draft_language("da", ["en"])
    ('da', 'en')
    """
    return "da" if challenge == "da" and "da" in partner else "en"


def written(facts: DraftFacts, language: str) -> Draft:
    """Return both texts in Danish or English."""
    words = _WORDS[language]
    return Draft(
        firm_text=_joined(_for_firm(facts, words)),
        partner_text=_joined(_for_partner(facts, words, language)),
    )


def _for_firm(facts: DraftFacts, words: Mapping[str, str]) -> list[list[str]]:
    quoted = [
        f"- “{one.passage}” – {words['answers'].format(sentence=one.answers)}"
        for one in facts.quotations
    ]
    return [
        [words["to_firm"].format(partner=facts.partner)],
        [words["says"], *quoted] if quoted else [words["by_hand"]],
        [words["open"], *(f"- “{one}”" for one in facts.uncovered)] if facts.uncovered else [],
        [words["firm_end"]],
    ]


def _for_partner(facts: DraftFacts, words: Mapping[str, str], language: str) -> list[list[str]]:
    seen = facts.challenge
    where = region_name(seen.region, language) if seen.region else ""
    told = [
        words[name].format(**{name: value})
        for name, value in (
            ("title", seen.title),
            ("where", where),
            ("industry", facts.industry),
            ("excerpt", seen.excerpt),
        )
        if value
    ]
    own = [f"- “{one.passage}”" for one in facts.quotations]
    return [
        [words["to_partner"]],
        told,
        [words["your_words"], *own] if own else [],
        [words["partner_end"]],
    ]


def _joined(paragraphs: Sequence[Sequence[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)
