"""What the commands on networks share: their options, and the network that a name stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convcalc.cli.types import COLUMNS, SHAPE
from convcalc.errors import ConvcalcError, UsageError
from convcalc.text import shortened

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.layers import Shape
    from convcalc.network.network import Network
    from convcalc.report import Report

F = TypeVar("F", bound=Callable[..., Any])

_VIEW_OPTIONS = (
    click.option("--batch", default=1, type=click.IntRange(1, 10**9), help="Samples at once."),
    click.option(
        "--columns", metavar="A,B,...", type=COLUMNS, help="Columns to show; help lists them."
    ),
    click.option("--sort", metavar="COLUMN", help="Sort the rows, largest first; shows every row."),
    click.option(
        "--depth", type=click.IntRange(1, 100), help="Show blocks this deep as one row each."
    ),
    click.option("--all", "every", is_flag=True, help="Show every row of repeated blocks."),
    click.option("--rf", is_flag=True, help="Show the receptive field: size, stride, padding."),
    click.option("--memory", is_flag=True, help="Add the memory it needs, under each meaning."),
    click.option("--explain", metavar="LAYER", help="Show the working of one layer."),
    click.option("--sees", metavar="LAYER:Y,X", help="Show which pixels one unit sees."),
    click.option("--sizes", is_flag=True, help="Show which inputs fit, and which divide evenly."),
)


def view_options(function: F) -> F:
    """Add the options on how a walked network is shown."""
    for option in reversed(_VIEW_OPTIONS):
        function = option(function)
    return function


def change_options(input_help: str, set_help: str) -> Callable[[F], F]:
    """``--input`` and ``--set``, with these texts of help."""
    shape = click.option("--input", "shape", metavar="CxHxW", type=SHAPE, help=input_help)
    pairs = click.option("--set", "parameters", multiple=True, metavar="NAME=NUMBER", help=set_help)
    return lambda function: shape(pairs(function))


def load_network(
    target: str, shape: Shape | None, parameters: tuple[str, ...], max_layers: int = 100_000
) -> Network:
    """The network that a command names: a file, ``-`` for standard input, or a bundled one."""
    from convcalc.files import STDIN, read_file
    from convcalc.network.load import load, loads
    from convcalc.network.yaml_source import MAX_BYTES

    given: dict[str, Any] = {"parameters": _settings(parameters), "max_layers": max_layers}
    if shape:
        given["input"] = shape
    if target == STDIN:
        return loads(read_file(STDIN, MAX_BYTES, "network"), path="<stdin>", **given)
    return load(target, **given)


def load_networks(
    targets: tuple[str, ...], shape: Shape | None, parameters: tuple[str, ...], *, every: bool
) -> dict[str, Network]:
    """The networks by name, each once; layers are a chain."""
    from convcalc.network.load import bundled_names
    from convcalc.network.notations.command import chain_of

    if every or not _is_chain(targets):
        names = bundled_names() if every else dict.fromkeys(targets)
        return {name: load_network(name, shape, parameters) for name in names}
    layer = shortened(targets[0])
    if not shape:
        message = f"{layer} is a layer; give what goes in with --input 3x32x32"
        raise UsageError(message)
    if parameters:
        message = (
            f"{changes_text(None, parameters)}: sets a parameter of a file, but {layer} is a layer; "
            "write its options behind it, such as conv:k3c8"
        )
        raise UsageError(message)
    return {"chain": chain_of(targets, shape)}


def _is_chain(words: tuple[str, ...]) -> bool:
    """Whether the words are layers rather than networks: the first names a layer and no network."""
    from convcalc.network.load import find as find_file
    from convcalc.network.notations.command import is_layer

    try:
        find_file(words[0])
    except ConvcalcError:
        return is_layer(words[0])
    return False


def changes_text(shape: Shape | None, parameters: tuple[str, ...]) -> str:
    """The options that change a network, as they are typed."""
    words = [f"--set {shortened(pair)}" for pair in parameters]
    return " ".join([*words, f"--input {'x'.join(map(str, shape))}"] if shape else words)


def view_report(
    network: Network,
    walked: Callable[[], Analysis],
    *,
    columns: str | None,
    rf: bool,
    explain: str | None,
    sees: str | None,
    sizes: bool,
    **view: Any,
) -> Report:
    """A walked network, shown as the options of `view_options` say.

    Args:
        network: the network.
        walked: gives its analysis, if that is needed.
    """
    from convcalc.analysis.rows import RF_COLUMNS, columns_help

    if columns == "help":
        return columns_help()
    if sizes:
        from convcalc.analysis.sizes import sizes_report

        return sizes_report(network)
    analysis = walked()
    if explain:
        from convcalc.analysis.explain import explain_report

        return explain_report(analysis, explain)
    if sees:
        from convcalc.analysis.trace import unit_report

        return unit_report(analysis, sees)
    from convcalc.analysis.table import network_report

    names = columns.split(",") if columns is not None else RF_COLUMNS if rf else ()
    return network_report(analysis, columns=names, **view)


def _settings(pairs: tuple[str, ...]) -> dict[str, int]:
    """``--set name=number`` as a mapping."""
    from convcalc.layers.values import whole_number

    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            message = f"--set {pair}: lacks a value; write --set name=number"
            raise UsageError(message)
        found[name.strip()] = whole_number(value.strip(), f"--set {name}")
    return found
