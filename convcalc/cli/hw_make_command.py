"""``convcalc hw make``: one sheet per student."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_class import SECRET_HELP, Progress, counted
from convcalc.cli.output import print_lines, remark
from convcalc.errors import printable

if TYPE_CHECKING:
    from convcalc.homework.variants.draw import Maker

EXAMPLES = """
    convcalc hw make ps1.yaml --roster roster.csv --secret-file ps1.secret --out dist/
    convcalc hw make ps1.yaml --roster roster.csv --secret-file ps1.secret --out dist/ --force
"""


@click.command("make", cls=Command, examples=EXAMPLES)
@click.argument("sheet")
@click.option(
    "--roster", required=True, metavar="FILE", help="The students: a CSV with a column student_id."
)
@click.option(
    "--secret-file",
    required=True,
    metavar="FILE",
    help=f"{SECRET_HELP} Written if it is not there.",
)
@click.option("--out", required=True, metavar="DIR", help="Where the sheets go.")
@click.option("--force", is_flag=True, help="Write over sheets that are there.")
def command(sheet: str, *, roster: str, secret_file: str, out: str, force: bool) -> None:
    """One SHEET per student, with numbers of its own, and the key.

    Numbers are drawn only where the answer and the usual mistakes all differ. The same secret, sheet
    and student give the same numbers everywhere.
    """
    from convcalc.homework.classroom import distribute as handout
    from convcalc.homework.classroom.roster import load as load_roster
    from convcalc.homework.sheets.read import load
    from convcalc.homework.variants import draw as variants

    found = load(sheet)
    students = load_roster(roster)
    fresh = not os.path.lexists(secret_file)
    secret = variants.new_secret(secret_file) if fresh else variants.read_secret(secret_file)
    progress = Progress()
    try:
        maker = handout.make(
            found,
            students,
            secret,
            out,
            force=force,
            progress=lambda count: progress("wrote", count),
        )
    finally:
        progress.done()
    if fresh:
        remark(f"wrote a new secret to {printable(secret_file)}; keep it, hw grade needs it")
    for note in students.notes:
        remark(f"note: {note}")
    print_lines(
        [
            *draw_lines(maker, len(students.students)),
            *file_lines(printable(out), list(students.students)),
        ]
    )


def draw_lines(maker: Maker, students: int) -> list[str]:
    """What was drawn, question by question."""
    lines = []
    for name, each in maker.draws.items():
        lines.append(f" {name}: {each.said()} for {counted(students, 'student')}")
        most = max(maker.used[name].values(), default=0)
        if most > 1:
            lines.append(f"   (each used at most {most} times; more numbers in vary: would help)")
    if not maker.draws:
        lines.append(" no question varies: all sheets are alike; give some of them vary:")
    later = [q.id for q in maker.sheet.questions if q.kind in ("choice", "true-false")]
    if later:
        lines.append(
            f" {', '.join(later)}: asked in words, so that the sheets hold no key; hw grade marks them"
        )
    return lines


def file_lines(out: str, students: list[str]) -> list[str]:
    """What was written."""
    from convcalc.homework.classroom.output_folder import file_name

    taken: set[str] = {"key"}
    names = [file_name(student, taken) for student in students]
    shown = f"{names[0]}.yaml" if len(names) == 1 else f"{names[0]}.yaml … {names[-1]}.yaml"
    key = os.path.join(out, "key.csv")
    return [
        f" {os.path.join(out, shown)}, {os.path.join(out, 'html', '*.html')}, {key} (keep this one to yourself)"
    ]
