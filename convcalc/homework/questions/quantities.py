"""The numbers behind an answer, as plain tuples that mistakes can change and calculate with."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from convcalc import formulas
from convcalc.homework.answers.types import Misfit
from convcalc.homework.questions.given import Ints, each
from convcalc.homework.questions.meaning import Padding
from convcalc.homework.questions.rows import Row, in_order, operations
from convcalc.layers import window
from convcalc.solve import equation


class Axis(window.Axis):
    """A window on one axis, as in the layers, with the size as a fraction."""

    __slots__ = ()

    @property
    def unrounded(self) -> Fraction:
        """(n + 2p − effective kernel)/s + 1"""
        return Fraction(self.slack, self.s) + 1


def axes_of_window(n: Ints, k: Ints, s: Ints, p: Padding, d: int, *, axes: int) -> tuple[Axis, ...]:
    """The window along each axis, with its padding in zeros.

    Args:
        n, k, s: input, kernel and stride; one number, or one per axis.
        p: the padding.
        d: dilation, counted from 1.
        axes: how many axes there are.
    """
    columns = (each(n, axes), each(k, axes), each(s, axes), p.sides(axes))
    return tuple(
        [
            Axis(size, kernel, step, *p.along(size, kernel, step, d, sides), d)
            for size, kernel, step, sides in zip(*columns)
        ]
    )


class Windows(NamedTuple):
    """Windows on each axis, and the channels before and after.

    Attributes:
        axes: one per axis.
        c_in, filters: input and output maps.
        pool: whether it is a pool.
        given: the padding as written in the question, per axis.
        fit, order: conventions.
        volume: whether the question also asks for the channels.
        same: whether the question says "same" padding.
        dilation: the dilation as written in the question.
        scalar: whether one number for all axes is the answer.
        rows: the layers of a network up to this one, if a mistake may be in all of them.
    """

    axes: tuple[Axis, ...]
    c_in: int = 1
    filters: int = 1
    pool: bool = False
    given: tuple[int, ...] = (0, 0)
    fit: str = "floor"
    order: str = "hwc"
    volume: bool = False
    same: bool = False
    dilation: int = 1
    scalar: bool = True
    rows: tuple[Row, ...] = ()


def output_sides(
    axes: tuple[Axis, ...], fit: str, *, pool: bool = False
) -> tuple[int, ...] | Misfit:
    """The output size along each axis; a `Misfit` if a window does not fit.

    Sizes are rounded as in layers; if a sheet rounds up, pools do it as in Caffe.
    """
    if fit == "ceil":
        fit = "caffe" if pool else "floor"
    found = window.out_sizes(axes, fit)
    for axis, size in zip(axes, found):
        if size < 1 or (fit == "strict" and not axis.fits):
            return Misfit(axis.unrounded)
    return found


def misfit_text(axes: tuple[Axis, ...]) -> str:
    """Why a question that asks for more than sizes is refused if windows must fit."""
    axis = next(axis for axis in axes if not axis.fits)
    return (
        f"the window does not fit: ({axis.padded_sum} − {axis.effective_kernel})/{axis.s} + 1 = {axis.exact}, "
        "and this sheet has fit: strict; change a number, or ask type: fit"
    )


def sizes(quantities: Windows) -> Any:
    """The output: a size, one per axis, or a volume; a `Misfit` if a window does not fit."""
    found = output_sides(quantities.axes, quantities.fit, pool=quantities.pool)
    if isinstance(found, Misfit):
        return found
    return as_asked(quantities, list(found), quantities.filters)


def as_asked(quantities: Windows, found: list[Any], depth: Any) -> Any:
    """Sizes in the form that the question asks for."""
    if quantities.volume:
        return volume_in_order(tuple(found), depth, quantities.order)
    if quantities.scalar or len(found) == 1:
        return found[0]
    return tuple(found)


def volume_in_order(spatial: tuple[Any, ...], channels: Any, order: str) -> tuple[Any, ...]:
    """A volume in an order."""
    return (*spatial, channels) if order == "hwc" else (channels, *spatial)


class Transposed(NamedTuple):
    """A transposed convolution on one axis (all axes are equal).

    Attributes:
        n, k, s, p, d: its input, kernel, stride, padding per side and dilation.
        a: the output padding.
        more: 1 if the end loses one cell more than the beginning.
    """

    n: int
    k: int
    s: int = 1
    p: int = 0
    d: int = 1
    a: int = 0
    more: int = 0


def transposed_size(quantities: Transposed) -> int:
    """(n − 1)·s − 2p + d·(k − 1) + a + 1"""
    return formulas.transposed_size(*quantities[:6]) - quantities.more


class Padded(NamedTuple):
    """A volume with a border of zeros.

    Attributes:
        n: its sides.
        added: the zeros on both sides together, along each axis.
        p: the padding as written in the question, per axis.
        c_in, order: its channels, and the order of its numbers.
    """

    n: tuple[int, ...]
    added: tuple[int, ...]
    p: tuple[int, ...]
    c_in: int
    order: str = "hwc"

    @property
    def added_text(self) -> str:
        """The zeros added to the first side, as a product if both ends are equal."""
        return f"2·{self.p[0]}" if self.added[0] == 2 * self.p[0] else f"{self.added[0]}"


def padded_volume(quantities: Padded) -> tuple[int, ...]:
    """n + 2p along each axis; the channels stay the same."""
    return volume_in_order(
        tuple(n + added for n, added in zip(quantities.n, quantities.added)),
        quantities.c_in,
        quantities.order,
    )


class Keep(NamedTuple):
    """The padding that keeps a size at stride 1."""

    n: int
    k: int
    d: int = 1
    total: bool = False


def padding_to_keep(quantities: Keep) -> Any:
    """(k − 1)/2 per side"""
    n, k, d, total = quantities
    padding = equation.exact(equation.SizeEquation("p", n, k, 1, 0, d, n, total))
    return padding if isinstance(padding, int) else Misfit(padding)


class Same(NamedTuple):
    """The size under "same" padding, with a stride."""

    n: int
    s: int
    k: int = 3


def same_size(quantities: Same) -> int:
    """⌈n / s⌉"""
    return formulas.same_size(quantities.n, quantities.s)


class SamePad(NamedTuple):
    """The zeros of "same" padding.

    Attributes:
        n, k, s, d: input, kernel, stride and dilation.
        total: the zeros on both sides together.
    """

    n: int
    k: int
    s: int
    d: int
    total: int


class LayersToSize(NamedTuple):
    """Layers without padding until a size is reached."""

    n: int
    k: int
    target: int


def layers_to_size(quantities: LayersToSize) -> int:
    """⌈(n − target)/(k − 1)⌉ layers; each removes k − 1"""
    return equation.layers_to_size(*quantities)


class Neuron(NamedTuple):
    """One neuron: the taps of its window per axis, the channels it reads, and its layer's given numbers."""

    kernel: tuple[int, ...]
    c_in: int
    filters: int = 1
    out: tuple[int, ...] = ()


