"""``matchmaker codes``: a code of a public list by its beginning or by words."""

from __future__ import annotations

import click

from api.cli.terminal import output, print_json
from api.schemas.codes import CodeSchema
from matchmaker.services.codes import MOST_FOUND, CodeList, look_up


@click.command()
@click.argument("codes", metavar="LIST", type=click.Choice([one.value for one in CodeList]))
@click.argument("words", nargs=-1)
@click.option(
    "--limit",
    type=click.IntRange(1, MOST_FOUND),
    default=20,
    show_default=True,
    help="Most codes that are listed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for machines.")
def codes(codes: str, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Look up WORDS, or a code, in a public LIST, in Danish and English."""
    found = look_up(CodeList(codes), " ".join(words), limit=limit)
    if as_json:
        print_json(CodeSchema(many=True).dump(found))
        return
    for one in found:
        names = " / ".join(dict.fromkeys(filter(None, (one.da, one.en))))
        output.print(f"{one.code}  {names}", markup=False, soft_wrap=True)
