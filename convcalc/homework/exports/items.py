"""Questions as platforms see them: fields to fill in, with right and known wrong answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from convcalc.errors import UsageError
from convcalc.homework.answers.formulas import InSymbols
from convcalc.homework.answers.text_types import Choice, Settings
from convcalc.homework.conventions import Conventions, rule_sentences
from convcalc.homework.exports.fields import Field, fields_of, zero_for_misfit
from convcalc.homework.variants.draw import draw_question, draws

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Question, Sheet

KEYED = ("choice", "true-false")  # types whose answers stand in the sheet


class Setting(NamedTuple):
    """What makes a kernel, stride and padding right.

    Attributes:
        n, out: the sizes before and after.
        total: whether the padding is for both sides together.
        exact: whether the window must fit exactly.
        example: one kernel, stride and padding that are right.
    """

    n: int
    out: int
    total: bool
    exact: bool
    example: tuple[int, int, int]


@dataclass(slots=True)
class Item:
    """A question, as platforms see it.

    Attributes:
        id, text, wants: its name, wording, and what to write.
        points: how many it gives.
        sort: ``number``, ``words``, ``fields``, ``choice``, ``true-false`` or ``text``.
        fields: the boxes.
        options: of a choice, with whether each is right.
        question: where it comes from.
        variant: which of several with other numbers; 0 where there is one.
        rules: the conventions that its answer depends on, for those who see it without its sheet.
        narrowed: what it asks for instead, where the sheet accepts more than boxes can.
        reason: why it does, for teachers.
        setting: the sizes and rules of a question for which every right kernel, stride and padding counts.
        spelled: whether the answer is a formula, which may be written in many ways.
        lost: what boxes cannot hold of it, a sentence each.
    """

    id: str
    text: str
    wants: str
    points: Fraction
    sort: str
    question: Question
    fields: list[Field] = field(default_factory=list)
    options: list[tuple[str, bool]] = field(default_factory=list)
    variant: int = 0
    rules: str = ""
    narrowed: str = ""
    reason: str = ""
    setting: Setting | None = None
    spelled: bool = False
    lost: list[str] = field(default_factory=list)

    @property
    def alone(self) -> str:
        """The wording with everything that one needs to answer it without the rest of the sheet."""
        return " ".join(filter(None, (self.text, self.narrowed, self.ruled)))

    @property
    def ruled(self) -> str:
        """Its conventions in brackets; empty where it needs none."""
        return f"({self.rules}.)" if self.rules else ""

    @property
    def name(self) -> str:
        """Its name, with the number of the variant."""
        return f"{self.id} variant {self.variant}" if self.variant else self.id


def items(sheet: Sheet, variants: int = 0) -> Iterator[list[Item]]:
    """The questions of a sheet, each as a list of its variants; of one without ``vary`` one item."""
    for question in sheet.questions:
        if not question.vary and not question.drawn:
            message = (
                f"{question.id} is worked out from questions whose numbers vary, and a platform draws those of each "
                f"question by itself; leave {question.id} out, or export the sheet of one student"
            )
            raise UsageError(message)
        if not question.vary:
            yield [_item_of(sheet, question)]
            continue
        kept = _shuffle(draws(sheet, question).kept, question.id)[: max(variants, 1)]
        yield [
            _item_of(sheet, draw_question(sheet, question, draw), number if len(kept) > 1 else 0)
            for number, draw in enumerate(kept, start=1)
        ]


def _shuffle(kept: list[dict[str, str]], salt: str) -> list[dict[str, str]]:
    """Draws in an order that mixes them, the same everywhere."""
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
    )
    if question.manual:
        return found
    form = question.parts[0].answer_type
    if isinstance(form, Choice):
        found.sort = "choice"
        letters = question.parts[0].expected
        found.options = [
            (text, chr(ord("a") + i) in letters) for i, text in enumerate(form.options)
        ]
        found.lost = [
            f"the answer {raw}, which is accepted too, cannot be held; left out"
            for raw in question.accept
        ]
        if question.text:
            found.text = question.wording(options=False)
        return found
    if question.kind == "true-false":
        found.sort = "true-false"
        found.options = [
            ("true", question.parts[0].expected),
            ("false", not question.parts[0].expected),
        ]
        return found
    parts = question.parts
    if isinstance(form, Settings):
        found.reason = "boxes cannot accept every right setting"
        found.narrowed, box, found.setting = _one_setting(form, parts[0].expected)
        found.fields, found.sort, found.wants = [box], "number", "a size, exact"
        return found
    found.spelled = any(isinstance(part.answer_type, InSymbols) for part in parts)
    found.fields = [each for part in parts for each in fields_of(sheet, question, part)]
    found.lost = [text for each in found.fields for text in each.lost]
    if any(map(zero_for_misfit, parts)):
        found.reason = "boxes for numbers take no words"
        found.narrowed = "Write 0 in every box if a window does not fit."
    for each in found.fields:
        each.weight /= len(parts)
    if len(found.fields) == 1:
        found.sort = "number" if found.fields[0].numeric else "words"
    else:
        found.sort = "fields"
    return found


def _rules_of(question: Question) -> str:
    """The conventions that a question needs, in words: those under which its answer would differ.

    Whether a window must fit is said wherever it may matter, so that the line gives nothing away.
    Where nothing is computed, it is what the sheet changes. What the question says itself is left out.
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
        {key: fixed[key] for key in fixed if key in needed and key not in question.own}
    )


def _one_setting(form: Settings, expected: tuple[int, int]) -> tuple[str, Field, Setting]:
    """One kernel, stride and padding of all that are right, with the kernel left to be found, and all of them."""
    k, s, p = form.read(form.text(expected)).value
    sides = " in total" if form.total and p else ""
    said = f"Take stride {s} and padding {p}{sides}, and write the kernel size k."
    setting = Setting(*expected, form.total, form.exact, (k, s, p))
    return said, Field("k", [(Fraction(k), Fraction(0))], form="a whole number"), setting
