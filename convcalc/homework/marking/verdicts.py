"""The result of marking: for a part of a question, a question, and a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcalc.homework.sheets.points import points_number, points_text
from convcalc.report import Report, Shown
from convcalc.text import plural

if TYPE_CHECKING:
    from convcalc.homework.answers.parsing import Reading
    from convcalc.homework.mistakes.base import Candidate
    from convcalc.homework.sheets.sheet import Question, Sheet


SCHEMA = 1


STATUSES = (
    "right", "other-convention", "partial", "follow-through", "wrong", "blank", "unreadable",
    "by-hand",  # for a person to mark
    "marked",  # by a person
)  # fmt: skip

_MAX_UNREADABLE = 3  # most cells of a table that are named one by one


@dataclass(slots=True, eq=False)
class Verdict:
    """The result for one part of a question.

    Attributes:
        id, part: the question, and the part's name (empty if there is only one).
        given, read, said: the answer as written, its value, and how the value is shown.
        status: one of `STATUSES`.
        points, max: as shares of the sheet's points.
        mistakes: the known mistakes that lead to it, at most two, each with a word: ``sure``, ``might``
            for small numbers, or ``perhaps`` for two at once.
        convention: the other conventions under which it would be right.
        hint: the feedback for the student; hint_level is its level.
        expected: the right answer; only shown on request.
        reading: the answer as it was read; ``given`` and ``said`` are cut for printing.
        found: the known mistakes with details, such as the row that differs.
    """

    id: str
    part: str
    given: str
    read: Any
    said: str
    status: str
    points: Fraction
    max: Fraction
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    convention: dict[str, str] = field(default_factory=dict)
    hint: str = ""
    hint_level: int = 0
    expected: Any = field(default=None, repr=False)
    reading: Reading | None = field(default=None, repr=False)
    found: list[Candidate] = field(default_factory=list, repr=False)

    @property
    def right(self) -> bool:
        return self.status == "right"

    def to_dict(self, *, with_answers: bool = False) -> dict[str, Any]:
        """As plain data; the right answer only on request."""
        data: dict[str, Any] = {
            "id": self.id,
            "part": self.part or None,
            "given": self.given,
            "read": self.read,
            "status": self.status,
            "points": points_number(self.points),
            "max": points_number(self.max),
        }
        if self.mistakes:
            data["mistakes"] = [{"id": name, "confidence": sure} for name, sure in self.mistakes]
        if self.convention:
            data["convention"] = self.convention
        if self.hint:
            data["hint"] = self.hint
            data["hint_level"] = self.hint_level
        if with_answers:
            data["expected"] = self.expected
        return data


@dataclass(slots=True, eq=False, repr=False)
class Result(Shown):
    """The result for one question: its parts together. Its repr does not contain the right answer.

    >>> from convcalc.homework import check, loads
    >>> sheet = loads("{convcalc_sheet: 1, questions: [{type: params, given: {k: 5, c_in: 3, filters: 10}}]}")
    >>> result = check(sheet, "q1", 260)
    >>> result.right, result.hint, result.mistakes
    (False, 'How deep is one filter?', ['par.no-channels'])
    >>> result
    <Result q1: wrong, 0 of 1 points; How deep is one filter?>
    """

    id: str
    parts: list[Verdict]
    said: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def points(self) -> Fraction:
        return sum((part.points for part in self.parts), Fraction(0))

    @property
    def max(self) -> Fraction:
        return sum((part.max for part in self.parts), Fraction(0))

    @property
    def right(self) -> bool:
        """Whether all of it is right."""
        return all(p.right or (p.status == "by-hand" and not p.max) for p in self.parts)

    @property
    def status(self) -> str:
        """One word for all parts."""
        found = [part.status for part in self.parts]
        if len(set(found)) == 1:
            return found[0]
        if "by-hand" in found:
            return "by-hand"
        good = ("right", "other-convention")
        if all(status in good for status in found):
            return "other-convention"
        if (
            all(status in (*good, "follow-through", "wrong", "partial") for status in found)
            and "follow-through" in found
        ):
            return "follow-through"
        if any(status in (*good, "follow-through", "partial") for status in found):
            return "partial"
        if "unreadable" in found:
            return "unreadable"
        return "wrong"

    @property
    def mistakes(self) -> list[str]:
        """The mistakes found, without repeats."""
        return list(dict.fromkeys(name for part in self.parts for name, _ in part.mistakes))

    @property
    def hint(self) -> str:
        """The hint for the student."""
        if len(self.parts) == 1:
            return self.parts[0].hint
        return summary(self.parts)

    def __repr__(self) -> str:
        points = f"{points_text(self.points)} of {points_text(self.max)} points"
        return f"<Result {self.id}: {self.status}, {points}{'; ' if self.hint else ''}{self.hint}>"

    def shown(self) -> Report:
        """A few lines: the answer as read, and whether it is right."""
        from convcalc.homework.marking.lines import result_lines

        lines = result_lines(self, len(self.id), None)
        return Report("", (), (), lines=[line.strip() for line in lines], notes=self.notes)

    def to_dict(self, *, with_answers: bool = False) -> dict[str, Any]:
        """As plain data, part by part."""
        return {
            "id": self.id,
            "status": self.status,
            "points": points_number(self.points),
            "max": points_number(self.max),
            "results": [part.to_dict(with_answers=with_answers) for part in self.parts],
        }


@dataclass(slots=True, eq=False, repr=False)
class Marked(Shown):
    """A marked sheet. Its repr does not contain the right answers."""

    sheet: Sheet
    results: list[Result]
    student: str = ""
    variant: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def points(self) -> Fraction:
        return sum((result.points for result in self.results), Fraction(0))

    @property
    def max(self) -> Fraction:
        return sum((result.max for result in self.results), Fraction(0))

    @property
    def right(self) -> bool:
        """Whether every question is right (except those that a person marks)."""
        return all(result.right for result in self.results)

    def __repr__(self) -> str:
        whose = f" of {self.student}" if self.student else ""
        points = f"{points_text(self.points)} of {points_text(self.max)} points"
        return f"<Marked {self.sheet.id}{whose}: {plural(len(self.results), 'question')}, {points}>"

    def shown(self) -> Report:
        """A line for each question, and how many are right."""
        from convcalc.homework.marking.lines import count_line, result_lines

        wide = max([3, *(len(result.id) for result in self.results)])
        lines = [line for result in self.results for line in result_lines(result, wide, None)]
        return Report("", (), (), lines=lines, notes=self.notes, footer=[count_line(self)])

    def facts(self) -> dict[str, Any]:
        """The student and the points, as plain data."""
        return {
            "sheet": self.sheet.id,
            "student": self.student,
            "variant": self.variant,
            "points": points_number(self.points),
            "max": points_number(self.max),
        }

    def to_dict(self, *, with_answers: bool = False) -> dict[str, Any]:
        """The marking as plain data; keys are stable."""
        return {
            "schema": SCHEMA,
            **self.facts(),
            "results": [
                part.to_dict(with_answers=with_answers)
                for result in self.results
                for part in result.parts
            ],
            "notes": self.notes,
        }


def ranges(question: Question, verdicts: list[Verdict]) -> str:
    """The answered parts in short: ``rows 1-8``."""
    answered = [v for v in verdicts if v.status != "blank" and v.given]
    if not answered:
        return ""
    if "." in question.parts[0].name:
        numbers = [int(v.part.partition(".")[0]) for v in answered]
        low, high = min(numbers), max(numbers)
        return f"rows {low}-{high}" if low != high else f"row {low}"
    if question.task.takes_file or all(v.status == "unreadable" for v in answered):
        # One file, or perhaps one text, for all parts.
        said = ", ".join(dict.fromkeys(v.said for v in answered))
    else:
        said = ", ".join([f"{v.part} {v.said}" for v in answered])
    return said if len(said) <= 60 else f"{len(answered)} parts"


def summary(parts: list[Verdict]) -> str:
    """The wrong parts, and the parts that follow from them."""
    table = any("." in part.part for part in parts)
    texts = _table_texts(parts) if table else _part_texts(parts)
    return re.sub(r"(?<=[.?!]); ", " ", "; ".join(texts))  # a sentence has its own end


def _table_texts(parts: list[Verdict]) -> Iterator[str]:
    """The feedback on a table, by the numbers of its rows."""

    def rows(*statuses: str) -> list[int]:
        return sorted({int(p.part.partition(".")[0]) for p in parts if p.status in statuses})

    wrong, missing = rows("wrong", "partial"), rows("blank")
    follows = [row for row in rows("follow-through") if row not in wrong]
    if wrong:
        yield _rows_text(wrong)
    unreadable = [part for part in parts if part.status == "unreadable"]
    for part in unreadable[:_MAX_UNREADABLE]:
        row, _, ask = part.part.partition(".")
        yield f"row {row}, {ask}: {part.hint}"
    if len(unreadable) > _MAX_UNREADABLE:
        more = len(unreadable) - _MAX_UNREADABLE
        yield f"{plural(more, 'more cell')} cannot be read"
    if follows:
        start = wrong[0] if wrong else follows[0] - 1
        answered = rows(*(status for status in STATUSES if status != "blank")) or follows
        whole = list(range(follows[0], answered[-1] + 1))
        if all(row not in wrong for row in whole):
            follows = whole
        verb = "follow" if len(follows) > 1 else "follows"
        yield f"{_rows_text(follows)} {verb} correctly from your row {start}"
    if missing and any(part.status != "blank" for part in parts):
        yield f"{_rows_text(missing)} not completely answered"


def _part_texts(parts: list[Verdict]) -> Iterator[str]:
    """The feedback on parts with names."""
    for part in parts:
        if part.status in ("wrong", "partial", "unreadable"):
            yield f"{part.part}: {part.hint}" if part.hint else f"{part.part} is wrong"
    for part in parts:
        if part.status == "by-hand":
            yield f"{part.part}: {part.hint}"
    for part in parts:
        if part.status == "follow-through":
            yield f"{part.part} follows correctly from what you wrote before"
    for part in parts:
        if part.status == "other-convention" and part.hint:
            yield f"{part.part}: {part.hint}"
    missing = [part.part for part in parts if part.status == "blank"]
    if missing and len(missing) < len(parts):
        yield f"{', '.join(missing)} not answered"


def _rows_text(rows: list[int]) -> str:
    """Rows of a table in short: ``rows 1, 3-5``."""
    return f"{'row' if len(rows) == 1 else 'rows'} {_spans(rows)}"


def _spans(numbers: list[int]) -> str:
    """Numbers in short: ``1, 3-5``."""
    texts, i = [], 0
    while i < len(numbers):
        j = i
        while j + 1 < len(numbers) and numbers[j + 1] == numbers[j] + 1:
            j += 1
        texts.append(str(numbers[i]) if i == j else f"{numbers[i]}-{numbers[j]}")
        i = j + 1
    return ", ".join(texts)
