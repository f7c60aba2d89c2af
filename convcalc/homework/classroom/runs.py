"""A class marked, marked again with another sheet, and looked at: what `hw grade`, `regrade`, `stats` do."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from convcalc.errors import UsageError, did_you_mean, printable, shortened
from convcalc.homework.classroom import output_files as outputs
from convcalc.homework.classroom.collect import Paper, papers
from convcalc.homework.classroom.grader import Account, Graded, Grader, Spool
from convcalc.homework.classroom.output_folder import (
    NAMES,
    OUTPUTS,
    SCHEMA,
    Run,
    Stage,
    Summary,
    bare,
)
from convcalc.homework.classroom.roster import Roster, Student
from convcalc.homework.sheets.points import points_text
from convcalc.homework.sheets.sheet import Sheet
from convcalc.homework.variants.draw import codes

MOST_CELL = 1_000_000
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Options:
    """How a class is marked.

    Attributes:
        roster: who belongs to it; None for whoever handed in.
        secret: of the variants, and of the codes.
        formats: which outputs are written.
        anonymous: whether codes stand for names.
        with_answers: whether feedback shows the right answers.
        columns: a form's own headings, each with the question it stands for.
        column: what the gradebook calls the assignment.
        force: whether grades that are there may be replaced.
        add: whether files are added to those of an earlier run.
    """

    roster: Roster | None = None
    secret: bytes | None = None
    formats: tuple[str, ...] = outputs.DEFAULT
    anonymous: bool = False
    with_answers: bool = False
    columns: dict[str, str] | None = None
    column: str = ""
    force: bool = False
    add: bool = False


def chosen_formats(text: str) -> tuple[str, ...]:
    """``--format csv,canvas`` as names of outputs."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in OUTPUTS:
            message = f"--format: no output {shortened(name)!r}{did_you_mean(name, OUTPUTS)}"
            raise UsageError(message)
    if not names:
        message = f"--format names none; known: {', '.join(OUTPUTS)}"
        raise UsageError(message)
    return names


def taken_in(
    sheet: Sheet,
    paths: Sequence[str],
    options: Options,
    file: Any,
    progress: Progress | None,
    folder: str = "",
) -> Spool:
    """Every file read, and its answers noted."""
    spool = Spool(file, sheet, options.roster, Grader(sheet, options.secret))
    if folder:
        for record in records(folder):
            if record["answers"] is not None:
                spool.rows += 1
                spool.add(record)
        spool.accounts += [
            account for account in old_accounts(folder) if account.status != "graded"
        ]
        spool.files = len(spool.accounts) + len(spool.places)
    tell = (lambda count: progress("read", count)) if progress else None
    spool.read(every_paper(paths), options.columns, tell)
    return spool


def every_paper(paths: Sequence[str]) -> Iterator[Paper]:
    """The files under some paths, ``-`` for standard input."""
    for path in paths:
        if path == "-":
            import sys

            from convcalc.homework.classroom.answer_files import MOST_BYTES

            yield Paper("<stdin>", (), 0.0, sys.stdin.buffer.read(MOST_BYTES + 1))
        else:
            yield from papers([path])


def grade(
    sheet: Sheet, paths: Sequence[str], out: str, options: Options, progress: Progress | None = None
) -> Summary:
    """Mark a class into a folder.

    Raises:
        UsageError: a path is missing, the folder holds grades already, or cannot be written.
    """
    if options.anonymous and options.secret is None:
        message = "--anon makes its codes from a secret; give --secret-file"
        raise UsageError(message)
    again = out if options.add and os.path.isdir(out) else ""
    stage = Stage(out, force=options.force or bool(again))
    try:
        with tempfile.TemporaryFile(dir=os.path.dirname(stage.path)) as file:
            spool = taken_in(sheet, paths, options, file, progress, again)
            run = Run(
                sheet,
                stage,
                options.anonymous,
                options.with_answers,
                options.column,
                hand_marks(out),
            )
            if options.roster:
                run.summary.notes += options.roster.notes
            shown = shown_ids(spool, options)
            return outputs.write(
                run,
                with_codes(spool.graded(), shown),
                options.formats,
                spool.all_accounts,
                lambda: len(spool.accounts) + len(spool.places),
                {},
                (lambda count: progress("marked", count)) if progress else None,
            )
    finally:
        stage.discard()


