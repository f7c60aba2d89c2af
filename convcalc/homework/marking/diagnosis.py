"""Why an answer is not right: the convention or the mistakes that lead to it, likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcalc.homework.answers.measures import Bytes, Ratio
from convcalc.homework.answers.numbers import Number
from convcalc.homework.answers.parsing import Reading, raw_text
from convcalc.homework.answers.text_types import Word
from convcalc.homework.answers.types import EXACT, Matrix, Misfit, Volume
from convcalc.homework.conventions import RULES, convention_feedback
from convcalc.homework.marking import hints
from convcalc.homework.marking.verdicts import Verdict

if TYPE_CHECKING:
    from convcalc.homework.mistakes.base import Candidate
    from convcalc.homework.questions import Part
    from convcalc.homework.sheets.sheet import Question, Sheet


SMALL = 100  # smaller numbers match something by chance


_MAX_CANDIDATES = 2


_LONG = 1_000  # smaller numbers would match two mistakes at once by chance


_NEAR = 200  # a rounded number is compared only if its error is at most one part in this many


_EXACTLY = "This question asks for the exact number, with every digit."


_NO_MISTAKE = "This is wrong, and we do not know how you got it."


def diagnose(
    sheet: Sheet, question: Question, part: Part, reading: Reading, verdict: Verdict, raw: Any
) -> None:
    """Why an answer is not right."""
    for key, value, parts in question.others:
        other = parts.get(part.name)
        if other is None:
            continue
        alike = other.answer_type.reads_as(part.answer_type)
        seen = reading if alike else other.answer_type.read(raw)
        if not seen.problem and other.answer_type.same(
            seen, other.expected, question.allowed(part)
        ):
            verdict.convention.setdefault(key, value)
    for key in verdict.convention:
        share = sheet.share(key)
        if share is not None:
            verdict.status, verdict.points = "other-convention", verdict.max * share
            break
    found = _candidates(question, part, reading)
    small = isinstance(reading.value, int | Fraction) and abs(Fraction(reading.value)) < SMALL
    verdict.found = found[:_MAX_CANDIDATES]
    for each in verdict.found:
        if each.other is not None:
            verdict.found = [each]
            verdict.mistakes = [(each.mistake.id, "perhaps"), (each.other.id, "perhaps")]
            break
        verdict.mistakes.append((each.mistake.id, "might" if small or len(found) > 1 else "sure"))


def _candidates(question: Question, part: Part, reading: Reading) -> list[Candidate]:
    """The mistakes that lead to an answer, likeliest first."""
    from convcalc.homework.mistakes.base import MISTAKES, Candidate
    from convcalc.homework.mistakes.typos import typos

    if isinstance(reading.value, Misfit) or reading.value is None:
        return []
    found = _look_up(question.single(part), part, reading)
    if reading.before:
        return [Candidate(MISTAKES["slip.worked-out"]), *found]
    if not found and _is_long(reading):
        found = _look_up(question.double(part), part, reading)
    if not found:
        found = [Candidate(each) for each in typos(part, reading.value)]
    if not found and not _is_long(reading):
        found = _look_up(question.double(part), part, reading)
    if not found and isinstance(part.answer_type, Matrix):
        found = _wrong_cells(part, reading)
    return found


def _is_long(reading: Reading) -> bool:
    """Whether a number is long enough for two mistakes at once to be more than chance."""
    if isinstance(reading.value, tuple):
        return True
    if not isinstance(reading.value, int | Fraction):
        return False
    return abs(Fraction(reading.value)) >= _LONG


def _look_up(table: dict[Any, list[Candidate]], part: Part, reading: Reading) -> list[Candidate]:
    """The mistakes that give a value: exactly, or nearly for measured answers."""
    if isinstance(part.answer_type, Matrix):
        return [
            found
            for value, each in table.items()
            if isinstance(value, tuple) and part.answer_type.shape(value) == part.answer_type.shape(reading.value)
            and all(part.answer_type.right_cells(reading, value))
            for found in each
        ]  # fmt: skip
    if isinstance(part.answer_type, Word):
        named = {  # one word may name several things
            found.mistake.id: found
            for words, each in table.items()
            if part.answer_type.same(reading, words, EXACT)
            for found in each
        }
        return list(named.values())
    if not isinstance(part.answer_type, Ratio | Bytes):
        value = _each_side(part, reading)
        if isinstance(value, tuple) and len(value) == 1:
            value = value[0]
        return table.get(value) or _rounded(table, part, reading) or _sides_only(table, part, value)
    close: list[tuple[Fraction, list[Candidate]]] = []
    for value, each in table.items():
        off = abs(Fraction(value) - reading.value)
        if off <= max(
            abs(Fraction(value)) / 200, reading.numbers[0].half if reading.numbers else 0
        ):
            close.append((off, each))
    close.sort(key=lambda pair: pair[0])
    return [found for _, each in close for found in each]


def _each_side(part: Part, reading: Reading) -> Any:
    """The value of an answer, with a number for each written side: 10x10 has the value 10."""
    value, many = reading.value, len(reading.numbers)
    if isinstance(part.expected, tuple) and isinstance(value, int | Fraction) and many > 1:
        return (value,) * many
    return value


def _rounded(table: dict[Any, list[Candidate]], part: Part, reading: Reading) -> list[Candidate]:
    """The mistakes that lead to a number of which an answer is the rounded form: a fraction, or 231 M."""
    if len(reading.numbers) != 1 or not reading.numbers[0].half:
        return []
    given = reading.numbers[0]
    is_near = given.half * _NEAR <= abs(given.value)
    sorts = int | Fraction if is_near and not _is(part.expected, given) else Fraction
    return [
        found._replace(rounded=isinstance(value, int))  # a fraction may be rounded
        for value, each in table.items()
        if isinstance(value, sorts) and _is(value, given)
        for found in each
    ]


def _is(value: Any, given: Number) -> bool:
    """Whether a number is a value, rounded to the digits that are written."""
    if isinstance(value, int):
        return given.is_rounded(Fraction(value))
    return isinstance(value, Fraction) and EXACT.allows(given, value)


def _sides_only(table: dict[Any, list[Candidate]], part: Part, value: Any) -> list[Candidate]:
    """The mistakes that lead to the sides of a volume, if the answer leaves out the channels."""
    axes = len(part.expected) - 1 if isinstance(part.answer_type, Volume) else 0
    if axes < 2 or not isinstance(value, tuple) or len(value) != axes:
        return []
    return [
        found
        for wrong, each in table.items()
        if isinstance(wrong, tuple)
        and len(wrong) == axes + 1
        and value in (wrong[1:], wrong[:-1])
        and sorted(wrong) != sorted(part.expected)  # in another order the channels are not left out
        for found in each
    ]


def _wrong_cells(part: Part, reading: Reading) -> list[Candidate]:
    """A matrix in which one or two cells differ: names the row, never the value."""
    from convcalc.homework.mistakes.base import MISTAKES, Candidate

    form: Any = part.answer_type
    if form.shape(reading.value) != form.shape(part.expected):
        return []
    right = form.right_cells(reading, part.expected)
    columns = len(part.expected[0])
    off = [divmod(place, columns) for place, fine in enumerate(right) if not fine]
    if not 0 < len(off) <= 2 or len(right) < 3:
        return []
    rows = " and ".join(dict.fromkeys(_ORDINALS[min(r, len(_ORDINALS) - 1)] for r, _ in off))
    many = "All cells but one are right" if len(off) == 1 else "All cells but two are right"
    return [Candidate(MISTAKES["hand.cell"], f"{many}; check the {rows} row again.")]


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "next")


def feedback(question: Question, part: Part, verdict: Verdict, level: int, raw: Any) -> None:
    """Write the hint of a verdict; below level 4 it never contains the right answer."""
    if level <= 0:
        return
    lines = list(_feedback_lines(question, part, verdict))
    value = None if verdict.reading is None else _each_side(part, verdict.reading)
    unknown = part.answer_type.said_if_wrong(part.expected, value) or _NO_MISTAKE
    hint = " Or: ".join(dict.fromkeys(lines)) if lines else unknown
    exact = part.answer_type.counts and question.allowed(part) == EXACT
    if exact and verdict.status == "wrong" and _is_rounded(verdict.reading, raw, powers=not lines):
        hint = f"{hint} {_EXACTLY}" if lines else _EXACTLY
    verdict.hint = hints.safe(hint, question.secrets, "Check this one again.")
    verdict.hint_level = level
    if level > 1:
        verdict.hint = "\n".join([verdict.hint, *hints.lines(question, level, part=part)])


def _feedback_lines(question: Question, part: Part, verdict: Verdict) -> Iterator[str]:
    """The feedback on a verdict: the other convention, else the mistakes' lines."""
    from convcalc.homework.mistakes.base import Candidate

    ours = question.conventions
    if verdict.status == "other-convention":
        key, value = next(iter(verdict.convention.items()))
        yield _convention_text(part, key, value, getattr(ours, key))
        return
    first = verdict.found[0] if verdict.found else None
    if first is not None and first.other is not None:
        both = f"{mistake_text(first)} {mistake_text(Candidate(first.other))}"
        yield f"Perhaps two mistakes at once: {both}"
        return
    yield from (mistake_text(each) for each in verdict.found)
    if first is not None:
        return
    for key, value in verdict.convention.items():
        if RULES[key].values[value].right:
            yield _convention_text(part, key, value, getattr(ours, key))
            return


def _convention_text(part: Part, key: str, theirs: str, ours: str) -> str:
    """The feedback on an answer that is right under another value of a convention."""
    return convention_feedback(key, theirs, ours, part.answer_type.our_rule(key))


def mistake_text(found: Candidate) -> str:
    """The feedback on a mistake, with its detail filled in."""
    line = found.mistake.line
    return line.format(found.detail or "Something is") if "{0}" in line else line


def _is_rounded(reading: Reading | None, raw: Any, *, powers: bool) -> bool:
    """Whether an answer is written as a rounded number: 1.2 M, about 1000; with powers of ten also 2.3e8."""
    numbers = reading.numbers if reading is not None else ()
    if any(number.scaled or (powers and number.half > Fraction(1, 2)) for number in numbers):
        return True
    return bool(re.search("[≈~]|about", raw_text(raw), re.IGNORECASE))
