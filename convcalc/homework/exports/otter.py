"""otter-grader: a notebook from which ``otter assign`` makes the students' notebook and the autograder."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.types import Matrix
from convcalc.homework.exports.base import Out, export
from convcalc.homework.exports.items import KEYED, Item
from convcalc.homework.exports.notebooks import (
    Notebook,
    cell,
    notebook,
    points_in_full,
    python_names,
    wording,
)
from convcalc.homework.exports.packed import KEY, NEEDS
from convcalc.homework.sheets.sheet import Question, Sheet

_MAX_STEPS = 120

_BEGIN = """# Run this cell first. It loads convcalc, which checks the answers.
import convcalc_packed

answers = {}"""

_TEST = '''""" # BEGIN TEST CONFIG
points: {points}
hidden: {hidden}
""" # END TEST CONFIG
def test_{name}_{step}(answers):
    import convcalc_packed
    convcalc_packed.assert_share("{file}.yaml", "{id}", {step}, {steps}, answers{numbers})'''


@export(
    "otter",
    suffix="/",
    about="a notebook for otter assign, with partial credit and tests that show no answers",
    text=False,
)
class Otter(Notebook):
    """Exception-based tests: a wrong answer raises, with the hint as its message."""

    def files(self) -> Iterator[Out]:
        names = python_names([question.id for question in self.sheet.questions])
        beside = self.beside()
        key = f"{self.file}{KEY}"
        cells = [
            cell("raw", "config", self.config([out.name for out in beside], key)),
            cell("markdown", "title", self.title()),
            cell("code", "convcalc", _BEGIN),
        ]
        for item, *_ in self.items:
            cells += self.question(item, names[item.id])
        self.warn()
        self.notes.append(
            f"run otter assign {self.file}.ipynb dist; students get dist/student, "
            "which has no keys in it"
        )
        yield Out(f"{self.file}.ipynb", notebook(cells))
        yield from beside
        yield Out(key, self.sheet.data)

    def config(self, beside: list[str], key: str) -> str:
        """The assignment's settings; JSON is also YAML."""
        settings = {
            "requirements": list(NEEDS),
            "run_tests": False,  # the notebook has no answers that could pass them
            "tests": {"ok_format": False},
            "export_cell": {"pdf": False},
            "check_all_cell": True,
            "files": beside,
            "autograder_files": [key],
        }
        lines = [f"{name}: {json.dumps(value)}" for name, value in settings.items()]
        return "\n".join(["# ASSIGNMENT CONFIG", *lines])

    def question(self, item: Item, name: str) -> Iterator[dict[str, Any]]:
        """The cells of a question, with the marks of otter around them."""
        manual = item.sort == "text"
        points = points_in_full(item.points)
        setting = f"\nmanual: true\npoints: {points}" if manual else ""
        yield self.raw(name, f"BEGIN QUESTION\nname: {name}{setting}")
        yield cell("markdown", f"{name}-text", wording(item))
        yield self.raw(name, "BEGIN SOLUTION")
        if manual:
            yield cell("markdown", f"{name}-answer", "An answer that a person marks.")
            yield self.raw(name, "END SOLUTION")
            yield self.raw(name, "END QUESTION")
            return
        yield cell(
            "code",
            f"{name}-answer",
            f'answers["{item.id}"] = ...  # write your answer in place of the dots',
        )
        yield self.raw(name, "END SOLUTION")
        yield self.raw(name, "BEGIN TESTS")
        count = self.steps(item)
        for step in range(1, count + 1):
            test = _TEST.format(
                name=name, id=item.id, step=step, steps=count, file=self.file,
                points=points_in_full(item.points / count), numbers=self.numbers(item),
                hidden="true" if item.question.kind in KEYED else "false",
            )  # fmt: skip
            yield cell("code", f"{name}-test-{step}", test)
        yield self.raw(name, "END TESTS")
        yield self.raw(name, "END QUESTION")

    def steps(self, item: Item) -> int:
        """How many test cases share the points of a question; notes if marks get coarser."""
        count = _steps(self.sheet, item.question)
        if count <= _MAX_STEPS:
            return count
        coarse = len(item.question.parts)
        coarse = coarse if coarse <= _MAX_STEPS else 1
        self.notes.append(f"{item.id}: otter gives its points in steps of 1/{coarse}")
        return coarse

    def raw(self, name: str, text: str) -> dict[str, Any]:
        """A mark of otter."""
        return cell("raw", f"{name} {text}", f"# {text}")


def _steps(sheet: Sheet, question: Question) -> int:
    """The number of equal steps that can express all possible points of a question."""
    parts = question.parts
    if question.void or (question.partial == "none" and len(parts) > 1):
        return 1
    shares = [*question.credit.values(), *sheet.other_convention.values()]
    cells = []
    for part in parts:
        tuples = isinstance(part.expected, tuple)
        if isinstance(part.answer_type, Matrix) and question.partial == "cells":
            cells.append(len(part.expected) * len(part.expected[0]))
        elif tuples and question.partial in ("parts", "cells") and len(parts) == 1:
            cells.append(len(part.expected))
    return len(parts) * math.lcm(*cells, *(Fraction(share).denominator for share in shares))


__all__ = ["Otter"]
