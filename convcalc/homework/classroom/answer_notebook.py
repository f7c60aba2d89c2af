"""Answers that the cells of a notebook assign, read from the source and never run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from convcalc.text import plural

if TYPE_CHECKING:
    import ast

_MAX_ITEMS = 5_000  # deepest list, and most values of an answer
_MAX_DEPTH = 20
_BROKEN = re.compile(r"answers\[[\"']([\w.-]{1,80})[\"']\] {0,9}= {0,9}([^\n]*)")


@dataclass(slots=True, eq=False)
class Assigned:
    """The answers that the cells of a notebook assign.

    Attributes:
        values: the answers, by question.
        student: whose they are, if the notebook says so.
        notes: anything unusual, one line each.
    """

    values: dict[str, Any] = field(default_factory=dict)
    student: str = ""
    notes: list[str] = field(default_factory=list)


def read_notebook(text: str, longest: int) -> Assigned | None:
    """The answers of a notebook: ``answers["q4"] = 760``, or ``answers = {…}``; None if it is not a notebook.

    Args:
        text: the file.
        longest: how many characters of a cell are read at most.
    """
    try:
        data = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        return None
    found = Assigned()
    long = 0
    for cell in cells:
        code = _code_of(cell)
        if "answers" not in code:
            continue
        if len(code) > longest:
            long += 1
            continue
        _Cell(code, found).read()
    if long:
        said = f"{plural(long, 'cell')} of more than {longest:,} characters not read"
        found.notes.append(f"{said}; split them into shorter ones")
    return found


def _code_of(cell: Any) -> str:
    """The source of a code cell, with Python's line ends."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return ""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""


class _Cell:
    """The code of one cell; its lines are split only once, and parts are cut from them."""

    def __init__(self, code: str, found: Assigned) -> None:
        kept = [line for line in code.split("\n") if not line.lstrip().startswith(("%", "!"))]
        self.code, self.found = "\n".join(kept), found
        self.lines: list[bytes] = []
        self.count = 0

    def read(self) -> None:
        """Read what the cell assigns; line by line if Python cannot parse it."""
        import ast
        import warnings

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about 1if x, which is read anyway
                tree = ast.parse(self.code)
                self.lines = self.code.encode().split(b"\n")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            read = _BROKEN.findall(self.code)
            for name, value in read:
                self.found.values[name] = value.partition("#")[0].strip()
            if read:
                self.found.notes.append("a cell that is not valid Python is read line by line")
            return
        for statement in tree.body:
            self.assignment(statement)

    def assignment(self, statement: ast.stmt) -> None:
        """``answers["q4"] = 760``, ``answers = {…}``, ``answers.update({…})`` or ``student = "s1"``."""
        import ast

        match statement:
            case ast.Assign([ast.Subscript(ast.Name("answers"), ast.Constant(str(name)))], value):
                self.found.values[name] = self.value(value)
            case (
                ast.Assign([ast.Name("answers")], value)
                | ast.AnnAssign(ast.Name("answers"), _, value)
                | ast.Expr(ast.Call(ast.Attribute(ast.Name("answers"), "update"), [value]))
            ):
                self.named_values(value)
            case ast.Assign([ast.Name("student" | "student_id")], ast.Constant(value)):
                self.found.student = str(value)[:200]

    def named_values(self, node: ast.expr | None) -> None:
        """The values of ``{"q1": …}`` or ``dict(q1=…)``."""
        import ast

        match node:
            case ast.Dict(keys, values):
                for key, value in zip(keys, values):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        self.found.values[key.value] = self.value(value)
            case ast.Call(ast.Name("dict"), [], keywords):
                for word in keywords:
                    if word.arg:
                        self.found.values[word.arg] = self.value(word.value)

    def value(self, node: ast.expr, depth: int = 0) -> Any:
        """The assigned value: literals as texts, lists and mappings, anything else as source text."""
        import ast

        self.count += 1
        deep = depth >= _MAX_DEPTH or self.count > _MAX_ITEMS
        if isinstance(node, ast.List | ast.Tuple) and not deep:
            return [self.value(item, depth + 1) for item in node.elts[:_MAX_ITEMS]]
        if isinstance(node, ast.Dict) and not deep:
            return {
                str(key.value): self.value(value, depth + 1)
                for key, value in zip(node.keys, node.values)
                if isinstance(key, ast.Constant)
            }
        if isinstance(node, ast.Constant):
            if node.value is None or node.value is Ellipsis:
                return ""
            if isinstance(node.value, str):
                return node.value
        return self.source_of(node)

    def source_of(self, node: ast.expr) -> str:
        """The text of a part of the code."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        if first == last:
            return self.lines[first][node.col_offset : node.end_col_offset].decode()
        parts = [self.lines[first][node.col_offset :], *self.lines[first + 1 : last]]
        return b"\n".join([*parts, self.lines[last][: node.end_col_offset]]).decode()
