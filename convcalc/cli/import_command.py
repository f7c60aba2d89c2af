"""``convcalc import``: a network of any format as a network file."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_network
from convcalc.cli.output import output_option, print_file, remark, tell_written
from convcalc.cli.together import Rule
from convcalc.cli.types import NETWORK
from convcalc.files import STDIN, check_new, shell_word, write_lines

EXAMPLES = """
    convcalc import resnet50.onnx -o net.yaml
    convcalc import yolov4.cfg -o net.yaml --input 3x512x512
    convcalc import model.keras
    convcalc import resnet50 --set classes=10 -o mine.yaml
"""
_RULES = (Rule("--overwrite", "{option} replaces the file of -o; add -o FILE", needs=("-o",)),)


@click.command("import", cls=Command, examples=EXAMPLES, rules=_RULES)
@click.argument("network", type=NETWORK)
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@click.option(
    "--max-layers", default=100_000, type=click.IntRange(1, 10**8), help="Refuse to read more."
)
@output_option("Write to FILE instead of standard output.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
def command(
    network: str,
    shape: Any,
    parameters: tuple[str, ...],
    max_layers: int,
    output: str | None,
    *,
    overwrite: bool,
) -> None:
    """Write a network as YAML, with its blocks, repeats and paths, to read it and to change it.

    NETWORK is a file of PyTorch (.pt2), ONNX, Caffe, Darknet or Keras, a YAML file, - for standard
    input, or the name of a bundled network (convcalc list).
    """
    from convcalc.network.yaml_writer.write import network_yaml

    to_file = bool(output) and output != STDIN
    if output and to_file:
        check_new(output, "-o", overwrite=overwrite)
    found = load_network(network, shape, parameters, max_layers)
    origin = "standard input" if network == STDIN else network.replace("\\", "/").rpartition("/")[2]
    lines = network_yaml(found, origin=origin).rstrip("\n").split("\n")
    if output and to_file:
        write_lines(output, lines)
        tell_written(output)
        remark(f"next: convcalc arch {shell_word(output)}")
    else:
        print_file(lines)
