"""Converts the nodes of an ONNX graph to layers."""

from __future__ import annotations

import re
from contextlib import suppress
from math import prod
from typing import Any

from convcalc.interop.arrays import Array, Dims
from convcalc.interop.graph import BROKEN, Graph
from convcalc.interop.readers import onnx_arrays  # noqa: F401 - it registers operations
from convcalc.interop.readers.onnx_constants import constant
from convcalc.interop.readers.onnx_node import OPERATIONS, SEVERAL, Node, Read, unknown
from convcalc.interop.readers.onnx_ops import KEEPING_SHAPE
from convcalc.interop.readers.onnx_patterns import Pattern, patterns_in
from convcalc.text import plural, printable, shortened

_WORDS = re.compile(r"'((?:[^'\\]|\\.)*)'")
_MADE_UP = re.compile(
    r"(?:onnx::|/|_v_|val_|const)"
)  # names that exporters give to computed values
_SCOPES = "pkg.torch.onnx.name_scopes"


class Reading(Read):
    """Reads a graph, node by node."""

    def __init__(self, graph: Graph, sizes: dict[str, Dims], constants: dict[str, Array]) -> None:
        super().__init__(graph, sizes, constants)
        self._used: set[str] = set()

    def read(self, graph: Any) -> None:
        """Read all nodes, in their order."""
        self.users.update(name for node in graph.node for name in node.input)
        self.users.update(value.name for value in graph.output)
        nodes = list(graph.node)
        stored = {each.name: each for each in graph.initializer}
        patterns = patterns_in(nodes, stored, self.users, self.sizes)
        for proto in nodes:
            pattern = patterns.get(id(proto))
            if pattern and not pattern.ends:
                continue
            node = self._node(proto, pattern)
            if node is None:
                continue
            _convert(self, node)
        self._name_outputs(graph)
        self._tell(graph)

    def _node(self, proto: Any, pattern: Pattern | None) -> Node | None:
        """A node with its inputs; None if an input is missing."""
        names = list(pattern.reads) if pattern else list(proto.input)
        reads: list[Array | None] = []
        for name in names:
            array = self.arrays.get(name)
            if name and array is None:
                self._unknown(proto, name)
                return None
            reads.append(array)
        op = proto.op_type if proto.domain in ("", "ai.onnx") else f"{proto.domain}.{proto.op_type}"
        op = pattern.op if pattern else op
        out = next(filter(None, proto.output), "")
        node = Node(op, self._name(proto, op, out), reads, self.sizes.get(out), proto)
        node.groups = pattern.groups if pattern else 0
        return node

    def _unknown(self, proto: Any, name: str) -> None:
        """Mark the outputs of a node whose input is missing or already wrong."""
        broken = Array((1,), BROKEN)
        if name not in self._used:
            what = f"node {shortened(proto.name or proto.op_type)} reads {shortened(name)!r}, which no node before it gives"
            self.graph.refuse(f"{what}; export the file again")
        for each in proto.output:
            self._used.add(each)
            self.arrays[each] = broken

    def _name(self, proto: Any, op: str, out: str) -> str:
        """The layer's name for a node: that of its module, if the file states it."""
        scopes = next((each.value for each in proto.metadata_props if each.key == _SCOPES), "")
        words = [word for word in _WORDS.findall(scopes)[:-1] if word]
        short = op.rpartition(".")[2].lower()
        if words:
            return words[-1] if op in _MODULES else f"{words[-1]}.{short}"
        if proto.name.startswith("/"):
            return _path_name(proto.name, short, is_module=op in _MODULES)
        name = proto.name or out or short
        return printable(name).strip("/").replace("/", ".")

    def _name_outputs(self, graph: Any) -> None:
        """The outputs of the file by name, if it has several."""
        found = {}
        for value in graph.output:
            array = self.arrays.get(value.name)
            if array is not None and array.place is not None and array.place >= 0:
                found[printable(value.name)[:200]] = array.place
        if len(set(found.values())) > 1:
            self.graph.outputs = found

    def _tell(self, graph: Any) -> None:
        """Add notes on the exporter's changes."""
        folded = self._folded(graph)
        if folded:
            norms, channels = folded
            self.graph.notes.insert(0, (
                f"{plural(norms, 'convolution has', 'convolutions have')} a bias and no batch norm after "
                f"{'it' if norms == 1 else 'them'}: an exporter that folds norms into convolutions writes such "
                f"files. If {'it' if norms == 1 else 'each'} had a norm, the network had {channels:,} "
                "parameters more where it was trained, and as many buffers twice"
            ))  # fmt: skip
        if self.doubled:
            self.graph.note(
                f"{plural(self.doubled, 'fixed factor or offset per channel is', 'fixed factors and offsets per channel are')} "
                f"after batch norms that have their own; counted as {'a buffer' if self.doubled == 1 else 'buffers'}"
            )

    def _folded(self, graph: Any) -> tuple[int, int] | None:
        """How many convolutions seem to contain a folded norm, and their channels."""
        if any(node.op_type == "BatchNormalization" for node in graph.node):
            return None
        names, channels = 0, 0
        for node in graph.node:
            bias = self.arrays.get(node.input[2]) if len(node.input) > 2 else None
            if node.op_type == "Conv" and bias is not None and _MADE_UP.match(node.input[2]):
                names, channels = names + 1, channels + bias.size
        return (names, channels) if names else None


