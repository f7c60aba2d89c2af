"""Flags with a value, as in other programs: ``--bias=False``."""

from __future__ import annotations

import click

from convcalc.cli.together import Given

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
    command: click.Command, option: click.Option, given: Given, rest: list[str]
) -> Given | None:
    """A flag in the form that its value asks for; None if there is no name for its off state.

    Args:
        command, option: the command and its flag.
        given: the flag as typed.
        rest: the words after it; the value is removed from them.
    """
    said = _switched(command, given, rest)
    if not said:
        return given
    is_on = _SWITCHES[said] == (given.name in option.opts)
    names = option.opts if is_on else option.secondary_opts
    if not names:
        return None
    return Given(names[0], f"{given.typed.partition('=')[0]} {said}", names[0])
