"""The measures of a judged set as tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.cli.evaluate_tables import interval, make_table
from api.cli.terminal import output

_TITLES = {
    "mrr": "MRR",
    "success@1": "success@1",
    "success@5": "success@5",
    "success@10": "success@10",
    "ndcg@10": "nDCG@10",
    "recall@10": "recall@10",
    "recall@50": "recall@50",
    "pairwise_loss": "pairwise loss",
    "pairwise_accuracy": "accuracy",
    "orders_loss": "loss of orders",
    "orders_accuracy": "accuracy of orders",
}
#: What stands together in a table, so that it fits 80 columns.
_TABLES = (
    ("mrr", "success@1", "success@5", "success@10"),
    ("ndcg@10", "recall@10", "recall@50"),
    ("pairwise_loss", "pairwise_accuracy"),
    ("orders_loss", "orders_accuracy"),
)


def print_set(documents: Sequence[dict[str, Any]]) -> None:
    """Write the results of all policies on one set to standard output."""
    first = documents[0]
    output.print(
        f"\n{first['set']}: {first['queries_judged']} judged queries, "
        f"{first['profiles']} profiles, encoder {first['encoder']}. Below: 95 % interval.",
        markup=False,
    )
    rows = [(one["policy"], one["measures"]) for one in documents]
    rows += [(one["name"], one["measures"]) for one in first["baselines"]]
    for names in _TABLES:
        shown = [name for name in names if any(name in measures for _, measures in rows)]
        if not shown:
            continue
        table = make_table("", "policy", *(_TITLES[name] for name in shown))
        for row, measures in rows:
            cells = [measures.get(name) for name in shown]
            table.add_row(row, *(interval(cell) if cell else "–" for cell in cells))
        output.print(table)
