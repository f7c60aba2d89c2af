"""The witness's testimony: a network is really run, and every number of the walk held against it.

For each node: the shape of the array that came out; parameters and buffers as the sizes of the
arrays that were made; multiply-adds as the products that were made, and those of them on padding;
the receptive field by perturbing pixels. For each sort of layer: the fast path against the loop
nest, in float64, on a shrunken copy (`convcalc.verify.loops`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from convcalc.analysis.walk import pixels, promised, shapes_into, trunk_of, walk
from convcalc.errors import ConvcalcError, UsageError
from convcalc.layers.rf import union
from convcalc.layers.window import axis_names
from convcalc.reference import WITNESSES, Tally
from convcalc.reference.checks import LONGEST, TooLongError
from convcalc.reference.dependence import DEPENDENCES, marked, on_axis
from convcalc.verify.check import SUBJECTS, Check, sentence, value_text
from convcalc.verify.loops import OF_LOOPS, loops_agree, sort_of
from convcalc.verify.memory import Need, apart, last_uses, of_fields, of_run

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape
    from convcalc.network.network import Network
    from convcalc.report import Report

OF_RUN = {"shape", "params", "buffers", "macs", "valid_macs"}  # what the full run shows
MOST_BYTES = 6 * 10**9
MOST_PRODUCTS = 10**13  # minutes, where the products are large; hours where they are thin
MOST_LIMIT = 10_000  # GB that anybody can ask for
MOST_ROWS = 512  # pixels perturbed at once along one axis
MANY_NODES = 150  # of more nodes than this only every few have single units' fields checked

Progress = Callable[[str], None]


def verified(
    network: Network,
    *,
    seed: int = 0,
    dtype: str = "float32",
    only: Sequence[str] = SUBJECTS,
    most_bytes: int = MOST_BYTES,
    progress: Progress = lambda _: None,
) -> list[Check]:
    """Hold every number of a network against real arrays.

    Args:
        network: what to run.
        seed: of the random input and weights.
        dtype: of the arrays of the full run, float32 or float64.
        only: the subjects to check.
        most_bytes: refuse a network that would need more memory than this.
        progress: told the name of each node before it is run.

    Raises:
        UsageError: it would need more memory than ``most_bytes``, or hours.
        ConvcalcError: the walk itself refuses the network.
    """
    report = walk(network)
    refuse_large(network, report, only, dtype, most_bytes)
    checks: list[Check] = []
    try:
        if OF_RUN & set(only):
            checks += full_run(network, report, seed=seed, dtype=dtype, progress=progress)
        if "field" in only:
            checks += fields_seen(network, report, progress)
    except TooLongError as error:
        raise UsageError(f"{network.name}: {error}") from None
    if OF_LOOPS & set(only):
        checks += loops_agree(sorts_of(network, report), seed)
    if "expect" in only and network.expect and not network.changed:
        checks += promises(network, report)
    return [check for check in checks if check.subject in only]


# ----------------------------------------------------------------------------- the full run


def sorts_of(network: Network, report: Report) -> dict[str, tuple[Layer, list[Shape]]]:
    """One layer of each sort, with the shapes that go in."""
    sorts: dict[str, tuple[Layer, list[Shape]]] = {}
    for node, row in zip(network.nodes, report.rows, strict=True):
        if (sort := sort_of(row)) not in sorts:
            sorts[sort] = (node.layer, shapes_into(network, report, node))
    return sorts


def promises(network: Network, report: Report) -> list[Check]:
    """What the file's ``expect`` says; one check where all of it is kept."""
    rows = list(report.rows)
    both = promised(network, report.totals, rows, trunk_of(rows))
    broken = [Check(key, "expect", a, b) for key, (a, b) in both.items() if a != b]
    return broken or [Check(network.name, "expect", "kept", "kept")]


def needs(network: Network, report: Report, only: Sequence[str], dtype: str) -> list[Need]:
    """The memory of each part of the checks that would be done."""
    found = []
    if OF_RUN & set(only):
        found.append(of_run(network, report, np.dtype(dtype).itemsize))
    if "field" in only and len(network.input) > 1:
        long = max(network.input[1:]) > MOST_ROWS
        claims = [claim for _, _, claim in unit_claims(network, report)] if long else []
        images = [
            min(MOST_ROWS, len(pixels_to_perturb(n, [claim[axis] for claim in claims])))
            for axis, n in enumerate(network.input[1:])
        ]
        found.append(of_fields(network, report, images))
    return found


