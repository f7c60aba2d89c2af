"""Layers given only by their windows, as for receptive fields: ``5/2 3/1``, ``conv5 pool2``, ``3x3 3x3``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convcalc.errors import UsageError

_PARTS = re.compile(r"\s*(?:->|→|[,;])\s*|\s+")
_WINDOW = re.compile(
    r"(?P<times>\d{1,4}\*)?(?P<kind>conv|c|k|(?:max|avg|average)?[_-]?pool(?:ing)?|p)?[_ -]?"
    r"(?P<k>\d{1,4})(?:x(?P=k))?(?:(?:/|[_ ]?s(?:tride)?[ =]?)(?P<s>\d{1,4}))?(?:/(?P<d>\d{1,4}))?",
    re.IGNORECASE,
)

_PAIR = re.compile(r"\(?(?<![\dx])(\d{1,4}),(\d{1,4})\)?(?=[\s,;]|$),?(?=\s*\(?\d{1,4},\d|\s*$)")
_ALIKE = re.compile(
    r"--?k(?:ernel)?(?:-size)?\s+(?P<k>\d{1,4})\s+--?layers\s+(?P<layers>\d{1,3})", re.IGNORECASE
)
_LIST = re.compile(r"--?(k|s)[a-z]*\s+(\d{1,4}(?:\s?,\s?\d{1,4})+)")


def as_windows(text: str) -> str:
    """Layers as kernel/stride, or kernel/stride/dilation; another text is unchanged.

    >>> as_windows("conv5 pool2 3x3 max-pool2"), as_windows("conv:k5 relu pool:k2"), as_windows("5/2 3/1")
    ('5/1 2/2 3/1 2/2', '5/1 2/2', '5/2 3/1')
    >>> as_windows("a b")
    'a b'
    """
    found = [_window(word) for word in _PARTS.split(text.strip())]
    windows = [word for word in found if word != _NONE]
    return text if "" in found or not windows else " ".join(windows)


def are_windows(words: Sequence[str]) -> bool:
    """Whether each word is a layer with its window."""
    return bool(words) and all(map(_window, words))


def line_of_windows(args: Sequence[str]) -> str:
    """The chain for a command line of another calculator of receptive fields; empty for other lines.

    >>> line_of_windows(["5/1", "2/2"]), line_of_windows(["--kernels", "3,3", "--strides=2,1"])
    ('chain --input 1x32x32 conv:k5s1 conv:k2s2', 'chain --input 1x32x32 conv:k3s2 conv:k3s1')
    """
    line = " ".join(args).replace("=", " ")
    line = line if any(map(str.isalpha, line)) else _PAIR.sub(r"\1/\2 ", line)  # (5,1) (2,2)
    if alike := _ALIKE.fullmatch(line.strip()):
        line = f"{alike['layers']}*{alike['k']}/1"
    lists = {found[1]: found[2].split(",") for found in _LIST.finditer(line)}
    if "k" in lists:
        strides = lists.get("s") or ["1"] * len(lists["k"])
        layers = [f"{k.strip()}/{s.strip()}" for k, s in zip(lists["k"], strides, strict=False)]
    else:
        parts = [part.strip() for part in re.split("[,;→]|->", line)]
        whole = len(parts) > 1 and all(map(_window, parts))
        layers = (
            parts
            if whole
            else [word for word in _PARTS.split(line) if word not in ("", "--layers")]
        )
    if len(layers) == 1 and layers[0].isdecimal():
        return f"solve field --rf {layers[0]}"
    windows = [_window(layer) for layer in layers]
    if not layers or "" in windows:
        return ""
    side = max(32, 2 ** (2 * _reach(windows)).bit_length())
    chain = [
        layer if ":" in layer or window == _NONE else _conv(window)
        for layer, window in zip(layers, windows)
    ]
    return f"chain --input 1x{side}x{side} {' '.join(chain)}"


def _conv(window: str) -> str:
    """A window as a word of a chain.

    >>> _conv("2*3/1")
    '2*conv:k3s1'
    """
    times, star, sizes = window.rpartition("*")
    return f"{times}{star}conv:" + "".join(map("".join, zip("ksd", sizes.split("/"))))


def _reach(windows: Sequence[str]) -> int:
    """The receptive field of the layers along an axis; the input must have at least this size."""
    field = step = 1
    for window in windows:
        times, _, sizes = window.rpartition("*")
        k, s, *_ = [int(size) for size in re.split("[/x]", sizes) if size.isdigit()] or (1, 1)
        for _ in range(min(int(times or 1), 50)):
            field, step = min(field + (k - 1) * step, 10**5), min(step * s, 10**5)
    return field


_NONE = "-"  # a layer without a window


def _window(word: str) -> str:
    """One layer as kernel/stride; empty for other texts."""
    match = _WINDOW.fullmatch(word)
    if match is None:
        return _of_chain(word) if ":" in word or word.isalpha() else ""
    kind, kernel = (match["kind"] or "").lower(), match["k"]
    stride = match["s"] or (kernel if kind.startswith("p") or "pool" in kind else "1")
    return f"{match['times'] or ''}{kernel}/{stride}" + f"/{match['d']}" * bool(match["d"])


def _of_chain(word: str) -> str:
    """The window of a word of the chain language."""
    from convcalc.layers.options import options_of
    from convcalc.network.chain import read_word

    try:
        layer = read_word(word)
    except UsageError:
        return ""
    kernel = layer.options.get("kernel_size", "")
    if "kernel_size" not in options_of(layer.cls):
        return _NONE
    stride = layer.options.get("stride", kernel if layer.cls.family == "pool" else "1")
    times = f"{layer.times}*" if layer.times > 1 else ""
    dilation = layer.options.get("dilation", "")
    return f"{times}{kernel}/{stride}" + f"/{dilation}" * bool(dilation) if kernel else ""
