"""Check that a network fits in memory and time before it runs, and suggest changes if not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError, UsageError
from convcalc.network.network import input_text
from convcalc.reference.checks import LONGEST
from convcalc.verify.effort import (
    MAX_SECONDS,
    Effort,
    duration,
    fields_effort,
    loops_effort,
    run_effort,
)
from convcalc.verify.fields import MAX_ROWS, pixels_to_perturb, unit_claims
from convcalc.verify.loops import OF_LOOPS, sort_of
from convcalc.verify.memory import BYTES, Need, apart, fields_need, run_need
from convcalc.verify.witnesses import proven

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.network.network import Network

# The subjects of the full run.
OF_RUN = {"shape", "params", "weights", "biases", "buffers", "macs", "valid_macs"}
MAX_BYTES = 6 * 10**9
MAX_LIMIT = 10_000  # largest limit in GB


def needs(analysis: Analysis, only: Sequence[str], dtype: str) -> list[Need]:
    """The memory of each part of the requested checks."""
    found = []
    if OF_RUN & set(only):
        found.append(run_need(analysis, BYTES[dtype]))
    if "field" in only:
        found += [
            fields_need(walked, [min(MAX_ROWS, n) for n in _perturbed(walked)])
            for walked in _seen(analysis)
        ]
    return found


def efforts(analysis: Analysis, only: Sequence[str]) -> list[Effort]:
    """The time of each part of the requested checks."""
    found = []
    if OF_RUN & set(only):
        found.append(run_effort(analysis))
    if "field" in only:
        found += [fields_effort(walked, _perturbed(walked)) for walked in _seen(analysis)]
    if OF_LOOPS & set(only):
        found.append(loops_effort(len(set(map(sort_of, proven(analysis))))))
    return found


def _seen(analysis: Analysis) -> list[Analysis]:
    """The walk, with the fields in pixels of each input that is a map."""
    if len(analysis.images) == 1:
        return [analysis] if len(analysis.image.output) > 1 else []
    return [walked for walked in analysis.by_input.values() if len(walked.image.output) > 1]


def _perturbed(analysis: Analysis) -> list[int]:
    """The number of perturbed pixels along each axis."""
    image = analysis.image.output
    long = max(image[1:]) > MAX_ROWS
    claims = [claim for _, _, claim in unit_claims(analysis)] if long else []
    return [
        len(pixels_to_perturb(n, [claim[axis] for claim in claims]))
        for axis, n in enumerate(image[1:])
    ]


def check_needs(analysis: Analysis, only: Sequence[str], dtype: str, max_bytes: int) -> None:
    """Refuse, before any work, what would not fit in memory or would take hours."""
    name = analysis.network.name
    most = max(needs(analysis, only, dtype), key=lambda need: need.size, default=None)
    if most and most.size > max_bytes:
        needed, limit = apart(most.size, max_bytes)
        message = (
            f"{name}: {most.part} needs {needed} at {most.where}, more than {limit}; "
            f"{_ways_out(analysis, only, dtype, max_bytes, most.size)}"
        )
        raise UsageError(message)
    longest = max(efforts(analysis, only), key=lambda each: each.seconds, default=None)
    if longest and longest.seconds > MAX_SECONDS:
        message = (
            f"{name}: {longest.part} takes about {duration(longest.seconds)} ({longest.where}), more than "
            f"{duration(MAX_SECONDS)}; {_ways_out(analysis, only, dtype, max_bytes)}"
        )
        raise UsageError(message)


def _ways_out(
    analysis: Analysis,
    only: Sequence[str],
    dtype: str,
    max_bytes: int,
    needed: int = 0,
) -> str:
    """Changes that make it fit; a smaller input or fewer subjects are only suggested if that is enough."""
    network, ways = analysis.network, []
    for power in range(1, 16):
        smaller = shrink(network, 4**power)
        if not smaller:
            break
        if fits(smaller, only, dtype, max_bytes):
            ways.append(input_text(smaller.network.inputs))
            break
    rest = [
        name
        for name in only
        if (name != "expect" or network.expect) and _is_possible(analysis, [name], dtype, max_bytes)
    ]
    if set(rest) - {"expect"}:
        ways.append(f"--only {','.join(rest)}")
    if network.parameters:
        ways.append("smaller parameters with --set")
    limit = -(-needed // 10**8) / 10 if needed >= 10**9 else -(-needed // 10**6) / 1000
    if needed and limit <= MAX_LIMIT:
        ways.append(f"--limit {limit:g} if there is that much memory")
    return f"try {' or '.join(ways)}" if ways else "use a smaller network"


def shrink(network: Network, by: int) -> Analysis | None:
    """The network on an image with smaller sides, if the layers can take one."""
    shapes = {
        name: (shape[0], *[max(1, side // by) for side in shape[1:]])
        for name, shape in network.inputs.items()
    }
    if shapes == network.inputs:
        return None
    (_, first), *more = shapes.items()
    home = network.home or network.inputs
    small = replace(network, input=first, more_inputs=dict(more), home=home, changed=True)
    try:
        return walk(small)
    except ConvcalcError:
        return None


def fits(analysis: Analysis, only: Sequence[str], dtype: str, max_bytes: int) -> bool:
    """Whether the checks fit in memory and time, and the image is short enough to run along."""
    sides = [side for shape in analysis.network.inputs.values() for side in shape[1:]]
    return max(sides, default=0) <= LONGEST and _is_possible(analysis, only, dtype, max_bytes)


def _is_possible(analysis: Analysis, only: Sequence[str], dtype: str, max_bytes: int) -> bool:
    """Whether the checks stay within this memory, and within the time limit."""
    return all(need.size <= max_bytes for need in needs(analysis, only, dtype)) and all(
        each.seconds <= MAX_SECONDS for each in efforts(analysis, only)
    )
