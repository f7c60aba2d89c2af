"""The numbers that differ in blocks of equal structure: parameters of their class, and derived numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from convcalc.interop.writers.python_text import identifier, literal
from convcalc.interop.writers.pytorch.said import NEEDED, Arg, Code

_SIZES = frozenset(
    (
        "channels",
        "features",
        "width",
        "groups",
        "shape",
        "parameters",
        "dim",
        "heads",
        "before",
        "after",
    )
)
_WINDOWS = frozenset(("size", "padding", "dilation", "stride"))
_NAMES = {
    "num_features": "channels",
    "num_channels": "channels",
    "num_parameters": "channels",
    "normalized_shape": "channels",
    "p": "dropout",
}
_DERIVED = {"out_channels": "width", "channels": "width", "in_channels": "hidden_channels"}
_RELATED = 12  # most parameters from which others are derived
_OFTEN = 3  # how many uses of an expression give it a name


class Slot(NamedTuple):
    """A place for a number in a class: an argument of one of its modules.

    Attributes:
        owner: the module's name.
        args: the argument, in each block of the class.
    """

    owner: str
    args: tuple[Arg, ...]

    @property
    def values(self) -> tuple[Any, ...]:
        """The number, in each block."""
        return tuple([arg.value for arg in self.args])


@dataclass
class Parameter:
    """A parameter of a class.

    Attributes:
        name: its name.
        values: its value in each block.
        default: `NEEDED` if it must be given.
    """

    name: str
    values: tuple[Any, ...]
    default: Any = NEEDED


@dataclass
class Settled:
    """The numbers of a class.

    Attributes:
        texts: the text of each slot; None if the argument is left out.
        parameters: those without a default first.
        names: further names, each with its expression.
    """

    texts: list[str | None]
    parameters: list[Parameter] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def value_text(value: Any) -> str:
    """A value of an argument in Python."""
    return str(value) if isinstance(value, Code) else literal(value)


def settle(slots: Sequence[Slot]) -> Settled:
    """The parameters of a class, and the text of each slot.

    >>> slots = [Slot("a", (Arg("out_channels", n), Arg("out_channels", 2 * n))) for n in (8, 16)]
    >>> settle(slots).texts
    ['width', '2 * width']
    """
    found: list[tuple[Slot, Parameter]] = []
    forms: list[str | None] = []
    for slot in slots:
        values = slot.values
        if all(value == values[0] for value in values):
            is_default = slot.args[0].default == values[0]
            forms.append(None if is_default else _kept(value_text(values[0])))
            continue
        form = _related(slot, [parameter for _, parameter in found[:_RELATED]])
        if form is None:
            default = slot.args[0].default
            if default not in values:
                default = NEEDED
            form = f"{{{len(found)}}}"
            found.append((slot, Parameter("", values, default)))
            found[-1][1].name = _word(slot)
        forms.append(form)
    _call(found, forms, slots)
    named = [parameter.name for _, parameter in found]
    texts = [form.format(*named) if form else None for form in forms]
    settled = Settled(texts, [parameter for _, parameter in found])
    order = {each.name: (each.default is not NEEDED, _sort(slot) != "size") for slot, each in found}
    settled.parameters.sort(key=lambda parameter: order[parameter.name])
    _name_often(settled, slots)
    return settled


def _kept(text: str) -> str:
    """A text in which no brace is read as a parameter."""
    return text.replace("{", "{{").replace("}", "}}")


def _word(slot: Slot) -> str:
    """The default name of a parameter for a slot."""
    name = slot.args[0].name
    return _NAMES.get(name, name)


def _sort(slot: Slot) -> str:
    """The group of a slot: channels or window sizes may follow from each other, others only if equal."""
    name = slot.args[0].name
    last = name.rpartition("_")[2]
    if not all(type(value) is int for value in slot.values):
        return name
    return "window" if last in _WINDOWS else "size" if last in _SIZES else name


def _related(slot: Slot, parameters: Sequence[Parameter]) -> str | None:
    """The numbers of a slot as an expression of parameters, with ``{0}`` for the first."""
    sort, values = _sort(slot), slot.values
    for number, each in enumerate(parameters):
        if each.values == values and type(each.values[0]) is type(values[0]):
            return f"{{{number}}}"
    numbers = [
        (number, each.values)
        for number, each in enumerate(parameters)
        if sort in ("window", "size") and all(type(value) is int for value in each.values)
    ]
    rules = _FOLLOWING if sort == "size" else _HALVES
    for number, others in numbers:
        for rule in rules:
            if form := rule(values, others):
                return form.replace("#", f"{{{number}}}")
    return None


def _multiple(values: Sequence[int], others: Sequence[int]) -> str:
    """A multiple of a parameter."""
    times = values[0] // others[0] if others[0] else 0
    holds = times > 1 and all(v == times * o for v, o in zip(values, others))
    return f"{times} * #" if holds else ""


def _part(values: Sequence[int], others: Sequence[int]) -> str:
    """A fraction of a parameter."""
    times = others[0] // values[0] if values[0] else 0
    holds = times > 1 and all(v * times == o for v, o in zip(values, others))
    return f"# // {times}" if holds else ""


def _half(values: Sequence[int], others: Sequence[int]) -> str:
    """The padding with which a kernel keeps the size."""
    return "# // 2" if all(v == o // 2 for v, o in zip(values, others)) else ""


_Rule = Callable[[Sequence[int], Sequence[int]], str]
_FOLLOWING: tuple[_Rule, ...] = (_multiple, _part)
_HALVES: tuple[_Rule, ...] = (_half,)


# -------------------------------------------------------------------------------------- names


def _call(
    found: list[tuple[Slot, Parameter]], forms: Sequence[str | None], slots: Sequence[Slot]
) -> None:
    """Give parameters names that differ."""
    outputs = [at for at, (slot, each) in enumerate(found) if each.name == "out_channels"]
    ends = [form for form, slot in zip(forms, slots) if slot.args[0].name == "out_channels"]
    for at in outputs:
        slot, each = found[at]
        if ends and ends[-1] == f"{{{at}}}":
            continue
        each.name = "width" if len(outputs) <= 2 else f"{slot.owner}_channels"
    taken: set[str] = set()
    for slot, each in found:
        if each.name in taken:
            each.name = f"{slot.owner}_{each.name}"
        each.name = identifier(each.name, taken | {"self", "torch", "nn", "math"})
        taken.add(each.name)


def _name_often(settled: Settled, slots: Sequence[Slot]) -> None:
    """Give a name to an expression that is used often."""
    names = {parameter.name for parameter in settled.parameters}
    outputs = [at for at, slot in enumerate(slots) if slot.args[0].name == "out_channels"]
    sums = [text for text in settled.texts if text and " " in text]
    for text, times in Counter(sums).items():
        owner = next(slot for slot, said in zip(slots, settled.texts) if said == text)
        if times < _OFTEN or not any(name in text.split() for name in names):
            continue
        word = _DERIVED.get(_word(owner), _word(owner))
        if outputs and settled.texts[outputs[-1]] == text:
            word = "out_channels"
        name = identifier(word, {*names, *settled.names})
        settled.names[name] = text
        settled.texts = [name if said == text else said for said in settled.texts]
