"""A picture in a terminal: half blocks in colour, or letters from dark to light."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convcalc.images.files import Picture, read_picture

if TYPE_CHECKING:
    from convcalc.formats import View

MAX_WIDTH = 100  # columns

RAMP = " .:-=+*#%@"
LIGHT = np.array([0.299, 0.587, 0.114])  # of red, green and blue; ITU-R BT.601
CUBE = (0, 95, 135, 175, 215, 255)  # the levels in a terminal's 256 colours


@dataclass(frozen=True)
class Preview:
    """A picture as a figure of a report."""

    picture: Picture

    def lines(self, view: View) -> Iterator[str]:
        """The picture, no wider than the terminal."""
        width = min(view.width or MAX_WIDTH, MAX_WIDTH)
        return preview(self.picture, width, color=view.color, fine=view.all_colors)

    def markup(self) -> str:
        """Nothing: pages show only the numbers."""
        return ""


def preview(
    picture: Picture, width: int, *, color: bool, fine: bool, height: int = 50
) -> Iterator[str]:
    """A picture in a terminal: half blocks in colour, or letters from dark to light.

    Args:
        picture: the picture; transparent parts are shown on black.
        width: the most columns.
        color: whether escape codes may be used.
        fine: whether the terminal has all colours, or 256.
        height: the most lines; each is two pixels high.
    """
    rows, columns = picture.size
    scale = min(1, width / columns, 2 * height / rows)
    across, down = (max(1, round(n * scale)) for n in (columns, rows))
    if color:
        down += down % 2
        small = thumbnail(picture, down, across)
        for above, below in zip(small[::2], small[1::2]):
            yield "".join(_half_block(a, b, fine=fine) for a, b in zip(above, below)) + "\x1b[0m"
        return
    small = thumbnail(picture, max(1, (down + 1) // 2), across)
    light = small @ LIGHT
    for line in (light * len(RAMP) / 256).astype(int):
        yield "".join(RAMP[level] for level in line)


def thumbnail(picture: Picture, down: int, across: int) -> npt.NDArray[np.float64]:
    """The mean colour of each of down × across patches: (down, across, 3)."""
    some = (slice(None, None, max(1, n // (8 * m))) for n, m in zip(picture.size, (down, across)))
    part: Any = (..., *some)  # for a large picture, a few rows and columns are enough
    cells: npt.NDArray[Any] = picture.channels[part].astype(np.float32)
    if picture.alpha is not None:
        cells = cells * (picture.alpha[part].astype(np.float32) / 255)
    for axis, parts in ((1, down), (2, across)):
        n = cells.shape[axis]
        starts = np.arange(parts) * n // parts
        ends = np.maximum(np.append(starts[1:], n), starts + 1)
        sums = np.add.reduceat(cells, starts, axis=axis, dtype=np.float64)
        counts = (ends - starts).reshape([-1 if a == axis else 1 for a in range(3)])
        cells = sums / counts
    return np.moveaxis(np.repeat(cells, 4 - len(cells), axis=0)[:3], 0, 2)


def grey_levels(path: str, down: int, across: int) -> list[list[int]]:
    """A picture from a file as down × across patches of grey, from 0 to 255.

    Raises:
        UsageError: the picture does not exist, or cannot be read.
    """
    levels: list[list[int]] = (
        (thumbnail(read_picture(path), down, across) @ LIGHT).astype(int).tolist()
    )
    return levels


def _half_block(above: Any, below: Any, *, fine: bool) -> str:
    """Two pixels, one over the other, in one character."""
    if fine:
        top, bottom = (";".join(str(round(float(v))) for v in pixel) for pixel in (above, below))
        return f"\x1b[38;2;{top};48;2;{bottom}m▀"
    return f"\x1b[38;5;{_nearest(above)};48;5;{_nearest(below)}m▀"


def _nearest(pixel: Any) -> int:
    """The nearest of a terminal's 6 × 6 × 6 colours.

    >>> _nearest((0, 0, 0)), _nearest((255, 255, 255)), _nearest((250, 10, 100))
    (16, 231, 197)
    """
    red, green, blue = (min(range(6), key=lambda i: abs(CUBE[i] - v)) for v in pixel)
    return 16 + 36 * red + 6 * green + blue
