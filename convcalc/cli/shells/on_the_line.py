"""The names in the network or sheet on the line: layers, parameters, inputs, questions.

A file that cannot be read has no names. Nothing waits: standard input and pipes are not read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from convcalc.errors import ConvcalcError

if TYPE_CHECKING:
    import click

    from convcalc.network.network import Network

_MAX_BYTES = 2**22  # of a file that is read for its names
_MAX_LAYERS = 20_000


def layers_of(ctx: click.Context) -> dict[str, str]:
    """The layers by name, each with its kind and options."""
    network = _network(ctx)
    return {node.name: node.layer.kind for node in network.nodes} if network else {}


def parameters_of(ctx: click.Context) -> dict[str, str]:
    """The parameters in the network's file, each with its value."""
    network = _network(ctx)
    return {name: f"now {value}" for name, value in network.parameters.items()} if network else {}


def inputs_of(ctx: click.Context) -> dict[str, str]:
    """The inputs by name, each with its shape; none if there is only one, which needs no name."""
    network = _network(ctx)
    if not network or len(network.inputs) < 2:
        return {}
    return {name: "x".join(map(str, shape)) for name, shape in network.inputs.items()}


def questions_of(ctx: click.Context) -> dict[str, str]:
    """The questions of the sheet by their ids, each with its type."""
    name = str(ctx.params.get("sheet") or "")
    path = _readable(name)
    if not path and os.path.lexists(name):
        return {}
    from convcalc.homework.sheets.find import bundled_path
    from convcalc.homework.sheets.ids import question_ids

    with suppress(ConvcalcError):
        return question_ids(path or bundled_path(name))
    return {}


def _network(ctx: click.Context) -> Network | None:
    """The network in the arguments, or the chain of their layers; None if there is none."""
    words = _words(ctx)
    with suppress(ConvcalcError):
        return _loaded(words, ctx.params) or _chain(words, ctx.params)
    return None


def _words(ctx: click.Context) -> tuple[str, ...]:
    """The words in the argument for networks or layers."""
    for name in ("network", "networks", "targets", "first", "layers"):
        value = ctx.params.get(name)
        if value:
            return value if isinstance(value, tuple) else (value,)
    return ()


def _loaded(words: tuple[str, ...], given: Mapping[str, Any]) -> Network | None:
    """The network in the first file, or the bundled one; None if there is none."""
    from convcalc.network.find import bundled_names

    name = words[0] if words else ""
    target = _readable(name) or (name if name.removesuffix(".yaml") in bundled_names() else "")
    if not target:
        return None
    from convcalc.cli.settings import settings_of
    from convcalc.interop.load import load

    how: dict[str, Any] = {"max_layers": _MAX_LAYERS}
    if given.get("shape"):
        how["input"] = given["shape"]
    with suppress(ConvcalcError):
        settings = settings_of(given.get("parameters") or ())
        return load(target, parameters=settings, **how)
    return load(target, max_layers=_MAX_LAYERS)  # without the settings, if they do not fit


def _chain(words: tuple[str, ...], given: Mapping[str, Any]) -> Network | None:
    """The chain of layers; None if it has no input yet."""
    from convcalc.network.notations.command import chain_of

    shape = given.get("shape")
    return chain_of(words, shape) if words and shape and "-" not in words else None


def _readable(name: str) -> str:
    """The path of a file that can be read for its names; empty for anything else."""
    path = os.path.expanduser(os.path.expandvars(name))
    with suppress(OSError, ValueError):
        if os.path.isfile(path) and os.path.getsize(path) <= _MAX_BYTES:
            return path
    return ""
