"""``convcalc count``: a network counted like other tools do."""

from __future__ import annotations

from typing import Any

import click

from convcalc.analysis.counting.ways import WAYS
from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_network
from convcalc.cli.output import output_options, show
from convcalc.cli.types import NETWORK, Type
from convcalc.errors import UsageError, did_you_mean
from convcalc.text import quoted

EXAMPLES = """
    convcalc count resnet50_torchvision
    convcalc count resnet50_torchvision --like thop
    convcalc count yolov3 --like darknet
    convcalc count vgg16 --like ptflops-pytorch --with-bugs
"""
_ALL = "all"


class _Way(Type):
    """The name of a way of counting."""

    name = "tool"

    def read(self, text: str, what: str) -> str:
        if text not in self.words():
            near = did_you_mean(text, self.words()) or "; convcalc count NETWORK shows every tool"
            message = f"{what}: no tool {quoted(text)}{near}"
            raise UsageError(message)
        return text

    def words(self) -> list[str]:
        return [_ALL, *WAYS]

    def offers(self, ctx: click.Context) -> dict[str, str]:
        return {_ALL: "every tool", **{name: way.about for name, way in WAYS.items()}}


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("network", type=NETWORK)
@click.option(
    "--like", default=_ALL, type=_Way(), metavar="TOOL", help=f"{', '.join([_ALL, *WAYS])}."
)
@click.option("--with-bugs", "bugs", is_flag=True, help="Repeat the known bugs of the tool.")
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@click.option("--batch", default=1, type=click.IntRange(1, 10**9), help="Samples in a batch.")
@output_options
def command(
    network: str,
    like: str,
    shape: Any,
    parameters: tuple[str, ...],
    batch: int,
    *,
    bugs: bool,
    format_name: str | None,
    output: str | None,
) -> None:
    """Operations, parameters, activations and memory as other tools count them.

    Every tool's number is a sum of proven numbers; --like TOOL shows which ones.
    """
    from convcalc.analysis.counting.report import way_report, ways_report
    from convcalc.analysis.walk import walk

    analysis = walk(load_network(network, shape, parameters), batch)
    report = (
        ways_report(analysis, bugs=bugs) if like == _ALL else way_report(analysis, like, bugs=bugs)
    )
    show(report, format_name, output)
