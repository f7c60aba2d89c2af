"""Keras code: a functional model with the layers' names, blocks as functions, and loops for repeats."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from convcalc.interop.writers.base import Writer, Written, check_all_said, writer
from convcalc.interop.writers.keras import convs, pointwise, pools, shapes
from convcalc.interop.writers.keras.code import Code, Words, call_of, keeps_names, network_lines
from convcalc.interop.writers.keras.helpers import helper
from convcalc.interop.writers.keras.layout import LIMIT, Statement, statement
from convcalc.interop.writers.keras.said import SAYS, Said, UnsaidError, moved
from convcalc.interop.writers.python_text import identifier, literal
from convcalc.network.outline.find import outline_of, plain_outline
from convcalc.network.outline.parts import Call, Outline
from convcalc.text import grouped, one_line, plural, times, wrap

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.network.network import Node

FAMILIES = (convs, pools, pointwise, shapes)  # they register the functions for the kinds


@writer("keras")
class Keras(Writer):
    """A functional model of Keras 3, as a person would write it."""

    about = "Keras"
    suffixes = (".py",)

    @staticmethod
    def write(analysis: Analysis) -> Written:
        said = _said(analysis)
        names, notes = _names(analysis, said)
        code = _code(analysis, said, names)
        functions = code.block_lines()
        body = list(_network(analysis, code))
        used = dict.fromkeys([piece.callee for each in said for piece in each])
        texts = [helper(name).rstrip("\n").split("\n") for name in used if helper(name)]
        below = "".join(f"\n\n{_joined(lines)}" for lines in [*texts, *functions])
        gap = "\n\n" if below else "\n"
        text = below + gap + _joined(body)
        notes = (*notes, *_order_notes(analysis, said))
        top = [*_header(analysis, notes), "", *_imports(text)]
        return Written((_joined(top) + text).encode(), notes)


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _said(analysis: Analysis) -> list[Said]:
    """Each layer in Keras.

    Raises:
        UsageError: Keras does not have some layers.
    """
    found: list[Said] = []
    reasons: dict[str, str] = {}
    for step in analysis.steps:
        said: Said = ()
        try:
            said = SAYS[step.kind](step)
        except UnsaidError as error:
            reasons[step.name] = f"{step.kind}: {error}"
        owner = step.owner
        first = found[owner.place - 1] if owner else ()
        if owner and said and first and (said[-1] != first[-1] or said[-1].form == "function"):
            reasons[step.name] = (
                f"{step.kind}: it shares its weights with {owner.name}, but is another layer in "
                "Keras; give both the same options"
            )
        found.append(said)
    check_all_said(analysis, Keras.about, reasons)
    return found


def _names(analysis: Analysis, said: Sequence[Said]) -> tuple[list[str], tuple[str, ...]]:
    """The name of each layer in Keras, and a note on changed names."""
    taken = {image.name.replace("/", "_") for image in analysis.images}
    names: list[str] = []
    changed: list[str] = []
    for step, pieces in zip(analysis.steps, said):
        name = plain = step.name.replace("/", "_")
        endings = {piece.ending or "" for piece in pieces}
        number = 1
        while taken & {name + ending for ending in endings}:
            number += 1
            name = f"{plain}_{number}"
        taken |= {name + ending for ending in endings}
        names.append(name)
        if name != step.name:
            changed.append(f"{one_line(step.name)} is {one_line(name)}")
    if not changed:
        return names, ()
    more = f" and {len(changed) - 3:,} more" if len(changed) > 3 else ""
    what = plural(len(changed), "name") + (" is" if len(changed) == 1 else " are")
    note = f"{what} changed, because Keras allows no / and each name once: "
    return names, (note + ", ".join(changed[:3]) + more,)


def _code(analysis: Analysis, said: Sequence[Said], names: Sequence[str]) -> Code:
    """The code with blocks and loops if they keep all names; else plain lines."""
    network = analysis.network
    nodes = [
        node._replace(layer=copy.copy(node.layer), name=name)
        for node, name in zip(network.nodes, names)
    ]
    places = {id(node.layer): place for place, node in enumerate(nodes)}
    flat = replace(network, nodes=nodes)

    words = Words()

    def describe(node: Node) -> Call:
        pieces = said[places[id(node.layer)]]
        return call_of(words.word(node.layer.kind, pieces), pieces)

    if not any(step.owner for step in analysis.steps):
        found = outline_of(flat, describe)
        code = Code(analysis, said, names, found)
        if keeps_names(found, names, code):
            return code
    plain: Outline = plain_outline(flat, describe)
    return Code(analysis, said, names, plain)


def _network(analysis: Analysis, code: Code) -> Iterator[str]:
    """The lines of the network itself."""
    taken: set[str] = {"x", "model", "keras", "layers", "ops", *code.functions.values()}
    inputs: dict[int, str] = {}
    for number, image in enumerate(analysis.images, 1):
        name = "inputs" if len(analysis.images) == 1 else identifier(image.name, taken)
        taken.add(name)
        inputs[-number] = name
        items = literal(moved(image.output)), f"name={literal(image.name.replace('/', '_'))}"
        yield from statement(Statement(name, "keras.Input", items), 0)
    outputs = [step.place - 1 for step in analysis.outputs]
    lines, results = network_lines(code, inputs, outputs)
    yield from lines
    given = [_several(list(inputs.values())), _several(results)]
    name = re.sub(r"/", "_", one_line(analysis.network.name)) or "model"
    yield ""
    yield from statement(Statement("model", "keras.Model", (*given, f"name={literal(name)}")), 0)


def _several(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


_LAID = frozenset(("layers.Flatten", "layers.Reshape"))


def _order_notes(analysis: Analysis, said: Sequence[Said]) -> tuple[str, ...]:
    """The notes on the order of the values."""
    laid = [pieces[-1].callee in _LAID for pieces in said]
    if any(is_laid and len(step.input) > 1 for step, is_laid in zip(analysis.steps, laid)):
        return (
            "The channels are last in Keras, so flatten puts the values in another order than with "
            "channels first; sizes and numbers of parameters are the same.",
        )
    return ()


def _header(analysis: Analysis, notes: Sequence[str]) -> Iterator[str]:
    """The comment at the top."""
    network, totals = analysis.network, analysis.totals
    lines = [network.name]
    if network.source:
        lines.append(f"Source: {network.source}")
    for image in analysis.images:
        name = "" if len(analysis.images) == 1 else f" {image.name}"
        size = times(moved(image.output)).replace("×", " x ")
        lines.append(f"Input{name}: {size}, channels last, without the batch")
    params, buffers = grouped(totals["params"]), grouped(totals["buffers"])
    kept = f" and {buffers} that are not trained" if totals["buffers"] else ""
    lines.append(f"Parameters: {params}{kept}; multiply-adds: {grouped(totals['macs'])}")
    for line in (*lines, *notes):
        for part in wrap(one_line(line), LIMIT - 2):
            yield f"# {part}"


def _imports(code: str) -> Iterator[str]:
    """The imports that code needs."""
    plain = [name for name in ("itertools", "math") if f"{name}." in code]
    yield from [f"import {name}" for name in plain]
    if plain:
        yield ""
    yield "import keras"
    used = [name for name in ("layers", "ops") if re.search(rf"(?<![\w.]){name}\.", code)]
    if used:
        yield f"from keras import {', '.join(used)}"
