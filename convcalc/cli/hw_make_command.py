"""``convcalc hw make``: one sheet per student."""

from __future__ import annotations

import os

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_options import SECRET_HELP, roster_options
from convcalc.cli.known import FILE, FOLDER, SHEET
from convcalc.cli.output import output_options, remark, show
from convcalc.cli.progress import counting
from convcalc.text import printable

EXAMPLES = """
    convcalc hw make ps1.yaml --roster roster.csv --secret-file ps1.secret --out dist/
    convcalc hw make ps1.yaml --roster roster.csv --secret-file ps1.secret --out dist/ --force
"""


@click.command("make", cls=Command, examples=EXAMPLES)
@click.argument("sheet", type=SHEET)
@roster_options("The students: a CSV with a column student_id.", required=True)
@click.option(
    "--secret-file",
    required=True,
    type=FILE,
    help=f"{SECRET_HELP} Written if the file does not exist.",
)
@click.option("--out", required=True, type=FOLDER, help="The folder for the sheets.")
@click.option("--force", is_flag=True, help="Replace existing sheets.")
@output_options
def command(
    sheet: str,
    *,
    roster: str,
    roster_id: str,
    secret_file: str,
    out: str,
    force: bool,
    format_name: str | None,
    output: str | None,
) -> None:
    """Make one SHEET per student, each with its own numbers, and the key.

    Numbers are drawn only where the answer and the usual mistakes all differ. The same secret, sheet
    and student give the same numbers everywhere.
    """
    from convcalc.homework.classroom.distribute import make
    from convcalc.homework.classroom.report import make_report
    from convcalc.homework.classroom.roster import load as load_roster
    from convcalc.homework.sheets.read import load
    from convcalc.homework.variants.secret import new_secret, read_secret

    found = load(sheet)
    students = load_roster(roster, roster_id)
    fresh = not os.path.lexists(secret_file)
    secret = new_secret(secret_file) if fresh else read_secret(secret_file)
    with counting("sheets written", len(students.students)) as tell:
        maker = make(found, students, secret, out, force=force, progress=tell)
    if fresh:
        remark(f"wrote a new secret to {printable(secret_file)}; keep it, hw grade needs it")
    for note in students.notes:
        remark(f"note: {note}")
    show(make_report(maker, list(students.students), out), format_name, output)
