"""How much memory a network needs, under each of the meanings that word has.

Sources disagree on "memory" because they mean different things: every layer's output or only those
kept apart, forward only or gradients too, 10⁶ or 2²⁰ bytes. Each number here carries its meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc import formulas
from convcalc.layers import KINDS
from convcalc.layers.base import Elementwise

if TYPE_CHECKING:
    from convcalc.report import Report, Row

BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}


def in_place(row: Row) -> bool:
    """Whether a layer can write over its input: it keeps the shape and works place by place."""
    cls = KINDS[row.kind]
    return issubclass(cls, Elementwise) and cls.in_place


def memory(report: Report, *, dtype: str = "float32", batch: int = 1) -> dict[str, int]:
    """Bytes a walked network needs.

    Args:
        report: what `convcalc.analysis.walk.walk` gave.
        dtype: of weights and activations, a key of `BYTES`.
        batch: the batch the report was walked with.

    Returns:
        weights: parameters and buffers.
        outputs: the input and every layer's output, each kept.
        outputs_in_place: the same, where layers that keep the shape write over their input.
        peak: the most that must be held at once to run the layers in order, without the weights.
        training: parameters, gradients of them, and every output kept with its gradient.
    """
    size = BYTES[dtype]
    image = formulas.product(report.facts["input"]) * batch
    totals = report.totals
    kept = sum(row.activations for row in report.rows if not in_place(row) and moves(row))
    outputs = image + totals["activations"]
    return {
        "weights": size * (totals["params"] + totals["buffers"]),
        "outputs": size * outputs,
        "outputs_in_place": size * (image + kept),
        "peak": size * peak(report, image)[0],
        "training": size * (2 * totals["params"] + totals["buffers"] + 2 * outputs),
    }


def moves(row: Row) -> bool:
    """Whether a layer makes new values; a flatten or reshape only renames them."""
    return not KINDS[row.kind].is_view


def peak(report: Report, image: int) -> tuple[int, str]:
    """The most values alive at once, and the layer that sets it.

    A layer's input is freed after the last layer that reads it; a layer that can write over its
    input does so when nothing else reads that.
    """
    rows = report.rows
    last_use: dict[int, int] = {}
    for place, row in enumerate(rows):
        for source in row.inputs:
            last_use[source] = place
    alive: dict[int, int] = {-1: image}
    most, where = image, "the input"
    now = image
    for place, row in enumerate(rows):
        ends = [source for source in set(row.inputs) if last_use[source] == place]
        reuses = (in_place(row) or not moves(row)) and len(row.inputs) == 1 and bool(ends)
        if not reuses:
            now += row.activations
        if now > most:
            most, where = now, row.name
        for source in ends:
            freed = alive.pop(source, 0)
            now -= 0 if reuses else freed
        alive[place] = row.activations
    return most, where


def lines(report: Report, *, dtype: str, batch: int) -> list[str]:
    """The meanings of memory, one line each."""
    found = memory(report, dtype=dtype, batch=batch)
    image = formulas.product(report.facts["input"]) * batch
    most, where = peak(report, image)
    meanings = {
        "weights": "parameters and buffers",
        "outputs": "the input and every output, each kept",
        "outputs_in_place": "the same with relu, batchnorm and dropout in place",
        "peak": f"most alive at once when run in order ({most:,} values, at {where}), without weights",
        "training": "parameters and their gradients, every output and its gradient",
    }
    said = [
        f"  {name.replace('_', ' '):<18}{found[name] / 1e6:>12,.2f} MB {found[name] / 2**20:>12,.2f} MiB   {meaning}"
        for name, meaning in meanings.items()
    ]
    return [
        f"memory, {dtype} ({BYTES[dtype]} bytes), batch {batch}; MB = 10⁶ bytes, MiB = 2²⁰",
        *said,
    ]


def facts(report: Report, *, dtype: str, batch: int) -> dict[str, Any]:
    """The same for programs."""
    return {"dtype": dtype, **memory(report, dtype=dtype, batch=batch)}
