"""The manual pages for ``man``: one for convcalc, one for each command, from the tree of commands.

``python docs/_ext/manual/man.py FOLDER`` writes them.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[3])]

from convcalc import __version__
from convcalc.cli.main import COMMANDS, EXAMPLES
from manual.tree import (
    EXIT_CODES,
    codes,
    commands,
    examples,
    facts,
    names_text,
    options,
    other_words,
    paragraphs,
)

_SIGNS = {
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
    "|": r"|\:",
}  # a line may end after a bar
_BEYOND = {
    "×": r"\[mu]",
    "·": r"\[pc]",
    "…": "...",
    "–": r"\[en]",
    "−": r"\[mi]",
    "²": r"\[S2]",
    "≤": r"\[<=]",
    "½": r"\[12]",
}
_TABLE = str.maketrans(_SIGNS | _BEYOND)


def man_pages() -> dict[str, str]:
    """The file name and text of each page, in the macros of man(7)."""
    return {
        f"{'-'.join(['convcalc', *words.split()])}.1": "\n".join(_page(words, command, context))
        + "\n"
        for words, command, context in commands()
    }


def roff(text: str) -> str:
    r"""A text in which no character is a command of roff.

    >>> roff("a-b"), roff(".x")
    ('a\\-b', '\\&.x')
    """
    safe = " ".join(text.split()).translate(_TABLE)
    return rf"\&{safe}" if safe.startswith(".") else safe


def _paragraph(text: str) -> str:
    """A text over several lines."""
    return "\n".join(
        map(roff, textwrap.wrap(text, 70, break_on_hyphens=False, break_long_words=False))
    )


def _bold(text: str) -> str:
    return rf"\fB{roff(text)}\fR"


def _page(words: str, command: click.Command, context: click.Context) -> Iterator[str]:
    """The lines of a page."""
    name = "-".join(["convcalc", *words.split()])
    yield f'.TH "{roff(name.upper())}" "1" "" "convcalc {roff(__version__)}" "convcalc"'
    yield from (".nh", ".ad l")  # names of commands and options are not hyphenated or stretched
    yield ".SH NAME"
    yield rf"{roff(name)} \- {roff(summary(words, command))}"
    yield ".SH SYNOPSIS"
    yield f"{_bold(context.command_path)} {roff(' '.join(command.collect_usage_pieces(context)))}"
    yield ".SH DESCRIPTION"
    yield from _description(command)
    if isinstance(command, click.Group):
        yield ".SH COMMANDS"
        about = getattr(command, "about", {})
        for inner in command.list_commands(context):
            yield from (".TP", _bold(inner), _paragraph(f"{about[inner]}; see {name}-{inner}(1)"))
    yield ".SH OPTIONS"
    others = other_words(command, context)
    for option in options(command, context):
        yield from _option(option, context, others.get(option.opts[0], []))
    yield ".SH EXIT STATUS"
    for number, about in (codes(words) if words else EXIT_CODES).items():
        yield from (".TP", _bold(str(number)), roff(f"{about}."))
    yield from _examples(examples(command) if words else EXAMPLES.strip().splitlines())
    yield ".SH SEE ALSO"
    yield ",\n".join(rf"{_bold(each)}(1)" for each in _see(words))


def summary(words: str, command: click.Command) -> str:
    """What a command does, in a few words."""
    if not words:
        return "convolution arithmetic: sizes, parameters, operations, receptive fields"
    if words in COMMANDS:
        return COMMANDS[words]
    return (command.help or "").strip().split("\n\n", 1)[0].replace("\n", " ").rstrip(".")


def _description(command: click.Command) -> Iterator[str]:
    """The description in the help."""
    for number, text in enumerate(paragraphs(command)):
        if number:
            yield ".PP"
        if "\n" in text:
            yield from (".nf", *map(roff, text.split("\n")), ".fi")
        else:
            yield _paragraph(text)


def _option(option: click.Option, context: click.Context, others: list[str]) -> Iterator[str]:
    """An option with all its names."""
    yield from (".TP", _bold(names_text(option, context)))
    also = [f"Also {', '.join(others)}."] if others else []
    yield _paragraph(" ".join(filter(None, [option.help or "", *facts(option), *also])))


def _examples(lines: Iterable[str]) -> Iterator[str]:
    """The examples."""
    found = [roff(line) for line in lines]
    if found:
        yield from (".SH EXAMPLES", ".nf", *found, ".fi")


def _see(words: str) -> list[str]:
    """The pages above and next to it."""
    if not words:
        return [f"convcalc-{name}" for name in COMMANDS]
    above = words.split()[:-1]
    return ["convcalc", *(["-".join(["convcalc", *above])] if above else [])]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for file, page in man_pages().items():
        (folder / file).write_text(page, encoding="utf-8")
