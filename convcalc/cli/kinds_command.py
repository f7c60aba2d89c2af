"""``convcalc kinds``: the layer kinds and their manual pages."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_options, show

if TYPE_CHECKING:
    from convcalc.layers import Layer

EXAMPLES = """
    convcalc kinds
    convcalc kinds conv
    convcalc kinds maxpool
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("kind", default="")
@output_options
def command(kind: str, format_name: str | None, output: str | None) -> None:
    """The layer kinds, or the page of one KIND: formula, options, example, source, common mistake."""
    from convcalc.cli.output import column
    from convcalc.layers import every
    from convcalc.report import Report

    if kind:
        show(page_report(kind), format_name, output)
        return
    rows = [
        {"kind": name, "about": first_line(cls), "options": [f.name for f in fields(cls)]}
        for name, cls in every().items()
    ]
    columns = [
        column("kind", "kind", str, right=False, keep=9),
        column("about", "what it does", str, right=False, keep=8),
        column("options", "options", ", ".join, right=False, keep=1),
    ]
    show(
        Report(
            title="",
            columns=columns,
            rows=rows,
            key="kinds",
            row_dict=dict,
            hint="convcalc kinds KIND shows formula, options, example and common mistake",
        ),
        format_name,
        output,
    )


def first_line(cls: type[Layer]) -> str:
    """What a kind does, in a sentence."""
    return (inspect.getdoc(cls) or "").split("\n", 1)[0].replace("`", "")


def page_report(word: str) -> Any:
    """The page of one kind, as a report."""
    from convcalc.layers import get_kind
    from convcalc.report import Report

    cls = get_kind(word)
    return Report(
        title=cls.kind,
        columns=[],
        rows=[],
        key="",
        lines=page(cls),
        facts={
            "kind": cls.kind,
            "page": inspect.getdoc(cls),
            "options": {name: default for name, default, _ in options_of(cls)},
            "also_called": list(cls.names()[1:]),
        },
    )


def options_of(cls: type[Layer]) -> list[tuple[str, Any, str]]:
    """Each option with its default (None where it must be given) and how to say so."""
    found = []
    for field in fields(cls):
        needed = field.default is MISSING
        default = None if needed else field.default
        found.append((field.name, default, "must be given" if needed else f"{default}".lower()))
    return found


def page(cls: type[Layer]) -> list[str]:
    """The manual page: the docstring, the options, and an example that is walked here and now."""
    lines = [line.replace("`", "") for line in (inspect.getdoc(cls) or "").split("\n")]
    options = options_of(cls)
    if options:
        lines += ["", "Options and defaults:"]
        lines += [
            f"    {name:<20} {'as the kernel' if name == 'stride' and default is None and shown != 'must be given' else shown}"
            for name, default, shown in options
        ]
    lines += ["", "Example:", *(f"    {line}" for line in example(cls))]
    if cls.aliases:
        lines += ["", f"Also called: {', '.join(cls.names()[1:])}"]
    return lines


def example(cls: type[Layer]) -> list[str]:
    """The kind's own example, as YAML and with what comes out."""
    from convcalc.report import grouped, times

    options, shape = cls.example
    layer = cls(**options)
    shapes = (shape, shape) if cls.merges else (shape,)
    layer.check(*shapes)
    out = layer.out_shape(*shapes)
    costs = f"{grouped(layer.params(shape, out))} params, {grouped(layer.macs(shape, out))} macs"
    inner = ", ".join(
        f"{name}: {list(v) if isinstance(v, tuple) else v}" for name, v in options.items()
    )
    text = f"{cls.kind}: {{{inner}}}" if inner else cls.kind
    if len(shapes) > 1:
        text = f"{cls.kind}: [[…], […]]"
    return [
        f"- {text}",
        f"{' and '.join(map(times, shapes))} → {times(out)}, {costs}",
    ]
