"""A question of ``convcalc why`` in other words: layers of a chain, units and sizes of a fully connected layer."""

from __future__ import annotations

import re

from convcalc.cli.meant.windows import as_windows
from convcalc.cli.output import remark
from convcalc.network import axes

_OF_VOLUMES = {"output-size": "volume"}  # the meant type, if the number has three sides
_OF_UNITS = {"params": "params-fc"}  # the meant type, if units are given


def _channels_last(text: str) -> str:
    """A volume in the order of questions, if its channels seem to be first; empty for others.

    >>> [_channels_last(text) for text in ("3x32x32", "32x32x3", "8x8x8", "784")]
    ['32x32x3', '', '', '']
    """
    sides = re.split("[x×]", text)
    if len(sides) != 3 or not all(map(str.isdecimal, sides)):
        return ""
    channels, height, width = map(int, sides)
    is_first = axes.channels_stand_last((height, width, channels)) and not axes.channels_stand_last(
        (channels, height, width)
    )
    return f"{height}x{width}x{channels}" if is_first else ""


def meant(number: str, kind: str, given: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The question type that is meant, if a shorter name was typed, and its words.

    >>> meant("100480", "params", {"n": "784", "units": "128"})
    ('params-fc', {'units': '128', 'input': '784'})
    >>> meant("26x26x32", "output-size", {"n": "28"})
    ('volume', {'n': '28'})
    """
    if len(re.findall("[x×*]", number)) > 1:
        kind = _OF_VOLUMES.get(kind, kind)
    if any(map(str.isalpha, given.get("layers", ""))):
        given = {**given, "layers": as_windows(given["layers"])}
    if turned := _channels_last(given.get("input", "")):
        remark(
            f"note: --input {given['input']} is read with its channels first, as height x width x channels {turned}"
        )
        given = {**given, "input": turned}
    if "units" in given and not {"k", "filters"} & given.keys():
        kind = _OF_UNITS.get(kind, kind)
    if kind in _OF_UNITS.values() and "n" in given and "input" not in given:
        words = {word: value for word, value in given.items() if word not in ("n", "c_in")}
        sides = given["n"] if "x" in given["n"] else f"{given['n']}x{given['n']}"
        return kind, {
            **words,
            "input": f"{sides}x{given['c_in']}" if "c_in" in given else given["n"],
        }
    return kind, given
