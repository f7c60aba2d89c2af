"""Questions about designs: ratios, trainable parameters of a network, and shapes of weights."""

from __future__ import annotations

from typing import ClassVar

from convcalc.homework.answers.measures import RATIO
from convcalc.homework.answers.types import COUNT, Volume
from convcalc.homework.questions.amounts import (
    Quotient,
    Split,
    Tensor,
    quotient,
    split_count,
    tensor_shape,
)
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError, Hwc, Sizes, axes_of, each
from convcalc.homework.questions.meaning import Arch, Archs, Order
from convcalc.homework.questions.networks import Design
from convcalc.homework.questions.params import need_groups
from convcalc.homework.questions.rows import OPERATION_WORDS, Row, value_of
from convcalc.homework.questions.words import on_input
from convcalc.text import plural, times

# --------------------------------------------------------------------------------------- ratio


@question("ratio")
class Ratio(Task):
    """The parameters, weights or multiply-adds of a design, divided by those of a second design."""

    rule: ClassVar = "Work out the total of each design, then divide the first by the second."
    examples: ClassVar = (
        {"input": "20x20x2", "designs": ["fc:30", "conv:k3c7"]},
        {"input": "8x8x16", "designs": ["conv:k5c32p2", "conv:k1c4 conv:k5c32p2"], "of": "macs"},
    )

    input: Hwc
    designs: Archs
    of: str = "params"

    def check(self) -> None:
        if self.of not in ("params", "weights", "macs"):
            raise GivenError("of", "must be params, weights or macs")
        if len(self.designs) != 2:
            message = f"lists {plural(len(self.designs), 'design')}; a ratio needs two"
            raise GivenError("designs", message)
        if not self._total(self.designs[1], self.of):
            raise GivenError("designs", f"the second one has no {self._amounts()}; nothing can be divided by 0")  # fmt: skip

    def _amounts(self) -> str:
        """The counted amount, in words."""
        operations = OPERATION_WORDS[self.designs[0].counting.operations]
        return {"params": "parameters", "macs": operations}.get(self.of, self.of)

    def _total(self, design: Design, of: str) -> int:
        """The total of one design."""
        return sum([value_of(row, of, "chw") for row in design.rows(self.input)])

    def sentence(self) -> str:
        first, second = self.designs
        verb = "need" if self.of == "macs" else "have"
        return (
            f"The input is {times(self.input)}. How many times as many {self._amounts()} does the design {first} "
            f"{verb} as the design {second}?"
        )

    def parts(self) -> list[Part]:
        first, second = (self._total(design, self.of) for design in self.designs)
        weights = tuple([self._total(design, "weights") for design in self.designs])
        bare = (weights[0], weights[1]) if self.of == "params" and all(weights) else None
        quantities = Quotient(first, second, bare)
        return [Part.of(RATIO, "ratio", quantities, quotient, "total of the first / total of the second")]  # fmt: skip


# ---------------------------------------------------------------------------- trainable parameters


_SPLIT_METHODS = {
    "total": "everything that is stored",
    "trainable": "weights and biases of the layers that are not frozen",
    "non-trainable": "running means and variances, and everything in frozen layers",
}


@question("params-trainable")
class ParamsTrainable(Parted):
    """The total, trainable and non-trainable parameters of a network; its first layers can be frozen."""

    partial: ClassVar = "parts"
    ignores: ClassVar = {
        "bn": "the running means and variances are counted, as parameters that do not train",
        "flops": "no operations are asked for",
    }
    rule: ClassVar = (
        "Batch normalisation keeps four numbers per channel: it learns a scale and a shift, and measures a mean and "
        "a variance, which do not train. Nothing in a frozen layer trains."
    )
    examples: ClassVar = (
        {"input": "20x20x2", "arch": "conv:k3c8 bn relu fc:10"},
        {"input": "12x12x3", "arch": "conv:k3c4 pool:k2 fc:20 fc:5", "frozen": 1},
    )

    arch: Arch
    input: Hwc | None = None
    frozen: int = 0

    def check(self) -> None:
        layers = len(self.layers())
        if self.frozen > layers:
            message = f"is {self.frozen:,}, but only {plural(layers, 'layer')} of the network have parameters"  # fmt: skip
            raise GivenError("frozen", message)
        super().check()

    def layers(self) -> list[Row]:
        """The layers that have parameters."""
        rows: list[Row] = self.arch.rows(self.input)
        return [row for row in rows if row.weights or row.statistics]

    def setting(self) -> str:
        frozen = "" if not self.frozen else " Its first layer with parameters is frozen." if self.frozen == 1 else f" Its first {self.frozen} layers with parameters are frozen."  # fmt: skip
        return f"Network: {self.arch}{on_input(self.input)}.{frozen}"

    def asks(self) -> dict[str, str]:
        return {
            "total": "How many parameters does it have in total, trainable or not?",
            "trainable": "How many parameters are trainable?",
            "non-trainable": "How many parameters are not trainable?",
        }

    def every_part(self) -> list[Part]:
        rows = self.layers()
        learned = [row.weights + (row.biases if row.counts_biases else 0) for row in rows]
        all_of = Split(tuple(learned), tuple([row.statistics for row in rows]), self.frozen, "")
        found = []
        for which, method in _SPLIT_METHODS.items():
            quantities = all_of._replace(which=which)
            part = Part.of(COUNT, f"trainable-{which}", quantities, split_count, method)
            part.name = part.label = which
            found.append(part)
        return found


