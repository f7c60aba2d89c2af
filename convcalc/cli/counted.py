"""How many things are done, on stderr, where nobody knows how many there will be."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from convcalc.cli.output import remark

_QUIET = {
    True: 1.0,
    False: 10.0,
}  # seconds of work about which nothing is said; on a terminal, and in a log
_STEP = {True: 0.2, False: 10.0}  # seconds between two messages


@contextmanager
def counted(what: str) -> Iterator[Callable[[int], None]]:
    """Say on stderr how many are done, where that takes longer than a second: one changing line on a terminal."""
    terminal = sys.stderr.isatty()
    started = time.monotonic()
    last: float | None = None

    def tell(done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - started < _QUIET[terminal] or (last is not None and now - last < _STEP[terminal]):
            return
        last = now
        if terminal:
            _write(f"\r{done:,} {what}\x1b[K")
        else:
            remark(f"{done:,} {what}")

    try:
        yield tell
    finally:
        if terminal and last is not None:
            _write("\r\x1b[K")


def _write(text: str) -> None:
    """A piece of a line to stderr; the work is worth more than the line."""
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
