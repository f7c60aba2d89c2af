"""The layers of Darknet: functions that convert each section of a .cfg file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.errors import did_you_mean
from convcalc.formulas import product
from convcalc.interop.graph import BROKEN, Graph
from convcalc.network.network import INPUT
from convcalc.registry import Registry
from convcalc.text import plural, quoted, times

if TYPE_CHECKING:
    from convcalc.interop.readers.darknet import Section

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_MAX_SIDE = 10**9

# Options that do not change sizes and counts: options of training, and of running.
_WITHOUT_EFFECT = frozenset(
    [
        "assisted_excitation",
        "burnin_update",
        "coordconv",
        "dontload",
        "dontloadscales",
        "dontsave",
        "forced",
        "jitter",
        "learning_rate_scale",
        "max_boxes",
        "noadjust",
        "numload",
        "onlyforward",
        "probability",
        "random",
        "receptive_field",
        "show_details",
        "softmax_tree",
        "spatial",
        "statistics",
        "stopbackward",
        "temperature",
        "train_only_bn",
        "tree",
        "angle",
        "exposure",
        "flip",
        "hue",
        "saturation",
        "shift",
        "scale",
        "type",
        "weights_normalization",
        "lr_mult",
    ]
)
# Options that change sizes or counts in unknown ways; 0 turns them off.
_NOT_KNOWN = frozenset(
    [
        "antialiasing",
        "deform",
        "maxpool_depth",
        "out_channels",
        "rotate",
        "share_index",
        "stretch",
        "stretch_sway",
        "sway",
    ]
)

# Darknet's names of activations, and the kind with its options; empty for linear.
_ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "linear": ("", {}),
    "leaky": ("leaky_relu", {"negative_slope": 0.1}),
    "logistic": ("sigmoid", {}),
    "relu": ("relu", {}),
    "relu6": ("relu6", {}),
    "mish": ("mish", {}),
    "swish": ("silu", {}),
    "tanh": ("tanh", {}),
    "elu": ("elu", {}),
    "selu": ("selu", {}),
    "gelu": ("gelu", {}),
    "hardtan": ("hardtanh", {}),
}
# Activations that are not a kind, with the cost per value: x·(x > 0) + 0.1·x; 0.01·x below 0; 2·sigmoid - 1.
_SIMPLE: dict[str, dict[str, int]] = {
    "ramp": {"comparisons": 1, "multiplications": 1, "adds": 1},
    "relie": {"comparisons": 1, "multiplications": 1},
    "loggy": {"exponentials": 1, "divisions": 1, "adds": 2},
}
_OTHER_ACTIVATIONS = frozenset(
    ("plse", "stair", "lhtan", "hard_mish", "revleaky", "norm_chan",
     "norm_chan_softmax", "norm_chan_softmax_maxval")
)  # fmt: skip


class Reading:
    """Reads the sections one after the other.

    Attributes:
        graph: the graph to which layers are added.
        places: the place of each section's output, by number.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.places: list[int] = []

    @property
    def at(self) -> int:
        """The output of the section before."""
        return self.places[-1] if self.places else INPUT

    def add(self, section: Section) -> None:
        """Add the layers of a section."""
        make, known = SECTIONS[section.word]
        if make is not _decoding:
            self._check_options(section, known | _COMMON)
        self.places.append(make(self, section))

    def _check_options(self, section: Section, known: frozenset[str]) -> None:
        """Refuse misspelt options and options with unknown effects; note other unknown ones."""
        for name, (text, line) in section.options.items():
            if name in _NOT_KNOWN and text != "0":
                what = f"{name} changes a layer in a way that convcalc does not know"
                self.graph.refuse(
                    f"[{section.word}]: {what}; remove the line to see the rest", line
                )
            elif name not in known and name not in _WITHOUT_EFFECT and name not in _NOT_KNOWN:
                near = did_you_mean(name, known)
                said = f"[{section.word}] has no option {quoted(name)}"
                if "did you mean" in near:
                    self.graph.refuse(said + near, line)
                else:
                    self.graph.note(
                        f"line {line}: {said} that changes sizes or counts; it is ignored"
                    )

    def name(self, kind: str) -> str:
        """The name of a layer of the current section: its number and kind."""
        return f"{len(self.places)}_{kind}"

    def layer(self, section: Section, kind: str, reads: Sequence[int], **options: Any) -> int:
        """Add a layer of the current section."""
        return self.graph.add(kind, reads, name=self.name(kind), line=section.line, **options)

    def whole(self, section: Section, name: str, default: int, *, least: int = 1) -> int:
        """An option that is a whole number."""
        if name not in section.options:
            return default
        text, line = section.options[name]
        if not _WHOLE.fullmatch(text):
            self.graph.refuse(
                f"{name} must be a whole number, but is {quoted(text)}; correct it", line
            )
            return default
        value = int(text)
        if not least <= value <= _MAX_SIDE:
            self.graph.refuse(f"{name} is {value:,}; use {least:,} to {_MAX_SIDE:,}", line)
            return default
        return value

    def flag(self, section: Section, name: str) -> bool:
        """An option that is 0 or 1."""
        return bool(self.whole(section, name, 0, least=0))

    def earlier(self, section: Section, name: str) -> list[int]:
        """The places that an option names: section numbers, or how many sections back."""
        if name not in section.options:
            self.graph.refuse(
                f"[{section.word}] needs {name}; name the sections that it reads", section.line
            )
            return [BROKEN]
        text, line = section.options[name]
        found = []
        for word in text.split(","):
            number = int(word) if _WHOLE.fullmatch(word.strip()) else None
            if number is not None and number < 0:
                number += len(self.places)
            if number is None or not 0 <= number < len(self.places):
                what = f"{name} {quoted(word.strip())} is not one of the {plural(len(self.places), 'section')} before"
                found.append(
                    self.graph.refuse(
                        f"{what}; use 0 to {len(self.places) - 1}, or −1 for the last", line
                    )
                )
            else:
                found.append(self.places[number])
        return found

    def activation(self, section: Section, at: int, default: str = "linear") -> int:
        """Add the section's activation."""
        word, line = section.options.get("activation", (default, section.line))
        shape = self.graph.shape(at)
        if word in _SIMPLE and shape:
            cells = product(shape)
            counts = {name: number * cells for name, number in _SIMPLE[word].items()}
            return self.graph.add(
                "custom", [at], name=self.name(word), line=line, type=word, output=shape,
                params=0, macs=0, counts=counts, rf="unit",
            )  # fmt: skip
        if word in _OTHER_ACTIVATIONS:
            return self.graph.opaque(word, [at], shape, name=self.name(word), line=line, rf="unit")
        if word not in _ACTIVATIONS:
            near = did_you_mean(word, [*_ACTIVATIONS, *_SIMPLE, *_OTHER_ACTIVATIONS])
            return self.graph.refuse(f"no activation {quoted(word)}{near}", line)
        kind, options = _ACTIVATIONS[word]
        return self.layer(section, kind, [at], **options) if kind else at

    def unknown(self, section: Section, reads: Sequence[int], sides: tuple[int, ...]) -> int:
        """Add a layer with only a known shape."""
        return self.graph.opaque(
            section.word, reads, sides, name=self.name(section.word), line=section.line
        )


