"""nbgrader: a notebook for its folder source/, from which it makes the students' notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convcalc.homework.exports.base import Out, export, safe_name
from convcalc.homework.exports.items import Item
from convcalc.homework.exports.notebooks import (
    Notebook,
    cell,
    notebook,
    points_in_full,
    with_keys,
    wording,
)
from convcalc.network.yaml_source import Source

_BEGIN = """# Run this cell first. It loads convcalc, which checks the answers.
import convcalc_packed

answers = {}"""

# nbgrader puts its own stub in place of the marked lines; only an empty answer reaches them.
_ANSWER = """answers["{id}"] = ...  # write your answer in place of the dots
if answers["{id}"] is ...:
    ### BEGIN SOLUTION
    raise NotImplementedError("{id} is not answered yet")
    ### END SOLUTION"""

_TEST = """# {id}: run this cell to check your answer
import convcalc_packed
sheet = "{file}.yaml"
### BEGIN HIDDEN TESTS
sheet = {key}
### END HIDDEN TESTS
convcalc_packed.points(sheet, "{id}", answers{numbers})"""


@export(
    "nbgrader",
    suffix="/",
    about="a notebook for nbgrader's folder source/, with partial credit",
    text=False,
)
class NbGrader(Notebook):
    """A notebook whose test cells give points; the right answers are in hidden tests."""

    def files(self) -> Iterator[Out]:
        source = Source(f"{self.file}.yaml", self.sheet.data.decode("utf-8-sig", "replace"))
        cells = [
            cell("markdown", "title", self.title(), locked=True),
            cell("code", "convcalc", _BEGIN, locked=True),
        ]
        for item, *_ in self.items:
            cells += self.question(item, source)
        self.warn()
        self.notes.append(
            f"put the folder into source/ as source/{self.file}/; students get what nbgrader "
            "generate_assignment makes from it, without the keys"
        )
        yield Out(f"{self.file}.ipynb", notebook(cells))
        yield from self.beside()

    def question(self, item: Item, source: Source) -> Iterator[dict[str, Any]]:
        """The cells of a question."""
        name, points = safe_name(item.id), points_in_full(item.points)
        yield cell("markdown", f"{name}-text", wording(item), locked=True)
        if item.sort == "text":
            yield cell(
                "markdown", f"{name}-answer", "Your answer here.",
                grade=True, solution=True, points=points,
            )  # fmt: skip
            return
        yield cell("code", f"{name}-answer", _ANSWER.format(id=item.id), solution=True)
        needed = [each.id for each in self.sheet.needed_by(item.id)]
        test = _TEST.format(
            id=item.id,
            file=self.file,
            key=_literal(with_keys(source, [*needed, item.id])),
            numbers=self.numbers(item),
        )
        yield cell("code", f"{name}-test", test, grade=True, locked=True, points=points)


def _literal(text: str) -> str:
    """A text as a Python literal on one line, without any of nbgrader's marks."""
    return (
        ascii(text)
        .replace("BEGIN ", "BEGIN\\x20")
        .replace("END ", "END\\x20")
        .replace("AUTOTEST", "\\x41UTOTEST")
    )


__all__ = ["NbGrader"]
