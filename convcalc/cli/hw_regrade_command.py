"""``convcalc hw regrade``: a class marked again with a changed sheet."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_class import SECRET_HELP, counted
from convcalc.cli.output import FormatName, print_lines, show

EXAMPLES = """
    convcalc hw regrade graded/ --sheet ps1-fixed.yaml --diff
    convcalc hw regrade graded/ --sheet ps1-fixed.yaml --write
    convcalc hw regrade graded/ --sheet ps1-fixed.yaml --format csv
"""
MOST_SHOWN = 20


@click.command("regrade", cls=Command, examples=EXAMPLES)
@click.argument("folder", metavar="DIR")
@click.option("--sheet", required=True, metavar="FILE", help="The changed sheet.")
@click.option(
    "--diff", is_flag=True, help="Say what would change, and write nothing: the usual thing."
)
@click.option("--write", is_flag=True, help="Write the new grades into DIR.")
@click.option(
    "--secret-file",
    metavar="FILE",
    help=f"{SECRET_HELP} Only needed where other numbers vary than before.",
)
@click.option(
    "--format",
    "format_name",
    type=FormatName(),
    help="The students whose points change, as a table of this format.",
)
def command(
    folder: str,
    *,
    sheet: str,
    diff: bool,
    write: bool,
    secret_file: str | None,
    format_name: str | None,
) -> None:
    """Mark a class again from the DIR that hw grade wrote, and say whose points change.

    Nothing is written without --write. Points marked by hand are kept. A question with void: true gives
    everybody its points.
    """
    from convcalc.errors import UsageError, printable
    from convcalc.homework.classroom.regrade import regrade
    from convcalc.homework.sheets.points import points_number
    from convcalc.homework.sheets.read import load
    from convcalc.homework.variants import draw as variants

    if diff and write:
        message = "--diff writes nothing and --write does; give one of them"
        raise UsageError(message)
    secret = variants.read_secret(secret_file) if secret_file else None
    found = regrade(folder, load(sheet), secret, write=write)
    if format_name:
        from convcalc.cli.output import column
        from convcalc.report import Report

        rows = [
            {"student_id": student, "before": points_number(before), "after": points_number(after)}
            for student, before, after in found.students
        ]
        columns = [
            column("student_id", "student", str, right=False, keep=9),
            column("before", "before", str),
            column("after", "after", str),
        ]
        show(
            Report(title="", columns=columns, rows=rows, key="students", row_dict=dict),
            format_name,
            None,
        )
        return
    lines = [change.said() for change in found.changes.values() if change.any]
    ups = sum(1 for _, before, after in found.students if after > before)
    downs = len(found.students) - ups
    lines.append(
        f"in all {counted(found.total, 'student')}: {ups:,} up, {downs:,} down, {found.total - ups - downs:,} unchanged."
    )
    lines.append(
        f"Wrote the new grades into {printable(folder)}."
        if write
        else "Nothing written yet; add --write."
    )
    print_lines(lines)
