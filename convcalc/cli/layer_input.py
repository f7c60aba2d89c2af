"""The input of one layer, from ``--input`` or from ``--n``, ``--cin`` and ``--dims``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.option_words import typed_for
from convcalc.cli.order_option import check_order, in_order, in_said_order
from convcalc.cli.output import remark
from convcalc.errors import UsageError
from convcalc.text import listing, times

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape


def input_shape(cls: type[Layer], typed: dict[str, Any]) -> Shape:
    """The input shape, from ``--input`` or from ``--n``, ``--cin`` and ``--dims``.

    Raises:
        UsageError: there is none, or they contradict each other.
    """
    shape, sizes, channels, dims = (typed[name] for name in ("shape", "n", "cin", "dims"))
    check_order(shape)
    kernel = typed["kernel_size"]
    if isinstance(kernel, tuple) and len(kernel) == 3 and not (dims or cls.dimensions):
        _read_depth(typed)
    if shape:
        if sizes or channels or dims:
            given = {"--n": sizes, "--cin": channels, "--dims": dims}
            extra = listing([name for name in given if given[name]])
            message = f"--input gives the whole shape; leave {extra} out"
            if typed_for(click.get_current_context(), "--n") == "--size":
                message += "; the size of a window is --k"
            raise UsageError(message)
        if len(shape) == 2 and (cls.dimensions or _axes_said(typed)) == 2:
            remark(f"note: the input {times(shape)} is read as 1 channel of two axes")
            return (1, *shape)
        return in_said_order(shape)
    if cls.needs_flat and not dims and bool(sizes) != bool(channels):
        return sizes or (channels,)
    if not sizes:
        raise UsageError("give the input size with --n 32, or the shape with --input 3x32x32")
    shown = "x".join(map(str, sizes))
    if len(sizes) > 3:
        message = f"--n {shown} has {len(sizes)} sides; give 1 to 3, and the channels with --cin"
        raise UsageError(message)
    if len(sizes) == 1:
        if typed["padding"] == "causal" and not (dims or cls.dimensions):
            remark(
                "note: --p causal pads a sequence, so --n is read as one axis; --dims 1 does the same"
            )
        sizes = sizes * (dims or cls.dimensions or _axes_said(typed) or _axes_called())
    elif len(sizes) == 3 and not (channels or dims or cls.dimensions):
        from convcalc.cli.meant.short_layers import channels_first

        whole = channels_first([*map(str, sizes)])
        what = f"--n {shown} is read as 3 axes with 1 channel"
        remark(f"note: {what}; if one of them is the channels, write --input {whole}")
    elif dims and dims != len(sizes):
        message = f"--n {shown} has {len(sizes)} axes, but --dims is {dims}; leave one out"
        raise UsageError(message)
    return (channels or 1, *sizes)


def _read_depth(typed: dict[str, Any]) -> None:
    """Remove the depth from a filter size such as ``5x5x3`` if the input has one axis less, or print how it is read."""
    *sides, depth = typed["kernel_size"]
    shape, sizes = typed["shape"], typed["n"]
    shown = "x".join(map(str, typed["kernel_size"]))
    if shape and len(shape) == 3 and in_order(shape)[0] == depth:
        remark(
            f"note: --k {shown} is read as {times(sides)}; the {depth} is the depth of the input"
        )
        typed["kernel_size"] = tuple(sides)
    elif sizes and len(sizes) == 1:
        short = "x".join(map(str, sides if len({*sides}) > 1 else sides[:1]))
        way_out = f"for filters of depth {depth} write --k {short} --cin {depth}"
        remark(f"note: --k {shown} is read as 3 axes; {way_out}")


def _axes_said(typed: dict[str, Any]) -> int:
    """The number of axes in values such as ``--k 3x5``; 0 if they have one number for all axes; causal means 1."""
    if typed["padding"] == "causal":
        return 1
    values = [typed[name] for name in ("kernel_size", "stride", "dilation")]
    return max([len(value) for value in values if isinstance(value, tuple)], default=0)


def _axes_called() -> int:
    """The number of axes if one size is given: 1 if the option is called a length, else 2."""
    return 1 if "len" in typed_for(click.get_current_context(), "--n") else 2
