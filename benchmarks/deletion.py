"""How far the shown reasons are the reasons, and what marking words costs.

    .venv/bin/python benchmarks/deletion.py        # some minutes; --quick looks at a part

Works on the installation's database with the seed data loaded (``matchmaker seed load``), writes
match runs of its own there, and keeps the figures as ``benchmarks/results/deletion-COMMIT.json``.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from statistics import median
from time import perf_counter

from api.cli.commit import measured_commit
from api.cli.evaluate import judged_challenges
from api.cli.seed import read_judged
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.matching.highlights import MOST_WORDS
from matchmaker.services.clock import utc_now
from matchmaker.services.deletion import DeletionCheck, questions_of

ROOT = Path(__file__).parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every eighth challenge only")
    quick = parser.parse_args().quick
    service = build(Settings.from_environment())
    evaluation, policy = service.evaluation, service.matchmaking.policy
    judged = judged_challenges(read_judged(ROOT / "seed_data"))[:: 8 if quick else 1]
    check = DeletionCheck(
        evaluation.sessions,
        evaluation.encoder,
        evaluation.make_replica(policy.language_correction),
        policy,
    )
    questions = questions_of(judged, evaluation.asking, utc_now().date())
    result = check.run(questions, matches=3)
    document = {
        "commit": measured_commit(),
        "encoder": evaluation.encoder.spec.name,
        "policy": service.matchmaking.policy_name,
        "questions": len(questions),
        "first_passage_missed_most": {**asdict(result.passages), "share": result.passages.value},
        "marked_words_against_random": {**asdict(result.words), "share": result.words.value},
        "marked_words_against_random_telling": {
            **asdict(result.telling_words),
            "share": result.telling_words.value,
        },
        "passages_with_marks": {**asdict(result.marked), "share": result.marked.value},
        "words_a_passage": result.words_a_passage,
        "most_words": MOST_WORDS,
        "marking": marking(service, [one.seed for one in questions][:20]),
    }
    text = json.dumps(document, indent=2)
    print(text)
    kept = ROOT / "benchmarks" / "results" / f"deletion-{document['commit']}.json"
    kept.write_text(text + "\n", encoding="utf-8")
    service.close()


def marking(service: Matchmaker, challenges: list) -> dict[str, float]:
    """Time the first marking of a list, and the second, when the marks are kept."""
    first, again, passages = [], [], []
    for challenge in dict.fromkeys(challenges):
        run = service.matchmaking.run(challenge)
        start = perf_counter()
        run = service.highlighting.mark(run)
        first.append((perf_counter() - start) * 1000)
        start = perf_counter()
        service.highlighting.mark(service.matchmaking.get_run(run.id))
        again.append((perf_counter() - start) * 1000)
        passages.append(sum(len(match.reason.evidence) for match in run.matches))
    return {
        "lists": len(first),
        "passages_a_list": round(median(passages), 1),
        "first_ms": round(median(first), 1),
        "first_ms_longest": round(max(first), 1),
        "kept_ms": round(median(again), 1),
    }


if __name__ == "__main__":
    main()
