"""``convcalc verify``: the NumPy witness against the formulas."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.amounts import GIGABYTES
from convcalc.cli.change_options import change_options, changes_text
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_networks
from convcalc.cli.network_words import NETWORK_OR_LAYERS, SUBJECTS
from convcalc.cli.output import output_options, show
from convcalc.cli.progress import show_progress
from convcalc.errors import UsageError

EXAMPLES = """
    convcalc verify vgg16
    convcalc verify conv:k5c6s3 --input 3x32x32
    convcalc verify mynet.yaml --only shape,params,macs
    convcalc verify lenet5 --each
    convcalc verify --all
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("targets", nargs=-1, metavar="[TARGET]...", type=NETWORK_OR_LAYERS)
@click.option("--all", "every", is_flag=True, help="Verify every bundled network.")
@change_options("Input shape of a network or a chain.", "Change a parameter.")
@click.option("--only", type=SUBJECTS, help="What to check; an unknown word lists all.")
@click.option("--each", is_flag=True, help="List every check.")
@click.option(
    "--seed", default=0, type=click.IntRange(0, 2**32 - 1), help="Seed for the random arrays."
)
@click.option(
    "--dtype",
    default="float32",
    type=click.Choice(["float32", "float64"]),
    help="Data type of the full run.",
)
@click.option(
    "--limit",
    default=6.0,
    type=GIGABYTES,
    help="GB of memory to use at most: 0.001 to 10,000, 6 by default.",
)
@click.option(
    "--jobs",
    default=0,
    type=click.IntRange(0, 64),
    help="Networks verified at once; 0 for the number of cores.",
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    targets: tuple[str, ...],
    format_name: str | None,
    output: str | None,
    *,
    every: bool,
    shape: Any,
    parameters: tuple[str, ...],
    each: bool,
    only: str | None,
    jobs: int,
    **options: Any,
) -> None:
    """Run real arrays through a network and compare every number with them.

    TARGET is a network (a YAML file or a bundled name), or with --input a chain of layers such as
    conv:k5c6. It checks shapes, parameters and buffers (sizes of the arrays), and macs (products that
    were made), all of them and those on real cells. It changes pixels to check receptive fields. On small
    copies it compares the fast path with the textbook loops, and counts the operations of these. It also
    checks what the file expects. Exit code 1 if anything disagrees, 2 if nothing was checked.
    """
    if bool(targets) == every:
        way_out = (
            "--all takes no names; leave one out"
            if every
            else "name a network, or all of them with --all"
        )
        raise UsageError(way_out)
    changes = changes_text(shape, parameters)
    if every and changes:
        message = f"--all takes each network's own input and parameters; leave out {changes}"
        raise UsageError(message)
    networks = load_networks(targets, shape, parameters, every=every)
    from convcalc.verify.check import find_subjects
    from convcalc.verify.plan import Settings, verify_networks
    from convcalc.verify.tables import verify_report

    settings = Settings(find_subjects(only), named=only is not None, changes=changes, **options)
    with show_progress(len(networks)) as progress:
        found, notes = verify_networks(networks, settings, progress, may_shrink=every, jobs=jobs)
    show(verify_report(found, notes, each=each), format_name, output)
    if any(not check.agrees for checks in found.values() for check in checks):
        ctx.exit(1)
