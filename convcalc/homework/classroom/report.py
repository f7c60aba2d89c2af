"""Reports on a class: the drawn sheets, the marks, and changed marks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from convcalc.files import shell_word, shown_path
from convcalc.homework.answers.reading import to_decimals
from convcalc.homework.classroom.answer_store import TROUBLES, FileStatus
from convcalc.homework.classroom.distribute import ANSWERS_FOLDER
from convcalc.homework.classroom.grader import Graded
from convcalc.homework.classroom.manifest import NAMES_FOLDER
from convcalc.homework.classroom.output_folder import Summary, student_file_name
from convcalc.homework.classroom.regrade import Regraded
from convcalc.homework.classroom.roster import Roster
from convcalc.homework.sheets.points import points_number, points_text
from convcalc.homework.sheets.sheet import Sheet
from convcalc.homework.variants.draw import Maker
from convcalc.report import Column, Report
from convcalc.text import grouped, plural, printable

_MAX_SHOWN = 10  # most notes, and files of each status, on a terminal
_STATUS_WORDS = {
    "graded": ("graded", "graded"),
    "unreadable": ("unreadable", "unreadable"),
    "unclear": ("without a clear owner", "without a clear owner"),
    "not on the roster": ("not on the roster", "not on the roster"),
    "older copy": ("older copy set aside", "older copies set aside"),
    "no answers": ("without answers", "without answers"),
    "left out": ("left out", "left out"),
}


# ------------------------------------------------------------------------------------------ make


def make_report(maker: Maker, students: Sequence[str], out: str) -> Report:
    """The sheets that were made for a class."""
    rows = [
        {
            "question": name,
            "possible": draws.possible,
            "left": len(draws.kept),
            "most_used": max(maker.used[name].values(), default=0),
        }
        for name, draws in maker.draws.items()
    ]
    lines = [*_draw_lines(maker, len(students)), _files_line(out, students)]
    return Report(
        title="",
        columns=[
            Column.of_mapping("question", "question", right=False, keep=9),
            Column.of_mapping("possible", "possible draws", grouped),
            Column.of_mapping("left", "left", grouped),
            Column.of_mapping("most_used", "students with the same", grouped),
        ],
        rows=rows,
        key="questions",
        row_dict=dict,
        facts={"sheet": maker.sheet.id, "students": len(students), "out": out},
        lines=lines,
        lines_repeat_rows=True,
        appendix=lines,
    )


def _draw_lines(maker: Maker, students: int) -> list[str]:
    """The drawn numbers, question by question."""
    lines = []
    for name, draws in maker.draws.items():
        lines.append(f" {name}: {draws.sentence()} for {plural(students, 'student')}")
        most = max(maker.used[name].values(), default=0)
        if most > 1:
            lines.append(f"   (each used at most {most} times; more values in vary: would help)")
    if not maker.draws:
        lines.append(
            " all sheets are the same: no question varies; give questions vary: to change that"
        )
    later = [q.id for q in maker.sheet.questions if q.kind in ("choice", "true-false")]
    if later:
        lines.append(
            f" {', '.join(later)}: written as free text, so that the sheets do not contain the key; "
            "hw grade marks them"
        )
    return lines


def _files_line(out: str, students: Sequence[str]) -> str:
    """Which files were written."""
    taken: set[str] = {"key"}
    names = [student_file_name(student, taken) for student in students]
    sheets = f"{names[0]}.yaml" if len(names) == 1 else f"{names[0]}.yaml … {names[-1]}.yaml"
    places = [_path(out, sheets), _path(out, "html", "*.html")]
    forms = _path(out, ANSWERS_FOLDER, "*.yaml")
    return f" {', '.join(places)}, {forms} (to fill in), {_path(out, 'key.csv')} (keep key.csv to yourself)"


def _path(*parts: str) -> str:
    """A printable path."""
    return shown_path(os.path.join(*parts))


# ----------------------------------------------------------------------------------------- grade


def grade_report(summary: Summary, sheet: Sheet, out: str) -> Report:
    """A class that was marked into a folder."""
    lines = [_files_read(summary.files, summary.counts)]
    if summary.missing:
        lines.append(f" {plural(summary.missing, 'student has', 'students have')} no readable file")
    places = [(_path(out, name), about) for name, about in summary.written]
    width = max(len(name) for name, _ in places)
    lines += [f" {name:<{width}}  {about}" for name, about in places]
    lines += _note_lines(summary.notes)
    if summary.anonymous:  # the names of files are those of students
        listed = _path(out, NAMES_FOLDER, "files.csv")
        lines += _trouble_lines([], summary.counts, listed)
    else:
        listed = _path(out, "files.csv")
        lines += _trouble_lines(summary.troubles, summary.counts, listed)
    lines += _marked_lines(summary)
    if summary.points:
        lines.append(mean_line(summary))
    return Report(
        title="",
        columns=[
            Column.of_mapping("file", "file", right=False, keep=9),
            Column.of_mapping("about", "contents", right=False, keep=8),
        ],
        rows=[{"file": name, "about": about} for name, about in summary.written],
        key="written",
        row_dict=dict,
        facts={"sheet": sheet.id, "out": out, **summary.facts()},
        lines=lines,
        hint=f"convcalc hw stats {shell_word(out)}",
    )


def _note_lines(notes: Sequence[str]) -> list[str]:
    """The first notes, and how many more there are."""
    lines = [f" note: {note}" for note in notes[:_MAX_SHOWN]]
    more = len(notes) - _MAX_SHOWN
    return [*lines, f" … and {plural(more, 'more note')}"] if more > 0 else lines


def _marked_lines(summary: Summary) -> list[str]:
    """How many answers a person has marked, and how many are left, question by question."""
    lines = []
    for name in {**summary.to_mark, **summary.marked}:
        left, done = summary.to_mark.get(name, 0), summary.marked.get(name, 0)
        parts = [f"{plural(done, 'answer')} marked by a person"] if done else []
        if left:
            parts.append(
                f"{left:,} to mark" if done else f"{plural(left, 'answer')} for a person to mark"
            )
        lines.append(f" {name}: {', '.join(parts)}")
    return lines


def mean_text(mean: Fraction, most: Fraction) -> str:
    """A mean of points for people.

    >>> mean_text(Fraction(111, 20), Fraction(10))
    'mean 5.6 of 10'
    """
    return f"mean {float(to_decimals(mean, 1)):.1f} of {points_text(most)}"


def mean_line(totals: Summary) -> str:
    """The points of the class."""
    return f"{mean_text(totals.mean, totals.max)}, median {points_text(totals.median)}"


def _files_read(files: int, counts: dict[str, int]) -> str:
    """How many files have each status."""
    parts = [
        plural(counts[status], *words)
        for status, words in _STATUS_WORDS.items()
        if counts.get(status)
    ]
    return f"read {plural(files, 'file')}: {', '.join(parts) or 'nothing'}"


def _trouble_lines(troubles: Sequence[FileStatus], counts: dict[str, int], where: str) -> list[str]:
    """The files that were not graded, the first few by name."""
    lines = []
    for status in TROUBLES:
        those = [each for each in troubles if each.status == status]
        lines += [
            f" {status}: {printable(each.path)}{f' - {each.note}' if each.note else ''}"
            for each in those[:_MAX_SHOWN]
        ]
        more = counts.get(status, 0) - min(len(those), _MAX_SHOWN)
        if more and those:
            lines.append(f" … and {more:,} more, see {where}")
        elif more:
            lines.append(f" {status}: {more:,}, see {where}")
    return lines


def class_table(
    sheet: Sheet,
    graded: Sequence[Graded],
    statuses: Sequence[FileStatus],
    roster: Roster | None = None,
) -> Report:
    """The points of a class that is marked without writing files.

    Args:
        sheet, graded, statuses: the sheet, the marks, and the status of every file.
        roster: the class, if there is one; its notes are shown.
    """
    counts: dict[str, int] = {}
    for each in statuses:
        counts[each.status] = counts.get(each.status, 0) + 1
    questions = [question.id for question in sheet.questions]
    rows = [
        {
            **dict.fromkeys(questions, ""),
            "student_id": one.student.id,
            "variant": one.variant,
            "points": points_number(one.points),
            "max": points_number(sheet.all_points),
            **{entry.result.id: points_number(entry.points) for entry in one.entries},
            "notes": "; ".join(one.notes),
        }
        for one in graded
    ]
    first = ("student_id", "variant", "points", "max")

    def row_dict(row: dict[str, Any]) -> dict[str, Any]:
        return {key: row[key] for key in (*first, *questions, "notes")}

    return Report(
        title="",
        columns=_class_columns(questions, has_notes=any(one.notes for one in graded)),
        rows=rows,
        key="students",
        row_dict=row_dict,
        notes=[
            *(roster.notes if roster else ()),
            *map(str.strip, _trouble_lines(statuses, counts, "them with --out DIR")),
        ],
        footer=[_files_read(len(statuses), counts), *_later_lines(graded)],
        facts={"sheet": sheet.id},
        hint="convcalc hw grade SHEET FILES --out DIR",
    )


def _class_columns(questions: Sequence[str], *, has_notes: bool) -> list[Column]:
    """The columns of a class that is marked without writing files; notes are shown only if there are any."""
    return [
        Column.of_mapping("student_id", "student", right=False, keep=9),
        Column.of_mapping("points", "points", keep=8),
        Column.of_mapping("max", "of", keep=7),
        *(Column.of_mapping(name, name, keep=3) for name in questions),
        Column.of_mapping(
            "notes", "notes", right=False, keep=2, least=24, wraps=True, for_programs=not has_notes
        ),
    ]


def _later_lines(graded: Sequence[Graded]) -> list[str]:
    """The questions that a person must still mark."""
    later = [e.result.id for one in graded for e in one.entries if e.result.status == "by-hand"]
    names = ", ".join(dict.fromkeys(later))
    return [f"to be marked by a person, not counted yet: {names}"] if later else []


# --------------------------------------------------------------------------------------- regrade


def regrade_report(found: Regraded, folder: str) -> Report:
    """What a changed sheet changes: line by line for people, the students as rows."""
    changes = [change for change in found.changes.values() if change.any]
    ups = sum(1 for _, before, after in found.students if after > before)
    downs = len(found.students) - ups
    same = found.total - ups - downs
    lines = [change.sentence() for change in changes]
    lines.append(
        f"{plural(found.total, 'student')} in total: {ups:,} up, {downs:,} down, {same:,} unchanged."
    )
    lines += _note_lines(found.notes)
    lines.append(
        "Nothing written yet; add --write."
        if found.summary is None
        else f"Wrote the new grades into {_path(folder)}."
    )
    return Report(
        title="",
        columns=[
            Column.of_mapping("student_id", "student", right=False, keep=9),
            Column.of_mapping("before", "before"),
            Column.of_mapping("after", "after"),
        ],
        rows=[
            {
                "student_id": student,
                "before": points_number(before),
                "after": points_number(after),
            }
            for student, before, after in found.students
        ],
        key="students",
        row_dict=dict,
        facts={
            "total": found.total,
            "up": ups,
            "down": downs,
            "questions": [change.to_dict() for change in changes],
            "written": found.summary is not None,
            "notes": found.notes,
        },
        lines=lines,
    )
