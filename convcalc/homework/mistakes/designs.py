"""Mistakes about ratios of designs, trainable parameters, and shapes of weights."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from convcalc.formulas import product
from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.questions.amounts import Split, Tensor, quotient, split_count, tensor_shape
from convcalc.network.axes import ORDERS

# --------------------------------------------------------------------------------------- ratio

mistake(
    "ratio.upside-down", "ratio", "ratio upside down", "second/first",
    lambda w: Fraction(w.second, w.first) if w.first else None,
    "Which total is divided by which?",
)  # fmt: skip
mistake(
    "ratio.difference", "ratio", "the difference instead of the ratio", "first − second",
    lambda w: Fraction(w.first - w.second),
    "Does the question ask how many more, or how many times as many?",
)  # fmt: skip
mistake(
    "ratio.how-much-more", "ratio", "how much more instead of how many times as much", "first/second − 1",
    lambda w: quotient(w) - 1,
    "Twice as much is a ratio of 2, although it is only one time more.",
)  # fmt: skip
mistake(
    "ratio.share", "ratio", "the share of both together", "first/(first + second)",
    lambda w: Fraction(w.first, w.first + w.second),
    "The first is compared with the second, not with both together.",
)  # fmt: skip
mistake(
    "ratio.no-bias", "ratio", "biases forgotten in both designs", "weights/weights",
    lambda w: Fraction(*w.without_biases) if w.without_biases else None,
    "What else is learned besides the weights?",
)  # fmt: skip

# ---------------------------------------------------------------------------- trainable parameters


def _statistics_train(quantities: Split) -> Any:
    """Running means and variances counted as trainable."""
    if not sum(quantities.statistics):
        return None
    learned = tuple([sum(pair) for pair in zip(quantities.learned, quantities.statistics)])
    return quantities._replace(learned=learned, statistics=(0,) * len(learned))


def _norm_frozen(quantities: Split) -> Any:
    """All four numbers of a batch normalisation counted as measured."""
    if not sum(quantities.statistics):
        return None
    pairs = [(0, a + b) if b else (a, b) for a, b in zip(quantities.learned, quantities.statistics)]
    learned, statistics = zip(*pairs)
    return quantities._replace(learned=learned, statistics=statistics)


def _other_part(quantities: Split) -> Any:
    """Trainable and non-trainable mixed up."""
    other = {"trainable": "non-trainable", "non-trainable": "trainable"}.get(quantities.which)
    return split_count(quantities._replace(which=other)) if other else None


mistake(
    "train.no-statistics", "trainable-total", "running means and variances left out", "weights and biases only",
    lambda w: w._replace(statistics=(0,) * len(w.statistics)) if sum(w.statistics) else None,
    "Batch normalisation stores more than it learns. What else does it keep for each channel?",
)  # fmt: skip
mistake(
    "train.statistics-trained", "trainable-trainable trainable-non-trainable",
    "running means and variances counted as trainable", "4c trained", _statistics_train,
    "Which numbers of a batch normalisation are measured, and not learned?",
)  # fmt: skip
mistake(
    "train.norm-frozen", "trainable-trainable trainable-non-trainable",
    "all numbers of batch normalisation counted as not trained", "4c not trained", _norm_frozen,
    "Which numbers of a batch normalisation are learned?",
)  # fmt: skip
mistake(
    "train.mixed-up", "trainable-trainable trainable-non-trainable",
    "trainable and non-trainable mixed up", "the other number", _other_part,
    "Which of the two does training change?",
)  # fmt: skip
mistake(
    "train.frozen-trained", "trainable-trainable trainable-non-trainable",
    "frozen layers counted as trainable", "no layer frozen",
    lambda w: w._replace(frozen=0) if w.frozen else None,
    "What does freezing a layer do to its parameters?",
)  # fmt: skip
mistake(
    "train.one-layer-off", "trainable-trainable trainable-non-trainable",
    "one frozen layer too many or too few", "one layer more or less",
    lambda w: [w._replace(frozen=w.frozen + 1), w._replace(frozen=w.frozen - 1)] if w.frozen else None,
    "Count the frozen layers again; a pool has no parameters.",
)  # fmt: skip

# --------------------------------------------------------------------------- shapes of weights


def _without(quantities: Tensor, which: str) -> Any:
    """The shape without one of its numbers; a single remaining number not as a tuple."""
    filters, channels = (quantities.filters, quantities.c_in // quantities.groups)
    if quantities.transposed:
        filters, channels = quantities.filters // quantities.groups, quantities.c_in
    kept = channels if which == "filters" else filters
    kernel = quantities.kernel
    if not kernel:
        return kept
    return (*kernel, kept) if quantities.order == "hwc" else (kept, *kernel)


def _one_number(quantities: Tensor) -> Any:
    """All the weights, the filters or the channels, as a single number."""
    return [
        Way(product(tensor_shape(quantities)), "k·k·cin·cout"),
        Way(quantities.filters, "cout"),
        Way(quantities.c_in, "cin"),
    ]


mistake(
    "shape.no-filters", "weight-shape", "the number of filters left out", "kernel × cin",
    lambda w: _without(w, "filters"),
    "This is one filter. Where are the others?",
)  # fmt: skip
mistake(
    "shape.no-channels", "weight-shape", "the input channels left out", "kernel × cout",
    lambda w: _without(w, "channels"),
    "How deep is one filter?",
)  # fmt: skip
mistake(
    "shape.swapped", "weight-shape", "input channels and filters swapped", "cin and cout change places",
    lambda w: [w._replace(transposed=not w.transposed, order=order) for order in ORDERS],
    "Which number counts what the layer reads, and which what it makes? Compare them with the order that is asked for.",
)  # fmt: skip
mistake(
    "shape.one-number", "weight-shape", "one number for a shape", "k·k·cin·cout", _one_number,
    "A shape is written with all its sides, one number for each.",
)  # fmt: skip
mistake(
    "shape.kernel-alone", "weight-shape", "only the kernel", "k × k",
    lambda w: [Way(w.kernel, "k × k"), Way(product(w.kernel), "k·k")] if len(w.kernel) > 1 else None,
    "How deep is one filter, and how many filters are there?",
)  # fmt: skip
mistake(
    "shape.groups-ignored", "weight-shape", "groups ignored", "all input channels in each filter",
    lambda w: w._replace(groups=1) if w.groups > 1 else None,
    "How many input channels does one filter of a group read?",
)  # fmt: skip
mistake(
    "shape.bias-per-input", "bias-shape", "one bias per input", "cin",
    lambda w: w.c_in,
    "Does a bias belong to an input or to an output?",
)  # fmt: skip
mistake(
    "shape.one-bias", "bias-shape", "one bias for the layer", "1",
    lambda w: 1,
    "Do all filters share one bias?",
)  # fmt: skip
mistake(
    "shape.bias-per-weight", "bias-shape", "a bias for each channel of each filter", "cout × cin",
    lambda w: [(w.filters, w.c_in), (w.c_in, w.filters)],
    "A filter has one bias, whatever its depth.",
)  # fmt: skip
