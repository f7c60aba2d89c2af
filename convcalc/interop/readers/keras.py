"""Keras's models: the text of ``model.to_json()``, and the archive of ``model.save("model.keras")``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from convcalc.interop.base import MAX_TEXT, Asked, ForeignFile, Reader, reader
from convcalc.interop.graph import Graph
from convcalc.interop.readers import (  # noqa: F401 - they register
    keras_layers,
    keras_sequences,
    keras_shapes,
)
from convcalc.interop.readers.keras_model import Reading
from convcalc.interop.readers.keras_written import inputs_of, is_model
from convcalc.network.network import INPUT
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.network.network import Network

_MAX_LOOK = 1_000_000  # most values searched for the order of the axes
_CONFIG = "config.json"


@reader("keras")
class Keras(Reader):
    """Layers in the description of Keras 2 and 3; Keras's channels are last, here they are first.

    Source:
        the published source of Keras: models/functional.py, models/sequential.py, saving/, and the layers' own files.
    """

    about = "Keras (.keras, or JSON of model.to_json())"
    suffix = ".keras"

    @staticmethod
    def read(file: ForeignFile, asked: Asked) -> Network:
        model = _parsed(file)
        if not is_model(model):
            called = model.get("class_name")
            what = f"a model of the class {quoted(str(called))} runs its own code, which the file does not contain"
            raise file.error(f"{what}; save a Sequential or functional model", 1)
        is_last = not _has_channels_first(model)
        own = inputs_of(file, model, is_last=is_last)
        if not own:
            message = "the file does not state its input shape; build the model before it is saved, or begin with Input"
            raise file.error(message, 1)
        graph = Graph(file, asked.inputs(file, own), asked.max_layers)
        reading = Reading(graph, is_last=is_last)
        found = reading.model(model, [INPUT - number for number in range(len(own))], "")
        unread = {*range(len(graph.nodes))}.difference(*[node.inputs for node in graph.nodes])
        if unread != {*found}:
            graph.outputs = {graph.nodes[at].name: at for at in found if at >= 0}
        config = model["config"]
        name = config.get("name") if isinstance(config, dict) else ""
        return graph.network(str(name or file.name), "")


def _parsed(file: ForeignFile) -> dict[str, Any]:
    """The file's description of the model.

    Raises:
        SpecError: it is damaged.
    """
    data = _unpacked(file) if file.head.startswith(b"PK") else file.read()
    try:
        model = json.loads(data, object_hook=_plain)
    except RecursionError:
        raise file.error(
            "lists are nested too deep; check that it is a model of Keras", 1
        ) from None
    except ValueError as error:  # of JSON, and of bytes that are not text
        line = getattr(error, "lineno", 1)
        what = getattr(error, "msg", "it is not text")
        message = f"the JSON is damaged: {what}; write the file again with model.to_json()"
        raise file.error(message, line) from None
    for word in ("modelTopology", "model_config"):  # of TensorFlow.js, also converted
        if isinstance(model, dict) and isinstance(model.get(word), dict):
            model = model[word]
    if not isinstance(model, dict) or "class_name" not in model:
        message = (
            'the file has no model; write it with model.to_json() or model.save("model.keras")'
        )
        raise file.error(message, 1)
    return model


def _plain(value: dict[str, Any]) -> Any:
    """Lists that TensorFlow wrote as objects."""
    is_list = value.get("class_name") in ("__tuple__", "TensorShape")
    return value.get("items") if is_list else value


def _unpacked(file: ForeignFile) -> bytes:
    """The description in an archive; the weights in it are not read.

    Raises:
        SpecError: it is damaged, or too large for a description.
    """
    from convcalc.interop.archive import unpacked, unpacking  # noqa: PLC0415 - JSON needs none

    with unpacking(file, "save the model again") as (data, entries):
        found = [entry for entry in entries if entry.name == _CONFIG]
        if len(found) != 1:
            raise file.error(f"the archive has {len(found)} {_CONFIG}; save the model again", 1)
        return unpacked(file, data, found[0], MAX_TEXT)


def _has_channels_first(model: dict[str, Any]) -> bool:
    """Whether a layer has its channels first; then all layers are assumed to have."""
    waiting: list[Any] = [model]
    for _ in range(_MAX_LOOK):
        if not waiting:
            return False
        value = waiting.pop()
        if isinstance(value, dict):
            if "channels_first" in (value.get("data_format"), value.get("dim_ordering")):
                return True
            waiting += [each for each in value.values() if isinstance(each, (dict, list))]
        else:
            waiting += [each for each in value if isinstance(each, (dict, list))]
    return False
