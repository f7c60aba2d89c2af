"""The answer that is a multiple of C², as in questions on stacks of small kernels."""

from __future__ import annotations

import re
from typing import Any

from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.notation import clean, unwrapped
from convcalc.homework.answers.parsing import Reading
from convcalc.homework.answers.types import AnswerType, answer_type

_C_SQUARED = re.compile(
    r"(?:(?<=\d)|(?<![a-z\d]))\*? ?c ?(?:\^ ?\(?2\)?|\*\* ?2|[*x]? ?c)(?![a-z])"
)
_C = re.compile(r"(?:(?<=\d)|(?<![a-z\d]))\*? ?c(?![a-z])")


@answer_type("c-squared")
class _TimesC2(AnswerType):
    """A multiple of C²; a plain C instead is another answer."""

    wants = "a multiple of C²"

    def parse(self, raw: Any, reading: Reading) -> Reading:
        text = unwrapped(clean(answers.raw_text(raw)).lower())
        power = 2 if _C_SQUARED.search(text) else 1 if _C.search(text) else 2
        bare = _C.sub(" ", _C_SQUARED.sub(" ", text)).strip()
        number = answers.number(bare or "1")
        value = number.value if power == 2 else -number.value
        shown = answers.number_text(number.value)
        return reading.but(
            value=int(value) if value.denominator == 1 else value,
            numbers=(number._replace(value=value),),
            echo=f"{shown}C²" if power == 2 else f"{shown}C",
        )

    def text(self, value: Any) -> str:
        return f"{answers.number_text(value)}C²"


CSQUARED = _TimesC2()
