"""The types of options: each checks Python values, reads text and YAML, and writes its values.

`OPTION_TYPES` maps the annotation of a layer's field to its type.
"""

from __future__ import annotations

import re
from typing import Any, get_args

from convcalc.errors import UsageError
from convcalc.layers.axes import AXIS_WORDS, AxisName, AxisNames
from convcalc.layers.option_base import OptionType, Reader, each_number, word_of, yaml_text
from convcalc.layers.values import (
    VALUES,
    decimal_of,
    each_of,
    parts_of,
    ratio_of,
    sides_with_x,
    unbracketed,
    whole_number,
    whole_numbers,
    with_x,
)
from convcalc.layers.window import Fit, Padding, PaddingWord, Pair, Ratio, Shape, Spatial
from convcalc.text import quoted

MAX_ITEMS = 10_000  # the longest list in an option: LeNet-5's connections need 16
MAX_ENTRIES = 100_000  # numbers in a table: LeNet-5's connections need 60
OTHER_WORDS = {"bilinear": "linear", "trilinear": "linear", "bicubic": "cubic"}
"""What libraries call a choice, where the number of axes says the rest."""
MAX_AXES = 8  # in one option; shapes have four sides, or a few more after a reshape
NOT_PADDING = ("yes", "no", "on", "off", "y", "n", "true", "false", "null", "~", "")

# Numbers that the options column shows with their names, because a kind has several of them.
_SHOWN_BY_NAME = ("start", "stop", "step", "into", "take")

_NUMBER: dict[str, Any] = {"$ref": "#/$defs/number"}
_PAIR = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_NUMBERS = {"type": "array", "items": _NUMBER, "minItems": 1}


def _several(number: str) -> dict[str, Any]:
    """The JSON Schema of numbers per axis as text, such as 3x2 or (3, 2)."""
    numbers = rf"\s*{number}(\s*[xX×,]\s*{number}){{1,2}}\s*,?\s*"
    return {"type": "string", "pattern": rf"^({numbers}|\({numbers}\)|\[{numbers}\])$"}


_PER_AXIS = {"anyOf": [_NUMBER, {**_NUMBERS, "maxItems": 3}, _several(r"[0-9]{1,12}")]}
_DECIMAL_TEXT = {
    "type": "string",
    "pattern": r"^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]-[0-9]{1,2})?$",
    "maxLength": 30,
}
_RATIO = {
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "string", "pattern": "^[0-9]{1,9}/[0-9]{1,9}$"},
        _NUMBER,
    ]
}
_SIDE_TEXT = r"\(?\[?\s*[0-9]{1,12}\s*(,\s*[0-9]{1,12}\s*)?\)?\]?"
_SIDES = {
    "anyOf": [
        _NUMBER,
        {"type": "array", "items": {"anyOf": [_NUMBER, _PAIR]}, "minItems": 1, "maxItems": 3},
        _several(_SIDE_TEXT),
    ]
}
_AXIS = {"anyOf": [_NUMBER, {"enum": list(AXIS_WORDS)}]}
_AXES = {"anyOf": [_AXIS, {"type": "array", "items": _AXIS, "minItems": 1, "maxItems": MAX_AXES}]}
_PADDING = {"anyOf": [_SIDES, {"enum": list(get_args(PaddingWord))}]}


class _Whole(OptionType):
    """A whole number."""

    takes_number = True

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

    def yaml(self, value: Any) -> str:
        digits, e, power = str(value).partition("e")
        return f"{digits}.0e{power}" if e and "." not in digits else str(value)  # 1e-5 is a text

    def short(self, value: Any) -> str:
        return self.text(value).removesuffix(".0")


class _Flag(OptionType):
    """True or false."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return reader.boolean(given, what)

    def read(self, text: str, what: str) -> Any:
        return word_of(text, what, ("true", "false")) == "true"

    def text(self, value: Any) -> str:
        return "true" if value else "false"

    yaml = text

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return (98, name) if value else (99, f"no {name}")


class Choice(OptionType):
    """One of some words."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.meant = {word: ours for word, ours in OTHER_WORDS.items() if ours in words}
        super().__init__({"enum": [*words, *self.meant]})

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if reader.is_word(given) and (ours := self.meant.get(reader.scalar(given, what))):
            return ours
        return reader.word(given, what, self.words)

    def read(self, text: str, what: str) -> Any:
        return self.meant.get(text) or word_of(text, what, self.words)

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
        return yaml_text(value.replace("$", "$$"))  # $name would be a parameter

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 96, f"{name} {value}"


