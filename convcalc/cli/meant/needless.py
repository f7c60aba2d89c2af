"""Options of other tools that change no size: for the look of tables, first weights, the device of a run."""

from __future__ import annotations

import re
from collections.abc import Sequence

# For layers in PyTorch and Keras; for tables in torchinfo, torchsummary, ptflops and Keras; for running a network.
_WITH_VALUE = """
    padding-mode activation act name kernel-initializer bias-initializer depthwise-initializer kernel-regularizer
    bias-regularizer activity-regularizer kernel-constraint bias-constraint trainable inplace momentum eps epsilon
    track-running-stats return-indices weights initializer dropout
    col-names col-width row-settings verbosity dtypes mode line-length positions print-fn layer-range
    custom-modules-hooks custom-ops ignore-modules input-constructor ost output-precision flops-units backend branching
    device dtype batch batch-size seed workers epochs lr learning-rate loss
"""
_ALONE = """
    as-strings print-per-layer-stat print-layer-stats expand-nested show-trainable show-layer-names show-shapes
    verbose quiet ignore report-missing cache-forward-pass pretrained cuda cpu eval debug
"""
_VALUED, _FLAGS = _WITH_VALUE.split(), _ALONE.split()
_SWITCH = re.compile("[0-9]|true|false", re.IGNORECASE)  # after a flag


def is_needless(typed: str) -> bool:
    """Whether an option of another tool changes no size.

    >>> is_needless("--col_width"), is_needless("--as-strings"), is_needless("--stride")
    (True, True, False)
    """
    return _plain(typed) in (*_VALUED, *_FLAGS)


def without_needless(args: Sequence[str]) -> list[str]:
    """The words of a line without such options and their values.

    >>> without_needless(["--verbose", "0", "--as-strings", "vgg16", "--col_width", "16", "--rf", "--name=x"])
    ['vgg16', '--rf']
    """
    line, before = [], ""  # the needless option before this word
    for word in args:
        if word.startswith("-") and is_needless(word):
            before = "" if "=" in word else _plain(word)
            continue
        is_value = before in _VALUED or _SWITCH.fullmatch(word)
        if not before or not is_value or word.startswith("-"):
            line.append(word)
        before = ""
    return line


def _plain(typed: str) -> str:
    return typed.lstrip("-").partition("=")[0].replace("_", "-").lower()
