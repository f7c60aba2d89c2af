"""The one-line language: ``conv:k5c6 pool:k2s2 3*conv:k3c64psame fc:120``.

A word is a kind (or a short form of one), then a colon and its options: a letter and a number each,
in any order. ``3x5`` is one number per axis, ``p0,1`` the cells before and after, ``psame`` a word.
A bare number is the kind's first option. Options without a letter follow a slash as ``name=value``:
``conv:k3c8/bias=false``. ``3*`` before a layer repeats it, ``3*(conv:k3c8p1 relu)`` repeats a group.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import RoomError, ShapeError, UsageError
from convcalc.layers import LETTERS, Layer, Shape, find, get_kind, pool_called
from convcalc.layers.aliases import defaults_of, own_option
from convcalc.layers.options import make_layer, options_of, required_options
from convcalc.layers.values import shown, whole_number, with_x
from convcalc.network.network import Network, Node
from convcalc.text import quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Adapt = Callable[[type[Layer], dict[str, str], int], dict[str, str]]

_TRAINED = {"bias", "affine", "per_channel"}  # a kind with one of these options has weights
MAX_REPEATS = 100_000
_NUMBERS = r"[0-9]+(?:,[0-9]+)*(?:x[0-9]+(?:,[0-9]+)*)*"
_NAMED = re.compile(r"([a-z_]{2,30})=(\([^()]*\)|\[[^\[\]]*\]|[^,]+)")
_PART = re.compile(
    rf"([a-z])({_NUMBERS}|valid|same_lower|same|full|causal)|([0-9]+\.[0-9]*|{_NUMBERS})"
)


_BARE_CONV = re.compile(rf"(?:[kcspdg]{_NUMBERS})+")


def with_kind(word: str) -> str:
    """A word of a chain with its kind: filters of a size without one are a convolution.

    >>> with_kind("c32k3"), with_kind("2*k3c8p1"), with_kind("k3"), with_kind("pool:k2")
    ('conv:c32k3', '2*conv:k3c8p1', 'k3', 'pool:k2')
    """
    times, star, name = word.rpartition("*")
    is_conv = "k" in name and "c" in name and _BARE_CONV.fullmatch(name)
    return f"{times}{star}conv:{name}" if is_conv else word


def names_kind(word: str) -> bool:
    """Whether a word of a chain begins with a kind, perhaps after how often it is repeated.

    >>> names_kind("c32k3"), names_kind("2*pool:k2"), names_kind("resnet50")
    (True, True, False)
    """
    return find(with_kind(word).rpartition("*")[2].partition(":")[0]) is not None


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
            message = f"{label}: cannot read {quoted(short[at:])}; {_spelt_right(cls, short)}"
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
        if bare and re.fullmatch(r"[0-9]+,[0-9]+", bare) and name == "kernel_size":
            raise UsageError(f"{label}: {_two_meanings(bare, names)}")
        if name in found:
            raise UsageError(_given_twice(label, name))
        found[name] = value or bare
        at = match.end()
    for part in named:
        word, equals, value = part.partition("=")
        if not equals:
            message = f"{label}: {quoted(part)} has no value; write /name=value"
            raise UsageError(message)
        name = own_option(cls, word) or word
        if name in found:
            raise UsageError(_given_twice(label, name))
        found[name] = value
    return found


def _two_meanings(bare: str, names: Sequence[str]) -> str:
    """What two numbers without a letter can mean behind the name of a layer with a window."""
    first, second = bare.split(",")
    other, letter = ("filters", "c") if "out_channels" in names else ("steps", "s")
    return f"{bare} can be the sides of a window, or a window and its {other}; write k{first}x{second}, or k{first}{letter}{second}"


def _spelt_right(cls: type[Layer], short: str) -> str:
    """How to write options that cannot be read."""
    pairs = [match.groups() for match in _NAMED.finditer(short)]
    ours = [LETTERS.get(own_option(cls, name), "") for name, _ in pairs]
    if pairs and all(ours) and ",".join(f"{name}={value}" for name, value in pairs) == short:
        return f"write {shortened(''.join(f'{o}{with_x(v)}' for o, (_, v) in zip(ours, pairs)))}"
    named = re.match(r"[a-z_]{2,}=\w+", short[max(0, short.find("=") - 40) :])
    if named:
        return f"a named option follows a slash, as /{shortened(named[0])}"
    plain = re.sub("[=,;]", "", short)
    if "=" in short and re.fullmatch(f"(?:{_PART.pattern})+", plain):
        return f"write {shortened(plain)}"
    return "options are a letter and a number, such as k3c64s2p1"


def _given_twice(label: str, name: str) -> str:
    """The message about an option that is given twice in one word."""
    return f"{label}: {shortened(name)} is given twice; keep one"


def _pool_instead(name: str, options: str) -> str:
    """The pool that the name of a join, such as max, may mean."""
    pool = pool_called(name)
    return f", or {shortened(f'{pool.kind}:{options}'.rstrip(':'))} for a pool" if pool else ""


def _first_option(cls: type[Layer]) -> str:
    """The option for a bare number: the first required one, or else the first."""
    needed = [name for name in required_options(cls) if name != "out_channels"]
    return (needed or [*options_of(cls)])[0]


def _how_to_write(option: str) -> str:
    """How to write an option in a chain."""
    return f"{LETTERS[option]}3" if option in LETTERS else f"/{option}=…"


class Written(NamedTuple):
    """A layer as written in a text; its input shape is not known yet.

    Attributes:
        label: its name in messages: the word, or the line of code.
        cls: its kind.
        options: by name: texts, or Python values.
        times: how often it is repeated.
        is_text: whether the options are texts.
        name: its name, if the text has one.
        called: its name in tables, if different from the label.
        code: its text on one line, if different from the label.
        reads: its input channels in the text; 0 if not given.
        reads_values: whether that number is values, not channels.
        reads_shape: its input sizes in the text; empty if not given.
        flattens: whether a map before it is flattened automatically.
    """

    label: str
    cls: type[Layer]
    options: Mapping[str, Any] = MappingProxyType({})
    times: int = 1
    is_text: bool = True
    name: str = ""
    called: str = ""
    code: str = ""
    reads: int = 0
    reads_values: bool = False
    reads_shape: Shape = ()
    flattens: bool = True

    @property
    def is_trained(self) -> bool:
        """Whether its kind has weights."""
        return bool(_TRAINED & options_of(self.cls).keys())


def parse_chain(
    words: Sequence[str],
    shape: Shape,
    adapt: Adapt | None = None,
    *,
    max_layers: int = MAX_REPEATS,
) -> Network:
    """A chain of layers as a network.

    Args:
        words: one per layer, such as ``conv:k5c6``.
        shape: the input, channels first.
        adapt: for a kind, its options as text and the number of axes, returns the options to use
            instead, if they were written in another way.
        max_layers: refuse longer chains.

    A fully connected layer after a map gets the flatten that it needs.

    Raises:
        UsageError: a word is not a layer; the message has its place.
        ShapeError: a layer does not fit.
    """
    chain = Chain(shape, max_layers, to_the_end=True)
    for written in read_words(words, max_layers):
        chain.add(written, adapt)
    return chain.network()


def read_words(words: Sequence[str], most: int = MAX_REPEATS) -> Iterator[Written]:
    """The words of a chain, with groups repeated.

    Raises:
        UsageError: one of them is not a layer, or there are more than ``most``.
    """
    texts: Iterable[str] = words
    if any(isinstance(word, str) and ("(" in word or ")" in word) for word in words):
        from convcalc.network.chain_groups import written_out  # noqa: PLC0415 - few chains have groups

        texts = written_out(words, most)
    known: dict[str, Written] = {}
    for text in texts:
        if not isinstance(text, str) or text not in known:
            known[text] = read_word(text)
        yield known[text]


def read_word(word: str) -> Written:
    """One word of a chain.

    Raises:
        UsageError: it is not a layer.
    """
    if not isinstance(word, str):
        message = f"a layer of a chain is a text such as 'conv:k3c8', but this is {shown(word)}"
        raise UsageError(message)
    label, word = shortened(word), with_kind(word)
    # After the colon, a star multiplies sides of a custom layer.
    times, star, rest = word.partition("*") if "*" in word.partition(":")[0] else ("", "", word)
    repeats = whole_number(times, f"{label}: the number before *") if star else 1
    if repeats < 1:
        message = f"{label}: the number before * is {repeats}; use 1 or more"
        raise UsageError(message)
    name, _, options = (rest if star else word).partition(":")
    if not name:
        message = f"{label or quoted(label)}: no layer is named; write a kind, such as conv:k3c8"
        raise UsageError(message)
    kind, equals, short = name.partition("=")
    if equals and find(kind):
        message = f"{label}: options follow a colon; write {shortened(f'{times}{star}' * bool(star) + f'{kind}:{short}')}"
        raise UsageError(message)
    cls = get_kind(name)
    if cls.merges:
        message = (
            f"{label}: {cls.kind} merges several paths, and a chain has only one; "
            f"write a YAML file{_pool_instead(name, options)}"
        )
        raise UsageError(message)
    if options.isdigit() and name in cls.unclear_short:
        example = cls.unclear_short[name].format(options)
        message = (
            f"{label}: {name} makes {options} parts, but a layer gives one of them; write {example}"
        )
        raise UsageError(message)
    given = defaults_of(name) | _option_texts(cls, options, label)
    return Written(label, cls, given, repeats)


def read_layer(word: str) -> Layer:
    """The layer of one word of a chain.

    Raises:
        UsageError: it is not exactly one layer, or an option is wrong or missing.
    """
    written = read_word(word)
    if written.times > 1:
        message = f"{written.label} is several layers; write repeat: {written.times}, and layers: [{word.partition('*')[2]}]"
        raise UsageError(message)
    return make_layer(
        written.cls, written.options, text=True, label=written.label, example=_how_to_write
    )


class Chain:
    """The nodes so far, and their output shape.

    Args:
        shape: the input.
        max_layers: the largest number of nodes, without the inserted flattens.
        to_the_end: whether an error about a layer that does not fit waits until the chain is
            complete, so that the error contains all of it.

    Attributes:
        labels: how the text writes each node; empty for an inserted flatten.
    """

    def __init__(
        self, shape: Shape, max_layers: int = MAX_REPEATS, *, to_the_end: bool = False
    ) -> None:
        self.input = self.shape = shape
        self.max_layers, self.to_the_end = max_layers, to_the_end
        self._misfit: tuple[ShapeError, int] | None = None
        self.nodes: list[Node] = []
        self.labels: list[str] = []
        self._names = {"input"}  # names that no layer can have
        self._counts: dict[str, int] = {}
        self._found: dict[tuple[Layer, Shape], Shape] = {}

    def network(self) -> Network:
        """The chain as a network.

        Raises:
            UsageError: it has no layers.
            ShapeError: a layer did not fit, and ``to_the_end`` is set.
        """
        if not self.nodes:
            message = "a chain needs at least one layer, such as conv:k3c8"
            raise UsageError(message)
        network = Network("chain", "", self.input, self.nodes)
        if self._misfit:
            error, place = self._misfit
            error.failed = network, place
            raise error
        return network

    def add(self, written: Written, adapt: Adapt | None = None) -> None:
        """Append a layer, as often as it is repeated.

        Raises:
            UsageError: its options are wrong, or the chain gets too long.
            ShapeError: it does not fit.
        """
        cls, label, given = written.cls, written.label, dict(written.options)
        if len(self.nodes) + written.times > self.max_layers:
            message = f"{label}: the chain has more than {self.max_layers:,} layers; use fewer"
            raise UsageError(message)
        if adapt and written.is_text:
            given = adapt(cls, given, len(self.shape) - 1)
        layers: dict[int, Layer] = {}
        for _ in range(written.times):
            channels = 0 if "out_channels" in given else self.shape[0]
            if channels not in layers:
                layers[channels] = self._layer(written, given, channels)
            if len(self.shape) > 1 and layers[channels].takes_vectors() and written.flattens:
                self.append(make_layer(get_kind("flatten"), {}), "flatten", "")
            self.append(layers[channels], label, written.called or label, written.name)

    def _layer(self, written: Written, given: Mapping[str, Any], channels: int) -> Layer:
        """A layer with its options; without a number of filters it keeps the channels."""
        options = dict(given)
        if "out_channels" in options_of(written.cls):
            options = {"out_channels": str(channels) if written.is_text else channels, **given}
        return make_layer(
            written.cls, options, text=written.is_text, label=written.label, example=_how_to_write
        )

    def append(self, layer: Layer, label: str, written: str | None = None, name: str = "") -> None:
        """Add a layer at the end.

        Args:
            layer: the layer.
            label: its name in messages.
            written: how the text writes it, if different.
            name: its name, unless another layer has it; by default the kind and a number.

        Raises:
            ShapeError: it does not fit, or its output is too large.
        """
        count = self._counts[layer.kind] = self._counts.get(layer.kind, 0) + 1
        joint = "_" if layer.kind[-1:].isdigit() else ""
        if not name or name in self._names:
            name = f"{layer.kind}{joint}{count}"
        while name in self._names:
            name += "_"
        self._names.add(name)
        key = (layer, self.shape)
        if key not in self._found:
            try:
                out = layer.checked_out_shape(self.shape)
            except ShapeError as error:
                misfit = ShapeError(f"{name} ({label}): {error.what}")
                if not (self.to_the_end and isinstance(error, RoomError)):
                    raise misfit from None
                out = self._past(layer, misfit)
            self._found[key] = out
        self.shape = self._found[key]
        self.nodes.append(Node(name, layer, (len(self.nodes) - 1,)))
        self.labels.append(label if written is None else written)

    def _past(self, layer: Layer, error: ShapeError) -> Shape:
        """The shape after a layer that does not fit; its error is raised at the end."""
        self._misfit = self._misfit or (error, len(self.nodes))
        channels, *sizes = layer.out_shape(self.shape)
        return (channels, *[max(1, size) for size in sizes])
