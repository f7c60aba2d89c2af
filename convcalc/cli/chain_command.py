"""``convcalc chain``: a stack of layers on one line."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from convcalc.cli.network_words import CHAIN_LAYERS
from convcalc.cli.order_option import order_option, said_order
from convcalc.cli.output import output_options, show
from convcalc.cli.types import SHAPE
from convcalc.cli.view_options import view_options, view_report
from convcalc.cli.views import VIEW_RULES
from convcalc.cli.yaml_option import NetworkCommand, asks_for_yaml, show_yaml, yaml_option

EXAMPLES = """
    convcalc chain --input 1x32x32 conv:k5c6 pool:k2 conv:k5c16 pool:k2 fc:120
    convcalc chain --input 1x224x224 '55*conv:k5'
    convcalc chain --input 3x32x32 '3*(conv:k3c64p1 relu pool:k2)' fc:10
    convcalc chain --input 3x32x32 conv:k3c64psame relu gap fc:10
    convcalc chain --input 3x32x32 conv:k3c64psame relu gap fc:10 -o net.yaml
    convcalc chain --input 100x1x1 tconv:k4c512 tconv:k4c256s2p1 tconv:k4c128s2p1
    convcalc chain --input 3x32x32 CONV5-64 POOL2 FC-10
    convcalc chain --input 1x28x28 'nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)'
"""


@click.command(cls=NetworkCommand, examples=EXAMPLES, rules=VIEW_RULES)
@click.argument("layers", nargs=-1, required=True, metavar="LAYER...", type=CHAIN_LAYERS)
@click.option("--input", "shape", required=True, metavar="CxHxW", type=SHAPE, help="Input shape.")
@order_option
@view_options
@yaml_option
@output_options
def command(
    layers: tuple[str, ...],
    shape: Any,
    batch: int,
    rf_through: str,
    format_name: str | None,
    output: str | None,
    *,
    as_yaml: bool,
    **view: Any,
) -> None:
    """A stack of layers on one line.

    A LAYER is a kind or a short form of one (conv, pool, avgpool, fc, bn, relu, dw, tconv, gap …), a
    colon, and options of a letter and a number each: k kernel, c channels, s stride, p padding,
    d dilation, g groups, a output padding. Numbers per axis: k3x5. Padding before and after: p0,1.
    Padding by a word: psame. Any other option: /name=value. Several equal layers: 3*conv:k3c64.

    The words of slides (CONV5-64, "3x3 conv, 64, pad 1") and lines of PyTorch and Keras are read too, and
    never run; - reads them from standard input.
    """
    from convcalc.analysis.fields import causes_in
    from convcalc.analysis.walk import walk
    from convcalc.network.notations.command import chain_of

    found = chain_of(layers, shape, said_order())
    if asks_for_yaml(output, as_yaml=as_yaml):
        show_yaml(found, "", output)
        return
    walked = partial(walk, found, batch, causes_in(rf_through))
    show(view_report(found, walked, **view), format_name, output)
