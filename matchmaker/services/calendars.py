"""A meeting as a calendar file (RFC 5545), the same for the same proposal."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar, Event

from matchmaker.models import Introduction

#: Who wrote the file, as calendars show it to nobody.
_PRODUCER = "-//Matchmaker//Introductions//EN"


def meeting_calendar(introduction: Introduction, title: str) -> str | None:
    """Return the proposed meeting of an introduction; None when none is proposed.

    A moved meeting has the same UID and a higher SEQUENCE, so that a calendar moves it too.

    Args:
        introduction: what is met about.
        title: what the meeting is called.

    """
    starts_at, minutes = introduction.meeting_starts_at, introduction.meeting_minutes
    if starts_at is None or minutes is None:
        return None
    event = Event()
    event.add("uid", f"{introduction.id}@introductions.matchmaker")
    event.add("sequence", introduction.meeting_proposals - 1)
    event.add("dtstamp", introduction.updated_at)
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=minutes))
    event.add("summary", title)
    if introduction.meeting_place:
        event.add("location", introduction.meeting_place)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()
