"""Option names as people type them (other libraries' words, one dash, dashes of slides), and each only once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import click

from convcalc.cli.together import Given, Rule, check_together
from convcalc.cli.typed_options import given_as, options_of
from convcalc.errors import UsageError

_META, _LINE = "convcalc.words", "convcalc.line"


def in_our_words(
    command: click.Command, ctx: click.Context, args: Sequence[str], rules: Iterable[Rule] = ()
) -> list[str]:
    """The words of a command line, with convcalc's names of the options.

    Args:
        command, ctx: the called command.
        args: the words.
        rules: which options can be used together.

    Raises:
        UsageError: an option is given twice, or two that cannot be used together.
    """
    ctx.meta[_LINE] = ctx, tuple(args)
    options = options_of(command.get_params(ctx))
    before: dict[str | None, Given] = {}
    together: dict[str, Given] = {}
    words, rest = [], list(args)
    while rest and rest[0] != "--":
        word = rest.pop(0)
        given = given_as(options, word)
        if given is None:
            words.append(word)
            continue
        option = options[given.name]
        if option.is_flag and (given.is_whole or rest):
            from convcalc.cli.meant.flags import turned

            given = turned(ctx, option, given, rest, args)
            if given is None:
                continue
        words.append(given.word)
        if option.name in before and not (option.multiple or ctx.resilient_parsing):
            _check_again(ctx, options, before[option.name], given)
        before[option.name] = given
        ctx.meta.setdefault(_META, {})[given.name] = given.typed
        if not (given.is_whole or option.is_flag):
            if rest and rest[0] in options and not ctx.resilient_parsing:
                raise UsageError(
                    f"{given.typed} needs a value, but the option {rest[0]} follows it"
                )
            words += rest[: option.nargs]
            given = given._replace(value=" ".join(rest[: option.nargs]))
            del rest[: option.nargs]
        is_opposite = given.name in option.secondary_opts
        together[given.name if is_opposite else option.opts[0]] = given
    if not ctx.resilient_parsing:
        check_together(rules, together)
    return words + rest


def line_called(ctx: click.Context) -> tuple[click.Context | None, Sequence[str]]:
    """The called command with its words as typed; None if there is none."""
    called: tuple[click.Context | None, Sequence[str]] = ctx.meta.get(_LINE, (None, ()))
    return called


def typed_for(ctx: click.Context, ours: str) -> str:
    """The name that the user typed for one of our options; empty if it is not given."""
    typed: str = ctx.meta.get(_META, {}).get(ours, "")
    return typed


def as_typed(message: str, ctx: click.Context | None) -> str:
    """A message with the option names that the user typed."""
    for ours, typed in ctx.meta.get(_META, {}).items() if ctx else ():
        message = re.sub(rf"(?<![\w-]){ours}(?![\w-])", typed, message)
    return message


def _check_again(
    ctx: click.Context, options: Mapping[str, click.Option], before: Given, now: Given
) -> None:
    """Refuse an option that is given twice, and two names of which only one can be given.

    Raises:
        UsageError: always, unless a flag is only repeated.
    """
    is_same = options[before.name] is options[now.name]
    if options[now.name].is_flag and before.name == now.name:
        return
    if not is_same or options[now.name].is_flag:
        message = f"{before.typed} and {now.typed} cannot be used together; give one of them"
    elif before.typed == now.typed:
        message = f"{now.typed} is given twice; give it once"
    else:
        message = f"{before.typed} and {now.typed} are the same option; give one of them"
    ctx.meta.pop(_META, None)  # the message already has both names
    raise UsageError(message)
