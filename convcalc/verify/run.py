"""Verification: a network is really run, and every number of the walk is compared with it.

For each node: the shape of its output array; weights, biases and buffers as the sizes of the
actual arrays; multiply-adds as the counted products, and those of them on padding; the receptive
field by perturbing pixels (`convcalc.verify.fields`). For each sort of layer: the fast path and the
loop nest are compared in float64, on a small copy (`convcalc.verify.loops`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from convcalc.analysis.notes import expectations, is_kept
from convcalc.analysis.walk import walk
from convcalc.errors import UsageError
from convcalc.reference import WITNESSES, Tally
from convcalc.reference.checks import TooLongError
from convcalc.verify.check import SUBJECTS, Check
from convcalc.verify.fields import check_fields
from convcalc.verify.limits import MAX_BYTES, OF_RUN, check_needs
from convcalc.verify.loops import OF_LOOPS, loops_agree, sort_of
from convcalc.verify.memory import last_uses
from convcalc.verify.witnesses import proven

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers import Layer, Shape
    from convcalc.network.network import Network

Progress = Callable[[str], None]


def verify(
    network: Network,
    *,
    seed: int = 0,
    dtype: str = "float32",
    only: Sequence[str] = SUBJECTS,
    max_bytes: int = MAX_BYTES,
    progress: Progress = lambda _: None,
) -> list[Check]:
    """Compare every number of a network with real arrays.

    Args:
        network: what to run.
        seed: for the random input and weights.
        dtype: of the arrays of the full run, float32 or float64.
        only: the subjects to check.
        max_bytes: refuse a network that would need more memory than this.
        progress: called with the name of each node before it is run.

    Raises:
        UsageError: it would need more memory than ``max_bytes``, or hours.
        ConvcalcError: the walk itself refuses the network.
    """
    return verify_analysis(
        walk(network), seed=seed, dtype=dtype, only=only, max_bytes=max_bytes, progress=progress
    )


def verify_analysis(
    analysis: Analysis,
    *,
    seed: int = 0,
    dtype: str = "float32",
    only: Sequence[str] = SUBJECTS,
    max_bytes: int = MAX_BYTES,
    progress: Progress = lambda _: None,
) -> list[Check]:
    """The same for a walked network; its batch must be 1."""
    network = analysis.network
    check_needs(analysis, only, dtype, max_bytes)
    checks: list[Check] = []
    try:
        if OF_RUN & set(only):
            checks += check_run(analysis, seed=seed, dtype=dtype, progress=progress)
        if "field" in only:
            checks += check_fields(analysis, progress)
    except TooLongError as error:
        raise UsageError(f"{network.name}: {error}") from None
    if OF_LOOPS & set(only):
        checks += loops_agree(_sorts_of(analysis), seed)
    if "expect" in only and network.expect and not network.changed:
        checks += _check_expectations(analysis)
    return [check for check in checks if check.subject in only]


def _sorts_of(analysis: Analysis) -> dict[str, tuple[Layer, list[Shape]]]:
    """One layer of each sort, with the input shapes."""
    sorts: dict[str, tuple[Layer, list[Shape]]] = {}
    for step in proven(analysis):
        sorts.setdefault(sort_of(step), (step.layer, list(step.shapes)))
    return sorts


def _check_expectations(analysis: Analysis) -> list[Check]:
    """Compare the numbers in the file's ``expect``; one check if all are right."""
    both = expectations(analysis)
    broken = [
        Check(key, "expect", getattr(a, "text", a), b)
        for key, (a, b) in both.items()
        if not is_kept(a, b)
    ]
    return broken or [Check(analysis.network.name, "expect", "kept", "kept")]


def check_run(analysis: Analysis, *, seed: int, dtype: str, progress: Progress) -> Iterator[Check]:
    """Run every node at its full size, one by one, and compare it with the walk."""
    rng = np.random.default_rng(seed)
    arrays: dict[Step, Any] = {
        image: rng.random(image.output, dtype=np.float32).astype(dtype, copy=False)
        for image in analysis.images
    }
    read = {source for source, _ in analysis.edges}  # unused outputs are not kept
    kept: dict[Step, dict[str, Any]] = {}  # arrays that later layers also use
    last_use = last_uses(analysis)
    for step, _, freed in analysis.schedule():
        progress(step.name)
        if not step.layer.is_proven:  # only the shape of its output is known
            arrays[step] = np.zeros(step.output, dtype)
            for each in freed:
                del arrays[each]
            continue
        witness, options = WITNESSES[step.kind], step.layer.options()
        if step.owner:
            stored, new = kept[step.owner], {}
        else:
            stored = new = witness.arrays(options, list(step.shapes), rng, dtype)
        tally = Tally()
        found = witness.fast(options, [arrays[source] for source in step.before], stored, tally)
        buffers = sum(a.size for name, a in new.items() if name in witness.buffers)
        params = sum(a.size for a in new.values()) - buffers
        biases = sum(a.size for name, a in new.items() if name.endswith("bias"))
        if step in last_use:
            kept[step] = stored
        if step.owner and last_use[step.owner] is step:
            del kept[step.owner]
        del stored, new
        yield Check(step.name, "shape", step.output, found.shape)
        yield Check(step.name, "params", step.params, params)
        yield Check(step.name, "weights", step.weights, params - biases)
        yield Check(step.name, "biases", step.biases, biases)
        yield Check(step.name, "buffers", step.buffers, buffers)
        yield Check(step.name, "macs", step.macs, tally.macs)
        if step.macs:
            valid = step.layer.valid_macs(step.input, step.output)
            yield Check(step.name, "valid_macs", valid, tally.on_real_cells)
        if step in read:
            arrays[step] = found
        del found
        for each in freed:
            arrays.pop(each, None)
