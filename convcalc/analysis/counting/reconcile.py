"""Which way of counting, resolution, number of classes, layout or rounding gives a published number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.analysis.counting.count import BATCH_NORMS, counted
from convcalc.analysis.counting.published import Published
from convcalc.analysis.counting.ways import WAYS
from convcalc.analysis.memory import memory
from convcalc.errors import ConvcalcError
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.network.network import Network

    Load = Callable[..., Network]

# Sides of pictures in papers and libraries; all that a network can take are tried.
SIDES = (
    128,
    160,
    192,
    224,
    227,
    240,
    256,
    260,
    288,
    299,
    300,
    320,
    331,
    380,
    384,
    416,
    448,
    456,
    512,
    528,
    600,
    608,
)
_KERAS_RESNETS = "with running statistics, and biases before batch norms (Keras's ResNets)"
_MULTIPLY_ADDS = "multiply-adds (papers, convcalc)"
CLASSES = {1000: (1001,), 1001: (1000,)}
_OWN, _LIKELY, _FAR = 0, 2, 4
# The largest distance of a cause from the network as given: few digits fit many causes by chance.
_FARTHEST = {1: 1, 2: 3, 3: 4}
_NO_LIMIT = 9
_PLAIN = 1  # a cause this near makes others unnecessary


class Measure(NamedTuple):
    """A number that somebody might print about a network.

    Attributes:
        what: params, operations, activations or memory.
        name: the way it is counted.
        value: the number.
        far: how unusual it is.
        cuts: whether its source cuts numbers off instead of rounding.
    """

    what: str
    name: str
    value: int
    far: int
    cuts: bool = False


class Cause(NamedTuple):
    """An explanation of a published number.

    Attributes:
        measure: what was counted, and how.
        change: what differs from the given network; empty if nothing does.
        rounding: ``rounded``, ``cut off``, or empty for an exact number.
        far: how unusual it is in total; smaller is more plausible.
    """

    measure: Measure
    change: str
    rounding: str
    far: int

    def __str__(self) -> str:
        said = [self.measure.name, *filter(None, (self.change, self.rounding))]
        return f"{self.measure.what}: {', '.join(said)}"


def causes(
    network: Network, published: Published, load: Load, others: Mapping[str, str]
) -> tuple[list[Cause], Cause]:
    """All causes of a number, the most plausible first; and the nearest miss.

    Args:
        network: the network as given.
        published: the number.
        load: returns the same network with other ``input=`` or ``parameters=``.
        others: other layouts of the same network, each with what differs there.
    """
    near: list[tuple[float, Cause]] = []
    found: list[Cause] = []
    most = _FARTHEST.get(published.digits, _NO_LIMIT)
    # Other networks are only tried if nothing plain gives the number, because they give many numbers.
    for variants, plain in (
        (_as_it_is(network), _PLAIN),
        (_other_layouts(network, load, others), most),
        (_other_sides(network, load) if most >= _FAR else (), most),
    ):
        for analysis, change, far in variants:
            measures = _measures if far < most else _plain  # unusual measures would be too far
            for measure in measures(analysis, published):
                cause, is_one = _cause(measure, published, change, far)
                if is_one and cause.far <= most:
                    found.append(cause)
                elif far < _FAR:  # one that is too unusual may still be the nearest
                    off = abs(measure.value / published.value - 1)
                    near.append((off + cause.far / 1000, cause._replace(rounding="")))
        found.sort(key=lambda cause: cause.far)
        if found and found[0].far <= plain:
            return _first_of_each(found), found[0]
    return [], min(near, key=lambda pair: pair[0])[1]


def _cause(measure: Measure, published: Published, change: str, far: int) -> tuple[Cause, bool]:
    """A number as a cause, and whether it gives the published number."""
    rounding = _rounding(measure, published)
    cut = rounding == "cut off" and not measure.cuts
    return Cause(measure, change, rounding or "", far + measure.far + cut), rounding is not None


def _first_of_each(found: list[Cause]) -> list[Cause]:
    """Join causes with the same number and network: the first, with the names of the others."""
    kept: dict[tuple[str, str, int], Cause] = {}
    unchanged = {cause.measure.name: cause.far for cause in found if not cause.change}
    for cause in found:
        if cause.change and cause.far > unchanged.get(cause.measure.name, cause.far):
            continue  # the unchanged network gives the number in the same way
        key = (cause.measure.what, cause.change, cause.measure.value)
        first = kept.get(key)
        if first is None:
            kept[key] = cause
        elif cause.measure.name not in first.measure.name.split("; "):
            names = f"{first.measure.name}; {cause.measure.name}"
            kept[key] = first._replace(measure=first.measure._replace(name=names))
    return [_with_few_names(cause) for cause in kept.values()]


def _with_few_names(cause: Cause) -> Cause:
    """A cause with only the first names, if very many ways agree."""
    first, *more = cause.measure.name.split("; ")
    if len(more) < 2:
        return cause
    name = f"{first}; {len(more)} tools agree"
    return cause._replace(measure=cause.measure._replace(name=name))


def _rounding(measure: Measure, published: Published) -> str | None:
    """How a number becomes the published one; None if it does not."""
    if measure.value == published.value:
        return ""
    if published.rounded(measure.value):
        return "rounded"
    return "cut off" if published.cut_off(measure.value) else None


def _as_it_is(network: Network) -> Iterator[tuple[Analysis, str, int]]:
    """The network as given."""
    yield network.walk(), "", _OWN


def _other_layouts(
    network: Network, load: Load, others: Mapping[str, str]
) -> Iterator[tuple[Analysis, str, int]]:
    """The network in other layouts, and with other numbers of classes."""
    for name, difference in others.items():
        yield from _tried(load, difference, _LIKELY, other=name)
    for number in CLASSES.get(network.parameters.get("classes", 0), ()):
        parameters = {**network.parameters, "classes": number}
        yield from _tried(load, f"{number} classes", _LIKELY, parameters=parameters)


def _other_sides(network: Network, load: Load) -> Iterator[tuple[Analysis, str, int]]:
    """The network with pictures of other sizes."""
    if len(network.input) == 3 and not network.more_inputs:
        for side in SIDES:
            shape = (network.input[0], side, side)
            if shape != tuple(network.input):
                yield from _tried(load, f"input {times(shape)}", _FAR, input=shape)


def _tried(
    load: Load, change: str, far: int, **changed: Any
) -> Iterator[tuple[Analysis, str, int]]:
    """A changed network, unless a layer cannot take the change."""
    try:
        analysis = load(**changed).walk()
    except ConvcalcError:
        return
    yield analysis, change, far


def _plain(analysis: Analysis, published: Published) -> Iterator[Measure]:
    """The usual numbers of a network, for pictures of another size."""
    if not published.is_bytes:
        yield Measure("operations", _MULTIPLY_ADDS, analysis.totals["macs"], 0)


def _measures(analysis: Analysis, published: Published) -> Iterator[Measure]:
    """All numbers that may have been printed about a network."""
    if published.is_bytes:
        yield from _amounts_of_memory(analysis, published.unit)
        return
    totals = analysis.totals
    yield Measure("params", "weights and biases", totals["params"], 0)
    if totals["buffers"]:
        every = totals["params"] + totals["buffers"]
        yield Measure("params", "with running statistics (Keras)", every, 1)
        biases = _biases_before_norms(analysis)
        if biases:
            yield Measure("params", _KERAS_RESNETS, every + biases, 2)
        slim, own = counted(analysis, "tf-slim"), analysis.network.parameters.get("classes")
        far = 0 if own == slim.way.classes else 3  # its networks have one more class
        yield Measure("params", "without batch norm (TF-Slim)", slim.params, far, cuts=True)
    yield Measure("operations", _MULTIPLY_ADDS, totals["macs"], 0)
    yield Measure("operations", "two for each multiply-add (torch, Darknet)", totals["flops"], 1)
    for name in WAYS:
        yield from _as_tool(analysis, name)
    yield Measure("activations", "outputs of all layers", totals["activations"], 3)


def _biases_before_norms(analysis: Analysis) -> int:
    """The biases that convolutions without one would have before batch norms, as in Keras's ResNets."""
    return sum(
        [
            step.before[0].output[0]
            for step in analysis.steps
            if step.kind in BATCH_NORMS
            and step.before[0].layer.family == "conv"
            and not step.before[0].biases
        ]
    )


