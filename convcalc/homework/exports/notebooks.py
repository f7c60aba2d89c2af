"""Notebooks for nbgrader, and tests for otter: both call convcalc, which never writes to stderr."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from convcalc.homework.exports.base import Export, Out, export, safe_name
from convcalc.homework.exports.items import Item
from convcalc.homework.sheets.points import points_number
from convcalc.text import escape_json, escape_markdown


def _cell(kind: str, name: str, source: str, **nbgrader: Any) -> dict[str, Any]:
    """A cell of a notebook."""
    found: dict[str, Any] = {
        "cell_type": kind,
        "id": hashlib.sha256(name.encode()).hexdigest()[:8],
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    if nbgrader:
        found["metadata"]["nbgrader"] = {
            "grade_id": name,
            "schema_version": 3,
            "task": False,
            **nbgrader,
        }
    if kind == "code":
        found.update(execution_count=None, outputs=[])
    return found


def _notebook(cells: list[dict[str, Any]]) -> bytes:
    """Cells as a notebook."""
    data = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (escape_json(json.dumps(data, indent=1, ensure_ascii=False)) + "\n").encode()


def _wording(item: Item) -> str:
    """A question in Markdown."""
    from convcalc.homework.sheets.render import points_suffix

    text = escape_markdown(item.text)
    options = "".join(f"\n- {escape_markdown(option)}" for option, _ in item.options)
    return f"**{item.id}.** {text}{points_suffix(item.question)}{options}\n\n*Answer: {escape_markdown(item.wants)}*"


class Notebook(Export):
    """What both have in common: the notebook that students fill in, and the sheet beside it."""

    def begin(self) -> list[dict[str, Any]]:
        """The first cells."""
        said = escape_markdown(f"Rules of this sheet: {self.sheet.conventions.sentence()}.")
        return [
            _cell("markdown", "title", f"# {escape_markdown(self.sheet.title)}\n\n{said}"),
            _cell("code", "answers", "answers = {}"),
        ]

    def warn(self) -> None:
        """Say what a teacher should know."""
        keyed = [q.id for q in self.sheet.questions if q.kind in ("choice", "true-false")]
        if keyed:
            self.notes.append(
                f"{self.file}.yaml contains the keys of {', '.join(keyed)}; keep it where students cannot read it"
            )
        if any(q.vary for q in self.sheet.questions):
            self.notes.append(
                "the notebook has one example of each question that varies, the same for everybody; "
                "for numbers per student export each student's own sheet, as hw make wrote it"
            )

    def numbers(self, item: Item) -> str:
        """The numbers that the notebook shows, as an argument; empty where none are drawn."""
        drawn = {name: item.question.given[name] for name in self.sheet[item.id].vary}
        return f", numbers={drawn!r}" if drawn else ""

    @property
    def file(self) -> str:
        """The name of the sheet's file."""
        return safe_name(self.sheet.id)


_GRADED = """# points of {id}; convcalc says what is wrong and writes nothing to stderr
from convcalc.homework import check
result = check("{file}.yaml", "{id}", answers.get("{id}"){numbers})
if not result.points:
    raise AssertionError("{id}: " + (result.hint or "not answered"))
if result.points < result.max:
    print("{id}: " + (result.hint or "partly right"))
float(result.points)"""


@export("nbgrader", suffix="/", about="a notebook for nbgrader, with partial credit", text=False)
class NbGrader(Notebook):
    """A notebook whose test cells give points."""

    def files(self) -> Iterator[Out]:
        cells = self.begin()
        for variants in self.items:
            item = variants[0]
            name = safe_name(item.id)
            points = points_number(item.points)
            cells.append(
                _cell(
                    "markdown",
                    f"{name}-text",
                    _wording(item),
                    grade=False,
                    locked=True,
                    solution=False,
                )
            )
            if item.sort == "text":
                solution = _cell(
                    "markdown",
                    f"{name}-answer",
                    "Your answer here.",
                    grade=True,
                    locked=False,
                    solution=True,
                )
                solution["metadata"]["nbgrader"]["points"] = points
                cells.append(solution)
                continue
            source = f'answers["{item.id}"] = ...'
            cells.append(
                _cell("code", f"{name}-answer", source, grade=False, locked=False, solution=True)
            )
            test = _cell(
                "code",
                f"{name}-test",
                _GRADED.format(id=item.id, file=self.file, numbers=self.numbers(item)),
                grade=True,
                locked=True,
                solution=False,
            )
            test["metadata"]["nbgrader"]["points"] = points
            cells.append(test)
        self.warn()
        yield Out(f"{self.file}.ipynb", _notebook(cells))
        yield from self.sheet_files(f"{self.file}.yaml")


_TEST = '''"""{about}"""

from otter.test_files import test_case

OK_FORMAT = False

name = "{id}"
points = {points}


@test_case(points={points}, hidden=False)
def test_{function}(answers):
    from convcalc.homework import assert_right

    assert_right("{file}.yaml", "{id}", (answers or {{}}).get("{id}"){numbers})
'''


@export(
    "otter",
    suffix="/",
    about="a notebook and tests for otter-grader, which show no answers",
    text=False,
)
class Otter(Notebook):
    """Exception-based tests: a wrong answer raises, with the hint as its message."""

    def files(self) -> Iterator[Out]:
        cells = self.begin()
        tests = []
        for variants in self.items:
            item = variants[0]
            cells.append(_cell("markdown", f"{item.id}-text", _wording(item)))
            if item.sort == "text":
                cells.append(_cell("markdown", f"{item.id}-answer", "Your answer here."))
                self.notes.append(f"{item.id} is marked by a person; it has no test")
                continue
            cells.append(_cell("code", f"{item.id}-answer", f'answers["{item.id}"] = ...'))
            function = re.sub(r"\W", "_", item.id)
            text = _TEST.format(
                id=item.id, points=points_number(item.points), function=function, file=self.file,
                numbers=self.numbers(item), about=f"{item.id} of {safe_name(self.sheet.id)}",
            )  # fmt: skip
            tests.append(Out(f"tests/{item.id}.py", text.encode()))
        self.warn()
        self.notes.append("otter gives a question all of its points or none")
        yield Out(f"{self.file}.ipynb", _notebook(cells))
        yield from self.sheet_files(f"{self.file}.yaml")
        yield from tests
