"""The command line. Each command has its own file and is imported only when it is called."""

from __future__ import annotations

from convcalc.cli import collector
from convcalc.cli.main import main

__all__ = ["collector", "main"]
