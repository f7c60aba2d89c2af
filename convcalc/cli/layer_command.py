"""``convcalc layer``: one layer, from options."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.answer_picture import draw_options, show_with_picture
from convcalc.cli.layer_input import input_shape
from convcalc.cli.layer_options import LayerCommand, layer_of, layer_options

if TYPE_CHECKING:
    from convcalc.draw import Picture
    from convcalc.report import Report

EXAMPLES = """
    convcalc layer --n 32 --k 5 --s 3
    convcalc layer --n 32 --k 5 --s 3 --cin 3 --cout 5 --explain
    convcalc layer --n 224 --k 7 --s 2 --p 3 --cin 3 --cout 64
    convcalc layer --n 32 --k 5 --s 2 --draw
    convcalc layer --n 8x16 --k 3x5 --p 0,1x2 --format json
    convcalc layer --kind conv_transpose --n 16 --k 4 --s 2 --p 1
    convcalc layer --kind maxpool --n 112 --k 3 --s 2 --ceil
"""


@click.command(cls=LayerCommand, examples=EXAMPLES)
@layer_options
@click.option("--explain", is_flag=True, help="Show the working: formula, numbers, steps, answer.")
@draw_options
def command(
    format_name: str | None, output: str | None, *, explain: bool, draw: bool, **typed: Any
) -> None:
    """One layer: output size, does it fit, parameters, multiply-adds, receptive field."""
    from convcalc.analysis.one_layer import layer_report
    from convcalc.layers.options import options_of

    cls = typed["kind"]
    shape = input_shape(cls, typed)
    layer = layer_of(cls, typed, shape[0])
    hint = "the same with --explain shows the working"
    if not (typed["cin"] or typed["shape"]):
        channels = "--cin and --cout give" if "out_channels" in options_of(cls) else "--cin gives"
        hint = f"{channels} the channels, --explain shows the working"

    def report() -> Report:
        found = layer_report(layer, shape, explain=explain)
        return replace(found, hint="" if explain else hint)

    def picture() -> Picture:
        from convcalc.draw.fit import Fit

        return Fit(layer, shape)

    show_with_picture(report, picture, format_name, output, draw=draw)
