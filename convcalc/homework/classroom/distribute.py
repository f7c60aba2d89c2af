"""Sheets to distribute: a sheet, a page to print and an answer file per student, and the teacher's key.

Students' files contain the drawn numbers, and nothing that gives an answer away: no keys, no
partial points for mistakes. A choice whose key would be in the file is asked in words and marked
later.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from convcalc.errors import UsageError
from convcalc.files import text_lines
from convcalc.folders import OutputFolder
from convcalc.homework.answers.types import Tolerance
from convcalc.homework.classroom.answer_form import answer_form
from convcalc.homework.classroom.output_folder import student_file_name
from convcalc.homework.classroom.roster import Roster
from convcalc.homework.conventions import Conventions
from convcalc.homework.sheets import render
from convcalc.homework.sheets.beside import files_beside, refuse_own_files
from convcalc.homework.sheets.forms import answer_help
from convcalc.homework.sheets.keys import SCHEMA_LINE
from convcalc.homework.sheets.sheet import SHARES, Question, Sheet
from convcalc.homework.variants.draw import Maker, wrong_numbers
from convcalc.homework.variants.secret import codes, refuse_other_secret
from convcalc.text import guard_cell

ANSWERS_FOLDER = "answers"
_NAMES = ("key.csv", "html", ANSWERS_FOLDER)
_WAY_OUT = "choose another --out, or --force to replace it"
_MAIN = ("fit", "flops", "bias", "order")
_KEYED = ("choice", "true-false")  # types whose file would contain the answer
_PLAIN = re.compile(r"[0-9]{1,12}(?:[/x][0-9]{1,12})*|[A-Za-z][A-Za-z0-9 _-]*[A-Za-z0-9]")
_WORDS = frozenset({"yes", "no", "true", "false", "null", "on", "off"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


# ------------------------------------------------------------------------------------- YAML


def _scalar(text: str) -> str:
    """A text as YAML that is read as written.

    >>> _scalar("32"), _scalar("no"), _scalar("3/2"), _scalar("a: b")
    ('32', '"no"', '3/2', '"a: b"')
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _name(key: str) -> str:
    """A key as YAML; sheets do not read y and n as true and false."""
    return key if _NAME.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _flow(value: Any) -> str:
    """A text, list or mapping as YAML on one line."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{_scalar(str(key))}: {_flow(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(str(value))


def _share(value: Fraction) -> str:
    """A share of the points as a word."""
    return next((word for word, known in SHARES.items() if known == value), "none")


def _tolerance_text(value: Tolerance) -> str:
    """A tolerance as sheets write it."""
    if value.share:
        return f"{value.share * 100}%"
    return "rounded" if value.rounded else "exact"


def _sheet_lines(sheet: Sheet) -> Iterator[str]:
    """A sheet as YAML, for a student."""
    usual = Conventions()
    fixed = {
        key: value
        for key, value in sheet.conventions.to_dict().items()
        if key in _MAIN or value != getattr(usual, key)
    }
    yield SCHEMA_LINE
    yield "convcalc_sheet: 1"
    yield f"id: {_scalar(sheet.id)}"
    yield f"title: {_scalar(sheet.title)}"
    for key, text in (
        ("source", sheet.source),
        ("text", sheet.text),
        ("student", sheet.student),
        ("variant", sheet.variant),
        ("secret", sheet.secret),
    ):
        if text:
            yield f"{key}: {json.dumps(text, ensure_ascii=False)}"
    yield f"conventions: {_flow(fixed)}"
    yield f"hints: {_flow({'max_level': sheet.max_level, 'after_tries': sheet.after_tries})}"
    grading: dict[str, Any] = {"follow_through": "true" if sheet.follow_through else "false"}
    named = {key: _share(value) for key, value in sheet.other_convention.items() if key}
    if named:
        grading["other_convention"] = named
    elif "" in sheet.other_convention:
        grading["other_convention"] = _share(sheet.other_convention[""])
    yield f"grading: {_bare_bools(_flow(grading))}"
    yield "questions:"
    for question in sheet.questions:
        yield from _question_lines(question)


def _bare_bools(text: str) -> str:
    """True and false without quotes; with quotes they would be text."""
    return text.replace('"true"', "true").replace('"false"', "false")


def _question_lines(question: Question) -> Iterator[str]:
    """One question as YAML."""
    kind, text, given = question.kind, question.text, question.given
    if kind in _KEYED:
        kind, given = "text", {}
        text = f"{question.sentence} (Write {answer_help(question)}; this is checked later.)"
    yield f"  - id: {question.id}"
    yield f"    type: {kind}"
    if text:
        yield f"    text: {json.dumps(text, ensure_ascii=False)}"
    if given:
        yield f"    given: {_flow(given)}"
    if question.own and kind != "text":
        yield f"    conventions: {_flow(question.own)}"
    points = question.points
    if points != 1:
        yield f"    points: {points if points.denominator == 1 else f'{points.numerator}/{points.denominator}'}"
    if kind == "text":
        return
    if question.partial != question.task.partial:
        yield f"    partial: {question.partial}"
    if question.tolerance is not None:
        yield f"    tolerance: {_scalar(_tolerance_text(question.tolerance))}"
    if question.void:
        yield "    void: true"


def sheet_text(sheet: Sheet) -> str:
    """A sheet as a file for a student."""
    return "\n".join(_sheet_lines(sheet)) + "\n"


# -------------------------------------------------------------------------------------- key


_KEY = ("student_id", "variant", "question", "part", "given", "expected", "mistakes", "secret")


def _key_rows(question: Question, given: str) -> Iterator[list[str]]:
    """The right answers to a question and the wrong numbers of known mistakes: the middle columns of `_KEY`."""
    if question.manual:
        return
    for part in question.parts:
        if part.expected is None:
            continue
        wrong = "; ".join(
            f"{name} {', '.join(part.answer_type.text(value) for value in values[:2])}"
            for name, values in wrong_numbers(part, tuple(question.separate))
            if part.topic and part.answer_type.counts
        )
        right = part.answer_type.text(part.expected)
        yield [guard_cell(text) for text in (question.id, part.name, given, right, wrong)]


def make(
    sheet: Sheet,
    roster: Roster,
    secret: bytes,
    out: str,
    *,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Maker:
    """Write a sheet for every student of a roster, and the key.

    Raises:
        UsageError: sheets already exist, or nothing can be written.
        SpecError: no draw of a question is allowed.
    """
    maker = Maker(sheet, secret)
    variants = codes(secret, "variant", sheet.id, roster.students)
    place = OutputFolder(out, replace=force, names=_NAMES, way_out=_WAY_OUT)
    try:
        refuse_other_secret(out, _secret_in(os.path.join(out, "key.csv")), secret)
        beside = files_beside(sheet)
        for name, data in beside.items():
            if name.partition("/")[0].lower() in _NAMES:
                message = (
                    f"{name}: hw make writes a file or folder of this name itself; rename yours"
                )
                raise UsageError(message)
            place.write(name, data)
        refuse_own_files(sheet, out, beside, "--out")
        source = os.path.basename(sheet.path).lower().removesuffix(".yaml")
        taken = {"key", source, *(name.lower().removesuffix(".yaml") for name in beside)}
        rows: dict[str, list[list[str]]] = {}
        with place.open("key.csv") as key:
            writer = csv.writer(key, lineterminator="\n")
            writer.writerow(_KEY)
            for number, student in enumerate(roster.students, start=1):
                own = maker.of(student, variants[student])
                page = student_file_name(student, taken)
                with place.open(f"{page}.yaml") as file:
                    file.write(sheet_text(own))
                with place.open(f"html/{page}.html") as file:
                    file.write("\n".join(render.html_page(own)) + "\n")
                with place.open(f"{ANSWERS_FOLDER}/{page}-answers.yaml") as file:
                    file.writelines(f"{line}\n" for line in answer_form(own))
                writer.writerows(_student_key(own, maker, student, rows))
                if progress:
                    progress(number)
        place.commit()
    finally:
        place.discard()
    return maker


def _secret_in(path: str) -> str:
    """The fingerprint of the secret in a key; empty if there is none."""
    if not os.path.isfile(path):
        return ""
    try:
        row = next(csv.DictReader(text_lines(path, "choose another --out")), {})
    except csv.Error:
        return ""
    found = row.get("secret")
    return found if isinstance(found, str) else ""


def _student_key(
    sheet: Sheet, maker: Maker, student: str, known: dict[str, list[list[str]]]
) -> Iterator[list[str]]:
    """The key of a student; rows of a question with equal numbers are made only once."""
    for question in sheet.questions:
        numbers = {name: question.given[name] for name in _vary_of(maker.sheet, question.id)}
        numbers.update(question.task.linked_values)
        said = " ".join(f"{name}={value}" for name, value in numbers.items())
        place = f"{question.id} {said}"
        if place not in known:
            known[place] = list(_key_rows(question, said))
        for row in known[place]:
            yield [guard_cell(student), guard_cell(sheet.variant), *row, sheet.secret]


def _vary_of(sheet: Sheet, name: str) -> dict[str, Any]:
    """What varies in a question."""
    return next((question.vary for question in sheet.questions if question.id == name), {})