def neuron_weights(neuron: Neuron) -> int:
    """k·k·cin"""
    return formulas.product(neuron.kernel) * neuron.c_in


class Conv(NamedTuple):
    """A convolution's counts.

    Attributes:
        kernel: taps per axis.
        c_in, filters, groups: channels.
        bias: whether each filter has one.
        out, image: positions of the output and the input; () if the question has none.
        flops: how operations count.
        axes: the windows along each axis; () if the question has none.
    """

    kernel: tuple[int, ...]
    c_in: int
    filters: int
    groups: int = 1
    bias: bool = True
    out: tuple[int, ...] = ()
    image: tuple[int, ...] = ()
    flops: str = "macs"
    axes: tuple[Axis, ...] = ()

    @property
    def area(self) -> int:
        return formulas.product(self.kernel)

    @property
    def depth(self) -> int:
        """Channels that one filter sees."""
        return self.c_in // self.groups

    @property
    def weights(self) -> int:
        return formulas.conv_weights(self.area, self.depth, self.filters)

    @property
    def biases(self) -> int:
        return self.filters if self.bias else 0

    @property
    def positions(self) -> int:
        return formulas.product(self.out) if self.out else 1


def conv_params(quantities: Conv) -> int:
    """(k·k·cin/g + 1)·cout"""
    return quantities.weights + quantities.biases


def conv_macs(quantities: Conv) -> int:
    """k·k·cin/g·cout at every output position, counted as the convention says"""
    macs = formulas.conv_macs(
        quantities.area, quantities.depth, quantities.filters, quantities.positions
    )
    return operations(macs, quantities.filters * quantities.positions, quantities.flops)


class Linear(NamedTuple):
    """A fully connected layer on a volume (height, width, channels) or a vector."""

    shape: tuple[int, ...]
    units: int
    bias: bool = True


def linear_params(quantities: Linear) -> int:
    """(inputs + 1)·units"""
    inputs = formulas.product(quantities.shape)
    return (
        formulas.linear_params(inputs, quantities.units)
        if quantities.bias
        else inputs * quantities.units
    )


# The parameters of each kind of layer: the topic of their mistakes, and how they are counted.
COUNTED: dict[type, tuple[str, Callable[[Any], Any]]] = {
    Conv: ("params", conv_params),
    Linear: ("linear", linear_params),
}


