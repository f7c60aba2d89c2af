"""The files about a marked class, one class each, and the run that writes them all."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from convcalc.homework.classroom.answer_store import TROUBLES, FileStatus
from convcalc.homework.classroom.collect import natural_key
from convcalc.homework.classroom.feedback_pages import PAPERS, Heading
from convcalc.homework.classroom.grader import Entry, Graded, PartRow
from convcalc.homework.classroom.gradescope_results import results
from convcalc.homework.classroom.manifest import ANSWERS, MANIFEST, SCHEMA, SUMMARY
from convcalc.homework.classroom.manual_marks import BY_HAND, COLUMNS
from convcalc.homework.classroom.output_folder import (
    MAX_TROUBLES,
    GradingRun,
    Output,
    Summary,
    student_file_name,
)
from convcalc.homework.sheets.points import points_text
from convcalc.registry import Registry
from convcalc.text import guard_cell

MAX_KEPT = 2_000  # most rows and pages kept in memory
DEFAULT = ("csv", "canvas", "feedback")
OUTPUTS: Registry[type[Output]] = Registry("output")


def output(name: str) -> Callable[[type[Output]], type[Output]]:
    """Register an output under its word of ``--outputs``."""
    return lambda cls: OUTPUTS.register(name, cls)


def in_order(names: Collection[str]) -> tuple[str, ...]:
    """Some outputs in their usual order, without unknown names."""
    return tuple(name for name in OUTPUTS if name in names)


class _Grades(Output):
    """grades.csv: one row per student."""

    def begin(self) -> None:
        questions = [question.id for question in self.run.sheet.questions]
        who = ["student_id"] if self.run.anonymous else ["student_id", "name", "email"]
        header = [
            *who,
            "variant",
            "status",
            "points",
            "max",
            "by_hand",
            "by_hand_max",
            *questions,
            "notes",
        ]
        self.rows = self.table("grades.csv", header, "one row per student")
        self.max = points_text(self.run.sheet.all_points)
        manual = sum((q.points for q in self.run.sheet.questions if q.manual), Fraction(0))
        self.manual_max = points_text(manual) if manual else ""

    def add(self, one: Graded) -> None:
        who = [guard_cell(one.shown)]
        if not self.run.anonymous:
            who += [guard_cell(one.student.name), guard_cell(one.student.email)]
        marked = [each.points for each in one.entries if each.result.status == "marked"]
        points = [points_text(entry.points) for entry in one.entries] or [""] * len(
            self.run.sheet.questions
        )
        self.rows.writerow(
            [*who, one.variant, one.status, points_text(one.points), self.max,
             points_text(sum(marked, Fraction(0))) if marked else "", self.manual_max, *points, guard_cell("; ".join(self.run.notes_on(one)))]
        )  # fmt: skip


class _Parts(Output):
    """parts.csv: one row per part, with the mistake."""

    def begin(self) -> None:
        self.rows = self.table(
            "parts.csv",
            ["student_id", "variant", *PartRow._fields],
            "one row per part, with the mistake",
        )
        self.guarded: dict[int, tuple[Entry, list[list[Any]]]] = {}

    def add(self, one: Graded) -> None:
        who = [guard_cell(one.shown), one.variant]
        rows = []
        for entry in one.entries:
            kept = self.guarded.get(id(entry))
            if kept is None:
                if len(self.guarded) > MAX_KEPT:
                    self.guarded.clear()
                kept = self.guarded[id(entry)] = (
                    entry,
                    [[guard_cell(text) for text in row] for row in entry.rows],
                )
            rows += [[*who, *row] for row in kept[1]]
        self.rows.writerows(rows)


@output("csv")
class Tables(Output):
    """grades.csv and parts.csv."""

    def begin(self) -> None:
        self.tables = [cls(self.run) for cls in (_Grades, _Parts)]

    def add(self, one: Graded) -> None:
        for table in self.tables:
            table.add(one)

    def close(self) -> None:
        for table in self.tables:
            table.close()


@output("canvas")
class Canvas(Output):
    """canvas.csv: for Canvas's gradebook."""

    def begin(self) -> None:
        column = self.run.manifest.column or self.run.sheet.title
        header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", guard_cell(column)]
        self.rows = self.table(
            self.run.place_of("canvas.csv"), header, "for the gradebook of Canvas"
        )
        total = points_text(self.run.sheet.all_points)
        self.rows.writerow(["    Points Possible", "", "", "", "", total])

    def add(self, one: Graded) -> None:
        who = one.student
        shown = [who.name or who.id, who.canvas, who.sis, who.login or who.id, who.section]
        self.rows.writerow(
            [*map(guard_cell, shown), points_text(one.points) if one.handed_in else ""]
        )


