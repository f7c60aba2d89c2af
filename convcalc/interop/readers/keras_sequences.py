"""Keras's layers on sequences: recurrent ones, attention, and wrappers of other layers."""

from __future__ import annotations

from typing import Any

from convcalc.interop.graph import BROKEN, Graph
from convcalc.interop.readers.keras_model import Part, Reading, layer_class
from convcalc.interop.readers.keras_written import turned
from convcalc.layers import make
from convcalc.text import plural, quoted, times

_GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1, "CuDNNLSTM": 4, "CuDNNGRU": 3}


@layer_class(*_GATES)
def _recurrent(reading: Reading, places: list[int]) -> int | list[int]:
    return _run(reading, places)


def _run(reading: Reading, places: list[int], copies: int = 1, mode: Any = None) -> int | list[int]:
    """A recurrent layer, or two that read the sequence from both ends."""
    part = reading.part
    shape = reading.shape(places[0])
    if len(shape) != 2:
        return reading.refuse(f"it reads a sequence of vectors, but gets {times(shape)}")
    steps, width = reading.written(shape) if reading.is_last else shape
    units, gates = reading.number("units"), _GATES[part.kind]
    biases = gates * units if reading.flag("use_bias", default=True) else 0
    if part.kind == "GRU" and reading.flag("reset_after", default=True):
        biases *= 2
    if part.kind.startswith("CuDNN"):
        biases *= 2
    weights = gates * units * (width + units)
    wide = units * copies if mode in ("concat", None) else units
    out: tuple[int, ...] = (
        (steps, wide) if reading.flag("return_sequences", default=False) else (wide,)
    )
    out = turned(out, is_last=reading.is_last)
    at = reading.stated(
        places, out, params=copies * (weights + biases), macs=copies * steps * weights, rf="unknown"
    )
    if reading.flag("return_state", default=False):
        states = copies * (2 if gates == 4 else 1)
        return [at, *[reading.stated([at], (units,), called="state") for _ in range(states)]]
    return at


@layer_class("Bidirectional")
def _bidirectional(reading: Reading, places: list[int]) -> int | list[int]:
    mode = reading.part.config.get("merge_mode", "concat")
    inner = reading.part.config["layer"]
    if inner.get("class_name") not in _GATES:
        return reading.refuse(
            f"it wraps {quoted(str(inner.get('class_name')))}, which is not known"
        )
    part = Part(inner, reading.part.name)
    outer, reading.part = reading.part, part
    try:
        return _run(reading, places, 2, mode)
    finally:
        reading.part = outer


@layer_class("RNN")
def _cells(reading: Reading, places: list[int]) -> int | list[int]:
    cell = reading.part.config["cell"]
    kind = str(cell.get("class_name")).removesuffix("Cell")
    if kind not in _GATES:
        return reading.unknown(places)
    outer = reading.part
    reading.part = Part(
        {"class_name": kind, "config": {**outer.config, **cell["config"]}}, outer.name
    )
    try:
        return _run(reading, places)
    finally:
        reading.part = outer


