"""The base classes of layer kinds: the methods that every kind has.

A kind is one frozen class under ``@kind("conv")``: its fields are the options in YAML, its
docstring is its page in ``convcalc kinds``, its methods are the arithmetic. Other code never asks
a layer which kind it is. The methods only compute, so they also work on terms and arrays;
refusals are in ``check``, which the walk calls first.

Shapes are channels first and without a batch: ``(C, L)``, ``(C, H, W)``, ``(C, D, H, W)``, ``(N,)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar, dataclass_transform

from convcalc import formulas
from convcalc.errors import RoomError, ShapeError
from convcalc.layers.checks import (
    MAX_NUMBER,
    all_refused,
    check_axes,
    check_dimensions,
    check_output,
    check_padding,
    check_room,
    check_spatial,
)
from convcalc.layers.frozen import Frozen, frozen
from convcalc.layers.names import axes_in, plain, with_dimensions
from convcalc.layers.rf import Reads, Slide, UnknownField
from convcalc.layers.window import (
    PADDINGS,
    Axis,
    Fit,
    Padding,
    Shape,
    Spatial,
    axis_names,
    both_sides,
    out_sizes,
    per_axis,
    real_taps,
)
from convcalc.registry import Registry
from convcalc.text import as_decimal, plural

Counts = Mapping[str, int]
SizeRule = Literal["pytorch", "keras"]
Mode = Literal["nearest", "linear"]
Family = Literal[
    "conv",
    "linear",
    "attention",
    "pool",
    "activation",
    "regularization",
    "norm",
    "shape",
    "merge",
    "stated",
]

KINDS: Registry[type[Layer]] = Registry("layer kind")
_WITH_AXES: dict[tuple[str, int], type[Layer]] = {}
K = TypeVar("K", bound="type[Layer]")

_BUFFERS = ("running_", "fixed_")  # beginnings of the names of arrays that are not trained

# One letter per option, as in the chain language, the options column and the formulas.
LETTERS = {
    "kernel_size": "k",
    "out_channels": "c",
    "stride": "s",
    "padding": "p",
    "dilation": "d",
    "groups": "g",
    "output_padding": "a",
    "multiplier": "m",
}


class Kept(NamedTuple):
    """The values that a layer keeps for its backward pass in training, as in PyTorch.

    Attributes:
        input: whether it keeps its whole input.
        output: whether it keeps its output.
        values: further values, per sample.
        indices: 64-bit integers, per sample.
        masks: values that switch others off, per sample.
        statistics: values for the whole batch.
    """

    input: bool = False
    output: bool = False
    values: int = 0
    indices: int = 0
    masks: int = 0
    statistics: int = 0


@dataclass_transform(kw_only_default=True, frozen_default=True)
def kind(name: str) -> Callable[[K], K]:
    """Register a class as the layer kind ``name``, with its annotations as options.

    Raises:
        RuntimeError: the name is taken.
    """

    def register(cls: K) -> K:
        cls.kind = name
        return KINDS.register(name, frozen(cls))

    return register


def with_axes(cls: type[Layer], axes: int) -> type[Layer]:
    """The kind under a name with a dimension, such as conv1d: it only takes maps with that many axes."""
    known = _WITH_AXES.get((cls.kind, axes))
    if known:
        return known

    def check(self: Layer, shape: Shape, *others: Shape) -> None:
        check_dimensions(self.kind, axes, shape, vectors=self.vector_is_1d)
        cls.check(self, shape, *others)

    options, shape = cls.example
    own = {"dimensions": axes, "check": check, "example": (options, shape[:1] + shape[-1:] * axes)}
    made = type(f"{cls.__name__}{axes}d", (cls,), own)
    _WITH_AXES[cls.kind, axes] = made
    return made


@frozen
class Layer(Frozen):
    """One step of a network.

    Every method takes the input shape(s), then the output shape if it needs it. A kind defines its
    cost, or inherits `NoParameters`; no cost is 0 just because it was forgotten.
    """

    kind: ClassVar[str] = ""
    family: ClassVar[Family]
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # short forms, and names by library
    option_words: ClassVar[
        Mapping[str, str]
    ] = {}  # other libraries' words for options of this kind
    unclear_short: ClassVar[
        Mapping[str, str]
    ] = {}  # names under which a bare number means something else in a library, and what to write
    refused_options: ClassVar[
        Mapping[str, Mapping[str, str]]
    ] = {}  # by library: options with another meaning under its names, and what to write
    incoming: ClassVar[
        tuple[str, ...]
    ] = ()  # libraries' words for the number of input channels or values
    keras_defaults: ClassVar[Mapping[str, Any]] = {}  # defaults of Keras's layer that differ
    onnx_defaults: ClassVar[Mapping[str, Any]] = {}  # the same for ONNX's operator
    merges: ClassVar[bool] = False  # whether it reads several paths
    in_steps: ClassVar[bool] = False  # whether its first paths can be joined earlier, at no cost
    dimensions: ClassVar[int] = 0  # axes in its name, as in conv1d; 0 for any number
    vector_is_1d: ClassVar[bool] = (
        False  # whether it also takes vectors as kind1d, like PyTorch's BatchNorm1d
    )
    is_source: ClassVar[bool] = False  # whether it ignores the input
    is_view: ClassVar[bool] = False  # whether the values do not move in memory
    is_part_view: ClassVar[bool] = (
        False  # whether the output is a part of the input that PyTorch does not copy
    )
    needs_flat: ClassVar[bool] = (
        False  # whether a map must be flattened first, unless an option makes it accept maps
    )
    in_place: ClassVar[bool] = False  # whether the output can overwrite an input of the same shape
    keeps_input: ClassVar[bool] = True  # whether its backward pass needs the input
    keeps_output: ClassVar[bool] = False  # whether its backward pass needs the output
    keeps_indices: ClassVar[bool] = False  # whether it needs the index of each output's cell
    references: ClassVar[tuple[str, ...]] = ()  # options that name another node, read as an input
    is_proven: ClassVar[bool] = True  # whether its numbers can be checked with real arrays
    is_costed: ClassVar[bool] = True  # whether its cost is known
    example: ClassVar[tuple[Mapping[str, Any], Shape]] = ({}, (8, 16, 16))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Its name and all its aliases in small letters, without repeats."""
        found: dict[str, str] = {}
        for word in (cls.kind, *(word for words in cls.aliases.values() for word in words)):
            found.setdefault(plain(word), word.lower())
        return tuple(found.values())

    @classmethod
    def dimension_names(cls) -> tuple[str, ...]:
        """Its names with a dimension, such as conv1d; none if no library has them."""
        return with_dimensions(f"{cls.kind}{{}}d") if any(map(axes_in, cls.names())) else ()

    def options(self) -> dict[str, Any]:
        """Its options by name, including defaults."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def generalised(self, shape: Shape) -> Layer:
        """The same layer as the most general kind that can replace it for such an input."""
        del shape
        return self

    def idle_options(self, shape: Shape) -> frozenset[str]:
        """The options that have no effect on such an input."""
        del shape
        return frozenset()

    def called(self) -> str:
        """Its name if only its sort matters: the kind, or the author's name for it."""
        return self.kind

    def states_size(self) -> bool:
        """Whether its options fix the output size, for any input."""
        return False

    def takes_vectors(self) -> bool:
        """Whether a map must be flattened first."""
        return self.needs_flat

    def check(self, shape: Shape) -> None:
        """Refuse a shape that this layer cannot take.

        Raises:
            ShapeError: with the numbers and a way out.
        """

    def out_shape(self, shape: Shape) -> Shape:
        """The output shape."""
        raise NotImplementedError

    def checked_out_shape(self, *shapes: Shape) -> Shape:
        """The output shape, after checking the input shapes.

        Raises:
            ShapeError: it cannot take them, or its output is too large.
        """
        try:
            self.check(*shapes)
        except RoomError:
            raise
        except ShapeError:
            raise all_refused(self.check, shapes) from None
        out = self.out_shape(*shapes)
        check_output(out)
        return out

    def even_out_shape(self, *shapes: Shape) -> Shape:
        """The output shape for inputs that divide evenly; a side can be an `EvenSize`."""
        return self.out_shape(*shapes)

    def weights(self, shape: Shape, out: Shape) -> int:
        """Trainable numbers that multiply."""
        raise NotImplementedError

    def biases(self, shape: Shape, out: Shape) -> int:
        """Trainable numbers that are added."""
        raise NotImplementedError

    def params(self, shape: Shape, out: Shape) -> int:
        """All trainable numbers."""
        return self.weights(shape, out) + self.biases(shape, out)

    def buffers(self, shape: Shape, out: Shape) -> int:
        """Stored numbers that are not trained, such as running means."""
        return 0

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        """The shapes of its stored arrays, by name: parameters and buffers."""
        return {}

    def trained_arrays(self, shape: Shape, out: Shape) -> list[Shape]:
        """The shapes of its trained arrays."""
        arrays = self.arrays(shape, out)
        return [sides for name, sides in arrays.items() if not name.startswith(_BUFFERS)]

    def macs(self, shape: Shape, out: Shape) -> int:
        """Multiply-adds; the bias is not counted."""
        raise NotImplementedError

    def counts(self, shape: Shape, out: Shape) -> Counts:
        """Elementary operations other than multiply-adds, by name; see `convcalc.layers.operations`."""
        return {}

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """The values that must be kept for the backward pass."""
        indices = formulas.product(out) if self.keeps_indices else 0
        return Kept(self.keeps_input, self.keeps_output, indices=indices)

    def backward_macs(self, shape: Shape, out: Shape) -> tuple[int, int]:
        """Multiply-adds for the gradients of the input and of the weights.

        Each product x·w becomes one product for each factor that has a gradient.
        """
        macs = self.macs(shape, out)
        return macs, macs if self.weights(shape, out) else 0

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        """`counts` for a layer that can have several inputs."""
        return self.counts(shapes[0], out)

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        """Per axis, the inputs that one output reads; None if only its own place; a reason if unknown."""
        return None

    def rounding(self) -> Fit:
        """Its rule for rounding sizes."""
        return "floor"

    def windows(self, shape: Shape) -> list[Axis]:
        """The window along each axis, with padding in numbers; empty without a window."""
        return []

    def pads(self) -> Padding:
        """The padding of the windows as given; 0 if there is no such option."""
        return 0

    def weights_per_unit(self, shape: Shape) -> int:
        """Weights of one unit (neuron); 0 if it has none, or if units differ."""
        return 0

    def parts(self, shape: Shape) -> tuple[Layer, ...]:
        """The layers that it is equal to, one after the other; only itself unless it is a compound."""
        return (self,)

    def valid_macs(self, shape: Shape, out: Shape) -> int:
        """Multiply-adds on real cells, without the zeros of the padding."""
        return self.macs(shape, out)

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        """Surprising facts, one line each, with the numbers."""
        return []


