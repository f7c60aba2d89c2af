"""Problems of a sheet: wrong keys, missing values, tolerances or numbers that hide a mistake."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcalc.homework.answers.parsing import Number
from convcalc.homework.answers.types import EXACT, Misfit
from convcalc.homework.marking.mark import is_right, mark_part
from convcalc.homework.marking.parts_given import split
from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.mistakes.search import of_topic
from convcalc.homework.questions.given_schemas import ALIASES
from convcalc.homework.questions.showing import data_of, shows
from convcalc.homework.sheets.handed_in import Folder, handed_in
from convcalc.text import plural

if TYPE_CHECKING:
    from convcalc.homework.questions import Part
    from convcalc.homework.questions.networks import Design
from convcalc.homework.questions.networks import Design
from convcalc.homework.sheets.sheet import Question, Sheet

_SERIOUS = ("key", "gap", "tolerance", "text", "accept")
# Mistakes that often give the right number, as "assumed same size" if padding keeps the size.
_HARMLESS = frozenset(
    [
        "out.same",
        "out.kernel",
        "out.plus-k",
        "out.full",
        "vol.order",
        "vol.depth-in",
        "vol.depth-one",
        "vol.depth-times",
        "out.swapped-hw",
        "par.swapped",
        "vol.flatten-early",
    ]
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a sheet.

    Attributes:
        id: the question; empty for the sheet.
        kind: ``key``, ``gap``, ``tolerance``, ``text``, ``accept``, or ``note`` if it may stay as it is.
        text: what was found, and what to do.
        line: the line of the question.
        mistakes: the mistakes named in the text.
    """

    id: str
    kind: str
    text: str
    line: int = 0
    mistakes: tuple[str, ...] = ()

    @property
    def serious(self) -> bool:
        """Whether the sheet must be corrected."""
        return self.kind in _SERIOUS

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "id": self.id,
            "kind": self.kind,
            "text": self.text,
            "line": self.line,
            "mistakes": list(self.mistakes),
        }


def lint(sheet: Sheet) -> list[Finding]:
    """All findings about a sheet, in its order."""
    found: list[Finding] = []
    for question in sheet.questions:
        for kind, text, mistakes in _findings(sheet, question):
            found.append(Finding(question.id, kind, text, question.line, mistakes))
    return found


_Findings = Iterator[tuple[str, str, tuple[str, ...]]]


def _findings(sheet: Sheet, question: Question) -> _Findings:
    """The findings about a question."""
    yield from _wrong_keys(sheet, question)
    yield from _missing_values(sheet, question)
    yield from _assumptions(question)
    yield from _placeholders(question)
    yield from _accepts(question)
    yield from _tolerances(question)
    yield from _coincidences(question)
    yield from _credits(question)


def _wrong_keys(sheet: Sheet, question: Question) -> _Findings:
    """Compare the teacher's key with the computed answer."""
    if question.key is None:
        return
    if question.manual:
        yield "note", "a person marks it, so answer: is not read; remove it", ()
        return
    if question.vary:
        yield "key", "the numbers vary, so no key is right for all; remove answer:", ()
        return
    key = handed_in(question, question.key, Folder(os.path.dirname(sheet.path)))
    raws = split(question, key).cells
    for part in question.parts:
        raw = raws.get(part.name)
        reading = part.answer_type.read(raw)
        label = f" ({part.label or part.name})" if part.name else ""
        if reading.blank:
            if len(question.parts) == 1:
                yield "key", "the key is empty; fill it in or remove answer:", ()
            continue
        if reading.problem:
            yield "key", f"your key{label} cannot be read: {reading.problem}", ()
            continue
        if is_right(question, part, reading):
            continue
        if question.task.takes_file:
            why = part.answer_type.undecided(reading)
            said = why or part.answer_type.said_if_wrong(part.expected, reading.value)
            yield "note" if why else "key", f"your key {reading.echo}{label}: {said}", ()
            continue
        verdict = mark_part(sheet, question, part, raw, Fraction(1), 1)
        names = tuple(name for name, _ in verdict.mistakes)
        yield (
            "key",
            f"your key{label} is {reading.echo}, but the answer is {part.answer_type.text(part.expected)}. {_reason(question, verdict, reading.echo)}".rstrip(),
            names,
        )


def _reason(question: Question, verdict: Any, said: str) -> str:
    """The reason for a wrong key."""
    if verdict.convention:
        key, value = next(iter(verdict.convention.items()))
        return f"{said} is right with {key}: {value}; this sheet has {key}: {getattr(question.conventions, key)}."
    if not verdict.mistakes:
        return ""
    catalogue = MISTAKES
    if verdict.mistakes[0][1] == "perhaps":
        both = " and ".join(catalogue[name].about for name, _ in verdict.mistakes)
        return f"{said} perhaps comes from two mistakes: {both}."
    first = catalogue[verdict.mistakes[0][0]]
    gives = verdict.found[0].gives if verdict.found else first.formula
    formula = f", {gives}" if first.topics else ""
    return f"{said} comes from: {first.about}{formula} ({first.id})."


def _assumptions(question: Question) -> _Findings:
    """The assumptions about a network that is written as code."""
    for word in question.task.words:
        design = getattr(question.task, word)
        for note in design.notes if isinstance(design, Design) else ():
            yield "note", f"{word}: {note}", ()


