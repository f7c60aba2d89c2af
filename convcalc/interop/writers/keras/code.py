"""The statements of a network: plain lines, functions for blocks, loops for repeats."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.interop.writers.keras.layout import Statement, statement
from convcalc.interop.writers.keras.said import Arg, Piece, Said
from convcalc.interop.writers.python_text import comment, identifier, literal
from convcalc.network.outline.parts import (
    Block,
    Call,
    From,
    Join,
    Layer,
    Outline,
    Part,
    Repeat,
    Scaled,
    Section,
    Use,
    places_of,
)

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis

_TAKEN = frozenset(
    ("x", "name", "i", "keras", "layers", "ops", "math", "itertools", "model", "l", "O", "I", "map", "range",
     "sum", "zip", "super", "slice", "len", "enumerate", "isinstance", "int", "list", "float", "staticmethod")
)  # fmt: skip


class Words:
    """Words for the pieces: the kind, with a number if it is written in several ways."""

    def __init__(self) -> None:
        self._ways: dict[str, list[list[Any]]] = {}

    def word(self, kind: str, said: Said) -> str:
        """The word for a layer of a kind."""
        way = [(p.callee, p.form, p.ending, [arg.name for arg in p.args]) for p in said]
        ways = self._ways.setdefault(kind, [])
        if way not in ways:
            ways.append(way)
        number = ways.index(way) + 1
        return kind if number == 1 else f"{kind}_{number}"


def call_of(word: str, said: Said) -> Call:
    """The call of a layer in the outline of a network."""
    keyed = [(key, arg) for at, piece in enumerate(said) for key, arg in keys(at, piece)]
    given = {key: arg.value for key, arg in keyed if arg.value != arg.default}
    defaults = {key: arg.default for key, arg in keyed if arg.default is not ...}
    fixed = [key for key, arg in keyed if not isinstance(arg.value, int)]
    return Call(word, given, defaults, frozenset(fixed))


def keys(at: int, piece: Piece) -> list[tuple[str, Arg]]:
    """The arguments of a piece, each with a unique name within the layer."""
    is_main = piece.ending == ""
    return [(arg.name if is_main else f"{arg.name}_{at}", arg) for arg in piece.args]


class _Renamed(NamedTuple):
    """Layers whose names begin with a variable part.

    Attributes:
        start: the beginning of their names.
        text: the f-string text for it.
    """

    start: str
    text: str


class Code:
    """Writes the statements.

    Args:
        analysis: the walk of the network.
        said: each node in Keras.
        names: the name of each node in Keras.
        outline: the outline of the network.
    """

    def __init__(
        self, analysis: Analysis, said: Sequence[Said], names: Sequence[str], outline: Outline
    ) -> None:
        self.steps, self.said, self.names, self.outline = analysis.steps, said, names, outline
        self.blocks = {block.name: block for block in outline.blocks}
        self.functions: dict[str, str] = {}  # the name of each block in the code
        self.parameters: dict[str, dict[str, str]] = {}  # the names for each block in its function
        self.with_name: dict[str, bool] = {}
        self.owners = {step.owner.place - 1 for step in self.steps if step.owner}
        for block in outline.blocks:
            taken = {*_TAKEN, *self.functions.values()}
            self.functions[block.name] = identifier(block.name, taken)

    def block_lines(self) -> list[list[str]]:
        """The lines of each function."""
        return [self._function(block) for block in self.outline.blocks]

    def _function(self, block: Block) -> list[str]:
        """The lines of a block."""
        names: dict[str, str] = {}
        for parameter in block.parameters:
            taken = {*_TAKEN, *self.functions.values(), *names.values()}
            names[parameter] = identifier(parameter, taken)
        self.parameters[block.name] = names
        start = self.start_of(tuple(places_of(block.parts)))
        body = _Body(self, names, [_Renamed(start, "{name}")], 4)
        last = body.write(block.parts, "x", {})
        text = "\n".join(body.lines)
        has_name = re.search(r"\bname=name\b|\{name\}", text) is not None
        self.with_name[block.name] = has_name
        first = [names[each] for each in block.parameters if each not in block.defaults]
        others = [f"{names[each]}={literal(value)}" for each, value in block.defaults.items()]
        given = ", ".join(["x", *first, *["name"] * has_name, *others])
        return [f"def {self.functions[block.name]}({given}):", *body.lines, f"    return {last}"]

    def start_of(self, places: Sequence[int]) -> str:
        """The common beginning of the names of all layers of a block."""
        paths = [self.names[place].split(".") for place in places]
        start: list[str] = []
        for words in zip(*paths):
            if len(set(words)) > 1:
                break
            start.append(words[0])
        return ".".join(start)


def keeps_names(outline: Outline, names: Sequence[str], code: Code) -> bool:
    """Whether the names in all uses of a block differ only in their beginnings."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for use in _uses([*outline.parts, *[part for block in outline.blocks for part in block.parts]]):
        start = code.start_of(use.places)
        if not start:
            return False
        ends = tuple([names[place][len(start) :] for place in use.places])
        found.setdefault(use.block, set()).add(ends)
    return all(len(ends) == 1 for ends in found.values())


