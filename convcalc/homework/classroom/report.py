"""A class as reports: what was drawn, marked, marked again, and the most common mistakes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from convcalc.homework.classroom.answer_store import TROUBLES, FileStatus
from convcalc.homework.classroom.distribute import ANSWERS_FOLDER
from convcalc.homework.classroom.grader import Graded
from convcalc.homework.classroom.manifest import NAMES_FOLDER
from convcalc.homework.classroom.output_folder import Summary, student_file_name
from convcalc.homework.classroom.regrade import Regraded
from convcalc.homework.classroom.stats import QuestionStats
from convcalc.homework.sheets.points import points_number
from convcalc.homework.sheets.sheet import Sheet
from convcalc.homework.variants.draw import Maker
from convcalc.report import Column, Report
from convcalc.text import grouped, plural, printable

_MAX_SHOWN = 10  # notes, and files of each status, that a terminal shows
_MAX_MISTAKES = 3  # of a question, in a line or cell
_MAX_OTHERS = 5  # unexplained answers of a question, in a line or cell

_BY_HAND_WORDS = {"marked": "marked by a person", "to_mark": "for a person to mark"}
_STATUS_WORDS = {
    "graded": ("graded", "graded"),
    "unreadable": ("unreadable", "unreadable"),
    "unclear": ("whose it is unclear", "whose it is unclear"),
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
        lines=[*_draw_lines(maker, len(students)), _files_line(printable(out), students)],
        lines_repeat_rows=True,
    )


def _draw_lines(maker: Maker, students: int) -> list[str]:
    """What was drawn, question by question."""
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
    places = [os.path.join(out, sheets), os.path.join(out, "html", "*.html")]
    forms = os.path.join(out, ANSWERS_FOLDER, "*.yaml")
    return f" {', '.join(places)}, {forms} (to fill in), {os.path.join(out, 'key.csv')} (keep key.csv to yourself)"


# ----------------------------------------------------------------------------------------- grade


def grade_report(summary: Summary, sheet: Sheet, out: str) -> Report:
    """A class that was marked into a folder."""
    shown = printable(out)
    lines = [_files_read(summary.files, summary.counts)]
    if summary.missing:
        lines.append(f" {plural(summary.missing, 'student has', 'students have')} no readable file")
    places = [(os.path.join(shown, name), about) for name, about in summary.written]
    width = max(len(name) for name, _ in places)
    lines += [f" {name:<{width}}  {about}" for name, about in places]
    lines += _note_lines(summary.notes)
    if summary.anonymous:  # the names of files are those of students
        listed = os.path.join(shown, NAMES_FOLDER, "files.csv")
        lines += _trouble_lines([], summary.counts, listed)
    else:
        listed = os.path.join(shown, "files.csv")
        lines += _trouble_lines(summary.troubles, summary.counts, listed)
    lines += _marked_lines(summary)
    if summary.points:
        lines.append(_mean_line(summary))
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
        hint=f"convcalc hw stats {shown}",
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


def _mean_line(totals: Summary) -> str:
    """The points of the class."""
    return f"mean {totals.mean:.1f} of {totals.max:g}, median {totals.median:g}"


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


def class_table(sheet: Sheet, graded: Sequence[Graded], statuses: Sequence[FileStatus]) -> Report:
    """The points of a class that is only looked at."""
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
        columns=[
            Column.of_mapping("student_id", "student", right=False, keep=9),
            Column.of_mapping("points", "points", keep=8),
            Column.of_mapping("max", "of", keep=7),
            *(Column.of_mapping(name, name, keep=3) for name in questions),
            Column.of_mapping("notes", "", right=False, keep=2),
        ],
        rows=rows,
        key="students",
        row_dict=row_dict,
        notes=[line.strip() for line in _trouble_lines(statuses, counts, "them with --out DIR")],
        footer=[_files_read(len(statuses), counts), *_later_lines(graded)],
        facts={"sheet": sheet.id},
        hint="convcalc hw grade SHEET FILES --out DIR",
    )


def _later_lines(graded: Sequence[Graded]) -> list[str]:
    """The questions that a person has still to mark."""
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
        else f"Wrote the new grades into {printable(folder)}."
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


# ----------------------------------------------------------------------------------------- stats


def stats_report(found: Sequence[QuestionStats], folder: str, many: int, totals: Summary) -> Report:
    """The most common mistakes per question, and what a person gave.

    Args:
        found: the questions.
        folder: where the class was marked.
        many: answers without a known mistake are named where more students than this gave them.
        totals: the points of every student.
    """
    rows = [_stats_row(stats, many) for stats in found if stats.answered]
    by_hand = [_by_hand_row(s) for s in found if s.statuses["by-hand"] or s.statuses["marked"]]
    lines = _stats_lines(rows, many) + [_by_hand_line(row) for row in by_hand]
    if totals.points:
        lines.append(_mean_line(totals))
    return Report(
        title="",
        columns=[
            Column.of_mapping("question", "question", right=False, keep=9),
            Column.of_mapping("type", "type", right=False, keep=4),
            Column.of_mapping("answers", "answers", grouped, keep=3),
            Column.of_mapping("right", "correct", _percent, keep=8),
            Column.of_mapping(
                "slips", "mistakes", _mistakes_text, plain=_mistakes_text, right=False, keep=7
            ),
            Column.of_mapping("other", "other", _percent, keep=6),
            Column.of_mapping(
                "unexplained", "unexplained", _others_text, plain=_others_text, right=False, keep=2
            ),
        ],
        rows=rows,
        key="questions",
        row_dict=dict,
        lines=lines if rows or by_hand else ["nobody answered anything"],
        lines_repeat_rows=True,
        facts={
            "folder": folder,
            "students": len(totals.points),
            "mean": round(totals.mean, 4),
            "median": round(totals.median, 4),
            "max": totals.max,
            "by_hand": by_hand,
        },
    )


def _by_hand_row(stats: QuestionStats) -> dict[str, Any]:
    """A question that a person marks, as plain data."""
    marked = stats.statuses["marked"]
    return {
        "question": stats.question,
        "type": stats.kind,
        "marked": marked,
        "to_mark": stats.statuses["by-hand"],
        "mean": points_number(stats.points / marked) if marked else None,
        "max": points_number(stats.most / marked) if marked else None,
    }


def _by_hand_line(row: dict[str, Any]) -> str:
    """What a person gave, for people."""
    parts = [f"mean {row['mean']:.1f} of {row['max']:g}"] if row["marked"] else []
    parts += [f"{row[key]:,} {word}" for key, word in _BY_HAND_WORDS.items() if row[key]]
    return f" {row['question']} {row['type']}  {'  '.join(parts)}"


def _percent(share: float) -> str:
    """A share for people."""
    return f"{100 * share:.0f} %"


def _mistakes_text(mistakes: list[dict[str, Any]]) -> str:
    """The mistakes of a question in a cell."""
    return ", ".join(f"{_percent(each['share'])} {each['id']}" for each in mistakes[:_MAX_MISTAKES])


def _others_text(others: list[dict[str, Any]]) -> str:
    """The answers that nothing explains, in a cell."""
    return ", ".join(f"{each['answer']} ({each['students']})" for each in others[:_MAX_OTHERS])


def _stats_row(stats: QuestionStats, many: int) -> dict[str, Any]:
    """A question as plain data."""
    return {
        "question": stats.question,
        "type": stats.kind,
        "answers": stats.answered,
        "right": round(stats.share(stats.right), 4),
        "slips": [
            {"id": name, "answers": count, "share": round(stats.share(count), 4)}
            for name, count in stats.mistakes.most_common()
        ],
        "other": round(stats.share(stats.other), 4),
        "unexplained": [
            {"part": part, "answer": answer, "right": right, "students": count}
            for (part, right, answer), count in stats.others.most_common()
            if count > many
        ],
        "statuses": dict(stats.statuses),
    }


def _stats_lines(rows: list[dict[str, Any]], many: int) -> list[str]:
    """What people read."""
    names = max((len(f"{row['question']} {row['type']}") for row in rows), default=0)
    lines = []
    for row in rows:
        cells = [f"{_percent(row['right']):>5} correct"]
        shown, more = row["slips"][:_MAX_MISTAKES], row["slips"][_MAX_MISTAKES:]
        cells += [f"{_percent(each['share']):>5} {each['id']}" for each in shown]
        rest = row["other"] + sum(each["share"] for each in more)
        if rest >= 0.005:
            cells.append(f"{_percent(rest):>5} other")
        lines.append(f" {row['question'] + ' ' + row['type']:<{names}}  {'  '.join(cells)}")
    others = [
        f"{row['question']}{'.' + each['part'] if each['part'] else ''}: {each['answer']} ({each['students']:,})"
        for row in rows
        for each in row["unexplained"][:_MAX_OTHERS]
    ]
    if others:
        whose = plural(many, "student")
        lines.append(f' "other" answers of more than {whose}:  {"  ".join(others)}')
    return lines
