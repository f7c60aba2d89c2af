"""The description of a model in a Keras file: its layers, inputs and connections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.interop.base import OPEN
from convcalc.text import shortened

if TYPE_CHECKING:
    from convcalc.interop.base import ForeignFile
    from convcalc.layers import Shape

INPUTS = frozenset(("InputLayer", "Input"))
MAX_DEPTH = 30  # deepest models in models
MAX_SIDE = 10**9
_MODELS = frozenset(("Sequential", "Functional", "Model"))
_MAX_INPUTS = 100

Key = tuple[str, int, int]  # a layer, the number of its call, the number of the output


class Call(NamedTuple):
    """A call of a layer in a graph.

    Attributes:
        layer: its description in the file.
        key: its name, and the number of this call.
        reads: its inputs, in order.
        extras: its other arguments, by name or position.
    """

    layer: dict[str, Any]
    key: tuple[str, int]
    reads: list[Key]
    extras: dict[str, Any]


# The options' names in Keras 1.
_OLD_WORDS = {
    "nb_filter": "filters", "output_dim": "units", "subsample": "strides", "subsample_length": "strides",
    "border_mode": "padding", "bias": "use_bias", "filter_length": "kernel_size", "pool_length": "pool_size",
    "stride": "strides", "atrous_rate": "dilation_rate", "p": "rate", "concat_axis": "axis",
}  # fmt: skip
_KERNEL = ("kernel_dim1", "kernel_dim2", "kernel_dim3")


def todays(config: dict[str, Any]) -> dict[str, Any]:
    """The options of a layer with today's names."""
    if not any(word in config for word in ("nb_filter", "border_mode", "bias", "concat_axis")):
        return config
    found = {_OLD_WORDS.get(word, word): value for word, value in config.items()}
    kernel = [config[word] for word in (*_KERNEL, "nb_row", "nb_col") if word in config]
    return {**found, "kernel_size": kernel} if kernel else found


def is_model(layer: Mapping[str, Any]) -> bool:
    """Whether a layer is a model whose layers the file lists."""
    config = layer.get("config")
    if isinstance(config, list):
        return layer.get("class_name") == "Sequential"
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        return False
    return layer.get("class_name") in _MODELS or "input_layers" in config


