"""What a server writes down: a line per request and every mistake, never a person's words."""

from __future__ import annotations

import logging

from api.access_log import stack_of

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class _WithoutWords(logging.Filter):
    """Keeps kind and place of an error; its message, or a path, may quote what somebody wrote."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record that carries an error; pass everything on."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.msg, record.args = "unexpected %s", (stack_of(error),)
            record.exc_info = record.exc_text = None
        return True


def write_log() -> None:
    """Write warnings of everybody, and what ``api.access`` says, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(_WithoutWords())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("api").setLevel(logging.INFO)
    # Else a line for every request that waits for a thread, and many come at once.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
