"""The pages of the layer kinds, from their docstrings, options and examples."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convcalc.layers import every, make
from convcalc.layers.operations import OPERATIONS, RULES, counts_text
from convcalc.layers.options import options_of, yaml_item
from convcalc.report import Column, Report
from convcalc.text import plural, times

if TYPE_CHECKING:
    from convcalc.layers import Layer
    from convcalc.layers.options import Option


_FULL = 92  # columns of a line of a docstring, with the next word that did not fit
_BEGINS = re.compile(r"[a-z_]+(?:, [a-z_]+)*(?:: | = )")  # an option, or an equation
_LEAST = 20  # least columns of a text in a narrow terminal


def _first_line(cls: type[Layer]) -> str:
    """What a kind does, in a sentence."""
    return (inspect.getdoc(cls) or "").split("\n", 1)[0].replace("`", "")


def kinds_report() -> Report:
    """All kinds, each with its description and its options."""
    rows = [
        {"kind": name, "about": _first_line(cls), "options": [*options_of(cls)]}
        for name, cls in every().items()
    ]
    return Report(
        title="",
        columns=[
            Column.of_mapping("kind", "kind", str, right=False, keep=9, whole=True),
            Column.of_mapping(
                "about", "what it does", str, right=False, keep=8, least=_LEAST + 24, wraps=True
            ),
            Column.of_mapping(
                "options", "options", ", ".join, right=False, keep=1, least=_LEAST, wraps=True
            ),
        ],
        rows=rows,
        key="kinds",
        row_dict=dict,
        hint="convcalc kinds KIND shows formula, options, example and common mistake",
    )


def operations_report() -> Report:
    """The counted elementary operations: the name and definition of each, and general rules."""
    return Report(
        title="",
        columns=[
            Column.of_mapping("operation", "operation", str, right=False, keep=9),
            Column.of_mapping(
                "about", "what is counted", str, right=False, keep=8, least=_LEAST, wraps=True
            ),
        ],
        rows=[{"operation": name, "about": about} for name, about in OPERATIONS.items()],
        key="operations",
        row_dict=dict,
        facts={"rules": list(RULES)},
        footer=list(RULES),
        hint="convcalc kinds KIND shows how a kind is evaluated, convcalc verify counts them one by one",
    )


def kind_report(cls: type[Layer]) -> Report:
    """The page of one kind: formula, options, example, source, common mistake."""
    options = options_of(cls)
    lines = _whole_lines((inspect.getdoc(cls) or "").replace("`", "").split("\n"))
    if options:
        lines += ["", "Options and defaults:"]
        lines += [f"    {name:<20} {_default_text(option)}" for name, option in options.items()]
    lines += ["", "Example:", *(f"    {line}" for line in _example(cls))]
    if names := cls.names()[1:]:
        lines += ["", f"Also called: {', '.join(names)}"]
    defaults: dict[str, Any] = {
        name: None if option.required else option.default for name, option in options.items()
    }
    facts = {
        "kind": cls.kind,
        "page": inspect.getdoc(cls),
        "options": defaults,
        "also_called": list(cls.names()[1:]),
    }
    return Report(title=cls.kind, columns=[], rows=[], key="", lines=lines, facts=facts)


def _whole_lines(lines: Sequence[str]) -> list[str]:
    """The lines of a page; a line that continues the line before is joined to it, at any width.

    >>> _whole_lines(["Options:", "    a: one", "        and more.", "    b: two."])
    ['Options:', '    a: one and more.', '    b: two.']
    """
    found: list[str] = []
    before = ""
    for line in lines:
        text = line.lstrip()
        is_deeper = len(line) - len(text) > len(before) - len(before.lstrip())
        is_full = len(before) + len(text.partition(" ")[0]) >= _FULL and not _BEGINS.match(text)
        if text and before and not before.endswith(":") and (is_deeper or is_full):
            found[-1] += f" {text}"
        else:
            found.append(line)
        before = line
    return found


def _default_text(option: Option) -> str:
    """The default of an option, for people."""
    if option.required:
        return "must be given"
    if option.default is None:
        return "as the kernel" if option.name == "stride" else "none"
    return option.type.yaml(option.default)


def _example(cls: type[Layer]) -> list[str]:
    """The kind's own example, as YAML and with the output."""
    options, shape = cls.example
    layer = make(cls, options)
    shapes = (shape, shape) if cls.merges else (shape,)
    layer.check(*shapes)
    out = layer.out_shape(*shapes)
    known = layer.is_costed
    costs = (
        "cost unavailable"
        if not known
        else f"{plural(layer.params(shape, out), 'param')}, {plural(layer.macs(shape, out), 'mac')}"
    )
    counts = counts_text(layer.all_counts(shapes, out))
    item = yaml_item(cls, options)
    if cls.merges:  # its paths come before its options, or alone
        given = item.partition("{")[2]
        item = f"{cls.kind}: " + (f"{{paths: [[…], […]], {given}" if given else "[[…], […]]")
    return [
        f"- {item}",
        f"{' and '.join(map(times, shapes))} → {times(out)}, {costs}{', ' * bool(counts)}{counts}",
    ]
