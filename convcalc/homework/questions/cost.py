"""Questions about operations and memory: multiply-adds, savings, bytes."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any, ClassVar, NamedTuple

from convcalc.homework.answers.measures import RATIO, Bytes
from convcalc.homework.answers.types import COUNT
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError, Hwc, Sizes, axes_of, each
from convcalc.homework.questions.meaning import (
    Arch,
    Bias,
    BothOperations,
    ByteUnit,
    Operations,
    Padding,
    Products,
    ZerosPerAxis,
    default,
)
from convcalc.homework.questions.params import Positions, need_groups
from convcalc.homework.questions.quantities import Conv, Memory, Separable, conv_macs, memory
from convcalc.homework.questions.rows import OPERATION_WORDS, operations
from convcalc.homework.questions.words import (
    by,
    counted,
    on_input,
    options,
    side_names,
    sides,
    volume,
)
from convcalc.text import plural

WIDTHS = {
    "fp64": 8,
    "fp32": 4,
    "fp16": 2,
    "bf16": 2,
    "int8": 1,
    "float32": 4,
    "float64": 8,
    "float16": 2,
}


class _MacsQuestion(Positions):
    """A question about the operations of a convolution."""

    ignores: ClassVar = {"bias": "operations are products and their sums, without the biases"}
    rule: ClassVar = "Every output value needs k·k·(input channels) multiply-adds; there are height · width · filters output values."

    k: Sizes
    c_in: Count
    filters: Count
    n: Sizes | None = None
    out_n: Sizes | None = None
    s: Sizes = 1
    p: Padding = default(0)
    groups: Count = 1
    bias: Bias = default(None)
    flops: Any

    def check(self) -> None:
        super().check()
        need_groups(self.groups, self.c_in, self.filters)

    @property
    def axes(self) -> int:
        return axes_of(self.k, self.n, self.out_n, self.s, self.p.given) or 2

    def out(self) -> tuple[int, ...]:
        if self.out_n is not None:
            return each(self.out_n, self.axes)
        return super().out()

    def layer_words(self) -> str:
        """The convolution in a sentence."""
        groups = f" in {self.groups} groups" if self.groups > 1 else ""
        where = (
            f"the input is {sides(self.n, self.axes)}{options(stride=self.s, padding=self.p.given)}"
            if self.n is not None
            else f"the output is {sides(self.out_n or 0, self.axes)}"
        )
        return (
            f"A convolution has {plural(self.filters, 'filter')} of {by(self.k, self.axes)}{groups} "
            f"on {plural(self.c_in, 'input channel')}; {where}."
        )

    def parts(self) -> list[Part]:
        quantities = self.conv()._replace(flops=self.flops)
        kernel = "·".join(map(str, quantities.kernel))
        places = (
            "(output size)"
            if not quantities.out
            else f"({side_names(len(quantities.out))} of the output)"
        )
        products = f"{kernel}·{quantities.depth}·{quantities.filters}·{places}"
        method = counted(products, f"{quantities.filters}·{places}", self.flops)
        return [Part.of(COUNT, "macs", quantities, conv_macs, method)]


@question("macs")
class Macs(_MacsQuestion):
    """The multiply-adds of a convolution, or its operations if the sheet counts both."""

    examples: ClassVar = (
        {"n": 20, "k": 3, "c_in": 2, "filters": 7}, {"n": 12, "k": 5, "c_in": 4, "filters": 9},
    )  # fmt: skip

    flops: Operations

    def check(self) -> None:
        if self.n is None and self.out_n is None:
            raise GivenError("n", "needs n (the input's size) or out_n (the output's)")
        super().check()

    def gaps(self, given: set[str]) -> list[str]:
        return [] if {"p", "out_n"} & given else ["no padding given, 0 is used; add p: 0"]

    def sentence(self) -> str:
        what = {
            "macs": "multiply-adds (MACs)",
            "2macs": "operations (multiplications and additions)",
        }.get(self.flops, "multiplications and additions")
        return f"{self.layer_words()} How many {what} does it need?"


@question("ops")
class Ops(Macs):
    """Multiplications and additions of a convolution, counted separately and added up."""

    flops: BothOperations


@question("multiplications")
class Multiplications(_MacsQuestion):
    """The multiplications of a convolution; biases need none."""

    examples: ClassVar = (
        {"out_n": 20, "k": 3, "c_in": 2, "filters": 7}, {"out_n": 12, "k": 5, "c_in": 4, "filters": 9},
    )  # fmt: skip
    flops: Products

    def sentence(self) -> str:
        return f"{self.layer_words()} How many multiplications does it need?"


class _TransposedMacs(NamedTuple):
    """A transposed convolution's operations."""

    n: tuple[int, ...]
    kernel: tuple[int, ...]
    s: tuple[int, ...]
    out: tuple[int, ...]
    c_in: int
    filters: int
    flops: str

    @property
    def written(self) -> int:
        """The cells written by the kernels, before the padding is removed."""
        along = zip(self.n, self.kernel, self.s)
        return prod([n * k if k < s else (n - 1) * s + k for n, k, s in along])


