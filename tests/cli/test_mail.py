"""``matchmaker mail``: what an operator sees and does; no address is ever printed."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from matchmaker.models import Account, Challenge, ChallengeState, Role
from matchmaker.services.mailing import queue
from matchmaker.storage.database import Sessions, make_engine
from tests.cli.conftest import Shell, one_line
from tests.factories import NOW, a_mail
from tests.mail.postbox import Postbox, free_port
from tests.mail.test_delivery_reports import report

FROM = "Matchmaker <mail@example.dk>"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with Postbox() as running:
        yield running


@pytest.fixture
def waiting(empty: Shell) -> Shell:
    """A shell on a database with two waiting mails."""
    engine = make_engine(f"sqlite:///{empty.data_dir / 'matchmaker.sqlite3'}")
    with Sessions(engine).writing() as session:
        queue(session, a_mail("1", to="anna@example.dk"), at=NOW)
        queue(session, a_mail("2", to="bo@example.dk", language="en"), at=NOW)
    engine.dispose()
    return empty


def route(postbox: Postbox) -> dict[str, str]:
    return {"MATCHMAKER_SMTP_URL": postbox.url, "MATCHMAKER_MAIL_FROM": FROM}


def test_sending_says_how_many_went_and_to_nobody_by_name(waiting: Shell, postbox: Postbox) -> None:
    sent = waiting(
        "mail", "send", **route(postbox), MATCHMAKER_PUBLIC_URL="https://match.example.dk"
    )

    assert (sent.exit_code, sent.stdout, sent.stderr) == (0, "", "Mails: 2 sent.\n")
    assert sorted(str(mail["To"]) for mail in postbox.mails) == ["anna@example.dk", "bo@example.dk"]
    assert all(b"https://match.example.dk/sign-in/" in mail for mail in postbox.taken)
    assert waiting("mail", "send", **route(postbox)).stderr == "No mail is due.\n"


def test_without_a_server_sending_says_which_setting_is_missing(waiting: Shell) -> None:
    assert one_line(waiting("mail", "send")).startswith(
        "SettingInvalid: Setting MATCHMAKER_SMTP_URL: name the mail server"
    )


def test_a_server_that_is_away_is_one_red_line(waiting: Shell) -> None:
    refused = waiting(
        "mail",
        "send",
        MATCHMAKER_SMTP_URL=f"smtp://127.0.0.1:{free_port()}",
        MATCHMAKER_MAIL_FROM=FROM,
    )
    assert "can't be reached (Connection refused)" in one_line(refused)


def test_the_list_counts_and_names_no_address(waiting: Shell, postbox: Postbox) -> None:
    postbox.to_rcpt["bo@example.dk"] = ["550 5.1.1 no"]
    waiting("mail", "send", **route(postbox))

    listed = waiting("mail", "list")
    assert listed.stdout.startswith("0 waiting, 0 sending, 1 sent, 1 bounced, 0 dead\n")
    assert listed.stdout.endswith("  bounced sign-in          1 attempts, Refused RCPT 550\n")
    assert "@" not in listed.output

    document = json.loads(waiting("mail", "list", "--json", "--state", "sent").stdout)
    assert document["counts"] == {"waiting": 0, "sending": 0, "sent": 1, "bounced": 1, "dead": 0}
    (one,) = document["mails"]
    assert (one["template"], one["state"], one["attempts"]) == ("sign-in", "sent", 1)
    assert "@" not in json.dumps(document)


def test_what_bounced_can_be_tried_again_and_what_is_unknown_is_said(
    waiting: Shell, postbox: Postbox
) -> None:
    postbox.to_rcpt["bo@example.dk"] = ["550 5.1.1 no"]
    waiting("mail", "send", **route(postbox))
    listed = json.loads(waiting("mail", "list", "--json").stdout)["mails"]

    again = waiting("mail", "retry", listed[0]["id"])
    assert again.stderr == f"{listed[0]['id']} is due now.\n"
    assert waiting("mail", "send", **route(postbox)).stderr == "Mails: 1 sent.\n"
    refused = one_line(waiting("mail", "retry", listed[0]["id"]))
    assert refused.startswith("TransitionNotAllowed: A mail that is sent cannot retry")
    assert one_line(waiting("mail", "retry", "6f1c2a52-8a7e-4d37-9a55-0a6f0e6f2b11")).startswith(
        "NotFound:"
    )


def test_a_report_is_taken_from_a_file_or_from_standard_input(
    waiting: Shell, postbox: Postbox, tmp_path: Path
) -> None:
    waiting("mail", "send", **route(postbox))
    sent = json.loads(waiting("mail", "list", "--json", "--state", "sent").stdout)["mails"]
    file = tmp_path / "report.eml"
    file.write_bytes(report(sent[0]["id"]))

    assert waiting("mail", "bounce", file).stderr == f"{sent[0]['id']} has bounced.\n"
    piped = waiting("mail", "bounce", "-", given=report(sent[1]["id"], action="delayed"))
    assert piped.stderr == "The report tells of no final failure.\n"
    assert one_line(waiting("mail", "bounce", "-", given="hello")).startswith("InvalidInput:")
    assert json.loads(waiting("mail", "list", "--json").stdout)["counts"]["bounced"] == 1


def test_watching_sends_what_is_queued_and_stops_on_a_signal(
    waiting: Shell, postbox: Postbox
) -> None:
    process = waiting.start("mail", "send", "--watch", variables=route(postbox))
    assert process.stderr is not None
    said = [process.stderr.readline() for _ in range(2)]
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=30)

    assert said == ["Sending mail as it comes (Ctrl-C stops)\n", "Mails: 2 sent.\n"]
    assert rest == "Stopped.\n"
    assert process.returncode == 0
    assert len(postbox.ids) == 2


def test_firms_are_asked_before_their_challenge_expires_and_nobody_is_named(empty: Shell) -> None:
    engine = make_engine(f"sqlite:///{empty.data_dir / 'matchmaker.sqlite3'}")
    words: dict[str, Any] = {
        "text": "Our frames have cracks.",
        "language": "en",
        "created_at": NOW,
        "updated_at": NOW,
    }
    with Sessions(engine).writing() as session:
        account = Account(email="ida@example.dk", role=Role.FIRM, created_at=NOW)
        session.add(account)
        session.flush()
        for title, days in (("Soon", 3), ("Later", 100), ("Over", -1)):
            challenge = Challenge(
                **words,
                title=title,
                state=ChallengeState.OPEN,
                account_id=account.id,
                expires_at=datetime.now(UTC) + timedelta(days=days),
            )
            session.add(challenge)
        session.add(Challenge(**words, state=ChallengeState.DRAFT))
    engine.dispose()

    told = [empty("mail", "ask-firms") for _ in range(2)]

    assert [one.exit_code for one in told] == [0, 0]
    assert "1 firms are asked, 1 challenges have expired, 0 drafts" in told[0].stderr
    assert "0 firms are asked, 0 challenges have expired, 0 drafts" in told[1].stderr
    listed = json.loads(empty("mail", "list", "--json").stdout)["mails"]
    assert [mail["template"] for mail in listed] == ["renew-challenge"]
