"""What ways of counting add up: proven numbers of one layer, each with its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convcalc.formulas import product

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step


def _inputs(step: Step) -> int:
    """Values that come in from the first of the layers it reads."""
    return step.before[0].activations if step.before else 0


def _window(step: Step) -> list[int]:
    """The kernel along each axis; one cell where no window slides."""
    return [axis.k for axis in step.layer.windows(step.input)] or [1]


def _strides(step: Step) -> list[int]:
    """The stride along each axis."""
    return [axis.s for axis in step.layer.windows(step.input)] or [1]


def _samples(step: Step) -> int:
    """How many samples there are."""
    return step.activations // product(step.output)


FEATURES: dict[str, tuple[Callable[[Step], int], str]] = {
    "macs": (lambda step: step.macs, "multiply-adds"),
    "bias additions": (lambda step: step.counts.get("bias_adds", 0), "one for each output value with a bias"),
    "outputs": (lambda step: step.activations, "values that come out"),
    "inputs": (_inputs, "values that come in"),
    "params": (lambda step: step.params * _samples(step), "trained numbers, once for each sample"),
    "outputs with params": (
        lambda step: step.activations if step.params else 0, "values that come out of layers with parameters",
    ),
    "macs on outputs": (
        lambda step: step.macs // max(1, _inputs(step) // max(1, step.input[0])) * (step.activations // max(1, step.output[0])),
        "the weights of one position, times the positions that come out",
    ),
    "window cells": (lambda step: product(_window(step)) * step.activations, "k·k for each output"),
    "window width": (lambda step: _window(step)[0] * step.activations, "k for each output"),
    "stride cells": (lambda step: product(_strides(step)) * step.activations, "s·s for each output"),
}  # fmt: skip
"""By name: the number, and what it is."""
