"""The report of ``convcalc reconcile``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.analysis.counting.published import Published, read_published
from convcalc.analysis.counting.reconcile import Cause, causes
from convcalc.report import Column, Report
from convcalc.text import grouped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from convcalc.analysis.counting.reconcile import Load
    from convcalc.network.network import Network

_SHOWN = 8


def reconcile_report(network: Network, value: str, load: Load, others: Mapping[str, str]) -> Report:
    """The causes of a published number, the most plausible first.

    Args:
        network: the network as given.
        value: the printed number.
        load, others: as for `convcalc.analysis.counting.reconcile.causes`.

    Raises:
        UsageError: it is not a number.
    """
    published = read_published(value)
    found, nearest = causes(network, published, load, others)
    rows = found[:_SHOWN]
    return Report(
        title=f"{network.name}: what gives {published.text}",
        columns=[
            Column("what", "what", lambda row: row.measure.what, right=False, keep=8),
            Column("counted", "counted as", lambda row: row.measure.name, right=False, keep=6, least=20, wraps=True),
            Column("change", "with", lambda row: row.change or "–", right=False, keep=7),
            Column("value", "exactly", lambda row: row.measure.value, text=grouped, keep=9),
            Column("rounding", "and then", lambda row: row.rounding or "–", right=False, keep=5),
        ],
        rows=rows,
        key="causes",
        notes=[] if found else [_nothing(published, nearest)],
        footer=[f"and {len(found) - len(rows)} less plausible"] if len(found) > len(rows) else [],
        facts={
            "network": network.name,
            "published": published.text,
            "explained": bool(found),
            "nearest": _cause_dict(nearest),
        },
        row_dict=_cause_dict,
        hint="convcalc count NETWORK shows every way of counting",
    )  # fmt: skip


def _nothing(published: Published, nearest: Cause) -> str:
    """The message that nothing gives the number."""
    off = nearest.measure.value / published.value - 1
    return (
        f"no way of counting gives {published.text}; the nearest is {nearest.measure.value:,} "
        f"({nearest}), {abs(off) * 100:.1f} % {'more' if off > 0 else 'less'}"
    )


def _cause_dict(cause: Cause) -> dict[str, object]:
    """A cause as JSON."""
    return {
        "what": cause.measure.what,
        "counted_as": cause.measure.name,
        "change": cause.change,
        "value": cause.measure.value,
        "rounding": cause.rounding,
    }
