"""Long texts in pieces that fit: nothing is lost, sentences stay whole where they can."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from matchmaker.matching.windows import MOST_TOKENS, pieces, tokens_at_most

SENTENCE = 'The plates crack when they are welded; "slowly" or not.'


def test_a_short_text_stays_whole_and_an_empty_one_is_none() -> None:
    assert pieces(f"  {SENTENCE}\n") == [SENTENCE]
    assert pieces(" \n ") == []


def test_a_long_text_is_divided_between_sentences_in_pieces_of_like_size() -> None:
    found = pieces(" ".join([SENTENCE] * 60))

    assert len(found) > 1
    assert all(one.startswith("The plates") and one.endswith("or not.") for one in found)
    sizes = [tokens_at_most(one) for one in found]
    assert max(sizes) <= MOST_TOKENS
    assert min(sizes) > MOST_TOKENS / 3


@given(st.text(max_size=400), st.integers(4, 40))
@example("00\u0530\u0530\u0530\u0530 \u0530\u0530", 4)
def test_no_letter_is_lost_and_every_piece_fits(text: str, most: int) -> None:
    found = pieces(text, most)

    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(tokens_at_most(one) <= most for one in found)


def test_a_sentence_without_an_end_and_a_word_without_one_are_divided_too() -> None:
    assert max(map(tokens_at_most, pieces("word " * 3_000))) <= MOST_TOKENS
    assert "".join(pieces("x" * 5_000)).replace(" ", "") == "x" * 5_000
