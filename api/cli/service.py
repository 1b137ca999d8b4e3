"""The service as every command opens it: encoder built when needed, closed when it ends."""

from __future__ import annotations

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
