"""People of the tests: an account of every role, signed in as a browser or as a program."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, OutgoingMail, Role, Scope
from matchmaker.storage.database import Sessions

PASSWORD = "en lang sætning om svejsning"


def somebody(
    service: Matchmaker, role: Role = Role.FIRM, name: str = "ida", password: str | None = None
) -> Account:
    """Return a new account."""
    return service.accounts.create(
        email=f"{name}@example.dk", role=role, name=name.title(), password=password
    ).account


def token_of(
    service: Matchmaker, account: Account, scopes: tuple[Scope, ...] = tuple(Scope)
) -> dict[str, str]:
    """Return the header that a program of this account sends."""
    _, secret = service.tokens.create(account.id, name="tests", scopes=scopes)
    return {"Authorization": f"Bearer {secret}"}


def sign_in(client: FlaskClient, account: Account) -> None:
    """Sign a browser in without its form."""
    from datetime import UTC, datetime

    now = int(datetime.now(UTC).timestamp())
    with client.session_transaction() as session:
        session.clear()
        session["account"] = str(account.id)
        session["epoch"] = account.session_epoch
        session["number"] = str(uuid4())
        session["began"] = session["seen"] = now


def mails(service: Matchmaker) -> list[OutgoingMail]:
    """Return what waits to be sent, oldest first."""
    with Sessions(service.engine).reading() as session:
        return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.created_at)))


def last_path(service: Matchmaker, *, to: str | None = None) -> str:
    """Return the path in the newest mail, or in the newest one to this address.

    Where tests share a service, some have set their clock forward: there, name the address.
    """
    sent = [one for one in mails(service) if to in {None, one.to}]
    return str(sent[-1].values["path"])


@dataclass(frozen=True)
class World:
    """One account of each role, and things that belong to some of them."""

    accounts: dict[Role, Account]
    other_firm: Account
    #: Challenge id by whose it is: ``nobody``, ``firm``, ``other``.
    challenges: dict[str, UUID]
    #: Match run id by whose challenge it is.
    runs: dict[str, UUID]
    profile_id: UUID
    hidden_profile_id: UUID


def a_world(service: Matchmaker, text: str) -> World:
    """Return accounts of all roles, two firms' challenges, a public and a staff-only profile."""
    from matchmaker.models import Visibility
    from matchmaker.models.facts import Viewer
    from tests.factories import an_expert

    accounts = {role: somebody(service, role, role.value) for role in Role}
    other = somebody(service, Role.FIRM, "other")
    owners = {
        "nobody": None,
        "firm": Viewer(account_id=accounts[Role.FIRM].id, role=Role.FIRM),
        "other": Viewer(account_id=other.id, role=Role.FIRM),
    }
    hidden = an_expert("Hidden Person", visibility=Visibility.STAFF, evidence=("Welding.",))
    service.profiles.register_all([hidden])
    challenges = {
        whose: service.challenges.submit(text=text, by=viewer).id
        for whose, viewer in owners.items()
    }
    runs = {whose: service.matchmaking.run(one).id for whose, one in challenges.items()}
    return World(
        accounts=accounts,
        other_firm=other,
        challenges=challenges,
        runs=runs,
        profile_id=service.profiles.page().items[0].id,
        hidden_profile_id=hidden.id,
    )
