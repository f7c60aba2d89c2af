"""``convcalc hw``: homework. Students check, teachers look their sheets over."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.group import CONTEXT, Command, write_examples
from convcalc.cli.output import output_options, print_lines, remark
from convcalc.errors import did_you_mean, printable, shortened

if TYPE_CHECKING:
    from convcalc.homework.marking.mark import Marked, Result
    from convcalc.homework.sheets.sheet import Sheet

# Subcommands that live in a module of their own, with what each does: found by name, imported when called.
ELSEWHERE: dict[str, tuple[str, str]] = {
    "make": ("convcalc.cli.hw_make_command", "one sheet per student, with numbers of its own"),
    "grade": ("convcalc.cli.hw_grade_command", "mark a class: files, folders, zips"),
    "regrade": (
        "convcalc.cli.hw_regrade_command",
        "mark it again with a changed sheet; who changes",
    ),
    "stats": ("convcalc.cli.hw_stats_command", "the commonest slips of a class"),
    "export": (
        "convcalc.cli.hw_export_command",
        "a sheet for Moodle, Canvas, Gradescope and others",
    ),
}

SYMBOLS = {"right": "✓", "other-convention": "~", "unreadable": "?"}


class HwGroup(click.Group):
    """The homework commands; a wrong name is answered with the nearest right one."""

    examples = """
        convcalc hw show ps1.yaml
        convcalc hw check ps1.yaml mine.yaml
        convcalc hw hint ps1.yaml q4 --level 2
        convcalc hw lint ps1.yaml
        convcalc hw types params
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *ELSEWHERE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in ELSEWHERE:
            return import_module(ELSEWHERE[cmd_name][0]).command  # type: ignore[no-any-return]
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            message = f"no command hw {shortened(args[0])!r}{did_you_mean(args[0], known)}"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: list[tuple[str, str]] = []
        for name in super().list_commands(ctx):
            found = super().get_command(ctx, name)
            if found:
                rows.append((name, found.get_short_help_str(80)))
        rows += [(name, about) for name, (_, about) in ELSEWHERE.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)


@click.group(cls=HwGroup, context_settings=CONTEXT)
def command() -> None:
    """Homework: check answers, name the mistake, find wrong keys.

    A sheet is a YAML file of questions. The answers are computed, never stored in it.
    """


def emit(data: Any) -> None:
    """JSON to standard output."""
    print_lines(json.dumps(data, indent=2, ensure_ascii=False).splitlines())


def read_answers(path: str, sheet: Sheet, student: str) -> Any:
    """The answers of one student, from a file or ``-``."""
    from convcalc.homework.classroom import answer_files as submissions

    if path == "-":
        data = sys.stdin.buffer.read(submissions.MOST_BYTES + 1)
    else:
        data = submissions.load(path)
    name = "<stdin>" if path == "-" else path
    return submissions.one(submissions.parse(data, sheet, name), student, name)


# ------------------------------------------------------------------------------------ check


