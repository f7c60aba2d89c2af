"""The layer kinds: `find` one, or have `every` one.

The modules are imported one after the other until the kind is found, so that a command about one
layer does not pay for making all kinds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from convcalc.errors import UsageError, did_you_mean, quoted
from convcalc.layers.base import KINDS, LETTERS, Layer, Shape, shape_text
from convcalc.layers.names import plain
from convcalc.layers.options import make_layer
from convcalc.layers.values import shown

MODULES = ("conv", "linear", "pool", "activation", "norm", "shape", "join")


def every() -> dict[str, type[Layer]]:
    """All kinds by name."""
    for module in MODULES:
        import_module(f"convcalc.layers.{module}")
    return KINDS


def find(word: str) -> type[Layer] | None:
    """The kind of this name, or with this short form or name in another library; None without one."""
    for module in (None, *MODULES):
        if module:
            import_module(f"convcalc.layers.{module}")
        if word in KINDS:
            return KINDS[word]
    wanted = plain(word)
    return next((cls for cls in KINDS.values() if wanted in map(plain, cls.names())), None)


def get_kind(word: Any) -> type[Layer]:
    """The kind of this name, or with this short form or name in another library.

    Raises:
        UsageError: there is none.
    """
    if not isinstance(word, str):
        message = f"a layer kind is a name such as 'conv', but this is {shown(word)}"
        raise UsageError(message)
    cls = find(word)
    if cls:
        return cls
    names = [name for each in every().values() for name in each.names()]
    known = [name for name in names if not re.search("[0-9]d$", name)]  # conv rather than conv2d
    near = did_you_mean(word.lower(), known) or "; convcalc kinds lists them"
    message = f"no layer kind {quoted(word)}{near}"
    raise UsageError(message)


def make(kind: str | type[Layer], options: Mapping[str, Any], **how: Any) -> Layer:
    """A layer of a kind with all its options checked: the one door for every source of layers.

    Args:
        kind: its name, or the class itself.
        options: the values by the options' names: what a Python program gives, or texts.
        how: ``text`` whether the values are texts, as in chains and commands; ``label``, ``called``
            and ``example`` are how messages call the layer, call an option and show how to write one.

    Raises:
        UsageError: there is no such kind, or what is wrong with the options, all of it at once.

    >>> layer = make("conv", {"out_channels": 8, "kernel_size": [3, 5]})
    >>> layer.out_shape((3, 32, 32))
    (8, 30, 28)
    """
    cls = kind if isinstance(kind, type) and issubclass(kind, Layer) else get_kind(kind)
    return make_layer(cls, options, **how)


__all__ = [
    "KINDS",
    "LETTERS",
    "MODULES",
    "Layer",
    "Shape",
    "every",
    "find",
    "get_kind",
    "make",
    "shape_text",
]
