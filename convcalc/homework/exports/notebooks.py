"""What the notebooks for nbgrader and otter share: cells, names, and the sheets next to them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction
from typing import Any, ClassVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from convcalc.homework.classroom.distribute import sheet_text
from convcalc.homework.exports.base import Export, Out, safe_name
from convcalc.homework.exports.items import Item
from convcalc.homework.exports.packed import packed_module
from convcalc.homework.exports.pictures import drawn
from convcalc.network.yaml_source import Source
from convcalc.text import escape_json, escape_markdown

# Words by which nbgrader and otter find what they remove from a notebook.
_MARKS = re.compile(
    r" (?=(?:SOLUTION|HIDDEN|TESTS?|MARK|SCHEME|IGNORE|PROMPT|SEED)\b)", re.IGNORECASE
)


def cell(kind: str, name: str, source: str, **nbgrader: Any) -> dict[str, Any]:
    """A cell of a notebook; the keywords are nbgrader's settings."""
    found: dict[str, Any] = {
        "cell_type": kind,
        "id": hashlib.sha256(name.encode()).hexdigest()[:8],
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    if nbgrader:
        found["metadata"]["nbgrader"] = {
            "grade_id": name, "schema_version": 3, "task": False,
            "grade": False, "locked": False, "solution": False, **nbgrader,
        }  # fmt: skip
    if kind == "code":
        found.update(execution_count=None, outputs=[])
    return found


def notebook(cells: list[dict[str, Any]]) -> bytes:
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


def markdown(text: str) -> str:
    r"""Text for a cell of Markdown, without any mark of a platform.

    >>> print(markdown("### BEGIN SOLUTION *x*"))
    \#\#\# BEGIN&#32;SOLUTION \*x\*
    """
    return _MARKS.sub("&#32;", escape_markdown(text))


def points_in_full(points: Fraction) -> int | float:
    """Points as a number that is not rounded."""
    return int(points) if points.denominator == 1 else float(points)


def wording(item: Item) -> str:
    """A question in Markdown."""
    from convcalc.homework.sheets.forms import answer_help
    from convcalc.homework.sheets.render import points_suffix

    options = "".join(f"\n- {markdown(option)}" for option, _ in item.options)
    said = f"**{item.id}.** {markdown(item.text)}{points_suffix(item.question)}{options}"
    picture = drawn(item, safe_name(item.id))  # in the text: not all show an attached SVG
    shown = f"\n\n{picture.img()}" if picture else ""
    return f"{said}{shown}\n\n*Answer: {markdown(answer_help(item.question))}*"


class Notebook(Export):
    """The notebook that students fill in, this package, and the sheet without its keys."""

    has_convcalc: ClassVar[bool] = True

    @property
    def file(self) -> str:
        """The name of the sheet's file."""
        return safe_name(self.sheet.id)

    def title(self) -> str:
        """The text above the questions."""
        parts = [f"# {markdown(self.sheet.title)}", *map(markdown, self.preface())]
        return "\n\n".join(parts)

    def numbers(self, item: Item) -> str:
        """The numbers that the notebook shows, as an argument; empty if none are drawn."""
        drawn = {name: item.question.given[name] for name in self.sheet[item.id].vary}
        return f", numbers={drawn!r}" if drawn else ""

    def warn(self) -> None:
        """Add the notes for the teacher."""
        if any(q.vary for q in self.sheet.questions):
            self.notes.append(
                "the notebook has one example of each question that varies, the same for everybody; "
                "for numbers per student export each student's own sheet, as hw make wrote it"
            )

    def beside(self) -> list[Out]:
        """The files that students get with the notebook."""
        shown = replace(self.sheet, questions=[item.question for item, *_ in self.items])
        found = [Out(f"{self.file}.yaml", sheet_text(shown).encode()), packed_module()]
        return found + self.network_files(f"{self.file}.yaml")


def python_names(ids: list[str]) -> dict[str, str]:
    """Names for the ids of questions that are valid in Python and file systems.

    >>> python_names(["q1", "q-1", "q_1", "Q1"])
    {'q1': 'q1', 'q-1': 'q_1', 'q_1': 'q_1_2', 'Q1': 'Q1_2'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in ids:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
        free, number = plain, 1
        while free.lower() in taken:
            number += 1
            free = f"{plain}_{number}"
        taken.add(free.lower())
        found[name] = free
    return found


def with_keys(source: Source, names: Collection[str]) -> str:
    """A sheet with some of its questions as written, with keys and without comments."""
    root = source.compose()
    assert isinstance(root, MappingNode)
    rest: list[tuple[Node, Node]] = []
    for key, value in root.value:
        if key.value != "questions":
            rest.append((key, value))
            continue
        ids = [(_id_of(node, number), node) for number, node in enumerate(value.value, start=1)]
        kept = [_named(node, name) for name, node in ids if name in names]
        rest.append((key, SequenceNode(value.tag, kept)))
    text: str = yaml.serialize(
        MappingNode(root.tag, rest), Dumper=yaml.SafeDumper, allow_unicode=False, width=1_000_000
    )
    return text


def _id_of(question: MappingNode, number: int) -> str:
    """The id of a question."""
    found = (value.value.strip() for key, value in question.value if key.value == "id")
    return next(found, f"q{number}")


def _named(question: MappingNode, name: str) -> MappingNode:
    """A question with its id in it."""
    kept = [(key, value) for key, value in question.value if key.value != "id"]
    text = "tag:yaml.org,2002:str"
    return MappingNode(
        question.tag, [(ScalarNode(text, "id"), ScalarNode(text, name, style='"')), *kept]
    )