Make = Callable[[Reading, "Section"], int]
SECTIONS: Registry[tuple[Make, frozenset[str]]] = Registry("section of Darknet")
_COMMON = frozenset(("activation", "batch_normalize"))


def section_of(*words: str, options: str = "") -> Callable[[Make], Make]:
    """Register the function that converts sections with some words, and their options."""

    def register(make: Make) -> Make:
        SECTIONS.under(*words)((make, frozenset(options.split())))
        return make

    return register


@section_of(
    "convolutional", "conv",
    options="filters size stride stride_x stride_y pad padding groups dilation binary xnor bin_output",
)  # fmt: skip
def _convolution(reading: Reading, section: Section) -> int:
    size = reading.whole(section, "size", 1)
    stride = reading.whole(section, "stride", 1)
    padding = (
        size // 2 if reading.flag(section, "pad") else reading.whole(section, "padding", 0, least=0)
    )
    dilation = reading.whole(section, "dilation", 1) if size > 1 else 1
    normed = reading.flag(section, "batch_normalize")
    strides = tuple([reading.whole(section, name, stride) for name in ("stride_y", "stride_x")])
    at = reading.layer(
        section, "conv", [reading.at],
        out_channels=reading.whole(section, "filters", 1), kernel_size=size,
        stride=stride if strides == (stride, stride) else strides, padding=padding * dilation,
        dilation=dilation, groups=reading.whole(section, "groups", 1), bias=not normed,
    )  # fmt: skip
    at = reading.layer(section, "batchnorm", [at]) if normed else at
    return reading.activation(section, at, "logistic")


