"""Rulers show exactly the cells that the witness reads."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from convcalc.draw.ruler import Ruler, rulers_of
from convcalc.draw.ruler_view import folded, numbers_text, remarks
from convcalc.errors import UsageError
from convcalc.layers import Layer, Shape
from convcalc.layers.window import axis_names
from convcalc.reference import WITNESSES
from convcalc.reference.base import mark, on_axis
from random_layers import KINDS, Draw
from strategies import layer_of

WINDOWED = (
    "conv", "depthwise_conv", "separable_conv", "local_conv", "maxpool", "avgpool", "lppool",
    "subsample", "blur_pool", "conv_transpose", "unpool",
)  # fmt: skip
OTHERS = (
    "adaptive_avgpool",
    "adaptive_maxpool",
    "global_avgpool",
    "upsample",
    "resize",
    "pad",
    "crop",
)
LAYERS = 200  # of each kind with a window


def is_read(layer: Layer, shape: Shape, axis: int) -> Any:
    """[cell, unit]: whether the witness reads a cell for a unit, along one axis."""
    options = on_axis({f.name: getattr(layer, f.name) for f in fields(layer)}, axis, shape)
    # Caffe's rule depends on the padding of all axes: with padding, it is PyTorch's.
    if options.get("fit") == "caffe" and any(a.before or a.after for a in layer.windows(shape)):
        options["fit"] = "ceil"
    return mark(WITNESSES[layer.kind].along_axis(options, [np.eye(shape[1 + axis])])) > 0


def drawn(ruler: Ruler, n: int, o: int) -> Any:
    """[cell, unit]: whether a cell is drawn as read for a unit."""
    found = np.zeros((n, o), dtype=bool)
    for number, cells in enumerate(ruler.windows):
        for cell in cells:
            if 0 <= cell < ruler.size:
                found[(number, cell) if ruler.patches else (cell, number)] = True
    return found


@pytest.mark.parametrize("kind", [*WINDOWED, *OTHERS])
@pytest.mark.unmeasured
def test_cells_drawn_as_read_are_the_cells_that_the_witness_read(kind: str) -> None:
    draw, wrong = Draw(7), []
    for _ in range(LAYERS if kind in WINDOWED else LAYERS // 10):
        layer, (shape,) = draw.layer(KINDS[kind])
        out = layer.out_shape(shape)
        by_axis = {name: ruler for ruler in rulers_of(layer, shape, out) for name in ruler.axes}
        for axis, name in enumerate(axis_names(shape)):
            ruler, read = by_axis[name], is_read(layer, shape, axis)
            touched = read.any(axis=0 if ruler.patches else 1)
            lost = np.flatnonzero(~touched).tolist()
            same = (read == drawn(ruler, *read.shape)).all() and read.shape[1] == out[1 + axis]
            if not same or ruler.untouched() != lost:
                wrong.append(f"{layer.kind} {layer.options()} on {shape}, {name}")
    assert not wrong, "\n".join(wrong[:5])


def ruler(kind: str, size: int, **options: Any) -> Ruler:
    """The one ruler of a layer on a square map."""
    layer, shape = layer_of(kind, **options), (1, size, size)
    (found,) = rulers_of(layer, shape, layer.checked_out_shape(shape))
    return found


SAID: list[tuple[str, int, dict[str, Any], list[str]]] = [
    ("conv", 32, {"out_channels": 1, "kernel_size": 5, "stride": 2},
     ["row and column 31 are never read"]),
    ("conv", 7, {"out_channels": 1, "kernel_size": 3, "stride": 1, "padding": 1},
     ["padding: 1 before and 1 after", "every cell is read"]),
    ("conv", 6, {"out_channels": 1, "kernel_size": 4, "stride": 3, "padding": "same"},
     ["padding: 0 before and 1 after", "every cell is read"]),
    ("conv", 6, {"out_channels": 1, "kernel_size": 3, "stride": 2, "padding": 1},
     ["padding: 1 before and 1 after", "1 cell of the padding is never read", "every cell is read"]),
    ("maxpool", 6, {"kernel_size": 3, "stride": 2, "ceil_mode": True},
     ["the last window goes past the end by 1 cell, which is left out", "every cell is read"]),
    ("maxpool", 5, {"kernel_size": 1, "stride": 2, "fit": "caffe"},
     ["rows and columns 1 and 3 are never read"]),
    ("conv_transpose", 5, {"out_channels": 1, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
     ["padding cuts 1 cell off: 1 before and 0 after", "output padding keeps 1 cell at the end", "every cell is written"]),
    ("conv_transpose", 2, {"out_channels": 1, "kernel_size": 1, "stride": 2, "output_padding": 1},
     ["rows and columns 1 and 3 are written by no patch"]),
    ("blur_pool", 6, {}, ["mirrored cells: 1 before and 1 after", "every cell is read"]),
]  # fmt: skip


def test_what_is_said_of_a_ruler() -> None:
    wrong = {f"{kind} {options}": remarks(ruler(kind, n, **options)) for kind, n, options, said in SAID
             if remarks(ruler(kind, n, **options)) != said}  # fmt: skip
    assert not wrong


def test_roles_tell_padding_what_hangs_over_and_what_is_cut_off() -> None:
    over = ruler("maxpool", 6, kernel_size=3, stride=2, ceil_mode=True)
    assert over.cells == ("input",) * 6 + ("over",)
    cut = ruler("conv_transpose", 3, out_channels=1, kernel_size=3, stride=2, padding=1)
    assert (cut.first, cut.cells) == (-1, ("cut", *("output",) * 5, "cut"))


@pytest.mark.parametrize(
    ("kind", "size", "message"),
    [
        ("relu", 8, "draw: relu has no window to draw: it works position by position; draw a layer "
         "such as conv, maxpool or conv_transpose"),
        ("instancenorm", 8, "draw: instancenorm has no window to draw: instancenorm takes its mean over "
         "the whole map, so every unit sees the whole map; draw a layer such as conv, maxpool or conv_transpose"),
        ("upsample", 20_001, "draw: 40,002 cells along the height are too many to draw (at most "
         "20,000); draw a smaller layer"),
    ],
)  # fmt: skip
def test_what_has_no_window_is_refused(kind: str, size: int, message: str) -> None:
    layer = layer_of(kind, **({"scale_factor": 2} if kind == "upsample" else {}))
    shape = (1, size, size)
    with pytest.raises(UsageError) as error:
        rulers_of(layer, shape, layer.out_shape(shape))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("conv", {"out_channels": 1, "kernel_size": 4000, "padding": 3999}),
        ("conv_transpose", {"out_channels": 1, "kernel_size": 4000}),
    ],
)
def test_windows_that_would_take_long_are_refused(kind: str, options: dict[str, Any]) -> None:
    layer = layer_of(kind, **options)
    with pytest.raises(UsageError) as error:
        rulers_of(layer, (1, 1000), layer.out_shape((1, 1000)))
    count = "19,996,000" if kind == "conv" else "4,000,000"
    assert str(error.value) == (
        f"draw: {count} cells under all windows along the length are too many to draw (at most "
        "2,000,000); draw a smaller layer"
    )


def test_long_rulers_are_folded_in_their_middle() -> None:
    assert folded(6, 6) == [0, 1, 2, 3, 4, 5]
    assert folded(100, 6) == [0, 1, 2, None, 98, 99]
    assert numbers_text([1, 2, 3]) == "1 to 3"


@pytest.mark.parametrize(
    ("kind", "count"), [("conv", "1,000,000,008"), ("conv_transpose", "1,000,000,008")]
)
def test_padding_that_would_take_long_is_refused_at_once(kind: str, count: str) -> None:
    layer = layer_of(kind, out_channels=1, kernel_size=2, dilation=10**9, padding=5 * 10**8)
    with pytest.raises(UsageError) as error:
        rulers_of(layer, (1, 8), layer.out_shape((1, 8)))
    assert str(error.value) == (
        f"draw: {count} cells with padding along the length are too many to draw (at most 20,000); "
        "draw a smaller layer"
    )
