"""What to type instead of an unknown command."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise, takewhile
from typing import Any

import click

from convcalc.cli.meant.command_names import called_so
from convcalc.cli.meant.equation import of_formula
from convcalc.cli.meant.line import PAIR, as_line
from convcalc.cli.meant.named_layer import is_of_layer, layer_line
from convcalc.cli.meant.nameless import code_line, is_code, is_kind
from convcalc.cli.meant.sentence import options_in
from convcalc.cli.meant.short_layers import is_layer, line_of_chain
from convcalc.cli.meant.sorts import sort_of_word
from convcalc.cli.meant.windows import line_of_windows
from convcalc.cli.typed_options import option_meant
from convcalc.errors import did_you_mean
from convcalc.files import YAML_SUFFIXES
from convcalc.interop.signs import SUFFIXES
from convcalc.layers import KINDS
from convcalc.layers.aliases import own_option

_NUMBER = re.compile(r"[0-9]+([x×][0-9]+)*")
_FILES = (*YAML_SUFFIXES, *SUFFIXES, ".pt", ".pth", ".h5")
_MODEL = ("-m", "--model", "--net", "--network", "--arch", "--file")
_OF_NETWORKS = (
    "count",
    "memory",
    "draw net",
    "draw field",
)  # commands that a network alone is enough for
_ASKS = re.compile(r"(?:what|how|why|when|explain|describe|define|tell)\b", re.IGNORECASE)
_FROM_TO = ("from", "to", "into", "->", "-", ">", "→", "=>")
_OF_LAYERS = (
    "layer",
    "solve",
    "hand",
    "why",
    "kernel",
    "hw",
    "hw show",
    "sweep",
)  # that have such options
# What takes a word of a sort, whatever the word is.
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
        known: the commands.
        prefix: the words before them; empty for the outermost group.
        load: imports a command of this group by its name.
    """
    word, *rest = [*(args[0].split() or [""]), *args[1:]] if prefix == "solve " else args
    if said := of_formula("".join(takewhile(lambda each: not each.startswith("-"), args))):
        return f"; {said}"
    line = _in_group(prefix, word, rest, load) if prefix else _outside(word, rest, load)
    line = line or ("" if prefix else _asked(" ".join(args)))
    if line:
        return f"; type convcalc {line}"
    if (
        " ".join(args).count(" ") > 1
        and not prefix
        and not any(each.startswith("-") for each in args)
    ):
        return "; write what is asked as options, such as convcalc layer --n 32 --k 5 --s 1 --p 2"
    return did_you_mean(word, known)


def _asked(text: str) -> str:
    """What to type for a question in words: about a layer, or about a word that a page explains."""
    if options := options_in(text):
        return f"layer {options}"
    last = re.sub("[?.! ]+$", "", text).rpartition(" ")[2]
    if not _ASKS.match(text):
        return ""
    is_option = bool(own_option(KINDS["conv"], last.lower()))
    return f"kinds {last}" if is_kind(last) else "kinds conv" if is_option else ""


def options_first(ctx: click.Context, args: Sequence[str]) -> str:
    """What to type if a group is followed by options without a command; empty if unknown.

    Args:
        ctx: the context of the group.
        args: the words after the group.
    """
    group: Any = ctx.command
    prefix = getattr(group, "prefix", "")
    first = next(iter(args), "")
    if not prefix and first in _MODEL and len(args) > 1:
        return as_line(["arch", *args[1:]])
    if not prefix and first.lstrip("-").partition("=")[0] in ("n", "k", "input", "kind", "kernel"):
        return as_line(["layer", *args])
    if prefix == "draw ":
        return f"draw fit {layer_line(args, group.load('fit')) or as_line(args)}"
    return f"{prefix}{_ALONE[prefix][1]} {as_line(args)}" if prefix in _ALONE else ""


