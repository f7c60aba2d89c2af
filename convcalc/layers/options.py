"""The options of the layer kinds: each type of option checks, reads, writes and describes its values.

A kind declares an option as a dataclass field; the field's annotation is the option's type. From it
follow the check of a Python value, the reading of text and of a YAML node, the JSON Schema, and the
text and YAML that the value is written as. A `Literal` is a choice of words without further code.
"""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, Literal, NamedTuple, NoReturn, Protocol, get_args, get_origin

from convcalc.errors import UsageError, did_you_mean, quoted
from convcalc.layers.base import LETTERS, Layer, Padding, PaddingWord, Pair, Shape, Spatial
from convcalc.layers.values import VALUES, decimal_of, parts_of, whole_number

MAX_ITEMS = 10_000  # the longest list an option may be: LeNet-5's connections need 16
MAX_ENTRIES = 100_000  # numbers in a table: LeNet-5's connections need 60
NOT_PADDING = ("yes", "no", "on", "off", "y", "n", "true", "false", "null", "~", "")

# Words of other libraries for our options; words with a space say why there is no such option.
OPTION_WORDS = {
    "filters": "out_channels",
    "num_output": "out_channels",
    "num_filters": "out_channels",
    "nb_filter": "out_channels",
    "out_features": "out_channels",
    "out_channels": "out_features",
    "units": "out_features",
    "strides": "stride",
    "dilation_rate": "dilation",
    "dilations": "dilation",
    "pad": "padding",
    "pads": "padding",
    "pool_size": "kernel_size",
    "kernel_shape": "kernel_size",
    "kernel": "kernel_size",
    "group": "groups",
    "use_bias": "bias",
    "bias_term": "bias",
    "depth_multiplier": "multiplier",
    "alpha": "negative_slope",
    "rate": "p",
    "data_format": "shapes are channels first",
    "in_channels": "it follows from the layer before",
    "in_features": "it follows from the layer before",
    "num_features": "it follows from the layer before",
    "inplace": "it changes no number",
}

_NUMBER: dict[str, Any] = {"$ref": "#/$defs/number"}
_PAIR = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_NUMBERS = {"type": "array", "items": _NUMBER, "minItems": 1}
_PER_AXIS = {"anyOf": [_NUMBER, {**_NUMBERS, "maxItems": 3}]}
_SIDES = {
    "anyOf": [
        _NUMBER,
        {"type": "array", "items": {"anyOf": [_NUMBER, _PAIR]}, "minItems": 1, "maxItems": 3},
    ]
}
_PADDING = {"anyOf": [_SIDES, {"enum": list(get_args(PaddingWord))}]}


class Reader(Protocol):
    """What reads given values: Python's own, or nodes of a YAML file, which may hold expressions."""

    def is_list(self, given: Any) -> bool: ...

    def sequence(self, given: Any, what: str, way_out: str = ...) -> list[Any]: ...

    def number(self, given: Any, what: str) -> Any: ...

    def decimal(self, given: Any, what: str) -> float: ...

    def boolean(self, given: Any, what: str) -> bool: ...

    def is_word(self, given: Any) -> bool: ...

    def scalar(self, given: Any, what: str) -> str: ...

    def word(self, given: Any, what: str, known: tuple[str, ...]) -> str: ...

    def refuse(self, given: Any, message: str) -> NoReturn: ...


class OptionType:
    """One type of option.

    Args:
        schema: its JSON Schema.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        """The value of a Python object or a YAML node.

        Args:
            reader: what knows the objects or nodes.
            given: one of them.
            what: how to call the option in messages.

        Raises:
            UsageError: it is not a value of this type; from a YAML node a SpecError.
        """
        raise NotImplementedError

    def check(self, value: Any, what: str) -> Any:
        """A value of a Python program, in the form that the layers use."""
        return self.take(VALUES, value, what)

    def read(self, text: str, what: str) -> Any:
        """The value of a text, as chains and commands write it.

        Raises:
            UsageError: it is not a value of this type.
        """
        message = (
            f"{what} cannot be given in one line, so {quoted(text)} is not read; write a YAML file"
        )
        raise UsageError(message)

    def text(self, value: Any) -> str:
        """The text that `read` reads."""
        return str(value)

    def yaml(self, value: Any) -> str:
        """The YAML that stands for a value, on one line."""
        return str(value)

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        """How the options column shows the option, and a number by which it is ordered."""
        if name in LETTERS:
            return list(LETTERS).index(name), LETTERS[name] + self.short(value)
        return 50, self.short(value)

    def short(self, value: Any) -> str:
        """A value in the options column."""
        return self.text(value)


class _Whole(OptionType):
    """A whole number."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return reader.number(given, what)

    def read(self, text: str, what: str) -> Any:
        return whole_number(text, what)


