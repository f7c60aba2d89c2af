"""``convcalc schema``: a JSON Schema for network files, or for sheets."""

from __future__ import annotations

import json

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_option, print_file, tell_written
from convcalc.files import write_lines

EXAMPLES = """
    convcalc schema > convcalc.schema.json
    convcalc schema -o convcalc.schema.json
    convcalc schema --sheet -o sheet.schema.json
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.option("--sheet", is_flag=True, help="The schema for homework sheets instead.")
@output_option("Write to FILE.")
def command(*, sheet: bool, output: str | None) -> None:
    """A JSON Schema for network files, or for homework sheets, so that editors complete and check them.

    In VS Code with the YAML extension, put this on the first line of a file:
    # yaml-language-server: $schema=convcalc.schema.json
    """
    if sheet:
        from convcalc.homework.sheets.schema import schema
    else:
        from convcalc.network.schema import schema

    lines = json.dumps(schema(), indent=2, ensure_ascii=False).split("\n")
    if output and output != "-":
        write_lines(output, lines)
        tell_written(output)
    else:
        print_file(lines)
