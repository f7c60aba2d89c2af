"""``convcalc draw window``: the kernel on the input, step by step."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.layer_input import input_shape
from convcalc.cli.layer_options import LayerCommand, layer_of, layer_options
from convcalc.cli.picture_output import picture_options, show_picture
from convcalc.cli.together import Rule
from convcalc.cli.types import Type

EXAMPLES = """
    convcalc draw window --n 5 --k 3 --s 2 --p 1 --step 1,0
    convcalc draw window --kind conv_transpose --n 3 --k 3 --s 2 --p 1 --all -o steps.svg
    convcalc draw window --n 7 --k 3 --d 2 --all -o steps.png
"""
_RULES = (
    Rule("--all", "{option} draws all steps, and {others} one; leave one of them out", ("--step",)),
)


class _Step(Type):
    """A position in the output: ``1,0``."""

    name = "step"

    def read(self, text: str, what: str) -> tuple[int, ...]:
        from convcalc.layers.values import whole_number

        return tuple(whole_number(part, what) for part in text.split(","))


@click.command("window", cls=LayerCommand, examples=EXAMPLES, rules=_RULES)
@layer_options
@click.option(
    "--step", type=_Step(), metavar="I,J", help="The output to draw; by default the first."
)
@click.option("--all", "every", is_flag=True, help="All steps: an SVG that moves, a PNG for each.")
@picture_options
def command(
    format_name: str | None,
    output: str | None,
    *,
    step: tuple[int, ...] | None,
    every: bool,
    dark: bool,
    **typed: Any,
) -> None:
    """Draw the kernel on the input and the output, step by step.

    A transposed layer is drawn as the equal convolution: zeros lie between its inputs, and the
    kernel is turned. For pictures with numbers: convcalc hand --draw.
    """
    from convcalc.draw.window import Window

    cls = typed["kind"]
    shape = input_shape(cls, typed)
    layer = layer_of(cls, typed, shape[0])
    first = (0,) * (len(shape) - 1)
    picture = Window(layer, shape, None if every else step or first)
    show_picture(picture, format_name, output, dark=dark)
