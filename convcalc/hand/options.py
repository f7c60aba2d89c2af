"""Checks of the arguments before any arithmetic: operations, matrices, options per axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from convcalc import formulas
from convcalc.errors import UsageError, did_you_mean
from convcalc.hand.matrices import Given, as_matrix
from convcalc.hand.model import Array, Shape
from convcalc.layers.option_types import FIT, OPTION_TYPES, PADDING, PER_AXIS, WHOLE
from convcalc.layers.values import VALUES
from convcalc.layers.window import Axis as WindowAxis
from convcalc.reference.windows import Axis
from convcalc.text import as_decimal, plural, quoted, shortened, times

MAX_OPTION = 1000  # stride, padding, dilation …
MAX_SPAN = 100_000  # cells from a kernel's first tap to its last

# The names of each operation, and the words of an option.
OPS = {
    "conv": ("convolution", "correlation", "cross-correlation", "conv2d", "conv1d"),
    "tconv": ("conv_transpose", "transposed", "deconv"),
    "maxpool": ("max", "max_pool"),
    "avgpool": ("avg", "average", "mean", "avg_pool"),
}
GRADIENTS = ("gradient", "grad", "backward")  # of conv
WRT = ("input", "weights", "bias")

# The allowed types of each option in Python; --step and --wrt are lists, and matrices are read later.
_TYPES = {
    "size": ("--k", PER_AXIS),
    "stride": ("--s", PER_AXIS),
    "padding": ("--p", PADDING),
    "dilation": ("--d", PER_AXIS),
    "output_padding": ("--a", PER_AXIS),
    "fit": ("--fit", FIT),
    "count_include_pad": ("count_include_pad", OPTION_TYPES[bool]),
    "flip": ("flip", OPTION_TYPES[bool]),
    "dims": ("--dims", WHOLE),
}

# The witness's names and the names here; its names of axes by their number.
WORDS = {
    "(kernel_size ": "(--k ", ", dilation ": ", --d ", "output_padding": "--a", "with stride": "with --s",
    "one spatial axis": "one axis", " spatial axes": " axes", "fit floor or ceil": "--fit floor or ceil",
}  # fmt: skip
AXES = {1: ("the row",), 2: ("the height", "the width")}


def find_op(word: str, grad: Any) -> str:
    """An operation by any of its names."""
    if word in GRADIENTS:
        if grad is None:
            message = f"--op {word} needs the gradient that comes from above; give it with --grad"
            raise UsageError(message)
        return "conv"
    word = VALUES.scalar(word, "--op")
    for op, others in OPS.items():
        if word == op or word in others:
            return op
    known = [*OPS, GRADIENTS[0], *(other for others in OPS.values() for other in others)]
    near = did_you_mean(word, known) or f"; known: {', '.join([*OPS, GRADIENTS[0]])}"
    message = f"--op: no operation {shortened(word)!r}{near}"
    raise UsageError(message)


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of an exercise, without its input and kernel.

    Attributes:
        size: the window of a pool.
        bias: one number per filter.
        grad: the gradient with respect to the result; if given, gradients are calculated.
        stride: cells from one window to the next; 1, or a pool's own size.
        padding: cells per side, pairs (before, after), or valid, same, same_lower, full, causal.
        dilation: cells from one tap to the next.
        output_padding: for tconv, cells added at the end.
        fit: floor, strict, ceil or caffe.
        count_include_pad: whether an average counts padding zeros.
        flip: also do the true convolution, with the kernel turned by 180 degrees.
        wrt: the gradients: input, weights, bias; all by default.
        step: the place of the only window to calculate.
        dims: 1 or 2 axes, if nested lists could be either.
    """

    size: Any = None
    bias: Any = None
    grad: Any = None
    stride: Any = None
    padding: Any = 0
    dilation: Any = 1
    output_padding: Any = 0
    fit: str = "floor"
    count_include_pad: bool = True
    flip: bool = False
    wrt: Sequence[str] = ()
    step: Shape | None = None
    dims: int | None = None

    def check(self, op: str, k: Any) -> None:
        """Refuse missing options, and options that contradict each other.

        Raises:
            UsageError: names the option, and what to do.
        """
        pool = op.endswith("pool")
        if pool:
            self.check_window(op)
        elif k is None:
            message = f"{op} needs a kernel; give it with --k '0 1; 2 3'"
            raise UsageError(message)
        self.check_meaning(op)
        self.check_wrt(op, ("input",) if pool else WRT)
        if self.step is not None and self.grad is not None and not pool and len(self.wrt) != 1:
            message = "--step: --grad gives several gradients; choose one with --wrt input, weights or bias"
            raise UsageError(message)
        if self.dims not in (None, 1, 2):
            message = f"--dims is {self.dims}; by hand, use 1 or 2"
            raise UsageError(message)

    def check_window(self, op: str) -> None:
        """Refuse a pool without a window."""
        if self.size is None:
            message = f"{op} needs the size of its window; give it with --k 2 or --k 2x3"
            raise UsageError(message)
        if min(self.size if isinstance(self.size, tuple) else (self.size,)) < 1:
            message = f"{op}: the window is {self.size}; give 1 or more cells with --k"
            raise UsageError(message)

    def check_meaning(self, op: str) -> None:
        """Refuse options that an operation does not have."""
        pool, gradient = op.endswith("pool"), self.grad is not None
        meaningless = {
            "--bias": self.bias is not None and (pool or gradient),
            "--d": self.dilation not in (1, (1,), (1, 1)) and op == "avgpool",
            "--output-padding": self.output_padding != 0 and op != "tconv",
            "--fit": self.fit != "floor" and op == "tconv",
            "--exclude-pad": not self.count_include_pad and op != "avgpool",
            "--flip": self.flip and (op != "conv" or gradient),
            "--wrt": bool(self.wrt) and not gradient,
        }
        for option, is_given in meaningless.items():
            if is_given:
                what, out = (f"a gradient of {op}", "it or --grad") if gradient else (op, "it")
                message = f"{option} has no meaning for {what}; leave {out} out"
                raise UsageError(message)

    def check_wrt(self, op: str, known: tuple[str, ...]) -> None:
        """Refuse gradients that do not exist."""
        for word in self.wrt:
            if not word:
                message = f"--wrt: {quoted(','.join(self.wrt))} has a name missing; known: {', '.join(known)}"
                raise UsageError(message)
            if word not in known:
                message = f"--wrt: no gradient of {op} with respect to {shortened(word)!r}{did_you_mean(word, known)}"
                raise UsageError(message)


