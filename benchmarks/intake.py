"""How well briefs are suggested and warnings given, on judged sentences of the seed challenges.

``python -m benchmarks.intake`` prints the figures as JSON. The sentences were judged by hand, each
by the one question it answers first (``brief_judgements.tsv``); none is among the reference
sentences. A warning in a seed challenge that shows nothing to be hidden is a false alarm: the
challenges were written without names of persons and firms.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from matchmaker.bootstrap import make_encoders
from matchmaker.config import Settings
from matchmaker.matching.brief import OTHER, suggested, told
from matchmaker.matching.sentences import split
from matchmaker.matching.warnings import WarningKind, warnings_of
from matchmaker.services.briefs import BriefService
from matchmaker.services.clock import utc_now

HERE = Path(__file__).parent
SEED = HERE.parent / "seed_data" / "challenges.json"
#: What the seed challenges really say of money is no false alarm.
TRUE = frozenset({WarningKind.PRICE})


def judged() -> dict[str, dict[int, str]]:
    """Return the judgements: challenge, position of the sentence, question or ``other``."""
    found: dict[str, dict[int, str]] = {}
    with (HERE / "brief_judgements.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found.setdefault(row["challenge"], {})[int(row["sentence"])] = row["answers"]
    return found


def measure(service: BriefService) -> dict[str, Any]:
    """Return the figures of one encoder."""
    challenges = {one["key"]: one for one in json.loads(SEED.read_text(encoding="utf-8"))}
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    both: Counter[str] = Counter()
    invented = 0
    of_language: dict[str, Counter[bool]] = {"da": Counter(), "en": Counter()}
    for key, labels in judged().items():
        one = challenges[key]
        sentences = split(one["text"])
        near = service.nearness(sentences, one["language"])
        answers = {line.position: line.question.value for line in told(sentences, near)}
        text = suggested(sentences, near)
        for answer in text.answers.values():
            invented += any(sentences[at][:40] not in answer.text for at in answer.sentences)
        for position, label in labels.items():
            answer_given = answers.get(position, OTHER)
            right[label] += 1
            given[answer_given] += 1
            both[label] += answer_given == label
            of_language[one["language"]][answer_given == label] += 1
    industries = [
        (one["industry_code"], service.suggest_for(one["text"], one["language"]).industries)
        for one in challenges.values()
        if one.get("industry_code")
    ]
    alarms = Counter(
        warning.kind.value
        for one in challenges.values()
        for warning in warnings_of(f"{one['title']}\n{one['text']}")
        if warning.kind not in TRUE
    )
    total = sum(right.values())
    return {
        "sentences": total,
        "answers_that_are_not_the_firms_words": invented,
        "accuracy": round(sum(both.values()) / total, 3),
        "always_the_commonest": round(max(right.values()) / total, 3),
        "by_language": {
            language: round(counts[True] / sum(counts.values()), 3)
            for language, counts in of_language.items()
        },
        "by_question": {
            label: {
                "judged": right[label],
                "recall": round(both[label] / right[label], 3),
                "precision": round(both[label] / given[label], 3) if given[label] else None,
            }
            for label in right
        },
        "industry": {
            "judged": len(industries),
            "class_first": _share(
                [bool(found) and found[0].code == code[:5] for code, found in industries]
            ),
            "class_among_three": _share(
                [code[:5] in {one.code for one in found} for code, found in industries]
            ),
            "division_among_three": _share(
                [code[:2] in {one.code[:2] for one in found} for code, found in industries]
            ),
        },
        "warnings": {"challenges": len(challenges), "false_alarms": dict(alarms)},
    }


def _share(answers: list[bool]) -> float:
    return round(sum(answers) / len(answers), 3)


def main() -> None:
    """Print the figures of the configured encoder."""
    settings = Settings.from_environment()
    encoder, _ = make_encoders(settings)
    service = BriefService(None, utc_now, encoder)  # type: ignore[arg-type]  # nothing is stored
    json.dump(measure(service), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
