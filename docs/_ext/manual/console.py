"""Examples of commands: typed lines look different from printed ones."""

from __future__ import annotations

from collections.abc import Iterator

from pygments.lexer import Lexer
from pygments.token import Generic, Token, _TokenType


class ConsoleLexer(Lexer):  # type: ignore[misc]  # pygments has no types
    """A line that begins with ``$ `` is typed, all others are printed."""

    name = "console"

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """The lines, each with its place."""
        place = 0
        for line in text.splitlines(keepends=True):
            if line.startswith("$ "):
                yield place, Generic.Prompt, line[:2]
                yield place + 2, Token.Name.Function, line[2:]
            else:
                yield place, Generic.Output, line
            place += len(line)
