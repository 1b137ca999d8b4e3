"""``matchmaker account``: make, list, shut and reset accounts from the shell."""

from __future__ import annotations

import sys

import click
from rich.table import Table

from api.cli.terminal import Group, output, print_json, tell
from api.schemas.account import AccountSchema
from matchmaker.bootstrap import build_accounts
from matchmaker.config import Settings
from matchmaker.models import Role
from matchmaker.services.accounts import LANGUAGES, AccountService

#: More than any installation has on one screen.
MOST_LISTED = 1_000


@click.group(cls=Group)
def account() -> None:
    """Look after those who sign in."""


def _accounts(settings: Settings) -> AccountService:
    # Without encoder and index: the first administrator is made before anything else is there.
    service, close = build_accounts(settings)
    click.get_current_context().call_on_close(close)
    return service


@account.command("create")
@click.option("--email", required=True, help="Where mail reaches them.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", default="", help="What they are called.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="da", show_default=True)
@click.option(
    "--password-from-stdin", is_flag=True, help="Read a password from standard input, one line."
)
@click.pass_obj
def create(
    settings: Settings, email: str, role: str, name: str, language: str, password_from_stdin: bool
) -> None:
    """Make an account; without a password, print the path of a one-time sign-in link."""
    password = sys.stdin.readline().rstrip("\n") if password_from_stdin else None
    made = _accounts(settings).create(
        email=email, role=Role(role), name=name, language=language, password=password
    )
    tell(f"{made.account.email} is {made.account.role}.")
    if made.path:
        tell("Open this path on the address of the service within 15 minutes:")
        click.echo(made.path)


@account.command("list")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def list_accounts(settings: Settings, role: str | None, as_json: bool) -> None:
    """List accounts by e-mail address."""
    found = _accounts(settings).page(role=Role(role) if role else None, limit=MOST_LISTED)
    if as_json:
        print_json([AccountSchema().dump(one) for one in found.items])
        return
    table = Table("E-mail", "Role", "Last here", "State", pad_edge=False)
    for one in found.items:
        seen = f"{one.last_seen_at:%Y-%m-%d}" if one.last_seen_at else "never"
        table.add_row(one.email, one.role, seen, "open" if one.enabled else "shut")
    output.print(table)


@account.command("disable")
@click.argument("email")
@click.pass_obj
def disable(settings: Settings, email: str) -> None:
    """Shut an account: its sessions, links and tokens open nothing any more."""
    accounts = _accounts(settings)
    accounts.disable(accounts.by_email(email).id, by=None)
    tell(f"{email} is shut.")


@account.command("reset")
@click.argument("email")
@click.pass_obj
def reset(settings: Settings, email: str) -> None:
    """Print the path of a one-time link to a new password."""
    path = _accounts(settings).reset_path(email)
    tell("Open this path on the address of the service within an hour:")
    click.echo(path)
