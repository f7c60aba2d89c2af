"""Sheets with a known number of errors: every kind of break, with one key of a question per line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

from convcalc.homework.questions import QUESTIONS, GivenError, Task
from convcalc.homework.questions.base import MISSING, own_name
from convcalc.homework.questions.given import READERS
from convcalc.homework.sheets.keys import QUESTION_KEYS

# Values that are wrong for words of some types; the first that a word refuses is its bad value.
_BAD: tuple[Any, ...] = ("?!", "", {"?": "?"}, [{"?": {"?": ["?"]}}], [["?"], ["?", "?"]])


class Broken(NamedTuple):
    """A sheet's text, and the lines in which it has errors, one for each error."""

    text: str
    lines: list[int]


class Question:
    """A question that is broken key by key, written with a line for each key.

    Args:
        keys: the keys of the question, as plain data.
        rng: the random generator.
    """

    def __init__(self, keys: dict[str, Any], rng: random.Random) -> None:
        self.keys = {key: value for key, value in keys.items() if key not in ("given", "vary")}
        self.cls: type[Task] = QUESTIONS[str(keys["type"])]
        beside = {w: self.keys.pop(w) for w in self.cls.words if w in keys and _beside(w)}
        self.given: dict[str, Any] = {**keys.get("given", {}), **beside}
        self.vary: dict[str, Any] = dict(keys.get("vary", {}))
        self.more: dict[str, str] = {}  # separate lines, by the key that they repeat or add
        self.marked: list[str] = []  # keys whose lines have an error
        self.rng = rng

    def word(self, fits: Callable[[str], bool]) -> str:
        """A given word that is not broken yet; empty if there is none."""
        words = [w for w in self.given if f"given.{w}" not in self.marked and fits(w)]
        return self.rng.choice(words) if words else ""

    def bad_value(self, word: str) -> Any:
        """A value that a word refuses; None if it takes all."""
        reader = READERS[self.cls.words[own_name(word, self.cls.words)].type]
        for value in _BAD:
            try:
                reader(value, word)
            except GivenError:
                return value
        return None

    def written(self) -> Iterator[tuple[str, str]]:
        """The lines, each with its key."""
        dash = "  - "
        for key, value in self.keys.items():
            yield key, f"{dash}{key}: {json.dumps(value)}"
            dash = "    "
        for key, line in self.more.items():
            yield key, f"    {line}"
        for name, pairs in (("given", self.given), ("vary", self.vary)):
            if pairs:
                yield name, f"    {name}:"
                yield from (
                    (f"{name}.{w}", f"      {w}: {json.dumps(v)}") for w, v in pairs.items()
                )


def _beside(word: str) -> bool:
    return word not in QUESTION_KEYS or word == "answer"


def _put(place: str, name: str, value: Any) -> Callable[[Question], bool]:
    """A break that puts a value into the keys of a question, or adds a separate line to it."""

    def apply(question: Question) -> bool:
        getattr(question, place)[name] = value
        question.marked.append(name)
        return True

    return apply


def _bad_value(question: Question) -> bool:
    word = question.word(lambda word: question.bad_value(word) is not None)
    if word:
        question.given[word] = question.bad_value(word)
        question.marked.append(f"given.{word}")
    return bool(word)


def _missing(question: Question) -> bool:
    words = question.cls.words

    def is_needed(word: str) -> bool:
        return words[own_name(word, words)].default is MISSING

    word = question.word(is_needed)
    if not word or len(question.given) < 2:
        return False
    del question.given[word]
    question.marked.append("given")
    return True


def _misspelt(question: Question) -> bool:
    word = question.word(lambda word: len(word) > 4 and word in question.cls.words)
    if not word:
        return False
    wrong = f"{word[:-1]}qq"
    question.given = {wrong if w == word else w: v for w, v in question.given.items()}
    question.marked.append(f"given.{wrong}")
    return True


def _unknown_word(question: Question) -> bool:
    question.given["zzzqq"] = 1
    question.marked.append("given.zzzqq")
    return True


def _vary(question: Question) -> bool:
    if question.vary or question.cls.kind == "from-answers":
        return False
    question.vary["zzz"] = 3
    question.marked.append("vary.zzz")
    return True


def _range(question: Question) -> bool:
    if question.vary or question.cls.kind == "from-answers":
        return False
    question.vary["zzzz"] = {"from": 9, "to": 3}
    question.marked.append("vary.zzzz")
    return True


# Every kind of break; each returns whether it could be applied to the question.
BREAKS: dict[str, Callable[[Question], bool]] = {
    "points": _put("keys", "points", "many"),
    "no points": _put("keys", "points", {"a": 1}),
    "partial": _put("keys", "partial", "some"),
    "void": _put("keys", "void", "perhaps"),
    "figure": _put("keys", "figure", "perhaps"),
    "tolerance": _put("keys", "tolerance", "big"),
    "id": _put("keys", "id", "4 q"),
    "credit": _put("keys", "credit", {"par.no-bais": 0.5}),
    "share": _put("keys", "credit", {"par.no-bias": 7}),
    "separate": _put("keys", "separate", ["par.no-bais"]),
    "no list": _put("keys", "require", {"a": 1}),
    "range": _range,
    "convention": _put("keys", "conventions", {"bias": "perhaps"}),
    "no convention": _put("keys", "conventions", {"flps": "macs"}),
    "no conventions": _put("keys", "conventions", ["macs"]),
    "unknown key": _put("keys", "zzzqq", 1),
    "tag": _put("more", "text", "text: !!python/name:os.system"),
    "no word": _put("more", "[1]", "[1]: 2"),
    "bad value": _bad_value,
    "missing": _missing,
    "misspelt": _misspelt,
    "unknown word": _unknown_word,
    "vary": _vary,
}
# Breaks of the same key: a question can have only one of them
_SAME = (
    {"points", "no points"},
    {"credit", "share"},
    {"convention", "no convention", "no conventions"},
)


def _apply(question: Question, names: list[str], most: int) -> int:
    """Break a question; returns the number of breaks."""
    done: set[str] = set()
    for name in names:
        is_free = not any(name in same and done & same for same in _SAME)
        if len(done) < most and is_free and BREAKS[name](question):
            done.add(name)
    return len(done)


def broken(
    sheet: dict[str, Any], count: int, rng: random.Random, names: list[str] | None = None
) -> Broken:
    """A sheet with a number of errors, of random kinds.

    Args:
        sheet: the sheet as plain data; its questions must have ids.
        count: how many errors.
        rng: the random generator.
        names: the breaks to choose from; all by default.
    """
    questions = [Question(keys, rng) for keys in sheet["questions"]]
    order, left = rng.sample(questions, len(questions)), count
    for question in order:
        chosen = rng.sample(names or [*BREAKS], len(names or BREAKS))
        left -= _apply(question, chosen, min(left, rng.randint(1, 9)))
    head = [f"{key}: {json.dumps(value)}" for key, value in sheet.items() if key != "questions"]
    lines, wrong = [*head, "questions:"], []
    for question in questions:
        places: dict[str, int] = {}
        for key, line in question.written():
            lines.append(line)
            places[key] = len(lines)
        for key in question.marked:
            is_block = key == "given"  # a missing key is reported at the first existing one
            wrong.append(places[key] + is_block)
    return Broken("\n".join(lines), sorted(wrong))


def plain(text: str) -> dict[str, Any]:
    """A sheet as plain data, its values as texts."""
    found: dict[str, Any] = yaml.load(text, yaml.BaseLoader)
    return found
