"""The group of commands: found by name, imported when called; errors take one line."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from convcalc.cli.group import Group, OutputLost, telling_lost_output
from convcalc.cli.output import remark

# Each command with its description, so that --help imports none of them.
COMMANDS = {
    "layer": "one layer: size, whether it fits, parameters, operations, receptive field",
    "chain": "a stack of layers on one line",
    "arch": "a network from a YAML file, or a bundled one, layer by layer",
    "compare": "several networks side by side",
    "diff": "which layers of two networks differ, and what that costs",
    "solve": "inverse questions: which layers give this size, reach this field, or mirror this encoder",
    "budget": "the width, depth or resolution that keeps a network within limits",
    "sweep": "a network at many values of its parameters and inputs",
    "count": "operations and parameters as other tools count them",
    "reconcile": "which way of counting gives a published number",
    "memory": "the memory to run and to train a network, and which batch fits",
    "roofline": "whether arithmetic or memory limits each layer on a device",
    "init": "a network file to start from, with comments",
    "import": "a network of another tool as YAML, with its blocks and repeats",
    "check": "check network files against their own expect:, for continuous integration",
    "export": "a network for another tool: code, a file it reads, or a graph",
    "verify": "check the formulas with real arrays, for layers, a network, or all",
    "hand": "a small convolution by hand, window by window",
    "draw": "pictures of a layer or a network, for the terminal, as SVG, PNG or a page",
    "kernel": "the named image kernels, and one of them on a picture",
    "explore": "a page with sliders that works offline",
    "hw": "homework: check answers, name the mistake, find wrong answer keys",
    "why": "which mistake leads to a number",
    "list": "the bundled networks",
    "kinds": "the layer kinds, with formula, example and common mistake",
    "schema": "a JSON Schema for network files, for editors",
    "completion": "complete commands, options, names and files with the TAB key",
}
EXAMPLES = """
    convcalc layer --n 32 --k 5 --s 3
    convcalc chain --input 1x32x32 conv:k5c6 pool:k2 conv:k5c16 pool:k2 fc:120
    convcalc arch vgg16.yaml
    convcalc compare resnet50 resnet50_torchvision
    convcalc kinds conv
"""


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Print the version and stop."""
    if value and not ctx.resilient_parsing:
        from convcalc import __version__

        click.echo(f"convcalc {__version__}")
        ctx.exit()


def load(name: str) -> click.Command:
    """The command with this name."""
    return import_module(f"convcalc.cli.{name}_command").command  # type: ignore[no-any-return]


group = Group(
    "convcalc",
    commands=COMMANDS,
    load=load,
    examples=EXAMPLES,
    help=(
        "Convolution arithmetic: output size, parameters, operations and receptive field - "
        "for one layer, a chain, or a network in YAML."
    ),
    params=[
        click.Option(
            ["-V", "--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_show_version,
            help="Show the version.",
        )
    ],
)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line. Exit codes: 0 fine, 1 disagreement, 2 wrong usage, 130 stopped."""
    open_closed_streams()
    if "_CONVCALC_COMPLETE" in os.environ:  # a shell asks for completions
        import_module("convcalc.cli.shells.speak")
    try:
        with telling_lost_output():
            status = _status_of(arguments)
            sys.stdout.flush()
    except OutputLost as lost:
        status = _status_without_output(lost.error)
    _give_up_lost_streams()
    sys.exit(status)


def _status_of(arguments: list[str] | None) -> int:
    """Run a command, print an error if there is one, and return the exit code."""
    try:
        status = group.main(arguments, prog_name="convcalc", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return 2
    except click.ClickException as error:
        if isinstance(error, click.UsageError):
            from convcalc.cli.failure import complain
            from convcalc.cli.usage import usage_text

            complain(usage_text(error))
            return 2
        error.show()
        return int(getattr(error, "status", error.exit_code))
    except (click.Abort, KeyboardInterrupt):
        remark("convcalc: stopped")
        return 130
    return status if isinstance(status, int) else 0


def open_closed_streams() -> None:
    """Open the null device for each standard stream that the shell closed (``>&-``); there Python has None.

    In this order, because then each gets its old number and no file of ours can get it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            sink = os.open(os.devnull, os.O_RDWR)
            # It stays open, like the standard streams themselves.
            stream = open(sink, mode, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 - it stays open
            setattr(sys, name, stream)


def _status_without_output(error: OSError) -> int:
    """The exit code if standard output fails; a full disk is reported on stderr."""
    if isinstance(error, BrokenPipeError):
        # The reader stopped, like `| head`; there is nobody to tell.
        return 0
    reason = error.strerror or error
    remark(f"convcalc: the output cannot be written: {reason}; choose another place")
    return 2


def _give_up_lost_streams() -> None:
    """Replace lost streams by the null device; otherwise Python would write again and complain."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, stream.fileno())
            os.close(sink)
