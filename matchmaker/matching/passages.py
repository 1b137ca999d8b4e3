"""A profile in words: the passages that are encoded and searched.

One passage per item of evidence, so that the sentence that carries a match can be shown and
one strong case is not diluted by the rest of a large profile. A text that no encoder reads at once
becomes several, and they count as the one item they are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import singledispatch
from uuid import UUID

from matchmaker.matching.windows import pieces
from matchmaker.models import Activity, Evidence, EvidenceKind, Expert, Profile, Student

#: Raise it with every change of what follows: a new version is a new index generation.
COMPOSER_VERSION = 2


@dataclass(frozen=True, kw_only=True)
class PassageText:
    """The text of one passage before it has a vector."""

    text: str
    #: ISO 639-1.
    language: str
    evidence_id: UUID | None = None
    evidence_kind: EvidenceKind | None = None

    @property
    def text_hash(self) -> str:
        """Sixteen bytes of BLAKE2b in hexadecimal: equal texts share a vector."""
        return hashlib.blake2b(self.text.encode(), digest_size=16).hexdigest()


@singledispatch
def own_words(profile: Profile) -> list[str]:  # noqa: ARG001 - the kinds below use it
    """Return what this kind of profile says beyond summary, description and evidence."""
    return []


@own_words.register
def _(profile: Expert) -> list[str]:
    title = _told(profile, "title")
    return [f"{title}. {profile.summary}"] if title else []


@own_words.register
def _(profile: Student) -> list[str]:
    return [f"{_told(profile, 'programme')}. {_told(profile, 'learning_goals')}"]


@own_words.register
def _(profile: Activity) -> list[str]:
    return [f"{profile.name}. {_told(profile, 'eligibility')}"]


def _told(profile: Profile, name: str) -> str:
    """Return the words of a field; none when fewer may see it than the profile."""
    return getattr(profile, name) if profile.shows(name, profile.visibility) else ""


def compose(profile: Profile) -> list[PassageText]:
    """Return the passages of a profile, each text once.

    Excluded evidence is left out, and so is whatever fewer may see than the profile itself.
    """
    language = profile.language
    texts = [*own_words(profile), profile.summary, _told(profile, "description")]
    if isinstance(profile, Expert) and _told(profile, "title"):
        texts.remove(profile.summary)  # it stands behind the title already
    # A profile without a programme, say, would otherwise have a passage of one full stop.
    said = (text.strip() for text in texts if any(map(str.isalnum, text)))
    passages = [
        PassageText(text=piece, language=language) for text in said for piece in pieces(text)
    ]
    for item in profile.visible_evidence(profile.visibility):
        if not item.excluded:
            passages += _of_evidence(item)
    return list({passage.text: passage for passage in passages}.values())


def _of_evidence(item: Evidence) -> list[PassageText]:
    title = item.title.rstrip(".")
    return [
        PassageText(
            text=piece, language=item.language, evidence_id=item.id, evidence_kind=item.kind
        )
        for piece in pieces(f"{title}. {item.text}" if title else item.text)
    ]