class _Fraction(OptionType):
    """A decimal number."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return reader.decimal(given, what)

    def read(self, text: str, what: str) -> Any:
        return decimal_of(text, what)


class _Flag(OptionType):
    """True or false."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return reader.boolean(given, what)

    def read(self, text: str, what: str) -> Any:
        return _word(text, what, ("true", "false")) == "true"

    def text(self, value: Any) -> str:
        return "true" if value else "false"

    yaml = text

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return (98, name) if value else (99, f"no {name}")


class _Choice(OptionType):
    """One of some words."""

    def __init__(self, *words: str) -> None:
        super().__init__({"enum": list(words)})
        self.words = words

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return reader.word(given, what, self.words)

    def read(self, text: str, what: str) -> Any:
        return _word(text, what, self.words)

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 96, value


class _LayerName(OptionType):
    """The name of another layer."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        text = reader.scalar(given, what)
        if not text:
            reader.refuse(given, f"{what} is empty; give the name of a layer before this one")
        return text

    def yaml(self, value: Any) -> str:
        return yaml_text(value)

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 96, f"{name} {value}"


class _Numbers(OptionType):
    """A list of whole numbers."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return _numbers(reader, given, what)

    def read(self, text: str, what: str) -> Any:
        return tuple(whole_number(part, what) for part in text.split("x"))

    def text(self, value: Any) -> str:
        return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)

    def yaml(self, value: Any) -> str:
        if isinstance(value, tuple):
            return f"[{', '.join(map(self.yaml, value))}]"
        return str(value)


class _PerAxis(_Numbers):
    """One number for all axes, or one per axis."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if not reader.is_list(given):
            return reader.number(given, what)
        numbers = reader.sequence(given, what)
        if not 1 <= len(numbers) <= 3:
            way_out = "give one, or one per axis (at most 3)"
            reader.refuse(given, f"{what} lists {len(numbers):,} numbers; {way_out}")
        return tuple([reader.number(number, what) for number in numbers])

    def read(self, text: str, what: str) -> Any:
        numbers = tuple(whole_number(part, what) for part in parts_of(text, "x", what, "3 or 3x5"))
        return numbers[0] if len(numbers) == 1 else numbers


class _BeforeAfter(_Numbers):
    """Two numbers, before and after."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return _pair(reader, given, what)

    def read(self, text: str, what: str) -> Any:
        numbers = tuple(whole_number(part, what) for part in parts_of(text, ",", what, "0,2"))
        if len(numbers) != 2:
            message = f"{what} takes two numbers, before,after, but is {quoted(text)}"
            raise UsageError(message)
        return numbers

    def text(self, value: Any) -> str:
        return ",".join(map(str, value))

    def short(self, value: Any) -> str:
        return "x".join(map(str, value))


class _Sides(_Numbers):
    """One number, one per axis, or [before, after] per axis."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if not reader.is_list(given):
            return reader.number(given, what)
        sides = reader.sequence(given, what)
        if not 1 <= len(sides) <= 3:
            way_out = "give one number, or one per axis (at most 3)"
            reader.refuse(given, f"{what} lists {len(sides):,} sides; {way_out}")
        return tuple(
            _pair(reader, side, what) if reader.is_list(side) else reader.number(side, what)
            for side in sides
        )

    def read(self, text: str, what: str) -> Any:
        found: list[Any] = []
        for part in parts_of(text, "x", what, "1 or 1x2"):
            numbers = tuple(whole_number(n, what) for n in parts_of(part, ",", what, "0,1"))
            if len(numbers) > 2:
                message = (
                    f"{what} has {len(numbers)} numbers for one axis; give one, or before,after"
                )
                raise UsageError(message)
            found.append(numbers[0] if len(numbers) == 1 else numbers)
        return found[0] if len(found) == 1 and isinstance(found[0], int) else tuple(found)

    def text(self, value: Any) -> str:
        return self.short(value).replace("(", "").replace(")", "")

    def short(self, value: Any) -> str:
        if not isinstance(value, tuple):
            return str(value)
        return "x".join(
            f"({','.join(map(str, v))})" if isinstance(v, tuple) else str(v) for v in value
        )


class _Padding(_Sides):
    """Sides, or a word such as same."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if not reader.is_word(given):
            return super().take(reader, given, what)
        text = reader.scalar(given, what)
        if text.lower() in NOT_PADDING:
            way_out = "write 0 or valid for none, same to keep the size"
            reader.refuse(given, f"{what} cannot be {text!r}; {way_out}")
        return reader.word(given, what, get_args(PaddingWord))

    def read(self, text: str, what: str) -> Any:
        if re.fullmatch(r"[A-Za-z_]+", text):
            return _word(text, what, get_args(PaddingWord))
        return super().read(text, what)


