"""A group of commands that imports only the called one, and prints errors on one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from click.core import augment_usage_errors

from convcalc.cli.all_wrong import parsed
from convcalc.cli.context import BEHIND_GROUP, CONTEXT, Helped
from convcalc.cli.failure import Failure, told
from convcalc.cli.option_words import in_our_words
from convcalc.cli.shells.offers import Offering, OfferingGroup
from convcalc.cli.ticker import ticking
from convcalc.cli.together import Rule
from convcalc.errors import ConvcalcError
from convcalc.files import keeping_files
from convcalc.text import shortened


class Command(Helped, Offering):
    """A command whose help shows its examples first, and which never overwrites a file that it reads."""

    writes: tuple[str, ...] = ("output", "out")  # any other parameter may name a file that it reads

    def __init__(
        self, *args: Any, examples: str = "", rules: Sequence[Rule] = (), **settings: Any
    ) -> None:
        settings.setdefault("context_settings", CONTEXT)
        super().__init__(*args, **settings)
        self.examples, self.rules = examples, rules

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with augment_usage_errors(ctx):  # so that a message names the command
            words = in_our_words(self, ctx, args, self.rules)
            return parsed(self, ctx, words, super().parse_args)

    def invoke(self, ctx: click.Context) -> Any:
        given = [value for name, value in ctx.params.items() if name not in self.writes]
        with keeping_files(given, ctx.params.get("output") or ""), ticking():
            return super().invoke(ctx)


class MatrixCommand(Command):
    """A command with a matrix as an argument, which may begin with a minus."""

    # A matrix whose first number is negative; not an option.
    NEGATIVE = re.compile(r"-[0-9.][-+0-9.eE]*([\s,;|/].*)?", re.DOTALL)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # With a space before it, click does not read it as an option; the matrix stays the same.
        return super().parse_args(ctx, [f" {w}" if self.NEGATIVE.fullmatch(w) else w for w in args])


class OutputLost(Exception):  # noqa: N818 - a closed pipe is not an error
    """Standard output is closed; not an OSError, because click exits with 1 for a broken pipe."""

    def __init__(self, error: OSError) -> None:
        self.error = error
        super().__init__(str(error))


@contextmanager
def telling_lost_output() -> Iterator[None]:
    """Turn an OSError without a file name (from a standard stream) into an `OutputLost`."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise OutputLost(error) from None


def _write_examples(examples: str, formatter: click.HelpFormatter) -> None:
    """The examples, one per line, as the first thing of a help page."""
    if examples:
        with formatter.section("Examples"):
            for line in examples.strip().splitlines():
                formatter.write(f"  {line.strip()}\n")
        formatter.write("\n")


class Group(Helped, OfferingGroup):
    """Commands by name; for a wrong name, the message has the nearest right one.

    Args:
        commands: each command with its description, so that --help imports none of them.
        load: imports a command by its name, when it is called.
        examples: shown first in its help, one per line.
        prefix: the words before a command's name in messages.
    """

    def __init__(
        self,
        name: str,
        *,
        commands: Mapping[str, str],
        load: Callable[[str], click.Command],
        examples: str,
        prefix: str = "",
        **settings: Any,
    ) -> None:
        settings["epilog"] = f"convcalc {prefix}COMMAND -h shows a command's options and examples."
        super().__init__(name, context_settings=CONTEXT, **settings)
        self.about, self.load, self.examples, self.prefix = commands, load, examples, prefix

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        with telling_lost_output():  # --help and --version print while the context is made
            return super().make_context(*arguments, **settings)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        args = [*args[1:], "-h"] if args[:1] == ["help"] else args  # `help layer` is `layer -h`
        ctx.meta[BEHIND_GROUP] = tuple(args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.about)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self.load(cmd_name) if cmd_name in self.about else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.about
        if args and args[0] not in known and not args[0].startswith("-"):
            from convcalc.cli.meant.no_command import instead

            end = instead(args, known, self.prefix, self.load)
            message = f"no command {self.prefix}{shortened(args[0])!r}{end}"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self.about.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with telling_lost_output():
                return super().invoke(ctx)
        except ConvcalcError as error:
            raise Failure(told(error, ctx), ctx) from None
        except RecursionError:
            raise Failure(ConvcalcError("nested too deeply to work on; use fewer levels")) from None
        except MemoryError as error:
            what = f"not enough memory: {error}" if str(error) else "not enough memory"
            message = f"{what}; use a smaller input or a smaller network"
            raise Failure(ConvcalcError(message)) from None