@layer_class("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
def _conv_lstm(reading: Reading, places: list[int]) -> int | list[int]:
    config, shape = reading.part.config, reading.written(reading.shape(places[0]))
    if not reading.is_last or len(shape) < 3:
        return reading.unknown(places)
    steps, *sides, channels = shape
    filters = reading.number("filters")
    size = config["kernel_size"]
    options = {
        "kernel_size": tuple(size) if isinstance(size, list) else size,
        "out_channels": 4 * filters,
    }
    over = make("conv", {
        **options, "padding": str(config.get("padding", "valid")), "stride": tuple(config.get("strides", [1])),
        "dilation": tuple(config.get("dilation_rate", [1])), "bias": reading.flag("use_bias", default=True),
    })  # fmt: skip
    first = (channels, *sides)
    out = over.checked_out_shape(first)
    again, kept = make("conv", {**options, "padding": "same", "bias": False}), (filters, *out[1:])
    params = over.params(first, out) + again.params(kept, out)
    macs = steps * (over.macs(first, out) + again.macs(kept, out))
    has_all = reading.flag("return_sequences", default=False)
    given = turned((*[steps] * has_all, *out[1:], filters), is_last=True)
    return reading.stated(places, given, params=params, macs=macs)


@layer_class("TimeDistributed")
def _each_step(reading: Reading, places: list[int]) -> int | list[int]:
    inner = reading.part.config["layer"]
    shape = reading.written(reading.shape(places[0]))
    if not reading.is_last or len(shape) < 2:
        return reading.unknown(places)
    if inner.get("class_name") in ("Dense", "Activation", "ReLU", "Dropout", "LeakyReLU", "ELU"):
        return reading.call({**inner, "name": reading.part.name}, places, "")[0]
    steps = shape[0]
    own = Graph(
        reading.graph.file, {"input": turned(shape[1:], is_last=True)}, reading.graph.max_layers
    )
    step = Reading(own, is_last=True)
    (at,) = step.call(inner, [-1], "")
    own.tell()
    out, params, macs = step.written(own.shape(at)), 0, 0
    for place, node in enumerate(own.nodes):
        before = [own.shape(each) for each in node.inputs]
        if not node.layer.is_costed:
            return reading.opaque(places, turned((steps, *out), is_last=True))
        if not node.layer.merges:
            params += node.layer.params(before[0], own.shape(place))
        macs += node.layer.macs(before[0], own.shape(place))
    given = turned((steps, *out), is_last=True)
    if not 1 <= len(given) <= 4:
        return reading.refuse(
            f"it gives {plural(len(given), 'side')}, but shapes of 1 to 4 sides are known here"
        )
    return reading.stated(places, given, params=params, macs=steps * macs)


@layer_class("SpectralNormalization")
def _wrapped(reading: Reading, places: list[int]) -> int | list[int]:
    reading.graph.note(
        f"{reading.part.name}: the vector of its spectral norm, which is not trained, is not counted"
    )
    return reading.call({**reading.part.config["layer"], "name": reading.part.name}, places, "")


# ------------------------------------------------------------------------------------ attention


@layer_class("MultiHeadAttention")
def _attention(reading: Reading, places: list[int]) -> int | list[int]:
    config, query = reading.part.config, places[0]
    value = places[1] if len(places) > 1 else query
    key = places[2] if len(places) > 2 else value
    heads, width = reading.number("num_heads"), reading.number("key_dim")
    deep = reading.number("value_dim", width)
    bias = reading.flag("use_bias", default=True)
    shapes = [reading.shape(at) for at in (query, key, value)]
    if {len(shape) for shape in shapes} != {2} or not reading.is_last:
        return reading.opaque(list(dict.fromkeys(places[:3])), shapes[0])
    out = config.get("output_shape")
    out = out[-1] if isinstance(out, list) and out else out
    if query == key == value and out in (None, shapes[0][0]):
        return reading.layer(
            "attention", [query], heads=heads, key_dim=width, value_dim=deep, bias=bias
        )
    out = shapes[0][0] if out is None else out
    made = []
    for word, at, each in (("query", query, width), ("key", key, width), ("value", value, deep)):
        tokens = reading.shape(at)[1]
        row = reading.layer(
            "linear", [at], called=word, out_features=heads * each, axis=0, bias=bias
        )
        made.append(
            reading.layer("reshape", [row], called=f"{word}_heads", shape=(heads, each, tokens))
        )
    scores = reading.layer("matmul", made[:2], called="scores", transpose_a=True)
    scores = reading.layer("softmax", [scores], called="softmax", axis=2)
    summed = reading.layer("matmul", [made[2], scores], called="sums", transpose_b=True)
    row = reading.layer("reshape", [summed], called="rows", shape=(heads * deep, shapes[0][1]))
    return reading.layer("linear", [row], called="output", out_features=out, axis=0, bias=bias)


@layer_class("Attention")
def _dot_attention(reading: Reading, places: list[int]) -> int | list[int]:
    query, value = places[0], places[1] if len(places) > 1 else places[0]
    key = places[2] if len(places) > 2 else value
    is_plain = {len(reading.shape(at)) for at in (query, key, value)} == {2} and reading.is_last
    if not is_plain or reading.part.config.get("score_mode", "dot") != "dot":
        return reading.opaque(list(dict.fromkeys(places[:3])), reading.shape(query))
    scores = reading.layer("matmul", [query, key], called="scores", transpose_a=True)
    if reading.flag("use_scale", default=False):
        scores = reading.layer("scale", [scores], called="scale", per_channel=False)
    scores = reading.layer("softmax", [scores], called="softmax", axis=1)
    return reading.layer("matmul", [value, scores], transpose_b=True)


@layer_class("AdditiveAttention", "GroupQueryAttention")
def _other_attention(reading: Reading, places: list[int]) -> int | list[int]:
    if BROKEN in places:
        return BROKEN
    return reading.opaque(list(dict.fromkeys(places[:3])), reading.shape(places[0]))
