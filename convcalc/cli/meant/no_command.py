"""What to type instead of an unknown command."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import click

from convcalc.cli.meant.command_names import called_so
from convcalc.cli.meant.line import as_line
from convcalc.cli.meant.nameless import code_line, is_code, is_kind, way_to_name
from convcalc.cli.meant.sorts import sort_of_word
from convcalc.cli.option_words import option_meant
from convcalc.errors import did_you_mean
from convcalc.files import YAML_SUFFIXES
from convcalc.interop.signs import SUFFIXES

_NUMBER = re.compile(r"[0-9]+([x×][0-9]+)*")
_FILES = (*YAML_SUFFIXES, *SUFFIXES, ".pt", ".pth", ".h5")
_MODEL = ("-m", "--model", "--net", "--network", "--arch", "--file")
_OF_NETWORKS = (
    "count",
    "memory",
    "draw net",
    "draw field",
)  # commands that need only a network
# Which command takes a word of each sort, for any word.
_TAKES = {
    "sheet": "hw show",
    "picture": "kernel sharpen",
    "answers": "hw check SHEET",
    "grades": "hw stats",
}
# In each group, the command for a network alone, and the one for options alone.
_ALONE = {"draw ": ("net", "fit"), "solve ": ("input", "size")}


def instead(
    args: Sequence[str], known: Collection[str], prefix: str, load: Callable[[str], Any]
) -> str:
    """The end of a message about an unknown command: what to type, or the nearest name.

    Args:
        args: the words of the command line.
        known: the names of the commands.
        prefix: the words before the command; empty for the outermost group.
        load: returns a command of the outermost group by its name.
    """
    word, *rest = args
    line = _in_group(prefix, word, rest) if prefix else _outside(word, rest, load)
    if line:
        return f"; type convcalc {line}"
    if word.count(" ") > 1 and not prefix:
        return "; write what is asked as options, such as convcalc layer --n 32 --k 5 --s 1 --p 2"
    return did_you_mean(word, known)


def options_first(ctx: click.Context, args: Sequence[str]) -> str:
    """What to type if a group is followed by options without a command; empty if unknown.

    Args:
        ctx: the context of the group.
        args: the words after the group.
    """
    prefix = getattr(ctx.command, "prefix", "")
    first = next(iter(args), "")
    if not prefix and first in _MODEL and len(args) > 1:
        return as_line(["arch", *args[1:]])
    if not prefix and first.lstrip("-").partition("=")[0] in ("n", "k", "input", "kind", "kernel"):
        return as_line(["layer", *args])
    return f"{prefix}{_ALONE[prefix][1]} {as_line(args)}" if prefix in _ALONE else ""


def _in_group(prefix: str, word: str, rest: Sequence[str]) -> str:
    """What to type instead of an unknown word after a group's name."""
    if name := called_so(word, prefix):
        return f"{prefix}{name} {as_line(rest)}".strip()
    sort = sort_of_word(word)
    if prefix == "solve " and len(rest) == 1 and all(map(_NUMBER.fullmatch, (word, *rest))):
        return f"solve --n {word} --o {rest[0]}"
    if prefix in _ALONE and sort == "network":
        return f"{prefix}{_ALONE[prefix][0]} {as_line([word, *rest])}"
    if prefix == "hw " and sort == "sheet":
        return f"hw show {as_line([word, *rest])}"
    return ""


def _outside(word: str, rest: Sequence[str], load: Callable[[str], Any]) -> str:
    """What to type instead of an unknown word after ``convcalc``."""
    of_network = bool(rest) and sort_of_word(rest[0]) == "network"
    if word in load("hw").about and not of_network:
        return as_line(["hw", word, *rest])
    if name := called_so(word, "") or ("arch" if of_network and word in load("hw").about else ""):
        if name == "hw" and rest and (way := _TAKES.get(sort_of_word(rest[0]))):
            return f"{way} {as_line(rest)}"
        nameless = rest and all(map(_NUMBER.fullmatch, rest))
        return (
            _layer_line(rest) if name == "layer" and nameless else f"{name} {as_line(rest)}".strip()
        )
    sort = sort_of_word(word) or sort_of_word(word.lower())
    if way := _TAKES.get(sort):
        return f"{way} {as_line([word, *rest])}"
    if sort == "network" or os.path.isfile(word) or word.lower().endswith(_FILES):
        return _of_network(word if os.path.exists(word) else word.lower(), rest, load("arch"))
    if is_code(word):
        return code_line([word, *rest])
    if _NUMBER.fullmatch(word) or is_kind(word):
        has_options = any(each.startswith("-") for each in rest)
        return (
            as_line(["layer", "--kind", word, *rest]) if has_options else _layer_line([word, *rest])
        )
    if ":" in word and not word.startswith(("http:", "https:")):
        return as_line(["chain", "--input", "3x32x32", word, *rest])
    return ""


def _of_network(network: str, rest: Sequence[str], arch: click.Command) -> str:
    """What to type for a network and some words: arch, or another command if a flag asks for it."""
    ctx = click.Context(arch)
    for at, word in enumerate(rest):
        name = called_so(word.lstrip("-"), "")
        has_value = not "".join(rest[at + 1 : at + 2]).startswith("-") and at + 1 < len(rest)
        is_flag = word.startswith("--") and not has_value and option_meant(ctx, word) is None
        if is_flag and name in _OF_NETWORKS:
            return f"{name} {as_line([network, *rest[:at], *rest[at + 1 :]])}"
    return as_line(["arch", network, *rest])


def _layer_line(words: Sequence[str]) -> str:
    """The ``convcalc layer`` command for numbers and kinds without names; empty if they can mean anything."""
    called = {"kernel_size": "--k", "stride": "--s", "padding": "--p"}
    named = way_to_name(words, dict.fromkeys(("n", *called)), called).rpartition(": ")[2]
    return f"layer {named}" if named.startswith("--") else ""
