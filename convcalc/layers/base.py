"""What every layer kind answers.

A kind is one frozen class under ``@kind("conv")``: its fields are the options in YAML, its
docstring is its page in ``convcalc kinds``, its methods are the arithmetic. Nothing elsewhere asks
a layer what kind it is. The methods only compute, so terms and arrays may stand in for numbers;
what a layer refuses stands in ``check``, which the walk calls first.

Shapes are channels first and without a batch: ``(C, L)``, ``(C, H, W)``, ``(C, D, H, W)``, ``(N,)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar, dataclass_transform

from convcalc import formulas
from convcalc.layers.checks import (
    MAX_NUMBER,
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

_BUFFERS = ("running_", "fixed_")  # how the names of arrays begin that are not trained

# One letter per option, for the chain language and the options column; formulas use the same.
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
    """What a layer keeps in training until its backward pass, as PyTorch does.

    Attributes:
        input: whether it needs everything that came in.
        output: whether it needs what it gave.
        values: of its own, for each sample.
        indices: whole numbers of 64 bits, for each sample.
        masks: values that switch others off, for each sample.
        statistics: values for the whole batch together.
    """

    input: bool = False
    output: bool = False
    values: int = 0
    indices: int = 0
    masks: int = 0
    statistics: int = 0


@dataclass_transform(kw_only_default=True, frozen_default=True)
def kind(name: str) -> Callable[[K], K]:
    """Register a class as the layer kind ``name`` and make its annotations its options.

    Raises:
        RuntimeError: another class has the name already.
    """

    def register(cls: K) -> K:
        cls.kind = name
        return KINDS.register(name, frozen(cls))

    return register


def with_axes(cls: type[Layer], axes: int) -> type[Layer]:
    """The kind under a name with a dimension, such as conv1d: it takes maps of so many axes only."""
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

    Every method takes the input shape(s), then the output shape where it needs it. A kind says what
    it costs, or inherits `NoParameters`; nothing is free by omission.
    """

    kind: ClassVar[str] = ""
    family: ClassVar[Family]
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # short forms, and names by library
    option_words: ClassVar[
        Mapping[str, str]
    ] = {}  # other libraries' words for options of this kind
    unclear_short: ClassVar[
        Mapping[str, str]
    ] = {}  # names with which a bare number means something else elsewhere, and what to write
    refused_options: ClassVar[
        Mapping[str, Mapping[str, str]]
    ] = {}  # by library: options with another meaning under its names, and what to write
    incoming: ClassVar[tuple[str, ...]] = ()  # words by which libraries say how much comes in
    keras_defaults: ClassVar[Mapping[str, Any]] = {}  # where Keras's layer has another default
    onnx_defaults: ClassVar[Mapping[str, Any]] = {}  # likewise where ONNX's operator has
    merges: ClassVar[bool] = False  # whether it reads several paths
    in_steps: ClassVar[bool] = False  # whether its first paths can be joined before, at no cost
    dimensions: ClassVar[int] = 0  # axes that its name says, as conv1d's does; 0 for any number
    vector_is_1d: ClassVar[bool] = (
        False  # whether, as PyTorch's BatchNorm1d, kind1d takes vectors too
    )
    is_source: ClassVar[bool] = False  # whether it reads nothing of the input
    is_view: ClassVar[bool] = False  # whether the values stay where they are in memory
    is_part_view: ClassVar[bool] = (
        False  # whether they are a part of what is there, which PyTorch leaves in place
    )
    needs_flat: ClassVar[bool] = (
        False  # whether a map is flattened before it, unless an option says how it takes maps
    )
    in_place: ClassVar[bool] = False  # whether the output may be written over an input of its shape
    keeps_input: ClassVar[bool] = True  # whether its backward pass needs what came in
    keeps_output: ClassVar[bool] = False  # whether it needs what it gave
    keeps_indices: ClassVar[bool] = False  # whether it needs which cell each output was taken from
    references: ClassVar[tuple[str, ...]] = ()  # options that name another node, read as an input
    is_proven: ClassVar[bool] = True  # whether its numbers can be held against arrays
    is_costed: ClassVar[bool] = True  # whether its cost is known
    example: ClassVar[tuple[Mapping[str, Any], Shape]] = ({}, (8, 16, 16))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Its name and all its aliases in small letters, each once."""
        found: dict[str, str] = {}
        for word in (cls.kind, *(word for words in cls.aliases.values() for word in words)):
            found.setdefault(plain(word), word.lower())
        return tuple(found.values())

    @classmethod
    def dimension_names(cls) -> tuple[str, ...]:
        """Its names with a dimension, such as conv1d; none where no library has such a name."""
        return with_dimensions(f"{cls.kind}{{}}d") if any(map(axes_in, cls.names())) else ()

    def options(self) -> dict[str, Any]:
        """Its options by name, also those that have their defaults."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def generalised(self, shape: Shape) -> Layer:
        """The layer as the most general kind that does the same with such an input."""
        del shape
        return self

    def idle_options(self, shape: Shape) -> frozenset[str]:
        """The options that change nothing about what it does with such an input."""
        del shape
        return frozenset()

    def called(self) -> str:
        """What it is called where only its sort is named: its kind, unless its author names it."""
        return self.kind

    def states_size(self) -> bool:
        """Whether the output size is stated in numbers, whatever comes in."""
        return False

    def takes_vectors(self) -> bool:
        """Whether a map must be flattened before it."""
        return self.needs_flat

    def check(self, shape: Shape) -> None:
        """Refuse a shape this layer cannot take.

        Raises:
            ShapeError: with the numbers, and what to change.
        """

    def out_shape(self, shape: Shape) -> Shape:
        """The output shape."""
        raise NotImplementedError

    def checked_out_shape(self, *shapes: Shape) -> Shape:
        """The shape that comes out of shapes that it takes.

        Raises:
            ShapeError: it does not take them, or gives more than can be counted.
        """
        self.check(*shapes)
        out = self.out_shape(*shapes)
        check_output(out)
        return out

    def even_out_shape(self, *shapes: Shape) -> Shape:
        """The shape that comes out of inputs that divide evenly, where a side may be an `EvenSize`."""
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
        """The shapes of the arrays it keeps, by name: trained ones and buffers."""
        return {}

    def trained_arrays(self, shape: Shape, out: Shape) -> list[Shape]:
        """The shapes of the arrays that are trained."""
        arrays = self.arrays(shape, out)
        return [sides for name, sides in arrays.items() if not name.startswith(_BUFFERS)]

    def macs(self, shape: Shape, out: Shape) -> int:
        """Multiply-adds; the bias is not counted."""
        raise NotImplementedError

    def counts(self, shape: Shape, out: Shape) -> Counts:
        """Elementary operations other than multiply-adds, by name; see `convcalc.layers.operations`."""
        return {}

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """What the backward pass needs."""
        indices = formulas.product(out) if self.keeps_indices else 0
        return Kept(self.keeps_input, self.keeps_output, indices=indices)

    def backward_macs(self, shape: Shape, out: Shape) -> tuple[int, int]:
        """Multiply-adds of the gradients: of what came in, and of the weights.

        Each product x·w of a layer gives one for each of its two factors that has a gradient.
        """
        macs = self.macs(shape, out)
        return macs, macs if self.weights(shape, out) else 0

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        """`counts` for a layer that may read several inputs."""
        return self.counts(shapes[0], out)

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        """Per axis which inputs one output reads; None position by position; a reason if unknown."""
        return None

    def rounding(self) -> Fit:
        """The rule for rounding sizes in force."""
        return "floor"

    def windows(self, shape: Shape) -> list[Axis]:
        """The window along each axis, with the padding in numbers; empty where no window slides."""
        return []

    def pads(self) -> Padding:
        """The padding of the windows as it was given; 0 where there is no such option."""
        return 0

    def weights_per_unit(self, shape: Shape) -> int:
        """Weights of one unit (neuron); 0 where there are none, or where units differ."""
        return 0

    def parts(self, shape: Shape) -> tuple[Layer, ...]:
        """The layers that do the same one after the other; the layer itself unless it is a compound."""
        return (self,)

    def valid_macs(self, shape: Shape, out: Shape) -> int:
        """Multiply-adds that touch real cells, not the zeros of the padding."""
        return self.macs(shape, out)

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        """Surprises, one line each, with the numbers."""
        return []


