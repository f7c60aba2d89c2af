"""An exercise, from what was given to every number of its working."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convcalc.errors import UsageError
from convcalc.hand.exercise import Axes, Exercise
from convcalc.hand.options import (
    WRT,
    biases,
    check_options,
    check_span,
    in_options,
    leftover,
    matrices,
    op_named,
    per_axis,
    sides,
    upstream,
)
from convcalc.hand.parts import Shape, Working
from convcalc.reference.transposed import scatter_axes
from convcalc.reference.windows import Axis, out_shape, slide


def worked(
    op: str,
    x: Any,
    k: Any = None,
    *,
    size: int | Shape | None = None,
    bias: Any = None,
    grad: Any = None,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    output_padding: Any = 0,
    fit: str = "floor",
    count_include_pad: bool = True,
    flip: bool = False,
    wrt: Sequence[str] = (),
    step: Shape | None = None,
    dims: int | None = None,
) -> Working:
    """An exercise, worked.

    Args:
        op: conv, tconv, maxpool or avgpool, or gradient for that of conv.
        x: the input: text as in `matrices.inline`, nested lists or an array; (rows, columns), with
            channels in front where there are several.
        k: the kernels, of a convolution: (rows, columns), (channels, …), (filters, channels, …). For
            tconv nested lists have x's channels first and the filters second, as in PyTorch.
        size: the window, of a pool.
        bias: one number per filter.
        grad: the gradient with respect to the result; then the gradients are worked.
        stride: cells from one window to the next; 1, or a pool's own size.
        padding: cells per side, pairs (before, after), or valid, same, same_lower, full, causal.
        dilation: cells from one tap to the next.
        output_padding: of tconv, cells added at the end.
        fit: floor, strict, ceil or caffe.
        count_include_pad: whether an average counts padding zeros.
        flip: also do the true convolution, with the kernel turned by 180 degrees.
        wrt: which gradients: input, weights, bias; all of them unless named.
        step: the only window to work, by its place.
        dims: 1 or 2 axes, where nested lists could be either.

    Raises:
        UsageError: what was given does not go together, or is more than is done by hand.
    """
    op = op_named(op, grad)
    pool = op.endswith("pool")
    check_options(
        op, k, size, bias, grad, dilation, output_padding, fit, count_include_pad, flip, wrt, step
    )
    if dims not in (None, 1, 2):
        message = f"--dims is {dims}; by hand, use 1 or 2"
        raise UsageError(message)
    image, kernel, axes_of, fractions = matrices(op, x, k, dims)
    kernel_size = kernel.shape[2:] if kernel is not None else per_axis(size, axes_of, "the window")
    options = {
        "stride": per_axis(stride, axes_of, "--s") if stride is not None else (
            kernel_size if pool else (1,) * axes_of
        ),
        "padding": sides(padding, axes_of),
        "dilation": per_axis(dilation, axes_of, "--d"),
    }  # fmt: skip
    check_span(kernel_size, options["dilation"])
    names = {"x": image} | ({"k": kernel} if kernel is not None else {})
    maps = len(image) if kernel is None else kernel.shape[1 if op == "tconv" else 0]
    try:
        lines: Axes
        if op == "tconv":
            options["output_padding"] = per_axis(output_padding, axes_of, "--a")
            lines = scatter_axes(op, image.shape[1:], kernel_size, **options)
            places = tuple(line.size for line in lines)
        else:
            lines = slide(op, image.shape[1:], kernel_size, fit=fit, **options)
            places = out_shape(lines)
    except (ValueError, TypeError) as error:
        raise UsageError(in_options(str(error), axes_of)) from None
    if grad is not None:
        above, more = upstream(grad, (maps, *places))
        names["dy"], fractions = above, fractions or more
    if bias is not None:
        names["bias"], more = biases(bias, maps)
        fractions = fractions or more
    exercise = Exercise(op, names, kernel_size, lines, places, step, count_include_pad)
    exercise.check_size(maps)
    if grad is not None:
        sections = exercise.gradients(wrt or (("input",) if pool else WRT))
    else:
        sections = exercise.forward(flip=flip)
    slid = [line for line in lines if isinstance(line, Axis)]
    return Working(
        op,
        names,
        kernel_size,
        options,
        sections,
        [*leftover(slid), *exercise.notes],
        fractions,
        step,
        tuple((axis.before, axis.after) for axis in slid),
        op == "conv" or (op == "avgpool" and count_include_pad),
    )
