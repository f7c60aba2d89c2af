"""The questions of bash, zsh and fish and the answers to them; click finds the offers."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import ClassVar

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

from convcalc.cli.shells.line import Line, as_typed, read_line
from convcalc.text import printable

LINE, BREAKS = "_CONVCALC_LINE", "_CONVCALC_BREAKS"  # environment variables of the scripts
_SECONDS = 2.0  # then no answer is better than a late one
_NOTHING = "none"  # tells a shell that convcalc answered and that no files match


class _LateError(BaseException):
    """Time is over; a separate class, so that nobody handles it as an error of a file."""


class _Speaking(ShellComplete):
    """A shell: it sends the line up to the cursor, and gets one line per matching word."""

    line: Line = Line([], "", 0, "")
    in_options: ClassVar[bool] = True  # whether words after --option= contain the option

    def source(self) -> str:
        return script(self.name)

    def get_completion_args(self) -> tuple[list[str], str]:
        self.line = read_line(os.environ.get(LINE, ""), os.environ.get(BREAKS, ""))
        return self.line.words, self.line.typed

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """The matching words; nothing after any error, because nobody asked for a message."""
        found: list[CompletionItem[str]] = []
        with suppress(Exception, _LateError), _in_silence(), _in_time():
            found = super().get_completions([*args], incomplete)
        option, equals, _ = incomplete.partition("=")
        if equals and option.startswith("-") and "--" not in args:
            for item in found:
                item.value = f"{option}={item.value}"
        return [item for item in found if item.value.isprintable()]

    def complete(self) -> str:
        items = self.get_completions(*self.get_completion_args())
        lines = [line for item in items if (line := self.format_completion(item))]
        place = next((item.type for item in items if item.type in ("file", "dir")), _NOTHING)
        return "\n".join([place, *lines])

    def told(self, item: CompletionItem[str]) -> str:
        """The meaning of a word, on one line."""
        return printable(" ".join((item.help or "").split()))


@add_completion_class
class _Bash(_Speaking):
    """Bash: words without the part before its own word, quoted as at the cursor."""

    name = "bash"

    def format_completion(self, item: CompletionItem[str]) -> str:
        word = as_typed(item.value[self.line.kept :], self.line.quote)
        known = item.value.startswith(self.line.typed[: self.line.kept])
        return f"{item.type} {word}" if word and known and item.type in ("plain", "open") else ""


@add_completion_class
class _Zsh(_Speaking):
    """Zsh: a word, a tab, its meaning."""

    name = "zsh"

    def format_completion(self, item: CompletionItem[str]) -> str:
        if item.type not in ("plain", "open"):
            return ""
        return f"{item.type}\t{item.value}\t{self.told(item)}"


@add_completion_class
class _Fish(_Speaking):
    """Fish: a word, a tab, its meaning."""

    name = "fish"

    def format_completion(self, item: CompletionItem[str]) -> str:
        about = self.told(item)
        if item.type not in ("plain", "open"):
            return ""
        return f"{item.value}\t{about}" if about else item.value


def script(shell: str) -> str:
    """The script that a shell runs."""
    return Path(__file__).with_name(f"convcalc.{shell}").read_text(encoding="utf-8")


@contextmanager
def _in_silence() -> Iterator[None]:
    """Print nothing meanwhile."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        yield


@contextmanager
def _in_time() -> Iterator[None]:
    """Stop slow work, such as reading from a sleeping disk; on systems without signals, wait."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(_number: int, _frame: object) -> None:
    """Raise the error for late answers."""
    raise _LateError
