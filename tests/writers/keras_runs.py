"""The code that is written for Keras, run by Keras itself; needs Keras, so that no test runs it.

Run it in an environment that has Keras, a backend of it, and what convcalc needs:
``KERAS_BACKEND=jax PYTHONPATH=.:tests python tests/writers/keras_runs.py [WORD]``.
Every bundled network, and random layers of each kind, are built. Compared are the parameters, those that are
trained and those that are not, and the shape after every layer that has its name.
"""

# mypy: ignore-errors
from __future__ import annotations

import gc
import sys
from collections import Counter
from typing import Any

import keras
import numpy as np

import random_layers
from convcalc.analysis.analysis import Analysis
from convcalc.errors import ConvcalcError
from convcalc.interop.writers import WRITERS
from convcalc.network.find import bundled_names
from convcalc.network.load import load
from convcalc.network.network import one_layer_network

RANDOM = 150  # layers of each kind


def model_of(code: bytes) -> Any:
    """The model that code makes, with arrays that take no memory."""
    room: dict[str, Any] = {"__name__": "written"}
    exec(code, room)
    return room["model"]


def numbers(weights: list[Any]) -> int:
    """How many numbers arrays have."""
    return sum(int(np.prod(each.shape)) for each in weights)


def differences(analysis: Analysis) -> list[str]:
    """What Keras makes otherwise than convcalc says."""
    model = model_of(WRITERS["keras"].write(analysis).data)
    seeds = [each for each in model.non_trainable_variables if "seed" in each.path]
    found = (
        numbers(model.trainable_variables),
        numbers(model.non_trainable_variables) - numbers(seeds),
    )
    totals = analysis.totals["params"], analysis.totals["buffers"]
    wrong = [] if found == totals else [f"params {found}, not {totals}"]
    shapes = {each.name: each.output for each in model.layers}
    met = 0
    for step in analysis.steps:
        out = shapes.get(step.name.replace("/", "_"))
        if out is None or isinstance(out, list | tuple):
            continue
        met += 1
        expected = (*step.output[1:], step.output[0])
        if tuple(out.shape[1:]) != expected and np.prod(out.shape[1:]) != np.prod(expected):
            wrong.append(f"{step.name}: {tuple(out.shape[1:])}, not {expected}")
        elif tuple(out.shape[1:]) != expected:
            wrong.append(f"{step.name}: {tuple(out.shape[1:])} in another order than {expected}")
    ends = [tuple(each.shape[1:]) for each in model.outputs]
    expected = [(*step.output[1:], step.output[0]) for step in analysis.outputs]
    if ends != expected:
        wrong.append(f"outputs {ends}, not {expected}")
    return wrong


def tell(name: str, analysis: Analysis, told: Counter[str]) -> None:
    """Say how one network fares."""
    try:
        wrong = differences(analysis)
    except ConvcalcError as error:
        told["refused"] += 1
        if "random" not in name:
            print(f"{name}: refused: {str(error).splitlines()[-1].strip()}")
        return
    except Exception as error:  # noqa: BLE001 - Keras raises all sorts
        wrong = [
            f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
        ]
    told["wrong" if wrong else "right"] += 1
    for line in wrong[:3]:
        print(f"{name}: {line}")
    keras.backend.clear_session()
    gc.collect()


def main() -> None:
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    told: Counter[str] = Counter()
    for name in bundled_names():
        if word in name:
            tell(name, load(name).walk(), told)
    print("bundled:", dict(told), flush=True)
    told = Counter()
    for kind in [kind for kind in random_layers.KINDS if word in kind]:
        for seed in range(RANDOM):
            layer, shapes = random_layers.Draw(seed).layer(random_layers.KINDS[kind])
            if len(shapes) == 1:
                tell(f"random {kind} {seed}", one_layer_network(layer, shapes[0]).walk(), told)
    print("random:", dict(told))


if __name__ == "__main__":
    main()
