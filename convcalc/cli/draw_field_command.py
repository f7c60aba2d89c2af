"""``convcalc draw field``: the pixels that a unit sees."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.known import FILE
from convcalc.cli.network_options import load_one
from convcalc.cli.network_words import NETWORK_OR_LAYERS, UNIT
from convcalc.cli.picture_output import picture_options, show_picture
from convcalc.cli.together import Rule
from convcalc.cli.view_options import rf_through_option

EXAMPLES = """
    convcalc draw field vgg16 --sees conv5_3:6,6
    convcalc draw field resnet50 -o field.svg
    convcalc draw field vgg16 --sees conv4_1:0,0 --picture photo.png -o field.png
"""
_RULES = (
    Rule(
        "--picture",
        "{option} is for a drawing, but {format} has only numbers; leave one of them out",
        where=lambda chosen: chosen.draws or chosen.pictures,
    ),
)


@click.command("field", cls=Command, examples=EXAMPLES, rules=_RULES)
@click.argument("networks", nargs=-1, required=True, type=NETWORK_OR_LAYERS, metavar="NETWORK")
@click.option(
    "--sees",
    default="",
    type=UNIT,
    help="One unit, or several: 0-6,0-6; by default the middle of the last map.",
)
@click.option("--picture", type=FILE, help="A picture to draw it on, instead of convcalc's.")
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@rf_through_option
@picture_options
def command(
    networks: tuple[str, ...],
    *,
    sees: str,
    picture: str | None,
    shape: Any,
    parameters: tuple[str, ...],
    rf_through: str,
    format_name: str | None,
    output: str | None,
    dark: bool,
) -> None:
    """Draw the pixels that a unit sees: in each feature map down to the image, and on a picture.

    NETWORK is a file of any format, - for standard input, the name of a bundled network, or the layers
    of a chain. Pixels outside of the image are padding. A picture of another size is scaled to the
    network's input.
    """
    from convcalc.analysis.fields import causes_in
    from convcalc.analysis.walk import walk
    from convcalc.draw.field import Field

    analysis = walk(load_one(networks, shape, parameters), 1, causes_in(rf_through))
    found = Field(analysis, sees)
    if picture:
        from convcalc.images.preview import grey_levels

        found = found.on(grey_levels(picture, *found.grid), picture)
    show_picture(found, format_name, output, dark=dark)
