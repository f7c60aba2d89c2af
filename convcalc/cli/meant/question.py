"""A question of ``convcalc why`` in other words: layers of a chain, units and sizes of a fully connected layer."""

from __future__ import annotations

from convcalc.cli.meant.windows import as_windows

_OF_UNITS = {"params": "params-fc"}  # the type that is meant where units are given


def meant(kind: str, given: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The question type that some words are meant for, where the type is written more shortly, and its words.

    >>> meant("params", {"n": "784", "units": "128"})
    ('params-fc', {'units': '128', 'input': '784'})
    """
    if any(map(str.isalpha, given.get("layers", ""))):
        given = {**given, "layers": as_windows(given["layers"])}
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
