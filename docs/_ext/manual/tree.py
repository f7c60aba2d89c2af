"""The tree of commands, from click."""

from __future__ import annotations

from collections.abc import Iterator

import click

from convcalc.cli.main import group
from convcalc.cli.option_names import OURS
from convcalc.cli.typed_options import given_as, options_of


def commands() -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command with the words that call it; convcalc first, groups before their commands."""
    yield from _below("", group, click.Context(group, info_name="convcalc"))


def _below(
    words: str, command: click.Command, context: click.Context
) -> Iterator[tuple[str, click.Command, click.Context]]:
    yield words, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            below = click.Context(inner, parent=context, info_name=name)
            yield from _below(f"{words} {name}".strip(), inner, below)


def options(command: click.Command, context: click.Context) -> list[click.Option]:
    """The options of a command, including the one for help."""
    return [
        each
        for each in command.get_params(context)
        if isinstance(each, click.Option) and not each.hidden
    ]


def other_words(command: click.Command, context: click.Context) -> dict[str, list[str]]:
    """The other names of each option of a command, by its first name."""
    known = options_of(command.get_params(context))
    found: dict[str, list[str]] = {}
    for word in OURS:
        given = given_as(known, f"--{word}")
        if given and given.word != given.typed and f"--{word}" not in known:
            found.setdefault(known[given.name].opts[0], []).append(f"--{word}")
    return found


def paragraphs(command: click.Command) -> list[str]:
    """The help of a command, by paragraphs; preformatted ones contain line breaks."""
    found = []
    for text in (command.help or "").split("\n\n"):
        kept = text.lstrip("\n").startswith("\b")
        lines = [line.strip() for line in text.replace("\b", "").strip().split("\n")]
        found.append(("\n" if kept else " ").join(lines))
    return [text for text in found if text]


def examples(command: click.Command) -> list[str]:
    """The examples of its help."""
    return [line.strip() for line in getattr(command, "examples", "").strip().splitlines()]


def names_text(option: click.Option, context: click.Context) -> str:
    """The names of an option with its value: ``--k, --kernel-size K``."""
    names = ", ".join([*option.opts, *option.secondary_opts])
    return names if option.is_flag else f"{names} {option.make_metavar(context)}"


def facts(option: click.Option) -> list[str]:
    """Further facts: the default, whether it is required, whether it may be repeated."""
    found = []
    if option.required:
        found.append("It must be given.")
    if option.multiple:
        found.append("It may be given several times.")
    if isinstance(option.type, click.IntRange) and option.type.max is not None:
        found.append(f"From {option.type.min or 0:,} to {option.type.max:,}.")
    default = option.default
    is_plain = isinstance(default, (int, float, str)) and not isinstance(default, bool)
    if is_plain and not option.is_flag and str(default):
        shown = f"{default:,}" if isinstance(default, int) else default
        found.append(f"Default: {shown}.")
    return found


EXIT_CODES = {
    0: "everything is fine",
    1: "an answer is wrong, a check or a verification fails, or an expected number differs",
    2: "wrong usage, a bad file, or an output that cannot be written",
    130: "stopped with Ctrl-C",
}
# When a command ends with 1.
DISAGREE = {
    "arch": "with --strict, a number differs from what the file expects",
    "budget": "no setting is within all limits",
    "check": "a file has a problem",
    "diff": "the networks differ",
    "reconcile": "nothing explains the number",
    "verify": "an array disagrees with a formula",
    "hw check": "an answer is wrong or missing",
    "hw grade": "a file cannot be read, or it is not clear which student it belongs to",
    "hw lint": "the sheet needs a correction",
    "why": "the number is wrong",
}


def codes(words: str) -> dict[int, str]:
    """The exit codes of a command, each with its meaning."""
    found = {0: EXIT_CODES[0], 2: EXIT_CODES[2], 130: EXIT_CODES[130]}
    return dict(sorted({**found, 1: DISAGREE[words]}.items())) if words in DISAGREE else found
