"""The result of ``matchmaker evaluate`` as tables for people."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.table import Table

from api.cli.terminal import output
from matchmaker.models import Fit

_PAIRS = ("da→da", "da→en", "en→da", "en→en", "da→both", "en→both")
_MEASURES = {"ndcg@10": "nDCG@10", "recall@50": "Recall@50", "mrr": "MRR"}


def print_tables(document: dict[str, Any]) -> None:
    """Write the result of an evaluation to standard output."""
    output.print(
        f"{document['challenges']} challenges, {document['off_topic']} of them off-topic, "
        f"{document['judgements']} judgements, encoder {document['encoder']}."
        "\nda→en: challenges in Danish among profiles in English. Below: 95 % interval.",
        markup=False,
    )
    for name, title in _MEASURES.items():
        output.print(_measure(document["policies"], name, title))
    output.print(_answers(document["policies"]))
    output.print(_orderings(document["policies"]))
    for limit in document["limits"]:
        said = "as it should be" if limit["kept"] else "too little"
        output.print(
            f"{limit['policy']}: da→en is {100 * limit['value']:.0f} % of en→en, {said} "
            f"(at least {100 * limit['least']:.0f} %).",
            markup=False,
        )


def _measure(policies: list[dict[str, Any]], name: str, title: str) -> Table:
    table = make_table(title, "policy", *_PAIRS)
    for one in policies:
        cells = [one["pairs"].get(pair) for pair in _PAIRS]
        table.add_row(one["policy"], *(interval(cell[name]) if cell else "–" for cell in cells))
    return table


def interval(found: dict[str, float]) -> str:
    """Return a value with its interval on the line below."""
    low, high = (f"{found[end]:.2f}".lstrip("0") for end in ("low", "high"))
    return f"{found['value']:.3f}\n{low}–{high}"


def _answers(policies: list[dict[str, Any]]) -> Table:
    """Return a table of who gets no answer, and how many of the shown are relevant."""
    title = "Share without any match, and of the judged matches the share that is relevant"
    table = make_table(title, "policy", "off-topic", "others", *(fit.value for fit in Fit))
    for one in policies:
        found = [one["relevant_by_fit"].get(fit.value) for fit in Fit]
        table.add_row(
            one["policy"],
            f"{one['nobody_for_off_topic']:.0%}",
            f"{one['nobody_for_answerable']:.0%}",
            *(f"{cell['share']:.0%} of {cell['judged']}" if cell else "–" for cell in found),
        )
    return table


def _orderings(policies: list[dict[str, Any]]) -> Table:
    """Return a table of the other direction: the challenges in the order of each profile."""
    title = "Turned round: challenges for a profile, and judged pairs of them in the right order"
    languages = sorted({language for one in policies for language in one["orderings"]})
    named = [(language, name) for language in languages for name in ("ndcg@10", "pairs")]
    headings = [f"{language} {_MEASURES.get(name, 'pairs')}" for language, name in named]
    table = make_table(title, "policy", "profiles", *headings)
    for one in policies:
        found = one["orderings"]
        profiles = max((found[language]["profiles"] for language in found), default=0)
        table.add_row(
            one["policy"],
            str(profiles),
            *(interval(found[language][name]) for language, name in named),
        )
    return table


def make_table(title: str, *headings: str) -> Table:
    """Return an empty table as all results have it."""
    table = Table(
        title=f"\n{title}" if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
    )
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=True)
    return table
