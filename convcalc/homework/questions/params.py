"""Questions that count: parameters of every kind of layer, neurons, connections."""

from __future__ import annotations

from typing import Any, ClassVar

from convcalc.homework.answers.types import COUNT, Misfit
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError, Hwc, Sizes, axes_of, each
from convcalc.homework.questions.meaning import (
    Bias,
    EachHasBiases,
    Fit,
    NormNumbers,
    Padding,
    PoolNumbers,
    ZerosPerAxis,
    default,
)
from convcalc.homework.questions.quantities import (
    Axis,
    Conv,
    Linear,
    Neuron,
    Separable,
    axes_of_window,
    conv_params,
    linear_params,
    misfit_text,
    neuron_weights,
    output_sides,
    separable_params,
)
from convcalc.homework.questions.words import biases, by, volume
from convcalc.text import plural

_PARAMS_RULE = "One filter has k × k × (input channels) weights and one bias. There is one filter for each output map."


_ONLY_FILTERS = {"padding": "parameters do not depend on the padding"}


def need_groups(groups: int, c_in: int, filters: int) -> None:
    """Refuse groups that do not divide the channels."""
    if c_in % groups or filters % groups:
        raise GivenError(
            "groups",
            f"{groups} does not divide {c_in} channels and {filters} filters; use a common divisor",
        )


class Filters(Task):
    """A question about a convolution's filters."""

    rule: ClassVar = _PARAMS_RULE

    k: Any
    c_in: Any
    filters: Any
    n: Any
    s: Any
    p: Any
    bias: Any

    @property
    def axes(self) -> int:
        """How many axes the input has."""
        p = self.p.given if isinstance(self.p, Padding) else None
        return axes_of(self.k, self.n, self.s, p) or 2

    def image(self) -> tuple[int, ...]:
        """The input's sides; () if the question has none."""
        return () if self.n is None else each(self.n, self.axes)

    def windows(self) -> tuple[Axis, ...]:
        """The window along each axis of the input."""
        return axes_of_window(self.n, self.k, self.s, self.p, 1, axes=len(self.kernel()))

    def out(self) -> tuple[int, ...]:
        """The output's sides; () if the question has no input."""
        return () if self.n is None else tuple([axis.floor for axis in self.windows()])

    def kernel(self) -> tuple[int, ...]:
        """Taps per axis."""
        return each(self.k, self.axes)

    def conv(self) -> Conv:
        """The numbers behind the question."""
        return Conv(
            self.kernel(),
            self.c_in,
            self.filters,
            getattr(self, "groups", 1),
            self.bias,
            self.out(),
            self.image(),
            axes=() if self.n is None else self.windows(),
        )

    def check(self) -> None:
        self.axes  # noqa: B018 - numbers for different axes are refused here
        if self.n is None:
            return
        wrong = [axis for axis in self.windows() if axis.floor < 1]
        if wrong:
            message = f"a kernel of {by(self.k, self.axes)} does not fit an input of {by(self.n, self.axes)}; give a larger input"
            raise GivenError("n", message)

    def image_words(self) -> str:
        """The input in words."""
        return (
            f" on a {volume(self.n, self.axes, self.c_in)} input"
            if self.n is not None
            else f" on {plural(self.c_in, 'input channel')}"
        )


class Positions(Filters):
    """A question about a convolution's filters and their positions."""

    fit: Fit

    def check(self) -> None:
        super().check()
        if self.n is not None and isinstance(output_sides(self.windows(), self.fit), Misfit):
            raise GivenError("n", misfit_text(self.windows()))


@question("params")
class Params(Filters):
    """The parameters of a convolution; with `groups`, of a grouped one."""

    ignores: ClassVar = _ONLY_FILTERS
    examples: ClassVar = (
        {"k": 3, "c_in": 8, "filters": 4}, {"k": 7, "c_in": 6, "filters": 20},
    )  # fmt: skip

    k: Sizes
    c_in: Count
    filters: Count
    groups: Count = 1
    bias: Bias = default(None)
    n: Sizes | None = None
    s: Sizes = 1
    p: ZerosPerAxis = default(0)

    def check(self) -> None:
        super().check()
        need_groups(self.groups, self.c_in, self.filters)

    def gaps(self, given: set[str]) -> list[str]:
        return []

    def sentence(self) -> str:
        groups = f" in {self.groups} groups" if self.groups > 1 else ""
        return (
            f"A convolution has {plural(self.filters, 'filter')} of {by(self.k, self.axes)}{groups}{self.image_words()}. "
            f"How many parameters does it have{biases(self.written('bias'))}?"
        )

    def parts(self) -> list[Part]:
        quantities = self.conv()
        kernel = "·".join(map(str, quantities.kernel))
        plus = " + 1" if quantities.bias else ""
        method = f"({kernel}·{quantities.depth}{plus})·{quantities.filters}"
        return [Part.of(COUNT, "params", quantities, conv_params, method)]