# Operations that are separate modules in training, so that they have the module's name.
_MODULES = frozenset(
    [
        "Conv",
        "ConvTranspose",
        "Gemm",
        "BatchNormalization",
        "LayerNormalization",
        "AxisNorm",
        "GroupNormalization",
        "InstanceNormalization",
        "Relu",
        "Clip",
        "Sigmoid",
        "Tanh",
        "HardSwish",
        "HardSigmoid",
        "LeakyRelu",
        "PRelu",
        "Elu",
        "Selu",
        "Gelu",
        "Softmax",
        "MaxPool",
        "AveragePool",
        "GlobalAveragePool",
        "GlobalMaxPool",
        "Dropout",
        "LSTM",
        "GRU",
        "RNN",
        "Linear",
    ]
)


def _path_name(name: str, short: str, *, is_module: bool) -> str:
    """A name such as /layer1/layer1.0/conv1/Conv as the path of its module.

    >>> _path_name("/layer1/layer1.0/conv1/Conv", "conv", is_module=True)
    'layer1.0.conv1'
    >>> _path_name("/layer1/layer1.0/Add", "add", is_module=False)
    'layer1.0.add'
    """
    words: list[str] = []
    for word in name.strip("/").split("/")[:-1]:
        if words and word.startswith(f"{words[-1]}."):
            words[-1] = word  # names of a list's parts contain the list's name
        else:
            words.append(word)
    path = ".".join(words)
    if not path:
        return printable(name.strip("/")).lower()
    return path if is_module else f"{path}.{short}"


def _convert(reading: Read, node: Node) -> None:
    """Add the layers of a node, and record its outputs."""
    arrays = [array for array in node.reads if array is not None]
    if any(array.place == BROKEN for array in arrays):
        for place in range(len(node.outputs)):
            reading.give(node, Array((1,), BROKEN), place)
        return
    if all(array.place is None for array in arrays) and node.op not in _FROM_NOTHING:
        _constants(reading, node, arrays)
        return
    if node.op in SEVERAL:
        with suppress(*_ODD):
            SEVERAL[node.op](reading, node)
            return
    if node.dims is None and node.op in KEEPING_SHAPE:
        node.dims = reading.sizes[node.outputs[0]] = node.first.dims
    if node.dims is None:
        what = f"node {shortened(node.name)} ({shortened(node.op)}): its size is not known"
        way_out = "export the file with sizes, or give them with --input"
        if reading.graph.is_changed:
            way_out = "the file may fix sizes that do not fit this --input; give another one"
        place = reading.graph.refuse(f"{what}; {way_out}")
        for output in range(len(node.outputs)):
            reading.give(node, Array((1,), place), output)
        return
    known, first = OPERATIONS.get(node.op) or unknown, len(reading.graph.nodes)
    try:
        made = known(reading, node)
    except _ODD:
        made = unknown(reading, node)
    if made.place is not None and made.place >= first:  # a separate layer
        reading.share(node, made.place)
    reading.give(node, made)
    for place, name in enumerate(node.outputs[1:], 1):
        dims = reading.sizes.get(name)
        if name and reading.users[name] and dims is not None:  # of an unknown operation
            reading.give(
                node, reading.made.opaque(node.op, arrays, dims, f"{node.name}_{place}"), place
            )


# A file may contain anything in place of a number: then the operation is unknown.
_ODD = (TypeError, ValueError, IndexError, KeyError, ArithmeticError, AssertionError)
_FROM_NOTHING = frozenset(("RandomNormal", "RandomUniform"))


# These do not change stored weights, except perhaps for the order of the numbers.
_KEEPING = frozenset(
    [
        "Identity",
        "Cast",
        "DequantizeLinear",
        "Transpose",
        "ConstantOfShape",
        "Reshape",
        "Squeeze",
        "Unsqueeze",
        "Flatten",
        "Expand",
        "Tile",
    ]
)


def _constants(reading: Read, node: Node, arrays: list[Array]) -> None:
    """The output of a node with constant inputs, as a constant."""
    stored = node.attributes.get("value")
    if node.op == "Constant" and stored is not None and stored.type == 4:
        reading.give(node, constant(stored.t, trained=False))
        return
    trained = node.op in _KEEPING and (not arrays or arrays[0].trained)
    if node.op == "ConstantOfShape" and not trained:
        reading.filled.update(node.outputs)
    values = (
        arrays[0].values
        if arrays and node.op in ("Identity", "Cast", "Unsqueeze", "Squeeze")
        else None
    )
    for place, name in enumerate(node.outputs):
        dims = reading.sizes.get(name, arrays[0].dims if arrays else (1,))
        kept = trained and (
            not arrays or prod(dims) == arrays[0].size or node.op == "ConstantOfShape"
        )
        called = arrays[0].name if kept and node.op == "Expand" else name
        reading.give(node, Array(dims, None, called, kept, values), place)
