"""ExposureService: what the match runs of a period have shown, and what was due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from matchmaker.errors import InvalidInput
from matchmaker.models import Exposure
from matchmaker.storage import exposure
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class ExposureReport:
    """Exposure by partner kind and by family of organisations."""

    #: First and last day, in UTC; None is without end.
    first_day: date | None
    last_day: date | None
    #: Match runs of the period, and those that have a list.
    runs: int
    lists: int
    kinds: Sequence[Exposure]
    #: The most exposed first.
    families: Sequence[Exposure]


@dataclass(frozen=True)
class ExposureService:
    """Reports who was shown, how often and how high; never about a person."""

    sessions: Sessions

    def report(self, first_day: date | None = None, last_day: date | None = None) -> ExposureReport:
        """Add up the kept match runs of a period, both days with it.

        Raises:
            InvalidInput: the period ends before it begins.

        """
        if first_day and last_day and last_day < first_day:
            raise InvalidInput("to", f"The period ends before {first_day}, when it begins.")
        period = exposure.Period(
            since=_midnight(first_day) if first_day else None,
            # There is no day after the last one that a date can name.
            until=_midnight(last_day + timedelta(1)) if last_day and last_day < date.max else None,
        )
        with self.sessions.reading() as session:
            runs, lists = exposure.runs(session, period)
            return ExposureReport(
                first_day=first_day,
                last_day=last_day,
                runs=runs,
                lists=lists,
                kinds=exposure.of_kinds(session, period),
                families=exposure.of_families(session, period),
            )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