class Separable(NamedTuple):
    """A depthwise convolution and a 1×1 one after it.

    Attributes:
        k, c_in, filters: the kernel of the first, input channels, output maps.
        positions: positions of the output.
        flops: how operations count.
        multiplier: maps per channel of the depthwise convolution.
        bias: whether biases count.
        both: whether the depthwise convolution has biases, like the other one.
        kernel: taps per axis, if the kernel is not k × k.
    """

    k: int
    c_in: int
    filters: int
    positions: int = 1
    flops: str = "macs"
    multiplier: int = 1
    bias: bool = False
    both: bool = True
    kernel: tuple[int, ...] = ()

    @property
    def area(self) -> int:
        return formulas.product(self.kernel) if self.kernel else self.k * self.k

    @property
    def depthwise(self) -> int:
        return self.area * self.c_in * self.multiplier

    @property
    def pointwise(self) -> int:
        return self.c_in * self.multiplier * self.filters

    @property
    def biases(self) -> tuple[int, int]:
        """The biases of the depthwise and of the 1×1 convolution."""
        if not self.bias:
            return 0, 0
        return self.c_in * self.multiplier if self.both else 0, self.filters

    @property
    def full(self) -> int:
        return self.area * self.c_in * self.filters

    @property
    def operations(self) -> int:
        """The operations of both layers, as counted."""
        macs = (self.depthwise + self.pointwise) * self.positions
        return operations(macs, (self.c_in + self.filters) * self.positions, self.flops)

    @property
    def ratio(self) -> Fraction:
        """How many times more operations a full convolution needs."""
        sums = self.filters * self.positions
        full = operations(self.full * self.positions, sums, self.flops)
        return Fraction(full, self.operations)


def separable_params(quantities: Separable) -> int:
    """k·k·cin + cin·cout, and the biases"""
    return quantities.depthwise + quantities.pointwise + sum(quantities.biases)


class Flat(NamedTuple):
    """A volume to flatten.

    Attributes:
        shapes, rows: the volumes from the input to the last one, channels first; the layers between them.
    """

    shapes: tuple[tuple[int, ...], ...]
    rows: tuple[Row, ...] = ()


def flattened(quantities: Flat) -> int:
    """h·w·c of the last volume"""
    return formulas.product(quantities.shapes[-1])


@lru_cache(maxsize=4096)  # because every mistake about parameters calls it again
def counted_layer(row: Row, *, bias: bool) -> Conv | Linear | None:
    """The numbers behind a layer's parameters; None unless it is a convolution or fully connected."""
    layer: Any = row.layers[-1]
    if not row.weights:
        return None
    windows, options = layer.windows(row.input), layer.options()
    if windows and {"out_channels", "groups"} <= options.keys():
        return Conv(
            tuple(axis.k for axis in windows), row.input[0], row.output[0], options["groups"], bias,
            row.output[1:], row.input[1:], axes=window_axes(row),
        )  # fmt: skip
    if len(row.output) == 1:
        return Linear(in_order(row.input, "hwc"), row.output[0], bias)
    return None


@lru_cache(maxsize=4096)  # because every mistake about sizes calls it again
def window_axes(row: Row) -> tuple[Axis, ...]:
    """The windows of a layer that makes a map from a map; () for other layers."""
    layer: Any = row.layers[-1]
    if len(row.layers) > 1 or not 1 < len(row.output) == len(row.input):
        return ()
    found = layer.windows(row.input)
    return tuple([Axis(a.n, a.k, a.s, a.before, a.after, a.d) for a in found or ()])


class Memory(NamedTuple):
    """Values kept in memory.

    Attributes:
        values: how many.
        width: bytes of one value.
        times: 2 if gradients are kept too.
        params: values of the parameters, counted in addition.
        batch: samples.
        unit: MB or MiB.
        layers: the values of each layer, if the question is about a network.
    """

    values: int
    width: int = 4
    times: int = 1
    params: int = 0
    batch: int = 1
    unit: str = "MB"
    layers: tuple[int, ...] = ()


def memory(quantities: Memory) -> Fraction:
    """values · bytes of one value"""
    return Fraction(quantities.values * quantities.width * quantities.times * quantities.batch)


class Rf(NamedTuple):
    """The layers of a question about their receptive field.

    Attributes:
        layers: kernel, stride and dilation of each, in order; in a network on the path that sees most.
        pixels: whether the question asks for the number of pixels.
        image: the side of the image; 0 if the question has none.
        blocks: how many equal blocks the layers form.
        axes: how many axes the image has.
        narrow, every: in a network with branches, the path that sees least, and all branches in a row.
        after: the next layer of a network that has a window.
        gathers: whether a layer on the way, such as a gate, reads the whole map.
        out: the side of the output map; 0 if unknown.
    """

    layers: tuple[Any, ...]
    pixels: bool = False
    image: int = 0
    blocks: int = 1
    axes: int = 2
    narrow: tuple[Any, ...] = ()
    every: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()
    gathers: bool = False
    out: int = 0


def rf_size(quantities: Rf) -> int:
    """1 + Σ d·(k − 1)·(product of the strides before)"""
    r = j = 1
    for layer in quantities.layers:
        r = formulas.rf_size(r, j, layer.k, layer.d)
        j = formulas.rf_stride(j, layer.s)
    return formulas.product([r] * quantities.axes) if quantities.pixels else r
