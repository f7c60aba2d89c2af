"""Questions that do not count parameters: neurons, connections, matrices, growth."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import ClassVar

from convcalc import formulas
from convcalc.homework.answers.c_squared import CSQUARED
from convcalc.homework.answers.measures import RATIO, SHARE
from convcalc.homework.answers.types import COUNT, PAIR
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError, Sizes, axes_of, each, need_axes
from convcalc.homework.questions.meaning import Bias, LenetTables, NeuronMeaning, Padding, default
from convcalc.homework.questions.params import Positions
from convcalc.homework.questions.quantities import conv_params
from convcalc.homework.questions.words import biases, by, options, side_names, sides, volume
from convcalc.text import plural


class _OnImage(Positions):
    """A question about a convolution on an image."""

    examples: ClassVar = (
        {"n": 20, "k": 3, "c_in": 2, "filters": 7}, {"n": 12, "k": 5, "c_in": 4, "filters": 9},
    )  # fmt: skip

    n: Sizes
    k: Sizes
    filters: Count
    c_in: Count = 3
    s: Sizes = 1
    p: Padding = default(0)
    bias: Bias = default(None)


@question("neurons")
class Neurons(_OnImage):
    """The neurons of a convolution: its output values (or, in some courses, its filters)."""

    ignores: ClassVar = {"bias": "a bias is not a neuron"}
    neurons: NeuronMeaning
    rule: ClassVar = (
        "Every value of the output volume is a neuron: output height · output width · filters."
    )

    def sentence(self) -> str:
        what = "neurons (here: filters)" if self.neurons == "filters" else "neurons"
        more = options(stride=self.s, padding=self.p.given)
        return (
            f"A convolution has {plural(self.filters, 'filter')} of {by(self.k, self.axes)} on a {volume(self.n, self.axes, self.c_in)} "
            f"input{more}. How many {what} does it have?"
        )

    def parts(self) -> list[Part]:
        quantities = self.conv()
        sides = side_names(len(quantities.out))
        counted = (
            (lambda w: w.filters)
            if self.neurons == "filters"
            else (lambda w: w.positions * w.filters)
        )
        return [
            Part.of(
                COUNT, "neurons", quantities, counted, f"({sides} of the output)·{self.filters}"
            ),
        ]


@question("connections")
class Connections(_OnImage):
    """The connections of a convolution or of LeNet-5's pools: parameters times positions."""

    rule: ClassVar = "Every output neuron has one connection for each weight that it uses, and one for its bias if biases count."
    examples: ClassVar = (
        {"n": 20, "k": 3, "c_in": 2, "filters": 7}, {"n": 12, "k": 5, "c_in": 1, "filters": 9},
    )  # fmt: skip

    c_in: Count = 1
    pool: bool = False
    wires: Count | None = None

    def sentence(self) -> str:
        counted = "counted" if self.bias else "not counted"
        what = (
            f"A trainable {by(self.k, self.axes)} pool works on {plural(self.filters, 'map')}"
            if self.pool
            else f"A convolution has {plural(self.filters, 'filter')} of {by(self.k, self.axes)} on {plural(self.c_in, 'map')}"
        )
        wires = f" (the filters read {self.wires} maps in total)" if self.wires else ""
        more = options(stride=self.s, padding=self.p.shown)
        return (
            f"{what}{wires}; the input is {sides(self.n, self.axes)}{more}. "
            f"How many connections does it have, biases {counted}?"
        )

    def parts(self) -> list[Part]:
        quantities = self.conv()
        area = quantities.area
        one = 1 if self.bias else 0
        kernels = self.filters if self.pool else self.wires or self.c_in * self.filters
        per_position = area * kernels + one * self.filters
        method = (
            f"({area}·{kernels}" + (f" + {self.filters}" if one else "") + ")·(output positions)"
        )
        return [
            Part.of(COUNT, "connections", quantities, lambda w: per_position * w.positions, method)
        ]


@question("no-sharing")
class NoSharing(_OnImage):
    """The parameters that a convolution would have if every position had its own filters."""

    rule: ClassVar = "Without sharing every output value has its own weights and its own bias."

    def sentence(self) -> str:
        more = options(stride=self.s, padding=self.p.shown)
        return (
            f"How many parameters would {plural(self.filters, 'filter')} of {by(self.k, self.axes)}{more} on a "
            f"{volume(self.n, self.axes, self.c_in)} input have without weight sharing{biases(self.written('bias'))}?"
        )

    def parts(self) -> list[Part]:
        quantities = self.conv()
        plus = " + 1" if quantities.bias else ""
        method = (
            f"({quantities.area}·{quantities.c_in}{plus})·{quantities.filters}·(output positions)"
        )
        return [
            Part.of(COUNT, "no-sharing", quantities, lambda w: conv_params(w) * w.positions, method)
        ]


