"""The common activations: one value in, one value out; only PReLU has parameters."""

from __future__ import annotations

from typing import ClassVar, Literal

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.axes import AxisName, place_of
from convcalc.layers.base import Counts, Elementwise, Kept, kind
from convcalc.layers.frozen import frozen
from convcalc.layers.names import with_dimensions
from convcalc.layers.rf import Reads, Slide, UnknownField, Whole
from convcalc.layers.window import Shape

Approximation = Literal["none", "tanh"]


@frozen
class Activation(Elementwise):
    """A function of each value; its cost is in elementary operations per value."""

    family: ClassVar = "activation"
    per_value: ClassVar[dict[str, int]] = {}

    def counts(self, shape: Shape, out: Shape) -> Counts:
        cells = formulas.product(shape)
        return {operation: times * cells for operation, times in self.per_value.items()}


@kind("relu")
class Relu(Activation):
    """max(x, 0)

    Formula:
        one comparison per value; no parameters

    Source:
        Nair & Hinton 2010.

    Common mistake:
        Counting its output as new memory: it can overwrite its input.
    """

    keeps_input: ClassVar = False
    keeps_output: ClassVar = True
    aliases: ClassVar = {
        "short": ("rectifier",),
        "pytorch": ("ReLU",),
        "keras": ("ReLU",),
        "caffe": ("ReLU",),
        "onnx": ("Relu",),
        "darknet": ("relu",),
    }
    per_value: ClassVar = {"comparisons": 1}


@kind("relu6")
class Relu6(Activation):
    """min(max(x, 0), 6)

    Formula:
        two comparisons per value; no parameters

    Source:
        Sandler et al., arXiv:1801.04381 (MobileNetV2).

    Common mistake:
        Counting parameters for the 6: it is fixed.
    """

    aliases: ClassVar = {"pytorch": ("ReLU6",), "darknet": ("relu6",)}
    per_value: ClassVar = {"comparisons": 2}


@kind("leaky_relu")
class LeakyRelu(Activation):
    """x where it is positive, a small fixed part of x elsewhere

    Formula:
        one comparison and one multiplication per value (slope·x is computed for every value, and then
        chosen or not); no parameters

    Source:
        Maas, Hannun & Ng 2013; PyTorch LeakyReLU.

    Common mistake:
        Counting the slope as a parameter: it is fixed (prelu trains it).
    """

    keeps_input: ClassVar = False
    keeps_output: ClassVar = True
    aliases: ClassVar = {
        "short": ("lrelu",),
        "pytorch": ("LeakyReLU",),
        "keras": ("LeakyReLU",),
        "onnx": ("LeakyRelu",),
        "darknet": ("leaky",),
    }
    per_value: ClassVar = {"comparisons": 1, "multiplications": 1}

    negative_slope: float = 0.01


@kind("prelu")
class Prelu(Activation):
    """x where it is positive, a trained part of x elsewhere

    Formula:
        params = 1, or c with per_channel; one comparison and one multiplication per value (slope·x is
        computed for every value, and then chosen or not)

    Source:
        He et al., arXiv:1502.01852; PyTorch PReLU.

    Common mistake:
        Forgetting that PyTorch trains one slope for all channels by default, Keras one per value.
    """

    aliases: ClassVar = {
        "pytorch": ("PReLU",),
        "keras": ("PReLU",),
        "caffe": ("PReLU",),
        "onnx": ("PRelu",),
    }
    per_value: ClassVar = {"comparisons": 1, "multiplications": 1}

    per_channel: bool = False

    def weights(self, shape: Shape, out: Shape) -> int:
        return shape[0] if self.per_channel else 1

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        return {"weight": (self.weights(shape, out),)}


@kind("elu")
class Elu(Activation):
    """x where it is positive, eˣ − 1 elsewhere

    Formula:
        one comparison, one exponential and one addition per value (eˣ − 1 is computed for every value,
        and then chosen or not); no parameters

    Source:
        Clevert, Unterthiner & Hochreiter, arXiv:1511.07289.

    Common mistake:
        Costing it like ReLU: the exponential is the expensive part.
    """

    keeps_input: ClassVar = False
    keeps_output: ClassVar = True
    aliases: ClassVar = {
        "pytorch": ("ELU",),
        "keras": ("ELU",),
        "caffe": ("ELU",),
        "onnx": ("Elu",),
        "darknet": ("elu",),
    }
    per_value: ClassVar = {"comparisons": 1, "exponentials": 1, "adds": 1}


@kind("gelu")
class Gelu(Activation):
    """x·Φ(x), with the normal distribution's Φ

    Formula:
        ½·x·(1 + erf(√½·x)): three multiplications, one addition and one error function (counted as an
        exponential) per value; no parameters
        approximate: tanh is ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x·x·x))): six multiplications, four
        additions, two exponentials and one division per value

    Source:
        Hendrycks & Gimpel, arXiv:1606.08415, section 2; PyTorch GELU.

    Common mistake:
        Mixing the exact form with the tanh approximation: values differ in the fourth digit, counts too.
    """

    aliases: ClassVar = {"pytorch": ("GELU",), "onnx": ("Gelu",), "darknet": ("gelu",)}
    per_value: ClassVar = {"exponentials": 1, "multiplications": 3, "adds": 1}

    approximate: Approximation = "none"

    def counts(self, shape: Shape, out: Shape) -> Counts:
        if self.approximate == "none":
            return super().counts(shape, out)
        cells = formulas.product(shape)
        return {
            "multiplications": 6 * cells,
            "adds": 4 * cells,
            "exponentials": 2 * cells,
            "divisions": cells,
        }


