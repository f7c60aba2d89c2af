"""Tables of a class: a row per student, a column per question, as forms and platforms export them.

It reads the quiz reports of Canvas (*Student analysis*, Quizzes::QuizStatistics::StudentAnalysis: columns
``name, id, sis_id, section, submitted, attempt``, then ``<number>: <text of the question>``), of Moodle
(*Responses*: ``Surname, First name, Email address, Completed, Response 1``; Cloze answers as ``part 1: …;
part 2: …``, qtype_multianswer), Google Forms (``Timestamp, Email Address, <text of the question>``) and
Microsoft Forms (``ID, Start time, Completion time, Email, Name, <text>``), and tables written by hand.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Container, Mapping
from typing import Any, NamedTuple

from convcalc.errors import UsageError, did_you_mean
from convcalc.homework.classroom.answer_lines import Names
from convcalc.homework.classroom.claims import Claim, words
from convcalc.homework.classroom.given import Answers
from convcalc.homework.classroom.platforms.times import time_of
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.text import plural, printable, shortened

MAX_CELL = 200_000
_MAX_ROWS = 100_000
_MAX_UNUSED = 5  # most headings named in a note
_PART = re.compile(r"(?:^|;\s*)part (\d{1,3}): ?", re.IGNORECASE)
_CANVAS = re.compile(r"\d{1,18}: (?=\S)")
_RESPONSE = re.compile(r"(?:response|answer|antwort|réponse|respuesta) (\d{1,3})", re.IGNORECASE)

# The fact about a row that each heading of a platform gives, the best first.
_FACTS = {
    "id": ("student_id", "student id", "student", "sid", "sis_id", "sis id", "id number", "matriculation", "id"),
    "login": ("username", "user name", "login", "sis login id", "login_id", "netid"),
    "email": ("email", "email address", "e-mail", "e-mail address", "mail"),
    "name": ("name", "full name", "student name", "your name"),
    "first": ("first name", "firstname", "given name"),
    "last": ("surname", "last name", "lastname", "family name"),
    "time": ("timestamp", "submitted", "completed", "completion time", "submitted at", "last modified time"),
    "attempt": ("attempt", "attempt number"),
    "variant": ("variant",),
}  # fmt: skip
# What a column ID means next to other columns: Canvas's number, or Microsoft Forms' row number.
_OTHER_IDS = {
    "canvas": {"sis_id", "section_sis_id", "sis user id", "sis login id"},
    "row": {"start time", "completion time"},
}
_UNUSED = frozenset(
    {
        "section", "section_id", "section_sis_id", "root_account", "state", "started on", "start time", "time taken",
        "institution", "department", "n correct", "n incorrect", "score", "points", "grade", "status",
    }
)  # fmt: skip


class _Column(NamedTuple):
    """A used column: a fact about the row, or the answers to a question or a part of one."""

    place: int
    fact: str = ""
    answer: str = ""


def is_table(text: str, sheet: Sheet) -> bool:
    """Whether a text is a table with a column per question."""
    first, newline, _ = text.partition("\n")
    if not newline or len(first) > MAX_CELL or re.match(r"\s*[\w.-]+\s*:", first):
        return False
    second = text[len(first) + 1 :].partition("\n")[0]
    if Names(sheet).has(re.split(r"[,;\t]", second)[0].strip(' "')):
        return False  # a line per question
    try:
        header: list[str] = next(_rows(text), [])
    except csv.Error:
        return False
    return len(header) > 1 and any(column.answer for column in _columns(header, sheet, {}))


def has_heading(text: str, headings: Container[str]) -> bool:
    """Whether a text is a table with one of some headings."""
    try:
        return any(name.strip() in headings for name in next(_rows(text), []))
    except csv.Error:
        return False


def _rows(text: str) -> Any:
    """A reader of a table's rows; the separator is the most frequent one in its first line."""
    csv.field_size_limit(MAX_CELL)
    return csv.reader(io.StringIO(text), delimiter=_separator(text))


def _separator(text: str) -> str:
    """The separator of the cells."""
    first = text.partition("\n")[0]
    return max((",", ";", "\t"), key=first.count)


