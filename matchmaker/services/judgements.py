"""JudgementService: what people decided and what came of it, as judgements of the ranking."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.matching.judgements import grade
from matchmaker.models import Challenge, Introduction, MatchDecision, Profile, ProfileKind
from matchmaker.models.contact_marks import without_contacts
from matchmaker.services.evaluation import JudgedChallenge
from matchmaker.services.layout import PROFILES, QUERIES
from matchmaker.services.layout_judgements import QRELS
from matchmaker.storage import decisions
from matchmaker.storage.database import Sessions

#: Kinds of profiles whose words are no person's.
_NO_PERSONS = frozenset({ProfileKind.ORGANISATION, ProfileKind.ACTIVITY})
Grades = Mapping[UUID, Mapping[UUID, int]]


@dataclass(frozen=True, kw_only=True)
class Exported:
    """How much was written."""

    challenges: int
    judgements: int


@dataclass(frozen=True)
class JudgementService:
    """Hands out what was judged by doing; ids and grades, and never a word of a person."""

    sessions: Sessions

    def grades(self) -> Grades:
        """Return the grade of each partner, 0 to 3, by challenge id and profile id."""
        with self.sessions.reading() as session:
            return self._grades(session)

    def export(self, folder: Path, *, texts: bool = False) -> Exported:
        """Write the judgements into a folder, in the layout of judged sets.

        Args:
            folder: gets ``qrels.tsv``: ids and grades.
            texts: write ``queries.jsonl`` and ``profiles.jsonl`` too, so that the folder can be
                evaluated by itself. Then confidential challenges and persons are left out of all
                files, and challenges are without addresses, numbers and names of who asked.

        """
        with self.sessions.reading() as session:
            grades = self._grades(session)
            if texts:
                asked = {one.id: one for one in decisions.challenges(session, grades)}
                profiles = {one.id: one for one in decisions.told(session, _NO_PERSONS)}
                names = {
                    one: decisions.asker_names(session, challenge)
                    for one, challenge in asked.items()
                }
                open_ = {one for one, challenge in asked.items() if not challenge.confidential}
                grades = {
                    one: kept
                    for one, of in grades.items()
                    if one in open_
                    and (kept := {who: what for who, what in of.items() if who in profiles})
                }
        folder.mkdir(parents=True, exist_ok=True)
        rows = [
            f"{challenge}\t{profile}\t{value}\n"
            for challenge, of in sorted(grades.items())
            for profile, value in sorted(of.items())
        ]
        _write(folder / QRELS, ["query\tprofile\tgrade\n", *rows])
        if texts:
            _write(
                folder / QUERIES, (_line(_query(asked[one], names[one])) for one in sorted(grades))
            )
            _write(folder / PROFILES, (_line(_profile(one)) for one in profiles.values()))
        return Exported(challenges=len(grades), judgements=len(rows))

    def judged_challenges(self) -> list[JudgedChallenge]:
        """Return the challenges that somebody has a grade for, as the fit asks them."""
        with self.sessions.reading() as session:
            grades = self._grades(session)
            asked = decisions.challenges(session, grades)
        return [
            JudgedChallenge(
                id=one.id,
                wordings={one.language: (one.title, one.text)},
                place=one.place,
                grades=grades[one.id],
            )
            for one in asked
        ]

    @staticmethod
    def _grades(session: Session) -> Grades:
        decided: dict[tuple[UUID, UUID], MatchDecision] = {}
        for one in decisions.everything(session):
            decided[one.challenge_id, one.profile_id] = one
        introduced: dict[tuple[UUID, UUID], Introduction] = {}
        for each in decisions.introduced(session):  # oldest first: the newest stays
            introduced[each.challenge_id, each.profile_id] = each
        found: defaultdict[UUID, dict[UUID, int]] = defaultdict(dict)
        for key in {**decided, **introduced}:
            value = grade(decided.get(key), introduced.get(key))
            if value is not None:
                found[key[0]][key[1]] = value
        return dict(found)


def _query(one: Challenge, names: tuple[str, ...]) -> dict[str, Any]:
    text = without_contacts(f"{one.title}\n{one.text}" if one.title else one.text, names)
    place = {"place": one.postcode} if one.postcode else {}
    return {"id": str(one.id), "text": text, "language": one.language, **place}


def _profile(one: Profile) -> dict[str, Any]:
    texts = [
        {"text": text, "language": one.language} for text in (one.summary, one.description) if text
    ]
    evidence = [
        {
            "text": f"{item.title}. {item.text}" if item.title else item.text,
            "language": item.language,
            "kind": item.kind.value,
            **({"year": item.year} if item.year else {}),
        }
        for item in one.visible_evidence(one.visibility)
        if not item.excluded and (item.title or item.text)
    ]
    place = {"place": one.postcode} if one.postcode else {}
    return {
        "id": str(one.id),
        "kind": one.partner_kind.value,
        "language": one.language,
        "passages": [*texts, *evidence],
        **place,
    }


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
