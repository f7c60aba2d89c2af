"""Notes on a whole network, and its file's expected numbers compared with the walk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convcalc.analysis.fields import local_fields
from convcalc.analysis.graph import notes_on_graph
from convcalc.analysis.rows import not_counted
from convcalc.analysis.shapes import shapes_at
from convcalc.errors import ConvcalcError
from convcalc.layers.rf import Fields, UnknownField
from convcalc.network.axes import order_notes, words_text
from convcalc.network.budget import Budget
from convcalc.text import AtLeast, listed, per_axis, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step


def notes_of(analysis: Analysis) -> list[str]:
    """Surprising facts, and facts that change the meaning of the numbers."""
    return [*surprises(analysis), *meanings(analysis)]


def meanings(analysis: Analysis) -> Iterator[str]:
    """Facts that change the meaning of the numbers: unknown fields, and expected numbers that differ."""
    yield from _unknown_fields(analysis)
    yield from (f"expect: {line}" for line in _broken(analysis))


def surprises(analysis: Analysis) -> list[str]:
    """Assumptions, the notes of all steps in groups, and notes on the whole network."""
    steps: dict[str, list[str]] = {}
    for step in analysis.steps:
        for note in step.notes:
            steps.setdefault(note, []).append(step.name)
    return [
        *analysis.network.notes,
        *order_notes(analysis.network),
        *(f"{listed(names)}: {note}" for note, names in steps.items()),
        *[note for walked in analysis.by_input.values() for note in _wider_than_image(walked)],
        *_other_size(analysis),
        *notes_on_graph(analysis),
    ]


def _unknown_fields(analysis: Analysis) -> Iterator[str]:
    """Why a receptive field is printed as ? or as all; each reason once."""
    said: dict[str, list[Step]] = {}
    for step in analysis.steps:
        rf = step.rf
        if isinstance(rf, UnknownField) and not any(
            isinstance(source.rf, UnknownField) and source.rf.reason == rf.reason
            for source in step.before
        ):
            said.setdefault(rf.reason, []).append(step)
    for reason, steps in said.items():
        rf = steps[0].rf
        names = listed([step.name for step in steps])
        if isinstance(rf, UnknownField) and rf.whole:
            yield f"{names}: {reason} (rf: all)"
        else:
            yield f"{names}: the receptive field is not known from here on (rf: ?): {reason}"


def _wider_than_image(analysis: Analysis) -> Iterator[str]:
    """A note on the first map whose units see more than the image, if there is one."""
    image = analysis.image.output[1:]
    the_image = "the image" if len(image) > 1 else "the input"
    called = the_image if len(analysis.images) == 1 else analysis.image.name
    trunk = {step.place for output in analysis.outputs for step in analysis.trunk(output)}
    last = max(trunk, default=0)
    for step in analysis.steps[:last]:
        rf = step.rf
        if isinstance(rf, UnknownField) or not step.is_map:
            continue
        if any(axis.size > n > 1 for axis, n in zip(rf, image)):
            yield (
                f"{step.name} and on: the receptive field ({per_axis([axis.size for axis in rf])} "
                f"{words_text(analysis.network)}) is "
                f"wider than {called} ({times(image)}); the rest of it is padding"
            )
            return


def _other_size(analysis: Analysis) -> Iterator[str]:
    """The first layer whose parameters depend on the input size: trained weights would not fit."""
    network = analysis.network
    if not network.home:
        return
    home = " and ".join(map(times, network.home.values()))
    try:
        for step, shapes in zip(analysis.steps, shapes_at(network, network.home)):
            if shapes == step.shapes or not step.params:
                continue
            layer = step.layer
            if layer.params(shapes[0], layer.out_shape(*shapes)) != step.params:
                yield (
                    f"{step.name}: gets {times(step.input)} here but {times(shapes[0])} at the file's own "
                    f"{home}, so weights trained there do not fit; resize the image, or pool "
                    "globally before it"
                )
                return
    except ConvcalcError:
        return  # the file's own size does not fit, so nothing was trained with it


# ----------------------------------------------------------------------------- expectations


def expectations(analysis: Analysis) -> dict[str, tuple[Any, Any]]:
    """The numbers in ``expect`` for one sample, each with the walk's number."""
    expect, totals, batch = analysis.network.expect, analysis.totals, analysis.batch
    found: dict[str, Any] = {key: totals[key] for key in ("params", "buffers", "layers")}
    found |= {key: totals[key] // batch for key in ("macs", "flops")}
    if "memory" in expect:
        found["memory"] = _memory_of_one(analysis)
    if analysis.unavailable:
        found = {
            key: number if key == "layers" else AtLeast(number) for key, number in found.items()
        }
    if "rf_size" in expect:
        by_input = analysis.by_input.values()
        fields = [rf for walked in by_input for rf in walked.rf.values()]
        if "rf_at" in expect:
            step = _step_at(analysis, expect["rf_at"])
            if step is None:
                return {"rf_at": (expect["rf_at"], "no layer or block")}
            fields = [walked.steps[step.place - 1].rf for walked in by_input]
        unknown = [rf for rf in fields if isinstance(rf, UnknownField) and not rf.whole]
        found["rf_size"] = unknown[0] if unknown else max(map(_largest, fields), default=0)
    return {key: (expect[key], found[key]) for key in found if key in expect}


def _memory_of_one(analysis: Analysis) -> int:
    """Bytes of one sample in float32: weights, and the most alive at once."""
    from convcalc.analysis.memory import memory  # noqa: PLC0415 - few files need it

    needed = memory(analysis)
    return needed["weights"] + needed["peak_in_place"] // analysis.batch


def is_kept(promised: Any, found: Any) -> bool:
    """Whether a number equals the expected one, or is within its limit, as far as it is known."""
    if isinstance(found, UnknownField):
        return False
    is_known = not isinstance(found, AtLeast)
    if isinstance(promised, Budget):
        return promised.allows(found) and (is_known or not promised.is_most)
    return is_known and bool(promised == found)


def _step_at(analysis: Analysis, name: str) -> Step | None:
    """The step with this name, or the last step of the block with this name."""
    if name in analysis:
        return analysis[name]
    for block in analysis.blocks:
        if block.name == name:
            return analysis.steps[block.stop - 1]
    return None


def _largest(rf: Fields) -> int:
    """The size along the longest axis, without layers that combine the whole map; 0 if unknown."""
    return max([axis.size for axis in local_fields(rf)], default=0)


def _broken(analysis: Analysis) -> list[str]:
    """Expected numbers that differ from the walk, with both numbers."""
    if analysis.network.changed:
        return []
    return [f"{key} {said}" for key, said in broken_expectations(analysis).items()]


def is_sure(analysis: Analysis) -> bool:
    """Whether the cost of every layer is known, and all expected numbers are right."""
    return not analysis.unavailable and not _broken(analysis)


def broken_expectations(analysis: Analysis) -> dict[str, str]:
    """A sentence for each number that differs from ``expect``."""
    found = {}
    for key, (promised, number) in expectations(analysis).items():
        if is_kept(promised, number):
            continue
        limit = getattr(promised, "text", None) or (f"{promised:,}" if key != "rf_at" else "")
        if isinstance(number, UnknownField):
            found[key] = f"should be {limit}, but is not known: {number.reason}"
        elif isinstance(number, AtLeast):
            unit = getattr(promised, "unit", "")
            found[key] = f"should be {limit}, but is {number:,}{unit}: {not_counted(analysis)}"
        elif isinstance(promised, Budget):
            found[key] = promised.broken(number)
        elif key == "rf_at":
            found[key] = f"names no layer or block: {promised!r}"
        else:
            found[key] = f"should be {promised:,} but is {number:,}"
    return found