@section_of("deconvolutional", "deconv", options="filters size stride pad padding")
def _transposed(reading: Reading, section: Section) -> int:
    size = reading.whole(section, "size", 1)
    padding = (
        size // 2 if reading.flag(section, "pad") else reading.whole(section, "padding", 0, least=0)
    )
    normed = reading.flag(section, "batch_normalize")
    at = reading.layer(
        section, "conv_transpose", [reading.at],
        out_channels=reading.whole(section, "filters", 1), kernel_size=size,
        stride=reading.whole(section, "stride", 1), padding=padding, bias=not normed,
    )  # fmt: skip
    at = reading.layer(section, "batchnorm", [at]) if normed else at
    return reading.activation(section, at, "logistic")


@section_of("local", options="filters size stride pad")
def _local(reading: Reading, section: Section) -> int:
    size = reading.whole(section, "size", 1)
    at = reading.layer(
        section, "local_conv", [reading.at],
        out_channels=reading.whole(section, "filters", 1), kernel_size=size,
        stride=reading.whole(section, "stride", 1), padding=size // 2 if reading.flag(section, "pad") else 0,
    )  # fmt: skip
    return reading.activation(section, at, "logistic")


@section_of("connected", "conn", options="output")
def _connected(reading: Reading, section: Section) -> int:
    normed = reading.flag(section, "batch_normalize")
    at = reading.at
    if at != BROKEN and len(reading.graph.shape(at)) > 1:
        at = reading.layer(section, "flatten", [at])
    at = reading.layer(
        section, "linear", [at], out_features=reading.whole(section, "output", 1), bias=not normed
    )
    at = reading.layer(section, "batchnorm", [at]) if normed else at
    return reading.activation(section, at, "logistic")


@section_of(
    "maxpool", "max", "local_avgpool", "local_avg", options="size stride stride_x stride_y padding"
)
def _pool(reading: Reading, section: Section) -> int:
    stride = reading.whole(section, "stride", 1)
    strides = tuple([reading.whole(section, name, stride) for name in ("stride_y", "stride_x")])
    size = reading.whole(section, "size", stride)
    padding = reading.whole(section, "padding", size - 1, least=0)  # on both sides together
    sides = padding // 2, padding - padding // 2
    return reading.layer(
        section, "maxpool" if section.word.startswith("max") else "avgpool", [reading.at],
        kernel_size=size, stride=stride if strides == (stride, stride) else strides,
        padding=sides[0] if sides[0] == sides[1] else (sides, sides),
    )  # fmt: skip


@section_of("avgpool", "avg")
def _global_pool(reading: Reading, section: Section) -> int:
    return reading.layer(section, "global_avgpool", [reading.at])


@section_of("dropout", options="dropblock_size_rel dropblock_size_abs")
def _dropout(reading: Reading, section: Section) -> int:
    return reading.layer(section, "dropout", [reading.at])


@section_of("softmax", "soft", options="groups")
def _softmax(reading: Reading, section: Section) -> int:
    return reading.layer(section, "softmax", [reading.at])


@section_of("batchnorm")
def _norm(reading: Reading, section: Section) -> int:
    return reading.layer(section, "batchnorm", [reading.at])


@section_of("normalization", "lrn", options="size alpha beta kappa")
def _lrn(reading: Reading, section: Section) -> int:
    return reading.layer(section, "lrn", [reading.at], size=reading.whole(section, "size", 5))


@section_of("activation", "logistic")
def _activation(reading: Reading, section: Section) -> int:
    default = "logistic" if section.word == "logistic" else "linear"
    return reading.activation(section, reading.at, default)


