"""What `hw grade` does: marks a class into a folder, or without writing files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from convcalc import __version__
from convcalc.errors import UsageError, did_you_mean
from convcalc.files import STDIN, read_file
from convcalc.folders import PREFIX
from convcalc.homework.classroom import output_files
from convcalc.homework.classroom.answer_files import MAX_BYTES, WAY_OUT, WHAT, form_columns
from convcalc.homework.classroom.answer_store import AnswerStore, FileStatus
from convcalc.homework.classroom.by_hand_table import read_marks
from convcalc.homework.classroom.collect import SubmittedFile, submitted_files
from convcalc.homework.classroom.earlier_run import (
    EarlierRun,
    earlier_run,
    old_points,
    old_statuses,
    records,
)
from convcalc.homework.classroom.grader import Graded, Grader
from convcalc.homework.classroom.manifest import (
    Manifest,
    refuse_changed_sheet,
    refuse_lost_students,
    refuse_names_as_codes,
    refuse_other_map,
    refuse_other_secret,
    refuse_other_sheet,
    roster_fingerprint,
    sheet_fingerprint,
)
from convcalc.homework.classroom.manual_marks import Marks
from convcalc.homework.classroom.output_folder import ClassFolder, GradingRun, Summary
from convcalc.homework.classroom.roster import Roster, Student
from convcalc.homework.classroom.roster import load as load_roster
from convcalc.homework.sheets.points import points_change, points_text
from convcalc.homework.sheets.sheet import Sheet
from convcalc.homework.variants.secret import codes, fingerprint, read_secret, same_student
from convcalc.text import plural, printable, shortened

_NEED_OUT = ("add", "anon", "force", "with_answers", "outputs", "column")
_MAX_FEWER = 10  # students that a note names
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Options:
    """How a class is marked.

    Attributes:
        roster: the students; None for everyone who submitted.
        secret: of the variants, and of the codes.
        outputs: which files are written; empty for the usual ones, or those of the earlier run.
        anonymous: whether codes replace names.
        with_answers: whether feedback shows the right answers.
        columns: the headings of a form, each with its question.
        column: the assignment's name in the gradebook.
        force: whether existing grades may be replaced.
        add: whether files are added to those of an earlier run.
    """

    roster: Roster | None = None
    secret: bytes | None = None
    outputs: tuple[str, ...] = ()
    anonymous: bool = False
    with_answers: bool = False
    columns: dict[str, str] | None = None
    column: str = ""
    force: bool = False
    add: bool = False


def read_options(given: Mapping[str, Any], out: str | None, sheet: Sheet) -> Options:
    """The options of ``hw grade`` for a sheet, after reading the files that they name.

    Raises:
        UsageError: a file cannot be read, an output is unknown, or an option needs ``--out``.
        SpecError: rows of the roster, or lines of the map, are wrong; every one is named.
    """
    for name in _NEED_OUT if out is None else ():
        if given[name]:
            option = f"--{name.replace('_', '-')}"
            message = f"{option} is about a folder of grades; give it with --out DIR"
            raise UsageError(message)
    return Options(
        roster=load_roster(given["roster"], given["roster_id"]) if given["roster"] else None,
        secret=read_secret(given["secret_file"]) if given["secret_file"] else None,
        outputs=choose_outputs(given["outputs"]) if given["outputs"] is not None else (),
        anonymous=given["anon"],
        with_answers=given["with_answers"],
        columns=form_columns(given["map_file"], sheet) if given["map_file"] else None,
        column=given["column"],
        force=given["force"],
        add=given["add"],
    )


def choose_outputs(text: str) -> tuple[str, ...]:
    """``--outputs csv,canvas`` as names of outputs.

    Raises:
        UsageError: there is no such output.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in output_files.OUTPUTS:
            message = f"--outputs: no output {shortened(name)!r}{did_you_mean(name, output_files.OUTPUTS)}"
            raise UsageError(message)
    if not names:
        message = f"--outputs names none; known: {', '.join(output_files.OUTPUTS)}"
        raise UsageError(message)
    return names


