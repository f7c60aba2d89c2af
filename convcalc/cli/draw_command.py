"""``convcalc draw``: pictures."""

from __future__ import annotations

from importlib import import_module

import click

from convcalc.cli.group import Group

# Each command with its description, so that --help imports none of them.
COMMANDS = {
    "fit": "every window on the padded input, and the cells that none of them reads",
    "window": "the kernel on the input and the output, step by step",
    "net": "a network: its layers or blocks, its paths, and the sizes between them",
    "cost": "where the operations, parameters or memory of a network are",
    "field": "the pixels that a unit sees, layer by layer and on a picture",
}
EXAMPLES = """
    convcalc draw fit --n 32 --k 5 --s 2
    convcalc draw window --n 5 --k 3 --s 2 --p 1 --step 1,0
    convcalc draw window --kind conv_transpose --n 3 --k 3 --s 2 --p 1 --all -o steps.svg
    convcalc draw net resnet50
    convcalc draw cost resnet50
    convcalc draw field vgg16 --sees conv5_3:6,6
"""


def load(name: str) -> click.Command:
    """The command with this name."""
    return import_module(f"convcalc.cli.draw_{name}_command").command  # type: ignore[no-any-return]


command = Group(
    "draw",
    commands=COMMANDS,
    load=load,
    examples=EXAMPLES,
    prefix="draw ",
    help=(
        "Pictures of a layer or a network, drawn from what convcalc calculates.\n\n"
        "Without -o a picture is drawn in the terminal. With -o x.svg, x.png or x.html it is a file, "
        "and with -o x.csv or x.json its numbers are in a file."
    ),
)
