"""Reading answers: YAML, lines of text, a notebook, a CSV export, standard input.

Values stay the texts that were written: YAML would read ``0128`` and ``12:30`` in its own way.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from convcalc.errors import SpecError, UsageError, did_you_mean
from convcalc.files import check_size, decode, file_name, read_file
from convcalc.homework.marking.mark import Marked, mark
from convcalc.homework.sheets.read import PlainValues
from convcalc.homework.sheets.sheet import Sheet
from convcalc.network.yaml_source import Source, read
from convcalc.text import printable, shortened

if TYPE_CHECKING:
    import ast

MAX_BYTES = 4 * 2**20
WHAT, WAY_OUT = "file of answers", "answers are shorter"
_MAX_ROWS = 100_000
MAX_CELL = 200_000
_KEYS = ("convcalc_answers", "sheet", "student", "variant", "answers", "name")
_LINE = re.compile(
    r"\s*(?:[-*]\s+)?[\"'(]?([A-Za-z][\w.-]{0,60}|\d{1,3})[\"')]?\s*(?::|=|\)|\.\s)\s?(.*)",
    re.DOTALL,
)


@dataclass(slots=True, eq=False)
class Answers:
    """One student's answers.

    Attributes:
        values: by question, as written: texts, lists, mappings.
        sheet, student, variant: what the file says of itself.
        path: the file.
        notes: what was odd about it, one line each.
    """

    values: dict[str, Any] = field(default_factory=dict)
    sheet: str = ""
    student: str = ""
    variant: str = ""
    path: str = ""
    notes: list[str] = field(default_factory=list)


def load(path: str) -> bytes:
    """The bytes of a file of answers, or of standard input (``-``).

    Raises:
        UsageError: it is missing, a folder, or too large.
    """
    return read_file(path, MAX_BYTES, WHAT, way_out=WAY_OUT)


def read_answers(path: str, sheet: Sheet, student: str = "") -> Answers:
    """The answers of one student, from a file or standard input (``-``).

    Args:
        path: the file.
        sheet: what is answered.
        student: whose answers, where the file holds several students.

    Raises:
        UsageError: the file cannot be read, or holds no answers of this student.
    """
    name = file_name(path)
    return answers_of(parse(load(path), sheet, name), student, name)


def mark_answers(
    sheet: Sheet, given: Answers, *, level: int | None = None, only: str | None = None
) -> Marked:
    """Mark one student's answers, with notes on problems of their file.

    Args:
        sheet: what is answered.
        given: the answers.
        level: how fine hints are; never finer than the sheet allows.
        only: the one question to mark.

    Raises:
        UsageError: the sheet has no question of that id.
    """
    values = given.values
    if only:
        sheet = replace(sheet, questions=[sheet[only]])
        wanted = only.lower()
        values = {
            name: value
            for name, value in values.items()
            if wanted in (name.lower(), name.lower().partition(".")[0])
        }
    marked = mark(sheet, values, level=level, student=given.student, variant=given.variant)
    marked.notes[:0] = given.notes
    if given.sheet and given.sheet != sheet.id:
        other = shortened(given.sheet)
        marked.notes.insert(0, f"these answers are for the sheet {other!r}, not {sheet.id!r}")
    return marked


def form_columns(path: str) -> dict[str, str]:
    """The question for each heading of a form, from a YAML file with lines ``heading: q1``.

    Raises:
        UsageError: it cannot be read.
    """
    source = read(path)
    root = source.compose()
    if root is None:
        message = f"--map {shortened(path)}: is empty; write lines such as 'Question 1': q1"
        raise UsageError(message)
    return {
        key: source.scalar(value, key) for key, (_, value) in source.mapping(root, "a map").items()
    }


def parse(data: bytes | str, sheet: Sheet, path: str = "<answers>") -> list[Answers]:
    """The answers in a file, one per student; most files hold one.

    Raises:
        UsageError: nothing in it can be read as answers.
    """
    text = decode_answers(data, path)
    stripped = text.lstrip()
    if not stripped:
        message = f"{path}: is empty; write lines such as q1: 28x28x6"
        raise UsageError(message)
    if stripped.startswith("{") and ('"cells"' in text[:MAX_BYTES]):
        found = _notebook(text, path)
        if found is not None:
            return [found]
    if _is_table(stripped, sheet):
        return parse_table(text, sheet, path)
    return [_mapping_or_lines(text, sheet, path)]


def decode_answers(data: bytes | str, path: str) -> str:
    """The text of a file: UTF-8, or UTF-16 with a byte-order mark; binary files are refused."""
    check_size(data, MAX_BYTES, path, WAY_OUT)
    if isinstance(data, bytes):
        data = decode(data, path, utf_16=True)
    if "\0" in data:
        message = f"{path}: not a text file; save the answers as text"
        raise UsageError(message)
    return data.replace("\r\n", "\n").replace("\r", "\n")


# ------------------------------------------------------------------------- YAML, JSON, lines


def _mapping_or_lines(text: str, sheet: Sheet, path: str) -> Answers:
    """Answers as YAML, or else one answer per line."""
    problem: SpecError | None = None
    try:
        found = _from_yaml(text, path)
        if found is not None:
            return found
    except SpecError as error:
        problem = error
    found = _from_lines(text, sheet, path)
    if found.values:
        if problem is not None:
            found.notes.append(f"read line by line, because it is {problem.what}")
        return found
    if problem is not None:
        raise problem
    message = f"{path}: holds no answers; write lines such as {sheet.questions[0].id}: 28x28x6"
    raise UsageError(message)


def _from_yaml(text: str, path: str) -> Answers | None:
    """The answers of a YAML (or JSON) mapping; None if the text is not a mapping."""
    source = Source(path, text)
    root = source.compose()
    if root is None or root.id != "mapping":  # type: ignore[attr-defined]
        return None
    keys = source.mapping(root, "answers")
    found = Answers(path=path)
    plain = PlainValues(source)
    if "answers" in keys and ("convcalc_answers" in keys or len(keys) <= len(_KEYS)):
        for name in ("sheet", "student", "variant"):
            if name in keys:
                value = plain.of(keys[name][1], name)
                setattr(found, name, printable(value) if isinstance(value, str) else "")
        node = keys["answers"][1]
        if node.id == "mapping":  # type: ignore[attr-defined]
            for name, (_, value) in source.mapping(node, "answers").items():
                found.values[name] = plain.of(value, name)
        elif node.value:
            source.refuse(node, "answers must be a mapping of questions to answers")
        return found
    for name, (_, value) in keys.items():
        if name in ("student", "sheet", "variant"):
            value_ = plain.of(value, name)
            setattr(found, name, printable(value_) if isinstance(value_, str) else "")
        elif name not in ("convcalc_answers", "name"):
            found.values[name] = plain.of(value, name)
    return found


def _from_lines(text: str, sheet: Sheet, path: str) -> Answers:
    """Lines such as ``q1: 28x28x6``; continuation lines belong to the previous question."""
    known = {question.id.lower(): question.id for question in sheet.questions}
    numbered = {str(i): q.id for i, q in enumerate(sheet.questions, start=1)}
    found = Answers(path=path)
    current = ""
    for line in text.split("\n"):
        match = _LINE.match(line[:MAX_CELL])
        word = match[1].lower() if match else ""
        name = (
            known.get(word)
            or numbered.get(word)
            or (known.get(word.partition(".")[0], "") and match and match[1])
        )
        if match and word in ("student", "sheet", "variant") and word not in known:
            setattr(found, word, printable(match[2].strip()[:200]))
        elif match and isinstance(name, str) and name:
            if name in found.values:
                found.notes.append(f"{name} is answered twice; the last one counts")
            found.values[name] = match[2].strip()
            current = name
        elif current and line.strip() and not line.strip().startswith("#"):
            found.values[current] = f"{found.values[current]}\n{line.strip()}".strip()
    return found


# --------------------------------------------------------------------------------- notebooks


def _notebook(text: str, path: str) -> Answers | None:
    """The answers that a notebook's cells assign: ``answers["q4"] = 760``, or ``answers = {…}``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        return None
    found = Answers(path=path)
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "")
        code = (
            "".join(part for part in source if isinstance(part, str))
            if isinstance(source, list)
            else source
        )
        if isinstance(code, str) and "answers" in code and len(code) <= MAX_CELL:
            _read_code(code, found)
    return found