def options_from(settings: dict[str, Any]) -> Options:
    """The options from keywords.

    Raises:
        UsageError: an option does not exist, or does not take the value.
    """
    known = [field.name for field in fields(Options)]
    plain = dict(settings)
    for name, value in settings.items():
        if name not in known:
            message = f"no option {shortened(name)!r}{did_you_mean(name, known)}"
            raise UsageError(message)
        if value is None:
            del plain[name]  # None means the default
        elif name in _TYPES:
            option, option_type = _TYPES[name]
            plain[name] = option_type.check(value, option)
        elif name == "step":
            plain[name] = tuple(
                VALUES.number(i, "--step") for i in VALUES.sequence(value, "--step")
            )
        elif name == "wrt":
            words = value.split(",") if isinstance(value, str) else VALUES.sequence(value, "--wrt")
            plain[name] = tuple(VALUES.scalar(word, "--wrt").strip() for word in words)
    return Options(**plain)


def in_options(message: str, axes: int) -> str:
    """A message of the witness in the words of the options.

    >>> in_options("conv: a window 3 wide (kernel_size 3, dilation 1) … of spatial axis 0", 2)
    'conv: a window 3 wide (--k 3, --d 1) … of the height'
    """
    words = WORDS | {f"spatial axis {number}": name for number, name in enumerate(AXES[axes])}
    for word, ours in words.items():
        message = message.replace(word, ours)
    return message


def array_of(matrix: Given, shape: Shape) -> Array:
    """Exact numbers as an array of Python's numbers."""
    made = np.empty(len(matrix.cells), dtype=object)
    made[:] = matrix.cells
    return made.reshape(shape)


def matrices(op: str, x: Any, k: Any, dims: int | None) -> tuple[Array, Array | None, int, bool]:
    """Input (C, …) and kernels (first, second, …) as arrays; number of axes; whether there are fractions."""
    image = as_matrix(x, "--x")
    kernel = as_matrix(k, "--k") if k is not None else None
    axes = dims or max(_plane(matrix) for matrix in (image, kernel) if matrix)
    lead, spatial = split(image, axes, "--x")
    if len(lead) > 1:
        message = f"--x has {len(lead)} axes in front of its {axes}; give channels only, with |"
        raise UsageError(message)
    channels = lead[0] if lead else 1
    cells = array_of(image, (channels, *spatial))
    if kernel is None:
        return cells, None, axes, image.fractions
    front, taps = split(kernel, axes, "--k")
    by_channel = (
        op == "tconv" and not kernel.axes
    )  # nested lists in PyTorch's order: (channels, filters, …)
    if len(front) == 2:
        sizes = front
    elif len(front) == 1:
        # Inline, | separates channels; for nested lists, x decides.
        channelled = bool(kernel.axes) or channels > 1
        sizes = (front[0], 1) if channelled == by_channel else (1, front[0])
    else:
        sizes = (1, 1)
    own = sizes[0] if by_channel else sizes[1]
    if own != channels:
        message = f"--k has kernels for {plural(own, 'channel')}, but --x has {channels}; give one kernel per channel, with |, and separate filters with ||"
        raise UsageError(message)
    array = array_of(kernel, (*sizes, *taps))
    if op == "tconv" and not by_channel:
        array = array.swapaxes(0, 1)
    return cells, array, axes, image.fractions or kernel.fractions


