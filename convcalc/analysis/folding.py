"""Repeated blocks shown once, and blocks as one row each, for tables that people read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.text import AtLeast, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers import Shape
    from convcalc.layers.rf import Fields
    from convcalc.network.network import Block

_MANY_ROWS = 50  # above this, repeated blocks are shown once
_STILL_MANY = 200  # above this, also blocks that are only similar


class FoldedRow(NamedTuple):
    """One row for several steps: their sums, and the last output.

    Attributes:
        folded: the number of blocks in the row.
        steps: the steps in the row.
    """

    name: str
    kind: str
    option_text: str
    input: Shape
    output: Shape
    weights: int
    biases: int
    buffers: int
    macs: int
    activations: int
    counts: Mapping[str, int]
    rf: Fields
    folded: int
    is_costed: bool
    steps: Sequence[Step]

    @property
    def params(self) -> int:
        """Trained numbers."""
        return type(self.weights)(self.weights + self.biases)

    @property
    def flops(self) -> int:
        """Twice the multiply-adds."""
        return type(self.macs)(2 * self.macs)


Row = Any  # a Step or a FoldedRow
Tree = list[tuple["Block", "Tree"]]


def fold(analysis: Analysis, depth: int | None = None) -> list[Row]:
    """The rows with repeated blocks shown once or, with ``depth``, each block at that depth as one row.

    Equal blocks are folded if there are many rows. If there are still many, so are similar blocks:
    the same kinds in the same order, with other numbers.

    Args:
        analysis: the walked network.
        depth: show every block inside ``depth`` − 1 others as one row; None only folds repeats.
    """
    steps = analysis.steps
    if depth is None and len(steps) <= _MANY_ROWS:
        return list(steps)
    return fold_repeats(analysis, depth)


def fold_repeats(analysis: Analysis, depth: int | None = None) -> list[Row]:
    """The same, even if there are few rows."""
    steps, tree = analysis.steps, nest(analysis.blocks)
    rows = _Folder(steps, depth, _costs, "the same").rows(0, len(steps), tree)
    if depth is None and len(rows) > _STILL_MANY:
        return _Folder(steps, depth, _kinds, "alike").rows(0, len(steps), tree)
    return rows


class _Folder:
    """Shows a run of similar blocks as the first block and one row for the others."""

    def __init__(
        self,
        steps: Sequence[Step],
        depth: int | None,
        pattern: Callable[[Sequence[Step]], list[Any]],
        word: str,
    ) -> None:
        self.steps, self.depth, self.pattern, self.word = steps, depth, pattern, word

    def rows(self, start: int, stop: int, blocks: Tree) -> list[Row]:
        """The rows from start to stop; the blocks are inside this range."""
        rows: list[Row] = []
        at, i = start, 0
        while i < len(blocks):
            (name, first, last, level, _), inner = blocks[i]
            rows += self.steps[at:first]
            if self.depth is not None and level >= self.depth - 1 and name:
                kind = plural(last - first, "layer")
                rows.append(_summary(self.steps[first:last], name, kind))
                at, i = last, i + 1
                continue
            rows += self.rows(first, last, inner)
            end = self.run_end(blocks, i)
            at = blocks[end - 1][0][2]
            if at == last + 1:  # a row for one layer would save nothing
                rows += self.steps[last:at]
            elif end > i + 1:
                times = end - i - 1
                name = self.run_name(blocks[i + 1][0], blocks[end - 1][0])
                name = f"{name} (×{times})" if times > 1 else name
                rows.append(_summary(self.steps[last:at], name, self.word, times))
            i = end
        rows += self.steps[at:stop]
        return rows

    def run_end(self, blocks: Tree, i: int) -> int:
        """The end of the run of blocks like block i, directly one after the other."""
        wanted = self.pattern(self.steps[blocks[i][0][1] : blocks[i][0][2]])
        end = i + 1
        while end < len(blocks) and blocks[end][0][1] == blocks[end - 1][0][2]:
            if self.pattern(self.steps[blocks[end][0][1] : blocks[end][0][2]]) != wanted:
                break
            end += 1
        return end

    def run_name(self, first: Block, last: Block) -> str:
        """A name for a run of blocks."""
        if first[0]:
            return first[0] if first[0] == last[0] else f"{first[0]} … {last[0].rsplit('.', 1)[-1]}"
        return f"{self.steps[first[1]].name} … {self.steps[last[2] - 1].name}"


def nest(blocks: Iterable[Block]) -> Tree:
    """Blocks as a tree of (block, children)."""
    tree: Tree = []
    stack: list[tuple[int, Tree]] = []
    for block in blocks:
        while stack and stack[-1][0] <= block[1]:
            stack.pop()
        inner: Tree = []
        (stack[-1][1] if stack else tree).append((block, inner))
        stack.append((block[2], inner))
    return tree


def _costs(steps: Sequence[Step]) -> list[Any]:
    """A key for equal blocks: their layers, shapes and costs."""
    return [(step.kind, step.option_text, step.output, step.weights, step.macs) for step in steps]


def _kinds(steps: Sequence[Step]) -> list[Any]:
    """A key for similar blocks: their kinds, in order."""
    return [step.kind for step in steps]


def _sum_at_least(numbers: Iterable[int]) -> int:
    """A sum in which something is not counted."""
    return AtLeast(sum(numbers))


def _summary(steps: Sequence[Step], name: str, kind: str, folded: int = 1) -> FoldedRow:
    """One row for several steps."""
    counts: dict[str, int] = {}
    for step in steps:
        for operation, number in step.counts.items():
            counts[operation] = counts.get(operation, 0) + number
    total = sum if all(step.is_costed for step in steps) else _sum_at_least
    return FoldedRow(
        name=name,
        kind=kind,
        option_text="",
        input=steps[0].input,
        output=steps[-1].output,
        weights=total(step.weights for step in steps),
        biases=total(step.biases for step in steps),
        buffers=total(step.buffers for step in steps),
        macs=total(step.macs for step in steps),
        activations=sum(step.activations for step in steps),
        counts=counts,
        rf=steps[-1].rf,
        folded=folded,
        is_costed=any(step.is_costed for step in steps),
        steps=steps,
    )
