"""What to write instead of an option that a command does not have."""

from __future__ import annotations

import shlex
from typing import Any

import click

from convcalc.cli.option_words import line_called
from convcalc.text import quoted

_OUTPUTS = ("-o", "--out", "--output", "--outdir", "--output-dir", "--out-dir", "--outfile")
_SHORTEST = 4  # letters, with the dashes, of the beginning of an option


def instead_of(error: click.NoSuchOption) -> str:
    """What to write instead of an option that a command does not have."""
    params = error.ctx.command.params if error.ctx else []
    known = [name for param in params if isinstance(param, click.Option) for name in param.opts]
    typed = error.option_name
    if typed in _OUTPUTS and error.ctx and not isinstance(error.ctx.command, click.Group):
        return _output_instead(error.ctx, typed, known)
    if typed == "--n" and "--x" in known and "--k" in known:
        return "; --x is the input, with its numbers: --x '1 2 3; 4 5 6; 7 8 9' --k '1 2; 3 4'; convcalc layer takes sizes"
    takes_set = any(param.name == "more" for param in params)
    if error.ctx and takes_set and (setting := _setting(error.ctx, typed)):
        return f"; write {setting}"
    begins = [name for name in known if name.startswith(typed)]
    return _near(
        begins if len(begins) == 1 and len(typed) > _SHORTEST else error.possibilities or ()
    )


def _output_instead(context: click.Context, typed: str, known: list[str]) -> str:
    """How a command without the option given says where its output goes."""
    if ours := [name for name in known if name in _OUTPUTS]:
        return f"; it is called {' or '.join(ours)} here"
    if any(param.name == "file" for param in context.command.params):
        return f"; write the file alone, as in {context.command_path} FILE"
    return "; it prints its lines: send them to a file with > FILE"


def _near(names: Any) -> str:
    """The options that may have been meant."""
    *first, last = [quoted(name) for name in names] or [""]
    return f"; did you mean {', '.join(first)}{' or ' * bool(first)}{last}?" if last else ""


def _setting(ctx: click.Context, typed: str) -> str:
    """How an option of the layer's kind is given that has none on the command line; empty for others.

    Args:
        ctx: of a command that takes ``--set NAME=VALUE`` for a layer.
        typed: the option as it was typed, such as ``--num-heads``.
    """
    from convcalc.errors import UsageError
    from convcalc.layers import get_kind
    from convcalc.layers.aliases import own_option

    _, args = line_called(ctx)
    pairs = list(zip(args, [*args[1:], ""], strict=True))
    kinds = [after for word, after in pairs if word == "--kind"]
    kinds += [word.partition("=")[2] for word in args if word.startswith("--kind=")]
    try:
        ours = own_option(get_kind([*kinds, "conv"][0]), typed.lstrip("-").replace("-", "_"))
    except UsageError:
        return ""
    values = [after for word, after in pairs if word == typed]
    values += [value for word in args for name, _, value in [word.partition("=")] if name == typed]
    value = next(filter(None, values), "VALUE")
    return f"--set {ours}={shlex.quote(value)}" if ours else ""
