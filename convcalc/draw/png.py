"""A figure as PNG, with convcalc's own font: the same picture on every machine."""

from __future__ import annotations

import os

from convcalc.draw.extras import imported
from convcalc.draw.figure import Figure, Text
from convcalc.draw.metrics import BOLD, FONTS, REGULAR, is_covered
from convcalc.draw.svg import svg_text

SCALE = 3  # pixels of a unit: 1920 pixels across 16 cm, 305 per inch


def png_bytes(figure: Figure, scheme: str = "light", scale: float = SCALE) -> bytes:
    """A figure as PNG; one with steps shows its first step.

    Letters that are not in the font, as in a Chinese network name, come from the machine's fonts.

    Raises:
        UsageError: drawsvg or resvg-py is not installed.
    """
    resvg = imported("resvg_py")
    first = figure.frames()[0]
    texts = [figure.source, *[mark.text for mark in first.marks if isinstance(mark, Text)]]
    drawn = resvg.svg_to_bytes(
        svg_string=svg_text(first, scheme),
        zoom=scale,
        font_files=[os.path.join(FONTS, name) for name in (REGULAR, BOLD)],
        skip_system_fonts=all(map(is_covered, texts)),
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
    )
    return bytes(drawn)
