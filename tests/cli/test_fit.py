"""``matchmaker fit``: judged challenges in, the files of a policy out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from matchmaker.matching.calibration import PROMISED
from matchmaker.matching.policy import DEFAULT_POLICY, fitted
from tests.cli.conftest import Shell, one_line
from tests.cli.seed_folder import SeedFolder

#: Who is asked for, in words of their own, and who answers.
ASKED = {
    "seams": "Testing of welded joints with ultrasound after cracks.",
    "ida": "Planning of orders in a machine shop with variants.",
    "bo": "Cobot tending of a lathe with grippers.",
}


@pytest.fixture
def judged(seeds: SeedFolder) -> SeedFolder:
    """A dozen challenges that one of three profiles answers, and one that nobody does."""
    (first,) = seeds.records["challenges.json"]
    for number in range(12):
        answered = list(ASKED)[number % 3]
        key = f"challenge-{number}"
        text = f"{ASKED[answered]} This is number {number} of this year."
        seeds.records["challenges.json"].append(
            {**first, "key": key, "title": f"For {answered}", "text": text, "sample": False}
        )
        seeds.judgements += [f"{key}\t{one}\t{3 if one == answered else 0}" for one in ASKED]
    seeds.records["challenges.json"].append(
        {
            **first,
            "key": "xylophones",
            "title": "Xylophones",
            "text": "We would like a quartet of xylophones for our jubilee.",
            "clarity": "off-topic",
            "sample": False,
        }
    )
    seeds.judgements.append("xylophones\tida\t0")
    seeds.write()
    return seeds


def test_a_policy_is_fitted_and_kept_with_what_it_is_worth(
    loaded: Shell, judged: SeedFolder
) -> None:
    kept = loaded.data_dir / "fitted" / "fitted_policy.json"
    result = loaded("fit", "--folder", judged.path, "--output", kept)

    assert result.exit_code == 0, result.output
    document = json.loads(kept.read_text(encoding="utf-8"))
    policy = fitted(document)
    assert document["version"] == policy.version == DEFAULT_POLICY.version + 1
    assert policy.projected
    assert set(policy.fit_from) == set(PROMISED)
    assert document["fitted"]["challenges"] == 14
    assert set(document["fitted"]["ndcg@10"]) == {"before", "after", "held out"}
    assert 0.9 < document["fitted"]["ndcg@10"]["after"] <= 1
    with np.load(kept.with_name("fitted_projection.npz")) as projection:
        assert projection["left"].shape == projection["right"].shape
        fingerprint = str(projection["fingerprint"])
    with np.load(kept.with_name("fitted_asides.npz")) as asides:
        assert str(asides["fingerprint"]) == fingerprint
    for shown in ("lexical_weight", "held out", "Kept as", "promised"):
        assert shown in result.stdout + result.stderr


def test_a_handful_of_judgements_is_too_few_to_learn_from(loaded: Shell, seeds: SeedFolder) -> None:
    kept = loaded.data_dir / "fitted_policy.json"
    line = one_line(loaded("fit", "--folder", seeds.path, "--output", kept))
    assert "at least 5" in line
    assert not kept.exists()
