"""A match run in the shell: a table for people, a document for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from matchmaker.models import EligibilityRule, Fit, Match, MatchRun

FIT_COLOURS: Mapping[Fit, str] = MappingProxyType(
    {Fit.STRONG: "bold green", Fit.GOOD: "green", Fit.POSSIBLE: "yellow"}
)
_RULES: Mapping[str, str] = MappingProxyType(
    {
        EligibilityRule.VISIBLE: "not public",
        EligibilityRule.AVAILABLE: "on leave, booked or over",
        EligibilityRule.PARTNER_KIND: "another kind than asked for",
        EligibilityRule.LANGUAGE: "no common language",
        EligibilityRule.DISTANCE: "too far away",
        EligibilityRule.REQUIRED_TERMS: "without a word you require",
        EligibilityRule.EXCLUDED_TERMS: "with a word you exclude",
        EligibilityRule.DISMISSED: "dismissed",
    }
)


def print_matches(run: MatchRun, to: Console) -> None:
    """Write the ranked partners as a table, or why there are none."""
    if run.matches:
        to.print(_table(run, to.width))
    else:
        to.print("\n".join(_nobody(run)), markup=False)


def _table(run: MatchRun, width: int) -> Table:
    """Return a table whose evidence gets what room there is."""
    table = Table(
        box=box.HORIZONTALS, show_lines=True, pad_edge=False, collapse_padding=True, expand=True
    )
    table.add_column("#", justify="right", no_wrap=True)
    partner = min(34, max(18, width * 3 // 10))
    table.add_column("Partner", width=partner, overflow="fold")
    table.add_column("Fit", no_wrap=True)
    table.add_column("Evidence that carries the match", ratio=1, overflow="fold")
    for match in run.matches:
        table.add_row(
            str(match.rank),
            _partner(match),
            Text(match.fit.value, style=FIT_COLOURS[match.fit]),
            _evidence(match),
        )
    return table


def _partner(match: Match) -> RenderableType:
    profile = match.profile
    kind = profile.partner_kind.value.replace("-", " ")
    lines = Text(profile.name, style="bold")
    lines.append(f"\n{kind}, fictional" if profile.fictional else f"\n{kind}", style="not bold")
    where = ", ".join(filter(None, (profile.city, profile.country)))
    distance = match.reason.facts.distance_km
    if distance is not None:
        where += f", {distance} km"
    lines.append(f"\n{where}", style="not bold")
    if match.folded:
        names = ", ".join(one.profile.name for one in match.folded)
        lines.append(f"\nalso: {names}", style="not bold")
    return lines


def _evidence(match: Match) -> RenderableType:
    passages = [passage.text for passage in match.reason.evidence]
    if len(passages) == 1:
        return Text(passages[0])
    grid = Table.grid(padding=(0, 1))
    for text in passages:
        grid.add_row("•", Text(text))
    return grid


def _nobody(run: MatchRun) -> Iterator[str]:
    counts: dict[str, int] = dict(run.funnel)
    eligible = counts.get("eligible", 0)
    yield "Nobody fits well enough."
    if eligible:
        yield f"{eligible} profiles were compared; none answers the text closely enough."
    else:
        yield "There is nobody to compare with."
    removed = [(words, counts.get(rule, 0)) for rule, words in _RULES.items()]
    if any(number for _, number in removed):
        yield f"Taken out before, of {counts.get('all', 0)}:"
        yield from (f"  {number} {words}" for words, number in removed if number)
    yield "What helps:"
    if not counts.get("all"):
        yield "  matchmaker seed load, if there are no profiles yet"
        return
    yield "  a sentence about the material, the process or the machine, and what goes wrong"
    if run.conditions["partner_kinds"]:
        yield "  asking without --kind"
    if run.conditions["required_terms"]:
        yield "  asking without --require"
    if run.conditions["excluded_terms"]:
        yield "  asking without --exclude"


def run_as_json(run: MatchRun) -> dict[str, Any]:
    """Return a run as ``matchmaker match --json`` prints it."""
    return {
        "language": run.language,
        "matches": [
            {
                "rank": match.rank,
                "kind": match.profile.partner_kind.value,
                "id": str(match.profile_id),
                "name": match.profile.name,
                "place": match.profile.city,
                "fit": match.fit.value,
                "score": match.score,
                "folded": [
                    {"id": str(one.profile_id), "name": one.profile.name} for one in match.folded
                ],
                "evidence": [
                    {"passage": passage.text, "answers": run.sentences[passage.answers]}
                    for passage in match.reason.evidence
                ],
                "uncovered": [run.sentences[position] for position in match.reason.uncovered],
            }
            for match in run.matches
        ],
        "funnel": [{"rule": rule, "number": number} for rule, number in run.funnel],
        "timings_ms": run.timings_ms,
    }
