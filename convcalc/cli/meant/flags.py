"""Flags with a word behind them, as other programs write them: ``--bias=False``."""

from __future__ import annotations

import click

from convcalc.cli.together import Given

_SWITCHES = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
}


def _switched(command: click.Command, given: Given, rest: list[str]) -> str:
    """The word behind a flag that turns it on or off, which other programs want: true, false …; or nothing.

    Apart from the flag it is looked for where no word can mean something else, and is taken away.
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
    """A flag, as a word behind it turns it on or off; None where it is off without a name for that.

    Args:
        command, option: whose flag it is, and the flag.
        given: it, as it was typed.
        rest: the words behind it, of which that word is taken away.
    """
    said = _switched(command, given, rest)
    if not said:
        return given
    is_on = _SWITCHES[said] == (given.name in option.opts)
    names = option.opts if is_on else option.secondary_opts
    if not names:
        return None
    return Given(names[0], f"{given.typed.partition('=')[0]} {said}", names[0])
