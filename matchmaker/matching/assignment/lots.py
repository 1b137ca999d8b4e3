"""Lots: how ties are broken, so that anybody can draw them again.

One lot per student and round, drawn by a hash of the published seed and the student's id: the
lower goes first wherever a host sees two students alike and where supervision does not suffice.
One lot for all hosts, not one per host: among stable answers this gives more students their
first wishes (Abdulkadiroglu, Pathak and Roth 2009), and a student can be told their number. Where
a student sees two positions alike, a lot of seed, student and position decides.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

#: Lots lie below this.
LOTS = 1 << 20


def of_student(seed: str, student: UUID) -> bytes:
    """Return the lot of a student; the lower goes first."""
    return _drawn(seed, student.bytes)


def of_pair(seed: str, student: UUID, position: UUID) -> int:
    """Return the lot of a student at a position, from 0 to below :data:`LOTS`."""
    return int.from_bytes(_drawn(seed, student.bytes + position.bytes), "big") % LOTS


def of_position(seed: str, position: UUID) -> bytes:
    """Return the lot of a position; the lower goes first."""
    return _drawn(seed, position.bytes)


def _drawn(seed: str, about: bytes) -> bytes:
    # The length stands before the seed, so that no two questions are written alike.
    written = seed.encode()
    return hashlib.blake2b(
        len(written).to_bytes(4, "big") + written + about, digest_size=8
    ).digest()
