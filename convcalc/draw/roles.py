"""The roles of marks and how they look: the only table of colours and patterns.

Fills are light on a light page and dark on a dark one, so that text is readable on all of them. The
colours are tints of Okabe & Ito's, which colour-blind people can distinguish. Also, neighbours differ in
their pattern or brightness, so that they differ in a black-and-white print.

Source: Okabe & Ito, Color Universal Design, https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

from typing import NamedTuple


class Look(NamedTuple):
    """How a role is drawn.

    Attributes:
        fill, stroke: on a light page; not drawn if empty.
        dark_fill, dark_stroke: on a dark page.
        pattern: the name of a pattern over the fill, in the colour of the stroke.
        dashes: lengths of dash and gap; empty for a solid line.
        width: of the stroke.
        bold: whether text is bold.
    """

    fill: str
    stroke: str
    dark_fill: str
    dark_stroke: str
    pattern: str = ""
    dashes: str = ""
    width: float = 1
    bold: bool = False


class Pattern(NamedTuple):
    """Repeated lines or dots: the size of a tile, its path, and the line width."""

    size: float
    path: str
    width: float = 0.8


PAGE = Look("#ffffff", "", "#16191d", "")

PATTERNS = {
    "dots": Pattern(6, "M1.5 1.5h.01M4.5 4.5h.01", 1.2),
    "dense dots": Pattern(4, "M1 1h.01M3 3h.01", 1.2),
    "rising": Pattern(7, "M-1 8L8 -1M-1 1L1 -1M6 8L8 6"),
    "falling": Pattern(7, "M-1 -1L8 8M-1 6L1 8M6 -1L8 1"),
    "thin falling": Pattern(7, "M-1 -1L8 8M-1 6L1 8M6 -1L8 1", 0.45),
    "dense rising": Pattern(4, "M-1 5L5 -1M-1 1L1 -1M3 5L5 3"),
    "crossed": Pattern(7, "M-1 8L8 -1M-1 1L1 -1M6 8L8 6M-1 -1L8 8M-1 6L1 8M6 -1L8 1", 0.7),
    "rows": Pattern(5, "M0 2.5H5"),
    "columns": Pattern(5, "M2.5 0V5"),
    "grid": Pattern(5, "M0 2.5H5M2.5 0V5", 0.6),
}

_GREYS = ("#2b2b2b", "#555555", "#808080", "#a8a8a8", "#cfcfcf", "#f2f2f2")
_PALE = (
    ("#cdd1d5", "#1f2328"), ("#d6dade", "#24292e"), ("#dfe2e5", "#292e34"),
    ("#e7e9ec", "#2e343a"), ("#eff0f2", "#343a41"), ("#f7f8f9", "#3a4047"),
)  # fmt: skip

ROLES: dict[str, Look] = {
    # Cells.
    "input": Look("#cfe5f5", "#3a77a8", "#1d3f5a", "#6fb1e0"),
    "padding": Look("#ffffff", "#8b929a", "#16191d", "#7b848e", "dots", "2 2"),
    "unread": Look("#fbe3da", "#b8481a", "#4a1f10", "#f0875c", "dense rising"),
    "idle": Look(
        "#ffffff", "#8b929a", "#16191d", "#7b848e", "dense rising", "2 2"
    ),  # padding never read
    "over": Look("#ffffff", "#b8481a", "#16191d", "#f0875c", "", "2 2"),  # past the padding
    "bare": Look("#ffffff", "#b3b9c0", "#16191d", "#59616a", "", "2 2"),  # a zero between cells
    "cut": Look("#f0f1f2", "#8b929a", "#24282d", "#7b848e", "crossed", "2 2"),  # cropped away
    "added": Look("#c9ecdc", "#1f7a5c", "#124634", "#52c49b", "rows"),  # by output padding
    "kernel": Look("#fbe2b4", "#a06a00", "#54400f", "#e3ad4b", "thin falling"),
    "output": Look("#c9ecdc", "#1f7a5c", "#124634", "#52c49b"),
    "product": Look("#ffffff", "#5b6269", "#16191d", "#a6aeb6"),
    "zero": Look("#f0f1f2", "#5b6269", "#24282d", "#a6aeb6", "dots"),  # a product with padding
    # Frames and highlights over cells, without a fill.
    "window": Look("", "#8f3c00", "", "#ffb15c", "", "", 2.5),
    "target": Look("", "#0b5d43", "", "#6fe0b8", "", "", 2.5),
    # A picture in grey levels: the seen part, and the rest in pale.
    **{f"grey{n}": Look(grey, "", grey, "") for n, grey in enumerate(_GREYS)},
    **{f"pale{n}": Look(light, "", dark, "") for n, (light, dark) in enumerate(_PALE)},
    "frame": Look("", "#5b6269", "", "#a6aeb6"),
    "beyond": Look("", "#8f3c00", "", "#ffb15c", "", "6 3", 1.5),
    # Costs, from little to much.
    "cost1": Look("#f4f7fb", "#4d6f93", "#1c2530", "#7fa3c8"),
    "cost2": Look("#dbe7f4", "#4d6f93", "#22364c", "#7fa3c8", "dots"),
    "cost3": Look("#c0d6ec", "#4d6f93", "#274869", "#8fb2d6", "rising"),
    "cost4": Look("#a3c3e3", "#365a80", "#2b5a87", "#a3c4e6", "dense rising"),
    "cost5": Look("#86b0da", "#24476c", "#2f6ca6", "#c0daf3", "crossed"),
    # Families of layers, which also differ in their shape; and the bars of their cost.
    "layer": Look("#dcebf7", "#3a77a8", "#1d3f5a", "#6fb1e0"),
    "pool": Look("#d8f0e5", "#1f7a5c", "#124634", "#52c49b"),
    "small": Look("#fdf3dc", "#a06a00", "#4a390f", "#e3ad4b"),
    "join": Look("#fde6dc", "#b8481a", "#4f2310", "#f0875c"),
    "stated": Look("#ffffff", "#a1497b", "#16191d", "#e08abb", "", "4 2", 1.5),
    "block": Look("#e9e7f8", "#5d52a8", "#2c2752", "#a49be8", "", "", 2),
    "bar": Look("#1d4f7c", "", "#8fc0ee", ""),
    # Categories, each with its own pattern.
    "series1": Look("#cfe5f5", "#3a77a8", "#1d3f5a", "#6fb1e0"),
    "series2": Look("#fbe2b4", "#a06a00", "#54400f", "#e3ad4b", "rising"),
    "series3": Look("#c9ecdc", "#1f7a5c", "#124634", "#52c49b", "dots"),
    "series4": Look("#f6d9e8", "#a1497b", "#552640", "#e08abb", "falling"),
    "series5": Look("#f7f3b5", "#857a00", "#4a4508", "#d6cb3c", "columns"),
    "series6": Look("#e3e5e8", "#5b6269", "#333a41", "#a6aeb6", "crossed"),
    "series7": Look("#fbd9c9", "#b8481a", "#57250f", "#f0875c", "rows"),
    "series8": Look("#dcd9f5", "#5d52a8", "#322c5e", "#a49be8", "dense dots"),
    # Boxes that only contain something.
    "box": Look("#ffffff", "#5b6269", "#1d2126", "#a6aeb6"),
    "group": Look("#f6f7f8", "#8b929a", "#1f2328", "#7b848e", "", "4 3"),
    # Lines.
    "edge": Look("", "#3d444b", "", "#c3cad1", "", "", 1.2),
    "skip": Look("", "#3d444b", "", "#c3cad1", "", "5 3", 1.2),
    "axis": Look("", "#5b6269", "", "#a6aeb6"),
    "grid": Look("", "#d5d9dd", "", "#353b42"),
    "limit": Look("", "#b8481a", "", "#f0875c", "", "6 3", 1.5),
    # Texts: the fill is the colour of the letters, the stroke is behind and around them.
    "text": Look("#16191d", "", "#eef1f4", ""),
    "title": Look("#16191d", "", "#eef1f4", "", bold=True),
    "strong": Look("#16191d", "", "#eef1f4", "", bold=True),
    "label": Look("#16191d", "#ffffff", "#eef1f4", "#16191d", width=3),  # over a pattern
    "muted": Look("#555c64", "", "#aab2ba", ""),
    "warning": Look("#9a3a10", "", "#f5a07d", "", bold=True),
}
