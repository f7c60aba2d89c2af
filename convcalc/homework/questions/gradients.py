"""Questions by hand about gradients, single windows, and what a kernel does to an image."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from convcalc.homework.answers.reading import exact_text, to_decimals
from convcalc.homework.answers.rounded import NUMBER, Decimals
from convcalc.homework.answers.text_types import WORD
from convcalc.homework.answers.types import MATRIX, PAIR, SIZE, Volume
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.exact import (
    STRICT_MISFIT,
    add,
    as_int_if_whole,
    correlate,
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
from convcalc.text import plural

_MAX_PLACES = 8
_CONTEXT = Context(prec=50)  # for the sigmoid; far more digits than answers have


class Grad(NamedTuple):
    """A convolution and the gradient of its output.

    Attributes:
        x, w, g: the input, the kernel as it slides, the gradient of the output.
        s, p: the stride, and the zeros before and after along each axis.
        flipped: whether the kernel was flipped to slide.
        which: the question: dw, dx, db, or the updated w_new and b_new.
        above: the gradient before the activation; that of the output if there is none.
        lr, b: learning rate and bias, for the updated numbers.
        places: decimals of the result; -1 if it is exact.
    """

    x: Rows
    w: Rows
    g: Rows
    s: int
    p: tuple[tuple[int, int], ...]
    flipped: bool
    which: str
    above: Rows = ()
    lr: Fraction = Fraction(0)
    b: Fraction = Fraction(0)
    places: int = -1


def _sigmoid(value: Fraction) -> Fraction:
    """1/(1 + e^−value), to many more digits than answers have."""
    exact_value = _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
    power = _CONTEXT.exp(-exact_value)
    return Fraction(_CONTEXT.divide(Decimal(1), _CONTEXT.add(Decimal(1), power)))


def _relu_slope(value: Fraction) -> Fraction:
    return Fraction(value > 0)


def _sigmoid_slope(value: Fraction) -> Fraction:
    found = _sigmoid(value)
    return found * (1 - found)


_SLOPES = {"none": None, "relu": _relu_slope, "sigmoid": _sigmoid_slope}


def gradient(quantities: Grad) -> Any:
    """The gradient or update asked for; None if `g` does not have the shape of the output."""
    if quantities.which == "w_new":
        dw = _exact_gradient(quantities._replace(which="dw"))
        w = turned((quantities.w,))[0] if quantities.flipped else quantities.w
        found = dw and tuple(
            tuple(as_int_if_whole(Fraction(cell) - quantities.lr * slope) for cell, slope in zip(*rows))
            for rows in zip(w, dw)
        )  # fmt: skip
    elif quantities.which == "b_new":
        db = _exact_gradient(quantities._replace(which="db"))
        found = None if db is None else as_int_if_whole(quantities.b - quantities.lr * Fraction(db))
    else:
        found = _exact_gradient(quantities)
    return found if quantities.places < 0 or found is None else _rounded(found, quantities.places)


def _rounded(found: Any, places: int) -> Rows:
    """Rows with every number rounded to some decimals."""
    rows = found if isinstance(found, tuple) else ((found,),)
    return tuple([tuple([to_decimals(Fraction(cell), places) for cell in row]) for row in rows])


def _exact_gradient(quantities: Grad) -> Any:
    """dw, dx or db; None if `g` does not have the shape of the output."""
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
    """The gradients of a small convolution: of the kernel (dw), of the input (dx), of the bias (db).

    `activation` is relu or sigmoid, of the convolution plus `b`; `g` is then the gradient after it. `lr`
    also asks for the kernel after one step of gradient descent (w_new), and with `b` for the bias (b_new).
    """

    partial: ClassVar = "parts"
    rule: ClassVar = "With an activation, first multiply the gradient by its slope: for ReLU 1 above 0, else 0; for the sigmoid s·(1 − s). Then dw: slide the gradient over the input. dx: add each gradient value times the kernel, at the place that the window read. db: add up the gradient. A step of gradient descent subtracts the learning rate times the gradient."
    examples: ClassVar = (
        {"x": [[1, 2, 0], [3, 1, 2], [0, 1, 4]], "w": [[1, 0], [2, 3]], "g": [[1, 2], [0, 1]]},
        {"x": [[2, 1, 5], [0, 3, 1], [1, 1, 2]], "w": [[4, 1], [0, 2]], "g": [[0, 1], [3, 1]]},
    )

    x: Rows
    w: Rows
    g: Rows
    b: Fraction | None = None
    activation: str = "none"
    decimals: Count = 3
    lr: Fraction = Fraction(0)
    s: Count = 1
    p: Zeros = default(0)
    flip: Flip = default(None)
    fit: Fit

    def check(self) -> None:
        numbers = {"lr": [((self.lr,),)], "b": [((self.b or Fraction(0),),)]}
        need_small(self.p.sides(2), x=[self.x], w=[self.w], g=[self.g], **numbers)
        if self.activation not in _SLOPES:
            raise GivenError("activation", f"must be one of {', '.join(_SLOPES)}")
        if self.decimals > _MAX_PLACES:
            raise GivenError("decimals", f"is {self.decimals:,}; at most {_MAX_PLACES}")
        if self.lr < 0:
            raise GivenError("lr", f"is {exact_text(self.lr)}; give a learning rate above 0")
        if self.fit == "strict" and any(axis.unrounded.denominator != 1 for axis in self.axes()):
            raise GivenError("", STRICT_MISFIT)
        plain = Grad(self.x, self.kernel(), self.g, self.s, self.p.sides(2), self.flip, "dw")
        if gradient(plain) is None:
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
        bias = f", the bias b = {exact_text(self.b)}" if self.b is not None else ""
        after = {"none": "", "relu": " after ReLU", "sigmoid": " after the sigmoid"}[
            self.activation
        ]
        places = (
            f" Give {plural(self.decimals, 'decimal')}." if self.activation == "sigmoid" else ""
        )
        step = " The convolution flips the kernel." if self.flip else ""
        step += f" The learning rate is {exact_text(self.lr)}." if self.lr else ""
        return (
            f"The input is x = {MATRIX.text(self.x)}, the kernel w = {MATRIX.text(self.w)}{more}{bias}, the gradient of "
            f"the output{after} {MATRIX.text(self.g)}.{step}{places}"
        )

    def asks(self) -> dict[str, str]:
        found = {
            "dw": "What is the gradient of the kernel?",
            "dx": "What is the gradient of the input?",
            "db": "What is the gradient of the bias?",
        }
        if self.lr:
            found["w_new"] = "What is the kernel after one step of gradient descent?"
        if self.lr and self.b is not None:
            found["b_new"] = "What is the bias after one step of gradient descent?"
        return found

    def before_activation(self) -> Rows:
        """The gradient of the output of the convolution, from that of its activation."""
        slope = _SLOPES[self.activation]
        if slope is None:
            return self.g
        x, w = exact([self.x]), exact([self.kernel()])
        output = add(correlate(x, w, stride=self.s, padding=self.p.sides(2)), self.b or Fraction(0))
        return tuple(
            tuple(as_int_if_whole(Fraction(g) * slope(Fraction(y))) for g, y in zip(*rows))
            for rows in zip(self.g, output.rows())
        )  # fmt: skip

    def every_part(self) -> list[Part]:
        places = self.decimals if self.activation == "sigmoid" else -1
        g, found = self.before_activation(), []
        for which in self.asked:
            quantities = Grad(
                self.x, self.kernel(), g, self.s, self.p.sides(2), self.flip, which,
                self.g, self.lr, self.b or Fraction(0), places,
            )  # fmt: skip
            expected = gradient(quantities)
            need_writable(expected)
            whole = NUMBER if which in ("db", "b_new") else MATRIX
            answer_type = whole if places < 0 else Decimals(places)
            found.append(Part(which, answer_type, expected, f"gradient-{which}", quantities, gradient, which, "follow the rule above"))  # fmt: skip
        return found


_CUBE = Volume("depth × height × width")


@question("shape-of-gradient")
class ShapeOfGradient(Task):
    """The shape of a gradient: the same as the array it belongs to (`of`: w or x)."""

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
        method = "the shape of the array it belongs to"
        return [Part("", answer_type, expected, "gradient-shape", self, method=method)]


@question("dot-product")
class DotProduct(Task):
    """One window times one kernel, added up."""

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


# The names of each kind of kernel.
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
    """What a kernel finds or does, from its numbers; empty if it has no name.

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
    # Only the centre has its sign: a sum of 0 finds edges, a positive sum sharpens.
    if sum(1 for cell in flat if cell * centre > 0) != 1:
        return ""
    if sum(flat) == 0:
        return "edges"
    return "sharpen" if centre > 0 and sum(flat) > 0 else ""


@question("image-kernel")
class ImageKernel(Task):
    """What a kernel does to an image: edges, vertical edges, horizontal edges, sharpen, blur, identity."""

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
