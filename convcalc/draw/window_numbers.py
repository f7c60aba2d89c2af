"""The numbers of an exercise by hand, for the cells of the picture *window*."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convcalc.errors import UsageError
from convcalc.hand.layout import factor, sum_text, text_of
from convcalc.layers import KINDS, make
from convcalc.layers.options import options_of

if TYPE_CHECKING:
    from convcalc.hand import Window, Working
    from convcalc.layers import Layer

Grid = tuple[tuple[str, ...], ...]
Text = Callable[[Any], str]
MAX_CHANNELS = 4  # drawn one below the other

# The kind of layer for each operation by hand.
_KINDS = {"conv": "conv", "tconv": "conv_transpose", "maxpool": "maxpool", "avgpool": "avgpool"}


@dataclass(frozen=True)
class Numbers:
    """The texts in the cells.

    Attributes:
        inputs: the input, channel by channel.
        kernels: the kernel of the drawn filter, channel by channel; empty for a pool.
        results: the output of the filter.
        products: for each output position, the products, channel by channel, tap by tap.
        sums: for each position, the calculation of its number.
        padding: the content of a padding cell; empty if padding is left out.
        about: which of several filters or channels is drawn.
    """

    inputs: tuple[Grid, ...]
    kernels: tuple[Grid, ...]
    results: Grid
    products: dict[tuple[int, int], tuple[tuple[str, ...], ...]]
    sums: dict[tuple[int, int], str]
    padding: str = "0"
    about: str = ""


def layer_of(work: Working) -> Layer:
    """The layer of an exercise.

    Raises:
        UsageError: the exercise is about gradients.
    """
    if "dy" in work.given:
        message = "--draw: gradients are not drawn; leave it or --grad out"
        raise UsageError(message)
    cls = KINDS[_KINDS[work.op]]
    known = options_of(cls)
    options: dict[str, Any] = {
        name: _shortened(value)
        for name, value in {
            "kernel_size": work.kernel_size,
            "fit": work.fit,
            **work.options,
        }.items()
    }
    if "out_channels" in known:
        options["out_channels"] = work["y"].shape[0]
    return make(cls, {name: value for name, value in options.items() if name in known})


def _shortened(value: Any) -> Any:
    """An option per axis; as one number if all axes have the same."""
    is_one = isinstance(value, tuple) and len(set(value)) == 1 and isinstance(value[0], int)
    return value[0] if is_one else value


def numbers_of(work: Working, *, blank: bool = False) -> Numbers:
    """The numbers of an exercise's first filter, or of a pool's first channel.

    Args:
        work: the exercise.
        blank: whether the products, the sums and the output stay empty.

    Raises:
        UsageError: there are more channels than can be drawn.
    """
    section, x = work["y"], work.given["x"]
    channels = x if "k" in work.given else x[:1]
    if len(channels) > MAX_CHANNELS:
        message = f"draw: {len(channels)} channels are too many to draw (at most {MAX_CHANNELS}); use fewer"
        raise UsageError(message)

    def text(value: Any) -> str:
        return text_of(value, fractions=work.fractions)

    def grid(cells: Any) -> Grid:
        rows = cells if cells.ndim == 2 else cells.reshape(1, -1)
        return tuple(tuple(map(text, row)) for row in rows.tolist())

    kernels: tuple[Grid, ...] = ()
    if "k" in work.given:
        k = work.given["k"]
        kernels = tuple(map(grid, np.flip(k[:, 0], _axes(k)) if work.op == "tconv" else k[0]))
    done = () if blank else section.windows
    windows = {_place(each.place[1:]): each for each in done if each.place[0] == 0}
    rows, columns = (1, *section.shape[1:])[-2:]
    return Numbers(
        inputs=tuple(map(grid, channels)),
        kernels=kernels,
        results=tuple(
            tuple(text(windows[r, c].value) if (r, c) in windows else "" for c in range(columns))
            for r in range(rows)
        ),
        products={
            place: _products(work, window, text) for place, window in windows.items() if kernels
        },
        sums={place: _sum(window, text) for place, window in windows.items()},
        padding="0" if work.counts_padding or work.op == "tconv" else "",
        about=_about(work),
    )


def _axes(kernel: Any) -> tuple[int, ...]:
    """The axes of a kernel without its channels."""
    return tuple(range(1, kernel.ndim - 1))


def _place(place: tuple[int, ...]) -> tuple[int, int]:
    """A position on one or two axes as row and column; one axis is row 0."""
    return (0, *place)[-2:]  # type: ignore[return-value]


def _products(work: Working, window: Window, text: Text) -> tuple[tuple[str, ...], ...]:
    """The products under the kernel, channel by channel, in the order in which they are drawn."""
    if not window.sources and work.op != "tconv":
        return tuple(tuple(map(text, part.products.ravel().tolist())) for part in window.parts)
    made: Any = np.zeros(work.given["k"][:, 0].shape, dtype=object)
    (part,) = window.parts
    for (_, tap), value in zip(window.sources, part.products.tolist()):
        made[(tap[0], *tap[2:])] = value
    turned = np.flip(made, tuple(range(1, made.ndim)))
    return tuple(tuple(map(text, channel.ravel().tolist())) for channel in turned)


def _sum(window: Window, text: Text) -> str:
    """The calculation of a window's number."""
    parts = window.parts
    value = text(window.value)
    if window.rule == "max":
        return f"max({', '.join(map(text, parts[0].real))}) = {value}"
    if window.rule == "mean":
        cells = sum_text(list(map(text, parts[0].real)))
        return f"({cells}) / {window.divisor} = {value}"
    pairs = [
        (text(a), f"({text(b)})" if "/" in text(b) else factor(text(b)))
        for part in parts
        for a, b in zip(part.left.ravel().tolist(), part.right.ravel().tolist())  # type: ignore[union-attr]
    ]
    terms = [f"{a}·{b}" for a, b in pairs]
    if window.bias is not None:
        terms.append(text(window.bias))
    return f"{sum_text(terms)} = {value}"


def _about(work: Working) -> str:
    """Which of several filters or channels is drawn."""
    filters = work["y"].shape[0]
    if filters == 1:
        return ""
    return f"{'filter' if 'k' in work.given else 'channel'} 0 of {filters}"
