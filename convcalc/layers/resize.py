"""Resizing a map to any size, by interpolation."""

from __future__ import annotations

from math import gcd
from typing import ClassVar, Literal

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.base import Counts, NoParameters, kind
from convcalc.layers.checks import check_axes, check_like, check_one_given, check_spatial
from convcalc.layers.rf import Reads, Resized, UnknownField
from convcalc.layers.window import Ratio, Shape, Spatial, axis_names, per_axis, ratio
from convcalc.text import plural

Interpolation = Literal["nearest", "linear", "cubic"]

TAPS = {"nearest": 1, "linear": 2, "cubic": 4}
"""Cells along one axis that a value is made of."""


@kind("resize")
class Resize(NoParameters):
    """Makes a map of another size by interpolation: to `size`, by a ratio `scale`, or to the size of `like`.

    Formula:
        o = size, or ⌊n·p/q⌋ for scale p/q; no parameters
        with the ratio s (p/q, or o/n), output i lies at (i + ½)/s − ½ of the input; with align_corners
        at i·(n − 1)/(o − 1); nearest takes cell ⌊i/s⌋
        per output and blend: linear 2 multiplications and 1 addition, cubic 4 and 3, and once per output
        of a sequence; of a picture linear blends 1 + 2 times, cubic 1 + 4 (along one axis, then the
        other); in 3-D 1 + 2 + 4 and 1 + 4 + 16 times. The shares do not depend on the image

    Options:
        scale: a number or a fraction, 2, 0.5 or 3/2; in a chain a fraction is written 3:2.
        like: the name of another layer with the sides to take, or input.
        mode: nearest, linear (bilinear for pictures) or cubic (bicubic: Keys with a = −3/4).
        align_corners: whether the centres of the first and the last cell stay where they are.

    Source:
        PyTorch interpolate and UpSample.h; ONNX Resize: half_pixel or align_corners, and for nearest
        asymmetric with floor.

    Common mistake:
        Expecting the same values from all libraries: PyTorch's nearest rounds ⌊i/s⌋, ONNX's default and
        TensorFlow 2 the centre (i + ½)/s − ½, and TensorFlow 1 aligned neither corners nor centres.
    """

    keeps_input: ClassVar = False
    aliases: ClassVar = {"keras": ("Resizing",), "caffe": ("Interp",), "onnx": ("Resize",)}
    family: ClassVar = "shape"
    references: ClassVar = ("like",)
    example: ClassVar = ({"size": 33, "mode": "linear"}, (256, 14, 14))

    size: Spatial | None = None
    scale: Ratio | None = None
    like: str | None = None
    mode: Interpolation = "nearest"
    align_corners: bool = False

    def out_shape(self, shape: Shape, *others: Shape) -> Shape:
        if others:
            return (shape[0], *others[0][1:])
        axes = len(shape) - 1
        if self.size is not None:
            return (shape[0], *per_axis(self.size, axes))
        ratios = [ratio(scale) for scale in self.scales(axes)]
        return (shape[0], *[n * p // q for n, (p, q) in zip(shape[1:], ratios)])

    def scales(self, axes: int) -> tuple[int | str, ...]:
        """The ratio of each axis; 0 if none is given."""
        return (
            self.scale
            if isinstance(self.scale, tuple)
            else (0 if self.scale is None else self.scale,) * axes
        )

    def counts(self, shape: Shape, out: Shape) -> Counts:
        taps = TAPS[self.mode]
        if taps == 1:
            return {}
        blends = (taps ** (len(shape) - 1) - 1) // (taps - 1) * formulas.product(out)
        return {"multiplications": taps * blends, "adds": (taps - 1) * blends}

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        scales = self.scales(len(shape) - 1)
        return tuple([self._read(n, o, scale) for n, o, scale in zip(shape[1:], out[1:], scales)])

    def _read(self, n: int, o: int, scale: int | str) -> Reads:
        """What one output reads on an axis: outputs are ``cells / places`` cells apart."""
        cells, places = ratio(scale)[::-1] if scale else (n, o)
        mode = self.mode
        if n == 1:  # one cell has no neighbour to blend with
            cells, places, mode = 1, o, "nearest"
        elif self.align_corners:
            cells, places = (n - 1, o - 1) if o > 1 else (n, 1)
        common = gcd(cells, places)
        return Resized(cells // common, places // common, TAPS[mode], self.align_corners)

    def check(self, shape: Shape, *others: Shape) -> None:
        check_axes(shape)
        axes = len(shape) - 1
        check_one_given("resize", {"size": self.size, "scale": self.scale, "like": self.like})
        if self.align_corners and self.mode == "nearest":
            message = "align_corners is for mode linear or cubic; leave it out of nearest"
            raise ShapeError(message)
        if self.size is not None:
            check_spatial("size", self.size, axes, least=1)
        if self.scale is not None:
            self._check_scale(shape)
        check_like("resize", shape, others)

    def _check_scale(self, shape: Shape) -> None:
        """Refuse ratios for another number of axes, and ratios with an empty output."""
        axes = len(shape) - 1
        scale = self.scale
        if isinstance(scale, tuple) and len(scale) != axes:
            message = (
                f"scale {'x'.join(map(str, scale))} is for {plural(len(scale), 'axis', 'axes')}, but "
                f"the input has {axes}; give one number, or {axes}"
            )
            raise ShapeError(message)
        for name, n, o, one in zip(
            axis_names(shape), shape[1:], self.out_shape(shape)[1:], self.scales(axes)
        ):
            if o < 1:
                message = f"scale {one} makes a {name} of {n} to {o}; use a larger scale, or size"
                raise ShapeError(message)
