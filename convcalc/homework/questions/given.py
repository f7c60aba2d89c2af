"""The values under ``given:`` of a question, read from text or plain data.

A question type names the type of each word in its annotations; `READERS` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from convcalc.errors import UsageError
from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.limits import ALL, Limits, limits
from convcalc.homework.answers.parsing import Unreadable
from convcalc.homework.questions.given_schemas import (
    BOOL_SCHEMA,
    COUNTS_SCHEMA,
    KERNELS_SCHEMA,
    LAYER_WORDS,
    LAYERS_PER_AXIS_SCHEMA,
    LAYERS_SCHEMA,
    LIMIT_SCHEMA,
    MAX_DIGITS,
    MAX_NAMES,
    NAMES_SCHEMA,
    NUMBER_SCHEMA,
    PADDING_SCHEMA,
    ROWS_SCHEMA,
    STACK_SCHEMA,
    TEXTS_SCHEMA,
    WORDS_SCHEMA,
    sizes_schema,
    whole_schema,
)
from convcalc.layers.values import with_x
from convcalc.text import printable, printable_lines, shortened

MAX_LAYERS = 2_000
MAX_AXES = 3
_MAX_NAMED = 20  # most named numbers
_VALUE_NAME = re.compile(r"[^\W\d_]\w{0,19}")
MAX_NETWORK = 20_000  # longest network that is written out, in characters

Ints = int | tuple[int, ...]
Rows = tuple[tuple[Any, ...], ...]


class GivenError(UsageError):
    """A value under ``given:`` that the question type cannot use.

    Args:
        key: the word; empty for the question as a whole.
        what: what is wrong and what to do.

    Attributes:
        problems: all problems of the values; this error is the first.
    """

    def __init__(self, key: str, what: str, others: Sequence[GivenError] = ()) -> None:
        self.key, self.what = key, what
        self.problems: tuple[GivenError, ...] = (self, *others)
        own = f"{key}: {what}" if key else what
        super().__init__("\n".join([own, *map(str, others)]))


class RfLayer(NamedTuple):
    """A layer of a receptive-field question: kernel, stride, dilation, and whether the dilation is written.

    If a question allows rectangles, each number may be one per axis.
    """

    k: Any
    s: Any = 1
    d: Any = 1
    is_dilated: bool = False

    def __str__(self) -> str:
        shown = (self.k, self.s, self.d)[: 3 if self.is_dilated else 2]
        return "/".join("×".join(map(str, each(value, 1))) for value in shown)


class NetworkFile(NamedTuple):
    """A network in a file next to a sheet.

    Attributes:
        name: its name in the sheet.
        path: the file's path.
        folder: the sheet's folder, which contains the file and the files that it extends.
    """

    name: str
    path: str
    folder: str

    def __str__(self) -> str:
        return self.name


_SUBJECTS = {
    "s": "stride",
    "k": "the kernel size",
    "n": "the input size",
    "p": "padding",
    "d": "dilation",
}


def _subject(key: str) -> str:
    """The beginning of a message: a letter, and what it means."""
    return _SUBJECTS.get(key, "the value")


def _whole(raw: Any, what: str, *, least: int = 0, most: int = 10**MAX_DIGITS) -> int:
    """A whole number from text or data."""
    text = str(raw).strip() if not isinstance(raw, bool | list | tuple | dict) else "?"
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_DIGITS:
        message = (
            f"{_subject(what)} must be a whole number, but is {shortened(answers.raw_text(raw))!r}"
        )
        raise GivenError(what, message)
    if len(digits) > 1 and digits.startswith("0"):
        message = (
            f"is {text!r}: YAML can read a leading 0 as base 8; write {digits.lstrip('0') or 0}"
        )
        raise GivenError(what, message)
    value = int(text)
    if not least <= value <= most:
        message = (
            f"{_subject(what)} must be {least:,} or more, got {value:,}"
            if value < least
            else f"{_subject(what)} is {value:,}; at most {most:,}"
        )
        raise GivenError(what, message)
    return value


def _several(raw: Any) -> list[Any] | None:
    """The items of a list, or of a text such as 3x5 or (3, 5); None for a single value."""
    if isinstance(raw, list | tuple):
        return list(raw)
    items = with_x(str(raw)).lower().split("x")
    return items if len(items) > 1 and all(map(str.strip, items)) else None


def _read_ints(raw: Any, what: str, least: int = 0) -> Ints:
    """One number for all axes, or one per axis."""
    items = _several(raw)
    if items is None:
        return _whole(raw, what, least=least)
    if not 1 <= len(items) <= 3:
        message = f"it lists {len(items)} numbers; give one, or one per axis (at most 3)"
        raise GivenError(what, message)
    return tuple(_whole(item, what, least=least) for item in items)


def _read_pad(raw: Any, what: str) -> Ints | str:
    """Padding: numbers, or a word."""
    if isinstance(raw, str) and raw.strip().lower() in ("same", "valid", "full"):
        return raw.strip().lower()
    if isinstance(raw, str) and not raw.strip()[:1].isdigit():
        message = f"it cannot be {shortened(raw)!r}; write a number, same, valid or full"
        raise GivenError(what, message)
    return _read_ints(raw, what)


def _read_shape(raw: Any, what: str) -> tuple[int, ...]:
    """A volume height × width × channels, such as 32x32x3."""
    items = _several(raw) or [raw]
    if not 1 <= len(items) <= 4:
        message = f"it lists {len(items)} numbers; write height x width x channels"
        raise GivenError(what, message)
    return tuple(_whole(item, what, least=1) for item in items)


def _rf_layer(k: Ints, s: Ints = 1, d: Ints | None = None) -> RfLayer:
    """A layer; its dilation is optional."""
    return RfLayer(k, s) if d is None else RfLayer(k, s, d, is_dilated=True)


def _layer_numbers(item: dict[str, Any], what: str) -> list[Any]:
    """Kernel, stride and dilation of a layer written as ``{k: 3, s: 2}``."""
    own: dict[str, Any] = {}
    for word, value in item.items():
        meant = LAYER_WORDS.get(word)
        if meant is None:
            message = (
                f"a layer has no {shortened(word)!r}; write {{k: 3, s: 2}}, and d for a dilation"
            )
            raise GivenError(what, message)
        if meant in own:
            message = f"a layer has {meant} twice, once as {shortened(word)}; leave one out"
            raise GivenError(what, message)
        own[meant] = value
    if "k" not in own:
        raise GivenError(what, "a layer has no k, its kernel size; write for example {k: 3, s: 2}")
    return [own["k"], own.get("s", 1), *([own["d"]] if "d" in own else [])]


def _layer_text(item: Any, what: str) -> str:
    """A layer as text: 3x5/2 for [[3, 5], 2] and for {k: [3, 5], s: 2}."""
    if isinstance(item, dict):
        item = _layer_numbers(item, what)
    if not isinstance(item, list | tuple):
        return str(item)
    return "/".join("x".join(map(str, p)) if isinstance(p, list | tuple) else str(p) for p in item)


def _read_layers_per_axis(raw: Any, what: str) -> tuple[RfLayer, ...]:
    """Layers whose numbers may be one per axis: ``3x5/2x1``."""
    return _read_layers(raw, what, _read_ints)


def _one_number(raw: Any, what: str, least: int) -> int:
    return _whole(raw, what, least=least)


def _read_layers(
    raw: Any, what: str, read: Callable[[Any, str, int], Any] = _one_number
) -> tuple[RfLayer, ...]:
    """Layers as k/s/d: ``[3/2, 3/1]``, ``3/2 3/1``, ``[{k: 3, s: 2}]``; ``4*3`` repeats."""
    raw = [raw] if isinstance(raw, dict) else raw
    items = list(raw) if isinstance(raw, list | tuple) else str(raw).replace(",", " ").split()
    found: list[RfLayer] = []
    for item in items:
        text = _layer_text(item, what)
        times, star, rest = text.partition("*")
        repeats = _whole(times, what, least=1, most=MAX_LAYERS) if star else 1
        numbers = [
            read(part, what, 0 if place == 2 else 1)  # the dilation may count from 0
            for place, part in enumerate((rest if star else text).split("/"))
        ]
        if not 1 <= len(numbers) <= 3:
            message = (
                f"{shortened(text)!r} is not a layer; write kernel/stride or kernel/stride/dilation"
            )
            raise GivenError(what, message)
        found += [_rf_layer(*numbers)] * repeats
        if len(found) > MAX_LAYERS:
            message = f"more than {MAX_LAYERS:,} layers"
            raise GivenError(what, message)
    if not found:
        message = "it lists no layers; write for example [3/2, 3/1]"
        raise GivenError(what, message)
    return tuple(found)


def _read_rows(raw: Any, what: str) -> Rows:
    """A matrix of whole numbers or decimal fractions."""
    if isinstance(raw, dict):
        message = "it must be rows of numbers such as [[1, 2], [3, 4]], but is a mapping"
        raise GivenError(what, message)
    try:
        rows = answers.matrix(raw)
    except Unreadable as error:
        raise GivenError(what, f"it is not a matrix: {error}") from None
    return tuple(tuple(int(c) if c.denominator == 1 else c for c in row) for row in rows)


def _read_stack(raw: Any, what: str) -> Any:
    """One matrix, or a list of matrices, one per channel."""
    if (
        isinstance(raw, list | tuple)
        and raw
        and isinstance(raw[0], list | tuple)
        and raw[0]
        and isinstance(raw[0][0], list | tuple)
    ):
        return tuple(_read_rows(item, what) for item in raw)
    return (_read_rows(raw, what),)


def _read_kernels(raw: Any, what: str) -> Any:
    """One filter, as one matrix or one matrix per map; or a list of filters with one matrix per map."""
    inner = raw
    for _ in range(3):
        if not isinstance(inner, list | tuple) or not inner:
            return _read_stack(raw, what)
        inner = inner[0]
    if not isinstance(inner, list | tuple):
        return _read_stack(raw, what)
    return tuple(_read_stack(item, what) for item in raw)


def _read_bool(raw: Any, what: str) -> bool:
    """true or false."""
    text = str(raw).strip().lower()
    if text not in ("true", "false"):
        message = f"it must be true or false, but is {shortened(str(raw))!r}"
        raise GivenError(what, message)
    return text == "true"


def _read_word(raw: Any, what: str) -> str:
    """A text."""
    if isinstance(raw, list | tuple):
        return " ".join(_read_word(item, what) for item in raw)
    if isinstance(raw, dict):
        message = "it must be a text, but is a mapping"
        raise GivenError(what, message)
    text = printable(str(raw).strip())
    if len(text) > 4000:
        message = f"it has {len(text):,} characters; at most 4,000 are read"
        raise GivenError(what, message)
    return text


def _read_network(raw: Any, what: str) -> str | NetworkFile:
    """A network in any notation, on one line or several; or a file already found."""
    if isinstance(raw, NetworkFile):
        return raw
    if isinstance(raw, dict):
        message = "it must be a text, but is a mapping"
        raise GivenError(what, message)
    if isinstance(raw, list | tuple):
        items = [str(_read_network(item, what)) for item in raw]
        return ("\n" if any(" " in item or "(" in item for item in items) else " ").join(items)
    text = str(raw).replace("\r\n", "\n").strip("\n").rstrip()
    if len(text) > MAX_NETWORK:
        message = f"it has {len(text):,} characters; at most {MAX_NETWORK:,} are read"
        raise GivenError(what, message)
    text = printable_lines(text.expandtabs())
    return text if "\n" in text else text.strip()


def _read_networks(raw: Any, what: str) -> tuple[str | NetworkFile, ...]:
    """Some networks."""
    items = list(raw) if isinstance(raw, list | tuple) else [raw]
    if not 1 <= len(items) <= 26:
        message = f"it lists {len(items)} texts; give 1 to 26"
        raise GivenError(what, message)
    return tuple(_read_network(item, what) for item in items)


def _read_words(raw: Any, what: str) -> tuple[str, ...]:
    """Some texts."""
    items = list(raw) if isinstance(raw, list | tuple) else [raw]
    if not 1 <= len(items) <= 26:
        message = f"it lists {len(items)} texts; give 1 to 26"
        raise GivenError(what, message)
    return tuple(_read_word(item, what) for item in items)


def _read_names(raw: Any, what: str) -> tuple[str, ...]:
    """Some names: a list, or a text with spaces or commas between them."""
    items = raw if isinstance(raw, list | tuple) else [raw]
    found = [name for item in items for name in _read_word(item, what).replace(",", " ").split()]
    if not 1 <= len(found) <= MAX_NAMES:
        message = f"it lists {len(found)} names; give 1 to {MAX_NAMES}"
        raise GivenError(what, message)
    return tuple(found)


def _read_fraction(raw: Any, what: str) -> Fraction:
    """A decimal number or a fraction."""
    try:
        return answers.cell(str(raw))
    except Unreadable:
        message = f"it must be a number, but is {shortened(str(raw))!r}"
        raise GivenError(what, message) from None


class Reader(NamedTuple):
    """How the values of a word are read, and their JSON Schema."""

    read: Callable[[Any, str], Any]
    schema: dict[str, Any]

    def __call__(self, raw: Any, what: str) -> Any:
        return self.read(raw, what)


def _count(raw: Any, what: str) -> int:
    """A whole number from 1."""
    return _whole(raw, what, least=1)


def _sizes(raw: Any, what: str) -> Ints:
    """Whole numbers from 1: one for all axes, or one per axis."""
    return _read_ints(raw, what, 1)


def _whole_or_none(raw: Any, what: str) -> int | None:
    """A whole number; None if it is left out."""
    return None if raw is None else _whole(raw, what)


def _read_values(raw: Any, what: str) -> tuple[tuple[str, Fraction], ...]:
    """Names with their numbers."""
    if not isinstance(raw, dict) or len(raw) > _MAX_NAMED:
        message = "must be names and their numbers, such as {images: 32}"
        raise GivenError(what, message)
    for name in raw:
        if not _VALUE_NAME.fullmatch(str(name)):
            message = f"{shortened(str(name), 20)!r} is not a name; use letters, then digits or _"
            raise GivenError(what, message)
    return tuple([(str(name), _read_fraction(value, str(name))) for name, value in raw.items()])


def _read_limits(raw: Any, what: str) -> Limits:
    """Limits of a number: ``<= 1M``."""
    text = _read_word(raw, what)
    try:
        return limits(text)
    except Unreadable as error:
        raise GivenError(what, str(error)) from None


def _read_counts(raw: Any, what: str) -> tuple[tuple[str, Limits], ...]:
    """Limits of the number of layers: of all layers, or by kind."""
    named = raw if isinstance(raw, dict) else {ALL: raw}
    if not 1 <= len(named) <= _MAX_NAMED:
        message = f"it names {len(named)} kinds of layers; give 1 to {_MAX_NAMED}"
        raise GivenError(what, message)
    return tuple([(_read_word(word, what), _read_limits(each, what)) for word, each in named.items()])  # fmt: skip


READERS: dict[str, Reader] = {
    "int": Reader(_whole, whole_schema()),
    "int | None": Reader(_whole, whole_schema()),
    "Count": Reader(_count, whole_schema(1)),
    "Count | None": Reader(_count, whole_schema(1)),
    "Ints": Reader(_read_ints, sizes_schema()),
    "Sizes": Reader(_sizes, sizes_schema(1)),
    "Sizes | None": Reader(_sizes, sizes_schema(1)),
    "Padding": Reader(_read_pad, PADDING_SCHEMA),
    "Zeros": Reader(_whole, whole_schema()),
    "ZerosPerAxis": Reader(_read_ints, sizes_schema()),
    "Dilation": Reader(_whole_or_none, whole_schema()),
    "OutputPadding": Reader(_whole, whole_schema()),
    "Bias": Reader(_read_bool, BOOL_SCHEMA),
    "Flip": Reader(_read_bool, BOOL_SCHEMA),
    "Arch": Reader(_read_network, TEXTS_SCHEMA),
    "Archs": Reader(_read_networks, WORDS_SCHEMA),
    "NetworkName": Reader(_read_network, TEXTS_SCHEMA),
    "Hwc": Reader(_read_shape, sizes_schema(1, most=4)),
    "Hwc | None": Reader(_read_shape, sizes_schema(1, most=4)),
    "Layers": Reader(_read_layers, LAYERS_SCHEMA),
    "LayersPerAxis": Reader(_read_layers_per_axis, LAYERS_PER_AXIS_SCHEMA),
    "Rows": Reader(_read_rows, ROWS_SCHEMA),
    "Rows | None": Reader(_read_rows, ROWS_SCHEMA),
    "Stack": Reader(_read_stack, STACK_SCHEMA),
    "Kernels": Reader(_read_kernels, KERNELS_SCHEMA),
    "bool": Reader(_read_bool, BOOL_SCHEMA),
    "str": Reader(_read_word, TEXTS_SCHEMA),
    "Words": Reader(_read_words, WORDS_SCHEMA),
    "Names": Reader(_read_names, NAMES_SCHEMA),
    "Fraction": Reader(_read_fraction, NUMBER_SCHEMA),
    "Values": Reader(_read_values, {"type": "object", "additionalProperties": NUMBER_SCHEMA}),
    "Fraction | None": Reader(_read_fraction, NUMBER_SCHEMA),
    "Limits | None": Reader(_read_limits, LIMIT_SCHEMA),
    "LayerCounts": Reader(_read_counts, COUNTS_SCHEMA),
}

# The types' annotations: the type of a value after it was read.
Count = int
Sizes = Ints
Hwc = tuple[int, ...]
Layers = tuple[RfLayer, ...]
LayersPerAxis = Layers
NetworkName = str | NetworkFile
Stack = tuple[Rows, ...]
Kernels = tuple[Any, ...]
Words = tuple[str, ...]
Values = tuple[tuple[str, Fraction], ...]
Names = tuple[str, ...]
LayerCounts = tuple[tuple[str, Limits], ...]


def each(value: Ints, axes: int) -> tuple[int, ...]:
    """One number per axis."""
    return value if isinstance(value, tuple) else (value,) * axes


def need_axes(axes: int) -> None:
    """Refuse more axes than an image can have."""
    if axes > MAX_AXES:
        raise GivenError("axes", f"is {axes:,}; an image has 1, 2 or {MAX_AXES}")


def axes_of(*values: Any) -> int:
    """How many axes some numbers are for: 0 if one number is for all."""
    found = {len(value) for value in values if isinstance(value, tuple)}
    if len(found) > 1:
        raise GivenError(
            "",
            f"there are numbers for {' and '.join(map(str, sorted(found)))} axes; give the same number everywhere",
        )
    return found.pop() if found else 0
