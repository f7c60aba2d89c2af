"""Witnesses of the kinds that keep the shape: activations and normalisations."""

from collections.abc import Sequence

import numpy as np

from convcalc.reference import checks
from convcalc.reference.base import Call, Inputs, Kept, Options, Plain, Rows, pick, witness
from convcalc.reference.checks import Array, Shape
from convcalc.reference.scratch import LayerRun


@witness("relu")
class Relu(Plain):
    pass


@witness("relu6")
class Relu6(Plain):
    copies = (1, 0)


@witness("leaky_relu")
class LeakyRelu(Plain):
    optional = ("negative_slope",)
    copies = (2, 0)


@witness("prelu")
class Prelu(Plain):
    """One slope for all maps, or one per map."""

    copies = (3, 0)

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        return {"weight": in_shape[:1] if options.get("per_channel", False) else (1,)}

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del options
        return call("prelu", inputs[0], arrays["weight"])


@witness("elu")
class Elu(Plain):
    copies = (3, 0)


@witness("gelu")
class Gelu(Plain):
    optional = ("approximate",)
    copies = (3, 24)  # the error function in float64


@witness("silu")
class Silu(Plain):
    copies = (2, 0)


@witness("hardswish")
class HardSwish(Plain):
    copies = (2, 0)


@witness("sigmoid")
class Sigmoid(Plain):
    copies = (2, 0)


@witness("tanh")
class Tanh(Plain):
    copies = (1, 0)


def _all_along(rows: Rows) -> Rows:
    """Each unit depends on all cells of the axis."""
    return np.repeat(rows.sum(axis=1, keepdims=True), rows.shape[1], axis=1)


@witness("softmax")
class Softmax(Plain):
    optional = ("axis",)
    copies = (2, 0)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return _all_along(inputs[0]) if options.get("axis", False) else inputs[0]


@witness("clip")
class Clip(Plain):
    optional = ("min", "max")
    copies = (1, 0)


@witness("hardtanh")
class HardTanh(Plain):
    copies = (1, 0)


@witness("hardsigmoid")
class HardSigmoid(Plain):
    copies = (2, 0)


@witness("softplus")
class Softplus(Plain):
    copies = (1, 0)


@witness("logsigmoid")
class LogSigmoid(Plain):
    copies = (2, 0)


@witness("mish")
class Mish(Plain):
    copies = (2, 0)


@witness("selu")
class Selu(Plain):
    copies = (3, 0)


@witness("softsign")
class Softsign(Plain):
    copies = (2, 0)


@witness("log_softmax")
class LogSoftmax(Softmax):
    pass


@witness("glu")
class Glu(Plain):
    copies = (2, 0)


@witness("dropout")
class Dropout(Plain):
    pass


@witness("lrn")
class Lrn(Plain):
    optional = ("size",)
    copies = (4, 0)


class Norm(Plain):
    """A normalisation by statistics of the sample, with a weight and a bias per map."""

    copies = (0, 24)  # float64
    affine = True

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        kept = {"weight": "scale", "bias": "shift"} if options.get("affine", self.affine) else {}
        return {
            name: self.trained(in_shape) for name, word in kept.items() if options.get(word, True)
        }

    def trained(self, in_shape: Shape) -> Shape:
        """The shape of the weight, and of the bias."""
        return in_shape[:1]

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        given = [options[name] for name in self.required]
        return call(self.kind, inputs[0], *given, arrays.get("weight"), arrays.get("bias"))

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        """Each unit depends on all cells."""
        del options
        return _all_along(inputs[0])


@witness("batchnorm")
class BatchNorm(Norm):
    """Tracked statistics are buffers; otherwise those of the sample are used."""

    buffers = frozenset({"running_mean", "running_var"})

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        kept = tuple(sorted(self.buffers)) if _tracked(options) else ()
        return {**super().shapes(options, in_shapes), **dict.fromkeys(kept, in_shapes[0][:1])}

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        gain, offset = arrays.get("weight"), arrays.get("bias")
        if not _tracked(options):  # a batch of one: its statistics are those of each map
            return call("instancenorm", inputs[0], gain, offset)
        mean, variance = arrays["running_mean"], arrays["running_var"]
        return call("batchnorm", inputs[0], mean, variance, gain, offset)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return inputs[0] if _tracked(options) else super().along_axis(options, inputs)

    def scratch(self, run: LayerRun) -> int:
        return 0 if _tracked(run.options) else super().scratch(run)


def _tracked(options: Options) -> bool:
    """Whether the statistics are stored, not taken from the sample."""
    return bool(options.get("track_running_stats", True))


@witness("layernorm")
class LayerNorm(Norm):
    """Over the whole sample or some axes, with a weight and a bias per cell of these."""

    copies = (2, 24)  # the axes may be swapped and swapped back

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        each = tuple(in_shape[axis] for axis in self._over(options, len(in_shape)))
        return super().shapes(options, [each])

    def trained(self, in_shape: Shape) -> Shape:
        return in_shape

    def _over(self, options: Options, ndim: int) -> Shape:
        """The axes that it averages over."""
        axes = options.get("axes")
        return tuple(range(ndim)) if axes is None else checks.sides("layernorm", axes, ndim)

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        named = pick(options, "axes")
        return call("layernorm", inputs[0], arrays.get("weight"), arrays.get("bias"), **named)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return inputs[0] if options.get("axes") is False else _all_along(inputs[0])


@witness("groupnorm")
class GroupNorm(Norm):
    """Over groups of maps."""

    required = ("num_groups",)


@witness("instancenorm")
class InstanceNorm(Norm):
    """Over each map; by default without weight and bias."""

    affine = False


@witness("scale")
class Scale(Plain):
    """Factors and biases, one of each per map or for all maps; fixed ones are not trained."""

    buffers = frozenset({"fixed_weight", "fixed_bias"})
    copies = (1, 0)

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        each = in_shape[:1] if options.get("per_channel", True) else (1,)
        prefix = "" if options.get("trainable", True) else "fixed_"
        kept = {"weight": options.get("factor", True), "bias": options.get("bias", False)}
        return {prefix + name: each for name, is_there in kept.items() if is_there}

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del options
        by_name = {name.removeprefix("fixed_"): array for name, array in arrays.items()}
        return call("scale", inputs[0], by_name.get("weight"), by_name.get("bias"))