@command.command(
    cls=Command,
    examples="""
        convcalc hw check ps1.yaml mine.yaml
        convcalc hw check ps1.yaml mine.yaml --only q4 --hint 2
        pbpaste | convcalc hw check ps1.yaml -
        convcalc hw check ps1.yaml notebook.ipynb --json
    """,
)
@click.argument("sheet")
@click.argument("answers")
@click.option("--only", metavar="ID", help="This question alone.")
@click.option(
    "--hint",
    "level",
    type=click.IntRange(0, 4),
    help="How fine hints are; 1 by default, at most what the sheet allows.",
)
@click.option(
    "--student", default="", metavar="ID", help="Whose row, where the file holds several."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--with-answers", is_flag=True, help="Put the right answers into the JSON.")
def check(
    sheet: str,
    answers: str,
    *,
    only: str | None,
    level: int | None,
    student: str,
    as_json: bool,
    with_answers: bool,
) -> int:
    """Check the ANSWERS (YAML, lines of text, a notebook, a CSV, or -) to a SHEET; no spoilers.

    Exit status 1 while something is wrong or open.
    """
    from convcalc.homework.marking.mark import mark
    from convcalc.homework.sheets.read import load

    found = load(sheet)
    given = read_answers(answers, found, student)
    if only:
        found.questions = [found[only]]
        given.values = {
            key: value
            for key, value in given.values.items()
            if key.partition(".")[0].lower() == only.lower() or key.lower() == only.lower()
        }
    if level is not None and level > found.max_level:
        remark(f"hints of this sheet go up to level {found.max_level}")
    marked = mark(found, given.values, level=level, student=given.student, variant=given.variant)
    marked.notes[:0] = given.notes
    if given.sheet and given.sheet != found.id:
        marked.notes.insert(
            0, f"these answers are for the sheet {shortened(given.sheet)!r}, not {found.id!r}"
        )
    if as_json:
        emit(marked.to_dict(with_answers=with_answers))
    else:
        print_lines(check_lines(found, marked, printable(sheet)))
    return 0 if marked.right else 1


def check_lines(sheet: Sheet, marked: Marked, path: str) -> list[str]:
    """What a student sees."""
    width = max(3, *(len(result.id) for result in marked.results))
    lines = [f"{sheet.title} ({sheet.id}) - this sheet: {sheet.conventions.sentence()}", ""]
    lines += [f" note: {note}" for note in marked.notes]
    if marked.notes:
        lines.append("")
    for result in marked.results:
        lines += result_lines(result, width)
    lines += ["", tally(marked, path)]
    return lines


def result_lines(result: Result, width: int) -> list[str]:
    """One question: what was understood, and what became of it."""
    status = result.status
    said = result.said.replace("\n", " ") or "-"
    if status == "blank":
        said, mark, hint = "-", "", "not answered"
    elif status == "by-hand":
        mark, hint = "", "marked by hand"
    else:
        mark, hint = SYMBOLS.get(status, "✗"), result.hint
    padded = said.ljust(15) if len(said) < 15 else f"{said}  "
    first, *more = f"{mark} {hint}".strip().split("\n")
    indent = " " * (width + 19)
    return [
        f" {result.id:<{width}} {padded}{first}".rstrip(),
        *(f"{indent}{line}" for line in more),
    ]


def tally(marked: Marked, path: str) -> str:
    """How many of each, and the next command."""
    statuses = [result.status for result in marked.results]
    right, other, open_ = (
        statuses.count("right"),
        statuses.count("other-convention"),
        statuses.count("blank"),
    )
    wrong = [
        r
        for r in marked.results
        if r.status not in ("right", "other-convention", "blank", "by-hand")
    ]
    counts = [f"{right} right"]
    if other:
        counts.append(f"{other} right by another convention")
    if wrong:
        counts.append(f"{len(wrong)} to look at")
    if open_:
        counts.append(f"{open_} open")
    text = ", ".join(counts) + "."
    if wrong:
        sure = [r for r in wrong if any(s == "sure" for p in r.parts for _, s in p.mistakes)]
        text += f" More about one: convcalc hw hint {path} {(sure or wrong)[0].id}"
    return text


# --------------------------------------------------------------------------- hint, show, lint


@command.command(
    cls=Command,
    examples="""
        convcalc hw hint ps1.yaml q4
        convcalc hw hint ps1.yaml q4 --level 3
    """,
)
@click.argument("sheet")
@click.argument("question")
@click.option(
    "--level",
    type=click.IntRange(0, 4),
    default=2,
    show_default=True,
    help="1 a question, 2 the rule with other numbers, 3 your numbers without the result, 4 worked out.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def hint(sheet: str, question: str, *, level: int, as_json: bool) -> None:
    """The method for a QUESTION of a SHEET, never finer than the sheet allows."""
    from convcalc.homework.marking import hints
    from convcalc.homework.sheets.read import load

    found = load(sheet)
    asked = found[question]
    allowed = min(level, found.max_level)
    if allowed < level:
        remark(f"hints of this sheet go up to level {found.max_level}")
    lines = hints.hint(asked, allowed) or ["this sheet gives no hints"]
    if as_json:
        emit({"schema": 1, "sheet": found.id, "id": asked.id, "level": allowed, "lines": lines})
        return
    print_lines([f"{asked.id} {asked.task.about}", *(f" {line}" for line in lines)])


@command.command(
    cls=Command,
    examples="""
        convcalc hw show ps1.yaml
        convcalc hw show ps1.yaml --format markdown
        convcalc hw show ps1.yaml --format html > ps1.html
        convcalc hw show ps1.yaml --student s042 --secret-file ps1.secret
    """,
)
@click.argument("sheet")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(("text", "markdown", "html", "latex", "json")),
    default="text",
    help="How to print it.",
)
@click.option("--student", metavar="ID", help="The sheet of this student, where numbers vary.")
@click.option("--secret-file", metavar="FILE", help="What the numbers are drawn from; see hw make.")
def show(sheet: str, *, format_name: str, student: str | None, secret_file: str | None) -> None:
    """The questions of a SHEET, with its conventions and the form of each answer."""
    from convcalc.homework.sheets import render as paper
    from convcalc.homework.sheets.read import load

    found = load(sheet)
    if student or secret_file:
        found = sheet_of_student(found, student, secret_file)
    if format_name == "json":
        emit(paper.as_dict(found))
    else:
        print_lines(paper.FORMATS[format_name](found))


def sheet_of_student(sheet: Sheet, student: str | None, secret_file: str | None) -> Sheet:
    """The sheet with a student's own numbers."""
    from convcalc.errors import UsageError
    from convcalc.homework.variants.draw import Maker, read_secret

    if not student or not secret_file:
        message = "--student and --secret-file belong together; give both"
        raise UsageError(message)
    return Maker(sheet, read_secret(secret_file)).of(student)


@command.command(
    cls=Command,
    examples="""
        convcalc hw lint ps1.yaml
        convcalc hw lint ps1.yaml --exit-zero
    """,
)
@click.argument("sheet")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--exit-zero", is_flag=True, help="End with status 0 whatever is found.")
def lint(sheet: str, *, as_json: bool, exit_zero: bool) -> int:
    """Look a SHEET over: wrong keys, gaps, tolerances and numbers that hide a mistake.

    Exit status 1 for wrong keys, gaps and the like; notes alone leave it 0.
    """
    from convcalc.homework.marking.lint import lint as findings
    from convcalc.homework.marking.lint import summary
    from convcalc.homework.sheets.read import load

    found = load(sheet)
    told = findings(found)
    if as_json:
        emit({"schema": 1, "sheet": found.id, "findings": [each.to_dict() for each in told]})
    else:
        width = max([3, *(len(each.id) for each in told)])
        lines = []
        for each in told:
            label = f" key {each.id}: " if each.kind == "key" else f" {each.id:<{width}} "
            lines.append(f"{label}{'note: ' if each.kind == 'note' else ''}{each.text}")
        print_lines([*lines, summary(told)])
    return 1 if any(each.serious for each in told) and not exit_zero else 0


# ------------------------------------------------------------------------------------ types


@command.command(
    cls=Command,
    examples="""
        convcalc hw types
        convcalc hw types params
        convcalc hw types --mistakes
    """,
)
@click.argument("kind", default="")
@click.option("--mistakes", is_flag=True, help="The catalogue of mistakes instead.")
@output_options
def types(kind: str, *, mistakes: bool, format_name: str | None, output: str | None) -> None:
    """The question types with an example each, one of them in full, or the catalogue of mistakes."""
    from convcalc.cli.output import show as show_report
    from convcalc.homework.mistakes import catalogue

    if mistakes:
        report = catalogue.mistakes_report()
    elif kind:
        report = catalogue.type_report(kind)
    else:
        report = catalogue.types_report()
    show_report(report, format_name, output)
