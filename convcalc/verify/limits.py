"""Whether a network fits in memory and in time before it is run, and what would make it fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError, UsageError
from convcalc.reference.checks import LONGEST
from convcalc.verify.fields import MAX_ROWS, pixels_to_perturb, unit_claims
from convcalc.verify.memory import BYTES, Need, apart, fields_need, run_need

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.network.network import Network

# What the full run shows.
OF_RUN = {"shape", "params", "weights", "biases", "buffers", "macs", "valid_macs"}
MAX_BYTES = 6 * 10**9
MAX_PRODUCTS = 10**13  # minutes, where the products are large; hours where they are thin
MAX_LIMIT = 10_000  # GB that anybody can ask for


def needs(analysis: Analysis, only: Sequence[str], dtype: str) -> list[Need]:
    """The memory of each part of the checks that would be done."""
    found, image = [], analysis.network.input
    if OF_RUN & set(only):
        found.append(run_need(analysis, BYTES[dtype]))
    if "field" in only and len(image) > 1:
        long = max(image[1:]) > MAX_ROWS
        claims = [claim for _, _, claim in unit_claims(analysis)] if long else []
        images = [
            min(MAX_ROWS, len(pixels_to_perturb(n, [claim[axis] for claim in claims])))
            for axis, n in enumerate(image[1:])
        ]
        found.append(fields_need(analysis, images))
    return found


def check_needs(analysis: Analysis, only: Sequence[str], dtype: str, max_bytes: int) -> None:
    """Refuse, before anything is allocated, what would not fit in memory or take hours."""
    macs, name = analysis.totals["macs"], analysis.network.name
    if OF_RUN & set(only) and macs > MAX_PRODUCTS:
        message = (
            f"{name}: {macs:,} products, more than {MAX_PRODUCTS:,}, would take hours; "
            "use a smaller input, or --only field,paths,counts,expect"
        )
        raise UsageError(message)
    most = max(needs(analysis, only, dtype), key=lambda need: need.size, default=None)
    if most and most.size > max_bytes:
        needed, limit = apart(most.size, max_bytes)
        message = (
            f"{name}: {most.part} needs {needed} at {most.where}, more than {limit}; "
            f"{_ways_out(analysis, only, dtype, max_bytes, most.size)}"
        )
        raise UsageError(message)


def _ways_out(
    analysis: Analysis,
    only: Sequence[str],
    dtype: str,
    max_bytes: int,
    needed: int,
) -> str:
    """What would make it fit; a smaller input or fewer subjects only where they are enough."""
    network, ways = analysis.network, []
    for power in range(1, 16):
        smaller = shrink(network, 4**power)
        if not smaller:
            break
        if fits(smaller, only, dtype, max_bytes):
            ways.append(f"--input {'x'.join(map(str, smaller.network.input))}")
            break
    rest = [
        name
        for name in only
        if (name != "expect" or network.expect)
        and all(need.size <= max_bytes for need in needs(analysis, [name], dtype))
    ]
    if set(rest) - {"expect"}:
        ways.append(f"--only {','.join(rest)}")
    if network.parameters:
        ways.append("smaller parameters with --set")
    limit = -(-needed // 10**8) / 10 if needed >= 10**9 else -(-needed // 10**6) / 1000
    if limit <= MAX_LIMIT:
        ways.append(f"--limit {limit:g} where there is so much memory")
    return f"try {' or '.join(ways)}" if ways else "use a smaller network"


def shrink(network: Network, by: int) -> Analysis | None:
    """The network on an image with smaller sides, if the layers accept one."""
    sides = [max(1, side // by) for side in network.input[1:]]
    shape = (network.input[0], *sides)
    if shape == network.input:
        return None
    small = replace(network, input=shape, home=network.home or network.input, changed=True)
    try:
        return walk(small)
    except ConvcalcError:
        return None


def fits(analysis: Analysis, only: Sequence[str], dtype: str, max_bytes: int) -> bool:
    """Whether the checks stay within so many bytes, and the image is not too long to walk along."""
    return max(analysis.network.input[1:], default=0) <= LONGEST and all(
        need.size <= max_bytes for need in needs(analysis, only, dtype)
    )
