"""A match run as its page shows it: tabs, conditions that can be taken away, the funnel.

Pure functions of a run; nothing here asks a service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from flask_babel import gettext, ngettext

from api.pages import steering
from api.pages.display import language_name
from api.pages.labels import label, plural
from matchmaker.models import (
    Conditions,
    EligibilityRule,
    Match,
    MatchRun,
    PartnerKind,
    Place,
    Profile,
)

T = TypeVar("T")
#: Funnel lines that are no rule: how many there were at each step.
STEPS = ("all", "eligible", "considered", "above-floor", "folded", "matched")
#: Steps that are left out when they are nobody.
_WHEN_ANY = ("folded",)


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One partner kind in the list, or all of them."""

    kind: PartnerKind | None
    words: str
    count: int
    current: bool


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One active condition, and the conditions that are left without it."""

    words: str
    without: Conditions


@dataclass(frozen=True, kw_only=True)
class Result:
    """A run as shown under one tab."""

    run: MatchRun
    kind: PartnerKind | None
    #: The profiles that the conditions name, as far as they are still there.
    known: Mapping[UUID, Profile]
    #: Whether the words of the passages can still be marked.
    can_mark: bool = False

    @property
    def conditions(self) -> Conditions:
        """What was asked for beyond the text, without profiles that are gone since."""
        return steering.only_known(Conditions.from_json(self.run.conditions), self.known)

    @property
    def matches(self) -> Sequence[Match]:
        """The matches under this tab; each keeps its place in the whole list."""
        return [
            match
            for match in self.run.matches
            if self.kind is None or match.profile.partner_kind is self.kind
        ]

    @property
    def marked(self) -> bool:
        """Whether some word of a shown passage is marked."""
        return any(passage.highlights for one in self.matches for passage in one.reason.evidence)

    @property
    def passage_ids(self) -> list[str]:
        """The elements of the page that hold the shown passages, as CSS selectors."""
        return [
            f"#evidence-{one.rank}-{number}"
            for one in self.matches
            if not one.nameless
            for number, _ in enumerate(one.reason.evidence, start=1)
        ]

    @property
    def tabs(self) -> list[Tab]:
        """All, then each kind that is in the list."""
        counts = Counter(match.profile.partner_kind for match in self.run.matches)
        everything = Tab(
            kind=None,
            words=gettext("All partners"),
            count=len(self.run.matches),
            current=self.kind is None,
        )
        return [everything] + [
            Tab(kind=kind, words=plural(kind), count=counts[kind], current=kind is self.kind)
            for kind in PartnerKind
            if counts[kind] or kind is self.kind
        ]

    @property
    def chips(self) -> list[Chip]:
        """Every active condition, so that each can be taken away by itself."""
        now = self.conditions
        chips = [
            Chip(
                words=plural(kind),
                without=replace(now, partner_kinds=_less(now.partner_kinds, kind)),
            )
            for kind in now.partner_kinds
        ]
        chips += [
            Chip(
                words=gettext("Works in %(language)s", language=language_name(code)),
                without=replace(now, languages=_less(now.languages, code)),
            )
            for code in now.languages
        ]
        if now.within_km is not None:
            words = gettext("Within %(km)s km", km=now.within_km)
            chips.append(Chip(words=words, without=replace(now, within_km=None)))
        chips += [
            Chip(words=words, without=without) for words, without in steering.chips(now, self.known)
        ]
        return chips

    @property
    def offers(self) -> Sequence[steering.Offer]:
        """Conditions that the newest dismissal asks for."""
        place = Place(**self.run.place)
        return steering.offers(self.conditions, self.known, place, self.run.language)

    @property
    def funnel(self) -> list[str]:
        """How the list came about, one phrase per step; rules that removed nobody are left out."""
        always = set(STEPS) - set(_WHEN_ANY)
        return [
            phrase(step, number) for step, number in self.run.funnel if number or step in always
        ]

    @property
    def removed(self) -> list[str]:
        """What the rules removed, one phrase per rule; for a list that came out empty."""
        return [
            phrase(step, number) for step, number in self.run.funnel if number and step not in STEPS
        ]

    @property
    def status(self) -> str:
        """How many are shown, in one phrase; read out when the list changes."""
        number = len(self.matches)
        if self.kind is None:
            return str(ngettext("%(num)d partner found", "%(num)d partners found", number))
        return f"{plural(self.kind)}: {number}"


def phrase(step: str, number: int) -> str:
    """Return one line of the funnel in words."""
    words = {
        "all": ngettext("%(num)d profile in all", "%(num)d profiles in all", number),
        "eligible": ngettext("%(num)d could be proposed", "%(num)d could be proposed", number),
        "considered": ngettext(
            "%(num)d compared with your sentences", "%(num)d compared with your sentences", number
        ),
        "above-floor": ngettext("%(num)d fits well enough", "%(num)d fit well enough", number),
        "folded": ngettext(
            "%(num)d shares a place with one that says the same",
            "%(num)d share a place with one that says the same",
            number,
        ),
        "matched": ngettext("%(num)d shown", "%(num)d shown", number),
    }
    return str(words[step]) if step in words else f"{number} {label(EligibilityRule(step))}"


def _less(values: tuple[T, ...], value: T) -> tuple[T, ...]:
    return tuple(one for one in values if one != value)
