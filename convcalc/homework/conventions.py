"""The conventions of a sheet, which decide whether an answer is right, and the presets of courses.

Each convention is one row of `RULES`: its values, what the header of a sheet says about each, and
what is said about an answer that is right under another value. A new one is a row there and a field of
`Conventions` with the usual value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

from convcalc.errors import UsageError, did_you_mean
from convcalc.registry import Registry
from convcalc.text import quoted


class Value(NamedTuple):
    """One value of a convention, in the words of three sentences.

    Attributes:
        header: what the header of a sheet says.
        right: ends "right …", for an answer that would be right under this value; empty if
            no answer can be.
        sheet: ends "this sheet …", for a sheet with this value.
    """

    header: str
    right: str
    sheet: str


class Rule(NamedTuple):
    """One convention.

    Attributes:
        about: what it decides.
        values: its values by name.
        tier: ``notation`` (full points unless the sheet says otherwise), ``counting`` (points as
            ``grading: other_convention`` says) or ``mistake`` (what the sheet defines was misread: a
            mistake of the catalogue, unless the sheet allows it by name).
    """

    about: str
    values: dict[str, Value]
    tier: str = "counting"


RULES: Registry[Rule] = Registry("convention")


def _rule(
    name: str, about: str, values: dict[str, tuple[str, str, str]], tier: str = "counting"
) -> None:
    """Register a convention."""
    RULES.register(name, Rule(about, {key: Value(*text) for key, text in values.items()}, tier))


_rule(
    "fit",
    "what happens when the window does not fit exactly",
    {
        "floor": ("Round sizes down", "in libraries that round sizes down", "rounds sizes down"),
        "strict": (
            "If a size is not a whole number, write: does not fit",
            "where a window must fit exactly",
            'asks you to write "does not fit"',
        ),
        "ceil": (
            "Pools round sizes up, as in Caffe",
            "where pools round sizes up, as in Caffe",
            "rounds the sizes of pools up",
        ),
    },
)
_rule(
    "padding",
    "what a padding of p means",
    {
        "per-side": (
            "A padding of p means p on each side",
            "if the padding is given per side",
            "gives the padding per side",
        ),
        "total": (
            "A padding of p means p on both sides together",
            "if the padding is the total of both sides",
            "gives the total padding of both sides",
        ),
    },
    "mistake",
)
_rule(
    "same",
    'what "same" padding means',
    {
        "tf": (
            '"Same" padding gives the size ⌈n/s⌉, as in TensorFlow',
            'for "same" padding as in TensorFlow',
            'uses "same" padding as in TensorFlow',
        ),
        "symmetric": (
            '"Same" padding adds (k − 1)/2 on each side',
            'if "same" padding adds (k − 1)/2 on each side',
            'adds (k − 1)/2 on each side for "same" padding',
        ),
    },
)
_rule(
    "dilation_base",
    "which dilation is the ordinary convolution",
    {
        "1": (
            "Dilation 1 is the ordinary convolution",
            "if dilation 1 is the ordinary convolution",
            "counts dilation from 1",
        ),
        "0": (
            "Dilation 0 is the ordinary convolution",
            "if dilation 0 is the ordinary convolution",
            "counts dilation from 0",
        ),
    },
)
_rule(
    "flops",
    "how operations are counted",
    {
        "macs": (
            "Count multiply-adds (MACs)",
            "as multiply-adds",
            "counts a multiply-add as one operation",
        ),
        "2macs": (
            "Count a multiply-add as two operations",
            "as FLOPs",
            "counts a multiply-add as two operations",
        ),
        "exact": (
            "Count every multiplication and every addition: n products need n − 1 additions",
            "if n products need n − 1 additions",
            "counts every multiplication and every addition",
        ),
    },
)
_rule(
    "bias",
    "whether biases are counted",
    {
        "true": ("Count biases", "with biases", "counts biases"),
        "false": ("Do not count biases", "without biases", "does not count biases"),
        "ask": (
            "Each question says whether biases count",
            "",
            "lets each question say whether biases count",
        ),
    },
    "mistake",
)
_rule(
    "neurons",
    "what a neuron of a convolution is",
    {
        "outputs": (
            "Every output value of a convolution is a neuron",
            "if every output value is a neuron",
            "calls every output value a neuron",
        ),
        "filters": (
            "A filter is a neuron",
            "if a filter is called a neuron",
            "calls a filter a neuron",
        ),
    },
)
_rule(
    "order",
    "the order of a volume's numbers",
    {
        "hwc": (
            "Write volumes as height × width × channels",
            "numbers, but in another order",
            "writes height × width × channels",
        ),
        "chw": (
            "Write volumes as channels × height × width",
            "numbers, but in another order",
            "writes channels × height × width",
        ),
        "nchw": (
            "Write volumes as batch × channels × height × width",
            "numbers, but in another order",
            "writes batch × channels × height × width",
        ),
    },
    "notation",
)
_rule(
    "conv",
    "whether a convolution flips the kernel",
    {
        "correlation": (
            "A convolution does not flip the kernel",
            "if the kernel is not flipped",
            "does not flip the kernel",
        ),
        "convolution": (
            "A convolution flips the kernel",
            "if the kernel is flipped, as in signal processing",
            "flips the kernel",
        ),
    },
    "mistake",
)
_rule(
    "bn",
    "which numbers of a batch normalisation count",
    {
        "trainable": (
            "Batch normalisation: count the trainable numbers only",
            "for the trainable numbers",
            "counts the trainable numbers only",
        ),
        "all": (
            "Batch normalisation: count the running mean and variance too",
            "with the running mean and variance",
            "counts the running mean and variance too",
        ),
    },
)
_rule(
    "lenet_c3",
    "how LeNet-5's third layer is connected",
    {
        "full": (
            "In LeNet-5's C3 every map reads all maps below",
            "if every map reads all maps below",
            "connects every map to all maps below",
        ),
        "paper": (
            "LeNet-5's C3 is connected as in the 1998 paper",
            "for the table of connections in the paper",
            "follows the table of connections in the paper",
        ),
    },
)
_rule(
    "bytes",
    "the unit of memory",
    {
        "MB": ("One MB is 10⁶ bytes", "in MB (10⁶ bytes)", "asks for MB (10⁶ bytes)"),
        "MiB": ("One MiB is 2²⁰ bytes", "in MiB (2²⁰ bytes)", "asks for MiB (2²⁰ bytes)"),
    },
)
_rule(
    "rf",
    "how a receptive field is given",
    {
        "side": (
            "Give the side of a receptive field",
            "for the side of the square",
            "asks for the side",
        ),
        "pixels": (
            "Give the number of pixels of a receptive field (side × side)",
            "for the number of pixels",
            "asks for the number of pixels",
        ),
    },
)
_rule(
    "pool_bias",
    "whether a pool has parameters",
    {
        "0": (
            "Pools have no parameters",
            "for modern pools, which have no parameters",
            "counts no parameters for a pool",
        ),
        "lenet": (
            "Pools have a weight and a bias per map, as in LeNet-5",
            "for LeNet-5, where pools have a weight and a bias per map",
            "counts a weight and a bias per map, as in LeNet-5",
        ),
    },
)
_rule(
    "separable_bias",
    "which layers of a depthwise separable convolution have biases",
    {
        "both": (
            "Depthwise separable: the depthwise and the 1×1 layer have biases",
            "if the depthwise and the 1×1 layer have biases",
            "gives biases to the depthwise and the 1×1 layer",
        ),
        "last": (
            "Depthwise separable: only the 1×1 layer has biases, as in Keras",
            "if only the 1×1 layer has biases, as in Keras",
            "gives biases to the 1×1 layer only",
        ),
    },
)
_rule(
    "avg_pool_border",
    "whether padding counts in an average",
    {
        "count": (
            "Padded zeros count in an average",
            "if padded zeros count in the average",
            "counts padded zeros in an average",
        ),
        "ignore": (
            "Padded zeros do not count in an average",
            "if padded zeros do not count in the average",
            "does not count padded zeros in an average",
        ),
    },
)
_rule(
    "transposed_out_pad",
    "whether a transposed convolution adds output padding",
    {
        "0": (
            "Transposed convolutions have no output padding",
            "without output padding",
            "adds no output padding",
        ),
        "match": (
            "Output padding makes the size of a transposed convolution n·s",
            "with the output padding that makes the size n·s",
            "adds output padding",
        ),
    },
)


def rule_sentences(values: Mapping[str, str]) -> str:
    """What some conventions say, for the header of a sheet.

    >>> rule_sentences({"bytes": "MB", "rf": "side"})
    'One MB is 10⁶ bytes. Give the side of a receptive field'
    """
    return ". ".join(RULES[key].values[value].header for key, value in values.items())


@dataclass(frozen=True, slots=True)
class Conventions:
    """One value per convention; see `RULES` for what they mean."""

    fit: str = "floor"
    padding: str = "per-side"
    same: str = "tf"
    dilation_base: str = "1"
    flops: str = "macs"
    bias: str = "true"
    neurons: str = "outputs"
    order: str = "hwc"
    conv: str = "correlation"
    bn: str = "trainable"
    lenet_c3: str = "full"
    bytes: str = "MB"
    rf: str = "side"
    pool_bias: str = "0"
    separable_bias: str = "both"
    avg_pool_border: str = "count"
    transposed_out_pad: str = "0"

    def but(self, **changes: str) -> Conventions:
        """A copy with other values."""
        return replace(self, **changes)

    def sentence(self, always: tuple[str, ...] = ("fit", "flops", "bias", "order")) -> str:
        """The header of a sheet: the main conventions, and those with unusual values.

        >>> Conventions(fit="floor", bias="false").sentence()
        'Round sizes down. Count multiply-adds (MACs). Do not count biases. Write volumes as height × width × channels'
        """
        usual = Conventions()
        keys = [key for key in RULES if key in always or getattr(self, key) != getattr(usual, key)]
        return rule_sentences({key: getattr(self, key) for key in keys})

    def to_dict(self) -> dict[str, str]:
        """All of them, as plain data."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


