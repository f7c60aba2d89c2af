"""``convcalc layer``: one layer, from options."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from convcalc.cli.layer_options import LayerCommand, input_shape, layer_of, layer_options
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc layer --n 32 --k 5 --s 3
    convcalc layer --n 32 --k 5 --s 3 --cin 3 --cout 5 --explain
    convcalc layer --n 224 --k 7 --s 2 --p 3 --cin 3 --cout 64
    convcalc layer --n 8x16 --k 3x5 --p 0,1x2 --format json
    convcalc layer --kind conv_transpose --n 16 --k 4 --s 2 --p 1
    convcalc layer --kind maxpool --n 112 --k 3 --s 2 --ceil
"""


@click.command(cls=LayerCommand, examples=EXAMPLES)
@layer_options
@click.option("--explain", is_flag=True, help="Show the working: formula, numbers, steps, answer.")
@output_options
def command(format_name: str | None, output: str | None, *, explain: bool, **typed: Any) -> None:
    """One layer: what comes out, does it fit, parameters, multiply-adds, receptive field."""
    from convcalc.analysis.one_layer import layer_report
    from convcalc.layers.options import options_of

    cls = typed["kind"]
    shape = input_shape(cls, typed)
    report = layer_report(layer_of(cls, typed, shape[0]), shape, explain=explain)
    hint = "the same with --explain shows the working"
    if not (typed["cin"] or typed["shape"]):
        channels = "--cin and --cout give" if "out_channels" in options_of(cls) else "--cin gives"
        hint = f"{channels} the channels, --explain shows the working"
    show(replace(report, hint="" if explain else hint), format_name, output)
