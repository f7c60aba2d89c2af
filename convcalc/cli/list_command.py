"""``convcalc list``: the bundled networks, or the bundled sheets."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_words import BUNDLED_SHEET
from convcalc.cli.known import Known
from convcalc.cli.output import output_options, show
from convcalc.cli.types import BUNDLED_NETWORK
from convcalc.errors import UsageError
from convcalc.text import shortened

EXAMPLES = """
    convcalc list
    convcalc list resnet
    convcalc list --format json
    convcalc list --sheets
"""


def _names(ctx: click.Context) -> dict[str, str]:
    """The names of the listed networks or sheets."""
    listed = BUNDLED_SHEET if ctx.params.get("sheets") else BUNDLED_NETWORK
    return dict(listed.offers(ctx))


_LISTED = Known("word", _names)


@click.command("list", cls=Command, examples=EXAMPLES)
@click.argument("word", type=_LISTED, default="")
@click.option("--sheets", is_flag=True, help="List the bundled homework sheets instead.")
@output_options
def command(word: str, *, sheets: bool, format_name: str | None, output: str | None) -> None:
    """The bundled networks, with the numbers that their files expect. WORD selects names that contain it."""
    if sheets:
        from convcalc.homework.sheets.bundled import sheet_list as listed
    else:
        from convcalc.analysis.listing import network_list as listed

    if word and not sheets and (said := _list_meant(word)):
        raise UsageError(said)
    show(listed(word), format_name, output)


def _list_meant(word: str) -> str:
    """What to type if a word means what to list, not which network; empty for names."""
    from convcalc.cli.meant.command_names import called_so

    name = called_so(word, "")
    ways = {
        "kinds": "kinds",
        "list": "list",
        "hw": "list --sheets",
        "hw show": "list --sheets",
        "arch": "list",
    }
    if word in _names(click.get_current_context()) or (name not in ways and word != "kinds"):
        return ""
    return (
        f"{shortened(word)} is no part of a network's name; type convcalc {ways.get(name, 'kinds')}"
    )
