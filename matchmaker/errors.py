"""Everything the service refuses, as small classes with fields instead of prose.

``api.problems`` turns each into an RFC 9457 problem or an error page; a test fails when a
class is missing from that table.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID


class MatchmakerError(Exception):
    """Root of everything this service raises on purpose."""


class NotFound(MatchmakerError):
    """There is no such thing, or none that the asker may know of."""

    def __init__(self, kind: str, id: UUID | str) -> None:
        self.kind = kind
        self.id = id
        super().__init__(f"There is no {kind} with id {id}.")


class StaleRevision(MatchmakerError):
    """Somebody changed the thing since the caller read it."""

    def __init__(self, expected: int, actual: int) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"You changed revision {expected}, but the present one is {actual}. "
            "Read it again and repeat your change."
        )


class StaleProfile(StaleRevision):
    """Somebody changed the profile since the caller read it, and this is what.

    Attributes:
        differing: [[field, at the expected revision, now], ...]; empty when nobody knows any
            more what the expected revision said.

    """

    def __init__(
        self, expected: int, actual: int, differing: Sequence[tuple[str, object, object]]
    ) -> None:
        self.differing = tuple(differing)
        super().__init__(expected, actual)


class Merged(NotFound):
    """The profile became a part of another one.

    Attributes:
        into: id of the profile that it became a part of.

    """

    def __init__(self, id: UUID, into: UUID) -> None:
        self.into = into
        super().__init__("profile", id)


class TransitionNotAllowed(MatchmakerError):
    """The state of the thing does not allow this action."""

    def __init__(self, kind: str, state: str, action: str, allowed: Sequence[str]) -> None:
        self.kind = kind
        self.state = state
        self.action = action
        self.allowed = tuple(allowed)
        choice = ", ".join(self.allowed) or "nothing"
        super().__init__(f"A {kind} that is {state} cannot {action}; allowed: {choice}.")


class NotSignedIn(MatchmakerError):
    """Nobody is signed in, or what was shown as a key is none."""

    def __init__(self, reason: str = "Sign in first.") -> None:
        self.reason = reason
        super().__init__(reason)


class SignInRefused(NotSignedIn):
    """These do not open an account. Why is not said: it would tell who has one."""

    def __init__(self) -> None:
        super().__init__(
            "E-mail, password or code do not fit, or there were too many attempts. "
            "Wait a little, or ask for a sign-in link by mail."
        )


class NotPermitted(MatchmakerError):
    """The one who is signed in may know of it, but not do this."""

    def __init__(self, action: str) -> None:
        self.action = action
        super().__init__(f"Your account or token does not permit this ({action}).")


class LinkSpent(MatchmakerError):
    """A mail link that was used, replaced or is too old."""

    def __init__(self) -> None:
        super().__init__("This link was used already, or it is too old. Ask for a new one.")


class Duplicate(MatchmakerError):
    """The thing exists already."""

    def __init__(self, kind: str, existing_id: UUID) -> None:
        self.kind = kind
        self.existing_id = existing_id
        super().__init__(f"This {kind} exists already: {existing_id}.")


class KeyReused(MatchmakerError):
    """An idempotency key came again with another request, or while the first is being answered."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        self.reason = reason
        super().__init__(reason)


class InvalidInput(MatchmakerError):
    """A value that no schema can refuse by its shape alone.

    Attributes:
        field: name of the field, as the caller wrote it.
        reason: one sentence that says what to change.

    """

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


class UnsupportedLanguage(InvalidInput):
    """The challenge is written in a language the service does not read.

    Attributes:
        language: ISO 639-1 code of what was recognised, or None when nothing was.

    """

    def __init__(self, language: str | None, supported: Sequence[str]) -> None:
        self.language = language
        self.supported = tuple(supported)
        super().__init__(
            "text",
            "Please describe the challenge in Danish or English "
            "(Norwegian, Swedish and German are read too).",
        )


class Protected(MatchmakerError):
    """A rule of protection forbids that this partner is asked now.

    Attributes:
        rule: name of the rule, as the funnel of a run has it.

    """

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(
            f"This partner cannot be asked for this challenge now: {_PROTECTED.get(rule, rule)}."
        )


#: Rule -> what it says of a partner.
_PROTECTED = {
    "visible": "the profile is not shown to everybody",
    "available": "they are away",
    "capacity": "they have as many introductions as they can take",
    "cool-down": "they said no not long ago",
    "conflict": "there is a conflict of interest with the firm",
}


class IndexNotReady(MatchmakerError):
    """No live index generation fits the configured encoder yet.

    Attributes:
        retry_after: seconds after which asking again makes sense.

    """

    def __init__(self, reason: str, retry_after: int = 30) -> None:
        self.reason = reason
        self.retry_after = retry_after
        super().__init__(f"{reason} Run `matchmaker index rebuild`, or try again shortly.")


class ReplicaMoved(IndexNotReady):
    """The database, or an index that others share, has moved on since the replica caught up."""

    def __init__(self) -> None:
        super().__init__("The index is changing faster than it can be read.", retry_after=1)


class StorageUnavailable(MatchmakerError):
    """The database can't be read or written: full disk, wrong path, no rights, newer schema.

    Attributes:
        reason: one sentence that says what to do.

    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class MailServerUnavailable(MatchmakerError):
    """Mail waits, and the server does not answer or does not take it from us.

    Attributes:
        reason: one sentence that says what is wrong; no login, no address of a reader.

    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{reason} The mails stay waiting; see MATCHMAKER_SMTP_URL.")


class SettingInvalid(MatchmakerError):
    """A setting in the environment cannot be used."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"Setting {name}: {reason}")
