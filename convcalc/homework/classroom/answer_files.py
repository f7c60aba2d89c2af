"""Reading answers: YAML, lines of text, a notebook, a CSV export, standard input.

Values stay as written: YAML would read ``0128`` and ``12:30`` as other numbers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from convcalc.errors import SpecError, UsageError, did_you_mean
from convcalc.files import STDIN, check_size, decode, file_name, read_file
from convcalc.homework.answers.parsing import is_blank
from convcalc.homework.classroom.answer_lines import Names, read_lines
from convcalc.homework.classroom.answer_page import is_page, page_text
from convcalc.homework.classroom.beside import NOT_ANSWERS, holds_network
from convcalc.homework.classroom.given import Answers
from convcalc.homework.classroom.platforms.kinds import other_kind
from convcalc.homework.classroom.platforms.tables import MAX_CELL, is_table, parse_table
from convcalc.homework.marking.mark import Marked, mark
from convcalc.homework.sheets.handed_in import Folder
from convcalc.homework.sheets.sheet import Sheet
from convcalc.homework.sheets.values import PlainValues
from convcalc.network.yaml_source import Source, read
from convcalc.text import printable, quoted, shortened

MAX_BYTES = 4 * 2**20
WHAT, WAY_OUT = "file of answers", "answers are shorter"
_CLASS = ", or mark a whole class with convcalc hw grade"
_MAX_ROWS = 100_000
_MAX_WHY = 5  # most further reasons shown why a file is not read as YAML
_FACTS = ("convcalc_answers", "sheet", "student", "variant", "name")
_KEYS = ("convcalc_answers", "sheet", "student", "variant", "answers", "name")


def load(path: str) -> bytes:
    """The bytes of a file of answers, or of standard input (``-``).

    Raises:
        UsageError: it is missing, a folder, or too large.
    """
    if path != STDIN and os.path.isdir(path):
        message = f"{file_name(path)}: is a folder; name a file of answers in it{_CLASS}"
        raise UsageError(message)
    return read_file(path, MAX_BYTES, WHAT, way_out=WAY_OUT)


def read_answers(path: str, sheet: Sheet, student: str = "") -> Answers:
    """The answers of one student, from a file or standard input (``-``).

    Args:
        path: the file.
        sheet: the sheet.
        student: the student whose answers are read, if the file has several.

    Raises:
        UsageError: the file cannot be read, or has no answers of this student.
    """
    name = file_name(path)
    data = load(path)
    if holds_network(data, sheet):
        message = f"{name}: {NOT_ANSWERS}; give a file of answers"
        raise UsageError(message)
    if what := other_kind(path, data[:64]).partition("; ")[0]:
        message = f"{name}: is {what}; save the answers as text, with lines such as {sheet.questions[0].id}: 28x28x6"
        raise UsageError(message)
    if data.startswith(b"PK\x03\x04"):
        message = f"{name}: is an archive; unpack it and name a file of answers{_CLASS}"
        raise UsageError(message)
    found = answers_of(parse(data, sheet, name), student, name)
    found.place = Folder("" if path == STDIN else os.path.dirname(path))
    return found


def mark_answers(
    sheet: Sheet, given: Answers, *, level: int | None = None, only: str | None = None
) -> Marked:
    """Mark one student's answers, with notes on problems of their file.

    Args:
        sheet: the sheet.
        given: the answers.
        level: the level of hints; at most the level that the sheet allows.
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
    whose = {"student": given.student, "variant": given.variant}
    known = {question.id.lower() for question in sheet.questions}
    if values and not any(name.lower().partition(".")[0] in known for name in values):
        names = ", ".join(map(shortened, list(values)[:3]))
        asked = ", ".join([question.id for question in sheet.questions[:3]])
        message = f"the answers are for {names}, but this sheet does not ask these; it asks {asked}"
        raise UsageError(message)
    marked = mark(sheet, values, level=level, place=given.place, **whose)
    marked.notes[:0] = given.notes
    if given.sheet and given.sheet != sheet.id:
        other = shortened(given.sheet)
        marked.notes.insert(0, f"these answers are for the sheet {other!r}, not {sheet.id!r}")
    return marked


