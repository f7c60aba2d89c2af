"""The functions that ``import convcalc`` offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convcalc.layers import Shape
from convcalc.network.chain import chained, kind_named, shape_of
from convcalc.network.network import Network, Node

if TYPE_CHECKING:
    from convcalc.report import Row


def networks() -> list[str]:
    """The names of the bundled networks."""
    from convcalc.network.load import bundled_names  # noqa: PLC0415 - YAML only where it is read

    return bundled_names()


def load(target: str, **options: Any) -> Network:
    """Load a network: a YAML file, or a bundled one by name.

    Args:
        target: a path, or a name from `networks`.
        options: ``parameters={"classes": 10}``, ``input=(3, 256, 256)``, ``max_layers=…``.

    Raises:
        ConvcalcError: the file is missing or wrong; the message says where and what to do.

    >>> load("vgg16").walk().totals["macs"]
    15470264320
    """
    from convcalc.network.load import load as from_file  # noqa: PLC0415

    return from_file(str(target), **options)


def loads(text: str, **options: Any) -> Network:
    """Load a network from a YAML text; options as for `load`.

    >>> loads("{input: [1, 28, 28], layers: [flatten, {linear: {out_features: 10}}]}").walk().totals["params"]
    7850
    """
    from convcalc.network.load import loads as from_text  # noqa: PLC0415

    return from_text(text, **options)


def chain(input: str | Sequence[int], *words: str) -> Network:  # noqa: A002 - the spec's word
    """A stack of layers in the one-line language.

    >>> [row.output for row in chain("1x32x32", "conv:k5c6", "pool:k2").walk()]
    [(6, 28, 28), (6, 14, 14)]
    """
    shape = shape_of(input) if isinstance(input, str) else tuple(input)
    return chained(words, shape)


def layer(kind: str, input: str | Sequence[int], **options: Any) -> Row:  # noqa: A002
    """Walk one layer; its row has output, params, macs, field and the rest.

    >>> row = layer("conv", "3x32x32", out_channels=5, kernel_size=5, stride=3)
    >>> row.output, row.params, row.macs
    ((5, 10, 10), 380, 37500)
    """
    from convcalc.analysis.walk import walk  # noqa: PLC0415

    shape: Shape = shape_of(input) if isinstance(input, str) else tuple(input)
    made = kind_named(kind)(**options)
    row: Row = walk(Network(kind, "", shape, [Node(kind, made, (-1,))])).rows[0]
    return row