def with_bias(arrays: dict[str, Shape], *shape: int, bias: bool) -> dict[str, Shape]:
    """The shapes of a layer's arrays, with that of its bias if it has one."""
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
    """A kind without parameters that keeps the shape and looks at one position at a time."""

    in_place: ClassVar[bool] = True

    def out_shape(self, shape: Shape) -> Shape:
        return shape


@frozen
class Window(Layer):
    """A kind whose outputs each read a window of the input."""

    kernel_size: Spatial
    stride: Spatial | None = None

    def strides(self) -> Spatial:
        """The stride in force: a pool's is its kernel unless it is given."""
        return self.kernel_size if self.stride is None else self.stride

    def dilations(self) -> Spatial:
        """The dilation in force; 1 where the kind has no such option."""
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
        """The spatial sizes that come out."""
        return out_sizes(self.windows(shape), self.rounding())

    def even_out_shape(self, *shapes: Shape) -> Shape:
        channels, *sizes = shapes[0]
        strides = per_axis(self.strides(), len(sizes))
        # A multiple of the stride that is large enough for every window stands for what is not known yet.
        known = [n if isinstance(n, int) else s * MAX_NUMBER for n, s in zip(sizes, strides)]
        windows = self.windows((channels, *known))
        counted = out_sizes(windows, self.rounding())
        evenly = [_even_size(n, *pair) for n, pair in zip(sizes, zip(windows, counted))]
        return (self.out_shape((channels, *known))[0], *evenly)

    def kernel(self, shape: Shape) -> int:
        """Cells of one window: k·k."""
        return formulas.product(per_axis(self.kernel_size, len(shape) - 1))

    def real_taps(self, shape: Shape, out: Shape) -> int:
        """Over all windows on one channel, how many taps read a real cell."""
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
        """The most padding per side that may be given; 0 where there is no such option."""
        return MAX_NUMBER if "padding" in self.options() else 0

    def check_options(self, shape: Shape) -> None:
        """Refuse options that make no window on this many axes."""
        check_axes(shape)
        axes = len(shape) - 1
        for name, value in (
            ("kernel_size", self.kernel_size),
            ("stride", self.strides()),
            ("dilation", self.dilations()),
        ):
            check_spatial(name, value, axes, least=1)
        check_padding(self.pads(), axes)

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        """Cells never read, and gaps between windows; equal axes are said once."""
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
    """The windows along an axis of even size n.

    A padded window that makes n/s of a multiple of its stride s takes multiples of s. Any other
    takes the sizes after which nothing is left over.

    Args:
        n: the size; a whole number is as it is.
        window: at a multiple of its stride.
        o: the windows there.
    """
    if isinstance(n, int):
        return o
    if o * window.s == window.n:
        return n // window.s
    return (n + window.before + window.after - window.effective_kernel) // window.s + 1
