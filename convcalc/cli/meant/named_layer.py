"""The options of ``convcalc layer`` given to another command: what to type instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import click

from convcalc.cli.meant.line import as_line
from convcalc.cli.meant.nameless import named_options
from convcalc.cli.meant.short_layers import is_layer
from convcalc.cli.meant.stray_words import apart, nameless
from convcalc.cli.meant.windows import in_chain
from convcalc.cli.typed_options import option_meant, values_behind
from convcalc.layers import LETTERS

_CALLED = {"kernel_size": "--k", "stride": "--s", "padding": "--p"}
_SIZES = ("n", "kernel_size", "shape")  # parameters of options that only a single layer has


def is_of_layer(args: Sequence[str], layer: click.Command) -> bool:
    """Whether a line has the sizes of one layer."""
    return any(name in _SIZES[:2] for name, _ in _given(args, layer))


def layer_line(args: Sequence[str], layer: click.Command) -> str:
    """The words to type after ``convcalc layer`` for another command's words; empty if a word can mean anything.

    Args:
        args: options, and perhaps a kind and sizes without their names.
        layer: the command.
    """
    words = nameless(layer, args)
    if not words:
        return as_line(args)
    typed = dict.fromkeys(("n", *_CALLED)) | {name: True for name, _ in _given(args, layer)}
    if named := named_options(words, typed, _CALLED):
        others = [word for word, is_nameless in apart(layer, args) if not is_nameless]
        return f"{named} {as_line(others)}".strip()
    return ""


def chain_line(args: Sequence[str], layer: click.Command) -> str:
    """The same layer as a chain of one word, after its input; empty if it has no input size."""
    given = dict(_given(args, layer))
    sides = given.get("n", "").split("x")
    shape = given.get("shape") or "x".join(
        [given.get("cin", "1"), *(sides * 2 if len(sides) == 1 else sides)]
    )
    if not (given.get("n") or given.get("shape")):
        return ""
    given["out_channels"] = given.get("cout", "")
    words = [word for word in nameless(layer, args) if is_layer(word)]
    letters = "".join(
        f"{letter}{given[name]}" for name, letter in LETTERS.items() if given.get(name)
    )
    kind = given.get("kind", "conv")
    layers = in_chain(words) or [f"{kind}:{letters}" if letters else kind]
    return as_line(["--input", shape, *layers])


def _given(args: Sequence[str], layer: click.Command) -> Iterator[tuple[str, str]]:
    """The parameters of a layer on a command line, each with its value."""
    ctx = click.Context(layer)
    for word, after in pairwise([*args, ""]):
        option = option_meant(ctx, word) if word.startswith("-") else None
        if option is not None and option.name:
            has_value = bool(values_behind(ctx, word))
            yield (
                option.name,
                after
                if has_value
                else word.partition("=")[2] or word.lstrip("-abcdefghijklmnopqrstuvwxyz"),
            )
