"""What the views of networks share: the form's fields, and the table of a walked network."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from convcalc.analysis.explain import explain_report
from convcalc.analysis.table import network_report
from convcalc.analysis.walk import walk
from convcalc.errors import UsageError, did_you_mean
from convcalc.explore.address import address
from convcalc.explore.parts import (
    Asked,
    Field,
    Found,
    Given,
    Part,
    choice_field,
    lines_part,
    rows_part,
    table_part,
    text_field,
    working_part,
)
from convcalc.explore.pictures import OF_NETWORKS, network_pictures
from convcalc.layers.values import shape_of
from convcalc.network.parameters import Setting
from convcalc.text import grouped, quoted, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step
    from convcalc.layers import Shape
    from convcalc.network.network import Network

MAX_LAYERS = 20_000  # that the page follows; the command line follows more
_ROWS = {"": "repeats once", "all": "every layer", "blocks": "blocks"}
_TOTALS = {
    "layers": "layers",
    "params": "parameters",
    "macs": "multiply-adds",
    "flops": "flops",
    "activations": "activations",
    "unavailable": "not counted",
}


def given_of(asked: Asked, words: tuple[str, ...]) -> Given:
    """The values of the address that are not empty; of another view only those that this one has."""
    given = {word: text for word, text in asked.given.items() if text.strip()}
    if asked.carried:
        return {word: text for word, text in given.items() if word in words}
    return given


def check_words(view: str, given: Given, words: tuple[str, ...]) -> None:
    """Refuse what a view does not know.

    Raises:
        UsageError: as said.
    """
    for word in given:
        if word not in words:
            message = f"{view} has no {quoted(word)}; it has {', '.join(words)}"
            raise UsageError(message)
    for word, known in (("picture", OF_NETWORKS), ("rows", _ROWS)):
        if given.get(word, "") not in known:
            message = (
                f"{word}: no {quoted(given[word])}{did_you_mean(given[word], filter(None, known))}"
            )
            raise UsageError(message)


def view_fields(given: Given) -> list[Field]:
    """How a network is shown."""
    return [
        choice_field("picture", "picture", given.get("picture", ""), OF_NETWORKS),
        choice_field("rows", "rows of the table", given.get("rows", ""), _ROWS),
    ]


def change_fields(given: Given) -> list[Field]:
    """What changes a network: its input, its parameters."""
    return [
        text_field("input", "input shape", given.get("input", ""), "as in the file"),
        text_field("set", "parameters", given.get("set", ""), "such as classes=10"),
    ]


def changes(given: Given) -> dict[str, Any]:
    """The options of loading that the form gives.

    Raises:
        UsageError: one of them is wrong.
    """
    settings: dict[str, Any] = {}
    for pair in given.get("set", "").split():
        name, equals, value = pair.partition("=")
        if not equals:
            message = f"parameters: {pair} has no value; write name=value"
            raise UsageError(message)
        settings[name] = Setting(value, f"parameter {name}")
    shapes = _inputs(given.get("input", ""))
    return {
        "parameters": settings,
        "max_layers": MAX_LAYERS,
        **({"input": shapes} if shapes else {}),
    }


def _inputs(text: str) -> Shape | dict[str, Shape] | None:
    """A shape, or shapes by name: ``3x64x64``, ``image=3x64x64 mask=1x64x64``."""
    words = text.split()
    if not words:
        return None
    pairs = [word.rpartition("=") for word in words]
    found = {name: shape_of(shape, "input shape") for name, _, shape in pairs}
    return found.get("", found)


def command_words(given: Given) -> list[str]:
    """What changes and shows a network on a command line."""
    words = [word for text in given.get("input", "").split() for word in ("--input", text)]
    words += [word for pair in given.get("set", "").split() for word in ("--set", pair)]
    words += {"all": ["--all"], "blocks": ["--depth", "1"]}.get(given.get("rows", ""), [])
    return words


def found_in(network: Network, view: str, given: Given) -> Found:
    """What a walk through a network finds.

    Args:
        network: the network.
        view, given: the address, for links to the working of a layer.
    """
    rows = given.get("rows", "")
    analysis = walk(network)
    report = network_report(analysis, depth=1 if rows == "blocks" else None, every=rows == "all")
    if report.fold:
        report.rows = report.fold()
    parts: list[Part] = []
    if given.get("layer") and given["layer"] not in analysis:
        parts.append(lines_part([f"It has no layer {quoted(given['layer'])}."], "note"))
    elif given.get("layer"):
        one = explain_report(analysis, given["layer"])
        parts.append(working_part(f"Working of {given['layer']}", one.lines) | {"open": True})
        if one.all_notes:
            parts.append(lines_part(one.all_notes, "note"))
    if report.subtitle:
        parts.append(lines_part([report.subtitle], "small"))
    parts.append(rows_part("Totals", _totals(report.totals)))
    parts += network_pictures(analysis, given.get("picture", ""))
    if report.all_notes:
        parts.append(lines_part(report.all_notes, "note"))
    parts.append(
        table_part(report, report.title or "layers", _asks(set(analysis.names), view, given))
    )
    parts.append(lines_part(report.all_lines, "small"))
    last = analysis.steps[-1]
    came = times(network.input)
    return Found(
        f"{network.name}: {came} → {times(last.output)}", parts, network_report(analysis).to_dict
    )


def _totals(totals: dict[str, Any]) -> list[tuple[str, str]]:
    """The sums of a network."""
    return [(label, grouped(totals[key])) for key, label in _TOTALS.items() if key in totals]


def _asks(names: set[str], view: str, given: Given) -> Callable[[Step], str]:
    """What a row of the table leads to: the working of its layer, where it stands for one."""
    return lambda row: address(view, given | {"layer": row.name}) if row.name in names else ""


def is_code(text: str) -> bool:
    """Whether a text holds calls, as lines of PyTorch and Keras do, between which commas stand."""
    return re.search(r"[A-Z]\w*\(", text) is not None
