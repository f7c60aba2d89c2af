"""Option types that the library reads and the command line only completes: names, lists, pairs, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click
from click.shell_completion import CompletionItem

from convcalc.cli.shells.offers import offered
from convcalc.cli.types import Type

Words = Callable[[click.Context], Mapping[str, str]]


class Text(Type):
    """Any text, without completion."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, text: str, what: str) -> Any:
        return text


class Known(Text):
    """A text that is one of some words, or begins with one.

    Args:
        name: the name of a value in the help, in small letters.
        words: returns the words, each with its meaning.
        ending: what follows a word; empty if the word is the whole text.
        files: whether a file is also possible.
    """

    def __init__(self, name: str, words: Words, *, ending: str = "", files: bool = False) -> None:
        super().__init__(name)
        self._words, self.ending, self.files = words, ending, files

    def offers(self, ctx: click.Context) -> Mapping[str, str]:
        return self._words(ctx)


class KnownList(Known):
    """Several of those words, separated by commas."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        before, comma, last = incomplete.rpartition(",")
        given = before.split(",")
        words = {word: about for word, about in self.offers(ctx).items() if word not in given}
        return offered(words, last, before=before + comma)


class KnownPair(Known):
    """A word, an equals sign, and a value.

    Args:
        values: returns the possible values of a pair's word, each with its meaning.
    """

    def __init__(
        self,
        name: str,
        words: Words,
        values: Callable[[str], Mapping[str, str]] = lambda _word: {},
    ) -> None:
        super().__init__(name, words, ending="=")
        self._values = values

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        word, equals, value = incomplete.partition("=")
        if equals:
            return offered(self._values(word), value, before=f"{word}=")
        return super().shell_complete(ctx, param, incomplete)


class Place(Text):
    """A file or a folder, which the shell itself completes.

    Args:
        sort: ``file`` or ``dir``.
    """

    def __init__(self, name: str, sort: str = "file") -> None:
        super().__init__(name)
        self.sort = sort

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        return [CompletionItem(incomplete, type=self.sort)]


FILE, FOLDER, SHEET = Place("file"), Place("dir", "dir"), Place("file")
