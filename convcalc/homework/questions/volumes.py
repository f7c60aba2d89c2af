"""Questions about volumes: the output of a convolution, a pool or padding, with the channels."""

from __future__ import annotations

from typing import Any, ClassVar

from convcalc.homework.answers.types import Volume
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, Sizes, axes_of, each
from convcalc.homework.questions.meaning import (
    Dilation,
    Fit,
    Order,
    Padding,
    ZerosPerAxis,
    default,
)
from convcalc.homework.questions.quantities import Padded, Windows, padded_volume, sizes
from convcalc.homework.questions.size import SIZE_RULE, WindowTask, formula_text, windows_of
from convcalc.homework.questions.words import by, options, volume, volume_words
from convcalc.text import plural


def _volume_part(task: Any, windows: Windows, maps: tuple[int, int], remark: str = "") -> Part:
    """The part that asks for the volume of a window's output.

    Args:
        task: the question, with its axes and the sheet's order.
        windows: the windows along the axes.
        maps: the input and output channels.
        remark: the method's remark on the channels.
    """
    words, sides = volume_words(task.order, task.axes), task.axes + 1
    form = Volume(words, task.order, sides, may_not_fit=task.may_not_fit)
    quantities = windows._replace(c_in=maps[0], filters=maps[1], volume=True, order=task.order)
    return Part.of(form, "volume", quantities, sizes, f"{formula_text(quantities)}{remark}")


@question("volume")
class VolumeTask(WindowTask):
    """The output volume of a convolution: height, width and channels."""

    partial: ClassVar = "parts"
    rule: ClassVar = SIZE_RULE + " The depth is the number of filters."
    examples: ClassVar = (
        {"n": 20, "k": 3, "s": 1, "p": 0, "c_in": 4, "filters": 7},
        {"n": 50, "k": 8, "s": 3, "p": 0, "c_in": 2, "filters": 9},
        {"n": 61, "k": 11, "s": 2, "p": 0, "c_in": 1, "filters": 22},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    filters: Count
    c_in: Count = 3
    s: Sizes = 1
    p: Padding = default(0)
    d: Dilation = default(None)
    order: Order

    def sentence(self) -> str:
        return (
            f"{plural(self.filters, 'filter')} of {by(self.k, self.axes)}{self.window_words()} "
            f"{'slides' if self.filters == 1 else 'slide'} over a {volume(self.n, self.axes, self.c_in)} input. "
            "What is the output volume?"
        )

    def parts(self) -> list[Part]:
        maps = (self.c_in, self.filters)
        return [_volume_part(self, windows_of(self), maps, "; depth = filters")]


@question("pool-volume")
class PoolVolume(WindowTask):
    """The output volume of a pool; its stride is the window size unless it is given."""

    partial: ClassVar = "parts"
    rule: ClassVar = (
        SIZE_RULE
        + " A pool works on each channel separately; its stride is its window size unless it is given."
    )
    examples: ClassVar = (
        {"n": 24, "k": 3, "c_in": 8}, {"n": 40, "k": 4, "c_in": 5},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    c_in: Count | None = None
    s: Sizes | None = None
    p: Padding = default(0)
    fit: Fit
    order: Order

    def sentence(self) -> str:
        what = "volume" if self.c_in else "size"
        image = volume(self.n, self.axes, self.c_in) if self.c_in else by(self.n, self.axes)
        more = options(stride=self.s, padding=self.p.shown)
        return (
            f"What is the output {what} of a {by(self.k, self.axes)} pool{more} on a {image} input?"
        )

    def gaps(self, given: set[str]) -> list[str]:
        return []

    def parts(self) -> list[Part]:
        quantities = windows_of(self, pool=True, stride=self.s if self.s is not None else self.k)
        if self.c_in is None:
            return [Part.of(self.answer_type(), "size", quantities, sizes, formula_text(quantities))]  # fmt: skip
        return [_volume_part(self, quantities, (self.c_in, self.c_in))]


@question("padded-volume")
class PaddedVolume(Task):
    """A volume after zeros are added around it."""

    partial: ClassVar = "parts"
    rule: ClassVar = (
        "Padding is added at both ends of the height and of the width; the channels stay the same."
    )
    examples: ClassVar = ({"n": 20, "p": 3, "c_in": 5}, {"n": 11, "p": 1, "c_in": 6})

    n: Sizes
    p: ZerosPerAxis
    c_in: Count
    order: Order

    def check(self) -> None:
        self.axes  # noqa: B018 - numbers for different axes are refused here

    @property
    def axes(self) -> int:
        """How many axes the input has."""
        return axes_of(self.n, self.p.given) or 2

    def sentence(self) -> str:
        padding = "×".join(map(str, self.p.numbers))
        return f"A {volume(self.n, self.axes, self.c_in)} input gets a padding of {padding}. What is its volume then?"

    def parts(self) -> list[Part]:
        p, axes = self.p.given, self.axes
        quantities = Padded(
            each(self.n, axes),
            tuple([before + after for before, after in self.p.sides(axes)]),
            each(p, axes) if not isinstance(p, str) else (),
            self.c_in,
            self.order,
        )
        return [
            Part.of(
                Volume(volume_words(self.order, axes), self.order, axes + 1),
                "padded",
                quantities,
                padded_volume,
                f"{quantities.n[0]} + {quantities.added_text}; depth as before",
            )
        ]