@output("feedback")
class Feedback(Output):
    """feedback/: a page for each student, in Markdown and HTML."""

    def begin(self) -> None:
        self.names: set[str] = set()
        self.papers = [paper(with_answers=self.run.with_answers) for paper in PAPERS]
        self.sections: dict[int, tuple[Entry, list[str]]] = {}
        self.count = 0
        self.max = points_text(self.run.sheet.all_points)

    def add(self, one: Graded) -> None:
        if not one.handed_in:
            return
        name = student_file_name(one.shown, self.names)
        self.count += 1
        heading, later = self.heading(one), self.later(one)
        sections = [self.sections_of(entry) for entry in one.entries]
        for place, paper in enumerate(self.papers):
            with self.run.folder.open(f"feedback/{name}{paper.suffix}") as file:
                file.write(paper.page(heading, [each[place] for each in sections], later))

    def heading(self, one: Graded) -> Heading:
        """The text above the questions of a student's page."""
        sheet = self.run.sheet
        who = one.shown if self.run.anonymous else one.student.name or one.shown
        variant = f" (variant {one.variant})" if one.variant else ""
        return Heading(
            title=f"{sheet.title}: {who}",
            points=f"{points_text(one.points)} of {self.max}",
            rest=f"{variant}. Rules of this sheet: {sheet.conventions.sentence()}.",
            notes=self.run.notes_on(one),
        )

    @staticmethod
    def later(one: Graded) -> str:
        """The list of what is not marked yet."""
        found = [
            f"{entry.result.id} ({points_text(entry.result.max)})"
            for entry in one.entries
            if entry.result.status == "by-hand"
        ]
        return f"To be marked by a person, not counted yet: {', '.join(found)}." if found else ""

    def sections_of(self, entry: Entry) -> list[str]:
        """A question for each kind of page; made once for each different answer."""
        kept = self.sections.get(id(entry))
        if kept is None:
            if len(self.sections) > MAX_KEPT:
                self.sections.clear()
            made = [paper.section(entry) for paper in self.papers]
            kept = self.sections[id(entry)] = (entry, made)
        return kept[1]

    def close(self) -> None:
        self.run.summary.written += [
            (f"feedback/*{paper.suffix} ({self.count:,})", paper.about) for paper in PAPERS
        ]


@output("json")
class Lines(Output):
    """grades.jsonl: one line of JSON per student, as `hw check --json` prints it."""

    def begin(self) -> None:
        self.file = self.lines = self.run.folder.hold("grades.jsonl")
        self.run.summary.written.append(("grades.jsonl", "one line of JSON per student"))

    def add(self, one: Graded) -> None:
        from convcalc.homework.marking.mark import Marked

        results = [entry.result for entry in one.entries]
        notes = self.run.notes_on(one)
        data = Marked(self.run.sheet, results, one.shown, one.variant, notes).to_dict(
            with_answers=True
        )
        data["status"] = one.status
        self.lines.write(json.dumps(data) + "\n")


@output("gradescope")
class Gradescope(Output):
    """gradescope/: a results.json for each student."""

    def begin(self) -> None:
        self.names: set[str] = set()
        self.count = 0

    def add(self, one: Graded) -> None:
        if one.handed_in:
            self.count += 1
            with self.run.folder.open(
                f"gradescope/{student_file_name(one.shown, self.names)}.json"
            ) as file:
                json.dump(
                    results(self.run.sheet, [e.result for e in one.entries], one.variant),
                    file,
                    indent=1,
                )

    def close(self) -> None:
        self.run.summary.written.append(
            (f"gradescope/*.json ({self.count:,})", "a results.json for each student")
        )