def _uses(parts: Sequence[Part]) -> list[Use]:
    """All uses of blocks in some parts."""
    found: list[Use] = []
    for part in parts:
        match part:
            case Use():
                found.append(part)
            case Section():
                found += _uses(part.parts)
            case Join():
                found += [use for path in part.paths for use in _uses(path)]
            case Repeat():
                found += [use for turn in part.turns for use in _uses(turn)]
            case _:
                pass
    return found


class _Body:
    """Writes the statements of a function, or of the whole network."""

    def __init__(
        self, code: Code, parameters: Mapping[str, str], renamed: list[_Renamed], indent: int
    ) -> None:
        self.code, self.parameters, self.renamed, self.indent = code, parameters, renamed, indent
        self.lines: list[str] = []
        self.kept: dict[int, str] = {}  # variables of values that are read again
        self.live: list[str] = []

    def write(self, parts: Sequence[Part], now: str, kept: Mapping[int, str]) -> str:
        """Write parts; returns the variable of their output."""
        self.kept |= kept
        for place in _read_again(parts):
            if place >= 0 and place not in self.kept:
                self.keep(place)
        return self.parts(parts, now, "x")

    def keep(self, place: int) -> None:
        """Give a node a separate variable."""
        name = self.code.names[place]
        for start, _ in self.renamed:
            name = name.removeprefix(f"{start}.")
        taken = {
            *_TAKEN,
            *self.kept.values(),
            *self.parameters.values(),
            *self.code.functions.values(),
        }
        self.kept[place] = identifier(name, {*taken, "y", "z", "w", "shortcut"})

    def parts(self, parts: Sequence[Part], now: str, target: str) -> str:
        """Write parts one after the other into a variable.

        Args:
            parts: what to write.
            now: the variable that the first part reads.
            target: the variable that they write.
        """
        for part in parts:
            match part:
                case Layer():
                    now = self.layer(part.call, part.place, [now], target)
                case Join():
                    now = self.join(part, now, target)
                case From():
                    now = self.kept[part.place]
                case Section():
                    if self.lines and self.indent == 0 and self.lines[-1]:
                        self.lines.append("")
                    self.lines.append(" " * self.indent + comment(part.name))
                    now = self.parts(part.parts, now, target)
                    if self.indent == 0 and self.lines[-1]:
                        self.lines.append("")
                case Use():
                    now = self.use(part, now, target)
                case Repeat():
                    now = self.repeat(part, now, target)
        return now

    # ----------------------------------------------------------------------------- statements

    def say(self, what: Statement) -> None:
        """Add a statement."""
        self.lines += statement(what, self.indent)

    def layer(self, call: Call, place: int, inputs: list[str], target: str) -> str:
        """Write the pieces of a layer."""
        target = self.kept.get(place, target)
        pieces = self.code.said[place]
        step = self.code.steps[place]
        for at, piece in enumerate(pieces):
            items = []
            for key, arg in keys(at, piece):
                value = call.arguments.get(key, arg.default)
                if isinstance(value, Scaled) or value != arg.default:
                    text = self.value(value)
                    items.append(text if arg.is_bare else f"{arg.name}={text}")
            if piece.ending is not None:
                items.append(f"name={self.name(self.code.names[place], piece.ending)}")
            if piece.ending == "" and (step.owner or place in self.code.owners):
                inputs = [self.shared(place, piece, items, inputs, target)]
                continue
            self.say(_applied(target, piece, items, inputs))
            inputs = [target]
        return target

    def shared(
        self, place: int, piece: Piece, items: list[str], inputs: list[str], target: str
    ) -> str:
        """Write a layer that is created once, here, or used again."""
        owner = self.code.steps[place].owner
        made = owner.place - 1 if owner else place
        name = identifier(f"{self.code.names[made]}_layer", {*self.kept.values(), *_TAKEN})
        if not owner:
            self.say(Statement(name, piece.callee, tuple(items)))
        given = f"{inputs[0]}, {inputs[0]}" if piece.form == "twice" else inputs[0]
        self.say(Statement(target, name, (given,)))
        return target

    def join(self, part: Join, now: str, target: str) -> str:
        """Write the paths of a join, each into a separate variable, and the join."""
        filled = [path for path in part.paths if path]
        inputs: list[str] = []
        before = len(self.live)
        self.live += [now, target]
        is_sum = self.code.said[part.place][-1].callee == "layers.Add"
        longest = max([len(list(places_of(path))) for path in filled], default=0)
        for number, path in enumerate(part.paths, 1):
            name = f"branch_{number}"
            if len(filled) == 1 or (len(filled) == 2 and len(list(places_of(path))) == longest):
                name = "y"
            elif len(filled) == 2:
                name = "shortcut" if is_sum else "z"
            name = self.free(name)
            inputs.append(self.parts(path, now, name) if path else now)
            self.live.append(inputs[-1])
        del self.live[before:]
        return self.layer(part.call, part.place, inputs, target)

    def free(self, name: str) -> str:
        """A variable whose value is no longer read."""
        return identifier(name, {*self.live, *self.kept.values(), *self.parameters.values()})

    def use(self, part: Use, now: str, target: str) -> str:
        """Write the call of a function."""
        target = self.kept.get(part.places[-1], target)
        block = self.code.blocks[part.block]
        items = [now]
        needed = [each for each in block.parameters if each not in block.defaults]
        items += [self.value(part.values[each]) for each in needed]
        if self.code.with_name[part.block]:
            items.append(f"name={self.name(self.code.start_of(part.places), '')}")
        for parameter in block.defaults:
            if parameter in part.values:
                word = self.code.parameters[part.block][parameter]
                items.append(f"{word}={self.value(part.values[parameter])}")
        self.say(Statement(target, self.code.functions[part.block], tuple(items)))
        return target

    def repeat(self, part: Repeat, now: str, target: str) -> str:
        """Write a loop if names count up; else each turn."""
        names = [[self.code.names[at] for at in places_of(turn)] for turn in part.turns]
        places = {at for turn in part.turns for at in places_of(turn)}
        counted = None if places & {*self.kept} else _counted(names)
        if not counted:
            for turn in part.turns:
                now = self.parts(turn, now, target)
            return now
        before, first = counted
        if now != target:
            self.lines.append(f"{' ' * self.indent}{target} = {now}")
        counter = identifier("i", {*self.parameters.values(), *self.kept.values()})
        span = f"{first}, {first + len(names)}" if first else f"{len(names)}"
        self.lines.append(f"{' ' * self.indent}for {counter} in range({span}):")
        text = self.inner(f"{before}.") if before else ""
        self.renamed.append(_Renamed(f"{before}.{first}".lstrip("."), f"{text}{{{counter}}}"))
        self.indent += 4
        now = self.parts(part.turns[0], target, target)
        self.indent -= 4
        self.renamed.pop()
        return now

    # ---------------------------------------------------------------------------- expressions

    def value(self, value: Any) -> str:
        """A value, or the parameter for it."""
        if not isinstance(value, Scaled):
            return literal(value) if value != float("-inf") else 'float("-inf")'
        text = self.parameters[value.parameter]
        text = text if value.times == 1 else f"{value.times} * {text}"
        return text if value.over == 1 else f"{text} // {value.over}"

    def name(self, name: str, ending: str) -> str:
        """The name of a layer as an expression."""
        text = self.inner(name + ending)
        found = re.fullmatch(r"\{(\w+)\}", text)
        if found and found[1] == "name":
            return "name"
        if self._start(name + ending):
            return f'f"{text}"'
        return literal(name + ending)

    def _start(self, name: str) -> _Renamed | None:
        for each in reversed(self.renamed):
            rest = name.removeprefix(each.start)
            if name.startswith(each.start) and (not rest or rest[0] in "._"):
                return each
        return None

    def inner(self, name: str) -> str:
        """A name inside an f-string."""
        start = self._start(name)
        rest = name[len(start.start) :] if start else name
        plain = literal(rest)[1:-1].replace("{", "{{").replace("}", "}}")
        return start.text + plain if start else plain


