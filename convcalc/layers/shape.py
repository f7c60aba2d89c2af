"""Kinds that move, add or drop cells but compute nothing: pads, crops, flatten, shuffles, upsampling."""

from __future__ import annotations

from typing import ClassVar, Literal

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.axes import AxisName, axis_name, place_of
from convcalc.layers.base import Counts, Elementwise, Mode, NoParameters, kind
from convcalc.layers.checks import (
    check_at_least,
    check_axes,
    check_divides,
    check_like,
    check_one_given,
    check_sides,
    check_spatial,
)
from convcalc.layers.names import with_dimensions
from convcalc.layers.rf import Linear, Nearest, Reads, Slide, UnknownField, Whole
from convcalc.layers.window import Pair, Shape, Spatial, axis_names, both_sides, per_axis
from convcalc.text import plural, times

ShuffleOrder = Literal["pytorch", "onnx"]
Sides = int | tuple[Pair, ...]
BeforeAfter = tuple[int, int]


class Rearrangement(NoParameters):
    """A kind that moves, adds or drops cells."""

    keeps_input: ClassVar = False
    family: ClassVar = "shape"


@kind("pad")
class Pad(Rearrangement):
    """Adds zeros around the maps, up to the size of `like`, and with `channels` whole maps of zeros.

    Formula:
        o = n + before + after along each axis; no parameters, no operations

    Options:
        like: the name of another layer with the height and width to reach, or input; half of the cells go
            before, and an odd one after.

    Source:
        PyTorch ZeroPad2d; U-Nets with padding pad the map from below to the size of the skip. Zero channels are the parameter-free shortcut (option A) of He et al.,
        arXiv:1512.03385.

    Common mistake:
        Reading one number as the total: it is added on both sides.
    """

    aliases: ClassVar = {
        "short": ("zeropad", "zero_padding"),
        "pytorch": with_dimensions("ZeroPad{}d"),
        "keras": with_dimensions("ZeroPadding{}D"),
        "onnx": ("Pad",),
    }
    references: ClassVar = ("like",)
    example: ClassVar = ({"padding": 2}, (8, 15, 15))

    padding: Sides = 0
    channels: BeforeAfter = (0, 0)
    like: str | None = None

    def pads_of(self, shape: Shape, *others: Shape) -> list[tuple[int, int]]:
        """Cells added before and after along each axis; if centred, an odd cell is added at the end."""
        if not others:
            return both_sides(self.padding, len(shape) - 1)
        return [((o - n) // 2, o - n - (o - n) // 2) for n, o in zip(shape[1:], others[0][1:])]

    def out_shape(self, shape: Shape, *others: Shape) -> Shape:
        pads = self.pads_of(shape, *others)
        sizes = [n + before + after for n, (before, after) in zip(shape[1:], pads)]
        return (shape[0] + self.channels[0] + self.channels[1], *sizes)

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        pads = self.pads_of(shape) if self.like is None else self.pads_of(shape, out)
        return tuple([Slide(1, 1, before) for before, _ in pads])

    def check(self, shape: Shape, *others: Shape) -> None:
        check_axes(shape)
        axes = len(shape) - 1
        check_sides("padding", self.padding, axes)
        check_at_least("channels", min(self.channels), 0)
        if self.like is not None and self.padding != 0:
            message = "pad got padding and like; give one of them"
            raise ShapeError(message)
        check_like("pad", shape, others)
        for name, n, (before, after) in zip(
            axis_names(shape), shape[1:], self.pads_of(shape, *others)
        ):
            if before + after < 0:
                message = f"cannot pad a {name} of {n} to {n + before + after}; pad adds cells (crop removes them)"
                raise ShapeError(message)


@kind("crop")
class Crop(Rearrangement):
    """Removes cells: down to `size` around the centre, or `padding` cells per side, or to the size of `like`.

    Formula:
        o = size, or n − before − after; no parameters, no operations

    Options:
        like: the name of another layer with the height and width to keep (U-Net's skips), or input.
        offset: cells cut before, instead of half of them (Caffe's crop, FCN).

    Source:
        Ronneberger, Fischer & Brox, arXiv:1505.04597, "copy and crop"; Keras Cropping2D.

    Common mistake:
        Forgetting it in a network of valid convolutions: U-Net's skips are 64 wide, but 56 are wanted.
    """

    aliases: ClassVar = {
        "pytorch": ("CenterCrop",),
        "keras": ("CenterCrop", *with_dimensions("Cropping{}D")),
        "caffe": ("Crop",),
        "darknet": ("crop",),
    }
    references: ClassVar = ("like",)
    option_words: ClassVar = {"cropping": "padding"}
    example: ClassVar = ({"size": 56}, (512, 64, 64))

    size: Spatial | None = None
    padding: Sides | None = None
    like: str | None = None
    offset: Spatial | None = None

    def cuts(self, shape: Shape, *others: Shape) -> list[tuple[int, int]]:
        """Cells cut before and after along each axis; if centred, an odd cell is cut at the end."""
        axes = len(shape) - 1
        if self.padding is not None:
            return both_sides(self.padding, axes)
        kept = others[0][1:] if others else per_axis(0 if self.size is None else self.size, axes)
        if self.offset is not None:
            before = per_axis(self.offset, axes)
            return [(cut, n - o - cut) for cut, n, o in zip(before, shape[1:], kept)]
        return [((n - o) // 2, n - o - (n - o) // 2) for n, o in zip(shape[1:], kept)]

    def out_shape(self, shape: Shape, *others: Shape) -> Shape:
        cuts = self.cuts(shape, *others)
        return (shape[0], *[n - before - after for n, (before, after) in zip(shape[1:], cuts)])

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        cuts = self.cuts(shape, out)
        return tuple([Slide(1, 1, -before) for before, _ in cuts])

    def check(self, shape: Shape, *others: Shape) -> None:
        check_axes(shape)
        axes = len(shape) - 1
        check_one_given("crop", {"size": self.size, "padding": self.padding, "like": self.like})
        if self.padding is not None and self.offset is not None:
            message = "crop got padding and offset; offset is used with size or like"
            raise ShapeError(message)
        if self.size is not None:
            check_spatial("size", self.size, axes, least=1)
        if self.padding is not None:
            check_sides("padding", self.padding, axes)
        if self.offset is not None:
            check_spatial("offset", self.offset, axes, least=0)
        check_like("crop", shape, others)
        for name, n, (before, after) in zip(
            axis_names(shape), shape[1:], self.cuts(shape, *others)
        ):
            kept = n - before - after
            if not 1 <= kept <= n:
                message = f"cannot crop a {name} of {n} to {kept}; keep 1 to {n} cells (pad makes a map larger)"
                raise ShapeError(message)
            if min(before, after) < 0:
                message = f"cannot cut {before} cells before {kept} of {n}; use an offset of at most {n - kept}"
                raise ShapeError(message)


@kind("flatten")
class Flatten(Rearrangement):
    """Puts all values of a map in one row: (C, H, W) becomes (C·H·W,); or merges only some neighbouring axes.

    Formula:
        m = c·n·n; no parameters, no operations

    Options:
        start_axis, end_axis: the first and last axis that become one; start_axis 1 makes (C, H·W) from (C, H, W).

    Source:
        PyTorch Flatten (channels first); Keras orders them channels last, the count is the same.

    Common mistake:
        A new image size: 300×600 into VGG-16 flattens to 82,944 values, but fc6 needs 25,088.
    """

    aliases: ClassVar = {
        "short": ("flat",),
        "pytorch": ("Flatten",),
        "keras": ("Flatten",),
        "caffe": ("Flatten",),
        "onnx": ("Flatten",),
    }
    is_view: ClassVar = True
    example: ClassVar = ({}, (512, 7, 7))

    start_axis: AxisName = "channels"
    end_axis: AxisName = -1

    def ends(self, shape: Shape) -> tuple[int, int]:
        """The first and the last of the sides that become one."""
        return place_of(self.start_axis, shape), place_of(self.end_axis, shape)

    def out_shape(self, shape: Shape) -> Shape:
        first, last = self.ends(shape)
        row = formulas.product(shape[first : last + 1])
        return (*shape[:first], row, *shape[last + 1 :])

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        if len(out) == len(shape):
            return None
        if len(out) > 1:
            reason = "flatten lays axes in one row, so positions are not where they were"
            return UnknownField(reason, moved=True)
        return tuple([Whole(n) for n in shape[1:]])

    def check(self, shape: Shape) -> None:
        first, last = self.ends(shape)
        if first > last:
            message = (
                f"start_axis is the {axis_name(first, shape)}, which comes after end_axis, the "
                f"{axis_name(last, shape)}; swap them"
            )
            raise ShapeError(message)


@kind("reshape")
class Reshape(Rearrangement):
    """The same values with another shape, in the same order.

    Formula:
        the product of the sides stays; a side of -1 is computed from the others; no parameters, no operations

    Source:
        PyTorch reshape, NumPy reshape (row by row).

    Common mistake:
        Using it to swap axes: the values stay in their order, so a picture gets scrambled.
    """

    aliases: ClassVar = {
        "pytorch": ("view",),
        "keras": ("Reshape",),
        "caffe": ("Reshape",),
        "onnx": ("Reshape",),
    }
    is_view: ClassVar = True
    example: ClassVar = ({"shape": (16, 4, 4)}, (256,))

    shape: Shape

    def out_shape(self, shape: Shape) -> Shape:
        given = self._given()
        if len(given) == len(self.shape):
            return self.shape
        left = formulas.product(shape) // formulas.product([1, *given])
        return tuple([left if _is_open(n) else n for n in self.shape])

    def _given(self) -> list[int]:
        """The given sides, without a -1."""
        return [n for n in self.shape if not _is_open(n)]

    def even_out_shape(self, *shapes: Shape) -> Shape:
        from convcalc.layers.even import require_equal  # noqa: PLC0415 - few commands ask for it

        out = self.out_shape(*shapes)
        require_equal((formulas.product(shapes[0]), formulas.product(out)))
        return out

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        if shape == out or (len(shape) == 1 and len(out) == 1):
            return None
        return UnknownField("a reshape moves values to other positions", moved=True)

    def check(self, shape: Shape) -> None:
        given = self._given()
        if len(given) < len(self.shape) - 1:
            message = f"shape {times(self.shape)} has -1 more than once; write it once"
            raise ShapeError(message)
        check_at_least("a side of shape", min(given, default=1))
        have, want = formulas.product(shape), formulas.product([1, *given])
        if len(given) < len(self.shape) and have % want:
            message = f"{times(shape)} has {have} values, which is not a multiple of {want}"
            raise ShapeError(f"{message}; choose sides with a product that divides it")
        if len(given) == len(self.shape) and have != want:
            message = f"{times(shape)} has {have} values, but {times(self.shape)} needs {want}"
            raise ShapeError(f"{message}; make the products equal")


def _is_open(side: int) -> bool:
    """Whether a side is -1, to be computed from the others."""
    return isinstance(side, int) and side == -1  # an array of sizes has no single answer


@kind("channel_shuffle")
class ChannelShuffle(Rearrangement, Elementwise):
    """Reorders the channels, so that the next grouped convolution sees all groups.

    Formula:
        channel i·(c/g) + j goes to j·g + i; no parameters, no operations

    Source:
        Zhang et al., arXiv:1707.01083 (ShuffleNet), section 3.1; PyTorch ChannelShuffle.

    Common mistake:
        Counting it as a 1×1 convolution: nothing is multiplied.
    """

    aliases: ClassVar = {"pytorch": ("ChannelShuffle",)}
    example: ClassVar = ({"groups": 4}, (16, 8, 8))

    groups: int

    def check(self, shape: Shape) -> None:
        check_divides("the input's channel count", shape[0], "groups", self.groups)


@kind("pixel_shuffle")
class PixelShuffle(Rearrangement):
    """Turns r·r channels into one map, r times as large along each axis (sub-pixel convolution).

    Formula:
        (c·r·r, H, W) becomes (c, H·r, W·r); no parameters, no operations

    Options:
        order: which channel goes to a cell. pytorch, as ONNX's CRD: c·r·r + i·r + j. onnx, as ONNX's DCR and
            TensorFlow: (i·r + j)·C + c. The shape is the same.

    Source:
        Shi et al., arXiv:1609.05158; PyTorch PixelShuffle; ONNX DepthToSpace.

    Common mistake:
        Dividing the channels by r: it is r·r in two dimensions.
    """

    aliases: ClassVar = {
        "short": ("subpixel",),
        "pytorch": ("PixelShuffle",),
        "onnx": ("DepthToSpace",),
    }
    onnx_defaults: ClassVar = {"order": "onnx"}
    option_words: ClassVar = {"blocksize": "upscale_factor"}
    example: ClassVar = ({"upscale_factor": 2}, (16, 8, 8))

    upscale_factor: int
    order: ShuffleOrder = "pytorch"

    def out_shape(self, shape: Shape) -> Shape:
        r = self.upscale_factor
        return (shape[0] // formulas.product([r] * (len(shape) - 1)), *[n * r for n in shape[1:]])

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        return (Nearest(self.upscale_factor),) * (len(shape) - 1)

    def check(self, shape: Shape) -> None:
        check_axes(shape)
        check_at_least("upscale_factor", self.upscale_factor)
        cells = formulas.product([self.upscale_factor] * (len(shape) - 1))
        if shape[0] % cells:
            message = (
                f"the input has {plural(shape[0], 'channel')}, and upscale_factor {self.upscale_factor} takes "
                f"{cells} for each output channel; give the layer before it a multiple of {cells}"
            )
            raise ShapeError(message)


@kind("upsample")
class Upsample(Rearrangement):
    """Makes a map `scale_factor` times as large along each axis, by repeating cells or linear interpolation.

    Formula:
        o = n·r; no parameters; linear blends two values with 2 multiplications and 1 addition: once per
        output of a sequence, 2 + 1 times of a picture (along one axis, then the other), 4 + 2 + 1 in 3-D

    Options:
        mode: nearest, or linear (bilinear for pictures), corners not aligned.

    Source:
        PyTorch Upsample and UpSampleKernel.cpp; ONNX Resize, half_pixel.

    Common mistake:
        Confusing it with a transposed convolution: it has nothing to train.
    """

    aliases: ClassVar = {
        "short": ("up",),
        "pytorch": ("Upsample", "interpolate"),
        "keras": with_dimensions("UpSampling{}D"),
        "darknet": ("upsample",),
    }
    example: ClassVar = ({"scale_factor": 2}, (64, 7, 7))

    scale_factor: Spatial
    mode: Mode = "nearest"

    def out_shape(self, shape: Shape) -> Shape:
        factors = per_axis(self.scale_factor, len(shape) - 1)
        return (shape[0], *[n * r for n, r in zip(shape[1:], factors)])

    def counts(self, shape: Shape, out: Shape) -> Counts:
        if self.mode == "nearest":
            return {}
        blends = (2 ** (len(shape) - 1) - 1) * formulas.product(out)
        return {"multiplications": 2 * blends, "adds": blends}

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        factors = per_axis(self.scale_factor, len(shape) - 1)
        # One cell has no neighbour to blend with: it is only repeated.
        return tuple(
            [
                Nearest(r) if self.mode == "nearest" or n == 1 else Linear(r)
                for r, n in zip(factors, shape[1:])
            ]
        )

    def check(self, shape: Shape) -> None:
        check_axes(shape)
        check_spatial("scale_factor", self.scale_factor, len(shape) - 1, least=1)
