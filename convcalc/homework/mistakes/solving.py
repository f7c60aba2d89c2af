"""Mistakes in backward questions: transposed sizes, padding that keeps the size, layers to a size."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

from convcalc import formulas
from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.mistakes.rounding import quotient

_ONE_BY = {1: "1/s", 2: "1/s²", 3: "1/s³"}

# ------------------------------------------------------------------------------- transposed


def _transposed(w: Any) -> int:
    """The right size."""
    return int(formulas.transposed_size(w.n, w.k, w.s, w.p, w.d, w.a) - w.more)


mistake(
    "out.t-conv-formula", "transposed", "ordinary formula for a transposed convolution",
    "⌊(n + 2p − k)/s⌋ + 1",
    lambda w: formulas.out_size(w.n, w.k, w.s, w.p, w.d),
    "A transposed convolution makes the input larger: use the formula the other way.",
)  # fmt: skip
mistake(
    "out.t-times-s", "transposed", "only n·s", "n·s",
    lambda w: w.n * w.s,
    "Almost: kernel size and padding also matter.",
)  # fmt: skip
mistake(
    "out.t-no-minus-one", "transposed", "n·s instead of (n − 1)·s", "n·s − 2p + k",
    lambda w: w.n * w.s - 2 * w.p + formulas.effective_kernel(w.k, w.d) + w.a,
    "There are n − 1 steps between n cells.",
)  # fmt: skip
mistake(
    "out.t-one-sided", "transposed", "padding subtracted once", "(n − 1)·s − p + k",
    lambda w: (w.n - 1) * w.s - w.p + formulas.effective_kernel(w.k, w.d) + w.a if w.p else None,
    "Padding is removed from both ends; an extra row is called output padding.",
)  # fmt: skip
mistake(
    "out.t-pad-ignored", "transposed", "padding ignored", "(n − 1)·s + k",
    lambda w: w._replace(p=0) if w.p else None,
    "In a transposed convolution, padding removes cells.",
)  # fmt: skip
mistake(
    "out.t-pad-added", "transposed", "padding added instead of removed", "(n − 1)·s + 2p + k",
    lambda w: w._replace(p=-w.p) if w.p else None,
    "In a transposed convolution, padding removes cells instead of adding them.",
)  # fmt: skip

mistake(
    "out.t-no-dilation", "transposed", "dilation ignored", "k for d·(k − 1) + 1",
    lambda w: w._replace(d=1) if w.d > 1 else None,
    "Dilation spreads the kernel out. How wide is it from end to end?",
)  # fmt: skip
mistake(
    "out.t-no-output-padding", "transposed", "output padding left out", "(n − 1)·s − 2p + k",
    lambda w: w._replace(a=0) if w.a else None,
    "What does the output padding add at the end?",
)  # fmt: skip
mistake(
    "out.t-no-stride", "transposed", "stride ignored", "n − 1 − 2p + k",
    lambda w: w._replace(s=1) if w.s > 1 else None,
    "The stride moves the outputs of neighbouring inputs apart.",
)  # fmt: skip
mistake(
    "out.t-no-kernel", "transposed", "kernel forgotten", "(n − 1)·s",
    lambda w: [Way((w.n - 1) * w.s, "(n − 1)·s"), Way((w.n - 1) * w.s + 1, "(n − 1)·s + 1")],
    "The last input value makes as many outputs as the kernel has cells.",
    seldom=True,
)  # fmt: skip
mistake(
    "out.t-doubled", "transposed", "assumed that the layer doubles the size, or keeps it", "2n or n",
    lambda w: [Way(2 * w.n, "2n"), Way(w.n, "n")],
    "Work it out: size, stride, padding and kernel all matter.",
    seldom=True,
)  # fmt: skip
mistake(
    "out.t-times-k", "transposed", "multiplied by the kernel", "n·k",
    lambda w: [Way(w.n * w.k, "n·k"), Way((w.n - 1) * w.k + w.s, "(n − 1)·k + s")],
    "Which of stride and kernel is the step, and which the width?",
    seldom=True,
)  # fmt: skip
mistake(
    "out.t-plus-one", "transposed", "the +1 of the ordinary formula added, or a 1 subtracted",
    "(n − 1)·s − 2p + k + 1",
    lambda w: [
        Way(_transposed(w) + 1, "(n − 1)·s − 2p + k + 1"),
        Way(_transposed(w) - 1, "(n − 1)·s − 2p + k − 1"),
    ],
    "Put a size of 1 in: how many outputs does one input value make?",
    seldom=True,
)  # fmt: skip

# ---------------------------------------------------------- padding that keeps the size, "same"

mistake(
    "out.pad-total", "keep", "padding of both sides together", "k − 1",
    lambda w: formulas.full_padding(w.k, w.d) // (2 if w.total else 1),
    "Is that per side or both sides together?",
)  # fmt: skip
mistake(
    "out.pad-kernel", "keep", "answered with the kernel size", "k",
    lambda w: [w.k, formulas.effective_kernel(w.k, w.d)],
    "That is the size of the kernel. How many cells does it remove?",
)  # fmt: skip
mistake(
    "out.pad-half-up", "keep", "half the kernel, rounded up", "(k + 1)/2",
    lambda w: (w.k + 1) // 2 if w.k % 2 else None,
    "With this padding the output is larger than the input. How many cells does the kernel remove in total?",
)  # fmt: skip
mistake(
    "out.same-floored", "same", "rounded down", "⌊n/s⌋",
    lambda w: [way for way in quotient(w.n, w.s, "n/s") if w.n % w.s],
    'Does "same" padding round up or down?',
)  # fmt: skip
mistake(
    "out.same-valid", "same", "without padding", "⌊(n − k)/s⌋ + 1",
    lambda w: formulas.out_size(w.n, w.k, w.s, 0, 1),
    '"Same" padding adds zeros before the window slides.',
)  # fmt: skip
mistake(
    "out.pad-habit", "keep", "padding 0, 1 or 2 out of habit", "0, 1 or 2",
    lambda w: [Way(1, "1"), Way(0, "0"), Way(2, "2")],
    "Which padding fits the kernel of this question?",
)  # fmt: skip
mistake(
    "out.pad-no-dilation", "keep", "dilation ignored", "(k − 1)/2",
    lambda w: w._replace(d=1) if w.d > 1 else None,
    "Dilation spreads the kernel out. How many cells does it then remove?",
)  # fmt: skip
mistake(
    "out.pad-one-side", "keep", "padding of both sides, one more or less", "k − 2 or k + 1",
    lambda w: [Way(w.k - 2, "k − 2"), Way(w.k + 1, "k + 1"), Way((w.k - 1) // 2 - 1, "(k − 1)/2 − 1")],
    "How many cells does the kernel remove in total? Half of them go to each side.",
    seldom=True,
)  # fmt: skip
mistake(
    "out.same-times", "same", "multiplied by the stride", "n·s",
    lambda w: w.n * w.s if w.s > 1 else None,
    "A stride makes the output smaller.",
    seldom=True,
)  # fmt: skip
mistake(
    "out.same-kernel", "same", "the kernel subtracted", "n − k + 1",
    lambda w: [Way(w.n - w.k + 1, "n − k + 1"), *quotient(w.n - w.k, w.s, "(n − k)/s")],
    'With "same" padding the kernel removes nothing.',
    seldom=True,
)  # fmt: skip
mistake(
    "out.same-plus-one", "same", "one position too many or too few", "n/s + 1 or n/s − 1",
    lambda w: [*quotient(w.n + w.s, w.s, "n/s + 1", up=True), *quotient(w.n - w.s, w.s, "n/s − 1")],
    "Count the positions: the first one is at the edge.",
    seldom=True,
)  # fmt: skip

# -------------------------------------------------------------- how many zeros "same" padding adds

mistake(
    "same.no-stride", "same-total", "stride ignored", "k − 1",
    lambda w: Way(formulas.full_padding(w.k, w.d), "d·(k − 1)"),
    "How far does the last window reach, with this stride?",
)  # fmt: skip
mistake(
    "same.per-side", "same-total", "the zeros of one side", "total/2",
    lambda w: [Way(w.total // 2, "⌊total/2⌋"), Way(-(-w.total // 2), "⌈total/2⌉")],
    "Is that one side or both together?",
)  # fmt: skip
mistake(
    "same.kernel", "same-total", "answered with the kernel size", "k",
    lambda w: [Way(w.k, "k"), Way(w.k - w.s - 1, "k − s − 1"), Way(w.k + w.s, "k + s")],
    "How many cells are missing for the last window?",
)  # fmt: skip
mistake(
    "same.sides-swapped", "same-before same-after", "the odd zero on the other side", "the other side",
    lambda w: [Way(w.total // 2, "⌊total/2⌋"), Way(-(-w.total // 2), "⌈total/2⌉")],
    "On which side does the extra zero go?",
)  # fmt: skip
mistake(
    "same.half-kernel", "same-before same-after", "half of the kernel, whatever the stride", "(k − 1)/2",
    lambda w: [Way(w.d * (w.k - 1) // 2, "⌊d·(k − 1)/2⌋"), Way(-(-w.d * (w.k - 1) // 2), "⌈d·(k − 1)/2⌉")],
    "How many zeros are there in total, with this stride?",
)  # fmt: skip
mistake(
    "same.one-side", "same-before same-after", "all zeros on one side", "total or 0",
    lambda w: [Way(w.total, "total"), Way(0, "0")],
    "The zeros are shared between both sides.",
)  # fmt: skip

# ------------------------------------------------------------------------- layers to a size

mistake(
    "lay.k-per-layer", "reach", "each layer removes k", "(n − m)/k",
    lambda w: quotient(w.n - w.target, w.k, "(n − m)/k", up=True),
    "How many cells does one layer remove?",
)  # fmt: skip
mistake(
    "lay.to-zero", "reach", "went down to 0", "n/(k − 1)",
    lambda w: quotient(w.n, w.k - 1, "n/(k − 1)", up=True),
    "Stop at the size that the question asks for.",
)  # fmt: skip
mistake(
    "lay.plus-one", "reach", "counted the input as a layer", "(n − m)/(k − 1) + 1",
    lambda w: Way(
        formulas.ceil_div(w.n - w.target, w.k - 1) + 1,
        "⌈(n − m)/(k − 1)⌉ + 1" if (w.n - w.target) % (w.k - 1) else "(n − m)/(k − 1) + 1",
    ),
    "Count the layers, not the maps.",
)  # fmt: skip
mistake(
    "lay.minus-one", "reach", "one layer too few", "(n − m)/(k − 1) − 1",
    lambda w: [
        Way(formulas.ceil_div(w.n - w.target, w.k - 1) - 1, "⌈(n − m)/(k − 1)⌉ − 1"),
        Way((w.n - w.target) // (w.k - 1), "⌊(n − m)/(k − 1)⌋"),
    ],
    "Go through the last layers one by one: is the size reached?",
    seldom=True,
)  # fmt: skip
mistake(
    "lay.halved", "reach", "assumed that each layer halves the size", "log₂(n/m)",
    lambda w: _halvings(w.n, w.target),
    "A convolution with stride 1 does not halve the size.",
    seldom=True,
)  # fmt: skip
mistake(
    "lay.difference", "reach", "the cells removed, not the layers", "n − m",
    lambda w: [Way(w.n - w.target, "n − m"), *quotient(w.n - w.target, 2 * (w.k - 1), "(n − m)/(2(k − 1))", up=True)],
    "How many cells does one layer remove?",
    seldom=True,
)  # fmt: skip


def _halvings(n: int, target: int) -> int:
    """How often n is halved until it is at most the target."""
    times = 0
    while n > target:
        n, times = -(-n // 2), times + 1
    return times


# ----------------------------------------------------------------- the share that layers leave

mistake(
    "shrink.k-per-layer", "shrink-size", "each layer removes k", "n − L·k",
    lambda w: w.n - w.layers * w.k,
    "How many cells does one layer remove?",
)  # fmt: skip
mistake(
    "shrink.one-layer", "shrink-size", "one layer only, or one more or less", "n − (k − 1)",
    lambda w: [
        Way(w.n - (w.k - 1) * layers, text)
        for layers, text in (
            (1, "n − (k − 1)"), (w.layers - 1, "n − (L − 1)·(k − 1)"), (w.layers + 1, "n − (L + 1)·(k − 1)"),
        )
    ],
    "How many layers are there?",
)  # fmt: skip
mistake(
    "shrink.half-kernel", "shrink-size", "half of the kernel removed by each layer", "n − L·(k − 1)/2",
    lambda w: w.n - w.layers * (w.k - 1) // 2 if w.k % 2 else None,
    "A layer loses cells at both ends.",
)  # fmt: skip
mistake(
    "shrink.both-sides", "shrink-size", "k − 1 removed at each end", "n − 2·L·(k − 1)",
    lambda w: w.n - 2 * w.layers * (w.k - 1),
    "A window removes k − 1 cells in total, not per side.",
)  # fmt: skip
mistake(
    "shrink.side-only", "shrink-lost", "the share of the side, not of the area", "1 − left/n",
    lambda w: [Way(1 - Fraction(left, n), "1 − left/n") for n, left in zip(*w)],
    "The share is for the whole map: every axis loses cells.",
)  # fmt: skip
mistake(
    "shrink.share-left", "shrink-lost", "the share that is left", "(left/n)²",
    lambda w: [
        Way(Fraction(prod(w.left), prod(w.before)), _left_over(w)),
        *(Way(Fraction(left, n), "left/n") for n, left in zip(*w)),
    ],
    "Is your share what is lost or what is left?",
)  # fmt: skip
mistake(
    "pool.share-left", "fraction", "the share that is left", "1/s²",
    lambda w: Way(Fraction(1, prod(w)), _ONE_BY[len(w)] if len(set(w)) == 1 else "1/(product of the strides)"),
    "Is your share what is removed or what is left?",
)  # fmt: skip
mistake(
    "pool.share-side", "fraction", "one side only", "1 − 1/s",
    lambda w: [way for s in dict.fromkeys(w) for way in (Way(1 - Fraction(1, s), "1 − 1/s"), Way(Fraction(1, s), "1/s"))],
    "A pool makes every side smaller.",
)  # fmt: skip


def _left_over(w: Any) -> str:
    """The remaining share, in letters."""
    alike = len({*zip(*w)}) == 1
    return {1: "left/n", 2: "(left/n)²", 3: "(left/n)³"}[len(w.left)] if alike else "∏ left/∏ n"


mistake(
    "compose.sum", "compose", "kernel sizes added up", "Σ k",
    lambda w: [Way(sum(w.sizes), "Σ k"), Way(sum(w.sizes) - 1, "Σ k − 1")],
    "Neighbouring windows overlap.",
)  # fmt: skip
mistake(
    "compose.product", "compose", "kernel sizes multiplied", "∏ k",
    lambda w: formulas.product(w.sizes) if len(w.sizes) <= 8 else None,
    "Each further kernel adds to the size; nothing is multiplied.",
)  # fmt: skip
mistake(
    "compose.largest", "compose", "only the largest kernel", "the largest k",
    lambda w: [Way(max(w.sizes), "the largest k"), Way(w.sizes[-1], "the last k")],
    "The other kernels add to it.",
)  # fmt: skip
mistake(
    "toeplitz.full", "toeplitz-size", "k not subtracted, or too much subtracted", "n or n − k",
    lambda w: [Way(w.n, "n"), Way(w.n - w.k, "n − k"), Way(w.n + w.k - 1, "n + k − 1")],
    "How many positions does the kernel have?",
)  # fmt: skip
mistake(
    "toeplitz.swapped", "toeplitz-matrix", "rows and columns swapped", "inputs × outputs",
    lambda w: [Way((w.n, w.n - w.k + 1), "inputs × outputs"), Way((w.n, w.n), "inputs × inputs")],
    "One row makes one output.",
)  # fmt: skip
mistake(
    "toeplitz.dense", "toeplitz-free", "every number of the matrix counted", "outputs · inputs",
    lambda w: [
        Way((w.n - w.k + 1) * w.n, "outputs · inputs"),
        Way((w.n - w.k + 1) * w.k, "outputs · k"),
        Way(w.n, "n"),
    ],
    "The same kernel is in every row.",
)  # fmt: skip
mistake(
    "toeplitz.shared", "toeplitz-dense", "weights shared", "k",
    lambda w: [Way(w.k, "k"), Way((w.n - w.k + 1) * w.k, "outputs · k"), Way(w.n * w.n, "inputs · inputs")],
    "A fully connected layer has a weight for each pair of input and output.",
)  # fmt: skip
