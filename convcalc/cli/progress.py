"""What is being run, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from convcalc.cli.output import remark
from convcalc.text import printable


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
