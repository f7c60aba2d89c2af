"""Questions about operations and memory: multiply-adds, savings, bytes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convcalc.homework.answers.types import COUNT, RATIO, Bytes
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError, Hwc, Pad, Sizes, each
from convcalc.homework.questions.params import Filters, need_groups
from convcalc.homework.questions.quantities import Memory, Separable, conv_macs, memory
from convcalc.homework.questions.words import by, options
from convcalc.text import plural

if TYPE_CHECKING:
    from convcalc.homework.conventions import Conventions

_WIDTHS = {
    "fp64": 8,
    "fp32": 4,
    "fp16": 2,
    "bf16": 2,
    "int8": 1,
    "float32": 4,
    "float64": 8,
    "float16": 2,
}


class _MacsQuestion(Filters):
    """A question about the operations of a convolution."""

    depends_on: ClassVar[tuple[str, ...]] = ("flops",)
    rule: ClassVar = "Every output value needs k·k·(input channels) multiply-adds; there are height · width · filters output values."

    k: Sizes
    c_in: Count
    filters: Count
    n: Sizes | None = None
    out_n: Sizes | None = None
    s: Count = 1
    p: Pad = 0
    groups: Count = 1
    bias: bool | None = None

    def check(self) -> None:
        super().check()
        need_groups(self.groups, self.c_in, self.filters)

    def out(self) -> tuple[int, ...]:
        if self.out_n is not None:
            return each(self.out_n, len(self.kernel()))
        return super().out()

    def layer_words(self) -> str:
        """The convolution in a sentence."""
        groups = f" in {self.groups} groups" if self.groups > 1 else ""
        where = (
            f"the input is {by(self.n)}, stride {self.s}, padding {by(self.p) if isinstance(self.p, tuple) else self.p}"
            if self.n is not None
            else f"the output is {by(self.out_n or 0)}"
        )
        return (
            f"A convolution has {plural(self.filters, 'filter')} of {by(self.k)}{groups} "
            f"on {plural(self.c_in, 'input channel')}; {where}."
        )

    def parts(self, c: Conventions) -> list[Part]:
        quantities = self.conv(c)._replace(flops=self.counting(c))
        kernel = "·".join(map(str, quantities.kernel))
        two = "2·" if quantities.flops != "macs" else ""
        sides = (
            "(output size)"
            if not quantities.out
            else f"({'·'.join(['height', 'width', 'depth'][: len(quantities.out)])} of the output)"
        )
        method = f"{two}{kernel}·{quantities.depth}·{quantities.filters}·{sides}"
        return [Part.of(COUNT, "macs", quantities, conv_macs, method)]

    def counting(self, c: Conventions) -> str:
        """How operations count."""
        return c.flops


@question("macs")
class Macs(_MacsQuestion):
    """The multiply-adds of a convolution, or its operations where the sheet counts both."""

    about: ClassVar = "operations of a convolution"
    examples: ClassVar = (
        {"n": 20, "k": 3, "c_in": 2, "filters": 7}, {"n": 12, "k": 5, "c_in": 4, "filters": 9},
    )  # fmt: skip

    def check(self) -> None:
        if self.n is None and self.out_n is None:
            raise GivenError("n", "needs n (the input's size) or out_n (the output's)")
        super().check()

    def gaps(self, given: set[str]) -> list[str]:
        return [] if {"p", "out_n"} & given else ["no padding given, 0 is used; add p: 0"]

    def sentence(self, c: Conventions) -> str:
        what = {
            "macs": "multiply-adds (MACs)",
            "2macs": "operations (multiplications and additions)",
        }.get(c.flops, "multiplications and additions")
        return f"{self.layer_words()} How many {what} does it need?"


@question("ops")
class Ops(Macs):
    """Multiplications and additions of a convolution, counted separately and added up."""

    about: ClassVar = "multiplications and additions of a convolution"
    depends_on: ClassVar[tuple[str, ...]] = ()

    def counting(self, c: Conventions) -> str:
        return "exact" if c.flops == "exact" else "2macs"

    def sentence(self, c: Conventions) -> str:
        return super().sentence(c.but(flops=self.counting(c)))


@question("multiplications")
class Multiplications(_MacsQuestion):
    """The multiplications of a convolution; biases need none."""

    about: ClassVar = "multiplications of a convolution"
    depends_on: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar = (
        {"out_n": 20, "k": 3, "c_in": 2, "filters": 7}, {"out_n": 12, "k": 5, "c_in": 4, "filters": 9},
    )  # fmt: skip

    def counting(self, c: Conventions) -> str:
        return "macs"

    def sentence(self, c: Conventions) -> str:
        return f"{self.layer_words()} How many multiplications does it need?"


class _TransposedMacs(NamedTuple):
    """A transposed convolution's operations."""

    n: int
    k: int
    s: int
    p: int
    c_in: int
    filters: int
    out: int
    flops: str


