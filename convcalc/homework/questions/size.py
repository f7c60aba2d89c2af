"""Questions about sizes: what comes out, does it fit, which padding, how many layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from convcalc import formulas
from convcalc.homework.answers.types import COUNT, FIT, SIZE, Misfit, Volume
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError, Ints, Pad, Sizes, axes_of, each
from convcalc.homework.questions.quantities import (
    Keep,
    Padded,
    Same,
    Transposed,
    Windows,
    axes_of_window,
    padded_volume,
    padding_to_keep,
    same_size,
    sizes,
    transposed_size,
)
from convcalc.homework.questions.words import by, options, volume_words
from convcalc.text import plural

if TYPE_CHECKING:
    from convcalc.homework.conventions import Conventions

_SIZE_RULE = (
    "Along each axis: ⌊(n + 2p − k)/s⌋ + 1; a kernel with dilation d covers d·(k − 1) + 1 cells."
)
_TRANSPOSED_RULE = (
    "A transposed convolution makes the input larger: (n − 1)·s − 2p + d·(k − 1) + 1."
)


def _windows(
    task: Any, c: Conventions, *, pool: bool = False, stride: Ints | None = None
) -> Windows:
    """The windows of a task with n, k and perhaps s, p and d, under the conventions."""
    s = stride if stride is not None else task.s
    p = task.p
    dims = axes_of(task.n, task.k, s, p if isinstance(p, tuple) else None)
    axes = dims or 2
    dilation = getattr(task, "d", None)
    base = int(c.dilation_base)
    d = 1 if dilation is None else dilation + 1 - base
    along = axes_of_window(task.n, task.k, s, p, d, axes=axes, c=c)
    return Windows(
        along,
        pool=pool,
        given=each(p, axes) if not isinstance(p, str) else (0,) * axes,
        fit=c.fit,
        order=c.order if c.order != "nchw" else "chw",
        same=p == "same",
        dilation=dilation if dilation is not None else base,
        scalar=not dims,
    )


def formula_text(quantities: Windows) -> str:
    """The formula with the numbers in it."""
    texts = []
    for axis in dict.fromkeys(quantities.axes):
        pads = axis.before + axis.after
        pad = (
            f" + 2·{axis.before}"
            if pads and axis.before == axis.after
            else f" + {pads}"
            if pads
            else ""
        )
        texts.append(f"({axis.n}{pad} − {axis.effective_kernel})/{axis.s} + 1")
    return ", ".join(texts)


class _Window(Task):
    """A question about one window sliding over an input."""

    depends_on: ClassVar[tuple[str, ...]] = ("fit", "padding", "dilation_base", "same")
    rule: ClassVar = _SIZE_RULE
    topic: ClassVar = "size"
    answer_type: ClassVar = SIZE

    n: Any
    k: Any

    def check(self) -> None:
        axes_of(self.n, self.k)

    def gaps(self, given: set[str]) -> list[str]:
        left = []
        if "p" not in given:
            left.append("no padding given, 0 is used; add p: 0")
        if "s" not in given:
            left.append("no stride given, 1 is used; add s: 1")
        return left

    def parts(self, c: Conventions) -> list[Part]:
        quantities = _windows(self, c)
        return [Part.of(self.answer_type, self.topic, quantities, sizes, formula_text(quantities))]

    def window_words(self) -> str:
        """The options of the window."""
        task: Any = self
        padding = None if task.p == 0 else task.p
        return options(stride=task.s, padding=padding, dilation=getattr(task, "d", None))


@question("output-size")
class OutputSize(_Window):
    """The output size along an axis (or along each axis, where they differ)."""

    about: ClassVar = "output size"
    examples: ClassVar = (
        {"n": 32, "k": 5}, {"n": 64, "k": 7, "s": 2, "p": 3}, {"n": 19, "k": 4, "s": 3},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    s: Sizes = 1
    p: Pad = 0
    d: int | None = None

    def sentence(self, c: Conventions) -> str:
        return f"What is the output size of a {by(self.k)} filter{self.window_words()} on a {by(self.n)} input?"


@question("dilated-size")
class DilatedSize(_Window):
    """The output size with a dilated kernel."""

    about: ClassVar = "output size with a dilated kernel"
    examples: ClassVar = (
        {"n": 64, "k": 3, "d": 2, "s": 1, "p": 0}, {"n": 50, "k": 5, "d": 3, "s": 1, "p": 0},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    d: int
    s: Sizes = 1
    p: Pad = 0

    def sentence(self, c: Conventions) -> str:
        return f"What is the output size of a {by(self.k)} filter{self.window_words()} on a {by(self.n)} input?"


@question("fit")
class FitTask(_Window):
    """Whether the window fits: the output size if it does; "no", or the result of the division, if not."""

    about: ClassVar = "does the window fit, and what is the output size"
    answer_type: ClassVar = FIT
    examples: ClassVar = (
        {"n": 33, "k": 5, "s": 2, "p": 0}, {"n": 20, "k": 4, "s": 3, "p": 0},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    s: Sizes = 1
    p: Pad = 0
    d: int | None = None

    def sentence(self, c: Conventions) -> str:
        return f"Does a {by(self.k)} filter{self.window_words()} fit a {by(self.n)} input, and what is the output size?"

    def accepts(self, c: Conventions) -> list[Any]:
        """Where sizes are rounded down, "does not fit" is a right answer to the question too."""
        quantities = _windows(self, c)
        wrong = [axis for axis in quantities.axes if not axis.fits]
        return [Misfit(wrong[0].unrounded)] if wrong else []


@question("volume")
class VolumeTask(_Window):
    """The output volume of a convolution: height, width and channels."""

    about: ClassVar = "output volume"
    depends_on: ClassVar[tuple[str, ...]] = ("fit", "padding", "dilation_base", "same", "order")
    partial: ClassVar = "parts"
    rule: ClassVar = _SIZE_RULE + " The depth is the number of filters."
    examples: ClassVar = (
        {"n": 20, "k": 3, "s": 1, "p": 0, "c_in": 4, "filters": 7},
        {"n": 50, "k": 8, "s": 3, "p": 0, "c_in": 2, "filters": 9},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    filters: Count
    c_in: Count = 3
    s: Sizes = 1
    p: Pad = 0
    d: int | None = None

    def sentence(self, c: Conventions) -> str:
        return (
            f"{plural(self.filters, 'filter')} of {by(self.k)}{self.window_words()} "
            f"{'slides' if self.filters == 1 else 'slide'} over a {by(self.n)}×{self.c_in} input. "
            "What is the output volume?"
        )

    def parts(self, c: Conventions) -> list[Part]:
        quantities = _windows(self, c)._replace(c_in=self.c_in, filters=self.filters, volume=True)
        return [
            Part.of(
                Volume(volume_words(c.order)),
                "volume",
                quantities,
                sizes,
                f"{formula_text(quantities)}; depth = filters",
            )
        ]


@question("pool-volume")
class PoolVolume(Task):
    """The output volume of a pool; its stride is the window size unless it is given."""

    about: ClassVar = "volume after a pool"
    depends_on: ClassVar[tuple[str, ...]] = ("fit", "padding", "order")
    partial: ClassVar = "parts"
    rule: ClassVar = (
        _SIZE_RULE
        + " A pool works on each channel separately; its stride is its window size unless it is given."
    )
    examples: ClassVar = (
        {"n": 24, "k": 3, "c_in": 8}, {"n": 40, "k": 4, "c_in": 5},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    c_in: Count | None = None
    s: Sizes | None = None
    p: Pad = 0

    def sentence(self, c: Conventions) -> str:
        what = "volume" if self.c_in else "size"
        depth = f"×{self.c_in}" if self.c_in else ""
        more = options(stride=self.s, padding=self.p or None)
        return f"What is the output {what} of a {by(self.k)} pool{more} on a {by(self.n)}{depth} input?"

    def parts(self, c: Conventions) -> list[Part]:
        quantities = _windows(self, c, pool=True, stride=self.s if self.s is not None else self.k)
        if self.c_in is None:
            return [Part.of(SIZE, "size", quantities, sizes, formula_text(quantities))]
        quantities = quantities._replace(c_in=self.c_in, filters=self.c_in, volume=True)
        return [
            Part.of(
                Volume(volume_words(c.order)), "volume", quantities, sizes, formula_text(quantities)
            )
        ]


@question("padded-volume")
class PaddedVolume(Task):
    """A volume after zeros are added around it."""

    about: ClassVar = "volume after padding"
    depends_on: ClassVar[tuple[str, ...]] = ("padding", "order")
    partial: ClassVar = "parts"
    rule: ClassVar = (
        "Padding is added at both ends of the height and of the width; the channels stay the same."
    )
    examples: ClassVar = ({"n": 20, "p": 3, "c_in": 5}, {"n": 11, "p": 1, "c_in": 6})

    n: Sizes
    p: Ints
    c_in: Count

    def sentence(self, c: Conventions) -> str:
        padding = by(self.p) if isinstance(self.p, tuple) else self.p
        return f"A {by(self.n)}×{self.c_in} input gets a padding of {padding}. What is its volume then?"

    def parts(self, c: Conventions) -> list[Part]:
        axes = axes_of(self.n, self.p) or 2
        quantities = Padded(
            each(self.n, axes),
            each(self.p, axes),
            self.c_in,
            c.order if c.order == "hwc" else "chw",
            c.padding == "total",
        )
        return [
            Part.of(
                Volume(volume_words(c.order)),
                "padded",
                quantities,
                padded_volume,
                f"{quantities.n[0]} + 2·{quantities.p[0]}; depth as before",
            )
        ]


@question("pad-to-keep")
class PadToKeep(Task):
    """The padding that keeps the size at stride 1."""

    about: ClassVar = "padding that keeps the size"
    depends_on: ClassVar[tuple[str, ...]] = ("padding", "dilation_base")
    rule: ClassVar = "At stride 1 a window removes k − 1 cells; padding adds them again, half on each side: (k − 1)/2."
    examples: ClassVar = ({"k": 9}, {"k": 11}, {"k": 3, "d": 4})

    k: Sizes
    s: Sizes = 1
    d: int | None = None
    n: Count | None = None

    def check(self) -> None:
        if self.s not in (1, (1, 1)):
            raise GivenError(
                "s",
                f"with stride {self.s} no padding keeps the size of every input; use type: same-padding",
            )
        if isinstance(self.k, tuple) and len(set(self.k)) > 1:
            raise GivenError("k", "asks for one padding; give a square kernel")

    def sentence(self, c: Conventions) -> str:
        dilation = f" and dilation {self.d}" if self.d is not None else ""
        return f"Which padding keeps the size of the input for a {by(self.k)} filter with stride 1{dilation}?"

    def parts(self, c: Conventions) -> list[Part]:
        k = self.k[0] if isinstance(self.k, tuple) else self.k
        d = 1 if self.d is None else self.d + 1 - int(c.dilation_base)
        quantities = Keep(self.n or 0, k, d, c.padding == "total")
        span = formulas.effective_kernel(k, d)
        method = f"({span} − 1)/2" if c.padding != "total" else f"{span} − 1"
        return [Part.of(SIZE, "keep", quantities, padding_to_keep, method)]


@question("same-size")
class SameSize(Task):
    """The output size with "same" padding and a stride."""

    about: ClassVar = 'output size with "same" padding'
    rule: ClassVar = '"Same" padding makes the size ⌈n/s⌉.'
    examples: ClassVar = ({"n": 51, "s": 2, "k": 3}, {"n": 100, "s": 3, "k": 5})

    n: Count
    s: Count = 1
    k: Count = 3

    def sentence(self, c: Conventions) -> str:
        return f'An input of size {self.n} has "same" padding, kernel {self.k} and stride {self.s}. What is the output size?'

    def parts(self, c: Conventions) -> list[Part]:
        quantities = Same(self.n, self.s, self.k)
        return [Part.of(SIZE, "same", quantities, same_size, f"⌈{self.n}/{self.s}⌉")]


@question("same-padding")
class SamePadding(Task):
    """The zeros that "same" padding adds: in total, before and after."""

    about: ClassVar = 'zeros that "same" padding adds'
    rule: ClassVar = (
        "In total max((⌈n/s⌉ − 1)·s + k − n, 0); if this is odd, the extra zero goes to the end."
    )
    examples: ClassVar = ({"n": 50, "k": 7, "s": 2}, {"n": 21, "k": 5, "s": 3})

    n: Count
    k: Count
    s: Count = 1

    def sentence(self, c: Conventions) -> str:
        return (
            f'How many zeros does "same" padding add to an input of size {self.n} for kernel {self.k} and '
            f"stride {self.s}: in total (total), before (before) and after (after)?"
        )

    def parts(self, c: Conventions) -> list[Part]:
        total = formulas.same_padding(self.n, self.k, self.s, 1)
        method = f"(⌈{self.n}/{self.s}⌉ − 1)·{self.s} + {self.k} − {self.n}"
        values = {"total": total, "before": total // 2, "after": total - total // 2}
        return [
            Part(name, COUNT, value, label=name, method=method) for name, value in values.items()
        ]


@question("transposed-size")
class TransposedSize(Task):
    """The output size of a transposed convolution."""

    about: ClassVar = "output size of a transposed convolution"
    depends_on: ClassVar[tuple[str, ...]] = ("transposed_out_pad",)
    rule: ClassVar = _TRANSPOSED_RULE
    examples: ClassVar = (
        {"n": 6, "k": 5, "s": 3, "p": 2}, {"n": 9, "k": 4, "s": 2, "p": 1},
    )  # fmt: skip

    n: Count
    k: Count
    s: Count = 1
    p: int = 0
    d: Count = 1
    a: int | None = None

    def check(self) -> None:
        if transposed_size(Transposed(self.n, self.k, self.s, self.p, self.d, self.a or 0)) < 1:
            raise GivenError("p", f"padding {self.p} removes everything; use less")

    def sentence(self, c: Conventions) -> str:
        more = options(
            stride=self.s,
            padding=self.p or None,
            dilation=self.d if self.d > 1 else None,
            output_padding=self.a,
        )
        return f"What is the output size of a transposed {by(self.k)} convolution{more} on a {by(self.n)} input?"

    def parts(self, c: Conventions) -> list[Part]:
        quantities = Transposed(self.n, self.k, self.s, self.p, self.d, self.a or 0)
        if self.a is None and c.transposed_out_pad == "match":
            short = self.n * self.s - transposed_size(quantities)
            quantities = quantities._replace(a=max(0, min(short, self.s - 1)))
        method = (
            f"({quantities.n} − 1)·{quantities.s} − 2·{quantities.p} + {formulas.effective_kernel(quantities.k, quantities.d)}"
            + (f" + {quantities.a}" if quantities.a else "")
        )
        return [Part.of(SIZE, "transposed", quantities, transposed_size, method)]
