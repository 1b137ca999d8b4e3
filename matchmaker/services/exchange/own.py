"""JSON Lines of our own API: what it answers with can be sent back as it came."""

from __future__ import annotations

from collections.abc import Mapping

from matchmaker.models import ProfileKind
from matchmaker.services.exchange.records import Problem, Raw, Unreadable

#: What the service keeps itself; an answer that is sent back may still have it.
KEPT = frozenset(
    {"kind", "partner_kind", "updated_at", "revision", "family_id", "standing", "place"}
)
_PLACE = ("city", "postcode", "municipality", "country", "latitude", "longitude")


def raw_of(
    number: int, given: Mapping[str, object], kind: ProfileKind | None = None
) -> Raw | Unreadable:
    """Return a document of our API as a row.

    Args:
        number: of the document.
        given: the document.
        kind: what it is when it does not say so.

    """
    name = given.get("kind", kind)
    try:
        of_kind = ProfileKind(str(name))
    except ValueError:
        kinds = ", ".join(ProfileKind)
        return _refused(number, given, "kind", f"Say which kind of profile it is: {kinds}.")
    values = {key: value for key, value in given.items() if key not in KEPT}
    place = given.get("place")
    if place is not None:
        if not isinstance(place, dict) or set(place) - set(_PLACE):
            return _refused(number, given, "place", f"Write an object with {', '.join(_PLACE)}.")
        values = {**place, **values}
    return Raw(number=number, kind=of_kind, values=values)


def _refused(number: int, given: Mapping[str, object], column: str, reason: str) -> Unreadable:
    return Unreadable(
        number=number, problems=(Problem(column, reason),), name=str(given.get("name", ""))[:200]
    )
