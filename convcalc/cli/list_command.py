"""``convcalc list``: the bundled networks."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc list
    convcalc list resnet
    convcalc list --format json
"""


@click.command("list", cls=Command, examples=EXAMPLES)
@click.argument("word", default="")
@output_options
def command(word: str, format_name: str | None, output: str | None) -> None:
    """The bundled networks, with the numbers their files promise. WORD picks those that contain it."""
    from convcalc.cli.output import column
    from convcalc.errors import UsageError, shortened
    from convcalc.network.load import bundled_folder, bundled_names, load
    from convcalc.report import CONVENTION, Report, grouped, times

    names = [name for name in bundled_names() if word.lower() in name]
    if not names:
        message = f"no bundled network has {shortened(word)!r} in its name; convcalc list shows all"
        raise UsageError(message)
    rows = []
    for name in names:
        network = load(name)
        rows.append(
            {
                "name": name,
                "network": network.name,
                "input": list(network.input),
                "layers": len(network.nodes),
                "params": network.expect.get("params", 0),
                "macs": network.expect.get("macs", 0),
                "source": network.source,
            }
        )
    show(
        Report(
            title="",
            columns=[
                column("name", "name", str, right=False, keep=9),
                column("network", "network", str, right=False, keep=4),
                column("input", "input", times, keep=3),
                column("layers", "layers", grouped, keep=2),
                column("params", "params", grouped, keep=7),
                column("macs", "macs", grouped, keep=6),
                column("source", "source", str, right=False, keep=1),
            ],
            rows=rows,
            key="networks",
            footer=[CONVENTION],
            facts={"folder": bundled_folder()},
            hint="convcalc arch NAME",
            row_dict=dict,
        ),
        format_name,
        output,
    )
