"""The layer kinds: `find` one by its name, or get `every` one.

The modules are imported one by one until the kind is found, so that a command about one layer
does not pay for all kinds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.aliases import defaults_of, own_option
from convcalc.layers.base import KINDS, LETTERS, Family, Layer, with_axes
from convcalc.layers.names import axes_in, plain
from convcalc.layers.options import make_layer
from convcalc.layers.values import shown
from convcalc.layers.window import Shape
from convcalc.text import quoted

MODULES = {  # with their kinds, so that no module is imported for a word that is not a kind
    "conv": "conv",
    "linear": "linear rbf",
    "pool": "maxpool avgpool lppool subsample global_avgpool global_maxpool adaptive_avgpool adaptive_maxpool blur_pool",
    "activation": "relu relu6 leaky_relu prelu elu gelu silu hardswish sigmoid tanh softmax dropout",
    "norm": "batchnorm layernorm groupnorm instancenorm lrn scale",
    "shape": "pad crop flatten reshape channel_shuffle pixel_shuffle upsample",
    "merge": "add multiply subtract divide maximum minimum average concat",
    "conv_variants": "depthwise_conv separable_conv local_conv",
    "transposed": "conv_transpose unpool",
    "activation_variants": "clip hardtanh hardsigmoid softplus mish selu softsign logsigmoid log_softmax glu",
    "attention": "matmul attention",
    "resize": "resize",
    "stated": "custom opaque opaque_join",
    "tensor": "slice space_to_depth permute reduce parameter",
}
KINDS.modules(
    __name__, {name: module for module, names in MODULES.items() for name in names.split()}
)


def every() -> dict[str, type[Layer]]:
    """All kinds by name, family by family."""
    families = get_args(Family)
    return dict(sorted(KINDS.load().items(), key=lambda item: families.index(item[1].family)))


def find(word: str) -> type[Layer] | None:
    """The kind with this name, short form, or name in another library; None if there is none.

    A name with a dimension gives a kind that only takes maps with that many axes.

    >>> find("fc").kind, find("MaxPool2d").kind, find("MaxPool2d").dimensions
    ('linear', 'maxpool', 2)
    """
    if word in KINDS.known:
        return KINDS.known[word]
    wanted = plain(word)
    axes = axes_in(wanted)
    for cls in KINDS.values():
        names = set(map(plain, cls.names()))
        if wanted in names:
            return with_axes(cls, axes) if axes else cls
        if axes and wanted.removesuffix(f"{axes}d") in names and cls.dimension_names():
            return with_axes(cls, axes)
    return None


# Layers of other libraries that convcalc does not compute, in small letters and without _.
_STATED_ONLY = (
    r"(?:lstm|gru|rnn|simplernn|convlstm|embedding|embeddingbag|transformer\w*)(?:cell|[123]d)?"
)


# Convolutions that are named after an option.
_CONVOLUTIONS = {
    "dilated": "dilation", "atrous": "dilation", "grouped": "groups", "group": "groups", "strided": "stride",
    "1x1": "kernel_size", "3x3": "kernel_size", "pointwise": "kernel_size",
}  # fmt: skip


def stated_only(word: str) -> str:
    """What to write for another library's layer that is not computed here; empty for other words.

    >>> print(stated_only("nn.LSTM"))
    , and convcalc does not compute it; state its numbers with custom: see convcalc kinds custom
    """
    plain = word.rpartition(".")[2].lower().replace("_", "")
    if not re.fullmatch(_STATED_ONLY, plain):
        return ""
    return ", and convcalc does not compute it; state its numbers with custom: see convcalc kinds custom"


def get_kind(word: Any) -> type[Layer]:
    """The kind with this name, short form, or name in another library.

    Raises:
        UsageError: there is none.
    """
    if not isinstance(word, str):
        message = f"a layer kind is a name such as 'conv', but this is {shown(word)}"
        raise UsageError(message)
    cls = find(word)
    if cls:
        return cls
    if said := stated_only(word):
        message = f"no layer kind {quoted(word)}{said}"
        raise UsageError(message)
    if option := _CONVOLUTIONS.get(re.sub("[ _-]?conv.*", "", word.strip().lower())):
        message = f"no layer kind {quoted(word)}: it is a conv with its option {option}; convcalc kinds conv explains it"
        raise UsageError(message)
    if option := own_option(KINDS["conv"], re.sub("[ -]", "_", word.strip().lower())):
        message = f"no layer kind {quoted(word)}: {option} is an option of layers; convcalc kinds conv explains it"
        raise UsageError(message)
    names = [name for each in every().values() for name in each.names()]
    known = [name for name in names if not re.search("[0-9]d$", name)]  # conv, not conv2d
    near = did_you_mean(word.lower(), known) or "; convcalc kinds lists them"
    message = f"no layer kind {quoted(word)}{near}"
    raise UsageError(message)


def pool_called(word: str) -> type[Layer] | None:
    """The pool that the name of a kind that merges paths may mean, such as max; None for other names."""
    return find(f"{word}pool") or find(f"{word}_pool")


def make(kind: str | type[Layer], options: Mapping[str, Any], **how: Any) -> Layer:
    """A layer of a kind, after checking all options; every source of layers calls this.

    Args:
        kind: its name, or the class itself.
        options: the values by option name: from a Python program, or texts.
        how: ``text``: whether the values are texts, as in chains and commands; ``label``, ``called``
            and ``example``: how messages name the layer, name an option, and show how to write one.

    Raises:
        UsageError: there is no such kind, or options are wrong; it lists all errors.

    >>> layer = make("conv", {"out_channels": 8, "kernel_size": [3, 5]})
    >>> layer.out_shape((3, 32, 32))
    (8, 30, 28)
    """
    if isinstance(kind, type) and issubclass(kind, Layer):
        return make_layer(kind, options, **how)
    return make_layer(get_kind(kind), {**defaults_of(kind), **options}, **how)


__all__ = [
    "KINDS",
    "LETTERS",
    "MODULES",
    "Layer",
    "Shape",
    "every",
    "find",
    "get_kind",
    "make",
    "stated_only",
]
