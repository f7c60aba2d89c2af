"""The loop nest of interpolation to any size."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Shape
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.tally import Tally

MODES = {"nearest": 1, "linear": 2, "cubic": 4}
"""Cells that a value is made of along one axis."""

KEYS = -0.75
"""Keys's parameter of the cubic kernel, as PyTorch and ONNX have it."""

Shares = list[list[tuple[int, float]]]
"""For each output cell of one axis the input cells it is made of, and how much it takes of each."""


def resize(
    x: npt.ArrayLike,
    *,
    size: object = None,
    scale: object = None,
    mode: str = "nearest",
    align_corners: bool = False,
    tally: Tally | None = None,
) -> Array:
    """y[c, i] = the interpolated value of x at the position of output cell i

    Cells are areas: output cell i has its centre at (i + ½) / scale − ½ of the input. With
    align_corners the centres of the first and the last cell stay where they are. nearest takes the cell
    under the front edge of i. Beyond the border the last cell is repeated.

    Args:
        x: (C, *spatial).
        size: output cells, per axis.
        scale: or the ratio of the sizes, per axis: a whole number or a text such as "3/2"; a fraction
            of an output cell is dropped.
        mode: nearest, linear or cubic.
        align_corners: see above.

    >>> resize([[1, 2]], size=3)
    array([[1, 1, 2]])
    >>> resize([[1, 3]], size=3, mode="linear", align_corners=True)
    array([[1., 2., 3.]])
    """
    image, shares = resize_parts(x, size, scale, mode, align_corners=align_corners)
    tally = tally or Tally()
    y = np.zeros((len(image), *map(len, shares)), dtype=image.dtype if mode == "nearest" else float)
    with np.errstate(all="ignore"):
        for channel, *place in np.ndindex(*y.shape):
            parts = [axis[p] for axis, p in zip(shares, place, strict=True)]
            if mode == "nearest":
                y[(channel, *place)] = image[(channel, *(part[0][0] for part in parts))]
            else:
                y[(channel, *place)] = _between(image[channel], (), parts, MODES[mode], tally)
    return y.astype(image.dtype if mode == "nearest" else mean_type(image))


def _between(
    map_: Array, cell: Shape, parts: list[list[tuple[int, float]]], taps: int, tally: Tally
) -> Any:
    """The interpolated value of the cells in `parts`: along the first axis, of the values along the others."""
    if not parts:
        return np.float64(map_[cell])
    given = parts[0]
    # A position exactly on a cell takes all of it; the others are multiplied by 0, as elsewhere.
    every = [*given, *([(given[0][0], 0.0)] * (taps - len(given)))]
    values = [_between(map_, (*cell, one), parts[1:], taps, tally) for one, _ in every]
    total = tally.sum(
        [tally.multiply(share, value) for (_, share), value in zip(every, values, strict=True)]
    )
    return values[0] if len(given) == 1 else total  # 0 · inf would be nan


def resize_parts(
    x: npt.ArrayLike, size: object, scale: object, mode: str, *, align_corners: bool
) -> tuple[Array, list[Shares]]:
    """The map, and the shares along each of its axes."""
    image = checks.feature_map("resize", x)
    mode = checks.one_of("resize", "mode", mode, [*MODES])
    if (size is None) == (scale is None):
        message = "resize: give either size or scale"
        raise ValueError(message)
    sides = image.shape[1:]
    if size is not None:
        wanted = checks.per_axis("resize", "size", size, len(sides))
        steps = list(zip(sides, wanted, strict=True))
    else:
        ratios = _ratios(scale, len(sides))
        wanted = tuple(n * above // below for n, (above, below) in zip(sides, ratios, strict=True))
        steps = [(below, above) for above, below in ratios]
        if min(wanted) < 1:
            message = f"resize: scale {scale} leaves nothing of {sides}; give a larger one"
            raise ValueError(message)
    return image, [
        _shares(n, o, step, mode, align_corners=align_corners)
        for n, o, step in zip(sides, wanted, steps, strict=True)
    ]


def _ratios(scale: object, axes: int) -> list[tuple[int, int]]:
    """The two numbers of each axis's ratio."""
    listed = (
        list(scale)
        if isinstance(scale, Sequence) and not isinstance(scale, str)
        else [scale] * axes
    )
    found = []
    for one in listed:
        above, _, below = str(one).partition("/")
        if not (above.isdigit() and (below or "1").isdigit()) or len(listed) != axes:
            message = (
                f"resize: scale is {scale!r}; give a number or a text such as '3/2', one or {axes}"
            )
            raise ValueError(message)
        found.append((int(above), int(below or 1)))
    return found


def _shares(n: int, o: int, step: tuple[int, int], mode: str, *, align_corners: bool) -> Shares:
    """The position of each output cell as `above / below` in whole numbers, and its input cells and shares."""
    cells, places = step
    made: Shares = []
    for place in range(checks.walkable("resize", "size", o)):
        if mode == "nearest":
            made.append([(place * cells // places, 1.0)])
            continue
        above, below = (2 * place + 1) * cells - places, 2 * places
        if align_corners:
            above, below = (place * (n - 1), o - 1) if o > 1 else (0, 1)
        first, rest = divmod(above, below)
        share = rest / below
        taps = {0: 1.0}
        if rest and mode == "linear":
            taps = {0: 1.0 - share, 1: share}
        elif rest:
            taps = {cell: _keys(abs(share - cell)) for cell in (-1, 0, 1, 2)}
        made.append([(min(max(first + cell, 0), n - 1), part) for cell, part in taps.items()])
    return made


def _keys(away: float) -> float:
    """The share of a cell at a distance: Keys (1981), equation 4, with a = −3/4."""
    if away <= 1:
        return (KEYS + 2) * away**3 - (KEYS + 3) * away**2 + 1
    return KEYS * away**3 - 5 * KEYS * away**2 + 8 * KEYS * away - 4 * KEYS
