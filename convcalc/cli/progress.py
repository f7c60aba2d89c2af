"""What is being run, on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from convcalc.cli.output import remark
from convcalc.cli.ticker import ChangingLine
from convcalc.text import printable

_QUIET = 1.0  # seconds of work about which nothing is said on a terminal
_TERMINAL, _ELSEWHERE = 0.2, 10.0  # seconds between two words, there and in a log


@contextmanager
def show_progress(total: int) -> Iterator[Callable[[str, str], None]]:
    """Say on stderr what is being run: one changing line on a terminal, a line per network where there are several.

    What comes without the name of a network is a line of its own.
    """
    if not sys.stderr.isatty():
        shown: set[str] = set()

        def report_name(name: str, node: str) -> None:
            if not name:
                remark(printable(node))
            elif total > 1 and name not in shown:
                shown.add(name)
                remark(f"[{len(shown)}/{total}] {printable(name)}")

        yield report_name
        return
    numbers: dict[str, int] = {}
    line = ChangingLine()
    last = time.monotonic() + _QUIET - _TERMINAL

    def draw(name: str, node: str) -> None:
        nonlocal last
        if not name:
            line("")
            remark(printable(node))
            return
        number = numbers.setdefault(name, len(numbers) + 1)
        now = time.monotonic()
        if now - last >= _TERMINAL:
            last = now
            line(printable(f"[{number}/{total}] {name}: {node}"))

    try:
        yield draw
    finally:
        line("")


@contextmanager
def counting(
    what: str, total: int = 0, *, rows_come: bool = False
) -> Iterator[Callable[[int], None]]:
    """Say on stderr how much is done, where that takes longer than a second: one changing line on a terminal.

    Args:
        what: it is counted in.
        total: of what there is to do; 0 where nobody knows it.
        rows_come: whether output comes meanwhile; on the same terminal the line stays out of its way.
    """
    terminal = sys.stderr.isatty()
    shares = rows_come and terminal and sys.stdout.isatty()
    of = f" of {total:,}" if total else ""
    last = time.monotonic() + (_QUIET - _TERMINAL if terminal else 0)
    line = ChangingLine()

    def tell(done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if shares or now - last < (_TERMINAL if terminal else _ELSEWHERE):
            return
        last = now
        said = f"{done:,}{of} {what}"
        if terminal:
            line(said)
        else:
            remark(said)

    try:
        yield tell
    finally:
        line("")
