"""What every layer kind answers, and the registry that the spec, the walk and the manual read.

A kind is one frozen dataclass under ``@kind("conv")``: its fields are the options in YAML, its
docstring is its page in ``convcalc kinds``, its methods are the arithmetic. Nothing elsewhere asks
a layer what kind it is. The methods only compute, so terms and arrays may stand in for numbers;
what a layer refuses stands in ``check``, which the walk calls first.

Shapes are channels first and without a batch: ``(C, L)``, ``(C, H, W)``, ``(C, D, H, W)``, ``(N,)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar, dataclass_transform

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.names import plain
from convcalc.layers.rf import Reads, Slide

Shape = tuple[int, ...]
Counts = Mapping[str, int]
Spatial = int | tuple[int, ...]
Pair = int | tuple[int, int]
PaddingWord = Literal["valid", "same", "same_lower", "full", "causal"]
Padding = int | tuple[Pair, ...] | PaddingWord
Fit = Literal["floor", "strict", "ceil", "caffe"]
SizeRule = Literal["pytorch", "keras"]
Mode = Literal["nearest", "linear"]

KINDS: dict[str, type[Layer]] = {}
K = TypeVar("K", bound="type[Layer]")

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

MAX_NUMBER = 10**12  # the largest number an option or a side may have
MAX_VALUES = 10**18  # the most values one map may hold


@dataclass_transform(kw_only_default=True, frozen_default=True)
def kind(name: str) -> Callable[[K], K]:
    """Register a class as the layer kind ``name`` and make it a frozen dataclass.

    Raises:
        RuntimeError: another class has the name already.
    """

    def register(cls: K) -> K:
        if name in KINDS:
            message = f"duplicate layer kind {name!r}: {cls.__qualname__}"
            raise RuntimeError(message)
        cls.kind = name
        KINDS[name] = frozen(cls)
        return cls

    return register


@dataclass_transform(kw_only_default=True, frozen_default=True)
def frozen(cls: K) -> K:
    """Make a base class of kinds a frozen dataclass, as `kind` does.

    A class without options of its own has its parent's machinery already; making it again would
    cost start-up time for every kind, and so would the equality and repr that nothing uses.
    """
    annotations = vars(cls).get("__annotations__", {})  # inspect would import too much
    own = [text for text in annotations.values() if "ClassVar" not in text]
    if not own and hasattr(cls, "__dataclass_fields__"):
        return cls
    dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)  # in place
    return cls


@frozen
class Layer:
    """One step of a network.

    Every method takes the input shape(s), then the output shape where it needs it. A kind says what
    it costs, or inherits `NoParameters`; nothing is free by omission.
    """

    kind: ClassVar[str] = ""
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # short forms, and names by library
    merges: ClassVar[bool] = False  # whether it reads several paths
    is_view: ClassVar[bool] = False  # whether the values stay where they are in memory
    needs_flat: ClassVar[bool] = False  # whether a map must be flattened before it
    references: ClassVar[tuple[str, ...]] = ()  # options that name another node, read as an input
    example: ClassVar[tuple[Mapping[str, Any], Shape]] = ({}, (8, 16, 16))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Its name and all its aliases in small letters, each once."""
        found: dict[str, str] = {}
        for word in (cls.kind, *(word for words in cls.aliases.values() for word in words)):
            found.setdefault(plain(word), word.lower())
        return tuple(found.values())

    def check(self, shape: Shape) -> None:
        """Refuse a shape this layer cannot take.

        Raises:
            ShapeError: with the numbers, and what to change.
        """

    def out_shape(self, shape: Shape) -> Shape:
        """The shape that comes out."""
        raise NotImplementedError

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

    def macs(self, shape: Shape, out: Shape) -> int:
        """Multiply-adds; the bias is not counted."""
        raise NotImplementedError

    def counts(self, shape: Shape, out: Shape) -> Counts:
        """Elementary operations other than multiply-adds and bias additions, by name."""
        return {}

    def all_counts(self, shapes: tuple[Shape, ...], out: Shape) -> Counts:
        """`counts` for a layer that may read several inputs."""
        return self.counts(shapes[0], out)

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | str | None:
        """Per axis which inputs one output reads; None position by position; a reason if unknown."""
        return None

    def valid_macs(self, shape: Shape, out: Shape) -> int:
        """Multiply-adds that touch real cells, not the zeros of the padding."""
        return self.macs(shape, out)

    def notes(self, shape: Shape, out: Shape) -> list[str]:
        """Surprises, one line each, with the numbers."""
        return []


