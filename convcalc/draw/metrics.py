"""The width of a text, from the font of the pictures.

Fonts that a browser may use instead are narrower: DejaVu Sans and Verdana are the widest common ones.
"""

from __future__ import annotations

import os
import struct
from functools import cache

from convcalc.draw.figure import TEXT
from convcalc.text import width as columns

FONTS = os.path.join(os.path.dirname(__file__), "fonts")
REGULAR, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
NARROWEST = 0.27  # the narrowest letter of the font, relative to the font size
LINE = 1.4  # from one line of text to the next, relative to the font size
ASCENT, DESCENT = 0.76, 0.24  # above and below the baseline


def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """The width of a text in units; a letter that is not in the font counts as a wide one.

    >>> round(text_width("conv 5×5")), round(text_width("conv 5×5", bold=True))
    (63, 68)
    """
    widths = _widths(BOLD if bold else REGULAR)
    return sum([widths.get(c) or columns(c) * 0.6 for c in text]) * size


def is_covered(text: str) -> bool:
    """Whether the font has all letters of a text."""
    widths = _widths(REGULAR)
    return all(c in widths for c in text)


def fitted(text: str, room: float, size: float = TEXT, *, bold: bool = False) -> str:
    """A text with … in its middle if it is too wide, because both ends distinguish names.

    >>> fitted("inception_3a/output", 80), fitted("conv1", 80)
    ('incep…tput', 'conv1')
    """
    if text_width(text, size, bold=bold) <= room:
        return text
    most = int(room / size / NARROWEST) + 2  # letters that could fit
    if len(text) > most:
        text = text[: most // 2 + 1] + text[-(most // 2) :]
    for left_out in range(1, len(text)):
        head = (len(text) - left_out + 1) // 2
        shown = f"{text[:head]}…{text[head + left_out :]}"
        if text_width(shown, size, bold=bold) <= room:
            return shown
    return "…"


def flowed(text: str, room: float, size: float = TEXT, *, bold: bool = False) -> list[str]:
    """A sentence in lines that are not wider than the room; words are not split.

    >>> flowed("each of these words is short", 100)
    ['each of these', 'words is short']
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def _widths(name: str) -> dict[str, float]:
    """The advance width of each letter, relative to the font size.

    Source: OpenType specification 1.9, tables head, hhea, hmtx, and cmap in format 4.
    """
    with open(os.path.join(FONTS, name), "rb") as file:
        data = file.read()
    (tables,) = struct.unpack_from(">H", data, 4)
    places = {
        tag: offset
        for tag, _, offset, _ in struct.iter_unpack(">4sIII", data[12 : 12 + 16 * tables])
    }
    (units,) = struct.unpack_from(">H", data, places[b"head"] + 18)
    (count,) = struct.unpack_from(">H", data, places[b"hhea"] + 34)
    advances = struct.unpack_from(">" + "Hh" * count, data, places[b"hmtx"])[::2]
    glyphs = _glyphs(data, places[b"cmap"])
    return {c: advances[min(glyph, count - 1)] / units for c, glyph in glyphs.items()}


def _glyphs(data: bytes, cmap: int) -> dict[str, int]:
    """The glyph number of each letter, from the first subtable, which must have no glyph array."""
    table = cmap + struct.unpack_from(">I", data, cmap + 8)[0]
    (double,) = struct.unpack_from(">H", data, table + 6)
    segments = double // 2
    at = table + 14
    ends = struct.unpack_from(f">{segments}H", data, at)
    starts = struct.unpack_from(f">{segments}H", data, at + double + 2)
    deltas = struct.unpack_from(f">{segments}H", data, at + 2 * double + 2)
    return {
        chr(code): (code + delta) % 0x10000
        for first, last, delta in zip(starts, ends, deltas)
        for code in range(first, min(last, 0xFFFE) + 1)
    }
