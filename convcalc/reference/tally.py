"""The operations of a run, counted during the run."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

OPERATIONS = (
    "macs",
    "bias_adds",
    "adds",
    "multiplications",
    "comparisons",
    "divisions",
    "exponentials",
    "roots",
)
"""The elementary operations that a tally counts."""


@dataclass
class Tally:
    """Elementary operations, each counted when it is done.

    Pass the same object to several layers to get their sum. The loop nest does every operation
    separately, mostly by calling a method here, and counts it then. The fast path counts by the
    sizes of its arrays: its products, and the other operations of the definition, although it may
    need fewer. Both must give the same counts.

    Attributes:
        macs: multiply-adds, one weight times one input cell, added to a sum: convolutions, linear
            layers, LeNet-5's trainable subsampling (one coefficient per output) and RBF units (one
            square per input). A convolution also multiplies by the zeros of its padding; those
            products are computed, so they are counted. A transposed convolution multiplies every input
            cell by every tap, and crops afterwards: all are counted.
        bias_adds: a bias added to one of those sums.
        adds: other additions and subtractions.
        multiplications: other multiplications, also those by a constant.
        comparisons: of two values, also for the larger of two.
        divisions: one value by another.
        exponentials: eˣ, the logarithm, and the error function.
        roots: square roots, and powers with a fraction in the exponent.
        on_padding: the part of `macs` whose input cell is a padding zero.
        cropped: the products of a transposed convolution that its padding then cuts off.

    >>> from convcalc.reference import loops
    >>> tally = Tally()
    >>> _ = loops.conv([[1.0, 2.0, 3.0]], [[[1.0, 1.0, 1.0]]], padding=1, tally=tally)
    >>> tally.macs, tally.on_padding  # 3 windows x 3 taps; the first and last touch one zero
    (9, 2)
    """

    macs: int = 0
    bias_adds: int = 0
    adds: int = 0
    multiplications: int = 0
    comparisons: int = 0
    divisions: int = 0
    exponentials: int = 0
    roots: int = 0
    on_padding: int = 0
    cropped: int = 0

    @property
    def on_real_cells(self) -> int:
        """Macs - on_padding."""
        return self.macs - self.on_padding

    @property
    def operations(self) -> dict[str, int]:
        """The elementary operations, by name."""
        every = {name: getattr(self, name) for name in OPERATIONS}
        return {name: number for name, number in every.items() if number}

    def count(self, times: int, **operations: int) -> None:
        """Count a number of operations of each kind, repeated some times."""
        for name, number in operations.items():
            setattr(self, name, getattr(self, name) + times * number)

    def count_powers(self, times: int, exponent: float) -> None:
        """Count a number of powers, each as in `power`."""
        if _is_whole(exponent):
            self.multiplications += times * (int(exponent) - 1)
        else:
            self.roots += times

    def add(self, a: Any, b: Any) -> Any:
        """A + b."""
        self.adds += 1
        return a + b

    def subtract(self, a: Any, b: Any) -> Any:
        """A - b, counted among the additions."""
        self.adds += 1
        return a - b

    def multiply(self, a: Any, b: Any) -> Any:
        """A · b."""
        self.multiplications += 1
        return a * b

    def divide(self, a: Any, b: Any) -> Any:
        """A / b."""
        self.divisions += 1
        return a / b

    def larger(self, a: Any, b: Any) -> Any:
        """The larger of the two; NaN if one of them is."""
        self.comparisons += 1
        return np.maximum(a, b)

    def smaller(self, a: Any, b: Any) -> Any:
        """The smaller of the two; NaN if one of them is."""
        self.comparisons += 1
        return np.minimum(a, b)

    def is_positive(self, a: Any) -> bool:
        """Whether a > 0, or NaN."""
        self.comparisons += 1
        return not a <= 0

    def exponential(self, a: Any) -> Any:
        """Eᵃ."""
        self.exponentials += 1
        return np.exp(a)

    def logarithm(self, a: Any) -> Any:
        """Ln(a), counted among the exponentials."""
        self.exponentials += 1
        return np.log(a)

    def error_function(self, a: Any) -> Any:
        """Erf(a), counted among the exponentials."""
        self.exponentials += 1
        return math.erf(a)

    def root(self, a: Any) -> Any:
        """√a."""
        self.roots += 1
        return np.sqrt(a)

    def power(self, a: Any, exponent: float) -> Any:
        """A to a power: multiplied if the exponent is 1, 2, 3 …, counted as a root otherwise."""
        if not _is_whole(exponent):
            self.roots += 1
            return a**exponent
        result = a
        for _ in range(int(exponent) - 1):
            result = self.multiply(result, a)
        return result

    def sum(self, values: list[Any]) -> Any:
        """The sum of the values, with one addition less than values."""
        total = values[0]
        for value in values[1:]:
            total = self.add(total, value)
        return total


def _is_whole(exponent: float) -> bool:
    """1, 2, 3 …"""
    return exponent >= 1 and exponent == int(exponent)