def _read_files(
    sheet: Sheet,
    paths: Sequence[str],
    options: Options,
    file: Any,
    progress: Progress | None,
    earlier: EarlierRun | None = None,
) -> AnswerStore:
    """Read every file, and store its answers."""
    store = AnswerStore(file, sheet, options.roster, Grader(sheet, options.secret))
    if earlier and options.add:
        for record in records(earlier.folder):
            if record["answers"] is not None:
                store.rows += 1
                store.add(record)
        store.statuses += [e for e in old_statuses(earlier.folder) if e.status != "graded"]
        store.files = len(store.statuses) + len(store.places)
    tell = (lambda count: progress("files read", count)) if progress else None
    store.read(_every_file(paths), options.columns, tell)
    store.refuse_wrong_secret()
    return store


def _every_file(paths: Sequence[str]) -> Iterator[SubmittedFile]:
    """The files under some paths; ``-`` is standard input."""
    if STDIN in paths:
        data = read_file(STDIN, MAX_BYTES, WHAT, way_out=WAY_OUT)
        yield SubmittedFile("<stdin>", (), 0.0, data)
    yield from submitted_files([path for path in paths if path != STDIN])


def grade(
    sheet: Sheet, paths: Sequence[str], out: str, options: Options, progress: Progress | None = None
) -> Summary:
    """Mark a class into a folder.

    Raises:
        UsageError: a path is missing, the folder already contains grades or was made in another way, or
            it cannot be written.
    """
    place = ClassFolder(out, replace=options.force or options.add)
    try:
        earlier = earlier_run(out)
        options = options if earlier is None else _agreed(options, earlier, sheet)
        if options.anonymous and options.secret is None and earlier is None:
            message = "--anon makes the codes from a secret; give --secret-file"
            raise UsageError(message)
        with tempfile.TemporaryFile(
            dir=place.out, prefix=PREFIX
        ) as file:  # when nothing is renamed
            store = _read_files(sheet, paths, options, file, progress, earlier)
            if earlier:
                _refuse_lost_answers(earlier, store)
            shown = _codes_of(store, options, earlier)
            marks = read_marks(
                out,
                sheet,
                ((each, shown.get(same_student(each), each)) for each in store.students()),
                earlier.counted if earlier else (),
                anonymous=options.anonymous,
            )
            run = GradingRun(sheet, place, _manifest_of(sheet, options, earlier), marks)
            run.summary.notes += [store.unused] if store.unused else []
            if options.roster:
                summary = run.summary
                where = summary.withheld if options.anonymous else summary.notes
                where += options.roster.notes
            fewer = _Fewer(old_points(out) if earlier else {})
            summary = output_files.write(
                run,
                fewer.watched(marks.counted(_graded(store, shown))),
                store.all_statuses,
                lambda: len(store.statuses) + len(store.places),
                (lambda count: progress("students marked", count)) if progress else None,
            )
            summary.notes[:0] = fewer.notes()  # the first notes are shown
            return summary
    finally:
        place.discard()


def look(
    sheet: Sheet, paths: Sequence[str], options: Options, progress: Progress | None = None
) -> tuple[list[Graded], list[FileStatus]]:
    """Mark some files without writing anything."""
    with tempfile.TemporaryFile() as file:
        store = _read_files(sheet, paths, options, file, progress)
        if store.unused:
            message = f"{store.unused}; check them, or leave --map out"
            raise UsageError(message)
        return list(Marks(sheet).counted(store.grades())), store.all_statuses()


def _codes_of(store: AnswerStore, options: Options, earlier: EarlierRun | None) -> dict[str, str]:
    """The code of each student in an anonymous run; earlier codes are kept."""
    if not options.anonymous:
        return {}
    shown = dict(earlier.shown) if earlier else {}
    fresh = [student for student in store.students() if same_student(student) not in shown]
    if fresh and options.secret is None:
        message = (
            f"{plural(len(fresh), 'student has', 'students have')} no code yet; "
            "give the --secret-file that the other codes were made with"
        )
        raise UsageError(message)
    if options.secret is not None:
        found = codes(options.secret, "anonymous", store.sheet.id, fresh, shown.values())
        shown |= {same_student(student): text for student, text in found.items()}
    return shown


