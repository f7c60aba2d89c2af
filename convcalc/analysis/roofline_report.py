"""The report of ``convcalc roofline``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.analysis.devices import DEVICES, known_device
from convcalc.analysis.memory import BYTES
from convcalc.analysis.roofline import MODELS, Load, Roof, roofline, whole_bytes
from convcalc.analysis.rows import not_counted
from convcalc.errors import UsageError, did_you_mean
from convcalc.network.axes import turned_lines
from convcalc.report import Column, Report
from convcalc.text import AtLeast, grouped, listing, plural, quoted

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis

_MICRO = 1e6


def roof_of(device: str, peak: int, bandwidth: int, precision: str) -> Roof:
    """The limits of the chosen device.

    Args:
        device: a key of `DEVICES`; empty if the limits are given.
        peak, bandwidth: operations and bytes per second; 0 to use the device's.
        precision: a key of `BYTES`; empty for the device's first.

    Raises:
        UsageError: there are no limits, or the device has no such precision.
    """
    if precision and precision not in BYTES:
        message = f"--precision: {quoted(str(precision))} is not known{did_you_mean(str(precision), BYTES)}"
        raise UsageError(message)
    if not device:
        if peak and not bandwidth:
            message = "--peak is given without --bandwidth; give both, such as --bandwidth 100G"
            raise UsageError(message)
        if bandwidth and not peak:
            message = "--bandwidth is given without --peak; give both, such as --peak 10T"
            raise UsageError(message)
        if not peak:
            message = f"give --device ({', '.join(DEVICES)}), or --peak 10T and --bandwidth 100G"
            raise UsageError(message)
        return Roof("given", peak, bandwidth, precision or "float32", "given on the command line")
    if peak or bandwidth:
        message = "--device sets the peak and the bandwidth; leave --peak and --bandwidth out, or --device"
        raise UsageError(message)
    device = known_device(device)
    found = DEVICES[device]
    chosen = precision or next(iter(found.peaks))
    if chosen not in found.peaks:
        message = f"--precision {chosen}: no peak of {device} is known for it; give {listing([*found.peaks])}"
        raise UsageError(message)
    return Roof(device, found.peaks[chosen], found.bandwidth, chosen, found.source)


def roofline_report(analysis: Analysis, roof: Roof, model: str = "layers") -> Report:
    """Each layer's intensity, limit and least time; and those of the whole network.

    Args:
        analysis: the walked network.
        roof: the limits of the device.
        model: how bytes are counted, a key of `convcalc.analysis.roofline.MODELS`.
    """
    loads = roofline(analysis, roof, model)
    macs, moved = sum([load.macs for load in loads]), sum([load.bytes for load in loads])
    seconds = sum([load.seconds for load in loads])
    if analysis.unavailable:
        macs = AtLeast(macs)
    missing = not_counted(analysis)
    return Report(
        title=f"{analysis.network.name} on {roof.name}",
        subtitle=analysis.network.source,
        columns=[
            Column("layer", "layer", lambda load: load.step.name, right=False, keep=9),
            Column("kind", "kind", lambda load: load.step.kind, right=False, keep=4),
            Column("macs", "macs", lambda load: load.macs, text=grouped, keep=6),
            Column("bytes", "bytes", lambda load: load.bytes, text=grouped, keep=6),
            Column("intensity", "macs/byte", lambda load: load.intensity, text="{:.2f}".format, keep=7),
            Column("bound", "limit", lambda load: load.bound, text=lambda word: word or "–", right=False, keep=8),
            Column("microseconds", "μs at least", lambda load: load.seconds * _MICRO, text="{:,.2f}".format, keep=8),
        ],
        rows=loads,
        totals={"macs": macs, "bytes": moved, "microseconds": seconds * _MICRO, "layers": len(loads)},
        notes=[f"at least this much: {missing}"] if missing else [],
        footer=list(_footer(analysis, roof, loads)),
        legend=[f"bytes: {MODELS[model][1]}", "lower bounds: a real program takes longer", f"source: {roof.source}"],
        facts={
            "network": analysis.network.name,
            "input": list(analysis.network.input),
            "batch": analysis.batch,
            **roof._asdict(),
            "ridge": roof.ridge,
            "bytes_model": model,
            "bytes_once": whole_bytes(analysis, roof.precision),
            "seconds_at_least": max(2 * macs / roof.peak, whole_bytes(analysis, roof.precision) / roof.bandwidth),
        },
        row_dict=_row_dict,
        hint="--bytes fused; --batch 32; --precision",
    )  # fmt: skip


def _row_dict(load: Load) -> dict[str, object]:
    """A layer as JSON."""
    return {
        "name": load.step.name, "kind": load.step.kind, "macs": load.macs, "bytes": load.bytes,
        "intensity": load.intensity, "bound": load.bound, "microseconds": load.seconds * _MICRO,
    }  # fmt: skip


def _footer(analysis: Analysis, roof: Roof, loads: list[Load]) -> list[str]:
    """The device, and the whole network."""
    once = whole_bytes(analysis, roof.precision)
    least = max(2 * analysis.totals["macs"] / roof.peak, once / roof.bandwidth)
    limited = [load for load in loads if load.bound == "memory"]
    share = sum([load.seconds for load in limited]) / (sum([load.seconds for load in loads]) or 1)
    return [
        f"{roof.precision} ({plural(BYTES[roof.precision], 'byte')}), batch {analysis.batch}: {roof.peak / 1e12:,.6g} T operations "
        f"and {roof.bandwidth / 1e9:,.6g} GB a second; ridge at {roof.ridge:,.1f} macs/byte",
        f"{plural(len(limited), 'layer')} limited by memory, {100 * share:.0f} % of the time",
        f"whole network, weights, inputs and outputs once ({plural(once, 'byte')}): at least {least * _MICRO:,.2f} μs",
        *turned_lines(analysis.network),
    ]
