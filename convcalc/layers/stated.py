"""Operations that convcalc does not know: with numbers from their author, or only with an output size."""

from __future__ import annotations

from typing import ClassVar, Literal

from convcalc.errors import ShapeError
from convcalc.layers.amounts import (
    Amount,
    Amounts,
    Seen,
    StatedShape,
    TypeName,
    amount,
)
from convcalc.layers.base import Counts, Kept, NoParameters, kind
from convcalc.layers.checks import check_at_least
from convcalc.layers.frozen import frozen
from convcalc.layers.option_types import OPTION_TYPES
from convcalc.layers.rf import Reads, Slide, UnknownField
from convcalc.layers.stated_types import AMOUNT, AMOUNTS, SEEN_TYPE, STATED_SHAPE, TYPE_NAME
from convcalc.layers.window import Shape
from convcalc.text import times

Keeps = Literal["both", "input", "output", "none"]
"""What a backward pass needs of what an operation read and gave."""

OPTION_TYPES.update(  # here, because only these kinds need them
    {
        Amount: AMOUNT,
        Amounts: AMOUNTS,
        StatedShape: STATED_SHAPE,
        Seen: SEEN_TYPE,
        TypeName: TYPE_NAME,
    }
)


@frozen
class Unproven(NoParameters):
    """An operation that convcalc cannot run, so its numbers are not proven."""

    family: ClassVar = "stated"
    is_proven: ClassVar = False

    output: StatedShape
    type: TypeName | None = None
    rf: Seen = "unknown"

    def called(self) -> str:
        return self.kind if self.type is None else self.type

    def states_size(self) -> bool:
        return any(isinstance(side, int) for side in self.output[1:])

    def out_shape(self, shape: Shape, *others: Shape) -> Shape:
        return tuple([amount(side, shape, "output") for side in self.output])

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        if isinstance(self.rf, tuple):
            return (Slide(*self.rf),) * (len(shape) - 1)
        if self.rf == "unit":
            return None
        if self.rf == "all":
            return UnknownField(
                f"a unit of {self.called()} sees everything, as its author states", whole=True
            )
        return UnknownField(f"what a unit of {self.called()} reads is not stated")

    def check(self, shape: Shape) -> None:
        out = self.out_shape(shape)
        if len(out) > 4:
            message = (
                f"output has {len(out)} sides; give channels and up to 3 axes, without a batch"
            )
            raise ShapeError(message)
        check_at_least("a side of output", min(out))
        if isinstance(self.rf, tuple):
            check_at_least("the window or the stride of rf", min(self.rf[:2]))
            check_at_least("the padding of rf", self.rf[2], 0)
        is_moved = self.rf == "unit" and out[1:] != shape[1:]
        if is_moved or (isinstance(self.rf, tuple) and len(out) != len(shape)):
            seen = times(self.rf).replace("×", "x") if isinstance(self.rf, tuple) else self.rf
            message = (
                f"rf cannot be {seen} where {times(shape)} becomes {times(out)}: "
                "unit keeps the size, a window the number of axes; use all or unknown"
            )
            raise ShapeError(message)


@kind("custom")
class Custom(Unproven):
    """Any operation that convcalc does not know, with the numbers that you state; none of them is proven.

    Formula:
        as stated: numbers, or + - * // of the sides of the input: c, then l, or h, w, or d, h, w
        custom: {type: LSTM, output: [256, l], params: 4*256*(c + 256 + 1), macs: 4*256*(c + 256)*l}

    Options:
        type: its name.
        output: the output shape.
        params, macs: trained numbers, and multiply-adds of one sample.
        counts: other operations by name, as convcalc kinds --operations lists them: {adds: c*h*w}.
        rf: what a unit reads: unit (its own place), all, [kernel, stride, padding], or unknown.
        backward: values besides input and output that its backward pass needs.
        keeps: which of input and output its backward pass needs: both, input, output, or none.

    Source:
        the author of the file; give in source: or in a comment where the numbers are from.

    Common mistake:
        Believing that its numbers are proven: convcalc verify does not check it, as every table states.
    """

    aliases: ClassVar = {"short": ("stated",), "keras": ("Lambda",)}
    example: ClassVar = (
        {"output": ("c", "h", "w"), "params": "27*18", "macs": "27*18*h*w", "type": "DeformConv"},
        (3, 32, 32),
    )

    params_: Amount
    macs_: Amount
    counts_: Amounts = ()
    backward: Amount = 0
    keeps: Keeps = "both"

    def weights(self, shape: Shape, out: Shape) -> int:
        return amount(self.params_, shape, "params")  # type: ignore[no-any-return]

    def params(self, shape: Shape, out: Shape) -> int:
        return self.weights(shape, out)  # the author's number contains both

    def macs(self, shape: Shape, out: Shape) -> int:
        return amount(self.macs_, shape, "macs")  # type: ignore[no-any-return]

    def counts(self, shape: Shape, out: Shape) -> Counts:
        return {name: amount(number, shape, f"counts: {name}") for name, number in self.counts_}

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        return Kept(
            input=self.keeps in ("both", "input"),
            output=self.keeps in ("both", "output"),
            values=amount(self.backward, shape, "backward"),
        )

    def check(self, shape: Shape) -> None:
        super().check(shape)
        out = self.out_shape(shape)
        stated = {
            "params": self.weights(shape, out),
            "macs": self.macs(shape, out),
            "backward": self.kept_for_backward(shape, out).values,
            **self.counts(shape, out),
        }
        for name, number in stated.items():
            check_at_least(name, number, 0)


@kind("opaque")
class Opaque(Unproven):
    """An operation with a known output size and nothing else; its cost is unavailable, never 0.

    Formula:
        output as stated: numbers, or + - * // of the sides of the input, as for custom
        params, macs and all counts are unavailable, so the totals of a network are "at least" sums

    Options:
        type: its name; the totals show how many layers of each type are not counted.
        output: the output shape.
        rf: what a unit reads: unit (its own place), all, [kernel, stride, padding], or unknown.

    Source:
        the author of the file.

    Common mistake:
        Comparing totals that are "at least" with those of a network where all layers are counted.
    """

    aliases: ClassVar = {"short": ("uncounted",)}
    is_costed: ClassVar = False
    example: ClassVar = ({"output": ("c", "h", "w"), "type": "GridSample"}, (64, 32, 32))


@kind("opaque_join")
class OpaqueJoin(Opaque):
    """An operation on several paths with a known output size and nothing else; its cost is unavailable.

    Formula:
        output as stated: numbers, or + - * // of the sides of the first path's output
        params, macs and all counts are unavailable, so the totals of a network are "at least" sums

    Options:
        type: its name; the totals show how many layers of each type are not counted.
        output: the output shape.
        rf: what a unit reads: unit (its own place in each path), all, [kernel, stride, padding], or unknown.

    Source:
        the author of the file.

    Common mistake:
        Using opaque for it, which reads one path: the other paths would become outputs of the network.
    """

    merges: ClassVar = True
    aliases: ClassVar = {"short": ("uncounted_join",)}
    example: ClassVar = ({"output": ("c", "h", "w"), "type": "GridSample"}, (64, 32, 32))

    def check(self, shape: Shape, *others: Shape) -> None:
        super().check(shape)
