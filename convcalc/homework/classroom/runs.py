"""A class marked into a folder, or only looked at: what `hw grade` does."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.files import STDIN, read_file
from convcalc.homework.classroom import output_files
from convcalc.homework.classroom.answer_files import MAX_BYTES, WAY_OUT, WHAT, form_columns
from convcalc.homework.classroom.answer_store import AnswerStore, FileStatus
from convcalc.homework.classroom.collect import SubmittedFile, submitted_files
from convcalc.homework.classroom.earlier_run import manual_marks, old_statuses, records
from convcalc.homework.classroom.grader import Graded, Grader
from convcalc.homework.classroom.output_folder import (
    ClassFolder,
    GradingRun,
    Summary,
)
from convcalc.homework.classroom.roster import Roster
from convcalc.homework.classroom.roster import load as load_roster
from convcalc.homework.sheets.sheet import Sheet
from convcalc.homework.variants.secret import codes, read_secret
from convcalc.text import shortened

_NEED_OUT = ("add", "anon", "force", "with_answers", "outputs")
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Options:
    """How a class is marked.

    Attributes:
        roster: the students; None for everyone who submitted.
        secret: of the variants, and of the codes.
        outputs: which files are written.
        anonymous: whether codes stand for names.
        with_answers: whether feedback shows the right answers.
        columns: the headings of a form, each with its question.
        column: what the gradebook calls the assignment.
        force: whether grades that are there may be replaced.
        add: whether files are added to those of an earlier run.
    """

    roster: Roster | None = None
    secret: bytes | None = None
    outputs: tuple[str, ...] = output_files.DEFAULT
    anonymous: bool = False
    with_answers: bool = False
    columns: dict[str, str] | None = None
    column: str = ""
    force: bool = False
    add: bool = False


def read_options(given: Mapping[str, Any], out: str | None) -> Options:
    """The options of ``hw grade``, with the files that they name read.

    Raises:
        UsageError: a file cannot be read, an output is unknown, or an option needs ``--out``.
    """
    for name in _NEED_OUT if out is None else ():
        if given[name]:
            option = f"--{name.replace('_', '-')}"
            message = f"{option} is about a folder of grades; give it with --out DIR"
            raise UsageError(message)
    return Options(
        roster=load_roster(given["roster"]) if given["roster"] else None,
        secret=read_secret(given["secret_file"]) if given["secret_file"] else None,
        outputs=choose_outputs(given["outputs"]),
        anonymous=given["anon"],
        with_answers=given["with_answers"],
        columns=form_columns(given["map_file"]) if given["map_file"] else None,
        column=given["column"],
        force=given["force"],
        add=given["add"],
    )


def choose_outputs(text: str | None) -> tuple[str, ...]:
    """``--outputs csv,canvas`` as names of outputs; the usual ones without a text.

    Raises:
        UsageError: there is no such output.
    """
    if text is None:
        return output_files.DEFAULT
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
    folder: str = "",
) -> AnswerStore:
    """Every file read, and its answers noted."""
    store = AnswerStore(file, sheet, options.roster, Grader(sheet, options.secret))
    if folder:
        for record in records(folder):
            if record["answers"] is not None:
                store.rows += 1
                store.add(record)
        store.statuses += [each for each in old_statuses(folder) if each.status != "graded"]
        store.files = len(store.statuses) + len(store.places)
    tell = (lambda count: progress("read", count)) if progress else None
    store.read(_every_file(paths), options.columns, tell)
    return store


def _every_file(paths: Sequence[str]) -> Iterator[SubmittedFile]:
    """The files under some paths, ``-`` for standard input."""
    for path in paths:
        if path == STDIN:
            yield SubmittedFile(
                "<stdin>", (), 0.0, read_file(path, MAX_BYTES, WHAT, way_out=WAY_OUT)
            )
        else:
            yield from submitted_files([path])


def grade(
    sheet: Sheet, paths: Sequence[str], out: str, options: Options, progress: Progress | None = None
) -> Summary:
    """Mark a class into a folder.

    Raises:
        UsageError: a path is missing, the folder holds grades already, or cannot be written.
    """
    if options.anonymous and options.secret is None:
        message = "--anon derives the codes from a secret; give --secret-file"
        raise UsageError(message)
    again = out if options.add and os.path.isdir(out) else ""
    place = ClassFolder(out, replace=options.force or bool(again))
    try:
        with tempfile.TemporaryFile(dir=os.path.dirname(place.path)) as file:
            store = _read_files(sheet, paths, options, file, progress, again)
            run = GradingRun(
                sheet,
                place,
                options.anonymous,
                options.with_answers,
                options.column,
                manual_marks(out),
            )
            if options.roster:
                run.summary.notes += options.roster.notes
            shown = _shown_ids(store, options)
            return output_files.write(
                run,
                _with_codes(store.grades(), shown),
                options.outputs,
                store.all_statuses,
                lambda: len(store.statuses) + len(store.places),
                {},
                (lambda count: progress("marked", count)) if progress else None,
            )
    finally:
        place.discard()


def look(
    sheet: Sheet, paths: Sequence[str], options: Options, progress: Progress | None = None
) -> tuple[list[Graded], list[FileStatus]]:
    """Mark some files without writing anything."""
    with tempfile.TemporaryFile() as file:
        store = _read_files(sheet, paths, options, file, progress)
        return list(store.grades()), store.all_statuses()


def _shown_ids(store: AnswerStore, options: Options) -> dict[str, str]:
    """The code of each student in an anonymous run."""
    if not options.anonymous:
        return {}
    assert options.secret is not None
    return codes(options.secret, "anonymous", store.sheet.id, store.students())


def _with_codes(graded: Iterator[Graded], shown: dict[str, str]) -> Iterator[Graded]:
    """The students under the names that are shown."""
    for one in graded:
        one.shown = shown.get(one.student.id, one.shown)
        yield one
