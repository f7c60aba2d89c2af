"""Questions by hand about gradients, single windows, and what a kernel does to an image."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from convcalc.homework.answers.rounded import NUMBER
from convcalc.homework.answers.text_types import WORD
from convcalc.homework.answers.types import MATRIX, PAIR, SIZE, Volume
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.exact import (
    STRICT_MISFIT,
    as_int_if_whole,
    exact,
    gradients,
    need_small,
    need_writable,
    turned,
)
from convcalc.homework.questions.given import Count, GivenError, Rows, Sizes, axes_of, each
from convcalc.homework.questions.meaning import Fit, Flip, Zeros, default
from convcalc.homework.questions.quantities import Axis
from convcalc.homework.questions.words import by, options


class Grad(NamedTuple):
    """A convolution and the gradient of its output.

    Attributes:
        x, w, g: the input, the kernel as it slides, the gradient of the output.
        s, p: the stride, and the zeros before and after along each axis.
        flipped: whether the kernel was flipped to slide.
        which: the gradient that is asked for: dw, dx or db.
    """

    x: Rows
    w: Rows
    g: Rows
    s: int
    p: tuple[tuple[int, int], ...]
    flipped: bool
    which: str


def gradient(quantities: Grad) -> Any:
    """dw, dx or db; None where the gradient does not have the shape of the output."""
    x, w, g = (exact([each]) for each in (quantities.x, quantities.w, quantities.g))
    try:
        found = gradients(x, w, g, stride=quantities.s, padding=quantities.p)
    except ValueError:
        return None
    if quantities.which == "db":
        return found.b.rows()[0][0]
    if quantities.which == "dx":
        return found.x.rows()
    dw = found.w.rows()
    return tuple([row[::-1] for row in dw[::-1]]) if quantities.flipped else dw


@question("gradient")
class Gradient(Parted):
    """The gradients of a small convolution: of the kernel (dw), of the input (dx), of the bias (db)."""

    about: ClassVar = "gradients of a convolution by hand"
    partial: ClassVar = "parts"
    rule: ClassVar = "dw: slide the gradient over the input. dx: add each gradient value times the kernel, at the place that the window read. db: add up the gradient."
    examples: ClassVar = (
        {"x": [[1, 2, 0], [3, 1, 2], [0, 1, 4]], "w": [[1, 0], [2, 3]], "g": [[1, 2], [0, 1]]},
        {"x": [[2, 1, 5], [0, 3, 1], [1, 1, 2]], "w": [[4, 1], [0, 2]], "g": [[0, 1], [3, 1]]},
    )

    x: Rows
    w: Rows
    g: Rows
    s: Count = 1
    p: Zeros = default(0)
    flip: Flip = default(None)
    fit: Fit

    def check(self) -> None:
        need_small(self.p.sides(2), x=[self.x], w=[self.w], g=[self.g])
        if self.fit == "strict" and any(axis.unrounded.denominator != 1 for axis in self.axes()):
            raise GivenError("", STRICT_MISFIT)
        if (
            gradient(Grad(self.x, self.kernel(), self.g, self.s, self.p.sides(2), self.flip, "dw"))
            is None
        ):
            raise GivenError(
                "g", "does not have the shape of the output; give one number for each output value"
            )
        super().check()

    def axes(self) -> tuple[Axis, ...]:
        """The window along the height and the width."""
        sizes = zip((len(self.x), len(self.x[0])), (len(self.w), len(self.w[0])), self.p.sides(2))
        return tuple([Axis(n, k, self.s, *pads) for n, k, pads in sizes])

    def kernel(self) -> Rows:
        """The kernel as it slides over the input."""
        return turned((self.w,))[0] if self.flip else self.w

    def setting(self) -> str:
        more = options(stride=self.s if self.s > 1 else None, padding=self.p.shown)
        return (
            f"The input is x = {MATRIX.text(self.x)}, the kernel w = {MATRIX.text(self.w)}{more}, the gradient of "
            f"the output {MATRIX.text(self.g)}."
        )

    def asks(self) -> dict[str, str]:
        return {
            "dw": "What is the gradient of the kernel?",
            "dx": "What is the gradient of the input?",
            "db": "What is the gradient of the bias?",
        }

    def every_part(self) -> list[Part]:
        found = []
        for which in self.asked:
            quantities = Grad(
                self.x, self.kernel(), self.g, self.s, self.p.sides(2), self.flip, which
            )
            expected = gradient(quantities)
            need_writable(expected)
            answer_type = NUMBER if which == "db" else MATRIX
            found.append(
                Part(
                    which,
                    answer_type,
                    expected,
                    f"gradient-{which}",
                    quantities,
                    gradient,
                    which,
                    "follow the rule above",
                )
            )
        return found


_CUBE = Volume("depth × height × width")


@question("shape-of-gradient")
class ShapeOfGradient(Task):
    """The shape of a gradient: that of the array it belongs to (`of`: w or x)."""

    about: ClassVar = "shape of a gradient"
    rule: ClassVar = "A gradient has the same shape as the array it belongs to."
    examples: ClassVar = ({"n": 10, "k": 5}, {"n": 8, "k": 3, "of": "x"})

    n: Sizes
    k: Sizes
    of: str = "w"

    @property
    def axes(self) -> int:
        """How many axes the input has."""
        return axes_of(self.n, self.k) or 2

    def check(self) -> None:
        self.axes  # noqa: B018 - numbers for different axes are refused here
        if self.of not in ("w", "x"):
            raise GivenError("of", "must be w or x")

    def sentence(self) -> str:
        of = "kernel" if self.of == "w" else "input"
        return (
            f"A {by(self.k, self.axes)} kernel slides over a {by(self.n, self.axes)} input. "
            f"What is the shape of the gradient with respect to the {of}?"
        )

    def parts(self) -> list[Part]:
        shape = each(self.k if self.of == "w" else self.n, self.axes)
        answer_type = {1: SIZE, 2: PAIR, 3: _CUBE}[self.axes]
        expected = shape[0] if self.axes == 1 else shape
        topic = "gradient-shape" if self.axes == 2 else ""
        method = "the shape of the array it belongs to"
        return [Part("", answer_type, expected, topic, self, method=method)]


@question("dot-product")
class DotProduct(Task):
    """One window times one kernel, added up."""

    about: ClassVar = "one window times one kernel"
    rule: ClassVar = "Multiply cell by cell and add everything up."
    examples: ClassVar = (
        {"x": [[1, 2], [3, 4]], "w": [[2, 0], [1, 5]]},
        {"x": [[0, 3], [7, 1]], "w": [[1, 1], [2, 3]]},
    )

    x: Rows
    w: Rows

    def check(self) -> None:
        if len(self.x) != len(self.w) or len(self.x[0]) != len(self.w[0]):
            raise GivenError("w", "must have the shape of x")
        need_small(x=[self.x], w=[self.w])

    def sentence(self) -> str:
        return f"Multiply {MATRIX.text(self.x)} and {MATRIX.text(self.w)} cell by cell. What is the sum of the products?"

    def parts(self) -> list[Part]:
        products = (a * b for xs, ws in zip(self.x, self.w) for a, b in zip(xs, ws))
        total = as_int_if_whole(sum(products, Fraction(0)))
        need_writable(total)
        return [Part("", NUMBER, total, "hand-dot", self, method="Σ x·w")]


# What each sort of kernel may be called.
KERNEL_NAMES = {
    "edges": ("edges", "edge", "all edges", "laplacian", "outline", "edges in all directions"),
    "sharpen": ("sharpen", "sharpening", "sharp"),
    "gaussian blur": ("gaussian blur", "gaussian", "blur", "smoothing", "gaussian smoothing"),
    "box blur": ("box blur", "mean", "average", "blur", "box", "smoothing"),
    "vertical edges": ("vertical edges", "vertical", "vertical lines", "sobel x", "prewitt x"),
    "horizontal edges": (
        "horizontal edges",
        "horizontal",
        "horizontal lines",
        "sobel y",
        "prewitt y",
    ),
    "identity": ("identity", "nothing", "copy", "same", "no change"),
}


def _kernel_name(w: Rows) -> str:
    """What a kernel finds or does, from its numbers; empty where it has no name.

    >>> _kernel_name(((1, 0, -1), (1, 0, -1), (1, 0, -1)))
    'vertical edges'
    """
    flat = [cell for row in w for cell in row]
    if not any(flat):
        return ""
    if all(cell == -other for row in w for cell, other in zip(row, row[::-1])):
        return "vertical edges"
    if all(a == -b for row, other in zip(w, w[::-1]) for a, b in zip(row, other)):
        return "horizontal edges"
    centre = w[len(w) // 2][len(w[0]) // 2]
    if [cell for cell in flat if cell] == [centre]:
        return "identity"
    if min(flat) >= 0:
        return "box blur" if len(set(flat)) == 1 else "gaussian blur"
    # The centre alone has its sign: a sum of 0 finds edges, a positive sum sharpens.
    if sum(1 for cell in flat if cell * centre > 0) != 1:
        return ""
    if sum(flat) == 0:
        return "edges"
    return "sharpen" if centre > 0 and sum(flat) > 0 else ""


@question("image-kernel")
class ImageKernel(Task):
    """What a kernel does to an image: edges, vertical edges, horizontal edges, sharpen, blur, identity."""

    about: ClassVar = "what a kernel does to an image"
    rule: ClassVar = "Add up the numbers: a sum of 0 finds changes, a sum of 1 keeps the brightness. Then see in which direction the signs change."
    examples: ClassVar = (
        {"w": [[1, 1, 1], [1, 1, 1], [1, 1, 1]]},
        {"w": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]},
    )

    w: Rows

    def check(self) -> None:
        if not _kernel_name(self.w):
            raise GivenError(
                "w", "is not a kernel that has a name here; use type: choice or type: text"
            )

    def sentence(self) -> str:
        return f"What does the kernel {MATRIX.text(self.w)} do? Choose one: {', '.join(sorted(KERNEL_NAMES))}."

    def parts(self) -> list[Part]:
        name = _kernel_name(self.w)
        method = "the sum of its numbers, and where their signs change"
        return [Part("", WORD, KERNEL_NAMES[name], "hand-image-kernel", name, method=method)]
