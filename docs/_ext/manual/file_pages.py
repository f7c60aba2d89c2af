"""The keys of network files and of sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from convcalc.homework.sheets.keys import GRADING_KEYS, HINT_KEYS, QUESTION_KEYS, SHEET_KEYS
from convcalc.homework.sheets.schema import schema as sheet_schema
from convcalc.network.blocks import BLOCK_KEYS
from convcalc.network.expression import FUNCTIONS
from convcalc.network.graph_plan import NETWORK_KEYS
from convcalc.network.load import EXPECT_KEYS, TOP_KEYS
from convcalc.network.plan import ITEM_WORDS
from convcalc.network.schema import schema as network_schema
from manual.schemas import said
from manual.writing import page, prose, section, thing

_TOP = {
    "name": "The name of the network. Without it, the name of the file.",
    "source": "The origin of the network.",
    "notes": "Sentences that are printed under the table.",
    "input": "The input shape, channels first: `[3, 224, 224]` or `3x224x224`. Or several inputs with names: `{image: 3x64x64, depth: 1x64x64}`.",
    "order": "`hwc` if the channels of `input` are last.",
    "axes": "The names of the axes, if they are not height and width: `axes: [length]`.",
    "parameters": "Values for `$name`. `--set name=value` changes them.",
    "blocks": "Groups of layers with a name, to use as a layer.",
    "layers": "The layers, in order.",
    "outputs": "The output layers, or their names: `{classes: fc}`. Without it, the layers that no other layer reads.",
    "expect": "Numbers that you know, and limits.",
    "extends": "Another file, or a bundled network, whose `parameters` this one changes.",
}
_EXPECT = {
    "params": "Trained numbers.",
    "macs": "Multiply-adds of one sample.",
    "flops": "2 · macs.",
    "buffers": "Stored numbers that are not trained.",
    "layers": "The number of layers.",
    "memory": "Bytes for one sample in float32: parameters, buffers, and the most values in memory at one time.",
    "rf_size": "The receptive field of the output, or of the layer that `rf_at` names.",
    "rf_at": "The layer that `rf_size` is about.",
    "source": "The origin of the numbers.",
}
_ITEM = {
    "repeat": "The number of copies of `layers`; or values, with one copy for each: `repeat: {width: [64, 128]}`. `repeat: {i: 3}` counts i from 0.",
    "when": "A condition; the layers exist only if it is true.",
    "from": "Continue from another layer or input.",
    "layers": "The layers of a section, of a repeat, or under a condition.",
    "name": "The name of a layer, section or repeat. The names of the layers in a section begin with it.",
    "weights": "A layer, block or section; this one uses its weights.",
    "paths": "The paths of a join that also has options.",
}
_BLOCK = {
    "parameters": "The names of the block's values: a list, or a mapping with defaults. A default can use `$in`, the number of input channels.",
    "layers": "The layers of the block.",
}
_NETWORK = {
    "file": "A file, a bundled network, or a file of another tool.",
    "name": "The names of its layers begin with this name.",
    "until": "The layer or block after which it stops.",
    "parameters": "Parameters of the other file.",
    "inputs": "What each further input reads: `{depth: NAME}`.",
    "weights": "Another copy; this one uses its weights.",
}
_LIMITS = (
    'A number must be exact; a limit stands in quotation marks: `"<= 5M"`, with `<=`, `>=`, `<` or `>`, and `k`, `M`, `G` or `T`.'
    " See [checking networks](../checking.md)."
)


def pages() -> Iterator[tuple[str, str]]:
    """A page for each type of file."""
    yield "reference/network-file.md", _network()
    yield "reference/sheet-file.md", _sheet()


def _network() -> str:
    """The keys of network files."""
    whole = network_schema()
    defs = whole["$defs"]
    top = whole["properties"]
    expect = top["expect"]["properties"]
    block = top["blocks"]["additionalProperties"]["properties"]
    inside = _inside(defs["layer"])
    functions = (thing("network-key", f"{name}()", _FUNCTIONS[name]) for name in FUNCTIONS)
    assert set(ITEM_WORDS) <= set(_ITEM), "a word among the layers is not described"
    return page(
        "Keys of network files",
        "A network file is YAML. [The language of network files](../yaml.md) has an example of everything; layers are "
        "described under [layer kinds](kinds/index.md). `convcalc schema` prints a JSON Schema for editors.",
        section("The file", _keys("network-key", TOP_KEYS, _TOP, top, defs)),
        section(
            "expect", _LIMITS, _keys("network-key", EXPECT_KEYS, _EXPECT, expect, defs, "expect.")
        ),
        section("A block", _keys("network-key", BLOCK_KEYS, _BLOCK, block, defs, "blocks.NAME.")),
        section(
            "Among the layers",
            "These keys can be used together with the kinds of layers and the blocks of the file:",
            _keys("network-key", _ITEM, _ITEM, {}, defs, "layers: "),
        ),
        section("network", _keys("network-key", NETWORK_KEYS, _NETWORK, inside, defs, "network.")),
        section("Functions of calculations", *functions),
    )


def _inside(schema: Any) -> dict[str, Any]:
    """The keys of a network inside another one's layers."""
    if isinstance(schema, dict):
        network = schema.get("properties", {}).get("network", {})
        found = [
            each["properties"] for each in _all_of(network) if "file" in each.get("properties", {})
        ]
        return next(iter(found), {}) or _inside(list(schema.values()))
    return next(filter(None, map(_inside, schema)), {}) if isinstance(schema, list) else {}