def _lost_lines(lines: list[str], separator: str) -> int:
    """How many lines a row swallows because a quotation mark is not closed, or not at a cell's end.

    >>> _lost_lines(['s1,"5', "s2,6"], ","), _lost_lines(['s1,"5', 's2,"6"'], ","), _lost_lines(['s1,"5', '6"'], ",")
    (1, 1, 0)
    """
    try:
        list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator, strict=True))
    except csv.Error:
        return sum(bool(line.strip()) for line in lines[1:])
    return 0


def parse_table(
    text: str, sheet: Sheet, path: str, columns: Mapping[str, str] | None = None
) -> list[Answers]:
    """A CSV: one row per student, one column per question or part, such as ``q5.1.shape``.

    Args:
        columns: the headings of a form, each with its question.

    Raises:
        UsageError: it cannot be read as a table.
    """
    reader = _rows(text)
    found: list[Answers] = []
    try:
        header = next(reader)
        used = _columns(header, sheet, columns or {})
        if not any(column.answer for column in used):
            known = did_you_mean(
                "".join(header[-1:]).strip(), [question.id for question in sheet.questions]
            )
            message = f"{path}: no column is named after a question{known}"
            raise UsageError(message)
        lines, end = text.split("\n"), reader.line_num
        for number, row in enumerate(reader, start=2):
            begin, end = end, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if number > _MAX_ROWS:
                message = f"{path}: more than {_MAX_ROWS:,} rows; split the file"
                raise UsageError(message)
            if lost := end - begin > 1 and _lost_lines(lines[begin:end], _separator(text)):
                message = (
                    f"{path}: row {number}: a quotation mark is not closed, so {plural(lost, 'line')} after it would be "
                    "lost; correct that row, or save the table as CSV again"
                )
                raise UsageError(message)
            found.append(_answers(row, used, sheet, f"{path}:{number}"))
    except (csv.Error, StopIteration) as error:
        message = f"{path}: cannot be read as a table: {error}; save it as CSV"
        raise UsageError(message) from None
    if not found:
        message = f"{path}: only a header; add one row per student"
        raise UsageError(message)
    unused = _not_used(header, used)
    if unused:
        found[0].notes.append(unused)
    return found


def _not_used(header: list[str], used: list[_Column]) -> str:
    """A note on headings that look like questions but fit none."""
    places = {column.place for column in used}
    left = [
        shortened(name.strip(), 40)
        for place, name in enumerate(header)
        if place not in places and name.strip() and name.strip().lower() not in _UNUSED
        and not re.fullmatch(r"[\d.]+|(?:right answer|question|grade|q\.).*", name.strip().lower())
    ]  # fmt: skip
    if not left:
        return ""
    more = ", …" if len(left) > _MAX_UNUSED else ""
    return f"columns that fit no question: {', '.join(left[:_MAX_UNUSED])}{more} (--map names their questions)"


# ------------------------------------------------------------------------------------- headings


def _columns(header: list[str], sheet: Sheet, mapped: Mapping[str, str]) -> list[_Column]:
    """The content of each column; unused columns are left out."""
    names = Names(sheet)
    texts = _texts_of(sheet)
    facts = _facts(header)
    found: list[_Column] = []
    taken: set[str] = set()
    for place, raw in enumerate(header):
        name = raw.strip().lstrip("\ufeff")
        answer = (
            names.of(mapped[name], places=False)
            if name in mapped
            else _answer_of(name, names, texts, sheet)
        )
        fact = "" if answer else facts.get(name.lower(), "")
        if answer and answer.lower() not in taken:
            taken.add(answer.lower())
            found.append(_Column(place, answer=answer))
        elif fact:
            found.append(_Column(place, fact=fact))
    return found


def _facts(header: list[str]) -> dict[str, str]:
    """The fact about a row that each heading gives, with its rank among headings for the same fact."""
    given = {name.strip().lstrip("\ufeff").lower() for name in header}
    found = {
        name: f"{fact} {rank:02d}"
        for fact, known in _FACTS.items()
        for rank, name in enumerate(known)
        if name in given
    }
    for fact, beside in _OTHER_IDS.items():
        if "id" in found and given & beside:
            found["id"] = f"{fact} 00"
    return found