class _Numbers(OptionType):
    """A list of whole numbers."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return _numbers(reader, given, what)

    def read(self, text: str, what: str) -> Any:
        return whole_numbers(text.split("x"), what)

    def text(self, value: Any) -> str:
        return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)

    def yaml(self, value: Any) -> str:
        if isinstance(value, tuple):
            return f"[{', '.join(map(self.yaml, value))}]"
        return str(value)


class _PerAxis(_Numbers):
    """One number for all axes, or one per axis."""

    takes_number = True

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if reader.is_several(given):
            return reader.parsed(given, what, self.read)
        if not reader.is_list(given):
            return reader.number(given, what)
        numbers = reader.sequence(given, what)
        if not 1 <= len(numbers) <= 3:
            way_out = "give one, or one per axis (at most 3)"
            reader.refuse(given, f"{what} lists {len(numbers):,} numbers; {way_out}")
        return each_number(reader, numbers, what)

    def read(self, text: str, what: str) -> Any:
        parts = parts_of(with_x(text), "x", what, "3 or 3x5")
        numbers = whole_numbers(parts, what)
        return numbers[0] if len(numbers) == 1 else numbers


class _Ratios(_Numbers):
    """One ratio for all axes, or one per axis."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if reader.is_several(given):
            return reader.parsed(given, what, self.read)
        if not reader.is_list(given):
            return reader.parsed(given, what, ratio_of)
        ratios = reader.sequence(given, what)
        if not 1 <= len(ratios) <= 3:
            way_out = "give one, or one per axis (at most 3)"
            reader.refuse(given, f"{what} lists {len(ratios):,} numbers; {way_out}")
        return tuple(reader.each(ratios, lambda each: reader.parsed(each, what, ratio_of)))

    def read(self, text: str, what: str) -> Any:
        parts = parts_of(with_x(text).replace(":", "/"), "x", what, "0.5 or 1x3:2")
        ratios = tuple(each_of(parts, lambda part: ratio_of(part, what)))
        return ratios[0] if len(ratios) == 1 else ratios


