"""What services refuse about placing students, gathered so that the catalogues have the words.

The services speak English; pages look the sentence up in the language of the reader.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

#: Every sentence that a form about placing can be refused with.
SENTENCES: tuple[Any, ...] = (
    _("A locked pair is one that must not be."),
    _("A student is locked to two places, or brings a place of their own."),
    _("A team can't be greater than the places there are."),
    _("More students are locked to a host than it takes."),
    _("More students are locked to a position than it has places."),
    _("More students than that have a place here. Break off a placement first."),
    _("Nobody has confirmed the organisation and its contact yet."),
    _("Nobody has room to supervise all who are locked."),
    _("One of these positions is closed or not offered to you any more."),
    _("One of these students is not proposed to you."),
    _("Other students wish for this position, or have a place there."),
    _("Please choose one."),
    _("Please write a day."),
    _("Please write a whole number."),
    _("Say first that you want to be placed with your data."),
    _("Say why students do not see this position."),
    _("Students, positions, wishes or locks changed since this answer. Run the round again."),
    _("The period must end after it begins."),
    _("This import brought no students."),
    _("This import is not done."),
    _("This position is closed."),
    _("This student has a placement. Complete it or break it off first."),
    _("This position takes no part in the round."),
    _("The student is placed there."),
    _("This student brings another place."),
    _("This student is locked already."),
    _("This student takes no part in the round."),
    _("Use 0 or more."),
    _("Use 1 to 1000 characters."),
    _("Use 1 to 200 characters."),
    _("Use 1 to 4000 characters."),
    _("Use 1 to 999."),
    _("Use ranks from 1 to 999."),
    _("What is stored of this round contradicts itself."),
)
