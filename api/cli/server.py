"""The server: waitress, one process with many threads that share model and index."""

from __future__ import annotations

import socket
from collections.abc import Callable

import waitress

from matchmaker.bootstrap import Matchmaker
from matchmaker.config import Settings
from matchmaker.errors import SettingInvalid


def serve_until_stopped(
    start: Callable[[], Matchmaker],
    settings: Settings,
    host: str,
    port: int,
    tell: Callable[[str], None],
) -> None:
    """Take the port, make the service, answer until Ctrl-C or a termination signal.

    Raises:
        SettingInvalid: the port or the address can't be had; nothing else was begun.
    """
    from api.app import create_app

    listener = _listen(host, port)
    try:
        service = start()
        server = waitress.create_server(
            create_app(settings, service),
            sockets=[listener],
            threads=settings.threads,
            ident=None,
        )
        tell(f"Serving http://{host}:{port} (Ctrl-C stops)")
        server.run()  # comes back after Ctrl-C, with the requests under way answered
        service.close()
    except KeyboardInterrupt:
        pass
    finally:
        listener.close()
    tell("Stopped.")


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingInvalid(
            "MATCHMAKER_PORT",
            f"{host}:{port} can't be used ({error.strerror}); "
            "stop what listens there, or choose another with MATCHMAKER_PORT.",
        ) from error
    return listener
