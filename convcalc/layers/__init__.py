"""The layer kinds: `find` one, or have `every` one.

The modules are imported one after the other until the kind is found, so that a command about one
layer does not pay for making all kinds.
"""

from __future__ import annotations

from importlib import import_module

from convcalc.layers.base import KINDS, LETTERS, Layer, Shape, shape_text
from convcalc.layers.names import plain

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


__all__ = ["KINDS", "LETTERS", "MODULES", "Layer", "Shape", "every", "find", "shape_text"]
