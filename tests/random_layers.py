"""Random layers of every kind: the formulas compared with real arrays.

    python tests/random_layers.py 100000

draws this many layers and stops at the first difference; the tests draw fewer. A layer that the
formulas refuse is drawn again; one that they accept must run.
"""

from __future__ import annotations

import sys
import time
from dataclasses import MISSING, fields
from typing import Any

import numpy as np

from convcalc.errors import ShapeError
from convcalc.layers import Layer, Shape, every
from convcalc.layers.rf import PIXEL, Mirrored
from convcalc.reference import WITNESSES, Tally
from convcalc.reference.base import mark, on_axis
from convcalc.verify.loops import counts_agree

MODES = {"resize": ("nearest", "linear", "cubic")}
RATIOS = (1, 2, 3, "3/2", "5/4", "1/2", "2/3", "3/7")
WORDS = ("valid", "same", "same_lower", "full")
FITS = ("floor", "strict", "ceil", "caffe")
KINDS = {kind: cls for kind, cls in every().items() if cls.is_proven}
MOST_CELLS = 3000


class Draw:
    """Draws layers and shapes from one generator."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def below(self, least: int, most: int) -> int:
        return int(self.rng.integers(least, most + 1))

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def spatial(self, axes: int, least: int, most: int) -> Any:
        if self.chance(0.5):
            return self.below(least, most)
        return tuple(self.below(least, most) for _ in range(axes))

    def sides(self, axes: int, most: int) -> Any:
        if self.chance(0.5):
            return self.below(0, most)
        return tuple(
            self.below(0, most) if self.chance(0.5) else (self.below(0, most), self.below(0, most))
            for _ in range(axes)
        )

    def padding(self, axes: int, cls: type[Layer]) -> Any:
        if cls.kind == "unpool":
            return self.spatial(axes, 0, 1)
        if self.chance(0.25):
            words = WORDS[:3] if cls.kind == "conv_transpose" else WORDS
            return (
                "causal"
                if axes == 1 and cls.kind == "conv" and self.chance(0.3)
                else str(self.rng.choice(words))
            )
        return self.sides(axes, 2)

    def axis(self, shape: Shape) -> int | str:
        """An axis by its number from either end, or as channels."""
        number = self.below(-len(shape), len(shape) - 1)
        return "channels" if number == 0 else number

    def order(self, cls: type[Layer], sides: int) -> Any:
        """An order of axes, or of the channels that blocks become."""
        if cls.kind == "permute":
            return tuple(map(int, self.rng.permutation(sides)))
        return str(self.rng.choice(("pytorch", "onnx")))

    def option(self, cls: type[Layer], name: str, shape: Shape) -> Any:
        """A value for one option, often enough a valid one."""
        axes = max(1, len(shape) - 1)
        divisors = [d for d in range(1, shape[0] + 1) if shape[0] % d == 0]
        makers: dict[str, Any] = {
            "kernel_size": lambda: self.spatial(axes, 1, 4),
            "stride": lambda: self.spatial(axes, 1, 4),
            "dilation": lambda: self.spatial(axes, 1, 3),
            "padding": lambda: (
                self.sides(axes, 2) if cls.kind in ("pad", "crop") else self.padding(axes, cls)
            ),
            "fit": lambda: str(self.rng.choice(FITS)),
            "out_channels": lambda: self.below(1, 6),
            "out_features": lambda: self.below(1, 6),
            "groups": lambda: int(self.rng.choice(divisors)),
            "num_groups": lambda: int(self.rng.choice(divisors)),
            "output_padding": lambda: self.spatial(axes, 0, 2),
            "output_shape": lambda: self.spatial(axes, 1, 12) if self.chance(0.5) else None,
            "multiplier": lambda: self.below(1, 3),
            "scale_factor": lambda: self.spatial(axes, 1, 4),
            "upscale_factor": lambda: self.below(1, 3),
            "output_size": lambda: self.spatial(axes, 1, 6),
            "size": lambda: self.below(1, 7) if cls.kind == "lrn" else self.spatial(axes, 1, 5),
            "offset": lambda: self.spatial(axes, 0, 2),
            "norm_type": lambda: self.below(1, 3),
            "heads": lambda: int(self.rng.choice(divisors)),
            "kv_heads": lambda: int(self.rng.choice((1, 2, 3))),
            "key_dim": lambda: self.below(1, 3),
            "value_dim": lambda: self.below(1, 3),
            "block_size": lambda: self.below(1, 3),
            "start": lambda: self.below(-shape[0], shape[0] - 1),
            "stop": lambda: self.below(-shape[0] + 1, shape[0]),
            "step": lambda: self.below(1, 3),
            "into": lambda: int(self.rng.choice(divisors)),
            "take": lambda: self.below(0, 1),
            "axis": lambda: self.axis(shape),
            "start_axis": lambda: self.axis(shape),
            "end_axis": lambda: self.axis(shape),
            "axes": lambda: tuple(self.axis(shape) for _ in range(self.below(1, axes))),
            "op": lambda: str(self.rng.choice(("mean", "sum", "max", "min"))),
            "order": lambda: self.order(cls, len(shape)),
            "mode": lambda: str(self.rng.choice(MODES.get(cls.kind, ("nearest", "linear")))),
            "size_rule": lambda: str(self.rng.choice(("pytorch", "keras"))),
            "channels": lambda: (self.below(0, 2), self.below(0, 2)),
            "shape": lambda: (
                (int(np.prod(shape)),) if self.chance(0.5) else (shape[0], int(np.prod(shape[1:])))
            ),
            "connections": lambda: None,
            "like": lambda: None,
            "negative_slope": lambda: 0.1,
            "p": lambda: 0.5,
            "approximate": lambda: str(self.rng.choice(("none", "tanh"))),
            "min": lambda: -1.0,
            "max": lambda: 2.0,
        }
        maker: Any = makers.get(name)
        return maker() if maker else self.chance(0.5)

    def sizes(self, axes: int) -> dict[str, Any]:
        """The options of a resize: to a size, or by a ratio."""
        if self.chance(0.5):
            return {"size": self.spatial(axes, 1, 9)}
        ratios = [RATIOS[self.below(0, len(RATIOS) - 1)] for _ in range(axes)]
        return {"scale": tuple(ratios) if self.chance(0.5) else ratios[0]}

    def layer(self, cls: type[Layer]) -> tuple[Layer, list[Shape]]:
        """A layer of a kind that accepts the shapes drawn with it."""
        while True:
            shape: Shape = (self.below(1, 6),)
            if not cls.needs_flat or (cls.kind == "linear" and self.chance(0.5)):
                axes = int(self.rng.choice((1, 2, 2, 2, 3)))
                shape = (
                    self.below(1, 6),
                    *(self.below(1, 9 if axes < 3 else 5) for _ in range(axes)),
                )
            options = {}
            for field in fields(cls):
                needed = field.default is MISSING
                if needed or self.chance(0.5):
                    options[field.name] = self.option(cls, field.name, shape)
            if cls.kind == "crop":
                one = str(self.rng.choice(("size", "padding")))
                options = {one: options.get(one, self.option(cls, one, shape))}
            if cls.kind == "resize":
                options = {
                    name: options[name] for name in options if name not in ("size", "scale", "like")
                }
                options |= self.sizes(axes)
            if cls.kind == "slice" and options.get("into"):
                options = {k: v for k, v in options.items() if k in ("into", "take", "axis")}
            if options.get("groups", 1) > 1 and "out_channels" in options:
                options["out_channels"] = options["groups"] * self.below(1, 2)
            layer = cls(**options)
            shapes = [shape, shape] if cls.merges else [shape]
            if cls.kind == "matmul" and len(shape) > 1:
                shapes[1] = self.factor(shape, options)
            try:
                layer.check(*shapes)
            except ShapeError:
                continue
            if np.prod(layer.out_shape(*shapes)) <= MOST_CELLS:
                return layer, shapes

    def factor(self, shape: Shape, options: dict[str, Any]) -> Shape:
        """A second factor of a matrix product; some of its stacks have only one matrix."""
        inner = shape[-2] if options.get("transpose_a") else shape[-1]
        pair = (inner, self.below(1, 5))
        lead = [1 if self.chance(0.3) else side for side in shape[:-2]]
        return (*lead, *(pair[::-1] if options.get("transpose_b") else pair))


def compare(layer: Layer, shapes: list[Shape], rng: np.random.Generator, *, loops: bool) -> None:
    """Compare every claim of a layer with arrays."""
    options = {field.name: getattr(layer, field.name) for field in fields(layer)}
    said = f"{layer.kind} {options} on {shapes}"
    witness, shape, out = WITNESSES[layer.kind], shapes[0], layer.out_shape(*shapes)
    arrays = witness.arrays(options, shapes, rng, np.float64)
    inputs = [rng.standard_normal(s) for s in shapes]
    tally = Tally()
    made = witness.fast(options, inputs, arrays, tally)
    buffers = sum(a.size for name, a in arrays.items() if name in witness.buffers)
    params = sum(a.size for a in arrays.values()) - buffers
    claimed = (out, layer.params(shape, out), layer.buffers(shape, out), layer.macs(shape, out))
    assert claimed == (made.shape, params, buffers, tally.macs), said
    assert layer.params(shape, out) == layer.weights(shape, out) + layer.biases(shape, out), said
    if tally.macs:
        assert layer.valid_macs(shape, out) == tally.on_real_cells, said
    if loops:
        by_loops = Tally()
        slow = witness.loops(options, inputs, arrays, by_loops)
        np.testing.assert_allclose(made, slow, rtol=1e-8, atol=1e-8, err_msg=said)
        assert by_loops.macs == tally.macs, said
        assert by_loops.on_padding == tally.on_padding, said
        assert by_loops.operations == tally.operations, said
        counts = counts_agree(said, layer, shapes, by_loops)
        assert counts.agrees, counts
    every_axis = layer.reads(shape, out)
    if isinstance(every_axis, tuple) and len(out) > 1:
        for axis, reads in enumerate(every_axis):
            one = on_axis(options, axis, shape)
            rows = mark(witness.along_axis(one, [np.eye(s[1 + axis]) for s in shapes]))
            compare_reads(reads, rows, said)


def compare_reads(reads: Any, rows: Any, said: str) -> None:
    """Compare the cells that a layer's outputs read, by its claim, with the cells on which they depend."""
    pixels, units = rows.shape
    field = reads.field_after(PIXEL)
    for unit in range(units):
        found = np.flatnonzero(rows[:, unit])
        ends = reads.ends(unit, unit)
        inside = [p for p in reads.cells(unit) if 0 <= p < pixels]
        if found.size:
            assert (inside[0], inside[-1]) == (found[0], found[-1]), said
            assert ends is not None, said
            assert ends[0] <= found[0] <= found[-1] <= ends[1], said
        else:
            assert inside == [], said
        over_rim = ends and (ends[0] < 0 or ends[1] >= pixels)  # mirrored cells are in no field
        if field is not None and not (isinstance(reads, Mirrored) and over_rim):
            assert field.sees(unit) == ends, said


def run(count: int, seed: int, *, loops_every: int = 10) -> dict[str, int]:
    """Compare a number of layers, kinds in turn; returns how many of each."""
    draw = Draw(seed)
    done: dict[str, int] = {}
    names = [name for name in KINDS if name != "reshape"] + ["reshape"]
    for i in range(count):
        name = names[i % len(names)]
        layer, shapes = draw.layer(KINDS[name])
        work = int(np.prod(layer.out_shape(*shapes)) * np.prod(shapes[0]))
        compare(
            layer, shapes, draw.rng, loops=i // len(names) % loops_every == 0 and work < 200_000
        )
        done[name] = done.get(name, 0) + 1
    return done


if __name__ == "__main__":
    start = time.perf_counter()
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    counts = run(total, seed=int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(f"{total:,} layers of {len(counts)} kinds agree, {time.perf_counter() - start:.0f} s")
