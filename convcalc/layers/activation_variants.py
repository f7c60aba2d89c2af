"""More activations: limits, smooth variants of ReLU, and the gated linear unit."""

from __future__ import annotations

from typing import ClassVar

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.activation import Activation, Softmax
from convcalc.layers.axes import place_of
from convcalc.layers.base import Counts, Elementwise, Kept, NoParameters, kind
from convcalc.layers.window import Shape


@kind("clip")
class Clip(Elementwise):
    """min(max(x, min), max): values beyond a limit become the limit

    Formula:
        one comparison per value and limit; no parameters

    Options:
        min, max: the limits; at least one is given. clip: {min: 0, max: 6} is relu6.

    Source:
        ONNX Clip; torch.clamp; PyTorch Hardtanh(min_val, max_val); Caffe Clip.

    Common mistake:
        Counting two comparisons for one limit: without max there is no second one, as in relu.
    """

    aliases: ClassVar = {
        "short": ("clamp",),
        "pytorch": ("clamp",),
        "caffe": ("Clip",),
        "onnx": ("Clip",),
    }
    family: ClassVar = "activation"
    example: ClassVar = ({"min": 0, "max": 6}, (8, 16, 16))

    min: float | None = None
    max: float | None = None

    def counts(self, shape: Shape, out: Shape) -> Counts:
        limits = (self.min is not None) + (self.max is not None)
        return {"comparisons": limits * formulas.product(shape)}

    def check(self, shape: Shape) -> None:
        if self.min is None and self.max is None:
            message = "no limit is given; give min, max or both (hardtanh has -1 and 1)"
            raise ShapeError(message)
        if self.min is not None and self.max is not None and self.min > self.max:
            message = f"min {self.min:g} is above max {self.max:g}; swap the two"
            raise ShapeError(message)


@kind("hardtanh")
class HardTanh(Activation):
    """min(max(x, −1), 1)

    Formula:
        two comparisons per value; no parameters

    Source:
        Collobert 2004; PyTorch Hardtanh with its default limits (clip takes others).

    Common mistake:
        Counting exponentials as for tanh: only the ends are like it.
    """

    aliases: ClassVar = {
        "pytorch": ("Hardtanh",),
        "keras": ("hard_tanh",),
        "darknet": ("hardtan",),
    }
    per_value: ClassVar = {"comparisons": 2}


@kind("hardsigmoid")
class HardSigmoid(Activation):
    """min(max(x/6 + ½, 0), 1)

    Formula:
        min(max(⅙·x + ½, 0), 1): one multiplication, one addition and two comparisons per value;
        no parameters. ONNX's default 0.2·x + 0.5 has the same counts, other values.

    Source:
        Howard et al., arXiv:1905.02244 (MobileNetV3's squeeze-and-excitation); PyTorch Hardsigmoid.

    Common mistake:
        Counting an exponential: it was made to avoid one.
    """

    aliases: ClassVar = {
        "pytorch": ("Hardsigmoid",),
        "keras": ("hard_sigmoid",),
        "onnx": ("HardSigmoid",),
    }
    per_value: ClassVar = {"multiplications": 1, "adds": 1, "comparisons": 2}


@kind("softplus")
class Softplus(Activation):
    """ln(1 + eˣ)

    Formula:
        one exponential, one addition and one logarithm (counted as an exponential) per value;
        no parameters

    Source:
        Dugas et al. 2001; PyTorch Softplus with beta 1.

    Common mistake:
        Costing it like ReLU, which it smooths: it takes an exponential and a logarithm.
    """

    aliases: ClassVar = {"pytorch": ("Softplus",), "keras": ("softplus",), "onnx": ("Softplus",)}
    per_value: ClassVar = {"exponentials": 2, "adds": 1}


@kind("mish")
class Mish(Activation):
    """x·tanh(ln(1 + eˣ))

    Formula:
        softplus and tanh as on their pages, and x times the result: four exponentials (one of them the
        logarithm), three additions, one division and one multiplication per value; no parameters

    Source:
        Misra, arXiv:1908.08681; Bochkovskiy, Wang & Liao, arXiv:2004.10934 (YOLOv4).

    Common mistake:
        Costing it like SiLU: the values are close, but it takes four exponentials instead of one.
    """

    aliases: ClassVar = {
        "pytorch": ("Mish",),
        "keras": ("mish",),
        "onnx": ("Mish",),
        "darknet": ("mish",),
    }
    per_value: ClassVar = {"exponentials": 4, "adds": 3, "divisions": 1, "multiplications": 1}


