"""Questions by hand about the size of a map: padding, unpooling and upsampling. The answers are exact."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from convcalc.homework.answers.reading import MAX_CELLS
from convcalc.homework.answers.types import MATRIX
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.exact import as_int_if_whole, need_small, need_writable
from convcalc.homework.questions.given import Count, GivenError, Rows
from convcalc.homework.questions.meaning import ZerosPerAxis, default
from convcalc.homework.questions.words import by, options

_MAX_SCALE = 16


def _need_readable(rows: int, columns: int, key: str) -> None:
    """Refuse an answer with too many cells to be read."""
    cells = rows * columns
    if cells > MAX_CELLS:
        message = f"the answer would have {cells:,} cells; at most {MAX_CELLS:,} are read: use smaller numbers"
        raise GivenError(key, message)


# ------------------------------------------------------------------------------------- padding

# The cell, in a row of n, that a position outside it repeats; None for a zero.
_OUTSIDE: dict[str, Callable[[int, int], int | None]] = {
    "zero": lambda place, n: None,
    "reflect": lambda place, n: -place if place < 0 else 2 * (n - 1) - place,
    "replicate": lambda place, n: 0 if place < 0 else n - 1,
    "symmetric": lambda place, n: -place - 1 if place < 0 else 2 * n - 1 - place,
}
_REACH = {"reflect": 1, "symmetric": 0}  # cells of a row that reflect mode cannot repeat
_MODES = ("zero", "reflect", "replicate")
_MODE_WORDS = {
    "zero": "the new cells are 0",
    "reflect": "the map is mirrored at its border cells, which are not repeated",
    "replicate": "the border cells are repeated",
}


class Border(NamedTuple):
    """A map with a border.

    Attributes:
        x: the map.
        sides: cells before and after, along each axis.
        mode: the values of the new cells.
    """

    x: Rows
    sides: tuple[tuple[int, int], ...]
    mode: str


def _padded_row(row: tuple[Any, ...], sides: tuple[int, int], mode: str, empty: Any) -> list[Any]:
    """A row with the cells before and after it; `empty` if there is nothing to repeat."""
    n, found = len(row), []
    for place in range(-sides[0], n + sides[1]):
        source = place if 0 <= place < n else _OUTSIDE[mode](place, n)
        found.append(empty if source is None else row[source])
    return found


def padded(quantities: Border) -> Rows | None:
    """Each row is padded, then rows are added; None if a map is too small for reflect mode."""
    down, across = quantities.sides
    reach = _REACH.get(quantities.mode)
    for n, sides in zip((len(quantities.x), len(quantities.x[0])), quantities.sides):
        if reach is not None and max(sides) > n - reach:
            return None
    rows = [tuple(_padded_row(row, across, quantities.mode, 0)) for row in quantities.x]
    zeros = (0,) * len(rows[0])
    return tuple(_padded_row(tuple(rows), down, quantities.mode, zeros))


@question("pad-by-hand")
class PadByHand(Task):
    """A matrix with a border: mode zero, reflect or replicate."""

    rule: ClassVar = (
        "First make every row longer, then add rows above and below. Zero: zeros. Reflect: go back into "
        "the map from the border cell, without the border cell itself. Replicate: the nearest cell."
    )
    examples: ClassVar = (
        {"x": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "p": 1, "mode": "reflect"},
        {"x": [[2, 5], [1, 7]], "p": 1, "mode": "replicate"},
    )

    x: Rows
    p: ZerosPerAxis = default(1)
    mode: str = "zero"

    def check(self) -> None:
        if self.mode not in _MODES:
            raise GivenError("mode", f"must be one of {', '.join(_MODES)}")
        sides = self.sides()
        need_small(sides, x=[self.x])
        shape = (len(self.x), len(self.x[0]))
        if self.mode == "reflect":
            for n, pads in zip(shape, sides):
                if max(pads) >= n:
                    message = f"reflect padding of {max(pads)} needs a map of at least {max(pads) + 1} cells along that axis, but it has {n}"
                    raise GivenError("p", message)
        rows, columns = (n + sum(pads) for n, pads in zip(shape, sides))
        _need_readable(rows, columns, "p")

    def sides(self) -> tuple[tuple[int, int], ...]:
        """The new cells before and after, along each axis."""
        if isinstance(self.p.given, tuple) and len(self.p.given) != 2:
            raise GivenError(
                "p", f"has {len(self.p.given)} numbers; give one, or two: down, across"
            )
        return self.p.sides(2)

    def sentence(self) -> str:
        more = options(padding=self.p.given)
        return f"Pad {MATRIX.text(self.x)}{more}: {self.mode} padding, {_MODE_WORDS[self.mode]}. What is the padded matrix?"

    def parts(self) -> list[Part]:
        quantities = Border(self.x, self.sides(), self.mode)
        need_writable(padded(quantities))
        method = "row by row, then above and below"
        return [Part.of(MATRIX, "hand-pad", quantities, padded, method)]


# ----------------------------------------------------------------------------------- unpooling


class Unpool(NamedTuple):
    """Values put back into a map of zeros.

    Attributes:
        y: the values, one per block.
        k: the side of a block.
        x: the map before pooling, by blocks; () if the position is always the corner.
    """

    y: Rows
    k: int
    x: Rows = ()


def _block_of(x: Rows, k: int, row: int, column: int) -> list[tuple[Any, int, int]]:
    """The cells of one block, each with its position."""
    places = [(row * k + i, column * k + j) for i in range(k) for j in range(k)]
    return [(x[i][j], i, j) for i, j in places]


def spread(quantities: Unpool, place: Callable[[int, int], tuple[int, int]]) -> Rows:
    """Each value at a position in its block, zeros everywhere else."""
    k, y = quantities.k, quantities.y
    found = [[0] * (len(y[0]) * k) for _ in range(len(y) * k)]
    for row, values in enumerate(y):
        for column, value in enumerate(values):
            i, j = place(row, column)
            found[i][j] = value
    return tuple([tuple(row) for row in found])


def unpooled(quantities: Unpool) -> Rows:
    """Each value at the maximum of its block, or in its corner if there is no pooled map."""
    k, x = quantities.k, quantities.x
    if not x:
        return spread(quantities, lambda row, column: (row * k, column * k))

    def where(row: int, column: int) -> tuple[int, int]:
        best = max(_block_of(x, k, row, column), key=lambda cell: cell[0])
        return best[1], best[2]

    return spread(quantities, where)


@question("unpool-by-hand")
class UnpoolByHand(Task):
    """Unpooling: mode max puts each value where the maximum of x was, mode nails into the corner of its block."""

    rule: ClassVar = "Every value has a block of k × k cells. It goes to one cell of its block; the others are 0. After max pooling that is the cell that had the maximum."
    examples: ClassVar = (
        {"y": [[1, 2], [3, 4]], "x": [[1, 5, 2, 0], [3, 2, 8, 1], [0, 9, 4, 3], [7, 2, 1, 6]], "k": 2},
        {"y": [[5, 8], [2, 6]], "k": 2, "mode": "nails"},
    )  # fmt: skip

    y: Rows
    x: Rows | None = None
    k: Count = 2
    mode: str = "max"

    def check(self) -> None:
        if self.mode not in ("max", "nails"):
            raise GivenError("mode", "must be max or nails")
        rows, columns = len(self.y) * self.k, len(self.y[0]) * self.k
        need_small(y=[self.y], x=[self.x or ((0,),)])
        _need_readable(rows, columns, "k")
        if self.mode == "nails":
            if self.x is not None:
                raise GivenError("x", "is not used with mode: nails; leave it out")
            return
        if self.x is None:
            raise GivenError(
                "x", "is missing: the map that was pooled, which shows where the maxima were"
            )
        if (len(self.x), len(self.x[0])) != (rows, columns):
            raise GivenError("x", f"has {by((len(self.x), len(self.x[0])))} cells, but {by(self.k)} blocks for y need {by((rows, columns))}")  # fmt: skip
        for row in range(len(self.y)):
            for column in range(len(self.y[0])):
                cells = sorted([cell for cell, *_ in _block_of(self.x, self.k, row, column)])
                if cells[-2:] == [cells[-1]] * 2:
                    raise GivenError("x", f"has the maximum {cells[-1]} twice in one block; make it different, so that one place is right")  # fmt: skip

    def sentence(self) -> str:
        if self.mode == "nails":
            return (
                f'Unpool {MATRIX.text(self.y)} to blocks of {by(self.k)} ("bed of nails"): each value goes to the '
                "top left cell of its block, the other cells are 0. What is the matrix?"
            )
        return (
            f"Max pooling of {by(self.k)} blocks of x = {MATRIX.text(self.x)} remembers where each maximum was. "
            f"Unpool y = {MATRIX.text(self.y)}: each value goes to that place, the other cells are 0. What is the matrix?"
        )

    def parts(self) -> list[Part]:
        quantities = Unpool(self.y, self.k, self.x or ())
        need_writable(unpooled(quantities))
        return [Part.of(MATRIX, "hand-unpool", quantities, unpooled, "block by block")]


# ---------------------------------------------------------------------------------- upsampling


class Upsample(NamedTuple):
    """A map made larger.

    Attributes:
        x: the map.
        scale: how many times larger, along each axis.
        mode: nearest or bilinear.
        corners: whether corner cells stay at the corners; else positions are measured by cell centres.
    """

    x: Rows
    scale: int
    mode: str = "nearest"
    corners: bool = False


def place_of(cell: int, n: int, quantities: Upsample) -> Fraction:
    """The position of a cell of the large map among the n cells of the small one."""
    scale = quantities.scale
    if quantities.mode == "nearest":
        return Fraction(cell // scale)
    if quantities.corners:
        return Fraction(cell * (n - 1), n * scale - 1) if n > 1 else Fraction(0)
    centre = (Fraction(cell) + Fraction(1, 2)) / scale - Fraction(1, 2)
    return max(Fraction(0), min(centre, Fraction(n - 1)))


def interpolated(x: Rows, rows: list[Fraction], columns: list[Fraction]) -> Rows:
    """The value at each position: a mean of the four cells around it, weighted by distance."""

    def between(one: Any, other: Any, share: Fraction) -> Any:
        return one if not share else one * (1 - share) + other * share

    def along(values: list[Any], place: Fraction) -> Any:
        low = int(place)
        return between(values[low], values[min(low + 1, len(values) - 1)], place - low)

    found = []
    for row in rows:
        line = [along([each[column] for each in x], row) for column in range(len(x[0]))]
        found.append(tuple([as_int_if_whole(along(line, column)) for column in columns]))
    return tuple(found)


def upsampled(quantities: Upsample) -> Rows:
    """The larger map, from the one or two nearest cells along each axis."""
    x, scale = quantities.x, quantities.scale
    rows, columns = (
        [place_of(cell, n, quantities) for cell in range(n * scale)] for n in (len(x), len(x[0]))
    )
    return interpolated(x, rows, columns)


@question("upsample-by-hand")
class UpsampleByHand(Task):
    """Upsampling: mode nearest or bilinear; for bilinear, align_corners decides on the positions of the new cells."""

    rule: ClassVar = (
        "Nearest: every cell becomes a block of equal cells. Bilinear: find where each new cell lies between "
        "the old ones, along the rows and along the columns; the nearer cell counts more."
    )
    examples: ClassVar = (
        {"x": [[1, 2], [3, 4]], "scale": 2, "mode": "nearest"},
        {"x": [[0, 4], [8, 12]], "scale": 2, "mode": "bilinear"},
    )

    x: Rows
    scale: Count = 2
    mode: str = "nearest"
    align_corners: bool = False

    def check(self) -> None:
        if self.mode not in ("nearest", "bilinear"):
            raise GivenError("mode", "must be nearest or bilinear")
        if self.align_corners and self.mode == "nearest":
            raise GivenError("align_corners", "is for mode: bilinear; leave it out")
        if self.scale > _MAX_SCALE:
            raise GivenError("scale", f"is {self.scale:,}; give at most {_MAX_SCALE} by hand")
        need_small(x=[self.x])
        _need_readable(len(self.x) * self.scale, len(self.x[0]) * self.scale, "scale")

    def sentence(self) -> str:
        start = f"Upsample {MATRIX.text(self.x)} by {self.scale} along each axis"
        if self.mode == "nearest":
            return f"{start}: every cell becomes a block of equal cells (nearest neighbour). What is the matrix?"
        if self.align_corners:
            where = "The corner cells stay at the corners, the others are spread evenly (align_corners = true)"
        else:
            where = (
                f"The centre of new cell i lies at (i + 1/2)/{self.scale} − 1/2 of the old cells, and past the "
                "border the border cell counts (align_corners = false)"
            )
        return f"{start} (bilinear). {where}. What is the matrix?"

    def parts(self) -> list[Part]:
        quantities = Upsample(self.x, self.scale, self.mode, self.align_corners)
        need_writable(upsampled(quantities))
        return [Part.of(MATRIX, "hand-upsample", quantities, upsampled, "cell by cell")]
