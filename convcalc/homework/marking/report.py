"""Reports of marking: checked answers, a hint, the findings of `lint`."""

from __future__ import annotations

from collections.abc import Sequence

from convcalc.files import shell_word
from convcalc.homework.marking.hints import hint
from convcalc.homework.marking.lines import count_line, result_lines
from convcalc.homework.marking.lint import Finding, summary
from convcalc.homework.marking.verdicts import Marked, Verdict
from convcalc.homework.sheets.points import points_number
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.report import Column, Report

_CHECK_COLUMNS = (
    Column("id", "question", lambda part: part.id, right=False, keep=9),
    Column("part", "part", lambda part: part.part, right=False, keep=4),
    Column("given", "answer", lambda part: part.given, right=False, keep=8, least=12),
    Column("status", "status", lambda part: part.status, right=False, keep=7),
    Column("points", "points", lambda part: points_number(part.points), keep=6),
    Column("max", "of", lambda part: points_number(part.max), keep=5),
    Column("hint", "hint", lambda part: part.hint, right=False, keep=3, least=20),
)
_WITHOUT_NUMBERS = 2  # hints up to this level contain none of the question's numbers
_LINT_COLUMNS = (
    Column("id", "question", lambda found: found.id, right=False, keep=9),
    Column("kind", "kind", lambda found: found.kind, right=False, keep=8),
    Column("text", "what, and what to do", lambda found: found.text, right=False, keep=7),
    Column("line", "line", lambda found: found.line, keep=5),
)


def check_report(marked: Marked, path: str, *, with_answers: bool = False) -> Report:
    """The marking of one student's answers.

    Args:
        marked: the marked answers.
        path: the sheet's path, for the next command.
        with_answers: whether the right answers are part of the data.
    """
    sheet = marked.sheet
    width = max(3, *(len(result.id) for result in marked.results))

    def row(part: Verdict) -> dict[str, object]:
        return part.to_dict(with_answers=with_answers)

    return Report(
        title=f"{sheet.title} ({sheet.id})",
        subtitle=f"Rules of this sheet: {sheet.conventions.sentence()}.",
        columns=_CHECK_COLUMNS,
        rows=[part for result in marked.results for part in result.parts],
        key="results",
        row_dict=row,
        facts=marked.facts(),
        layout=lambda columns: [
            line for result in marked.results for line in result_lines(result, width, columns)
        ],
        lines_repeat_rows=True,
        notes=list(marked.notes),
        footer=[count_line(marked)],
        hint=_next_hint(marked, path),
    )


def _next_hint(marked: Marked, path: str) -> str:
    """The command for a hint on a wrong answer, preferably one with a known mistake."""
    done = ("right", "other-convention", "blank", "by-hand")
    wrong = [result for result in marked.results if result.status not in done]
    sure = [r for r in wrong if any(s == "sure" for p in r.parts for _, s in p.mistakes)]
    return f"convcalc hw hint {shell_word(path)} {(sure or wrong)[0].id}" if wrong else ""


def hint_report(sheet: Sheet, question: Question, level: int) -> Report:
    """The hint for a question, at most at the level that the sheet allows.

    Raises:
        UsageError: it needs numbers that are drawn per student, and they are unknown.
    """
    allowed = min(level, sheet.max_level)
    if allowed > _WITHOUT_NUMBERS:
        question.need_numbers("ask with")
    lines = hint(question, allowed) or ["this sheet gives no hints"]
    return Report(
        title=f"{question.id} {question.task.about}",
        columns=[],
        rows=[],
        key="",
        facts={"sheet": sheet.id, "id": question.id, "level": allowed, "lines": lines},
        lines=lines,
    )


def lint_report(sheet: Sheet, found: Sequence[Finding]) -> Report:
    """The findings on a sheet."""
    width = max([3, *(len(each.id) for each in found)])
    lines = []
    for each in found:
        label = f" key {each.id}: " if each.kind == "key" else f" {each.id:<{width}} "
        lines.append(f"{label}{'note: ' if each.kind == 'note' else ''}{each.text}")
    return Report(
        title="",
        columns=_LINT_COLUMNS,
        rows=found,
        key="findings",
        row_dict=Finding.to_dict,
        facts={"sheet": sheet.id},
        lines=lines or ["no problems found"],
        lines_repeat_rows=True,
        footer=[summary(list(found))],
    )
