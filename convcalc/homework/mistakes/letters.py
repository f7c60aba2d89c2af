"""The letters of a printed formula, as they stand for the numbers of a question.

Formulas are written for the commonest case: two axes, no groups, no dilation. Elsewhere k² is k or k³ (and
n², h·w, 2k likewise), the channels of one filter are cin/g, and a dilated kernel covers d(k − 1) + 1 cells.
"""

from __future__ import annotations

import re
from typing import Any

from convcalc.homework.questions.quantities import Conv, Windows

# Mistakes whose formula means the cells that a kernel covers; in the others k is the number of its taps.
_COVERED = frozenset(
    f"out.{name}"
    for name in (
        "no-plus-one", "no-pad", "double-pad", "rounded-up", "no-stride", "left-fraction", "pad-taken", "precedence",
        "minus-s", "other-stride", "div-all", "assumed-stride", "minus-one", "assumed-pad", "plus-two", "one-sided-pad", "floored-in-strict",
    )
)  # fmt: skip
_OF_ALL_CHANNELS = frozenset(
    ["par.groups-ignored", "par.dw-no-groups", "par.groups-twice", "par.groups-times"]
)
# Mistakes about multiply-adds, which a sheet may count as two operations, or with the additions that are made.
_PRODUCTS = frozenset(
    f"ops.{name}"
    for name in (
        "bias-as-mac", "one-axis", "added", "no-channels", "no-filters", "input-size", "k-not-squared", "bias-added",
        "t-output-size", "t-no-channels", "t-bias",
    )
)  # fmt: skip
# The sums that they still have one addition less than products for, where a sheet counts the additions that are made.
_SUMS = {
    "ops.one-axis": "cout·h", "ops.no-channels": "cout·h·w", "ops.no-filters": "h·w", "ops.input-size": "cout·n²",
    "ops.k-not-squared": "cout·h·w",
}  # fmt: skip
_ADDED = "k²·cin·cout·h·w + cout"
# Formulas in which groups part other channels than those that a filter reads.
_WITH_GROUPS = {
    "(k²·cout + 1)·cin": "(k²·(cout/g) + 1)·cin", "k²·cout·cin": "k²·(cout/g)·cin", "k²·(cin + cout)": "k²·(cin + cout)",
}  # fmt: skip
# What stands for two axes, and for one or three instead.
_ON_AXES = {
    1: {"k²": "k", "n²": "n", "n·n": "n", "h·w": "w"},
    3: {"k²": "k³", "n²": "n³", "n·n": "n·n·n", "h·w": "d·h·w", "2k·": "3k·"},
}
_TERMS = re.compile(r" \+ (?![^(]*\))")
_KERNEL = re.compile(r"(?<![\w²])k(?![\w²³])")
_CHANNELS = re.compile(r"(?<!\w)cin(?!\w)")


def spelled(mistake: str, formula: str, quantities: Any) -> str:
    """A formula in the letters that hold for a question.

    Args:
        mistake: its name.
        formula: as the catalogue writes it.
        quantities: the numbers behind the question.

    >>> spelled("par.no-bias", "k²·cin·cout", Conv((3,), 4, 8, groups=2))
    'k·(cin/g)·cout'
    """
    if mistake in _PRODUCTS and (mistake != "ops.bias-added" or formula == _ADDED):
        formula = _operations(mistake, formula, quantities.flops)
    if isinstance(quantities, Conv):
        if quantities.groups > 1 and mistake not in _OF_ALL_CHANNELS:
            formula = _WITH_GROUPS.get(formula) or _CHANNELS.sub("(cin/g)", formula)
    elif mistake in _COVERED and _is_dilated(quantities):
        formula = _KERNEL.sub("(d(k − 1) + 1)", formula)
    for two, other in _ON_AXES.get(len(getattr(quantities, "kernel", ())), {}).items():
        formula = re.sub(rf"(?<![a-z]){two}", other, formula)  # cin·n has no n·n in it
    return formula


def _operations(mistake: str, formula: str, flops: str) -> str:
    """A formula for multiply-adds as a sheet counts operations."""
    if flops == "macs":
        return formula
    doubled = " + ".join(f"2·{term}" if "·" in term else term for term in _TERMS.split(formula))
    return f"{doubled} − {_SUMS[mistake]}" if flops == "exact" and mistake in _SUMS else doubled


def _is_dilated(quantities: Any) -> bool:
    """Whether a kernel covers more cells than it has taps."""
    return isinstance(quantities, Windows) and any(a.d > 1 and a.k > 1 for a in quantities.axes)
