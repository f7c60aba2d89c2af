"""ONNX files: loaded without their weights by the library of the same name, which infers the sizes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.interop.arrays import MOST_SIDES, Array, Dims, shape_of
from convcalc.interop.base import OPEN, Asked, ForeignFile, Reader, reader
from convcalc.interop.graph import Graph
from convcalc.interop.onnx_library import onnx_library
from convcalc.interop.readers.onnx_constants import constant
from convcalc.interop.readers.onnx_sizes import fold_sizes
from convcalc.interop.readers.onnx_wire import without_weights
from convcalc.network.network import INPUT
from convcalc.text import printable, quoted, shortened, times

if TYPE_CHECKING:
    from convcalc.network.network import Network

MAX_NODES = 200_000
_ROUNDS = 5  # most rounds to compute sizes that depend on others


@reader("onnx")
class Onnx(Reader):
    """Nodes in order, each reading values by name; sizes by the library's inference.

    Source:
        the specification of ONNX (IR.md, Operators.md).
    """

    about = "ONNX (.onnx)"
    suffix = ".onnx"

    @staticmethod
    def read(file: ForeignFile, asked: Asked) -> Network:
        from convcalc.interop.readers.onnx_graph import Reading  # noqa: PLC0415 - after the library was found

        onnx = onnx_library(printable(file.path))
        model = _model(onnx, file)
        own = {value.name: _sides(value) for value in _inputs(model)}
        if not own:
            message = "the graph has no input that is an array; check that it has a network"
            raise file.error(message)
        for name, sides in own.items():
            if len(sides) > MOST_SIDES + 1:
                raise file.error(
                    f"the input {quoted(name)} is {times(sides)}; convcalc takes a batch, channels and up to 3 axes"
                )
        stated = {name: shape_of(dims) for name, dims in own.items()}
        shapes = asked.inputs(file, stated)
        dims = {name: _as_dims(shape, own[name]) for name, shape in shapes.items()}
        sizes, constants = _inferred(onnx, file, model, dims, is_other=bool(asked.input))
        graph = Graph(file, shapes, asked.max_layers)
        graph.is_changed = any(
            side not in (OPEN, other)
            for name, shape in stated.items()
            for side, other in zip(shape, shapes[name])
        )
        reading = Reading(graph, sizes, constants)
        for place, (name, sides) in enumerate(dims.items()):
            reading.arrays[name] = Array(sides, INPUT - place)
        reading.read(model.graph)
        return graph.network(model.graph.name or file.name, _producer(model))


def _model(onnx: Any, file: ForeignFile) -> Any:
    """The model, without its weights.

    Raises:
        UsageError: it is damaged or too large.
    """
    name = printable(file.path)
    with file.open() as handle:
        size = handle.seek(0, os.SEEK_END)
        data = without_weights(handle, size, name)
    try:
        model = onnx.load_model_from_string(data)
        is_whole = _has_names(model)
    except Exception:  # noqa: BLE001 - the library raises what its protocol buffers raise
        is_whole = False
    if not is_whole:
        message = f"{name}: is cut off, damaged or not an ONNX model; export or download it again"
        raise UsageError(message)
    count = len(model.graph.node)
    if count > MAX_NODES:
        message = f"{name}: {count:,} nodes; at most {MAX_NODES:,} are read"
        raise UsageError(message)
    if len(model.functions):
        model = _inlined(model, file)
    return model


def _has_names(model: Any) -> bool:
    """Whether all names are texts; the library gives bytes for others."""
    graph = model.graph
    words = [model.producer_name, model.producer_version, graph.name]
    words += [each.name for each in (*graph.input, *graph.output, *graph.initializer)]
    for node in graph.node:
        words += [node.name, node.op_type, node.domain, *node.input, *node.output]
        words += [each.name for each in node.attribute]
    return all(isinstance(word, str) for word in words)


def _inlined(model: Any, file: ForeignFile) -> Any:
    """The model with its functions replaced by their nodes.

    Raises:
        UsageError: they cannot be replaced.
    """
    from onnx.inliner import inline_local_functions  # noqa: PLC0415 - few models need it

    try:
        return inline_local_functions(model)
    except Exception as error:  # noqa: BLE001 - any error of the library
        message = f"{printable(file.path)}: its functions cannot be expanded: {shortened(str(error))}; export it without functions"
        raise UsageError(message) from None


def _inputs(model: Any) -> list[Any]:
    """The input arrays, without stored ones."""
    stored = {each.name for each in model.graph.initializer}
    return [
        value
        for value in model.graph.input
        if value.name not in stored and value.type.HasField("tensor_type")
    ]


def _sides(value: Any) -> Dims:
    """The sides of a value in the file; 0 for an unknown one, and 1 for the batch."""
    found = [side.dim_value for side in value.type.tensor_type.shape.dim]
    if len(found) > 1 and found[0] < 1:
        found[0] = 1  # an unknown batch
    return tuple([max(side, OPEN) for side in found]) or (1,)


def _as_dims(shape: Dims, own: Dims) -> Dims:
    """The dims of an input of this shape: with the batch before it if the file has one."""
    return (1, *shape) if len(own) > len(shape) else shape


def _inferred(
    onnx: Any, file: ForeignFile, model: Any, dims: dict[str, Dims], *, is_other: bool
) -> tuple[dict[str, Dims], dict[str, Array]]:
    """The known dims of all values, and the constants."""
    graph = model.graph
    for value in graph.input:
        if value.name in dims:
            _set_dims(value, dims[value.name])
    if is_other:
        del graph.value_info[:]
        for value in graph.output:
            value.type.tensor_type.ClearField("shape")
    else:
        for value in (*graph.value_info, *graph.output):
            _close_batch(value)
    for _ in range(_ROUNDS):
        sizes = _sizes_of(onnx, file, model)
        sizes.update(dims)
        if all(name in sizes for node in graph.node for name in node.output if name):
            break
        if not fold_sizes(onnx, model, sizes):
            break
    constants = {each.name: constant(each, trained=True) for each in graph.initializer}
    return sizes, constants


def _sizes_of(onnx: Any, file: ForeignFile, model: Any) -> dict[str, Dims]:
    """The dims that the library infers, by the names of the values.

    Raises:
        SpecError: the graph contradicts itself.
    """
    try:
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    except Exception as error:  # noqa: BLE001 - any error of the library
        what = str(error).strip().splitlines()[-1] if str(error).strip() else "it gives no reason"
        message = (
            f"the library onnx cannot compute its sizes: {shortened(what, 200)}; export it again"
        )
        raise file.error(message) from None
    found = {}
    for value in (*inferred.value_info, *inferred.output):
        kind = value.type.tensor_type
        sides = [side.dim_value for side in kind.shape.dim]
        if kind.HasField("shape") and all(side > 0 for side in sides):
            found[value.name] = tuple(sides)
    return found


def _set_dims(value: Any, dims: Dims) -> None:
    """Fix the sides of an input."""
    sides = value.type.tensor_type.shape.dim
    del sides[:]
    for side in dims:
        sides.add().dim_value = side


def _close_batch(value: Any) -> None:
    """Set an unknown first side to 1."""
    sides = value.type.tensor_type.shape.dim
    if len(sides) > 1 and not sides[0].HasField("dim_value"):
        sides[0].dim_value = 1


def _producer(model: Any) -> str:
    """The tool that wrote the file."""
    version = f" {model.producer_version}" if model.producer_version else ""
    return shortened(f"{model.producer_name}{version}".strip())
