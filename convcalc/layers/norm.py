"""Normalisation, and scale and shift alone: their parameters, and the axes of each mean."""

from __future__ import annotations

from typing import ClassVar

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.axes import AxisNames, check_axis_names, other_sides, places_of
from convcalc.layers.base import Counts, Elementwise, Kept, kind
from convcalc.layers.checks import check_at_least, check_divides
from convcalc.layers.frozen import frozen
from convcalc.layers.names import with_dimensions
from convcalc.layers.rf import NORMS, Reads, Slide, UnknownField, Whole
from convcalc.layers.window import Shape


@frozen
class Norm(Elementwise):
    """A kind that keeps the shape and can have one trained scale and shift per channel."""

    family: ClassVar = "norm"

    affine: bool = True
    scale: bool = True
    shift: bool = True

    def scales(self, shape: Shape) -> int:
        """The number of scales, and of shifts."""
        return shape[0]

    def weights(self, shape: Shape, out: Shape) -> int:
        return self.scales(shape) if self.affine and self.scale else 0

    def biases(self, shape: Shape, out: Shape) -> int:
        return self.scales(shape) if self.affine and self.shift else 0

    def params(self, shape: Shape, out: Shape) -> int:
        if self.affine and self.scale and self.shift:
            return 2 * self.scales(shape)
        return self.scales(shape) if self.affine and (self.scale or self.shift) else 0

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        kept = {"weight": self.scale, "bias": self.shift} if self.affine else {}
        return {name: self.trained(shape) for name, is_there in kept.items() if is_there}

    def trained(self, shape: Shape) -> Shape:
        """The shape of the scales, and of the shifts."""
        return shape[:1]


@frozen
class SampleNorm(Norm):
    """A norm that computes mean and variance from each sample, also at inference."""

    in_place: ClassVar = False

    def pools(self, shape: Shape) -> int:
        """The number of means, each over its own part of the values."""
        return shape[0]

    def counts(self, shape: Shape, out: Shape) -> Counts:
        cells, pools = formulas.product(shape), self.pools(shape)
        scaled = cells if self.affine and self.scale else 0
        shifted = cells if self.affine and self.shift else 0
        return {
            "multiplications": 2 * cells + scaled,
            "adds": 3 * cells - pools + shifted,
            "divisions": 3 * pools,
            "roots": pools,
        }

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        if len(shape) == 1:
            return None
        reason = f"{self.kind} takes its mean over the whole map, so every unit sees the whole map"
        return UnknownField(reason, whole=True, cause=NORMS)

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Its input, and the mean and deviation of each part of the values."""
        return Kept(input=True, values=2 * self.pools(shape))


@kind("batchnorm")
class BatchNorm(SampleNorm):
    """Scales and shifts each channel; at inference by stored running statistics.

    Formula:
        params = 2·c (scale and shift), buffers = 2·c (running mean and variance)
        no multiply-adds are counted: at inference it folds into the convolution before it;
        kept separate, it is x·a + b with a and b known before: one multiplication and one addition per cell;
        without track_running_stats it takes mean and variance from the sample, as an instance norm does

    Options:
        scale: false leaves the scale out, shift: false the shift: params = c (Keras's scale=False and
        center=False). affine: false leaves out both.

    Source:
        Ioffe & Szegedy, arXiv:1502.03167; PyTorch BatchNorm2d.

    Common mistake:
        Counting 4·c parameters: Keras prints the running statistics with them, but they are not trained.
        PyTorch also stores a step counter per layer, which is not counted here.
    """

    aliases: ClassVar = {
        "short": ("bn",),
        "pytorch": with_dimensions("BatchNorm{}d"),
        "keras": ("BatchNormalization",),
        "caffe": ("BatchNorm",),
        "onnx": ("BatchNormalization",),
    }
    in_place: ClassVar = True
    vector_is_1d: ClassVar = True
    incoming: ClassVar = ("num_features",)
    example: ClassVar = ({}, (64, 112, 112))

    track_running_stats: bool = True

    def buffers(self, shape: Shape, out: Shape) -> int:
        return 2 * shape[0] if self.track_running_stats else 0

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        kept = ("running_mean", "running_var") if self.track_running_stats else ()
        return {**super().arrays(shape, out), **dict.fromkeys(kept, shape[:1])}

    def counts(self, shape: Shape, out: Shape) -> Counts:
        if not self.track_running_stats:
            return super().counts(shape, out)
        cells = formulas.product(shape)
        return {"multiplications": cells, "adds": cells}

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        return (Norm if self.track_running_stats else SampleNorm).reads(self, shape, out)

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Its input, and the mean and deviation of each channel over the whole batch."""
        return Kept(input=True, statistics=2 * shape[0])


