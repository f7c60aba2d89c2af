"""The group of commands: found by name, imported when called, errors said in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from convcalc.cli.output import remark
from convcalc.errors import ConvcalcError, did_you_mean, printable_lines, shortened

# Each command with what it does, so that --help imports none of them.
COMMANDS = {
    "layer": "one layer: size, whether it fits, parameters, work, receptive field",
    "chain": "a stack of layers on one line",
    "arch": "a network from a YAML file or the bundle, layer by layer",
    "compare": "several networks side by side",
    "verify": "real arrays against the formulas, for layers, a network, or all",
    "hand": "a small convolution by hand, window by window",
    "kernel": "the named image kernels, and one of them on a picture",
    "hw": "homework: check answers, name the mistake, find wrong keys",
    "why": "which mistake leads to a number",
    "list": "the bundled networks",
    "kinds": "the layer kinds, with formula, example and common mistake",
    "schema": "a JSON Schema for network files, for editors",
    "completion": "a script that completes commands in your shell",
}
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Command(click.Command):
    """A command whose help shows its examples first."""

    def __init__(self, *args: Any, examples: str = "", **settings: Any) -> None:
        settings.setdefault("context_settings", CONTEXT)
        super().__init__(*args, **settings)
        self.examples = examples

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)


class Failure(click.ClickException):
    """An error of ours on its way to stderr."""

    def __init__(self, error: ConvcalcError) -> None:
        super().__init__(str(error))
        self.status = error.exit_code

    def show(self, file: Any = None) -> None:
        remark(f"convcalc: {self.format_message()}")


class OutputLost(Exception):  # noqa: N818 - a reader that goes away is no error
    """Standard output takes no more.

    Not the OSError that it stands for: of a broken pipe click makes exit code 1.
    """

    def __init__(self, error: OSError) -> None:
        self.error = error
        super().__init__(str(error))


@contextmanager
def telling_lost_output() -> Iterator[None]:
    """Make an OSError that names no file, as those of the standard streams do, an `OutputLost`."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise OutputLost(error) from None


def write_examples(examples: str, formatter: click.HelpFormatter) -> None:
    """The examples, one per line, as the first thing of a help page."""
    if examples:
        with formatter.section("Examples"):
            for line in examples.strip().splitlines():
                formatter.write(f"  {line.strip()}\n")
        formatter.write("\n")


class Group(click.Group):
    """The commands by name; a wrong name is answered with the nearest right one."""

    examples = """
        convcalc layer --n 32 --k 5 --s 3
        convcalc chain --input 1x32x32 conv:k5c6 pool:k2 conv:k5c16 pool:k2 fc:120
        convcalc arch vgg16.yaml
        convcalc compare resnet50 resnet50_torchvision
        convcalc kinds conv
    """

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        with telling_lost_output():  # --help and --version print while the context is made
            return super().make_context(*arguments, **settings)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return import_module(f"convcalc.cli.{cmd_name}_command").command  # type: ignore[no-any-return]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            message = f"no command {shortened(args[0])!r}{did_you_mean(args[0], COMMANDS)}"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with telling_lost_output():
                return super().invoke(ctx)
        except ConvcalcError as error:
            raise Failure(error) from None
        except RecursionError:
            raise Failure(ConvcalcError("nested too deeply to work on; use fewer levels")) from None
        except MemoryError as error:
            what = f"not enough memory: {error}" if str(error) else "not enough memory"
            message = f"{what}; use a smaller input or a smaller network"
            raise Failure(ConvcalcError(message)) from None


def show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Print the version and stop."""
    if value:
        from convcalc import __version__

        click.echo(f"convcalc {__version__}")
        ctx.exit()


group = Group(
    "convcalc",
    help=(
        "Convolution arithmetic: what size comes out, how many parameters and operations, what a unit "
        "sees - for one layer, a chain, or a network in YAML."
    ),
    epilog="convcalc COMMAND -h shows a command's options and examples.",
    context_settings=CONTEXT,
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=show_version,
            help="Show the version.",
        )
    ],
)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; the process ends with 0 fine, 1 disagreement, 2 bad usage, 130 stopped."""
    open_closed_streams()
    try:
        with telling_lost_output():
            status = status_of(arguments)
            sys.stdout.flush()
    except OutputLost as lost:
        status = status_without_output(lost.error)
    give_up_lost_streams()
    sys.exit(status)


def status_of(arguments: list[str] | None) -> int:
    """Run a command, say in a line what went wrong, and give the exit code."""
    try:
        status = group.main(arguments, prog_name="convcalc", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return 2
    except click.ClickException as error:
        if isinstance(error, click.UsageError):
            remark(f"convcalc: {usage_text(error)}")
            return 2
        error.show()
        return int(getattr(error, "status", error.exit_code))
    except (click.Abort, KeyboardInterrupt):
        remark("convcalc: stopped")
        return 130
    return status if isinstance(status, int) else 0


def open_closed_streams() -> None:
    """Put the null device where the shell closed a standard stream (``>&-``), which Python has as None.

    In this order, so that each gets the number that it had and no file of ours gets it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            sink = os.open(os.devnull, os.O_RDWR)
            # Open to the end, like the standard streams themselves.
            stream = open(sink, mode, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)


def status_without_output(error: OSError) -> int:
    """The exit code once standard output takes no more; a full disk is said on stderr."""
    if isinstance(error, BrokenPipeError):
        # The reader went away, as `| head` does; nothing is left to say to it.
        return 0
    reason = error.strerror or error
    remark(f"convcalc: the output cannot be written: {reason}; choose another place")
    return 2


def give_up_lost_streams() -> None:
    """Give what a stream could not write to the null device; Python would try again and complain."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, stream.fileno())
            os.close(sink)


def usage_text(error: click.UsageError) -> str:
    """A usage error in one line, with where to look."""
    message = printable_lines(error.format_message()).replace("\n", " ")
    path = error.ctx.command_path if error.ctx else "convcalc"
    return f"{message.rstrip('.')}; {path} -h shows how it goes"