PRESETS: dict[str, Conventions] = {
    "pytorch": Conventions(order="chw"),
    "cs231n": Conventions(fit="strict", dilation_base="0", bytes="MiB"),
    "d2l": Conventions(padding="total", order="chw", flops="2macs"),
    "keras": Conventions(bn="all", separable_bias="last", avg_pool_border="ignore"),
    "deeplearning.ai": Conventions(same="symmetric", transposed_out_pad="match"),
}

# Other spellings of values that teachers write.
_SPELLINGS: dict[str, dict[str, str]] = {
    "bias": {"yes": "true", "no": "false", "with": "true", "without": "false"},
    "flops": {"mac": "macs", "flops": "2macs", "2*macs": "2macs"},
    "padding": {"per_side": "per-side", "side": "per-side", "both": "total"},
    "order": {"HWC": "hwc", "CHW": "chw", "NCHW": "nchw"},
    "bytes": {"mb": "MB", "mib": "MiB"},
}


def spellings(key: str) -> tuple[str, ...]:
    """The other spellings of a convention's values.

    >>> spellings("bias")
    ('yes', 'no', 'with', 'without')
    """
    return tuple(_SPELLINGS.get(key, ()))


def conventions(preset: str = "", **given: Any) -> Conventions:
    """The conventions of a preset, with changes.

    >>> conventions("cs231n", flops="2macs").fit
    'strict'

    Raises:
        UsageError: a preset, convention or value is unknown; all unknown ones are named.
    """
    wrong = [no_preset(preset)] if preset and preset not in PRESETS else []
    values = {}
    for key, value in given.items():
        try:
            values[key] = convention_value(key, value)
        except UsageError as error:
            wrong.append(str(error))
    if wrong:
        raise UsageError("\n".join(wrong))
    return (PRESETS[preset] if preset else Conventions()).but(**values)


