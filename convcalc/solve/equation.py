"""The size formula solved for each of its numbers, and how many layers reach a size or a field."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from convcalc import formulas

if TYPE_CHECKING:
    from collections.abc import Iterable

    from convcalc.layers.window import Axis


class SizeEquation(NamedTuple):
    """⌊(n + padding − d·(k − 1) − 1)/s⌋ + 1 = out, with one unknown number.

    Attributes:
        find: n, k, s, p or d.
        n, k, s, d, out: the numbers; the unknown one is 1.
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
    """The number with which the window fits exactly; None if there is none.

    >>> exact(SizeEquation("k", 32, 1, 3, 0, 1, 10)), exact(SizeEquation("p", 32, 4, 1, 0, 1, 32))
    (5, Fraction(3, 2))
    """
    find, n, k, s, pads, d, out, total = equation
    if find == "n":
        return formulas.transposed_size_padded(out, k, s, pads, 0, d, 0)
    if find == "p":
        both = formulas.transposed_size(out, k, s, 0, d, 0) - n
        return both if total else divided(both, 2)
    room = n + pads - (out - 1) * s - 1  # what remains for the kernel, without its first cell
    if find == "k":
        return divided(room, d) + 1
    if find == "d":
        return divided(room, k - 1) if k > 1 else None
    slack = n + pads - formulas.effective_kernel(k, d)
    return divided(slack, out - 1) if out > 1 else None


def bounds(equation: SizeEquation) -> tuple[int, int] | None:
    """The first and last whole numbers that give the size, rounded down; None if all do, or none is valid.

    The first may be too small for a kernel or a padding, or past the last if there is no such number.

    >>> bounds(SizeEquation("n", 1, 5, 3, 0, 1, 10)), bounds(SizeEquation("s", 32, 5, 1, 0, 1, 10))
    ((32, 34), (3, 3))
    """
    one = exact(equation)
    if one is None:
        return None
    find, n, k, s, pads, d, out, total = equation
    spare = s - 1  # windows move by s: up to s − 1 further cells are never read
    if find == "s":  # one more window just does not fit
        other = Fraction(n + pads - formulas.effective_kernel(k, d) + 1, out)
    else:
        cells = {"n": 1, "p": 1 if total else 2, "k": -d, "d": 1 - k}[find]  # that 1 more needs
        other = one + Fraction(spare, cells)
    low, high = sorted([Fraction(one), other])
    return -int(-low // 1), int(high // 1)


def size_before(windows: Iterable[Axis], n: int = 1) -> int:
    """The smallest size from which some windows in a row leave n cells.

    Args:
        windows: in order; their own sizes do not matter.
        n: the remaining cells; 1 or more.

    >>> from convcalc.layers.window import Axis
    >>> size_before([Axis(0, 5), Axis(0, 2, 2)])
    6
    """
    for _, k, s, before, after, d in reversed([*windows]):
        n = max(formulas.transposed_size_padded(n, k, s, before, after, d, 0), 1)
    return n


def layers_to_size(n: int, k: int, out: int) -> int:
    """⌈(n − out)/(k − 1)⌉ layers; each removes k − 1 cells.

    >>> layers_to_size(50, 7, 8)
    7
    """
    return formulas.ceil_div(n - out, k - 1)


def layers_to_field(field: int, k: int) -> int:
    """⌈(field − 1)/(k − 1)⌉ layers of stride 1; each adds k − 1 pixels to the first 1.

    >>> layers_to_field(41, 5), layers_to_field(1, 3)
    (10, 0)
    """
    return formulas.ceil_div(field - 1, k - 1)


def divided(above: int, below: int) -> int | Fraction:
    """A quotient, as int if it is whole.

    >>> divided(6, 3), divided(3, 2)
    (2, Fraction(3, 2))
    """
    found = Fraction(above, below)
    return found.numerator if found.denominator == 1 else found
