"""Imports twice, at once, stopped, and after their process died."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import ImportState
from matchmaker.services.import_jobs import LOST_AFTER
from tests.pages.conftest import filled
from tests.pages.sender import Sender, planned, run_of
from tests.services.import_files import FIRMS


def test_a_file_sent_twice_is_one_import(sender: Sender, workshop: Matchmaker) -> None:
    same = str(uuid4())
    sender.send_file("firms.csv", FIRMS, kind="organisation", id=same)
    sender.send_file("firms.csv", FIRMS, kind="organisation", id=same)

    assert sender.heading == "What the columns mean"
    assert len(workshop.imports.page().items) == 1


def test_every_button_pressed_twice_does_its_deed_once(
    sender: Sender, workshop: Matchmaker
) -> None:
    planned(sender, workshop)
    address = sender.address
    values = filled(sender.form("Write them"))
    for _ in range(2):
        sender._read(
            sender.client.post(
                f"{address}/apply", data=values, headers=sender.headers, follow_redirects=True
            )
        )
        assert sender.status == 200
    workshop.import_jobs.worker.wait()
    late = sender.client.post(f"{address}/apply", data=values, headers=sender.headers)
    again = sender.client.post(f"{address}/columns", data=values, headers=sender.headers)

    assert (late.status_code, again.status_code) == (303, 303)
    assert workshop.profiles.page(text="Rørup").total == 1
    assert run_of(sender, workshop).state is ImportState.DONE


def test_cancelling_twice_is_as_good_as_once(sender: Sender, workshop: Matchmaker) -> None:
    planned(sender, workshop)
    values = filled(sender.form("Give this import up"))
    for _ in range(2):
        sender._read(
            sender.client.post(
                f"{sender.address}/cancel".replace("/cancel/cancel", "/cancel"),
                data=values,
                headers=sender.headers,
                follow_redirects=True,
            )
        )
    assert "The import was given up" in sender.text
    assert [one for one in workshop.imports.folder.rglob("*") if one.is_file()] == []


@pytest.mark.parametrize("while_", ["reading", "writing"])
def test_an_import_whose_process_died_says_so_and_goes_on(
    workshop: Matchmaker, sender: Sender, clock: Any, monkeypatch: pytest.MonkeyPatch, while_: str
) -> None:
    """The worker of the process is lost: it takes the deed and never does it."""
    if while_ == "writing":
        planned(sender, workshop)
    else:
        sender.send_file("firms.csv", FIRMS, kind="organisation")
    with monkeypatch.context() as lost:
        lost.setattr(type(workshop.import_jobs.worker), "put", lambda *_: True)
        button = "Write them" if while_ == "writing" else "Look at the rows"
        sender.send(button, **({} if while_ == "writing" else {"fixed-organisation_type": "firm"}))
    assert "You may leave this page" in sender.text
    assert "Nobody is at work" not in sender.text

    clock.now += LOST_AFTER + timedelta(seconds=1)
    sender.visit(sender.address)
    assert "Nobody is at work on this import any more" in sender.text
    sender.send("Go on").after_work(workshop)

    if while_ == "reading":
        assert "2 rows would be written" in sender.text
        sender.send("Write them").after_work(workshop)
    assert "2 rows are written" in sender.text
    assert workshop.profiles.page(text="Rørup").total == 1


def test_two_that_read_the_same_file_leave_one_plan(sender: Sender, workshop: Matchmaker) -> None:
    """A process that was taken for dead wakes up: its batch finds another time of change."""
    sender.send_file("firms.csv", FIRMS, kind="organisation")
    jobs = workshop.import_jobs
    run = run_of(sender, workshop)
    jobs.name_columns(run.id, run.mapping["columns"], {"organisation_type": "firm"})
    stage = type(jobs.imports).stage

    def interrupted(self: Any, mine: Any, source: Any, progress: Any = None) -> Iterator[Any]:
        for batch in stage(self, mine, source, progress):
            jobs.reader.begin(run.id)  # another process takes over
            yield batch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(jobs.imports), "stage", interrupted)
        jobs.read(run.id)
        jobs.worker.wait()
    assert jobs.imports.rows(run.id).items == []
    assert jobs.imports.get(run.id).state is ImportState.READING

    jobs.reader.read(run.id)
    after = jobs.imports.get(run.id)
    assert (after.state, after.new, len(jobs.imports.rows(run.id).items)) == (
        ImportState.PLANNED, 2, 2,
    )  # fmt: skip


def test_htmx_asks_how_far_it_is_and_is_led_to_the_page_at_the_end(
    sender: Sender, workshop: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(sender, workshop)
    address = f"{sender.address}/progress"
    with monkeypatch.context() as waiting:
        waiting.setattr(type(workshop.import_jobs.worker), "put", lambda *_: True)
        sender.send("Write them")
    part = sender.client.get(address, headers={**sender.headers, "HX-Request": "true"})
    plain = sender.client.get(address)
    workshop.imports.apply(UUID(address.split("/")[2]))
    done = sender.client.get(address, headers={"HX-Request": "true"})

    assert "0 of 2 rows" in part.text
    assert "<html" not in part.text
    assert plain.status_code == 303
    assert done.headers["HX-Redirect"] == address.removesuffix("/progress")


def test_stopping_while_rows_are_written_keeps_what_is_written(
    sender: Sender, workshop: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(sender, workshop)
    with monkeypatch.context() as waiting:
        waiting.setattr(type(workshop.import_jobs.worker), "put", lambda *_: True)
        sender.send("Write them")
    sender.send("Stop")

    assert "Nothing was written." in sender.text
