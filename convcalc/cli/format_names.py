"""The names of output formats on a command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from convcalc.errors import did_you_mean
from convcalc.text import printable, quoted

if TYPE_CHECKING:
    from convcalc.cli.together import Given
    from convcalc.formats import Format

OldName = Callable[[click.Context, str], str | None]


class FormatName(click.ParamType):  # type: ignore[type-arg]  # generic in some versions only
    """The name of an output format.

    Args:
        old_name: turns a word that earlier versions accepted into a format, or returns nothing.
        own: the names of further layouts of the command's report.
        also: the words that `old_name` accepts.
    """

    name = "format"

    def __init__(
        self, old_name: OldName | None = None, own: Sequence[str] = (), also: Sequence[str] = ()
    ) -> None:
        self.old_name, self.own, self.also = old_name, own, also

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"[{'|'.join(self.names())}]"

    def names(self) -> list[str]:
        """The names of all formats, including the command's own."""
        return [*_format_names(), *self.own]

    def convert(self, value: Any, param: Any, ctx: Any) -> str | None:
        names = self.names()
        if self.old_name and value not in names:
            value = self.old_name(ctx, value)
        if value is not None and value not in names:
            self.fail(f"no format {quoted(value)}{did_you_mean(value, [*names, *self.also])}")
        return value  # type: ignore[no-any-return]

    def shell_complete(self, ctx: Any, param: Any, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.names() if name.startswith(incomplete)]


def _format_names() -> list[str]:
    """The names of all formats."""
    from convcalc.formats import FORMATS

    return FORMATS.names()


def other_format(fits: Callable[[Format], bool], given: Mapping[str, Given]) -> str:
    """The format that a command line asks for, as typed, if it is not one that fits; else empty."""
    from convcalc.formats import DEFAULT, FORMATS, suffixes

    path = given["-o"].value if "-o" in given else ""
    name, said = DEFAULT, "the table"
    if "--json" in given:
        name, said = given["--json"].name.lstrip("-"), given["--json"].typed
    elif "--format" in given:
        found = given["--format"]
        name, said = found.value, f"{found.typed} {printable(found.value)}"
    elif path not in ("", "-"):
        name = suffixes().get(os.path.splitext(path)[1].lower(), "")
        said = f"-o {printable(path)}"
    return said if name in FORMATS and not fits(FORMATS[name]) else ""
