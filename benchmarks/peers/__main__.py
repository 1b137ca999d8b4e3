"""``python -m benchmarks.peers``: one run over all corpora, one table, one JSON document."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from api.cli.commit import measured_commit
from benchmarks.peers.corpus import Corpus
from benchmarks.peers.measuring import DEPTH, measure
from benchmarks.peers.protocol import PEERS
from benchmarks.peers.read_cranfield import read_cranfield
from benchmarks.peers.read_layout import read_layout
from benchmarks.peers.read_seed import read_seed
from benchmarks.peers.scores import as_document
from benchmarks.peers.tables import into_readme, markdown
from embeddings.encoders.bundled import build
from embeddings.errors import EmbeddingError
from matchmaker.config import Settings
from matchmaker.errors import MatchmakerError
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.services.benchmarking import machine_facts

#: Raise it when fields of the result change their meaning.
FORMAT = 1
_README = Path(__file__).with_name("README.md")
_LIBRARIES = (
    *("bm25s", "haystack-ai", "sentence-transformers-haystack", "scikit-learn"),
    *("sentence-transformers", "torch", "transformers", "txtai"),
)
_folder = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@click.option(
    "--seed",
    type=_folder,
    default=Path("seed_data"),
    show_default=True,
    help="Folder of the project's own profiles, challenges and judgements.",
)
@click.option("--no-seed", is_flag=True, help="Leave the project's own judgements out.")
@click.option("--cranfield", type=_folder, help="Folder of the Cranfield collection.")
@click.option(
    "--layout",
    "layouts",
    type=_folder,
    multiple=True,
    help="Folder with queries.jsonl, profiles.jsonl and qrels.tsv; may be given more than once.",
)
@click.option(
    "--peer",
    "names",
    type=click.Choice(list(PEERS)),
    multiple=True,
    help="Only this one; may be given more than once.",
)
@click.option(
    "--rounds",
    type=click.IntRange(0, 100),
    default=5,
    show_default=True,
    help="How often every query is timed; 0 measures quality alone.",
)
@click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("benchmarks/results"),
    show_default=True,
    help="Folder that gets the result as peers-COMMIT.json.",
)
@click.option("--readme", is_flag=True, help="Put the tables into benchmarks/peers/README.md.")
@click.option("--no-limits", is_flag=True, help="Only report; a missed promise is no failure.")
def main(
    *,
    seed: Path,
    no_seed: bool,
    cranfield: Path | None,
    layouts: tuple[Path, ...],
    names: tuple[str, ...],
    rounds: int,
    results: Path,
    readme: bool,
    no_limits: bool,
) -> None:
    """Measure Matchmaker and its peers on the same judgements and texts, in one run.

    Exit status 1 when Matchmaker is not first in quality, or when a peer within 5 % of its
    quality answers faster.
    """
    commit, facts = measured_commit(), machine_facts()
    peers = [name for name in PEERS if name in (names or PEERS)]
    try:
        corpora = [] if no_seed else [read_seed(seed)]
        corpora += [read_cranfield(cranfield)] if cranfield else []
        corpora += [read_layout(folder) for folder in layouts]
        measured = [_measured(corpus, peers, rounds) for corpus in corpora]
    except (MatchmakerError, EmbeddingError) as error:
        raise click.ClickException(str(error)) from error
    if not measured:
        raise click.UsageError("There is nothing to measure: give --cranfield or --layout.")
    document = {
        "format": FORMAT,
        "commit": commit,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            **facts,
            "libraries": {**facts["libraries"], **{one: _version(one) for one in _LIBRARIES}},
        },
        "policy": f"{DEFAULT_POLICY.name} {DEFAULT_POLICY.version}",
        "rounds": rounds,
        "depth": DEPTH,
        "corpora": measured,
    }
    results.mkdir(parents=True, exist_ok=True)
    kept = results / f"peers-{commit}.json"
    kept.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    tables = markdown(document)
    click.echo(tables)
    if readme:
        into_readme(_README, tables)
    _tell(f"Kept as {kept}")
    promises = [promise for corpus in measured for promise in corpus["promises"]]
    if not no_limits and not all(promise["kept"] for promise in promises):
        raise SystemExit(1)


def _measured(corpus: Corpus, peers: list[str], rounds: int) -> dict[str, Any]:
    data_dir = Settings.from_environment().data_dir.absolute()
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        found = measure(
            corpus,
            peers,
            model=build(data_dir, _tell),
            data_dir=data_dir,
            folder=Path(folder),
            rounds=rounds,
            tell=_tell,
        )
    return as_document(corpus, found)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _tell(words: str) -> None:
    click.echo(words, err=True)


if __name__ == "__main__":
    main()
