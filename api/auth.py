"""Who is asking, and whether they may: sessions on pages, bearer tokens in the JSON API.

A cookie opens no address below ``/api/``, so there is nothing to forge there; a token opens no
page. The session is a signed cookie with the id and the *epoch* of the account, a number of its
own and two times; the database is asked in every request whether it still opens anything.

What an address is about is checked before its view runs, wherever a route names a challenge, a
match run or a profile (``_GUARDS``), so that a new route cannot forget it. What else a view needs
is said where it is defined::

    @blueprint.get("/audit")
    @needs(Action.READ_AUDIT)
    def page() -> str: ...
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask import Flask, Response, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.context import current_viewer, matchmaker
from api.error_handlers import FOR_PROGRAMS, answer
from api.problems import problem_of
from matchmaker.errors import NotPermitted, NotSignedIn, SignInRefused
from matchmaker.models import Account, Scope
from matchmaker.models.actions import ON_CHALLENGES, ON_INTRODUCTIONS, ON_PROFILES, Action, check
from matchmaker.models.facts import Viewer
from matchmaker.services.sign_in import IDLE, LIFETIME

View = TypeVar("View", bound=Callable[..., Any])

#: Seconds that somebody has for the second factor after the first.
HALF_SIGN_IN = 300
#: The cookie is written again at most so often, in seconds.
_SEEN_EVERY = 60
_SCHEME = "Bearer"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Find out who is asking before every view; a page that needs somebody asks them to sign in."""
    app.config.update(SESSION_COOKIE_HTTPONLY=True)
    app.before_request(_identify)
    app.before_request(_guard)
    app.register_error_handler(NotSignedIn, _ask_to_sign_in)


# Signing in and out.


def start_session(account: Account) -> None:
    """Sign somebody in: a session with nothing in it of the one before."""
    now = _now()
    session.clear()
    session["account"] = str(account.id)
    session["epoch"] = account.session_epoch
    session["number"] = str(uuid4())
    session["began"] = session["seen"] = now


def start_half(account: Account, following: str) -> None:
    """Remember the first half of a sign-in until the second factor is there."""
    session.clear()
    session["half"] = [str(account.id), account.session_epoch, _now(), following]


def half_signed_in() -> tuple[UUID, int, str] | None:
    """Return account, epoch and the page that follows, of who still owes the second factor."""
    match session.get("half"):
        case [str(account), int(epoch), int(began), str(following)]:
            if 0 <= _now() - began <= HALF_SIGN_IN:
                return UUID(account), epoch, following
    return None


def end_session() -> None:
    """Sign out: this session opens nothing any more, nor does a copy of its cookie."""
    number = session.get("number")
    session.clear()
    if isinstance(number, str):
        matchmaker().sign_in.sign_out(UUID(number))


def safe_next(address: str | None) -> str:
    """Return a page of ours to go on to; the home page when the address leads elsewhere.

    >>> safe_next("/account?tab=2"), safe_next("//elsewhere.dk"), safe_next("https://elsewhere.dk")
    ('/account?tab=2', '/', '/')
    """
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    if any(ord(character) < 33 or character == "\\" for character in address):
        return "/"
    parts = urlsplit(address)
    return "/" if parts.scheme or parts.netloc or parts.path.startswith("/api/") else address


# What a view needs.


