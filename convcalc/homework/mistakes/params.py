"""Mistakes about the parameters of convolutions and fully connected layers, alone or in a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convcalc import formulas
from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.mistakes.carry import totals
from convcalc.homework.mistakes.letters import ALL_CHANNELS, USUAL, Letters
from convcalc.homework.questions.quantities import Conv, Linear, conv_params, linear_params
from convcalc.homework.questions.rows import Model


def _rule(
    name: str,
    about: str,
    formula: str,
    wrong: Any,
    line: str,
    topics: str = "params",
    *,
    seldom: bool = False,
    letters: Letters = USUAL,
) -> None:
    """A mistake about the parameters of a layer, or of every such layer of a network."""
    layers = tuple(_LAYERS[topic] for topic in topics.split())
    mistake(
        f"par.{name}",
        topics,
        about,
        formula,
        _everywhere(wrong, layers, formula),
        line,
        carried="model",
        seldom=seldom,
        letters=letters,
    )


_LAYERS = {"params": Conv, "linear": Linear}


def _everywhere(
    wrong: Callable[[Any], Any], layers: tuple[type, ...], formula: str
) -> Callable[[Any], Any]:
    """The mistake in one layer, or in all layers of a network."""

    def found(quantities: Any) -> Any:
        if not isinstance(quantities, Model):
            return wrong(quantities) if isinstance(quantities, layers) else None
        each = [totals(quantities, wrong, (layer,), formula) for layer in layers]
        return [
            *totals(quantities, wrong, layers, formula),
            *(way for ways in each for way in ways),
        ]

    return found


def _per_filter(w: Conv, weights: str, changed: Conv) -> Way:
    """The parameters of a convolution as the student saw it, with their formula.

    Args:
        w: the real convolution.
        weights: the weights of one filter, in letters.
        changed: the convolution as the student saw it.
    """
    return Way(changed, f"({weights} + 1)·cout" if w.bias else f"{weights}·cout")


def _inputs(w: Linear) -> int:
    """The values that a fully connected layer reads."""
    return formulas.product(w.shape)


_rule(
    "no-bias", "biases forgotten", "only the weights",
    lambda w: w._replace(bias=False) if w.bias else None,
    "What else is learned besides the filter weights?",
    "params linear",
)  # fmt: skip
_rule(
    "fc-no-depth", "channels forgotten in a fully connected layer", "n²·units + units",
    lambda w: [
        Way(w._replace(shape=w.shape[:2]), "n²·units + units") if w.bias else None,
        Way(formulas.product(w.shape[:2]) * w.units + 1, "n²·units + 1") if w.bias else None,
        Way(formulas.product(w.shape[:2]) * w.units, "n²·units"),
    ]
    if len(w.shape) == 3 and w.shape[2] > 1
    else None,
    "Flatten the whole volume first: height, width and channels.",
    "linear",
)  # fmt: skip
_rule(
    "fc-one-bias", "one bias for the fully connected layer", "inputs·units + 1",
    lambda w: _inputs(w) * w.units + 1 if w.bias else None,
    "There is one bias per unit.",
    "linear",
)  # fmt: skip
_rule(
    "no-channels", "input channels forgotten", "(k² + 1)·cout",
    lambda w: _per_filter(w, "k²", w._replace(c_in=1, groups=1)) if w.depth > 1 else None,
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
    lambda w: [
        Way(w.area * w.c_in * w.filters, "k²·c²"),
        Way(w.area * w.c_in * w.filters + w.filters, "k²·c² + c"),
    ]
    if 1 < w.groups == w.c_in
    else None,
    "A depthwise convolution has one filter of depth 1 per channel.",
    letters=ALL_CHANNELS,
)  # fmt: skip
_rule(
    "groups-ignored", "groups ignored", "k²·cin·cout + cout",
    lambda w: _per_filter(w, "k²·cin", w._replace(groups=1)) if w.groups > 1 else None,
    "Each filter reads only the channels of its group.",
    letters=ALL_CHANNELS,
)  # fmt: skip
_rule(
    "groups-twice", "inputs and filters both divided by the groups", "k²·(cin/g)·(cout/g) + cout",
    lambda w: [
        Way(w.weights // w.groups + w.biases, "k²·(cin/g)·(cout/g) + cout") if w.bias else None,
        Way(w.weights // w.groups, "k²·(cin/g)·(cout/g)"),
        Way(w.weights // w.groups + w.biases // w.groups, "k²·(cin/g)·(cout/g) + cout/g") if w.bias else None,
    ]
    if w.groups > 1
    else None,
    "Groups reduce the depth of a filter, not the number of filters.",
    letters=ALL_CHANNELS,
)  # fmt: skip
_rule(
    "groups-times", "multiplied by the groups", "g·k²·cin·cout",
    lambda w: [
        Way(w.groups * w.area * w.c_in * w.filters + w.filters, "g·k²·cin·cout + cout") if w.bias else None,
        Way(w.groups * w.area * w.c_in * w.filters, "g·k²·cin·cout"),
    ]
    if w.groups > 1
    else None,
    "Groups reduce the number of weights.",
    letters=ALL_CHANNELS,
)  # fmt: skip
_rule(
    "bias-per-channel", "one bias per input channel of each filter", "(k² + 1)·cin·cout",
    lambda w: (w.area + 1) * w.depth * w.filters if w.bias and w.depth > 1 else None,
    "A filter has one bias, whatever its depth.",
)  # fmt: skip


def _bias_per_input(w: Conv | Linear) -> Any:
    """One bias for each input."""
    if not w.bias:
        return None
    if isinstance(w, Linear):
        return Way(_inputs(w) * (w.units + 1), "inputs·(units + 1)")
    return Way(w.area * w.depth * (w.filters + 1), "k²·cin·(cout + 1)")


_rule(
    "bias-wrong-side", "one bias per input instead of per output", "k²·cin·(cout + 1)",
    _bias_per_input,
    "Does a bias belong to an input or to an output?",
    "params linear",
)  # fmt: skip
_rule(
    "one-filter", "one filter only", "k²·cin + 1",
    lambda w: [
        Way(w.area * w.depth + 1, "k²·cin + 1") if w.bias else None,
        Way(w.area * w.depth, "k²·cin"),
    ]
    if w.filters > 1
    else None,
    "That is the count for one filter.",
)  # fmt: skip
_rule(
    "k-not-squared", "k instead of k²", "(k·cin + 1)·cout",
    lambda w: [
        Way(conv_params(w._replace(kernel=w.kernel[:1])), "(k·cin + 1)·cout" if w.bias else "k·cin·cout"),
        Way(w.kernel[0] * w.depth * w.filters, "k·cin·cout"),
    ]
    if _square(w)
    else None,
    "A k×k window has more than k cells.",
)  # fmt: skip
_rule(
    "other-power", "k·k for a kernel of another number of axes", "(k·k·cin + 1)·cout",
    lambda w: [
        Way(w._replace(kernel=w.kernel[:1] * axes), f"({taps}·cin + 1)·cout" if w.bias else f"{taps}·cin·cout")
        for axes, taps in ((2, "k·k"), (1, "k"), (3, "k·k·k"))
        if axes != len(w.kernel)
    ]
    if _cube(w)
    else None,
    "How many axes does the kernel have?",
)  # fmt: skip
_rule(
    "k-doubled", "2k instead of k²", "(2k·cin + 1)·cout",
    lambda w: [
        Way(conv_params(w._replace(kernel=(2 * w.kernel[0],))), "(2k·cin + 1)·cout" if w.bias else "2k·cin·cout"),
        Way(2 * w.kernel[0] * w.depth * w.filters, "2k·cin·cout"),
    ]
    if _square(w)
    else None,
    "k squared is not 2k.",
)  # fmt: skip
_rule(
    "added", "added instead of multiplied", "(k² + cin + 1)·cout",
    lambda w: [
        Way((w.area + w.depth + 1) * w.filters, "(k² + cin + 1)·cout") if w.bias else None,
        Way((w.area + w.depth) * w.filters, "(k² + cin)·cout"),
        Way(w.area + w.depth + w.filters, "k² + cin + cout"),
        Way(w.area + w.depth * w.filters, "k² + cin·cout"),
        Way(w.area * (w.c_in + w.filters), "k²·(cin + cout)"),
        Way(w.area * w.depth + w.filters, "k²·cin + cout"),
    ]
    if w.depth > 1
    else None,
    "A filter has k² weights in every channel.",
)  # fmt: skip
_rule(
    "swapped", "cin and cout swapped", "(k²·cout + 1)·cin",
    lambda w: Way(
        w._replace(c_in=w.filters, filters=w.c_in), "(k²·cout + 1)·cin" if w.bias else "k²·cout·cin"
    )
    if w.c_in != w.filters
    else None,
    "There is one bias per output map.",
)  # fmt: skip
_rule(
    "depth-out", "filter as deep as the output", "(k²·cout + 1)·cout",
    lambda w: _per_filter(w, "k²·cout", w._replace(c_in=w.filters, groups=1))
    if w.filters > 1 and w.groups == 1
    else None,
    "A filter reads the input. How deep must it be?",
)  # fmt: skip
_rule(
    "filters-as-channels", "as many filters as input channels", "(k²·cin + 1)·cin",
    lambda w: Way(w._replace(filters=w.c_in), "(k²·cin + 1)·cin" if w.bias else "k²·cin·cin")
    if w.c_in > 1 and w.groups == 1
    else None,
    "How many filters are there?",
    seldom=True,
)  # fmt: skip
_rule(
    "no-sharing", "weights not shared", "(k²·cin + 1)·cout·h·w",
    lambda w: Way(conv_params(w) * w.positions, "(k²·cin + 1)·cout·h·w" if w.bias else "k²·cin·cout·h·w")
    if w.out
    else None,
    "The same filter is used at every position; count it once.",
)  # fmt: skip
_rule(
    "no-sharing-weights", "weights not shared, biases left out or shared", "k²·cin·cout·h·w (+ cout)",
    lambda w: [
        Way(w.weights * w.positions, "k²·cin·cout·h·w"),
        Way(w.weights * w.positions + w.filters, "k²·cin·cout·h·w + cout") if w.bias else None,
        Way(w.weights * formulas.product(w.image), "k²·cin·cout·n·n") if w.image else None,
        Way(w.weights * formulas.product(w.image) + w.filters, "k²·cin·cout·n·n + cout") if w.image and w.bias else None,
    ]
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
        Way((formulas.product(w.image) + 1) * w.filters, "(n·n + 1)·cout") if w.bias else None,
        Way(formulas.product(w.image) * w.filters, "n·n·cout"),
        Way((formulas.product(w.image) * w.c_in + 1) * w.filters, "(n·n·cin + 1)·cout") if w.bias else None,
        Way(formulas.product(w.image) * w.c_in * w.filters, "n·n·cin·cout"),
    ]
    if w.image
    else None,
    "The number of parameters does not depend on the image size.",
)  # fmt: skip


def _doubled(w: Conv | Linear) -> list[Any]:
    """Twice the parameters, or twice the weights."""
    if isinstance(w, Linear):
        weights, once = _inputs(w) * w.units, "inputs·units"
        return [
            Way(2 * weights, f"2·{once}"),
            Way(2 * linear_params(w), f"2·({once} + units)") if w.bias else None,
        ]
    return [
        Way(2 * w.weights, "2·k²·cin·cout"),
        Way(2 * w.weights + w.filters, "2·k²·cin·cout + cout") if w.bias else None,
        Way(2 * (w.weights + w.filters), "2·(k²·cin·cout + cout)") if w.bias else None,
    ]


_rule(
    "doubled", "every weight counted twice", "2·k²·cin·cout",
    _doubled,
    "Count every weight once.",
    "params linear",
)  # fmt: skip
_rule(
    "bias-kept", "biases counted where there are none", "one more for each output",
    lambda w: w._replace(bias=True) if not w.bias else None,
    "Are biases counted here? See the question or the rules of the sheet.",
    "params linear",
)  # fmt: skip

_rule(
    "no-kernel", "kernel forgotten", "cin·cout",
    lambda w: [
        Way((w.depth + 1) * w.filters, "(cin + 1)·cout") if w.bias else None,
        Way(w.depth * w.filters, "cin·cout"),
    ]
    if w.area > 1
    else None,
    "How many cells does one filter have in each channel?",
)  # fmt: skip
_rule(
    "biases-only", "only the biases, or the number of filters", "cout",
    lambda w: w.filters,
    "That is one number per filter. How many weights does a filter have?",
    seldom=True,
)  # fmt: skip
_rule(
    "window-only", "the cells of one window", "k²",
    lambda w: [
        Way(w.area, "k²"),
        Way(w.area + 1, "k² + 1") if w.bias else None,
        Way(w.area + w.filters, "k² + cout") if w.bias else None,
    ],
    "How deep is a filter, and how many filters are there?",
    seldom=True,
)  # fmt: skip
_rule(
    "bias-twice", "biases counted twice", "k²·cin·cout + 2·cout",
    lambda w: w.weights + 2 * w.filters if w.bias else None,
    "There is one bias per filter.",
    seldom=True,
)  # fmt: skip
_rule(
    "bias-taken", "biases subtracted", "k²·cin·cout − cout",
    lambda w: w.weights - w.filters if w.bias else None,
    "Biases are added to the weights.",
    seldom=True,
)  # fmt: skip
_rule(
    "rgb-for-grey", "three input channels instead of one", "(3k² + 1)·cout",
    lambda w: _per_filter(w, "3k²", w._replace(c_in=3, groups=1)) if w.c_in == 1 else None,
    "How many channels does the input have?",
)  # fmt: skip
_rule(
    "positions-of-one", "output positions instead of filters", "k²·cin·h·w",
    lambda w: [
        Way(w.area * w.depth * w.positions, "k²·cin·h·w"),
        Way(w.area * w.positions, "k²·h·w"),
        Way(w.positions, "h·w"),
    ]
    if w.out
    else None,
    "The number of parameters does not depend on how many positions there are.",
    seldom=True,
)  # fmt: skip
_rule(
    "as-dense", "counted as a fully connected layer", "n·n·cin·(h·w·cout)",
    lambda w: [
        Way(formulas.product(w.image) * w.c_in * w.positions * w.filters, "n·n·cin·h·w·cout"),
        Way((formulas.product(w.image) * w.c_in + 1) * w.positions * w.filters, "(n·n·cin + 1)·h·w·cout")
        if w.bias
        else None,
    ]
    if w.image and w.out
    else None,
    "A unit of a convolution reads one window, and all units of a map share their weights.",
    seldom=True,
)  # fmt: skip
_rule(
    "larger-kernel", "another kernel size", "(k ± 1)²·cin·cout",
    lambda w: [
        _per_filter(w, f"{k}²·cin", w._replace(kernel=(k,) * len(w.kernel)))
        for k in (w.kernel[0] + 1, w.kernel[0] - 1, w.kernel[0] + 2, w.kernel[0] - 2)
        if k > 0
    ]
    if _square(w)
    else None,
    "How large is the kernel?",
    seldom=True,
)  # fmt: skip
_rule(
    "fc-added", "added instead of multiplied", "inputs + units",
    lambda w: [
        Way(_inputs(w) + w.units, "inputs + units"),
        Way(_inputs(w) + 2 * w.units, "inputs + 2·units") if w.bias else None,
        Way(_inputs(w) + 1, "inputs + 1") if w.bias else None,
    ],
    "Every unit has a weight for every input value: multiply.",
    "linear",
    seldom=True,
)  # fmt: skip
_rule(
    "fc-one-unit", "one unit only, or only the units", "inputs or units",
    lambda w: [Way(_inputs(w), "inputs"), Way(w.units, "units")],
    "Every unit has a weight for every input value.",
    "linear",
    seldom=True,
)  # fmt: skip
_rule(
    "fc-one-side", "one side of the map, or only the channels, flattened", "n·c·units + units",
    lambda w: [
        Way(w._replace(shape=shape, bias=bias), f"{letters}·units + units" if bias else f"{letters}·units")
        for shape, letters in (((w.shape[0], w.shape[2]), "n·c"), (w.shape[2:], "c"), (w.shape[:1], "n"))
        for bias in dict.fromkeys((w.bias, False))
    ]
    if len(w.shape) == 3
    else None,
    "Flatten the whole volume first: height, width and channels.",
    "linear",
)  # fmt: skip
_rule(
    "fc-rgb-for-grey", "three channels instead of one", "3·n²·units + units",
    lambda w: Way(w._replace(shape=(*w.shape[:2], 3)), "3·n²·units + units" if w.bias else "3·n²·units")
    if len(w.shape) == 3 and w.shape[2] == 1
    else None,
    "How many channels does the image have?",
    "linear",
)  # fmt: skip
_rule(
    "fc-recurrent", "weights between the units counted too", "(inputs + units + 1)·units",
    lambda w: [
        Way((_inputs(w) + w.units + 1) * w.units, "(inputs + units + 1)·units") if w.bias else None,
        Way((_inputs(w) + w.units) * w.units, "(inputs + units)·units"),
    ],
    "In a fully connected layer no unit reads another unit of the same layer.",
    "linear",
    seldom=True,
)  # fmt: skip
_rule(
    "fc-bias-twice", "biases counted twice, or for the inputs too", "inputs·units + 2·units",
    lambda w: [
        Way(_inputs(w) * w.units + 2 * w.units, "inputs·units + 2·units"),
        Way(_inputs(w) * w.units + _inputs(w) + w.units, "inputs·units + inputs + units"),
        Way((_inputs(w) + 1) * (w.units + 1), "(inputs + 1)·(units + 1)"),
    ]
    if w.bias
    else None,
    "There is one bias per unit.",
    "linear",
    seldom=True,
)  # fmt: skip
_rule(
    "fc-minus-units", "biases subtracted", "inputs·units − units",
    lambda w: _inputs(w) * w.units - w.units if w.bias else None,
    "Biases are added to the weights.",
    "linear",
    seldom=True,
)  # fmt: skip
_rule(
    "fc-squared", "weights between the inputs, or between the units", "inputs²",
    lambda w: [Way(_inputs(w) ** 2, "inputs²"), Way(w.units**2, "units²")],
    "The weights lead from the inputs to the units.",
    "linear",
    seldom=True,
)  # fmt: skip


def _cube(quantities: Conv) -> bool:
    """Whether the kernel has one side, or three equal ones, larger than 1."""
    sides = quantities.kernel
    return len(sides) in (1, 3) and len(set(sides)) == 1 and sides[0] > 1


def _square(quantities: Conv) -> bool:
    """Whether the kernel has two equal sides larger than 1."""
    return len(quantities.kernel) == 2 and quantities.kernel[0] == quantities.kernel[1] > 1