def form_columns(path: str, sheet: Sheet) -> dict[str, str]:
    """The question for each heading of a form, from a YAML file with lines ``heading: q1``.

    Raises:
        UsageError: it cannot be read.
        SpecError: something in it is wrong, such as a question that the sheet does not have.
    """
    source = read(path)
    root = source.compose()
    if root is None:
        message = f"--map {shortened(path)}: is empty; write lines such as 'Question 1': q1"
        raise UsageError(message)
    names = Names(sheet)
    found = {}
    for heading, (_, node) in source.mapping(root, "a map", gathers=True).items():
        name = source.problems.attempt(source.scalar, node, heading, default="")
        if name and not names.of(name, places=False):
            known = did_you_mean(name, [question.id for question in sheet.questions])
            source.problems.add(source.error(node, f"no question {quoted(name)}{known}"))
        found[heading] = name
    source.problems.tell()
    return found


def parse(data: bytes | str, sheet: Sheet, path: str = "<answers>") -> list[Answers]:
    """The answers in a file, one per student; most files have only one.

    Raises:
        UsageError: nothing in it can be read as answers.
    """
    text = decode_answers(data, path)
    text = page_text(text) if is_page(text) else text
    stripped = text.lstrip()
    if not stripped:
        message = f"{path}: is empty; write lines such as q1: 28x28x6"
        raise UsageError(message)
    if stripped.startswith("{") and ('"cells"' in text[:MAX_BYTES]):
        found = _notebook(text, path)
        if found is not None:
            return [found]
    if is_table(stripped, sheet):
        return parse_table(text, sheet, path)
    return [_mapping_or_lines(text, sheet, path)]


def decode_answers(data: bytes | str, path: str) -> str:
    """The text of a file: UTF-8, or UTF-16 with a byte-order mark; binary files are refused."""
    check_size(data, MAX_BYTES, path, WAY_OUT)
    if isinstance(data, bytes):
        data = decode(data, path)
    if "\0" in data:
        message = f"{path}: not a text file; save the answers as text"
        raise UsageError(message)
    half = _HALF.search(data)
    if half:
        message = f"{path}: contains half of a character (U+{ord(half[0]):04X}); save it as UTF-8"
        raise UsageError(message)
    return data.replace("\r\n", "\n").replace("\r", "\n")


# ------------------------------------------------------------------------- YAML, JSON, lines


def _mapping_or_lines(text: str, sheet: Sheet, path: str) -> Answers:
    """Answers as YAML, or else one answer per line."""
    problem: SpecError | None = None
    try:
        names = Names(sheet)
        found = _from_yaml(text, path, names)
        if found is not None:
            _named(found, names)
            return found
    except SpecError as error:
        problem = error
    found = _from_lines(text, sheet, path)
    if found.values:
        if problem is not None:
            first, *others = [f"line {each.line}: {each.what}" for each in problem.problems]
            found.notes.append(f"read line by line, not as YAML: {first}")
            found.notes += others[:_MAX_WHY]
            if (more := len(others) - _MAX_WHY) > 0:
                found.notes.append(f"{more:,} more such lines")
        return found
    if problem is not None:
        raise problem
    message = f"{path}: has no answers; write lines such as {sheet.questions[0].id}: 28x28x6"
    raise UsageError(message)


def _named(found: Answers, names: Names) -> None:
    """Put answers under the ids of their questions if they have other names of these, such as Question 1.

    If a question has two answers, the one under its id counts, else the last one; an empty one never does.
    """
    values = found.values
    counts: dict[str, str] = {}
    named = any(map(names.has, values))
    for name in values:
        meant = names.of(name, places=not named) or name
        other = counts.setdefault(meant, name)
        if other != name:
            first = _rank(other, meant, values) > _rank(name, meant, values)
            counts[meant] = other if first else name
            what = f"{shortened(meant)} is answered twice"
            found.notes.append(f"{what}; the answer after {quoted(counts[meant])} counts")
    found.values = {meant: values[name] for meant, name in counts.items()}


def _rank(name: str, meant: str, values: Mapping[str, Any]) -> tuple[bool, bool]:
    """How much an answer to a question counts among others."""
    return not is_blank(values[name]), name.lower() == meant.lower()


def _from_yaml(text: str, path: str, names: Names) -> Answers | None:
    """The answers of a YAML (or JSON) mapping; None if the text is not a mapping."""
    mended, halves = _with_characters(text) if "\\u" in text else (text, False)
    source = Source(path, mended)
    root = source.compose()
    if root is None or root.id != "mapping":  # type: ignore[attr-defined]
        return None
    keys = source.mapping(root, "answers", gathers=True)
    found = Answers(path=path, notes=[_HALF_NOTE] if halves else [])
    plain = PlainValues(source)
    whole = "answers" not in keys or ("convcalc_answers" not in keys and len(keys) > len(_KEYS))
    for name in ("sheet", "student", "variant"):
        if name in keys:
            value = source.problems.attempt(plain.of, keys[name][1], name, default="")
            setattr(found, name, printable(value) if isinstance(value, str) else "")
    if whole:
        rest = {name: pair for name, pair in keys.items() if name not in _FACTS}
        _take(found, rest, names, plain)
        source.problems.tell()
        return found
    node = keys["answers"][1]
    if node.id == "mapping":  # type: ignore[attr-defined]
        _take(found, source.mapping(node, "answers", gathers=True), names, plain)
    elif node.value:
        what = "answers must be a mapping of questions to answers"
        source.problems.add(source.error(node, what))
    source.problems.tell()
    return found


