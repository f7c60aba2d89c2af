"""Convolutions by hand: small matrices worked window by window, every number exact.

>>> from convcalc.hand import solve
>>> work = solve("conv", "0 1 2; 3 4 5; 6 7 8", "0 1; 2 3")
>>> work["y"].result.tolist()
[[[19, 25], [37, 43]]]
>>> window = work["y"].windows[0]
>>> window.parts[0].left.tolist(), window.value
([[0, 1], [3, 4]], 19)

`options` checks the arguments, `exercise` does the arithmetic with the witness's windows and Python's
fractions, `model` has the results, `text` writes them, and `report` makes the report.
"""

from convcalc.hand.model import Part, Section, Stamp, Window, Working
from convcalc.hand.options import OPS, Options
from convcalc.hand.report import hand_report
from convcalc.hand.solve import solve

__all__ = [
    "OPS",
    "Options",
    "Part",
    "Section",
    "Stamp",
    "Window",
    "Working",
    "hand_report",
    "solve",
]
