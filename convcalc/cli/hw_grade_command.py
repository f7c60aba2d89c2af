"""``convcalc hw grade``: mark a class."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from convcalc.cli.format_names import FormatName
from convcalc.cli.group import Command
from convcalc.cli.hw_numbers import tell_unused
from convcalc.cli.hw_options import SECRET_HELP, roster_options
from convcalc.cli.hw_words import OUTPUTS
from convcalc.cli.known import FILE, FOLDER, SHEET
from convcalc.cli.output import output_options, remark, show
from convcalc.cli.progress import counting_each

EXAMPLES = """
    convcalc hw grade ps1.yaml submissions/ --out graded/
    convcalc hw grade ps1.yaml submissions.zip --roster roster.csv --secret-file ps1.secret --out graded/
    convcalc hw grade ps1.yaml submissions/ --secret-file ps1.secret --anon --out graded/
    convcalc hw grade ps1.yaml late/s042.yaml --add --out graded/
    convcalc hw grade ps1.yaml form.csv --map map.yaml --out graded/
    convcalc hw grade ps1.yaml s042.yaml
"""

_OUTPUTS = "convcalc.outputs"


def _old_outputs(ctx: click.Context, word: str) -> str | None:
    """Accept ``--format csv,canvas``, the old way to write ``--outputs``."""
    from convcalc.homework.classroom.output_files import OUTPUTS

    if not all(name.strip() in OUTPUTS for name in word.split(",")):
        return word
    remark(f"--format {word} chooses files: write --outputs {word}")
    ctx.meta[_OUTPUTS] = word
    return None


@click.command("grade", cls=Command, examples=EXAMPLES)
@click.argument("sheet", type=SHEET)
@click.argument("submissions", nargs=-1, required=True, type=FILE)
@click.option(
    "--out", type=FOLDER, help="The folder for the grades; without it they are only shown."
)
@click.option(
    "--outputs", type=OUTPUTS, help="Which files: some of csv,canvas,feedback,json,gradescope."
)
@roster_options("The class: a CSV with a column student_id.")
@click.option("--secret-file", type=FILE, help=SECRET_HELP)
@click.option(
    "--anon", is_flag=True, help="Use codes instead of names; DIR/names/ has the list of both."
)
@click.option("--with-answers", is_flag=True, help="Show the right answers on the feedback pages.")
@click.option(
    "--map",
    "map_file",
    type=FILE,
    help="The headings of a form: a YAML file with lines 'Heading': q1.",
)
@click.option(
    "--column", default="", metavar="NAME", help='Column of the gradebook, as "PS1 (8756)".'
)
@click.option("--add", is_flag=True, help="Add these files to those that DIR was made from.")
@click.option("--force", is_flag=True, help="Replace existing grades.")
@partial(output_options, formats=FormatName(_old_outputs))
def command(
    sheet: str,
    submissions: tuple[str, ...],
    *,
    out: str | None,
    format_name: str | None,
    output: str | None,
    **given: Any,
) -> int:
    """Mark the SUBMISSIONS of a class: files, folders and zips, one file per student or one table.

    The newest file of a student counts. A list says what happened to every file. The exit status is 1
    if a file could not be read, or fits two students; the others are marked.
    """
    from convcalc.homework.classroom import report, runs
    from convcalc.homework.sheets.read import load

    found = load(sheet)
    given["outputs"] = given["outputs"] or click.get_current_context().meta.get(_OUTPUTS)
    options = runs.read_options(given, out, found)
    tell_unused(found, given, out)
    with counting_each() as progress:
        if out is None:
            graded, statuses = runs.look(found, submissions, options, progress)
            broken = any(each.status in ("unreadable", "unclear") for each in statuses)
            answer = report.class_table(found, graded, statuses, options.roster)
        else:
            summary = runs.grade(found, submissions, out, options, progress)
            broken = bool(summary.counts.get("unreadable") or summary.counts.get("unclear"))
            answer = report.grade_report(summary, found, out)
    show(answer, format_name, output)
    return 1 if broken else 0
