"""Duplicates: which pairs of profiles may be one, by name, identifier and words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np

from matchmaker.matching.folding import of_one_name
from matchmaker.matching.policy import MatchingPolicy

Pair = tuple[int, int]
Key = TypeVar("Key")

#: How much each reason says by itself, 0..1; several add up as independent ones do.
SAYS = {"identifier": 0.9, "name": 0.6, "name-alike": 0.4, "words": 0.5}
#: Cosine of the means of two profiles from which their words are the same.
WORDS_FROM = 0.92
#: From which score on a pair is shown.
SHOWN_FROM = 0.5
#: In order of their names, each is compared with so many that follow.
_NEIGHBOURS = 3
#: A key that more than so many share says nothing: "Laboratory" is no name.
_MOST_OF_A_KEY = 20


def of_one_key(keys: Iterable[Hashable | None]) -> Iterator[Pair]:
    """Return the pairs of positions that share a key; None is no key.

    >>> list(of_one_key(["a", "b", None, "a", None]))
    [(0, 3)]
    """
    holders: defaultdict[Hashable, list[int]] = defaultdict(list)
    for at, key in enumerate(keys):
        if key is not None:
            holders[key].append(at)
    for positions in holders.values():
        if len(positions) <= _MOST_OF_A_KEY:
            yield from combinations(positions, 2)


def of_names_alike(
    names: Sequence[str], policy: MatchingPolicy, some: Collection[int]
) -> Iterator[Pair]:
    """Return pairs of positions whose names are all but equal, without being equal.

    Names are put in order by their words; one that is all but equal stands near by, unless its
    first word differs in its first letters. Only pairs with one of ``some`` are compared.
    """
    keys = [" ".join(sorted(name.split())) for name in names]
    order = sorted(range(len(names)), key=keys.__getitem__)
    for place, first in enumerate(order):
        for second in order[place + 1 : place + 1 + _NEIGHBOURS]:
            if first not in some and second not in some:
                continue
            if keys[first] != keys[second] and of_one_name(keys[first], keys[second], policy):
                yield min(first, second), max(first, second)


def scored(found: Mapping[str, Iterable[Key]]) -> dict[Key, tuple[float, list[str]]]:
    """Return the pairs that are shown, each with a score 0..1 and the reasons for it.

    >>> scored({"name": [(0, 1)], "words": [(0, 1), (1, 2)], "name-alike": [(3, 4)]})
    {(0, 1): (0.8, ['name', 'words']), (1, 2): (0.5, ['words'])}
    """
    reasons: defaultdict[Key, list[str]] = defaultdict(list)
    for reason, pairs in found.items():
        for pair in dict.fromkeys(pairs):
            reasons[pair].append(reason)
    result = {}
    for pair, why in reasons.items():
        doubt = float(np.prod([1 - SAYS[one] for one in why]))
        if round(1 - doubt, 6) >= SHOWN_FROM:
            result[pair] = (round(1 - doubt, 6), why)
    return result
