"""Mails from templates: one ``.txt`` and one ``.html`` per kind of mail, in Danish and English.

The same words stand in both forms and in the catalogues of the pages. The text form holds the
subject too, as a block. No request and no application is needed: a command fills them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jinja2
from babel.dates import format_date, format_datetime, get_timezone
from babel.support import Translations

from matchmaker.errors import InvalidInput
from matchmaker.models import OutgoingMail
from matchmaker.services.mail_messages import RenderedMail

_PACKAGE = Path(__file__).parents[1]
#: Where readers are; a link that ends "at 14:05" ends by their clock.
_ZONE = get_timezone("Europe/Copenhagen")
#: Day, month and time as they are said in a sentence; the offset is written by its own pattern.
_MOMENT: Mapping[str, str] = MappingProxyType(
    {"da": "d. MMMM y 'kl.' HH.mm", "en": "d MMMM y 'at' HH:mm"}
)


class MailTemplates:
    """Fills the templates of ``api/templates/mail``; a ``MailRenderer``."""

    def __init__(self, public_url: str) -> None:
        """Take what links begin with, without a slash at the end."""
        self._public_url = public_url

    def render(self, mail: OutgoingMail) -> RenderedMail:
        """Return subject, text and HTML of a mail.

        Raises:
            InvalidInput: the values do not fill the template.

        """
        templates = _environment(mail.language)
        text = templates.get_template(f"mail/{mail.template}.txt")
        values = self._filled(mail)
        try:
            context = text.new_context(values)
            subject = " ".join("".join(text.blocks["subject"](context)).split())
            return RenderedMail(
                subject=subject,
                text=text.render(values),
                html=templates.get_template(f"mail/{mail.template}.html").render(
                    {**values, "subject": subject}
                ),
                headers=_unsubscribe(values.get("unsubscribe_url")),
                calendar=mail.values.get("calendar"),
            )
        except jinja2.TemplateError as error:
            raise InvalidInput("values", f"{mail.template} can't be filled: {error}.") from error

    def _filled(self, mail: OutgoingMail) -> dict[str, Any]:
        """Return the values with whole addresses for paths, days and moments in words."""
        values: dict[str, Any] = {
            "language": mail.language,
            "public_url": self._public_url,
            "expires": None,
        }
        for name, value in mail.values.items():
            if name.endswith("path"):
                values[f"{name.removesuffix('path')}url"] = f"{self._public_url}{value}"
            elif name.endswith("_on"):
                values[name.removesuffix("_on")] = _day(str(value), mail.language)
            elif name.endswith("_at"):
                values[name.removesuffix("_at")] = _in_words(str(value), mail.language)
            else:
                values[name] = _one_line(value)
        return values


def _one_line(value: object) -> object:
    """Return a text without breaks: a name must not look like a paragraph of ours."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _in_words(moment: str, language: str) -> str:
    try:
        when = datetime.fromisoformat(moment)
    except ValueError as error:
        raise InvalidInput("values", "Use an ISO 8601 time with its offset.") from error
    return str(format_datetime(when, _MOMENT[language], tzinfo=_ZONE, locale=language))


def _day(text: str, language: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("values", "Use an ISO 8601 day.") from error
    return str(format_date(day, "d. MMMM y" if language == "da" else "d MMMM y", locale=language))


def _unsubscribe(url: str | None) -> dict[str, str]:
    """Return the lines by which mail programs offer to unsubscribe.

    One click (RFC 8058) is a POST and only offered over TLS; a GET never unsubscribes.
    """
    if url is None:
        return {}
    lines = {"List-Unsubscribe": f"<{url}>"}
    if url.startswith("https://"):
        lines["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return lines


@cache
def _environment(language: str) -> jinja2.Environment:
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PACKAGE / "templates"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["moment"] = partial(_in_words, language=language)
    words = Translations.load(_PACKAGE / "translations", [language])
    templates.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # by the extension
    return templates
