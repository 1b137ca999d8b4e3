"""The one tree of errors of this package. Every message says what to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class EmbeddingError(Exception):
    """Root of everything this package raises on purpose."""


class EncoderUnavailable(EmbeddingError):
    """The encoder that was asked for cannot be had on this machine as it is now."""

    def __init__(self, name: str, reason: str, hint: str) -> None:
        """Say which encoder, why not, and what to do."""
        super().__init__(f"The encoder {name!r} is not available: {reason}. {hint}")
        self.name = name
        self.reason = reason
        self.hint = hint


class IndexUnavailable(EmbeddingError):
    """The index that was asked for cannot be had on this machine as it is now."""

    def __init__(self, name: str, reason: str, hint: str) -> None:
        """Say which index, why not, and what to do."""
        super().__init__(f"The index {name!r} is not available: {reason}. {hint}")
        self.name = name
        self.reason = reason
        self.hint = hint


class UnknownScheme(EmbeddingError):
    """The part before the colon names no encoder or index that this package knows."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        """Say what was asked for (``kind`` is "encoder" or "index") and what there is."""
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(known))
        choices = ", ".join(f"{scheme}:" for scheme in self.known)
        super().__init__(f"There is no {kind} called {name!r}. Write one of: {choices}")


class DimensionMismatch(EmbeddingError):
    """Vectors of one length were handed to something that holds another."""

    def __init__(self, expected: int, actual: int) -> None:
        """Say which length is needed and which one came."""
        super().__init__(
            f"Vectors of length {actual} do not fit here: {expected} is needed. "
            "Encode the texts with the encoder this index was made for."
        )
        self.expected = expected
        self.actual = actual


class SpecMismatch(EmbeddingError):
    """Stored vectors come from another encoder than the one in use."""

    def __init__(self, expected: str, actual: str) -> None:
        """Say which fingerprint is needed and which one was found."""
        super().__init__(
            f"These vectors were made by the encoder {actual}, but {expected} is in use. "
            "Rebuild the index, or go back to the encoder that made it."
        )
        self.expected = expected
        self.actual = actual


class IndexMoved(EmbeddingError):
    """A shared index stands elsewhere in its owner's log than whoever reads it believes."""

    def __init__(self, expected: int, actual: int) -> None:
        """Say where it was believed to stand, and where it stands."""
        super().__init__(
            f"The index stands at {actual}, not at {expected}. Catch up and ask again."
        )
        self.expected = expected
        self.actual = actual


class InvalidVectors(EmbeddingError):
    """Not unit-length, finite, two-dimensional float32 rows."""


class InvalidIds(EmbeddingError):
    """Ids that are negative, given twice, or not one for each vector."""


class UnknownIds(EmbeddingError):
    """Vectors were asked for under ids that are not in the index."""

    def __init__(self, ids: Sequence[int]) -> None:
        """Keep all ids that are missing; the message names the first five."""
        named = ", ".join(str(number) for number in ids[:5])
        more = f" and {len(ids) - 5} more" if len(ids) > 5 else ""
        super().__init__(
            f"Not in the index: {named}{more}. Add them with upsert(), or leave them out."
        )
        self.ids = tuple(ids)
