"""The one-line language: ``conv:k5c6 pool:k2s2 3*conv:k3c64psame fc:120``.

A word is a kind (or a short form of one), then a colon and its options: a letter and a number each,
in any order. ``3x5`` gives one number per axis, ``p0,1`` cells before and after, ``psame`` a word.
A bare number is the kind's first option. What has no letter is written ``name=value`` after a slash:
``conv:k3c8/bias=false``. ``3*`` in front writes the layer three times.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from convcalc.errors import ShapeError, UsageError
from convcalc.layers import LETTERS, Layer, get_kind
from convcalc.layers.checks import check_output
from convcalc.layers.options import make_layer, options_of, required_options
from convcalc.layers.values import shown, whole_number
from convcalc.network.network import Network, Node
from convcalc.text import quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from convcalc.layers import Shape

    _Adapt = Callable[[type[Layer], dict[str, str], int], dict[str, str]]

MAX_REPEATS = 100_000
_NUMBERS = r"[0-9]+(?:,[0-9]+)*(?:x[0-9]+(?:,[0-9]+)*)*"
_PART = re.compile(
    rf"([a-z])({_NUMBERS}|valid|same_lower|same|full|causal)|([0-9]+\.[0-9]*|{_NUMBERS})"
)


def _option_texts(cls: type[Layer], text: str, label: str) -> dict[str, str]:
    """The options of one word, still as text."""
    short, *named = text.split("/")
    names = [*options_of(cls)]
    letters = {LETTERS[name]: name for name in names if name in LETTERS}
    found: dict[str, str] = {}
    at = 0
    while at < len(short):
        match = _PART.match(short, at)
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
        name = letters[letter] if letter else _first_option(cls)
        if name in found:
            raise UsageError(_given_twice(label, name))
        found[name] = value or bare
        at = match.end()
    for part in named:
        name, equals, value = part.partition("=")
        if not equals:
            message = f"{label}: {quoted(part)} lacks its value; write /name=value"
            raise UsageError(message)
        if name in found:
            raise UsageError(_given_twice(label, name))
        found[name] = value
    return found


def _given_twice(label: str, name: str) -> str:
    """The message about an option that is given twice in one word."""
    return f"{label}: {shortened(name)} is given twice; keep one"


def _first_option(cls: type[Layer]) -> str:
    """The option that a bare number means: the first that must be given, or else the first."""
    needed = [name for name in required_options(cls) if name != "out_channels"]
    return (needed or [*options_of(cls)])[0]


def _how_to_write(option: str) -> str:
    """How to write an option in a chain."""
    return f"{LETTERS[option]}3" if option in LETTERS else f"/{option}=…"


def parse_chain(
    words: Sequence[str],
    shape: Shape,
    adapt: _Adapt | None = None,
    *,
    max_layers: int = MAX_REPEATS,
) -> Network:
    """A chain of layers as a network.

    Args:
        words: one per layer, such as ``conv:k5c6``.
        shape: what goes in, channels first.
        adapt: from a kind, its options as text and the number of axes, what the options stand for,
            where that is another way of writing them.
        max_layers: refuse a chain of more layers.

    A fully connected layer after a map gets the flatten it needs.

    Raises:
        UsageError: a word that is not a layer, with its place.
        ShapeError: a layer that does not fit.
    """
    chain = _Chain(shape, max_layers)
    for word in words:
        _append_word(chain, word, adapt)
    if not chain.nodes:
        message = "a chain needs at least one layer, such as conv:k3c8"
        raise UsageError(message)
    return Network("chain", "", shape, chain.nodes)


def _append_word(chain: _Chain, word: str, adapt: _Adapt | None) -> None:
    """The layers of one word, at the end of a chain."""
    if not isinstance(word, str):
        message = f"a layer of a chain is a text such as 'conv:k3c8', but this is {shown(word)}"
        raise UsageError(message)
    times, star, rest = word.partition("*")
    label = shortened(word)
    repeats = whole_number(times, f"{label}: the number before *") if star else 1
    if repeats < 1:
        message = f"{label}: the number before * is {repeats}; use 1 or more"
        raise UsageError(message)
    if len(chain.nodes) + repeats > chain.max_layers:
        message = f"{label}: the chain grows past {chain.max_layers:,} layers; use fewer"
        raise UsageError(message)
    name, _, options = (rest if star else word).partition(":")
    if not name:
        message = f"{label}: no layer is named; write a kind, such as conv:k3c8"
        raise UsageError(message)
    cls = get_kind(name)
    if cls.merges:
        message = (
            f"{label}: {cls.kind} merges several paths, and a chain has only one; write a YAML file"
        )
        raise UsageError(message)
    texts = _option_texts(cls, options, label)
    texts = adapt(cls, texts, len(chain.shape) - 1) if adapt else texts
    known = options_of(cls)
    layers: dict[int, Layer] = {}
    for _ in range(repeats):
        channels = 0 if "out_channels" in texts else chain.shape[0]
        if channels not in layers:
            given = {"out_channels": str(channels), **texts} if "out_channels" in known else texts
            layers[channels] = make_layer(cls, given, text=True, label=label, example=_how_to_write)
        if len(chain.shape) > 1 and cls.needs_flat:
            chain.append(make_layer(get_kind("flatten"), {}), "flatten")
        chain.append(layers[channels], label)


class _Chain:
    """The nodes so far, and the shape that comes out of them.

    Args:
        shape: what goes in.
        max_layers: how many nodes it may have, besides the flattens that are put in.
    """

    def __init__(self, shape: Shape, max_layers: int) -> None:
        self.shape, self.max_layers = shape, max_layers
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
                check_output(out)
            except ShapeError as error:
                message = f"{name} ({label}): {error.what}"
                raise ShapeError(message) from None
        self.shape = self.found[key]
        self.nodes.append(Node(name, layer, (len(self.nodes) - 1,)))