def no_preset(name: str) -> str:
    """The error about an unknown preset.

    >>> no_preset("pytroch")
    "no preset 'pytroch'; did you mean 'pytorch'?"
    """
    return f"no preset {quoted(name)}{did_you_mean(name, PRESETS)}"


def no_convention(name: str) -> str:
    """The error about an unknown convention.

    >>> no_convention("flps"), no_convention("zzz")
    ("no convention 'flps'; did you mean 'flops'?", "no convention 'zzz'; convcalc hw conventions lists them")
    """
    if name in PRESETS:
        return (
            f"no convention {quoted(name)}; it is a preset: convcalc hw conventions --preset {name}"
        )
    near = did_you_mean(name, RULES) or "; convcalc hw conventions lists them"
    return f"no convention {quoted(name)}{near}"


def convention_value(key: str, value: Any) -> str:
    """A value of a convention.

    Raises:
        UsageError: there is no such convention, or it has no such value.
    """
    if key not in RULES:
        raise UsageError(no_convention(key))
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = _SPELLINGS.get(key, {}).get(text, text)
    if text not in RULES[key].values:
        message = f"{key} cannot be {quoted(text)}{did_you_mean(text, RULES[key].values)}"
        raise UsageError(message)
    return text


def convention_feedback(key: str, theirs: str, ours: str, our_rule: str = "") -> str:
    """The feedback on an answer that is right under another value of a convention.

    Args:
        key: the convention.
        theirs, ours: the value of the answer, and that of the sheet.
        our_rule: the end of "this sheet …", if a question has its own words for it.

    >>> convention_feedback("flops", "2macs", "macs")
    'right as FLOPs; this sheet counts a multiply-add as one operation.'
    """
    values = RULES[key].values
    return f"right {values[theirs].right}; this sheet {our_rule or values[ours].sheet}."
