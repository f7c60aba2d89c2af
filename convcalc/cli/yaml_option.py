"""``--yaml``: the network as a YAML file, to keep or to change; for the commands that show networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from convcalc.cli.group import Command
from convcalc.cli.output import print_file, tell_written
from convcalc.errors import UsageError
from convcalc.files import YAML_SUFFIXES

if TYPE_CHECKING:
    from convcalc.network.network import Network

F = TypeVar("F", bound=Callable[..., Any])

# Parameters that change the network, and therefore its file.
_KEPT = {"network", "layers", "shape", "parameters", "order", "max_layers", "output", "as_yaml"}


class NetworkCommand(Command):
    """A command that writes network files as well as reports."""

    suffixes = YAML_SUFFIXES


def yaml_option(function: F) -> F:
    """Add ``--yaml`` to a command."""
    text = "Print the network as YAML, to keep or to change; -o net.yaml writes it."
    return click.option("--yaml", "as_yaml", is_flag=True, help=text)(function)


def asks_for_yaml(output: str | None, *, as_yaml: bool) -> bool:
    """Whether the user wants the network's file, by ``--yaml`` or by the suffix of ``-o``.

    Raises:
        UsageError: another option is given that has no meaning for a file.
    """
    wanted = as_yaml or (output or "").lower().endswith(YAML_SUFFIXES)
    ctx = click.get_current_context()
    for param in ctx.command.params if wanted else ():
        name = param.name or ""
        if name not in _KEPT and ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            asked = "--yaml" if as_yaml else f"-o {output}"
            message = f"{asked} writes the network's file, which does not depend on {param.opts[0]}; leave it out"
            raise UsageError(message)
    return wanted


def show_yaml(network: Network, target: str, output: str | None) -> None:
    """Print or write a network's file.

    Args:
        network: the network.
        target: the YAML file or bundled network that it came from, if nothing was changed;
            then the text is the text of that file.
        output: a file; None or ``-`` for standard output.
    """
    from convcalc.files import check_new, decode, read_file, write_lines
    from convcalc.network.yaml_source import MAX_BYTES
    from convcalc.network.yaml_writer.write import network_yaml

    own = target and not network.changed and network.path.lower().endswith(YAML_SUFFIXES)
    text = decode(read_file(network.path, MAX_BYTES, "network"), target) if own else network_yaml(network)  # fmt: skip
    lines = text.rstrip("\n").split("\n")
    if not output or output == "-":
        print_file(lines)
        return
    check_new(output, "-o", overwrite=None)
    write_lines(output, lines)
    tell_written(output)
