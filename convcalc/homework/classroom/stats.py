"""How the questions of a class were answered, from the folder that `hw grade` wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from convcalc.errors import RowError
from convcalc.folders import reading
from convcalc.homework.classroom.earlier_run import table_rows
from convcalc.homework.classroom.manifest import WAY_OUT, kinds_of, path_in
from convcalc.homework.classroom.output_folder import Summary
from convcalc.network.problems import Problems
from convcalc.text import printable, shortened, unguard_cell

_MAX_POINTS = 30  # longest points in a table, in characters


@dataclass(slots=True)
class QuestionStats:
    """How a question was answered.

    Attributes:
        question, kind: its id and its type.
        statuses: how many parts have each status.
        mistakes: how many parts each mistake explains.
        others: unexplained wrong answers: by part, right answer and answer as read.
        points, most: the points given by a person, and the most possible for these answers.
    """

    question: str
    kind: str = ""
    statuses: Counter[str] = field(default_factory=Counter)
    mistakes: Counter[str] = field(default_factory=Counter)
    others: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    points: Fraction = Fraction(0)
    most: Fraction = Fraction(0)

    @property
    def answered(self) -> int:
        """Parts that were answered and marked by the tool."""
        others = ("blank", "by-hand", "marked")
        return sum(self.statuses.values()) - sum(self.statuses[name] for name in others)

    def share(self, count: int) -> Fraction:
        """A part of the answers, from 0 to 1."""
        return Fraction(count, self.answered) if self.answered else Fraction(0)

    @property
    def right(self) -> int:
        """How many are right under any convention, or right after the student's own earlier answer."""
        return sum(self.statuses[name] for name in ("right", "other-convention", "follow-through"))

    @property
    def other(self) -> int:
        """Wrong without a known reason."""
        return self.answered - self.right - sum(self.mistakes.values())


def class_stats(folder: str) -> list[QuestionStats]:
    """How the questions of a class were answered.

    Raises:
        UsageError: the folder is not from `grade`, or is broken.
        SpecError: cells that should hold points do not; every one is named.
    """
    with reading(folder):
        return list(_stats_of(folder).values())


def _stats_of(folder: str) -> dict[str, QuestionStats]:
    """How each question was answered."""
    found = {name: QuestionStats(name, kind) for name, kind in kinds_of(folder).items()}
    table = _Table(path_in(folder, "parts.csv"))
    for cells in table.rows("question", "status"):
        row = {key: printable(value) for key, value in cells.items()}
        name, status = row["question"], row["status"]
        stats = found.setdefault(name, QuestionStats(name))
        stats.statuses[status] += 1
        if status == "marked":
            stats.points += table.points("points")
            stats.most += table.points("max")
        if status not in ("wrong", "partial", "unreadable"):
            continue
        first = row.get("mistake", "").partition(" ")[0]
        if first:
            stats.mistakes[first] += 1
        elif len(stats.others) < 20_000:
            shown = unguard_cell(row.get("read", "") or row.get("given", ""))
            stats.others[row.get("part", ""), unguard_cell(row.get("expected", "")), shown] += 1
    return found


def class_totals(folder: str) -> Summary:
    """The points of every graded student, and the most possible.

    Raises:
        UsageError: the folder is not from `grade`, or is broken.
        SpecError: cells that should hold points do not; every one is named.
    """
    totals = Summary()
    with reading(folder):
        table = _Table(path_in(folder, "grades.csv"))
        for row in table.rows("points", "max", "status"):
            totals.max = table.points("max")
            if row["status"] == "graded":
                totals.points.append(table.points("points"))
    return totals


class _Table:
    """A table of a folder of grades, with points in its cells.

    Args:
        path: the table's file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._problems = Problems()
        self._number, self._row = 1, dict[str, str]()

    def rows(self, *needed: str) -> Iterator[dict[str, str]]:
        """The rows by their headings.

        Raises:
            UsageError: it cannot be read, or a required heading is missing.
            SpecError: cells that should hold points do not; after the last row, every one is named.
        """
        for row in table_rows(self.path, *needed):
            self._row = row
            self._number += 1
            yield row
        self._problems.tell()

    def points(self, name: str) -> Fraction:
        """The points in a column of the current row; 0 if there are none, which is added to the problems."""
        text = self._row.get(name, "").strip()
        if len(text) <= _MAX_POINTS and text.replace(".", "", 1).isdecimal():
            return Fraction(text)
        what = f"{shortened(text)!r} for {name} are not points; {WAY_OUT}"
        self._problems.add(RowError(self.path, self._number, what))
        return Fraction(0)
