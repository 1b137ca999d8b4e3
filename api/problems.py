"""Every refusal the web can give: one table from error class to problem (RFC 9457).

A *problem type* is the kind of refusal: its slug, status and words, the same in JSON, on an
error page and at ``/problems/<slug>``. A *problem* is one occurrence of it. This module only
says what is wrong; ``api.error_handlers`` turns a problem into an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch

# Lazy: the words are looked up when they are read, in the language of that request.
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from embeddings import errors as embedding
from matchmaker import errors as matchmaking


@dataclass(frozen=True, kw_only=True, eq=False)
class ProblemType:
    """A kind of refusal. The words are lazy: ``str()`` them before they leave as JSON."""

    slug: str
    status: int
    title: str
    #: What happened, in one or two sentences.
    meaning: str
    #: What to do now.
    remedy: str
    #: False when the text of the error is for the operator; then it goes to the log only.
    shows_detail: bool = True

    @property
    def path(self) -> str:
        """Address of the page that explains it; the ``type`` of the problem."""
        return f"/problems/{self.slug}" if self.slug else "about:blank"


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One value that has to change; ``place`` is a JSON pointer, a parameter or a header."""

    #: ``pointer`` (into the body), ``parameter`` (of the query) or ``header``.
    location: str
    place: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """Return the member of ``errors``."""
        return {self.location: self.place, "detail": str(self.detail)}

    @property
    def field(self) -> str:
        """Name of the field it belongs to, for a form; empty when it is the whole body."""
        return self.place.removeprefix("#").removeprefix("/").split("/")[0]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One refusal, ready to be rendered."""

    type: ProblemType
    detail: str
    errors: tuple[FieldError, ...] = ()
    members: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The web's own refusal, raised with the problem in it."""

    def __init__(
        self,
        type: ProblemType,
        detail: str,
        *,
        errors: tuple[FieldError, ...] = (),
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.problem = Problem(
            type=type, detail=detail, errors=errors, members=members or {}, headers=headers or {}
        )
        super().__init__(detail)


NOT_FOUND = ProblemType(
    slug="not-found",
    status=404,
    title=_("Not found"),
    meaning=_("There is nothing at this address, or it is not shown to everybody."),
    remedy=_("Check the address or the id. Something that was deleted does not come back."),
)
NOT_SIGNED_IN = ProblemType(
    slug="not-signed-in",
    status=401,
    title=_("Sign in first"),
    meaning=_("This is for people with an account, or what was sent as a token is none."),
    remedy=_("Sign in, or send an API token of your account: Authorization: Bearer mm_…"),
)
NOT_PERMITTED = ProblemType(
    slug="not-permitted",
    status=403,
    title=_("Not permitted"),
    meaning=_("Your account, or the token you used, does not permit this."),
    remedy=_("Ask an administrator for another role, or make a token with the scope it needs."),
)
LINK_SPENT = ProblemType(
    slug="link-spent",
    status=410,
    title=_("This link works no more"),
    meaning=_("The link was used already, replaced by a newer one, or it is too old."),
    remedy=_("Ask for a new link on the sign-in page."),
)
TOO_MANY_REQUESTS = ProblemType(
    slug="too-many-requests",
    status=429,
    title=_("Too many attempts"),
    meaning=_("This was asked for too often in a short time from your address."),
    remedy=_("Wait the seconds that the header Retry-After names, then try again."),
)
STALE_REVISION = ProblemType(
    slug="stale-revision",
    status=412,
    title=_("Changed by somebody else"),
    meaning=_("It was changed after you read it, so your change was not made."),
    remedy=_("Read it again and repeat your change with the new ETag in If-Match."),
)
TRANSITION_NOT_ALLOWED = ProblemType(
    slug="transition-not-allowed",
    status=409,
    title=_("Not possible now"),
    meaning=_("The present state does not allow this action."),
    remedy=_("The member 'allowed' names the actions that are possible now."),
)
PROTECTED = ProblemType(
    slug="protected",
    status=409,
    title=_("This partner is spared"),
    meaning=_("A rule that protects partners, or keeps conflicts of interest out, forbids it."),
    remedy=_("The member 'rule' names the rule. Take another partner, or wait."),
)
DUPLICATE = ProblemType(
    slug="duplicate",
    status=409,
    title=_("Exists already"),
    meaning=_("The same thing was stored before."),
    remedy=_("Use the existing one; the member 'existing' has its id."),
)
KEY_REUSED = ProblemType(
    slug="key-reused",
    status=409,
    title=_("This key was used before"),
    meaning=_("The same Idempotency-Key came with another request, or before the first answer."),
    remedy=_("Use a new key for a new request; to repeat one, send it unchanged."),
)
VALIDATION = ProblemType(
    slug="validation",
    status=422,
    title=_("Some values have to change"),
    meaning=_("The request was understood, but some of its values are not allowed."),
    remedy=_("The member 'errors' names each value and says what to change."),
)
UNSUPPORTED_LANGUAGE = ProblemType(
    slug="unsupported-language",
    status=422,
    title=_("A language we do not read"),
    meaning=_("The challenge is not written in a language that the service reads."),
    remedy=_("Write it in Danish or English. Norwegian, Swedish and German are read too."),
)
PRECONDITION_REQUIRED = ProblemType(
    slug="precondition-required",
    status=428,
    title=_("Say which revision you read"),
    meaning=_("A change needs the header If-Match, so that nobody overwrites unseen changes."),
    remedy=_("Read the thing first and send its ETag back in If-Match."),
)
MALFORMED_REQUEST = ProblemType(
    slug="malformed-request",
    status=400,
    title=_("The request cannot be read"),
    meaning=_("The body or a header is broken: no valid JSON, no valid UTF-8, a wrong form."),
    remedy=_("The member 'detail' says where it breaks."),
)
FORM_EXPIRED = ProblemType(
    slug="form-expired",
    status=400,
    title=_("This form has expired"),
    meaning=_("The form was opened in an earlier visit, or the browser refuses cookies."),
    remedy=_("Go back, copy what you wrote, reload the page and send it again."),
)
METHOD_NOT_ALLOWED = ProblemType(
    slug="method-not-allowed",
    status=405,
    title=_("Method not allowed"),
    meaning=_("This address exists, but not for this method."),
    remedy=_("The header Allow names the methods that it answers."),
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    slug="unsupported-media-type",
    status=415,
    title=_("Send JSON"),
    meaning=_("The body is in a format that this address does not read."),
    remedy=_("Send JSON with the header Content-Type: application/json."),
)
TOO_LARGE = ProblemType(
    slug="too-large",
    status=413,
    title=_("The request is too large"),
    meaning=_("A request may have at most 256 KiB, a challenge at most 10,000 characters."),
    remedy=_("Shorten the text. The best descriptions fit on one page."),
)
INDEX_NOT_READY = ProblemType(
    slug="index-not-ready",
    status=503,
    title=_("Matching is not ready yet"),
    meaning=_("The profiles are being prepared for matching. Everything else works."),
    remedy=_("Try again after the seconds in the header Retry-After."),
)
ENCODER_UNAVAILABLE = ProblemType(
    slug="encoder-unavailable",
    status=503,
    title=_("Challenges cannot be read now"),
    meaning=_("The language model that reads challenges is not available."),
    remedy=_("Try again later. The operator finds the cause in the log."),
    shows_detail=False,
)
INDEX_UNAVAILABLE = ProblemType(
    slug="index-unavailable",
    status=503,
    title=_("Matching is not available now"),
    meaning=_("The index that finds partners is not available."),
    remedy=_("Try again later. The operator finds the cause in the log."),
    shows_detail=False,
)
STORAGE_UNAVAILABLE = ProblemType(
    slug="storage-unavailable",
    status=503,
    title=_("Nothing can be read or stored now"),
    meaning=_("The database does not answer."),
    remedy=_("Try again later. The operator finds the cause in the log."),
    shows_detail=False,
)
NOT_READY = ProblemType(
    slug="not-ready",
    status=503,
    title=_("Not ready"),
    meaning=_("The service runs, but it cannot answer a match run yet."),
    remedy=_("The member 'detail' says what is missing."),
)
MISCONFIGURED = ProblemType(
    slug="misconfigured",
    status=500,
    title=_("The service is set up wrongly"),
    meaning=_("A setting of this installation cannot be used."),
    remedy=_("The operator finds the setting in the log."),
    shows_detail=False,
)
INTERNAL = ProblemType(
    slug="internal",
    status=500,
    title=_("Something went wrong"),
    meaning=_("The service made a mistake. It is in the log, under the number of this request."),
    remedy=_("Try again. If it happens again, tell the operator the number of the request."),
    shows_detail=False,
)

#: Error class -> problem type. A class that is not here takes the entry of its nearest parent;
#: a test asks for an entry of its own all the same, so that nobody forgets to think about it.
PROBLEM_TYPES: dict[type[Exception], ProblemType] = {
    matchmaking.MatchmakerError: INTERNAL,
    matchmaking.NotFound: NOT_FOUND,
    matchmaking.NotSignedIn: NOT_SIGNED_IN,
    matchmaking.SignInRefused: NOT_SIGNED_IN,
    matchmaking.NotPermitted: NOT_PERMITTED,
    matchmaking.LinkSpent: LINK_SPENT,
    matchmaking.StaleRevision: STALE_REVISION,
    matchmaking.StaleProfile: STALE_REVISION,
    matchmaking.Merged: NOT_FOUND,
    matchmaking.TransitionNotAllowed: TRANSITION_NOT_ALLOWED,
    matchmaking.Protected: PROTECTED,
    matchmaking.Duplicate: DUPLICATE,
    matchmaking.KeyReused: KEY_REUSED,
    matchmaking.InvalidInput: VALIDATION,
    matchmaking.UnsupportedLanguage: UNSUPPORTED_LANGUAGE,
    matchmaking.IndexNotReady: INDEX_NOT_READY,
    matchmaking.ReplicaMoved: INDEX_NOT_READY,
    matchmaking.StorageUnavailable: STORAGE_UNAVAILABLE,
    matchmaking.SettingInvalid: MISCONFIGURED,
    matchmaking.MailServerUnavailable: INTERNAL,  # no request sends mail, a command does
    embedding.EmbeddingError: INTERNAL,
    embedding.EncoderUnavailable: ENCODER_UNAVAILABLE,
    embedding.IndexUnavailable: INDEX_UNAVAILABLE,
    embedding.UnknownScheme: MISCONFIGURED,
    embedding.DimensionMismatch: INTERNAL,
    embedding.SpecMismatch: INTERNAL,
    embedding.IndexMoved: INTERNAL,
    embedding.InvalidVectors: INTERNAL,
    embedding.InvalidIds: INTERNAL,
    embedding.UnknownIds: INTERNAL,
}

#: HTTP status -> problem type, for what the framework refuses by itself.
BY_STATUS: dict[int, ProblemType] = {
    kind.status: kind
    for kind in (
        MALFORMED_REQUEST,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        TOO_LARGE,
        TOO_MANY_REQUESTS,
        UNSUPPORTED_MEDIA_TYPE,
        VALIDATION,
        INTERNAL,
    )
}

#: slug -> problem type: all that have a page, in the order of their status.
BY_SLUG: dict[str, ProblemType] = {
    kind.slug: kind
    for kind in sorted(
        {
            *PROBLEM_TYPES.values(),
            *BY_STATUS.values(),
            PRECONDITION_REQUIRED,
            FORM_EXPIRED,
            NOT_READY,
        },
        key=lambda kind: (kind.status, kind.slug),
    )
}


def problem_of(error: Exception) -> Problem:
    """Return the problem that an error of the service means.

    >>> problem_of(matchmaking.NotFound("challenge", "7")).type.slug
    'not-found'
    """
    kind = next(PROBLEM_TYPES[cls] for cls in type(error).__mro__ if cls in PROBLEM_TYPES)
    detail = str(error) if kind.shows_detail else str(kind.meaning)
    return _with_facts(error, Problem(type=kind, detail=detail))


@singledispatch
def _with_facts(error: Exception, problem: Problem) -> Problem:  # noqa: ARG001 - chooses
    """Return the problem with what this class of error knows; most know nothing more."""
    return problem


@_with_facts.register
def _stale_revision(error: matchmaking.StaleRevision, problem: Problem) -> Problem:
    return replace(problem, members={"actual": error.actual})


@_with_facts.register
def _stale_profile(error: matchmaking.StaleProfile, problem: Problem) -> Problem:
    differing = [
        {"field": field, "expected": before, "present": now}
        for field, before, now in error.differing
    ]
    return replace(problem, members={"actual": error.actual, "differing": differing})


@_with_facts.register
def _merged(error: matchmaking.Merged, problem: Problem) -> Problem:
    return replace(problem, members={"into": str(error.into)})


@_with_facts.register
def _not_signed_in(_error: matchmaking.NotSignedIn, problem: Problem) -> Problem:
    return replace(problem, headers={"WWW-Authenticate": "Bearer"})


@_with_facts.register
def _transition(error: matchmaking.TransitionNotAllowed, problem: Problem) -> Problem:
    return replace(
        problem, members={"state": str(error.state), "allowed": [str(a) for a in error.allowed]}
    )


@_with_facts.register
def _protected(error: matchmaking.Protected, problem: Problem) -> Problem:
    return replace(problem, members={"rule": error.rule})


@_with_facts.register
def _duplicate(error: matchmaking.Duplicate, problem: Problem) -> Problem:
    return replace(problem, members={"existing": str(error.existing_id)})


@_with_facts.register
def _invalid_input(error: matchmaking.InvalidInput, problem: Problem) -> Problem:
    # The service speaks English; the catalogue may know the sentence in the reader's language.
    reason = gettext(error.reason)
    place = FieldError(location="pointer", place=f"#/{error.field}", detail=reason)
    return replace(problem, detail=reason, errors=(place,))


@_with_facts.register
def _language(error: matchmaking.UnsupportedLanguage, problem: Problem) -> Problem:
    return replace(
        _invalid_input(error, problem),
        members={"language": error.language, "supported": list(error.supported)},
    )


@_with_facts.register
def _index_not_ready(error: matchmaking.IndexNotReady, problem: Problem) -> Problem:
    return replace(problem, headers={"Retry-After": str(error.retry_after)})