class ManualAnswers(Output):
    """by-hand.csv: the answers that a person marks; later runs keep what is typed there."""

    def begin(self) -> None:
        self.rows: Any = None
        marks = self.run.marks
        if marks.any:
            header = [guard_cell(name) for name in (*COLUMNS, *marks.extra)]
            self.rows = self.table(BY_HAND, header, "answers for a person to mark: fill in points")

    def add(self, one: Graded) -> None:
        if self.rows is None:
            return
        summary = self.run.summary
        for entry in one.entries:
            counts = {"by-hand": summary.to_mark, "marked": summary.marked}.get(entry.result.status)
            if counts is not None:
                counts[entry.result.id] = counts.get(entry.result.id, 0) + 1
        self.rows.writerows(self.run.marks.rows(one))

    def close(self) -> None:
        marks = self.run.marks
        if self.rows is not None:
            self.rows.writerows(map(marks.cells, marks.kept))
        self.run.summary.notes += marks.last_notes()
        super().close()


class Records(Output):
    """answers.jsonl: the answers as written, from which a class can be marked again."""

    def begin(self) -> None:
        name = self.run.place_of(ANSWERS)
        self.file = self.lines = self.run.folder.hold(name)
        self.run.summary.written.append((name, "all answers, used by hw regrade"))

    def add(self, one: Graded) -> None:
        data = {
            "student": one.student.id, "who": asdict(one.student), "shown": one.shown, "file": one.path,
            "time": one.time, "sure": one.sure, "attempt": one.attempt,
            "upload": one.upload, "series": one.series, "variant": one.claimed, "drawn_variant": one.variant,
            "numbers": one.numbers, "notes": one.notes, "answers": one.values if one.handed_in else None,
            "marks": self.run.marks.record(one),
        }  # fmt: skip
        self.lines.write(json.dumps(data) + "\n")


class Who(Output):
    """names/who.csv: the student behind each code."""

    def begin(self) -> None:
        name = self.run.place_of("who.csv")
        header = ["code", "student_id", "name", "email", "file", "notes"]
        self.rows = self.table(name, header, "the student behind each code")

    def add(self, one: Graded) -> None:
        who = one.student
        cells = (one.shown, who.id, who.name, who.email, one.path, "; ".join(one.notes))
        self.rows.writerow([guard_cell(cell) for cell in cells])


# -------------------------------------------------------------------------------- all outputs


def write(
    run: GradingRun,
    graded: Iterator[Graded],
    statuses: Callable[[], list[FileStatus]],
    files: Callable[[], int],
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Write the outputs for every student, and the status of the files: everything or nothing."""
    outputs = [OUTPUTS[name](run) for name in run.manifest.outputs]
    outputs += [ManualAnswers(run), Records(run)]
    if run.anonymous:
        outputs.append(Who(run))
    summary = run.summary
    summary.max = run.sheet.all_points
    summary.anonymous = run.anonymous
    for number, one in enumerate(graded, start=1):
        for each in outputs:
            each.add(one)
        if one.handed_in:
            summary.points.append(one.points)
            summary.students += 1
        else:
            summary.missing += 1
        if progress:
            progress(number)
    for each in outputs:
        each.close()
    _write_statuses(run, statuses())
    summary.files = files()
    if summary.withheld:
        with run.folder.open(run.place_of("notes.txt")) as file:
            file.writelines(f"{note}\n" for note in summary.withheld)
        summary.written.append((run.place_of("notes.txt"), "notes on the roster"))
    with run.folder.open(SUMMARY) as file:
        json.dump(_summary_data(run), file, indent=1)
        file.write("\n")
    with run.folder.open(run.place_of(MANIFEST)) as file:
        file.write(run.manifest.to_json())
    run.folder.commit()
    return summary


def _write_statuses(run: GradingRun, statuses: list[FileStatus]) -> None:
    """files.csv: the status of every file."""
    with run.folder.open(run.place_of("files.csv")) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "student_id", "status", "note"])
        for each in sorted(statuses, key=lambda each: natural_key(each.path)):
            writer.writerow(
                [guard_cell(text) for text in (each.path, each.student, each.status, each.note)]
            )
            run.summary.counts[each.status] = run.summary.counts.get(each.status, 0) + 1
            if each.status in TROUBLES and len(run.summary.troubles) < MAX_TROUBLES:
                run.summary.troubles.append(each)
    run.summary.written.append((run.place_of("files.csv"), "the status of every file"))


def _summary_data(run: GradingRun) -> dict[str, Any]:
    """The summary as plain data."""
    return {
        "schema": SCHEMA,
        "sheet": run.sheet.id,
        "title": run.sheet.title,
        **run.summary.facts(),
        "questions": {q.id: q.kind for q in run.sheet.questions},
    }
