"""What a sheet must fix before an answer can be right or wrong: its conventions, and the presets.

Each convention is one row of `RULES`: its values, what the header of a sheet says about each, and
how an answer that is right under another value is told so.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

from convcalc.errors import UsageError, did_you_mean, shortened


class Rule(NamedTuple):
    """One convention.

    Attributes:
        about: what it decides.
        values: each value, with what a sheet's header says about it.
        right: each value, with what is said of an answer that would be right under it.
        here: each value, with what is said of a sheet that has it.
        tier: ``notation`` (full points unless the sheet says otherwise), ``counting`` (points as
            ``grading: other_convention`` says) or ``slip`` (what the sheet defines was misread: a
            mistake of the catalogue, unless the sheet allows it by name).
    """

    about: str
    values: dict[str, str]
    right: dict[str, str]
    here: dict[str, str]
    tier: str = "counting"


RULES: dict[str, Rule] = {
    "fit": Rule(
        "what happens when the window does not fit exactly",
        {
            "floor": "sizes round down",
            "strict": '"does not fit" counts',
            "ceil": "pools round up, as Caffe's",
        },
        {
            "floor": "right for most libraries, which floor.",
            "strict": "right where a window must fit exactly.",
            "ceil": "right where sizes are rounded up, as Caffe's pools do.",
        },
        {
            "floor": "This course rounds down.",
            "strict": "This course asks whether it fits.",
            "ceil": "This course rounds up.",
        },
    ),
    "padding": Rule(
        "what a padding of p means",
        {"per-side": "padding per side", "total": "padding in total of both sides"},
        {
            "per-side": "right if padding is counted per side.",
            "total": "right if padding is counted in total.",
        },
        {"per-side": "This sheet counts it per side.", "total": "This sheet counts both sides."},
        "slip",
    ),
    "same": Rule(
        'what "same" padding means',
        {"tf": '"same" is ⌈n/s⌉', "symmetric": '"same" pads both sides alike'},
        {
            "tf": 'right for TensorFlow\'s "same".',
            "symmetric": 'right where "same" pads (k−1)/2 on both sides.',
        },
        {
            "tf": 'This sheet follows TensorFlow\'s "same".',
            "symmetric": "This sheet pads both sides alike.",
        },
    ),
    "dilation_base": Rule(
        "which dilation is the ordinary convolution",
        {"1": "dilation 1 is ordinary", "0": "dilation 0 is ordinary"},
        {
            "1": "right where dilation 1 is the ordinary convolution.",
            "0": "right where dilation is counted from 0.",
        },
        {
            "1": "In this sheet dilation 1 is the ordinary convolution.",
            "0": "This sheet counts dilation from 0.",
        },
    ),
    "flops": Rule(
        "how operations are counted",
        {
            "macs": "MACs",
            "2macs": "multiplications and additions counted apart",
            "exact": "multiplications and additions counted apart, n − 1 additions for n products",
        },
        {
            "macs": "right as multiply-adds;",
            "2macs": "right as FLOPs;",
            "exact": "exactly right without bias;",
        },
        {
            "macs": "this sheet counts multiply-adds as one",
            "2macs": "this sheet counts multiplications and additions separately",
            "exact": "this sheet counts every multiplication and every addition",
        },
    ),
    "bias": Rule(
        "whether biases are counted",
        {"true": "biases in", "false": "biases out", "ask": "each question says about biases"},
        {
            "true": "right with the biases counted.",
            "false": "right if biases are left out.",
            "ask": "",
        },
        {
            "true": "This sheet counts them.",
            "false": "This sheet leaves biases out.",
            "ask": "The question says which.",
        },
        "slip",
    ),
    "neurons": Rule(
        "what a neuron of a convolution is",
        {"outputs": "a neuron is an output cell", "filters": "a neuron is a filter"},
        {
            "outputs": "right if every output cell is a neuron.",
            "filters": "right if a filter is called a neuron.",
        },
        {
            "outputs": "In this sheet every output cell is one.",
            "filters": "In this sheet a neuron is a filter.",
        },
    ),
    "order": Rule(
        "the order of a volume's numbers",
        {"hwc": "H×W×C", "chw": "C×H×W", "nchw": "N×C×H×W"},
        {
            "hwc": "right numbers in another order;",
            "chw": "right numbers in another order;",
            "nchw": "right numbers in another order;",
        },
        {
            "hwc": "this sheet writes height × width × channels.",
            "chw": "this sheet writes channels × height × width.",
            "nchw": "this sheet writes batch × channels × height × width.",
        },
        "notation",
    ),
    "conv": Rule(
        "whether a convolution turns the kernel round",
        {
            "correlation": "convolution does not flip the kernel",
            "convolution": "convolution flips the kernel",
        },
        {
            "correlation": "right without turning the kernel round.",
            "convolution": "right for signal processing, which turns the kernel round.",
        },
        {
            "correlation": "This sheet does not turn it.",
            "convolution": "This sheet turns the kernel round.",
        },
        "slip",
    ),
    "bn": Rule(
        "which numbers of a batch normalisation count",
        {
            "trainable": "batch norm: trainable numbers only",
            "all": "batch norm: running statistics too",
        },
        {
            "trainable": "right for the trainable numbers.",
            "all": "right with the running statistics counted.",
        },
        {
            "trainable": "This sheet counts what is learned.",
            "all": "This sheet counts the measured ones too.",
        },
    ),
    "lenet_c3": Rule(
        "how LeNet-5's third layer is connected",
        {"full": "LeNet-5's C3 sees all maps", "paper": "LeNet-5's C3 as in the 1998 table"},
        {
            "full": "right where every map sees all the maps below.",
            "paper": "right for the table of connections in the paper.",
        },
        {
            "full": "This sheet connects every map.",
            "paper": "This sheet follows the paper's table.",
        },
    ),
    "bytes": Rule(
        "the unit of memory",
        {"MB": "MB of 10⁶ bytes", "MiB": "MiB of 2²⁰ bytes"},
        {
            "MB": "right in units of a million bytes.",
            "MiB": "right in units of 1024 × 1024 bytes.",
        },
        {"MB": "This sheet says MB.", "MiB": "This sheet says MiB."},
    ),
    "rf": Rule(
        "how a receptive field is given",
        {
            "side": "receptive fields by their side",
            "pixels": "receptive fields in pixels, side × side",
        },
        {"side": "right for the side of the square.", "pixels": "right for the number of pixels."},
        {"side": "This sheet asks for the side.", "pixels": "This sheet asks for the pixels."},
    ),
    "pool_bias": Rule(
        "whether a pool has trainable numbers",
        {"0": "pools learn nothing", "lenet": "pools learn two numbers per map, as in LeNet-5"},
        {
            "0": "right for today's pools.",
            "lenet": "right for LeNet-5, whose pools had a weight and a bias per map.",
        },
        {
            "0": "In this sheet a pool learns nothing.",
            "lenet": "This sheet counts them as LeNet-5 did.",
        },
    ),
    "avg_pool_border": Rule(
        "whether padding counts in an average",
        {"count": "averages count padding", "ignore": "averages leave padding out"},
        {
            "count": "right where zeros of the border count in the average.",
            "ignore": "right where the border is left out of the average.",
        },
        {"count": "This sheet counts them.", "ignore": "This sheet leaves it out."},
    ),
    "transposed_out_pad": Rule(
        "whether a transposed convolution adds output padding",
        {"0": "no output padding", "match": "output padding makes the size n·s"},
        {
            "0": "right without output padding.",
            "match": "right with the output padding that makes the size a multiple.",
        },
        {"0": "This sheet adds none.", "match": "This sheet adds output padding."},
    ),
}


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
    avg_pool_border: str = "count"
    transposed_out_pad: str = "0"

    def but(self, **changes: str) -> Conventions:
        """The same with other values."""
        return replace(self, **changes)

    def sentence(self, always: tuple[str, ...] = ("fit", "flops", "bias", "order")) -> str:
        """What the header of a sheet says: the main ones, and whatever is not as usual.

        >>> Conventions(fit="strict").sentence()
        '"does not fit" counts, MACs, biases in, H×W×C'
        """
        usual = Conventions()
        keys = [key for key in RULES if key in always or getattr(self, key) != getattr(usual, key)]
        return ", ".join(RULES[key].values[getattr(self, key)] for key in keys)

    def to_dict(self) -> dict[str, str]:
        """All of them, as plain data."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


