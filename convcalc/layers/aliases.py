"""Words of PyTorch, Keras, Caffe, ONNX and Darknet with the same meaning as a kind or option here.

A word is only accepted if its meaning is the same. Others are only used in messages: Caffe's Scale
is not a product of paths, Keras's GlobalAveragePooling2D removes the axes, ONNX's pads have another
order, and Darknet's avgpool is global.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

from convcalc.errors import ShapeError
from convcalc.layers.base import KINDS, Layer, with_axes
from convcalc.layers.names import axes_in, with_dimensions
from convcalc.text import plural

LIBRARIES = ("pytorch", "keras", "caffe", "onnx", "darknet")
_SMALL = {  # Darknet's names
    "convolutional", "connected", "deconvolutional", "leaky", "logistic", "route", "shortcut",
}  # fmt: skip
_OTHERWISE = {  # words whose layers differ from the kind with the most similar name
    "BatchNorm", "Crop", "LayerNormalization", "Reshape", "Scale", "cat", "interpolate", "view",
    "Attention", "Initializer", "ReduceMax", "ReduceMin", "ReduceSum", "Split",
    *with_dimensions("GlobalAveragePooling{}D"), *with_dimensions("GlobalMaxPooling{}D"),
}  # fmt: skip

# Options; if a word has several options, it means the first that the kind has. A kind can add its own.
_OPTIONS: dict[str, tuple[str, ...]] = {
    "filters": ("out_channels",),
    "num_filters": ("out_channels",),
    "nb_filter": ("out_channels",),
    "num_output": ("out_channels", "out_features"),
    "units": ("out_features",),
    "kernel": ("kernel_size",),
    "kernel_shape": ("kernel_size",),
    "pool_size": ("kernel_size",),
    "size": ("kernel_size",),
    "strides": ("stride",),
    "pad": ("padding",),
    "dilations": ("dilation",),
    "dilation_rate": ("dilation",),
    "group": ("groups",),
    "use_bias": ("bias",),
    "bias_term": ("bias",),
    "depth_multiplier": ("multiplier",),
    "alpha": ("negative_slope",),
    "elementwise_affine": ("affine",),
    "center": ("shift",),
    "min_val": ("min",),
    "max_val": ("max",),
}


@cache
def library_words() -> dict[str, type[Layer]]:
    """The libraries' names for kinds, in their spelling; also ours with a dimension, such as conv2d."""
    found: dict[str, type[Layer]] = {}
    for cls in KINDS.values():
        words = [word for library in LIBRARIES for word in cls.aliases.get(library, ())]
        for word in (*cls.dimension_names(), *words):
            if word not in _OTHERWISE and word not in KINDS.known and _is_library_name(word):
                found.setdefault(word, cls)
    return found


def _is_library_name(word: str) -> bool:
    """Whether a word has a capital or a number of axes: other words may be blocks of a file."""
    return not word.islower() or word in _SMALL or bool(axes_in(word))


def kind_called(word: str) -> type[Layer] | None:
    """The kind for a word of `library_words`, with the number of axes in it; None for others."""
    axes = axes_in(word)
    if not _is_library_name(word):
        return None
    cls = library_words().get(word)
    return with_axes(cls, axes) if cls and axes else cls


def defaults_of(word: str) -> dict[str, Any]:
    """The options whose default changes with a library's name for a kind.

    >>> defaults_of("Conv2DTranspose"), defaults_of("ConvTranspose2d")
    ({'size_rule': 'keras'}, {})
    """
    cls = library_words().get(word) if _is_library_name(word) else None  # small words load no kinds
    if not cls:
        return {}
    if word in cls.aliases.get("keras", ()):
        return dict(cls.keras_defaults)
    return dict(cls.onnx_defaults) if word in cls.aliases.get("onnx", ()) else {}


def refused_option(word: str, option: str) -> str:
    """What to write instead of an option that means something else under a library's name; or nothing.

    >>> refused_option("convolutional", "pad")
    'pad: 1 of Darknet pads size // 2 per side; write padding: with cells per side'
    """
    cls = library_words().get(word) if _is_library_name(word) else None
    for library, refused in cls.refused_options.items() if cls else ():
        if word in cls.aliases.get(library, ()):  # type: ignore[union-attr]
            return refused.get(option, "")
    return ""


def own_option(cls: type[Layer], word: str) -> str:
    """The option of a kind that a word means; empty if there is none.

    >>> own_option(KINDS["conv"], "filters"), own_option(KINDS["linear"], "num_output")
    ('out_channels', 'out_features')
    """
    known = {field.name.removesuffix("_") for field in fields(cls)}
    if word in known:
        return word
    names = (cls.option_words.get(word, ""), *_OPTIONS.get(word, ()))
    return next((name for name in names if name in known), "")


def option_words(cls: type[Layer]) -> dict[str, str]:
    """The other words for the options of a kind, each with its option."""
    words = {word: own_option(cls, word) for word in (*cls.option_words, *_OPTIONS)}
    return {word: name for word, name in words.items() if name and word != name}


# ------------------------------------------------------------- input sizes that a text gives


_STATING: dict[type[Layer], type[Layer]] = {}


def build(cls: type[Layer], options: dict[str, Any]) -> Layer:
    """A layer from checked options, which may include input sizes such as in_channels.

    The layer then refuses every other input.
    """
    words = [word for word in cls.incoming if word in options]
    if not words:
        return cls(**_by_field(cls, options))
    values = dict(options)
    stated = {word: values.pop(word) for word in words}
    made = _STATING.get(cls)
    if made is None:
        made = _STATING[cls] = type(cls.__name__, (cls,), {"check": _checking(cls)})
    layer = made(**_by_field(cls, values))
    object.__setattr__(layer, "stated", stated)
    return layer


def _by_field(cls: type[Layer], options: dict[str, Any]) -> dict[str, Any]:
    """The options by field name; an option with the name of a method has a _ at the end of its field."""
    own = {field.name for field in fields(cls)}
    return {name if name in own else f"{name}_": value for name, value in options.items()}


def _checking(cls: type[Layer]) -> Any:
    """The check of a kind, extended by the input sizes of a layer."""

    def check(self: Any, shape: Any, *others: Any) -> None:
        cls.check(self, shape, *others)
        for word, number in self.stated.items():
            if number != shape[0]:
                come = plural(shape[0], "channel" if len(shape) > 1 else "value")
                verb = "comes" if shape[0] == 1 else "come"
                message = (
                    f"{word} is {number:,}, but {come} {verb} in; write {shape[0]}, or leave it out"
                )
                raise ShapeError(message)

    return check
