"""Similar sections become uses of one block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.network.outline.flat_names import FlatNames
from convcalc.network.outline.keys import Keys, parts_in
from convcalc.network.outline.parts import (
    Block,
    Call,
    Join,
    Layer,
    Outline,
    Part,
    Scaled,
    Section,
    Use,
    places_of,
)
from convcalc.network.outline.repeats import with_repeats
from convcalc.network.outline.values import Parameters, Slot
from convcalc.network.outline.words import block_name
from convcalc.network.outline.worth import Worth

if TYPE_CHECKING:
    from convcalc.network.network import Network

MAX_PARAMETERS = 12  # of a block; with more, it explains little


class Blocks:
    """Finds the blocks of a network.

    Args:
        network: the network.
        parts: all its parts, in sections.
        taken: names that no block can have.
        named: whether the sections have names; otherwise layers in blocks lose their names.
    """

    def __init__(
        self,
        network: Network,
        parts: Sequence[Part],
        taken: frozenset[str],
        *,
        named: bool = True,
    ) -> None:
        self.parts, self.taken, self.named = parts, set(taken), named
        self.keys = Keys(network, parts, named=named)
        self.flat_names = FlatNames([node.name for node in network.nodes])
        self.blocks: list[Block] = []
        self._uses: dict[int, Use] = {}  # by the section that each replaces

    def run(self) -> Outline:
        """The outline."""
        for section in self._candidates():
            self._make(section)
        defaults = {block.name: block.defaults for block in self.blocks}
        blocks = [replace(block, parts=_final(block.parts, defaults)) for block in self.blocks]
        return Outline(tuple(blocks), _final(tuple(self._written(self.parts)), defaults))

    def _candidates(self) -> list[list[Section]]:
        """The similar sections that are worth a block; inner ones first."""
        worth = Worth(self.keys, self.parts).run()
        found: dict[int, list[Section]] = {}
        for section in _sections(self.parts):
            number = self.keys.of.get(id(section))
            if number in worth:
                found.setdefault(number, []).append(section)
        return [*found.values()]

    def _make(self, sections: list[Section]) -> None:
        """Make a block from similar sections."""
        contents = [tuple(self._written(section.parts, inside=True)) for section in sections]
        names = [section.name for section in sections]
        if not self.named:
            names, contents = self.flat_names.given(contents)
        arguments = _Arguments({block.name: block.defaults for block in self.blocks})
        slots = [*zip(*[arguments.of(content) for content in contents])]
        varying = {
            at: Slot(one.part, one.word, one.name, tuple([each.value for each in (one, *others)]))
            for at, (one, *others) in enumerate(slots)
            if not all(_same(one.value, other.value) for other in others)
        }
        parameters = Parameters([*varying.values()])
        if len(parameters.values) > MAX_PARAMETERS:
            return
        meant = dict(zip(varying, parameters.meant))
        body = arguments.filled(contents[0], iter([meant.get(at) for at in range(len(slots))]))
        defaults = {}
        for word, values in parameters.values.items():
            own = [slots[at][0].default for at, each in meant.items() if each == Scaled(word)]
            if (default := _default(values, own)) is not _NONE:
                defaults[word] = default
        order = sorted(parameters.values, key=lambda word: (word in defaults, word != "width"))
        name = block_name(names, body, self.taken)
        self.taken.add(name)
        self.blocks.append(Block(name, tuple(order), body, defaults))
        for turn, (section, called) in enumerate(zip(sections, names)):
            given = {word: parameters.values[word][turn] for word in order}
            self._uses[id(section)] = Use(name, given, called, tuple(places_of(section.parts)))

    def _written(self, parts: Sequence[Part], *, inside: bool = False) -> Iterator[Part]:
        """Parts with uses instead of sections; other sections inside blocks and joins are dissolved.

        Args:
            parts: the parts.
            inside: whether they are in a block or a join.
        """
        for part in parts:
            if isinstance(part, Join):
                paths = [tuple(self._written(path, inside=True)) for path in part.paths]
                yield part._replace(paths=tuple(paths))
            elif isinstance(part, Section):
                use = self._uses.get(id(part))
                if use is not None:
                    yield use
                elif not part.name:
                    yield from self._written(part.parts, inside=inside)
                elif inside or _is_called_as_its_join(part):
                    yield from _renamed(self._written(part.parts, inside=True), f"{part.name}.")
                else:
                    yield _joined(Section(part.name, tuple(self._written(part.parts))))
            else:
                yield part


def _sections(parts: Sequence[Part]) -> Iterator[Section]:
    """All sections, inner ones before outer ones."""
    for part in parts:
        yield from _sections([*parts_in(part)])
        if isinstance(part, Section):
            yield part


def _final(parts: Sequence[Part], defaults: Mapping[str, Mapping[str, Any]]) -> tuple[Part, ...]:
    """Parts in their final form: with repeats, and without default values."""
    return with_repeats([_final_part(part, defaults) for part in parts])


def _final_part(part: Part, defaults: Mapping[str, Mapping[str, Any]]) -> Part:
    match part:
        case Join():
            return part._replace(paths=tuple([_final(path, defaults) for path in part.paths]))
        case Section():
            return part._replace(parts=_final(part.parts, defaults))
        case Use():
            own = defaults[part.block]
            values = {
                name: value
                for name, value in part.values.items()
                if name not in own or not _same(own[name], value)
            }
            return part._replace(values=values)
    return part


def _is_called_as_its_join(section: Section) -> bool:
    """Whether a section ends with a join of the same name; the join keeps it if there is no block."""
    last = section.parts[-1]
    return isinstance(last, Join) and not last.name


def _joined(section: Section) -> Part:
    """A section; if it only contains a use, that use."""
    only = section.parts[0] if len(section.parts) == 1 else None
    return only._replace(name=f"{section.name}.{only.name}") if isinstance(only, Use) else section


def _renamed(parts: Iterator[Part], prefix: str) -> Iterator[Part]:
    """Parts with a prefix before their names."""
    for part in parts:
        match part:
            case Layer() | Use():
                yield part._replace(name=prefix + part.name)
            case Join():
                paths = tuple([tuple(_renamed(iter(path), prefix)) for path in part.paths])
                name = prefix + part.name if part.name else prefix.rstrip(".")
                yield part._replace(name=name, paths=paths)
            case _:
                yield part


# --------------------------------------------------------------------------------- arguments

_NONE = object()


class _Argument(NamedTuple):
    """An argument somewhere in a block."""

    part: str
    word: str
    name: str
    value: Any
    default: Any


class _Arguments:
    """Goes through the arguments in some parts, in the same order for similar parts.

    Args:
        defaults: of the parameters of blocks that can be used.
    """

    def __init__(self, defaults: Mapping[str, Mapping[str, Any]]) -> None:
        self.defaults = defaults

    def of(self, parts: Sequence[Part]) -> Iterator[_Argument]:
        """All arguments in some parts."""
        for part in parts:
            match part:
                case Layer():
                    yield from self._of_call(part.name, part.call)
                case Join():
                    for path in part.paths:
                        yield from self.of(path)
                    yield from self._of_call(part.name, part.call)
                case Use():
                    defaults = self.defaults[part.block]
                    for name, value in part.values.items():
                        yield _Argument(
                            part.name, part.block, name, value, defaults.get(name, _NONE)
                        )

    def _of_call(self, part: str, call: Call) -> Iterator[_Argument]:
        values = {**call.defaults, **call.arguments}
        for name in sorted(values):
            yield _Argument(part, call.word, name, values[name], call.defaults.get(name, _NONE))

    def filled(self, parts: Sequence[Part], meant: Iterator[Scaled | None]) -> tuple[Part, ...]:
        """Parts with parameters instead of some arguments.

        Args:
            parts: the parts of a block's first use.
            meant: for each of their arguments, the parameter or None.
        """
        return tuple([self._filled(part, meant) for part in parts])

    def _filled(self, part: Part, meant: Iterator[Scaled | None]) -> Part:
        match part:
            case Layer():
                return part._replace(call=_with(part.call, meant))
            case Join():
                paths = tuple([self.filled(path, meant) for path in part.paths])
                return part._replace(paths=paths, call=_with(part.call, meant))
            case Use():
                values = {
                    name: value if (scaled := next(meant)) is None else scaled
                    for name, value in part.values.items()
                }
                return part._replace(values=values)
        return part


def _with(call: Call, meant: Iterator[Scaled | None]) -> Call:
    """A call with parameters instead of some arguments."""
    values = dict(call.arguments)
    for name in sorted({**call.defaults, **call.arguments}):
        scaled = next(meant)
        if scaled is not None:
            values[name] = scaled
    return call._replace(arguments=values)


def _default(values: tuple[Any, ...], defaults: Sequence[Any]) -> Any:
    """The default of a parameter; `_NONE` if each use should give it.

    Args:
        values: its value in each use.
        defaults: of the arguments that it replaces.
    """
    for default in defaults:
        if any(_same(value, default) for value in values):
            return default
    common, count = Counter([(type(value), value) for value in values]).most_common(1)[0]
    if defaults == [_NONE] and count >= max(3, 0.6 * len(values)) and _is_small(common[1]):
        return common[1]
    return _NONE


def _is_small(value: Any) -> bool:
    """Whether a value is small like a kernel; a number of channels should be written in each use."""
    return type(value) is int and value < 8


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)
