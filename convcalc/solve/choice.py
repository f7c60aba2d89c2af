"""The points of a sweep that are kept: by conditions, on the Pareto front, or first in an order."""

from __future__ import annotations

import operator
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from convcalc.errors import UsageError, did_you_mean
from convcalc.network.budget import read_budget
from convcalc.solve.blocks import MAX_INT64, Block, joined
from convcalc.text import quoted

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from convcalc.solve.ranges import Grid

    Array = NDArray[Any]

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_SAME = {"≤": "<=", "≥": ">=", "=": "=="}
_CONDITION = re.compile(r"\s*([^\W\d]\w*)\s*(<=|>=|==|!=|<|>|≤|≥|=)\s*(.+?)\s*")
MAX_HELD = 1_000_000  # most rows in memory
_SOME = 64  # rows compared with all others at a time


class Condition(NamedTuple):
    """A condition for points.

    Attributes:
        name: the name of a measure or an axis.
        sign: such as ``<``.
        value: the value for the comparison.
    """

    name: str
    sign: str
    value: Fraction

    def holds(self, numbers: Array) -> Array:
        """The numbers for which it is true, as a mask."""
        value: Any = self.value
        if numbers.dtype != object:
            whole = value.denominator == 1
            if not whole and self.sign in ("==", "!="):
                return np.full(len(numbers), self.sign == "!=")
            up = self.sign in ("<", ">=")  # for whole numbers, x < 2.5 is x < 3, x > 2.5 is x > 2
            value = min(-(-value // 1) if up else value // 1, MAX_INT64)
        return np.asarray(_SIGNS[self.sign](numbers, value), bool)


class Goal(NamedTuple):
    """A goal: the least or the most of a measure or axis."""

    name: str
    is_most: bool = False

    def costs(self, block: Block, grid: Grid) -> Array:
        """A number for each point; less is better."""
        numbers = block.numbers(self.name, grid)
        if numbers.dtype == object:  # their ranks, which can be negated
            numbers = np.unique(numbers, return_inverse=True)[1].reshape(-1)
        return -numbers if self.is_most else numbers

    def text(self) -> str:
        """The goal in words."""
        return f"{'most' if self.is_most else 'least'} {self.name}"


def condition_of(text: str, known: Iterable[str]) -> Condition:
    """The condition of a text such as ``macs < 300M``.

    Args:
        text: the text as typed.
        known: the names of measures and axes.

    Raises:
        UsageError: it is not a condition.
    """
    found = _CONDITION.fullmatch(text)
    if not found:
        message = f'--where: {quoted(text)} is not a condition; write for example "macs < 300M"'
        raise UsageError(message)
    name, sign, amount = found.groups()
    _check_name(name, known, "--where")
    try:
        value = read_budget(f"<= {amount}", of_bytes=name == "memory").value
    except ValueError as error:
        message = f"--where: {quoted(text)} {error}".replace('"<= ', f'"{name} {sign} ')
        raise UsageError(message) from None
    return Condition(name, _SAME.get(sign, sign), value)


def goal_of(text: str, known: Iterable[str], what: str) -> Goal:
    """The goal of a text: ``macs``, or ``max:rf``.

    Raises:
        UsageError: it is not a goal.
    """
    sign, _, name = text.strip().rpartition(":")
    if sign not in ("", "min", "max"):
        message = (
            f"{what}: {quoted(text)} begins with {quoted(sign)}; write min: or max:, as in max:rf"
        )
        raise UsageError(message)
    _check_name(name, known, what)
    return Goal(name, sign == "max")


def _check_name(name: str, known: Iterable[str], what: str) -> None:
    """Refuse a name that is neither a measure nor an axis."""
    names = list(known)
    if name not in names:
        message = f"{what}: no column {quoted(name)}{did_you_mean(name, names)}"
        raise UsageError(message)


@dataclass(frozen=True)
class Choice:
    """The points that are kept, and their order.

    Attributes:
        where: their conditions.
        pareto: goals; a point is left out if another is as good in all goals and better in one.
        sort: the goal for the order; None for the order of the grid.
        limit: how many at most; None for all.
    """

    where: tuple[Condition, ...] = ()
    pareto: tuple[Goal, ...] = ()
    sort: Goal | None = None
    limit: int | None = None

    @property
    def gathers(self) -> bool:
        """Whether all points must be known before the first can be shown."""
        return bool(self.pareto or self.sort)

    @property
    def names(self) -> list[str]:
        """The measures and axes that it needs."""
        goals = [*self.pareto, *([self.sort] if self.sort else [])]
        return list(
            dict.fromkeys([*[each.name for each in self.where], *[goal.name for goal in goals]])
        )

    def narrowed(self, block: Block, grid: Grid, *, filtered: bool = False) -> Block:
        """A block without the points that are left out for certain.

        Args:
            block: some points.
            grid: the axes.
            filtered: whether the conditions were already checked.
        """
        if not filtered:
            for condition in self.where:
                block = block.take(condition.holds(block.numbers(condition.name, grid)))
        if self.pareto:
            return block.take(front([goal.costs(block, grid) for goal in self.pareto]))
        if self.sort and self.limit is not None and len(block) > self.limit:
            order = np.argsort(self.sort.costs(block, grid), kind="stable")
            return block.take(np.sort(order[: self.limit]))
        return block

    def gathered(self, blocks: Iterable[Block], grid: Grid) -> Block | None:
        """All kept points of narrowed blocks; None if there is no block.

        Raises:
            UsageError: there are too many for the memory.
        """
        whole: Block | None = None
        for block in blocks:
            whole = (
                block
                if whole is None
                else self.narrowed(joined([whole, block]), grid, filtered=True)
            )
            check_held(len(whole))
        return self.ordered(whole, grid) if whole is not None else None

    def ordered(self, block: Block, grid: Grid) -> Block:
        """The points in their order, up to the limit."""
        goal = self.sort or (self.pareto[0] if self.pareto else None)
        if goal:
            block = block.take(np.argsort(goal.costs(block, grid), kind="stable"))
        return block if self.limit is None else block.take(np.arange(min(self.limit, len(block))))


def check_held(rows: int) -> None:
    """Refuse more rows than may be in memory.

    Raises:
        UsageError: there are more.
    """
    if rows > MAX_HELD:
        message = (
            f"more than {MAX_HELD:,} rows must be in memory together; select fewer with --where or --limit, "
            "or write them to a .csv or .jsonl file in the order of the sweep"
        )
        raise UsageError(message)


def front(costs: Sequence[Array]) -> Array:
    """The indices of the points of the Pareto front: no other point costs less in one way and no more in all.

    Args:
        costs: one array for each way, with a number for each point. Equal points are all kept.

    >>> front([np.array([1, 2, 3, 2]), np.array([3, 1, 2, 1])]).tolist()
    [0, 1, 3]
    """
    order = np.lexsort(costs[::-1])
    rows = np.stack(costs, axis=1)[order]
    is_new = np.ones(len(rows), bool)
    is_new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    different = rows[is_new]
    best = _BEST.get(rows.shape[1], _best)(different)
    return np.sort(order[best[np.cumsum(is_new) - 1]])


def _best_of_two(rows: Array) -> Array:
    """The mask of the best of different rows in lexical order, for one or two columns."""
    last = rows[:, -1]
    before = np.minimum.accumulate(last)
    best = np.ones(len(rows), bool)
    best[1:] = last[1:] < before[:-1]
    return best


def _best_of_three(rows: Array) -> Array:
    """The same for three columns.

    The second and third values of the previous rows form a staircase: if one grows, the other falls. A
    row below it is kept, and then the steps above the row are removed.
    """
    best = np.zeros(len(rows), bool)
    seconds: list[Any] = []
    thirds: list[Any] = []
    for place, (_, second, third) in enumerate(rows.tolist()):
        step = bisect_right(seconds, second)
        if step and thirds[step - 1] <= third:
            continue
        best[place] = True
        first = step - 1 if step and seconds[step - 1] == second else step
        last = step
        while last < len(thirds) and thirds[last] >= third:
            last += 1
        seconds[first:last], thirds[first:last] = [second], [third]
    return best


def _best(rows: Array) -> Array:
    """The same for any number of columns: some rows at a time are compared with all rows after them."""
    best = np.zeros(len(rows), bool)
    places = np.arange(len(rows))
    while len(rows):
        some, rows = rows[:_SOME], rows[_SOME:]
        beaten = _no_more(some, some)
        np.fill_diagonal(beaten, val=False)
        kept = ~beaten.any(axis=0)  # no later row beats an earlier one
        best[places[:_SOME][kept]] = True
        left = ~_no_more(some[kept], rows).any(axis=0)
        rows, places = rows[left], places[_SOME:][left]
    return best


def _no_more(some: Array, rows: Array) -> Array:
    """For each of some rows, the other rows that are nowhere smaller."""
    found = np.ones((len(some), len(rows)), bool)
    for one, other in zip(some.T, rows.T):
        found &= one[:, None] <= np.ascontiguousarray(other)
    return found


_BEST = {1: _best_of_two, 2: _best_of_two, 3: _best_of_three}
