"""Mistakes about parameters, neurons and matrices."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from convcalc import formulas
from convcalc.homework.mistakes.base import mistake
from convcalc.homework.questions.quantities import Conv, Linear, conv_params

MAX_SUBSETS = 12  # layers of a model of which every partial sum is tried


def _rule(
    name: str, about: str, formula: str, wrong: Any, line: str, topics: str = "params"
) -> None:
    """A mistake about parameters."""
    mistake(f"par.{name}", topics, about, formula, wrong, line)


_rule(
    "no-bias", "biases forgotten", "k²·cin·cout",
    lambda w: w._replace(bias=False) if w.bias else None,
    "What else is learned besides the filter weights?",
    "params linear",
)  # fmt: skip
_rule(
    "fc-no-depth", "channels forgotten in a fully connected layer", "n²·units + units",
    lambda w: [
        w._replace(shape=w.shape[:2]),
        formulas.product(w.shape[:2]) * w.units + (1 if w.bias else 0),
        formulas.product(w.shape[:2]) * w.units,
    ]
    if len(w.shape) == 3 and w.shape[2] > 1
    else None,
    "Flatten the whole volume first: height, width and channels.",
    "linear",
)  # fmt: skip
_rule(
    "fc-one-bias", "one bias for the fully connected layer", "inputs·units + 1",
    lambda w: formulas.product(w.shape) * w.units + 1 if w.bias else None,
    "There is one bias per unit.",
    "linear",
)  # fmt: skip
_rule(
    "no-channels", "input channels forgotten", "(k² + 1)·cout",
    lambda w: w._replace(c_in=1, groups=1) if w.depth > 1 else None,
    "How deep is one filter?",
)  # fmt: skip
_rule(
    "no-channels-no-bias", "channels and biases forgotten", "k²·cout",
    lambda w: w.area * w.filters if w.bias and w.depth > 1 else None,
    "Two things are missing: think of the depth of a filter, then of what is added at the end.",
)  # fmt: skip
_rule(
    "one-bias", "one bias for the layer", "k²·cin·cout + 1",
    lambda w: w.weights + 1 if w.bias else None,
    "Do all filters share one bias?",
)  # fmt: skip
_rule(
    "no-channels-one-bias", "channels forgotten, one bias for the layer", "k²·cout + 1",
    lambda w: w.area * w.filters + 1 if w.bias and w.depth > 1 else None,
    "Two things are missing: think of the depth of a filter, then of how many biases there are.",
)  # fmt: skip
_rule(
    "dw-no-groups", "depthwise counted as a full convolution", "k²·c²",
    lambda w: [w.area * w.c_in * w.filters, w.area * w.c_in * w.filters + w.filters]
    if 1 < w.groups == w.c_in
    else None,
    "A depthwise convolution has one filter of depth 1 per channel.",
)  # fmt: skip
_rule(
    "groups-ignored", "groups ignored", "k²·cin·cout + cout",
    lambda w: w._replace(groups=1) if w.groups > 1 else None,
    "Each filter reads only the channels of its group.",
)  # fmt: skip
_rule(
    "groups-twice", "inputs and filters both divided by the groups", "k²·(cin/g)·(cout/g) + cout",
    lambda w: [w.weights // w.groups + w.biases, w.weights // w.groups, w.weights // w.groups + w.biases // w.groups]
    if w.groups > 1
    else None,
    "Groups reduce the depth of a filter, not the number of filters.",
)  # fmt: skip
_rule(
    "groups-times", "multiplied by the groups", "g·k²·cin·cout",
    lambda w: [w.groups * w.area * w.c_in * w.filters + w.biases, w.groups * w.area * w.c_in * w.filters]
    if w.groups > 1
    else None,
    "Groups reduce the number of weights.",
)  # fmt: skip
_rule(
    "bias-per-channel", "one bias per input channel of each filter", "(k² + 1)·cin·cout",
    lambda w: (w.area + 1) * w.depth * w.filters if w.bias and w.depth > 1 else None,
    "A filter has one bias, whatever its depth.",
)  # fmt: skip
_rule(
    "bias-wrong-side", "one bias per input instead of per output", "k²·cin·(cout + 1)",
    lambda w: w.area * w.depth * (w.filters + 1)
    if isinstance(w, Conv) and w.bias
    else formulas.product(w.shape) * (w.units + 1)
    if isinstance(w, Linear) and w.bias
    else None,
    "Does a bias belong to an input or to an output?",
    "params linear",
)  # fmt: skip
_rule(
    "one-filter", "one filter only", "k²·cin + 1",
    lambda w: w._replace(filters=1, groups=1, c_in=w.depth) if w.filters > 1 else None,
    "That is the count for one filter.",
)  # fmt: skip
_rule(
    "k-not-squared", "k instead of k²", "(k·cin + 1)·cout",
    lambda w: [w._replace(kernel=w.kernel[:1]), w.kernel[0] * w.depth * w.filters]
    if _square(w)
    else None,
    "A k×k window has more than k cells.",
)  # fmt: skip
_rule(
    "k-doubled", "2k instead of k²", "(2k·cin + 1)·cout",
    lambda w: w._replace(kernel=(2 * w.kernel[0],)) if _square(w) else None,
    "k squared is not 2k.",
)  # fmt: skip
_rule(
    "added", "added instead of multiplied", "(k² + cin + 1)·cout",
    lambda w: (w.area + w.depth + (1 if w.bias else 0)) * w.filters if w.depth > 1 else None,
    "A filter has k² weights in every channel.",
)  # fmt: skip
_rule(
    "swapped", "cin and cout swapped", "(k²·cout + 1)·cin",
    lambda w: w._replace(c_in=w.filters, filters=w.c_in) if w.c_in != w.filters else None,
    "There is one bias per output map.",
)  # fmt: skip
_rule(
    "depth-out", "filter as deep as the output", "(k²·cout + 1)·cout",
    lambda w: w._replace(c_in=w.filters, groups=1) if w.filters > 1 and w.groups == 1 else None,
    "A filter reads the input. How deep must it be?",
)  # fmt: skip
_rule(
    "no-sharing", "weights not shared", "(k²·cin + 1)·cout·h·w",
    lambda w: conv_params(w) * w.positions if w.out else None,
    "The same filter is used at every position; count it once.",
)  # fmt: skip
_rule(
    "no-sharing-weights", "weights not shared, biases left out or shared", "k²·cin·cout·h·w (+ cout)",
    lambda w: [w.weights * w.positions, w.weights * w.positions + w.biases]
    + ([w.weights * formulas.product(w.image), w.weights * formulas.product(w.image) + w.biases] if w.image else [])
    if w.out
    else None,
    "The same filter is used at every position: this counts multiplications, not parameters.",
)  # fmt: skip
_rule(
    "activations", "counted the output values", "h·w·cout",
    lambda w: w.positions * w.filters if w.out else None,
    "These are output values, not weights.",
)  # fmt: skip
_rule(
    "image-size", "image size included", "(n·n + 1)·cout",
    lambda w: [
        (formulas.product(w.image) + (1 if w.bias else 0)) * w.filters,
        (formulas.product(w.image) * w.c_in + (1 if w.bias else 0)) * w.filters,
    ]
    if w.image
    else None,
    "The number of parameters does not depend on the image size.",
)  # fmt: skip
_rule(
    "doubled", "every weight counted twice", "2·k²·cin·cout",
    lambda w: [2 * w.weights, 2 * conv_params(w)],
    "Count every weight once.",
)  # fmt: skip
_rule(
    "bias-before-bn", "biases counted where there are none", "+ cout",
    lambda w: w._replace(bias=True) if not w.bias else None,
    "Are biases counted here? See the question or the rules of the sheet.",
    "params linear",
)  # fmt: skip


def _square(quantities: Conv) -> bool:
    """Whether the kernel has two equal sides larger than 1."""
    return len(quantities.kernel) == 2 and quantities.kernel[0] == quantities.kernel[1] > 1


# ------------------------------------------------------------- pools, batch norm, LeNet, halves

_rule(
    "pool-counted", "parameters counted for a pool", "k²·c or 2·c",
    lambda w: [w[0] * w[0] * w[1], 2 * w[1], w[1], w[0] * w[0], (w[0] * w[0] + 1) * w[1]],
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
    "lenet-full", "full C3 where the paper's table is meant, or the reverse", "2,416 or 1,516",
    lambda w: 25 * (96 if w[0] == "paper" else 60) + w[1],
    "Today every map reads all maps below; in the 1998 paper only some are connected. Which one does this sheet mean?",
    "lenet",
)  # fmt: skip
_rule(
    "dws-half", "only the depthwise or only the pointwise half", "k²·c or cin·cout",
    lambda w: [w.depthwise + w.biases[0], w.pointwise + w.biases[1], w.depthwise, w.pointwise],
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
    "dws-full-params", "counted as a full convolution", "k²·cin·cout",
    lambda w: w.full + w.biases[1],
    "A depthwise convolution has one filter of depth 1 per channel.",
    "separable",
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
    "model-no-bias", "the biases of all layers forgotten", "Σ weights",
    lambda w: sum(row.weights for row in w.rows) if w.of == "params" and w.counts_biases else None,
    "What else is learned besides the filter weights?",
    "model",
)  # fmt: skip
_rule(
    "partial-total", "some layers of the model only", "Σ of some layers", _partial,
    "Your number is the sum of some of the layers. {0} missing; which?",
    "model",
)  # fmt: skip

# -------------------------------------------------------------------- neurons, connections, ...

_rule(
    "neurons-map", "neurons of one map only", "h·w",
    lambda w: w.positions if w.filters > 1 else None,
    "Every filter makes a map of its own.",
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
    lambda w: [formulas.product(w.image) * w.c_in, formulas.product(w.image) * w.filters],
    "The neurons of a layer are its outputs.",
    "neurons",
)  # fmt: skip
_rule(
    "connections-params", "parameters instead of connections", "k²·cin·cout + cout",
    lambda w: [conv_params(w), w.weights],
    "Each weight is used at every position: count every use.",
    "connections no-sharing",
)  # fmt: skip
_rule(
    "connections-bias", "biases counted or not", "± cout·h·w",
    lambda w: [w.weights * w.positions, (w.weights + w.filters) * w.positions, w.weights * w.positions + w.filters],
    "Do the connections of the biases count?",
    "connections no-sharing",
)  # fmt: skip
_rule(
    "connections-channels", "input channels forgotten", "(k² + 1)·cout·h·w",
    lambda w: [(w.area + 1) * w.filters * w.positions, w.area * w.filters * w.positions] if w.depth > 1 else None,
    "How deep is one filter?",
    "connections no-sharing",
)  # fmt: skip


def _in_positions(quantities: Conv) -> int:
    """Positions of the input."""
    return formulas.product(quantities.image)


mistake(
    "im2col.swapped", "im2col", "rows and columns swapped", "positions × (k²·c)",
    lambda w: (w.positions, w.area * w.c_in),
    "One column is one window with all its channels.",
)  # fmt: skip
mistake(
    "im2col.no-depth", "im2col", "channels forgotten", "k² × positions",
    lambda w: (w.area, w.positions),
    "A window holds the cells of every channel.",
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
    lambda w: [-w.layers * w.k * w.k, -w.against * w.against],
    "Each filter has depth C, and there are C filters.",
)  # fmt: skip
mistake(
    "cmp.sizes-only", "stacks", "one of the small kernels only", "k²",
    lambda w: w.k * w.k,
    "How many of the small layers are there?",
)  # fmt: skip
mistake(
    "cmp.saved-sizes-only", "stacks-saved", "compared one small kernel with the large one", "1 − k²/K²",
    lambda w: [1 - _fraction(w.k * w.k, w.against * w.against), _fraction(w.k * w.k, w.against * w.against),
               _fraction(w.layers * w.k * w.k, w.against * w.against)],
    "How many small layers are there? And is your share what is saved or what is left?",
)  # fmt: skip


def _fraction(a: int, b: int) -> Any:
    """a/b exactly."""
    from fractions import Fraction

    return Fraction(a, b)