class _Connections(_Numbers):
    """A table: for each output map the list of input maps it sees."""

    read = OptionType.read

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        rows = _items(reader, given, what)
        entries = sum(len(_items(reader, row, f"a row of {what}")) for row in rows)
        if entries > MAX_ENTRIES:
            way_out = f"give at most {MAX_ENTRIES:,}"
            reader.refuse(given, f"{what} lists {entries:,} numbers; {way_out}")
        return tuple(_numbers(reader, row, what) for row in rows)

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 97, f"{sum(map(len, value))} {name}"


def _word(text: str, what: str, known: tuple[str, ...]) -> str:
    """One of some words, from text."""
    if text not in known:
        message = f"{what} cannot be {quoted(text)}{did_you_mean(text, known)}"
        raise UsageError(message)
    return text


def _items(reader: Reader, given: Any, what: str) -> list[Any]:
    """The items of a list of sensible length."""
    found = reader.sequence(given, what)
    if not 1 <= len(found) <= MAX_ITEMS:
        reader.refuse(given, f"{what} lists {len(found):,} items; give 1 to {MAX_ITEMS:,}")
    return found


def _numbers(reader: Reader, given: Any, what: str) -> tuple[Any, ...]:
    """A list of whole numbers."""
    return tuple([reader.number(item, what) for item in _items(reader, given, what)])


def _pair(reader: Reader, given: Any, what: str) -> tuple[Any, ...]:
    """Two numbers, [before, after]."""
    numbers = reader.sequence(given, what, "write [before, after]")
    if len(numbers) != 2:
        reader.refuse(given, f"{what} lists {len(numbers):,} numbers; give two, [before, after]")
    return tuple([reader.number(number, what) for number in numbers])