@kind("layernorm")
class LayerNorm(SampleNorm):
    """Normalises each sample over all of its values, with a scale and a shift for each of them.

    Formula:
        params = 2·c·n·n, c·n·n with scale: false or shift: false; no buffers
        (x − μ)·(1/√(σ² + ε))·γ + β, with σ² the mean of (x − μ)²: for the m = c·n·n values 3·m − 1
        additions, 2·m multiplications, 3 divisions and 1 root; γ and β are m more of the first two;
        over some axes only: params = 2·m, where m is the product of these; the operations above at each
        position of the other axes

    Options:
        axes: the axes of the mean, by name or number; all of them by default. [channels] is the norm of
            ConvNeXt and of transformers, at each position separately.

    Source:
        Ba, Kiros & Hinton, arXiv:1607.06450; PyTorch LayerNorm over (C, H, W); Liu et al., arXiv:2201.03545.

    Common mistake:
        Counting 2·c: that is a layer norm over the channels only, as in transformers (axes: [channels]).
    """

    aliases: ClassVar = {
        "short": ("ln",),
        "pytorch": ("LayerNorm",),
        "keras": ("LayerNormalization",),
        "onnx": ("LayerNormalization",),
    }
    example: ClassVar = ({}, (16, 8, 8))

    axes: AxisNames | None = None

    def places(self, shape: Shape) -> tuple[int, ...]:
        """The sides of a shape in the mean."""
        return tuple(range(len(shape))) if self.axes is None else places_of(self.axes, shape)

    def scales(self, shape: Shape) -> int:
        return formulas.product([shape[place] for place in self.places(shape)])

    def trained(self, shape: Shape) -> Shape:
        return tuple([shape[place] for place in self.places(shape)])

    def pools(self, shape: Shape) -> int:
        return formulas.product([1, *other_sides(shape, *self.places(shape))])

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        spatial = range(1, len(shape))
        over = [at for at in spatial if at in self.places(shape)]
        if len(over) == len(spatial):
            return super().reads(shape, out)
        if not over:
            return None
        return tuple([Whole(shape[at], shape[at]) if at in over else Slide(1) for at in spatial])

    def check(self, shape: Shape) -> None:
        if self.axes is not None:
            check_axis_names(self.axes, shape)


@kind("groupnorm")
class GroupNorm(SampleNorm):
    """Normalises each sample over groups of channels.

    Formula:
        params = 2·c, c with scale: false or shift: false; no buffers
        operations as for layernorm: per group of m values 3·m − 1 additions, 2·m multiplications,
        3 divisions and 1 root; γ and β are m more of the first two

    Source:
        Wu & He, arXiv:1803.08494; PyTorch GroupNorm.

    Common mistake:
        Counting two per group: the mean is per group, the scale and the shift are per channel.
    """

    aliases: ClassVar = {
        "short": ("gn",),
        "pytorch": ("GroupNorm",),
        "keras": ("GroupNormalization",),
        "onnx": ("GroupNormalization",),
    }
    option_words: ClassVar = {"groups": "num_groups"}
    incoming: ClassVar = ("num_channels",)
    example: ClassVar = ({"num_groups": 4}, (16, 8, 8))

    num_groups: int

    def pools(self, shape: Shape) -> int:
        return self.num_groups

    def check(self, shape: Shape) -> None:
        check_at_least("num_groups", self.num_groups)
        check_divides("the input's channel count", shape[0], "num_groups", self.num_groups)


