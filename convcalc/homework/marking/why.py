"""Which mistake leads to one number: an answer to a question without a sheet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.homework.conventions import Conventions
from convcalc.homework.marking.mark import is_right, mark_part, mark_question, read
from convcalc.homework.marking.verdicts import Result
from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.questions import QUESTIONS, GivenError, Part, Task, create_question
from convcalc.homework.questions.base import MISSING, own_name, read_words
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.report import Column, Report
from convcalc.text import listing, quoted


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer to a question, marked, with the mistakes that lead to it."""

    question: Question
    result: Result

    @property
    def candidates(self) -> list[dict[str, str]]:
        """The mistakes found, with their entries in the catalogue."""
        return [
            {
                "id": name,
                "confidence": confidence,
                "about": MISTAKES[name].about,
                "formula": formulas.get(name, MISTAKES[name].formula),
                "line": MISTAKES[name].line,
            }
            for part in self.result.parts
            for formulas in [{each.mistake.id: each.gives for each in part.found}]
            for name, confidence in part.mistakes
        ]

    @property
    def problem(self) -> str:
        """Why the answer cannot be read; empty if it can."""
        return self.result.parts[0].hint if self.result.status == "unreadable" else ""

    @property
    def right_answer(self) -> str:
        """The right answer, part by part."""
        return "; ".join(
            f"{part.name + ' ' if part.name else ''}{part.answer_type.text(part.expected)}"
            for part in self.question.parts
            if part.expected is not None
        )


def why(
    answer: Any,
    kind: str,
    given: Mapping[str, Any],
    conventions: Conventions | None = None,
    spell: Callable[[str], str] = str,
) -> Explanation:
    """Mark one answer without a sheet, and find the mistakes that lead to it.

    Args:
        answer: as a student writes it.
        kind: a question type, such as ``params``.
        given: the numbers of the question, by the words of the type; a list as text is written as
            in a sheet: ``[5, 7]``.
        conventions: the conventions of the course; by default the usual ones.
        spell: the caller's form of a word in messages, such as ``--cin`` for ``c_in``.

    Raises:
        UsageError: the type or a word is unknown, or a value cannot be used.

    >>> [each["id"] for each in why("2600", "params", {"k": 5, "c_in": 3, "filters": 100}).candidates]
    ['par.no-channels']
    """
    given = {word: _as_in_sheet(value) for word, value in given.items()}
    question = _ask(kind, given, conventions or Conventions(), spell)
    sheet = Sheet("why", "why", question.conventions, [question], max_level=4)
    result = mark_question(sheet, question, answer, level=1)
    answered = [part for part in result.parts if part.status != "blank"]
    if len(result.parts) > 1 and len(answered) <= 1 and not isinstance(answer, dict):
        result = _one_part(sheet, question, answer)
    return Explanation(question, result)


def _as_in_sheet(value: Any) -> Any:
    """A text in brackets as a YAML list or mapping; anything else unchanged.

    >>> _as_in_sheet("[5, 7]"), _as_in_sheet("[5, 7"), _as_in_sheet("5")
    ([5, 7], '[5, 7', '5')
    """
    if not isinstance(value, str) or not value.startswith(("[", "{")):
        return value
    import yaml

    try:
        return yaml.safe_load(value)
    except (yaml.YAMLError, ValueError):
        return value


def _one_part(sheet: Sheet, question: Question, answer: Any) -> Result:
    """One value for a question with several parts, assigned to the part that it fits.

    This is the part whose right answer it is, else the last part where a mistake leads to it, else
    the last part.
    """
    one = Fraction(1)
    parts = [part for part in question.parts if _fits(question, part, answer)][:1]
    found = [mark_part(sheet, question, each, answer, one, 1) for each in parts or question.parts]
    known = [verdict for verdict in found[::-1] if verdict.mistakes or verdict.convention]
    sure = [verdict for verdict in known if all(how != "perhaps" for _, how in verdict.mistakes)]
    verdict = next(iter((*sure, *known)), found[-1])
    return Result(question.id, [verdict], verdict.said)


def _fits(question: Question, part: Part, answer: Any) -> bool:
    """Whether an answer is the right answer of a part."""
    reading = read(question, part, answer)
    return not reading.blank and not reading.problem and is_right(question, part, reading)


