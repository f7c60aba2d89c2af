"""Written Keras code, compared with Keras; needs keras, so no test runs it.

Run it in an environment with keras, a backend, hypothesis and the packages that convcalc needs:
``KERAS_BACKEND=jax PYTHONPATH=.:tests python tests/writers/keras_runs.py [bundled|layers|WORD]``. It compares trained and fixed numbers
of every bundled network and of 300 random layers, and the shape after every layer; then it reads the model's own
configuration back with ``convcalc.from_keras``.
"""

# mypy: ignore-errors
from __future__ import annotations

import sys
from collections import Counter
from math import prod
from pathlib import Path

import keras

from convcalc import from_keras
from convcalc.analysis.analysis import Analysis
from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError, UsageError
from convcalc.interop.writers import WRITERS
from convcalc.network.load import load
from convcalc.network.network import Network, Node
from random_layers import KINDS, Draw

ARCHITECTURES = Path(__file__).parents[2] / "architectures"


def model_of(analysis: Analysis) -> keras.Model:
    """Run the written code."""
    keras.backend.clear_session()
    code = WRITERS["keras"].write(analysis).data.decode()
    space: dict = {}
    exec(compile(code, "net.py", "exec"), space)
    return space["model"]


def moved(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (*shape[1:], shape[0])


def disagreements(analysis: Analysis) -> list[str]:
    """The differences between the walk and the model."""
    model = model_of(analysis)
    trained = sum(prod(each.shape) for each in model.trainable_weights)
    fixed = sum(prod(each.shape) for each in model.non_trainable_weights if "seed" not in each.path)
    found = []
    if (trained, fixed) != (analysis.totals["params"], analysis.totals["buffers"]):
        found.append(
            f"params {trained} + {fixed}, not {analysis.totals['params']} + {analysis.totals['buffers']}"
        )
    layers = {layer.name: layer for layer in model.layers}
    shapes = Counter(
        tuple(tensor.shape[1:])
        for operation in model.operations
        for node in operation._inbound_nodes
        for tensor in node.output_tensors
    )
    for step in analysis.steps:
        want = moved(step.output)
        layer = layers.get(step.name.replace("/", "_"))
        if layer is None:
            if step.kind in ("conv", "linear", "batchnorm", "relu", "add") and not step.owner:
                found.append(f"no layer {step.name}")
            if not shapes[want]:
                found.append(f"{step.name}: nothing has {want}")
            continue
        have = [tuple(node.output_tensors[0].shape[1:]) for node in layer._inbound_nodes]
        has_more = any(f"{layer.name}{end}" in layers for end in ("_crop", "_out"))
        if want not in have and not has_more:
            found.append(f"{step.name}: {have}, not {want}")
        own = sum(
            prod(each.shape)
            for part in layers.values()
            if part.name in (layer.name, f"{layer.name}_depthwise")
            for each in part.trainable_weights
        )
        if own != step.params and not getattr(step.layer, "connections", None) and not step.owner:
            found.append(f"{step.name}: {own} params, not {step.params}")
    outputs = sorted(tuple(each.shape[1:]) for each in model.outputs)
    if outputs != sorted(moved(step.output) for step in analysis.outputs):
        found.append(f"outputs {outputs}")
    return found + read_back(model, analysis)


def read_back(model: keras.Model, analysis: Analysis) -> list[str]:
    """The network from `convcalc.from_keras` for the model's configuration, if it knows all classes."""
    try:
        again = from_keras(model).walk()
    except (ConvcalcError, TypeError) as error:
        READ_BACK["not read"] += 1
        UNREAD[str(error).split("\n")[-1].strip()[:90]] += 1
        return []
    found = []
    by_name = {step.name: step for step in again.steps}
    for step in analysis.steps:
        twin = by_name.get(step.name)
        if twin and twin.kind == step.kind and step.kind in ("conv", "linear", "depthwise_conv"):
            row, other = (
                (step.params, step.macs, step.output),
                (twin.params, twin.macs, twin.output),
            )
            if row != other:
                found.append(f"read back, {step.name}: {other}, not {row}")
    READ_BACK["rows agree" if not found else "rows differ"] += 1
    return found


READ_BACK: Counter = Counter()
UNREAD: Counter = Counter()


def bundled(word: str) -> None:
    """Every bundled network."""
    told = Counter()
    for path in sorted(ARCHITECTURES.glob("*.yaml")):
        if word and word not in path.stem:
            continue
        try:
            found = disagreements(walk(load(path.stem)))
        except UsageError as error:
            told["refused"] += 1
            print("\n".join(str(error).split("\n")[:4]))
            continue
        except Exception as error:  # noqa: BLE001 - all are printed
            found = [f"{type(error).__name__}: {str(error)[:400]}"]
        told["agree" if not found else "differ"] += 1
        if found:
            print(path.stem, *found[:4], sep="\n    ")
    print("networks:", dict(told), "read back:", dict(READ_BACK), dict(UNREAD))


def layers(count: int = 300) -> None:
    """Random layers of every kind, in turn."""
    told: Counter = Counter()
    refused: Counter = Counter()
    draw = Draw(5)
    names = [*KINDS]
    for number in range(count):
        layer, shapes = draw.layer(KINDS[names[number % len(names)]])
        places = tuple(range(-1, -len(shapes) - 1, -1))
        more = {f"in{at}": shape for at, shape in enumerate(shapes[1:], 2)}
        nodes = [Node("first", layer, places)]
        analysis = walk(Network("drawn", "", shapes[0], nodes, more_inputs=more))
        try:
            found = disagreements(analysis)
        except UsageError as error:
            refused[str(error).split("\n")[-1].partition(": ")[2]] += 1
            continue
        except Exception as error:  # noqa: BLE001 - all are printed
            found = [f"{type(error).__name__}: {str(error)[:300]}"]
        told["agree" if not found else "differ"] += 1
        if found:
            print(layer.kind, layer.options(), shapes, *found[:3], sep="\n    ")
    print("layers:", dict(told), "refused:", sum(refused.values()))
    for reason, times in refused.most_common():
        print(f"    {times} {reason}")


if __name__ == "__main__":
    what = sys.argv[1] if sys.argv[1:] else ""
    if what != "layers":
        bundled("" if what == "bundled" else what)
    if what in ("", "layers"):
        layers()