def refuse_large(
    network: Network, report: Report, only: Sequence[str], dtype: str, most_bytes: int
) -> None:
    """Refuse, before anything is allocated, what would not fit in memory or take hours."""
    macs = report.totals["macs"]
    if OF_RUN & set(only) and macs > MOST_PRODUCTS:
        message = (
            f"{network.name}: {macs:,} products, more than {MOST_PRODUCTS:,}, would take hours; "
            "use a smaller input, or --only field,paths,counts,expect"
        )
        raise UsageError(message)
    most = max(needs(network, report, only, dtype), key=lambda need: need.size, default=None)
    if most and most.size > most_bytes:
        needed, limit = apart(most.size, most_bytes)
        message = (
            f"{network.name}: {most.part} needs {needed} at {most.where}, more than {limit}; "
            f"{ways_out(network, report, only, dtype, most_bytes, most.size)}"
        )
        raise UsageError(message)


def ways_out(
    network: Network,
    report: Report,
    only: Sequence[str],
    dtype: str,
    most_bytes: int,
    needed: int,
) -> str:
    """What would make it fit; a smaller input or fewer subjects only where they are enough."""
    ways = []
    for power in range(1, 16):
        smaller = shrunk_input(network, 4**power)
        if not smaller:
            break
        if fits(smaller, only, dtype, most_bytes):
            ways.append(f"--input {'x'.join(map(str, smaller.input))}")
            break
    rest = [
        name
        for name in only
        if (name != "expect" or network.expect)
        and all(need.size <= most_bytes for need in needs(network, report, [name], dtype))
    ]
    if set(rest) - {"expect"}:
        ways.append(f"--only {','.join(rest)}")
    if network.parameters:
        ways.append("smaller parameters with --set")
    limit = -(-needed // 10**8) / 10 if needed >= 10**9 else -(-needed // 10**6) / 1000
    if limit <= MOST_LIMIT:
        ways.append(f"--limit {limit:g} where there is so much memory")
    return f"try {' or '.join(ways)}" if ways else "use a smaller network"


def shrunk_input(network: Network, by: int) -> Network | None:
    """The network on an image with smaller sides, if it is one that the layers accept."""
    sides = [max(1, side // by) for side in network.input[1:]]
    shape = (network.input[0], *sides)
    small = replace(network, input=shape, home=network.home or network.input, changed=True)
    try:
        walk(small)
    except ConvcalcError:
        return None
    return small if shape != network.input else None


def fits(network: Network, only: Sequence[str], dtype: str, most_bytes: int) -> bool:
    """Whether the checks stay within so many bytes, and the image is not too long to walk along."""
    return max(network.input[1:], default=0) <= LONGEST and all(
        need.size <= most_bytes for need in needs(network, walk(network), only, dtype)
    )


def full_run(
    network: Network, report: Report, *, seed: int, dtype: str, progress: Progress
) -> Iterator[Check]:
    """Run every node at its full size, one after the other, and hold the walk against it."""
    rng = np.random.default_rng(seed)
    last = last_uses(network)
    start = rng.random(network.input, dtype=np.float32).astype(dtype, copy=False)
    kept: dict[int, Any] = {-1: start}
    del start  # or the input would outlive its last use
    for place, (node, row) in enumerate(zip(network.nodes, report.rows, strict=True)):
        progress(node.name)
        witness, options = WITNESSES[node.layer.kind], node.layer.options()
        shapes = shapes_into(network, report, node)
        arrays = witness.arrays(options, shapes, rng, dtype)
        tally = Tally()
        made = witness.fast(options, [kept[i] for i in node.inputs], arrays, tally)
        buffers = sum(a.size for name, a in arrays.items() if name in witness.buffers)
        params = sum(a.size for a in arrays.values()) - buffers
        del arrays
        yield Check(node.name, "shape", row.output, made.shape)
        yield Check(node.name, "params", row.params, params)
        yield Check(node.name, "buffers", row.buffers, buffers)
        yield Check(node.name, "macs", row.macs, tally.macs)
        if row.macs:
            valid = node.layer.valid_macs(shapes[0], row.output)
            yield Check(node.name, "valid_macs", valid, tally.on_real_cells)
        kept[place] = made if place in last else None
        for source in set(node.inputs):
            if last[source] == place:
                del kept[source]


# ------------------------------------------------------------------------- receptive fields


Ends = tuple[int, int] | None


def fields_seen(network: Network, report: Report, progress: Progress) -> Iterator[Check]:
    """The fields of border and interior units, and of every unit whose field lies in the image."""
    if len(network.input) == 1:
        return
    claims = unit_claims(network, report)
    found: dict[tuple[int, Shape], list[Ends]] = {(place, unit): [] for place, unit, _ in claims}
    for axis, n in enumerate(network.input[1:]):
        perturbed = pixels_to_perturb(n, [claim[axis] for _, _, claim in claims])
        ends: dict[tuple[int, Shape], Ends] = dict.fromkeys(found)
        units: dict[int, list[Shape]] = {}
        for place, unit in found:
            units.setdefault(place, []).append(unit)
        for start in range(0, len(perturbed), MOST_ROWS):
            some = perturbed[start : start + MOST_ROWS]
            for place, rows in dependences(network, axis, some, progress):
                for unit in units.get(place, ()):
                    seen = ends_of(some, rows, unit[axis] if unit else 0)
                    ends[place, unit] = union([ends[place, unit], seen])
                if len(some) == n:
                    yield from whole_fields(network, report, place, axis, rows)
        for key, each in ends.items():
            found[key].append(each)
    for place, unit, claim in claims:
        inside = [clip(each, n) for each, n in zip(claim, network.input[1:], strict=True)]
        name = f"{report.rows[place].name}{list(unit) if unit else ''}"
        yield Check(name, "field", on_every_axis(inside), on_every_axis(found[place, unit]))


def on_every_axis(ends: list[Ends]) -> list[Ends]:
    """Along one axis alone a unit may see something; if not along another, it still sees no pixel."""
    return [None] * len(ends) if None in ends else ends


def ends_of(perturbed: list[int], rows: Any, unit: int) -> Ends:
    """The first and last perturbed pixel that a unit depends on."""
    found = np.flatnonzero(rows[:, unit])
    return (perturbed[found[0]], perturbed[found[-1]]) if len(found) else None


def whole_fields(
    network: Network, report: Report, place: int, axis: int, rows: Any
) -> Iterator[Check]:
    """Along one axis: size, stride and padding of a node's field, for all units that see no border."""
    row = report.rows[place]
    if isinstance(row.field, str) or len(row.output) == 1:
        return
    n = network.input[1 + axis]
    claimed = {unit: row.field[axis].sees(unit) for unit in range(row.output[1 + axis])}
    whole = {unit: ends for unit, ends in claimed.items() if ends and ends[0] >= 0 and ends[1] < n}
    found = {unit: ends_of(list(range(n)), rows, unit) for unit in whole}
    yield Check(f"{row.name} along the {axis_names(network.input)[axis]}", "field", whole, found)


def unit_claims(network: Network, report: Report) -> list[tuple[int, Shape, list[Any]]]:
    """For border, middle and last units: the pixels they see, by the walk's exact way back."""
    every = max(1, len(report.rows) // MANY_NODES)
    claims: list[tuple[int, Shape, list[Any]]] = []
    for place in sorted({*range(0, len(report.rows), every), len(report.rows) - 1}):
        row = report.rows[place]
        if isinstance(row.field, str):
            continue
        sides = row.output[1:]
        units = {tuple(0 for _ in sides), tuple(n // 2 for n in sides), tuple(n - 1 for n in sides)}
        claims += [
            (place, unit, list(pixels(network, report, row.name, unit))) for unit in sorted(units)
        ]
    return claims


def pixels_to_perturb(n: int, claims: list[Any]) -> list[int]:
    """All pixels of an axis, or its ends and those just inside and just outside the claimed ends."""
    if n <= MOST_ROWS:
        return list(range(n))
    ends = {p for claim in claims if claim for end in claim for p in (end - 1, end, end + 1)}
    return sorted({0, n - 1, *(p for p in ends if 0 <= p < n)})


def clip(ends: Ends, n: int) -> Ends:
    """A range inside the image."""
    if ends is None:
        return None
    low, high = max(ends[0], 0), min(ends[1], n - 1)
    return (low, high) if low <= high else None


def dependences(
    network: Network, axis: int, perturbed: list[int], progress: Progress
) -> Iterator[tuple[int, Any]]:
    """Run the network along one axis on an image per perturbed pixel: each node's rows of units."""
    start = np.zeros((len(perturbed), network.input[1 + axis]))
    start[np.arange(len(perturbed)), perturbed] = 1
    last = last_uses(network)
    kept = {-1: start}
    for place, node in enumerate(network.nodes):
        progress(f"{node.name}: field along axis {axis}")
        options = on_axis(node.layer.options(), axis)
        kept[place] = marked(DEPENDENCES[node.layer.kind](options, [kept[i] for i in node.inputs]))
        yield place, kept[place]
        for source in set(node.inputs):
            if last[source] == place:
                del kept[source]


__all__ = ["SUBJECTS", "Check", "sentence", "sort_of", "value_text", "verified"]