class NoParameters(Layer):
    """A kind without parameters and multiply-adds, and that says so."""

    def weights(self, shape: Shape, out: Shape) -> int:
        return 0

    def biases(self, shape: Shape, out: Shape) -> int:
        return 0

    def macs(self, shape: Shape, out: Shape) -> int:
        return 0


class Elementwise(NoParameters):
    """A free kind that keeps the shape and looks at one position at a time.

    Attributes:
        in_place: whether the output may be written over the input.
    """

    in_place: ClassVar[bool] = True

    def out_shape(self, shape: Shape) -> Shape:
        return shape


class Axis(NamedTuple):
    """One axis of a window: input size, kernel, stride, padding before and after, dilation."""

    n: int
    k: int
    s: int
    before: int
    after: int
    d: int

    @property
    def effective_kernel(self) -> int:
        return formulas.effective_kernel(self.k, self.d)

    @property
    def padded_size(self) -> int:
        """The padded input."""
        return self.n + self.before + self.after

    @property
    def padded_sum(self) -> str:
        """The padded input as a sum, for messages: ``5 + 2·1 = 7``."""
        if self.before == self.after:
            return (
                f"{self.n} + 2·{self.before} = {self.padded_size}" if self.before else f"{self.n}"
            )
        return f"{self.n} + {self.before} + {self.after} = {self.padded_size}"

    @property
    def exact(self) -> str:
        """The size before any rounding, as a fraction such as ``29/2``."""
        from math import gcd  # noqa: PLC0415 - only for messages and single layers

        above = self.padded_size - self.effective_kernel + self.s
        common = gcd(above, self.s)
        below = self.s // common
        return f"{above // common}" if below == 1 else f"{above // common}/{below}"

    @property
    def fits(self) -> bool:
        return (self.padded_size - self.effective_kernel) % self.s == 0

    @property
    def unread(self) -> int:
        """Cells at the end of the padded input that no window reaches."""
        return formulas.unread(self.n, self.k, self.s, self.before, self.after, self.d)


def per_axis(value: Spatial, axes: int) -> tuple[int, ...]:
    """One number for every axis, or the numbers as they are given.

    >>> per_axis(3, 2), per_axis((3, 5), 2)
    ((3, 3), (3, 5))
    """
    return value if isinstance(value, tuple) else (value,) * axes


# ------------------------------------------------------------------------- padding and fit


def _valid(n: int, k: int, s: int, d: int) -> tuple[int, int]:  # noqa: ARG001
    return 0, 0


def _same(n: int, k: int, s: int, d: int) -> tuple[int, int]:
    total = formulas.same_padding(n, k, s, d)
    return total // 2, total - total // 2


def _same_lower(n: int, k: int, s: int, d: int) -> tuple[int, int]:
    before, after = _same(n, k, s, d)
    return after, before


def _full(n: int, k: int, s: int, d: int) -> tuple[int, int]:  # noqa: ARG001
    return formulas.full_padding(k, d), formulas.full_padding(k, d)


def _causal(n: int, k: int, s: int, d: int) -> tuple[int, int]:  # noqa: ARG001
    return formulas.full_padding(k, d), 0


PADDINGS: dict[str, Callable[[int, int, int, int], tuple[int, int]]] = {
    "valid": _valid,
    "same": _same,
    "same_lower": _same_lower,
    "full": _full,
    "causal": _causal,
}


def _floor_size(a: Axis) -> int:
    if a.before is a.after or a.before == a.after:
        return formulas.out_size(a.n, a.k, a.s, a.before, a.d)
    return formulas.out_size_padded(a.n, a.k, a.s, a.before, a.after, a.d)


def _ceil_size(a: Axis) -> int:
    return formulas.out_size_ceil(a.n, a.k, a.s, a.before, a.after, a.d)


