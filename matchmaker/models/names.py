"""Names as they are compared: without case, signs and legal forms."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
#: Legal forms of firms in the countries around; they tell nobody apart.
_LEGAL_FORMS = frozenset(
    {
        *("ab", "ag", "amba", "aps", "as", "asa", "bv", "co", "corp", "fmba", "gmbh", "inc", "is"),
        *("ivs", "kg", "ks", "limited", "llc", "llp", "ltd", "mbh", "nv", "oy", "oyj", "plc", "ps"),
        *("sa", "sarl", "se", "smba", "spa", "srl"),
    }
)
_SIGNED = str.maketrans({"ø": "ö", "æ": "ä"})


def folded_name(name: str) -> str:
    """Return a name as it is compared and put in order.

    >>> folded_name("Nørgård Maskinfabrik A/S")
    'nörgård maskinfabrik'
    >>> folded_name("NORGE  GmbH & Co. KG") == folded_name("Norge")
    True
    """
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_SIGNED).replace("aa", "å")
    words = _WORD.findall(re.sub(r"(?<=\b\w)[/.](?=\w\b)", "", plain))
    kept = [word for word in words if word not in _LEGAL_FORMS]
    return " ".join(kept or words)
