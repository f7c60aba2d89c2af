"""The memory of a network, in each meaning of the word.

Sources mean different things by "memory": every layer's output or only separate ones,
forward only or also gradients, 10⁶ or 2²⁰ bytes. So each number here has its definition.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc import formulas
from convcalc.analysis.kept import kept_in_training
from convcalc.analysis.rows import COLUMNS, column_legend, not_counted
from convcalc.report import Column, Report
from convcalc.text import grouped, plural

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step

BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
Reuse = Callable[["Step", Collection["Step"]], bool]
"""Whether a step writes over what it reads, given the steps that nobody reads after it."""


class Unit(NamedTuple):
    """Units of memory: decimal and binary, each for kilobytes or megabytes."""

    decimal: str
    binary: str
    bytes: int
    binary_bytes: int
    about: str


_MEGA = Unit("MB", "MiB", 10**6, 2**20, "MB = 10⁶ bytes, MiB = 2²⁰")
_KILO = Unit("kB", "KiB", 10**3, 2**10, "kB = 10³ bytes, KiB = 2¹⁰")


def unit_of(numbers: Iterable[int]) -> Unit:
    """The unit in which the largest of some numbers of bytes is at least 1."""
    return _MEGA if max(numbers) >= _MEGA.bytes else _KILO


class Meaning(NamedTuple):
    """One meaning of memory.

    Attributes:
        name: its usual name.
        bytes: the number.
        meaning: what is counted.
    """

    name: str
    bytes: int
    meaning: str


def columns_in(unit: Unit) -> list[Column]:
    """The columns of meanings: bytes, and the same in decimal and binary units."""

    def shown(divisor: int) -> Callable[[int], str]:
        return lambda number: f"{number / divisor:,.2f}"

    return [
        Column("name", "memory", lambda row: row.name, right=False, keep=9),
        Column("bytes", "bytes", lambda row: row.bytes, text=grouped, plain=int, keep=6),
        Column(unit.decimal, unit.decimal, lambda row: row.bytes, text=shown(unit.bytes), keep=8),
        Column(unit.binary, unit.binary, lambda row: row.bytes, text=shown(unit.binary_bytes), keep=3),
        Column(
            "meaning", "what it is", lambda row: row.meaning,
            right=False, keep=7, least=20, wraps=True,
        ),
    ]  # fmt: skip


class Peak(NamedTuple):
    """The moment with the most values in memory.

    Attributes:
        values: their number.
        where: the layer that is computed then; ``the input`` if no layer needs more.
        alive: the number of values of each map in memory then, by name.
    """

    values: int
    where: str
    alive: dict[str, int]


def memory(analysis: Analysis, *, dtype: str = "float32") -> dict[str, int]:
    """Bytes that a walked network needs, for its batch.

    Args:
        analysis: the result of `convcalc.analysis.walk.walk`.
        dtype: the type of weights and activations, a key of `BYTES`.

    Returns:
        weights: parameters and buffers.
        outputs: the input and every layer's output, all kept.
        outputs_in_place: the same, if layers that keep the shape overwrite their input.
        peak_in_place: the most in memory at one time if the layers run in order and these
            overwrite their input, without the weights.
        training: weights, their gradients, and what is kept for the backward pass, as in
            `convcalc.analysis.kept`; without an optimizer's own values.
    """
    size, totals = BYTES[dtype], analysis.totals
    return {
        "weights": size * (totals["params"] + totals["buffers"]),
        "outputs": size * outputs(analysis),
        "outputs_in_place": size * outputs(analysis, apart=needs_a_place),
        "peak_in_place": size * peak(analysis).values,
        "training": size * (2 * totals["params"] + totals["buffers"])
        + kept_in_training(analysis).bytes(size),
    }


def outputs(analysis: Analysis, apart: Callable[[Step], bool] = bool) -> int:
    """Values of the inputs and of every layer's output, all kept.

    Args:
        analysis: the walked network.
        apart: which layers' outputs have separate memory; all by default.
    """
    made = [step for step in analysis if not step.layer.is_source and apart(step)]
    return sum([step.activations for step in (*analysis.images, *made)])


def needs_a_place(step: Step) -> bool:
    """Whether a step's output needs memory separate from its only input."""
    return not _needs_no_place(step)


def _needs_no_place(step: Step) -> bool:
    """Whether a step's output can use the memory of its only input."""
    return len(step.before) == 1 and (step.layer.in_place or step.layer.is_view)


def _is_free(source: Step, freed: Collection[Step]) -> bool:
    """Whether nobody reads a step's values later, and they are not a parameter."""
    return source in freed and not source.layer.is_source


