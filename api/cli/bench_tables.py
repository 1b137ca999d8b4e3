"""The result of ``matchmaker bench`` as tables for people."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from api.cli.terminal import output


def print_tables(document: dict[str, Any]) -> None:
    """Write the result of a measurement to standard output."""
    sizes = document["sizes"]
    output.print(_runs(sizes))
    output.print(_stages(sizes))
    output.print(_starts(sizes))
    if document["server"]:
        output.print(_server(document["server"]))
    output.print(_limits(document["limits"]))


def _runs(sizes: list[dict[str, Any]]) -> Table:
    rows = [
        ("passages", [str(one["passages"]) for one in sizes]),
        ("whole run, p50 / p95", [_timing(one["whole_run"]) for one in sizes]),
        ("bare work, p50 / p95", [_timing(one["bare"]) for one in sizes]),
        ("ratio of p50", [f"{one['ratio']:.2f}" for one in sizes]),
        ("ratio by round, quartiles", [_quartiles(one) for one in sizes]),
        ("bare work in sentences, p50 / p95", [_timing(one["bare_sentences"]) for one in sizes]),
        ("ratio of p50", [f"{one['ratio_sentences']:.2f}" for one in sizes]),
        ("changed condition, p50 / p95", [_timing(one["changed"]) for one in sizes]),
        ("over bare work, ratio of p50", [f"{one['ratio_changed']:.2f}" for one in sizes]),
        ("matches, median", [f"{one['matches']:g}" for one in sizes]),
        ("replica loaded in", [f"{one['seconds_to_load']:g} s" for one in sizes]),
    ]
    return _by_size("Match runs, milliseconds", sizes, rows)


def _stages(sizes: list[dict[str, Any]]) -> Table:
    names = dict.fromkeys(name for one in sizes for name in one["stages"])
    rows = [
        (name, [f"{100 * one['stages'].get(name, 0.0):.1f} %" for one in sizes]) for name in names
    ]
    return _by_size("Share of each stage in a whole run", sizes, rows)


def _starts(sizes: list[dict[str, Any]]) -> Table:
    cold = [one["cold_start"] for one in sizes]
    rows = [
        ("seconds, p50", [f"{one['seconds_p50']:g}" for one in cold]),
        ("seconds, most", [f"{one['seconds_most']:g}" for one in cold]),
        ("peak memory", [f"{one['peak_mb']} MB" for one in cold]),
    ]
    return _by_size("Cold start to first answer", sizes, rows)


def _server(server: dict[str, Any]) -> Table:
    asked = server["load"]
    table = _table(f"{asked['clients']} clients for {asked['seconds']:g} s", "", "")
    for kind, timing in asked["timings"].items():
        table.add_row(f"{kind}, p50 / p95", _timing(timing))
        table.add_row(f"{kind}, p99", f"{timing['p99_ms']:.1f}")
    table.add_row("profiles", str(server["profiles"]))
    table.add_row("requests", str(asked["requests"]))
    table.add_row("errors", str(asked["errors"]))
    for kind, number in asked["kinds_of_error"].items():
        table.add_row(f"  {kind}", str(number))
    table.add_row("match runs per second", f"{asked['runs_per_second']:g}")
    table.add_row("seconds to ready", f"{server['seconds_to_ready']:g}")
    table.add_row("seconds to first answer", f"{server['seconds_to_first_answer']:g}")
    table.add_row("peak memory", f"{server['peak_mb']} MB")
    return table


def _limits(limits: list[dict[str, Any]]) -> Table:
    table = _table("Limits", "", "limit", "measured", "")
    for one in limits:
        kept = "[green]kept[/]" if one["kept"] else "[red]missed[/]"
        table.add_row(one["name"], f"{one['limit']:g}", f"{one['measured']:g}", kept)
    return table


def _by_size(title: str, sizes: list[dict[str, Any]], rows: list[tuple[str, list[str]]]) -> Table:
    table = _table(title, "profiles", *(str(one["profiles"]) for one in sizes))
    for name, cells in rows:
        table.add_row(name, *cells)
    return table


def _table(title: str, first: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", pad_edge=False)
    table.add_column(first, overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def _timing(timing: dict[str, float]) -> str:
    return f"{timing['p50_ms']:.1f} / {timing['p95_ms']:.1f}"


def _quartiles(one: dict[str, Any]) -> str:
    return " ".join(f"{ratio:.2f}" for ratio in one["ratio_quartiles"])
