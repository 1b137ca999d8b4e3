"""The commands. Each is a few lines around one service call."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click
from rich.markup import escape

from api.cli import seed as seed_files
from api.cli.accounts import account
from api.cli.answers import print_matches, run_as_json
from api.cli.bench import bench
from api.cli.codes import codes
from api.cli.demonstration import demonstration
from api.cli.directions import challenges_for, similar
from api.cli.evaluate import evaluate
from api.cli.exports import export
from api.cli.exposure import exposure
from api.cli.fit import fit
from api.cli.given import given_text
from api.cli.imports import import_
from api.cli.introductions import introductions
from api.cli.mail import mail
from api.cli.seed import folder_option
from api.cli.server import serve_until_stopped
from api.cli.service import open_service
from api.cli.terminal import Group, output, print_json, progress_bar, tell
from api.schemas.seed import id_of
from matchmaker.bootstrap import Matchmaker, copy_database, prepare_database, prepare_encoders
from matchmaker.config import Settings
from matchmaker.matching.languages import SUPPORTED
from matchmaker.models import Conditions, PartnerKind
from matchmaker.services.steering import MOST_PLACE_WEIGHT

#: The Danish example that a first start answers in the shell.
FIRST_EXAMPLE = "svejserevner-s690-konsoller"


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="matchmaker")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Match the challenge of a small manufacturer with the right partners."""
    ctx.obj = Settings.from_environment()


@main.command()
@click.argument("text")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([k.value for k in PartnerKind]),
    help="Only this kind of partner; may be given more than once.",
)
@click.option(
    "--language",
    type=click.Choice(SUPPORTED),
    help="Language of the text; recognised when not given.",
)
@click.option("--place", help="Danish postcode, town or municipality of the firm.")
@click.option(
    "--require",
    "required",
    multiple=True,
    help="Word or phrase a partner must have in its texts; may be given more than once.",
)
@click.option(
    "--exclude",
    "excluded",
    multiple=True,
    help="Word or phrase a partner must not have; may be given more than once.",
)
@click.option(
    "--place-weight",
    type=click.FloatRange(0, MOST_PLACE_WEIGHT),
    help="How much it counts that a partner is near: 0 not at all, 2 twice as usual; up to 3.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=10,
    show_default=True,
    help="Most partners to list.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for machines.")
@click.pass_obj
def match(
    settings: Settings,
    *,
    text: str,
    kinds: tuple[str, ...],
    language: str | None,
    place: str | None,
    required: tuple[str, ...],
    excluded: tuple[str, ...],
    place_weight: float | None,
    limit: int,
    as_json: bool,
) -> None:
    r"""Print the ranked partners for a challenge; TEXT "-" reads standard input.

    The challenge and the run are kept, as when a firm asks on the page.

    \b
    matchmaker match "Vi får revner i svejsningerne når vi svejser tykke plader"
    matchmaker match --kind student --json - < challenge.txt
    matchmaker match --require ultrasound --exclude aluminium "Our welds have cracks"
    """
    text = given_text(text)
    conditions = Conditions(
        partner_kinds=tuple(PartnerKind(kind) for kind in kinds),
        required_terms=required,
        excluded_terms=excluded,
        place_weight=place_weight,
        limit=limit,
    )
    service = open_service(settings)
    service.matchmaking.check(conditions)
    service.matchmaking.replica.catch_up()  # what can't be answered is not kept either
    challenge = service.challenges.submit(text=text, language=language, place=place)
    run = service.matchmaking.run(challenge.id, conditions=conditions)
    if as_json:
        print_json(run_as_json(run))
    else:
        print_matches(run, output)


@main.command()
@click.argument("run_id", type=click.UUID)
@click.pass_obj
def replay(settings: Settings, run_id: UUID) -> None:
    """Ask again what a kept match run asked, and say whether the list is the same."""
    found = open_service(settings).matchmaking.replay(run_id)
    if found.same:
        output.print(f"The same list of {len(found.stored)}.")
        return
    why = "although the index did not" if found.index_unchanged else "since the index did too"
    output.print(f"The list has changed, {why}.")
    raise SystemExit(1)


@main.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
@click.pass_obj
def db_upgrade(settings: Settings) -> None:
    """Bring the tables to the newest form; makes them when there are none."""
    prepare_database(settings)
    tell(f"Database is up to date: {settings.shown_database}")


@db.command("copy")
@click.option("--to", "url", required=True, help="Database URL of an empty database.")
@click.pass_obj
def db_copy(settings: Settings, url: str) -> None:
    """Copy everything to another database, as from SQLite to PostgreSQL.

    Stop the service before; what it writes meanwhile stays behind. All or nothing is copied, and
    the present database stays as it is.
    """
    with progress_bar("Copying") as report:
        rows = copy_database(settings, url, report)
    tell(f"{rows} rows copied. Set MATCHMAKER_DATABASE to the new database to use it.")


