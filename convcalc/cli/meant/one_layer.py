"""Options of one layer that must mean something else: units, padding alone, a size as a file name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import click

from convcalc.cli.meant.line import as_line
from convcalc.cli.meant.nameless import way_to_name
from convcalc.cli.option_names import OURS
from convcalc.cli.option_words import typed_for
from convcalc.cli.typed_options import option_meant, values_behind
from convcalc.errors import UsageError
from convcalc.layers import get_kind, pool_called
from convcalc.layers.options import options_of

_SIDES = re.compile(r"\d{1,9}(x\d{1,9}){0,2}")
_OTHERS = ("kernel_size", "stride", "dilation", "cout", "groups", "more")  # in addition to padding


def read_as_meant(ctx: click.Context, nameless: Sequence[str], called: Mapping[str, str]) -> None:
    """Read a line with units as a fully connected layer, and refuse options that make no layer.

    Args:
        ctx: the context of the command.
        nameless: the words without option names.
        called: the command line's names of the layer options.

    Raises:
        UsageError: what to type instead.
    """
    typed, has_kind = ctx.params, bool(typed_for(ctx, "--kind"))
    output = "" if typed.get("format_name") else typed.get("output") or ""
    said = _size_for_file(output, typed) or _pool(typed)
    padded = typed["padding"] is not None and not any(typed[name] for name in _OTHERS)
    if not said and padded and not has_kind and not nameless:
        said = "--k is missing: write --k 3, or --kind pad for padding without a layer"
    if said or nameless:
        raise UsageError(said or way_to_name(nameless, typed, called))
    said_units = typed_for(ctx, "--cout").lstrip("-").replace("_", "-").lower()
    units = "--units" in OURS.get(said_units, ())
    if units and not (padded or has_kind or any(typed[name] for name in _OTHERS[:3])):
        typed["kind"] = get_kind("linear")


def swapped(ctx: click.Context, args: Sequence[str]) -> str:
    """The end of a message about a window that is larger than its input: the line with the two sizes swapped."""
    if "kernel_size" not in ctx.params:
        return ""
    n, kernel, padding, dilation = (
        ctx.params[name] for name in ("n", "kernel_size", "padding", "dilation")
    )
    sides: tuple[int, ...] = kernel if isinstance(kernel, tuple) else (kernel or 0,)
    around = padding or 0
    if not n or dilation not in (None, 1) or not isinstance(around, int):
        return ""  # with these the other line may fit no better
    if min(sides) <= max(n) + 2 * around:
        return ""
    values = {_name(ctx, word): after for word, after in pairwise(args)}
    both = {"n": values.get("kernel_size", ""), "kernel_size": values.get("n", "")}
    if "" in both.values():
        return ""
    line = [both.get(_name(ctx, before), word) for before, word in zip(["", *args], args)]
    return f"; if the two are swapped, type {ctx.command_path} {as_line(line)}"


def _name(ctx: click.Context, word: str) -> str:
    """The parameter whose value follows a word; empty if there is none."""
    option = option_meant(ctx, word) if values_behind(ctx, word) else None
    return option.name or "" if option else ""


def _pool(typed: Mapping[str, Any]) -> str:
    """What to write for a pool with the name of a kind that merges paths, such as max; empty for others."""
    kind = typed["kind"]
    pool = next(filter(None, map(pool_called, kind.names() if kind.merges else ())), None)
    return (
        pool
        and f"{kind.kind} merges several paths, and has no window; for a pool write --kind {pool.kind}"
    ) or ""


def _size_for_file(output: str, typed: Mapping[str, Any]) -> str:
    """The error if a file name is a size, and how to ask for that size; empty for other names.

    Args:
        output: the file name.
        typed: the options of a layer, by their parameters.
    """
    if not _SIDES.fullmatch(output):
        return ""
    what, kind = f"-o {output}: this is the name of a file", typed["kind"]
    if "out_features" in options_of(kind):
        return f"{what}; for {output} units write --cout {output}"
    if not typed.get("n"):
        return ""
    if "out_channels" in options_of(kind) and output.isdecimal():
        what += f"; for {output} output channels write --cout {output}"
    given = {"--kind": kind.kind, "--k": typed["kernel_size"], "--s": typed["stride"]}
    line = " ".join(
        f"{name} {_sides(value)}" for name, value in given.items() if value not in (None, "conv")
    )
    return f"{what}; for an output of size {output} type convcalc solve --n {_sides(typed['n'])} --o {output} {line}".strip()


def _sides(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
