"""The project's own challenges, profiles and grades, each challenge in Danish and in English."""

from __future__ import annotations

from pathlib import Path

from api.cli.seed import read, read_judged
from api.schemas.seed import id_of
from benchmarks.peers.corpus import Corpus, CorpusProfile, CorpusQuery
from matchmaker.matching.measures import RELEVANT
from matchmaker.matching.passages import compose


def read_seed(folder: Path) -> Corpus:
    """Return the seed files as a corpus; profiles are called by their id.

    Raises:
        InvalidInput: names file, record and field of the first mistake.

    """
    judged = read_judged(folder)
    queries: list[CorpusQuery] = []
    grades: dict[str, dict[str, int]] = {}
    for record in judged.challenges:
        key = record["key"]
        translation = judged.translations.get(key)
        for wording in (record, translation) if translation else (record,):
            query = CorpusQuery(
                id=f"{key}/{wording['language']}",
                text=wording["text"],
                title=wording["title"],
                language=wording["language"],
                place=record["municipality"],
                group=key,
            )
            queries.append(query)
            grades[query.id] = {
                str(id_of(profile)): grade for profile, grade in judged.grades[key].items()
            }
    return Corpus(
        name="seed",
        queries=queries,
        profiles=[
            CorpusProfile(
                id=str(one.id),
                passages=[passage.text for passage in compose(one)],
                language=one.language,
            )
            for one in read(folder).profiles
        ],
        grades=grades,
        relevant_from=RELEVANT,
        seed_folder=str(folder.absolute()),
    )