def _missing_values(sheet: Sheet, question: Question) -> _Findings:
    """The values that a question does not give."""
    given = set(question.given)
    text = question.text.lower()
    for gap in question.task.gaps(given):
        if ("padding" in gap and re.search(r"\bpad|same|valid", text)) or (
            "stride" in gap and "stride" in text
        ):
            continue
        yield "gap", gap, ()
    if (
        sheet.conventions.bias == "ask"
        and "bias" in question.task.depends_on
        and "bias" not in given
        and "bias" not in text
    ):
        yield (
            "gap",
            "does not say whether biases count, and the sheet leaves this to the question; add bias: true or bias: false",
            (),
        )


def _placeholders(question: Question) -> _Findings:
    """Placeholders without a value, data shown twice, and varied numbers that are not shown."""
    placed = re.findall(r"\{(\w+)\}", question.text)
    for name in placed:
        if not question.number(name):
            yield "text", f"the text uses {{{name}}}, which the question does not give", ()
    data = data_of(question.task) if question.text else {}
    for name in data:
        if placed.count(name) > 1 or (name in placed and shows(question.text, question.task, name)):
            yield "note", f"the text shows {name} twice; leave it out once", ()
    for name in question.vary if question.text else ():
        word = ALIASES.get(name, name)
        if word not in data and not any(ALIASES.get(each, each) == word for each in placed):
            yield (
                "text",
                f"{name} varies, but the text does not show it; write {{{name}}} in it",
                (),
            )


def _accepts(question: Question) -> _Findings:
    """Accepted answers that cannot be read, or are known mistakes."""
    if len(question.parts) != 1 or question.vary:
        return
    part = question.parts[0]
    for raw in question.accept:
        reading = part.answer_type.read(raw)
        if reading.problem or reading.blank:
            yield "accept", f"accept: {reading.text!r} cannot be read", ()
            continue
        names = tuple(
            dict.fromkeys(f.mistake.id for f in question.single(part).get(reading.value, []))
        )
        if names:
            yield "note", f"accept: {reading.echo} is what the mistake {names[0]} gives", names


def _tolerances(question: Question) -> _Findings:
    """Mistakes that a tolerance would mark as right with these numbers."""
    if question.vary:
        return
    for part in question.parts:
        allowed = question.allowed(part)
        if allowed == EXACT or not isinstance(part.expected, int | Fraction):
            continue
        for value, found in question.single(part).items():
            if not isinstance(value, int | Fraction):
                continue
            if (
                allowed.rounded
                and part.expected
                and abs(Fraction(value) / Fraction(part.expected) - 1) < Fraction(1, 200)
            ):
                first = found[0].mistake
                yield (
                    "note",
                    f"with {first.id} ({first.about}), an answer rounded to three digits is marked right too",
                    (first.id,),
                )
                break
            if allowed.share and allowed.allows(Number(Fraction(value)), Fraction(part.expected)):
                first = found[0].mistake
                yield (
                    "tolerance",
                    f"the tolerance ({allowed.sentence()}) hides {first.id}: {first.about} gives "
                    f"{part.answer_type.text(value)}, the right answer is {part.answer_type.text(part.expected)}; "
                    "ask for the exact number, or change the numbers",
                    (first.id,),
                )


def _coincidences(question: Question) -> _Findings:
    """Mistakes that give the right number; draws with such numbers are left out automatically."""
    if question.vary:
        return
    for part in question.parts:
        if "." in part.name:
            continue
        names = [name for name in _right_by_mistake(part) if name not in _HARMLESS]
        if names:
            catalogue = MISTAKES
            said = "; ".join(catalogue[name].about for name in names[:3])
            label = f" ({part.label or part.name})" if part.name else ""
            which = (
                "this common mistake also gives" if len(names) == 1 else "these mistakes also give"
            )
            yield (
                "note",
                f"{which} the correct answer{label}: {said}; change the numbers",
                tuple(names),
            )
        values: dict[Any, str] = {}
        for name in question.separate:
            if part.topic not in MISTAKES[name].topics:
                continue
            for value in MISTAKES[name].values(part):
                if value in values and values[value] != name:
                    yield (
                        "note",
                        f"{values[value]} and {name} give the same number; change the numbers",
                        (values[value], name),
                    )
                values.setdefault(value, name)


def _right_by_mistake(part: Part) -> list[str]:
    """The mistakes whose formula gives exactly the right answer."""
    if part.quantities is None or isinstance(part.expected, Misfit):
        return []
    unseen: Any = _BlindPart(part)
    found = []
    for each in of_topic(part.topic):
        if each.seldom:
            continue
        values = each.values(unseen)
        if values and next(iter(values)) == part.expected:
            found.append(each.id)
    return found


class _BlindPart:
    """A part without its right answer, so that no formula is dropped because it gives that answer."""

    def __init__(self, part: Part) -> None:
        self.quantities, self.evaluate, self.topic = part.quantities, part.evaluate, part.topic
        self.expected: Any = object()
        self.also: tuple[Any, ...] = ()


def _credits(question: Question) -> _Findings:
    """Partial points for mistakes that cannot happen here."""
    topics = {part.topic for part in question.parts}
    for word, names in (("credit", question.credit), ("separate", question.separate)):
        for name in names:
            known = MISTAKES[name].topics
            if known and not topics & set(known):
                yield "note", f"{word}: {name} cannot happen in this question", (name,)


def summary(found: list[Finding]) -> str:
    """How many findings of each kind.

    >>> summary([Finding("q9", "key", "")])
    '1 wrong key, 0 missing values'
    """
    keys = sum(1 for each in found if each.kind == "key")
    missing = sum(1 for each in found if each.kind == "gap")
    others = sum(1 for each in found if each.serious) - keys - missing
    counts = [plural(keys, "wrong key"), plural(missing, "missing value")]
    if others:
        counts.append(plural(others, "other problem"))
    return ", ".join(counts)