@question("lenet-c3")
class LenetC3(Task):
    """The parameters of LeNet-5's third layer: as built today, or as in the table of 1998."""

    rule: ClassVar = (
        "Sixteen 5×5 filters with biases; in the paper each reads only some of the maps below."
    )
    examples: ClassVar = ({}, {})

    tables: LenetTables
    bias: Bias = default(None)

    def sentence(self) -> str:
        how = (
            "it is connected as in the 1998 paper"
            if self.tables == "paper"
            else "it reads all six maps"
        )
        return f"How many parameters does LeNet-5's C3 have if {how}{biases(self.written('bias'))}?"

    def parts(self) -> list[Part]:
        # 6 filters see 3 maps, 9 see 4, 1 sees 6 (LeCun et al. 1998, table I): 60 kernels of 25
        kernels = 60 if self.tables == "paper" else 6 * 16
        ones = 16 if self.bias else 0
        expected = kernels * 25 + ones
        return [
            Part(
                "",
                COUNT,
                expected,
                "lenet",
                (self.tables, ones),
                method="25·(kernels in all)" + (" + (a bias per map)" if self.bias else ""),
            )
        ]


@question("im2col")
class Im2col(Parted, _OnImage):
    """The matrices of an im2col convolution: filters as rows, windows as columns."""

    ignores: ClassVar = {"bias": "the matrices contain only the weights"}
    rule: ClassVar = "One column contains one window of all channels, k·k·channels numbers. There is one column for each output position and one row for each filter."

    def setting(self) -> str:
        more = options(stride=self.s, padding=self.p.shown)
        return (
            f"An im2col convolution has {plural(self.filters, 'filter')} of {by(self.k, self.axes)} on a "
            f"{volume(self.n, self.axes, self.c_in)} input{more}."
        )

    def asks(self) -> dict[str, str]:
        return {
            "filters": "How many rows × columns does the matrix of filters have?",
            "columns": "How many rows × columns does the matrix of windows have?",
        }

    def every_part(self) -> list[Part]:
        quantities = self.conv()
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
                lambda w: (rows, w.positions),
                "matrix of windows",
                "(k·k·channels) × positions",
            ),
        ]


@question("stacks")
class Stacks(Parted):
    """Several small kernels compared with a large one, all with C channels: factors of C², and the share saved."""

    rule: ClassVar = "From C to C channels a k × k layer has k²·C² weights; add up the layers."
    examples: ClassVar = ({"layers": 4, "k": 3, "against": 9}, {"layers": 3, "k": 5, "against": 13})

    layers: Count
    k: Sizes
    against: Sizes

    def check(self) -> None:
        self.axes  # noqa: B018 - numbers for different axes are refused here
        super().check()

    @property
    def axes(self) -> int:
        """How many axes the kernels have."""
        return axes_of(self.k, self.against) or 2

    def setting(self) -> str:
        verb = "is" if self.layers == 1 else "are"
        return (
            f"{plural(self.layers, 'layer')} of {by(self.k, self.axes)} {verb} compared with one layer of {by(self.against, self.axes)}, all from C to "
            "C channels and without biases."
        )

    def asks(self) -> dict[str, str]:
        of = "the small kernel" if self.layers == 1 else "the small kernels together"
        return {
            "small": f"How many weights, as a multiple of C², {'does' if self.layers == 1 else 'do'} {of} have?",
            "large": "How many weights, as a multiple of C², does the large kernel have?",
            "saved": "What share of the weights of the large kernel is saved?",
        }

    def every_part(self) -> list[Part]:
        kernel, other = each(self.k, self.axes), each(self.against, self.axes)
        small, large = self.layers * prod(kernel), prod(other)
        areas = ["·".join(map(str, each_side)) for each_side in (kernel, other)]
        return [
            Part(
                "small",
                CSQUARED,
                small,
                "stacks",
                self,
                None,
                "small kernels",
                f"{self.layers}·{areas[0]}·C²",
            ),
            Part(
                "large",
                CSQUARED,
                large,
                "stacks",
                self,
                None,
                "large kernel",
                f"{areas[1]}·C²",
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
    """By which factor the operations or the weights grow when channels, image or kernel are multiplied."""

    rule: ClassVar = "The number of operations is k·k·cin·cout at every output position: see which factors change."
    examples: ClassVar = ({"c_in": 3, "filters": 2}, {"n": 3})

    of: str = "macs"
    c_in: Count = 1
    filters: Count = 1
    n: Count = 1
    k: Count = 1
    axes: Count = 2

    def check(self) -> None:
        need_axes(self.axes)
        if self.of not in ("macs", "weights"):
            raise GivenError("of", "must be macs or weights")

    def sentence(self) -> str:
        all_sides = {1: "the length", 2: "both sides", 3: "all three sides"}[self.axes]
        names = {
            "c_in": "the input channels",
            "filters": "the filters",
            "n": f"{all_sides} of the image",
            "k": f"{all_sides} of the kernel",
        }
        changes = [
            f"{names[name]} by {getattr(self, name)}" for name in names if getattr(self, name) > 1
        ]
        of = "multiply-adds" if self.of == "macs" else "weights"
        return f"Multiply {', '.join(changes) or 'nothing'}. By which factor does the number of {of} grow?"

    def parts(self) -> list[Part]:
        side = self.k * (self.n if self.of == "macs" else 1)
        factor = self.c_in * self.filters * prod([side] * self.axes)
        power = {1: "as they are", 2: "squared", 3: "cubed"}[self.axes]
        topic = "scaling" if self.axes == 2 else ""
        method = f"the product of what changes, sides {power}"
        return [Part("", RATIO, factor, topic, self, method=method)]
