"""The parts of an outline as lines of a network file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.errors import ConvcalcError
from convcalc.layers.options import options_of
from convcalc.network.outline.parts import (
    Block,
    From,
    Join,
    Layer,
    Part,
    Repeat,
    Scaled,
    Section,
    Use,
)
from convcalc.network.outline.paths import reads_of
from convcalc.network.yaml_writer import scalars
from convcalc.network.yaml_writer.names import Names, Turns

if TYPE_CHECKING:
    from convcalc.network.network import Network

WIDTH = 100
_FIRST = ("out_channels", "out_features", "kernel_size", "stride", "padding", "dilation", "groups")
_WIDE = 80  # columns of a repeat on one line
_WIDEST = 112  # columns of a section's blocks on one line
_IN_LINE = 2  # layers of a path on one line


class AmbiguousError(ConvcalcError):
    """A node cannot be named, because another node has that name there."""


class Lines:
    """Writes parts.

    Args:
        network: the network.
        names: the names of its nodes.
    """

    def __init__(self, network: Network, names: Names) -> None:
        self.network, self.names = network, names
        self.inputs = [*network.inputs]

    def block(self, block: Block) -> Iterator[str]:
        """A block, under ``blocks:``."""
        yield f"  {block.name}:"
        if block.defaults:
            pairs = [
                f"{word}: {scalars.value(block.defaults[word])}"
                if word in block.defaults
                else f"{word}: "
                for word in block.parameters
            ]
            yield from _wrapped("    parameters: {", pairs, "}", 6)
        elif block.parameters:
            yield from _wrapped("    parameters: [", list(block.parameters), "]", 6)
        yield "    layers:"
        yield from self.listed(block.parts, self.names.prefixes[block.name], 6)

    def listed(self, parts: Sequence[Part], prefix: str, indent: int) -> Iterator[str]:
        """A list of layers, each after a dash.

        Args:
            parts: the parts of the list.
            prefix: the beginning of the names in it.
            indent: columns before the dashes.
        """
        for part in parts:
            yield from self._item(part, prefix, indent)

    def _item(self, part: Part, prefix: str, indent: int) -> Iterator[str]:
        room = WIDTH - indent - 2
        short = self._short(part, prefix)
        match part:
            case Repeat():
                yield from self._repeat(part, prefix, indent)
            case _ if short and (len(short) <= room or isinstance(part, From)):
                yield f"{' ' * indent}- {short}"
            case Layer() | Use():
                word, pairs = self._called(part, prefix)
                items = [f"{name}: {text}" for name, text in pairs]
                yield from _wrapped(f"{' ' * indent}- {word}: {{", items, "}", indent + 6)
            case Join():
                yield from self._join(part, prefix, indent)
            case Section():
                yield f"{' ' * indent}- name: {self._given(part.name)}"
                yield from self._inside(part, prefix, indent + 2)

    def _inside(self, part: Section, prefix: str, indent: int) -> Iterator[str]:
        """The layers of a section; on one line if they are two blocks or a repeat of one."""
        prefix = f"{prefix}{part.name}."
        are_blocks = all(isinstance(each, Use | Repeat) for each in part.parts)
        short = self._short_list(part.parts, prefix) if are_blocks else ""
        if short and len(part.parts) <= _IN_LINE and len(short) <= _WIDEST - indent - 8:
            yield f"{' ' * indent}layers: {short}"
        else:
            yield f"{' ' * indent}layers:"
            yield from self.listed(part.parts, prefix, indent + 2)

    def _join(self, part: Join, prefix: str, indent: int) -> Iterator[str]:
        """A join with its paths."""
        word, pairs = self._called(part, prefix)
        yield f"{' ' * indent}- {word}:"
        inner = indent + 4
        if pairs:
            yield from (f"{' ' * inner}{name}: {text}" for name, text in pairs)
            yield f"{' ' * inner}paths:"
            inner += 2
        for path in part.paths:
            yield from self._path(path, prefix, inner)

    def _path(self, path: Sequence[Part], prefix: str, indent: int) -> Iterator[str]:
        """One path of a join."""
        short = self._short_list(path, prefix)
        if short and len(path) <= _IN_LINE and len(short) <= WIDTH - indent - 2:
            yield f"{' ' * indent}- {short}"
            return
        lines = [*self.listed(path, prefix, indent + 2)]
        yield f"{' ' * indent}- {lines[0].lstrip()}"
        yield from lines[1:]

    def _repeat(self, part: Repeat, prefix: str, indent: int) -> Iterator[str]:
        turns = self.names.turns.get(id(part))
        if turns is None and id(part) in self.names.turns:
            for turn in part.turns:
                yield from self.listed(turn, prefix, indent)
            return
        first = part.turns[0]
        start = " " * indent
        short = self._short_list(first, prefix)
        times = f"{{repeat: {_times(part, turns)}, layers: {short}}}"
        if short and not turns and len(times) <= _WIDE - indent:
            yield f"{start}- {times}"
            return
        yield f"{start}- repeat: {_times(part, turns)}"
        if turns:
            yield f"{start}  name: {_turn_name(turns)}"
        if turns and isinstance(first[0], Use):
            first = (first[0]._replace(name=""),)
        short = self._short_list(first, prefix)
        if short and len(short) <= WIDTH - indent - 10:
            yield f"{start}  layers: {short}"
        else:
            yield f"{start}  layers:"
            yield from self.listed(first, prefix, indent + 4)

    # ------------------------------------------------------------------ on one line

    def _short(self, part: Part, prefix: str) -> str:
        """A part on one line; empty if it needs several."""
        match part:
            case From():
                return f"from: {self._target(part.place, prefix)}"
            case Layer() | Use():
                word, pairs = self._called(part, prefix)
                inside = ", ".join([f"{name}: {text}" for name, text in pairs])
                return f"{word}: {{{inside}}}" if pairs else word
            case Join():
                return self._short_join(part, prefix)
            case Repeat() if id(part) not in self.names.turns:
                inside = self._short_list(part.turns[0], prefix)
                return f"repeat: {_times(part, None)}, layers: {inside}" if inside else ""
        return ""

    def _short_join(self, part: Join, prefix: str) -> str:
        """A join on one line, if its paths are short."""
        if sum(map(len, part.paths)) > 2:
            return ""
        paths = [self._short_list(path, prefix) for path in part.paths]
        if not all(paths):
            return ""
        word, pairs = self._called(part, prefix)
        listed = f"[{', '.join(paths)}]"
        inside = [f"{name}: {text}" for name, text in (*pairs, ("paths", listed))]
        return f"{word}: {{{', '.join(inside)}}}" if pairs else f"{word}: {listed}"

    def _short_list(self, parts: Sequence[Part], prefix: str) -> str:
        """Parts in brackets; empty if one of them needs several lines."""
        found = [self._short(part, prefix) for part in parts]
        if not all(found):
            return ""
        items = [text if ": " not in text else f"{{{text}}}" for text in found]
        return f"[{', '.join(items)}]"

    def _called(self, part: Layer | Join | Use, prefix: str) -> tuple[str, list[tuple[str, str]]]:
        """The word of a part, and the content under it."""
        pairs: list[tuple[str, str]] = []
        if id(part) in self.names.given:
            pairs.append(("name", self._given(part.name)))
        if isinstance(part, Use):
            given = [(name, scalars.value(value)) for name, value in part.values.items()]
            return part.block, pairs + given
        pairs += self._options(part, prefix)
        owner = self.network.shared.get(part.place)
        if owner is not None:
            pairs.append(("weights", scalars.word(self._name_of(owner, prefix, own=True))))
        return part.call.word, pairs

    def _options(self, part: Layer | Join, prefix: str) -> Iterator[tuple[str, str]]:
        """The options of a layer."""
        node = self.network.nodes[part.place]
        known = options_of(type(node.layer))
        named = dict(zip(_references(node.layer), reads_of(node).named))
        for name in sorted(part.call.arguments, key=_order):
            value = part.call.arguments[name]
            if name in named:
                yield name, self._target(named[name], prefix)
            elif isinstance(value, Scaled):
                yield name, scalars.scaled(value)
            else:
                yield name, known[name].type.yaml(value)

    # ------------------------------------------------------------------ names

    def _given(self, name: str) -> str:
        return scalars.word(scalars.literal(name))

    def _target(self, place: int, prefix: str) -> str:
        """A node's name for ``from``."""
        return scalars.word(scalars.literal(self._name_of(place, prefix)))

    def _name_of(self, place: int, prefix: str, *, own: bool = False) -> str:
        """The name of a node, seen from inside a list of layers.

        Args:
            place: the place of the node.
            prefix: the beginning of names in the list.
            own: whether it must be the node's own name, not the name of a block that it ends.

        Raises:
            AmbiguousError: another node has that name there.
        """
        if place < 0:
            names = [self.inputs[-1 - place]]
        else:
            names = self.names.called[place][: 1 if own else None]
        for name in reversed(names):
            if prefix and name.startswith(prefix):
                return name[len(prefix) :]
            if prefix + name not in self.names.taken or not prefix:
                return name
        message = f"{names[0]} cannot be named from inside {prefix}"
        raise AmbiguousError(message)


