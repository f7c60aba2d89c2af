"""``convcalc explore``: a page that runs convcalc in a browser."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.known import FILE
from convcalc.cli.output import output_option, print_lines, remark, tell_written
from convcalc.errors import UsageError
from convcalc.files import STDIN, shell_word

EXAMPLES = """
    convcalc explore
    convcalc explore -o page.html
    convcalc explore -o site/
"""


@click.command(cls=Command, examples=EXAMPLES)
@output_option("Write to FILE.html, or into FOLDER/ for a server; opens no browser.", place=False)
@click.option(
    "--pyodide", default="", type=FILE, help="Pyodide's package file, if npm cannot get it."
)
def command(*, output: str | None, pyodide: str) -> None:
    """A page with sliders that runs convcalc itself: layers, chains, networks, YAML, files, wrong numbers.

    One file that opens from a disk, without a server or the internet, and sends nothing. Without
    -o it is a temporary file, and your browser opens it. A FOLDER/ is the same for a server of plain files.

    Python for browsers (Pyodide) is downloaded once with npm, checked, and kept.
    """
    from convcalc.explore.write import is_folder, open_page, temporary_page, write_explore

    if output == STDIN:
        message = "-o -: a page of 9 MB is not for a terminal; name a file such as page.html"
        raise UsageError(message)
    if output:
        write_explore(output, pyodide, _tell)
        tell_written(output)
        if is_folder(output):
            remark(f"try it: python -m http.server --directory {shell_word(output)}")
        return
    path = temporary_page(pyodide, _tell)
    print_lines([path])
    opened = "your browser opens it" if open_page(path) else "open it in a browser"
    remark(f"{opened}; it is a temporary file, and -o page.html makes one to keep")


def _tell(said: str) -> None:
    """Print the steps that take a while, on stderr."""
    remark(f"convcalc: {said}")
