"""Options of sizes in other words: height apart from width, kinds and words of padding as flags, letters of slides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import click

from convcalc.cli.meant.nameless import PADDINGS

_SIDE = re.compile(
    r"-{1,2}(?P<what>input|image|img|in|i|kernel|filter|k|f|pool|stride|s|d|padding|pad|p|dilation)?[-_]?"
    r"(?P<side>width|height|w|h|x|y|top|bottom|left|right|rows|cols)",
    re.IGNORECASE,
)
# Our option for each sort of sides.
_SIDES_OF = {
    **dict.fromkeys(("", "input", "image", "img", "in", "i"), "--n"),
    **dict.fromkeys(("kernel", "filter", "k", "f", "pool"), "--k"),
    **dict.fromkeys(("stride", "s", "d"), "--s"),  # Torch calls the step d
    **dict.fromkeys(("padding", "pad", "p"), "--p"),
    "dilation": "--d",
}
_HEIGHTS, _WIDTHS = ("height", "h", "y", "rows"), ("width", "w", "x", "cols")
_EDGES = ("top", "bottom", "left", "right")
_TRANSPOSED = ("transpose", "transposed", "transposed-conv")
_FILTERS = ("--f", "-f", "-F", "--filter")
_OUTPUTS = ("o", "out", "output", "output-shape", "output-size")
_ACTIVATIONS = ("--activation", "--relu", "--act")


def way_to_write(typed: str, options: Mapping[str, click.Option], args: Sequence[str]) -> str:
    """What to write instead of an option for sizes that has another name; empty for others.

    Args:
        typed: the option.
        options: the options of the command.
        args: the words of the line.
    """
    name = typed.lstrip("-").partition("=")[0].replace("_", "-").lower()
    hand = "--x" in options and "--k" in options
    filters = next((each for each in ("--cout", "--filters") if each in options), "")
    if hand and typed in ("--n", "--input-size"):
        return "; --x is the input, with its numbers: --x '1 2 3; 4 5 6; 7 8 9' --k '1 2; 3 4'; convcalc layer takes sizes"
    if hand and name == "size":
        return "; write --k for the size of the window of a pool"
    if hand and typed in _ACTIVATIONS:
        return "; an activation works on each number of the result alone, leave it out"
    if typed.lower() in ("--c", "-c") and {"--cin", "--cout"} <= options.keys():
        return "; write --cin for the input channels, --cout for the output channels"
    if typed in _FILTERS and "--k" in options:
        many = f" for the size of a filter, {filters} for how many there are" if filters else ""
        return f"; write --k{many}"
    if typed == "--x" and "--k" in options:
        return "; numbers are worked out by convcalc hand --x '1 2 3; 4 5 6; 7 8 9' --k '1 2; 3 4'"
    if typed == "--target" and "--rf" in options and not options["--rf"].is_flag:
        return "; write --rf"
    if name == "data-format" and "--order" in options:
        return f"; write --order {'hwc' if 'channels_last' in args else 'chw'}"
    if name in PADDINGS and "--p" in options:
        return f"; write --p {name}"
    return _sides(typed, options, args) or _kind(name, options) or _of_solve(name, options, args)


def _kind(name: str, options: Mapping[str, click.Option]) -> str:
    """How to write a layer kind that was given as a flag."""
    from convcalc.layers import find

    if "--op" in options:
        if name in _TRANSPOSED:
            return "; write --op tconv"
        plain = name.replace("-", "")
        pools = [pool for pool in ("maxpool", "avgpool") if plain in (pool, f"{pool}ing", pool[:3])]
        if plain in ("kind", "type", "pool", "pooling", "poolsize"):
            return "; write --op maxpool or --op avgpool"
        return f"; write --op {pools[0]}, and the size of its window as --k 2" if pools else ""
    if "--kind" not in options:
        return ""
    kind = find({"max": "maxpool", "avg": "avgpool"}.get(name, name))
    if name in _TRANSPOSED:
        return "; write --kind conv_transpose"
    return f"; write --kind {kind.kind}" if kind else ""


def _sides(typed: str, options: Mapping[str, click.Option], args: Sequence[str]) -> str:
    """How to write sides with separate options in one option."""
    found = _SIDE.fullmatch(typed.partition("=")[0])
    ours = _SIDES_OF[(found["what"] or "").lower()] if found else ""
    if found is None or ours not in options:
        return ""
    given = dict(_given(args, ours))
    if ours == "--p" and (found["side"].lower() in _EDGES):
        top, bottom, left, right = [given.get(edge, "0") for edge in _EDGES]
        return f"; write the padding of all edges in one, top,bottom x left,right: --p {top},{bottom}x{left},{right}"
    height = next((given[side] for side in _HEIGHTS if given.get(side)), "")
    width = next((given[side] for side in _WIDTHS if given.get(side)), "")
    if height and width:
        return f"; write height and width in one: {ours} {height if height == width else f'{height}x{width}'}"
    one = height or width or "32"
    other = str(int(one) + 2) if one.isdecimal() and len(one) < 9 else "24"
    both = f"{one}x{other}" if height else f"{other}x{one}"
    return f"; write height and width in one: {ours} {one} for both, or {ours} {both}"


def _given(args: Sequence[str], ours: str) -> Iterable[tuple[str, str]]:
    """The sides on a line that belong to one of our options, each with its value."""
    for word, after in pairwise([*args, ""]):
        name, equals, value = word.partition("=")
        found = _SIDE.fullmatch(name)
        if found and _SIDES_OF[(found["what"] or "").lower()] == ours:
            yield found["side"].lower(), value if equals else after


def _of_solve(name: str, options: Mapping[str, click.Option], args: Sequence[str]) -> str:
    """How to write the sizes of an inverse question, which has --n and --o."""
    if not {"--n", "--o"} <= options.keys():
        return ""
    if name in ("input", "shape", "input-shape", "volume", "image"):
        sizes = dict(_shapes(args))
        wanted = next((sizes[each] for each in _OUTPUTS if each in sizes), "")
        return f"; write the sides, without channels: --n {sizes.get(name, '32')}{f' --o {wanted}' * bool(wanted)}"
    return "; write --o" if name in ("output-size", "target", "want", "to", "result") else ""


def _shapes(args: Sequence[str]) -> Iterable[tuple[str, str]]:
    """The sides, without channels, after each option on a line."""
    for word, after in pairwise([*args, ""]):
        name, equals, value = word.partition("=")
        sides = re.split("[x×,]", value if equals else after)
        if name.startswith("--") and all(map(str.isdecimal, sides)):
            yield name[2:], "x".join(sides[-2:] if len(sides) > 2 else sides)
