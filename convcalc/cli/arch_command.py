"""``convcalc arch``: a network from YAML, layer by layer."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import click

from convcalc.cli.answer_picture import draw_options, show_with_picture
from convcalc.cli.change_options import change_options
from convcalc.cli.network_options import load_network
from convcalc.cli.output import remark
from convcalc.cli.together import Rule
from convcalc.cli.types import NETWORK
from convcalc.cli.view_options import view_options, view_report
from convcalc.cli.view_picture import view_picture
from convcalc.cli.views import VIEW_RULES
from convcalc.cli.yaml_option import NetworkCommand, asks_for_yaml, show_yaml, yaml_option

EXAMPLES = """
    convcalc arch vgg16.yaml
    convcalc arch resnet50 --depth 1
    convcalc arch vgg16 --input 3x256x256 --batch 32 --set classes=10
    convcalc arch alexnet --sort params --columns name,output,params,macs
    convcalc arch vgg16 --rf
    convcalc arch vgg16 --memory
    convcalc arch unet --sizes
    convcalc arch vgg16 --explain conv1_1
    convcalc arch vgg16 --sees conv5_3:6,6 --draw
    convcalc arch mynet.yaml -o mynet.csv
    convcalc arch lenet5 --yaml
"""
_STRICT = Rule(
    "--strict",
    "{option} compares the unchanged file with its expect:, and {others} changes it; leave one out",
    apart=("--input", "--set"),
)


@click.command(cls=NetworkCommand, examples=EXAMPLES, rules=(*VIEW_RULES, _STRICT))
@click.argument("network", type=NETWORK)
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@click.option(
    "--max-layers", default=100_000, type=click.IntRange(1, 10**8), help="Refuse to expand more."
)
@click.option(
    "--strict",
    is_flag=True,
    help="Exit code 1 if a number differs from expect:, or a cost is not known.",
)
@view_options
@yaml_option
@draw_options
def command(
    network: str,
    shape: Any,
    parameters: tuple[str, ...],
    max_layers: int,
    batch: int,
    rf_through: str,
    strict: bool,
    format_name: str | None,
    output: str | None,
    *,
    draw: bool,
    as_yaml: bool,
    **view: Any,
) -> None:
    """A network, layer by layer: shapes, parameters, operations, receptive field.

    NETWORK is a YAML file, - for standard input, or the name of a bundled network (convcalc list).
    """
    from convcalc.analysis.fields import causes_in
    from convcalc.analysis.notes import is_sure
    from convcalc.analysis.walk import walk

    found = load_network(network, shape, parameters, max_layers)
    if asks_for_yaml(output, as_yaml=as_yaml):
        show_yaml(found, network, output)
        return
    walked = cache(partial(walk, found, batch, causes_in(rf_through)))
    show_with_picture(
        partial(view_report, found, walked, **view),
        partial(view_picture, walked, **view),
        format_name,
        output,
        draw=draw,
    )
    if strict and not found.expect:
        remark("note: the file has no expect:, so --strict checks only that every cost is known")
    if strict and not is_sure(walked()):
        raise SystemExit(1)
