"""Flags with a value, as in other programs: ``--bias=False``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from convcalc.cli.hw_words import CONVENTION_PAIR
from convcalc.cli.together import Given
from convcalc.errors import UsageError

_SWITCHES = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
}


def _switched(command: click.Command, given: Given, rest: list[str]) -> str:
    """The value of a flag: true, false or another word; empty if there is none.

    A separate word is only used, and removed, if it cannot mean anything else.
    """
    if given.is_whole:
        return given.value.lower() if given.value.lower() in _SWITCHES else ""
    has_words = any(isinstance(param, click.Argument) for param in command.params)
    if has_words or not rest or rest[0].lower() not in _SWITCHES:
        return ""
    return rest.pop(0).lower()


def turned(
    ctx: click.Context, option: click.Option, given: Given, rest: list[str], args: Sequence[str]
) -> Given | None:
    """A flag in the form that its value asks for; None if there is no name for its off state.

    Args:
        ctx, option: the context of the command, and its flag.
        given: the flag as typed.
        rest: the words after it; the value is removed from them.
        args: all words of the line.

    Raises:
        UsageError: the value is that of a convention with the name of the flag.
    """
    said = _switched(ctx.command, given, rest)
    if not said:
        if not ctx.resilient_parsing and (way := _convention(ctx, option, given, rest, args)):
            raise UsageError(way)
        return given
    is_on = _SWITCHES[said] == (given.name in option.opts)
    names = option.opts if is_on else option.secondary_opts
    if not names:
        return None
    return Given(names[0], f"{given.typed.partition('=')[0]} {said}", names[0])


def _convention(
    ctx: click.Context, option: click.Option, given: Given, rest: Sequence[str], args: Sequence[str]
) -> str:
    """The line for a flag with the value of a convention of the same name, ``--fit ceil``; empty for others."""
    takes = (param for param in ctx.command.params if param.type is CONVENTION_PAIR)
    ours = [name for param in takes for name in param.opts]
    name, value = given.name.lstrip("-"), (given.value if given.is_whole else rest[0]).lower()
    if not ours or value.startswith("-"):
        return ""
    from convcalc.homework.conventions import RULES

    if name not in RULES or value not in RULES[name].values:
        return ""
    from convcalc.cli.meant.line import as_line
    from convcalc.cli.typed_options import option_meant

    at = len(args) - len(rest) - 1
    before, behind = args[:at], rest[not given.is_whole :]
    meant = [option_meant(ctx, word) for word in (*before, *behind)]
    is_choice = sum(param.name == option.name for param in ctx.command.params) > 1
    is_only = is_choice and all(each is None or each.name != option.name for each in meant)
    pair = [ours[0], f"{name}={value}"]
    line = as_line([*before, *([given.name] if is_only else []), *pair, *behind])
    said = f"{given.name} {value}: a rule is written {' '.join(pair)}"
    return f"{said}; type {ctx.command_path} {line}"