def look(
    sheet: Sheet, paths: Sequence[str], options: Options, progress: Progress | None = None
) -> tuple[list[Graded], list[Account]]:
    """Mark some files without writing anything."""
    with tempfile.TemporaryFile() as file:
        spool = taken_in(sheet, paths, options, file, progress)
        return list(spool.graded()), spool.all_accounts()


def shown_ids(spool: Spool, options: Options) -> dict[str, str]:
    """The code of each student in an anonymous run."""
    if not options.anonymous:
        return {}
    assert options.secret is not None
    return codes(options.secret, "anonymous", spool.sheet.id, spool.students())


def with_codes(graded: Iterator[Graded], shown: dict[str, str]) -> Iterator[Graded]:
    """The students under the names that are shown."""
    for one in graded:
        one.shown = shown.get(one.student.id, one.shown)
        yield one


# ------------------------------------------------------------------------ what an earlier run left


def found_in(folder: str, name: str) -> str:
    """A file of an earlier run; where its names are apart, there."""
    for path in (os.path.join(folder, name), os.path.join(folder, NAMES, name)):
        if os.path.isfile(path):
            return path
    message = f"{shortened(folder)}: holds no {name}; give the folder that hw grade --out wrote"
    raise UsageError(message)


RECORD = ("file", "time", "sure", "variant", "notes", "numbers", "drawn_variant", "shown")


def records(folder: str) -> Iterator[dict[str, Any]]:
    """The answers of an earlier run, one student after the other."""
    path = found_in(folder, "answers.jsonl")
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            record = record_of(line)
            if record is None:
                message = f"{shortened(path)}:{number}: is no line that hw grade wrote; grade the files again"
                raise UsageError(message)
            yield record


