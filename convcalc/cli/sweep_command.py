"""``convcalc sweep``: a network at many values of its parameters and inputs."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli import network_words as known
from convcalc.cli.amounts import COUNT
from convcalc.cli.group import Command
from convcalc.cli.order_option import check_order, order_option, said_order
from convcalc.cli.output import output_options, remark, show
from convcalc.cli.together import Rule

EXAMPLES = """
    convcalc sweep mobilenet_v1 --set width=8..32:8 --input 128..224:32
    convcalc sweep mobilenet_v2 --set width=0.5..1.4:0.1 --where "macs < 300M" --sort max:params
    convcalc sweep efficientnet_b0 --set width=1..2:0.1 --set depth=1..3:0.2 --pareto macs,params
    convcalc sweep resnet50 --input 3x160..320:32x224 --columns macs,memory -o sizes.csv
    convcalc sweep --input 3x32..64:8x32 conv:k5c16 pool:k2
"""
_BUSY = Rule("--cluster", "{option} has its own processes; leave it or {others} out", ("--jobs",))


@click.command(cls=Command, examples=EXAMPLES, rules=(_BUSY,))
@click.argument(
    "network", nargs=-1, required=True, metavar="NETWORK | LAYER...", type=known.NETWORK_OR_LAYERS
)
@click.option(
    "--set",
    "parameters",
    multiple=True,
    type=known.SWEPT,
    help="A parameter: a range 8..64:8, a list 1,2,4, or a value.",
)
@click.option(
    "--input",
    "shapes",
    multiple=True,
    type=known.INPUT,
    help="An input: the length of its sides, or a shape, with ranges.",
)
@order_option
@click.option("--batch", default=1, type=click.IntRange(1, 10**6), help="Samples in a batch.")
@click.option("--columns", type=known.MEASURES, help="What to show of each point, with commas.")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    type=known.CONDITION,
    help='Keep points such as "macs < 300M".',
)
@click.option(
    "--pareto", type=known.GOALS, help="Keep the Pareto front: the smallest, or max:NAME."
)
@click.option("--sort", type=known.GOAL, help="Smallest first; largest first with max:NAME.")
@click.option("--limit", type=click.IntRange(1), help="Show at most this many points.")
@click.option(
    "--max-points", type=COUNT, metavar="NUMBER", help="Refuse more points; 10M by default."
)
@click.option("--jobs", default=1, type=click.IntRange(1, 1024), help="Parallel processes.")
@click.option("--cluster", metavar="ADDRESS", help="Work on a dask.distributed cluster.")
@output_options
def command(
    network: tuple[str, ...],
    parameters: tuple[str, ...],
    shapes: tuple[str, ...],
    format_name: str | None,
    output: str | None,
    jobs: int,
    cluster: str | None,
    **asked: Any,
) -> None:
    """A network at every point of a grid: its parameters and inputs as ranges, its costs as columns.

    CSV and JSON lines are written point by point, so there can be very many; a table is printed at the end.
    """
    from convcalc.cli.progress import counting
    from convcalc.solve.asking import input_of, origin_of, parameter_of, sweep_of
    from convcalc.solve.sweep_report import notes_of, sweep_report

    check_order(shapes)
    sweep, names = sweep_of(
        origin_of(network, said_order(), layers_too=not parameters),
        map(parameter_of, parameters),
        map(input_of, shapes),
        **{name: value for name, value in asked.items() if value},
    )
    if cluster or jobs > 1:
        from convcalc.solve.side_by_side import on_cluster, on_cores

        sweep.run = on_cluster(cluster) if cluster else on_cores(jobs)
    report = sweep_report(sweep, names, " ".join(network))
    with counting("points", sweep.setup.grid.size, rows_come=True) as sweep.progress:
        show(report, format_name, output)
    if not report.notes:  # the rows were printed while they were computed
        for note in notes_of(sweep):
            remark(f"note: {note}")
