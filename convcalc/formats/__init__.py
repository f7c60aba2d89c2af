"""Output formats: a report goes in, lines of text come out. Nothing here prints.

A format is one class under ``@output_format("csv", suffix=".csv")``, in a module of this package;
its name and suffix are only defined there.
"""

from __future__ import annotations

from convcalc.formats.base import FORMATS, Format, View, output_format, suffixes

FORMATS.modules("convcalc.formats", ("table", "data", "cells", "markdown", "latex", "html"))

DEFAULT = "table"  # if there is no name and no suffix

__all__ = ["DEFAULT", "FORMATS", "Format", "View", "output_format", "suffixes"]
