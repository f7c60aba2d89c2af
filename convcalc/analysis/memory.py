"""How much memory a network needs, under each of the meanings that word has.

Sources disagree on "memory" because they mean different things: every layer's output or only those
kept apart, forward only or gradients too, 10⁶ or 2²⁰ bytes. Each number here carries its meaning.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.analysis.rows import COLUMNS, not_counted

if TYPE_CHECKING:
    from collections.abc import Collection

    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.report import Report

BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}


def memory(analysis: Analysis, *, dtype: str = "float32") -> dict[str, int]:
    """Bytes a walked network needs, for its batch.

    Args:
        analysis: what `convcalc.analysis.walk.walk` gave.
        dtype: of weights and activations, a key of `BYTES`.

    Returns:
        weights: parameters and buffers.
        outputs: the input and every layer's output, each kept.
        outputs_in_place: the same, where layers that keep the shape write over their input.
        peak: the most that must be held at once to run the layers in order, without the weights.
        training: parameters, gradients of them, every output kept with its gradient, and what the
            backward pass of a layer needs besides, such as the scores of attention.
    """
    size, totals = BYTES[dtype], analysis.totals
    images = sum([image.activations for image in analysis.images])
    made = [step for step in analysis if not step.layer.is_source]  # a parameter is a weight
    kept = sum([step.activations for step in made if not _needs_no_place(step)])
    outputs = images + sum([step.activations for step in made])
    inside = sum([step.work.kept_for_backward for step in analysis])
    return {
        "weights": size * (totals["params"] + totals["buffers"]),
        "outputs": size * outputs,
        "outputs_in_place": size * (images + kept),
        "peak": size * peak(analysis)[0],
        "training": size * (2 * totals["params"] + totals["buffers"] + 2 * outputs + inside),
    }


def _needs_no_place(step: Step) -> bool:
    """Whether a step's values can lie where its input's do."""
    return step.layer.in_place or step.layer.is_view


def _overwrites(step: Step, freed: Collection[Step]) -> bool:
    """Whether a step's only input is read by nobody else, and is no parameter."""
    return len(step.before) == 1 and step.before[0] in freed and not step.before[0].layer.is_source


def peak(analysis: Analysis) -> tuple[int, str]:
    """The most values alive at once, and the layer that sets it.

    A layer that can write over its input does so when nothing else reads that.
    """
    now = sum([image.activations for image in analysis.images])
    most, where = now, "the input"
    for step, _, freed in analysis.schedule():
        reuses = _needs_no_place(step) and _overwrites(step, freed)
        own = 0 if step.layer.is_source else step.activations
        here = now if reuses else now + own
        if here > most:
            most, where = here, step.name
        now += own - sum([each.activations for each in freed if not each.layer.is_source])
    return most, where


def memory_lines(analysis: Analysis, *, dtype: str = "float32") -> list[str]:
    """The meanings of memory, one line each."""
    found = memory(analysis, dtype=dtype)
    most, where = peak(analysis)
    meanings = {
        "weights": "parameters and buffers",
        "outputs": "the input and every output, each kept",
        "outputs_in_place": "the same with relu, batchnorm and dropout in place",
        "peak": f"most alive at once when run in order ({most:,} values, at {where}), without weights",
        "training": "parameters and their gradients, every output and its gradient",
    }
    if any(step.work.kept_for_backward for step in analysis):
        meanings["training"] += ", and what layers keep inside"
    if missing := not_counted(analysis):
        for name in ("weights", "training"):
            meanings[name] += f" (at least: {missing})"
    lines = [
        f"  {name.replace('_', ' '):<18}{found[name] / 1e6:>12,.2f} MB {found[name] / 2**20:>12,.2f} MiB   {meaning}"
        for name, meaning in meanings.items()
    ]
    heading = (
        f"memory, {dtype} ({BYTES[dtype]} bytes), batch {analysis.batch}; MB = 10⁶ bytes, MiB = 2²⁰"
    )
    return [heading, *lines]


def memory_facts(analysis: Analysis, *, dtype: str = "float32") -> dict[str, Any]:
    """The same for programs."""
    missing = analysis.unavailable
    facts = {"dtype": dtype, **memory(analysis, dtype=dtype)}
    return {**facts, "unavailable": missing} if missing else facts


def add_memory(report: Report, analysis: Analysis) -> Report:
    """A network's report with the memory it needs in its footer and facts."""
    columns, activations = list(report.columns), COLUMNS["activations"]
    return replace(
        report,
        footer=[*memory_lines(analysis), *report.footer],
        facts={**report.facts, "memory": memory_facts(analysis)},
        columns=columns if activations in columns else [*columns, activations],
        beside_rows="the totals of --memory",
    )