def _only_views(step: Step, freed: Collection[Step]) -> bool:
    """Every layer writes to separate memory, unless it only changes the shape."""
    return step.layer.is_view and bool(step.before) and _is_free(step.before[0], freed)


def in_place(step: Step, freed: Collection[Step]) -> bool:
    """A layer with one input and an output of the same shape, such as relu, overwrites it if nobody else reads it."""
    return _needs_no_place(step) and _is_free(step.before[0], freed)


def fused(step: Step, freed: Collection[Step]) -> bool:
    """The same, and a join value by value adds to one of its inputs, like at the end of a convolution."""
    if len(step.before) == 1 or not step.layer.in_place:
        return in_place(step, freed)
    return any(_is_free(each, freed) and each.output == step.output for each in step.before)


RULES: dict[str, Reuse] = {"apart": _only_views, "in_place": in_place, "fused": fused}
"""Ways to run a network, by name."""


def held(analysis: Analysis, reuse: Reuse = in_place) -> Iterator[tuple[Step, int, int]]:
    """Each step in order, with the values that must exist during it, and how many it does not use.

    Args:
        analysis: the walked network.
        reuse: which layers overwrite what they read.
    """
    now = sum([image.activations for image in analysis.images])
    for step, _, freed in analysis.schedule():
        own = 0 if step.layer.is_source else step.activations
        here = now if reuse(step, freed) else now + own
        read = dict.fromkeys([each for each in step.before if not each.layer.is_source])
        touched = sum([each.activations for each in read])
        yield step, here, now - touched
        now += own - sum([each.activations for each in freed if not each.layer.is_source])


def peak(analysis: Analysis, reuse: Reuse = in_place) -> Peak:
    """The most values alive at once when the layers run in order, where, and which.

    Args:
        analysis: the walked network.
        reuse: which layers overwrite what they read.
    """
    most_at_each = _most_at_each(analysis, reuse)
    most = formulas.largest(most_at_each)
    where = most_at_each.index(most)
    if not where:
        return Peak(most, "the input", {image.name: image.activations for image in analysis.images})
    moment = next(each for each in analysis.schedule() if each.step.place == where)
    alive = {each.name: each.activations for each in moment.alive if not each.layer.is_source}
    return Peak(most, moment.step.name, alive)


def _most_at_each(analysis: Analysis, reuse: Reuse) -> list[int]:
    """Values alive before the first step, and during each step."""
    before = sum([image.activations for image in analysis.images])
    return [before, *[here for _, here, _ in held(analysis, reuse)]]


def bytes_to_run(analysis: Analysis, *, dtype: str = "float32") -> int:
    """Bytes of the weights, plus the most alive at once when the layers run in order."""
    weights = analysis.totals["params"] + analysis.totals["buffers"]
    return BYTES[dtype] * (weights + formulas.largest(_most_at_each(analysis, in_place)))


def memory_table(analysis: Analysis, *, dtype: str = "float32") -> Report:
    """The meanings of memory, a row each."""
    found = memory(analysis, dtype=dtype)
    most = peak(analysis)
    meanings = {
        "weights": "parameters and buffers",
        "outputs": "the input and every output, each kept",
        "outputs_in_place": "the same with relu, batchnorm and dropout in place",
        "peak_in_place": f"most in memory at one time when run in order, with these in place ({plural(most.values, 'value')}, at {most.where}), without weights",
        "training": "weights, their gradients, and what the backward pass needs from the forward pass",
    }
    if missing := not_counted(analysis):
        for name in ("weights", "training"):
            meanings[name] += f" (at least: {missing})"
    unit = unit_of(found.values())
    of_a_value = plural(BYTES[dtype], "byte")
    return Report(
        title=f"memory, {dtype} ({of_a_value}), batch {analysis.batch}; {unit.about}",
        columns=columns_in(unit),
        rows=[
            Meaning(name.replace("_", " "), found[name], meaning)
            for name, meaning in meanings.items()
        ],
    )


def memory_facts(analysis: Analysis, *, dtype: str = "float32") -> dict[str, Any]:
    """The same for programs."""
    missing = analysis.unavailable
    facts = {"dtype": dtype, **memory(analysis, dtype=dtype)}
    return {**facts, "unavailable": missing} if missing else facts


def add_memory(report: Report, analysis: Analysis) -> Report:
    """A network's report, with its memory as a table and among the facts."""
    activations = COLUMNS["activations"]
    added = [] if activations in report.columns else [activations]
    return replace(
        report,
        tables=(*report.tables, memory_table(analysis)),
        facts={**report.facts, "memory": memory_facts(analysis)},
        columns=[*report.columns, *added],
        legend=[*report.legend, *column_legend(added)],
        beside_rows="the totals of --memory",
    )
