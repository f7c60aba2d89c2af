"""A line on a terminal with the time that a command has run, until it prints something itself."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from convcalc.cli.screen import encoded, terminal_columns
from convcalc.text import width

QUIET = 1.0  # seconds before the line appears
_STEP = 1.0  # seconds between two updates


class _Ticker:
    """A thread that writes the line; it stops for good when the command itself prints."""

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


_now: list[_Ticker] = []  # the ticker of the running command


@contextmanager
def ticking() -> Iterator[None]:
    """Show on a terminal that work continues, if it is silent for more than a second."""
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
    """Remove the line, before anything else is printed."""
    while _now:
        _now.pop().stop()


class ChangingLine:
    """A changing line on a terminal, removed at the end; works without terminal codes."""

    def __init__(self) -> None:
        self.shown = 0  # columns in use

    def __call__(self, text: str) -> None:
        """Show a text, cut to the terminal's width; an empty text removes the line."""
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
    """Write a piece of a line to stderr; errors are ignored, because the work matters more."""
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
