"""The terms of all ways of counting: proven numbers of one layer, each with its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convcalc.formulas import product

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step


def _inputs(step: Step) -> int:
    """Values of the first input."""
    return step.before[0].activations if step.before else 0


def _window(step: Step) -> list[int]:
    """The kernel along each axis; one cell without a window."""
    return [axis.k for axis in step.layer.windows(step.input)] or [1]


def _strides(step: Step) -> list[int]:
    """The stride along each axis."""
    return [axis.s for axis in step.layer.windows(step.input)] or [1]


def _samples(step: Step) -> int:
    """The number of samples."""
    return step.activations // product(step.output)


def _positions(step: Step) -> int:
    """Cells of a map, for all samples."""
    return _samples(step) * product(step.input[1:])


def _projected(step: Step) -> int:
    """Attention's queries, keys, values, and the output of its last projection."""
    arrays = step.layer.arrays(step.input, step.output)
    rows = [sides[0] for name, sides in arrays.items() if name.endswith("_weight")]
    return sum(rows) * _positions(step)


def _taps(step: Step) -> int:
    """The weights at one position of the kernel, for each sample; none if there are biases."""
    return 0 if step.biases else step.weights // product(_window(step)) * _samples(step)


def _counted(name: str) -> Callable[[Step], int]:
    """Elementary operations with this name."""
    return lambda step: step.counts.get(name, 0)


FEATURES: dict[str, tuple[Callable[[Step], int], str]] = {
    "macs": (lambda step: step.macs, "multiply-adds"),
    "projections": (
        lambda step: step.weights * _positions(step), "the weights, once for each position, without scores and sums",
    ),
    "bias additions": (_counted("bias_adds"), "one for each output value with a bias"),
    "outputs": (lambda step: step.activations, "output values"),
    "inputs": (_inputs, "input values"),
    "params": (lambda step: step.params * _samples(step), "trained numbers, once for each sample"),
    "outputs with params": (
        lambda step: step.activations if step.params else 0, "output values of layers with parameters",
    ),
    "macs on outputs": (
        lambda step: step.macs // max(1, _inputs(step) // max(1, step.input[0])) * (step.activations // max(1, step.output[0])),
        "the weights of one position, times the output positions",
    ),
    "projected": (_projected, "queries, keys, values, and the output of the last projection"),
    "exponentials": (_counted("exponentials"), "exponentials; of attention one for each score"),
    "adds": (_counted("adds"), "additions and subtractions"),
    "roots": (_counted("roots"), "square roots, one for each group that is normalised"),
    "axes": (lambda step: len(step.output) - 1, "axes other than the channels"),
    "window cells": (lambda step: product(_window(step)) * step.activations, "k·k for each output"),
    "macs of outputs": (
        lambda step: step.weights // max(1, step.input[0]) * step.activations, "the weights of one input channel, for each output",
    ),
    "window width": (lambda step: _window(step)[0] * step.activations, "k for each output"),
    "taps without bias": (_taps, "the weights at one place of the kernel; none where there is a bias"),
    "stride cells": (lambda step: product(_strides(step)) * step.activations, "s·s for each output"),
}  # fmt: skip
"""By name: the number, and what it is."""
