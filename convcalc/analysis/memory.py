"""How much memory a network needs, under each of the meanings that word has.

Sources disagree on "memory" because they mean different things: every layer's output or only those
kept apart, forward only or gradients too, 10⁶ or 2²⁰ bytes. Each number here carries its meaning.
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
    """What people read memory in: of 10³ and of 2¹⁰, or their squares."""

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
        name: what people call it.
        bytes: how much it is.
        meaning: what is counted.
    """

    name: str
    bytes: int
    meaning: str


def columns_in(unit: Unit) -> list[Column]:
    """The columns of meanings: bytes, and the same in two units."""

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
    """The moment at which most values must be held.

    Attributes:
        values: how many.
        where: the layer at work then; ``the input`` where nothing is more than that.
        alive: how many values each map has that is held then, by name.
    """

    values: int
    where: str
    alive: dict[str, int]


def memory(analysis: Analysis, *, dtype: str = "float32") -> dict[str, int]:
    """Bytes a walked network needs, for its batch.

    Args:
        analysis: what `convcalc.analysis.walk.walk` gave.
        dtype: of weights and activations, a key of `BYTES`.

    Returns:
        weights: parameters and buffers.
        outputs: the input and every layer's output, each kept.
        outputs_in_place: the same, where layers that keep the shape write over their input.
        peak_in_place: the most in memory at one time when the layers run in order and these write
            over their input, without the weights.
        training: weights, their gradients, and what is kept for the backward pass, as
            `convcalc.analysis.kept` says; without an optimizer's own values.
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
    """Values of the inputs and of every layer's output, each kept.

    Args:
        analysis: of the network.
        apart: which layers' outputs lie in a place of their own; all of them unless it is given.
    """
    made = [step for step in analysis if not step.layer.is_source and apart(step)]
    return sum([step.activations for step in (*analysis.images, *made)])


def needs_a_place(step: Step) -> bool:
    """Whether a step's values cannot lie where its only input's do."""
    return not _needs_no_place(step)


def _needs_no_place(step: Step) -> bool:
    """Whether a step's values can lie where its only input's do."""
    return len(step.before) == 1 and (step.layer.in_place or step.layer.is_view)


def _is_free(source: Step, freed: Collection[Step]) -> bool:
    """Whether nobody reads a step's values any more, and they are no parameter."""
    return source in freed and not source.layer.is_source


def _only_views(step: Step, freed: Collection[Step]) -> bool:
    """Every layer writes to a separate place, unless its values only get another shape."""
    return step.layer.is_view and bool(step.before) and _is_free(step.before[0], freed)


def in_place(step: Step, freed: Collection[Step]) -> bool:
    """A layer of one input that keeps the shape, such as relu, writes over it if nobody else reads it."""
    return _needs_no_place(step) and _is_free(step.before[0], freed)


def fused(step: Step, freed: Collection[Step]) -> bool:
    """The same, and a join value by value adds to one of its inputs, as the end of a convolution does."""
    if len(step.before) == 1 or not step.layer.in_place:
        return in_place(step, freed)
    return any(_is_free(each, freed) and each.output == step.output for each in step.before)


RULES: dict[str, Reuse] = {"apart": _only_views, "in_place": in_place, "fused": fused}
"""Ways to run a network, by name."""


def held(analysis: Analysis, reuse: Reuse = in_place) -> Iterator[tuple[Step, int, int]]:
    """Each step in order, with the values that must exist while it works, and how many it does not touch.

    Args:
        analysis: of the network.
        reuse: which layers write over what they read.
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
    """The most values alive at once when the layers run in order, where, and which these are.

    Args:
        analysis: of the network.
        reuse: which layers write over what they read.
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
    """Values alive before the first step, and while each of the steps works."""
    before = sum([image.activations for image in analysis.images])
    return [before, *[here for _, here, _ in held(analysis, reuse)]]


def bytes_to_run(analysis: Analysis, *, dtype: str = "float32") -> int:
    """Bytes of the weights, and of the most that is alive at once when the layers run in order."""
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
    """A network's report with the memory it needs as a table and in its facts."""
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
