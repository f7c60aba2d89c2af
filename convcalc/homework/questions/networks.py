"""The networks of questions, in a sheet's notation: read and walked."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from convcalc.errors import ConvcalcError, ShapeError, UsageError, first_line
from convcalc.files import YAML_SUFFIXES
from convcalc.homework.questions.given import MAX_LAYERS, GivenError, Hwc, NetworkFile
from convcalc.homework.questions.rows import Counting, Row, without_strict
from convcalc.text import shortened

if TYPE_CHECKING:
    from convcalc.layers import Layer
    from convcalc.layers.rf import Fields
    from convcalc.layers.window import Axis
    from convcalc.network.network import Network
    from convcalc.network.notations import Reading


_MAX_PATH = 500  # most layers between two rows of a table
_MAX_SPELLED = 40  # most layers of a file that a question lists


class Writing(NamedTuple):
    """The meaning of the words of a chain; bundled networks and files state this themselves.

    Attributes:
        total: whether a padding is for both sides together.
        symmetric: whether "same" adds (k − 1)/2 on each side.
        dilation_base: the dilation of an ordinary convolution, 0 or 1.
        fit: what happens if a window does not fit.
    """

    total: bool = False
    symmetric: bool = False
    dilation_base: int = 1
    fit: str = "floor"

    def adapt(self, cls: type[Layer], texts: dict[str, str], axes: int) -> dict[str, str]:
        """The options of one layer in the chain language.

        Raises:
            GivenError: a dilation is 0 but counts from 1.
        """
        from convcalc.layers.options import options_of

        found = dict(texts)
        if "dilation" in texts:
            found["dilation"] = _each_number(texts["dilation"], self._dilation)
        padding = texts.get("padding", "")
        if padding == "same" and self.symmetric and "kernel_size" in texts:
            found["padding"] = _symmetric(texts["kernel_size"], found.get("dilation", "1"), axes)
        elif self.total and padding[:1].isdigit() and "," not in padding:
            found["padding"] = _each_number(
                _per_axis(padding, axes), lambda p: f"{p // 2},{p - p // 2}"
            )
        rule = {"strict": "strict", "ceil": "caffe" if cls.family == "pool" else ""}.get(self.fit)
        if rule and "fit" in options_of(cls) and not {"fit", "ceil_mode"} & texts.keys():
            found["fit"] = rule
        return found

    def _dilation(self, value: int) -> str:
        """A dilation, counted from 1."""
        if value < self.dilation_base:
            message = "has dilation 0, but this sheet counts dilation from 1; write d1 or more"
            raise GivenError("arch", message)
        return str(value + 1 - self.dilation_base)


def _each_number(text: str, write: Callable[[int], str]) -> str:
    """An option with the number of each axis converted."""
    return "x".join(write(int(each)) if each.isdigit() else each for each in text.split("x"))


def _per_axis(text: str, axes: int) -> str:
    """An option with a number for each axis, also if it had only one."""
    return text if "x" in text else "x".join([text] * max(axes, 1))


def _symmetric(kernel: str, dilation: str, axes: int) -> str:
    """The padding of (k − 1)/2 on each side, for the kernel of each axis."""
    kernels, dilations = (_per_axis(text, axes).split("x") for text in (kernel, dilation))
    totals = [int(d) * (int(k) - 1) for k, d in zip(kernels, dilations)]
    return "x".join(f"{total // 2},{total - total // 2}" for total in totals)


class Listed(NamedTuple):
    """A layer as a table may list it.

    Attributes:
        kind: its kind.
        names: its names, in lower-case letters and digits.
        aliases: its other names.
        row: the position of its row among the computing layers; None if it has no row.
        output: its output shape, channels first.
        is_view: whether it only changes the shape of its input.
    """

    kind: str
    names: frozenset[str]
    aliases: frozenset[str] = frozenset()
    row: int | None = None
    output: tuple[int, ...] = ()
    is_view: bool = False


class Walked(NamedTuple):
    """A walked network.

    Attributes:
        rows: its rows.
        listed: all its layers that tables may list.
        layers, inputs: each layer, and the positions of the layers that it reads.
        image: the shape of the input, channels first.
    """

    rows: list[Row]
    listed: list[Listed]
    layers: list[Layer]
    inputs: list[tuple[int, ...]]
    image: tuple[int, ...]

    def shape_at(
        self, place: int, own: Callable[[int], tuple[int, ...] | None]
    ) -> tuple[int, ...] | None:
        """A layer's output shape if rows have the student's shapes; None if layers do not fit these.

        Args:
            place: the layer's position in the network; -1 for the image.
            own: gives the student's shape of a row, if there is one.
        """
        found: dict[int, tuple[int, ...]] = {-1: self.image}
        waiting = [place]
        while waiting and len(found) + len(waiting) < _MAX_PATH:
            at = waiting[-1]
            row = self.listed[at].row if at not in found else None
            missing = [each for each in self.inputs[at] if each not in found]
            if at not in found and row is not None:
                found[at] = own(row) or self.listed[at].output
            elif at not in found and missing:
                waiting += missing
                continue
            elif at not in found:
                shapes = [found[each] for each in self.inputs[at]]
                layer = without_strict(self.layers[at])
                try:
                    layer.check(*shapes)
                    found[at] = layer.out_shape(*shapes)
                except ConvcalcError:
                    return None
            waiting.pop()
        return found.get(place)


def plain_name(text: str) -> str:
    """A name in the form in which names of rows are compared.

    >>> plain_name("CONV-9-32"), plain_name("Conv 1")
    ('conv932', 'conv1')
    """
    return "".join(filter(str.isalnum, text.lower()))


class Design:
    """A network as written in a question, with the sheet's notation and counting.

    Args:
        text: the network in any notation, the name of a file or bundled network, or a file already found.
        writing: the meaning of the words of a chain.
        counting: what counts.
    """

    __slots__ = ("_walked", "counting", "text", "writing")

    def __init__(self, text: str | NetworkFile, writing: Writing, counting: Counting) -> None:
        self.text, self.writing, self.counting = text, writing, counting
        self._walked: dict[Hwc | None, Walked] = {}

    def __str__(self) -> str:
        """The network on one line; the layers of a file, so that the question is complete without it."""
        if isinstance(self.text, NetworkFile):
            layers = _spelled(loaded(self.text, "arch")) if self.text.folder else ""
            return f"{self.text} ({layers})" if layers else str(self.text)
        return self.text if "\n" not in self.text else _read(self.text).line()

    @property
    def notes(self) -> list[str]:
        """Notes for the teacher: assumptions about code, or that a file is not shown."""
        if isinstance(self.text, NetworkFile):
            shown = not self.text.folder or _spelled(loaded(self.text, "arch"))
            said = "branches or has many layers, so the question shows only its name; give students the file"
            return [] if shown else [f"{self.text} {said}"]
        if not self.text or is_name(self.text):
            return []
        return _read(self.text).notes

    def rows(self, shape: Hwc | None) -> list[Row]:
        """Its rows on an input.

        Raises:
            GivenError: it is not a network, or does not fit the input.
        """
        return self.walk(shape).rows

    def walk(self, shape: Hwc | None) -> Walked:
        """The walk: its rows, and the layers that a table may list.

        Raises:
            GivenError: it is not a network, or does not fit the input.
        """
        if shape not in self._walked:
            self._walked[shape] = (
                _walk_bundled(self.text, shape, self.counting)
                if isinstance(self.text, str) and _is_bundled(self.text)
                else _walk(self.text, shape, self.writing, self.counting)
            )
        return self._walked[shape]

    def pixels(self, shape: Hwc | None, unit: tuple[int, ...]) -> list[tuple[int, int] | None]:
        """The first and last pixel (or zero around the image) that a unit of the last layer reads, per axis.

        Raises:
            GivenError: it is not a network, or its receptive field is unknown.
        """
        from convcalc.analysis.trace import trace
        from convcalc.analysis.walk import walk

        network, _ = _network_of(self.text, shape, self.writing)
        try:
            analysis = walk(network)
            return trace(analysis, analysis.steps[-1], unit)[analysis.image]
        except ConvcalcError as error:
            raise GivenError("arch", str(error)) from None

    def joined(self, others: tuple[Design, ...]) -> Design:
        """This chain and others after it, as one chain."""
        texts = [str(design.text) for design in (self, *others)]
        plain = not any("\n" in text or "(" in text for text in texts)
        return Design((" " if plain else "\n").join(texts), self.writing, self.counting)

    def rounding_down(self) -> Design:
        """The same chain, with sizes rounded down instead of refused."""
        if self.writing.fit != "strict":
            return self
        return Design(self.text, self.writing._replace(fit="floor"), self.counting)

    def length(self) -> int:
        """How many layers a chain has."""
        return sum(layer.times for layer in _read(str(self.text)).layers)

    def problem(self, shape: tuple[int, ...]) -> str:
        """Why a chain does not accept an input, channels first; empty if it does.

        Raises:
            GivenError: it is not a chain for any input.
        """
        from convcalc.network.notations import network_of

        try:
            network_of(str(self.text), shape, self.writing.adapt, max_layers=MAX_LAYERS)
        except ShapeError as error:
            return str(error)
        except UsageError as error:
            if isinstance(error, GivenError):
                raise
            raise GivenError("arch", _one_line(error)) from None
        return ""

    def windows(self, shape: tuple[int, ...]) -> list[Axis]:
        """The windows of a chain on an input that fits, channels first, along its first axis.

        Returns:
            An empty list if a layer reads in another way, like transposed convolutions.
        """
        from convcalc.analysis.walk import walk
        from convcalc.layers.rf import Slide, UnknownField
        from convcalc.network.notations import network_of

        network, _ = network_of(str(self.text), shape, self.writing.adapt, max_layers=MAX_LAYERS)
        found: list[Axis] = []
        for step in walk(network).steps:
            reads = step.work.reads
            if not step.before or reads is None:
                continue
            if isinstance(reads, UnknownField) or not isinstance(reads[0], Slide):
                return []
            found += step.layer.windows(step.input)[:1]
        return [axis for axis in found if axis.k > 1 or axis.s > 1 or axis.before or axis.after]


def is_name(text: str) -> bool:
    """Whether a text is the name of a network, not a written network."""
    if len(text.split()) != 1 or ":" in text or "(" in text:
        return False
    from convcalc.layers import find
    from convcalc.network.find import bundled_names

    if text.endswith(YAML_SUFFIXES) or text in bundled_names():
        return True
    from convcalc.network.notations.word_tokens import names_layer

    return not (find(text) or names_layer(text))


def _read(text: str, axes: int = 0) -> Reading:
    """A network written in a question, for an input with a number of axes.

    Raises:
        GivenError: it cannot be read.
    """
    from convcalc.network.notations import read

    try:
        return read(text, axes)
    except ConvcalcError as error:
        raise GivenError("arch", _one_line(error)) from None


def _one_line(error: ConvcalcError) -> str:
    """A message on one line; lists in it become numbered."""
    first, *listed = str(error).split("\n")
    return " ".join([first, *(f"({n}) {each.strip()}" for n, each in enumerate(listed, start=1))])


def loaded(name: str | NetworkFile, key: str, shape: tuple[int, ...] | None = None) -> Network:
    """A bundled network, or one in a YAML file, under a word of ``given:``.

    Raises:
        GivenError: it cannot be read, or has too many layers.
    """
    from convcalc.interop.load import load

    file = name if isinstance(name, NetworkFile) else NetworkFile(name, name, "")
    try:
        network = load(file.path, input=shape, within=file.folder)
    except ConvcalcError as error:  # the file's line number would not fit the sheet
        if shape is not None:
            loaded(name, key)  # problems of the network itself come first
        raise GivenError(key, first_line(error)) from None
    if (layers := len(network.nodes)) > MAX_LAYERS:
        raise GivenError(
            key, f"{shortened(file.name)} has {layers:,} layers; at most {MAX_LAYERS:,} are read"
        )
    if network.more_inputs:
        raise GivenError(
            key, f"{shortened(file.name)} has {len(network.inputs)} inputs; name a network with one"
        )
    if network.shared:
        raise GivenError(
            key,
            f"{shortened(file.name)} shares weights, but a question counts those of each layer; name another",
        )
    return network


def _spelled(network: Network) -> str:
    """The layers of a network in a row; empty if it branches, or has too many."""
    from convcalc.layers.options import option_text

    ordered = all(node.inputs == (place - 1,) for place, node in enumerate(network.nodes))
    if not ordered or len(network.nodes) > _MAX_SPELLED:
        return ""
    return ", ".join(f"{n.layer.kind} {option_text(n.layer)}".strip() for n in network.nodes)


def _network_of(
    text: str | NetworkFile, shape: Hwc | None, writing: Writing
) -> tuple[Network, list[str]]:
    """The network of a question, and the names of its layers there."""
    first = None if shape is None else ((shape[-1], *shape[:-1]) if len(shape) > 1 else shape)
    if isinstance(text, NetworkFile) or is_name(text):
        network = loaded(text, "arch", first)
        return network, [node.name for node in network.nodes]
    from convcalc.network.notations import build

    found = _read(text, len(first) - 1 if first else 0)
    if first is None and (not found.input or 0 in found.input):
        raise GivenError("input", "a chain needs the input, such as 32x32x3")
    try:
        return build(found, first, writing.adapt, max_layers=MAX_LAYERS)
    except GivenError:
        raise
    except ConvcalcError as error:
        raise GivenError("arch", _one_line(error)) from None


def _is_bundled(text: str) -> bool:
    """Whether a text names a bundled network; files are excluded, because they may change."""
    from convcalc.network.find import bundled_names

    return text in bundled_names() and not os.path.exists(text)


@lru_cache(maxsize=64)  # a question is asked under every convention; few of them change a row
def _walk_bundled(text: str, shape: Hwc | None, counting: Counting) -> Walked:
    """The layers of a bundled network, for which the meaning of chain words does not matter."""
    return _walk(text, shape, Writing(), counting)


def _walk(
    text: str | NetworkFile, shape: Hwc | None, writing: Writing, counting: Counting
) -> Walked:
    """The layers of a question's network, each with its output."""
    from convcalc.analysis.walk import walk

    network, labels = _network_of(text, shape, writing)
    try:
        analysis = walk(network)
    except ConvcalcError as error:
        raise GivenError("arch", str(error)) from None
    for step in analysis.unproven:
        message = f"{step.name} is {step.kind}, so the right answer is not known; leave it out"
        raise GivenError("arch", message)
    walked = analysis.steps
    rows: list[Row] = []
    listed: list[Listed] = []
    counts: dict[str, int] = {}
    places = 0  # of rows that compute
    waiting: list[Layer] = []
    start: tuple[int, ...] = ()
    reads = -1
    for node, label, step in zip(network.nodes, labels, walked):
        names = frozenset([plain_name(node.name), plain_name(label)]) - {""}
        aliases, is_view = _aliases(node.layer, counts), node.layer.is_view
        each = Listed(node.layer.kind, names, aliases, output=step.output, is_view=is_view)
        listed.append(each)
        if not waiting:
            start, reads = step.input, node.inputs[0]
        if node.layer.is_view:
            waiting.append(node.layer)
            continue
        layers = (*waiting, node.layer)
        row = Row.of(label or node.name, layers, (start, step.input, step.output), counting)
        rows.append(row._replace(reads=reads, field=_field(step.rf, network.input)))
        if row.computes:
            listed[-1] = each._replace(row=places)
            places += 1
        waiting = []
    if not rows:
        raise GivenError("arch", "has no layers that compute anything")
    if not places:  # then every layer is asked for
        shown = iter(range(len(rows)))
        listed = [
            each if node.layer.is_view else each._replace(row=next(shown))
            for node, each in zip(network.nodes, listed)
        ]
    inputs = [node.inputs for node in network.nodes]
    return Walked(rows, listed, [node.layer for node in network.nodes], inputs, network.input)


def _field(rf: Fields, image: tuple[int, ...]) -> tuple[int, ...]:
    """The receptive field along each axis: the whole image for a layer that reads all of it."""
    from convcalc.layers.rf import UnknownField

    if isinstance(rf, UnknownField):
        return image[1:] if rf.whole and not rf.local else ()
    return tuple([axis.size for axis in rf])


_FAMILY_NAMES = {"linear": ("fc", "dense", "linear", "fullyconnected"), "norm": ("bn", "norm")}


def _aliases(layer: Layer, counts: dict[str, int]) -> frozenset[str]:
    """Other names of a layer in a table: its kind or family, alone or with its number."""
    words = {layer.kind, layer.family, *_FAMILY_NAMES.get(layer.family, ())}
    found = set(map(plain_name, words))
    for word in words:
        counts[word] = counts.get(word, 0) + 1
        found.add(f"{plain_name(word)}{counts[word]}")
    return frozenset(found)
