"""A line on a terminal that says how long a command has been at work, until it has something else to say."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from convcalc.cli.screen import encoded, terminal_columns
from convcalc.text import width

QUIET = 1.0  # seconds of work about which nothing is said
_STEP = 1.0  # seconds between two words


class _Ticker:
    """One thread that writes the line, and stops for good at the first word of the command itself."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.shown = ""

    def run(self) -> None:
        started = time.monotonic()
        wait = QUIET
        while not self.stopped.wait(wait):
            wait = _STEP
            with self.lock:
                if not self.stopped.is_set():
                    self.shown = f"working, {time.monotonic() - started:.0f} s"
                    _write(f"\r{self.shown}")

    def stop(self) -> None:
        with self.lock:
            self.stopped.set()
            if self.shown:
                _write(f"\r{' ' * len(self.shown)}\r")
                self.shown = ""


_now: list[_Ticker] = []  # that of the command that runs


@contextmanager
def ticking() -> Iterator[None]:
    """Say on a terminal that work goes on, where it lasts longer than a second and says nothing itself."""
    if not sys.stderr.isatty():
        yield
        return
    ticker = _Ticker()
    _now.append(ticker)
    threading.Thread(target=ticker.run, daemon=True).start()
    try:
        yield
    finally:
        hush()


def hush() -> None:
    """Take the line away, before anything else is written."""
    while _now:
        _now.pop().stop()


class ChangingLine:
    """One line on a terminal that changes, and is wiped at the end; no terminal needs to know a code for it."""

    def __init__(self) -> None:
        self.shown = 0  # columns

    def __call__(self, text: str) -> None:
        """Show a text, no wider than the terminal; an empty one wipes the line."""
        if not text and not self.shown:
            return
        hush()
        most = (terminal_columns(sys.stderr) or 80) - 1
        shown = encoded(text, sys.stderr)
        while width(shown) > most:
            shown = shown[:-1]
        _write(f"\r{shown}{' ' * (self.shown - width(shown))}{'' if shown else chr(13)}")
        self.shown = width(shown)


def _write(text: str) -> None:
    """A piece of a line to stderr; the work is worth more than the line."""
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
