"""`network_yaml`: the text of a network file that describes a network."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.errors import ConvcalcError, UsageError
from convcalc.layers import every
from convcalc.layers.aliases import library_words
from convcalc.layers.option_types import OPTION_TYPES, Choice
from convcalc.layers.options import Option, options_of
from convcalc.layers.rf import UnknownField
from convcalc.layers.window import Shape as ShapeOption
from convcalc.network.network import FIRST_INPUT, MAX_NAME, without_collector
from convcalc.network.outline.find import outline_of, plain_outline
from convcalc.network.outline.parts import Call, Outline, places_of
from convcalc.network.outline.sections import is_name
from convcalc.network.plan import ITEM_WORDS
from convcalc.network.schema_words import SCHEMA_LINE
from convcalc.network.yaml_writer import scalars
from convcalc.network.yaml_writer.check import check_same
from convcalc.network.yaml_writer.layers import WIDTH, Lines
from convcalc.network.yaml_writer.names import Names
from convcalc.network.yaml_writer.steps import in_steps
from convcalc.text import plural, printable, quoted

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape
    from convcalc.network.network import Network, Node


def network_yaml(network: Network, *, origin: str = "") -> str:
    """The text of a network file that describes a network.

    Reading it gives the same layers, with the same inputs, outputs and shared weights; concats that grow by
    one path each time read one another, as a note says.

    Args:
        network: any network.
        origin: where it comes from, for a comment: ``resnet50.onnx``.

    Raises:
        UsageError: it contains something that cannot be written in the language.
    """
    network = in_steps(_writable(network))
    with without_collector():
        try:
            return _checked(network, outline_of(network, _call_of, _taken()), origin)
        except ConvcalcError:  # such as a name with another meaning inside a block
            return _checked(network, plain_outline(network, _call_of), origin)


def _writable(network: Network) -> Network:
    """A network with writable names; a single input with a layer's name loses its name.

    Raises:
        UsageError: a layer, an input or an output has a name that cannot be written.
    """
    layers = [node.name for node in network.nodes]
    inputs = [*network.inputs]
    if len(inputs) == 1 and (inputs[0] in layers or not is_name(inputs[0])):
        inputs = []
        network = replace(network, input_name=FIRST_INPUT)
    for what, names in (("layer", layers), ("input", inputs), ("output", [*network.outputs])):
        for name in names:
            if not is_name(name) and (what, name) != ("input", FIRST_INPUT):
                message = (
                    f"the {what} {quoted(name)} cannot be written as YAML under its name; rename it "
                    f"to 1 to {MAX_NAME} visible characters, and not {FIRST_INPUT!r}"
                )
                raise UsageError(message)
    twice = next((name for name in inputs if name in {*layers}), None)
    if twice is not None:
        message = f"an input and a layer are called {quoted(twice)}, which YAML cannot express; rename one"
        raise UsageError(message)
    return network


def _taken() -> frozenset[str]:
    """Words that cannot be the name of a block."""
    return frozenset([*every(), *library_words(), *ITEM_WORDS, "network", "block"])


def _call_of(node: Node) -> Call:
    """A node as a kind with its options."""
    known = options_of(type(node.layer))
    own = node.layer.options()
    values = {name: own[option.field] for name, option in known.items()}
    return Call(
        node.layer.kind,
        {name: value for name, value in values.items() if value != known[name].default},
        {name: option.default for name, option in known.items() if not option.required},
        _fixed(type(node.layer), known),
    )


_FIXED: dict[type[Layer], frozenset[str]] = {}


def _fixed(cls: type[Layer], known: dict[str, Option]) -> frozenset[str]:
    """The options of a kind that cannot be parameters."""
    if cls not in _FIXED:
        _FIXED[cls] = frozenset([name for name, option in known.items() if not _can_be(option)])
    return _FIXED[cls]


def _can_be(option: Option) -> bool:
    """Whether the value of an option can be a parameter."""
    types = [OPTION_TYPES[each] for each in (float, bool, ShapeOption)]
    return option.type.takes_number or isinstance(option.type, Choice) or option.type in types


# ------------------------------------------------------------------------------- the text


def _checked(network: Network, outline: Outline, origin: str) -> str:
    """The text of an outline, after checking that it is read back as the same network.

    Raises:
        ConvcalcError: a name cannot be used where it is needed, or something would be read differently.
    """
    names = Names(outline, [*network.inputs])
    order = [*places_of(outline.parts)]
    lines = [*_lines(network, outline, names, origin)]
    lines[1 + bool(origin) : 1 + bool(origin)] = _renamed(network, names)
    text = "\n".join([*lines, ""])
    check_same(network, text, order)
    return text


def _renamed(network: Network, names: Names) -> Iterator[str]:
    """A comment on layers with other names in the file, because their blocks have theirs."""
    found = [
        (node.name, names.called[place][0])
        for place, node in enumerate(network.nodes)
        if node.name != names.called[place][0]
    ]
    if found:
        (old, new), count = found[0], f"{len(found):,} of {plural(len(network.nodes), 'layer')}"
        verb = "has another name" if len(found) == 1 else "have other names"
        yield from _comment(f"{count} {verb} here, as those of blocks do: {old} is {new}.")


def _lines(network: Network, outline: Outline, names: Names, origin: str) -> Iterator[str]:
    """The lines of a file."""
    yield SCHEMA_LINE
    if origin:
        yield from _comment(f"Written by convcalc import from {origin}.")
    for note in network.notes:
        yield from _comment(f"note: {note}")
    yield from _text("name", network.name)
    if network.source:
        yield from _text("source", network.source)
    yield from _inputs(network)
    lines = Lines(network, names)
    if outline.blocks:
        yield "blocks:"
        for block in outline.blocks:
            yield from lines.block(block)
    yield "layers:"
    yield from lines.listed(outline.parts, "", 2)
    if network.outputs:
        pairs = [
            f"{scalars.word(name)}: {scalars.word(names.called[place][-1])}"
            for name, place in network.outputs.items()
        ]
        yield f"outputs: {{{', '.join(pairs)}}}"
    yield from _expect(network)


def _comment(text: str) -> Iterator[str]:
    """A text as comment lines."""
    for line in textwrap.wrap(printable(text), WIDTH - 2):
        yield f"# {line}"


def _text(key: str, text: str, start: str = "") -> Iterator[str]:
    """A text under a key; a long text takes several lines, which are read as one."""
    first = f"{start}{key}: {scalars.line(text)}"
    words = text.split(" ")
    if len(first) <= WIDTH or not all(words) or not all(map(_is_plain, words)):
        yield first
        return
    yield f"{start}{key}: >-"
    for line in textwrap.wrap(
        text, WIDTH - len(start) - 2, break_long_words=False, break_on_hyphens=False
    ):
        yield f"{start}  {line}"


def _is_plain(word: str) -> bool:
    """Whether a word is read unchanged on a line of YAML."""
    return word.isprintable() and all(ord(character) < 0xFFFE for character in word)


def _inputs(network: Network) -> Iterator[str]:
    """The input, and the order of its axes."""
    shapes = {name: _shape(shape, network.order) for name, shape in network.inputs.items()}
    if [*shapes] == [FIRST_INPUT]:
        yield f"input: {shapes[FIRST_INPUT]}"
    else:
        pairs = [f"{scalars.word(name)}: {shape}" for name, shape in shapes.items()]
        yield f"input: {{{', '.join(pairs)}}}"
    if network.order:
        yield f"order: {network.order}"
    if network.axes:
        words = [scalars.word(word) for word in network.axes]
        yield f"axes: {words[0] if len(set(words)) == 1 else '[' + ', '.join(words) + ']'}"


def _shape(shape: Shape, order: str) -> str:
    """A shape, in its written order."""
    sides = (*shape[1:], shape[0]) if order == "hwc" else shape
    return f"[{', '.join(map(str, sides))}]"


def _expect(network: Network) -> Iterator[str]:
    """The numbers that the network has."""
    promised = _numbers(network)
    short = f"expect: {{{', '.join(f'{name}: {number}' for name, number in promised.items())}}}"
    are_plain = all(isinstance(number, int) for number in promised.values())
    if promised and are_plain and len(short) <= WIDTH:
        yield short
    elif promised:
        yield "expect:"
        for name, number in promised.items():
            if isinstance(number, str):
                yield from _text(name, number, "  ")
            else:
                yield f"  {name}: {number}"


def _numbers(network: Network) -> dict[str, int | str]:
    """The numbers to expect: those in the file, and the walk's for the others."""
    analysis = network.walk()
    found: dict[str, Any] = {}
    if not network.changed:
        found = {name: getattr(value, "text", value) for name, value in network.expect.items()}
    if not analysis.unavailable:
        totals = analysis.totals
        found |= {key: totals[key] for key in ("params", "macs") if key not in found}
        if totals["buffers"]:
            found.setdefault("buffers", totals["buffers"])
    if "rf_size" not in found and (size := _field_of(analysis)):
        found["rf_size"] = size
    order = ("params", "macs", "flops", "buffers", "layers", "memory", "rf_size", "rf_at", "source")
    return {key: found[key] for key in order if key in found}


def _field_of(analysis: Any) -> int:
    """The size of the receptive field of the output; 0 if unknown."""
    fields = [rf for walked in analysis.by_input.values() for rf in walked.rf.values()]
    if any(isinstance(rf, UnknownField) and not rf.whole for rf in fields):
        return 0
    axes = [axis for rf in fields for axis in (rf.local if isinstance(rf, UnknownField) else rf)]
    return max([axis.size for axis in axes], default=0)
