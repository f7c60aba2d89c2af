"""``convcalc check``: network files against their own expect:, for continuous integration."""

from __future__ import annotations

import click

from convcalc.cli.format_names import FormatName
from convcalc.cli.group import Command
from convcalc.cli.output import SUFFIX_HELP, format_option, output_option, show
from convcalc.cli.types import NETWORK

EXAMPLES = """
    convcalc check nets/
    convcalc check mynet.yaml 'nets/**/*.yaml'
    convcalc check nets/ --format github
    convcalc check nets/ --format sarif -o convcalc.sarif
"""


def _format_of(ctx: click.Context, word: str) -> str:
    """The name of a format; ``text`` means the format for people."""
    from convcalc.formats import DEFAULT

    return DEFAULT if word == "text" else word


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=NETWORK)
@output_option(SUFFIX_HELP, suffix=True)
def command(files: tuple[str, ...], *, format_name: str | None, output: str | None) -> None:
    """Check network FILEs, folders of them, patterns and bundled networks: errors, failed expect: and budgets.

    Exit code 1 if anything is wrong. A budget is in the file, as in
    expect: {params: "<= 5M", macs: "<= 600M", memory: "<= 64 MB"}.
    """
    from convcalc.analysis.checked import check_files, checked_report

    found, findings = check_files(files)
    show(checked_report(found, findings), format_name, output)
    if findings:
        raise SystemExit(1)


command = format_option(command, FormatName(_format_of, ("github", "sarif"), ("text",)))
