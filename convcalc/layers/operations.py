"""The elementary operations: a name and a definition for each.

The counts of a layer, the columns, JSON and `convcalc verify` use these names. The page of each kind
says how it is evaluated, so every count can be checked by hand. The textbook loops of
`convcalc.reference` do not use this table; they count each operation when they do it.
"""

from __future__ import annotations

from collections.abc import Mapping

from convcalc.text import plural

OPERATIONS: dict[str, str] = {
    "macs": "multiply-adds: one weight times one input, added to a sum; bias not counted",
    "bias_adds": "additions of a bias to a sum of multiply-adds: one per output value",
    "adds": "additions and subtractions other than multiply-adds and biases; a sum of k values is k − 1",
    "multiplications": "multiplications other than the multiply-adds, including those by a constant (½, ⅙, √½)",
    "comparisons": "comparisons of two values, including those that take the larger; a maximum of k values is k − 1",
    "divisions": "divisions of one value by another, including those by the number of values in a mean",
    "exponentials": "evaluations of eˣ, of the logarithm, or of the error function",
    "roots": "square roots, and powers with a fraction in the exponent; x² and x³ are multiplications",
}

RULES = (
    "Every operation of the formula on a kind's page is counted, once for each time it is done on one image.",
    "Cells of the padding, and cells past the end that a last window reads, are counted like all others.",
    "If a kind chooses between two formulas by the sign of x, both are worked out for every value.",
    "These cost nothing: a change of sign, |x|, a copy, the arithmetic of positions, and all that weights and "
    "stored statistics give before the image is known.",
)
"""What holds for the counts of all kinds."""


def counts_text(counts: Mapping[str, int]) -> str:
    """Counts of operations in words.

    >>> counts_text({"adds": 9, "bias_adds": 1, "roots": 0})
    '9 adds, 1 bias add'
    """
    return ", ".join(
        plural(number, name.removesuffix("s").replace("_", " "))
        for name, number in counts.items()
        if number
    )
