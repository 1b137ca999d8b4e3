"""A database full of synthetic profiles, indexed: what a match run at that size meets.

Encoding 600,000 passages takes hours, so vectors are made. Every fragment of the
grammar is encoded for real, once; the vector of a passage is the mean of its fragments' vectors
with a little noise, at length one. Everything else is real: rows are what ``Indexer`` writes
(``Indexer.check`` finds nothing to mend), and the replica loads them as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Encoder
from matchmaker.errors import IndexNotReady
from matchmaker.matching.languages import unit
from matchmaker.matching.passages import PassageText, compose
from matchmaker.matching.terms import passage_terms
from matchmaker.matching.voice import LANGUAGES
from matchmaker.models import IndexStamp, Passage, Profile
from matchmaker.services.indexing import LOG_LENGTH, Indexer
from matchmaker.services.synthetic_texts import fragments, sentences
from matchmaker.storage import change_log, generations
from matchmaker.storage.bulk import insert_profiles, insert_rows
from matchmaker.storage.database import Sessions

Vectors: TypeAlias = NDArray[np.float32]

#: Profiles per transaction: some 5,000 passages, so that memory stays small.
BATCH = 1_000
#: Length of the noise beside a vector of length one: the cosine with the bare mean is 0.99.
NOISE = 0.15
_FIRST_REVISION = 1  # what a profile has that was written once


class FragmentVectors:
    """Vectors for synthetic texts, made from the real vectors of their fragments."""

    def __init__(self, encoder: Encoder, progress: Callable[[int], None] | None = None) -> None:
        """Encode every fragment.

        Args:
            encoder: makes the vectors of the fragments.
            progress: called with the number of fragments just encoded.

        """
        known = fragments()
        self._vectors = encoder.encode_documents(known, progress)
        self._number_of = {text: number for number, text in enumerate(known)}

    def of(self, texts: Sequence[str], random: np.random.Generator) -> Vectors:
        """Return one unit vector per text.

        Raises:
            ValueError: a text has no fragment of the grammar in it.

        """
        numbers: list[int] = []
        starts: list[int] = []
        for text in texts:
            starts.append(len(numbers))
            numbers.extend(
                self._number_of[one] for one in sentences(text) if one in self._number_of
            )
            if len(numbers) == starts[-1]:
                message = "this text was not made by the grammar"
                raise ValueError(message)
        # At length one, the sum of the fragments' vectors is their mean.
        sums = np.add.reduceat(self._vectors[numbers], starts, axis=0, dtype=np.float32)
        noise = random.standard_normal(sums.shape, dtype=np.float32)
        return unit(unit(sums) + noise * np.float32(NOISE / np.sqrt(sums.shape[1])))


@dataclass(frozen=True)
class Filled:
    """What was written."""

    profiles: int
    passages: int


def fill(
    sessions: Sessions,
    indexer: Indexer,
    vectors: FragmentVectors,
    given: Iterable[Profile],
    *,
    seed: int = 0,
    voiced: FragmentVectors | None = None,
    progress: Callable[[int], None] | None = None,
) -> Filled:
    """Write profiles with their passages, as if they had been registered and indexed.

    Args:
        sessions: of an empty database with its tables made.
        indexer: of the same database; makes the generation and its language means.
        vectors: for the passages.
        given: synthetic profiles, parents before their parts.
        seed: of the noise.
        voiced: for the passages that the indexer's voice reads, if it has one.
        progress: called with the number of profiles just written.

    """
    indexer.sync()  # of nothing: leaves a live generation
    with sessions.reading() as session:
        live = generations.live(session)
    if live is None:
        raise IndexNotReady("The profiles have not been indexed yet.")
    random = np.random.default_rng(seed)
    profiles = passages = 0
    for batch in _batches(given):
        composed = [(profile, passage) for profile in batch for passage in compose(profile)]
        made = vectors.of([passage.text for _, passage in composed], random)
        read = [at for at, (_, one) in enumerate(composed) if voiced and one.language in LANGUAGES]
        heard: dict[int, NDArray[np.float32]] = {}
        if voiced is not None and read:
            texts = [composed[at][1].text for at in read]
            heard = dict(zip(read, voiced.of(texts, random), strict=True))
        with sessions.writing() as session:
            insert_profiles(session, batch)
            insert_rows(session, Passage, _passage_rows(live.id, composed, made, heard))
            insert_rows(session, IndexStamp, (_stamp(live.id, profile) for profile in batch))
            change_log.append(session, [profile.id for profile in batch])
            change_log.trim(session, keep=LOG_LENGTH)
        profiles += len(batch)
        passages += len(composed)
        if progress is not None:
            progress(len(batch))
    return Filled(profiles, passages)


def _batches(given: Iterable[Profile]) -> Iterator[list[Profile]]:
    rest = iter(given)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _passage_rows(
    generation_id: int,
    composed: Sequence[tuple[Profile, PassageText]],
    made: Vectors,
    heard: Mapping[int, Vectors],
) -> Iterator[dict[str, object]]:
    position, before = 0, None
    for at, ((profile, passage), vector) in enumerate(zip(composed, made, strict=True)):
        position = position + 1 if before is profile else 0
        before = profile
        yield {
            "generation_id": generation_id,
            "profile_id": profile.id,
            "position": position,
            "evidence_id": passage.evidence_id,
            "evidence_kind": passage.evidence_kind,
            "text": passage.text,
            "text_hash": passage.text_hash,
            "terms": " ".join(passage_terms(passage.text, passage.language)),
            "language": passage.language,
            "visibility": profile.visibility,
            "vector": vector,
            "voice_vector": heard.get(at),
        }


def _stamp(generation_id: int, profile: Profile) -> dict[str, object]:
    return {
        "generation_id": generation_id,
        "profile_id": profile.id,
        "revision": _FIRST_REVISION,
    }
