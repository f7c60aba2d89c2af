"""The report of ``convcalc budget``."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from convcalc.report import Column, Report
from convcalc.solve.ranges import plain, shown
from convcalc.solve.trials import INPUT
from convcalc.text import grouped, listing, plural

if TYPE_CHECKING:
    from fractions import Fraction

    from convcalc.solve.budget import Candidate, Found
    from convcalc.solve.trials import Limit
    from convcalc.solve.varied import Varied

_SHOWN = 8  # networks, unless all are requested


def budget_report(found: Found, command: str = "", *, every: bool = False) -> Report:
    """The largest networks that meet limits, as a table.

    Args:
        found: the result of `convcalc.solve.budget.budget`.
        command: the command before the options of a network; empty if there is none.
        every: whether to show all networks.
    """
    rows = found.candidates if every else found.candidates[:_SHOWN]
    limits = listing([f"{limit.name} ≤ {limit.text}" for limit in found.limits])
    return Report(
        title=f"{found.name} with {limits}",
        subtitle=f"the file's own: {_own(found)}",
        columns=_columns(found),
        rows=rows,
        key="networks",
        notes=_notes(found),
        footer=_footer(found, len(rows), command),
        legend=_legend(found),
        facts={
            "network": found.name,
            "limits": {limit.name: limit.most for limit in found.limits},
            "own": {**found.own, "fits": found.fits},
            "varied": {each.name: [plain(value) for value in each.values] for each in found.varied},
            "kept": list(found.left),
            "fits": found.any_fits,
            "tried": found.tried,
        },
        row_dict=_row_dict,
        hint="" if len(rows) == len(found.candidates) else "--all shows every one",
    )


def _columns(found: Found) -> list[Column]:
    """The columns: a network's options, its amounts, and the used share of each limit."""
    columns = [
        Column("options", "as options", lambda row: row.options, right=False, keep=9, whole=True)
    ]
    columns += [_value_column(name) for name in found.names]
    limits = {limit.name: limit for limit in found.limits}
    for name in found.own:
        columns.append(Column(name, name, partial(_total, name), text=grouped, keep=7))
        if name in limits:
            heading = f"of {limits[name].text}"
            columns.append(
                Column(
                    f"{name}_used", heading, partial(_used, name), text=percent, plain=float, keep=8
                )
            )
    if found.any_fits:
        columns.append(
            Column(
                "stops", "one step more breaks", lambda row: row.stops, right=False, keep=6,
                text=lambda stops: ", ".join(stops) or "–", plain=" ".join,
            )
        )  # fmt: skip
    return columns


def _value_column(name: str) -> Column:
    """A parameter, or the input, for programs; people read it among the options."""
    if name == INPUT:
        return Column(INPUT, INPUT, lambda row: "x".join(map(str, row.input)), for_programs=True)
    return Column(
        name, name, lambda row: row.parameters[name], text=shown, plain=plain, for_programs=True
    )


def _total(name: str, row: Candidate) -> int:
    return row.totals[name]


def _used(name: str, row: Candidate) -> Fraction:
    return row.used[name]


def percent(share: Fraction) -> str:
    """A share in percent, rounded down if a limit is met, up if it is broken, so that 100.0 % is exact.

    >>> from fractions import Fraction
    >>> percent(Fraction(9999, 10000)), percent(Fraction(1)), percent(Fraction(10001, 10000))
    ('99.9 %', '100.0 %', '100.1 %')
    """
    tenths = math.floor(share * 1000) if share <= 1 else math.ceil(share * 1000)
    return f"{tenths / 10:,.1f} %"


def _own(found: Found) -> str:
    """The amounts of the unchanged network, and whether they fit."""
    needs = [
        plural(total, "byte of memory", "bytes of memory")
        if name == "memory"
        else plural(total, name.removesuffix("s"))
        for name, total in found.own.items()
    ]
    over = [limit.name for limit in found.limits if found.own[limit.name] > limit.most]
    return f"{', '.join(needs)}; {'it fits' if found.fits else f'over the limit: {listing(over)}'}"


def _notes(found: Found) -> list[str]:
    """The notes: nothing fits, or the values end before the limits; and notes of the search."""
    first = found.candidates[0]
    over = [_over(limit, first) for limit in found.limits if first.totals[limit.name] > limit.most]
    notes = []
    if over:
        notes.append(
            f"nothing fits; the nearest of {plural(found.tried, 'network')} is this: {listing(over)}"
        )
    if found.idle:
        verb = "makes" if len(found.idle) == 1 else "make"
        limited = " or ".join([limit.name for limit in found.limits])
        notes.append(
            f"{listing(found.idle)} {verb} no difference to {limited}; vary what does, or leave --vary out"
        )
    elif not over and not first.stops:
        ends = listing([f"{each.name} {shown(each.values[-1])}" for each in found.varied])
        notes.append(
            f"the limits are not reached: the largest values tried are {ends}; --vary gives others"
        )
    return [*notes, *found.notes]


def _over(limit: Limit, candidate: Candidate) -> str:
    """How much a limit is exceeded."""
    total = candidate.totals[limit.name]
    return f"{limit.name} {total:,} for at most {limit.text} ({total - limit.most:,} too many)"


def _footer(found: Found, count: int, command: str) -> list[str]:
    """The footer: how the search was done, what stays unchanged, and the command to type."""
    lines = [f"and {len(found.candidates) - count:,} more"] if count < len(found.candidates) else []
    if command and found.any_fits:
        lines.append(f"the first: {command} {found.candidates[0].options}")
    lines.append(
        f"tried {' and '.join(map(_range_text, found.varied))}; {plural(found.tried, 'network')} computed"
    )
    if found.left:
        lines.append(
            f"unchanged: {', '.join(found.left)}; --vary {found.left[0]} changes one of them"
        )
    return lines


def _legend(found: Found) -> list[str]:
    """The order of the networks, and the meaning of memory."""
    lines = []
    if len(found.varied) > 1 and len(found.candidates) > 1:
        lines.append(
            "the fullest first, and within 5 % the one with the most even change of parameters"
        )
    if "memory" in found.own:
        lines.append(
            f"memory = weights, and the most values in memory at once, in bytes (batch {found.batch}, {found.dtype})"
        )
    return lines


def _range_text(varied: Varied) -> str:
    """The tried values in short."""
    values = varied.values
    if len(values) == 1:
        return f"{varied.name} {shown(values[0])}"
    return f"{varied.name} {shown(values[0])} to {shown(values[-1])} ({len(values)} values)"


def _row_dict(row: Candidate) -> dict[str, Any]:
    """A network as JSON."""
    return {
        "parameters": {name: plain(value) for name, value in row.parameters.items()},
        "input": list(row.input) if row.input else None,
        "options": row.options,
        **row.totals,
        "used": {name: float(share) for name, share in row.used.items()},
        "stops": list(row.stops),
        "fits": row.fits,
    }
