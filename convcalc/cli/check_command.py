"""``convcalc check``: network files against what they promise, for continuous integration."""

from __future__ import annotations

import json

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_option, print_lines, show, tell_written
from convcalc.files import write_lines

EXAMPLES = """
    convcalc check nets/
    convcalc check mynet.yaml 'nets/**/*.yaml'
    convcalc check nets/ --format github
    convcalc check nets/ --format sarif -o convcalc.sarif
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "github", "sarif", "json"]),
    default="text",
    help="text for people, github for annotations, sarif for code scanning.",
)
@output_option("Write to FILE.")
def command(files: tuple[str, ...], *, format_name: str, output: str | None) -> None:
    """Check network FILEs, folders of them and patterns: errors, failed expect: and budgets.

    Exit code 1 if anything is wrong. A budget stands in the file, as in
    expect: {params: "<= 5M", macs: "<= 600M", memory: "<= 64 MB"}.
    """
    from convcalc import __version__
    from convcalc.analysis.checked import check_files, checked_report, github_lines, sarif

    found, findings = check_files(files)
    report = checked_report(found, findings)
    if format_name in ("text", "json"):
        show(report, "table" if format_name == "text" else "json", output)
    else:
        lines = (
            list(github_lines(findings))
            if format_name == "github"
            else json.dumps(sarif(findings, __version__), indent=2).splitlines()
        )
        if output and output != "-":
            write_lines(output, lines)
            tell_written(output)
        else:
            print_lines(lines)
    if findings:
        raise SystemExit(1)