def layers_of(model: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layers of a model."""
    config = model["config"]
    layers = config if isinstance(config, list) else config["layers"]
    return [layer for layer in layers if isinstance(layer, dict)]


def name_of(layer: Mapping[str, Any]) -> str:
    """The name of a layer."""
    config = layer.get("config")
    inner = config.get("name") if isinstance(config, dict) else ""
    return str(layer.get("name") or inner or layer.get("class_name") or "layer")


def is_functional(model: Mapping[str, Any]) -> bool:
    """Whether the layers of a model name their inputs."""
    return isinstance(model["config"], dict) and "input_layers" in model["config"]


def keys_in(value: Any) -> list[Key]:
    """Names of outputs, from lists nested in any way, in order."""
    found: list[Key] = []
    waiting: list[Any] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            history = each.get("config")
            history = history.get("keras_history") if isinstance(history, dict) else None
            if each.get("class_name") == "__keras_tensor__" and isinstance(history, list):
                each = history
            else:
                waiting += list(each.values())[::-1]
                continue
        if isinstance(each, list):
            if _is_key(each):
                found.append((each[0], each[1], each[2]))
            else:
                waiting += each[::-1]
    return found


def _is_key(value: list[Any]) -> bool:
    return len(value) >= 3 and isinstance(value[0], str) and type(value[1]) is type(value[2]) is int


def inputs_of(file: ForeignFile, model: Mapping[str, Any], *, is_last: bool) -> dict[str, Shape]:
    """The input shapes of a model by name, channels first; unknown sides are 0."""
    layers = layers_of(model)
    if is_functional(model):
        by_name = {name_of(layer): layer for layer in layers}
        names = [name for name, _, _ in keys_in(model["config"]["input_layers"])]
        found = {
            name: _input(file, by_name[name], is_last=is_last) for name in names if name in by_name
        }
    else:
        first = layers[0] if layers else {}
        if is_model(first):
            return inputs_of(file, first, is_last=is_last) if _is_first_found(first) else {}
        shape = _input(file, first, is_last=is_last) or _built(file, model, is_last=is_last)
        found = {name_of(first): shape}
    if len(found) > _MAX_INPUTS:
        raise file.error(f"the model has {len(found)} inputs; at most {_MAX_INPUTS} are read", 1)
    return {name: shape for name, shape in found.items() if shape}


def _is_first_found(model: Mapping[str, Any]) -> bool:
    """Whether nested first layers end after a few levels."""
    for _ in range(MAX_DEPTH):
        layers = layers_of(model)
        if is_functional(model) or not layers or not is_model(layers[0]):
            return True
        model = layers[0]
    return False


def _input(file: ForeignFile, layer: Mapping[str, Any], *, is_last: bool) -> Shape:
    """The output shape of an input layer, or the input shape of a first layer."""
    config = layer.get("config")
    config = config if isinstance(config, dict) else {}
    for word in ("batch_shape", "batch_input_shape"):
        if isinstance(config.get(word), list):
            return turned(_numbers(file, config[word][1:] or config[word]), is_last=is_last)
    if isinstance(config.get("shape"), list):
        return turned(_numbers(file, config["shape"]), is_last=is_last)
    length, width = config.get("input_length"), config.get("input_dim")
    if layer.get("class_name") == "Embedding":
        return _numbers(file, [length])
    return _numbers(file, [width]) if width else ()


def _built(file: ForeignFile, model: Mapping[str, Any], *, is_last: bool) -> Shape:
    """The shape that a model of layers in a row was built for."""
    config = model["config"] if isinstance(model["config"], dict) else {}
    build = model.get("build_config")
    inner = build.get("input_shape") if isinstance(build, dict) else None
    shape = config.get("build_input_shape") or inner
    return turned(_numbers(file, shape[1:]), is_last=is_last) if isinstance(shape, list) else ()


def _numbers(file: ForeignFile, sides: Sequence[Any]) -> Shape:
    """The sides of an input; 0 for unknown ones."""
    if not all(side is None or (type(side) is int and 1 <= side <= MAX_SIDE) for side in sides):
        raise file.error(
            f"the input {shortened(str(list(sides)))} is not a list of sizes; correct it", 1
        )
    return tuple([side or OPEN for side in sides])


def turned(shape: Iterable[int], *, is_last: bool) -> Shape:
    """A shape in Keras's order, turned to channels first."""
    sides = tuple(shape)
    return (*sides[-1:], *sides[:-1]) if is_last else sides


def calls_of(layer: dict[str, Any]) -> list[Call]:
    """The calls of a layer; none for an input layer."""
    if layer.get("class_name") in INPUTS:
        return []
    name, found = name_of(layer), []
    nodes = layer.get("inbound_nodes")
    for number, node in enumerate(nodes if isinstance(nodes, list) else []):
        extras: dict[str, Any] = {}
        if isinstance(node, dict):  # as Keras 3 writes it
            reads = keys_in([node.get("args"), node.get("kwargs")])
            args = node.get("args")
            if isinstance(args, list):
                extras = {str(at): each for at, each in enumerate(args) if not keys_in(each)}
            if isinstance(node.get("kwargs"), dict):
                extras |= node["kwargs"]
        else:
            reads, extras = _reads_of_keras_2(node)
        found.append(Call(layer, (name, number), reads, extras))
    return found


def _reads_of_keras_2(node: Any) -> tuple[list[Key], dict[str, Any]]:
    """The inputs of a call: lists of a layer, its call, its output, and named values."""
    items = node if isinstance(node, list) else []
    items = [items] if _is_key(items) else items
    reads: list[Key] = []
    extras: dict[str, Any] = {}
    for item in items:
        if isinstance(item, list) and _is_key(item):
            reads.append((item[0], item[1], item[2]))
            if len(item) > 3 and isinstance(item[3], dict):
                extras |= item[3]
    return reads + keys_in(list(extras.values())), extras


def stated_by(
    calls: Iterable[Call], layers: Iterable[dict[str, Any]]
) -> dict[tuple[str, int], list[Any]]:
    """The output shapes of calls, according to their readers (Keras 3)."""
    found: dict[tuple[str, int], dict[int, Any]] = defaultdict(dict)
    waiting: list[Any] = [layer.get("inbound_nodes") for layer in layers]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            config = each.get("config")
            if each.get("class_name") == "__keras_tensor__" and isinstance(config, dict):
                for name, call, number in keys_in(each):
                    found[name, call][number] = config.get("shape")
                continue
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    wanted = {call.key for call in calls}
    return {
        key: [shapes[at] for at in sorted(shapes)] for key, shapes in found.items() if key in wanted
    }
