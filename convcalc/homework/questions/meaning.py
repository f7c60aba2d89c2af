"""What the words of a question mean under the conventions of its sheet; only this module reads them.

A question type names the type of each word in its annotations. `MEANINGS` says which conventions
apply to words of that type, and what a word then means: a padding becomes the zeros before and
after, a dilation counts from 1, a bias that the question does not state is counted or not. A type
whose answer has a unit (multiply-adds or operations, MB or MiB, the order of a volume) also
annotates that; such an attribute is not a word of ``given:``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from convcalc import formulas
from convcalc.homework.conventions import Conventions
from convcalc.homework.questions.given import GivenError, Ints, NetworkFile, RfLayer, axes_of, each
from convcalc.homework.questions.networks import Design, Writing
from convcalc.homework.questions.rows import Counting
from convcalc.layers import window


def default(value: Any) -> Any:
    """The default of a word; typed as its meaning."""
    return value


class Padding(NamedTuple):
    """A padding with its meaning.

    Attributes:
        given: as written in the question: numbers, or a word.
        total: whether a number is for both sides together.
        symmetric: whether "same" adds (k − 1)/2 on each side.
    """

    given: Ints | str
    total: bool = False
    symmetric: bool = False

    @property
    def shown(self) -> Ints | str | None:
        """The padding as written, for sentences; None if there is none."""
        return self.given or None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The written numbers, one or one per axis; () for a word."""
        return () if isinstance(self.given, str) else each(self.given, 1)

    def sides(self, axes: int) -> tuple[tuple[int, int], ...]:
        """The zeros before and after along each axis; none for a padding in words."""
        pads = (0,) * axes if isinstance(self.given, str) else each(self.given, axes)
        return tuple([(pad // 2, pad - pad // 2) if self.total else (pad, pad) for pad in pads])

    def along(self, n: int, k: int, s: int, d: int, sides: tuple[int, int]) -> tuple[int, int]:
        """The zeros before and after along one axis; for a word they follow from the window."""
        if self.given == "same" and self.symmetric:
            total = formulas.full_padding(k, d)
            return total // 2, total - total // 2
        return window.PADDINGS[self.given](n, k, s, d) if isinstance(self.given, str) else sides


class Meaning(NamedTuple):
    """The meaning of a type of word.

    Attributes:
        conventions: the conventions that decide.
        apply: gives the meaning of a value, from the value, the words before it, and the conventions.
    """

    conventions: tuple[str, ...]
    apply: Callable[[Any, Mapping[str, Any], Conventions], Any]


def _padding(value: Ints | str, _words: Mapping[str, Any], c: Conventions) -> Padding:
    """The zeros that a padding means."""
    return Padding(value, c.padding == "total", c.same == "symmetric")


def _dilation(value: int | None, _words: Mapping[str, Any], c: Conventions) -> int:
    """A dilation, counted from 1 even if the sheet counts from 0; 1 by default."""
    if value is None:
        return 1
    if value < int(c.dilation_base):
        message = "dilation 0 is not possible here: this sheet counts from 1; write 1 or more, or set dilation_base: 0"
        raise GivenError("d", message)
    return value + 1 - int(c.dilation_base)


def _layers(value: tuple[RfLayer, ...], words: Mapping[str, Any], c: Conventions) -> Any:
    """Layers of a receptive-field question, their dilations counted from 1."""

    def counted(d: Ints) -> Ints:
        if isinstance(d, tuple):
            return tuple([_dilation(each, words, c) for each in d])
        return _dilation(d, words, c)

    return tuple([x._replace(d=counted(x.d)) if x.is_dilated else x for x in value])


def _bias(value: bool | None, _words: Mapping[str, Any], c: Conventions) -> bool:  # noqa: FBT001 - an option's value
    """Whether biases count: as the question says, or as the sheet does."""
    return c.bias != "false" if value is None else value


def _flip(value: bool | None, _words: Mapping[str, Any], c: Conventions) -> bool:  # noqa: FBT001 - an option's value
    """Whether the kernel is flipped: as the question says, or as the sheet does."""
    return c.conv == "convolution" if value is None else value


def _output_padding(value: int | None, words: Mapping[str, Any], c: Conventions) -> Ints:
    """The output padding of a transposed convolution: as written, or the one that makes its size n·s."""
    if value is not None or c.transposed_out_pad == "0":
        return value or 0
    s, p = words["s"], words["p"]
    k = words["k"] if "k" in words else len(words["w"])
    axes = axes_of(s, p.given, k) or 1
    found = []
    for step, sides, kernel in zip(each(s, axes), p.sides(axes), each(k, axes)):
        # size without it: (n − 1)·s − the padding + d·(k − 1) + 1
        missing = step + sum(sides) - formulas.effective_kernel(kernel, words.get("d", 1))
        found.append(max(0, min(missing, step - 1)))
    return found[0] if len(set(found)) == 1 else tuple(found)


def _pool_numbers(_value: None, _words: Mapping[str, Any], c: Conventions) -> int:
    """The parameters of a pool per map: none, or a weight and, if biases count, a bias."""
    return 0 if c.pool_bias != "lenet" else 2 if c.bias != "false" else 1


def _design(value: str | NetworkFile, _words: Mapping[str, Any], c: Conventions) -> Design:
    """A network in the sheet's notation and counting."""
    writing = Writing(c.padding == "total", c.same == "symmetric", int(c.dilation_base), c.fit)
    counting = Counting(c.bias != "false", c.bn == "all", c.pool_bias == "lenet", c.flops)
    return Design(value, writing, counting)


def _designs(value: tuple[str | NetworkFile, ...], words: Mapping[str, Any], c: Conventions) -> Any:
    """Several networks."""
    return tuple([_design(text, words, c) for text in value])


def _asked(convention: str, values: Mapping[str, Any] | None = None) -> Meaning:
    """The value of a convention that decides what is asked for, or its translation."""
    return Meaning(
        (convention,),
        lambda _value, _words, c: (values or {}).get(
            getattr(c, convention), getattr(c, convention)
        ),
    )


NETWORK_TYPES = ("Arch", "Archs")
NETWORK_WORD = "arch"  # the word in refusals of a network; a type may use another word
_NETWORK = ("padding", "same", "dilation_base", "fit", "bias", "bn", "pool_bias", "flops")
MEANINGS: dict[str, Meaning] = {
    "Padding": Meaning(("padding", "same"), _padding),
    "Zeros": Meaning(("padding",), _padding),
    "ZerosPerAxis": Meaning(("padding",), _padding),
    "Dilation": Meaning(("dilation_base",), _dilation),
    "Layers": Meaning(("dilation_base",), _layers),
    "LayersPerAxis": Meaning(("dilation_base",), _layers),
    "Bias": Meaning(("bias",), _bias),
    "BiasCounted": _asked("bias", {"true": True, "ask": True, "false": False}),
    "Flip": Meaning(("conv",), _flip),
    "OutputPadding": Meaning(("transposed_out_pad",), _output_padding),
    "Arch": Meaning(_NETWORK, _design),
    "Archs": Meaning(_NETWORK, _designs),
    "Fit": _asked("fit"),
    "Order": _asked("order"),
    "Operations": _asked("flops"),
    "Products": Meaning((), lambda _value, _words, _c: "macs"),  # a product per multiply-add
    "BothOperations": _asked("flops", {"macs": "2macs"}),
    "ByteUnit": _asked("bytes"),
    "NeuronMeaning": _asked("neurons"),
    "NormNumbers": _asked("bn", {"trainable": 2, "all": 4}),
    "LenetTables": _asked("lenet_c3"),
    "PoolNumbers": Meaning(("pool_bias", "bias"), _pool_numbers),
    "EachHasBiases": _asked("separable_bias", {"both": True, "last": False}),
    "InPixels": _asked("rf", {"side": False, "pixels": True}),
    "PadCounts": _asked("avg_pool_border", {"count": True, "ignore": False}),
    "SameMeaning": _asked("same", {"tf": False, "symmetric": True}),
    "DilationBase": _asked("dilation_base", {"0": 0, "1": 1}),
    "PaddingMeaning": _asked("padding", {"per-side": False, "total": True}),
}

# The conventions ignored by a type of question that only asks for sizes of a network.
NOTHING_COUNTED = dict.fromkeys(
    ("bias", "bn", "pool_bias", "flops"), "no parameters or operations are asked for"
)

# The annotations of question types: the meaning of a word after conventions were applied.
Zeros: TypeAlias = Padding
ZerosPerAxis: TypeAlias = Padding
Dilation: TypeAlias = int
Bias: TypeAlias = bool
BiasCounted: TypeAlias = bool
Flip: TypeAlias = bool
OutputPadding: TypeAlias = Any  # a number, or one per axis
Arch: TypeAlias = Design
Archs: TypeAlias = tuple[Design, ...]
Fit: TypeAlias = str
Order: TypeAlias = str
Operations: TypeAlias = str
BothOperations: TypeAlias = str
Products: TypeAlias = str
ByteUnit: TypeAlias = str
NeuronMeaning: TypeAlias = str
NormNumbers: TypeAlias = int
LenetTables: TypeAlias = str
PoolNumbers: TypeAlias = int
EachHasBiases: TypeAlias = bool
InPixels: TypeAlias = bool
PadCounts: TypeAlias = bool
SameMeaning: TypeAlias = bool
DilationBase: TypeAlias = int
PaddingMeaning: TypeAlias = bool