@question("weights-per-neuron")
class WeightsPerNeuron(Task):
    """The weights of one neuron: its window times the channels that it reads, not counting the bias."""

    rule: ClassVar = "A neuron reads a k × k window of every input channel."
    examples: ClassVar = ({"k": 3, "c_in": 12}, {"k": 7, "c_in": 4})

    k: Sizes
    c_in: Count
    n: Sizes | None = None
    s: Sizes = 1
    filters: Count | None = None

    def sentence(self) -> str:
        channels = plural(self.c_in, "input channel")
        return f"How many weights does a neuron with a {by(self.k, self.axes)} window on {channels} have, not counting the bias?"

    @property
    def axes(self) -> int:
        """How many axes the input has."""
        return axes_of(self.k, self.n, self.s) or 2

    def parts(self) -> list[Part]:
        kernel = each(self.k, self.axes)
        out: tuple[int, ...] = ()
        if self.n is not None:
            sides = zip(each(self.n, self.axes), kernel, each(self.s, self.axes))
            out = tuple([(n - k) // s + 1 for n, k, s in sides if n >= k])
        quantities = Neuron(kernel, self.c_in, self.filters or 1, out)
        method = "·".join(map(str, (*quantities.kernel, self.c_in)))
        return [Part.of(COUNT, "neuron", quantities, neuron_weights, method)]


@question("params-fc")
class ParamsFc(Task):
    """The parameters of a fully connected layer on a volume or a vector."""

    rule: ClassVar = "Flatten the input; every unit has one weight per input value, and one bias."
    examples: ClassVar = ({"input": "10x10x4", "units": 30}, {"input": "6x6x5", "units": 12})

    input: Hwc
    units: Count
    bias: Bias = default(None)

    def sentence(self) -> str:
        shape = "×".join(map(str, self.input))
        return (
            f"A fully connected layer has {plural(self.units, 'unit')} on an input of {shape}. "
            f"How many parameters does it have{biases(self.written('bias'))}?"
        )

    def parts(self) -> list[Part]:
        quantities = Linear(self.input, self.units, self.bias)
        plus = " + 1" if quantities.bias else ""
        method = f"({'·'.join(map(str, self.input))}{plus})·{self.units}"
        return [Part.of(COUNT, "linear", quantities, linear_params, method)]


@question("params-bn")
class ParamsBn(Task):
    """The numbers of a batch normalisation: those it learns, or the running mean and variance too."""

    rule: ClassVar = "Per channel it learns a scale and a shift; a mean and a variance are measured, not learned."
    examples: ClassVar = ({"c_in": 10}, {"c_in": 24})

    c_in: Count
    per_channel: NormNumbers

    def sentence(self) -> str:
        with_all = self.per_channel == 4
        which = "numbers" if with_all else "trainable parameters"
        more = ", running mean and variance included" if with_all else ""
        return f"How many {which} does a batch normalisation of {plural(self.c_in, 'channel')} have{more}?"

    def parts(self) -> list[Part]:
        method = f"(numbers per channel)·{self.c_in}"
        return [Part("", COUNT, self.per_channel * self.c_in, "bn", self.c_in, method=method)]


@question("params-depthwise")
class ParamsDepthwise(Filters):
    """The parameters of a depthwise convolution."""

    ignores: ClassVar = _ONLY_FILTERS
    rule: ClassVar = (
        "Depthwise: every channel has its own k × k filter of depth 1, and its own bias."
    )
    examples: ClassVar = ({"k": 3, "c_in": 10}, {"k": 5, "c_in": 32})

    k: Sizes
    c_in: Count
    bias: Bias = default(None)
    n: Sizes | None = None
    s: Sizes = 1
    p: ZerosPerAxis = default(0)

    def sentence(self) -> str:
        channels = plural(self.c_in, "channel")
        return f"How many parameters does a depthwise {by(self.k, self.axes)} convolution on {channels} have{biases(self.written('bias'))}?"

    def conv(self) -> Conv:
        return Conv(
            self.kernel(),
            self.c_in,
            self.c_in,
            self.c_in,
            self.bias,
            self.out(),
            self.image(),
        )

    def parts(self) -> list[Part]:
        quantities = self.conv()
        kernel = "·".join(map(str, quantities.kernel))
        plus = " + 1" if quantities.bias else ""
        return [Part.of(COUNT, "params", quantities, conv_params, f"({kernel}{plus})·{self.c_in}")]


@question("params-separable")
class ParamsSeparable(Task):
    """The parameters of a depthwise separable convolution: the depthwise and the 1×1 half; `multiplier` maps per channel."""

    ignores: ClassVar = {"bias": "the question says itself whether biases count"}
    rule: ClassVar = (
        "Two layers: k·k weights per input channel, then a 1×1 convolution of all channels."
    )
    examples: ClassVar = (
        {"k": 3, "c_in": 10, "filters": 20}, {"k": 5, "c_in": 16, "filters": 8},
        {"k": 3, "c_in": 12, "filters": 6, "bias": "true"},
    )  # fmt: skip

    k: Sizes
    c_in: Count
    filters: Count
    multiplier: Count = 1
    bias: Bias = default(False)  # noqa: FBT003 - the value of an option
    both: EachHasBiases

    def sentence(self) -> str:
        which = "biases of both layers" if self.both else "the biases of the 1×1 layer"
        bias = f", {which} included" if self.bias else ", without biases"
        maps = f" with {self.multiplier} maps per channel" if self.multiplier > 1 else ""
        return (
            f"How many parameters does a depthwise separable {by(self.k)} convolution{maps} from {self.c_in} to "
            f"{self.filters} channels have{bias}?"
        )

    def parts(self) -> list[Part]:
        kernel = each(self.k, 2)
        quantities = Separable(
            kernel[0],
            self.c_in,
            self.filters,
            kernel=kernel,
            multiplier=self.multiplier,
            bias=self.bias,
            both=self.both,
        )
        times = f"·{self.multiplier}" if self.multiplier > 1 else ""
        plus = "".join([f" + {count}" for count in quantities.biases if count])
        method = f"{'·'.join(map(str, kernel))}·{self.c_in}{times} + {self.c_in}{times}·{self.filters}{plus}"
        return [Part.of(COUNT, "separable", quantities, separable_params, method)]


@question("params-transposed")
class ParamsTransposed(Filters):
    """The parameters of a transposed convolution: as many as an ordinary convolution with the same channels has."""

    ignores: ClassVar = _ONLY_FILTERS
    examples: ClassVar = ({"k": 3, "c_in": 8, "filters": 4}, {"k": 5, "c_in": 6, "filters": 9})

    k: Sizes
    c_in: Count
    filters: Count
    bias: Bias = default(None)
    n: Sizes | None = None
    s: Sizes = 1
    p: ZerosPerAxis = default(0)

    def sentence(self) -> str:
        return f"How many parameters does a transposed {by(self.k, self.axes)} convolution from {self.c_in} to {self.filters} channels have{biases(self.written('bias'))}?"

    def parts(self) -> list[Part]:
        # its output is larger than its input: mistakes about a convolution's positions do not fit
        quantities = self.conv()._replace(out=(), image=(), axes=())
        kernel = "·".join(map(str, quantities.kernel))
        plus = " + 1" if quantities.bias else ""
        return [
            Part.of(
                COUNT,
                "params",
                quantities,
                conv_params,
                f"({kernel}·{self.c_in}{plus})·{self.filters}",
            )
        ]


@question("params-pool")
class ParamsPool(Task):
    """The parameters of a pool: none today; the pools of LeNet-5 have a weight and a bias per map."""

    rule: ClassVar = "A pool takes the maximum or the mean of a window: is there anything to learn?"
    examples: ClassVar = ({"k": 2, "c_in": 16}, {"k": 3, "c_in": 10})

    k: Sizes
    c_in: Count
    per_map: PoolNumbers

    def sentence(self) -> str:
        which = " of LeNet-5" if self.per_map else ""
        return f"How many parameters does a {by(self.k)} pool{which} on {plural(self.c_in, 'map')} have?"

    def parts(self) -> list[Part]:
        expected = self.per_map * self.c_in
        return [
            Part(
                "",
                COUNT,
                expected,
                "pool-params",
                (self.k, self.c_in),
                method="numbers that a pool learns, per map, times the maps",
            )
        ]