def with_bias(arrays: dict[str, Shape], *shape: int, bias: bool) -> dict[str, Shape]:
    """The shapes of a layer's arrays, with the bias if it has one."""
    return {**arrays, "bias": shape} if bias else arrays


class NoParameters(Layer):
    """Base class of kinds without parameters and multiply-adds."""

    def weights(self, shape: Shape, out: Shape) -> int:
        return 0

    def biases(self, shape: Shape, out: Shape) -> int:
        return 0

    def macs(self, shape: Shape, out: Shape) -> int:
        return 0


class Elementwise(NoParameters):
    """A kind without parameters that keeps the shape and computes each position by itself."""

    in_place: ClassVar[bool] = True

    def out_shape(self, shape: Shape) -> Shape:
        return shape


@frozen
class Window(Layer):
    """A kind in which each output reads a window of the input."""

    kernel_size: Spatial
    stride: Spatial | None = None

    def strides(self) -> Spatial:
        """The stride; a pool without one uses its kernel size."""
        return self.kernel_size if self.stride is None else self.stride

    def dilations(self) -> Spatial:
        """The dilation; 1 if the kind has no such option."""
        return 1

    def windows(self, shape: Shape) -> list[Axis]:
        sizes = shape[1:]
        axes = len(sizes)
        kernels = per_axis(self.kernel_size, axes)
        strides = per_axis(self.strides(), axes)
        dilations = per_axis(self.dilations(), axes)
        padding = self.pads()
        if isinstance(padding, str):
            rule = PADDINGS[padding]
            pads = [rule(n, k, s, d) for n, k, s, d in zip(sizes, kernels, strides, dilations)]
        else:
            pads = both_sides(padding, axes)
        return [
            Axis(n, k, s, before, after, d)
            for n, k, s, (before, after), d in zip(sizes, kernels, strides, pads, dilations)
        ]

    def idle_options(self, shape: Shape) -> frozenset[str]:
        windows = self.windows(shape)
        fits = {"fit", "ceil_mode"} if not any([axis.unread for axis in windows]) else set()
        is_point = all([axis.k == 1 for axis in windows])
        return frozenset(fits | ({"dilation"} if is_point else set()))

    def out_sizes(self, shape: Shape) -> Shape:
        """The spatial output sizes."""
        return out_sizes(self.windows(shape), self.rounding())

    def even_out_shape(self, *shapes: Shape) -> Shape:
        channels, *sizes = shapes[0]
        strides = per_axis(self.strides(), len(sizes))
        # The size is unknown: use a multiple of the stride that is large enough for every window.
        known = [n if isinstance(n, int) else s * MAX_NUMBER for n, s in zip(sizes, strides)]
        windows = self.windows((channels, *known))
        counted = out_sizes(windows, self.rounding())
        evenly = [_even_size(n, *pair) for n, pair in zip(sizes, zip(windows, counted))]
        return (self.out_shape((channels, *known))[0], *evenly)

    def kernel(self, shape: Shape) -> int:
        """Cells of one window: k·k."""
        return formulas.product(per_axis(self.kernel_size, len(shape) - 1))

    def real_taps(self, shape: Shape, out: Shape) -> int:
        """The taps that read a real cell, summed over all windows on one channel."""
        return formulas.product([real_taps(a, o) for a, o in zip(self.windows(shape), out[1:])])

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        return tuple([Slide(a.k, a.s, a.before, a.d) for a in self.windows(shape)])

    def check(self, shape: Shape) -> None:
        self.check_options(shape)
        fit, windows = self.rounding(), self.windows(shape)
        for name, axis, size in zip(axis_names(shape), windows, out_sizes(windows, fit)):
            if size < 1 or fit == "strict":
                check_room(axis, size, fit, name, self.max_padding(axis))

    def max_padding(self, axis: Axis) -> int:
        """The largest allowed padding per side; 0 if there is no such option."""
        return MAX_NUMBER if "padding" in self.options() else 0

    def check_options(self, shape: Shape) -> None:
        """Refuse options that do not give a window with this many axes."""
        check_axes(shape)
        axes = len(shape) - 1
        for name, value in (
            ("kernel_size", self.kernel_size),
            ("stride", 1 if self.stride is None else self.stride),
            ("dilation", self.dilations()),
        ):
            check_spatial(name, value, axes, least=1)
        check_padding(self.pads(), axes)

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        """Cells that are never read, and gaps between windows; equal axes are listed once."""
        found: dict[str, list[str]] = {}
        windows = self.windows(shape)
        for name, axis, o in zip(axis_names(shape), windows, out[1:]):
            dropped = axis.unread - axis.after
            wide = axis.effective_kernel
            if o == axis.floor and dropped > 0 and axis.s <= wide:
                line = (
                    f"{as_decimal(axis.exact)} is not whole: floor gives {o}, and the last {dropped} of "
                    f"{plural(axis.n, 'cell')} {'is' if dropped == 1 else 'are'} never read"
                )
                found.setdefault(line, []).append(name)
            if axis.s > wide and o > 1:
                skipped = axis.s - wide
                line = (
                    f"stride {axis.s} is wider than the {wide}-wide window: "
                    f"of every {axis.s} cells {skipped} {'is' if skipped == 1 else 'are'} skipped"
                )
                found.setdefault(line, []).append(name)
        several = len(set(windows)) > 1
        return [
            f"{line} ({' and '.join(names)})" if several else line for line, names in found.items()
        ]


def _even_size(n: Any, window: Axis, o: int) -> Any:
    """The number of windows along an axis of even size n.

    With padding that turns multiples of the stride s into n/s windows, sizes must be multiples of s.
    Otherwise, sizes must leave no cells over.

    Args:
        n: the size; for a plain whole number the result is o.
        window: the window, with a multiple of its stride as the size.
        o: its number of windows.
    """
    if isinstance(n, int):
        return o
    if o * window.s == window.n:
        return n // window.s
    return (n + window.before + window.after - window.effective_kernel) // window.s + 1
