"""The sides of a volume that are written with their names: ``W=28, H=16, C=6``."""

from __future__ import annotations

import re

_AXES = {
    "h": "h", "height": "h", "high": "h", "tall": "h", "row": "h", "rows": "h", "w": "w", "width": "w", "wide": "w",
    "column": "w", "columns": "w", "cols": "w", "length": "w", "l": "w", "c": "c", "channel": "c", "channels": "c",
    "map": "c", "maps": "c", "filters": "c", "d": "d", "depth": "d", "deep": "d",
}  # fmt: skip
_WORD = "|".join(sorted(_AXES, key=len, reverse=True))
_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)(?![\d.,]\d)"
_BEFORE = re.compile(rf"(?<![^\W_])({_WORD})(?:_?(?:out|\d))?(?: ?(?:=|:|is|of) ?| ){_NUMBER}")
_BEHIND = re.compile(rf"(?<![\d.]){_NUMBER} ?(?:px |pixels? )?(?:in )?({_WORD})(?![^\W_])")
_TEXTS = re.compile(r"(?:feature|out(?:put)?|input)[ _]|[#\"']")
_ORDERS = {"hwc": "dhwc", "chw": "cdhw", "nchw": "cdhw"}


def named_sides(text: str, order: str) -> list[str]:
    """The numbers of a volume in the sheet's order if each has a name; else none.

    Args:
        text: in small letters and plain characters.
        order: the sheet's order; empty to keep the written order.

    >>> named_sides("w=28, h=16, c=6", "hwc"), named_sides("6 channels, 16 high, 28 wide", "chw")
    (['16', '28', '6'], ['6', '16', '28'])
    >>> named_sides("w=28, 16, c=6", "hwc")
    []
    """
    if order not in _ORDERS:
        return []
    text = _TEXTS.sub("", text)
    for pattern, name, number in ((_BEFORE, 1, 2), (_BEHIND, 2, 1)):
        found = [(_AXES[match[name]], match[number]) for match in pattern.finditer(text)]
        sides = dict(found)
        if len(sides) < max(2, len(found)) or any(map(str.isdigit, pattern.sub("", text))):
            continue
        if "d" in sides and not ("c" in sides and "h" in sides):
            if "c" in sides:
                continue
            sides["c"] = sides.pop("d")  # the depth of a map is its channels
        return [sides[axis] for axis in _ORDERS[order] if axis in sides]
    return []
