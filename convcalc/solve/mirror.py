"""The decoder that mirrors an encoder: transposed convolutions, and their output padding for each size."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from convcalc import formulas
from convcalc.errors import UsageError
from convcalc.layers.window import out_sizes
from convcalc.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers.window import Axis

MAX_SIZES = 10_000


class Mirrored(NamedTuple):
    """A layer of the encoder, with the reverse of its change of size.

    Attributes:
        step: the layer.
        axis: its window along the mirrored axis.
        fit: its rule for rounding sizes.
    """

    step: Step
    axis: Axis
    fit: str

    def after(self, n: int) -> int:
        """Its output size for size n; below 1 it does not fit."""
        return out_sizes([self.axis._replace(n=n)], self.fit)[0]

    def back(self, n: int) -> int:
        """The output padding with which the transposed convolution gives back size n; below 0 if none does."""
        _, k, s, before, after, d = self.axis
        smallest = (self.after(n) - 1) * s - before - after + formulas.effective_kernel(k, d)
        return n - smallest


class Row(NamedTuple):
    """One size of the input.

    Attributes:
        n: the size.
        sizes: after each layer of the encoder.
        paddings: the output padding of each transposed convolution, the encoder's first layer first;
            empty if the size is impossible.
        why_not: why it is impossible.
    """

    n: int
    sizes: tuple[int, ...]
    paddings: tuple[int, ...]
    why_not: str = ""

    @property
    def needs_none(self) -> bool:
        """Whether all sizes are given back without output padding."""
        return not self.why_not and not any(self.paddings)


def layers_to_mirror(analysis: Analysis, axis: int) -> list[Mirrored]:
    """The layers with a window between the input and the smallest map, in order.

    If paths join, the first is followed. Layers that read the whole map are left out.

    Args:
        analysis: the walk of the encoder.
        axis: the spatial axis, from 0.

    Raises:
        UsageError: there are none, or a transposed convolution cannot reverse one of them.
    """
    way: list[Step] = []
    end = analysis.trunk(analysis.outputs[-1])[-1]
    maps = [each for each in analysis.steps[: end.place] if each.is_map]
    step = min(maps, key=lambda each: (formulas.product(each.output[1:]), -each.place), default=end)
    while step.place > 0:
        way.append(step)
        step = step.before[0]
    found: list[Mirrored] = []
    for each in reversed(way):
        windows, rule = each.layer.windows(each.input), each.layer.rounding()
        if windows and out_sizes(windows, rule) == each.output[1:]:
            found.append(Mirrored(each, windows[axis], rule))
        elif each.input[1:] != each.output[1:]:
            message = (
                f"{each.name}: {each.kind} does not change the size with a sliding window, so a "
                "transposed convolution cannot undo it; mirror the layers before it"
            )
            raise UsageError(message)
    if not found:
        message = "no layer has a window, so there is nothing to mirror; give an encoder of convolutions or pools"
        raise UsageError(message)
    return found


def mirror(layers: Sequence[Mirrored], sizes: range) -> list[Row]:
    """The output paddings with which the decoder gives back each size.

    Args:
        layers: the encoder's layers.
        sizes: the sizes to try.

    Raises:
        UsageError: there are too many of them.
    """
    if len(sizes) > MAX_SIZES:
        message = f"--sizes: {plural(len(sizes), 'size')}; ask for at most {MAX_SIZES:,} at a time"
        raise UsageError(message)
    return [_row(layers, n) for n in sizes]


def _row(layers: Sequence[Mirrored], n: int) -> Row:
    """One size."""
    sizes: list[int] = []
    paddings: list[int] = []
    size = n
    for layer in layers:
        name, s, d = layer.step.name, layer.axis.s, layer.axis.d
        after = layer.after(size)
        if after < 1:
            return Row(n, tuple(sizes), (), f"{name} does not fit {size}")
        padding = layer.back(size)
        if padding < 0:
            return Row(
                n, tuple(sizes), (), f"{name} rounds up, so at least {size - padding} come back"
            )
        if padding >= max(s, d):
            why = f"{name} needs an output padding of {padding}, at least its stride {s}"
            return Row(n, tuple(sizes), (), why)
        sizes.append(after)
        paddings.append(padding)
        size = after
    return Row(n, tuple(sizes), tuple(paddings))


def mirrored_words(layers: Sequence[Mirrored], paddings: Sequence[int]) -> list[str]:
    """The decoder as words of a chain, from the smallest map back to the input."""
    pairs = list(zip(layers, paddings))
    return [_word(layer, padding) for layer, padding in reversed(pairs)]


def _word(layer: Mirrored, padding: int) -> str:
    """One transposed convolution."""
    _, k, s, before, after, d = layer.axis
    parts = [f"k{k}", f"c{layer.step.input[0]}"]
    parts += [f"s{s}"] if s > 1 else []
    if before or after:
        parts.append(f"p{before}" if before == after else f"p{before},{after}")
    parts += [f"d{d}"] if d > 1 else []
    parts += [f"a{padding}"] if padding else []
    return f"tconv:{''.join(parts)}"