def _ask(
    kind: str, given: Mapping[str, Any], conventions: Conventions, spell: Callable[[str], str]
) -> Question:
    """Make a question of a type from its numbers."""
    cls = QUESTIONS.get(kind)
    if cls is None:
        known = did_you_mean(kind, QUESTIONS) or "; convcalc hw types lists them"
        message = f"no question type {quoted(kind)}{known}"
        raise UsageError(message)

    given = _without_input(given, cls.words)
    if wrong := [*_wrong_words(cls, given, spell)]:
        raise UsageError("\n".join(wrong))
    try:
        task = create_question(kind, given, conventions)
        question = Question(kind, task, conventions, given=dict(given), partial="none")
        question.parts  # noqa: B018 - impossible numbers are refused here
    except GivenError as error:
        raise UsageError(_word_error(error, spell)) from None
    return question


def _wrong_words(
    cls: type[Task], given: Mapping[str, Any], spell: Callable[[str], str]
) -> Iterator[str]:
    """What is wrong with the words of a question: unknown, missing, or with a wrong value."""
    known = ", ".join(map(spell, cls.words))
    used = {word: raw for word, raw in given.items() if own_name(word, cls.words) in cls.words}
    for word in given:
        if word not in used:
            yield f"{spell(word)}: {cls.kind} does not use it; {cls.kind} takes {known}"
    there = {own_name(word, cls.words) for word in used}
    missing = [
        word for word, rule in cls.words.items() if rule.default is MISSING and word not in there
    ]
    if missing:
        yield f"{cls.kind} needs {listing([*map(spell, missing)])}; it takes {known}"
    for error in read_words(cls, used, missing).problems:
        yield _word_error(error, spell)


def _word_error(error: GivenError, spell: Callable[[str], str]) -> str:
    """What is wrong with a word, as the caller writes it."""
    return f"{spell(error.key)}: {error.what}" if error.key else error.what


def _without_input(given: Mapping[str, Any], words: Collection[str]) -> Mapping[str, Any]:
    """An input volume as size and channels, for a type that takes these.

    >>> _without_input({"input": "32x32x3", "k": 5}, ("n", "c_in", "k"))
    {'k': 5, 'n': '32', 'c_in': '3'}
    """
    sides = str(given.get("input", "")).replace("×", "x").split("x")
    taken = "input" in words or not {"n", "c_in"} <= {*words}
    if taken or len(sides) < 2 or {"n", "c_in"} & {*given}:
        return given
    others = {word: value for word, value in given.items() if word != "input"}
    *size, channels = sides
    return {**others, "n": size[0] if len({*size}) == 1 else "x".join(size), "c_in": channels}


def report_of(found: Explanation, *, with_answer: bool = False) -> Report:
    """The report on an answer; with the right answer only on request."""
    result = found.result
    facts = {"type": found.question.kind, **result.to_dict(with_answers=with_answer)}
    lines: list[str] = []
    hint = ""
    if not found.problem:
        lines = _lines(found)
        if with_answer:
            lines.append(f"right answer: {found.right_answer}")
        elif not result.right:
            hint = "add --answer to see the right answer"
    return Report(
        title="",
        columns=[
            Column.of_mapping("id", "mistake", right=False, keep=9),
            Column.of_mapping("confidence", "confidence", right=False, keep=6),
            Column.of_mapping("about", "what went wrong", right=False, keep=8),
            Column.of_mapping("formula", "gives", right=False, keep=5),
            Column.of_mapping("line", "hint", right=False, keep=4),
        ],
        rows=found.candidates,
        key="candidates",
        row_dict=dict,
        lines=lines,
        facts=facts,
        hint=hint,
        beside_rows="the right answer" if with_answer else "",
    )


def _which(found: Explanation) -> str:
    """The part to which the value was assigned."""
    parts = found.question.parts
    if len(parts) == 1 or len(found.result.parts) > 1:
        return ""
    part = next(part for part in parts if part.name == found.result.parts[0].part)
    return f" (as {part.label or part.name})"


def _lines(found: Explanation) -> list[str]:
    """The lines about a readable answer."""
    result = found.result
    echo = f"{result.said or result.parts[0].given}{_which(found)}"
    if result.right:
        return [f"{echo} is right"]
    candidates = found.candidates
    other = result.status == "other-convention"
    lines = [f"{echo}: {result.hint}"] if other else []
    if not candidates:
        what = "number" if any(letter.isdigit() for letter in echo) else "answer"
        return lines or [f"{echo} is wrong, but no known mistake gives this {what}"]
    both = candidates[0]["confidence"] == "perhaps"
    if both:
        lines.append(f"{echo} is wrong; perhaps two mistakes at once:")
    for each in candidates:
        what = f"{each['about']}, {each['formula']}" if each["formula"] else each["about"]
        perhaps = "perhaps " if each["confidence"] == "might" else ""
        lines.append(f"{'  ' if both else f'{echo}: {perhaps}'}{what} ({each['id']})")
        if not other and "{0}" not in each["line"]:
            lines.append(f"  {each['line']}")
    return lines
