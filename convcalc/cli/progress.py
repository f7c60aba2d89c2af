"""What is being run, on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from convcalc.cli.output import remark
from convcalc.text import printable

_QUIET = 1.0  # seconds of work about which nothing is said on a terminal
_TERMINAL, _ELSEWHERE = 0.2, 10.0  # seconds between two words, there and in a log


@contextmanager
def show_progress(total: int) -> Iterator[Callable[[str, str], None]]:
    """Say on stderr what is being run: a bar on a terminal, a line per network where there are several.

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
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        seen: list[str] = []

        def draw(name: str, node: str) -> None:
            if not name:
                bar.print(escape(printable(node)))
                return
            if name not in seen:
                seen.append(name)
                bar.update(task, completed=len(seen) - 1)
            bar.update(task, description=escape(printable(f"{name}: {node[:60]:60}")))

        yield draw


@contextmanager
def counting(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Say on stderr how much is done, where that takes longer than a second.

    On a terminal it is one line that changes, which stays out of the way of output on the same terminal.

    Args:
        total: of what there is to do.
        what: it is counted in.
    """
    terminal = sys.stderr.isatty()
    shares = terminal and sys.stdout.isatty()
    last = time.monotonic() + (_QUIET - _TERMINAL if terminal else 0)
    shown = False

    def tell(done: int) -> None:
        nonlocal last, shown
        now = time.monotonic()
        if shares or now - last < (_TERMINAL if terminal else _ELSEWHERE):
            return
        last, shown = now, True
        line = f"{done:,} of {total:,} {what}"
        if terminal:
            with suppress(OSError):
                sys.stderr.write(f"\r{line}\x1b[K")
                sys.stderr.flush()
        else:
            remark(line)

    try:
        yield tell
    finally:
        if shown and terminal:
            with suppress(OSError):
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
