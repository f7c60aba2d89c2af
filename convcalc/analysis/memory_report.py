"""The report of ``convcalc memory``: each meaning of memory as a row with its definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.analysis import memory
from convcalc.analysis.devices import DEVICES, Room, amount_text
from convcalc.analysis.kept import backward_macs
from convcalc.analysis.memory import Meaning
from convcalc.analysis.rows import not_counted
from convcalc.analysis.training import OPTIMIZERS, PRECISIONS, Training, largest_batch, training
from convcalc.errors import UsageError
from convcalc.network.axes import turned_lines
from convcalc.report import Report
from convcalc.text import AtLeast, plural, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis

ONLY_RUN = "int8"  # too few digits for gradients
DTYPES = (*PRECISIONS, ONLY_RUN)
_MOST_ALIVE = 6  # maps that a line names


class Ask(NamedTuple):
    """The options of the report.

    Attributes:
        precision: a key of `PRECISIONS`, or `ONLY_RUN`.
        optimizer: a key of `OPTIMIZERS`.
        checkpoint: as for `convcalc.analysis.training.training`.
        room: the available memory; without sizes if the user does not ask what fits.
    """

    precision: str = "float32"
    optimizer: str = "sgd"
    checkpoint: str = ""
    room: Room = Room()


def memory_report(analysis: Analysis, ask: Ask | None = None) -> Report:
    """The memory that a network needs to run and to be trained.

    Args:
        analysis: the walked network.
        ask: the options.

    Raises:
        UsageError: the options do not fit together.
    """
    ask = ask or Ask()
    network = analysis.network
    found = _trained(analysis, ask)
    rows = [*_run_rows(analysis, ask.precision), *(_train_rows(found, ask) if found else ())]
    unit = memory.unit_of([row.bytes for row in rows])
    fits = _fits(analysis, ask)
    return Report(
        title=network.name,
        subtitle=network.source,
        columns=memory.columns_in(unit),
        rows=rows,
        key="memory",
        notes=list(_notes(analysis, ask)),
        footer=[*_footer(analysis, ask, unit), *(_fits_lines(fits, ask) if fits else ())],
        facts={
            "network": network.name,
            "input": list(network.input),
            "batch": analysis.batch,
            "precision": ask.precision,
            "optimizer": ask.optimizer,
            "checkpoint": ask.checkpoint or "none",
            "device": next(iter(ask.room.sizes), 0),
            "peaks": _peaks(analysis),
            "backward_macs": sum(backward_macs(analysis).values()),
            **({"segments": found.segments} if found and ask.checkpoint else {}),
            **({"largest_batch": next(iter(fits.values()))} if fits else {}),
            **({"other_sizes": _other_sizes(fits)} if len(fits) > 1 else {}),
            **({"unavailable": analysis.unavailable} if analysis.unavailable else {}),
        },
        row_dict=lambda row: row._asdict(),
        hint=_hint(ask),
        beside_rows="the batches that fit" if fits else "",
    )


def _trained(analysis: Analysis, ask: Ask) -> Training | None:
    """The memory for training; None for a number type that cannot be trained.

    Raises:
        UsageError: training is requested with such a type.
    """
    if ask.precision != ONLY_RUN:
        return training(
            analysis,
            optimizer=ask.optimizer, precision=ask.precision, checkpoint=ask.checkpoint,
        )  # fmt: skip
    asked = {"--optimizer": ask.optimizer != "sgd", "--checkpoint": ask.checkpoint}
    for option, is_given in asked.items():
        if is_given:
            message = f"{option} is about training, and nothing is trained in {ONLY_RUN}; choose another --precision"
            raise UsageError(message)
    return None


def bytes_of(precision: str) -> tuple[int, int]:
    """Bytes of a weight, and of an output value, when a network runs."""
    if precision == ONLY_RUN:
        return (memory.BYTES[precision],) * 2
    return PRECISIONS[precision].weights, PRECISIONS[precision].maps


def _run_rows(analysis: Analysis, precision: str) -> Iterator[Meaning]:
    """The rows for running."""
    of_weight, of_value = bytes_of(precision)
    stored = of_weight * (analysis.totals["params"] + analysis.totals["buffers"])
    apart, reused, fused = [
        of_value * memory.peak(analysis, rule).values for rule in memory.RULES.values()
    ]
    every, in_place = memory.outputs(analysis), memory.outputs(analysis, memory.needs_a_place)
    yield Meaning("weights", _known(analysis, stored), "parameters and buffers")
    yield Meaning("outputs", of_value * every, "the input and every output, each kept")
    yield Meaning(
        "outputs in place", of_value * in_place,
        "the same with relu, batchnorm and dropout in place",
    )  # fmt: skip
    yield Meaning("peak", apart, "most in memory at one time when run in order, without weights")
    yield Meaning("peak in place", reused, "the same with relu, batchnorm and dropout in place")
    yield Meaning(
        "peak fused", fused, "the same, and add and multiply also write over one of their inputs"
    )
    total = _known(analysis, stored + reused)
    yield Meaning("to run", total, "weights + peak in place")


def _known(analysis: Analysis, number: int) -> int:
    """A number; "at least", if some layers have an unavailable cost."""
    return AtLeast(number) if analysis.unavailable else number


def _train_rows(found: Training, ask: Ask) -> Iterator[Meaning]:
    """The rows for training."""
    copy = PRECISIONS[ask.precision].master
    second = f", with a second copy of the parameters in {copy} bytes each" if copy else ""
    yield Meaning("training: weights", found.weights, f"parameters and buffers{second}")
    yield Meaning("gradients", found.gradients, "of the parameters")
    yield Meaning(
        "optimizer", found.optimizer, f"{ask.optimizer} keeps {OPTIMIZERS[ask.optimizer][1]}"
    )
    meaning = "what the backward pass needs from the forward pass, each map once"
    if ask.checkpoint:
        meaning = (
            f"the inputs of {plural(found.segments, 'part')}, and what the largest part needs while "
            "it runs again"
        )
    yield Meaning("saved", found.saved, meaning)
    if found.indices:
        yield Meaning("  of which indices", found.indices, "of max pools, 8 bytes each")
    if found.masks:
        yield Meaning("  of which masks", found.masks, "of dropout, as many bytes each as a value")
    yield Meaning("to train", found.total, "weights + gradients + optimizer + saved")


def _peaks(analysis: Analysis) -> dict[str, Any]:
    """For each way to run, the peak of memory and what is alive then, in values."""
    return {name: memory.peak(analysis, rule)._asdict() for name, rule in memory.RULES.items()}


def _footer(analysis: Analysis, ask: Ask, unit: memory.Unit) -> Iterator[str]:
    """The number types, and where the peak is."""
    of_weight, of_value = bytes_of(ask.precision)
    sizes = (
        plural(of_value, "byte") if of_weight == of_value else f"{of_weight} and {of_value} bytes"
    )
    yield (
        f"{ask.precision} ({sizes} a value), batch {analysis.batch}, input "
        f"{' + '.join(map(times, analysis.network.inputs.values()))}; "
        f"{unit.about}"
    )
    found = memory.peak(analysis)
    largest = sorted(found.alive.items(), key=lambda pair: -pair[1])
    told = [f"{name} {number:,}" for name, number in largest[:_MOST_ALIVE]]
    if len(largest) > _MOST_ALIVE:
        rest = sum([number for _, number in largest[_MOST_ALIVE:]])
        told.append(f"{len(largest) - _MOST_ALIVE} others {rest:,}")
    yield f"peak in place: {found.values:,} values at {found.where}: {', '.join(told)}"
    backward = sum(backward_macs(analysis).values())
    if ask.precision != ONLY_RUN:
        yield (
            f"macs: {analysis.totals['macs']:,} forward, {_known(analysis, backward):,} backward "
            "(gradients of inputs and of weights)"
        )
    yield from turned_lines(analysis.network)


def _notes(analysis: Analysis, ask: Ask) -> Iterator[str]:
    """What the numbers do not contain."""
    if missing := not_counted(analysis):
        yield f"at least this much: {missing}"
    if ask.precision != ONLY_RUN:
        yield (
            "training: temporary gradients of maps, a library's workspace, and memory that its "
            "allocator reserves are not counted"
        )


def _fits(analysis: Analysis, ask: Ask) -> dict[int, dict[str, int]]:
    """For each size of memory, the largest batches that fit; empty if the user does not ask for it."""
    if not ask.room.sizes:
        return {}
    one = analysis if analysis.batch == 1 else analysis.network.walk()
    if one.unavailable:
        message = (
            f"--device: which batch fits is not known, because the memory of {', '.join(one.unavailable)} "
            "is not known; leave --device out"
        )
        raise UsageError(message)
    of_weight, of_value = bytes_of(ask.precision)
    stored = of_weight * (one.totals["params"] + one.totals["buffers"])
    options = {"optimizer": ask.optimizer, "checkpoint": ask.checkpoint}
    fits = {}
    for size in ask.room.sizes:
        found = {"run": max(0, size - stored) // (of_value * memory.peak(one).values)}
        if ask.precision != ONLY_RUN and one.totals["params"]:
            found["train"] = largest_batch(one.network, size, precision=ask.precision, **options)
        fits[size] = found
    return fits


def _other_sizes(fits: dict[int, dict[str, int]]) -> list[dict[str, Any]]:
    """The batches that fit into the larger memories of a device."""
    _, *larger = fits.items()
    return [{"device": size, "largest_batch": found} for size, found in larger]


def _fits_lines(fits: dict[int, dict[str, int]], ask: Ask) -> Iterator[str]:
    """The same for people."""
    for size, found in fits.items():
        where = ", ".join(filter(None, (ask.room.device, amount_text(size))))
        for verb, batch in found.items():
            if batch:
                yield f"{where}: enough to {verb} {plural(batch, 'sample')} at once, not more"
            else:
                yield f"{where}: too little to {verb} it, even with 1 sample"
    if ask.room.device:
        yield f"source: {DEVICES[ask.room.device].source}"


def _hint(ask: Ask) -> str:
    """The next useful option."""
    if ask.precision == ONLY_RUN:
        return "" if ask.room.sizes else "--device 512KiB shows which batch fits"
    if not ask.room.sizes:
        return "--device 24GB shows which batch fits; --optimizer adam, --precision mixed"
    return "--checkpoint sqrt runs parts again and keeps less"
