"""The homework words that completion knows: question types, conventions, presets, questions of the sheet."""

from __future__ import annotations

from collections.abc import Mapping

import click

from convcalc.cli.known import Known, KnownList, KnownPair


def _presets(_ctx: click.Context) -> dict[str, str]:
    from convcalc.homework.conventions import PRESETS

    return dict.fromkeys(PRESETS, "")


def _conventions(_ctx: click.Context) -> dict[str, str]:
    from convcalc.homework.conventions import RULES

    return {name: rule.about for name, rule in RULES.items()}


def _values(name: str) -> dict[str, str]:
    from convcalc.homework.conventions import RULES

    rule = RULES.get(name)
    return {word: value.header for word, value in rule.values.items()} if rule else {}


def _types(_ctx: click.Context) -> Mapping[str, str]:
    from convcalc.homework.question_types import ABOUT

    return ABOUT


def _given(ctx: click.Context) -> Mapping[str, str]:
    from convcalc.homework.questions import QUESTIONS
    from convcalc.homework.questions.word_meanings import meaning_of

    kind = ctx.params.get("kind") or ""
    cls = QUESTIONS.get(kind)
    return {word: meaning_of(word, kind) for word in cls.words} if cls else {}


def _questions(ctx: click.Context) -> dict[str, str]:
    from convcalc.cli.shells.on_the_line import questions_of

    return questions_of(ctx)


def _sheets(_ctx: click.Context) -> dict[str, str]:
    from convcalc.homework.sheets.find import bundled_names

    return dict.fromkeys(bundled_names(), "")


def _outputs(_ctx: click.Context) -> Mapping[str, str]:
    from convcalc.homework.classroom import output_words

    return output_words.OUTPUT_WORDS


PRESET, CONVENTION = Known("name", _presets), Known("convention", _conventions)
CONVENTION_PAIR = KnownPair("name=value", _conventions, _values)
QUESTION_TYPE, QUESTION = Known("type", _types), Known("id", _questions)
GIVEN = KnownPair("name=value", _given)
BUNDLED_SHEET = Known("name", _sheets)
OUTPUTS = KnownList("names", _outputs)
