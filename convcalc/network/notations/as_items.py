"""Layers in code as items of a network file, for messages that say what to write instead."""

from __future__ import annotations

from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.network.notations.base import read
from convcalc.network.yaml_writer.scalars import value

_MAX_ITEMS = 4  # in a message


def items_of(code: str) -> str:
    """The items of a network file with the same meaning as some code; empty if it cannot be read.

    >>> items_of("Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), bias=False)")
    'conv: {out_channels: 64, kernel_size: 7, stride: 2, bias: false}'
    >>> items_of("nn.ReLU()"), items_of("Conv9d(3)")
    ('relu', '')
    """
    try:
        found = read(code).layers
    except ConvcalcError:
        return ""
    if not 0 < len(found) <= _MAX_ITEMS or any(each.is_text for each in found):
        return ""
    return ", then ".join(_item(each.cls.kind, each.options) for each in found)


def _item(kind: str, options: Any) -> str:
    """A layer as an item."""
    pairs = ", ".join(f"{name}: {value(_short(given))}" for name, given in options.items())
    return f"{kind}: {{{pairs}}}" if pairs else kind


def _short(given: Any) -> Any:
    """Equal numbers along every axis as one number."""
    is_same = isinstance(given, tuple) and given and all(each == given[0] for each in given)
    return given[0] if is_same and isinstance(given[0], int) else given
