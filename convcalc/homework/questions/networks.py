"""The networks of questions: read, walked, and computed again from a student's own shapes."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import ConvcalcError
from convcalc.homework.questions.given import GivenError, Hwc

if TYPE_CHECKING:
    from convcalc.layers import Layer
    from convcalc.network.network import Network


_EXAM = re.compile(
    r"(CONV|POOL|MAXPOOL|AVGPOOL|FC)-(\d+)(?:-(\d+))?((?:-[a-z]\d+|-same)*)", re.IGNORECASE
)


class Row(NamedTuple):
    """A layer of a table, with everything that can be asked about it.

    Attributes:
        label: as the question writes it.
        layers: the layer, with a flatten before it where one is needed.
        input, output: shapes, channels first.
    """

    label: str
    layers: tuple[Layer, ...]
    input: tuple[int, ...]
    output: tuple[int, ...]
    weights: int
    biases: int
    macs: int

    @property
    def out_values(self) -> int:
        return prod(self.output)

    @property
    def in_values(self) -> int:
        return prod(self.input)

    @property
    def computes(self) -> bool:
        """Whether it makes new values that are kept apart."""
        return (
            bool(self.weights)
            or bool(self.layers[-1].windows(self.input))
            or len(self.output) != len(self.input)
        )


def _chain_words(text: str) -> list[tuple[str, str]]:
    """Each layer as the question writes it, and as a word of the chain language."""
    found = []
    for word in text.replace("→", " ").replace("->", " ").replace(",", " ").split():
        match = _EXAM.fullmatch(word)
        if not match:
            found.append((word, word))
            continue
        kind, first, second, rest = match[1].upper(), match[2], match[3], match[4]
        options = rest.replace("-same", "psame").replace("-", "")
        if kind == "FC":
            chain = f"fc:{first}"
        elif kind == "CONV":
            if second is None:
                raise GivenError(
                    "arch", f"{word}: a CONV has a kernel and filters, such as CONV-5-64"
                )
            chain = f"conv:k{first}c{second}{options}"
        else:
            name = "avgpool" if kind == "AVGPOOL" else "maxpool"
            chain = f"{name}:k{first}{f's{second}' if second else ''}{options}"
        found.append((word, chain))
    return found


def _is_name(text: str) -> bool:
    """Whether a text names a network rather than writing one out."""
    if len(text.split()) > 1 or ":" in text or _EXAM.fullmatch(text):
        return False
    from convcalc.layers import find

    return find(text) is None


def _network_of(text: str, shape: Hwc | None) -> tuple[Network, list[str]]:
    """The network of a question, and how each of its layers is called there."""
    from convcalc.network.chain import parse_chain

    first = None if shape is None else ((shape[-1], *shape[:-1]) if len(shape) > 1 else shape)
    if first is None and not _is_name(text):
        raise GivenError("input", "a chain needs the input, such as 32x32x3")
    try:
        if first is None or _is_name(text):
            from convcalc.network.load import load

            network = load(text, input=first)
            return network, [node.name for node in network.nodes]
        words = _chain_words(text)
        network = parse_chain([chain for _, chain in words], first)
    except GivenError:
        raise
    except ConvcalcError as error:
        raise GivenError("arch", str(error)) from None
    written = iter(label for label, chain in words for _ in range(_times(chain)))
    flattens = any("flat" in chain.lower() for _, chain in words)
    labels = [
        "" if node.layer.is_view and not flattens else next(written, "") for node in network.nodes
    ]
    return network, labels


def _times(word: str) -> int:
    """How many layers a word of a chain stands for."""
    first, star, _ = word.partition("*")
    return int(first) if star and first.isdigit() else 1


def rows_of(text: str, shape: Hwc | None) -> list[Row]:
    """The layers of a question's network, walked."""
    from convcalc.analysis.walk import walk

    network, labels = _network_of(text, shape)
    try:
        walked = walk(network).steps
    except ConvcalcError as error:
        raise GivenError("arch", str(error)) from None
    found: list[Row] = []
    waiting: list[Layer] = []
    start: tuple[int, ...] = ()
    for node, label, row in zip(network.nodes, labels, walked):
        if node.layer.is_view:
            start = start if waiting else row.input
            waiting.append(node.layer)
            continue
        first = start if waiting else row.input
        found.append(
            Row(
                label or node.name,
                (*waiting, node.layer),
                first,
                row.output,
                row.weights,
                row.biases,
                row.macs,
            )
        )
        waiting, start = [], ()
    if not found:
        raise GivenError("arch", "has no layers that compute anything")
    return found


def in_order(shape: tuple[int, ...], order: str) -> tuple[int, ...]:
    """A shape, channels first, in the sheet's order."""
    return (*shape[1:], shape[0]) if order == "hwc" and len(shape) > 1 else shape


def channels_first(shape: tuple[int, ...], order: str) -> tuple[int, ...]:
    """A shape in the sheet's order, channels first."""
    return (shape[-1], *shape[:-1]) if order == "hwc" and len(shape) > 1 else shape


def value_of(row: Row, ask: str, order: str) -> Any:
    """What is asked about a layer."""
    return {
        "shape": in_order(row.output, order),
        "weights": row.weights,
        "biases": row.biases,
        "params": row.weights + row.biases,
        "macs": row.macs,
        "values": row.out_values,
    }[ask]


def recompute(row: Row, shape: tuple[int, ...], ask: str, order: str) -> Any:
    """A row of a table after another shape; None where the layer cannot take it."""
    current = shape
    layer = row.layers[-1]
    try:
        for each in row.layers:
            each.check(current)
            before, current = current, each.out_shape(current)
    except ConvcalcError:
        return None
    weights, biases = layer.weights(before, current), layer.biases(before, current)
    macs = layer.macs(before, current)
    after = Row(row.label, row.layers, shape, current, weights, biases, macs)
    return value_of(after, ask, order)


class Model(NamedTuple):
    """A network's layers, for the mistakes about totals."""

    amounts: tuple[int, ...]
    rows: tuple[Row, ...]
    of: str


def totals_of_other_shapes(model: Model) -> list[int]:
    """Totals when the convolutions are padded to keep the size, or the last pool is left out."""
    from dataclasses import replace

    def padded(layer: Any) -> Any:
        return replace(layer, padding="same")

    if model.of == "macs":
        return []
    found = []
    same = [
        row._replace(layers=(*row.layers[:-1], padded(row.layers[-1])))
        if row.layers[-1].family == "conv" and "padding" in row.layers[-1].options()
        else row
        for row in model.rows
    ]
    pools = [i for i, row in enumerate(model.rows) if row.layers[-1].family == "pool"]
    versions = [same]
    if pools:
        versions.append([row for i, row in enumerate(model.rows) if i != pools[-1]])
    for rows in versions:
        shape, total = model.rows[0].input, 0
        for row in rows:
            amount = recompute(row, shape, model.of, "chw")
            shape_after = recompute(row, shape, "shape", "chw")
            if amount is None or shape_after is None:
                break
            total, shape = total + amount, shape_after
        else:
            found.append(total)
    return found