def _graded(store: AnswerStore, shown: dict[str, str]) -> Iterator[Graded]:
    """The marks of every student; codes are sorted, so that their order says nothing about names."""

    def place_of(student: Student) -> str:
        return shown[same_student(student.id)]

    for one in store.grades(place_of if shown else None):
        one.shown = shown.get(same_student(one.student.id), one.shown)
        yield one


# ------------------------------------------------------------------------ with an earlier run


class _Fewer:
    """The students who have fewer points than in the earlier run.

    Args:
        old: the points of that run.
    """

    def __init__(self, old: Mapping[str, Fraction]) -> None:
        self.old = old
        self.found: list[str] = []

    def watched(self, graded: Iterator[Graded]) -> Iterator[Graded]:
        """The marks of every student, compared."""
        for one in graded:
            ours = (each.points for each in one.entries if each.result.status != "marked")
            before, now = self.old.get(printable(one.shown)), sum(ours, Fraction(0))
            if before is not None and points_change(before, now) < 0:
                was = f"{points_text(now)}, was {points_text(before)}"
                self.found.append(f"{printable(one.shown)} ({was})")
            yield one

    def notes(self) -> list[str]:
        """A note on them, if there are any."""
        if not self.found:
            return []
        count, more = len(self.found), len(self.found) - _MAX_FEWER
        shown = ", ".join(self.found[:_MAX_FEWER]) + (f" and {more:,} more" if more > 0 else "")
        who = plural(count, "student has", "students have")
        return [f"{who} fewer points than before, without those given by a person: {shown}"]


def _agreed(given: Options, earlier: EarlierRun, sheet: Sheet) -> Options:
    """The options, completed by those of the earlier run, which need not be given again.

    Raises:
        UsageError: they contradict each other.
    """
    folder, made = earlier.folder, earlier.manifest
    refuse_other_sheet(folder, made, sheet)
    if given.add:
        refuse_changed_sheet(folder, made, sheet)
        refuse_other_map(folder, made, given.columns or {})
    refuse_other_secret(folder, made, fingerprint(given.secret) if given.secret else "")
    if given.anonymous:
        refuse_names_as_codes(folder, made)
    return replace(
        given,
        roster=_roster_with(given.roster, earlier),
        outputs=(*made.outputs, *given.outputs),
        anonymous=made.anonymous,
        with_answers=given.with_answers or made.with_answers,
        columns={**made.columns, **(given.columns or {})},
        column=given.column or made.column,
    )


def _roster_with(given: Roster | None, earlier: EarlierRun) -> Roster | None:
    """The roster with what an earlier run knows about its students, or that run's roster.

    Raises:
        UsageError: it leaves students out.
    """
    students = earlier.students
    if given is None:
        return earlier.roster() if earlier.had_roster else None
    there = {same_student(name): student for name, student in given.students.items()}
    refuse_lost_students(
        earlier.folder,
        [earlier.shown[key] for key in students if key not in there],
        "--roster: has not",
        "add them to it, leave --roster out, or choose another --out",
    )
    for key, old in students.items():
        for each in fields(Student):
            if not getattr(there[key], each.name):
                setattr(there[key], each.name, getattr(old, each.name))
    return given


def _refuse_lost_answers(earlier: EarlierRun, store: AnswerStore) -> None:
    """Refuse a run in which a student of an earlier run has no answers any more.

    Raises:
        UsageError: a student who had answers has none now.
    """
    refuse_lost_students(
        earlier.folder,
        [
            earlier.shown[key]
            for key in earlier.students
            if key in earlier.handed_in and key not in store.places
        ],
        "no answers are left of",
        "give their files too, use --add instead of --force, or choose another --out",
    )


def _manifest_of(sheet: Sheet, options: Options, earlier: EarlierRun | None) -> Manifest:
    """How this run is made."""
    secret = fingerprint(options.secret) if options.secret else ""
    before = earlier.manifest if earlier else Manifest(sheet.id)
    return Manifest(
        sheet.id,
        sheet_fingerprint(sheet),
        roster_fingerprint(options.roster.students.values()) if options.roster else "",
        secret or before.secret,
        options.anonymous,
        options.with_answers,
        options.column,
        output_files.in_order(options.outputs or output_files.DEFAULT),
        options.columns or {},
        __version__,
    )