@main.group()
def seed() -> None:
    """Load the data the product ships."""


@seed.command("load")
@folder_option
@click.pass_obj
def seed_load(settings: Settings, folder: Path) -> None:
    """Check all records of a folder, then load them; loading twice changes nothing.

    One bad record stops it: nothing is loaded, and file, record and field are named.
    """
    given = seed_files.read(folder)
    _load(open_service(settings), given)


seed.add_command(demonstration)


def _load(service: Matchmaker, given: seed_files.Seed) -> None:
    with progress_bar("Encoding and indexing") as report:
        loaded = service.profiles.register_all(given.profiles, progress=report)
    new = service.challenges.register_samples(given.challenges)
    if service.settings.indexing == "inline":
        with progress_bar("Encoding challenges") as report:
            service.directions.challenges.catch_up(report)
    tell(
        f"Profiles: {loaded.new} new, {loaded.changed} changed, {loaded.unchanged} unchanged. "
        f"Challenges: {new} new."
    )


@main.group()
def index() -> None:
    """Look after the index of passages; it can always be made again from the database."""


@index.command("sync")
@click.pass_obj
def index_sync(settings: Settings) -> None:
    """Index what has changed; builds the first generation when there is none."""
    service = open_service(settings)
    with progress_bar("Encoding and indexing") as report:
        indexed = service.indexing.sync(report)
    tell(f"{indexed} profiles indexed.")


@index.command("rebuild")
@click.pass_obj
def index_rebuild(settings: Settings) -> None:
    """Build a new generation beside the present one, then switch to it.

    Needed after a change of encoder. Goes on where an interrupted one stopped.
    """
    service = open_service(settings)
    with progress_bar("Building a new generation") as report:
        indexed = service.indexing.rebuild(report)
    tell(f"{indexed} profiles indexed; the new generation answers.")


@index.command("check")
@click.option("--repair", is_flag=True, help="Mend what differs.")
@click.pass_obj
def index_check(settings: Settings, repair: bool) -> None:
    """Compare database and index; exit status 1 when they differ."""
    report = open_service(settings).indexing.check(repair=repair)
    for difference, number in report.differences.items():
        output.print(f"{difference}: {number}")
    if report:
        output.print("Database and index agree.")
    elif repair:
        output.print("Repaired.")
    else:
        raise SystemExit(1)


@main.group()
def encoder() -> None:
    """Look after the encoder, which turns text into vectors."""


@encoder.command("build")
@click.pass_obj
def encoder_build(settings: Settings) -> None:
    """Build the configured encoders in the data directory; quick when they are there already."""
    prepare_encoders(settings, tell)
    for name in filter(None, (settings.encoder, settings.voice)):
        tell(f"{name} is ready.")


@main.command()
@click.option(
    "--prepare",
    is_flag=True,
    help="First make tables, encoder, seed data and index, and answer one example.",
)
@click.option("--host", help="Address to listen on, in place of MATCHMAKER_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port, in place of MATCHMAKER_PORT.")
@folder_option
@click.pass_obj
def serve(
    settings: Settings,
    *,
    prepare: bool,
    host: str | None,
    port: int | None,
    folder: Path,
) -> None:
    """Serve pages and API until Ctrl-C: one process, many threads."""

    def start() -> Matchmaker:
        if not prepare:
            return open_service(settings)
        given = seed_files.read(folder)
        prepare_database(settings)
        service = open_service(settings)
        _load(service, given)
        with progress_bar("Encoding and indexing") as report:
            service.indexing.sync(report)
        _show_example(service)
        return service

    serve_until_stopped(start, settings, host or settings.host, port or settings.port, tell)


def _show_example(service: Matchmaker) -> None:
    samples = {challenge.id: challenge for challenge in service.challenges.samples()}
    if not samples:
        return  # a folder without examples
    challenge = samples.get(id_of(FIRST_EXAMPLE)) or next(iter(samples.values()))
    output.print(f"\n[bold]{escape(challenge.title)}[/]")
    output.print(challenge.text, end="\n\n", markup=False)
    run = service.matchmaking.run(challenge.id, conditions=Conditions(limit=8))
    print_matches(run, output)


@main.command()
def openapi() -> None:
    """Print the OpenAPI document of the JSON interface."""
    from api.app import create_app
    from api.openapi import spec_json

    click.echo(spec_json(create_app(Settings(encoder="hashing:"))).encode(), nl=False)


for _command in (
    account,
    challenges_for,
    similar,
    evaluate,
    bench,
    exposure,
    fit,
    introductions,
    mail,
    import_,
    export,
    codes,
):
    main.add_command(_command)
