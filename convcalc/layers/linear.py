"""Layers on vectors: the fully connected one, and LeNet-5's radial basis functions."""

from __future__ import annotations

from typing import ClassVar

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.axes import AxisName, other_sides, place_of, with_side
from convcalc.layers.base import Counts, Layer, NoParameters, kind, with_bias
from convcalc.layers.checks import check_at_least
from convcalc.layers.rf import Reads, Slide, UnknownField, Whole
from convcalc.layers.window import Shape
from convcalc.text import times


@kind("linear")
class Linear(Layer):
    """A fully connected layer: every unit is a weighted sum of the whole input vector.

    Formula:
        params = (m + 1)·units, macs = m·units, where m is the length of the input;
        one bias addition per unit. Along an axis of m cells it does the same at each position of the others,
        with the same weights: macs and bias additions times the positions

    Options:
        axis: the axis that it works on, by name or number; without it the input is a vector.

    Source:
        PyTorch Linear and Keras Dense, which work along the last axis of an array (axis: -1).

    Common mistake:
        Forgetting what flatten does to the count: 7×7×512 into 4096 units is 102,760,448 weights,
        three quarters of all of VGG-16.
    """

    aliases: ClassVar = {
        "short": ("fc", "fully_connected"),
        "pytorch": ("Linear",),
        "keras": ("Dense",),
        "caffe": ("InnerProduct",),
        "onnx": ("Gemm",),
        "darknet": ("connected",),
    }
    family: ClassVar = "linear"
    needs_flat: ClassVar = True
    incoming: ClassVar = ("in_features",)
    example: ClassVar = ({"out_features": 4096}, (25088,))

    out_features: int
    bias: bool = True
    axis: AxisName | None = None

    def takes_vectors(self) -> bool:
        return self.axis is None

    def place(self, shape: Shape) -> int:
        """The index of the side that it works along."""
        return 0 if self.axis is None else place_of(self.axis, shape)

    def out_shape(self, shape: Shape) -> Shape:
        return with_side(shape, self.place(shape), self.out_features)

    def weights_per_unit(self, shape: Shape) -> int:
        return shape[self.place(shape)]

    def weights(self, shape: Shape, out: Shape) -> int:
        place = self.place(shape)
        return shape[place] * out[place]

    def biases(self, shape: Shape, out: Shape) -> int:
        return out[self.place(shape)] if self.bias else 0

    def params(self, shape: Shape, out: Shape) -> int:
        if not self.bias:
            return self.weights(shape, out)
        place = self.place(shape)
        return formulas.linear_params(shape[place], out[place])

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        place = self.place(shape)
        return with_bias({"weight": (out[place], shape[place])}, out[place], bias=self.bias)

    def macs(self, shape: Shape, out: Shape) -> int:
        positions = other_sides(shape, self.place(shape))
        return formulas.product([self.weights(shape, out), *positions])

    def counts(self, shape: Shape, out: Shape) -> Counts:
        return {"bias_adds": formulas.product(out)} if self.bias else {}

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        place = self.place(shape)
        if place == 0:
            return None
        whole = Whole(shape[place], out[place])
        return tuple([whole if at == place else Slide(1) for at in range(1, len(shape))])

    def check(self, shape: Shape) -> None:
        check_at_least("out_features", self.out_features)
        if self.axis is not None:
            place_of(self.axis, shape)
        elif len(shape) != 1:
            message = (
                f"a fully connected layer takes a vector, but gets {times(shape)}; "
                "put flatten (or a global pool and flatten) before it, or name the axis that it works on, as axis: -1"
            )
            raise ShapeError(message)


@kind("rbf")
class Rbf(NoParameters):
    """LeNet-5's output: each unit is the squared distance of the input to a fixed target vector.

    Formula:
        y = Σ (x − w)², over m inputs; no trainable parameters, m·units fixed numbers (buffers)
        macs = m·units (each difference squared and added), m·units additions (the differences)

    Source:
        LeCun et al. 1998, section II.B: 84 × 10 = 840 connections, parameters chosen by hand.

    Common mistake:
        Adding 850 parameters as for a fully connected layer: the 1998 vectors are not trained.
    """

    aliases: ClassVar = {"short": ("radial_basis",)}
    family: ClassVar = "linear"
    needs_flat: ClassVar = True
    example: ClassVar = ({"out_features": 10}, (84,))

    out_features: int

    def out_shape(self, shape: Shape) -> Shape:
        return (self.out_features,)

    def buffers(self, shape: Shape, out: Shape) -> int:
        return shape[0] * out[0]

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        return {"weight": (out[0], shape[0])}

    def macs(self, shape: Shape, out: Shape) -> int:
        return shape[0] * out[0]

    def counts(self, shape: Shape, out: Shape) -> Counts:
        return {"adds": shape[0] * out[0]}

    def check(self, shape: Shape) -> None:
        check_at_least("out_features", self.out_features)
        if len(shape) != 1:
            message = f"takes a vector, but gets {times(shape)}; put flatten before it"
            raise ShapeError(message)
