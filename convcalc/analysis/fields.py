"""Receptive fields through a network: after a layer, and where paths join."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.checks import MAX_VALUES
from convcalc.layers.rf import (
    CAUSES,
    GATES,
    AnyField,
    Field,
    Fields,
    Reads,
    UnknownField,
    Whole,
    aligned,
    hull,
    sees_nothing,
)
from convcalc.layers.window import axis_names
from convcalc.text import quoted

if TYPE_CHECKING:
    from fractions import Fraction

    from convcalc.analysis.analysis import Step, Work

TOO_LONG = UnknownField("the pattern of what units see is too long to compute")
TOO_WIDE = UnknownField(f"it is wider than {MAX_VALUES:,} pixels")
UNEQUAL = UnknownField("its paths move by different steps, so each of its units sees another size")
GATHERED = UnknownField(
    "it combines all positions, so every unit sees everything that they saw", whole=True
)
GATED = "one value scales the whole map, so every unit sees everything that this value saw"


def causes_in(text: str) -> frozenset[str]:
    """What receptive fields leave out, from a text of words separated by commas.

    Raises:
        UsageError: a word is unknown.
    """
    found = frozenset(filter(None, (word.strip().lower() for word in text.split(","))))
    for word in sorted(found - set(CAUSES)):
        message = f"--rf-through: {quoted(word)} cannot be left out{did_you_mean(word, CAUSES)}"
        raise UsageError(message)
    return found


def carry(
    reads: tuple[Reads, ...] | UnknownField | None, rf: Fields, through: Collection[str] = ()
) -> Fields:
    """The receptive field after a layer; ``through`` has the causes that are left out."""
    if reads is None or (not rf and not isinstance(rf, UnknownField)):
        return rf
    if isinstance(rf, UnknownField):
        if rf.moved:
            return _carry_moved(reads, rf)
        if rf == UNEQUAL and isinstance(reads, UnknownField):
            return GATHERED if reads.whole else reads
        return rf.with_local(carry(reads, rf.local, through)) if rf.local else rf
    if isinstance(reads, UnknownField):
        if reads.cause in through:
            return rf
        return reads.with_local(rf) if reads.whole else reads
    if len(reads) == 2 and reads[0] == reads[1] and rf[0] == rf[1]:
        after = reads[0].field_after(rf[0])
        return _checked([after, after])
    return _checked([r.field_after(f) for r, f in zip(reads, rf)])


def _carry_moved(reads: tuple[Reads, ...] | UnknownField, rf: UnknownField) -> UnknownField:
    """The field after positions were reordered, and then a layer; known again if it reads all of them."""
    if isinstance(reads, UnknownField):
        if reads.whole:
            return GATHERED
        return rf if reads.moved else UnknownField(rf.reason)
    if all([isinstance(each, Whole) for each in reads]):
        return GATHERED
    return UnknownField(rf.reason)  # some positions may not be read


def _checked(fields: list[AnyField | None]) -> Fields:
    """The fields, or the reason why one of them is not followed further."""
    known = [field for field in fields if field]
    if len(known) < len(fields):
        return TOO_LONG
    if any([field.size > MAX_VALUES or field.step > MAX_VALUES for field in known]):
        return TOO_WIDE
    return tuple(known)


def join(work: Work, before: tuple[Step, ...], through: Collection[str] = ()) -> Fields:
    """The smallest field that contains several paths' receptive fields.

    Args:
        work: the work of the layer that joins them.
        before: the last steps of the paths.
        through: the causes that are left out.
    """
    if work.layer.references or not any(step.rf for step in before):
        return before[0].rf
    before = _seeing(before)
    if isinstance(work.reads, UnknownField):  # side by side: only known if each sees all
        found = [step.rf for step in before if isinstance(step.rf, UnknownField)]
        if len(found) == len(before) and all([rf.whole for rf in found]):
            return found[0]
        rest = [rf for rf in found if not rf.whole]
        return next((rf for rf in rest if not rf.moved), rest[0] if rest else work.reads)
    maps = _maps(work, before)
    considered = maps if GATES in through else before
    gated = any(step.rf for step in considered if step not in maps)
    unknown = [step.rf for step in considered if isinstance(step.rf, UnknownField)]
    for reason in sorted(unknown, key=UNEQUAL.__eq__):  # reasons that allow single units come last
        if not reason.whole:
            return reason
    rf = _hull([local for step in maps if (local := local_fields(step.rf))], work.output[1:])
    if unknown or gated:
        why = unknown[0].reason if unknown else GATED
        cause = unknown[0].cause if unknown else GATES
        return UnknownField(why, whole=True, local=rf, cause=cause)
    return rf


def _seeing(before: tuple[Step, ...]) -> tuple[Step, ...]:
    """The paths whose units see pixels; all paths if none does."""
    return tuple([step for step in before if not sees_nothing(step.rf)]) or before


def _maps(work: Work, before: tuple[Step, ...]) -> list[Step]:
    """The last steps of paths that are as large as the output."""
    sides = work.output[1:]
    return [step for step in before if step.output[1:] == sides]


def misalignment(
    work: Work, before: tuple[Step, ...], through: Collection[str] = (), words: Sequence[str] = ()
) -> str:
    """A note if the centres of several paths' fields differ; empty if they do not, or are unknown.

    Args:
        work, before, through: as for `join`.
        words: the unit of each axis of the input; pixels if not given.
    """
    if work.layer.references or isinstance(work.reads, UnknownField):
        return ""
    before = _seeing(before)
    maps = _maps(work, before)
    considered = maps if GATES in through else before
    if any(isinstance(step.rf, UnknownField) and not step.rf.whole for step in considered):
        return ""
    paths = [(step, local) for step in maps if (local := local_fields(step.rf))]
    if not paths or all(fields == paths[0][1] for _, fields in paths):
        return ""
    return _warning(paths, words)


def local_fields(rf: Fields) -> tuple[AnyField, ...]:
    """A field; if it is the whole image, the part without the layer that combines all positions."""
    return rf.local if isinstance(rf, UnknownField) else rf


def _hull(paths: list[tuple[AnyField, ...]], sides: Sequence[int]) -> Fields:
    """The fields that contain those of all paths, on a map with these sides."""
    if not paths:
        return ()
    if all(fields == paths[0] for fields in paths):
        return paths[0]
    for fields, side in zip(zip(*paths), sides):
        moving = [field.stride for field in fields if not _constant(field, side)]
        if any([stride != moving[0] for stride in moving]):
            return UNEQUAL
    return _checked([hull(list(fields)) for fields in zip(*paths)])


def _warning(paths: list[tuple[Step, tuple[AnyField, ...]]], words: Sequence[str]) -> str:
    """A note if the centres of paths differ along an axis; empty if they do not."""
    one, first = paths[0]
    for axis, along in enumerate(axis_names((1, *one.output[1:]))[: len(first)]):
        side = one.output[1 + axis]
        compared = [(s, fields[axis]) for s, fields in paths if not _constant(fields[axis], side)]
        for other, field in compared[1:]:
            if not aligned(compared[0][1], field):
                word = words[axis] if axis < len(words) else "pixels"
                return _misaligned(
                    (compared[0][0].name, other.name), compared[0][1], field, along, word
                )
    return ""


def _constant(field: AnyField, side: int) -> bool:
    """Whether all units along an axis see the same pixels, as in a map repeated from one cell."""
    return field.sees(0) == field.sees(side - 1)


def _misaligned(
    names: tuple[str, str], first: AnyField, second: AnyField, along: str, word: str
) -> str:
    """The two branches, their centres, the distance, and how to remove it."""
    a, b = ("the input" if name == "input" else name for name in names)
    one = word.removesuffix("s")
    if first.stride != second.stride:
        return (
            f"paths are not aligned along the {along}: units of {a} are {first.stride} {word} apart, "
            f"those of {b} {second.stride}; give both paths the same strides"
        )
    from fractions import Fraction  # noqa: PLC0415 - 2 ms of start-up that few networks need

    apart = abs(Fraction(second.doubled_center) - Fraction(first.doubled_center)) / 2
    if apart.denominator == 1:
        way_out = "give both paths the same padding before"
    elif isinstance(first, Field) and isinstance(second, Field):
        way_out = "use kernels that are all odd, or all even, on both paths"
    else:
        way_out = f"upsampling leaves a part of a {one} that padding cannot correct"
    return (
        f"paths are not aligned along the {along}: unit 0 of {a} is centred at {one} "
        f"{_halved(first.doubled_center)}, of {b} at {_halved(second.doubled_center)} "
        f"({float(apart):g} apart); {way_out}"
    )


def _halved(doubled: Fraction | int) -> str:
    """Half of a number, as a decimal."""
    return f"{float(doubled) / 2:g}"