def _read_code(code: str, found: Answers) -> None:
    """The assignments of one cell, read and never run."""
    import ast

    lines = [line for line in code.split("\n") if not line.lstrip().startswith(("%", "!"))]
    code = "\n".join(lines)
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        for name, value in re.findall(r"answers\[[\"']([\w.-]+)[\"']\]\s*=\s*([^\n]*)", code):
            found.values[name] = value.partition("#")[0].strip()
        return
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            _read_assignment(statement, code, found)


def _read_assignment(statement: ast.Assign, code: str, found: Answers) -> None:
    """``answers["q4"] = 760``, ``answers = {…}`` or ``student = "s1"``."""
    import ast

    match statement.targets[0], statement.value:
        case ast.Subscript(ast.Name("answers"), ast.Constant(str(name))), value:
            found.values[name] = _literal(value, code)
        case ast.Name("answers"), ast.Dict(keys, values):
            for key, value in zip(keys, values):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found.values[key.value] = _literal(value, code)
        case ast.Name("student" | "student_id"), ast.Constant(value):
            found.student = printable(str(value)[:200])


def _literal(node: ast.expr, code: str) -> Any:
    """The assigned value: literals as texts and lists, anything else as source text."""
    import ast

    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(item, code) for item in node.elts[:5000]]
    if isinstance(node, ast.Dict):
        return {
            str(key.value): _literal(value, code)
            for key, value in zip(node.keys, node.values)
            if isinstance(key, ast.Constant)
        }
    if isinstance(node, ast.Constant):
        if node.value is None or node.value is Ellipsis:
            return ""
        if isinstance(node.value, str):
            return node.value
    return ast.get_source_segment(code, node) or ""


