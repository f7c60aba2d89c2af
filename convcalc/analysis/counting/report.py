"""The reports of ``convcalc count``: all ways side by side, or one way layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.analysis.counting.count import Count, amount_of, counted, rules_of, steps_of, terms_of
from convcalc.analysis.counting.features import FEATURES
from convcalc.analysis.counting.ways import WAYS, Terms
from convcalc.analysis.rows import not_counted
from convcalc.network.axes import turned_lines
from convcalc.report import Column, Report
from convcalc.text import amount_text, grouped, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convcalc.analysis.analysis import Analysis

_BILLION = 10**9


def ways_report(analysis: Analysis, *, bugs: bool = False) -> Report:
    """A network counted in every way, a row each.

    Args:
        analysis: the walked network.
        bugs: whether to imitate known bugs of the tools.
    """
    rows = [counted(analysis, name, bugs=bugs) for name in WAYS]
    return Report(
        title=analysis.network.name,
        subtitle=analysis.network.source,
        columns=_ways_columns(),
        rows=rows,
        key="ways",
        notes=_notes(analysis, bugs=bugs),
        footer=[
            *_lacking_lines(rows),
        ],
        legend=[
            "operations as the tool calls them; a flop can be a multiply-add, or half of one",
            f"batch {analysis.batch}; memory in bytes; the tool prints MB or MiB",
        ],
        facts=_facts(analysis, bugs=bugs),
        row_dict=_way_dict,
        hint="--like thop shows one of them layer by layer, and what it leaves out",
    )


def _ways_columns() -> list[Column]:
    """The columns of all ways."""
    return [
        Column("name", "as", lambda row: row.name, right=False, keep=9, whole=True),
        Column("called", "calls", lambda row: row.way.called or "–", right=False, keep=5),
        Column("operations", "operations", lambda row: row.operations, text=_number, keep=8),
        Column("params", "params", lambda row: row.params, text=grouped, keep=7),
        Column("activations", "activations", lambda row: row.activations, text=_number, keep=4),
        Column("memory", "memory", lambda row: row.memory, text=_number, keep=3),
    ]


def _number(value: int | None) -> str:
    """A number, if the tool has one."""
    return "–" if value is None else grouped(value)


def _lacking_lines(rows: Sequence[Count]) -> list[str]:
    """A line for each way without rules for some layers."""
    found = [f"{row.name} ({', '.join(row.lacking)})" for row in rows if row.lacking]
    return (
        [f"at least this much where a tool has no rule for a kind: {', '.join(found)}"]
        if found
        else []
    )


def _way_dict(row: Count) -> dict[str, Any]:
    """A way as JSON."""
    return {
        "name": row.name,
        "about": row.way.about,
        "called": row.way.called,
        "operations": row.operations,
        "params": row.params,
        "params_are": row.way.params,
        "activations": row.activations,
        "memory": row.memory,
        "lacks": row.lacking,
        "leaves_out": row.way.leaves_out,
        "source": row.way.source,
    }


def _facts(analysis: Analysis, *, bugs: bool) -> dict[str, Any]:
    """What is counted, for programs."""
    missing = {"unavailable": analysis.unavailable} if analysis.unavailable else {}
    return {
        "network": analysis.network.name,
        "input": list(analysis.network.input),
        "batch": analysis.batch,
        "with_bugs": bugs,
        **missing,
    }


def _notes(analysis: Analysis, *, bugs: bool) -> list[str]:
    """What the numbers do not contain."""
    missing = not_counted(analysis)
    notes = [f"at least this much: {missing}"] if missing else []
    if bugs:
        notes.append("known bugs of the tools are imitated")
    return [*notes, *turned_lines(analysis.network)]


def way_report(analysis: Analysis, name: str, *, bugs: bool = False) -> Report:
    """A network counted in one way, layer by layer.

    Args:
        analysis: the walked network.
        name: a key of `convcalc.analysis.counting.ways.WAYS`.
        bugs: whether to imitate known bugs of the tool.
    """
    way, found, rules = (
        WAYS[name],
        counted(analysis, name, bugs=bugs),
        rules_of(WAYS[name], bugs=bugs),
    )
    steps = [step for step in steps_of(analysis, way) if amount_of(step, rules)]
    used = {feature for step in steps for feature in terms_of(step, rules)}
    memory = way.memory
    lines = [
        f"{way.about}: {way.leaves_out}",
        *([f"known bug: {way.bug}{'' if bugs else ' (not imitated; --with-bugs does)'}"] if way.bug else []),
        f"params ({way.params}): {found.params:,}",
        *([f"activations (outputs of {', '.join(way.activations)}): {found.activations:,}"] if way.activations else []),
        *[
            f"at least this much: {plural(number, 'layer')} of {kind} not counted ({way.lacks[kind]})"
            for kind, number in found.lacking.items()
        ],
        *([f"{memory.called}: {(found.memory or 0) / memory.unit:,.2f} {'MiB' if memory.unit == 2**20 else 'MB'}"] if memory else []),
    ]  # fmt: skip
    meanings = [f"{feature} = {FEATURES[feature][1]}" for feature in FEATURES if feature in used]
    called = way.called or "operations"
    return Report(
        title=f"{analysis.network.name}, counted as by {name}",
        subtitle=analysis.network.source,
        columns=[
            Column("layer", "layer", lambda step: step.name, right=False, keep=9),
            Column("kind", "kind", lambda step: step.kind, right=False, keep=6),
            Column("terms", "counts", lambda step: terms_text(terms_of(step, rules)), right=False, keep=4, least=22, wraps=True),
            Column("operations", called, lambda step: amount_of(step, rules), text=amount_text, keep=8),
            Column("billions", "10⁹", lambda step: amount_of(step, rules) / _BILLION, text="{:.3f}".format, keep=3),
        ],
        rows=steps,
        totals={"operations": found.operations, "layers": len(steps)} if steps else {},
        notes=_notes(analysis, bugs=bugs),
        footer=lines,
        legend=[*meanings, f"source: {way.source}"],
        facts={**_facts(analysis, bugs=bugs), **_way_dict(found)},
        hint="" if steps else f"{plural(len(analysis.steps), 'layer')}; --like all compares the others",
    )  # fmt: skip


def terms_text(terms: Terms) -> str:
    """The terms as a sum."""
    return " + ".join(
        f"{'' if times == 1 else f'{times}·'}{name}" for name, times in terms.items()
    ).replace("+ -1·", "− ")
