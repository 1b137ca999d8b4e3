"""Matchmaker as others meet it, a process of its own: started, measured, stopped."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import IO, Any

import click

from matchmaker.config import PREFIX, Settings

LOOPBACK = "127.0.0.1"
_LAUNCHER = Path(__file__).with_name("launcher.py")
_COMMAND = (sys.executable, "-c", "from api.cli import main; main()")
_LONGEST = 600  # seconds that a command may take, and that a server may need to be ready
_LOOK_AGAIN = 0.05


class ProcessFailed(click.ClickException):
    """A command that was measured did not do its work."""


@dataclass(frozen=True)
class Finished:
    """A command that has come to its end."""

    seconds: float
    peak_bytes: int
    answer: str


@dataclass
class Server:
    """A server that answers on the loopback address; ``peak_bytes`` is known once it stopped."""

    port: int
    seconds_to_ready: float = 0.0
    peak_bytes: int = field(default=0)


def run_command(settings: Settings, *arguments: str) -> Finished:
    """Run ``matchmaker`` with these arguments to its end.

    Raises:
        ProcessFailed: it said no, or took too long.

    """
    launcher = _launch(settings, arguments)
    with _words_on_failure(arguments[0]), _closed_after(launcher, _LONGEST):
        return _finish(launcher)


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    """Start a server on a free port of the loopback address; stop it at the end.

    Raises:
        ProcessFailed: it does not become ready, or does not stop in order.

    """
    server = Server(_free_port())
    start = time.perf_counter()
    launcher = _launch(settings, ("serve", "--host", LOOPBACK, "--port", str(server.port)))
    try:
        _wait_until_ready(server.port, launcher)
        server.seconds_to_ready = time.perf_counter() - start
        yield server
    finally:
        with _words_on_failure("serve"), _closed_after(launcher, 0):
            server.peak_bytes = _finish(launcher).peak_bytes


def _launch(settings: Settings, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, str(_LAUNCHER), *_COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # progress; what went wrong shows in the status
        env=environment_for(settings),
    )


def environment_for(settings: Settings) -> Mapping[str, str]:
    """Return our own environment with these settings, and with this code to import."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    code = str(Path(__file__).parents[2])
    there = replace(settings, data_dir=settings.data_dir.absolute(), database=settings.database_url)
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, (code, kept.get("PYTHONPATH")))),
        **{PREFIX + one.name.upper(): str(getattr(there, one.name)) for one in fields(there)},
    }


@contextmanager
def _closed_after(launcher: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """Close the launcher's input after some time, so that it ends its command."""
    timer = threading.Timer(seconds, _close, [launcher.stdin])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        _close(launcher.stdin)


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.close()


def _finish(launcher: subprocess.Popen[bytes]) -> Finished:
    """Wait for what the launcher found."""
    try:
        line = launcher.stdout.read() if launcher.stdout is not None else b""
        launcher.wait(_LONGEST)
    finally:
        _close(launcher.stdout)
    found: dict[str, Any] = json.loads(line)
    if found["status"] != 0:
        raise ProcessFailed(f"it ended with status {found['status']}")
    return Finished(found["seconds"], found["peak_bytes"], found["answer"])


@contextmanager
def _words_on_failure(command: str) -> Iterator[None]:
    try:
        yield
    except (ProcessFailed, ValueError, subprocess.TimeoutExpired) as error:
        raise ProcessFailed(f"matchmaker {command} failed: {error}") from error


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        return int(free.getsockname()[1])


def _wait_until_ready(port: int, launcher: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _LONGEST
    while time.monotonic() < end and launcher.poll() is None:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_LONGEST)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass  # it does not listen yet
        finally:
            connection.close()
        time.sleep(_LOOK_AGAIN)
    raise ProcessFailed("matchmaker serve did not become ready.")
