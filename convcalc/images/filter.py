"""Image kernels on pictures: each channel separately, rounded and clipped to 8 bits."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from convcalc.errors import UsageError
from convcalc.files import is_one_of, write_file
from convcalc.images.files import Picture, Pixels, check_suffix, encode, read_picture
from convcalc.images.report import filter_report
from convcalc.layers.option_types import Choice
from convcalc.reference import conv2d
from convcalc.text import printable, times

if TYPE_CHECKING:
    from convcalc.images.kernels import Kernel
    from convcalc.report import Report

STRIP = 200_000  # pixels computed at a time
FLOAT32_EXACT = 2**24  # whole numbers up to here are exact in float32
MAX_PRODUCTS = 10**10  # about ten seconds
BORDERS = {"zero": "constant", "reflect": "reflect", "edge": "edge", "none": ""}


@dataclass(frozen=True)
class Applied:
    """A picture after a kernel.

    Attributes:
        picture: the result, in 8 bits.
        below, above: values under 0 and over 255, which were clipped.
        pixels: how many pixels have a clipped value.
    """

    picture: Picture
    below: int
    above: int
    pixels: int


def filter_file(
    path: str | os.PathLike[str],
    kernel: Kernel,
    output: str | os.PathLike[str] = "",
    *,
    border: str = "zero",
    flip: bool = False,
    absolute: bool = False,
) -> tuple[Report, Picture]:
    """Apply a kernel to a picture file; options as for `apply`.

    Args:
        path: the picture.
        kernel: the kernel.
        output: the file for the result, if any; its suffix chooses the format.

    Returns:
        The report, and the result.

    Raises:
        UsageError: a file cannot be read or written, or as in `apply`.
    """
    path, output = os.fspath(path), os.fspath(output)
    if output and is_one_of(output, [path]):
        message = f"-o {printable(output)}: is the picture itself; choose another name"
        raise UsageError(message)
    if output:
        check_suffix(output)
    source = read_picture(path)
    result = apply(source, kernel, border=border, flip=flip, absolute=absolute)
    if output:
        data, notes = encode(result.picture, output)
        noted = replace(result.picture, notes=(*result.picture.notes, *notes))
        result = replace(result, picture=noted)
        write_file(output, [data])
    options = {"border": border, "flip": flip, "absolute": absolute}
    return filter_report(kernel, path, source, result, options), result.picture


def apply(
    picture: Picture,
    kernel: Kernel,
    *,
    border: str = "zero",
    flip: bool = False,
    absolute: bool = False,
) -> Applied:
    """Apply a kernel to each channel; values are rounded to whole numbers, and clipped to 0 … 255.

    Args:
        picture: the picture.
        kernel: the kernel.
        border: the pixels around the picture: zero, reflect (mirrored), edge (the outermost pixels
            repeated), or none: the result is smaller.
        flip: turn the kernel by 180 degrees: a true convolution.
        absolute: use absolute values, so that edges are visible in both directions.

    Raises:
        UsageError: the border is unknown; without one, the kernel is larger than the picture; or
            there are too many products.
    """
    Choice(*BORDERS).check(border, "--border")
    weight = np.array(kernel.turned if flip else kernel.values, dtype=np.int64)
    most = int(np.abs(weight).sum()) * 255
    dtype = np.float32 if most < FLOAT32_EXACT else np.float64
    high, wide = weight.shape
    rows, columns = picture.size
    channels, alpha = picture.channels, picture.alpha
    if border == "none":
        if high > rows or wide > columns:
            message = (
                f"a {high}×{wide} kernel does not fit {rows}×{columns} pixels; use another --border"
            )
            raise UsageError(message)
        rows, columns = rows - high + 1, columns - wide + 1
        if alpha is not None:
            top, left = (high - 1) // 2, (wide - 1) // 2
            alpha = alpha[top : top + rows, left : left + columns]
    _check_work(len(channels), (rows, columns), kernel.shape)
    made = np.empty((len(channels), rows, columns), dtype=np.uint8)
    clipped = np.zeros((rows, columns), dtype=bool)
    below = above = 0
    step = max(1, STRIP // columns)
    for number, one in enumerate(channels):
        around = one if border == "none" else _pad(one, high, wide, border)
        for first in range(0, rows, step):
            strip = around[first : first + step + high - 1].astype(dtype)
            sums = conv2d(strip[np.newaxis], weight[np.newaxis, np.newaxis].astype(dtype))[0]
            sums = np.abs(sums) if absolute else sums  # before rounding: -1/2 becomes 1 like 1/2
            values = np.floor(sums.astype(np.float64) / kernel.divisor + 0.5)
            part = slice(first, first + len(values))
            under, over = values < 0, values > 255
            below, above = below + int(under.sum()), above + int(over.sum())
            clipped[part] |= under | over
            made[number, part] = np.clip(values, 0, 255).astype(np.uint8)
    return Applied(Picture(made, alpha, picture.notes), below, above, int(clipped.sum()))


def _check_work(maps: int, size: tuple[int, int], kernel: tuple[int, ...]) -> None:
    """Refuse too many products.

    Raises:
        UsageError: there are too many.
    """
    products = maps * prod(size) * prod(kernel)
    if products > MAX_PRODUCTS:
        message = (
            f"a {times(kernel)} kernel makes {products:,} products on {times(size)} pixels, more than "
            f"{MAX_PRODUCTS:,}; use a smaller picture or kernel"
        )
        raise UsageError(message)


def _pad(one: Pixels, high: int, wide: int, border: str) -> Pixels:
    """A channel with the padding that keeps its size; an odd cell goes to the end."""
    pads = [((n - 1) // 2, n // 2) for n in (high, wide)]
    return np.pad(one, pads, mode=BORDERS[border])  # type: ignore[call-overload, no-any-return]
