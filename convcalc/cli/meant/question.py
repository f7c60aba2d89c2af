"""A question of ``convcalc why`` in other words: layers of a chain, units and sizes of a fully connected layer."""

from __future__ import annotations

import re

from convcalc.cli.output import remark
from convcalc.network import axes

_OF_VOLUMES = {"output-size": "volume"}  # the meant type, if the number has three sides
_OF_UNITS = {"params": "params-fc"}  # the meant type, if units are given


def _in_order(text: str) -> str:
    """A volume as questions write it, channels last; one with colours first is turned, with a note.

    >>> _in_order("32x32x3"), _in_order("8x8x8"), _in_order("784")
    ('32x32x3', '8x8x8', '784')
    """
    sides = re.split("[x×]", text)
    if len(sides) != 3 or not all(map(str.isdecimal, sides)):
        return text
    channels, height, width = map(int, sides)
    if axes.channels_stand_last((channels, height, width)) or not axes.channels_stand_last(
        (height, width, channels)
    ):
        return text
    turned = f"{height}x{width}x{channels}"
    if axes.is_picture((height, width, channels)):
        remark(
            f"note: --input {text} is read with its channels first, as height x width x channels {turned}"
        )
        return turned
    remark(
        f"note: --input {text} is read as height x width x channels; if its channels stand first, write {turned}"
    )
    return text


def meant(number: str, kind: str, given: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The question type that is meant, if a shorter name was typed, and its words.

    >>> meant("100480", "params", {"n": "784", "units": "128"})
    ('params-fc', {'units': '128', 'input': '784'})
    >>> meant("26x26x32", "output-size", {"n": "28"})
    ('volume', {'n': '28'})
    >>> meant("26x26x30", "output-size", {"n": "28x28x32"})[0], meant("26x26x26", "output-size", {"n": "28"})[0]
    ('output-size', 'output-size')
    """
    parts = re.split("[x×*]", number)
    if len(parts) > 2 and len({*parts}) > 1 and len(re.split("[x×*,]", given.get("n", ""))) < 3:
        kind = _OF_VOLUMES.get(kind, kind)
    if any(map(str.isalpha, given.get("layers", ""))):
        from convcalc.cli.meant.windows import as_windows

        given = {**given, "layers": as_windows(given["layers"])}
    if "input" in given:
        given = {**given, "input": _in_order(given["input"])}
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
