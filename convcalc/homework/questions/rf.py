"""Questions about receptive fields."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, ClassVar

from convcalc.errors import ConvcalcError
from convcalc.homework.answers.types import SIZE
from convcalc.homework.questions.axes import one_or_all, sides_part
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import (
    MAX_LAYERS,
    Count,
    GivenError,
    Layers,
    LayersPerAxis,
    NetworkName,
    Sizes,
    axes_of,
    each,
)
from convcalc.homework.questions.meaning import InPixels
from convcalc.homework.questions.quantities import Rf, rf_size
from convcalc.homework.questions.words import by, quotient_up
from convcalc.layers.rf import UnknownField
from convcalc.solve.equation import layers_to_field
from convcalc.text import plural

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers.rf import Fields

_MAX_STRIDE_DIGITS = 30
_RULE = "Start with 1; every layer adds d·(k − 1) times the product of all strides before it."


def _layer_words(layers: Layers) -> str:
    """Layers in words, equal ones together."""
    texts: list[str] = []
    i = 0
    while i < len(layers):
        same = 1
        while i + same < len(layers) and layers[i + same] == layers[i]:
            same += 1
        texts.append(f"{same} × {layers[i]}" if same > 1 else str(layers[i]))
        i += same
    return ", ".join(texts)


def _formula_text(layers: Layers) -> str:
    """The sum with its numbers, without the total."""
    if len(layers) > 12:
        return "1 + Σ d·(k − 1)·(strides before)"
    texts, j = ["1"], 1
    for layer in layers:
        d = f"{layer.d}·" if layer.d > 1 else ""
        texts.append(f"{d}({layer.k} − 1)" + (f"·{j}" if j > 1 else ""))
        j *= layer.s
    return " + ".join(texts)


@question("receptive-field")
class ReceptiveField(Task):
    """The receptive field of one unit after some layers, written kernel/stride/dilation."""

    rule: ClassVar = _RULE
    examples: ClassVar = ({"layers": "5/2 3/1 3/2"}, {"layers": "7/2 3/2 3/1"}, {"layers": "4*5/1"})

    layers: LayersPerAxis
    image: Count | None = None
    blocks: Count = 1
    in_pixels: InPixels

    def sentence(self) -> str:
        what = (
            "How many pixels are in the receptive field"
            if self.in_pixels
            else "How large is the receptive field"
        )
        times = f" ({self.blocks} such blocks in a row)" if self.blocks > 1 else ""
        return f"{what} of one unit after the layers (kernel/stride) {_layer_words(self.written('layers'))}{times}?"

    def check(self) -> None:
        layers = len(self.layers) * self.blocks
        if layers > MAX_LAYERS:
            what = f"{self.blocks:,} blocks of {plural(len(self.layers), 'layer')} are {layers:,}; at most {MAX_LAYERS:,} layers are read"
            raise GivenError("blocks", what)
        strides = [prod([layer.s for layer in axis]) ** self.blocks for axis in self.along()]
        if max(strides) >= 10**_MAX_STRIDE_DIGITS:
            what = f"the product of all strides has more than {_MAX_STRIDE_DIGITS} digits; use smaller strides or fewer layers"
            raise GivenError("layers", what)

    def axes(self) -> int:
        """How many axes the layers are for."""
        return axes_of(*[value for layer in self.layers for value in (layer.k, layer.s, layer.d)])

    def along(self) -> list[Layers]:
        """The layers along each axis; only one axis if all are equal."""
        axes = self.axes() or 1
        columns = [
            [
                layer._replace(k=k, s=s, d=d)
                for k, s, d in zip(*(each(value, axes) for value in layer[:3]))
            ]
            for layer in self.layers
        ]
        found = list(zip(*columns))
        return found[:1] if len(set(found)) == 1 else found

    def parts(self) -> list[Part]:
        axes = [
            Rf(layers * self.blocks, self.in_pixels, self.image or 0, self.blocks, self.axes() or 2)
            for layers in self.along()
        ]
        return [_fields_part(axes)]


def _fields_part(axes: list[Rf]) -> Part:
    """The part that asks for receptive fields along some axes; only one axis if all are equal."""
    texts = [_formula_text(axis.layers) for axis in axes]
    if len(axes) == 1:
        power = {1: "", 2: " squared", 3: " cubed"}[axes[0].axes] if axes[0].pixels else ""
        return Part.of(SIZE, "rf", axes[0], rf_size, texts[0] + power)
    along = [
        Part.of(SIZE, "rf", axis._replace(pixels=False), rf_size, text)
        for axis, text in zip(axes, texts)
    ]
    method = ", ".join(texts)
    if axes[0].pixels:
        method = " times ".join(f"({text})" for text in texts)
    return sides_part(along, method, pixels=axes[0].pixels)


@question("receptive-field-net")
class ReceptiveFieldNet(Task):
    """The receptive field in a bundled network or a YAML file: of the last layer before the classifier, or of the layer `at`."""

    rule: ClassVar = _RULE
    examples: ClassVar = ({"net": "lenet5"}, {"net": "zfnet"})

    net: NetworkName
    at: str = ""
    in_pixels: InPixels

    def check(self) -> None:
        self.size()

    def sentence(self) -> str:
        what = (
            "How many pixels are in the receptive field"
            if self.in_pixels
            else "How large is the receptive field"
        )
        gathered = isinstance(self.field(), UnknownField)
        return (
            f"{what} of a unit of {self.at or 'the last convolutional layer'} of {self.net}?"
            f"{' Follow only the windows, not layers that use a whole map, such as a gate.' * gathered}"
        )

    def walked(self) -> tuple[Analysis, Step]:
        """The walked network, and the layer of the units in the question."""
        found: tuple[Analysis, Step] = self.once("walked", self._walk)
        return found

    def _walk(self) -> tuple[Analysis, Step]:
        from convcalc.analysis.analysis import widest
        from convcalc.homework.questions.networks import loaded

        network = loaded(self.net, "net")
        try:
            analysis = network.walk()
        except ConvcalcError as error:
            raise GivenError("net", str(error)) from None
        if self.at and self.at not in analysis:
            raise GivenError(
                "at", f"{self.net} has no layer {self.at!r}; convcalc arch {self.net} lists them"
            )
        if self.at:
            return analysis, analysis[self.at]
        trunks = [step for output in analysis.outputs for step in analysis.trunk(output)]
        seen = widest(list(analysis.rf.values()))
        return analysis, [step for step in trunks if step.rf is seen][-1]

    def field(self) -> Fields:
        """The receptive field, or why it has no size."""
        _, step = self.walked()
        return step.rf

    def size(self) -> tuple[int, ...]:
        """The sides in pixels, without layers on the way that read the whole map, such as a gate."""
        from convcalc.analysis.fields import local_fields

        rf = self.field()
        sides = tuple([axis.size for axis in local_fields(rf)])
        if not sides:
            reason = rf.reason if isinstance(rf, UnknownField) else "nothing in it is a map"
            what = self.at or self.net
            raise GivenError("at", f"the receptive field of {what} is not known: {reason}")
        return sides

    def parts(self) -> list[Part]:
        from convcalc.homework.questions.paths import fields_along
        from convcalc.homework.questions.stretched import stretched_along, stretched_size

        sides = self.size()
        along = fields_along(*self.walked(), sides)
        if along:
            return [_fields_part([axis._replace(pixels=self.in_pixels) for axis in along])]
        method = "layer by layer from the image"
        stretched = stretched_along(*self.walked(), sides)
        if stretched is not None:
            numbers = stretched._replace(pixels=self.in_pixels)
            return [Part.of(SIZE, "rf-stretched", numbers, stretched_size, method)]
        expected = prod(sides) if self.in_pixels else one_or_all(sides)
        return [Part("", SIZE, expected, method=method)]


@question("layers-for-rf")
class LayersForField(Task):
    """How many layers of one kernel size at stride 1 give a receptive field of a given size."""

    rule: ClassVar = "Start with 1; at stride 1 every layer adds k − 1."
    examples: ClassVar = ({"k": 5, "size": 41}, {"k": 3, "size": 21})

    k: Sizes
    size: Sizes

    def check(self) -> None:
        if any(k < 2 for k, _ in self.along()):
            raise GivenError("k", "a kernel of 1 adds nothing; give 2 or more")

    def along(self) -> list[tuple[int, int]]:
        """The kernel and the size along each axis."""
        axes = axes_of(self.k, self.size) or 2
        return list(zip(each(self.k, axes), each(self.size, axes)))

    def sentence(self) -> str:
        axes = len(self.along())
        size = " × ".join(map(str, each(self.size, axes)))
        return f"How many {by(self.k, axes)} layers with stride 1 give a receptive field of at least {size} pixels?"

    def parts(self) -> list[Part]:
        along = list(dict.fromkeys(self.along()))
        needed = [layers_to_field(size, k) for k, size in along]
        method = ", ".join(
            quotient_up(f"({size} − 1)", size - 1, f"({k} − 1)", k - 1) for k, size in along
        )
        if len(along) > 1:
            larger = f"the larger of {method}"
            return [Part("", SIZE, max(needed), "layers-for-rf-axes", tuple(along), method=larger)]
        return [Part("", SIZE, needed[0], "layers-for-rf", along[0], method=method)]
