"""The folder of a marked class: built under a temporary name, so that it is complete or does not exist.

Every file of it is one class of `output_files` under ``@output("csv")``: `Output.add` gets one student
after the other, `Output.close` ends it. Cells cannot become formulas, and answers cannot become mark-up.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import IO, Any

from convcalc.errors import UsageError
from convcalc.files import is_reserved
from convcalc.folders import OutputFolder
from convcalc.homework.classroom.answer_store import FileStatus
from convcalc.homework.classroom.grader import Graded
from convcalc.homework.classroom.manifest import ANSWERS, MANIFEST, NAMES_FOLDER, SUMMARY, Manifest
from convcalc.homework.classroom.manual_marks import BY_HAND, Marks
from convcalc.homework.classroom.own_files import MARK
from convcalc.homework.sheets.points import points_number
from convcalc.homework.sheets.sheet import Sheet
from convcalc.text import shortened

PAGES = "feedback"
_NAMES_OF_A_RUN = (
    "grades.csv", "parts.csv", "canvas.csv", BY_HAND, ANSWERS, SUMMARY, "files.csv",
    MANIFEST, NAMES_FOLDER, PAGES,
)  # fmt: skip
_WAY_OUT = (
    "choose another --out, --add these files to it, or --force (points given by a person are kept)"
)
MAX_TROUBLES = 1_000
_NOTED = "there is a note on this file: see names/who.csv"


def student_file_name(student: str, taken: set[str]) -> str:
    """A safe, unique file name for a student id.

    >>> student_file_name("s042", set()), student_file_name("../../etc/passwd", set())
    ('s042', 'etc_passwd-3754d6cb')
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", student).strip("._-")[:60]
    if not name or name != student or name.lower() in taken or is_reserved(name):
        name = f"{name}-{hashlib.sha256(student.encode()).hexdigest()[:8]}".lstrip("-")
    taken.add(name.lower())
    return name


# --------------------------------------------------------------------------------- the folder


class ClassFolder(OutputFolder):
    """The folder of a marked class; pages of earlier runs that a run does not rewrite are removed."""

    def __init__(self, out: str, *, replace: bool) -> None:
        super().__init__(
            out, replace=replace, names=_NAMES_OF_A_RUN, way_out=_WAY_OUT, typed=(BY_HAND,)
        )
        self._marks = self._state_of_marks()

    def _state_of_marks(self) -> tuple[int, int] | None:
        """The time and size of by-hand.csv, which change when a person saves points; None without the file."""
        try:
            found = os.stat(os.path.join(self.out, BY_HAND))
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def check(self) -> None:
        if self._state_of_marks() != self._marks:
            message = (
                f"{shortened(self.out)}: {BY_HAND} was saved while the class was marked; "
                "nothing was written: run this again"
            )
            raise UsageError(message)

    def gone(self) -> list[str]:
        folder = os.path.join(self.out, PAGES)
        if not os.path.isdir(folder):
            return []
        fresh = os.path.join(self.path, PAGES)
        kept = set(os.listdir(fresh)) if os.path.isdir(fresh) else set()
        return [
            f"{PAGES}/{name}"
            for name in sorted(os.listdir(folder))
            if name.endswith((".md", ".html"))
            and name not in kept
            and _is_page(os.path.join(folder, name))
        ]


def _is_page(path: str) -> bool:
    """Whether a file is a page that convcalc wrote."""
    if not os.path.isfile(path):
        return False
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.readline(len(MARK) + 2).strip() == MARK


# ------------------------------------------------------------------------------ the outputs


@dataclass(slots=True)
class Summary:
    """What a run did.

    Attributes:
        files: how many were read, rows of tables among them.
        counts: by status of the files.
        students, missing: how many were graded, and how many have no readable file.
        points: of each student that was graded.
        max: the most points that are possible.
        to_mark, marked: by question, how many answers a person must still mark, and has marked.
        written: the files, with their content in words.
        notes: notes on anything unusual.
        anonymous: whether codes replace names.
        withheld: notes that name students of an anonymous run; written only to the names folder.
        troubles: the first files that were not graded.
    """

    files: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    students: int = 0
    missing: int = 0
    points: list[Fraction] = field(default_factory=list)
    max: Fraction = Fraction(0)
    to_mark: dict[str, int] = field(default_factory=dict)
    marked: dict[str, int] = field(default_factory=dict)
    written: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    anonymous: bool = False
    withheld: list[str] = field(default_factory=list)
    troubles: list[FileStatus] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """The numbers as plain data."""
        return {
            "files": self.files,
            "counts": self.counts,
            "students": self.students,
            "missing": self.missing,
            "to_mark": self.to_mark,
            "marked": self.marked,
            **self.averages(),
        }

    def averages(self) -> dict[str, float]:
        """The mean and the median for programs, with the most points that there are."""
        found = {"mean": self.mean, "median": self.median, "max": self.max}
        return {name: float(points_number(value)) for name, value in found.items()}

    @property
    def mean(self) -> Fraction:
        """The mean of the students who were graded."""
        return sum(self.points, Fraction(0)) / len(self.points) if self.points else Fraction(0)

    @property
    def median(self) -> Fraction:
        """The median of the students who were graded."""
        ordered = sorted(self.points)
        half = len(ordered) // 2
        if not ordered:
            return Fraction(0)
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@dataclass(slots=True)
class GradingRun:
    """What the outputs need to know about a run.

    Attributes:
        sheet: the teacher's.
        folder: where files are written.
        manifest: how the run is made.
        marks: the points given by a person.
    """

    sheet: Sheet
    folder: OutputFolder
    manifest: Manifest
    marks: Marks
    summary: Summary = field(default_factory=Summary)

    @property
    def anonymous(self) -> bool:
        """Whether codes replace names."""
        return self.manifest.anonymous

    @property
    def with_answers(self) -> bool:
        """Whether feedback shows the right answers."""
        return self.manifest.with_answers

    def notes_on(self, one: Graded) -> list[str]:
        """The notes on a student; none in an anonymous run, because they may quote a name."""
        return [_NOTED] if self.anonymous and one.notes else one.notes

    def place_of(self, name: str) -> str:
        """The path of a file that contains names."""
        return f"{NAMES_FOLDER}/{name}" if self.anonymous else name


class Output:
    """One file, or folder of files, about a class."""

    file: IO[str] | None = None  # if everything is in one file

    def __init__(self, run: GradingRun) -> None:
        self.run = run
        self.begin()

    def begin(self) -> None:
        """Open the file."""

    def add(self, one: Graded) -> None:
        """Add one student."""
        raise NotImplementedError

    def close(self) -> None:
        """End the output: close the file."""
        if self.file is not None:
            self.file.close()

    def table(self, name: str, header: list[str] | tuple[str, ...], about: str) -> Any:
        """A CSV file with its heading."""
        self.file = self.run.folder.hold(name)
        self.run.summary.written.append((name, about))
        writer = csv.writer(self.file, lineterminator="\n")
        writer.writerow(header)
        return writer