def _caffe_size(a: Axis) -> int:
    return formulas.out_size_caffe(a.n, a.k, a.s, a.before, a.after, a.d)


FITS: dict[str, Callable[[Axis], int]] = {
    "floor": _floor_size,
    "strict": _floor_size,
    "ceil": _ceil_size,
    "caffe": _caffe_size,
}


def fitted_sizes(rule: Fit, axes: list[Axis]) -> Shape:
    """The output sizes under a rule; Caffe clips along every axis as soon as one of them is padded."""
    if rule == "caffe" and any(axis.before or axis.after for axis in axes):
        rule = "ceil"
    return tuple([FITS[rule](axis) for axis in axes])


@frozen
class Window(Layer):
    """A kind whose outputs each read a window of the input."""

    kernel_size: Spatial
    stride: Spatial | None = None

    def strides(self) -> Spatial:
        """The stride in force: a pool's is its kernel unless it is given."""
        return self.kernel_size if self.stride is None else self.stride

    def pads(self) -> Padding:
        """The padding in force; none where the kind has no such option."""
        return 0

    def dilations(self) -> Spatial:
        """The dilation in force; 1 where the kind has no such option."""
        return 1

    def rounding(self) -> Fit:
        """The rule of `FITS` in force."""
        return "floor"

    def axes(self, shape: Shape) -> list[Axis]:
        """The window along each spatial axis, with the padding in numbers."""
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
            sides = padding if isinstance(padding, tuple) else (padding,) * axes
            pads = [side if isinstance(side, tuple) else (side, side) for side in sides]
        return [
            Axis(n, k, s, before, after, d)
            for n, k, s, (before, after), d in zip(sizes, kernels, strides, pads, dilations)
        ]

    def out_sizes(self, shape: Shape) -> Shape:
        """The spatial sizes that come out."""
        return fitted_sizes(self.rounding(), self.axes(shape))

    def kernel(self, shape: Shape) -> int:
        """Cells of one window: k·k."""
        return formulas.product(per_axis(self.kernel_size, len(shape) - 1))

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | str | None:
        return tuple([Slide(a.k, a.s, a.before, a.d) for a in self.axes(shape)])

    def check(self, shape: Shape) -> None:
        self.check_options(shape)
        for name, axis in zip(axis_names(shape), self.axes(shape)):
            if axis.effective_kernel > axis.padded_size:
                width = f"{axis.effective_kernel}-wide window"
                if axis.d != 1:
                    width += f" ({axis.k} taps {axis.d} apart)"
                short = formulas.ceil_div(axis.effective_kernel - axis.padded_size, 2)
                pad = (
                    "raise the padding by" if hasattr(self, "padding") else "put before it a pad of"
                )
                message = (
                    f"a {width} does not fit {axis.padded_sum} along the {name}; "
                    f"{pad} {short} per side, "
                    f"or use a kernel of at most {(axis.padded_size - 1) // axis.d + 1}"
                )
                raise ShapeError(message)
            if self.rounding() == "strict" and not axis.fits:
                raise ShapeError(does_not_fit(axis, name))

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
        said: dict[str, list[str]] = {}
        for name, axis, o in zip(axis_names(shape), self.axes(shape), out[1:]):
            dropped = axis.unread - axis.after
            if o == _floor_size(axis) and dropped > 0 and axis.s <= axis.effective_kernel:
                line = (
                    f"{as_decimal(axis.exact)} is not whole: floor gives {o}, and the last "
                    f"{dropped} of {axis.n} cells {'is' if dropped == 1 else 'are'} never read"
                )
                said.setdefault(line, []).append(name)
            if axis.s > axis.effective_kernel and o > 1:
                line = (
                    f"stride {axis.s} is wider than the {axis.effective_kernel}-wide window: "
                    f"of every {axis.s} cells {axis.s - axis.effective_kernel} {'is' if axis.s - axis.effective_kernel == 1 else 'are'} skipped"
                )
                said.setdefault(line, []).append(name)
        several = len(set(self.axes(shape))) > 1
        return [
            f"{line} ({' and '.join(names)})" if several else line for line, names in said.items()
        ]


