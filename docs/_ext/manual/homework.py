"""Question types, mistakes, conventions, presets, kinds of answers and platforms."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from convcalc.homework.answers.types import ANSWER_TYPES, AnswerType, Asked
from convcalc.homework.conventions import PRESETS, RULES, Conventions, conventions
from convcalc.homework.exports import EXPORTS
from convcalc.homework.mistakes import MISTAKES, Mistake, by_topic
from convcalc.homework.mistakes.catalogue import type_report
from convcalc.homework.questions import QUESTIONS, Task, create_question
from convcalc.homework.questions.base import MISSING
from convcalc.homework.questions.given_schemas import ALIASES
from convcalc.homework.questions.word_meanings import meaning_of
from homework.further_mistakes import FURTHER
from homework.mistake_cases import MISTAKE_CASES
from manual.writing import (
    block,
    code,
    docstring,
    page,
    plain,
    prose,
    section,
    table,
    thing,
    toctree,
)

DATA = Path(__file__).parents[3] / "tests" / "homework" / "data"  # files named in test cases


def pages() -> Iterator[tuple[str, str]]:
    """The pages about homework."""
    yield "reference/questions/index.md", _questions()
    for name, cls in QUESTIONS.items():
        yield f"reference/questions/{name}.md", _question(name, cls)
    yield from _mistakes()
    yield "reference/conventions.md", _conventions()
    yield "reference/answers.md", _answers()
    yield "reference/platforms.md", _platforms()


# ------------------------------------------------------------------------------ question types


def _questions() -> str:
    """The list of question types."""
    rows = ((f"{{question-type}}`{name}`", prose(cls.about)) for name, cls in QUESTIONS.items())
    return page(
        "Question types",
        "What a question of a [sheet](../../homework/types.md) can ask. `convcalc hw types TYPE` prints the same.",
        table(("type", "what it asks"), rows),
        toctree(QUESTIONS, hidden=True),
    )


def _question(name: str, cls: type[Task]) -> str:
    """The page of one question type."""
    facts = type_report(name).facts
    examples = _examples(type_report(name).lines)
    depends = [
        *(f"- {{convention}}`{key}`: {plain(RULES[key].about)}\n" for key in cls.depends_on),
        *(f"- not {{convention}}`{key}`: {plain(reason)}\n" for key, reason in cls.ignores.items()),
    ]
    found = ((f"{{mistake}}`{each}`", plain(MISTAKES[each].about)) for each in facts["mistakes"])
    return page(
        name,
        thing("question-type", name, ""),
        docstring(inspect.getdoc(cls) or cls.about),
        f"Rule: {prose(cls.rule)}" if cls.rule else "",
        section("What is given", _words(name, cls)),
        section("Examples", block(examples)),
        section("Conventions", "".join(depends)),
        section("Mistakes that are recognised", table(("mistake", "what went wrong"), found)),
    )


def _words(kind: str, cls: type[Task]) -> str:
    """The words of ``given:``."""
    rows = [
        (
            code(name),
            plain(meaning_of(name, kind).rstrip(".")),
            _VALUES[word.type.removesuffix(" | None")],
            "must be given" if word.default is MISSING else _default(word.default),
            ", ".join(
                code(other)
                for other, own in ALIASES.items()
                if own == name and other not in cls.words
            ),
        )
        for name, word in cls.words.items()
    ]
    return table(("word", "what it is", "value", "default", "also called"), rows)


# How each type of word is written.
_VALUES = {
    "int": "a whole number",
    "Count": "a whole number from 1",
    "Ints": "a whole number, or a list of them",
    "Sizes": "a whole number, or one for each axis",
    "Padding": "a whole number, or one for each axis, or a word such as `same`",
    "Zeros": "a whole number",
    "ZerosPerAxis": "a whole number, or one for each axis",
    "Dilation": "a whole number",
    "OutputPadding": "a whole number",
    "Hwc": "a shape, such as `28x28x3`",
    "Bias": "true or false",
    "Flip": "true or false",
    "bool": "true or false",
    "Fraction": "a number, also a fraction such as `1/2`",
    "str": "a text",
    "Words": "a word, or a list of them",
    "Names": "a word, or a list of them",
    "Values": "numbers with names, such as `{images: 32}`",
    "Rows": "rows of numbers",
    "Stack": "rows of numbers, or a list of such slices",
    "Kernels": "rows of numbers, or a list of filters",
    "Arch": "a network",
    "Archs": "a list of networks",
    "NetworkName": "a network",
    "LayersPerAxis": "layers as kernel/stride/dilation, such as `5/2 3/1`",
    "Limits": 'a number, or a limit such as `"<= 1M"`',
    "LayerCounts": "a limit, or one for each kind",
}


def _default(value: Any) -> str:
    """The default of a word."""
    if isinstance(value, tuple) and value:
        return code(", ".join(map(str, value)))
    return (
        "none"
        if value in (None, "", ())
        else code(str(value).lower() if isinstance(value, bool) else value)
    )


def _examples(lines: list[str]) -> str:
    """The examples among the lines of a type's report."""
    start = next(place for place, line in enumerate(lines) if line.startswith("- {type:"))
    end = lines.index("known mistakes:") if "known mistakes:" in lines else len(lines)
    return "\n".join(lines[start:end])


