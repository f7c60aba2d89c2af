"""The lines of a ``forward``: expressions for values read once, variables for the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from convcalc.interop.writers.python_layout import LIMIT, laid_out
from convcalc.interop.writers.python_text import identifier
from convcalc.interop.writers.pytorch.said import ATOM, Said

_INDENT = 8
_MOST_CALLS = 5  # most nested calls
_BRANCHES = 3  # how many paths of a join are needed to name them branches
TAKEN = frozenset(
    ("self", "torch", "nn", "F", "math", "l", "O", "I", "len", "float", "super", "zip")
)
_TIGHT = re.compile(r"\{(\d+)\}(?=[.\[])")
_FIELD = re.compile(r"\{(self|\d+)\}")


class Names:
    """Names that are all different.

    Args:
        taken: names that must not be used; every given name is added.
        joint: the text before a number that makes a name unique.

    >>> names = Names({"x", "x_2"})
    >>> names.free("x"), names.free("y")
    ('x_3', 'y')
    """

    def __init__(self, taken: Iterable[str], joint: str = "_") -> None:
        self.taken, self.joint = {*taken}, joint
        self._numbers: dict[str, int] = {}

    def free(self, name: str) -> str:
        """A free name like this one."""
        word = free = identifier(name)
        while free in self.taken:
            self._numbers[word] = self._numbers.get(word, 1) + 1
            free = f"{word}{self.joint}{self._numbers[word]}"
        return free


@dataclass(eq=False)
class Part:
    """A layer or a block in a forward.

    Attributes:
        names: possible names of the output values.
        first: the place of its first layer.
        reads, gives: the places of its inputs and outputs.
        said: its code.
        access: the module, such as ``self.conv1``; empty for a function.
        is_heavy: whether it begins a separate line.
        sides: how many sides a value without a batch has; 0 for all others.
        unnamed: the places of outputs without a name in the file.
    """

    names: tuple[str, ...]
    first: int
    reads: tuple[int, ...]
    gives: tuple[int, ...]
    said: Said
    access: str = ""
    is_heavy: bool = False
    sides: int = 0
    unnamed: tuple[int, ...] = ()


@dataclass
class _Value:
    """An expression that is not in a variable yet, or the variable.

    Attributes:
        text: the Python text.
        hold: its precedence.
        is_heavy: whether it has a part that begins a line.
        calls: how many calls are nested in it.
        uses: the variables in it.
        sides: how many sides a value without a batch has; 0 for all others.
    """

    text: str
    hold: int = ATOM
    is_heavy: bool = False
    calls: int = 0
    uses: tuple[str, ...] = ()
    sides: int = 0


class Forward:
    """Writes a forward.

    Args:
        parts: in the order in which they run.
        inputs: the places of the input, each with its name.
        outputs: the places of the output.
        names: the names of the outputs, if there are several.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        inputs: dict[int, str],
        outputs: Sequence[int],
        names: dict[int, str],
    ) -> None:
        self.parts, self.outputs, self.names = parts, outputs, names
        self.lines: list[str] = []
        self._numbers: dict[str, int] = {}  # the last number of each taken name
        self._branches: dict[int, str] = {}  # the known names of paths of joins
        self.called = {p: n for part in parts for p, n in zip(part.gives, part.names)} | names
        self.batch = next(iter(inputs.values()))
        self.unnamed = {place for part in parts for place in part.unnamed} - {*names}
        self.values = {place: _Value(name, uses=(name,)) for place, name in inputs.items()}
        self.readers: dict[int, list[Part]] = {}
        for part in parts:
            for place in part.reads:
                self.readers.setdefault(place, []).append(part)
        self.left = {place: len(readers) for place, readers in self.readers.items()}
        for place in outputs:
            self.left[place] = self.left.get(place, 0) + 1
        self.alive: dict[str, int] = {}  # how many values in use each variable has
        for place, name in inputs.items():
            if self.left.get(place):
                self.alive[name] = self.alive.get(name, 0) + 1

    def write(self) -> list[str]:
        """The lines, without indentation."""
        for part in self.parts:
            self._part(part)
        if len(self.outputs) == 1:
            self._say("return ", self._batched(self.values[self.outputs[0]]))
            return self.lines
        for place in self.outputs:
            self._keep(place)
        self._say("return ", ", ".join([self.values[place].text for place in self.outputs]))
        return self.lines

    def _part(self, part: Part) -> None:
        """Write a part, and keep outputs that are read more than once in variables."""
        for place in part.reads:
            value = self.values[place]
            if (part.is_heavy and value.is_heavy) or value.calls >= _MOST_CALLS:
                self._keep(place)
        value = self._value(part)
        while len(value.text) > LIMIT - _INDENT - len("return "):
            inner = [p for p in part.reads if self._is_long(self.values[p])]
            if not inner:
                break
            self._keep(max(inner, key=lambda place: len(self.values[place].text)))
            value = self._value(part)
        for place in part.reads:
            self._read(place)
        if len(part.gives) == 1:
            (place,) = part.gives
            self.values[place] = value
            for name in value.uses:  # they stay until the value is in a variable
                self.alive[name] = self.alive.get(name, 0) + 1
            if not value.sides and (self.left.get(place, 0) > 1 or self._is_branch(place, value)):
                self._keep(place)
            return
        names: list[str] = []
        for place in part.gives:
            is_free = place in self.unnamed and not self.alive.get("x")
            names.append("x" if is_free else self._free(self.called[place]))
            self.values[place] = _Value(names[-1], uses=(names[-1],))
            self.alive[names[-1]] = self.alive.get(names[-1], 0) + 1
        self._say(f"{', '.join(names)} = ", value.text)

    def _say(self, before: str, text: str) -> None:
        """Add a statement."""
        lines = laid_out(text, _INDENT, before)
        self.lines += [line[_INDENT:] for line in lines]

    def _is_long(self, value: _Value) -> bool:
        """Whether a variable would be shorter."""
        return not value.text.isidentifier() and not value.sides

    def _read(self, place: int) -> None:
        """Record that a value was read."""
        self.left[place] -= 1
        if not self.left[place]:
            for name in self.values[place].uses:
                self.alive[name] -= 1

    def _value(self, part: Part) -> _Value:
        """The expression of a part."""
        said = part.said
        inputs = [self.values[place] for place in part.reads]
        texts = [self._operand(said, each) for each in inputs]
        if said.infix:
            tight = [
                f"({text})" if each.hold < said.hold + bool(at) else text
                for at, (each, text) in enumerate(zip(inputs, texts))
            ]
            text = f" {said.infix} ".join(tight)
        else:
            tight_ones = {int(found[1]) for found in _TIGHT.finditer(said.form)}
            if said.hold != ATOM:
                tight_ones = set(range(len(texts)))
            held = [
                f"({text})" if at in tight_ones and each.hold != ATOM else text
                for at, (each, text) in enumerate(zip(inputs, texts))
            ]
            text = _FIELD.sub(
                lambda found: part.access if found[1] == "self" else held[int(found[1])], said.form
            )
        uses = tuple(dict.fromkeys([name for each in inputs for name in each.uses]))
        if any(each.sides and not said.broadcasts for each in inputs):
            uses = tuple(dict.fromkeys([*uses, self.batch]))
        heavy = part.is_heavy or any(each.is_heavy for each in inputs)
        calls = max([each.calls for each in inputs], default=0) + 1
        return _Value(text, said.hold, heavy, calls, uses, part.sides)

    def _operand(self, said: Said, value: _Value) -> str:
        """An input, repeated for every sample if it has no batch."""
        return value.text if said.broadcasts else self._batched(value)

    def _batched(self, value: _Value) -> str:
        """A value with a batch."""
        if not value.sides:
            return value.text
        return f"{value.text}.expand(len({self.batch}), {', '.join(['-1'] * value.sides)})"

    def _keep(self, place: int) -> None:
        """Put a value in a variable."""
        value = self.values[place]
        if value.text.isidentifier():
            return
        for name in value.uses:
            self.alive[name] -= 1
        name = self._name(place)
        self._say(f"{name} = ", self._batched(value))
        self.values[place] = _Value(name, uses=(name,))
        self.alive[name] = self.alive.get(name, 0) + 1

    def _is_branch(self, place: int, value: _Value) -> bool:
        """Whether a value is a whole path of a join of many."""
        readers = self.readers.get(place, ())
        return value.is_heavy and len(readers) == 1 and len(readers[0].reads) >= _BRANCHES

    def _name(self, place: int) -> str:
        """The variable for a value: x or y if it is short-lived, a separate name if it stays."""
        branch = self._branch(place)
        if branch:
            return self._free(branch)
        if place in self.unnamed or (self.left.get(place, 0) <= 1 and place not in self.names):
            for name in ("x", "y"):
                if not self.alive.get(name):
                    return name
        return self._free(self.called[place])

    def _branch(self, place: int) -> str:
        """The name of a path of a join with many; empty if a value is on no such path."""
        passed = []
        while place not in self._branches:
            passed.append(place)
            readers = self.readers.get(place, ())
            part = readers[0] if len(readers) == 1 else None
            if part and len(part.reads) >= _BRANCHES:
                self._branches[place] = f"branch{part.reads.index(place) + 1}"
            elif part and len(part.reads) == len(part.gives) == 1:
                (place,) = part.gives
            else:
                self._branches[place] = ""
        self._branches.update(dict.fromkeys(passed, self._branches[place]))
        return self._branches[place]

    def _free(self, name: str) -> str:
        """A name that is not in use now."""
        word = free = identifier(name)
        while free in TAKEN or self.alive.get(free):
            self._numbers[word] = self._numbers.get(word, 1) + 1
            free = f"{word}_{self._numbers[word]}"
        return free