def axis_names(shape: Shape) -> tuple[str, ...]:
    """What to call the spatial axes in messages."""
    return ("length",) if len(shape) == 2 else ("depth", "height", "width")[4 - len(shape) :]


def as_decimal(exact: str) -> str:
    """A fraction as people write it.

    >>> as_decimal("29/2"), as_decimal("7/3")
    ('14.5', '2.33')
    """
    above, _, below = exact.partition("/")
    return f"{int(above) / int(below or 1):.2f}".rstrip("0").rstrip(".")


def does_not_fit(axis: Axis, name: str) -> str:
    """The strict refusal: the fraction, and the nearest changes that make it whole."""
    left = axis.unread
    return (
        f"{as_decimal(axis.exact)}: a {axis.effective_kernel}-wide window does not fit {axis.padded_sum} along the "
        f"{name} in steps of {axis.s}; {left} cell{'s are' if left > 1 else ' is'} left over: "
        f"use an input of {axis.n - left} or {axis.n + axis.s - left}, another stride, or fit: floor"
    )


# ------------------------------------------------------------------------------- refusals


def shape_text(shape: Shape) -> str:
    """A shape as people write it.

    >>> shape_text((3, 32, 32))
    '3×32×32'
    """
    return "×".join(map(str, shape))


def check_output(shape: Shape) -> None:
    """Refuse maps beyond all memory, whose numbers would only grow from here on."""
    if formulas.product(shape) > MAX_VALUES or max(shape) > MAX_NUMBER:
        message = f"its output {shape_text(shape)} holds more than {MAX_VALUES:.0e} values; use smaller numbers"
        raise ShapeError(message)


def check_axes(shape: Shape) -> None:
    """Refuse shapes that are not (C, L), (C, H, W) or (C, D, H, W)."""
    if not 2 <= len(shape) <= 4:
        way_out = "put a reshape before it" if len(shape) == 1 else "leave the batch out"
        message = f"needs channels and 1 to 3 axes, but gets {shape_text(shape)}; {way_out}"
        raise ShapeError(message)


def check_number_of_axes(name: str, value: object, axes: int) -> None:
    """Refuse something given per axis for other axes than there are."""
    if isinstance(value, tuple) and len(value) != axes:
        listed = [list(part) if isinstance(part, tuple) else part for part in value]
        message = (
            f"{name} {listed} is for {len(value)} {'axis' if len(value) == 1 else 'axes'}, but the input has {axes}; "
            f"give one number, or {axes}"
        )
        raise ShapeError(message)


def check_spatial(name: str, value: Spatial, axes: int, *, least: int) -> None:
    """Refuse a number per axis that is missing, too many, or too small."""
    check_number_of_axes(name, value, axes)
    smallest = min(per_axis(value, axes))
    if smallest < least:
        message = f"{name} is {smallest}; use {least} or more"
        raise ShapeError(message)


def check_padding(padding: Padding, axes: int) -> None:
    """Refuse padding that is negative, for other axes, or causal in more than one dimension."""
    if isinstance(padding, str):
        if padding == "causal" and axes != 1:
            message = (
                f"causal padding is for sequences (C, L), but the input has {axes} axes; use same"
            )
            raise ShapeError(message)
        return
    check_number_of_axes("padding", padding, axes)
    sides = padding if isinstance(padding, tuple) else (padding,)
    smallest = min(min(side) if isinstance(side, tuple) else side for side in sides)
    if smallest < 0:
        message = f"padding is {smallest}; use 0 or more (the kind crop takes cells away)"
        raise ShapeError(message)


def check_divides(what: str, number: int, by: str, divisor: int) -> None:
    """Refuse channels that cannot be shared out evenly."""
    if divisor < 1 or number % divisor:
        near = [d for d in range(1, min(number, 4096) + 1) if number % d == 0]
        best = min(near, key=lambda d: abs(d - divisor)) if near else 1
        message = f"{what} is {number}, which {by} {divisor} does not divide; try {by} {best}"
        raise ShapeError(message)


def check_at_least(name: str, value: int, least: int = 1) -> None:
    """Refuse an option below its smallest meaning."""
    if value < least:
        message = f"{name} is {value}; use {least} or more"
        raise ShapeError(message)