# ----------------------------------------------------------------------------------- mistakes


def _mistakes() -> Iterator[tuple[str, str]]:
    """A page for each family of mistakes, and one that lists them."""
    MISTAKES.load()
    families: dict[str, list[Mistake]] = {}
    for mistake in MISTAKES.values():
        families.setdefault(mistake.id.partition(".")[0], []).append(mistake)
    asked, wrong = _asked(), _examples_of_wrong()
    for family, found in families.items():
        yield (
            f"reference/mistakes/{family}.md",
            page(
                f"Mistakes: {family}",
                f"Mistakes whose names begin with {code(f'{family}.')}, such as: {_first(found)}. [All mistakes](index.md).",
                *(_mistake(each, asked, wrong.get(each.id, "")) for each in found),
            ),
        )
    rows = (
        (f"[{code(family)}]({family}.md)", str(len(found)), _first(found))
        for family, found in families.items()
    )
    yield (
        "reference/mistakes/index.md",
        page(
            "Mistakes",
            _LEVELS,
            table(("names begin with", "mistakes", "such as"), rows),
            toctree(families, hidden=True),
        ),
    )


_LEVELS = """\
The mistakes behind wrong numbers that convcalc knows. `convcalc why NUMBER` and `convcalc hw check` name them, and
`credit: {par.no-bias: 0.5}` in a sheet gives half of the points for one.

What a student sees depends on the hint level:

| level | what the student sees |
| --- | --- |
| 0 | right or wrong |
| 1 | the hint of the mistake, which does not contain the answer |
| 2 | the rule, with an example that has other numbers |
| 3 | the formula with the student's own numbers, without the result |
| 4 | the whole calculation, with the answer |

Teachers see what went wrong, and the formula that gives the wrong number, at every level.
"""


def _first(found: list[Mistake]) -> str:
    """The first mistakes of a family, in words."""
    return plain("; ".join(each.about for each in found[:2]))


def _asked() -> dict[str, list[str]]:
    """The question types of each topic."""
    found: dict[str, list[str]] = {}
    for name, cls in QUESTIONS.items():
        for given in cls.examples:
            for part in create_question(name, given).parts():
                for mistake in by_topic(part.topic):
                    names = found.setdefault(mistake.id, [])
                    if name not in names:
                        names.append(name)
    return found


def _mistake(mistake: Mistake, asked: dict[str, list[str]], wrong: str) -> str:
    """One mistake."""
    types = asked.get(mistake.id, [])
    shown = ", ".join(f"{{question-type}}`{name}`" for name in types[:8])
    facts = [
        f"What went wrong: {plain(mistake.about)}\n",
        f"It gives: {code(mistake.formula)}\n" if mistake.formula else "",
        f"Hint for the student: {plain(mistake.line)}\n",
        f"Example: {wrong}\n" if wrong else "",
        f"Asked in: {shown}{', …' if len(types) > 8 else ''}\n" if types else "",
    ]
    return thing("mistake", mistake.id, "\n".join(filter(None, facts)))


