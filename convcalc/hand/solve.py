"""Solves an exercise, with every number of the calculation."""

from __future__ import annotations

from typing import Any

from convcalc.errors import UsageError
from convcalc.hand.exercise import Axes, Exercise
from convcalc.hand.model import Shape, Working
from convcalc.hand.options import (
    WRT,
    Options,
    biases,
    check_span,
    find_op,
    in_options,
    leftover,
    matrices,
    options_from,
    per_axis,
    sides,
    upstream,
)
from convcalc.reference.transposed import scatter_axes
from convcalc.reference.windows import Axis, out_shape, slide


def solve(op: str, x: Any, k: Any = None, **settings: Any) -> Working:
    """Solve an exercise, with every step.

    Args:
        op: conv, tconv, maxpool or avgpool, or gradient for that of conv.
        x: the input: text as in `matrices.inline`, nested lists or an array; (rows, columns), after
            the channels if there are several.
        k: the kernels of a convolution: (rows, columns), (channels, …), (filters, channels, …). For
            tconv nested lists have x's channels first and the filters second, as in PyTorch.
        settings: stride, padding, bias, grad and the other fields of `Options`.

    Raises:
        UsageError: the arguments do not fit together, or are too large for work by hand.

    >>> solve("conv", "0 1 2; 3 4 5", "1 1", stride=1)["y"].result.tolist()
    [[[1, 3], [7, 9]]]
    """
    options = options_from(settings)
    op = find_op(op, options.grad)
    options.check(op, k)
    image, kernel, axes, fractions = matrices(op, x, k, options.dims)
    names = {"x": image} if kernel is None else {"x": image, "k": kernel}
    maps = len(image) if kernel is None else kernel.shape[1 if op == "tconv" else 0]
    kernel_size = per_axis(options.size, axes, "the window") if kernel is None else kernel.shape[2:]
    numbers = _per_axis_options(op, options, kernel_size, axes)
    lines, places = _places(op, image.shape[1:], kernel_size, options.fit, numbers)
    for name, read, given in (
        ("dy", upstream, options.grad),
        ("bias", biases, options.bias),
    ):
        if given is not None:
            names[name], more = read(given, (maps, *places))
            fractions = fractions or more
    exercise = Exercise(
        op, names, kernel_size, lines, places, options.step, options.count_include_pad
    )
    exercise.check_size(maps)
    if options.grad is None:
        sections = exercise.forward(flip=options.flip)
    else:
        sections = exercise.gradients(options.wrt or (("input",) if kernel is None else WRT))
    windows = [line for line in lines if isinstance(line, Axis)]
    return Working(
        op=op,
        given=names,
        kernel_size=kernel_size,
        options=numbers,
        sections=sections,
        notes=[*leftover(windows), *exercise.notes],
        fractions=fractions,
        step=options.step,
        pads=tuple((axis.before, axis.after) for axis in windows),
        counts_padding=op == "conv" or (op == "avgpool" and options.count_include_pad),
        fit=options.fit,
    )


def _per_axis_options(op: str, options: Options, kernel_size: Shape, axes: int) -> dict[str, Any]:
    """Stride, padding and dilation per axis, and a transposed convolution's output padding."""
    stride = options.stride
    if stride is None:
        stride = kernel_size if op.endswith("pool") else 1
    numbers = {
        "stride": per_axis(stride, axes, "--s"),
        "padding": sides(options.padding, axes),
        "dilation": per_axis(options.dilation, axes, "--d"),
    }
    check_span(kernel_size, numbers["dilation"])
    if op == "tconv":
        numbers["output_padding"] = per_axis(options.output_padding, axes, "--a")
    return numbers


def _places(
    op: str, shape: Shape, kernel_size: Shape, fit: str, numbers: dict[str, Any]
) -> tuple[Axes, Shape]:
    """The places of the windows or stamps, from the witness; and the sizes of the result."""
    try:
        if op == "tconv":
            stamps = scatter_axes(op, shape, kernel_size, **numbers)
            return stamps, tuple(line.size for line in stamps)
        windows = slide(op, shape, kernel_size, fit=fit, **numbers)
        return windows, out_shape(windows)
    except (ValueError, TypeError) as error:
        raise UsageError(in_options(str(error), len(shape))) from None