def _in_group(prefix: str, word: str, rest: Sequence[str], load: Callable[[str], Any]) -> str:
    """What to type instead of an unknown word after a group's name."""
    if prefix == "draw " and is_kind(word) and (line := layer_line([word, *rest], load("fit"))):
        return f"draw fit {line}"
    if prefix == "solve " and (line := _solve_line(word, rest)):
        return line
    if name := called_so(word, prefix):
        return f"{prefix}{name} {as_line(rest)}".strip()
    sort = sort_of_word(word)
    if prefix in _ALONE and sort == "network":
        return f"{prefix}{_ALONE[prefix][0]} {as_line([word, *rest])}"
    if prefix == "hw " and sort == "sheet":
        return f"hw show {as_line([word, *rest])}"
    return ""


def _page(word: str) -> str:
    """The command for a word that names a list, or the page of a kind."""
    if word in ("kinds", "layers"):
        return "kinds"
    if word in ("networks", "models", "list"):
        return "list"
    return f"kinds {word}" if is_kind(word) else ""


def _solve_line(word: str, rest: Sequence[str]) -> str:
    """The inverse question for sizes without names, for pairs, and if the unknown is named before the options."""
    sizes = [each for each in (word, *rest) if each.lower() not in _FROM_TO]
    if len(sizes) > 1 and all(map(_NUMBER.fullmatch, sizes)):
        return "solve " + " ".join(
            f"--{name} {size}" for name, size in zip("noksp", sizes, strict=False)
        )
    sizes = [each for each in sizes if not each.endswith("=?")]
    pairs = [re.fullmatch(r"([nokspda])=(\d[\dx]*)", each.lower()) for each in sizes]
    if pairs and all(pairs):
        return "solve " + " ".join(f"--{pair[1]} {pair[2]}" for pair in pairs if pair)
    name = called_so(word, "solve ")
    if name == "field" and rest and rest[0].isdecimal():
        kernel = next(([*pair] for pair in pairwise(rest) if pair[0] == "--k"), [])
        return as_line(["solve", "field", "--rf", rest[0], *kernel])
    if name != "size" or any(each in rest for each in ("--o", "--out", "--output")):
        return ""
    keeps = [each for each in rest if each not in ("--same", "same")]
    named = keeps if "--n" in keeps or "-n" in keeps else ["--n", "32", *keeps]
    return f"solve {as_line([*named, '--o', 'same'])}"


def _outside(word: str, rest: Sequence[str], load: Callable[[str], Any]) -> str:
    """What to type instead of an unknown word after ``convcalc``."""
    of_network = bool(rest) and sort_of_word(rest[0]) == "network"
    if word == "show" and rest and (line := _page(rest[0])):
        return line
    if rest and called_so(both := f"{word}-{rest[0]}".lower(), ""):
        word, rest = both, rest[1:]
    if word in load("hw").about and not of_network:
        return as_line(["hw", word, *rest])
    if name := called_so(word, "") or ("arch" if of_network and word in load("hw").about else ""):
        if name == "draw field" and (line := line_of_windows(rest)):
            return line
        if name == "solve" and (line := _solve_line(word, rest)):
            return line
        if name not in _OF_LAYERS and is_of_layer(rest, load("layer")):
            return f"layer {layer_line(rest, load('layer')) or as_line(rest)}"
        if name == "hw" and rest and (way := _TAKES.get(sort_of_word(rest[0]))):
            return f"{way} {as_line(rest)}"
        named = layer_line(rest, load("layer")) if name == "layer" else ""
        return f"{name} {named or as_line(rest)}".strip()
    sort = sort_of_word(word) or sort_of_word(word.lower())
    if way := _TAKES.get(sort):
        return f"{way} {as_line([word, *rest])}"
    if sort == "network" or os.path.isfile(word) or word.lower().endswith(_FILES):
        return _of_network(word if os.path.exists(word) else word.lower(), rest, load("arch"))
    if is_code(word):
        return code_line([word, *rest])
    if _NUMBER.fullmatch(word) or PAIR.fullmatch(word) or is_kind(word):
        line = layer_line([word, *rest], load("layer"))
        return f"layer {line}" if line else ""
    if (":" in word or is_layer(word)) and not word.startswith(("http:", "https:")):
        return as_line(
            ["chain", *(line_of_chain([word, *rest]) or ["--input", "3x32x32", word, *rest])]
        )
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