def _as_tool(analysis: Analysis, name: str) -> Iterator[Measure]:
    """What a tool would print, with and without its known bug."""
    count, wrong = counted(analysis, name), counted(analysis, name, bugs=True)
    way = count.way
    told = (None, analysis.totals["macs"], analysis.totals["flops"])
    if count.operations not in told:
        cuts = way.rounding == "cut off"
        yield Measure("operations", f"{way.called} of {name}", count.operations, 1, cuts)
        if way.divisor > 1 and count.operations is not None:
            said = f"{way.called}/{way.divisor} of {name}"
            yield Measure("operations", said, count.operations // way.divisor, 1, cuts)
    if wrong.operations is not None and wrong.operations != count.operations:
        said = f"{way.called} of {name}, with its known bug"
        yield Measure("operations", said, wrong.operations, 2)
    if count.activations is not None:
        yield Measure("activations", f"of {name}", count.activations, 2)


def _amounts_of_memory(analysis: Analysis, unit: int) -> Iterator[Measure]:
    """Bytes that may have been printed; "MB" may mean 2²⁰ bytes."""
    params, amounts = analysis.totals["params"], memory(analysis)
    found = [
        ("parameters in float32", 4 * params, 0),
        ("parameters and buffers in float32", amounts["weights"], 0),
        *[(meaning, amounts[key], far) for key, (meaning, far) in _MEANINGS.items()],
    ]
    for name, way in WAYS.items():
        if way.memory:
            said = f"{way.memory.called} of {name}"
            found.append((said, counted(analysis, name).memory or 0, 1))
    binary = {10**3: 2**10, 10**6: 2**20, 10**9: 2**30}.get(unit)
    for name, amount, far in found:
        yield Measure("memory", name, amount, far)
        if binary:
            said = f"{name}, in units of {binary:,} bytes"
            yield Measure("memory", said, amount * unit // binary, far + 1)


# Meanings of memory, and how unusual they are. There are so many that one of them fits few digits by
# chance for every picture size; so for another size more digits are needed.
_MEANINGS = {
    "outputs": ("every output", 1),
    "outputs_in_place": ("outputs with relu in place", 1),
    "peak_in_place": ("most at one time", 2),
    "training": ("training", 2),
}