@kind("silu")
class Silu(Activation):
    """x·σ(x), also called swish

    Formula:
        x·(1 / (1 + e⁻ˣ)): one exponential, one addition, one division and one multiplication per value;
        no parameters

    Source:
        Elfwing, Uchibe & Doya, arXiv:1702.03118; Ramachandran, Zoph & Le, arXiv:1710.05941.

    Common mistake:
        Costing it like ReLU: the exponential is the expensive part.
    """

    aliases: ClassVar = {"pytorch": ("SiLU",), "onnx": ("Swish",), "darknet": ("swish",)}
    per_value: ClassVar = {"exponentials": 1, "adds": 1, "divisions": 1, "multiplications": 1}


@kind("hardswish")
class HardSwish(Activation):
    """x·min(max(x + 3, 0), 6)/6

    Formula:
        x·min(max(x + 3, 0), 6)·⅙: two comparisons, one addition and two multiplications per value;
        no parameters

    Source:
        Howard et al., arXiv:1905.02244 (MobileNetV3).

    Common mistake:
        Counting an exponential: it was made to avoid one.
    """

    aliases: ClassVar = {"pytorch": ("Hardswish",), "onnx": ("HardSwish",)}
    per_value: ClassVar = {"comparisons": 2, "adds": 1, "multiplications": 2}


@kind("sigmoid")
class Sigmoid(Activation):
    """1 / (1 + e⁻ˣ)

    Formula:
        one exponential, one addition and one division per value; no parameters

    Source:
        Rumelhart, Hinton & Williams 1986.

    Common mistake:
        Ending a classifier of 1000 classes with it: that needs softmax.
    """

    keeps_input: ClassVar = False
    keeps_output: ClassVar = True
    aliases: ClassVar = {
        "pytorch": ("Sigmoid",),
        "caffe": ("Sigmoid",),
        "onnx": ("Sigmoid",),
        "darknet": ("logistic",),
    }
    per_value: ClassVar = {"exponentials": 1, "adds": 1, "divisions": 1}


@kind("tanh")
class Tanh(Activation):
    """(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)

    Formula:
        two exponentials, two additions and one division per value, as written above; no parameters

    Source:
        LeCun et al. 1998, which scales it: 1.7159·tanh(2x/3).

    Common mistake:
        Costing it like ReLU: the exponential is the expensive part.
    """

    keeps_input: ClassVar = False
    keeps_output: ClassVar = True
    aliases: ClassVar = {
        "pytorch": ("Tanh",),
        "caffe": ("TanH",),
        "onnx": ("Tanh",),
        "darknet": ("tanh",),
    }
    per_value: ClassVar = {"exponentials": 2, "adds": 2, "divisions": 1}


@kind("softmax")
class Softmax(Elementwise):
    """eˣ of each channel over the sum of all channels' eˣ, position by position

    Formula:
        e^(x − max) / Σ e^(x − max): one subtraction, one exponential and one division per value;
        c − 1 comparisons for the largest and c − 1 additions for the sum per position; no parameters

    Options:
        axis: the axis on which the outputs add up to 1, by name or number; c is its length.

    Source:
        Bridle 1990; with the largest subtracted as in Goodfellow, Bengio & Courville 2016, section 4.1,
        and PyTorch Softmax over the channels.

    Common mistake:
        Counting the last fully connected layer twice: softmax has no parameters.
    """

    keeps_input: ClassVar = False
    keeps_output: ClassVar = True
    aliases: ClassVar = {
        "pytorch": ("Softmax",),
        "keras": ("Softmax",),
        "caffe": ("Softmax",),
        "onnx": ("Softmax",),
        "darknet": ("softmax",),
    }
    family: ClassVar = "activation"
    example: ClassVar = ({}, (1000,))

    axis: AxisName = "channels"

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        place = place_of(self.axis, shape)
        if place == 0:
            return None
        n = shape[place]
        return tuple([Whole(n, n) if at == place else Slide(1) for at in range(1, len(shape))])

    def check(self, shape: Shape) -> None:
        place_of(self.axis, shape)

    def counts(self, shape: Shape, out: Shape) -> Counts:
        cells = formulas.product(shape)
        others = cells - cells // shape[place_of(self.axis, shape)]
        return {
            "exponentials": cells,
            "divisions": cells,
            "adds": cells + others,
            "comparisons": others,
        }


@kind("dropout")
class Dropout(Elementwise):
    """Sets a share p of the values to zero while training; does nothing at inference.

    Formula:
        no parameters, no operations at inference

    Source:
        Srivastava et al. 2014; PyTorch Dropout.

    Common mistake:
        Halving the parameters: dropout leaves all of them in place.
    """

    keeps_input: ClassVar = False
    aliases: ClassVar = {
        "pytorch": ("Dropout", *with_dimensions("Dropout{}d")),
        "keras": ("Dropout", *with_dimensions("SpatialDropout{}D")),
        "caffe": ("Dropout",),
        "onnx": ("Dropout",),
        "darknet": ("dropout",),
    }
    family: ClassVar = "regularization"
    option_words: ClassVar = {"rate": "p", "dropout_ratio": "p"}

    p: float = 0.5

    def check(self, shape: Shape) -> None:
        if not 0 <= self.p <= 1:
            message = f"p is {self.p:g}; it is a share, use 0 to 1"
            raise ShapeError(message)

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        return Kept(masks=formulas.product(shape) if self.p else 0)
