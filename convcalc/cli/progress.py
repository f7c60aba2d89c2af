"""Progress on stderr: one changing line on a terminal, and nothing elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from convcalc.cli.output import remark
from convcalc.cli.ticker import ChangingLine
from convcalc.text import printable, shortened

_QUIET = 1.0  # seconds before the line appears
_STEP = 0.2  # seconds between two updates
_NAME = 40  # characters of a network's name


@contextmanager
def changing_line(*, rows_come: bool = False) -> Iterator[Callable[[str], None]]:
    """A line with the current work, if that takes longer than a second; an empty text removes it.

    Args:
        rows_come: whether rows are printed meanwhile; on the same terminal, the line makes room for them.
    """
    if not sys.stderr.isatty() or (rows_come and sys.stdout.isatty()):
        yield lambda _: None
        return
    line = ChangingLine()
    last = time.monotonic() + _QUIET - _STEP

    def tell(said: str) -> None:
        nonlocal last
        now = time.monotonic()
        if not said:
            line("")
        elif now - last >= _STEP:
            last = now
            line(printable(said))

    try:
        yield tell
    finally:
        line("")


@contextmanager
def show_progress(total: int) -> Iterator[Callable[[str, str], None]]:
    """Show which of several networks is running, and how far; without a name, only the text."""
    numbers: dict[str, int] = {}
    terminal = sys.stderr.isatty()
    with changing_line() as tell:

        def draw(name: str, node: str) -> None:
            if name:
                number = numbers.setdefault(name, len(numbers) + 1)
                tell(f"[{number}/{total}] {shortened(name, _NAME)}: {node}")
            elif terminal:
                tell("")
                remark(printable(node))

        yield draw


@contextmanager
def counting_each() -> Iterator[Callable[[str, int], None]]:
    """Show how many of something are done, and then of something else."""
    with changing_line() as tell:
        yield lambda what, done: tell(f"{done:,} {what}")


@contextmanager
def counting(
    what: str, total: int = 0, *, rows_come: bool = False
) -> Iterator[Callable[[int], None]]:
    """Show how much is done.

    Args:
        what: the unit that is counted.
        total: the number of units; 0 if unknown.
        rows_come: as in `changing_line`.
    """
    of = f" of {total:,}" if total else ""
    with changing_line(rows_come=rows_come) as tell:
        yield lambda done: tell(f"{done:,}{of} {what}")