def _transposed_macs(quantities: _TransposedMacs) -> int:
    """k·k·cin·cout at every *input* position"""
    macs = prod(quantities.n) * prod(quantities.kernel) * quantities.c_in * quantities.filters
    return operations(macs, quantities.written * quantities.filters, quantities.flops)


def _written_text(n: int, k: int, s: int) -> str:
    """The cells written along one axis, in numbers; kernels smaller than the stride leave gaps."""
    return f"{n}·{k}" if k < s else f"(({n} − 1)·{s} + {k})"


@question("macs-transposed")
class MacsTransposed(Task):
    """The multiply-adds of a transposed convolution, counted at the input positions."""

    rule: ClassVar = (
        "Each input value is multiplied by the whole kernel once: k·k·cin·cout per input position."
    )
    examples: ClassVar = (
        {"n": 5, "k": 3, "s": 2, "c_in": 2, "filters": 4}, {"n": 7, "k": 4, "s": 2, "c_in": 3, "filters": 5},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    c_in: Count
    filters: Count
    s: Sizes = 1
    p: ZerosPerAxis = default(0)
    flops: Operations
    ignores: ClassVar = {"padding": "what the padding removes was computed before"}

    def check(self) -> None:
        self.axes  # noqa: B018 - numbers for different axes are refused here

    @property
    def axes(self) -> int:
        """How many axes the input has."""
        return axes_of(self.n, self.k, self.s, self.p.given) or 2

    def sentence(self) -> str:
        more = options(stride=self.s, padding=self.p.shown)
        return (
            f"How many {OPERATION_WORDS[self.flops]} does a transposed {by(self.k, self.axes)} convolution{more} from {self.c_in} to "
            f"{self.filters} channels need on a {by(self.n, self.axes)} input?"
        )

    def parts(self) -> list[Part]:
        from convcalc.formulas import transposed_size

        axes = self.axes
        along = list(
            zip(each(self.n, axes), each(self.k, axes), each(self.s, axes), self.p.sides(axes))
        )
        n, kernel, s, _ = zip(*along)
        out = tuple([transposed_size(n, k, s, 0, 1, 0) - sum(zeros) for n, k, s, zeros in along])
        quantities = _TransposedMacs(n, kernel, s, out, self.c_in, self.filters, self.flops)
        places, taps = ("·".join(str(axis[which]) for axis in along) for which in (0, 1))
        sums = "·".join([str(self.filters), *(_written_text(*axis[:3]) for axis in along)])
        method = counted(f"{taps}·{self.c_in}·{self.filters}·{places}", sums, self.flops)
        return [Part.of(COUNT, "macs-transposed", quantities, _transposed_macs, method)]


@question("savings-separable")
class SavingsSeparable(Parted):
    """A depthwise separable convolution against a full one: its multiply-adds, its weights, the ratio."""

    rule: ClassVar = "At every position depthwise k·k·cin, then 1×1 cin·cout; the ratio to a full convolution is 1/cout + 1/k²."
    examples: ClassVar = (
        {"n": 10, "k": 3, "c_in": 4, "filters": 6}, {"n": 14, "k": 5, "c_in": 16, "filters": 8},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    c_in: Count
    filters: Count
    flops: Operations

    def check(self) -> None:
        self.axes  # noqa: B018 - numbers for different axes are refused here
        super().check()

    @property
    def axes(self) -> int:
        """How many axes the input has."""
        return axes_of(self.n, self.k) or 2

    def setting(self) -> str:
        return (
            f"A depthwise separable {by(self.k, self.axes)} convolution from {self.c_in} to {self.filters} channels has a "
            f"{by(self.n, self.axes)} output and no biases."
        )

    def asks(self) -> dict[str, str]:
        what = OPERATION_WORDS[self.flops]
        return {
            "macs": f"How many {what} does it need?",
            "weights": "How many weights does it have?",
            "ratio": f"How many times fewer {what} does it need than a full convolution?",
        }

    def every_part(self) -> list[Part]:
        image, kernel = each(self.n, self.axes), each(self.k, self.axes)
        quantities = Separable(kernel[0], self.c_in, self.filters, prod(image), self.flops, kernel=kernel)  # fmt: skip
        weights = quantities.depthwise + quantities.pointwise
        area, places = "·".join(map(str, kernel)), "·".join(map(str, image))
        per = f"{area}·{self.c_in} + {self.c_in}·{self.filters}"
        both = counted(f"({per})·{places}", f"({self.c_in} + {self.filters})·{places}", self.flops)
        full = counted(f"{area}·{self.c_in}·{self.filters}", f"{self.filters}", self.flops)
        ratio = (
            f"({full})/({counted(per, f'({self.c_in} + {self.filters})', self.flops)})"
            if self.flops == "exact"
            else f"1/(1/{self.filters} + 1/({area}))"
        )
        return [
            Part("macs", COUNT, quantities.operations, "separable-macs", quantities,
                 lambda w: w.operations, OPERATION_WORDS[self.flops], both),
            Part("weights", COUNT, weights, "separable", quantities, lambda w: w.depthwise + w.pointwise, "weights", per),
            Part("ratio", RATIO, quantities.ratio, "savings", quantities, None, "ratio", ratio),
        ]  # fmt: skip


class _Squeeze(NamedTuple):
    """A bottleneck: squeeze by 1×1, then the kernel."""

    n: int
    k: int
    c_in: int
    filters: int
    squeeze: int
    flops: str = "macs"
    sides: tuple[int, ...] = ()
    kernel: tuple[int, ...] = ()

    @property
    def area(self) -> int:
        return prod(self.kernel) if self.kernel else self.k * self.k

    @property
    def places(self) -> int:
        return prod(self.sides) if self.sides else self.n * self.n

    @property
    def direct(self) -> int:
        return self.area * self.c_in * self.filters

    @property
    def direct_operations(self) -> int:
        places = self.places
        return operations(self.direct * places, self.filters * places, self.flops)

    @property
    def squeezed_operations(self) -> int:
        places = self.places
        weights = self.first + self.second
        return operations(weights * places, (self.squeeze + self.filters) * places, self.flops)

    @property
    def first(self) -> int:
        return self.c_in * self.squeeze

    @property
    def second(self) -> int:
        return self.area * self.squeeze * self.filters


@question("savings-bottleneck")
class SavingsBottleneck(Parted):
    """A 1×1 squeeze before a large kernel: multiply-adds without and with it, weights, the ratio."""

    rule: ClassVar = "There are two layers: the 1×1 squeeze, then the kernel on fewer channels; divide the direct cost by their sum."
    examples: ClassVar = (
        {"n": 10, "k": 3, "c_in": 64, "filters": 32, "squeeze": 8},
        {"n": 14, "k": 5, "c_in": 100, "filters": 50, "squeeze": 10},
    )

    n: Sizes
    k: Sizes
    c_in: Count
    filters: Count
    squeeze: Count
    flops: Operations

    def check(self) -> None:
        self.axes  # noqa: B018 - numbers for different axes are refused here
        super().check()

    @property
    def axes(self) -> int:
        """How many axes the input has."""
        return axes_of(self.n, self.k) or 2

    def setting(self) -> str:
        return (
            f"Design A has {plural(self.filters, 'filter')} of {by(self.k, self.axes)} on a {volume(self.n, self.axes, self.c_in)} input. "
            f"Design B has {plural(self.squeeze, 'filter')} of {by(1, self.axes)} before them. All layers keep the size and have no biases."
        )

    def asks(self) -> dict[str, str]:
        what = OPERATION_WORDS[self.flops]
        return {
            "direct": f"How many {what} does A need?",
            "squeezed": f"How many {what} does B need?",
            "weights": "How many weights does B have?",
            "ratio": f"How many times fewer {what} does B need than A?",
        }

    def every_part(self) -> list[Part]:
        image, kernel = each(self.n, self.axes), each(self.k, self.axes)
        area, places = "·".join(map(str, kernel)), "·".join(map(str, image))
        quantities = _Squeeze(
            image[0], kernel[0], self.c_in, self.filters, self.squeeze, self.flops, image, kernel
        )
        plain = Conv(
            kernel, self.c_in, self.filters, bias=False, out=image, image=image, flops=self.flops
        )
        weights = quantities.first + quantities.second
        direct, squeezed = quantities.direct_operations, quantities.squeezed_operations
        one = counted(f"{area}·{self.c_in}·{self.filters}·{places}", f"{self.filters}·{places}", self.flops)  # fmt: skip
        two = f"{self.c_in}·{self.squeeze} + {area}·{self.squeeze}·{self.filters}"
        both = counted(f"({two})·{places}", f"({self.squeeze} + {self.filters})·{places}", self.flops)  # fmt: skip
        return [
            Part("direct", COUNT, direct, "macs", plain, conv_macs, "direct", one),
            Part("squeezed", COUNT, squeezed, "bottleneck", quantities, lambda w: w.squeezed_operations, "with the squeeze", both),
            Part("weights", COUNT, weights, "squeeze-weights", quantities, None, "weights", two),
            Part("ratio", RATIO, Fraction(direct, squeezed), "bottleneck-ratio", quantities, None, "ratio", "direct/squeezed"),
        ]  # fmt: skip


@question("memory")
class MemoryTask(Task):
    """The memory of a volume, or of a network's activations (`arch:`) or weights, for one image."""

    ignores: ClassVar = {"flops": "no operations are asked for"}
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
    arch: Arch = default("")
    of: str = "activations"
    unit: ByteUnit

    def check(self) -> None:
        if self.dtype not in WIDTHS:
            raise GivenError("dtype", f"must be one of {', '.join(WIDTHS)}")
        if self.of not in ("activations", "weights", "params"):
            raise GivenError("of", "must be activations or weights")
        if (self.volume is None) == (not self.arch.text):
            raise GivenError("volume", "needs a volume such as 224x224x64, or arch: with a network")

    def amounts(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The values asked for, and the other ones: activations and parameters of each layer."""
        if self.volume is not None:
            return (self.copies * prod(self.volume),), ()
        rows = self.arch.rows(self.input)
        acts = (rows[0].in_values, *(row.out_values for row in rows if row.computes))
        params = tuple([row.params for row in rows if row.params])
        return (params, acts) if self.of != "activations" else (acts, params)

    def sentence(self) -> str:
        what = (
            f"{plural(self.copies, 'volume')} of {'×'.join(map(str, self.volume))}"
            if self.volume is not None
            else f"the {self.of} of {self.arch}{on_input(self.input)}"
        )
        verb = "does" if self.volume is not None and self.copies == 1 else "do"
        grads = ", values and gradients" if self.gradients else ""
        batch = f", batch {self.batch}" if self.batch > 1 else ""
        return f"How many {self.unit} {verb} {what} take in {self.dtype}{grads}{batch}?"

    def parts(self) -> list[Part]:
        values, others = self.amounts()
        width = WIDTHS[self.dtype]
        quantities = Memory(
            sum(values), width, 2 if self.gradients else 1, sum(others), self.batch, self.unit,
            values if len(values) > 1 else (),
        )  # fmt: skip
        times = "·".join(
            map(str, [*([2] if self.gradients else []), *([self.batch] if self.batch > 1 else [])])
        )
        method = (
            f"(number of values)·{width}" + (f"·{times}" if times else "") + f", in {self.unit}"
        )
        return [Part.of(Bytes(self.unit), "memory", quantities, memory, method)]
