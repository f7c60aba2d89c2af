"""Questions as platforms see them: fields to fill in, with right and known wrong answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from convcalc.homework.answers.formulas import InSymbols
from convcalc.homework.answers.parsing import Reading
from convcalc.homework.answers.text_types import Choice, Settings, letter
from convcalc.homework.answers.types import Matrix
from convcalc.homework.conventions import Conventions, rule_sentences
from convcalc.homework.exports.fields import Field, fields_of, zero_for_misfit
from convcalc.homework.variants.draw import all_draws, draw_question
from convcalc.network.problems import Problems

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Question, Sheet

KEYED = ("choice", "true-false")  # types whose answers are in the sheet


class Setting(NamedTuple):
    """The conditions for a right kernel, stride and padding.

    Attributes:
        n, out: the sizes before and after.
        total: whether the padding is for both sides together.
        exact: whether the window must fit exactly.
        example: one right kernel, stride and padding.
        accepted: further ones that the sheet accepts.
    """

    n: int
    out: int
    total: bool
    exact: bool
    example: tuple[int, int, int]
    accepted: tuple[tuple[int, int, int], ...] = ()


@dataclass(slots=True)
class Item:
    """A question, as platforms see it.

    Attributes:
        id, text, wants: its name, wording, and what to write.
        points: how many it gives.
        sort: ``number``, ``words``, ``fields``, ``choice``, ``true-false``, ``file`` or ``text``.
        fields: the boxes.
        options: the options of a choice, and whether each is right.
        instead: options that are also accepted, each in place of the right one.
        question: the question of the sheet.
        variant: the number of the variant; 0 if there is only one.
        rules: the conventions that its answer depends on, for readers without the sheet.
        narrowed: what it asks for instead, if the sheet accepts more than boxes can.
        reason: why, for teachers.
        setting: the sizes and rules of a question that accepts every right kernel, stride and padding.
        spelled: whether the answer is a formula, which may be written in many ways.
        lost: right answers that boxes cannot store, a sentence each.
        together: the positions of boxes that give points only together.
        follows: whether answers that follow from the student's own wrong answers get points.
    """

    id: str
    text: str
    wants: str
    points: Fraction
    sort: str
    question: Question
    fields: list[Field] = field(default_factory=list)
    options: list[tuple[str, bool]] = field(default_factory=list)
    instead: list[str] = field(default_factory=list)
    variant: int = 0
    rules: str = ""
    narrowed: str = ""
    reason: str = ""
    setting: Setting | None = None
    spelled: bool = False
    lost: list[str] = field(default_factory=list)
    together: list[list[int]] = field(default_factory=list)
    follows: bool = False

    @property
    def choices(self) -> list[tuple[str, bool]]:
        """The options, and whether choosing each is right; accepted ones count as right."""
        return [(text, right or text in self.instead) for text, right in self.options]

    @property
    def alone(self) -> str:
        """The wording with everything that is needed to answer it without the rest of the sheet."""
        return " ".join(filter(None, (self.text, self.narrowed, self.ruled)))

    @property
    def ruled(self) -> str:
        """Its conventions in brackets; empty if it needs none."""
        return f"({self.rules}.)" if self.rules else ""

    @property
    def name(self) -> str:
        """Its name, with the number of the variant."""
        return f"{self.id} variant {self.variant}" if self.variant else self.id


def items(sheet: Sheet, variants: int = 0) -> Iterator[list[Item]]:
    """The questions of a sheet, each as a list of its variants; without ``vary`` there is one.

    Raises:
        SpecError: some questions cannot be exported; all are named.
    """
    problems = Problems()
    for question in sheet.questions:
        if not question.vary and not question.drawn:
            what = (
                f"{question.id} uses the answers of questions with varying numbers, but a platform draws these for each "
                f"question separately; leave {question.id} out, or export the sheet of one student"
            )
            problems.add(sheet.error(question, what))
    problems.tell()
    drawn = all_draws(sheet)
    for question in sheet.questions:
        if not question.vary:
            yield [_item_of(sheet, question)]
            continue
        kept = _shuffle(drawn[question.id].kept, question.id)[: max(variants, 1)]
        yield [
            _item_of(sheet, draw_question(sheet, question, draw), number if len(kept) > 1 else 0)
            for number, draw in enumerate(kept, start=1)
        ]


def _shuffle(kept: list[dict[str, str]], salt: str) -> list[dict[str, str]]:
    """Draws in a mixed order that is the same everywhere."""
    return sorted(
        kept, key=lambda draw: hashlib.sha256(f"{salt}{json.dumps(draw)}".encode()).digest()
    )


def _item_of(sheet: Sheet, question: Question, variant: int = 0) -> Item:
    """One question."""
    from convcalc.homework.sheets.forms import answer_help

    found = Item(
        question.id,
        question.sentence,
        answer_help(question),
        question.points,
        "text",
        question,
        variant=variant,
        rules=_rules_of(question),
        follows=sheet.follow_through and question.follows,
    )
    if question.manual:
        return found
    if question.task.takes_file:
        found.sort = "file"
        return found
    form = question.parts[0].answer_type
    if isinstance(form, Choice):
        _put_choice(found, question, form)
        return found
    if question.kind == "true-false":
        found.sort = "true-false"
        right = question.parts[0].expected
        found.options = [("true", right), ("false", not right)]
        found.lost = [_not_stored(form.read(raw).echo) for raw in question.accept]
        return found
    parts = question.parts
    if isinstance(form, Settings):
        found.reason = "boxes cannot accept every right setting"
        accepted = [form.read(raw) for raw in question.accept]
        found.narrowed, box, found.setting = _one_setting(form, parts[0].expected, accepted)
        found.fields, found.sort, found.wants = [box], "number", "a size, exact"
        found.lost = box.lost
        return found
    found.spelled = any(isinstance(part.answer_type, InSymbols) for part in parts)
    boxes = [fields_of(sheet, question, part) for part in parts]
    found.fields = [box for each in boxes for box in each]
    found.together = _together(question, [len(each) for each in boxes])
    found.lost = [text for each in found.fields for text in each.lost]
    if any(map(zero_for_misfit, parts)):
        found.reason = "boxes for numbers take no words"
        found.narrowed = "Write 0 in every box if a window does not fit."
        found.rules = _rules_of(question, said=("fit",))
    if found.follows and (needed := question.task.needs()):
        found.reason = "a platform does not know the student's answers to other questions"
        answers = "answers" if len(needed) > 1 else "answer"
        found.narrowed = f"Only the result of the right {answers} counts here."
    for each in found.fields:
        each.weight /= len(parts)
    if len(found.fields) == 1:
        found.sort = "number" if found.fields[0].numeric else "words"
    else:
        found.sort = "fields"
    return found


def _together(question: Question, counts: list[int]) -> list[list[int]]:
    """The positions of the boxes for which marking gives points only together.

    Args:
        counts: how many boxes each part has.
    """
    parts = question.parts
    if len(parts) > 1 and question.partial == "none":
        return [list(range(sum(counts)))]
    found, first = [], 0
    for part, count in zip(parts, counts):
        by_cell = isinstance(part.answer_type, Matrix) and question.partial == "cells"
        by_number = not isinstance(part.answer_type, Matrix) and question.partial != "none"
        if count > 1 and not by_cell and not (by_number and len(parts) == 1):
            found.append(list(range(first, first + count)))
        first += count
    return found


def _rules_of(question: Question, said: Collection[str] = ()) -> str:
    """The conventions that a question needs, in words: those that change its answer.

    "Must a window fit?" is included wherever it may matter, so that the line gives nothing away.
    If nothing is computed: the conventions that the sheet changes. Those in the question are left out.

    Args:
        said: conventions that are stated elsewhere.
    """
    usual, fixed = Conventions().to_dict(), question.conventions.to_dict()
    if not question.task.depends_on:
        needed = (
            {key for key in fixed if fixed[key] != usual[key]} if question.kind in KEYED else set()
        )
    else:
        needed = {"fit"} & set(question.task.depends_on)
        right = {part.name: part.expected for part in question.parts}
        for key, _, parts in question.others:
            if {name: part.expected for name, part in parts.items()} != right:
                needed.add(key)
    return rule_sentences(
        {key: fixed[key] for key in fixed if key in needed - {*question.own, *said}}
    )


def _put_choice(found: Item, question: Question, form: Choice) -> None:
    """The options of a choice, and which others are accepted."""
    found.sort = "choice"
    letters = question.parts[0].expected
    found.options = [(text, letter(i) in letters) for i, text in enumerate(form.options)]
    for raw in question.accept:
        reading = form.read(raw)
        if len(letters) == 1 and not reading.problem and len(reading.value) == 1:
            found.instead += form.secrets(reading.value)
        else:
            found.lost.append(_not_stored(reading.echo))
    if question.text:
        found.text = question.wording(options=False)


def _not_stored(answer: str) -> str:
    """The note on a further right answer that the platform cannot store."""
    return f"the answer {answer}, which is accepted too, cannot be stored; left out"


def _one_setting(
    form: Settings, expected: tuple[int, int], accepted: list[Reading]
) -> tuple[str, Field, Setting]:
    """One right kernel, stride and padding (the question asks for the kernel), and all right ones."""
    k, s, p = form.read(form.text(expected)).value
    sides = " in total" if form.total and p else ""
    said = f"Take stride {s} and padding {p}{sides}, and write the kernel size k."
    box = Field("k", [(Fraction(k), Fraction(0))], form="a whole number")
    others = []
    for each in accepted:
        if each.problem or not all(isinstance(number, int) for number in each.value):
            box.lost.append(_not_stored(each.echo))
            continue
        others.append(each.value)
        if each.value[1:] == (s, p):
            box.right.append((Fraction(each.value[0]), Fraction(0)))
    return said, box, Setting(*expected, form.total, form.exact, (k, s, p), tuple(others))
