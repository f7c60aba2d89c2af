"""What the commands on networks share: their options, and loading the network they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from convcalc.cli.change_options import changes_text
from convcalc.cli.order_option import check_order, said_order
from convcalc.cli.settings import settings_of
from convcalc.errors import UsageError
from convcalc.text import shortened

if TYPE_CHECKING:
    from convcalc.cli.change_options import Inputs
    from convcalc.network.network import Network

F = TypeVar("F", bound=Callable[..., Any])


def load_network(
    target: str, shape: Inputs | None, parameters: tuple[str, ...], max_layers: int = 100_000
) -> Network:
    """The network of a command: a file of any format, ``-``, or a bundled one."""
    from convcalc.interop.load import load

    given: dict[str, Any] = {"parameters": settings_of(parameters), "max_layers": max_layers}
    check_order(shape)
    given["order"] = said_order()
    if shape:
        given["input"] = shape
    return load(target, **given)


def load_networks(
    targets: tuple[str, ...], shape: Inputs | None, parameters: tuple[str, ...], *, every: bool
) -> dict[str, Network]:
    """The networks by name, each once; layers become a chain."""
    from convcalc.network.find import bundled_names, is_found

    if every or is_found(targets[0]):  # reading layers needs more imports
        return _each(bundled_names() if every else targets, shape, parameters)
    from convcalc.network.notations.command import chain_of, is_chain

    if not is_chain(targets):
        return _each(targets, shape, parameters)
    layer = shortened(targets[0])
    if not shape:
        message = f"{layer} is a layer; give its input shape with --input 3x32x32"
        raise UsageError(message)
    if isinstance(shape, dict):
        message = f"{layer} is a layer, and layers have one input; write --input 3x32x32"
        raise UsageError(message)
    if parameters:
        message = (
            f"{changes_text(None, parameters)}: sets a parameter of a file, but {layer} is a layer; "
            "write its options after it, such as conv:k3c8"
        )
        raise UsageError(message)
    return {"chain": chain_of(targets, shape, said_order())}


def _each(
    targets: Iterable[str], shape: Inputs | None, parameters: tuple[str, ...]
) -> dict[str, Network]:
    """The networks by name, or all that is wrong with them."""
    from convcalc.layers.values import each_of

    names = dict.fromkeys(targets)
    found = each_of(names, lambda name: load_network(name, shape, parameters))
    return dict(zip(names, found))


def load_one(
    targets: tuple[str, ...], shape: Inputs | None, parameters: tuple[str, ...]
) -> Network:
    """The one network that is named, or the chain of layers.

    Raises:
        UsageError: there are several.
    """
    found = load_networks(targets, shape, parameters, every=False)
    if len(found) > 1:
        message = f"{', '.join(map(shortened, found))}: give one network, or the layers of a chain"
        raise UsageError(message)
    return next(iter(found.values()))
