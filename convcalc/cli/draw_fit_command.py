"""``convcalc draw fit``: the windows of a layer on its padded input."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.layer_input import input_shape
from convcalc.cli.layer_options import LayerCommand, layer_of, layer_options
from convcalc.cli.picture_output import picture_options, show_picture

EXAMPLES = """
    convcalc draw fit --n 32 --k 5 --s 2
    convcalc draw fit --n 7 --k 3 --s 2 --p same -o fit.svg
    convcalc draw fit --kind conv_transpose --n 5 --k 3 --s 2 --p 1 --a 1
    convcalc draw fit --kind maxpool --n 112 --k 3 --s 2 --ceil -o fit.png
"""


@click.command("fit", cls=LayerCommand, examples=EXAMPLES)
@layer_options
@picture_options
def command(format_name: str | None, output: str | None, *, dark: bool, **typed: Any) -> None:
    """Draw every window on the padded input, and the cells that none of them reads.

    For a transposed layer, the picture shows the patches that its inputs write on the output, and
    how the size is calculated. Equal axes are drawn once.
    """
    from convcalc.draw.fit import Fit

    cls = typed["kind"]
    shape = input_shape(cls, typed)
    picture = Fit(layer_of(cls, typed, shape[0]), shape)
    show_picture(picture, format_name, output, dark=dark)
