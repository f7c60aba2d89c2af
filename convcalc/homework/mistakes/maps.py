"""Mistakes in padding, unpooling and upsampling by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from convcalc.homework.mistakes.base import mistake
from convcalc.homework.questions.maps import (
    Border,
    Unpool,
    Upsample,
    interpolated,
    place_of,
    spread,
    unpooled,
)

# ------------------------------------------------------------------------------------- padding


def _mode(quantities: Border, mode: str) -> Border | None:
    """The same border with other values."""
    return quantities._replace(mode=mode) if quantities.mode != mode else None


def _sides(quantities: Border, *, before: bool, after: bool) -> Border:
    """Padding at only one end of each axis."""
    return quantities._replace(
        sides=tuple([(a if before else 0, b if after else 0) for a, b in quantities.sides])
    )


mistake(
    "pad.zeros", "hand-pad", "zeros instead of repeated cells", "zero padding",
    lambda w: _mode(w, "zero"),
    "Are the new cells zeros here?",
)  # fmt: skip
mistake(
    "pad.replicate", "hand-pad", "the border cell repeated", "replicate padding",
    lambda w: _mode(w, "replicate"),
    "Which cell does a new cell copy, if it copies one at all?",
)  # fmt: skip
mistake(
    "pad.border-twice", "hand-pad", "mirrored with the border cell repeated", "symmetric padding",
    lambda w: w._replace(mode="symmetric") if w.mode == "reflect" else None,
    "Reflect padding does not repeat the border cell: the mirror is on it, not behind it.",
)  # fmt: skip
mistake(
    "pad.reflect", "hand-pad", "mirrored at the border cell", "reflect padding",
    lambda w: _mode(w, "reflect"),
    "Is the map mirrored here, or is the border cell repeated?",
)  # fmt: skip
mistake(
    "pad.one-end", "hand-pad", "padded at one end of each axis only", "p before or after",
    lambda w: [_sides(w, before=False, after=True), _sides(w, before=True, after=False)],
    "Look at all four sides of the map. Which of them get new cells?",
)  # fmt: skip
mistake(
    "pad.one-axis", "hand-pad", "padded along one axis only", "rows or columns",
    lambda w: [w._replace(sides=((0, 0), w.sides[1])), w._replace(sides=(w.sides[0], (0, 0)))],
    "Look at all four sides of the map. Which of them get new cells?",
)  # fmt: skip
mistake(
    "pad.twice", "hand-pad", "twice as many cells on each side", "2p per side",
    lambda w: w._replace(sides=tuple((2 * a, 2 * b) for a, b in w.sides)),
    "How many cells does the padding add at each end?",
)  # fmt: skip

# ----------------------------------------------------------------------------------- unpooling


def _at(quantities: Unpool, i: int, j: int) -> Any:
    """Each value at the same position in its block."""
    k = quantities.k
    return spread(quantities, lambda row, column: (row * k + i, column * k + j))


def _blocks(quantities: Unpool) -> Any:
    """Every cell of a block filled."""
    k = quantities.k
    return tuple([tuple([v for v in row for _ in range(k)]) for row in quantities.y for _ in range(k)])  # fmt: skip


def _others_kept(quantities: Unpool) -> Any:
    """The map before pooling, with the maxima replaced."""
    if not quantities.x:
        return None
    ones = quantities._replace(y=tuple([(1,) * len(row) for row in quantities.y]))
    return tuple(
        [
            tuple([new if there else old for new, there, old in zip(*rows)])
            for rows in zip(unpooled(quantities), unpooled(ones), quantities.x)
        ]
    )


def _maxima_kept(quantities: Unpool) -> Any:
    """The maxima themselves at their positions."""
    k, x = quantities.k, quantities.x
    maxima = [
        tuple([max(x[r * k + i][c * k + j] for i in range(k) for j in range(k)) for c in range(len(row))])
        for r, row in enumerate(quantities.y)
    ]  # fmt: skip
    return quantities._replace(y=tuple(maxima))


mistake(
    "unpool.block", "hand-unpool", "every cell of a block filled", "the value k·k times", _blocks,
    "How many cells of a block get the value?",
)  # fmt: skip
mistake(
    "unpool.corner", "hand-unpool", "top left cell instead of the place of the maximum", "bed of nails",
    lambda w: w._replace(x=()) if w.x else None,
    "Where was the maximum of each block?",
)  # fmt: skip
mistake(
    "unpool.others-kept", "hand-unpool", "the cells other than the maxima kept", "x with the maxima replaced",
    _others_kept,
    "What happens to the cells that were not the maximum?",
)  # fmt: skip
mistake(
    "unpool.maxima", "hand-unpool", "the maxima of the pooled map kept", "max x at its place",
    lambda w: _maxima_kept(w) if w.x else None,
    "Which map gives the values, and which map gives only the places?",
)  # fmt: skip
mistake(
    "unpool.other-cell", "hand-unpool", "another cell of the block", "the last cell, or the middle one",
    lambda w: [_at(w, w.k - 1, w.k - 1), _at(w, w.k // 2, w.k // 2)],
    "Which cell of a block gets the value?",
)  # fmt: skip

# ---------------------------------------------------------------------------------- upsampling


def _nails(quantities: Upsample) -> Any:
    """Zeros instead of repeated cells."""
    return unpooled(Unpool(quantities.x, quantities.scale))


def _one_axis(quantities: Upsample) -> Any:
    """Upsampled along one axis only."""
    x, sides = quantities.x, (len(quantities.x), len(quantities.x[0]))
    large = [[place_of(i, n, quantities) for i in range(n * quantities.scale)] for n in sides]
    small = [[Fraction(i) for i in range(n)] for n in sides]
    return [interpolated(x, small[0], large[1]), interpolated(x, large[0], small[1])]


def _from_the_edge(quantities: Upsample) -> Any:
    """New cell i at i/scale."""
    x, scale = quantities.x, quantities.scale
    rows, columns = (
        [min(Fraction(i, scale), Fraction(n - 1)) for i in range(n * scale)]
        for n in (len(x), len(x[0]))
    )
    return interpolated(x, rows, columns)


mistake(
    "up.nearest", "hand-upsample", "cells repeated instead of interpolated", "nearest neighbour",
    lambda w: w._replace(mode="nearest", corners=False) if w.mode == "bilinear" else None,
    "A bilinear value lies between the cells around it.",
)  # fmt: skip
mistake(
    "up.corners", "hand-upsample", "corners aligned instead of centres, or the reverse", "i·(n − 1)/(s·n − 1) or (i + ½)/s − ½",
    lambda w: w._replace(corners=not w.corners) if w.mode == "bilinear" else None,
    "Where does the question put the first and the last new cell?",
)  # fmt: skip
mistake(
    "up.zeros", "hand-upsample", "zeros between the cells", "bed of nails", _nails,
    "Are the new cells zeros?",
)  # fmt: skip
mistake(
    "up.tiled", "hand-upsample", "the whole map repeated instead of each cell", "copies side by side",
    lambda w: tuple(row * w.scale for row in w.x) * w.scale,
    "Where do the copies of one cell lie: side by side, or one map further?",
)  # fmt: skip
mistake(
    "up.one-axis", "hand-upsample", "larger along one axis only", "rows or columns", _one_axis,
    "How many rows and how many columns does the result have?",
)  # fmt: skip
mistake(
    "up.from-the-edge", "hand-upsample", "new cell i put at i/s", "i/s instead of (i + ½)/s − ½",
    lambda w: _from_the_edge(w) if w.mode == "bilinear" else None,
    "Where does the question put the first and the last new cell?",
)  # fmt: skip
