"""The cells on which a unit depends along one axis are those found by perturbing real arrays."""

from typing import Any

import numpy as np
import pytest

from convcalc.reference import WITNESSES
from convcalc.reference.base import mark, on_axis

from .test_witnesses import KINDS

# Unpool puts a value where the indices say; without indices always at the window's first cell.
PERTURBED = {
    kind: (options, shapes)
    for kind, (options, shapes, *_) in KINDS.items()
    if len(shapes[0]) > 1 and kind not in ("unpool", "reshape", "matmul")
} | {
    "batchnorm of the sample": ({"affine": True, "track_running_stats": False}, [(4, 3, 3)]),
    "conv with steps": (
        {
            "out_channels": 2,
            "kernel_size": [3, 2],
            "stride": [2, 1],
            "dilation": [1, 3],
            "padding": [[2, 0], 1],
        },
        [(2, 7, 6)],
    ),
    "conv_transpose with holes": ({"out_channels": 1, "kernel_size": 2, "stride": 3}, [(2, 4)]),
    "upsample by copying": ({"scale_factor": 3, "mode": "nearest"}, [(1, 3)]),
    "resize along corners": (
        {"size": [7, 2], "mode": "linear", "align_corners": True},
        [(1, 4, 5)],
    ),
    "resize by a half": ({"scale": "1/2"}, [(1, 7, 6)]),
    "blur_pool of even width": ({"kernel_size": 4, "stride": 2}, [(2, 5, 6)]),
    "slice with a step": ({"start": -4, "step": 2, "axis": "l"}, [(1, 7)]),
    "slice one part": ({"into": 3, "take": 1, "axis": "w"}, [(2, 3, 6)]),
    "slice of the channels": ({"stop": 1}, [(2, 3, 3)]),
    "reduce every axis": ({"op": "mean"}, [(2, 3, 4)]),
    "reduce the channels": ({"op": "max", "axes": ["channels"]}, [(2, 3, 4)]),
    "linear at each position": ({"out_features": 2, "axis": "channels"}, [(3, 4)]),
    "linear along the width": ({"out_features": 2, "axis": -1}, [(3, 4, 5)]),
    "log_softmax along the width": ({"axis": -1}, [(3, 4, 5)]),
    "softmax along the height": ({"axis": "h"}, [(3, 4, 5)]),
    "layernorm of the channels": ({"axes": ["channels"]}, [(3, 4, 5)]),
    "layernorm of the width": ({"axes": [0, "w"]}, [(3, 4, 5)]),
    "flatten one axis": ({"start_axis": 1, "end_axis": -1}, [(3, 4)]),
    "crop at an offset": ({"offset": 1, "size": 2}, [(1, 5, 5)]),
}


def perturbed(kind: str, options: Any, shapes: Any, axis: int) -> Any:
    """[p, u] is True where a change of the cells at p along the axis changes unit u along it."""
    rng = np.random.default_rng(0)
    witness = WITNESSES[kind]
    arrays = witness.arrays(options, shapes, rng, np.float64)
    found: Any = False
    for _ in range(4):  # a ReLU or a maximum may hide one change
        inputs = [3 * rng.standard_normal(shape) for shape in shapes]
        before = witness.fast(options, inputs, arrays)
        along = tuple(number for number in range(before.ndim) if number != 1 + axis)
        rows = []
        for place in range(shapes[0][1 + axis]):
            changed: Any = False
            for size in (50, -50, 0.7):
                other = np.moveaxis(inputs[0].copy(), 1 + axis, 0)
                other[place] += size * rng.standard_normal(other[place].shape)
                given = [np.moveaxis(other, 0, 1 + axis), *inputs[1:]]
                after = witness.fast(options, given, arrays)
                if before.ndim == 1:  # a vector: each value sees what any of them sees
                    changed = changed | np.array([np.any(before != after)])
                else:
                    changed = changed | np.any(before != after, axis=along)
            rows.append(changed)
        found = found | np.array(rows)
    return found


@pytest.mark.parametrize("name", PERTURBED)
def test_one_axis_says_what_perturbing_the_layers_own_arrays_finds(name: str) -> None:
    options, shapes = PERTURBED[name]
    kind = name.split(maxsplit=1)[0]
    for axis, cells in enumerate(shapes[0][1:]):
        rows = [
            np.eye(cells) if shape[1 + axis] == cells else np.zeros((cells, shape[1 + axis]))
            for shape in shapes
        ]
        claimed = mark(WITNESSES[kind].along_axis(on_axis(options, axis, shapes[0]), rows)) > 0
        np.testing.assert_array_equal(claimed, perturbed(kind, options, shapes, axis))