def _examples_of_wrong() -> dict[str, str]:
    """A test case for each mistake: a question with its wrong number and the right one."""
    found: dict[str, str] = {}
    for case in (*MISTAKE_CASES, *FURTHER):
        task = create_question(case.type, case.given, conventions(**case.conventions))
        part = f" ({case.part})" if case.part else ""
        right = f", right: {code(_grouped(case.right))}" if case.right is not None else ""
        numbers = f"Wrong{part}: {code(_grouped(case.wrong))}{right}."
        asked = task.question_text().replace(f"{DATA}{os.sep}", "")
        found.setdefault(case.id, f"{plain(asked)} {numbers}")
    return found


def _grouped(value: Any) -> str:
    """A whole number with separators, as printed by convcalc; anything else unchanged."""
    return f"{int(value):,}" if str(value).isdecimal() else str(value)


# -------------------------------------------------------------------------------- conventions


def _conventions() -> str:
    """What a sheet may set, and the presets."""
    usual = asdict(Conventions())
    tiers = {
        "notation": "a way of writing: full points unless the sheet changes this",
        "counting": "given the points of `grading: other_convention`",
        "mistake": "a mistake, unless the sheet allows it by name",
    }
    rules = []
    for name, rule in RULES.items():
        rows = (
            (code(value), plain(each.header), "yes" if str(usual[name]).lower() == value else "")
            for value, each in rule.values.items()
        )
        body = f"Decides {plain(rule.about)}.\n\n{table(('value', 'what a sheet says', 'usual'), rows)}\n"
        rules.append(
            thing(
                "convention", name, f"{body}\nAn answer under another value is {tiers[rule.tier]}."
            )
        )
    presets = []
    for name, preset in PRESETS.items():
        others = [
            f"`{key}: {value}`" for key, value in asdict(preset).items() if value != usual[key]
        ]
        presets.append(
            thing(
                "preset",
                name,
                f"Differs in {', '.join(others)}." if others else "The usual values.",
            )
        )
    return page(
        "Conventions and presets",
        "A convention is a choice that decides what is right. A sheet sets it under `conventions:`, or many at once with "
        "`preset:`; see [Homework: conventions](../homework/conventions.md).",
        section("Conventions", *rules),
        section("Presets", *presets),
    )


def _answers() -> str:
    """The types of answers."""
    types, wanted = [], _wanted()
    for name, cls in ANSWER_TYPES.items():
        about = (inspect.getdoc(cls) or "").split(chr(10) * 2)[0]
        about = about.partition("; the expected value")[0].rstrip(".") + "."
        told = "; ".join(
            f"{plain(words)} ({{question-type}}`{kind}`)"
            for words, kind in list(wanted.get(cls, {}).items())[:2]
        )
        shown = f"\n\nWhat to write, for example: {told}." if told else ""
        types.append(thing("answer-type", name, f"{prose(about)}{shown}"))
    return page(
        "Types of answers",
        "How an answer is read and compared; [how answers may be written](../homework/students.md#how-answers-may-be-written).",
        *types,
    )


def _wanted() -> dict[type[AnswerType], dict[str, str]]:
    """For each type of answer, what to write, and a question type that asks for it."""
    found: dict[type[AnswerType], dict[str, str]] = {}
    for name, cls in QUESTIONS.items():
        for given in cls.examples:
            for part in create_question(name, given).parts():
                kind = part.answer_type
                words = kind.noun(Asked(kind.tolerance))
                found.setdefault(type(kind), {}).setdefault(words, name)
    return found


def _platforms() -> str:
    """The learning platforms that `hw export` writes for."""
    rows = []
    for name, cls in EXPORTS.items():
        writes = "a folder" if cls.suffix == "/" else f"a file that ends in {code(cls.suffix)}"
        rows.append(thing("platform", name, f"{plain(cls.about)}.\n\nWrites {writes}."))
    return page(
        "Learning platforms",
        "`convcalc hw export SHEET --to NAME` writes a sheet for one of these: see [Homework: learning platforms](../homework/platforms.md).",
        *rows,
    )
