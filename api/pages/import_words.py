"""What pages say of files and rows: names of fields, and refusals in the language of the reader.

Services refuse in English sentences with values in them. Each sentence stands here once with its
places, so that a refusal is found again by its form and told in the reader's language; a sentence
that is not here is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _


def N_(sentence: str) -> str:  # noqa: N802 - what catalogues are gathered by
    """Return the sentence; it is looked up when it is shown."""
    return sentence


#: Field of a profile, or what else a column may hold -> its name.
FIELD_NAMES: Mapping[str, Any] = {
    "id": _("Id here"),
    "name": _("Name"),
    "language": _("Language of the texts (da, en …)"),
    "summary": _("Summary"),
    "description": _("Description"),
    "working_languages": _("Working languages"),
    "city": _("Town"),
    "postcode": _("Postcode"),
    "municipality": _("Municipality code"),
    "country": _("Country code"),
    "latitude": _("Latitude"),
    "longitude": _("Longitude"),
    "can_travel_km": _("Travels up to (km)"),
    "website": _("Website"),
    "source": _("Source"),
    "fictional": _("Invented (yes or no)"),
    "visibility": _("Who may see it"),
    "field_visibility": _("Who may see single fields"),
    "title": _("Job title"),
    "affiliation": _("Workplace"),
    "capacity": _("Capacity (tasks at once)"),
    "on_leave_until": _("On leave until"),
    "organisation_type": _("Type of organisation"),
    "parent_id": _("Id of the organisation above"),
    "programme": _("Study programme"),
    "level": _("Level of study"),
    "institution": _("Place of study"),
    "placement_types": _("Sort of placement"),
    "available_from": _("Available from"),
    "available_to": _("Available until"),
    "learning_goals": _("Learning goals"),
    "activity_type": _("Type of activity"),
    "organiser": _("Organiser"),
    "starts_on": _("First day"),
    "ends_on": _("Last day"),
    "eligibility": _("Who may take part"),
    "need": _("What firms need it for"),
    "evidence": _("Evidence, one item a line"),
    "identifiers": _("Identifiers, one a line"),
    "ror": _("ROR id"),
    "orcid": _("ORCID id"),
    "cvr": _("CVR number"),
    "openalex": _("OpenAlex id"),
    "cordis-organisation": _("CORDIS organisation (PIC)"),
    "cordis-project": _("CORDIS project"),
    "isni": _("ISNI"),
    "grid": _("GRID id"),
    "wikidata": _("Wikidata id"),
    "local": _("Your own number"),
}

_SENTENCES = (
    # Students of a university.
    N_("Bring students only."),
    N_("Send students as CSV, Excel (.xlsx) or JSON Lines."),
    N_("This id or identifier can't be used here. Leave it out, or ask the cluster."),
    N_("The student took over this profile after the preview; make a new preview."),
    N_("The student keeps this profile themselves; what differs is left to them."),
    # Files.
    N_("It has %(size)s GB; at most %(most)s GB is read. Split it."),
    N_("It is empty."),
    N_("It is a ZIP file or a workbook; save it as .xlsx or give --format xlsx."),
    N_("It is an old or encrypted workbook; save it as .xlsx without a password."),
    N_("It is a PDF; export the table as CSV."),
    N_("It is compressed; unpack it first."),
    N_("It holds NUL bytes, so it is no text; export it as CSV."),
    N_("Byte %(place)s is not %(encoding)s. No other encoding fits; save it as CSV in UTF-8."),
    N_("Byte %(place)s is not %(encoding)s."),
    N_("Its last character is cut off (%(encoding)s)."),
    N_("Row %(row)s (line %(line)s) can't be read: %(error)s."),
    N_("Take out its first line (sep=), which only Excel understands."),
    N_("It has no row of column names."),
    N_("It has %(number)s columns; at most %(most)s are read."),
    N_("Column %(place)s of row %(row)s has no name."),
    N_("Columns %(one)s and %(other)s are both called %(name)s; rename one."),
    N_("Its name tells no format: let it end in .csv, .xlsx or .jsonl, or say which it is."),
    N_("A file of %(format)s needs no columns to be mapped."),
    N_("It has more than %(most)s records. Split it."),
    N_("It has more than %(most)s rows. Split it."),
    N_("It is no workbook that can be read (%(error)s)."),
    N_("It has no sheet."),
    N_("Row %(row)s has more than %(most)s columns; that is not read."),
    N_("Its sheet can't be read (%(error)s)."),
    N_("It is encrypted or an old .xls; save it as .xlsx without a password."),
    N_("Its parts are not those of a workbook."),
    N_("It has macros; save it as .xlsx, which has none."),
    N_("It is a ZIP file, but no workbook."),
    N_("It is encrypted; save it without a password."),
    N_("It declares entities, which no workbook needs."),
    N_("It is far larger unpacked than packed, as a file made to do harm; save it anew."),
    N_(
        "It says that it is far larger unpacked than packed, as a file made to do harm; "
        "save it anew."
    ),
    N_("JSON is written in UTF-8; this is in another encoding."),
    N_("Line %(line)s is longer than any record is."),
    N_("It is one document that is larger than any record is."),
    N_("It is not JSON (%(error)s)."),
    N_("Its JSON breaks off or is wrong after record %(number)s (%(error)s)."),
    # Columns.
    N_("Say what the table holds: %(kinds)s, or name a mapping."),
    N_("%(mapping)s is for %(its)s, not for %(other)s."),
    N_("A %(kind)s has no field %(name)s (column %(column)s)."),
    N_("Columns %(one)s and %(other)s are both taken for %(field)s."),
    N_("%(field)s is in column %(column)s already."),
    N_("No column is taken for the name. The table has: %(columns)s."),
    N_("Use 1 to %(most)s characters on one line."),
    N_("Its plan is gone. %(reason)s Preview it again."),
    # Rows.
    N_("Use at most %(most)s characters; there are %(number)s."),
    N_("Write something here."),
    N_("Use %(least)s or more."),
    N_("Write it on one line."),
    N_("Take out the control character %(character)s."),
    N_("Write a text here."),
    N_("Write a number such as 57.05."),
    N_("Use a number from %(least)s to %(most)s."),
    N_("Write a whole number."),
    N_("Write yes or no (ja or nej)."),
    N_("Write a day such as 2027-02-01."),
    N_("Use one of: %(values)s."),
    N_("Write an id of 32 hexadecimal digits."),
    N_("Write field names with who may see them: %(example)s."),
    N_("Use a two-letter language code such as da or en."),
    N_("Use a municipality code such as 851."),
    N_("Use a country code of two capitals such as DK."),
    N_("Use an address such as https://dtu.dk."),
    N_("A %(kind)s has no field %(name)s."),
    N_("Write scheme:value with one of %(schemes)s."),
    N_("This begins like JSON, but is none."),
    N_("Write a list of items, each with kind, title, text, language and year."),
    N_("Use at most %(most)s items."),
    N_("there is no field %(name)s."),
    N_("Item %(place)s: %(rest)s"),
    N_("%(text)s is no ROR id such as https://ror.org/04qtj9h94 (its last two digits check it)."),
    N_("%(text)s is no ORCID iD such as 0000-0002-1825-0097 (its last digit checks it)."),
    N_("%(text)s is no CVR number of eight digits."),
    N_("%(text)s is no OpenAlex id of an author or institution, such as A5023888391."),
    N_("%(text)s is no CORDIS number of an organisation."),
    N_("%(text)s is no CORDIS number of a project."),
    N_("%(text)s is no ISNI of sixteen digits (the last one checks it)."),
    N_("%(text)s is no GRID id such as grid.5170.3."),
    N_("%(text)s is no Wikidata number such as Q1269766."),
    N_("%(text)s is no key of at most 200 characters on one line."),
    N_("A new profile needs this."),
    N_("An earlier row of this file has the same id or identifier."),
    N_("An earlier row has the same name and town; tell them apart with an identifier."),
    N_("The organisation above it is neither stored nor in an earlier row."),
    N_("Its id and identifiers belong to different profiles."),
    N_("It is stored as %(one)s, not as %(other)s."),
    N_("Somebody stored this profile after the preview; make a new preview."),
    N_("The profile was deleted after the preview."),
    N_("The profile was changed after the preview; make a new preview."),
    N_("Another profile has one of its identifiers since the preview."),
    N_("The organisation above it is not stored."),
    N_("This is not how %(format)s writes a record."),
    N_("It is empty, or the file has no such column."),
    # People.
    N_("Choose 1 to %(most)s profiles."),
    N_("Say on what legal basis this person is shown."),
)

#: Places where another sentence stands.
_INNER = frozenset({"rest", "reason"})


@cache
def _forms() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return each sentence with the pattern that finds it; those with the most words first."""

    def pattern(sentence: str) -> re.Pattern[str]:
        parts = re.split(r"%\((\w+)\)s", sentence)
        words = [
            re.escape(part) if place % 2 == 0 else f"(?P<{part}>.+?)"
            for place, part in enumerate(parts)
        ]
        return re.compile("".join(words), re.DOTALL)

    def fixed(sentence: str) -> int:
        return len(re.sub(r"%\(\w+\)s", "", sentence))

    return tuple((pattern(one), one) for one in sorted(_SENTENCES, key=fixed, reverse=True))


def in_words(reason: str) -> str:
    """Return a refusal of a service in the language of the page."""
    for pattern, sentence in _forms():
        found = pattern.fullmatch(reason)
        if found:
            values = found.groupdict()
            for name in _INNER & values.keys():
                values[name] = in_words(values[name])
            return str(gettext(sentence, **values))
    return reason


def field_name(name: str) -> str:
    """Return what people call a field; of a column of a file, its own name."""
    return str(FIELD_NAMES.get(name, name))
