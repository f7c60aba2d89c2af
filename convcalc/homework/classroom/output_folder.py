"""The folder of a marked class: built under a temporary name, so that it is whole or not there.

Every file of it is one class of `outputs` under ``@output("csv")``: `Output.add` gets one student
after the other, `Output.close` the end. Cells are guarded against formulas, pages against mark-up.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import IO, Any, ClassVar, TypeVar

from convcalc.errors import UsageError, printable, shortened
from convcalc.homework.classroom.answer_store import FileStatus
from convcalc.homework.classroom.grader import Graded
from convcalc.homework.sheets.sheet import Sheet

SCHEMA = 1
MARK = "<!-- convcalc hw grade -->"
OURS = (
    "grades.csv", "parts.csv", "canvas.csv", "by-hand.csv", "answers.jsonl", "summary.json", "files.csv",
    "names", "feedback",
)  # fmt: skip
WAY_OUT = (
    "choose another --out, --add these files to it, or --force (points marked by hand are kept)"
)
NAMES = "names"  # where, in an anonymous run, everything with names in it goes
MOST_TROUBLES = 1_000
FIRST = ("=", "+", "-", "@", "\t", "\r", "|")


def cell(text: Any) -> Any:
    """A text that a spreadsheet takes for no formula, and a terminal for no command.

    >>> cell("=cmd|' /C calc'!A0"), cell(" +1"), cell("-3"), cell("28×28")
    ("'=cmd|' /C calc'!A0", "' +1", '-3', '28×28')
    """
    if not isinstance(text, str):
        return text
    text = printable(text)
    if text.lstrip()[:1] in FIRST and not re.fullmatch(r"-\d{1,15}(\.\d{1,15})?|-", text):
        return f"'{text}"
    return text


def bare(text: str) -> str:
    """A cell without the guard against formulas.

    >>> bare("'=1+1"), bare("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text[:1] == "'" and text[1:].lstrip()[:1] in FIRST else text


def manual_key(student: str, question: str, answer: str) -> tuple[str, str, str]:
    r"""What points given by a person are found by: the same for an answer and for its row of by-hand.csv.

    >>> manual_key("s1", "q1", "=1 +\n1") == manual_key("s1", "q1", "'=1 + 1")
    True
    """
    return bare(cell(student)), question, bare(cell(one_line(answer)))


def one_line(text: str) -> str:
    """A text of several lines as one, fit to print."""
    return printable(" ".join(text.split()))


def file_name(student: str, taken: set[str]) -> str:
    """A file's name for a student, whatever the id holds; no two alike on any disk.

    >>> file_name("s042", set()), file_name("../../etc/passwd", set())
    ('s042', 'etc_passwd-3754d6cb')
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", student).strip("._-")[:60]
    if not name or name != student or name.lower() in taken or reserved(name):
        name = f"{name}-{hashlib.sha256(student.encode()).hexdigest()[:8]}".lstrip("-")
    taken.add(name.lower())
    return name


def reserved(name: str) -> bool:
    """Whether Windows keeps a name for itself."""
    return bool(re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name))


# --------------------------------------------------------------------------------- the folder


class OutputFolder:
    """A folder that is built beside its place and moved there at the end.

    Args:
        out: where it belongs.
        force: whether what is there may be replaced.
        ours: the names that an earlier run would have left there.
        way_out: what to do where it has.

    Raises:
        UsageError: an earlier run is there, or nothing can be written.
    """

    def __init__(
        self, out: str, *, force: bool, ours: tuple[str, ...] = OURS, way_out: str = WAY_OUT
    ) -> None:
        self.held: list[IO[str]] = []
        self.out = out.rstrip("/\\") or out
        if os.path.isdir(self.out) and not force:
            kept = [name for name in ours if os.path.exists(os.path.join(out, name))]
            if kept:
                message = (
                    f"{shortened(out)} holds an earlier run ({', '.join(kept[:3])}); {way_out}"
                )
                raise UsageError(message)
        parent, base = os.path.split(os.path.abspath(self.out))
        self.path = os.path.join(parent, f".{base}.{os.getpid()}.part")
        try:
            sweep(parent, base)
            os.makedirs(parent, exist_ok=True)
            os.mkdir(self.path)
        except (OSError, ValueError) as error:
            raise cannot(out, error) from None

    def open(self, name: str) -> IO[str]:
        """A file of text in it."""
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return open(path, "w", encoding="utf-8", newline="\n")

    def hold(self, name: str) -> IO[str]:
        """Like `open`, for a file that stays open; `discard` closes it where nobody else has."""
        file = self.open(name)
        self.held.append(file)
        return file

    def commit(self) -> None:
        """Put everything in its place."""
        try:
            if not os.path.exists(self.out):
                os.rename(self.path, self.out)
                return
            self.forget_pages()
            for folder, _, names in os.walk(self.path):
                target = os.path.join(self.out, os.path.relpath(folder, self.path))
                os.makedirs(target, exist_ok=True)
                for name in sorted(names, key=lambda each: each == "summary.json"):
                    os.replace(os.path.join(folder, name), os.path.join(target, name))
        except (OSError, ValueError) as error:
            raise cannot(self.out, error) from None

    def forget_pages(self) -> None:
        """Remove pages of an earlier run that this one does not write again."""
        folder = os.path.join(self.out, "feedback")
        if not os.path.isdir(folder) or os.path.islink(folder):
            return
        fresh = (
            set(os.listdir(path))
            if os.path.isdir(path := os.path.join(self.path, "feedback"))
            else set()
        )
        for name in os.listdir(folder):
            page = os.path.join(folder, name)
            if name.endswith(".md") and name not in fresh and os.path.isfile(page):
                with open(page, encoding="utf-8", errors="replace") as file:
                    ours = file.readline().strip() == MARK
                if ours:
                    os.unlink(page)

    def discard(self) -> None:
        """Leave nothing behind."""
        for file in self.held:
            file.close()
        shutil.rmtree(self.path, ignore_errors=True)


def cannot(out: str, error: Exception) -> UsageError:
    """An error about a place that cannot be written."""
    reason = getattr(error, "strerror", None) or error
    return UsageError(f"--out {shortened(out)}: cannot be written: {reason}; choose another place")


def sweep(parent: str, base: str) -> None:
    """Remove what runs that were killed have left."""
    if not os.path.isdir(parent):
        return
    pattern = re.compile(rf"\.{re.escape(base)}\.(\d{{1,9}})\.part")
    for name in os.listdir(parent):
        found = pattern.fullmatch(name)
        if found and not alive(int(found[1])):
            shutil.rmtree(os.path.join(parent, name), ignore_errors=True)


def alive(process: int) -> bool:
    """Whether a process runs; its own is not alive yet, so that a number used again is swept."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


# ------------------------------------------------------------------------------ the outputs


@dataclass(slots=True)
class Summary:
    """What became of everything.

    Attributes:
        files: how many were read, rows of tables among them.
        counts: by status of the files.
        students, missing: how many were graded, and handed in nothing.
        points: of each student that was graded.
        max: what the tool can give.
        by_hand: answers that a person marks, by question.
        written: the files, with what they hold.
        notes: surprises.
        troubles: files that were not graded, the first of them.
    """

    files: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    students: int = 0
    missing: int = 0
    points: list[float] = field(default_factory=list)
    max: float = 0.0
    by_hand: dict[str, int] = field(default_factory=dict)
    written: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    troubles: list[FileStatus] = field(default_factory=list)

    @property
    def mean(self) -> float:
        """The mean of those who handed in."""
        return sum(self.points) / len(self.points) if self.points else 0.0

    @property
    def median(self) -> float:
        """The median of those who handed in."""
        ordered = sorted(self.points)
        half = len(ordered) // 2
        if not ordered:
            return 0.0
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@dataclass(slots=True)
class GradingRun:
    """What the outputs need to know.

    Attributes:
        sheet: the teacher's.
        folder: where files are written.
        anonymous: whether codes stand for names.
        with_answers: whether feedback shows the right answers.
        column: what the gradebook calls the assignment.
        marks: points given by hand before, by student, question and answer.
    """

    sheet: Sheet
    folder: OutputFolder
    anonymous: bool = False
    with_answers: bool = False
    column: str = ""
    marks: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    summary: Summary = field(default_factory=Summary)

    def named(self, name: str) -> str:
        """Where a file with names in it goes."""
        return f"{NAMES}/{name}" if self.anonymous else name

    def by_hand_points(self, one: Graded) -> Fraction | None:
        """The points that a person gave; None while there are none."""
        found = [
            self.marks[key][0]
            for entry in one.entries
            for row in entry.rows
            if (key := manual_key(one.shown, row.question, row.given)) in self.marks
        ]
        values = [Fraction(text) for text in found if re.fullmatch(r"\d{1,6}(\.\d{1,4})?", text)]
        return sum(values, Fraction(0)) if values else None


class Output:
    """One file, or folder of files, about a class.

    Attributes:
        about: what it holds, for the summary.
        always: whether it is written whatever ``--format`` says.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""
    always: ClassVar[bool] = False

    def __init__(self, run: GradingRun) -> None:
        self.run = run
        self.begin()

    def begin(self) -> None:
        """Open what is written to."""

    def add(self, one: Graded) -> None:
        """One student."""
        raise NotImplementedError

    def close(self) -> None:
        """The end."""

    def table(self, name: str, header: list[str] | tuple[str, ...], about: str) -> Any:
        """A CSV file with its heading."""
        self.file = self.run.folder.hold(name)
        self.run.summary.written.append((name, about))
        writer = csv.writer(self.file, lineterminator="\n")
        writer.writerow(header)
        return writer


OUTPUTS: dict[str, list[type[Output]]] = {}
T = TypeVar("T", bound=type[Output])


def output(name: str) -> Callable[[T], T]:
    """Register an output under the word of ``--format`` that asks for it."""

    def register(cls: T) -> T:
        if any(cls.__name__ == known.__name__ for known in OUTPUTS.get(name, [])):
            message = f"duplicate output {name} {cls.__name__}"
            raise RuntimeError(message)
        cls.name = name
        OUTPUTS.setdefault(name, []).append(cls)
        return cls

    return register
