"""What a second voice adds to a cosine, and how wide its cosines are made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.languages import unit
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.matching.scoring import PassageFeatures, combined, passage_features
from matchmaker.matching.terms import passage_terms
from matchmaker.matching.voice import as_read, clearness, fingerprint, gains, scale_of

ASKED = unit(np.float32([[1, 1], [1, 0]]))
READ = unit(np.float32([[0, 1]]))
CLEAR = np.float32([1])


def features() -> PassageFeatures:
    """Three passages of cosines .2, .4 and .6 with the whole and .1, .3, .5 with a sentence."""
    none = np.zeros(3, dtype=np.float32)
    return PassageFeatures(
        whole=np.float32([0.2, 0.4, 0.6]),
        sentence=np.float32([0.1, 0.3, 0.5]),
        lexical=none,
        character=none,
        across=np.zeros(3, dtype=bool),
        similarities=none[:, None],
    )


def test_only_what_the_voice_has_read_gains_or_loses() -> None:
    plain = features()
    found = gains((np.array([1]), READ, CLEAR), ASKED, 0.5, plain.whole, plain.sentence)
    assert found.whole.tolist() == pytest.approx([0, 0.5 * 2**-0.5 - 0.4, 0], abs=1e-6)
    assert found.sentence.tolist() == pytest.approx([0, 0 - 0.3, 0], abs=1e-6)


@given(st.floats(0, 1))
def test_the_judged_cosine_lies_between_the_two_and_others_stay_to_the_last_bit(
    share: float,
) -> None:
    policy = replace(DEFAULT_POLICY, voice_share=share, whole_share=1.0)
    plain = features()
    found = gains((np.array([1]), READ, CLEAR), ASKED, 1.0, plain.whole, plain.sentence)
    alone = combined(plain, policy)
    heard = combined(replace(plain, gains=found), policy)
    assert heard[[0, 2]].tolist() == alone[[0, 2]].tolist()
    between = (1 - share) * 0.4 + share * 2**-0.5
    assert float(heard[1]) == pytest.approx(between * policy.dense_weight, abs=1e-6)


def test_without_a_share_the_voice_is_not_heard() -> None:
    policy = replace(DEFAULT_POLICY, voice_share=0.0)
    plain = features()
    found = gains((np.array([1]), READ, CLEAR), ASKED, 1.0, plain.whole, plain.sentence)
    heard = combined(replace(plain, gains=found), policy)
    assert heard.tolist() == combined(plain, policy).tolist()


def test_of_the_sentences_the_nearest_counts() -> None:
    asked = unit(np.float32([[1, 0], [1, 0], [0, 1]]))
    measured = passage_features(
        READ, asked[0], asked[1:], np.float32([0]), np.float32([0]), np.array([False])
    )
    found = gains((np.array([0]), READ, CLEAR), asked, 1.0, measured.whole, measured.sentence)
    assert found.sentence.tolist() == [0.0]  # the voice finds what the encoder found


def test_the_scale_makes_the_voice_as_wide_as_the_encoder() -> None:
    dice = np.random.default_rng(1)
    narrow = dice.normal(0, 0.05, (20, 30)).astype(np.float32)
    wide = dice.normal(0.3, 0.2, (20, 30)).astype(np.float32)
    scale = scale_of(narrow, wide)
    assert float((scale * wide).std()) == pytest.approx(float(narrow.std()), rel=1e-3)


def test_a_voice_that_tells_nothing_apart_keeps_its_scale() -> None:
    assert scale_of(np.float32([0.1, 0.2]), np.float32([0.3, 0.3])) == 1.0


def test_what_was_half_clear_counts_half() -> None:
    policy = replace(DEFAULT_POLICY, voice_share=0.4)
    plain = features()
    sums = [
        combined(
            replace(
                plain,
                gains=gains(
                    (np.array([1]), READ, np.float32([clear])),
                    ASKED,
                    1.0,
                    plain.whole,
                    plain.sentence,
                ),
            ),
            policy,
        )[1]
        for clear in (0.0, 0.5, 1.0)
    ]
    assert sums[0] == combined(plain, policy)[1]
    assert sums[1] - sums[0] == pytest.approx((sums[2] - sums[0]) / 2, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "language", "clear"),
    [
        ("We weld zzz qqq", "en", 1.0),
        ("Vi svejser aluminium og stål med en robot", "da", 1.0),
        ("Kavanaugh Blasey Ford Grassley", "da", 0.0),
        ("", "da", 0.0),
    ],
)
def test_how_much_of_a_text_the_voice_can_read(text: str, language: str, clear: float) -> None:
    assert clearness(passage_terms(text, language), language) == clear


def test_the_voice_reads_danish_word_by_word_in_english() -> None:
    told = as_read("Vi får revner i svejserobottens KRC4-styring, når vi svejser", "da")
    assert told.split()[:3] == ["crack", "welding", "robot"]
    assert "krc4-styring" in told.split()
    assert as_read("We get cracks", "en") == "We get cracks"


def test_vectors_are_known_by_how_danish_is_read_too() -> None:
    assert fingerprint("abc").startswith("abc-")
    assert fingerprint("abc") != fingerprint("abd")
