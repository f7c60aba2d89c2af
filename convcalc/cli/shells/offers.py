"""What completion offers: words with their meanings, options of a command, commands of a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

OPEN = "open"  # the type of an unfinished word; no space follows it


def offered(
    words: Mapping[str, str], typed: str, *, before: str = "", ending: str = ""
) -> list[CompletionItem[str]]:
    """The words that begin with a text.

    Args:
        words: each with its meaning.
        typed: the text.
        before: the text before each of them, such as ``name,params,`` in a list.
        ending: the text after each of them, such as ``=``.
    """
    return [
        CompletionItem(f"{before}{word}{ending}", type=OPEN if ending else "plain", help=about)
        for word, about in words.items()
        if word.startswith(typed)
    ]


def options_of(command: click.Command, ctx: click.Context, typed: str) -> list[CompletionItem[str]]:
    """The options of a command that are not given yet, each with its first matching name."""
    found = []
    for param in command.get_params(ctx):
        if not isinstance(param, click.Option) or param.hidden or _is_given(param, ctx):
            continue
        for names in (param.opts, param.secondary_opts):
            name = next((name for name in names if name.startswith(typed)), None)
            if name:
                found.append(CompletionItem(name, help=param.help))
    return found


def _is_given(param: click.Option, ctx: click.Context) -> bool:
    """Whether an option is given and cannot be repeated."""
    source = ctx.get_parameter_source(param.name or "")
    return source is ParameterSource.COMMANDLINE and not param.multiple


def _awaits_value(command: click.Command, ctx: click.Context, word: str) -> bool:
    """Whether a word is an option whose value comes next."""
    return any(
        isinstance(param, click.Option) and word in param.opts and not param.is_flag
        for param in command.get_params(ctx)
    )


class Offering(click.Command):
    """A command that offers its options if nothing else is possible."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing and args and _awaits_value(self, ctx, args[-1]):
            args = args[:-1]  # click would read no further words
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        return options_of(self, ctx, incomplete)


class OfferingGroup(click.Group):
    """A group that offers its commands, and after a dash its options; it imports no commands."""

    about: Mapping[str, str]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        if incomplete.startswith("-"):
            return options_of(self, ctx, incomplete)
        return offered(self.about, incomplete)


def meanings(names: Iterable[str], about: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Some names, each with its meaning if that is known."""
    return {name: str((about or {}).get(name, "")) for name in names}