def yaml_text(text: str) -> str:
    """A text as YAML: as it is where that cannot be mistaken, else in quotes."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", text):
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    """A character inside double quotes of YAML."""
    if character in '"\\':
        return f"\\{character}"
    code = ord(character)
    if character.isprintable() and code < 0xFFFE:
        return character
    return f"\\U{code:08X}"


WHOLE = _Whole(_NUMBER)
PER_AXIS = _PerAxis(_PER_AXIS)
PADDING = _Padding(_PADDING)

# What an annotation stands for; a Literal of words needs no entry.
OPTION_TYPES: dict[Any, OptionType] = {
    int: WHOLE,
    float: _Fraction({"type": "number"}),
    bool: _Flag({"type": "boolean"}),
    str: _LayerName({"type": "string", "minLength": 1}),
    Spatial: PER_AXIS,
    Padding: PADDING,
    Shape: _Numbers(_NUMBERS),
    int | tuple[Pair, ...]: _Sides(_SIDES),
    tuple[int, int]: _BeforeAfter(_PAIR),
    tuple[tuple[int, ...], ...]: _Connections({"type": "array", "items": _NUMBERS, "minItems": 1}),
}


class Option(NamedTuple):
    """One option of a kind.

    Attributes:
        name: of the dataclass field, in YAML and in Python.
        type: its type.
        default: its value where it is not given; `MISSING` where it must be given.
        may_be_none: whether None is a value of its own.
    """

    name: str
    type: OptionType
    default: Any
    may_be_none: bool

    @property
    def required(self) -> bool:
        return self.default is MISSING

    def check(self, value: Any, what: str) -> Any:
        """A value of a Python program."""
        return None if value is None and self.may_be_none else self.type.check(value, what)


_OPTIONS: dict[type[Layer], dict[str, Option]] = {}  # of the kinds asked for so far


def options_of(cls: type[Layer]) -> dict[str, Option]:
    """The options of a kind by name, in the order of declaration.

    Raises:
        RuntimeError: an annotation is not a type of option.
    """
    found = _OPTIONS.get(cls)
    if found is None:
        found = _OPTIONS[cls] = {field.name: _option(cls, field) for field in fields(cls)}
    return found


def _option(cls: type[Layer], field: Field[Any]) -> Option:
    """The option that a field declares."""
    text = str(field.type)
    own = text.removesuffix(" | None")
    home = next(c for c in cls.__mro__ if field.name in vars(c).get("__annotations__", ()))
    meant = vars(sys.modules[home.__module__]).get(own) or getattr(builtins, own, None)
    if get_origin(meant) is Literal:
        option_type: OptionType = _Choice(*get_args(meant))
    elif meant in OPTION_TYPES:
        option_type = OPTION_TYPES[meant]
    else:
        message = f"{cls.kind}: {field.name}: {text} is not a type of option"
        raise RuntimeError(message)
    return Option(field.name, option_type, field.default, own != text)


def required_options(cls: type[Layer]) -> list[str]:
    """The options of a kind that must be given."""
    return [option.name for option in options_of(cls).values() if option.required]


def option_text(layer: Layer) -> str:
    """A layer's options as the options column shows them: ``k3 c64 s2 p1``; defaults are left out."""
    parts = [
        option.type.mention(name, value)
        for name, option in options_of(type(layer)).items()
        if (value := getattr(layer, name)) != option.default
    ]
    return " ".join([text for _, text in sorted(parts, key=lambda part: part[0])])


def yaml_of(layer: Layer) -> str:
    """A layer as an item of a YAML file: ``conv: {out_channels: 8, kernel_size: 3}``."""
    written = [
        f"{name}: {option.type.yaml(value)}"
        for name, option in options_of(type(layer)).items()
        if (value := getattr(layer, name)) != option.default
    ]
    return f"{layer.kind}: {{{', '.join(written)}}}" if written else layer.kind


def unknown_option(
    cls: type[Layer], name: str, called: str = "", also: tuple[str, ...] = ()
) -> str:
    """The message about an option that a kind does not have; other libraries' words are known.

    Args:
        cls: the kind.
        name: what was given.
        called: how the user wrote it, where it differs.
        also: other words that may stand among the options.
    """
    known = [*options_of(cls), *also]
    message = f"{cls.kind} has no option {quoted(called or name)}"
    ours = OPTION_WORDS.get(name, "")
    if " " in ours:
        return f"{message}; leave it out: {ours}"
    if ours in known:
        return f"{message}; it is called {ours!r} here"
    return message + (did_you_mean(name, known) if known else "; it has none")


def make_layer(
    cls: type[Layer],
    options: Mapping[str, Any],
    *,
    text: bool = False,
    label: str = "",
    called: Mapping[str, str] | None = None,
    example: Any = "{}=…".format,
) -> Layer:
    """A layer of a kind, all its options checked. See `convcalc.layers.make`."""
    known = options_of(cls)
    label = label or cls.kind
    called = called or {}
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, given in options.items():
        if name not in known:
            wrong.append(unknown_option(cls, str(name), called.get(name, "")))
            continue
        option, what = known[name], called.get(name, name)
        try:
            values[name] = option.type.read(given, what) if text else option.check(given, what)
        except UsageError as error:
            wrong.append(str(error))
    missing = [
        name
        for name in required_options(cls)
        if name not in options and not any(f"'{name}'" in line for line in wrong)  # meant by it
    ]
    if missing:
        listed = " and ".join(called.get(name, name) for name in missing)
        wrong.append(f"{cls.kind} needs {listed}; write {', '.join(map(example, missing))}")
    if len(wrong) > 1:
        message = f"{label}: {len(wrong)} options are wrong:" + "".join(f"\n  {w}" for w in wrong)
        raise UsageError(message)
    if wrong:
        own = wrong[0].startswith(f"{cls.kind} ") and label == cls.kind
        raise UsageError(wrong[0] if own else f"{label}: {wrong[0]}")
    return cls(**values)
