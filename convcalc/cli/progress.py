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
    shown = False

    def tell(done: int) -> None:
        nonlocal last, shown
        now = time.monotonic()
        if shares or now - last < (_TERMINAL if terminal else _ELSEWHERE):
            return
        last, shown = now, True
        line = f"{done:,}{of} {what}"
        if terminal:
            _write(f"\r{line}\x1b[K")
        else:
            remark(line)

    try:
        yield tell
    finally:
        if shown and terminal:
            _write("\r\x1b[K")


def _write(text: str) -> None:
    """A piece of a line to stderr; the work is worth more than the line."""
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
