"""Questions about chains of layers and about solving backwards: how many, how small, which kernel."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convcalc import formulas
from convcalc.homework.answers.measures import SHARE
from convcalc.homework.answers.settings_text import MOST
from convcalc.homework.answers.text_types import Settings
from convcalc.homework.answers.types import COUNT, PAIR, SIZE, Volume
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.axes import alike, one_or_all, sides_part
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import (
    Count,
    GivenError,
    Hwc,
    Ints,
    Sizes,
    axes_of,
    each,
    need_axes,
)
from convcalc.homework.questions.meaning import NOTHING_COUNTED, Archs, Fit, Order, PaddingMeaning
from convcalc.homework.questions.quantities import (
    Axis,
    LayersToSize,
    Windows,
    layers_to_size,
    sizes,
)
from convcalc.homework.questions.size import formula_text
from convcalc.homework.questions.words import by, quotient_up, volume_words
from convcalc.layers import window
from convcalc.text import plural

if TYPE_CHECKING:
    from convcalc.homework.questions.networks import Design

_MAX_INPUT = 2**16
_MAX_WORK = 40_000  # most layers checked while sizes are tried upwards until all fit
_LEAST_TRIES = 16


@question("solve-for")
class SolveFor(Task):
    """A kernel, stride and padding that change one size to another; all that do are right."""

    rule: ClassVar = "Look for k, s and p with ⌊(n + 2p − k)/s⌋ + 1 = the size asked for; try the simplest stride and padding first."
    examples: ClassVar = ({"n": 100, "out": 96}, {"n": 50, "out": 44})

    n: Count
    out: Count
    total: PaddingMeaning
    fit: Fit

    def check(self) -> None:
        for word, size in (("n", self.n), ("out", self.out)):
            if size >= MOST:
                message = (
                    f"it is {size:,}; the kernel would be too large, so give less than {MOST:,}"
                )
                raise GivenError(word, message)

    def sentence(self) -> str:
        return f"Which kernel size, stride and padding give a {by(self.out)} output for a {by(self.n)} input?"

    def parts(self) -> list[Part]:
        method = f"⌊({self.n} + {'p' if self.total else '2p'} − k)/s⌋ + 1"
        settings = Settings(total=self.total, exact=self.fit == "strict")
        return [Part("", settings, (self.n, self.out), method=method)]


@question("layers-to-reach")
class LayersToReach(Task):
    """How many layers without padding reduce one size to another."""

    rule: ClassVar = "Every layer without padding removes k − 1: (n − target)/(k − 1) layers."
    examples: ClassVar = ({"n": 50, "k": 7, "target": 8}, {"n": 100, "k": 3, "target": 20})

    n: Sizes
    k: Sizes
    target: Sizes

    def check(self) -> None:
        along = self.along()
        for n, k, target in along:
            if k < 2 or target >= n:
                raise GivenError(
                    "target",
                    f"layers with a kernel of {k} never reduce {n} to {target}; give a larger n or k",
                )
        if len({layers_to_size(axis) for axis in along}) > 1:
            message = "the axes need different numbers of layers; change a side of target"
            raise GivenError("target", message)

    def along(self) -> list[LayersToSize]:
        """The numbers along each axis; only one axis if all are equal."""
        return [LayersToSize(*axis) for axis in alike(self.n, self.k, self.target)]

    def sentence(self) -> str:
        axes = axes_of(self.n, self.k, self.target) or 2
        return (
            f"How many {by(self.k, axes)} layers with stride 1 and without padding reduce a {by(self.n, axes)} input "
            f"to {by(self.target, axes)}?"
        )

    def parts(self) -> list[Part]:
        quantities = self.along()[0]
        n, k, target = quantities
        method = quotient_up(f"({n} − {target})", n - target, f"({k} − 1)", k - 1)
        return [Part.of(SIZE, "reach", quantities, layers_to_size, method)]


class Lost(NamedTuple):
    """The sides of a map before and after some layers."""

    before: tuple[int, ...]
    left: tuple[int, ...]


@question("shrink")
class Shrink(Parted):
    """What is left of an image after some layers without padding: the size, and the share of the area lost."""

    rule: ClassVar = "L layers remove L·(k − 1) from the height and from the width; the share lost is 1 − (size left/n)²."
    examples: ClassVar = ({"n": 100, "k": 3, "layers": 4}, {"n": 64, "k": 5, "layers": 3})

    n: Sizes
    k: Sizes
    layers: Count

    def check(self) -> None:
        for n, k in alike(self.n, self.k):
            if n - self.layers * (k - 1) < 1:
                raise GivenError(
                    "layers", f"nothing is left of {n} after {self.layers} layers; give fewer"
                )
        super().check()

    @property
    def axes(self) -> int:
        """How many axes the input has."""
        return axes_of(self.n, self.k) or 2

    def setting(self) -> str:
        layers = f"{plural(self.layers, 'layer')} of {by(self.k, self.axes)}"
        return f"A {by(self.n, self.axes)} input goes through {layers} without padding."

    def asks(self) -> dict[str, str]:
        what = {1: "length", 2: "area", 3: "volume"}[self.axes]
        return {"size": "What size is left?", "lost": f"What share of the {what} is lost?"}

    def every_part(self) -> list[Part]:
        sides = each(self.n, self.axes)
        left = [n - self.layers * (k - 1) for n, k in zip(sides, each(self.k, self.axes))]
        lost = 1 - Fraction(prod(left), prod(sides))
        along = alike(self.n, self.k)
        method = ", ".join(f"{n} − {self.layers}·({k} − 1)" for n, k in along)
        power = {1: "size left/n", 2: "(size left/n)²", 3: "(size left/n)³"}[self.axes]
        if len(along) > 1:
            power = "(product of the sizes left)/(product of the sizes before)"
        ones = [self.but(n=n, k=k) for n, k in zip(sides, each(self.k, self.axes))]
        found = [
            Part("size", SIZE, size, "shrink-size", one, label="size", method=method)
            for size, one in zip(left, ones)
        ]
        behind = Lost(tuple(sides), tuple(left))
        return [
            found[0] if len(along) == 1 else sides_part(found, method, sides),
            Part(
                "lost",
                SHARE,
                lost,
                "shrink-lost",
                behind,
                label="share lost",
                method=f"1 − {power}",
            ),
        ]


@question("fraction")
class FractionTask(Task):
    """The share of the values that a pool removes."""

    rule: ClassVar = "Of every s × s cells one value is left."
    examples: ClassVar = ({"k": 4}, {"k": 5, "s": 5})

    k: Sizes
    s: Sizes | None = None

    def check(self) -> None:
        self.strides()

    def strides(self) -> tuple[int, ...]:
        """The stride along each axis."""
        return each(self.s or self.k, axes_of(self.k, self.s) or 2)

    def sentence(self) -> str:
        strides = self.strides()
        s = strides[0] if len(set(strides)) == 1 else "×".join(map(str, strides))
        return f"What share of the values does a {by(self.k, len(strides))} pool with stride {s} remove?"

    def parts(self) -> list[Part]:
        strides = self.strides()
        method = f"1 − 1/({'·'.join(map(str, strides))})"
        return [Part("", SHARE, 1 - Fraction(1, prod(strides)), "fraction", strides, method=method)]


class FcKernel(NamedTuple):
    """A fully connected layer as a convolution: its input, channels last; its units; a larger map."""

    shape: tuple[int, ...]
    units: int
    larger: tuple[int, ...] = ()


@question("fc-to-conv")
class FcToConv(Parted):
    """A fully connected layer as a convolution: its kernel, and the volume it gives on a larger map."""

    rule: ClassVar = "The kernel is as large as the map it reads, without padding and with stride 1; there is one filter for each unit."
    examples: ClassVar = (
        {"input": "5x5x16", "units": 120, "n": 9}, {"input": "4x4x50", "units": 500, "n": 6},
    )  # fmt: skip

    input: Hwc
    units: Count
    n: Sizes | None = None
    order: Order

    def check(self) -> None:
        if len(self.input) < 2:
            raise GivenError("input", "must be a volume such as 7x7x512")
        if self.n is not None:
            self.axes()
        super().check()

    def axes(self) -> tuple[Axis, ...]:
        """The window along each axis of the larger map."""
        kernel = self.input[:-1]
        if self.n is None:
            return ()
        axes_of(self.n, kernel)
        found = tuple([Axis(n, k) for n, k in zip(each(self.n, len(kernel)), kernel)])
        if any(axis.n < axis.k for axis in found):
            message = (
                f"must be at least {'×'.join(map(str, kernel))}, the map the layer was made for"
            )
            raise GivenError("n", message)
        return found

    def setting(self) -> str:
        shape = "×".join(map(str, self.input))
        return f"A fully connected layer has {plural(self.units, 'unit')} on a {shape} input."

    def asks(self) -> dict[str, str]:
        found = {"kernel": "Which kernel size does it have as a convolution?"}
        if self.n:
            found["volume"] = (
                f"Which volume does it give as a convolution on a {by(self.n, len(self.input) - 1)} map?"
            )
        return found

    def every_part(self) -> list[Part]:
        kernel, axes = self.input[:-1], self.axes()
        size = one_or_all(kernel)
        whole = FcKernel(self.input, self.units, tuple([axis.n for axis in axes]))
        found = [
            Part("kernel", SIZE, size, "fc-kernel", whole, None, "kernel", "as large as the map")
        ]
        if self.n:
            quantities = Windows(
                axes,
                self.input[-1],
                self.units,
                order=self.order,
                volume=True,
            )
            found.append(
                Part(
                    "volume",
                    Volume(volume_words(self.order, len(kernel)), self.order, len(kernel) + 1),
                    sizes(quantities),
                    "volume",
                    quantities,
                    sizes,
                    "volume",
                    formula_text(quantities),
                )
            )
        return found


@question("toeplitz")
class Toeplitz(Parted):
    """A 1-D convolution as a matrix: its size, its rows and columns, the free numbers in it."""

    rule: ClassVar = "There is one row for each output and one column for each input; every row has the same k numbers."
    examples: ClassVar = ({"n": 10, "k": 4}, {"n": 8, "k": 3})

    n: Count
    k: Count

    def check(self) -> None:
        if self.k > self.n:
            raise GivenError(
                "k", f"a kernel of {self.k} does not fit {self.n} values; give a smaller one"
            )
        super().check()

    def setting(self) -> str:
        return f"A kernel of {self.k} slides over {self.n} values."

    def asks(self) -> dict[str, str]:
        return {
            "size": "How many outputs are there?",
            "matrix": "How many rows × columns does the layer have as a matrix?",
            "free": "How many different weights does the layer have, written as a matrix?",
            "dense": "How many weights would a fully connected layer have?",
        }

    def every_part(self) -> list[Part]:
        o = formulas.out_size(self.n, self.k, 1, 0, 1)
        method = f"{self.n} − {self.k} + 1"
        return [
            Part("size", SIZE, o, "toeplitz-size", self, None, "size", method),
            Part("matrix", PAIR, (o, self.n), "toeplitz-matrix", self, None, "matrix", "outputs × inputs"),
            Part("free", COUNT, self.k, "toeplitz-free", self, None, "free numbers", "one per tap"),
            Part("dense", COUNT, o * self.n, "toeplitz-dense", self, None, "if fully connected", "outputs · inputs"),
        ]  # fmt: skip


@question("compose")
class Compose(Task):
    """The one kernel that does the same as several in a row without a nonlinearity between them."""

    rule: ClassVar = "Every further kernel adds k − 1: k₁ + k₂ − 1."
    examples: ClassVar = ({"kernels": [5, 7]}, {"kernels": [3, 3, 5]})

    kernels: Ints

    def sentence(self) -> str:
        sizes_text = " and ".join(map(str, each(self.kernels, 1)))
        return (
            f"Kernels of size {sizes_text} follow each other, with no nonlinearity between them. "
            "What is the size of the one kernel that does the same?"
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """The kernel sizes."""
        return each(self.kernels, 1)

    def parts(self) -> list[Part]:
        kernels = self.sizes
        total = sum(kernels) - len(kernels) + 1
        method = " + ".join(map(str, kernels)) + f" − {len(kernels) - 1}"
        return [Part("", SIZE, total, "compose", self, method=method)]


def _none_found(size: int, problem: str) -> str:
    """The error about a chain for which no input was found."""
    return f"no input up to {size:,} fits; give another stride, padding or kernel. At {size:,}: {problem}"


def _equal_at_every_size(chain: Design, shape: tuple[int, ...]) -> list[window.Axis]:
    """The windows of a chain if they are the same for every input; else none."""
    other = ("same", "ceil", "caffe", "fit", "auto")  # options that make them depend on the input
    return [] if any(word in str(chain).lower() for word in other) else chain.windows(shape)


def _too_small(n: int, windows: list[window.Axis]) -> bool:
    """Whether, for an input of this size, a window is larger than its map."""
    for axis in windows:
        slack = axis._replace(n=n).slack
        if slack < 0:
            return True
        n = slack // axis.s + 1
    return False


def _leaves_cells(n: int, windows: list[window.Axis]) -> bool:
    """Whether, for an input of this size, windows do not reach the end of a map."""
    for axis in windows:
        slack = axis._replace(n=n).slack
        if slack < 0 or slack % axis.s:
            return True
        n = slack // axis.s + 1
    return False


class Backwards(NamedTuple):
    """The windows of a chain in order, for the smallest input; and that input."""

    windows: tuple[window.Axis, ...]
    right: int


@question("min-input")
class MinInput(Task):
    """The smallest input that a chain of layers accepts."""

    ignores: ClassVar = {
        **NOTHING_COUNTED,
        "same": "the smallest input gives the same sizes either way",
    }
    rule: ClassVar = "Go backwards, starting with 1: before a window the size was s·(n − 1) + k."
    examples: ClassVar = (
        {"layers": ["pool:k2", "pool:k2"]},
        {"layers": ["conv:k3c8", "pool:k2", "conv:k3c8"]},
    )

    layers: Archs
    axes: Count = 2

    def check(self) -> None:
        need_axes(self.axes)
        self.smallest()

    def sentence(self) -> str:
        shape = {1: "1-D", 2: "square", 3: "cubic"}[self.axes]
        return f"What is the smallest {shape} input that {' '.join(map(str, self.layers))} accepts?"

    def _image(self, size: int) -> tuple[int, ...]:
        return (3, *[size] * self.axes)

    def smallest(self) -> int:
        """The smallest input; sizes are tried upwards, with the checks of the walk."""
        found: int = self.once("smallest", self._smallest)
        return found

    def _smallest(self) -> int:
        chain = self.layers[0].joined(self.layers[1:])
        loose = chain.rounding_down()  # then it also fits every larger input
        low, high = 1, 1
        while problem := loose.problem(self._image(high)):
            low, high = high + 1, high * 2
            if high > _MAX_INPUT:
                raise GivenError("layers", _none_found(low - 1, problem))
        windows = _equal_at_every_size(loose, self._image(high))
        while low < high:
            middle = (low + high) // 2
            if _too_small(middle, windows) or (not windows and loose.problem(self._image(middle))):
                low = middle + 1
            else:
                high = middle
        tries = max(_LEAST_TRIES, _MAX_WORK // chain.length())
        for size in range(high, high + tries):
            if size + 1 < high + tries and _leaves_cells(size, windows) and chain is not loose:
                continue
            problem = chain.problem(self._image(size))
            if not problem:
                return size
        raise GivenError("layers", _none_found(size, problem))

    def parts(self) -> list[Part]:
        size = self.smallest()
        windows = self.layers[0].joined(self.layers[1:]).windows(self._image(size))
        topic = "min-input" if windows else ""
        chain = Backwards(tuple(windows), size)
        return [Part("", SIZE, chain.right, topic, chain, method="from 1 backwards")]
