"""Shared by the views of networks: fields of the form, and the table of a walked network."""

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

MAX_LAYERS = 20_000  # limit on the page; the command line allows more
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
    """The values of the address that are not empty; from another view, only those that this one has."""
    given = {word: text for word, text in asked.given.items() if text.strip()}
    if asked.carried:
        return {word: text for word, text in given.items() if word in words}
    return given


def check_words(view: str, given: Given, words: tuple[str, ...]) -> None:
    """Refuse words that are unknown to a view.

    Raises:
        UsageError: there is one.
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
    """The fields that choose how a network is shown."""
    return [
        choice_field("picture", "picture", given.get("picture", ""), OF_NETWORKS),
        choice_field("rows", "rows of the table", given.get("rows", ""), _ROWS),
    ]


def change_fields(given: Given) -> list[Field]:
    """The fields that change the network: its input, its parameters."""
    return [
        text_field("input", "input shape", given.get("input", ""), "as in the file"),
        text_field("set", "parameters", given.get("set", ""), "such as classes=10"),
    ]


def changes(given: Given) -> dict[str, Any]:
    """The loading options in the form.

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
    """The words on a command line that change and show the network."""
    words = [word for text in given.get("input", "").split() for word in ("--input", text)]
    words += [word for pair in given.get("set", "").split() for word in ("--set", pair)]
    words += {"all": ["--all"], "blocks": ["--depth", "1"]}.get(given.get("rows", ""), [])
    return words


def found_in(network: Network, view: str, given: Given) -> Found:
    """The results of walking a network.

    Args:
        network: the network.
        view, given: the address, for links to a layer's explanation.
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
    """The link of a row: to the explanation of its layer, if it is one layer."""
    return lambda row: address(view, given | {"layer": row.name}) if row.name in names else ""


def is_code(text: str) -> bool:
    """Whether a text contains calls, like lines of PyTorch and Keras, with commas between them."""
    return re.search(r"[A-Z]\w*\(", text) is not None
