"""Profiles on their way in and out: what a field may hold, and the formats that carry it.

Nothing here knows a database. :mod:`matchmaker.services.importing` and
:mod:`matchmaker.services.exporting` join it to one.
"""
