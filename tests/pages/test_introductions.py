"""Pages of introductions: links from mails, one's own page, the desk, the shortlist."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Answer, IntroductionState, Party
from tests.conftest import SteppingClock
from tests.pages.conftest import Browser
from tests.parties import Parties, some_parties
from tests.people import sign_in


@pytest.fixture
def parties(workshop: Matchmaker) -> Parties:
    """A firm, a partner and staff, and a list in which the partner is."""
    parties = some_parties(workshop)
    workshop.matchmaking.run(parties.challenge_id)
    return parties
