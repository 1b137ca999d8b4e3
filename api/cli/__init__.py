"""The console script ``matchmaker``: everything the service does, from a shell.

Results go to standard output, words about progress and errors to standard error. Settings
come from ``MATCHMAKER_…`` variables; see the README.
"""

from api.cli.commands import main

__all__ = ["main"]
