"""How wide a table is on a page of LaTeX's article, and in which letters and columns it fits there.

Widths are those of Computer Modern, in points, estimated by sorts of letters and rather too large.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from convcalc.report import Column

LINE = 345.0  # points of a line of article, with letters of 10 points
_WIDE = 210.0  # the most of a column whose texts go on in further lines
_OVER = 50.0  # points that a wide table reaches into each margin
_STEP = 4.0  # by which the widest of them is made narrower
_NARROW = 3.0  # of the space at both sides of a column, in smaller letters

_WIDTHS = {
    **dict.fromkeys("ijlI'.,:;|!", 2.9),
    **dict.fromkeys("frst()[] -", 4.0),
    **dict.fromkeys("mwMW", 9.5),
    **dict.fromkeys("abcdeghknopquvxyz0123456789/*█░", 5.4),
    **dict.fromkeys("×·−±", 12.5),  # mathematics, with its own spaces
    **dict.fromkeys("→≤≥≈<>", 15.8),
}  # the others are capitals and signs

_BREAKS = re.compile(
    r"_(?=\w)|/(?=[A-Za-z])|[.,;:](?=[A-Za-z])|(?<=[a-z])\.(?=\d)"
)  # in names and addresses


class Size(NamedTuple):
    """Letters of a size.

    Attributes:
        name: as LaTeX calls them; empty for the usual ones.
        scale: how wide they are, beside those of 10 points.
        space: points at each side of a column.
        over: points that a table reaches into each margin, which is 134 points wide.
    """

    name: str
    scale: float
    space: float
    over: float = 0.0


_USUAL = Size("", 1.0, 6.0)
_SMALL = Size("footnotesize", 0.86, _NARROW)
_SCRIPT = Size("scriptsize", 0.81, _NARROW)
_SMALLEST = (_SCRIPT._replace(over=_OVER), Size("tiny", 0.69, _NARROW, _OVER))
# What is tried: how narrow texts become, whether names are broken, and the sizes.
_TRIED = (
    (_WIDE, False, (_USUAL, _SMALL)),
    (110.0, False, (_USUAL, _SMALL, _SCRIPT, _SMALLEST[0])),
    (50.0, False, (_SMALL, *_SMALLEST)),
    (50.0, True, (_SMALL, *_SMALLEST)),
)


class Fitted(NamedTuple):
    """How a table fits a page.

    Attributes:
        size: the largest letters in which it does; if none do, the smallest.
        columns: how each column is set.
        lines: how many lines of text it has.
    """

    size: Size
    columns: str
    lines: int


def points(text: str) -> float:
    """How wide a text is in letters of 10 points.

    >>> points("macs") > points("fit") > 0
    True
    """
    return sum([_WIDTHS.get(sign, 7.9) for sign in text])


def fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Fitted:
    """The size of the letters, and the columns: numbers to the right, long texts over several lines.

    Args:
        columns: of a report.
        rows: their headings, and what stands under them.
    """
    texts = [{*each} for each in zip(*rows)]  # of a column; a long table has most of them often
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
    """A table in columns of some widths, of which narrower ones than its texts go on in further lines."""
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
    r"""A text that is LaTeX already, in which long names go on in the next line.

    >>> print(breakable(r"a/path/to\_a\_net.yaml"))
    a/\allowbreak{}path/\allowbreak{}to\_\allowbreak{}a\_\allowbreak{}net.\allowbreak{}yaml
    """
    return _BREAKS.sub(lambda found: found[0] + r"\allowbreak{}", escaped)


def _longest_word(texts: Iterable[str], *, broken: bool) -> float:
    """How wide the longest word of some texts is, or the longest part of a name; it does not go on in the next line."""
    if broken:
        texts = [_BREAKS.sub(lambda found: found[0] + " ", text) for text in texts]
    return max(map(points, {word for text in texts for word in text.split(" ")}))


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column; they are not all full."""
    return ceil(1.1 * points(text) / width) if points(text) > width else 1


def _in_line(whole: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Widths with which columns fit: the widest gives first; nothing where they are too many."""
    widths = [max(end, min(width, _WIDE)) for width, end in zip(whole, least)]
    while (missing := sum(widths) - room) > 0:
        places = [place for place, width in enumerate(widths) if width > least[place]]
        if not places:
            return []
        widest = max(places, key=lambda place: widths[place])
        widths[widest] = max(least[widest], widths[widest] - min(missing, _STEP))
    return widths