@kind("selu")
class Selu(Activation):
    """λ·x where x is positive, λ·α·(eˣ − 1) elsewhere, with two fixed numbers

    Formula:
        λ = 1.0507…, α = 1.6733…; one comparison, one exponential, one addition and two multiplications
        per value (α·(eˣ − 1) is computed for every value, and then chosen or not, before λ);
        no parameters

    Source:
        Klambauer et al., arXiv:1706.02515, equation 2; PyTorch SELU.

    Common mistake:
        Counting λ and α as parameters: both are fixed.
    """

    keeps_input: ClassVar = False
    keeps_output: ClassVar = True
    aliases: ClassVar = {
        "pytorch": ("SELU",),
        "keras": ("selu",),
        "onnx": ("Selu",),
        "darknet": ("selu",),
    }
    per_value: ClassVar = {"comparisons": 1, "exponentials": 1, "adds": 1, "multiplications": 2}


@kind("softsign")
class Softsign(Activation):
    """x / (1 + |x|)

    Formula:
        one addition and one division per value (leaving out a sign costs nothing); no parameters

    Source:
        Turian, Bergstra & Bengio 2009; PyTorch Softsign.

    Common mistake:
        Counting exponentials as for tanh: it has the same ends, and needs none.
    """

    aliases: ClassVar = {"pytorch": ("Softsign",), "keras": ("softsign",), "onnx": ("Softsign",)}
    per_value: ClassVar = {"adds": 1, "divisions": 1}

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Its input, and 1 + |x|."""
        return Kept(input=True, values=formulas.product(shape))


@kind("logsigmoid")
class LogSigmoid(Activation):
    """−ln(1 + e⁻ˣ), the logarithm of the sigmoid

    Formula:
        one exponential, one addition and one logarithm (counted as an exponential) per value;
        no parameters

    Source:
        PyTorch LogSigmoid.

    Common mistake:
        Counting the division of the sigmoid: in the logarithm it is a change of sign.
    """

    aliases: ClassVar = {"pytorch": ("LogSigmoid",), "keras": ("log_sigmoid",)}
    per_value: ClassVar = {"exponentials": 2, "adds": 1}

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Its input, and e^−|x|."""
        return Kept(input=True, values=formulas.product(shape))


@kind("log_softmax")
class LogSoftmax(Softmax):
    """The logarithm of softmax over the channels, position by position

    Formula:
        (x − max) − ln Σ e^(x − max): two subtractions and one exponential per value; c − 1 comparisons
        for the largest, c − 1 additions for the sum and one logarithm (counted as an exponential) per
        position; no parameters

    Options:
        axis: the axis of the sum, by name or number; c is its length.

    Source:
        PyTorch LogSoftmax; Goodfellow, Bengio & Courville 2016, section 6.2.2.3.

    Common mistake:
        Counting a division per value, as for softmax: the logarithm makes it a subtraction.
    """

    aliases: ClassVar = {
        "pytorch": ("LogSoftmax",),
        "keras": ("log_softmax",),
        "onnx": ("LogSoftmax",),
    }
    family: ClassVar = "activation"
    example: ClassVar = ({}, (10,))

    def counts(self, shape: Shape, out: Shape) -> Counts:
        cells = formulas.product(shape)
        positions = cells // shape[place_of(self.axis, shape)]
        others = cells - positions
        return {
            "exponentials": cells + positions,
            "adds": 2 * cells + others,
            "comparisons": others,
        }


@kind("glu")
class Glu(NoParameters):
    """a·σ(b), where a is the first half of the channels and b the second: half as many channels

    Formula:
        (c, n, n) becomes (c/2, n, n); a·(1 / (1 + e⁻ᵇ)): one exponential, one addition, one division
        and one multiplication per output value; no parameters

    Source:
        Dauphin et al., arXiv:1612.08083, equation 1; PyTorch GLU over the channels (dim=1 of a batch of
        maps).

    Common mistake:
        Giving the convolution before it as many filters as channels are wanted: it needs twice as many.
    """

    aliases: ClassVar = {"pytorch": ("GLU",), "keras": ("glu",)}
    family: ClassVar = "activation"
    example: ClassVar = ({}, (32, 100))

    def out_shape(self, shape: Shape) -> Shape:
        return (shape[0] // 2, *shape[1:])

    def counts(self, shape: Shape, out: Shape) -> Counts:
        each = formulas.product(out)
        return {"exponentials": each, "adds": each, "divisions": each, "multiplications": each}

    def check(self, shape: Shape) -> None:
        if shape[0] % 2:
            message = (
                f"it halves the channels, but gets {shape[0]}; give the layer before it an even number, "
                f"such as {shape[0] + 1}"
            )
            raise ShapeError(message)
