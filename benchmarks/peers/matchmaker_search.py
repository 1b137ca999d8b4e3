"""Matchmaker as it runs: the whole service, its own index, the policy that answers.

``rank`` is what the others do: from the text to the list, nothing stored (reading the sentences,
encoding, searching, judging, reasons). ``answer`` is what a firm waits for: the challenge
stored, its language recognised, the match run stored with its reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from api.cli.seed import WRITTEN, read
from benchmarks.peers import matchmaker_import
from benchmarks.peers.corpus import CorpusProfile, CorpusQuery
from benchmarks.peers.protocol import Job
from matchmaker.bootstrap import build, prepare_database
from matchmaker.config import Settings
from matchmaker.errors import MatchmakerError
from matchmaker.matching.sentences import split
from matchmaker.models import Conditions
from matchmaker.models.gazetteer import find_place
from matchmaker.services.search import Question, Search, Stopwatch


class Ranker:
    """The production path on a database of its own."""

    def __init__(self, job: Job) -> None:
        settings = Settings(
            data_dir=job.data_dir,
            database=f"sqlite:///{job.folder.absolute() / 'peers.sqlite3'}",
            indexing="off",
        )
        prepare_database(settings)
        # Terms and leave run out: on the day of the seed files everybody is as they say.
        self._service = build(settings, clock=lambda: WRITTEN)
        self._seed = read(job.seed_folder).profiles if job.seed_folder else None
        self._names: dict[UUID, str] = {}

    def index(self, profiles: Sequence[CorpusProfile]) -> None:
        if self._seed is not None:
            self._names = {one.id: str(one.id) for one in self._seed}
            self._service.profiles.register_all(self._seed)
        else:
            self._names = {matchmaker_import.id_of(one.id): one.id for one in profiles}
            self._service.profiles.register_all(matchmaker_import.as_organisations(profiles))
        self._service.indexing.sync()
        self._service.warm_up()

    def rank(self, query: CorpusQuery, depth: int) -> list[str]:
        service = self._service.matchmaking
        sentences = split(query.text, query.title)
        language = query.language or matchmaker_import.language_of(query.text)
        vectors, voiced = service.asking.encode(sentences, language)
        question = Question(
            sentences=sentences,
            language=language,
            vectors=vectors,
            voiced=voiced,
            place=matchmaker_import.place_of(query.place),
            conditions=Conditions(),
            today=WRITTEN.date(),
            seed=matchmaker_import.id_of(query.id),
        )
        with service.sessions.reading() as session:
            found = Search(service.replica).rank(session, question, service.policy, Stopwatch())
        return [self._names[one.candidate.profile_id] for one in found.ordered[:depth]]

    def answer(self, query: CorpusQuery) -> bool:
        place = query.place if find_place(query.place or "") else None
        try:
            challenge = self._service.challenges.submit(
                text=query.text, title=query.title, place=place
            )
        except MatchmakerError:  # too short or too long for a challenge, say
            return False
        self._service.matchmaking.run(challenge.id)
        return True