@section_of("upsample", options="stride scale")
def _upsample(reading: Reading, section: Section) -> int:
    return reading.layer(
        section, "upsample", [reading.at], scale_factor=reading.whole(section, "stride", 2)
    )


@section_of("reorg", "reorg3d", options="stride reverse flatten extra")
def _reorg(reading: Reading, section: Section) -> int:
    stride = reading.whole(section, "stride", 1)
    if reading.flag(section, "reverse"):
        return reading.layer(section, "pixel_shuffle", [reading.at], upscale_factor=stride)
    return reading.layer(section, "space_to_depth", [reading.at], block_size=stride)


@section_of("crop", options="crop_height crop_width")
def _crop(reading: Reading, section: Section) -> int:
    sides = tuple([reading.whole(section, f"crop_{side}", 1) for side in ("height", "width")])
    return reading.layer(section, "crop", [reading.at], size=sides)


@section_of("route", options="layers groups group_id")
def _route(reading: Reading, section: Section) -> int:
    groups, group = (
        reading.whole(section, "groups", 1),
        reading.whole(section, "group_id", 0, least=0),
    )
    places = reading.earlier(section, "layers")
    if groups > 1:
        places = [
            reading.layer(section, "slice", [place], into=groups, take=group) for place in places
        ]
    return reading.layer(section, "concat", places) if len(places) > 1 else places[0]


@section_of("shortcut", options="from weights_type")
def _shortcut(reading: Reading, section: Section) -> int:
    kind = section.options.get("weights_type", ("none", section.line))
    if kind[0] != "none":
        return reading.graph.refuse(
            f"weights_type {quoted(kind[0])} is not known; only sums without weights are", kind[1]
        )
    places = [_fitted(reading, section, place) for place in reading.earlier(section, "from")]
    return reading.activation(section, reading.layer(section, "add", [reading.at, *places]))


def _fitted(reading: Reading, section: Section, place: int) -> int:
    """The output of another section, fitted to the size of the last one as in Darknet's sum.

    It reads every s-th cell of a map that is s times as large, and the common channels.
    """
    graph = reading.graph
    if BROKEN in (place, reading.at):
        return BROKEN
    (own, *sides), (other, *larger) = graph.shape(reading.at), graph.shape(place)
    if sides != larger:
        strides = {n // o for n, o in zip(larger, sides) if n % o == 0}
        if (
            len(larger) != len(sides)
            or len(strides) != 1
            or any(n % o for n, o in zip(larger, sides))
        ):
            shapes = f"{times(graph.shape(place))} and {times(graph.shape(reading.at))}"
            return graph.refuse(
                f"a shortcut of {shapes}: the sides are not a whole multiple", section.line
            )
        place = reading.layer(section, "maxpool", [place], kernel_size=1, stride=strides.pop())
    if other > own:
        return reading.layer(section, "slice", [place], stop=own)
    if other < own:
        return reading.layer(section, "pad", [place], channels=(0, own - other))
    return place


@section_of("scale_channels", options="from scale_wh")
def _scale_channels(reading: Reading, section: Section) -> int:
    at = reading.layer(section, "multiply", [reading.at, *reading.earlier(section, "from")])
    return reading.activation(section, at)


@section_of("sam", options="from")
def _sam(reading: Reading, section: Section) -> int:
    at = reading.layer(section, "multiply", [reading.at, *reading.earlier(section, "from")])
    return reading.activation(section, at)


@section_of(
    "yolo", "Gaussian_yolo", "region", "detection", "cost", "iseg", "empty", "silence", "contrastive"
)  # fmt: skip
def _decoding(reading: Reading, _: Section) -> int:
    return reading.at  # it decodes the input, or measures the error: not part of the network


@section_of("conv_lstm", "history", "l2norm", options="output output_filters size stride pad hidden shortcut logistic tanh groups state_constrain peephole bottleneck bptt share_index")  # fmt: skip
def _unknown(reading: Reading, section: Section) -> int:
    if reading.at == BROKEN:
        return BROKEN
    channels, *sides = reading.graph.shape(reading.at)
    for name in ("output_filters", "output"):
        channels = reading.whole(section, name, channels)
    return reading.unknown(section, [reading.at], (channels, *sides))