def _applied(target: str, piece: Piece, items: Sequence[str], inputs: Sequence[str]) -> Statement:
    """A piece applied to its inputs."""
    if piece.form == "text":
        text = piece.callee
        for at, each in enumerate(inputs):
            text = text.replace(f"{{{at}}}", each)
        return Statement(target, text)
    if piece.form == "function":
        return Statement(target, piece.callee, (inputs[0], *items))
    if piece.form == "twice":
        return Statement(target, piece.callee, tuple(items), (f"{inputs[0]}, {inputs[0]}",))
    given = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
    return Statement(target, piece.callee, tuple(items), (given,))


def _counted(names: Sequence[Sequence[str]]) -> tuple[str, int] | None:
    """If the names of the turns count up: the text before the number, and the first number."""
    words = names[0][0].split(".")
    for at, word in enumerate(words):
        if not word.isdecimal() or str(int(word)) != word:
            continue
        before, first = ".".join(words[:at]), int(word)
        starts = [f"{before}.{first + turn}".lstrip(".") for turn in range(len(names))]
        ends = {
            tuple(
                [name[len(start) :] if f"{name}.".startswith(f"{start}.") else "?" for name in turn]
            )
            for start, turn in zip(starts, names)
        }
        if len(ends) == 1 and "?" not in next(iter(ends)):
            return before, first
    return None


def _read_again(parts: Sequence[Part]) -> set[int]:
    """The places that parts read again."""
    found: set[int] = set()
    for part in parts:
        match part:
            case From():
                found.add(part.place)
            case Section():
                found |= _read_again(part.parts)
            case Join():
                found |= {place for path in part.paths for place in _read_again(path)}
            case Repeat():
                found |= {place for turn in part.turns for place in _read_again(turn)}
            case _:
                pass
    return found


def network_lines(
    code: Code, inputs: Mapping[int, str], outputs: Sequence[int]
) -> tuple[list[str], list[str]]:
    """The statements of the network, and the variables of its outputs.

    Args:
        code: the writer of the network.
        inputs: the variables of the input, by place.
        outputs: the places of the output.
    """
    body = _Body(code, {}, [], 0)
    body.kept |= inputs
    if len(outputs) > 1:
        for place in outputs:
            body.keep(place)
    last = body.write(code.outline.parts, inputs[-1], {})
    while body.lines and not body.lines[-1]:
        body.lines.pop()
    return body.lines, [body.kept.get(place, last) for place in outputs]
