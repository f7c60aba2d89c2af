"""The letters of a printed formula, adapted to the numbers of a question.

Formulas are written for the most common case: two axes, no groups, no dilation. Otherwise k² is k or k³ (and
n², h·w, 2k likewise), the channels of one filter are cin/g, and a dilated kernel covers d(k − 1) + 1 cells.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from convcalc.homework.questions.quantities import Conv, Windows


class Letters(NamedTuple):
    """The meaning of the letters in a mistake's formula, if it is unusual.

    Attributes:
        covered: k means the cells that a kernel covers; otherwise it is the number of its taps.
        all_channels: cin means all channels, even if a filter reads only those of its group.
        products: the formula counts multiply-adds, each perhaps two operations on a sheet.
        sums: the number of sums with one addition less than products, if a sheet counts only
            the additions that are made.
    """

    covered: bool = False
    all_channels: bool = False
    products: bool = False
    sums: str = ""


USUAL = Letters()
COVERED = Letters(covered=True)
ALL_CHANNELS = Letters(all_channels=True)
PRODUCTS = Letters(products=True)


def products(sums: str) -> Letters:
    """Letters for multiply-adds that are added in this many sums."""
    return Letters(products=True, sums=sums)


# Formulas in which groups divide other channels than those that a filter reads.
_WITH_GROUPS = {
    "(k²·cout + 1)·cin": "(k²·(cout/g) + 1)·cin", "k²·cout·cin": "k²·(cout/g)·cin", "k²·(cin + cout)": "k²·(cin + cout)",
}  # fmt: skip
# Letters for two axes, and their replacement for one or three axes.
_ON_AXES = {
    1: {"k²": "k", "n²": "n", "n·n": "n", "h·w": "w"},
    3: {"k²": "k³", "n²": "n³", "n·n": "n·n·n", "h·w": "d·h·w", "2k·": "3k·"},
}
_TERMS = re.compile(r" \+ (?![^(]*\))")
_KERNEL = re.compile(r"(?<![\w²])k(?![\w²³])")
_CHANNELS = re.compile(r"(?<!\w)cin(?!\w)")


def spelled(letters: Letters, formula: str, quantities: Any) -> str:
    """A formula with its letters adapted to a question.

    Args:
        letters: the meaning of the formula's letters.
        formula: the formula in the catalogue.
        quantities: the numbers behind the question.

    >>> spelled(USUAL, "k²·cin·cout", Conv((3,), 4, 8, groups=2))
    'k·(cin/g)·cout'
    """
    if letters.products:
        formula = _operations(formula, quantities.flops, letters.sums)
    if isinstance(quantities, Conv):
        if quantities.groups > 1 and not letters.all_channels:
            formula = _WITH_GROUPS.get(formula) or _CHANNELS.sub("(cin/g)", formula)
    elif letters.covered and _is_dilated(quantities):
        formula = _KERNEL.sub("(d(k − 1) + 1)", formula)
    for two, other in _ON_AXES.get(len(getattr(quantities, "kernel", ())), {}).items():
        formula = re.sub(rf"(?<![a-z]){two}", other, formula)  # cin·n has no n·n in it
    return formula


def _operations(formula: str, flops: str, sums: str) -> str:
    """A formula for multiply-adds, in the operations that a sheet counts."""
    if flops == "macs" or "2·" in formula:  # the latter counts operations already
        return formula
    doubled = " + ".join(f"2·{term}" if "·" in term else term for term in _TERMS.split(formula))
    return f"{doubled} − {sums}" if flops == "exact" and sums else doubled


def _is_dilated(quantities: Any) -> bool:
    """Whether a kernel covers more cells than it has taps."""
    return isinstance(quantities, Windows) and any(a.d > 1 and a.k > 1 for a in quantities.axes)