# --------------------------------------------------------------------------- shapes of weights


_LAYERS = {"conv": "convolution", "transposed": "transposed convolution", "fc": "fully connected layer"}  # fmt: skip
_AXES = {1: ("kernel length",), 2: ("kernel height", "kernel width"), 3: ("kernel depth", "kernel height", "kernel width")}  # fmt: skip


_SHAPE_WANTED = "the sizes along its axes, separated by ×"


class _Weighted(Task):
    """A question about a layer with weights: conv, transposed or fc."""

    c_in: Count
    filters: Count
    k: Sizes | None = None
    groups: Count = 1
    layer: str = "conv"

    def check(self) -> None:
        if self.layer not in _LAYERS:
            raise GivenError("layer", f"must be one of {', '.join(_LAYERS)}")
        if (self.k is None) != (self.layer == "fc"):
            what = "has no meaning for a fully connected layer; leave it out" if self.k else "is missing: the kernel size"  # fmt: skip
            raise GivenError("k", what)
        if self.layer == "fc" and self.groups > 1:
            raise GivenError(
                "groups", "have no meaning for a fully connected layer; leave them out"
            )
        need_groups(self.groups, self.c_in, self.filters)

    def kernel(self) -> tuple[int, ...]:
        """Taps per axis."""
        return () if self.k is None else each(self.k, axes_of(self.k) or 2)

    def layer_words(self) -> str:
        """The layer, in words."""
        if self.layer == "fc":
            return f"A fully connected layer has {plural(self.c_in, 'input')} and {plural(self.filters, 'unit')}."
        kernel = self.kernel()
        window = f"{kernel[0]}-wide" if len(kernel) == 1 else times(kernel)
        groups = f" in {self.groups} groups" if self.groups > 1 else ""
        channels = plural(self.c_in, "input channel")
        return f"A {window} {_LAYERS[self.layer]}{groups} has {plural(self.filters, 'filter')} on {channels}."

    def tensor(self, order: str) -> Tensor:
        """The numbers behind the question."""
        transposed = self.layer == "transposed"
        return Tensor(self.kernel(), self.c_in, self.filters, self.groups, order, transposed)


@question("weight-shape")
class WeightShape(_Weighted):
    """The shape of the weights of a layer: conv, transposed or fc (c_in inputs and filters units)."""

    rule: ClassVar = "One filter has the size of the kernel in every channel that it reads; the tensor contains all filters."
    examples: ClassVar = (
        {"k": 3, "c_in": 16, "filters": 40}, {"k": 5, "c_in": 8, "filters": 20},
    )  # fmt: skip

    order: Order

    def sentence(self) -> str:
        return f"{self.layer_words()} What is the shape of its weight tensor? Write {' × '.join(self._names())}."

    def _names(self) -> tuple[str, ...]:
        """The names of the numbers, in their order."""
        fed, made = ("inputs", "units") if self.layer == "fc" else ("input channels", "filters")
        if self.groups > 1:
            fed, made = (fed, "filters of one group") if self.layer == "transposed" else ("input channels of one group", made)  # fmt: skip
        turned = (self.layer == "transposed") != (self.order == "hwc")
        pair = (fed, made) if turned else (made, fed)
        axes = _AXES.get(len(self.kernel()), ())
        return (*axes, *pair) if self.order == "hwc" else (*pair, *axes)

    def parts(self) -> list[Part]:
        quantities = self.tensor(self.order)
        form, method = Volume(_SHAPE_WANTED, sides=0, names=self._names()), "kernel, channels of one filter, filters"  # fmt: skip
        return [Part.of(form, "weight-shape", quantities, tensor_shape, method)]


@question("bias-shape")
class BiasShape(_Weighted):
    """The shape of the bias of a layer: conv, transposed or fc (c_in inputs and filters units)."""

    ignores: ClassVar = {"order": "a bias has one axis"}
    rule: ClassVar = "There is one bias for each filter or unit, whatever it reads."
    examples: ClassVar = (
        {"k": 3, "c_in": 16, "filters": 40}, {"k": 5, "c_in": 8, "filters": 20},
    )  # fmt: skip

    order: Order

    def sentence(self) -> str:
        return f"{self.layer_words()} What is the shape of its bias?"

    def parts(self) -> list[Part]:
        form, quantities = Volume(_SHAPE_WANTED, sides=0), self.tensor(self.order)
        part = Part("", form, (self.filters,), "bias-shape", quantities, method="one per filter")
        part.also = _with_ones(self.filters)
        return [part]


def _with_ones(filters: int) -> tuple[tuple[int, ...], ...]:
    """A bias with axes of length 1, as in courses that add it to a map or a column."""
    column, row, map_ = (filters, 1), (1, filters), (filters, 1, 1)
    return (column, row, map_, (1, 1, filters), (1, *map_), (1, 1, 1, filters))