def _texts_of(sheet: Sheet) -> dict[tuple[str, ...], str]:
    """The questions by the words of their texts, without texts that two questions share."""
    found: dict[tuple[str, ...], str] = {}
    for question in sheet.questions:
        for text in {question.sentence, question.text} - {""}:
            key = words(text)
            found[key] = "" if found.get(key, question.id) != question.id else question.id
    return found


def _answer_of(name: str, names: Names, texts: dict[tuple[str, ...], str], sheet: Sheet) -> str:
    """The question, or part of one, that a heading means; empty if that is not certain."""
    bare = _CANVAS.sub("", name, count=1) if _CANVAS.match(name) else name
    if names.has(bare):
        return names.of(bare)
    if found := texts.get(words(bare)):
        return found
    head = re.match(r"([A-Za-z][\w-]*)\s*[.):]\s+\S|\[([\w-]+)\]\s*\S", bare)
    if head and names.has(head[1] or head[2]):
        return names.of(head[1] or head[2])
    response = _RESPONSE.fullmatch(bare)
    if response and 0 < int(response[1]) <= len(sheet.questions):
        return sheet.questions[int(response[1]) - 1].id
    return names.of(bare, places=False)


# ----------------------------------------------------------------------------------------- rows


def _answers(row: list[str], used: list[_Column], sheet: Sheet, path: str) -> Answers:
    """The answers in one row, and the facts about it."""
    answers = Answers(path=path)
    facts: dict[str, tuple[str, str]] = {}
    for column in used:
        cell = row[column.place] if column.place < len(row) else ""
        if column.answer:
            _add_answer(answers, column.answer, cell, sheet)
        elif cell.strip():
            fact, _, rank = column.fact.partition(" ")
            best = facts.get(fact)
            if best is None or rank < best[0]:
                facts[fact] = (rank, printable(cell.strip())[:200])
    said = {fact: text for fact, (_, text) in facts.items()}
    answers.variant = said.get("variant", "")
    name = said.get("name") or " ".join(filter(None, (said.get("first"), said.get("last"))))
    attempt = said.get("attempt", "")
    claim = Claim(
        said.get("id", ""), name, said.get("email", ""), said.get("login", ""),
        time_of(said.get("time", "")), int(attempt) if attempt.isdigit() and len(attempt) < 7 else None,
        source="table", canvas=said.get("canvas", ""),
    )  # fmt: skip
    if claim.shown:
        answers.claim, answers.student = claim, claim.shown
    return answers


def _add_answer(answers: Answers, name: str, cell: str, sheet: Sheet) -> None:
    """One cell: the answer to a question, or to a part of one."""
    identity, dot, part = name.partition(".")
    if dot:
        parts = answers.values.setdefault(identity, {})
        if isinstance(parts, dict):
            parts[part] = cell
        return
    texts = _PART.split(cell)
    if len(texts) > 2 and not texts[0].strip():
        answers.values[identity] = _joined(sheet[identity], texts[2::2])
    else:
        answers.values[identity] = cell


def _joined(question: Question, texts: list[str]) -> Any:
    """The answer to a Cloze question from its boxes: the sides of a shape belong together."""
    texts = [text.strip() for text in texts]
    if question.manual:
        return "\n".join(texts)
    sizes = [_boxes(part.expected) for part in question.parts]
    if sum(sizes) != len(texts):
        return texts
    found: dict[str, str] = {}
    for part, size in zip(question.parts, sizes):
        own, texts = texts[:size], texts[size:]
        rows = len(part.expected) if _is_matrix(part.expected) else 1
        width = max(size // rows, 1)
        lines = ["x".join(own)] if rows == 1 and not _is_matrix(part.expected) else [
            ", ".join(own[place : place + width]) for place in range(0, size, width)
        ]  # fmt: skip
        found[part.name] = "; ".join(lines)
    return next(iter(found.values())) if len(found) == 1 else found


def _is_matrix(expected: Any) -> bool:
    """Whether an answer is a matrix."""
    return isinstance(expected, tuple) and bool(expected) and isinstance(expected[0], tuple)


def _boxes(expected: Any) -> int:
    """How many boxes a Cloze question has for an answer."""
    if _is_matrix(expected):
        return sum(len(row) for row in expected)
    numbers = isinstance(expected, tuple) and all(isinstance(n, int) for n in expected)
    return len(expected) if numbers else 1
