"""The one-line language: ``conv:k5c6 pool:k2s2 3*conv:k3c64psame fc:120``.

A word is a kind (or a short form of one), then a colon and its options: a letter and a number each,
in any order. ``3x5`` gives one number per axis, ``p0,1`` cells before and after, ``psame`` a word.
A bare number is the kind's first option. What has no letter is written ``name=value`` after a slash:
``conv:k3c8/bias=false``. ``3*`` in front writes the layer three times.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, get_args

from convcalc.errors import ShapeError, UsageError, did_you_mean, quoted, shortened
from convcalc.layers import LETTERS, Layer, base, every, find
from convcalc.network.network import Network, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from convcalc.layers import Shape

MOST_DIGITS = 12
MOST_FRACTION = 10**9
MOST_REPEATS = 100_000
NUMBERS = r"[0-9]+(?:,[0-9]+)*(?:x[0-9]+(?:,[0-9]+)*)*"
PART = re.compile(
    rf"([a-z])({NUMBERS}|valid|same_lower|same|full|causal)|([0-9]+\.[0-9]*|{NUMBERS})"
)
DECIMAL = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]{1,3})?")


def whole(text: str, what: str) -> int:
    """A whole number from the command line.

    Raises:
        UsageError: it is none, or too long.
    """
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        way_out = "sizes and counts have no fractions" if "." in text else "write plain digits"
        message = f"{what} must be a whole number, but is {quoted(text)}; {way_out}"
        raise UsageError(message)
    if len(digits) > MOST_DIGITS:
        message = f"{what} has {len(digits):,} digits; use a number of up to {MOST_DIGITS} digits"
        raise UsageError(message)
    return int(text)


def parts_of(text: str, separator: str, what: str, example: str) -> list[str]:
    """The parts between separators, none of them empty."""
    parts = text.split(separator)
    if len(parts) > 1 and "" in parts:
        message = f"{what} must be numbers such as {example}, but is {quoted(text)}"
        raise UsageError(message)
    return parts


def spatial(text: str, what: str) -> Any:
    """``3`` or ``3x5``."""
    numbers = tuple(whole(part, what) for part in parts_of(text, "x", what, "3 or 3x5"))
    return numbers[0] if len(numbers) == 1 else numbers


def sides(text: str, what: str) -> Any:
    """``1``, ``1x2``, ``0,1`` or ``0,1x0,1``."""
    found: list[Any] = []
    for part in parts_of(text, "x", what, "1 or 1x2"):
        numbers = tuple(whole(number, what) for number in parts_of(part, ",", what, "0,1"))
        if len(numbers) > 2:
            message = f"{what} has {len(numbers)} numbers for one axis; give one, or before,after"
            raise UsageError(message)
        found.append(numbers[0] if len(numbers) == 1 else numbers)
    return found[0] if len(found) == 1 and isinstance(found[0], int) else tuple(found)


def pair(text: str, what: str) -> Any:
    """``0,2``: two numbers, before and after."""
    numbers = tuple(whole(part, what) for part in parts_of(text, ",", what, "0,2"))
    if len(numbers) != 2:
        message = f"{what} takes two numbers, before,after, but is {quoted(text)}"
        raise UsageError(message)
    return numbers


def padding(text: str, what: str) -> Any:
    """Sides, or a word such as ``same``."""
    if re.fullmatch(r"[A-Za-z_]+", text):
        return choice(*get_args(base.PaddingWord))(text, what)
    return sides(text, what)


def boolean(text: str, what: str) -> bool:
    """``true`` or ``false``."""
    return choice("true", "false")(text, what) == "true"


def decimal(text: str, what: str) -> float:
    """A decimal number."""
    value = float(text) if len(text) <= 40 and DECIMAL.fullmatch(text) else None
    if value is None or abs(value) > MOST_FRACTION:
        message = f"{what} must be a number such as 0.5, but is {quoted(text)}"
        raise UsageError(message)
    return value


def choice(*known: str) -> Callable[[str, str], str]:
    """One of some words."""

    def read(text: str, what: str) -> str:
        if text not in known:
            message = f"{what} cannot be {quoted(text)}{did_you_mean(text, known)}"
            raise UsageError(message)
        return text

    return read


def refused(text: str, what: str) -> str:
    """An option that only a file can give."""
    message = (
        f"{what} cannot be given in one line, so {quoted(text)} is not read; write a YAML file"
    )
    raise UsageError(message)


READERS: dict[str, Callable[[str, str], Any]] = {
    "int": whole,
    "float": decimal,
    "bool": boolean,
    "str | None": refused,
    "Spatial": spatial,
    "Spatial | None": spatial,
    "Sides": sides,
    "Sides | None": sides,
    "tuple[int, int]": pair,
    "Shape": lambda text, what: tuple(whole(part, what) for part in text.split("x")),
    "Padding": padding,
    "Connections | None": refused,
    "Fit": choice(*get_args(base.Fit)),
    "SizeRule": choice(*get_args(base.SizeRule)),
    "Mode": choice(*get_args(base.Mode)),
}


def kind_named(word: str) -> type[Layer]:
    """A kind by its name or a short form.

    Raises:
        UsageError: there is none.
    """
    cls = find(word)
    if cls:
        return cls
    names = [name for each in every().values() for name in each.names()]
    known = [name for name in names if not re.search("[0-9]d$", name)]  # conv rather than conv2d
    near = did_you_mean(word.lower(), known) or "; convcalc kinds lists them"
    message = f"no layer kind {quoted(word)}{near}"
    raise UsageError(message)


def made(cls: type[Layer], options: dict[str, str], *, label: str, channels: int) -> Layer:
    """A layer from options as text.

    Args:
        cls: the kind.
        options: option names to what the user wrote.
        label: how to call the layer in messages.
        channels: what goes in, which is also how many come out unless the options say so.

    Raises:
        UsageError: an unknown option, a value that is none, or one that is missing.
    """
    known = {field.name: field for field in fields(cls)}
    values: dict[str, Any] = {}
    for name, text in options.items():
        if name not in known:
            near = did_you_mean(name, known) if known else "; it has none"
            whose = label if label == cls.kind else f"{label}: {cls.kind}"
            message = f"{whose} has no option {quoted(name)}{near}"
            raise UsageError(message)
        values[name] = READERS[str(known[name].type)](text, f"{label}: {name}")
    if "out_channels" in known and "out_channels" not in values:
        values["out_channels"] = channels
    for name, field in known.items():
        if field.default is MISSING and name not in values:
            letter = LETTERS.get(name)
            hint = f"{letter}3" if letter else f"/{name}=…"
            message = f"{label}: {cls.kind} needs {name}; write it as {hint}"
            raise UsageError(message)
    return cls(**values)


def option_texts(cls: type[Layer], text: str, label: str) -> dict[str, str]:
    """The options of one word, still as text."""
    short, *named = text.split("/")
    names = [field.name for field in fields(cls)]
    letters = {LETTERS[name]: name for name in names if name in LETTERS}
    found: dict[str, str] = {}
    at = 0
    while at < len(short):
        match = PART.match(short, at)
        if not match:
            message = f"{label}: cannot read {quoted(short[at:])}; options are a letter and a number, such as k3c64s2p1"
            raise UsageError(message)
        letter, value, bare = match.groups()
        if bare and not names:
            message = f"{label}: {cls.kind} has no options; leave {quoted(bare)} out"
            raise UsageError(message)
        if letter and letter not in letters:
            takes = ", ".join(f"{key} {name}" for key, name in letters.items())
            known = f"its letters are {takes}" if takes else "it has none"
            message = f"{label}: {cls.kind} has no option {letter!r}; {known}"
            raise UsageError(message)
        name = letters[letter] if letter else first_option(cls)
        if name in found:
            raise UsageError(given_twice(label, name))
        found[name] = value or bare
        at = match.end()
    for part in named:
        name, equals, value = part.partition("=")
        if not equals:
            message = f"{label}: {quoted(part)} lacks its value; write /name=value"
            raise UsageError(message)
        if name in found:
            raise UsageError(given_twice(label, name))
        found[name] = value
    return found


def given_twice(label: str, name: str) -> str:
    """What to say of an option that stands twice in one word."""
    return f"{label}: {shortened(name)} is given twice; keep one"


def first_option(cls: type[Layer]) -> str:
    """The option that a bare number means: the first that must be given, or else the first."""
    every = fields(cls)
    needed = [
        field.name for field in every if field.default is MISSING and field.name != "out_channels"
    ]
    return (needed or [field.name for field in every])[0]


def chained(words: Sequence[str], shape: Shape) -> Network:
    """A chain of layers as a network.

    Args:
        words: one per layer, such as ``conv:k5c6``.
        shape: what goes in, channels first.

    A fully connected layer after a map gets the flatten it needs.

    Raises:
        UsageError: a word that is no layer, with its place.
        ShapeError: a layer that does not fit.
    """
    chain = Chain(shape)
    for word in words:
        times, star, rest = word.partition("*")
        label = shortened(word)
        repeats = whole(times, f"{label}: the number before *") if star else 1
        if repeats < 1:
            message = f"{label}: the number before * is {repeats}; use 1 or more"
            raise UsageError(message)
        if len(chain.nodes) + repeats > MOST_REPEATS:
            message = f"{label}: the chain grows past {MOST_REPEATS:,} layers; use fewer"
            raise UsageError(message)
        name, _, options = (rest if star else word).partition(":")
        if not name:
            message = f"{label}: no layer is named; write a kind, such as conv:k3c8"
            raise UsageError(message)
        cls = kind_named(name)
        if cls.merges:
            message = f"{label}: {cls.kind} joins paths, which a chain has not; write a YAML file"
            raise UsageError(message)
        texts = option_texts(cls, options, label)
        layers: dict[int, Layer] = {}
        for _ in range(repeats):
            channels = 0 if "out_channels" in texts else chain.shape[0]
            if channels not in layers:
                layers[channels] = made(cls, texts, label=label, channels=channels)
            if len(chain.shape) > 1 and cls.needs_flat:
                chain.append(kind_named("flatten")(), "flatten")
            chain.append(layers[channels], label)
    if not chain.nodes:
        message = "a chain needs at least one layer, such as conv:k3c8"
        raise UsageError(message)
    return Network("chain", "", shape, chain.nodes)


class Chain:
    """The nodes so far, and the shape that comes out of them.

    Args:
        shape: what goes in.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.nodes: list[Node] = []
        self.counts: dict[str, int] = {}
        self.found: dict[tuple[Layer, Shape], Shape] = {}

    def append(self, layer: Layer, label: str) -> None:
        """Add a layer at the end.

        Raises:
            ShapeError: it does not fit, or gives more than can be counted.
        """
        count = self.counts[layer.kind] = self.counts.get(layer.kind, 0) + 1
        joint = "_" if layer.kind[-1:].isdigit() else ""
        name = f"{layer.kind}{joint}{count}"
        key = (layer, self.shape)
        if key not in self.found:
            try:
                layer.check(self.shape)
                out = self.found[key] = layer.out_shape(self.shape)
                base.check_output(out)
            except ShapeError as error:
                message = f"{name} ({label}): {error.what}"
                raise ShapeError(message) from None
        self.shape = self.found[key]
        self.nodes.append(Node(name, layer, (len(self.nodes) - 1,)))


def shape_of(text: str, what: str = "--input") -> Shape:
    """A shape such as ``3x224x224``.

    Raises:
        UsageError: it is none.
    """
    parts = re.split(r"[x×,]", text.strip().lower())
    if not all(parts) or len(parts) > 8:
        message = f"{what} must be a shape such as 3x224x224, but is {quoted(text)}"
        raise UsageError(message)
    shape = tuple(whole(part, what) for part in parts)
    if min(shape) < 1:
        message = f"{what} has a side of {min(shape)}; use 1 or more"
        raise UsageError(message)
    return shape
