"""``matchmaker bench`` from end to end, at a size that takes seconds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import load, main
from api.cli.processes import LOOPBACK, ProcessFailed, environment_for, run_command
from matchmaker.config import Settings

RUN = {"matches": [], "funnel": [{"rule": "all", "number": 0}]}


class _Server(BaseHTTPRequestHandler):
    """Answers challenges well and match runs as the test says."""

    protocol_version = "HTTP/1.1"
    status = 201
    run: Any = RUN

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        run = self.path.endswith("/match-runs")
        body = json.dumps(self.run if run else {"id": "7"}).encode()
        self.send_response(self.status if run else 201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def _serve(**answers: Any) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((LOOPBACK, 0), type("Server", (_Server,), answers))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def servers() -> Iterator[list[ThreadingHTTPServer]]:
    started: list[ThreadingHTTPServer] = []
    yield started
    for server in started:
        server.shutdown()
        server.server_close()


def test_good_answers_are_timed_by_kind_of_request(servers: list[ThreadingHTTPServer]) -> None:
    servers.append(_serve())
    figures = load.measure_load(servers[0].server_port, clients=2, seconds=0.3)
    assert figures.errors == 0
    asked = figures.timings[load.CHALLENGE].times
    assert asked == figures.timings[load.MATCH_RUN].times > 0
    assert figures.requests == 2 * asked


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"status": 503}, "match-run: status 503"),
        ({"status": 200}, "match-run: status 200"),
        ({"run": {"matches": None, "funnel": []}}, "match-run: malformed"),
        ({"run": []}, "match-run: malformed"),
    ],
)
def test_a_wrong_answer_is_an_error_and_not_timed(
    servers: list[ThreadingHTTPServer], answers: dict[str, Any], error: str
) -> None:
    servers.append(_serve(**answers))
    figures = load.measure_load(servers[0].server_port, clients=2, seconds=0.3)
    assert set(figures.kinds_of_error) == {error}
    assert figures.errors == figures.kinds_of_error[error] > 0
    assert figures.timings[load.MATCH_RUN].times == 0
    with pytest.raises(ProcessFailed, match=error):
        load.first_answer(servers[0].server_port)


def test_a_server_that_is_not_there_is_an_error() -> None:
    gone = _serve()
    gone.shutdown()
    gone.server_close()
    figures = load.measure_load(gone.server_port, clients=1, seconds=0.1)
    assert set(figures.kinds_of_error) == {"ConnectionRefusedError"}


@pytest.mark.parametrize(("clients", "seconds"), [(0, 1), (257, 1), (1, 0), (1, 601)])
def test_the_load_is_bounded(clients: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="at most"):
        load.measure_load(1, clients=clients, seconds=seconds)


def test_a_command_that_fails_is_named(settings: Settings) -> None:
    with pytest.raises(ProcessFailed, match="matchmaker replay failed: it ended with status 2"):
        run_command(settings, "replay", "no-id")


def test_a_command_works_with_all_the_settings_that_it_is_given(settings: Settings) -> None:
    # A limit of requests would be measured in place of the service.
    given = replace(settings, rate_limits="off", stale_after_days=7)
    there = replace(given, database=given.database_url)
    assert Settings.from_environment(environment_for(given)) == there


@pytest.mark.slow
def test_bench_measures_everything_and_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATCHMAKER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MATCHMAKER_ENCODER", "hashing:")
    monkeypatch.setenv("MATCHMAKER_VOICE", "hashing:48")
    results = tmp_path / "results"
    options = ["--sizes", "40,20", "--rounds", "2", "--seconds", "1", "--clients", "2"]
    done = CliRunner().invoke(
        main, ["bench", *options, "--no-limits", "--results", str(results), "--json"]
    )
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    (kept,) = results.iterdir()
    assert kept.name == f"bench-{document['commit']}.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == document
    assert [one["profiles"] for one in document["sizes"]] == [20, 40]
    assert all(one["cold_start"]["peak_mb"] > 0 for one in document["sizes"])
    assert document["server"]["profiles"] == 40
    assert document["server"]["load"]["errors"] == 0
    assert document["server"]["peak_mb"] > 0
    assert str(tmp_path) not in kept.read_text(encoding="utf-8")
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize("sizes", ["", "0", "ten", "1000,2000000"])
def test_sizes_that_make_no_sense_are_refused(sizes: str) -> None:
    done = CliRunner().invoke(main, ["bench", "--sizes", sizes])
    assert done.exit_code == 2
