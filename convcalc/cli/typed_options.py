"""The option that a word of a command line means, in all the ways in which people type it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import click

from convcalc.cli.option_names import OURS
from convcalc.cli.together import Given

_DASHED = re.compile(
    r"[-\u2010-\u2015\u2212]+(?P<name>[^\W\d_][\w-]*)"
)  # also the dashes of slides
_NUMBER = re.compile(r"[0-9(]")


def options_of(params: Iterable[click.Parameter]) -> dict[str, click.Option]:
    """The options among parameters, by each of their names."""
    return {
        name: option
        for option in params
        if isinstance(option, click.Option)
        for name in (*option.opts, *option.secondary_opts)
    }


def given_as(options: Mapping[str, click.Option], word: str) -> Given | None:
    """The option that a word of the command line means, as typed; None if it means none."""
    name, equals, value = word.partition("=")
    if name in options:
        return Given(name, name, word, value, is_whole=bool(equals))
    letter = word[:2]
    if letter in options and not options[letter].is_flag:  # -ofile
        return Given(letter, letter, word, word[2:], is_whole=True)
    if f"-{letter}" in options and _NUMBER.match(word[2:]):  # -k5
        return Given(f"-{letter}", letter, f"-{letter}={word[2:]}", word[2:], is_whole=True)
    dashed = _DASHED.fullmatch(name)
    plain = dashed["name"].replace("_", "-").lower() if dashed else ""
    for ours in (f"--{plain}", *OURS.get(plain, ())):
        if ours in options:
            return Given(ours, name, f"{ours}{equals}{value}", value, is_whole=bool(equals))
    return None


def option_meant(ctx: click.Context, word: str) -> click.Option | None:
    """The option that a word of the command line means; None if it means none."""
    return _meant(ctx, word)[0]


def values_behind(ctx: click.Context, word: str) -> int:
    """How many of the words after a word of the command line are its values."""
    return _meant(ctx, word)[1]


def _meant(ctx: click.Context, word: str) -> tuple[click.Option | None, int]:
    """The option that a word means, and how many of the words after it are its values."""
    options = options_of(ctx.command.get_params(ctx))
    given = given_as(options, word)
    if given is None:
        return None, 0
    option = options[given.name]
    return option, 0 if given.is_whole or option.is_flag else option.nargs