def _references(layer: Any) -> list[str]:
    """The options of a layer that name others."""
    options: Mapping[str, Any] = layer.options() if layer.references else {}
    return [name for name in layer.references if options[name]]


def _order(name: str) -> int:
    """Channels and kernel first, because people write them first."""
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _times(part: Repeat, turns: Turns | None) -> str:
    """The value of ``repeat:``."""
    if not turns or not turns.numbers:
        return str(len(part.turns))
    if [*turns.numbers] == [*range(len(turns.numbers))]:
        return f"{{i: {len(turns.numbers)}}}"
    return f"{{i: [{', '.join(map(str, turns.numbers))}]}}"


def _turn_name(turns: Turns) -> str:
    """The name of a repeat; with numbers, it is a template."""
    if not turns.numbers:
        return scalars.word(scalars.literal(turns.name))
    before, _, after = turns.name.partition("\0")
    name = "${i}" if after[:1].isalnum() or after[:1] == "_" else "$i"
    text = f"{scalars.literal(before)}{name}{scalars.literal(after)}"
    return text if text == "$i" else scalars.quoted(text)


def _wrapped(start: str, items: Sequence[str], end: str, indent: int) -> Iterator[str]:
    """Items in brackets; on several lines if they are long."""
    line = start
    for at, item in enumerate(items):
        text = item + (", " if at < len(items) - 1 else end)
        if len(line) + len(text) > WIDTH and line.strip():
            yield line.rstrip()
            line = " " * indent
        line += text
    yield line
