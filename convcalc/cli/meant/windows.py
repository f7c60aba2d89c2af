"""Layers given only by their windows, as for receptive fields: ``5/2 3/1``, ``conv5 pool2``, ``3x3 3x3``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from convcalc.errors import UsageError

_PARTS = re.compile(r"\s*(?:->|→|[,;])\s*|\s+")
_WINDOW = re.compile(
    r"(?P<times>\d{1,4}\*)?(?P<kind>conv|c|k|(?:max|avg|average)?[_-]?pool(?:ing)?|p)?[_ -]?"
    r"(?P<k>\d{1,4})(?:x(?P=k))?(?:(?:/|[_ ]?s(?:tride)?[ =]?)(?P<s>\d{1,4}))?(?:/(?P<d>\d{1,4}))?",
    re.IGNORECASE,
)

_FARTHEST = 10**5  # cells
_PAIR = re.compile(r"\(?(?<![\dx])(\d{1,4}),(\d{1,4})\)?(?=[\s,;]|$),?(?=\s*\(?\d{1,4},\d|\s*$)")
_ALIKE = re.compile(
    r"--?k(?:ernel)?(?:-size)?\s+(?P<k>\d{1,4})\s+--?layers\s+(?P<layers>\d{1,3})", re.IGNORECASE
)
_LIST = re.compile(r"(?<!\S)--?([ksdp])[a-z_-]{0,20}\s+(\d{1,4}(?:\s?,\s?\d{1,4})+)\s*")


def as_windows(text: str) -> str:
    """Layers as kernel/stride, or kernel/stride/dilation; another text is unchanged.

    >>> as_windows("conv5 pool2 3x3 max-pool2"), as_windows("conv:k5 relu pool:k2"), as_windows("5/2 3/1")
    ('5/1 2/2 3/1 2/2', '5/1 2/2', '5/2 3/1')
    >>> as_windows("a b")
    'a b'
    """
    windows = [word for word in _windows(_PARTS.split(text.strip())) if word != _NONE]
    return " ".join(windows) or text


def are_windows(words: Sequence[str]) -> bool:
    """Whether each word is a layer with its window."""
    return bool(_windows(words))


def line_of_windows(args: Sequence[str]) -> str:
    """The chain for a command line of another calculator of receptive fields; empty for other lines.

    >>> line_of_windows(["5/1", "2/2"]), line_of_windows(["--kernels", "3,3", "--strides=2,1"])
    ('chain --input 1x32x32 conv:k5s1 conv:k2s2', 'chain --input 1x32x32 conv:k3s2 conv:k3s1')
    >>> line_of_windows(["-k", "3,3", "-s", "2,1", "-d", "1,4"]), line_of_windows(["--kernels", "3,3,3", "--strides", "2,1"])
    ('chain --input 1x64x64 conv:k3s2d1 conv:k3s1d4', '')
    """
    line = " ".join(args).replace("=", " ")
    line = line if any(map(str.isalpha, line)) else _PAIR.sub(r"\1/\2 ", line)  # (5,1) (2,2)
    if alike := _ALIKE.fullmatch(line.strip()):
        line = f"{alike['layers']}*{alike['k']}/1"
    lists = {found[1]: re.split(r"\s?,\s?", found[2]) for found in _LIST.finditer(line)}
    if "k" in lists:
        if _LIST.sub("", line).strip() or len({*map(len, lists.values())}) > 1:
            return ""
        ones = ["1"] * len(lists["k"])
        sizes = zip(lists["k"], lists.get("s", ones), lists.get("d", ones))
        layers = ["/".join(each).removesuffix("/1" if "d" not in lists else "") for each in sizes]
    else:
        parts = [part.strip() for part in re.split("[,;→]|->", line)]
        whole = len(parts) > 1 and are_windows(parts)
        layers = (
            parts
            if whole
            else [word for word in _PARTS.split(line) if word not in ("", "--layers")]
        )
    if len(layers) == 1 and layers[0].isdecimal():
        return f"solve field --rf {layers[0]}"
    windows = _windows(layers)
    if not windows:
        return ""
    reach = _reach(windows)
    if reach >= _FARTHEST:
        return ""
    side = max(32, 2 ** (2 * reach).bit_length())
    return f"chain --input 1x{side}x{side} {' '.join(in_chain(layers))}"


def in_chain(words: Sequence[str]) -> list[str]:
    """Words with their windows as words of a chain; as they are where one says something else.

    >>> in_chain(["conv3x3", "3/2", "relu"]), in_chain(["CONV3-64", "3x3"])
    (['conv:k3s1', 'conv:k3s2', 'relu'], ['CONV3-64', '3x3'])
    """
    windows = _windows(words)
    if not windows:
        return [*words]
    return [
        word if ":" in word or window == _NONE else _conv(window)
        for word, window in zip(words, windows)
    ]


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
        widest = [max(map(int, re.findall(r"\d+", part)), default=1) for part in sizes.split("/")]
        k, s, d, *_ = [*widest, 1, 1]
        once, many = (1, int(times or 1)) if s == 1 else (min(int(times or 1), 20), 1)
        for _ in range(once):  # the step doubles at least, or stays
            field = min(field + many * (k - 1) * d * step, _FARTHEST)
            step = min(step * s, _FARTHEST)
    return field


_NONE = "-"  # a layer without a window


def _windows(words: Sequence[str]) -> list[str]:
    """Each word as kernel/stride; nothing where one says something else."""
    found = [*takewhile(bool, map(_window, words))]
    return found if len(found) == len(words) else []


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
    from convcalc.layers import find
    from convcalc.layers.options import options_of
    from convcalc.network.chain import read_word

    if find(word.partition(":")[0].rpartition("*")[2]) is None:
        return ""
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