def _all_of(schema: Any) -> Iterator[dict[str, Any]]:
    """A JSON Schema, and those inside it."""
    if isinstance(schema, dict):
        yield schema
    if isinstance(schema, dict | list):
        for each in schema.values() if isinstance(schema, dict) else schema:
            yield from _all_of(each)


_FUNCTIONS = {
    "min": "The smallest of several numbers.",
    "max": "The largest of several numbers.",
    "floor": "Rounded down.",
    "ceil": "Rounded up.",
    "round_to": "`round_to(x, 8)`: the nearest multiple, but never more than 10 % below x.",
}


def _sheet() -> str:
    """The keys of sheets."""
    defs = sheet_schema()["$defs"]
    return page(
        "Keys of sheets",
        "A sheet of questions is a YAML file, such as [this one](../homework/teachers.md#a-sheet). The words of `given:` are on the page of "
        "each [question type](questions/index.md). `convcalc schema --sheet` prints a JSON Schema for editors.",
        section(
            "The sheet",
            _keys("sheet-key", SHEET_KEYS, {}, SHEET_KEYS, defs),
        ),
        section(
            "A question",
            _keys("sheet-key", QUESTION_KEYS, {}, QUESTION_KEYS, defs, "questions."),
        ),
        section("hints", _keys("sheet-key", HINT_KEYS, {}, HINT_KEYS, defs, "hints.")),
        section("grading", _keys("sheet-key", GRADING_KEYS, {}, GRADING_KEYS, defs, "grading.")),
    )


def _keys(
    sort: str,
    names: Any,
    about: Mapping[str, str],
    schemas: Mapping[str, Any],
    defs: Mapping[str, Any],
    before: str = "",
) -> str:
    """Some keys, each with its meaning and its allowed values.

    Args:
        sort: the type of the objects.
        names: the names of the keys.
        about: their meanings, if the schema does not have them.
        schemas: the schemas of their values.
        defs: the definitions to which these refer.
        before: the keys above them.
    """
    found = []
    for name in names:
        schema = schemas.get(name, {})
        told = about.get(name) or schema["description"]
        value = said(schema, defs)
        found.append(
            thing(sort, f"{before}{name}", f"{prose(told)}{f' Value: {value}.' if value else ''}")
        )
    return "\n".join(found)
