"""The size formula solved for each of its numbers, and how many layers reach a size or a field."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from convcalc import formulas

if TYPE_CHECKING:
    from collections.abc import Iterable

    from convcalc.layers.window import Axis


class SizeEquation(NamedTuple):
    """⌊(n + padding − d·(k − 1) − 1)/s⌋ + 1 = out, of which one number is looked for.

    Attributes:
        find: n, k, s, p or d.
        n, k, s, d, out: the numbers; what is looked for stands there as 1.
        pads: the zeros of both sides together.
        total: whether a padding is for both sides together.
    """

    find: str
    n: int
    k: int
    s: int
    pads: int
    d: int
    out: int
    total: bool = False


def exact(equation: SizeEquation) -> int | Fraction | None:
    """The number with which the window fits exactly; None where there is none.

    >>> exact(SizeEquation("k", 32, 1, 3, 0, 1, 10)), exact(SizeEquation("p", 32, 4, 1, 0, 1, 32))
    (5, Fraction(3, 2))
    """
    find, n, k, s, pads, d, out, total = equation
    if find == "n":
        return formulas.transposed_size_padded(out, k, s, pads, 0, d, 0)
    if find == "p":
        both = formulas.transposed_size(out, k, s, 0, d, 0) - n
        return both if total else divided(both, 2)
    room = n + pads - (out - 1) * s - 1  # what is left for the kernel, but for its first cell
    if find == "k":
        return divided(room, d) + 1
    if find == "d":
        return divided(room, k - 1) if k > 1 else None
    slack = n + pads - formulas.effective_kernel(k, d)
    return divided(slack, out - 1) if out > 1 else None


def bounds(equation: SizeEquation) -> tuple[int, int] | None:
    """The first and the last of the whole numbers that give the size, rounded down; None where all do or none is a number.

    The first may be below what is a kernel or a padding, and past the last where there is none.

    >>> bounds(SizeEquation("n", 1, 5, 3, 0, 1, 10)), bounds(SizeEquation("s", 32, 5, 1, 0, 1, 10))
    ((32, 34), (3, 3))
    """
    one = exact(equation)
    if one is None:
        return None
    find, n, k, s, pads, d, out, total = equation
    spare = s - 1  # windows move on by s: up to s − 1 cells more are never read
    if find == "s":  # one window more just does not fit
        other = Fraction(n + pads - formulas.effective_kernel(k, d) + 1, out)
    else:
        cells = {"n": 1, "p": 1 if total else 2, "k": -d, "d": 1 - k}[find]  # which 1 more takes
        other = one + Fraction(spare, cells)
    low, high = sorted([Fraction(one), other])
    return -int(-low // 1), int(high // 1)


def size_before(windows: Iterable[Axis], n: int = 1) -> int:
    """The smallest size from which some windows in a row leave so many cells.

    Args:
        windows: in order, whatever their own sizes are.
        n: cells that are left; 1 or more.

    >>> from convcalc.layers.window import Axis
    >>> size_before([Axis(0, 5), Axis(0, 2, 2)])
    6
    """
    for _, k, s, before, after, d in reversed([*windows]):
        n = max(formulas.transposed_size_padded(n, k, s, before, after, d, 0), 1)
    return n


def layers_to_size(n: int, k: int, out: int) -> int:
    """⌈(n − out)/(k − 1)⌉ layers, each of which takes k − 1 away.

    >>> layers_to_size(50, 7, 8)
    7
    """
    return formulas.ceil_div(n - out, k - 1)


def layers_to_field(field: int, k: int) -> int:
    """⌈(field − 1)/(k − 1)⌉ layers of stride 1, each of which adds k − 1 to the 1 pixel without any.

    >>> layers_to_field(41, 5), layers_to_field(1, 3)
    (10, 0)
    """
    return formulas.ceil_div(field - 1, k - 1)


def divided(above: int, below: int) -> int | Fraction:
    """A quotient, as a whole number where it is one.

    >>> divided(6, 3), divided(3, 2)
    (2, Fraction(3, 2))
    """
    found = Fraction(above, below)
    return found.numerator if found.denominator == 1 else found
