"""Questions about sizes: output size, whether a window fits, padding, number of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from convcalc import formulas
from convcalc.homework.answers.types import COUNT, FIT, SIZE, AnswerType, Misfit, Size
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.axes import alike, per_axis, sides_part
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import GivenError, Ints, Sizes, axes_of, each
from convcalc.homework.questions.meaning import (
    Dilation,
    Fit,
    OutputPadding,
    Padding,
    PaddingMeaning,
    SameMeaning,
    ZerosPerAxis,
    default,
)
from convcalc.homework.questions.quantities import (
    Axis,
    Keep,
    Same,
    SamePad,
    Transposed,
    Windows,
    axes_of_window,
    output_sides,
    padding_to_keep,
    same_size,
    sizes,
    transposed_size,
)
from convcalc.homework.questions.words import by, options
from convcalc.layers.window import Axis as WindowAxis

if TYPE_CHECKING:
    from convcalc.draw import Picture

SIZE_RULE = (
    "Along each axis: ⌊(n + 2p − k)/s⌋ + 1; a kernel with dilation d covers d·(k − 1) + 1 cells."
)
_TRANSPOSED_RULE = (
    "A transposed convolution makes the input larger: (n − 1)·s − 2p + d·(k − 1) + 1."
)


def windows_of(task: Any, *, pool: bool = False, stride: Ints | None = None) -> Windows:
    """The windows of a task with n, k and optionally s, p and d."""
    s = stride if stride is not None else task.s
    p = task.p.given
    dims = axes_of(task.n, task.k, s, p)
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
        scalar=not dims or len(set(along)) == 1,
    )


def formula_text(quantities: Windows) -> str:
    """The formula with numbers, rounded like the answer."""
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
        steps = f"({axis.n}{pad} − {axis.effective_kernel})/{axis.s}"
        texts.append(_rounded_as_asked(axis, quantities, steps))
    return ", ".join(texts)


def _rounded_as_asked(axis: Axis, quantities: Windows, steps: str) -> str:
    """The steps of a window along one axis plus 1 for its first position, rounded like the answer."""
    found = output_sides(quantities.axes, quantities.fit, pool=quantities.pool)
    if axis.fits or isinstance(found, Misfit) or not found:  # nothing to round
        return f"{steps} + 1"
    return positions_text(axis, found[quantities.axes.index(axis)], steps)


def positions_text(axis: WindowAxis, size: int, steps: str) -> str:
    """The steps of a window plus 1 for its first position, rounded to a size."""
    if axis.fits:
        return f"{steps} + 1"
    if size == axis.floor:
        return f"⌊{steps}⌋ + 1"
    return f"⌈{steps}⌉ + 1" if size == axis.floor + 1 else f"⌈{steps}⌉"


class WindowTask(Task):
    """A question about one window sliding over an input."""

    rule: ClassVar = SIZE_RULE
    topic: ClassVar = "size"
    n: Any
    k: Any
    s: Any
    p: Any
    fit: Fit

    def check(self) -> None:
        self.axes  # noqa: B018 - numbers for different axes are refused here

    @property
    def axes(self) -> int:
        """How many axes the input has."""
        return axes_of(self.n, self.k, self.s, self.p.given) or 2

    def gaps(self, given: set[str]) -> list[str]:
        left = []
        if "p" not in given:
            left.append("no padding given, 0 is used; add p: 0")
        if "s" not in given:
            left.append("no stride given, 1 is used; add s: 1")
        return left

    @property
    def may_not_fit(self) -> bool:
        """Whether there may be no size; the question looks the same in both cases."""
        return self.fit == "strict"

    def figure(self) -> Picture:
        from convcalc.draw.setting import FirstWindow

        stride = self.k if self.s is None else self.s
        return FirstWindow(windows_of(self, stride=stride).axes)

    def answer_type(self) -> AnswerType:
        """The type of the answer along the axes."""
        return Size(may_not_fit=self.may_not_fit)

    def parts(self) -> list[Part]:
        quantities = windows_of(self)
        return [
            Part.of(self.answer_type(), self.topic, quantities, sizes, formula_text(quantities))
        ]

    def window_words(self) -> str:
        """The options of the window."""
        task: Any = self
        return options(stride=task.s, padding=task.p.shown, dilation=self.given().get("d"))


@question("output-size")
class OutputSize(WindowTask):
    """The output size along an axis (or along each axis, if the axes differ)."""

    examples: ClassVar = (
        {"n": 32, "k": 5}, {"n": 64, "k": 7, "s": 2, "p": 3}, {"n": 19, "k": 4, "s": 3},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    s: Sizes = 1
    p: Padding = default(0)
    d: Dilation = default(None)

    def sentence(self) -> str:
        return f"What is the output size of a {by(self.k, self.axes)} filter{self.window_words()} on a {by(self.n, self.axes)} input?"


@question("dilated-size")
class DilatedSize(WindowTask):
    """The output size with a dilated kernel."""

    examples: ClassVar = (
        {"n": 64, "k": 3, "d": 2, "s": 1, "p": 0}, {"n": 50, "k": 5, "d": 3, "s": 1, "p": 0},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    d: Dilation
    s: Sizes = 1
    p: Padding = default(0)

    def sentence(self) -> str:
        return f"What is the output size of a {by(self.k, self.axes)} filter{self.window_words()} on a {by(self.n, self.axes)} input?"


@question("fit")
class FitTask(WindowTask):
    """Whether the window fits: the output size if it does; "no", or the result of the division, if not."""

    examples: ClassVar = (
        {"n": 33, "k": 5, "s": 2, "p": 0}, {"n": 20, "k": 4, "s": 3, "p": 0},
        {"n": 41, "k": 3, "s": 2, "p": 0},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    s: Sizes = 1
    p: Padding = default(0)
    d: Dilation = default(None)

    def answer_type(self) -> AnswerType:
        return FIT

    def sentence(self) -> str:
        return f"Does a {by(self.k, self.axes)} filter{self.window_words()} fit a {by(self.n, self.axes)} input, and what is the output size?"

    def accepts(self) -> list[Any]:
        """If sizes are rounded down, "does not fit" is also a right answer."""
        quantities = windows_of(self)
        wrong = [axis for axis in quantities.axes if not axis.fits]
        return [Misfit(wrong[0].unrounded)] if wrong else []


@question("pad-to-keep")
class PadToKeep(Task):
    """The padding that keeps the size at stride 1."""

    rule: ClassVar = "At stride 1 a window removes k − 1 cells; padding adds them again, half on each side: (k − 1)/2."
    examples: ClassVar = ({"k": 9}, {"k": 11}, {"k": 3, "d": 4})

    k: Sizes
    s: Sizes = 1
    d: Dilation = default(None)
    n: Sizes | None = None
    total: PaddingMeaning

    def check(self) -> None:
        if set(each(self.s, 1)) != {1}:
            raise GivenError(
                "s",
                f"with stride {'×'.join(map(str, each(self.s, 1)))} no padding keeps the size of every input; use type: same-padding",
            )

    def sentence(self) -> str:
        written = self.written("d")
        dilation = "" if written is None else f" and dilation {written}"
        axes = axes_of(self.n, self.k, self.s) or 2
        return f"Which padding keeps the size of the input for a {by(self.k, axes)} filter with stride 1{dilation}?"

    def parts(self) -> list[Part]:
        along = [Keep(n or 0, k, self.d, self.total) for n, k in alike(self.n, self.k)]
        spans = [formulas.effective_kernel(keep.k, self.d) for keep in along]
        method = ", ".join(f"{span} − 1" if self.total else f"({span} − 1)/2" for span in spans)
        return [per_axis(Size(may_not_fit=True), "keep", along, padding_to_keep, method)]


@question("same-size")
class SameSize(Task):
    """The output size with "same" padding and a stride."""

    rule: ClassVar = '"Same" padding makes the size ⌈n/s⌉.'
    examples: ClassVar = ({"n": 51, "s": 2, "k": 3}, {"n": 100, "s": 3, "k": 5})

    n: Sizes
    s: Sizes = 1
    k: Sizes = 3

    def check(self) -> None:
        axes_of(self.n, self.s, self.k)

    def sentence(self) -> str:
        n, k, s = ("×".join(map(str, each(value, 1))) for value in (self.n, self.k, self.s))
        return f'An input of size {n} has "same" padding, kernel {k} and stride {s}. What is the output size?'

    def parts(self) -> list[Part]:
        along = [Same(n, s, k) for n, s, k in alike(self.n, self.s, self.k)]
        method = ", ".join(f"⌈{axis.n}/{axis.s}⌉" for axis in along)
        return [per_axis(SIZE, "same", along, same_size, method)]


@question("same-padding")
class SamePadding(Parted):
    """The zeros that "same" padding adds: in total, before and after."""

    rule: ClassVar = (
        "In total max((⌈n/s⌉ − 1)·s + k − n, 0); if this is odd, the extra zero goes to the end."
    )
    examples: ClassVar = ({"n": 50, "k": 7, "s": 2}, {"n": 21, "k": 5, "s": 3})

    n: Sizes
    k: Sizes
    s: Sizes = 1
    symmetric: SameMeaning

    def check(self) -> None:
        axes_of(self.n, self.k, self.s)
        super().check()

    def setting(self) -> str:
        n, k, s = ("×".join(map(str, each(value, 1))) for value in (self.n, self.k, self.s))
        return f'An input of size {n} has "same" padding, kernel {k} and stride {s}.'

    def asks(self) -> dict[str, str]:
        axes = axes_of(self.n, self.k, self.s)
        many = "How many zeros are added" + (" along each axis" if axes > 1 else "")
        return {
            "total": f"{many} in total?",
            "before": f"{many} before the input?",
            "after": f"{many} after the input?",
        }

    def every_part(self) -> list[Part]:
        along = alike(self.n, self.k, self.s)
        answer_type = SIZE if axes_of(self.n, self.k, self.s) > 1 else COUNT
        zeros = [self._zeros(*axis) for axis in along]
        found = []
        for name, share in _SHARES.items():
            texts = [_all_or_half(share, self._method(*axis)) for axis in along]
            parts = [
                Part(name, answer_type, _zeros_of(each.total, name), f"same-{name}", each, label=name, method=text)
                for each, text in zip(zeros, texts)
            ]  # fmt: skip
            found.append(parts[0] if len(parts) == 1 else sides_part(parts, ", ".join(texts)))
        return found

    def _zeros(self, n: int, k: int, s: int) -> SamePad:
        """The numbers behind the question along one axis."""
        total = formulas.full_padding(k, 1) if self.symmetric else formulas.same_padding(n, k, s, 1)
        return SamePad(n, k, s, 1, total)

    def _method(self, n: int, k: int, s: int) -> str:
        """The formula of the total zeros along one axis, with numbers."""
        if self.symmetric:
            return f"({k} − 1)"
        missing = f"(⌈{n}/{s}⌉ − 1)·{s} + {k} − {n}"
        return f"({missing})" if (-(-n // s) - 1) * s + k >= n else f"max({missing}, 0)"


def _zeros_of(total: int, name: str) -> int:
    """The total zeros, or those before or after; an odd one goes to the end."""
    return {"total": total, "before": total // 2, "after": total - total // 2}[name]


def _all_or_half(share: str, total: str) -> str:
    """The formula of the total zeros, or of those on one side."""
    if share != "{}":
        return share.format(total)
    return total[1:-1] if total.startswith("(") else total


_SHARES = {"total": "{}", "before": "⌊{}/2⌋", "after": "⌈{}/2⌉"}


@question("transposed-size")
class TransposedSize(Task):
    """The output size of a transposed convolution."""

    rule: ClassVar = _TRANSPOSED_RULE
    examples: ClassVar = (
        {"n": 6, "k": 5, "s": 3, "p": 2}, {"n": 9, "k": 4, "s": 2, "p": 1},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    s: Sizes = 1
    p: ZerosPerAxis = default(0)
    d: Dilation = default(None)
    a: OutputPadding = default(None)

    def check(self) -> None:
        if any(transposed_size(axis) < 1 for axis in self.quantities()):
            padding = "×".join(map(str, self.p.numbers))
            raise GivenError("p", f"padding {padding} removes everything; use less")

    def quantities(self) -> list[Transposed]:
        """The numbers along each axis; an odd total padding removes one more cell at the end."""
        found = []
        for n, k, s, p, a in alike(self.n, self.k, self.s, self.p.given, self.a):
            ((before, after),) = self.p._replace(given=p).sides(1)
            found.append(Transposed(n, k, s, before, self.d, a, after - before))
        return found

    def sentence(self) -> str:
        more = options(
            stride=self.s,
            padding=self.p.shown,
            dilation=self.written("d"),
            output_padding=self.written("a"),
        )
        axes = axes_of(self.n, self.k, self.s, self.p.given, self.a) or 2
        return f"What is the output size of a transposed {by(self.k, axes)} convolution{more} on a {by(self.n, axes)} input?"

    def parts(self) -> list[Part]:
        along = self.quantities()
        method = ", ".join(
            f"({axis.n} − 1)·{axis.s} − 2·{axis.p} + {formulas.effective_kernel(axis.k, axis.d)}"
            + (f" + {axis.a}" if axis.a else "")
            + (f" − {axis.more}" if axis.more else "")
            for axis in along
        )
        return [per_axis(SIZE, "transposed", along, transposed_size, method)]