def record_of(line: str) -> dict[str, Any] | None:
    """One student's answers; None where the line holds none."""
    try:
        record: dict[str, Any] = json.loads(line)
        whole = isinstance(record["student"], str) and isinstance(record["who"], dict)
        whole = (
            whole
            and isinstance(record["answers"], dict | None)
            and all(key in record for key in RECORD)
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return record if whole else None


def old_accounts(folder: str) -> list[Account]:
    """What became of the files of an earlier run."""
    return [
        Account(
            row.get("file", ""),
            row.get("student_id", ""),
            row.get("status", ""),
            row.get("note", ""),
        )
        for row in table_rows(found_in(folder, "files.csv"))
    ]


def table_rows(path: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV by their headings."""
    csv.field_size_limit(MOST_CELL)
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            for row in csv.DictReader(file):
                yield {
                    str(key): value if isinstance(value, str) else "" for key, value in row.items()
                }
    except (OSError, csv.Error) as error:
        message = f"{shortened(path)}: cannot be read: {error}; grade the files again"
        raise UsageError(message) from None


def hand_marks(folder: str) -> dict[tuple[str, str, str], tuple[str, str]]:
    """The points that a person has filled in, by student, question and answer."""
    path = os.path.join(folder, "by-hand.csv")
    if not os.path.isfile(path):
        return {}
    found = {}
    for row in table_rows(path):
        points, comment = row.get("points", "").strip(), row.get("comment", "")
        if points or comment:
            key = (row.get("student_id", ""), row.get("question", ""), bare(row.get("answer", "")))
            found[key] = (points, bare(comment))
    return found


def settings_of(folder: str) -> dict[str, Any]:
    """How an earlier run was made."""
    path = found_in(folder, "summary.json")
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        settings = data["settings"]
        formats = tuple(name for name in settings["formats"] if name in OUTPUTS)
        assert data["schema"] == SCHEMA
        assert isinstance(data["questions"], dict)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, AssertionError):
        message = f"{shortened(path)}: is no summary of this version; grade the files again"
        raise UsageError(message) from None
    return {**settings, "formats": formats, "questions": data.get("questions", {})}


# ----------------------------------------------------------------------------------- regrade


@dataclass(slots=True)
class Change:
    """What a new sheet changes in one question.

    Attributes:
        question: its id.
        before, after: the right answers, where they are the same for everybody.
        moves: how many students go up or down by how much; 0 for those who stay.
    """

    question: str
    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    moves: Counter[Fraction] = field(default_factory=Counter)

    @property
    def any(self) -> bool:
        return self.before != self.after or any(self.moves.keys() - {0})

    def said(self) -> str:
        """In a line."""
        parts = []
        if self.before != self.after and len(self.before) == len(self.after) == 1:
            parts.append(
                f"key {next(iter(self.before)) or 'none'} -> {next(iter(self.after)) or 'none'}."
            )
        elif self.before != self.after and max(len(self.before), len(self.after)) > 1:
            parts.append("other keys.")
        moves = []
        for size in sorted(self.moves, reverse=True):
            if size:
                word = "up" if size > 0 else "down"
                moves.append(f"{self.moves[size]:,} {word} by {points_text(abs(size))}")
        moves.append(f"{self.moves[Fraction(0)]:,} unchanged")
        return " ".join((f"{self.question}:", *parts, ", ".join(moves)))


@dataclass(slots=True)
class Regraded:
    """What a new sheet changes.

    Attributes:
        changes: by question.
        students: those whose points change: id, before, after.
        total: how many students there are.
        summary: of the new grades, where they were written.
    """

    changes: dict[str, Change]
    students: list[tuple[str, Fraction, Fraction]]
    total: int
    summary: Summary | None = None


def regrade(
    folder: str, sheet: Sheet, secret: bytes | None = None, *, write: bool = False
) -> Regraded:
    """Mark a class again with a changed sheet, and compare.

    Raises:
        UsageError: the folder is none that `grade` wrote, or the sheet needs a secret.
    """
    settings = settings_of(folder)
    before = old_points(folder)
    keys = old_keys(folder)
    changes = {question.id: Change(question.id) for question in sheet.questions}
    for name in before.get("", {}):
        changes.setdefault(name, Change(name))
    for name, texts in keys.items():
        changes.setdefault(name, Change(name)).before = texts
    moved: list[tuple[str, Fraction, Fraction]] = []

    def compared(graded: Iterator[Graded]) -> Iterator[Graded]:
        for one in graded:
            compare(one, before.get(one.shown, {}), changes, moved)
            yield one

    grader = Grader(sheet, secret, noted=True)
    found = compared(again(folder, grader))
    if not write:
        total = sum(1 for _ in found)
        return Regraded(changes, moved, total)
    stage = Stage(folder, force=True)
    try:
        run = Run(
            sheet, stage, bool(settings["anonymous"]), bool(settings["with_answers"]), str(settings["column"]),
            hand_marks(folder),
        )  # fmt: skip
        accounts = old_accounts(folder)
        summary = outputs.write(
            run, found, settings["formats"], lambda: accounts, lambda: len(accounts), {}
        )
        return Regraded(changes, moved, summary.students + summary.missing, summary)
    finally:
        stage.discard()


def again(folder: str, grader: Grader) -> Iterator[Graded]:
    """The marks of every student of an earlier run, by another sheet."""
    for record in records(folder):
        who = {key: str(value) for key, value in record["who"].items() if key in Student.__slots__}
        student = Student(**{**who, "id": record["student"]})
        if record["answers"] is None:
            yield Graded(
                student, record["drawn_variant"], [], Fraction(0), notes=list(record["notes"]), handed_in=False,
                shown=record["shown"],
            )  # fmt: skip
            continue
        variant = grader.code(student.id) or record["drawn_variant"]
        numbers = record["numbers"] if grader.secret is None else None
        sheet = grader.sheet_of(student.id, variant, numbers)
        values = grader.merged(record["answers"], [])
        entries = grader.mark(sheet, values)
        yield Graded(
            student, variant, entries, sum((e.points for e in entries), Fraction(0)), record["file"],
            list(record["notes"]), record["answers"], record["numbers"], shown=record["shown"],
            time=float(record["time"]), sure=bool(record["sure"]), claimed=record["variant"],
        )  # fmt: skip


def old_points(folder: str) -> dict[str, dict[str, Fraction]]:
    """The points of an earlier run, by student and question; under ``""`` its questions."""
    found: dict[str, dict[str, Fraction]] = {}
    questions: dict[str, Fraction] = dict.fromkeys(settings_of(folder)["questions"], Fraction(0))
    found[""] = questions
    for row in table_rows(found_in(folder, "grades.csv")):
        points = {}
        for name in questions:
            text = row.get(name, "").strip()
            try:
                points[name] = Fraction(text) if text else Fraction(0)
            except (ValueError, ZeroDivisionError):
                points[name] = Fraction(0)
        found[bare(row.get("student_id", ""))] = points
    return found


def old_keys(folder: str) -> dict[str, set[str]]:
    """The right answers of an earlier run, by question; a few of each."""
    found: dict[str, set[str]] = {}
    for row in table_rows(found_in(folder, "parts.csv")):
        name = row.get("question", "")
        kept = found.setdefault(name, set())
        if len(kept) < 1000:
            kept.add(labelled(row.get("part", ""), bare(row.get("expected", ""))))
    return found


def labelled(part: str, text: str) -> str:
    """A right answer with the part it is of."""
    return f"{part} {text}".strip()


def compare(
    one: Graded,
    before: dict[str, Fraction],
    changes: dict[str, Change],
    moved: list[tuple[str, Fraction, Fraction]],
) -> None:
    """Note what changes for one student."""
    if not one.handed_in:
        return
    after = {entry.result.id: entry.points for entry in one.entries}
    for name in {**before, **after}:
        change = changes.setdefault(name, Change(name))
        change.moves[step(before.get(name, Fraction(0)), after.get(name, Fraction(0)))] += 1
    for entry in one.entries:
        kept = changes[entry.result.id].after
        if len(kept) < 1000:
            kept |= {labelled(row[1], printable(row[4])) for row in entry.rows}
    old, new = sum(before.values(), Fraction(0)), one.points
    if step(old, new):
        moved.append((one.shown, old, new))


def step(before: Fraction, after: Fraction) -> Fraction:
    """How much points change; the rounding of a table is no change."""
    change = after - before
    return Fraction(0) if abs(change) < Fraction(1, 1000) else round(change, 3)


# ------------------------------------------------------------------------------------- stats


@dataclass(slots=True)
class Tally:
    """How a question was answered.

    Attributes:
        question, kind: which, and its type.
        statuses: how many parts of each status.
        mistakes: how many parts each mistake explains.
        others: wrong answers that nothing explains: by part, right answer and what was read.
    """

    question: str
    kind: str = ""
    statuses: Counter[str] = field(default_factory=Counter)
    mistakes: Counter[str] = field(default_factory=Counter)
    others: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def answered(self) -> int:
        """Parts that were answered and marked."""
        return sum(self.statuses.values()) - self.statuses["blank"] - self.statuses["by-hand"]

    def share(self, count: int) -> float:
        """A part of the answers, from 0 to 1."""
        return count / self.answered if self.answered else 0.0

    @property
    def right(self) -> int:
        """Right, under whatever convention, or after the student's own row."""
        return sum(self.statuses[name] for name in ("right", "other-convention", "follow-through"))

    @property
    def other(self) -> int:
        """Wrong without a known reason."""
        return self.answered - self.right - sum(self.mistakes.values())


def stats(folder: str) -> dict[str, Tally]:
    """How the questions of a class were answered."""
    kinds = settings_of(folder)["questions"]
    found: dict[str, Tally] = {
        str(name): Tally(str(name), str(kind)) for name, kind in kinds.items()
    }
    for row in table_rows(found_in(folder, "parts.csv")):
        tally = found.setdefault(row.get("question", ""), Tally(row.get("question", "")))
        status = row.get("status", "")
        tally.statuses[status] += 1
        if status not in ("wrong", "partial", "unreadable"):
            continue
        first = row.get("mistake", "").partition(" ")[0]
        if first:
            tally.mistakes[first] += 1
        elif len(tally.others) < 20_000:
            shown = bare(row.get("read", "") or row.get("given", ""))
            tally.others[row.get("part", ""), bare(row.get("expected", "")), shown] += 1
    return found
