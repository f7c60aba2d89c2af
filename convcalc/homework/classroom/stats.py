"""How the questions of a class were answered, from the folder that `hw grade` wrote."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from convcalc.folders import reading
from convcalc.homework.classroom.earlier_run import table_rows
from convcalc.homework.classroom.manifest import kinds_of, path_in
from convcalc.text import printable, unguard_cell


@dataclass(slots=True)
class QuestionStats:
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
        """Right, under any convention, or given the student's own earlier row."""
        return sum(self.statuses[name] for name in ("right", "other-convention", "follow-through"))

    @property
    def other(self) -> int:
        """Wrong without a known reason."""
        return self.answered - self.right - sum(self.mistakes.values())


def class_stats(folder: str) -> list[QuestionStats]:
    """How the questions of a class were answered.

    Raises:
        UsageError: the folder is none that `grade` wrote, or is broken.
    """
    with reading(folder):
        return list(_stats_of(folder).values())


def _stats_of(folder: str) -> dict[str, QuestionStats]:
    """How each question was answered."""
    found = {name: QuestionStats(name, kind) for name, kind in kinds_of(folder).items()}
    for cells in table_rows(path_in(folder, "parts.csv"), "question", "status"):
        row = {key: printable(value) for key, value in cells.items()}
        name, status = row["question"], row["status"]
        stats = found.setdefault(name, QuestionStats(name))
        stats.statuses[status] += 1
        if status not in ("wrong", "partial", "unreadable"):
            continue
        first = row.get("mistake", "").partition(" ")[0]
        if first:
            stats.mistakes[first] += 1
        elif len(stats.others) < 20_000:
            shown = unguard_cell(row.get("read", "") or row.get("given", ""))
            stats.others[row.get("part", ""), unguard_cell(row.get("expected", "")), shown] += 1
    return found