def _plane(matrix: Given) -> int:
    """How many axes are rows and columns."""
    return matrix.axes or min(len(matrix.shape), 2)


def split(matrix: Given, axes: int, what: str) -> tuple[Shape, Shape]:
    """The leading sizes, and those of rows and columns; a single row becomes a matrix of one row."""
    own = matrix.axes or min(len(matrix.shape), axes)
    if own > axes:
        message = f"{what} has rows, but --dims is {axes}; give one row per channel"
        raise UsageError(message)
    cut = len(matrix.shape) - own
    return matrix.shape[:cut], (1,) * (axes - own) + matrix.shape[cut:]


def upstream(grad: Any, shape: Shape) -> tuple[Array, bool]:
    """The gradient from above, in the shape of the result."""
    above = as_matrix(grad, "--grad")
    sizes = tuple(n for n in above.shape if n > 1)
    if sizes != tuple(n for n in shape if n > 1):
        wanted = times(shape if shape[0] > 1 else shape[1:])
        message = f"--grad is {times(above.shape)}, but the result is {wanted}; give one number for each of its cells"
        raise UsageError(message)
    return array_of(above, shape), above.fractions


def biases(bias: Any, shape: Shape) -> tuple[Array, bool]:
    """One number per map of the result."""
    maps = shape[0]
    found = as_matrix(bias, "--bias")
    if len(found.cells) != maps:
        message = f"--bias has {plural(len(found.cells), 'number')} for {plural(maps, 'filter')}; give one each"
        raise UsageError(message)
    return array_of(found, (maps,)), found.fractions


def per_axis(value: Any, axes: int, what: str) -> Shape:
    """An option, once per axis."""
    numbers = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(numbers) != axes:
        message = f"{what} has {plural(len(numbers), 'number')}, but there {'is 1 axis' if axes == 1 else f'are {axes} axes'}; give one number, or one per axis"
        raise UsageError(message)
    for number in numbers:
        _check_number(number, what)
    return numbers


def _check_number(number: int, what: str) -> None:
    """Refuse numbers too large for an exercise by hand."""
    if number > MAX_OPTION:
        message = f"{what} is {number:,}; by hand, use up to {MAX_OPTION:,}"
        raise UsageError(message)


def sides(value: Any, axes: int) -> Any:
    """Padding per axis; a single pair (before, after) is for each axis."""
    if isinstance(value, str):
        return value
    entries = (value,) if isinstance(value, int) else tuple(value)
    for entry in entries:
        for number in (entry,) if isinstance(entry, int) else entry:
            _check_number(number, "--p")
    return entries * axes if len(entries) == 1 else entries


def check_span(kernel_size: Shape, dilation: Shape) -> None:
    """Refuse kernels that are too wide for work by hand."""
    for k, d in zip(kernel_size, dilation):
        if formulas.effective_kernel(k, d) > MAX_SPAN:
            message = f"the kernel is {formulas.effective_kernel(k, d):,} cells wide; by hand, use up to {MAX_SPAN:,}"
            raise UsageError(message)


def leftover(axes: Sequence[Axis]) -> list[str]:
    """A note for each axis whose last cells no window reads, or whose last window goes past the end."""
    words = ("row", "column") if len(axes) == 2 else ("cell",)
    notes = []
    for axis, word in zip(axes, words):
        line = WindowAxis(axis.size, axis.extent, axis.stride, axis.before, axis.after)
        windows = len(axis.starts)
        left = line.slack - (windows - 1) * line.s
        if not left:
            continue
        along = f"{word}s: " if len(axes) == 2 else ""
        quotient = f"({line.padded_size} − {line.effective_kernel})/{line.s} + 1"
        cells = left - line.after  # padding at the end is read last
        if left < 0:
            rounding = f"rounded up to {windows}; the last window goes past the end by {-left}"
        elif cells > 0:
            last = f"the last {word} is" if cells == 1 else f"the last {cells} {word}s are"
            rounding = f"rounded down to {windows}; {last} never read"
        else:
            rounding = f"rounded down to {windows}; only padding is left unread"
        notes.append(f"{along}{quotient} = {as_decimal(line.exact)} windows, {rounding}")
    return notes
