"""The named image kernels: small matrices with well-known effects, and their sources.

Their names and values come from the sources given with each. As everywhere here they are slid over
the picture unchanged (correlation); a true convolution turns them by 180 degrees first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from convcalc.errors import UsageError, did_you_mean
from convcalc.text import shortened, times

Values = tuple[tuple[int, ...], ...]

MAX_SIDE = 99  # of a user's kernel
MAX_SUM = 2**40  # of its absolute values, so that all sums are exact

NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")


@dataclass(frozen=True, repr=False)
class Kernel:
    """One kernel.

    Attributes:
        name: its name.
        values: whole numbers, row by row.
        divisor: the divisor of all values.
        about: what it does to a picture.
        source: its source.
        aliases: other names.
    """

    name: str
    values: Values
    divisor: int
    about: str
    source: str
    aliases: tuple[str, ...] = ()

    def __repr__(self) -> str:
        rows = "; ".join(" ".join(map(str, row)) for row in self.values)
        divided = f", divided by {self.divisor}" if self.divisor != 1 else ""
        return f"<Kernel {self.name}: {shortened(rows)}{divided}>"

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.values), len(self.values[0])

    @property
    def sum(self) -> Fraction:
        """The factor for a uniform area: 1 keeps its brightness, 0 makes it black.

        >>> find("sharpen").sum, find("gaussian_blur").sum, find("outline").sum
        (Fraction(1, 1), Fraction(1, 1), Fraction(0, 1))
        """
        return Fraction(sum(map(sum, self.values)), self.divisor)

    @property
    def turned(self) -> Values:
        """The values turned by 180 degrees.

        >>> find("emboss").turned
        ((2, 1, 0), (1, 1, -1), (0, -1, -2))
        """
        return tuple(row[::-1] for row in self.values[::-1])

    def exact(self) -> list[list[int | Fraction]]:
        """The values after the division, as int if whole."""
        cells = [[Fraction(value, self.divisor) for value in row] for row in self.values]
        return [[int(c) if c.denominator == 1 else c for c in row] for row in cells]


POWELL = "Powell, Image Kernels Explained Visually (setosa.io)"
GONZALEZ = "Gonzalez & Woods, Digital Image Processing, chapter 3"
DUDA = "Duda & Hart 1973, Pattern Classification and Scene Analysis, p. 271 (after Sobel & Feldman 1968)"
PREWITT = "Prewitt 1970, Object Enhancement and Extraction"
EDGES = "Convolution Neural Network slides (after Dive into Deep Learning)"
NOTES = "ECE 449 Convolutional Neural Networks lecture notes"
BINOMIAL = (
    "rows of Pascal's triangle; Burt & Adelson 1983, The Laplacian Pyramid as a Compact Image Code"
)

_ALL = (
    Kernel(
        "identity",
        ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
        1,
        "does not change the picture",
        POWELL,
    ),
    Kernel(
        "vertical_edges",
        ((1, 0, -1), (1, 0, -1), (1, 0, -1)),
        1,
        "bright where it is lighter on the left than on the right",
        f"{NOTES}; {EDGES}",
        ("vertical", "vertical_edge"),
    ),
    Kernel(
        "horizontal_edges",
        ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
        1,
        "bright where it is lighter above than below",
        f"{NOTES}; {EDGES}",
        ("horizontal", "horizontal_edge"),
    ),
    Kernel(
        "sobel_x",
        ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        1,
        "bright where it gets lighter from left to right; the middle row counts twice",
        DUDA,
        ("sobel", "right_sobel"),
    ),
    Kernel(
        "sobel_y",
        ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        1,
        "bright where it gets lighter from top to bottom; the middle column counts twice",
        DUDA,
        ("bottom_sobel",),
    ),
    Kernel(
        "prewitt_x",
        ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)),
        1,
        "bright where it gets lighter from left to right",
        PREWITT,
        ("prewitt",),
    ),
    Kernel(
        "prewitt_y",
        ((-1, -1, -1), (0, 0, 0), (1, 1, 1)),
        1,
        "bright where it gets lighter from top to bottom",
        PREWITT,
    ),
    Kernel(
        "sharpen",
        ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        1,
        "strengthens what differs from its neighbours: identity minus laplacian",
        POWELL,
    ),
    Kernel(
        "gaussian_blur",
        ((1, 2, 1), (2, 4, 2), (1, 2, 1)),
        16,
        "a soft blur: near neighbours count more",
        BINOMIAL,
        ("gaussian", "blur", "gaussian_blur3", "gaussian3"),
    ),
    Kernel(
        "gaussian_blur5",
        (
            (1, 4, 6, 4, 1),
            (4, 16, 24, 16, 4),
            (6, 24, 36, 24, 6),
            (4, 16, 24, 16, 4),
            (1, 4, 6, 4, 1),
        ),
        256,
        "a wider soft blur, the 3×3 one applied twice",
        BINOMIAL,
        ("gaussian5",),
    ),
    Kernel(
        "box_blur",
        ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
        9,
        "the mean of each pixel and its neighbours",
        GONZALEZ,
        ("box", "mean"),
    ),
    Kernel(
        "emboss",
        ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
        1,
        "a relief, darkened from the top left and lit from the bottom right",
        POWELL,
    ),
    Kernel(
        "outline",
        ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        1,
        "bright where a pixel is lighter than its neighbours; plain areas turn black",
        POWELL,
        ("edges", "edge"),
    ),
    Kernel(
        "laplacian",
        ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
        1,
        "second derivative: bright where a pixel is darker than its four neighbours",
        GONZALEZ,
    ),
)

KERNELS = {kernel.name: kernel for kernel in _ALL}


def is_name(text: str) -> bool:
    """Whether a text can only be a name, not a file or a matrix.

    >>> is_name("sobel_x"), is_name("Gaussian blur"), is_name("0 1; 2 3"), is_name("k.csv")
    (True, True, False, False)
    """
    return NAME.fullmatch(text) is not None


def find(word: str) -> Kernel:
    """A kernel by any of its names.

    Raises:
        UsageError: there is no kernel of that name.

    >>> find("Gaussian blur").name, find("sobel").name
    ('gaussian_blur', 'sobel_x')
    """
    name = word.strip().lower().replace(" ", "_").replace("-", "_")
    for kernel in KERNELS.values():
        if name == kernel.name or name in kernel.aliases:
            return kernel
    known = [*KERNELS, *(other for kernel in KERNELS.values() for other in kernel.aliases)]
    near = did_you_mean(name, known) or "; convcalc kernel lists them"
    message = f"no kernel {shortened(word)!r}{near}"
    raise UsageError(message)


def from_numbers(cells: Sequence[int | Fraction], shape: tuple[int, ...], axes: int = 2) -> Kernel:
    """A user's kernel, from its numbers row by row.

    Args:
        cells: the numbers.
        shape: rows and columns, or only columns.
        axes: how many of the sizes can be rows and columns; one before them is channels.

    Raises:
        UsageError: it has channels, too many rows or columns, or numbers too large.

    >>> from_numbers([Fraction(1, 2), 1], (2,)).values, from_numbers([1, 2], (2, 1)).values
    (((1, 2),), ((1,), (2,)))
    """
    if len(shape) > axes or max(shape) > MAX_SIDE:
        message = f"KERNEL is {times(shape)}; give rows and columns, up to {MAX_SIDE} of each"
        raise UsageError(message)
    divisor = lcm(*(cell.denominator for cell in cells))
    wholes = [int(cell * divisor) for cell in cells]
    if sum(map(abs, wholes)) > MAX_SUM:
        message = (
            "KERNEL has numbers too large or too finely divided for exact sums; use shorter ones"
        )
        raise UsageError(message)
    columns = shape[-1]
    rows = tuple(tuple(wholes[at : at + columns]) for at in range(0, len(wholes), columns))
    return Kernel("your kernel", rows, divisor, "", "")
