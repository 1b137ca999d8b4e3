"""The object that a WSGI server needs: ``waitress-serve --port 8000 wsgi:app``.

Settings come from ``MATCHMAKER_…`` variables. ``matchmaker serve`` does the same and more.
"""

from api.app import create_app
from matchmaker.config import Settings

app = create_app(Settings.from_environment())
