"""Questions that count other things than parameters: neurons, connections, matrices, growth."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from convcalc import formulas
from convcalc.homework.answers.types import COUNT, PAIR, RATIO, SHARE
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError, Sizes
from convcalc.homework.questions.quantities import (
    conv_params,
)
from convcalc.homework.questions.size import by

if TYPE_CHECKING:
    from convcalc.homework.conventions import Conventions
from convcalc.homework.questions.params import Filters, with_bias


@question("neurons")
class Neurons(Filters):
    """The neurons of a convolution: its output cells (or, on some slides, its filters)."""

    about: ClassVar = "neurons of a convolution"
    depends_on: ClassVar[tuple[str, ...]] = ("neurons",)
    rule: ClassVar = (
        "Every cell of the output volume is a neuron: height · width · channels of what comes out."
    )
    examples: ClassVar = (
        {"n": 20, "k": 3, "c_in": 2, "filters": 7}, {"n": 12, "k": 5, "c_in": 4, "filters": 9},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    filters: Count
    c_in: Count = 3
    s: Count = 1
    p: int = 0
    bias: bool | None = None

    def sentence(self, c: Conventions) -> str:
        what = "filters (called neurons)" if c.neurons == "filters" else "neurons"
        return f"How many {what} have {self.filters} filters of {by(self.k)} on {by(self.n)}×{self.c_in}, stride {self.s}, padding {self.p}?"

    def parts(self, c: Conventions) -> list[Part]:
        quantities = self.conv(c)
        expected = self.filters if c.neurons == "filters" else quantities.positions * self.filters
        return [
            Part(
                "",
                COUNT,
                expected,
                "neurons",
                quantities,
                None,
                method=f"{'·'.join(['height', 'width'][: len(quantities.out)])}·{self.filters}",
            )
        ]


@question("connections")
class Connections(Filters):
    """The connections of a convolution or of LeNet-5's pools: parameters times positions."""

    about: ClassVar = "connections of a layer"
    rule: ClassVar = "Every neuron of the output has one connection per weight it uses, and one for its bias if biases count."
    examples: ClassVar = (
        {"n": 20, "k": 3, "c_in": 2, "filters": 7}, {"n": 12, "k": 5, "c_in": 1, "filters": 9},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    filters: Count
    c_in: Count = 1
    s: Count = 1
    p: int = 0
    bias: bool | None = None
    pool: bool = False
    wires: Count | None = None

    def sentence(self, c: Conventions) -> str:
        bias = "counted" if with_bias(self.bias, c) else "left out"
        what = (
            f"a {by(self.k)} trainable pool on {self.filters} maps"
            if self.pool
            else f"{self.filters} filters of {by(self.k)} on {self.c_in} maps"
        )
        wires = f" (filters read {self.wires} maps in all)" if self.wires else ""
        return f"How many connections has {what}{wires}, input {by(self.n)}, stride {self.s}, biases {bias}?"

    def parts(self, c: Conventions) -> list[Part]:
        quantities = self.conv(c)
        area = quantities.area
        one = 1 if with_bias(self.bias, c) else 0
        kernels = self.filters if self.pool else self.wires or self.c_in * self.filters
        total = (area * kernels + one * self.filters) * quantities.positions
        method = (
            f"({area}·{kernels}" + (f" + {self.filters}" if one else "") + ")·(output positions)"
        )
        return [Part("", COUNT, total, "connections", quantities, None, method=method)]


@question("no-sharing")
class NoSharing(Filters):
    """The parameters if every position had its own filters."""

    about: ClassVar = "parameters without weight sharing"
    rule: ClassVar = (
        "Without sharing every output cell has its own window of weights, and its own bias."
    )
    examples: ClassVar = (
        {"n": 20, "k": 3, "c_in": 2, "filters": 7}, {"n": 12, "k": 5, "c_in": 4, "filters": 9},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    filters: Count
    c_in: Count = 3
    s: Count = 1
    p: int = 0
    bias: bool | None = None

    def sentence(self, c: Conventions) -> str:
        return f"How many parameters would {self.filters} filters of {by(self.k)} on {by(self.n)}×{self.c_in}, stride {self.s}, have without weight sharing?"

    def parts(self, c: Conventions) -> list[Part]:
        quantities = self.conv(c)
        total = conv_params(quantities) * quantities.positions
        plus = " + 1" if quantities.bias else ""
        return [
            Part(
                "",
                COUNT,
                total,
                "no-sharing",
                quantities,
                None,
                method=f"({quantities.area}·{quantities.c_in}{plus})·{quantities.filters}·(output positions)",
            )
        ]


@question("lenet-c3")
class LenetC3(Task):
    """The parameters of LeNet-5's third layer: as everyone builds it now, or as in the 1998 table."""

    about: ClassVar = "parameters of LeNet-5's C3"
    depends_on: ClassVar[tuple[str, ...]] = ("lenet_c3",)
    rule: ClassVar = (
        "Sixteen 5×5 filters with biases; in the paper each sees only some of the maps below."
    )
    examples: ClassVar = ({}, {})

    def sentence(self, c: Conventions) -> str:
        how = "as connected in the 1998 paper" if c.lenet_c3 == "paper" else "seeing all six maps"
        return f"How many parameters has LeNet-5's C3, {how}?"

    def parts(self, c: Conventions) -> list[Part]:
        # 6 filters see 3 maps, 9 see 4, 1 sees 6 (LeCun et al. 1998, table I): 60 kernels of 25
        kernels = 60 if c.lenet_c3 == "paper" else 6 * 16
        expected = kernels * 25 + 16
        return [
            Part(
                "",
                COUNT,
                expected,
                "lenet",
                c.lenet_c3,
                None,
                method="25·(kernels in all) + (a bias per map)",
            )
        ]


@question("im2col")
class Im2col(Filters):
    """The matrices of an im2col convolution: filters as rows, windows as columns."""

    about: ClassVar = "matrices of an im2col convolution"
    rule: ClassVar = "One column is one window of all channels, k·k·channels numbers; one column per output position, one row per filter."
    examples: ClassVar = (
        {"n": 20, "k": 3, "c_in": 2, "filters": 7}, {"n": 12, "k": 5, "c_in": 4, "filters": 9},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    filters: Count
    c_in: Count = 3
    s: Count = 1
    p: int = 0
    bias: bool | None = None

    def sentence(self, c: Conventions) -> str:
        return f"im2col of {by(self.n)}×{self.c_in}, {self.filters} filters {by(self.k)}, stride {self.s}: rows × columns of the matrix of filters, and of the windows (columns)?"

    def parts(self, c: Conventions) -> list[Part]:
        quantities = self.conv(c)
        rows = formulas.im2col_rows(quantities.area, quantities.c_in)
        return [
            Part(
                "filters",
                PAIR,
                (quantities.filters, rows),
                "im2col-filters",
                quantities,
                None,
                "matrix of filters",
                "filters × (k·k·channels)",
            ),
            Part(
                "columns",
                PAIR,
                (rows, quantities.positions),
                "im2col",
                quantities,
                None,
                "matrix of windows",
                "(k·k·channels) × positions",
            ),
        ]


@question("stacks")
class Stacks(Task):
    """Several small kernels against a large one, C channels throughout: factors of C², and the share saved."""

    about: ClassVar = "several small kernels against a large one"
    rule: ClassVar = "From C to C channels a k × k layer has k²·C² weights; add up the layers."
    examples: ClassVar = ({"layers": 4, "k": 3, "against": 9}, {"layers": 3, "k": 5, "against": 13})

    layers: Count
    k: Count
    against: Count

    def sentence(self, c: Conventions) -> str:
        return (
            f"{self.layers} layers {by(self.k)} against one {by(self.against)}, C channels, no biases: weights as multiples "
            "of C² (small, large), and what share is saved (saved)?"
        )

    def parts(self, c: Conventions) -> list[Part]:
        from convcalc.homework.questions.plain import CSQUARED

        small, large = self.layers * self.k * self.k, self.against * self.against
        return [
            Part(
                "small",
                CSQUARED,
                small,
                "stacks",
                self,
                None,
                "small kernels",
                f"{self.layers}·{self.k}²·C²",
            ),
            Part(
                "large",
                CSQUARED,
                large,
                "stacks",
                self,
                None,
                "large kernel",
                f"{self.against}²·C²",
            ),
            Part(
                "saved",
                SHARE,
                1 - Fraction(small, large),
                "stacks-saved",
                self,
                None,
                "saved",
                "1 − small/large",
            ),
        ]


@question("scaling")
class Scaling(Task):
    """By which factor the work or the weights grow when channels, image or kernel are multiplied."""

    about: ClassVar = "growth of the work when something is multiplied"
    rule: ClassVar = "Work is k·k·cin·cout at every output position: see which factors change."
    examples: ClassVar = ({"c_in": 3, "filters": 2}, {"n": 3})

    of: str = "macs"
    c_in: Count = 1
    filters: Count = 1
    n: Count = 1
    k: Count = 1

    def check(self) -> None:
        if self.of not in ("macs", "weights"):
            raise GivenError("of", "must be macs or weights")

    def sentence(self, c: Conventions) -> str:
        names = {
            "c_in": "input channels",
            "filters": "filters",
            "n": "both sides of the image",
            "k": "both sides of the kernel",
        }
        changes = [
            f"{names[name]} by {getattr(self, name)}" for name in names if getattr(self, name) > 1
        ]
        return f"Multiply {', '.join(changes) or 'nothing'}: by which factor do the {self.of} grow?"

    def parts(self, c: Conventions) -> list[Part]:
        factor = self.c_in * self.filters * self.k * self.k
        if self.of == "macs":
            factor *= self.n * self.n
        return [Part("", RATIO, factor, method="the product of what changes, sides squared")]
