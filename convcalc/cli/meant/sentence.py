"""A question in words, ``7x7 input, 3x3 filter, stride 2``: the options of the layer that it asks about."""

from __future__ import annotations

import re

from convcalc.cli.meant.short_layers import channels_first

_NUMBER = re.compile(r"\d{1,6}(?:\s?[x×]\s?\d{1,6}){0,2}")
_BEFORE = re.compile(
    r"(?P<word>strides?|pad(?:ding)?|dilation|kernel|filter|input|image)(?: size)?(?:\s|of|is|=|:|\()*$"
)
_AFTER = re.compile(
    r"\s*(?:(?:px|pixels?|rgb|gr[ae]y(?:-?scale)?|colou?r)\s+){0,3}"
    r"(?P<word>input|image|filters?|kernels?|conv|window|max|avg|average|pool|strides?|pad|dilation)"
)
_OPTION = {
    "stride": "--s",
    "pad": "--p",
    "dilation": "--d",
    "input": "--n",
    "image": "--n",
}  # all others belong to the kernel
_SIGNS = (
    ("transposed", "conv_transpose"), ("separable", "separable_conv"), ("depthwise", "depthwise_conv"),
    ("avg", "avgpool"), ("average", "avgpool"), ("pool", "maxpool"),
)  # fmt: skip
_PADDED = re.compile(
    r"\b(?P<word>same|valid|full|no|without)[\s'\"-]{1,3}(?:zero[\s-])?pad|pad(?:ding)?(?: is|[\s:='\"]){1,3}(?P<behind>same|valid|full)\b"
)
# How words begin that need a number, each with the option that has it.
_SAID = {"strid": "--s", "pad": "--p", "dilat": "--d", "group": "--groups"}
_ORDER = ("--kind", "--input", "--n", "--cin", "--k", "--s", "--p", "--d", "--cout")
_MOST = 300  # characters


def options_in(text: str) -> str:
    """The options of ``convcalc layer`` for a question in words; empty if a number can mean several things.

    >>> options_in("7x7 input, 3x3 filter, stride 2"), options_in("5x5 conv on a 32x32 RGB image with 6 filters")
    ('--n 7 --k 3 --s 2', '--n 32 --cin 3 --k 5 --cout 6')
    >>> options_in("2x2 max pooling with stride 2 on 32x32x16"), options_in("what is 3"), options_in("no number")
    ('--kind maxpool --input 16x32x32 --k 2 --s 2', '', '')
    >>> options_in("7x7 input, 3x3 filter, same padding"), options_in("7x7 input, 3x3 filter, stride two")
    ('--n 7 --k 3 --p same', '')
    """
    plain = text[:_MOST].lower()
    found: dict[str, str] = {}
    for number in _NUMBER.finditer(plain):
        sides = re.split(r"\s?[x×]\s?", number[0])
        option = _option(plain[: number.start()], plain[number.end() :], sides)
        if option in found:
            return ""
        whole = len(sides) == 3 and option == "--input"
        found[option] = (
            channels_first(sides) if whole else "x".join(sides if len({*sides}) > 1 else sides[:1])
        )
    if "" in found or "--k" not in found or not {"--n", "--input"} & found.keys():
        return ""
    if padded := _PADDED.search(plain):
        word = padded["word"] or padded["behind"]
        found.setdefault("--p", "0" if word in ("no", "without") else word)
    if any(sign in plain and option not in found for sign, option in _SAID.items()):
        return ""
    kind = next((kind for sign, kind in _SIGNS if sign in plain), "")
    found |= {"--kind": kind} if kind else {}
    found |= {"--cin": "3"} if "rgb" in plain and "--n" in found else {}
    return " ".join(f"{name} {found[name]}" for name in _ORDER if name in found)


def _option(before: str, behind: str, sides: list[str]) -> str:
    """The option for a number between two texts; empty if several are possible."""
    named = _BEFORE.search(before) or _AFTER.match(behind)
    word = named["word"] if named else ""
    if not word:
        return (
            ("--input" if len(sides) == 3 else "--n")
            if len(sides) > 1 and re.search(r"\bon\b|\bfor\b|^", before)
            else ""
        )
    if len(sides) == 1 and word in ("filters", "kernels"):
        return "--cout"
    option = next((ours for name, ours in _OPTION.items() if word.startswith(name)), "--k")
    return "--input" if option == "--n" and len(sides) == 3 else option