class _BeforeAfter(_Numbers):
    """Two numbers, before and after."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return _pair(reader, given, what)

    def read(self, text: str, what: str) -> Any:
        parts = parts_of(unbracketed(text).replace(" ", ""), ",", what, "0,2")
        numbers = whole_numbers(parts, what)
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

    takes_number = True

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if reader.is_several(given):
            return reader.parsed(given, what, self.read)
        if not reader.is_list(given):
            return reader.number(given, what)
        sides = reader.sequence(given, what)
        if not 1 <= len(sides) <= 3:
            way_out = "give one number, or one per axis (at most 3)"
            reader.refuse(given, f"{what} lists {len(sides):,} sides; {way_out}")

        def side(given: Any) -> Any:
            return (
                _pair(reader, given, what) if reader.is_list(given) else reader.number(given, what)
            )

        return tuple(reader.each(sides, side))

    def read(self, text: str, what: str) -> Any:
        def side(part: str) -> Any:
            numbers = whole_numbers(parts_of(part, ",", what, "0,1"), what)
            if len(numbers) > 2:
                message = (
                    f"{what} has {len(numbers)} numbers for one axis; give one, or before,after"
                )
                raise UsageError(message)
            return numbers[0] if len(numbers) == 1 else numbers

        found = each_of(parts_of(sides_with_x(text), "x", what, "1 or 1x2"), side)
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

    words = get_args(PaddingWord)

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if reader.is_several(given) or not reader.is_word(given):
            return super().take(reader, given, what)
        text = reader.scalar(given, what)
        if text.lower() in NOT_PADDING:
            way_out = "write 0 or valid for none, same to keep the size"
            reader.refuse(given, f"{what} cannot be {text!r}; {way_out}")
        return reader.word(given, what, self.words)

    def read(self, text: str, what: str) -> Any:
        if re.fullmatch(r"[A-Za-z_]+", text):
            return word_of(text, what, self.words)
        return super().read(text, what)


class _Connections(_Numbers):
    """A table: for each output map, the list of its input maps."""

    read = OptionType.read

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        rows = _items(reader, given, what)
        entries = sum(len(_items(reader, row, f"a row of {what}")) for row in rows)
        if entries > MAX_ENTRIES:
            way_out = f"give at most {MAX_ENTRIES:,}"
            reader.refuse(given, f"{what} lists {entries:,} numbers; {way_out}")
        return tuple(reader.each(rows, lambda row: _numbers(reader, row, what)))

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 97, f"{sum(map(len, value))} {name}"


class _Axis(OptionType):
    """An axis by name, such as channels, h or height, or by its index in a shape."""

    words = tuple(AXIS_WORDS)
    names_axes = True

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if reader.is_word(given):
            return AXIS_WORDS[reader.word(given, what, self.words)]
        return reader.number(given, what)

    def read(self, text: str, what: str) -> Any:
        if re.fullmatch(r"-?[0-9]+", text):
            return whole_number(text, what)
        return AXIS_WORDS[word_of(text, what, self.words)]

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 95, f"{name} {self.text(value)}"


class _Axes(_Axis):
    """One axis or several."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        axes = reader.sequence(given, what) if reader.is_list(given) else [given]
        if not 1 <= len(axes) <= MAX_AXES:
            reader.refuse(given, f"{what} lists {len(axes):,} axes; give 1 to {MAX_AXES}")
        return tuple(reader.each(axes, lambda axis: super(_Axes, self).take(reader, axis, what)))

    def read(self, text: str, what: str) -> Any:
        axes = parts_of(text, ",", what, "1,0")
        found = each_of(axes, lambda axis: super(_Axes, self).read(axis, what))
        return self.take(VALUES, found, what)

    def text(self, value: Any) -> str:
        return ",".join(map(str, value))

    def yaml(self, value: Any) -> str:
        return f"[{', '.join(map(str, value))}]"


def _items(reader: Reader, given: Any, what: str) -> list[Any]:
    """The items of a list, up to a maximum length."""
    found = reader.sequence(given, what)
    if not 1 <= len(found) <= MAX_ITEMS:
        reader.refuse(given, f"{what} lists {len(found):,} items; give 1 to {MAX_ITEMS:,}")
    return found


def _numbers(reader: Reader, given: Any, what: str) -> tuple[Any, ...]:
    """A list of whole numbers."""
    return each_number(reader, _items(reader, given, what), what)


def _pair(reader: Reader, given: Any, what: str) -> tuple[Any, ...]:
    """Two numbers, [before, after]."""
    numbers = reader.sequence(given, what, "write [before, after]")
    if len(numbers) != 2:
        reader.refuse(given, f"{what} lists {len(numbers):,} numbers; give two, [before, after]")
    return each_number(reader, numbers, what)


WHOLE = _Whole(_NUMBER)
PER_AXIS = _PerAxis(_PER_AXIS)
PADDING = _Padding(_PADDING)
FIT = Choice(*get_args(Fit))

# Type by annotation; a Literal of words needs no entry. A module adds the types that only its kinds use.
OPTION_TYPES: dict[Any, OptionType] = {
    int: WHOLE,
    float: _Fraction({"anyOf": [{"type": "number"}, _DECIMAL_TEXT]}),
    bool: _Flag({"type": "boolean"}),
    str: _LayerName({"type": "string", "minLength": 1}),
    Spatial: PER_AXIS,
    Padding: PADDING,
    Ratio: _Ratios(
        {
            "anyOf": [
                _RATIO,
                {"type": "array", "items": _RATIO, "minItems": 1, "maxItems": 3},
                _several(r"[0-9]{1,9}([./:][0-9]{1,9})?"),
            ]
        }
    ),
    Shape: _Numbers(_NUMBERS),
    AxisName: _Axis(_AXIS),
    AxisNames: _Axes(_AXES),
    int | tuple[Pair, ...]: _Sides(_SIDES),
    tuple[int, int]: _BeforeAfter(_PAIR),
    tuple[tuple[int, ...], ...]: _Connections({"type": "array", "items": _NUMBERS, "minItems": 1}),
}