PRESETS: dict[str, Conventions] = {
    "pytorch": Conventions(order="chw"),
    "cs231n": Conventions(fit="strict", dilation_base="0", bytes="MiB"),
    "d2l": Conventions(padding="total", order="chw", flops="2macs"),
    "keras": Conventions(bn="all", avg_pool_border="ignore"),
    "deeplearning.ai": Conventions(same="symmetric", transposed_out_pad="match"),
}

# Other spellings of values that teachers write.
SPELLINGS: dict[str, dict[str, str]] = {
    "bias": {"yes": "true", "no": "false", "with": "true", "without": "false"},
    "flops": {"mac": "macs", "flops": "2macs", "2*macs": "2macs"},
    "padding": {"per_side": "per-side", "side": "per-side", "both": "total"},
    "order": {"HWC": "hwc", "CHW": "chw", "NCHW": "nchw"},
    "bytes": {"mb": "MB", "mib": "MiB"},
}


def conventions(preset: str = "", **given: Any) -> Conventions:
    """The conventions of a preset, with some of them changed.

    >>> conventions("cs231n", flops="2macs").fit
    'strict'

    Raises:
        UsageError: no such preset, convention or value.
    """
    if preset and preset not in PRESETS:
        message = f"no preset {shortened(preset)!r}{did_you_mean(preset, PRESETS)}"
        raise UsageError(message)
    base = PRESETS[preset] if preset else Conventions()
    return base.but(**{key: convention_value(key, value) for key, value in given.items()})


def convention_value(key: str, value: Any) -> str:
    """A value of a convention.

    Raises:
        UsageError: there is no such convention, or it has no such value.
    """
    if key not in RULES:
        message = f"no convention {shortened(key)!r}{did_you_mean(key, RULES)}"
        raise UsageError(message)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = SPELLINGS.get(key, {}).get(text, text)
    if text not in RULES[key].values:
        message = f"{key} cannot be {shortened(text)!r}{did_you_mean(text, RULES[key].values)}"
        raise UsageError(message)
    return text


def convention_feedback(key: str, theirs: str, ours: str) -> str:
    """What is said of an answer that is right under another value of a convention.

    >>> convention_feedback("flops", "2macs", "macs")
    'right as FLOPs; this sheet counts multiply-adds as one'
    """
    rule = RULES[key]
    return f"{rule.right[theirs]} {rule.here[ours]}"
