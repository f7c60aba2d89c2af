"""Witnesses of the kinds that move, add or drop cells, and of those that join branches."""

from collections.abc import Sequence

import numpy as np

from convcalc.reference import checks, fast_pointwise, fast_pool
from convcalc.reference.base import Call, Inputs, Kept, Options, Plain, Rows, pick, witness
from convcalc.reference.checks import Array, Shape
from convcalc.reference.kinds.pool import Whole


@witness("pad")
class Pad(Plain):
    """Zeros around the maps, then whole maps of zeros before and after them."""

    copies = (2, 0)

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del arrays
        padded = call("pad", inputs[0], options.get("padding", 0), size=self.size(inputs))
        before, after = options.get("channels", (0, 0))
        zeros = [np.zeros_like(padded[:1])] * max(before, after)
        parts = [*zeros[:before], padded, *zeros[:after]]
        return call("concat", parts) if len(parts) > 1 else padded

    def size(self, inputs: Sequence[Array]) -> Shape | None:
        """The size of a second input, if there is one."""
        return inputs[1].shape[1:] if len(inputs) > 1 else None

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return fast_pointwise.pad(inputs[0], options.get("padding", 0), size=self.size(inputs))


@witness("crop")
class Crop(Plain):
    """To a size, by a number of cells, or to the size of a second input; centred or from an offset."""

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del arrays
        if options.get("offset") is not None:
            return call("crop", inputs[0], padding=self.cuts(options, inputs))
        if options.get("like") is not None:
            return call("crop", inputs[0], size=inputs[1].shape[1:])
        return call("crop", inputs[0], **pick(options, "size", "padding"))

    def cuts(self, options: Options, inputs: Inputs) -> list[tuple[int, int]]:
        """Cells to cut off both ends of each axis, if the first are given as an offset."""
        sides = inputs[0].shape[1:]
        wanted = options.get("size")
        kept = inputs[1].shape[1:] if wanted is None else wanted
        firsts = checks.per_axis("crop", "offset", options["offset"], len(sides), least=0)
        lengths = kept if isinstance(kept, tuple | list) else (kept,) * len(sides)
        return [(cut, n - cut - o) for cut, n, o in zip(firsts, sides, lengths, strict=True)]

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        rows = inputs[0]
        size = inputs[1].shape[1] if len(inputs) > 1 else options.get("size")
        offset = options.get("offset")
        if offset is not None and size is not None:
            return fast_pointwise.crop(rows, padding=((offset, rows.shape[1] - offset - size),))
        return fast_pointwise.crop(rows, size=size, padding=options.get("padding"))


@witness("flatten")
class Flatten(Whole):
    optional = ("start_axis", "end_axis")

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        if options.get("start_axis", 0) == options.get("end_axis", -1):  # one axis stays unchanged
            return inputs[0]
        return super().along_axis(options, inputs)


@witness("reshape")
class Reshape(Plain):
    required = ("shape",)


@witness("channel_shuffle")
class ChannelShuffle(Plain):
    required = ("groups",)


@witness("pixel_shuffle")
class PixelShuffle(Plain):
    required = ("upscale_factor",)
    optional = ("order",)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        return fast_pool.upsample(inputs[0], options["upscale_factor"])


class Join(Plain):
    """A kind that reads several branches."""

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del options, arrays
        return call(self.kind, inputs)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        del options
        total = inputs[0]
        for rows in inputs[1:]:
            total = total + rows  # a single unit is repeated along the others
        return total


@witness("add")
class Add(Join):
    copies = (1, 0)


@witness("multiply")
class Multiply(Join):
    copies = (1, 0)


@witness("concat")
class Concat(Join):
    """Along the channels, units read the cells at the same places; along another axis the cells are joined."""

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del arrays
        return call("concat", inputs, **pick(options, "axis"))

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        if options.get("axis", False):
            return np.concatenate(inputs, axis=1)
        return super().along_axis(options, inputs)
