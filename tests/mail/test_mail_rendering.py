"""What mails say: every template, both languages, both forms, and nothing that breaks out."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from api.mail.rendering import MailTemplates
from matchmaker.errors import InvalidInput
from matchmaker.models import MailTemplate, OutgoingMail
from matchmaker.models.mail import WANTED_VALUES
from matchmaker.services.mail_messages import RenderedMail, message_bytes
from tests.factories import NOW
from tests.mail.conftest import SENDER

PUBLIC = "https://match.example.dk"
VALUES: dict[str, Any] = {
    "path": "/x/abc123",
    "profile": "Ida Berg",
    "challenge": "Cracks in frames",
    "unsubscribe_path": "/mail/off/9",
    "lines": ["A firm asks.", "", "- “Welding.”"],
    "challenges": [
        {"words": "Cracks", "profile": "Ida Berg", "fit": "good", "path": "/profiles/1/challenges"}
    ],
    "introductions": [{"until": NOW.isoformat()}],
    "text_language": "en",
    "for_firm": True,
    "reminder": False,
    "title": "Cracks",
    "name": "Ida Berg",
    "email": "ida@example.dk",
    "why": "declined",
    "about": "Ida Berg",
    "starts_at": NOW.isoformat(),
    "minutes": 60,
    "place": "Aalborg",
    "student": "Ane Holm",
    "host": "Smedjen",
    "starts_on": "2027-02-01",
    "ends_on": "2027-06-30",
    "party": "student",
    "declined_by": "host",
    "cohort": "Spring 2027",
    "placements": 21,
    "verdict": "kept",
    "calendar": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
}
#: What they tell of does not expire.
LASTING = {
    MailTemplate.DIGEST,
    MailTemplate.INTRODUCTION_ACCEPTED,
    MailTemplate.INTRODUCTION_ENDED,
    MailTemplate.PLACEMENT_AGREED,
    MailTemplate.PLACEMENT_ENDED,
    MailTemplate.CONTEST_MADE,
    MailTemplate.CONTEST_ANSWERED,
}


def a_row(template: MailTemplate, language: str = "en", **values: Any) -> OutgoingMail:
    wanted = {name: VALUES[name] for name in WANTED_VALUES[template]}
    return OutgoingMail(
        idempotency_key="1",
        to="anna@example.dk",
        language=language,
        template=template,
        values={**wanted, **values},
        created_at=NOW,
        not_before=NOW,
    )


def rendered(template: MailTemplate, language: str = "en", **values: Any) -> RenderedMail:
    return MailTemplates(PUBLIC).render(a_row(template, language, **values))


@pytest.mark.parametrize("template", MailTemplate)
@pytest.mark.parametrize("language", ["da", "en"])
def test_every_mail_says_the_same_in_text_and_html_in_the_reader_s_language(
    template: MailTemplate, language: str
) -> None:
    mail = rendered(template, language, expires_at=NOW.isoformat())
    page = BeautifulSoup(mail.html, "html.parser")

    assert mail.subject
    assert page.html is not None
    assert page.html["lang"] == language
    assert page.title is not None
    assert page.title.string == mail.subject
    links = [str(link["href"]) for link in page.find_all("a")]
    assert f"{PUBLIC}/x/abc123" in links
    moment = "22. november 2026 kl. 10.00" if language == "da" else "22 November 2026 at 10:00"
    for form in (mail.text, page.get_text()):
        assert moment in form or template in LASTING
    assert all(link in mail.text for link in links)
    # Nothing is fetched, so nobody learns that the mail was opened.
    assert not page.find_all(["img", "script", "link", "style", "iframe"])
    assert rendered(template, "da").text != rendered(template, "en").text


@pytest.mark.parametrize("template", MailTemplate)
def test_without_a_value_it_needs_a_mail_is_not_written(template: MailTemplate) -> None:
    for name in WANTED_VALUES[template]:
        row = a_row(template)
        row.values = {key: value for key, value in row.values.items() if key != name}
        with pytest.raises(InvalidInput):
            MailTemplates(PUBLIC).render(row)


def test_without_a_moment_nothing_is_said_about_when_it_expires() -> None:
    assert "until" not in rendered(MailTemplate.SIGN_IN).text


def test_a_name_is_text_and_can_neither_add_markup_nor_lines_nor_headers() -> None:
    name = 'Ida <a href="https://evil.example">Berg</a>\r\nBcc: all@example.dk\n\n&'
    row = a_row(MailTemplate.CLAIM, profile=name)
    mail = MailTemplates(PUBLIC).render(row)

    assert "Berg</a> Bcc: all@example.dk &" in mail.text
    assert "evil.example" not in str(BeautifulSoup(mail.html, "html.parser").find_all("a"))
    assert "\n" not in mail.subject
    lines = message_bytes(row, mail, SENDER).partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert not [line for line in lines if line.startswith(b"Bcc")]


def test_only_a_mail_that_comes_by_itself_can_be_unsubscribed_from_in_one_click() -> None:
    offering = {
        template for template in MailTemplate if "List-Unsubscribe" in rendered(template).headers
    }

    assert offering == {MailTemplate.CONFIRM_PROFILE, MailTemplate.DIGEST}
    assert rendered(MailTemplate.CONFIRM_PROFILE).headers == {
        "List-Unsubscribe": f"<{PUBLIC}/mail/off/9>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_a_meeting_comes_with_its_calendar_file_in_the_same_bytes_each_time() -> None:
    from email import message_from_bytes
    from email.policy import default

    row = a_row(MailTemplate.INTRODUCTION_MEETING, "da", calendar=VALUES["calendar"])
    mail = MailTemplates(PUBLIC).render(row)
    message = message_bytes(row, mail, SENDER)

    assert message == message_bytes(row, mail, SENDER)
    (file,) = message_from_bytes(message, policy=default).iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "meeting.ics")
    assert file.get_content().startswith("BEGIN:VCALENDAR")


def test_one_click_is_offered_over_tls_only() -> None:
    plain = MailTemplates("http://127.0.0.1:8000").render(a_row(MailTemplate.CONFIRM_PROFILE))

    assert plain.headers == {"List-Unsubscribe": "<http://127.0.0.1:8000/mail/off/9>"}


def test_the_longest_link_stays_on_one_line_of_the_header() -> None:
    path = f"/mail/off/{'a1b2' * 180}"
    row = a_row(MailTemplate.CONFIRM_PROFILE, unsubscribe_path=path)

    message = message_bytes(row, MailTemplates(PUBLIC).render(row), SENDER)
    assert f"\r\nList-Unsubscribe: <{PUBLIC}{path}>\r\n".encode() in message


def test_the_same_row_gives_the_same_bytes() -> None:
    row = a_row(MailTemplate.SIGN_IN, "da")
    mail = MailTemplates(PUBLIC).render(row)

    assert message_bytes(row, mail, SENDER) == message_bytes(row, mail, SENDER)


def test_a_subject_with_danish_letters_is_read_back_as_it_was_written() -> None:
    from email import message_from_bytes
    from email.policy import default

    row = a_row(MailTemplate.CLAIM, "da", profile="Institut for Sømme, Ærø og Ådal " * 4)
    mail = MailTemplates(PUBLIC).render(row)
    message = message_bytes(row, mail, SENDER)

    assert message_from_bytes(message, policy=default)["Subject"] == mail.subject
    assert max(map(len, message.split(b"\r\n"))) < 998
