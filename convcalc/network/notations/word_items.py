"""A layer in words while it is read: its kind and its properties."""

from __future__ import annotations

from itertools import pairwise

from convcalc.layers import Layer, get_kind
from convcalc.layers.options import Option, options_of, required_options
from convcalc.network.chain import Written
from convcalc.network.notations.word_tokens import Token, stack_sizes

SLOTS = {
    "stride": "stride", "pad": "padding", "dilation": "dilation", "groups": "groups", "kernel": "kernel_size",
    "rate": "p", "bias": "bias",
}  # fmt: skip


class Item:
    """A layer and its properties.

    Args:
        kind: its kind; ``input`` for the input.
        start: where it begins in its segment.
    """

    def __init__(self, kind: str, start: int) -> None:
        self.start, self.end = start, start
        self.is_label = self.is_named_twice = self.is_pool = False
        self.said: dict[str, str] = {}
        self.is_refused = self.is_plural = False
        self.number: Token | None = None  # before a plural: number of layers, or of filters
        self.chunk = ""  # the text between the commas around its name
        self.labelled = ""  # the slot of a number that may be a label, as in conv1
        self.ahead = ""  # a number before its name, read as its filters
        self.is_counted = False  # whether a word marks the number of its filters
        self.rename(kind)

    def rename(self, kind: str) -> None:
        """Change its kind."""
        self.kind = kind
        self.cls = None if kind == "input" else get_kind(kind)
        self.options = {} if self.cls is None else spoken_options(self.cls)

    @property
    def is_several(self) -> bool:
        """Whether it means more than one layer."""
        return self.is_plural or self.said.get("times", "1") != "1"

    @property
    def counted(self) -> str:
        """The option for a number of filters or units; empty if there is none."""
        return next((name for name in ("out_channels", "out_features") if name in self.options), "")

    @property
    def has_units(self) -> bool:
        """Whether it has units instead of filters, and therefore no kernel."""
        return self.counted == "out_features"

    @property
    def sized(self) -> str:
        """The option for a single number, besides kernel and filters; empty if there is none."""
        if self.cls is None or self.counted or "kernel_size" in self.options:
            return ""
        return next((name for name in required_options(self.cls) if name in self.options), "")

    def place(self, token: Token) -> str:
        """The slot for a token; empty if no suitable one is free."""
        what = token.what
        if what == "number":
            what = "filters" if self.counted else "kernel"
        scales = what in ("times", "before") and "scale_factor" in self.options
        if self.cls is None:
            known = what == "kernel"
        elif self.sized and (what == "kernel" or scales):
            what, known = "sized", True
        elif what in ("filters", "reads"):
            known = bool(self.counted)
        elif what in ("times", "before", "count"):
            what, known = "times", True
        else:
            known = SLOTS[what] in self.options
        if known and what == self.labelled and (token.what != "number" or what != "kernel"):
            self.labelled = ""
            del self.said[what]  # conv1 3x3: the 1 was the label of the layer
        return what if known and what not in self.said else ""


def spoken_options(cls: type[Layer]) -> dict[str, Option]:
    """The options that a text can contain; those that name axes are left out."""
    return {name: each for name, each in options_of(cls).items() if not each.type.names_axes}


def missing(item: Item, said: dict[str, str]) -> str:
    """The required options that are missing, and how to write them."""
    lacks = [
        name
        for name in ("kernel", "filters")
        if name not in said
        and (item.counted if name == "filters" else "kernel_size" in item.options)
    ]
    if not lacks:
        return ""
    if item.has_units:
        return f"a fully connected layer has units; {how_to_write(item)}"
    if not item.counted:
        what = (
            "a pool has a window"
            if item.cls and item.cls.family == "pool"
            else "a depthwise convolution has a kernel"
        )
        return f"{what}; {how_to_write(item)}"
    return f"a convolution has a kernel and filters; {how_to_write(item)}"


def how_to_write(item: Item) -> str:
    """How to write a layer."""
    if item.has_units:
        return "write FC-10"
    if not item.counted and item.cls and item.cls.family == "conv":
        return "write 3x3 depthwise conv, stride 1, pad 1"
    if not item.counted:
        return "write POOL-2, or POOL-3-2 for a window of 3 and a stride of 2"
    return "write CONV-3-64, or 3x3 conv, 64, stride 1, pad 1"


def stack_of(text: str) -> list[Written]:
    """The fully connected layers of a text that has only sizes, such as ``784-128-10``; empty for others."""
    cls = get_kind("linear")
    return [
        Written(text, cls, {"out_features": str(size)}, called=f"FC-{size}", reads=before, reads_values=True)
        for before, size in pairwise(stack_sizes(text))
    ]  # fmt: skip
