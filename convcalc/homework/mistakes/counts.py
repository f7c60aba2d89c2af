"""Mistakes about other counts: pools, norms, networks, neurons, connections, matrices, comparisons."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

from convcalc import formulas
from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.questions.quantities import Conv, neuron_weights, window_axes
from convcalc.homework.questions.rows import Model

MAX_SUBSETS = 12  # most layers of a model for which every partial sum is tried


def _rule(
    name: str, about: str, formula: str, wrong: Any, line: str, topics: str, *, seldom: bool = False
) -> None:
    """A mistake about parameters."""
    mistake(f"par.{name}", topics, about, formula, wrong, line, seldom=seldom)


# ------------------------------------------------------------- pools, batch norm, LeNet, halves

_rule(
    "pool-counted", "parameters counted for a pool", "k²·c or 2·c",
    lambda w: [
        Way(w[0] * w[0] * w[1], "k²·c"),
        Way(2 * w[1], "2c"),
        Way(w[1], "c"),
        Way(w[0] * w[0], "k²"),
        Way((w[0] * w[0] + 1) * w[1], "(k² + 1)·c"),
        Way(w[0] * w[0] + 1, "k² + 1"),
        Way(w[0] * w[0] * w[1] * w[1], "k²·c²"),
        Way((w[0] * w[0] * w[1] + 1) * w[1], "(k²·c + 1)·c"),
        Way(w[0], "k"),
    ],
    "Does a pool learn anything?",
    "pool-params",
)  # fmt: skip
_rule(
    "bn-all-trainable", "running mean and variance counted as trainable", "4c",
    lambda w: 4 * w,
    "Two of the four numbers per channel are measured, not learned.",
    "bn",
)  # fmt: skip
_rule(
    "bn-one",
    "the scale only",
    "c",
    lambda w: w,
    "Batch normalisation learns a scale and a shift.",
    "bn",
)
_rule(
    "bn-forgotten",
    "batch normalisation forgotten",
    "0",
    lambda w: 0 * w,
    "It learns a scale and a shift.",
    "bn",
)
_rule(
    "bn-trainable-only", "running mean and variance left out", "2c",
    lambda w: Way(2 * w, "2c"),
    "A batch normalisation keeps a running mean and a variance too. Does this question count them?",
    "bn",
)  # fmt: skip
_rule(
    "bn-once", "one scale and shift for all channels, or three numbers per channel", "2, 4 or 3c",
    lambda w: [Way(2, "2"), Way(4, "4"), Way(3 * w, "3c"), Way(w * w, "c²")],
    "Every channel has its own numbers. Which are they?",
    "bn",
    seldom=True,
)  # fmt: skip
_rule(
    "buffers-once", "one of mean and variance, or γ and β as well", "c or 4c",
    lambda w: [Way(w.statistics // 2, "c"), Way(2 * w.statistics, "4c"), Way(2, "2")],
    "Running means and variances: how many numbers are that for each channel?",
    "buffers",
)  # fmt: skip
_rule(
    "lenet-full", "full C3 instead of the paper's table, or the reverse", "2,416 or 1,516",
    lambda w: 25 * (96 if w[0] == "paper" else 60) + w[1],
    "Today every map reads all maps below; in the 1998 paper only some are connected. Which one does this sheet mean?",
    "lenet",
)  # fmt: skip
_rule(
    "dws-half", "only the depthwise or only the pointwise half", "k²·cin or cin·cout",
    lambda w: [
        Way(w.depthwise + w.biases[0], "(k² + 1)·cin") if w.biases[0] else None,
        Way(w.pointwise + w.biases[1], "(cin + 1)·cout") if w.biases[1] else None,
        Way(w.depthwise, "k²·cin"),
        Way(w.pointwise, "cin·cout"),
    ],
    "There are two layers: the depthwise one and the 1×1 one.",
    "separable",
)  # fmt: skip
_rule(
    "dws-biases", "biases of both layers where only the 1×1 layer has them, or the reverse", "± cin",
    lambda w: w._replace(both=not w.both) if w.bias else None,
    "Which of the two layers have biases here? See the question or the rules of the sheet.",
    "separable",
)  # fmt: skip
_rule(
    "dws-no-bias", "biases forgotten", "k²·cin + cin·cout",
    lambda w: w._replace(bias=False) if w.bias else None,
    "What else is learned besides the weights?",
    "separable",
)  # fmt: skip
_rule(
    "dws-bias-kept", "biases counted where there are none", "k²·cin + cin·cout + cout",
    lambda w: [
        Way(w.depthwise + w.pointwise + w.filters, "k²·cin + (cin + 1)·cout"),
        Way(w.depthwise + w.pointwise + w.c_in, "(k² + 1)·cin + cin·cout"),
        Way(w.depthwise + w.pointwise + w.c_in + w.filters, "(k² + 1)·cin + (cin + 1)·cout"),
    ]
    if not w.bias
    else None,
    "Are biases counted here? See the question or the rules of the sheet.",
    "separable",
)  # fmt: skip
_rule(
    "dws-full-params", "counted as a full convolution", "k²·cin·cout",
    lambda w: [
        Way(w.full + w.biases[1], "(k²·cin + 1)·cout") if w.biases[1] else None,
        Way(w.full, "k²·cin·cout"),
        Way(w.full + w.filters, "(k²·cin + 1)·cout"),
    ],
    "A depthwise convolution has one filter of depth 1 per channel.",
    "separable",
)  # fmt: skip
_rule(
    "dws-outputs", "the depthwise half on the output channels", "k²·cout + cin·cout",
    lambda w: [
        Way(w.area * w.filters + w.pointwise, "k²·cout + cin·cout"),
        Way(w.area + w.pointwise, "k² + cin·cout"),
        Way(w.area * (w.c_in + w.filters), "k²·(cin + cout)"),
        Way(w.depthwise * w.pointwise, "k²·cin·cin·cout"),
    ],
    "The depthwise half works on the input channels, one filter for each.",
    "separable",
    seldom=True,
)  # fmt: skip


def _partial(quantities: Any) -> Any:
    """Sums of some of the layers, each with how many are missing."""
    amounts = quantities.amounts
    total = len(amounts)
    most = total if total <= MAX_SUBSETS else 2
    found: dict[int, str] = {}
    for missing in range(1, most):
        for left_out in combinations(range(total), missing):
            value = sum(amounts) - sum(amounts[i] for i in left_out)
            found.setdefault(
                value,
                "One layer is" if missing == 1 else f"{_WORDS.get(missing, 'Several')} layers are",
            )
    return found


_WORDS = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}

_rule(
    "partial-total", "some layers of the model only", "Σ of some layers", _partial,
    "Your number is the sum of some of the layers. {0} missing; which?",
    "model",
)  # fmt: skip


def _one_bias_missing(w: Model) -> Any:
    """The biases of one layer, or of all, left out or counted twice."""
    if w.of != "params":
        return None
    total = sum(row.params for row in w.rows)
    counted = [row.biases for row in w.rows if row.biases and row.counts_biases]
    ways = [
        Way(total - each, "without the biases of one layer")
        for each in dict.fromkeys(counted[::-1])
    ]
    ways.append(Way(total + sum(counted), "biases twice"))
    ways += [Way(total + one, "the biases of one layer twice") for one in dict.fromkeys(counted)]
    ways += [
        Way(total - sum(counted) + one, "with the biases of one layer only")
        for one in dict.fromkeys(counted)
    ]
    if not w.counts_biases:
        ways.append(Way(total + sum(row.biases for row in w.rows), "with biases"))
    return ways


def _pools_counted(w: Model) -> Any:
    """Weights counted for pools, which have none."""
    pools = [row for row in w.rows if not row.weights and window_axes(row)]
    if w.of == "macs" or not pools:
        return None
    areas = [formulas.product(axis.k for axis in window_axes(row)) for row in pools]
    maps = [row.output[0] for row in pools]
    total = sum(w.amounts)
    return [
        Way(total + sum(area * c for area, c in zip(areas, maps)), "k²·c for each pool"),
        Way(total + sum(2 * c for c in maps), "2c for each pool"),
        Way(
            total + sum((area + 1) * c for area, c in zip(areas, maps)), "(k² + 1)·c for each pool"
        ),
        Way(total + 2 * sum(area * c for area, c in zip(areas, maps)), "2·k²·c for each pool"),
        Way(total + sum(areas), "k² for each pool"),
    ]


def _statistics(w: Model) -> Any:
    """The numbers of the norms left out, or counted in another way."""
    norms = [row for row in w.rows if row.statistics]
    if w.of != "params" or not norms:
        return None
    total = sum(row.params for row in w.rows)
    learned, measured = (
        sum(row.weights + row.biases for row in norms),
        sum(row.statistics for row in norms),
    )
    return [
        Way(total - sum(row.params for row in norms), "without the norms"),
        Way(total + measured, "2·(numbers learned by the norms)"),
        Way(total - learned, "with only the measured numbers"),
        Way(total - measured, "without the measured numbers"),
    ]


_rule(
    "model-biases", "the biases of a layer forgotten, or counted twice", "one or all biases missing", _one_bias_missing,
    "Check the biases: one per filter and one per unit, in every layer that has them.",
    "model",
)  # fmt: skip
_rule(
    "model-norms", "batch normalisation left out, or its running statistics counted", "without the norms", _statistics,
    "What does a batch normalisation learn, and what does it only measure?",
    "model",
)  # fmt: skip
_rule(
    "model-pools", "parameters counted for pools", "k²·c for each pool", _pools_counted,
    "Does a pool learn anything?",
    "model",
)  # fmt: skip
_rule(
    "model-values", "output values counted", "Σ values",
    lambda w: [
        Way(sum(row.out_values for row in w.rows), "Σ of all output values"),
        Way(sum(row.macs for row in w.rows), "Σ of all multiply-adds") if w.of != "macs" else None,
        Way(sum(row.params for row in w.rows), "Σ of all parameters") if w.of == "macs" else None,
        Way(formulas.product(w.rows[0].input), "the input values"),
        Way(w.rows[-1].params, "only the last layer"),
        *(Way(row.weights, "the weights of one layer") for row in w.rows if row.weights),
        *(Way(row.out_values, "the output values of one layer") for row in w.rows),
    ],
    "Parameters, output values and operations are three different things. Which one is asked for?",
    "model",
    seldom=True,
)  # fmt: skip


def _multiplied(w: Model) -> Any:
    """The widths of all fully connected layers multiplied, as if they were one array."""
    dense = [row for row in w.rows if row.weights]
    if w.of != "params" or not 1 < len(dense) <= MAX_SUBSETS or len(w.dense) < len(dense):
        return None
    return formulas.product((*dense[0].before, *(row.output[0] for row in dense)))


_rule(
    "model-multiplied", "the widths of all layers multiplied", "inputs·units·units", _multiplied,
    "Every layer has its own weights: multiply inside a layer, and add up the layers.",
    "model",
)  # fmt: skip
_rule(
    "share-rest", "the share of the other layers", "1 − share",
    lambda w: [
        Way(1 - _dense(w) / sum(w.amounts), "1 − dense/total"),
        Way(_dense(w) / (sum(w.amounts) - _dense(w)), "dense/other"),
        Way(sum(w.amounts) / _dense(w), "total/dense"),
    ],
    "The share is the part in the fully connected layers, divided by the total.",
    "share",
)  # fmt: skip
_rule(
    "share-one-layer", "one fully connected layer only", "one dense layer/total",
    lambda w: [Way(Fraction(amount, sum(w.amounts)), "one dense layer/total") for amount in w.dense],
    "How many fully connected layers are there?",
    "share",
)  # fmt: skip


def _dense(w: Model) -> Fraction:
    """The parameters of all fully connected layers together."""
    return Fraction(sum(w.dense))


# -------------------------------------------------------------------- neurons, connections, ...

_rule(
    "neurons-map", "neurons of one map only", "h·w",
    lambda w: w.positions if w.filters > 1 else None,
    "Every filter makes its own map.",
    "neurons",
)  # fmt: skip
_rule(
    "neurons-filters", "counted the filters", "cout",
    lambda w: w.filters,
    "Every value of the output volume is a neuron.",
    "neurons",
)  # fmt: skip
_rule(
    "neurons-input", "counted the input values", "n·n·cin",
    lambda w: [
        Way(formulas.product(w.image) * w.c_in, "n·n·cin"),
        Way(formulas.product(w.image) * w.filters, "n·n·cout"),
    ],
    "The neurons of a layer are its outputs.",
    "neurons",
)  # fmt: skip
_rule(
    "connections-params", "parameters instead of connections", "k²·cin·cout + cout",
    lambda w: [
        Way(w.weights + w.filters, "k²·cin·cout + cout"),
        Way(w.weights, "k²·cin·cout"),
    ],
    "Each weight is used at every position: count every use.",
    "connections no-sharing",
)  # fmt: skip
_rule(
    "connections-bias", "biases counted or not", "± cout·h·w",
    lambda w: [
        Way(w.weights * w.positions, "k²·cin·cout·h·w"),
        Way((w.weights + w.filters) * w.positions, "(k²·cin + 1)·cout·h·w"),
        Way(w.weights * w.positions + w.filters, "k²·cin·cout·h·w + cout"),
    ],
    "Do the connections of the biases count?",
    "connections no-sharing",
)  # fmt: skip
_rule(
    "connections-channels", "input channels forgotten", "(k² + 1)·cout·h·w",
    lambda w: [
        Way((w.area + 1) * w.filters * w.positions, "(k² + 1)·cout·h·w"),
        Way(w.area * w.filters * w.positions, "k²·cout·h·w"),
    ]
    if w.depth > 1
    else None,
    "How deep is one filter?",
    "connections no-sharing",
)  # fmt: skip
_rule(
    "connections-dense", "every output connected to every input", "n·n·cin·h·w·cout",
    lambda w: [
        Way(formulas.product(w.image) * w.c_in * w.positions * w.filters, "n·n·cin·h·w·cout"),
        Way((formulas.product(w.image) * w.c_in + 1) * w.positions * w.filters, "(n·n·cin + 1)·h·w·cout"),
    ],
    "An output value is connected to one window only.",
    "connections no-sharing",
)  # fmt: skip
_rule(
    "connections-map", "one filter, or one position", "k²·cin·h·w",
    lambda w: [
        Way(w.area * w.depth * w.positions, "k²·cin·h·w"),
        Way((w.area * w.depth + 1) * w.positions, "(k²·cin + 1)·h·w"),
        Way(w.positions * w.filters, "h·w·cout"),
    ],
    "There are several filters, and each is used at every position.",
    "connections no-sharing",
    seldom=True,
)  # fmt: skip
_rule(
    "neurons-weights", "weights counted, or the neurons of all channels", "k²·cin·cout",
    lambda w: [
        Way(w.weights, "k²·cin·cout"),
        Way(w.weights + w.filters, "(k²·cin + 1)·cout"),
        Way(w.positions * w.filters * w.c_in, "h·w·cin·cout"),
        Way(w.positions * w.c_in, "h·w·cin"),
    ],
    "Every value of the output volume is a neuron.",
    "neurons",
    seldom=True,
)  # fmt: skip


def _in_positions(quantities: Conv) -> int:
    """Counts with positions of the input."""
    return formulas.product(quantities.image)


mistake(
    "im2col.swapped", "im2col", "rows and columns swapped", "positions × (k²·c)",
    lambda w: (w.positions, w.area * w.c_in),
    "One column is one window with all its channels.",
)  # fmt: skip
mistake(
    "im2col.no-depth", "im2col", "channels forgotten", "k² × positions",
    lambda w: (w.area, w.positions),
    "A window contains the cells of every channel.",
)  # fmt: skip
mistake(
    "im2col.positions", "im2col", "input instead of output positions", "(k²·c) × (n·n)",
    lambda w: (w.area * w.c_in, _in_positions(w)),
    "There is one column for each position of the window.",
)  # fmt: skip
mistake(
    "im2col.filters-swapped", "im2col-filters", "rows and columns swapped", "(k²·c) × filters",
    lambda w: (w.area * w.c_in, w.filters),
    "One row is one filter with all its channels.",
)  # fmt: skip
mistake(
    "im2col.filters-no-depth", "im2col-filters", "channels forgotten", "filters × k²",
    lambda w: (w.filters, w.area),
    "A filter is as deep as its input.",
)  # fmt: skip

# ----------------------------------------------------------------------------- comparisons

mistake(
    "cmp.no-c2", "stacks", "C instead of C²", "27C for 27C²",
    lambda w: [Way(-w.layers * w.k * w.k, "L·k²·C"), Way(-w.against * w.against, "K²·C")],
    "Each filter has depth C, and there are C filters.",
)  # fmt: skip
mistake(
    "cmp.sizes-only", "stacks", "one of the small kernels only", "k²",
    lambda w: [
        Way(w.k * w.k, "k²·C²"), Way(w.layers * w.k, "L·k·C²"), Way(w.against, "K·C²"), Way((w.layers * w.k) ** 2, "(L·k)²·C²"),
    ],
    "How many of the small layers are there?",
)  # fmt: skip
mistake(
    "cmp.saved-sizes-only", "stacks-saved", "compared one small kernel with the large one", "1 − k²/K²",
    lambda w: [
        Way(1 - Fraction(w.k * w.k, w.against * w.against), "1 − k²/K²"),
        Way(Fraction(w.k * w.k, w.against * w.against), "k²/K²"),
        Way(Fraction(w.layers * w.k * w.k, w.against * w.against), "L·k²/K²"),
    ],
    "How many small layers are there? And is your share what is saved or what is left?",
)  # fmt: skip
mistake(
    "cmp.growth-added", "scaling", "factors added, or a side not squared", "a + b",
    lambda w: [
        Way(w.c_in + w.filters, "factors added") if w.c_in > 1 and w.filters > 1 else None,
        Way(w.c_in * w.filters * w.k * w.n, "sides not squared"),
        Way(w.c_in * w.filters * w.k * w.k, "without the image"),
        Way(w.c_in, "only the input channels"),
        Way(w.filters, "only the filters"),
        Way((w.c_in * w.filters * w.k * w.n) ** 2, "everything squared"),
    ],
    "Put the factors into the formula: which letters change, and which of them appear twice?",
)  # fmt: skip

# ------------------------------------------------------------------- the weights of one neuron

mistake(
    "neuron.no-channels", "neuron", "one input channel instead of all", "k²",
    lambda w: formulas.product(w.kernel) if w.c_in > 1 else None,
    "How many input channels does the window reach through?",
)  # fmt: skip
mistake(
    "neuron.no-kernel", "neuron", "window forgotten", "cin", lambda w: w.c_in,
    "How many cells of each channel does the window cover?",
)  # fmt: skip
mistake(
    "neuron.k-not-squared", "neuron", "k instead of k²", "k·cin",
    lambda w: w.kernel[0] * w.c_in if len(w.kernel) > 1 else None,
    "How many cells does a window have that is k wide and k high?",
)  # fmt: skip
mistake(
    "neuron.k-doubled", "neuron", "sides added instead of multiplied", "2k·cin",
    lambda w: sum(w.kernel) * w.c_in if len(w.kernel) > 1 else None,
    "How many cells does a window have that is k wide and k high?",
)  # fmt: skip
mistake(
    "neuron.added", "neuron", "channels added instead of multiplied", "k² + cin",
    lambda w: formulas.product(w.kernel) + w.c_in,
    "The window covers that many cells in each channel.",
)  # fmt: skip
mistake(
    "neuron.bias-counted", "neuron", "bias counted", "k²·cin + 1",
    lambda w: neuron_weights(w) + 1,
    "Does the question ask for the bias as well?",
)  # fmt: skip
