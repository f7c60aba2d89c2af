"""Words that stand where none belongs, and options that are missing: what to type."""

from __future__ import annotations

import re
import shlex

import click

from convcalc.cli.option_words import line_called
from convcalc.text import quoted

_EXTRA = re.compile(r"Got unexpected extra arguments? \((?P<words>.*)\)", re.DOTALL)
_SHAPE = re.compile(r"[0-9]+([x×][0-9]+)+")


def lead_on(error: click.UsageError) -> str:
    """What is wrong with a command line, with what to type; empty where click's words do."""
    if error.ctx is None:
        return ""
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return _missing(error.ctx, error.param)
    extra = _EXTRA.match(error.format_message())
    return _extra(error.ctx, extra["words"]) if extra else ""


def _missing(ctx: click.Context, param: click.Parameter) -> str:
    """What is missing, and a word that may be meant for it, its choices, or an example."""
    if isinstance(param, click.Option):
        name = param.opts[0]
        if meant := _meant(ctx, param):
            return f"{name} is missing: write {name} {shlex.quote(meant)}"
    else:
        name = param.make_metavar(ctx).removesuffix("...").replace(" | ", " or ")
    if isinstance(param.type, click.Choice):
        *first, last = map(str, param.type.choices)
        what = f"{name} is missing; choose" if name.startswith("-") else "say which:"
        return f"{what} {', '.join(first)} or {last}"
    lines = [line.strip() for line in getattr(ctx.command, "examples", "").strip().splitlines()]
    having = [line for line in lines if not name.startswith("-") or f"{name} " in line]
    return f"{name} is missing" + f"; for example: {having[0]}" * bool(having)


def _meant(ctx: click.Context, option: click.Option) -> str:
    """The word of the command line that may be meant for an option that is missing."""
    called, args = line_called(ctx)
    if called is None:
        return ""
    has_words = any(isinstance(param, click.Argument) for param in called.command.params)
    if not has_words and args and not args[0].startswith("-"):
        return args[0]
    if "CxHxW" not in (option.metavar or ""):
        return ""
    return next((word for word in args if _SHAPE.fullmatch(word) and word.count("x") > 1), "")


def _extra(ctx: click.Context, words: str) -> str:
    """Words that are too many: the rest of a name, layers, or an option without its dashes."""
    from convcalc.network.find import bundled_names

    known = {name for param in ctx.command.params for name in param.opts}
    first, _, others = words.partition(" ")
    if f"--{first}" in known:
        return f"{quoted(first)} needs dashes; write --{first}"
    _, args = line_called(ctx)
    takes_network = any(param.name == "network" for param in ctx.command.params)
    if not takes_network or not args or others:
        return ""
    joined = f"{args[0]}{first}".lower()
    if joined in bundled_names():
        return f"{quoted(f'{args[0]} {first}')} is one word: {ctx.command_path} {joined}"
    if ":" in first:
        line = shlex.join(["chain", "--input", "3x32x32", *args])
        return f"layers are a chain: convcalc {line}"
    return ""
