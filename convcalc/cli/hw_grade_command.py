"""``convcalc hw grade``: a class marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_class import SECRET_HELP, Progress, columns_of, counted, written_lines
from convcalc.cli.output import format_names, print_lines, show
from convcalc.errors import UsageError, did_you_mean, printable, shortened

if TYPE_CHECKING:
    from convcalc.homework.classroom.answer_store import FileStatus
    from convcalc.homework.classroom.grader import Graded
    from convcalc.homework.classroom.output_folder import Summary
    from convcalc.homework.classroom.runs import Options
    from convcalc.homework.sheets.sheet import Sheet

EXAMPLES = """
    convcalc hw grade ps1.yaml submissions/ --out graded/
    convcalc hw grade ps1.yaml submissions.zip --roster roster.csv --secret-file ps1.secret --out graded/
    convcalc hw grade ps1.yaml submissions/ --secret-file ps1.secret --anon --out graded/
    convcalc hw grade ps1.yaml late/s042.yaml --add --out graded/
    convcalc hw grade ps1.yaml form.csv --map map.yaml --out graded/
    convcalc hw grade ps1.yaml s042.yaml
"""
MOST_SHOWN = 10


@click.command("grade", cls=Command, examples=EXAMPLES)
@click.argument("sheet")
@click.argument("submissions", nargs=-1, required=True)
@click.option("--out", metavar="DIR", help="Where the grades go; without it they are only shown.")
@click.option(
    "--roster", metavar="FILE", help="Who belongs to the class: a CSV with a column student_id."
)
@click.option("--secret-file", metavar="FILE", help=SECRET_HELP)
@click.option("--anon", is_flag=True, help="Codes for names; whose they are stands in DIR/names/.")
@click.option(
    "--format",
    "format_name",
    metavar="NAMES",
    help="With --out some of csv,canvas,feedback,json,gradescope; without it table, json, csv, …",
)
@click.option("--with-answers", is_flag=True, help="Show the right answers on the feedback pages.")
@click.option(
    "--map",
    "map_file",
    metavar="FILE",
    help="A form's headings: a YAML file with lines 'Heading': q1.",
)
@click.option(
    "--column",
    default="",
    metavar="NAME",
    help='The gradebook\'s column, such as "PS1 (87568490)".',
)
@click.option("--add", is_flag=True, help="Add these files to those that DIR was made from.")
@click.option("--force", is_flag=True, help="Write over grades that are there.")
def command(
    sheet: str,
    submissions: tuple[str, ...],
    *,
    out: str | None,
    format_name: str | None,
    **given: Any,
) -> int:
    """Mark the SUBMISSIONS of a class: files, folders and zips, one file per student or one table.

    Of two files from one student the newer counts. Every file is accounted for. Exit status 1 if some
    file could not be read; the others are marked.
    """
    from convcalc.homework.classroom import runs as classes
    from convcalc.homework.sheets.read import load

    found = load(sheet)
    options = options_of(given)
    progress = Progress()
    try:
        if out is None:
            refuse_without_out(format_name, given)
            graded, statuses = classes.look(found, submissions, options, progress)
        else:
            if format_name:
                options.formats = classes.chosen_formats(format_name)
            summary = classes.grade(found, submissions, out, options, progress)
    finally:
        progress.done()
    if out is None:
        show(table_of(found, graded, statuses), format_name, None)
        return 1 if any(each.status == "unreadable" for each in statuses) else 0
    print_lines(summary_lines(summary, printable(out), options))
    return 1 if summary.counts.get("unreadable") else 0


def options_of(given: dict[str, Any]) -> Options:
    """The options as the marking knows them."""
    from convcalc.homework.classroom import roster
    from convcalc.homework.classroom.runs import Options
    from convcalc.homework.variants import draw as variants

    return Options(
        roster=roster.load(given["roster"]) if given["roster"] else None,
        secret=variants.read_secret(given["secret_file"]) if given["secret_file"] else None,
        anonymous=given["anon"],
        with_answers=given["with_answers"],
        columns=columns_of(given["map_file"]) if given["map_file"] else None,
        column=given["column"],
        force=given["force"],
        add=given["add"],
    )


def refuse_without_out(format_name: str | None, given: dict[str, Any]) -> None:
    """Refuse what needs a folder."""
    if format_name and format_name not in format_names():
        message = f"--format {shortened(format_name)}: needs --out DIR{did_you_mean(format_name, format_names())}"
        raise UsageError(message)
    for name, option in (
        ("add", "--add"),
        ("anon", "--anon"),
        ("force", "--force"),
        ("with_answers", "--with-answers"),
    ):
        if given[name]:
            message = f"{option} is about a folder of grades; give it with --out DIR"
            raise UsageError(message)


def summary_lines(summary: Summary, out: str, options: Options) -> list[str]:
    """What became of the class."""
    lines = [read_line(summary.files, summary.counts)]
    if summary.missing:
        lines.append(f" {summary.missing:,} on the roster handed in nothing that can be read")
    lines += written_lines(summary, out)
    lines += [f" note: {note}" for note in summary.notes[:MOST_SHOWN]]
    lines += trouble_lines(
        summary.troubles,
        summary.counts,
        f"{out.rstrip('/')}/{'names/' if options.anonymous else ''}files.csv",
    )
    for name, count in summary.by_hand.items():
        lines.append(f" {name}: {counted(count, 'answer')} to mark by hand")
    if summary.points:
        lines.append(f"mean {summary.mean:.1f} of {summary.max:g}, median {summary.median:g}")
    lines.append(f"commonest slips: convcalc hw stats {out}")
    return lines


def read_line(files: int, counts: dict[str, int]) -> str:
    """How many of each."""
    words = {
        "graded": "graded", "unreadable": "unreadable", "not on the roster": "not on the roster",
        "older copy": "older copy set aside" if counts.get("older copy") == 1 else "older copies set aside",
        "left out": "left out",
    }  # fmt: skip
    parts = [f"{counts[status]:,} {word}" for status, word in words.items() if counts.get(status)]
    return f"read {counted(files, 'file')}: {', '.join(parts) or 'nothing'}"


def trouble_lines(troubles: list[FileStatus], counts: dict[str, int], where: str) -> list[str]:
    """The files that were not graded, the first few by name."""
    lines = []
    for status in ("unreadable", "not on the roster"):
        those = [each for each in troubles if each.status == status]
        lines += [
            f" {status}: {printable(each.path)}{f' - {each.note}' if each.note else ''}"
            for each in those[:MOST_SHOWN]
        ]
        more = counts.get(status, 0) - min(len(those), MOST_SHOWN)
        if more:
            lines.append(f" … and {more:,} more, see {where}")
    return lines


def table_of(sheet: Sheet, graded: list[Graded], statuses: list[FileStatus]) -> Any:
    """The grades as a report."""
    from convcalc.cli.output import column
    from convcalc.homework.sheets.points import points_number
    from convcalc.report import Report

    counts: dict[str, int] = {}
    for each in statuses:
        counts[each.status] = counts.get(each.status, 0) + 1
    rows = [
        {
            "student_id": one.student.id,
            "variant": one.variant,
            "points": points_number(one.points),
            "max": points_number(sheet.max_points),
            **{entry.result.id: points_number(entry.points) for entry in one.entries},
            "notes": "; ".join(one.notes),
        }
        for one in graded
    ]
    questions = [question.id for question in sheet.questions]
    columns = [
        column("student_id", "student", str, right=False, keep=9),
        column("points", "points", str, keep=8),
        column("max", "of", str, keep=7),
        *(column(name, name, str, keep=3) for name in questions),
        column("notes", "", str, right=False, keep=2),
    ]
    for row in rows:
        for name in questions:
            row.setdefault(name, "")
    notes = [line.strip() for line in trouble_lines(statuses, counts, "them with --out DIR")]
    return Report(
        title="", columns=columns, rows=rows, key="students", notes=notes,
        footer=[read_line(len(statuses), counts)], facts={"sheet": sheet.id}, row_dict=dict,
        hint="convcalc hw grade SHEET FILES --out DIR",
    )  # fmt: skip
