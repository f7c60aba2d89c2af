"""Types of answers that are words, letters or settings; see `types`."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.parsing import Reading, Unreadable, clean
from convcalc.homework.answers.settings_text import read_settings
from convcalc.homework.answers.types import AnswerType, Asked, Tolerance, answer_type
from convcalc.text import shortened

_LETTER = re.compile(r"[\[(]?([a-z])[.):\]] ?")  # before an option's text
_IS_RIGHT = re.compile(r"\s(?:is|are)(?: the)? (?:right|correct|true)(?: ones?)?$")


@answer_type("word")
class Word(AnswerType):
    """One of some words; the expected value is a tuple of those that are right."""

    counts = False
    wants = "a word"

    def parse(self, raw: Any, reading: Reading) -> Reading:
        value = answers.word(raw)
        return reading.but(value=value, echo=shortened(value))

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        given = re.sub(
            r"\b(a|an|the|kernel|filter|detection|detector|detects?|finds?)\b", " ", reading.value
        )
        given = " ".join(re.sub(r"[-_/]", " ", given).split())
        return any(given == word or given.rstrip("s") == word.rstrip("s") for word in expected)

    def text(self, value: Any) -> str:
        return str(value[0])

    def json(self, value: Any) -> Any:
        return value[0] if isinstance(value, tuple) else value

    def secrets(self, value: Any) -> set[str]:
        return set(value)


@answer_type("choice")
class Choice(AnswerType):
    """Letters of options, or their text; the expected value is a tuple of letters."""

    counts = False

    def __init__(self, options: tuple[str, ...]) -> None:
        self.options = options
        self.wants = f"a letter from a to {letter(len(options) - 1)}"

    def form(self, asked: Asked) -> str:
        if not asked.several:
            return self.wants
        return f"all right letters from a to {letter(len(self.options) - 1)}, separated by commas"

    def parse(self, raw: Any, reading: Reading) -> Reading:
        if isinstance(raw, list | tuple):
            found: list[str] = []
            for item in raw[:40]:
                found += self.letters(answers.raw_text(item))
        else:
            found = self.letters(answers.raw_text(raw))
        value = tuple(sorted(set(found)))
        return reading.but(value=value, echo=", ".join(value))

    def letters(self, text: str) -> list[str]:
        """The letters that a text names."""
        given = answers.word(text)
        for place, option in enumerate(self.options):
            if given == answers.word(option):
                return [letter(place)]
        known = {letter(place) for place in range(len(self.options))}
        given = _IS_RIGHT.sub("", given)
        parts = [part.strip("()[].: ") for part in re.split(r" and |[,;&+ ]+", given)]
        parts = [part for part in parts if part]
        if parts and all(part in known for part in parts):
            return parts
        labelled = _LETTER.match(given)
        if labelled and labelled[1] in known:
            rest = answers.word(given[labelled.end() :])
            option = answers.word(self.options[ord(labelled[1]) - ord("a")])
            if rest and f" {rest} " in f" {option} ":
                return [labelled[1]]
        named = {answers.word(option): letter(place) for place, option in enumerate(self.options)}
        named |= {each: each for each in known}
        words = [answers.word(each) for each in re.split(r"[,;\n]", text) if each.strip()]
        if words and all(word in named for word in words):
            return [named[word] for word in words]
        message = f"{shortened(text, 30)!r} is not one of the options"
        raise Unreadable(message)

    def text(self, value: Any) -> str:
        return ", ".join(value)

    def share_right(self, value: tuple[str, ...], expected: tuple[str, ...]) -> Fraction:
        """The share of the points for some options: right ones minus wrong ones, never below 0.

        >>> choice = Choice(("w", "x", "y", "z"))
        >>> [str(choice.share_right(tuple(picked), ("a", "b", "d"))) for picked in ("ab", "abc", "c", "abcd")]
        ['2/3', '1/3', '0', '2/3']
        """
        right = len(set(value) & set(expected))
        return max(Fraction(0), Fraction(2 * right - len(set(value)), len(expected)))

    def said_if_wrong(self, expected: Any, value: Any) -> str:
        if len(expected) < 2:
            return "Another option is right."
        return "An option is missing, or one too many is chosen."

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        return bool(reading.value == expected)

    def secrets(self, value: Any) -> set[str]:
        return {self.options[ord(a) - ord("a")] for a in value} if value else set()


@answer_type("true-false")
class TrueFalse(AnswerType):
    """True or false."""

    counts = False
    wants = "true or false"

    def said_if_wrong(self, expected: Any, value: Any) -> str:
        return "Look for a case that does not agree with your answer."

    def form(self, asked: Asked) -> str:
        return self.wants

    def parse(self, raw: Any, reading: Reading) -> Reading:
        given = answers.word(raw)
        if given in ("true", "t", "yes", "y", "right", "correct", "1", "w"):
            return reading.but(value=True, echo="true")
        if given in ("false", "f", "no", "n", "wrong", "incorrect", "0"):
            return reading.but(value=False, echo="false")
        message = f"{shortened(given, 30)!r} is neither true nor false"
        raise Unreadable(message)

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        return bool(reading.value is expected)

    def text(self, value: Any) -> str:
        return "true" if value else "false"

    def secrets(self, value: Any) -> set[str]:
        return set()


@answer_type("prose")
class Prose(AnswerType):
    """Words that a person marks."""

    counts = False
    takes_lines = True
    wants = "a few sentences"

    def parse(self, raw: Any, reading: Reading) -> Reading:
        return reading.but(value=answers.raw_text(raw)[: answers.MAX_TEXT], echo="text")

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        return False

    def secrets(self, value: Any) -> set[str]:
        return set()


@answer_type("settings")
class Settings(AnswerType):
    """Values of k, s and p: ``k=3, s=1, p=0``; p may be ``same``.

    Args:
        total: whether p is for both sides together.
        exact: whether the window must fit exactly.
    """

    counts = False
    wants = "settings such as k=…, s=…, p=…"

    def noun(self, asked: Asked) -> str:
        return "the settings"

    takes_mapping = True
    takes_lines = True

    def __init__(self, *, total: bool = False, exact: bool = False) -> None:
        self.total, self.exact = total, exact

    def parse(self, raw: Any, reading: Reading) -> Reading:
        if isinstance(raw, dict):
            raw = ", ".join(
                f"{key}={answers.raw_text(item)}" for key, item in list(raw.items())[:8]
            )
        found = read_settings(clean(answers.raw_text(raw)).lower())
        value = (found["k"], found.get("s", 1), found.get("p", 0))
        return reading.but(value=value, echo="k={}, s={}, p={}".format(*value))

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        n, out = expected
        k, s, p = reading.value
        if p == "same":  # ⌈n/s⌉; if the size may not be rounded, there must be no remainder
            most = (out - 1) * s + k
            return bool(-(-n // s) == out and not (self.exact and most < n))
        slack = n + (p if self.total else 2 * p) - k
        fits = s > 0 and slack >= 0 and not (self.exact and slack % s)
        return bool(fits and slack // s + 1 == out)

    def text(self, value: Any) -> str:
        n, out = value
        best = _best_window(n, out) if not self.total else None
        if best:
            return "k={}, s={}, p={}".format(*best)
        if n >= out:
            return f"k={n - out + 1}, s=1, p=0"
        # if p is a total, one side takes an odd padding; else the kernel takes the surplus
        p = out - n if self.total else (out - n + 1) // 2
        return f"k={n - out + 1 + (p if self.total else 2 * p)}, s=1, p={p}"

    def secrets(self, value: Any) -> set[str]:
        return {self.text(value)}


def _best_window(n: int, out: int) -> tuple[int, int, int] | None:
    """Kernel, stride and padding of the best window that gives a size exactly; None if none does."""
    from convcalc.solve.windows import MAX_SIZE, Question, solve

    if max(n, out) > MAX_SIZE:
        return None
    windows = solve(Question((n,), (out,), d=1, fit="strict")).windows
    return windows[0][:3] if windows else None


def letter(place: int) -> str:
    """The letter of an option."""
    return chr(ord("a") + place)


WORD = Word()
TRUE_FALSE = TrueFalse()
PROSE = Prose()