def _transposed_macs(quantities: _TransposedMacs) -> int:
    """k·k·cin·cout at every *input* position"""
    macs = (
        quantities.n
        * quantities.n
        * quantities.k
        * quantities.k
        * quantities.c_in
        * quantities.filters
    )
    return macs if quantities.flops == "macs" else 2 * macs


@question("macs-transposed")
class MacsTransposed(Task):
    """The multiply-adds of a transposed convolution, counted at the input positions."""

    about: ClassVar = "operations of a transposed convolution"
    depends_on: ClassVar[tuple[str, ...]] = ("flops",)
    rule: ClassVar = (
        "Each input value is multiplied by the whole kernel once: k·k·cin·cout per input position."
    )
    examples: ClassVar = (
        {"n": 5, "k": 3, "s": 2, "c_in": 2, "filters": 4}, {"n": 7, "k": 4, "s": 2, "c_in": 3, "filters": 5},
    )  # fmt: skip

    n: Count
    k: Count
    c_in: Count
    filters: Count
    s: Count = 1
    p: int = 0

    def sentence(self, c: Conventions) -> str:
        what = "multiply-adds" if c.flops == "macs" else "operations"
        more = options(stride=self.s, padding=self.p or None)
        return (
            f"How many {what} does a transposed {by(self.k)} convolution{more} from {self.c_in} to "
            f"{self.filters} channels need on a {by(self.n)} input?"
        )

    def parts(self, c: Conventions) -> list[Part]:
        from convcalc.formulas import transposed_size

        out = transposed_size(self.n, self.k, self.s, self.p, 1, 0)
        quantities = _TransposedMacs(
            self.n, self.k, self.s, self.p, self.c_in, self.filters, out, c.flops
        )
        method = f"{self.k}·{self.k}·{self.c_in}·{self.filters}·{self.n}·{self.n}"
        return [Part.of(COUNT, "macs-transposed", quantities, _transposed_macs, method)]


@question("savings-separable")
class SavingsSeparable(Task):
    """A depthwise separable convolution against a full one: multiply-adds, weights, and how many times fewer."""

    about: ClassVar = "savings of a depthwise separable convolution"
    rule: ClassVar = "At every position depthwise k·k·cin, then 1×1 cin·cout; the ratio to a full convolution is 1/cout + 1/k²."
    examples: ClassVar = (
        {"n": 10, "k": 3, "c_in": 4, "filters": 6}, {"n": 14, "k": 5, "c_in": 16, "filters": 8},
    )  # fmt: skip

    n: Count
    k: Count
    c_in: Count
    filters: Count

    def sentence(self, c: Conventions) -> str:
        return (
            f"A depthwise separable {by(self.k)} convolution from {self.c_in} to {self.filters} channels has a "
            f"{by(self.n)} output and no biases. How many multiply-adds does it need (macs)? How many weights "
            "does it have (weights)? How many times fewer multiply-adds is this than a full convolution (ratio)?"
        )

    def parts(self, c: Conventions) -> list[Part]:
        quantities = Separable(self.k, self.c_in, self.filters, self.n * self.n)
        weights = quantities.depthwise + quantities.pointwise
        per = f"{self.k}·{self.k}·{self.c_in} + {self.c_in}·{self.filters}"
        return [
            Part("macs", COUNT, weights * quantities.positions, "separable-macs", quantities,
                 lambda w: (w.depthwise + w.pointwise) * w.positions, "multiply-adds", f"({per})·{self.n}·{self.n}"),
            Part("weights", COUNT, weights, "separable", quantities, lambda w: w.depthwise + w.pointwise, "weights", per),
            Part("ratio", RATIO, Fraction(quantities.full, weights), "savings", quantities, None, "ratio", f"1/(1/{self.filters} + 1/{self.k}²)"),
        ]  # fmt: skip


class _Squeeze(NamedTuple):
    """A bottleneck: squeeze by 1×1, then the kernel."""

    n: int
    k: int
    c_in: int
    filters: int
    squeeze: int

    @property
    def direct(self) -> int:
        return self.k * self.k * self.c_in * self.filters

    @property
    def first(self) -> int:
        return self.c_in * self.squeeze

    @property
    def second(self) -> int:
        return self.k * self.k * self.squeeze * self.filters


