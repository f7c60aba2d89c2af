"""Interpolation to any size, one axis after the other."""

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.loops_resize import MODES, resize_parts
from convcalc.reference.tally import Tally


def resize(
    x: npt.ArrayLike,
    *,
    size: object = None,
    scale: object = None,
    mode: str = "nearest",
    align_corners: bool = False,
    tally: Tally | None = None,
) -> Array:
    """Cells interpolated along each axis; arguments as in `loops_resize.resize`.

    >>> resize([[1, 3]], scale="3/2", mode="linear")
    array([[1., 2., 3.]])
    """
    image, shares = resize_parts(x, size, scale, mode, align_corners=align_corners)
    taps = MODES[mode]
    dtype = image.dtype if mode == "nearest" else mean_type(image)
    y = image if mode == "nearest" else image.astype(np.promote_types(dtype, np.float32))
    with np.errstate(all="ignore"):
        for number, axis in enumerate(shares):
            if mode == "nearest":
                y = y.take([parts[0][0] for parts in axis], axis=1 + number)
                continue
            total = np.zeros((*y.shape[: 1 + number], len(axis), *y.shape[2 + number :]), y.dtype)
            for tap in range(taps):
                every = [parts[tap] if tap < len(parts) else (0, 0.0) for parts in axis]
                part = y.take([cell for cell, _ in every], axis=1 + number)
                share = np.array([share for _, share in every], dtype=y.dtype)
                share = share.reshape(-1, *(1 for _ in shares[number + 1 :]))
                # Cells with a share of 0 are left out: 0 · inf would be nan.
                total += np.where(share == 0, 0, part * share)
            y = total
    if tally is not None and taps > 1:
        blends = sum(taps**level for level in range(len(shares))) * y.size
        tally.count(blends, multiplications=taps, adds=taps - 1)
    return checks.in_type(y, dtype)
