"""Progress on standard error: a bar for people, lines for a log, silence when it is quick."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from api.cli import terminal


class Clock:
    """Time that passes only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(terminal, "monotonic", clock)
    return clock


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard error that is a file."""
    file = io.StringIO()
    monkeypatch.setattr(terminal, "console", Console(file=file, width=80))
    return file


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard error that is a terminal."""
    file = io.StringIO()
    monkeypatch.setattr(terminal, "console", Console(file=file, width=80, force_terminal=True))
    return file


def work(clock: Clock, *, steps: int, seconds: float, total: int) -> None:
    with terminal.progress_bar("Encoding") as report:
        for step in range(1, steps + 1):
            clock.now += seconds / steps
            report(total * step // steps, total)


def test_a_log_gets_a_line_about_every_tenth(clock: Clock, log: io.StringIO) -> None:
    work(clock, steps=100, seconds=40, total=2500)

    lines = log.getvalue().splitlines()
    assert lines[0] == "Encoding: 250 of 2500 (10%)"
    assert lines[-1] == "Encoding: 2500 of 2500 (100%)"
    assert len(lines) == 10


def test_a_log_hears_of_slow_work_every_ten_seconds(clock: Clock, log: io.StringIO) -> None:
    work(clock, steps=600, seconds=600, total=600)

    assert len(log.getvalue().splitlines()) == pytest.approx(60, abs=3)


@pytest.mark.parametrize("where", ["log", "screen"])
def test_quick_work_shows_nothing(clock: Clock, where: str, request: pytest.FixtureRequest) -> None:
    file = request.getfixturevalue(where)

    work(clock, steps=10, seconds=0.9, total=50)

    assert file.getvalue() == ""


@pytest.mark.parametrize("where", ["log", "screen"])
@pytest.mark.parametrize("report_nothing", [True, False])
def test_nothing_to_do_shows_nothing(
    clock: Clock, where: str, report_nothing: bool, request: pytest.FixtureRequest
) -> None:
    file = request.getfixturevalue(where)

    with terminal.progress_bar("Encoding") as report:
        clock.now += 30
        if report_nothing:
            report(0, 0)

    assert file.getvalue() == ""


def test_long_work_shows_a_bar_on_a_terminal(clock: Clock, screen: io.StringIO) -> None:
    work(clock, steps=10, seconds=20, total=50)

    assert "Encoding" in screen.getvalue()
    assert "50/50" in screen.getvalue()
    assert "?" not in screen.getvalue().replace("\x1b[?25", "")