@kind("instancenorm")
class InstanceNorm(SampleNorm):
    """Normalises each channel of each sample separately.

    Formula:
        params = 2·c with affine (c with scale: false or shift: false), none by default; no buffers;
        operations as for layernorm: per channel of m values 3·m − 1 additions, 2·m multiplications,
        3 divisions and 1 root; γ and β are m more of the first two

    Source:
        Ulyanov, Vedaldi & Lempitsky, arXiv:1607.08022; PyTorch InstanceNorm2d.

    Common mistake:
        Assuming that it trains something: in PyTorch affine is off by default.
    """

    aliases: ClassVar = {
        "short": ("in",),
        "pytorch": with_dimensions("InstanceNorm{}d"),
        "onnx": ("InstanceNormalization",),
    }
    onnx_defaults: ClassVar = {"affine": True}
    incoming: ClassVar = ("num_features",)
    example: ClassVar = ({}, (16, 8, 8))

    affine: bool = False

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Like a batch norm of each sample, with repeated scales."""
        return Kept(input=True, values=2 * shape[0] + self.weights(shape, out))


@kind("lrn")
class Lrn(Elementwise):
    """Local response normalisation: divides each value by a power of its neighbours' squares across channels.

    Formula:
        y = x / (k + α/size · Σ x²)^β over `size` channels; no parameters
        per value: its square, size − 1 additions (channels that do not exist count as 0), times α/size,
        plus k, one power (counted as a root), one division

    Source:
        Krizhevsky, Sutskever & Hinton 2012, section 3.3; PyTorch LocalResponseNorm.

    Common mistake:
        Expecting parameters: VGG's A-LRN has exactly as many as A.
    """

    aliases: ClassVar = {
        "short": ("norm",),
        "pytorch": ("LocalResponseNorm",),
        "caffe": ("LRN",),
        "onnx": ("LRN",),
    }
    family: ClassVar = "norm"
    option_words: ClassVar = {"local_size": "size"}
    example: ClassVar = ({}, (96, 55, 55))

    size: int = 5

    def counts(self, shape: Shape, out: Shape) -> Counts:
        cells = formulas.product(shape)
        return {
            "multiplications": 2 * cells,
            "adds": self.size * cells,
            "roots": cells,
            "divisions": cells,
        }

    def check(self, shape: Shape) -> None:
        check_at_least("size", self.size)
        if len(shape) < 2:
            message = "needs channels and at least one axis; leave it out for vectors"
            raise ShapeError(message)

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Its input, the squares padded with size − 1 maps of zeros, the sums and their powers."""
        cells = formulas.product(shape[1:])
        return Kept(input=True, values=cells * (3 * shape[0] + self.size - 1))


@kind("scale")
class Scale(Elementwise):
    """Multiplies each channel by its own number, and with bias adds one to it.

    Formula:
        y = g·x + b; params = c, 2·c with bias: true; 1 and 2 with per_channel: false
        one multiplication per value for the factor, one addition for the bias

    Options:
        factor: false leaves the factor out, so only the bias is added.
        per_channel: false has one number for all channels.
        trainable: false has fixed numbers: buffers instead of params.

    Source:
        Caffe Scale with one bottom (bias_term adds the bias; with two bottoms it is the kind multiply);
        Touvron et al., arXiv:2103.17239, section 2 (LayerScale, as in ConvNeXt).

    Common mistake:
        Leaving it out after Caffe's BatchNorm: that one only normalises, and its 2·c trained numbers are in
        the Scale after it.
    """

    aliases: ClassVar = {"short": ("layer_scale",), "caffe": ("Scale",)}
    family: ClassVar = "norm"
    example: ClassVar = ({}, (96, 56, 56))

    factor: bool = True
    bias: bool = False
    per_channel: bool = True
    trainable: bool = True

    def each(self, shape: Shape) -> int:
        """The number of factors, and of biases."""
        return shape[0] if self.per_channel else 1

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        prefix = "" if self.trainable else "fixed_"
        kept = {"weight": self.factor, "bias": self.bias}
        return {prefix + name: (self.each(shape),) for name, is_there in kept.items() if is_there}

    def weights(self, shape: Shape, out: Shape) -> int:
        return self.each(shape) if self.factor and self.trainable else 0

    def biases(self, shape: Shape, out: Shape) -> int:
        return self.each(shape) if self.bias and self.trainable else 0

    def buffers(self, shape: Shape, out: Shape) -> int:
        return 0 if self.trainable else (self.factor + self.bias) * self.each(shape)

    def counts(self, shape: Shape, out: Shape) -> Counts:
        cells = formulas.product(shape)
        return {
            "multiplications": cells if self.factor else 0,
            "adds": cells if self.bias else 0,
        }

    def check(self, shape: Shape) -> None:
        if not (self.factor or self.bias):
            message = "factor and bias are both false; set one of them to true"
            raise ShapeError(message)

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        return Kept(input=self.factor and self.trainable)
