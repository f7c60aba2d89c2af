"""by-hand.csv, read as a spreadsheet saves it: each row is matched to its answer, and no row is lost.

A row belongs to a student and a question; its position and its other cells do not matter. Rows
without an answer are kept at the end of the file. Points that cannot be right are refused before
anything is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from convcalc.errors import RowError, SpecError
from convcalc.files import file_name
from convcalc.homework.classroom.manual_marks import BY_HAND, COLUMNS, Counted, Mark, Marks, some
from convcalc.homework.classroom.spreadsheet import Ids, Row, plain_heading, read_table
from convcalc.homework.sheets.points import may_be_a_share, points_text, typed_points
from convcalc.homework.sheets.sheet import Sheet
from convcalc.homework.variants.secret import same_student
from convcalc.network.problems import Problems
from convcalc.text import one_line, plural, printable, quoted, shortened, unguard_cell

_NEEDED = ("student_id", "question", "points")
_PLAIN = {plain_heading(name): name for name in COLUMNS}
_OURS = (
    "to mark",
    "marked",
    "not counted",
    "not answered",
    "void:",
)  # the beginnings of the status texts
_OTHER = re.compile(r"by-hand.*\.(xlsx?|ods|numbers|csv|tsv|txt)", re.IGNORECASE)
_MAX_SAID = 20  # most rows named in a message
_MAX_EXTRA = 50  # most columns that a person may add


def read_marks(
    folder: str,
    sheet: Sheet,
    students: Iterable[tuple[str, str]],
    counted: Sequence[Counted] = (),
    *,
    anonymous: bool = False,
) -> Marks:
    """The points that a person gave, from the by-hand.csv of a folder.

    Args:
        folder: where the class was marked.
        sheet: the questions.
        students: everybody in the class: the id, and the name or code shown for it.
        counted: what an earlier run counted; kept if its row is missing.
        anonymous: whether messages must not repeat ids, because an id may be a name.

    Raises:
        UsageError: the file cannot be read.
        SpecError: points in it cannot be right; every row is named.
    """
    marks = Marks(sheet)
    reader = _Reader(marks, os.path.join(folder, BY_HAND), counted)
    reader.add_students(students, anonymous=anonymous)
    if os.path.lexists(reader.path):
        reader.read()
    reader.compare()
    marks.notes += _other_files(folder)
    reader.problems.tell()
    return marks


def _other_files(folder: str) -> list[str]:
    """Other files in which the points may have been saved."""
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [
        f"{printable(name)} is not read: save the points as {BY_HAND}, then remove it"
        for name in names
        if _OTHER.fullmatch(name) and name != BY_HAND
    ]


class _Reader:
    """Reads by-hand.csv: each row is matched to its answer, or kept."""

    def __init__(self, marks: Marks, path: str, counted: Sequence[Counted]) -> None:
        self.marks, self.path = marks, path
        self.name = file_name(path)
        self.problems = Problems()
        self.places: dict[str, int] = {}
        self.extra: dict[str, int] = {}
        self.width = 0
        self.students, self.questions = Ids(), Ids()
        self.seen: dict[tuple[str, str], int] = {}  # the row of each answer
        self.before = {(same_student(c.student), name): c for c in counted for name in c.marks}
        for one in counted:
            self.students.add(one.shown, same_student(one.student))
        for question in marks.sheet.questions:
            self.questions.add(question.id, question.id)
        self.known = {q.id: q for q in marks.sheet.questions}
        self.shown: dict[str, str] = {}  # the name shown for each student
        self.anonymous = False
        self.repaired: dict[str, None] = {}
        self.unplaced: list[str] = []

    def add_students(self, students: Iterable[tuple[str, str]], *, anonymous: bool) -> None:
        """Everybody in the class."""
        self.anonymous = anonymous
        for student, shown in students:
            key = same_student(student)
            self.shown[key] = shortened(shown)
            self.students.add(student, key)
            self.students.add(shown, key)

    def read(self) -> None:
        """Read the file."""
        rows = read_table(self.path, _PLAIN, self.problems)
        heading = next(rows, Row(0, []))
        self.problems.tell()  # about the rows above the heading: a row may be among them
        self._read_heading(heading)
        for row in rows:
            self.students.look(self._at(row, "student_id"))
            self.questions.look(self._at(row, "question"))
        for row in read_table(
            self.path, _PLAIN, self.problems
        ):  # a second time, so that memory holds only what was typed
            if row.number != heading.number and any(cell.strip() for cell in row.cells):
                self._read_row(row, above=row.number < heading.number)
        notes = self.marks.notes
        if self.repaired:
            notes.append(f"{BY_HAND}: a spreadsheet changed ids: {some(list(self.repaired))}")
        notes += self.unplaced[:_MAX_SAID]
        if len(self.unplaced) > _MAX_SAID:
            more = len(self.unplaced) - _MAX_SAID
            notes.append(f"{BY_HAND}: {more:,} more rows are kept and not counted")

    def _read_heading(self, heading: Row) -> None:
        """The place of each column."""
        self.width = len(heading.cells)
        for place, cell in enumerate(heading.cells):
            name = _PLAIN.get(plain_heading(cell), "")
            if name and name not in self.places:
                self.places[name] = place
                continue
            if name in ("points", "comment"):
                self.refuse(f"has two columns {name}; keep one of them")
                continue
            text = self._free_heading(unguard_cell(cell.strip()))
            self.extra[text] = place
        missing = [name for name in _NEEDED if name not in self.places]
        if missing:
            headings = ", ".join(COLUMNS[:7])
            what = f"has no column {' or '.join(missing)}; write the headings {headings} into its first row"
            self.refuse(what)
        if len(self.extra) > _MAX_EXTRA:
            what = f"has {len(self.extra):,} columns of your own; at most {_MAX_EXTRA} are kept"
            self.refuse(what)
        self.problems.tell()  # because all rows under wrong headings would seem wrong too

    def _free_heading(self, text: str) -> str:
        """A heading that no other column has."""
        text = one_line(text) or "note"
        found, number = text, 2
        while found in self.extra or found in COLUMNS:
            found, number = f"{text} {number}", number + 1
        return found

    def _at(self, row: Row, name: str) -> str:
        """A cell by the heading of its column."""
        place = self.places.get(name, -1)
        return row.cells[place].strip() if 0 <= place < len(row.cells) else ""

    def _read_row(self, row: Row, *, above: bool) -> None:
        """Match one row to its answer, or keep it."""
        if any(cell.strip() for cell in row.cells[self.width :]):
            what = (
                f"has {len(row.cells)} cells under {self.width} headings; write 1.5 in place of 1,5, "
                "or put the cell into quotation marks"
            )
            self.refuse(what, row)
            return
        if self._holds_rows(row):
            what = "one of its cells contains other rows; a quotation mark is missing before or after it"
            self.refuse(what, row)
            return
        mark = self._mark_of(row)
        student, question = self._at(row, "student_id"), self._at(row, "question")
        whose, which = self.students.find(student), self.questions.find(question)
        reason = self._no_place(student, question, whose, which)
        if reason or above:
            self._keep(row, mark, reason or "not a row of an answer")
            return
        key = (whose[0], which[0])
        self._place(row, mark, key)

    def _where(self, row: Row) -> str:
        """How messages name a row."""
        return f"{self.name} row {row.number}"

    def refuse(self, what: str, row: Row | None = None) -> None:
        """Add a problem of a row, or of the whole table."""
        error = RowError(self.name, row.number, what) if row else SpecError(self.name, 0, 0, what)
        self.problems.add(error)

    def _holds_rows(self, row: Row) -> bool:
        """Whether a cell contains the rows below it, because a quotation mark is missing."""
        place = max(self.places["student_id"], self.places["question"])
        for cell in row.cells:
            for line in cell.splitlines()[1:] if "\n" in cell or "\r" in cell else ():
                for separator in ",;\t|":
                    parts = Row(0, line.split(separator))
                    if len(parts.cells) > place and self.students.find(
                        self._at(parts, "student_id")
                    ):
                        return bool(self.questions.find(self._at(parts, "question")))
        return False

    def _mark_of(self, row: Row) -> Mark:
        """What a person typed into a row."""
        status = self._at(row, "status")
        extra = {
            name: row.cells[place] for name, place in self.extra.items() if place < len(row.cells)
        }
        return Mark(
            points=unguard_cell(self._at(row, "points")),
            comment=unguard_cell(self._at(row, "comment")),
            status="" if status.casefold().startswith(_OURS) else unguard_cell(status),
            answer=unguard_cell(self._at(row, "answer")),
            earlier=unguard_cell(self._at(row, "earlier_answer")),
            extra={
                name: unguard_cell(text.strip()) for name, text in extra.items() if text.strip()
            },
        )

    def _no_place(
        self, student: str, question: str, whose: Sequence[str], which: Sequence[str]
    ) -> str:
        """Why a row belongs to no answer; empty if it belongs to one."""
        if len(whose) > 1 or len(which) > 1:
            several = [self.shown.get(each, "") for each in whose] if len(whose) > 1 else which
            name = quoted(student if len(whose) > 1 else question)
            return f"{name} can be {' or '.join(filter(None, several[:4]))}"
        if not whose or whose[0] not in self.shown:
            return f"no student of this class has {self._quoted_id(student)}"
        if not which:
            return f"the sheet has no question {quoted(question)}"
        if not self.known[which[0]].may_need_person:
            return f"{which[0]} is not marked by a person"
        return ""

    def _quoted_id(self, student: str) -> str:
        """An unknown id as messages quote it; in an anonymous class it may be a name."""
        return "this id" if self.anonymous else f"the id {quoted(student)}"

    def _keep(self, row: Row, mark: Mark, reason: str) -> None:
        """Keep a row that belongs to no answer, if a person typed anything into it."""
        ours = self._at(row, "answer") and self._at(row, "question")
        if not mark.typed and ours:
            return
        cells = {name: unguard_cell(self._at(row, name)) for name in self.places}
        self._add_extra(mark)
        self.marks.kept.append(
            {**cells, "status": mark.status or f"not counted: {reason}", **mark.extra}
        )
        self.unplaced.append(
            f"{self._where(row)}: {reason}; kept, not counted: correct the row, or delete it"
        )

    def _place(self, row: Row, mark: Mark, key: tuple[str, str]) -> None:
        """Record what was typed about an answer."""
        given = self.marks.given
        question = self.known[key[1]]
        name = f"{self.shown[key[0]]} {key[1]}"
        student = self._at(row, "student_id")
        if mark.points:
            try:
                mark.value = typed_points(mark.points, question.points)
            except ValueError as error:
                self.refuse(f"{name}: {error}", row)
                self.seen[key] = row.number  # the row exists, so it does not count as missing
                return
            if not self.students.holds(student):
                self.repaired[f"{shortened(student)} is {self.shown[key[0]]}"] = None
            if may_be_a_share(mark.points, question.points):
                self.marks.notes.append(
                    f"{self._where(row)}: {mark.points} is read as {points_text(mark.value)} points"
                )
        older = given.get(key)
        if older is not None and mark.typed and older.typed != mark.typed:
            what = f"is about {name}, like row {self.seen[key]}, but says something else; keep one of them"
            self.refuse(what, row)
            return
        if older is None or mark.typed:
            self.seen[key] = row.number
            if mark.typed or mark.earlier:
                given[key] = mark
                self._add_extra(mark)

    def _add_extra(self, mark: Mark) -> None:
        """Add the columns of what was typed."""
        known = self.marks.extra
        known += [name for name in mark.extra if name not in known]

    def compare(self) -> None:
        """Compare with what was counted before: points changed, removed, or missing."""
        gone, back = [], []
        for key, one in self.before.items():
            student, question = key
            typed = one.marks[question]
            mark = self.marks.given.get(key)
            name = f"{one.shown} {question}"
            if mark is not None:
                if mark.earlier and (mark.points, mark.comment) != (
                    typed.get("points", ""), typed.get("comment", "")
                ):  # fmt: skip
                    mark.earlier = ""
            elif key in self.seen:
                back += [f"{name}: {shortened(typed['points'])}"] if typed.get("points") else []
            elif student in self.shown and question in self.known:
                self._restore(key, typed, name)
                gone.append(name)
        if back:
            self.marks.notes.append(f"{BY_HAND}: points were taken back ({some(back)})")
        if gone:
            rows = plural(len(gone), "row is", "rows are")
            self.marks.notes.append(
                f"{BY_HAND}: {rows} gone ({some(gone)}) and written again: to remove points, empty their cell"
            )

    def _restore(self, key: tuple[str, str], typed: dict[str, str], name: str) -> None:
        """Restore what was counted before, if its row is missing."""
        own = {k: v for k, v in typed.items() if k not in (*COLUMNS, "answer")}
        mark = Mark(
            typed.get("points", ""), typed.get("comment", ""), None, typed.get("status", ""),
            typed.get("answer", ""), typed.get("earlier_answer", ""), own,
        )  # fmt: skip
        question = self.known[key[1]]
        if not question.may_need_person:
            return
        if mark.points:
            try:
                mark.value = typed_points(mark.points, question.points)
            except ValueError as error:
                self.refuse(f"has no row of {shortened(name)}, which had: {error}")
                return
        self.marks.given[key] = mark
        self._add_extra(mark)
