"""The textbook loops on small copies of layers: values compared with the fast path, operations with counts.

For each sort of layer in a network, the loop nest runs a copy with few channels on a small map. It
does and counts one elementary operation at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from convcalc import formulas
from convcalc.analysis.analysis import Work
from convcalc.errors import ShapeError
from convcalc.reference import WITNESSES, Tally
from convcalc.verify.check import Check

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step
    from convcalc.layers import Layer, Shape

OF_LOOPS = {"paths", "counts"}  # the subjects that the loops check
FEW_CHANNELS = 4
SMALL_SIDES = (3, 4, 5, 7, 9, 12, 16, 24, 33, 48, 64, 256, 1024)
MAX_LOOPED = 30_000  # products of the loop nest in one check
SHRUNK = ("out_channels", "out_features")  # options that become FEW_CHANNELS


def loops_agree(sorts: Mapping[str, tuple[Layer, list[Shape]]], seed: int) -> Iterator[Check]:
    """Run a small copy of each sort of layer with both paths, in float64: values, products, operations."""
    for sort, (layer, shapes) in sorts.items():
        if small := _small_copy(layer, shapes):
            yield from _small_copy_agrees(sort, *small, seed)


def sort_of(step: Step) -> str:
    """A key of layers that compute in the same way: kind and options."""
    return f"{step.kind} {step.option_text}".strip()


def _small_copy(layer: Layer, shapes: list[Shape]) -> tuple[Layer, list[Shape]] | None:
    """The layer with few channels, on the smallest possible map; None if the loops would take long."""
    options = layer.options()
    if layer.is_source:  # its input is not read
        few = tuple([min(side, FEW_CHANNELS) for side in options["shape"]])
        return replace(layer, shape=few), [(1,)]  # type: ignore[call-arg]
    if "shape" in options:  # a reshape has no smaller copy
        return (layer, shapes) if formulas.product(shapes[0]) <= MAX_LOOPED else None
    channels = FEW_CHANNELS
    changes: dict[str, Any] = {name: FEW_CHANNELS for name in SHRUNK if name in options}
    if (groups := options.get("groups", 1)) > 1:
        changes["groups"] = channels if groups == shapes[0][0] else 2
    if options.get("num_groups", 1) > 1:
        changes["num_groups"] = 2
    changes |= {name: 2 for name in ("heads", "kv_heads") if (options.get(name) or 1) > 1}
    if options.get("size") and "scale" in options:  # both set the size of the output
        changes["size"] = _at_most(options["size"], SMALL_SIDES[2])
    if options.get("connections"):
        changes["connections"] = ((0, 1), (1, 2), (2, 3), (0, 3))
    if options.get("output_shape"):
        changes["output_shape"] = None  # only fits one input size
    changes |= _small_range(options)
    if "upscale_factor" in options:
        channels = formulas.product([options["upscale_factor"]] * (len(shapes[0]) - 1))
    small = replace(layer, **changes)
    found = None
    for side, longer in product(SMALL_SIDES, (1, 0)):
        into = [_small_shape(shape, side, longer, channels) for shape in shapes]
        try:
            small.check(*into)
            out = small.out_shape(*into)
        except ShapeError:
            continue
        taps = formulas.product(out) * _work_of(options, into[0])
        if max(taps, _operations(small, into)) > MAX_LOOPED:
            break
        found = (small, into)
        if min(out[1:], default=2) >= 2:
            break
    return found or _itself(layer, shapes)


def _itself(layer: Layer, shapes: list[Shape]) -> tuple[Layer, list[Shape]] | None:
    """The unchanged layer, if it is small; its sides may not match each other when they are cut."""
    return (layer, shapes) if _operations(layer, shapes) <= MAX_LOOPED else None


def _at_most(sides: int | tuple[int, ...], most: int) -> int | tuple[int, ...]:
    """Sides with at most this many cells."""
    return tuple([min(n, most) for n in sides]) if isinstance(sides, tuple) else min(sides, most)


def _small_range(options: Mapping[str, Any]) -> dict[str, Any]:
    """The part or range of a slice, for an axis with few cells."""
    if options.get("into"):
        return {"into": 2, "take": 1 if options["take"] else 0}
    if "stop" not in options:
        return {}
    return {"start": 1 if options["start"] else 0, "stop": None if options["stop"] is None else -1}


def _small_shape(shape: Shape, side: int, longer: int, channels: int) -> Shape:
    """A shape with few channels and sides of at most this many cells, some of them one cell longer."""
    if len(shape) == 1:
        return (min(shape[0], 3 * FEW_CHANNELS),)
    return (channels, *[min(n, side + longer * axis) for axis, n in enumerate(shape[1:])])


def _work_of(options: Mapping[str, Any], shape: Shape) -> int:
    """The approximate number of products for one output."""
    kernel = options.get("kernel_size", 1)
    sides = kernel if isinstance(kernel, tuple) else (kernel,) * max(1, len(shape) - 1)
    power = options.get("norm_type", 1)
    found: int = formulas.product(sides) * shape[0] * power
    return found


def _operations(layer: Layer, shapes: list[Shape]) -> int:
    """Elementary operations of the layer, which the loops do one by one."""
    work = Work(layer, tuple(shapes), 1)
    return work.macs + sum(work.counts.values())


def _small_copy_agrees(sort: str, layer: Layer, shapes: list[Shape], seed: int) -> Iterator[Check]:
    """Compare values, shapes and products of the two paths, and the layer's formulas on the same shapes."""
    rng = np.random.default_rng(seed)
    witness, options = WITNESSES[layer.kind], layer.options()
    arrays = witness.arrays(options, shapes, rng, np.float64)
    inputs = [rng.standard_normal(shape) for shape in shapes]
    by_loops, by_products = Tally(), Tally()
    slow = witness.loops(options, inputs, arrays, by_loops)
    quick = witness.fast(options, inputs, arrays, by_products)
    same = slow.shape == quick.shape and np.allclose(slow, quick, 1e-9, 1e-9, equal_nan=True)
    out = layer.out_shape(*shapes)
    yield Check(sort, "paths", "equal", "equal" if same else "different values")
    yield Check(sort, "paths", out, slow.shape)
    yield Check(sort, "paths", by_products.macs, by_loops.macs)
    yield Check(sort, "paths", by_products.on_real_cells, by_loops.on_real_cells)
    macs = layer.macs(shapes[0], out)
    yield Check(sort, "paths", macs, by_loops.macs)
    if macs:
        valid = layer.valid_macs(shapes[0], out)
        yield Check(sort, "paths", valid, by_loops.on_real_cells)
    yield counts_agree(sort, layer, shapes, by_loops)


def counts_agree(sort: str, layer: Layer, shapes: list[Shape], tally: Tally) -> Check:
    """Compare the elementary operations by name: the layer's counts, and those of the loops."""
    work = Work(layer, tuple(shapes), 1)
    claimed = {"macs": work.macs, **work.counts} if work.macs else dict(work.counts)
    return Check(sort, "counts", claimed, tally.operations)
