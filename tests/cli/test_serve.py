"""``matchmaker serve`` as a service manager meets it: a process with a port and signals."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Shell
from tests.cli.seed_folder import WELDING, SeedFolder

#: Said once, so that nobody wonders where a sign-in link stays.
NO_MAIL = "Mails stay waiting until MATCHMAKER_SMTP_URL is set.\n"


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def served(loaded: Shell, port: int) -> Iterator[subprocess.Popen[str]]:
    """A server that answers."""
    process = loaded.start("serve", "--port", port)
    try:
        assert line_of(process) == NO_MAIL
        assert "Serving" in line_of(process)
        yield process
    finally:
        process.kill()
        process.communicate()


def line_of(process: subprocess.Popen[str]) -> str:
    """Return the next line that is not about progress, which only a slow machine shows."""
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    return next(line for line in lines if not line.startswith("Encoding and indexing:"))


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    status, text = response.status, response.read().decode()
    connection.close()
    return status, text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_a_signal_then_stops_in_order(
    served: subprocess.Popen[str], port: int, number: signal.Signals
) -> None:
    assert get(port, "/healthz")[0] == 200

    served.send_signal(number)
    stdout, stderr = served.communicate(timeout=30)

    assert served.returncode == 0
    assert stdout == ""
    assert stderr.endswith("Stopped.\n")
    assert "Traceback" not in stderr


def test_every_request_is_one_line_without_the_words_of_anybody(
    served: subprocess.Popen[str], port: int
) -> None:
    assert get(port, "/healthz")[0] == 200
    assert get(port, "/profiles?text=Jens+Hansen")[0] == 200
    assert get(port, "/nowhere/Jens-Hansen")[0] == 404
    served.terminate()
    _, stderr = served.communicate(timeout=30)

    lines = stderr.splitlines()[:-1]
    assert [re.sub(r".*? (route=\S+ status=\d+) .*", r"\1", line) for line in lines] == [
        "route=/healthz status=200",
        "route=/profiles status=200",
        "route=none status=404",
    ]
    assert all(re.match(r"\d{4}-\d\d-\d\d [\d:,]+ INFO api.access ", line) for line in lines)
    assert "Hansen" not in stderr


def test_a_taken_port_is_one_line_before_any_work(shell: Shell) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = shell.start("serve", "--prepare", "--port", other.getsockname()[1])
        stdout, stderr = process.communicate(timeout=30)

    assert (process.returncode, stdout) == (1, "")
    assert stderr.startswith("SettingInvalid: Setting MATCHMAKER_PORT: 127.0.0.1:")
    assert stderr.count("\n") == 1
    assert "choose another with MATCHMAKER_PORT" in stderr
    assert list(shell.data_dir.iterdir()) == []


def test_prepare_makes_everything_answers_one_example_and_serves(
    shell: Shell, seeds: SeedFolder, port: int
) -> None:
    process = shell.start("serve", "--prepare", "--folder", seeds.path, "--port", port)
    try:
        assert line_of(process).startswith("Profiles: 5 new")
        assert line_of(process) == NO_MAIL
        assert line_of(process) == f"Serving http://127.0.0.1:{port} (Ctrl-C stops)\n"
        assert get(port, "/readyz")[0] == 200
    finally:
        process.terminate()
        stdout, stderr = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "Cracked frames" in stdout
    assert WELDING in " ".join(stdout.split())
    assert "Institut for Sømme" in stdout


def test_prepare_with_a_bad_record_serves_nothing(
    shell: Shell, seeds: SeedFolder, port: int
) -> None:
    seeds.change("experts.json", capacity=-1)

    result = shell("serve", "--prepare", "--folder", seeds.path, "--port", port)

    assert result.exit_code == 1
    assert result.stderr.startswith("InvalidInput: experts.json: record 1 (ida): capacity: ")
    assert list(shell.data_dir.iterdir()) == []


def test_a_signal_during_preparation_stops_it(shell: Shell, port: int) -> None:
    # The real seed data takes some seconds to load: the signal arrives in the middle.
    process = shell.start(
        *("serve", "--prepare", "--port", port, "--folder"),
        __file__.replace("tests/cli/test_serve.py", "seed_data"),
    )
    end = time.monotonic() + 60
    while not (shell.data_dir / "matchmaker.sqlite3").exists() and time.monotonic() < end:
        time.sleep(0.01)
    process.terminate()
    _, stderr = process.communicate(timeout=60)

    assert process.returncode == 0
    assert stderr.endswith("Stopped.\n")
    assert "Traceback" not in stderr
