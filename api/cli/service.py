"""The service as every command opens it: encoder built when needed, closed when it ends."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import click

from api.cli.terminal import tell
from matchmaker.bootstrap import Matchmaker, build, prepare_encoders
from matchmaker.config import Settings


def open_service(settings: Settings) -> Matchmaker:
    """Return the service for the running command."""
    prepare_encoders(settings, tell)
    service = build(settings)
    click.get_current_context().call_on_close(service.close)
    return service


@contextmanager
def many_objects() -> Iterator[None]:
    """Let a command make millions of short-lived objects.

    What is loaded already is left out when Python looks for what nobody needs any more: it would
    be gone through hundreds of times, which takes a tenth of an import.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
