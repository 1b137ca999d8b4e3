"""The result as Markdown: the same for the terminal and for README.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import OURS
from benchmarks.peers.scores import ALL, LEADING

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
_NAMES = {"ndcg@10": "nDCG@10", "mrr": "MRR", "recall@50": "recall@50"}


def markdown(document: Mapping[str, Any]) -> str:
    """Return tables and promises of all corpora."""
    machine = document["machine"]
    taken = (
        f"Commit {document['commit']}, {document['measured_at'][:10]}, policy "
        f"{document['policy']}, {machine['cores']} cores, load before "
        f"{machine['load_before']}, {document['rounds']} rounds."
    )
    lines = [taken]
    for corpus in document["corpora"]:
        lines += ["", *_corpus(corpus)]
    return "\n".join(lines) + "\n"


def into_readme(readme: Path, text: str) -> None:
    """Put the tables between the two marks of a file.

    Raises:
        ValueError: a mark is missing.

    """
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        message = f"{readme} has no place for figures: write {BEGIN} and {END}"
        raise ValueError(message)
    readme.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


def _corpus(corpus: Mapping[str, Any]) -> Iterator[str]:
    peers = corpus["peers"]
    yield (
        f"**{corpus['corpus']}**: {corpus['queries']} queries, {corpus['profiles']} profiles with "
        f"{corpus['passages']} passages, {corpus['judgements']} judgements."
    )
    yield ""
    yield from _table(
        (
            *("", "nDCG@10", "Matchmaker ahead by", "MRR", "recall@50"),
            *("p50 ms", "p95 ms", "to index, s", "peak MB"),
        ),
        [_row(one) for one in peers],
    )
    pairs = [view for view in peers[0]["views"] if view != ALL]
    if pairs:
        yield ""
        yield f"{_NAMES[LEADING]} by language of the challenge → language of the profiles:"
        yield ""
        yield from _table(
            ("", *pairs),
            [
                [one["peer"], *(_value(one["views"][pair][LEADING]) for pair in pairs)]
                for one in peers
            ],
        )
    yield ""
    for one in peers:
        run = one["stored_run"]
        if run and run["queries"]:
            yield (
                f"- {one['peer']}, whole run, from the text to the stored list: p50 "
                f"{run['p50_ms']:.1f} ms, p95 {run['p95_ms']:.1f} ms ({run['queries']} queries)."
            )
    for promise in corpus["promises"]:
        yield f"- {_promise(promise)}"


def _row(peer: Mapping[str, Any]) -> list[str]:
    view, latency = peer["views"][ALL], peer["latency"]
    ahead = view[LEADING].get("matchmaker_ahead")
    return [
        peer["peer"],
        f"{_value(view[LEADING])} ({_range(view[LEADING])})",
        "" if peer["peer"] == OURS or not ahead else f"{ahead['value']:+.3f} ({_range(ahead)})",
        f"{_value(view['mrr'])} ({_range(view['mrr'])})",
        f"{_value(view['recall@50'])} ({_range(view['recall@50'])})",
        _milliseconds(latency, "p50_ms"),
        _milliseconds(latency, "p95_ms"),
        f"{peer['seconds_to_index']:.1f}",
        f"{peer['peak_mb']}",
    ]


def _milliseconds(latency: Mapping[str, Any], which: str) -> str:
    return f"{latency[which]:.1f}" if latency["queries"] else "–"


def _value(found: Mapping[str, float]) -> str:
    return f"{found['value']:.3f}"


def _range(found: Mapping[str, float]) -> str:
    return f"{found['low']:.3f} to {found['high']:.3f}"


def _promise(promise: Mapping[str, Any]) -> str:
    if promise["best_other"] is None:
        return f"{promise['what']}: kept, nobody else is near."
    said = "kept" if promise["kept"] else "MISSED"
    return (
        f"{promise['what']}: {said} ({promise['matchmaker']:.4g}, next {promise['best_other']} "
        f"with {promise['other']:.4g})."
    )


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Give a Markdown table with columns of one width, so that it reads well unrendered."""
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for number, row in enumerate([heading, *rows]):
        cells = [
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
            yield f"| {' | '.join(rule)} |"
