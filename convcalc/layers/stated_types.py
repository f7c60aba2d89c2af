"""The types of options for numbers that an author gives for an unknown operation."""

from __future__ import annotations

import re
from typing import Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.amounts import MAX_CHARACTERS, SEEN, amount_of
from convcalc.layers.operations import OPERATIONS
from convcalc.layers.option_base import OptionType, Reader, each_number, word_of, yaml_text
from convcalc.layers.values import MAX_SIDES, VALUES, each_of, parts_of, whole_numbers
from convcalc.text import quoted

MAX_TYPE = 60  # characters of an operation's name

_COUNTED = [name for name in OPERATIONS if name != "macs"]  # macs has an option of its own
_NUMBER: dict[str, Any] = {"$ref": "#/$defs/number"}
_AMOUNT = {
    "anyOf": [
        _NUMBER,
        {"type": "string", "pattern": r"^[-+*/()0-9cdhwl ]+$", "maxLength": 2 * MAX_CHARACTERS},
    ]
}
_THREE = {"type": "array", "items": _NUMBER, "minItems": 3, "maxItems": 3}


class AmountType(OptionType):
    """A number, or an expression of the input's sides."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        return reader.parsed(given, what, amount_of)

    def read(self, text: str, what: str) -> Any:
        return amount_of(text, what)

    def yaml(self, value: Any) -> str:
        return yaml_text(value) if isinstance(value, str) else str(value)

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 60, ""  # other columns show its value


class StatedShapeType(AmountType):
    """A list of such numbers: an output shape."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        sides = reader.sequence(given, what)
        if not 1 <= len(sides) <= MAX_SIDES:
            way_out = "give channels and up to 3 axes"
            reader.refuse(given, f"{what} lists {len(sides):,} sides; {way_out}")
        return tuple(reader.each(sides, lambda side: reader.parsed(side, what, amount_of)))

    def read(self, text: str, what: str) -> Any:
        parts = parts_of(text, "x", what, "64x8x8 or cx2*hx2*w")
        return tuple(each_of(parts[:MAX_SIDES], lambda part: amount_of(part, what)))

    def text(self, value: Any) -> str:
        return "x".join(map(str, value))

    def yaml(self, value: Any) -> str:
        return f"[{', '.join(map(super().yaml, value))}]"

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 50, self.text(value)


class AmountsType(AmountType):
    """Such numbers by name."""

    read = OptionType.read

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        pairs = reader.pairs(given, what)

        def amount(pair: tuple[str, Any]) -> tuple[str, Any]:
            name, each = pair
            if name not in _COUNTED:
                near = did_you_mean(name, _COUNTED)
                reader.refuse(given, f"{what} has no operation {quoted(name)}{near}")
            return name, reader.parsed(each, f"{what}: {name}", amount_of)

        return tuple(reader.each(pairs, amount))

    def yaml(self, value: Any) -> str:
        pairs = (
            f"{yaml_text(name)}: {super(AmountsType, self).yaml(each)}" for name, each in value
        )
        return f"{{{', '.join(pairs)}}}"


class SeenType(OptionType):
    """What a unit reads: a word, or the kernel, stride and padding of a window."""

    words = SEEN

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        if not reader.is_list(given):
            return reader.word(given, what, self.words)
        numbers = reader.sequence(given, what)
        if len(numbers) != 3:
            way_out = "give kernel, stride and padding"
            reader.refuse(given, f"{what} lists {len(numbers):,} numbers; {way_out}")
        return each_number(reader, numbers, what)

    def read(self, text: str, what: str) -> Any:
        if re.fullmatch("[a-z]+", text):
            return word_of(text, what, self.words)
        numbers = whole_numbers(parts_of(text, "x", what, "3x1x1"), what)
        if len(numbers) != 3:
            message = (
                f"{what} takes kernel, stride and padding such as 3x1x1, but is {quoted(text)}"
            )
            raise UsageError(message)
        return numbers

    def text(self, value: Any) -> str:
        return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)

    def yaml(self, value: Any) -> str:
        return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 60, f"{name} {self.text(value)}"


class TypeNameType(OptionType):
    """The name of an operation."""

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        text = reader.scalar(given, what)
        nothing = text.strip().lower() in ("", "~", "null")
        if nothing or len(text) > MAX_TYPE or not text.isprintable():
            way_out = f"use 1 to {MAX_TYPE} visible characters"
            reader.refuse(given, f"{what} cannot be {quoted(text)}; {way_out}")
        return text

    def read(self, text: str, what: str) -> Any:
        return self.take(VALUES, text, what)

    def yaml(self, value: Any) -> str:
        return yaml_text(value)

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        return 0, value


AMOUNT = AmountType(_AMOUNT)
AMOUNTS = AmountsType(
    {
        "type": "object",
        "properties": dict.fromkeys(_COUNTED, _AMOUNT),
        "additionalProperties": False,
    }
)
STATED_SHAPE = StatedShapeType(
    {"type": "array", "items": _AMOUNT, "minItems": 1, "maxItems": MAX_SIDES}
)
SEEN_TYPE = SeenType({"anyOf": [{"enum": list(SEEN)}, _THREE]})
TYPE_NAME = TypeNameType({"type": "string", "pattern": r"\S", "maxLength": MAX_TYPE})
