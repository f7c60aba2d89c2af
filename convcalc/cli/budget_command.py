"""``convcalc budget``: the width, depth or resolution that keeps a network within limits."""

from __future__ import annotations

from shlex import quote
from typing import Any

import click

from convcalc.analysis.memory import BYTES
from convcalc.cli.amounts import LIMIT, MEMORY_LIMIT
from convcalc.cli.change_options import change_options, changes_text
from convcalc.cli.group import Command
from convcalc.cli.network_words import VARIED
from convcalc.cli.order_option import check_order, said_order
from convcalc.cli.output import output_options, show
from convcalc.cli.progress import counting
from convcalc.cli.settings import settings_of
from convcalc.cli.together import Rule
from convcalc.cli.types import NETWORK
from convcalc.files import STDIN

EXAMPLES = """
    convcalc budget mobilenet_v2 --macs 300M --params 5M
    convcalc budget mobilenet_v1 --macs 150M --vary width --vary input=128..224:32
    convcalc budget efficientnet_b0 --params 10M --macs 1G --set classes=10
    convcalc budget resnet50 --memory 256MB --batch 8 --vary input
"""
_MEMORY = "{option} is only for the limit --memory, not for {others}; add --memory, or leave it out"
_RULES = tuple(
    Rule(name, _MEMORY, apart=("--params", "--macs", "--flops"), unless=("--memory",))
    for name in ("--batch", "--precision")
)


@click.command(cls=Command, examples=EXAMPLES, rules=_RULES)
@click.argument("network", type=NETWORK)
@click.option("--params", type=LIMIT, metavar="NUMBER", help="At most this many parameters: 5M.")
@click.option("--macs", type=LIMIT, metavar="NUMBER", help="At most this many multiply-adds: 600M.")
@click.option(
    "--flops",
    type=LIMIT,
    metavar="NUMBER",
    help="At most this many operations: 1.2G; a multiply-add is two.",
)
@click.option(
    "--memory", type=MEMORY_LIMIT, metavar="BYTES", help="At most this much memory to run it: 64MB."
)
@click.option(
    "--vary",
    multiple=True,
    type=VARIED,
    help="What can change: a parameter or input; values: 0.5..1.5:0.25 or 128,160.",
)
@change_options("An input shape that does not change.", "A parameter that does not change.")
@click.option(
    "--batch", default=1, type=click.IntRange(1, 10**9), help="Samples in a batch, for --memory."
)
@click.option(
    "--precision",
    "dtype",
    default="float32",
    type=click.Choice(list(BYTES), case_sensitive=False),
    help="Data type, for --memory.",
)
@click.option("--all", "every", is_flag=True, help="Show every network that was found.")
@output_options
def command(
    network: str,
    shape: Any,
    parameters: tuple[str, ...],
    *,
    every: bool,
    format_name: str | None,
    output: str | None,
    **asked: Any,
) -> None:
    """The width, depth or resolution that keeps a NETWORK within limits, the largest first.

    Without --vary, these change: the resolution, and the parameters of the file that
    make it larger. Without a limit, the limits in the file count, as expect: {params: "<= 5M"}. Exit code 1
    if nothing fits.
    """
    from convcalc.solve.budget import budget
    from convcalc.solve.budget_report import budget_report

    check_order(shape)
    limits = {name: asked.pop(name) for name in ("params", "macs", "flops", "memory")}
    settings = settings_of(parameters)
    with counting("networks computed") as tell:
        found = budget(
            network, limits, given=settings, shape=shape, order=said_order(), tell=tell, **asked
        )
    kept = [pair for pair in parameters if pair.partition("=")[0].strip() not in found.names]
    changes = changes_text(None if "input" in found.names else shape, tuple(kept))
    typed = f"convcalc arch {quote(network)} {changes}".strip() if network != STDIN else ""
    show(budget_report(found, typed, every=every), format_name, output)
    if not found.any_fits:
        raise SystemExit(1)
