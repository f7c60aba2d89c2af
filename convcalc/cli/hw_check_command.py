"""``convcalc hw check``: a student's answers to a sheet."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_numbers import own_sheet
from convcalc.cli.hw_options import SECRET_HELP
from convcalc.cli.hw_words import QUESTION
from convcalc.cli.known import FILE, SHEET
from convcalc.cli.output import output_options, remark, show
from convcalc.cli.together import Rule
from convcalc.cli.types import Few
from convcalc.text import printable

EXAMPLES = """
    convcalc hw check ps1.yaml mine.yaml
    convcalc hw check ps1.yaml mine.yaml --only q4 --hint 2
    pbpaste | convcalc hw check ps1.yaml -
    convcalc hw check ps1.yaml notebook.ipynb --format json
    convcalc hw check ps1.yaml mine.yaml --student s042 --secret-file ps1.secret
"""
_RULES = (
    Rule(
        "--with-answers",
        "{option} puts the right answers into the data for programs, but {format} never shows them; add --json",
        where=lambda chosen: chosen.whole_rows,
    ),
)


@click.command("check", cls=Command, examples=EXAMPLES, rules=_RULES)
@click.argument("sheet", type=SHEET)
@click.argument("answers", type=FILE)
@click.option("--only", type=QUESTION, help="Check this question only.")
@click.option(
    "--hint",
    "level",
    type=Few(0, 4),
    help="Level of the hints: 1 by default, at most what the sheet allows.",
)
@click.option(
    "--student",
    default="",
    metavar="ID",
    help="The student, if the file has several or if numbers vary.",
)
@click.option("--secret-file", type=FILE, help=SECRET_HELP)
@click.option("--with-answers", is_flag=True, help="Put the right answers into the JSON.")
@output_options
def command(
    sheet: str,
    answers: str,
    *,
    only: str | None,
    level: int | None,
    student: str,
    secret_file: str | None,
    with_answers: bool,
    format_name: str | None,
    output: str | None,
) -> int:
    """Check the ANSWERS (YAML, lines of text, a notebook, a CSV, or -) to a SHEET; no spoilers.

    Where numbers vary, name the student's own SHEET, as hw make wrote it, or give --student and --secret-file.
    The exit status is 1 if an answer is wrong or missing.
    """
    from convcalc.homework.classroom.answer_files import mark_answers, read_answers
    from convcalc.homework.marking.report import check_report
    from convcalc.homework.sheets.read import load

    found = load(sheet)
    given = read_answers(answers, found, student)
    if secret_file:
        found = own_sheet(found, student or given.student, secret_file)
    if level is not None and level > found.max_level:
        remark(f"hints of this sheet go up to level {found.max_level}")
    marked = mark_answers(found, given, level=level, only=only)
    show(check_report(marked, printable(sheet), with_answers=with_answers), format_name, output)
    return 0 if marked.right else 1
