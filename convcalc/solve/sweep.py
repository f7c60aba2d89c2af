"""A network at every point of a grid of parameters and inputs: in blocks, in order, on one core or many."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from convcalc.solve.blocks import Block, points_of, walked_one_by_one
from convcalc.solve.choice import Choice
from convcalc.solve.engine import Engine
from convcalc.solve.points import Walker

if TYPE_CHECKING:
    from convcalc.solve.points import Setup
    from convcalc.solve.ranges import Box

ONE_BY_ONE = 64  # points of a block that is walked one by one
AT_ONCE = 131_072  # points of a block that is computed together


class Worker:
    """Computes blocks of a sweep; each process has its own.

    Args:
        setup: the setup of the sweep.
        choice: the points that are kept.
    """

    def __init__(self, setup: Setup, choice: Choice) -> None:
        self.setup, self.choice = setup, choice
        self.walker = Walker(setup)
        self.engine = Engine(self.walker)
        self.engine.probe()

    @property
    def most(self) -> int:
        """The number of points that a box should have."""
        return ONE_BY_ONE if self.engine.is_slow else AT_ONCE

    def block(self, box: Box) -> Block:
        """The points of a box, without those that cannot be kept."""
        grid = self.setup.grid
        if self.engine.is_slow:
            block = walked_one_by_one(self.walker, points_of(grid, box))
        else:
            block = self.engine.block(box)
        return self.choice.narrowed(block, grid)


def _one_after_the_other(setup: Setup, choice: Choice) -> Generator[Block, None, None]:
    """All blocks of a sweep, in order, in this process."""
    worker = Worker(setup, choice)
    for box in setup.grid.boxes(worker.most):
        yield worker.block(box)


Run = Callable[["Setup", Choice], Generator[Block, None, None]]
"""Gives all blocks of a sweep in order, narrowed."""


def _no_progress(_: int) -> None:
    """No progress display."""


@dataclass
class Sweep:
    """A sweep, and its results so far.

    Attributes:
        setup: the setup of the sweep.
        choice: the points that are kept.
        run: computes the blocks.
        progress: called with the number of finished points.
        walked: finished points.
        misfits: how many of them have no network.
        first_misfit: the first of these, and the reason.
    """

    setup: Setup
    choice: Choice
    run: Run = _one_after_the_other
    progress: Callable[[int], None] = _no_progress
    walked: int = 0
    misfits: int = 0
    first_misfit: tuple[int, str] | None = field(default=None)

    def blocks(self) -> Generator[Block, None, None]:
        """The kept points, in order; as soon as they are known if the order is that of the grid.

        Raises:
            UsageError: the order needs all points, and there are too many for the memory.
        """
        grid, choice = self.setup.grid, self.choice
        with closing(self._tallied()) as blocks:
            if choice.gathers:
                whole = choice.gathered(blocks, grid)
                if whole is not None:
                    yield whole
                return
            left = choice.limit
            for block in blocks:
                kept = block if left is None else block.take(np.arange(min(left, len(block))))
                if len(kept):
                    yield kept
                if left is not None:
                    left -= len(kept)
                    if not left:
                        return

    def _tallied(self) -> Generator[Block, None, None]:
        """All blocks; counts them as they come."""
        with closing(self.run(self.setup, self.choice)) as blocks:
            for block in blocks:
                self.walked += block.walked
                self.misfits += block.misfits
                self.first_misfit = self.first_misfit or block.first_misfit
                self.progress(self.walked)
                yield block