def needs(action: Action) -> Callable[[View], View]:
    """Let a view run only for who may do this; write it nearest to the route, above the schema.

    What is done to a profile, a challenge or an introduction is asked of the one that the route
    names: nobody learns from a refused body, or from an answer that is kept for a key, what they
    may not do anyway.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(*args: object, **kwargs: Any) -> Any:
            if action in ON_PROFILES:
                check_profile(action, kwargs["profile_id"])
            elif action in ON_CHALLENGES:
                check_challenge(action, kwargs["challenge_id"])
            elif action in ON_INTRODUCTIONS and "introduction_id" in kwargs:
                access = matchmaker().access
                access.check_introduction(current_viewer(), action, kwargs["introduction_id"])
            else:
                check(current_viewer(), action)
            return view(*args, **kwargs)

        # flask-smorest copies this into the OpenAPI description.
        documented = cast("Any", guarded)
        apidoc = getattr(view, "_apidoc", {})
        manual = {**apidoc.get("manual_doc", {}), "security": [{"bearer": []}]}
        documented._apidoc = {**apidoc, "manual_doc": manual}  # noqa: SLF001 - its only way in
        documented.needs = action
        return cast("View", guarded)

    return decorator


def required_viewer() -> Viewer:
    """Return who is signed in.

    Raises:
        NotSignedIn: nobody is.

    """
    viewer = current_viewer()
    if viewer is None:
        raise NotSignedIn
    return viewer


def check_profile(action: Action, profile_id: UUID) -> None:
    """Refuse what the one who asks may not do with a profile.

    Raises:
        NotFound: they may not know of it.
        NotSignedIn: they might, once they sign in.
        NotPermitted: they may not.

    """
    matchmaker().access.check_profile(current_viewer(), action, profile_id)


def check_challenge(action: Action, challenge_id: UUID) -> None:
    """Refuse what the one who asks may not do with a challenge.

    Raises:
        NotFound: they may not know of it.
        NotSignedIn: they might, once they sign in.
        NotPermitted: they may not.

    """
    matchmaker().access.check_challenge(current_viewer(), action, challenge_id)


# Before every view.


def _identify() -> None:
    g.viewer = g.account = None
    if request.endpoint == "static" or request.endpoint is None:
        return
    try:
        if request.path.startswith(FOR_PROGRAMS):
            _by_token()
        else:
            _by_session()
    except NotSignedIn as error:
        if not isinstance(error, SignInRefused):
            raise
        session.clear()  # of an account that was shut, or signed out elsewhere


def _by_token() -> None:
    header = request.headers.get("Authorization")
    if header is None:
        return
    scheme, _, secret = header.partition(" ")
    if scheme.casefold() != _SCHEME.casefold() or not secret.strip():
        raise NotSignedIn("Send the token as: Authorization: Bearer mm_…")
    account, viewer = matchmaker().tokens.viewer(secret.strip())
    wanted = Scope.READ if request.method in _READING else Scope.WRITE
    if wanted not in viewer.scopes:
        raise NotPermitted(f"scope {wanted}")
    g.account, g.viewer = account, viewer


def _by_session() -> None:
    match [session.get(name) for name in ("account", "epoch", "number", "began", "seen")]:
        case [str(account_id), int(epoch), str(number), int(began), int(seen)]:
            now = _now()
            if now - began >= LIFETIME.total_seconds() or now - seen >= IDLE.total_seconds():
                session.clear()
                return
            g.account, g.viewer = matchmaker().sign_in.viewer(UUID(account_id), epoch, UUID(number))
            if now - seen >= _SEEN_EVERY:
                session["seen"] = now


def _guard() -> None:
    for name, value in (request.view_args or {}).items():
        guard = _GUARDS.get(name)
        if guard is not None:
            guard(value)


def _either(reading: Action, changing: Action) -> Action:
    """Return what is asked for by the method of the request."""
    return reading if request.method in _READING else changing


def _guard_challenge(challenge_id: UUID) -> None:
    action = _either(Action.READ_CHALLENGE, Action.REVISE_CHALLENGE)
    matchmaker().access.check_challenge(current_viewer(), action, challenge_id)


def _guard_run(run_id: UUID) -> None:
    matchmaker().access.check_run(current_viewer(), Action.READ_CHALLENGE, run_id)


def _guard_profile(profile_id: UUID) -> None:
    matchmaker().access.check_profile(current_viewer(), Action.READ_PROFILE, profile_id)


def _guard_introduction(introduction_id: UUID) -> None:
    access = matchmaker().access
    access.check_introduction(current_viewer(), Action.READ_INTRODUCTION, introduction_id)


def _guard_collaboration(collaboration_id: UUID) -> None:
    viewer = required_viewer()
    matchmaker().access.check_collaboration(viewer, Action.READ_COLLABORATION, collaboration_id)


def _guard_outcome(outcome_id: UUID) -> None:
    viewer = required_viewer()
    matchmaker().access.check_outcome(viewer, Action.READ_COLLABORATION, outcome_id)


def _guard_cohort(cohort_id: UUID) -> None:
    action = _either(Action.READ_COHORT, Action.MANAGE_COHORT)
    matchmaker().access.check_cohort(current_viewer(), action, cohort_id)


def _guard_import(import_id: UUID) -> None:
    action = _either(Action.READ_IMPORT, Action.RUN_IMPORT)
    matchmaker().access.check_import(current_viewer(), action, import_id)


def _guard_seat(seat_id: UUID) -> None:
    action = _either(Action.READ_WISHES, Action.WISH)
    matchmaker().access.student_of(current_viewer(), seat_id, action)


def _guard_round(round_id: UUID) -> None:
    action = _either(Action.READ_COHORT, Action.MANAGE_COHORT)
    matchmaker().access.check_round(current_viewer(), action, round_id)


def _guard_position(position_id: UUID) -> None:
    action = _either(Action.READ_POSITION, Action.OFFER_POSITION)
    matchmaker().access.check_position(current_viewer(), action, position_id)


def _guard_placement(placement_id: UUID) -> None:
    matchmaker().access.check_placement(current_viewer(), Action.READ_PLACEMENT, placement_id)


def _guard_contest(contest_id: UUID) -> None:
    viewer = required_viewer()
    action = _either(Action.READ_CONTEST, Action.ANSWER_CONTEST)
    check(viewer, action, matchmaker().contests.facts(contest_id))


#: Name in an address -> what is checked whenever a route has it.
_GUARDS: dict[str, Callable[[UUID], None]] = {
    "challenge_id": _guard_challenge,
    "run_id": _guard_run,
    "profile_id": _guard_profile,
    "introduction_id": _guard_introduction,
    "collaboration_id": _guard_collaboration,
    "outcome_id": _guard_outcome,
    "cohort_id": _guard_cohort,
    "import_id": _guard_import,
    # A cohort, as one of its students has it.
    "seat_id": _guard_seat,
    "round_id": _guard_round,
    "position_id": _guard_position,
    "placement_id": _guard_placement,
    "contest_id": _guard_contest,
}


def _ask_to_sign_in(error: NotSignedIn) -> AnyResponse | Response:
    if request.path.startswith(FOR_PROGRAMS) or isinstance(error, SignInRefused):
        return answer(problem_of(error))
    # A form that was sent cannot be sent again by a redirect: afterwards they are where it was.
    following = request.full_path.rstrip("?") if request.method in _READING else None
    return redirect(url_for("sign_in.page", next=following), 303)


def _now() -> int:
    # The machine's time and not the service's clock: cookies are about browsers.
    return int(datetime.now(UTC).timestamp())
