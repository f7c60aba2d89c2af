"""Output formats: a report goes in, lines of text come out. Nothing here prints.

A format is one class under ``@output_format("csv", suffix=".csv")``; a second use of a name or a
suffix fails at import. Modules are imported only as far as a wanted format needs.
"""

from __future__ import annotations

from importlib import import_module

from convcalc.formats.base import FORMATS, Format, View

MODULES = ("table", "data", "markup")


def every() -> dict[str, Format]:
    """All formats by name."""
    for module in MODULES:
        import_module(f"convcalc.formats.{module}")
    return FORMATS


def find(name: str) -> Format:
    """The format of this name."""
    for module in MODULES:
        if name not in FORMATS:
            import_module(f"convcalc.formats.{module}")
    return FORMATS[name]


__all__ = ["FORMATS", "MODULES", "Format", "View", "every", "find"]
