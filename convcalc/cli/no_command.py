"""What to type instead of a command that there is not."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Collection, Sequence
from typing import Any

from convcalc.errors import did_you_mean
from convcalc.text import printable

# What people call what a command does.
_WORDS = {
    "summary": "arch", "network": "arch", "show": "arch", "model": "arch", "params": "arch", "parameters": "arch",
    "flops": "count", "macs": "count", "size": "layer", "shape": "layer", "output": "layer", "conv": "layer",
    "plot": "draw net", "visualize": "draw net", "receptive-field": "draw field", "rf": "draw field",
    "onnx": "export", "convert": "import", "load": "import", "test": "verify", "new": "init", "ls": "list",
}  # fmt: skip
_NUMBER = re.compile(r"[0-9]+(x[0-9]+)*")


def instead(
    args: Sequence[str], known: Collection[str], prefix: str, homework: Callable[[], Any]
) -> str:
    """The end of a message on an unknown command: the line to type, or the nearest name.

    Args:
        args: the words of the command line.
        known: the commands.
        prefix: what stands before them; empty for the outermost.
        homework: gives the group of commands for homework.
    """
    word, rest = args[0], args[1:]
    if not prefix and word in homework().about:
        return f"; type convcalc {printable(shlex.join(['hw', *args]))}"
    line = _sizes_line(args) if prefix == "solve " else "" if prefix else _line(word, rest)
    return f"; type convcalc {printable(line)}" if line else did_you_mean(word, known)


def _sizes_line(args: Sequence[str]) -> str:
    """Two sizes without the names of options: from the first to the second."""
    if len(args) != 2 or not all(map(_NUMBER.fullmatch, args)):
        return ""
    return f"solve --n {args[0]} --o {args[1]}"


def _line(word: str, rest: Sequence[str]) -> str:
    """What to type behind the name of the tool; empty where nobody knows."""
    from convcalc.cli.nameless import is_kind, way_to_name
    from convcalc.network.find import bundled_names

    if word in _WORDS and word != "conv":
        return f"{_WORDS[word]} {shlex.join(rest)}".strip()
    if os.path.isfile(word) or word.lower().removesuffix(".yaml") in bundled_names():
        name = word if os.path.isfile(word) else word.lower()
        return shlex.join(["arch", name, *rest])
    options = [each for each in rest if each.startswith("-")]
    if _NUMBER.fullmatch(word) or is_kind(word):
        if options:
            return shlex.join(["layer", "--kind", word, *rest])
        called = {"kernel_size": "--k", "stride": "--s", "padding": "--p"}
        names = dict.fromkeys(("n", *called))
        return f"layer {way_to_name([word, *rest], names, called).rpartition(': ')[2]}"
    if ":" in word and not word.startswith(("http:", "https:")):
        return shlex.join(["chain", "--input", "3x32x32", word, *rest])
    return ""
