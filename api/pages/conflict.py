"""Two people changed one profile: what each of them wrote, side by side, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from api.pages.labels import label
from api.pages.profile_fields import PLACE
from api.pages.profile_form import SEES, Item, ProfileDraft, filled_from, taken_over
from api.pages.profile_words import field_name, in_words
from matchmaker.models import EvidenceKind, Profile, ProfileRevision, Visibility
from matchmaker.models.snapshot import evidence_of, field_values

#: Before the name of a field whose value is to be chosen.
TAKE = "take-"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One field, or one item of evidence, that says two things."""

    name: str
    label: str
    #: When the form was opened; None when nobody knows any more.
    before: str | None
    theirs: str
    mine: str
    #: Both changed it, so that only a person can tell.
    both: bool
    #: Whether what is stored is what to go on with, unless somebody says otherwise.
    prefers_theirs: bool


def choices(base: ProfileDraft | None, theirs: ProfileDraft, mine: ProfileDraft) -> list[Choice]:
    """Return what mine says otherwise than what is stored now, fields first."""
    found = [
        _choice(
            name,
            _label(name),
            base.told(name) if base else None,
            theirs.told(name),
            mine.told(name),
            [_field_words(one, name) if one else None for one in (base, theirs, mine)],
        )
        for name in _names(mine)
        if mine.told(name) != theirs.told(name)
    ]
    ids = dict.fromkeys(one["id"] for one in (*mine.items, *theirs.items) if one["id"])
    for id_ in ids:
        was = base.item(id_) if base else None
        now, own = theirs.item(id_), mine.item(id_)
        if now == own or id_ in only_theirs(base, theirs, mine):
            continue
        title = (own or now or {}).get("title") or gettext("without a title")
        words = [_item_words(one) for one in (was, now, own)]
        name = gettext("Evidence: %(title)s", title=title)
        found.append(_choice(f"item:{id_}", name, was if base else None, now, own, words))
    return found


def only_theirs(base: ProfileDraft | None, theirs: ProfileDraft, mine: ProfileDraft) -> list[str]:
    """Return the ids of items that came in what is stored since; nobody has to choose them."""
    return [
        item["id"]
        for item in theirs.items
        if base is not None and base.item(item["id"]) is None and mine.item(item["id"]) is None
    ]


def merged(mine: ProfileDraft, stored: ProfileDraft, form: MultiDict[str, str]) -> ProfileDraft:
    """Return what was chosen on the page of a conflict; the draft itself from any other page."""
    if "merged" not in form:
        return mine
    names = [
        name.removeprefix(TAKE) for name in form if name.startswith(TAKE) and form[name] == "theirs"
    ]
    names += [f"item:{id_}" for id_ in form.getlist("theirs-too")]
    chosen = taken_over(mine, stored, names)
    # One that was removed meanwhile and is wanted nevertheless is a new one.
    known = {item["id"] for item in stored.items}
    items = [item if item["id"] in known else {**item, "id": ""} for item in chosen.items]
    return replace(chosen, items=items)


def stored_then(
    profile: Profile, history: Sequence[ProfileRevision], revision: int
) -> ProfileDraft | None:
    """Return the editor as it was opened at a revision; None when nobody knows any more."""
    for one in history:
        if one.profile_id == profile.id and one.revision == revision:
            then = type(profile)(
                **field_values(profile, one.snapshot),
                evidence=evidence_of(one.snapshot),
                updated_at=one.at,
            )
            return filled_from(then)
    return None


def _names(draft: ProfileDraft) -> Iterable[str]:
    yield from (name for name in draft.values if name not in PLACE[1:])
    yield from draft.lists


def _choice(
    name: str,
    title: str,
    before: object,
    theirs: object,
    mine: object,
    words: Sequence[str | None],
) -> Choice:
    was, now, own = words
    both = before not in (theirs, mine)
    return Choice(
        name=name,
        label=title,
        before=was if before is not None else None,
        theirs=now or "",
        mine=own or "",
        both=both,
        prefers_theirs=not both and before == mine,
    )


def _label(name: str) -> str:
    if name.startswith(SEES):
        return str(gettext("Who may see: %(field)s", field=field_name(name.removeprefix(SEES))))
    return field_name(name)


def _field_words(draft: ProfileDraft, name: str) -> str:
    if name == "place":
        told = [in_words(one, draft.value(one)) for one in PLACE]
        return ", ".join(one for one in told if one)
    if name in draft.lists:
        return in_words(name, draft.lists[name])
    value = draft.value(name)
    if name.startswith(SEES):
        return label(Visibility(value)) if value else str(gettext("As the profile"))
    return in_words(name, value)


def _item_words(item: Item | None) -> str | None:
    if item is None:
        return None
    title = item["title"] + (f" ({item['year']})" if item["year"] else "")
    marks = [in_words("visibility", item["visibility"])]
    marks += [field_name(name) for name in ("pinned", "excluded") if item[name]]
    lines = (label(EvidenceKind(item["kind"])), title, item["text"], ", ".join(marks))
    return "\n".join(one for one in lines if one)
