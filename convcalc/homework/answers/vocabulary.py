"""Words around a number: things counted, scales, and words without meaning."""

from __future__ import annotations

import re
from fractions import Fraction

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

SCALES = {
    "k": 10**3, "thousand": 10**3, "thousands": 10**3, "tsd": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6, "millions": 10**6, "mio": 10**6,
    "g": 10**9, "b": 10**9, "bn": 10**9, "billion": 10**9, "billions": 10**9, "mrd": 10**9, "milliard": 10**9, "milliards": 10**9,
    "t": 10**12, "tn": 10**12, "trillion": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40,
    "hundred": 100, "lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7, "万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8,
}  # fmt: skip

_PREFIXES = {
    "": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40,
    "kilo": 10**3, "mega": 10**6, "giga": 10**9, "tera": 10**12, "kibi": 2**10, "mebi": 2**20, "gibi": 2**30, "tebi": 2**40,
}  # fmt: skip
_BYTES = ("b", "byte", "bytes", "o", "octet", "octets")  # French counts octets: Ko, Mo
_BITS = ("bit", "bits")

BYTE_UNITS: dict[str, Fraction] = {
    **{prefix + unit: Fraction(size) for prefix, size in _PREFIXES.items() for unit in _BYTES if prefix + unit not in ("b", "o")},
    **{prefix + unit: Fraction(size, 8) for prefix, size in _PREFIXES.items() for unit in _BITS},
}  # fmt: skip

_OPERATIONS = frozenset(
    ["flops", "flop", "macs", "mac", "maccs", "madds", "ops", "params", "param", "parameters", "multiplications", "multiply-adds"]
)  # fmt: skip

NOISE = frozenset(
    [
        "parameters", "parameter", "params", "param", "weights", "weight", "values", "value", "neurons", "neuron", "units", "unit", "macs", "mac", "maccs", "madds",
        "flops", "flop", "ops", "operations", "operation", "multiplications", "multiplication", "multiply-adds", "multiply-add", "multiply-accumulates", "additions",
        "addition", "adds", "muls", "mults", "products", "connections", "connection", "pixels", "pixel", "px", "cells", "cell", "layers", "layer", "channels",
        "channel", "maps", "map", "filters", "filter", "kernels", "kernel", "rows", "row", "columns", "column", "cols", "wide", "high", "deep", "tall", "size", "sizes", "output",
        "outputs", "input", "inputs", "total", "in", "per", "about", "approx", "approximately", "around", "roughly", "ca", "circa", "times", "fold", "fewer", "less", "more",
        "smaller", "larger", "bigger", "cheaper", "the", "a", "an", "of", "is", "are", "it", "its", "be", "was", "get", "we", "i", "they", "have", "has", "there", "answer", "answers", "ans", "result", "final", "value",
        "trainable", "learnable", "learned", "biases", "bias", "including", "included", "incl", "with", "without", "each", "every", "by", "side", "sides", "image", "images", "picture", "square",
        "whole", "number", "numbers", "integer", "padding", "pad", "one", "way", "depth", "height", "width", "h", "w", "c", "d", "and", "floor", "floored", "after", "rounding",
        "rounded", "down", "function", "nodes", "node", "elements", "element", "entries", "entry", "activations", "activation", "features", "feature", "scalars", "scalar", "zeros", "zeroes", "steps",
        "step", "positions", "position", "windows", "window", "volume", "volumes", "dimension", "dimensions", "dimensionality", "dim", "dims", "shape", "convolutional", "convolution", "conv", "pooling", "pool", "fc", "dense",
        "on", "for", "to", "at", "as", "many", "factor", "ratio", "ones", "both", "all", "along", "axis", "direction", "exactly", "recurring", "repeating", "rf", "receptive", "field", "fields", "region",
        "points", "numbers", "coefficients", "memory", "batch", "sample", "example", "only", "forward", "n", "个", "個", "then", "x-direction", "y-direction", "therefore", "so",
    ]
)  # fmt: skip

SMALL_NUMBERS = {
    "none": 0, "nothing": 0, "zero": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip


def scale_of(word: str, *, memory: bool = False) -> tuple[Fraction, str, str]:
    """The word after a number as its scale, its unit and the rest.

    Args:
        word: the word.
        memory: whether the question asks for memory, so that "100 B" is bytes and not billions.

    >>> [(str(scale), unit, rest) for scale, unit, rest in map(scale_of, ("MiB", "MFLOPs", "pixels", "M"))]
    [('1048576', 'B', ''), ('1000000', '', 'flops'), ('1', '', 'pixels'), ('1000000', '', '')]
    """
    lower = word.lower()
    if lower in ("%", "percent", "pct"):
        return Fraction(1), "%", ""
    if lower in BYTE_UNITS and (memory or not lower.endswith("o")):
        return BYTE_UNITS[lower], "B", ""
    if memory and lower in ("b", "o"):
        return Fraction(1), "B", ""
    if lower in SCALES:
        return Fraction(SCALES[lower]), "", ""
    if lower[:1] in SCALES and lower[1:] in _OPERATIONS:
        return Fraction(SCALES[lower[0]]), "", lower[1:]
    return Fraction(1), "", lower


def is_noise(text: str) -> bool:
    """Whether a text has words, and none of them says anything about the number next to them."""
    words = WORD.findall(text.lower())
    return bool(words) and all(word in NOISE for word in words)
