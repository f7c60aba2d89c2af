"""Mistakes in work by hand: kernels flipped or mirrored, sums forgotten, gradients without a flip."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import Any

from convcalc.formulas import product
from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.questions.exact import Exact, bound, correlate, exact, turned
from convcalc.homework.questions.given import each
from convcalc.homework.questions.gradients import KERNEL_NAMES, Grad, gradient
from convcalc.homework.questions.steps import Hand, convolved

_HAND = "hand hand-transposed"


def _change_kernels(stack: Any, how: str) -> Any:
    """Every kernel mirrored or transposed."""
    changes: dict[str, Callable[[Any], Any]] = {
        "transpose": lambda w: tuple(zip(*w)),
        "lr": lambda w: tuple(row[::-1] for row in w),
        "ud": lambda w: w[::-1],
    }
    return tuple(changes[how](one) for one in stack)


def _kernel(quantities: Hand, how: str) -> Hand | None:
    """The exercise with another kernel; None if that changes nothing."""
    found = _change_kernels(quantities.w, how)
    return quantities._replace(w=found) if quantities.w and found != quantities.w else None


def _other_kernel(quantities: Hand, change: Callable[[Any], Any]) -> Hand | None:
    """The exercise with every number of the kernel changed."""
    found = tuple(tuple(tuple(map(change, row)) for row in one) for one in quantities.w)
    return quantities._replace(w=found) if quantities.w and found != quantities.w else None


def _whole_kernel(quantities: Hand) -> Hand | None:
    """A kernel of fractions as whole numbers, as in 1/9 times a kernel of ones."""
    below = lcm(*(Fraction(c).denominator for one in quantities.w for row in one for c in row))
    return _other_kernel(quantities, lambda cell: cell * below)


def _first_window(quantities: Hand) -> tuple[Exact, Exact] | None:
    """The cells under the first window, and the kernel, for one map."""
    if len(quantities.x) != 1 or quantities.transposed:
        return None
    x, w = exact(quantities.x), exact(quantities.w)
    down, right = w.cells.shape[1:]
    if down > x.cells.shape[1] or right > x.cells.shape[2]:
        return None
    return x._replace(cells=x.cells[:, :down, :right]), w


def _no_sum(quantities: Hand) -> Any:
    """The products of the first window, not added."""
    pair = _first_window(quantities)
    if pair is None or quantities.steps[0] != "conv":
        return None
    x, w = pair
    return Exact(x.cells * w.cells, x.below * w.below).rows()


def _matrix_product(x: Exact, w: Exact) -> Any:
    """x @ w."""
    bound(*x.cells.shape[1:], w.cells.shape[2])
    return Exact(x.cells @ w.cells, x.below * w.below).rows()


def _matmul(quantities: Hand) -> Any:
    """The matrix product instead of the convolution."""
    pair = _first_window(quantities)
    if pair is None or pair[1].cells.shape[1] != pair[1].cells.shape[2]:
        return None
    x, w = exact(quantities.x), pair[1]
    found = [_matrix_product(pair[0], w)]
    if x.cells.shape[2] == w.cells.shape[1]:
        found.append(_matrix_product(x, w))
    return found


def _relu_early(quantities: Hand) -> Any:
    """Negative products dropped before the sum."""
    if quantities.transposed or quantities.steps[-1] != "relu":
        return None
    return convolved(quantities, only_positive=True).rows()


def _strides(quantities: Hand) -> list[Hand]:
    """Wrong strides."""
    flipped = [quantities.s[::-1]] if isinstance(quantities.s, tuple) else []
    return [quantities._replace(s=s) for s in (*flipped, 1, 2, 3) if s != quantities.s]


def _no_pads(quantities: Hand) -> Hand | None:
    """Without the padding."""
    none = ((0, 0), (0, 0))
    return quantities._replace(p=none) if quantities.p != none else None


def _other_pads(quantities: Hand) -> list[Hand]:
    """Wrong padding."""
    one_d = len(quantities.x[0]) == 1
    found = []
    for p in (1, 2):
        side = (p, p)
        pads = ((0, 0) if one_d else side, side)
        if pads != quantities.p:
            found.append(quantities._replace(p=pads))
    return found


mistake(
    "hand.flipped", "hand", "true convolution instead of correlation, or the reverse",
    "the kernel rotated by 180°",
    lambda w: w._replace(flipped=not w.flipped),
    "Does this sheet flip the kernel? Deep learning does not.",
)  # fmt: skip
mistake(
    "hand.t-flipped", "hand-transposed", "kernel flipped", "the kernel rotated by 180°",
    lambda w: w._replace(flipped=not w.flipped),
    "Each input value multiplies the kernel, which is not flipped.",
)  # fmt: skip
mistake(
    "hand.relu-missing", "hand", "ReLU left out", "without ReLU",
    lambda w: w._replace(steps=w.steps[:-1]) if w.steps[-1] == "relu" else None,
    "What does ReLU do to negative values?",
)  # fmt: skip
mistake(
    "hand.no-bias", "hand", "bias left out", "without b",
    lambda w: w._replace(bias=0) if w.bias else None,
    "What is added to every value at the end?",
)  # fmt: skip
mistake(
    "hand.transposed-kernel", _HAND, "kernel read by columns", "the kernel transposed",
    lambda w: _kernel(w, "transpose"),
    "Check the order in which you read the kernel: row by row.",
)  # fmt: skip
mistake(
    "hand.fliplr", _HAND, "kernel mirrored left to right", "the kernel mirrored",
    lambda w: _kernel(w, "lr"),
    "Check the order in which you read the kernel: from left to right.",
)  # fmt: skip
mistake(
    "hand.flipud", _HAND, "kernel mirrored top to bottom", "the kernel mirrored",
    lambda w: _kernel(w, "ud"),
    "Check the order in which you read the kernel: from top to bottom.",
)  # fmt: skip
mistake(
    "hand.no-sum", "hand", "products not added", "x·w of the first window", _no_sum,
    "Add the products of a window to get one number.",
)  # fmt: skip
mistake(
    "hand.matmul", "hand", "matrix product", "x @ w", _matmul,
    "Multiply cell by cell, not rows by columns.",
)  # fmt: skip
mistake(
    "hand.stride", _HAND, "another stride", "another s", _strides,
    "How far does the window move?",
)  # fmt: skip
mistake(
    "hand.no-dilation", "hand", "dilation left out, or one more", "d = 1, or d zeros between cells",
    lambda w: [w._replace(d=1), w._replace(d=w.d + 1)] if w.d > 1 else None,
    "How far apart are the cells that the kernel reads?",
)  # fmt: skip
mistake(
    "hand.no-pad", _HAND, "padding left out", "p = 0", _no_pads,
    "Is there a border of zeros?",
)  # fmt: skip
mistake(
    "hand.wrong-pad", _HAND, "another padding", "another p", _other_pads,
    "How wide is the border of zeros?",
)  # fmt: skip
mistake(
    "hand.one-channel", "hand", "channels not summed", "one map only",
    lambda w: [w._replace(x=(x,), w=(k,)) for x, k in zip(w.x, w.w)] if len(w.x) > 1 else None,
    "Add the results of all channels into one map.",
)  # fmt: skip
mistake(
    "hand.relu-early", "hand", "ReLU before the sum", "Σ max(0, x·w)", _relu_early,
    "Compute the whole sum first, then apply ReLU.",
)  # fmt: skip
mistake(
    "hand.not-divided", "hand", "kernel without its division", "k·w of whole numbers for w", _whole_kernel,
    "By which number is the sum of the products divided?",
)  # fmt: skip
mistake(
    "hand.signs-lost", _HAND, "signs of the kernel lost", "|w| for w",
    lambda w: [
        _other_kernel(w, abs),
        _other_kernel(w, lambda cell: max(cell, 0)),
        _other_kernel(w, lambda cell: -cell),
    ],
    "Check the sign of each product.",
    seldom=True,
)  # fmt: skip
mistake(
    "hand.cell", "", "one or two cells differ", "cell by cell",
    lambda w: None,
    "{0}",
)  # fmt: skip

# -------------------------------------------------------------------------------- gradients


def _conv_of(x: Any, w: Any, pad: int) -> Any:
    """A plain correlation."""
    return correlate(exact([x]), exact([w]), stride=1, padding=pad).rows()


def _no_flip(quantities: Grad) -> Any:
    """kernel not flipped for dx."""
    if (
        quantities.s != 1
        or any(map(any, quantities.p))
        or len(quantities.w) != len(quantities.w[0])
    ):
        return None
    return _conv_of(quantities.g, quantities.w, len(quantities.w) - 1)


def _valid(quantities: Grad) -> Any:
    """dx by a "valid" instead of a "full" convolution."""
    if (
        quantities.s != 1
        or len(quantities.g) < len(quantities.w)
        or len(quantities.g[0]) < len(quantities.w[0])
    ):
        return None
    (flipped,) = turned((quantities.w,))
    return [_conv_of(quantities.g, flipped, 0), _conv_of(quantities.g, quantities.w, 0)]


def _mean(quantities: Grad) -> Any:
    """The mean instead of the sum of the gradients."""
    places = len(quantities.g) * len(quantities.g[0])
    found = gradient(quantities)
    if quantities.which == "db":
        return Fraction(found) / places
    return tuple(tuple(Fraction(cell) / places for cell in row) for row in found)


def _part_of_sum(quantities: Grad) -> list[Way]:
    """The sum of the gradients without one row, one column or one cell."""
    rows = quantities.g
    every = sum(map(sum, rows))
    if len(rows) * len(rows[0]) < 2:
        return []
    return [
        *(Way(every - sum(row), "Σ without one row") for row in rows),
        *(Way(every - sum(column), "Σ without one column") for column in zip(*rows)),
        *(Way(every - cell, "Σ without one cell") for row in rows for cell in row),
    ]


def _shape(task: Any, side: Callable[[int, int], int]) -> Any:
    """A shape from the sides of the input and the kernel, in the form that the question asks for."""
    sides = [side(n, k) for n, k in zip(each(task.n, task.axes), each(task.k, task.axes))]
    return sides[0] if task.axes == 1 else tuple(sides)


def _one_number(task: Any) -> Any:
    """A side, or all sides multiplied, as a single number."""
    if task.axes == 1:
        return None
    shape, letter = (task.k, "k") if task.of == "w" else (task.n, "n")
    sides = each(shape, task.axes)
    return [
        Way(sides[0], letter) if len(set(sides)) == 1 else None,
        Way(product(sides), f"{letter}{'²³'[task.axes - 2]}"),
    ]


mistake(
    "grad.no-flip", "gradient-dx", "kernel not flipped for dx", "full correlation of g and w", _no_flip,
    "Is the kernel flipped when you compute dx?",
)  # fmt: skip
mistake(
    "grad.valid", "gradient-dx gradient-shape", '"valid" instead of "full"', "valid convolution of g and w",
    lambda w: _valid(w) if isinstance(w, Grad) else Way(_shape(w, lambda n, k: n - k + 1), "n − k + 1"),
    "A gradient has the shape of the array it belongs to.",
)  # fmt: skip
mistake(
    "grad.mean", "gradient-db gradient-dw", "mean instead of sum", "Σ/positions", _mean,
    "Gradients of shared weights add up.",
)  # fmt: skip
mistake(
    "grad.bias-part", "gradient-db", "a row, a column or a cell left out", "Σ without one row",
    _part_of_sum,
    "Every cell of the output adds the bias. Which gradients are summed?",
    seldom=True,
)  # fmt: skip
mistake(
    "grad.turned", "gradient-dw", "gradient flipped", "dw rotated by 180°",
    lambda w: tuple(row[::-1] for row in gradient(w)[::-1]),
    "Is the gradient flipped when it slides over the input?",
)  # fmt: skip
_GRADIENTS = "gradient-dw gradient-dx gradient-db gradient-w_new gradient-b_new"
_STEPS = "gradient-w_new gradient-b_new"

mistake(
    "grad.no-activation", _GRADIENTS, "the slope of the activation left out", "g of the activation's output",
    lambda w: w._replace(g=w.above) if w.above and w.above != w.g else None,
    "The gradient goes back through the activation first: what is its slope at each value?",
)  # fmt: skip
mistake(
    "grad.step-added", _STEPS, "the step added instead of subtracted", "w + lr·dw",
    lambda w: w._replace(lr=-w.lr),
    "Gradient descent goes against the gradient.",
)  # fmt: skip
mistake(
    "grad.no-rate", _STEPS, "learning rate left out", "w − dw",
    lambda w: w._replace(lr=Fraction(1)) if w.lr != 1 else None,
    "How far does one step go?",
)  # fmt: skip
mistake(
    "grad.not-moved", _STEPS, "the old number, not the new one", "w",
    lambda w: w._replace(lr=Fraction(0)),
    "That is the value before the step.",
)  # fmt: skip

mistake(
    "grad.other-array", "gradient-shape", "the shape of another array", "k × k for n × n, or the reverse",
    lambda w: [Way(_shape(w, lambda n, k: k), "k × k"), Way(_shape(w, lambda n, k: n), "n × n")],
    "Which array does this gradient belong to?",
)  # fmt: skip
mistake(
    "grad.one-number", "gradient-shape", "one number for a shape", "k", _one_number,
    "A shape is written with all its sides.",
)  # fmt: skip
mistake(
    "grad.swapped-hw", "gradient-shape", "the sides in another order", "width × height",
    lambda w: _shape(w, lambda n, k: k if w.of == "w" else n)[::-1],
    "Check which number is the height.",
)  # fmt: skip
mistake(
    "grad.full", "gradient-shape", 'the size of a "full" convolution', "n + k − 1",
    lambda w: [
        Way(_shape(w, lambda n, k: n + k - 1), "n + k − 1"),
        Way(_shape(w, lambda n, k: n - k), "n − k"),
        Way(_shape(w, lambda n, k: n - 2 * (k - 1)), "n − 2·(k − 1)"),
    ],
    "A gradient has the shape of the array it belongs to.",
    seldom=True,
)  # fmt: skip

# ----------------------------------------------------------- single windows, effects of kernels


def _cells(w: Any) -> list[tuple[Fraction, Fraction]]:
    """The pairs of cells on top of each other."""
    return [(Fraction(a), Fraction(b)) for xs, ws in zip(w.x, w.w) for a, b in zip(xs, ws)]


def _flipped_dot(w: Any) -> Any:
    """The product with the kernel turned."""
    (turned_kernel,) = turned((w.w,))
    return sum(
        (Fraction(a) * Fraction(b) for xs, ws in zip(w.x, turned_kernel) for a, b in zip(xs, ws)),
        Fraction(0),
    )


mistake(
    "hand.dot-added", "hand-dot", "cells added instead of multiplied", "Σ (x + w)",
    lambda w: [
        Way(sum((a + b for a, b in _cells(w)), Fraction(0)), "Σ (x + w)"),
        Way(sum((a for a, _ in _cells(w)), Fraction(0)), "Σ x"),
        Way(sum((b for _, b in _cells(w)), Fraction(0)), "Σ w"),
        Way(sum((a for a, _ in _cells(w)), Fraction(0)) * sum((b for _, b in _cells(w)), Fraction(0)), "Σ x · Σ w"),
    ],
    "Multiply each pair of cells, then add the products.",
)  # fmt: skip
mistake(
    "hand.dot-sign", "hand-dot", "signs lost", "Σ |x·w|",
    lambda w: [
        Way(sum((abs(a * b) for a, b in _cells(w)), Fraction(0)), "Σ |x·w|"),
        Way(-sum((a * b for a, b in _cells(w)), Fraction(0)), "−Σ x·w"),
        Way(sum((max(a * b, Fraction(0)) for a, b in _cells(w)), Fraction(0)), "Σ max(0, x·w)"),
    ],
    "Check the sign of each product.",
)  # fmt: skip
mistake(
    "hand.dot-flipped", "hand-dot", "kernel flipped", "the kernel rotated by 180°", _flipped_dot,
    "Put the kernel on the window without flipping it.",
)  # fmt: skip
mistake(
    "hand.dot-mean", "hand-dot", "the mean of the products, or the largest", "Σ x·w / cells",
    lambda w: [
        Way(sum((a * b for a, b in _cells(w)), Fraction(0)) / len(_cells(w)), "Σ x·w / cells"),
        Way(max(a * b for a, b in _cells(w)), "the largest x·w"),
    ],
    "Add the products; do not divide.",
)  # fmt: skip


def _lines_of_dot(w: Any) -> list[Way]:
    """The products of only one row or column, and of all except one."""
    products = [[Fraction(a) * Fraction(b) for a, b in zip(xs, ws)] for xs, ws in zip(w.x, w.w)]
    total = sum(map(sum, products), Fraction(0))
    found = []
    for what, lines in (("row", products), ("column", [list(line) for line in zip(*products)])):
        sums = [sum(line, Fraction(0)) for line in lines]
        if len(sums) > 1 and len(lines[0]) > 1:
            found += [Way(each, f"Σ x·w of one {what}") for each in sums]
            found += [Way(total - each, f"Σ x·w without one {what}") for each in sums]
    return found


mistake(
    "hand.dot-line", "hand-dot", "only one row or column, or one left out", "Σ x·w of one row",
    _lines_of_dot,
    "Every cell of the window has a product: how many are there?",
    seldom=True,
)  # fmt: skip


def _other_names(name: str, *others: str) -> list[tuple[str, ...]]:
    """The names of other kinds of kernels, without words that also fit this kind."""
    own = set(KERNEL_NAMES[name])
    return [
        tuple([word for word in KERNEL_NAMES[each] if word not in own])
        for each in others
        if each != name
    ]


_BLURS = ("gaussian blur", "box blur")


def _blur(name: str) -> list[tuple[str, ...]]:
    """The names of kernels that blur; for a kernel that blurs, the names of others."""
    if name in _BLURS:
        return _other_names(name, *_DIRECTED, *_BLURS, "edges", "sharpen")
    both = [word for words in _other_names(name, *_BLURS) for word in words]
    return [] if name == "identity" else [tuple(dict.fromkeys(both))]


def _edges_for_sharpen(name: str) -> list[tuple[str, ...]] | None:
    """The names of kernels that find edges for one that sharpens, and the reverse."""
    edges = (*_DIRECTED, "edges")
    if name == "sharpen":
        return _other_names(name, *edges)
    return _other_names(name, "sharpen") if name in edges else None


_DIRECTED = ("vertical edges", "horizontal edges")

mistake(
    "kernel.direction", "hand-image-kernel", "vertical for horizontal, or all directions", "the other direction",
    lambda w: _other_names(w, *_DIRECTED, "edges") if w in (*_DIRECTED, "edges") else None,
    "Along which direction do the signs change? An edge lies across that direction.",
)  # fmt: skip
mistake(
    "kernel.edges-for-sharpen", "hand-image-kernel", "edges taken for sharpening, or the reverse", "sum 0 or 1",
    _edges_for_sharpen,
    "Add up the numbers of the kernel: does a flat image become black, or does it stay?",
)  # fmt: skip
mistake(
    "kernel.blur", "hand-image-kernel", "blurring taken for something else, or the reverse", "all numbers positive",
    _blur,
    "Are all the numbers positive? And what is their sum?",
)  # fmt: skip
mistake(
    "kernel.identity", "hand-image-kernel", "a kernel that changes nothing taken for something else, or the reverse",
    "1 only in the middle",
    lambda w: _other_names(w, *(KERNEL_NAMES if w == "identity" else ("identity",))),
    "Which cells other than the middle does the kernel read?",
)  # fmt: skip
