"""The width of a table on a page of LaTeX's article, and the font size and columns with which it fits.

Widths are those of Computer Modern, in points, estimated by groups of letters and rather too large.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from convcalc.report import Column

LINE = 345.0  # points of a line in article, with letters of 10 points
_WIDE = 210.0  # the widest column of texts that continue on more lines
_OVER = 50.0  # points by which a wide table extends into each margin
_STEP = 4.0  # step by which the widest column is made narrower
_NARROW = 3.0  # space at both sides of a column, in smaller letters

_WIDTHS = {
    **dict.fromkeys("ijlI'.,:;|!", 2.9),
    **dict.fromkeys("frst()[] -", 4.0),
    **dict.fromkeys("mwMW", 9.5),
    **dict.fromkeys("abcdeghknopquvxyz0123456789/*█░", 5.4),
    **dict.fromkeys("×·−±", 12.5),  # mathematics, with its own spaces
    **dict.fromkeys("→≤≥≈<>", 15.8),
}  # all others count as capitals and signs

_BREAKS = re.compile(
    r"_(?=\w)|/(?=[A-Za-z])|[.,;:](?=[A-Za-z])|(?<=[a-z])\.(?=\d)"
)  # in names and addresses


class Size(NamedTuple):
    """A font size.

    Attributes:
        name: its LaTeX name; empty for the usual size.
        scale: the width of its letters, relative to 10 points.
        space: points at each side of a column.
        over: points that a table extends into each margin, which is 134 points wide.
    """

    name: str
    scale: float
    space: float
    over: float = 0.0


_USUAL = Size("", 1.0, 6.0)
_SMALL = Size("footnotesize", 0.86, _NARROW)
_SCRIPT = Size("scriptsize", 0.81, _NARROW)
_SMALLEST = (_SCRIPT._replace(over=_OVER), Size("tiny", 0.69, _NARROW, _OVER))
# Tried in this order: how narrow texts become, whether names are broken, and the sizes.
_TRIED = (
    (_WIDE, False, (_USUAL, _SMALL)),
    (110.0, False, (_USUAL, _SMALL, _SCRIPT, _SMALLEST[0])),
    (50.0, False, (_SMALL, *_SMALLEST)),
    (50.0, True, (_SMALL, *_SMALLEST)),
)


class Fitted(NamedTuple):
    """How a table fits a page.

    Attributes:
        size: the largest size that fits; if none does, the smallest.
        columns: the LaTeX type of each column.
        lines: its number of text lines.
    """

    size: Size
    columns: str
    lines: int


def points(text: str) -> float:
    """The width of a text in letters of 10 points.

    >>> points("macs") > points("fit") > 0
    True
    """
    return sum([_WIDTHS.get(sign, 7.9) for sign in text])


def fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Fitted:
    """The font size and the columns: numbers aligned right, long texts on several lines.

    Args:
        columns: the columns of a report.
        rows: their headings, and the cells under them.
    """
    texts = [{*each} for each in zip(*rows)]  # of each column; in a long table most are repeated
    whole = [max(map(points, each)) for each in texts]
    for least, broken, sizes in _TRIED:
        ends = [
            width
            if column.right or width <= least
            else min(width, max(least, _longest_word(each, broken=broken)))
            for column, width, each in zip(columns, whole, texts)
        ]
        for size in sizes:
            room = LINE + 2 * size.over - 2 * size.space * len(whole)
            if widths := _in_line(whole, ends, room / size.scale):
                return _set(columns, rows, widths, whole, size)
    return _set(columns, rows, ends, whole, size)


def _set(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    whole: Sequence[float],
    size: Size,
) -> Fitted:
    """A table with these column widths; texts wider than their column continue on more lines."""
    specs = [
        "r" if column.right else "l" if width >= wanted else f"p{{{width * size.scale:.0f}pt}}"
        for column, width, wanted in zip(columns, widths, whole)
    ]
    wrapped = [place for place, width in enumerate(widths) if width < whole[place]]
    high = {
        place: {text: _lines(text, widths[place]) for text in {row[place] for row in rows}}
        for place in wrapped
    }
    lines = [max([1, *(high[place][row[place]] for place in wrapped)]) for row in rows]
    return Fitted(size, "".join(specs), sum(lines))


def breakable(escaped: str) -> str:
    r"""A text in LaTeX in which long names can be broken.

    >>> print(breakable(r"a/path/to\_a\_net.yaml"))
    a/\allowbreak{}path/\allowbreak{}to\_\allowbreak{}a\_\allowbreak{}net.\allowbreak{}yaml
    """
    return _BREAKS.sub(lambda found: found[0] + r"\allowbreak{}", escaped)


def _longest_word(texts: Iterable[str], *, broken: bool) -> float:
    """The width of the longest word, or part of a name, in some texts; it cannot be broken."""
    if broken:
        texts = [_BREAKS.sub(lambda found: found[0] + " ", text) for text in texts]
    return max(map(points, {word for text in texts for word in text.split(" ")}))


def _lines(text: str, width: float) -> int:
    """The number of lines of a text in a column; not all are full."""
    return ceil(1.1 * points(text) / width) if points(text) > width else 1


def _in_line(whole: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Widths for columns that fit: the widest is reduced first; empty if there are too many columns."""
    widths = [max(end, min(width, _WIDE)) for width, end in zip(whole, least)]
    while (missing := sum(widths) - room) > 0:
        places = [place for place, width in enumerate(widths) if width > least[place]]
        if not places:
            return []
        widest = max(places, key=lambda place: widths[place])
        widths[widest] = max(least[widest], widths[widest] - min(missing, _STEP))
    return widths
