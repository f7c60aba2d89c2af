"""A page for each command: its usage, its options with all their names, exit codes, the keys of its JSON."""

from __future__ import annotations

from collections.abc import Iterator

import click

from convcalc.cli.main import COMMANDS
from manual.json_keys import LINES, command_of
from manual.tree import (
    codes,
    commands,
    examples,
    facts,
    names_text,
    options,
    other_words,
    paragraphs,
)
from manual.writing import block, code, page, plain, section, table, thing, toctree


def pages() -> Iterator[tuple[str, str]]:
    """A page for each command, and one that lists them."""
    for words, command, context in commands():
        if words:
            yield f"{place(words)}.md", _page(words, command, context)
        else:
            yield "reference/commands/index.md", _index(command, context)


def place(words: str) -> str:
    """The page of a command."""
    return f"reference/commands/{words.replace(' ', '-')}"


def _index(command: click.Command, context: click.Context) -> str:
    """All commands, and the options of convcalc itself."""
    rows = (
        (f"{{command-line}}`convcalc {name}`", plain(about)) for name, about in COMMANDS.items()
    )
    lead = "`convcalc COMMAND -h` prints the help of a command. For a wrong name, convcalc suggests the nearest right one."
    return page(
        "Commands",
        lead,
        "```{program} convcalc\n```\n",
        table(("command", "what it does"), rows),
        _options(command, context),
        toctree(
            (name.replace(" ", "-") for name, each, _ in commands() if name and " " not in name),
            hidden=True,
        ),
    )


def _page(words: str, command: click.Command, context: click.Context) -> str:
    """The page of one command."""
    inner: list[str] = []
    rows: list[tuple[str, str]] = []
    if isinstance(command, click.Group):
        inner = [f"{words.replace(' ', '-')}-{name}" for name in command.list_commands(context)]
        about = getattr(command, "about", {})
        rows = [
            (f"{{command-line}}`convcalc {words} {name}`", plain(about.get(name, "")))
            for name in command.list_commands(context)
        ]
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    first, *others = paragraphs(command)
    has_json = words in {command_of(line) for line in LINES.strip().splitlines()}
    return page(
        f"convcalc {words}",
        f"```{{program}} convcalc {words}\n```\n",
        thing("command-line", f"convcalc {words}", ""),
        _paragraph(first),
        block(usage),
        *map(_paragraph, others),
        section("Examples", block("\n".join(examples(command)), "sh")) if examples(command) else "",
        section("Commands", table(("command", "what it does"), rows)),
        _options(command, context),
        section(
            "Exit codes",
            table(
                ("code", "meaning"),
                ((str(number), plain(about)) for number, about in codes(words).items()),
            ),
        ),
        section(
            "JSON",
            f"The keys of `--format json`: [Keys of JSON](../json.md#convcalc-{words.replace(' ', '-')}).",
        )
        if has_json
        else "",
        toctree(inner, hidden=True) if inner else "",
    )


def _paragraph(text: str) -> str:
    """A paragraph of a help text; preformatted lines become a block."""
    return block(text) if "\n" in text else plain(text) + "\n"


def _options(command: click.Command, context: click.Context) -> str:
    """The options of a command, each as an object."""
    others = other_words(command, context)
    found = [
        _option(option, context, others.get(option.opts[0], []))
        for option in options(command, context)
    ]
    return section("Options", *found)


def _option(option: click.Option, context: click.Context, others: list[str]) -> str:
    """One option."""
    words = option.type.choices if isinstance(option.type, click.Choice) else ()
    told = [
        plain(option.help or ""),
        f"One of {', '.join(map(code, words))}." if words else "",
        *map(plain, facts(option)),
        f"Also: {', '.join(map(code, others))}." if others else "",
    ]
    return thing(
        "option",
        names_text(option, context),
        " ".join(filter(None, told)),
    )