# ---------------------------------------------------------------------------------- CSV files


def _is_table(text: str, sheet: Sheet) -> bool:
    """Whether a text is a table with a column per question."""
    first, newline, _ = text.partition("\n")
    if not newline or len(first) > MAX_CELL or re.match(r"\s*[\w.-]+\s*:", first):
        return False
    for separator in (",", ";", "\t"):
        names = {name.strip().strip('"').partition(".")[0] for name in first.split(separator)}
        if len(first.split(separator)) > 1 and any(q.id in names for q in sheet.questions):
            return True
    return False


def has_heading(text: str, headings: Container[str]) -> bool:
    """Whether a text is a table with one of some headings."""
    try:
        return any(name.strip() in headings for name in next(_table(text), []))
    except csv.Error:
        return False


def _table(text: str) -> Iterator[list[str]]:
    """The rows of a table, by the separator that its first line has most of."""
    first = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=first.count)
    csv.field_size_limit(MAX_CELL)
    return csv.reader(io.StringIO(text), delimiter=separator)


def parse_table(
    text: str, sheet: Sheet, path: str, columns: dict[str, str] | None = None
) -> list[Answers]:
    """A CSV: one row per student, one column per question or part, such as ``q5.1.shape``.

    Args:
        columns: the headings of a form, each with its question.

    Raises:
        UsageError: it cannot be read as a table.
    """
    reader = _table(text)
    found: list[Answers] = []
    try:
        header = [name.strip() for name in next(reader)]
        names = [(columns or {}).get(name, name) for name in header]
        known = {question.id for question in sheet.questions}
        if not any(name.partition(".")[0] in known for name in names):
            message = f"{path}: no column is named after a question{did_you_mean(names[-1] if names else '', known)}"
            raise UsageError(message)
        for number, row in enumerate(reader, start=2):
            if not any(cell.strip() for cell in row):
                continue
            if number > _MAX_ROWS:
                message = f"{path}: more than {_MAX_ROWS:,} rows; split the file"
                raise UsageError(message)
            answers = Answers(path=f"{path}:{number}")
            for name, cell in zip(names, row):
                _add_cell(answers, name, cell, known)
            found.append(answers)
    except (csv.Error, StopIteration) as error:
        message = f"{path}: cannot be read as a table: {error}; save it as CSV"
        raise UsageError(message) from None
    if not found:
        message = f"{path}: only a header; add one row per student"
        raise UsageError(message)
    return found


def _add_cell(answers: Answers, name: str, cell: str, known: set[str]) -> None:
    """One cell of a table."""
    question, dot, part = name.partition(".")
    if question in known:
        if dot:
            parts = answers.values.setdefault(question, {})
            if isinstance(parts, dict):
                parts[part] = cell
        else:
            answers.values[question] = cell
    elif (
        name.lower() in ("student_id", "student", "id", "email", "email address", "username")
        and not answers.student
    ):
        answers.student = printable(cell.strip())
    elif name.lower() == "variant":
        answers.variant = printable(cell.strip())


def answers_of(found: list[Answers], student: str, path: str) -> Answers:
    """The answers of one student out of a file.

    Raises:
        UsageError: there are several, or not this one.
    """
    if student:
        chosen = [each for each in found if each.student == student]
        if not chosen and len(found) == 1 and not found[0].student:
            return found[0]
        if not chosen:
            near = did_you_mean(student, [each.student for each in found])
            message = f"{path}: no answers of {shortened(student)!r}{near}"
            raise UsageError(message)
        return chosen[-1]
    if len(found) > 1:
        message = f"{path}: holds {len(found)} students; choose one with --student {found[0].student or 'ID'}"
        raise UsageError(message)
    return found[0]
