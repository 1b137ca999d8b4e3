"""The server: waitress, one process with many threads that share model and index."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

from waitress.server import create_server

from api.cli.logs import write_log
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

    with _listen(host, port) as listener:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            service = start()
            service.warm_up()
            if not settings.smtp_url:
                tell("Mails stay waiting until MATCHMAKER_SMTP_URL is set.")
            write_log()
            server = create_server(
                create_app(settings, service),
                sockets=[listener],
                threads=settings.threads,
                ident=None,
            )
            name = f"[{host}]" if ":" in host else host
            tell(f"Serving http://{name}:{port} (Ctrl-C stops)")
            server.run()  # comes back after Ctrl-C, with the requests under way answered
        except KeyboardInterrupt:
            pass  # while it was still being prepared
    tell("Stopped.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Stop as after Ctrl-C: service managers ask with SIGTERM."""
    raise KeyboardInterrupt


def _listen(host: str, port: int) -> socket.socket:
    """Take the port, so that a second server learns at once that it is taken.

    Whoever calls before the service is prepared waits for the answer.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingInvalid(
            "MATCHMAKER_PORT",
            f"{host}:{port} can't be used ({error.strerror}); "
            "stop what listens there, or choose another with MATCHMAKER_PORT.",
        ) from error
    return listener