@question("savings-bottleneck")
class SavingsBottleneck(Task):
    """A 1×1 squeeze before a large kernel: multiply-adds without and with it, weights, the ratio."""

    about: ClassVar = "savings of a 1×1 squeeze"
    rule: ClassVar = "There are two layers: the 1×1 squeeze, then the kernel on fewer channels; divide the direct cost by their sum."
    examples: ClassVar = (
        {"n": 10, "k": 3, "c_in": 64, "filters": 32, "squeeze": 8},
        {"n": 14, "k": 5, "c_in": 100, "filters": 50, "squeeze": 10},
    )

    n: Count
    k: Count
    c_in: Count
    filters: Count
    squeeze: Count

    def sentence(self, c: Conventions) -> str:
        return (
            f"{plural(self.filters, 'filter')} of {by(self.k)} on a {by(self.n)}×{self.c_in} input keep the size. "
            f"How many multiply-adds do they need (direct)? With {self.squeeze} 1×1 filters before them, how many "
            "multiply-adds (squeezed) and weights (weights) are there, and how many times fewer "
            "multiply-adds (ratio)?"
        )

    def parts(self, c: Conventions) -> list[Part]:
        quantities = _Squeeze(self.n, self.k, self.c_in, self.filters, self.squeeze)
        places = self.n * self.n
        weights = quantities.first + quantities.second
        two = f"{self.c_in}·{self.squeeze} + {self.k}·{self.k}·{self.squeeze}·{self.filters}"
        return [
            Part("direct", COUNT, quantities.direct * places, "", quantities, None, "direct", f"{self.k}·{self.k}·{self.c_in}·{self.filters}·{self.n}·{self.n}"),
            Part("squeezed", COUNT, weights * places, "bottleneck", quantities, lambda w: (w.first + w.second) * places, "with the squeeze", f"({two})·{self.n}·{self.n}"),
            Part("weights", COUNT, weights, "", quantities, None, "weights", two),
            Part("ratio", RATIO, Fraction(quantities.direct, weights), "bottleneck-ratio", quantities, None, "ratio", "direct/squeezed"),
        ]  # fmt: skip


@question("memory")
class MemoryTask(Task):
    """The memory of a volume, or of a network's activations (`arch:`) or weights, for one image."""

    about: ClassVar = "memory of volumes or weights"
    depends_on: ClassVar[tuple[str, ...]] = ("bytes",)
    rule: ClassVar = "Count the values, then multiply by the bytes of one value; one MB is 10⁶ bytes, one MiB 2²⁰ bytes."
    examples: ClassVar = (
        {"volume": "10x10x8", "copies": 3}, {"volume": "100x50x7"},
    )  # fmt: skip

    volume: Hwc | None = None
    copies: Count = 1
    gradients: bool = False
    batch: Count = 1
    dtype: str = "fp32"
    input: Hwc | None = None
    arch: str = ""
    of: str = "activations"

    def check(self) -> None:
        if self.dtype not in _WIDTHS:
            raise GivenError("dtype", f"must be one of {', '.join(_WIDTHS)}")
        if self.of not in ("activations", "weights", "params"):
            raise GivenError("of", "must be activations or weights")
        if (self.volume is None) == (not self.arch):
            raise GivenError("volume", "needs a volume such as 224x224x64, or arch: with a network")

    def amounts(self) -> tuple[int, int]:
        """The values asked for, and the others: activations and parameters."""
        if self.volume is not None:
            values = self.copies
            for side in self.volume:
                values *= side
            return values, 0
        from convcalc.homework.questions.networks import rows_of

        rows = rows_of(self.arch, self.input)
        acts = sum(row.out_values for row in rows if row.computes) + rows[0].in_values
        params = sum(row.weights + row.biases for row in rows)
        return (params, acts) if self.of != "activations" else (acts, params)

    def sentence(self, c: Conventions) -> str:
        what = (
            f"{plural(self.copies, 'volume')} of {'×'.join(map(str, self.volume))}"
            if self.volume is not None
            else f"the {self.of} of {self.arch}"
        )
        verb = "does" if self.volume is not None and self.copies == 1 else "do"
        grads = ", values and gradients" if self.gradients else ""
        batch = f", batch {self.batch}" if self.batch > 1 else ""
        return f"How many {c.bytes} {verb} {what} take in {self.dtype}{grads}{batch}?"

    def parts(self, c: Conventions) -> list[Part]:
        values, params = self.amounts()
        width = _WIDTHS[self.dtype]
        quantities = Memory(values, width, 2 if self.gradients else 1, params, self.batch, c.bytes)
        times = "·".join(
            map(str, [*([2] if self.gradients else []), *([self.batch] if self.batch > 1 else [])])
        )
        method = f"(number of values)·{width}" + (f"·{times}" if times else "") + f", in {c.bytes}"
        return [Part.of(Bytes(c.bytes), "memory", quantities, memory, method)]
