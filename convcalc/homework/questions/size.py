"""Questions about sizes: what comes out, does it fit, which padding, how many layers."""

from __future__ import annotations

from typing import Any, ClassVar

from convcalc import formulas
from convcalc.homework.answers.types import COUNT, FIT, SIZE, Misfit, Volume
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError, Ints, Sizes, axes_of, each
from convcalc.homework.questions.meaning import (
    Dilation,
    Fit,
    Order,
    OutputPadding,
    Padding,
    PaddingMeaning,
    SameMeaning,
    Zeros,
    ZerosPerAxis,
    default,
)
from convcalc.homework.questions.quantities import (
    Keep,
    Padded,
    Same,
    SamePad,
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

_SIZE_RULE = (
    "Along each axis: ⌊(n + 2p − k)/s⌋ + 1; a kernel with dilation d covers d·(k − 1) + 1 cells."
)
_TRANSPOSED_RULE = (
    "A transposed convolution makes the input larger: (n − 1)·s − 2p + d·(k − 1) + 1."
)


def _windows(task: Any, *, pool: bool = False, stride: Ints | None = None) -> Windows:
    """The windows of a task with n, k and perhaps s, p and d."""
    s = stride if stride is not None else task.s
    p = task.p.given
    dims = axes_of(task.n, task.k, s, p if isinstance(p, tuple) else None)
    axes = dims or 2
    along = axes_of_window(task.n, task.k, s, task.p, getattr(task, "d", 1), axes=axes)
    written = task.given().get("d")
    return Windows(
        along,
        pool=pool,
        given=each(p, axes) if not isinstance(p, str) else (0,) * axes,
        fit=task.fit,
        same=p == "same",
        dilation=along[0].d if written is None else written,
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

    rule: ClassVar = _SIZE_RULE
    topic: ClassVar = "size"
    answer_type: ClassVar = SIZE

    n: Any
    k: Any
    fit: Fit

    def check(self) -> None:
        axes_of(self.n, self.k)

    def gaps(self, given: set[str]) -> list[str]:
        left = []
        if "p" not in given:
            left.append("no padding given, 0 is used; add p: 0")
        if "s" not in given:
            left.append("no stride given, 1 is used; add s: 1")
        return left

    def parts(self) -> list[Part]:
        quantities = _windows(self)
        return [Part.of(self.answer_type, self.topic, quantities, sizes, formula_text(quantities))]

    def window_words(self) -> str:
        """The options of the window."""
        task: Any = self
        return options(stride=task.s, padding=task.p.shown, dilation=self.given().get("d"))


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
    p: Padding = default(0)
    d: Dilation = default(None)

    def sentence(self) -> str:
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
    d: Dilation
    s: Sizes = 1
    p: Padding = default(0)

    def sentence(self) -> str:
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
    p: Padding = default(0)
    d: Dilation = default(None)

    def sentence(self) -> str:
        return f"Does a {by(self.k)} filter{self.window_words()} fit a {by(self.n)} input, and what is the output size?"

    def accepts(self) -> list[Any]:
        """Where sizes are rounded down, "does not fit" is a right answer to the question too."""
        quantities = _windows(self)
        wrong = [axis for axis in quantities.axes if not axis.fits]
        return [Misfit(wrong[0].unrounded)] if wrong else []


@question("volume")
class VolumeTask(_Window):
    """The output volume of a convolution: height, width and channels."""

    about: ClassVar = "output volume"
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
    p: Padding = default(0)
    d: Dilation = default(None)
    order: Order

    def sentence(self) -> str:
        return (
            f"{plural(self.filters, 'filter')} of {by(self.k)}{self.window_words()} "
            f"{'slides' if self.filters == 1 else 'slide'} over a {by(self.n)}×{self.c_in} input. "
            "What is the output volume?"
        )

    def parts(self) -> list[Part]:
        quantities = _windows(self)._replace(
            c_in=self.c_in, filters=self.filters, volume=True, order=self.order
        )
        return [
            Part.of(
                Volume(volume_words(self.order), self.order),
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
    p: Padding = default(0)
    fit: Fit
    order: Order

    def sentence(self) -> str:
        what = "volume" if self.c_in else "size"
        depth = f"×{self.c_in}" if self.c_in else ""
        more = options(stride=self.s, padding=self.p.shown)
        return f"What is the output {what} of a {by(self.k)} pool{more} on a {by(self.n)}{depth} input?"

    def parts(self) -> list[Part]:
        quantities = _windows(self, pool=True, stride=self.s if self.s is not None else self.k)
        if self.c_in is None:
            return [Part.of(SIZE, "size", quantities, sizes, formula_text(quantities))]
        quantities = quantities._replace(
            c_in=self.c_in, filters=self.c_in, volume=True, order=self.order
        )
        return [
            Part.of(
                Volume(volume_words(self.order), self.order),
                "volume",
                quantities,
                sizes,
                formula_text(quantities),
            )
        ]


@question("padded-volume")
class PaddedVolume(Task):
    """A volume after zeros are added around it."""

    about: ClassVar = "volume after padding"
    partial: ClassVar = "parts"
    rule: ClassVar = (
        "Padding is added at both ends of the height and of the width; the channels stay the same."
    )
    examples: ClassVar = ({"n": 20, "p": 3, "c_in": 5}, {"n": 11, "p": 1, "c_in": 6})

    n: Sizes
    p: ZerosPerAxis
    c_in: Count
    order: Order

    def sentence(self) -> str:
        padding = by(self.p.given) if isinstance(self.p.given, tuple) else self.p.given
        return f"A {by(self.n)}×{self.c_in} input gets a padding of {padding}. What is its volume then?"

    def parts(self) -> list[Part]:
        p = self.p.given
        axes = axes_of(self.n, p) or 2
        quantities = Padded(
            each(self.n, axes),
            tuple([before + after for before, after in self.p.sides(axes)]),
            each(p, axes) if not isinstance(p, str) else (),
            self.c_in,
            self.order,
        )
        return [
            Part.of(
                Volume(volume_words(self.order), self.order),
                "padded",
                quantities,
                padded_volume,
                f"{quantities.n[0]} + {quantities.added_text}; depth as before",
            )
        ]


@question("pad-to-keep")
class PadToKeep(Task):
    """The padding that keeps the size at stride 1."""

    about: ClassVar = "padding that keeps the size"
    rule: ClassVar = "At stride 1 a window removes k − 1 cells; padding adds them again, half on each side: (k − 1)/2."
    examples: ClassVar = ({"k": 9}, {"k": 11}, {"k": 3, "d": 4})

    k: Sizes
    s: Sizes = 1
    d: Dilation = default(None)
    n: Count | None = None
    total: PaddingMeaning

    def check(self) -> None:
        if self.s not in (1, (1, 1)):
            raise GivenError(
                "s",
                f"with stride {self.s} no padding keeps the size of every input; use type: same-padding",
            )
        if isinstance(self.k, tuple) and len(set(self.k)) > 1:
            raise GivenError("k", "asks for one padding; give a square kernel")

    def sentence(self) -> str:
        written = self.written("d")
        dilation = "" if written is None else f" and dilation {written}"
        return f"Which padding keeps the size of the input for a {by(self.k)} filter with stride 1{dilation}?"

    def parts(self) -> list[Part]:
        k = self.k[0] if isinstance(self.k, tuple) else self.k
        quantities = Keep(self.n or 0, k, self.d, self.total)
        span = formulas.effective_kernel(k, self.d)
        method = f"{span} − 1" if self.total else f"({span} − 1)/2"
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

    def sentence(self) -> str:
        return f'An input of size {self.n} has "same" padding, kernel {self.k} and stride {self.s}. What is the output size?'

    def parts(self) -> list[Part]:
        quantities = Same(self.n, self.s, self.k)
        return [Part.of(SIZE, "same", quantities, same_size, f"⌈{self.n}/{self.s}⌉")]


@question("same-padding")
class SamePadding(Parted):
    """The zeros that "same" padding adds: in total, before and after."""

    about: ClassVar = 'zeros that "same" padding adds'
    rule: ClassVar = (
        "In total max((⌈n/s⌉ − 1)·s + k − n, 0); if this is odd, the extra zero goes to the end."
    )
    examples: ClassVar = ({"n": 50, "k": 7, "s": 2}, {"n": 21, "k": 5, "s": 3})

    n: Count
    k: Count
    s: Count = 1
    symmetric: SameMeaning

    def setting(self) -> str:
        return f'An input of size {self.n} has "same" padding, kernel {self.k} and stride {self.s}.'

    def asks(self) -> dict[str, str]:
        return {
            "total": "How many zeros are added in total?",
            "before": "How many zeros are added before the input?",
            "after": "How many zeros are added after the input?",
        }

    def every_part(self) -> list[Part]:
        total = (
            formulas.full_padding(self.k, 1)
            if self.symmetric
            else formulas.same_padding(self.n, self.k, self.s, 1)
        )
        method = (
            f"{self.k} − 1"
            if self.symmetric
            else f"(⌈{self.n}/{self.s}⌉ − 1)·{self.s} + {self.k} − {self.n}"
        )
        values = {"total": total, "before": total // 2, "after": total - total // 2}
        numbers = SamePad(self.n, self.k, self.s, 1, total)
        return [
            Part(name, COUNT, value, f"same-{name}", numbers, label=name, method=method)
            for name, value in values.items()
        ]


@question("transposed-size")
class TransposedSize(Task):
    """The output size of a transposed convolution."""

    about: ClassVar = "output size of a transposed convolution"
    rule: ClassVar = _TRANSPOSED_RULE
    examples: ClassVar = (
        {"n": 6, "k": 5, "s": 3, "p": 2}, {"n": 9, "k": 4, "s": 2, "p": 1},
    )  # fmt: skip

    n: Count
    k: Count
    s: Count = 1
    p: Zeros = default(0)
    d: Dilation = default(None)
    a: OutputPadding = default(None)

    def check(self) -> None:
        if transposed_size(self.quantities()) < 1:
            raise GivenError("p", f"padding {self.p.given} removes everything; use less")

    def quantities(self) -> Transposed:
        """The numbers behind; an odd total of padding removes one more cell at the end."""
        ((before, after),) = self.p.sides(1)
        return Transposed(self.n, self.k, self.s, before, self.d, self.a, after - before)

    def sentence(self) -> str:
        more = options(
            stride=self.s,
            padding=self.p.shown,
            dilation=self.written("d"),
            output_padding=self.written("a"),
        )
        return f"What is the output size of a transposed {by(self.k)} convolution{more} on a {by(self.n)} input?"

    def parts(self) -> list[Part]:
        quantities = self.quantities()
        method = (
            f"({quantities.n} − 1)·{quantities.s} − 2·{quantities.p} + {formulas.effective_kernel(quantities.k, quantities.d)}"
            + (f" + {quantities.a}" if quantities.a else "")
            + (f" − {quantities.more}" if quantities.more else "")
        )
        return [Part.of(SIZE, "transposed", quantities, transposed_size, method)]