def _take(found: Answers, keys: Mapping[str, Any], names: Names, plain: PlainValues) -> None:
    """The answers of a mapping; answers written in separate lines are read as lines.

    Such lines are a plain text over several lines, or the rows of a table: names that belong to no
    question, below a question without an answer.
    """
    named = any(map(names.has, keys))
    rows: dict[str, dict[str, tuple[Any, Any]]] = {}
    attempt = plain.source.problems.attempt
    current = ""
    for name, (key, value) in keys.items():
        known = names.of(name, places=not named)
        if current and not known and not names.is_like_them(name):
            rows[current][name] = key, value
            continue
        found.values[name] = attempt(plain.of, value, name, default="")
        empty = known and value.id == "scalar" and not value.value.strip()
        current = name if empty and names.takes_lines(known) else ""
        rows[name] = {}
        if value.id == "scalar" and not value.style and value.start_mark.line < value.end_mark.line:
            if names.takes_lines(known):
                found.values[name] = _as_written(plain.source, value, value)
            else:
                found.notes.append(_folded(value, name))
    for name, below in rows.items():
        if all(value.id == "scalar" for _, value in below.values()):
            lines = [_as_written(plain.source, *pair) for pair in below.values()]
            found.values[name] = "\n".join(lines) if lines else found.values[name]
        else:
            found.values[name] = {
                each: attempt(plain.of, value, each, default="")
                for each, (_, value) in below.items()
            }


def _as_written(source: Source, first: Any, last: Any) -> str:
    """The lines of the text from one node to another."""
    start, end = first.start_mark, last.end_mark
    lines = source.lines[start.line : end.line + 1]
    if len(lines) > end.line - start.line:
        lines[-1] = lines[-1][: end.column]
    lines[0] = lines[0][start.column :]
    return "\n".join(line.strip() for line in lines if line.strip())


def _folded(node: Any, name: str) -> str:
    """A note on an answer that YAML made one of several lines, because the others are indented."""
    lines = node.end_mark.line - node.start_mark.line + 1
    return f"{shortened(name)}: its {lines:,} lines were read as one answer"


def _from_lines(text: str, sheet: Sheet, path: str) -> Answers:
    """Lines such as ``q1: 28x28x6``."""
    lines = read_lines(text, sheet, MAX_CELL)
    facts: dict[str, Any] = {name: printable(value) for name, value in lines.facts.items()}
    return Answers(dict(lines.values), **facts, path=path, notes=lines.notes)


def _notebook(text: str, path: str) -> Answers | None:
    """The answers that a notebook's cells assign."""
    from convcalc.homework.classroom.answer_notebook import read_notebook

    read = read_notebook(text, MAX_CELL)
    if read is None:
        return None
    found = Answers(read.values, student=printable(read.student), path=path, notes=read.notes)
    whole = _whole(found.values)
    if whole != found.values:
        found.values = whole
        found.notes.append(_HALF_NOTE)
    return found


_HALF = re.compile("[\ud800-\udfff]")
_HALF_NOTE = "half of a character is replaced by \ufffd: a \\u escape for its other half is missing"
_ESCAPES = re.compile(
    r"\\\\|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|\\ud[89a-f][0-9a-f]{2}", re.IGNORECASE
)


def _whole(value: Any) -> Any:
    """An answer with every lone half of a surrogate pair replaced."""
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def _with_characters(text: str) -> tuple[str, bool]:
    r"""A text with the characters that JSON writes as two halves, such as ``\ud83d\ude00``.

    Returns:
        The text, and whether it contains a lone half.
    """
    alone = False

    def character(match: re.Match[str]) -> str:
        nonlocal alone
        if match[1]:
            high, low = int(match[1], 16), int(match[2], 16)
            return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)
        alone = alone or len(match[0]) > len("\\\\")
        return match[0] if match[0] == "\\\\" else "\ufffd"

    return _ESCAPES.sub(character, text), alone


def answers_of(found: list[Answers], student: str, path: str) -> Answers:
    """The answers of one student from a file.

    Raises:
        UsageError: there are several students, or this one is missing.
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
