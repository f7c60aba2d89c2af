"""The questions of a sheet: each is read as far as possible, so that one run finds all errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.errors import UsageError, did_you_mean, nearest
from convcalc.homework.answers.expressions import plain_name
from convcalc.homework.answers.types import Tolerance
from convcalc.homework.conventions import RULES
from convcalc.homework.questions import QUESTIONS, GivenError, Task
from convcalc.homework.questions.base import (
    create_from_words,
    meant_word,
    own_name,
    read_words,
)
from convcalc.homework.sheets.beside import find_beside
from convcalc.homework.sheets.constraints import meets
from convcalc.homework.sheets.keys import ID, MAX_QUESTIONS, PARTIAL, QUESTION_KEYS
from convcalc.homework.sheets.links import with_links
from convcalc.homework.sheets.rules import Rules, convention_values
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.homework.sheets.values import (
    Keys,
    PlainValues,
    mapping_of,
    read_mistake,
    read_points,
    read_share,
    read_tolerance,
    tell_unknown,
)
from convcalc.homework.sheets.vary import values_of
from convcalc.network.yaml_source import Source
from convcalc.text import printable, shortened


def read_questions(
    source: Source, listed: Node, sheet: Sheet, rules: Rules, tolerance: Tolerance | None
) -> None:
    """Add the questions to their sheet; their errors are added to the problems of the source.

    Args:
        source: the sheet's source.
        listed: the list of questions.
        sheet: the sheet, without questions.
        rules: its conventions.
        tolerance: its tolerance for all questions.

    Raises:
        SpecError: there is no list of questions.
    """
    nodes = source.sequence(listed, "questions")
    if not 1 <= len(nodes) <= MAX_QUESTIONS:
        what = f"{len(nodes):,} questions; a sheet has 1 to {MAX_QUESTIONS:,}"
        source.problems.add(source.error(listed, what))
    reader = _Reader(source, sheet, rules, tolerance)
    for number, node in enumerate(nodes[:MAX_QUESTIONS], start=1):
        source.problems.attempt(reader.read, node, f"q{number}", default=None)


class _Numbers(NamedTuple):
    """The numbers of a question as written, and the line of each.

    Attributes:
        values: those under `given:`, next to it, and the first values of those that vary.
        places: the nodes of each word and of its value.
        unread: words whose values cannot be read.
        vary: how numbers vary.
    """

    values: dict[str, Any]
    places: dict[str, tuple[Node, Node]]
    unread: set[str]
    vary: dict[str, Any]


class _Reader:
    """Reads one question after the other.

    Args:
        source, sheet, rules, tolerance: as in `read_questions`.
    """

    def __init__(
        self, source: Source, sheet: Sheet, rules: Rules, tolerance: Tolerance | None
    ) -> None:
        self.source, self.sheet, self.rules, self.tolerance = source, sheet, rules, tolerance
        self.lines: dict[str, int] = {}  # the line of each id
        self.broken: set[str] = set()  # the ids of the questions that could not be read
        self.told: set[tuple[Node, str]] = set()  # errors in numbers, which aliases may share

    def attempt(self, read: Callable[..., Any], *given: Any, default: Any = None) -> Any:
        """The value that a function reads from the source; the default if it refuses."""
        return self.source.problems.attempt(read, self.source, *given, default=default)

    def add(self, node: Node, what: str) -> None:
        """Add an error to the problems of the source."""
        self.source.problems.add(self.source.error(node, what))

    def read(self, node: Node, name: str) -> None:
        """One question; without an id it is named by its position.

        Raises:
            SpecError: it is not a mapping.
        """
        keys = self.source.mapping(node, "a question", gathers=True)
        line = node.start_mark.line + 1
        identity = self._id(node, keys, name)
        is_new = identity not in self.lines
        self.lines.setdefault(identity, line)
        cls = self._type(node, keys)
        plain = PlainValues(self.source)
        settings = self._settings(keys, cls, plain)
        own, doubtful = convention_values(self.source, keys)
        question = None
        if cls is not None:
            misspelt = self._misspelt(keys, cls)
            numbers = self._numbers(keys, cls, misspelt, plain)
            doubtful |= RULES.keys() if "conventions" in misspelt else set()
            rules = self.rules.but(own, doubtful)
            question = self._question(keys, cls, identity, numbers, rules)
        if question is None or not is_new:
            self.broken.add(plain_name(identity))
            return
        question.own, question.line = own, line
        if "require" in settings:
            self._check_require(keys["require"][1], question)
        self._apply(settings, question, keys)
        self.sheet.questions.append(question)

    def _id(self, node: Node, keys: Keys, name: str) -> str:
        """The id of a question, even an invalid one."""
        text: str = (
            self.attempt(Source.scalar, keys["id"][1], "id", default=name) if "id" in keys else name
        )
        identity = text.strip()
        if not re.fullmatch(ID, identity):
            what = f"an id cannot be {shortened(identity)!r}; start with a letter, then letters, digits, _ or -"
            self.add(keys["id"][1], what)
            return shortened(identity) or name
        if identity in self.lines:
            first = self.lines[identity]
            self.add(node, f"{identity} is used twice (first in line {first}); rename one")
        return identity

    def _type(self, node: Node, keys: Keys) -> type[Task] | None:
        """The type of a question; without one, its keys are compared with those of all types."""
        if "type" in keys:
            cls: type[Task] | None = self.attempt(_read_type, keys["type"][1])
            if cls is not None:
                return cls
        known = {*QUESTION_KEYS, *(word for each in QUESTIONS.values() for word in each.words)}
        unknown = tell_unknown(self.source, keys, known, "a question")
        if "type" not in keys and "type" not in {nearest(key, known) for key in unknown}:
            self.add(node, "a question needs a type, such as params; convcalc hw types lists them")
        return None

    # ------------------------------------------------------------------------- its numbers

    def _misspelt(self, keys: Keys, cls: type[Task]) -> set[str]:
        """Refuse the keys that a type does not have; returns the keys that were perhaps meant."""
        known = {*QUESTION_KEYS, *cls.words}
        found = set()
        for key in keys:
            if key not in known:
                near, hint = meant_word(key, known)
                if not near and "given" not in keys and _holds_words(keys[key][1], cls):
                    near, hint = "given", "; did you mean 'given'?"
                what = f"a question of type {cls.kind} has no key {shortened(key)!r}{hint}"
                self.add(keys[key][0], what)
                found.add(near)
        return found

    def _numbers(
        self, keys: Keys, cls: type[Task], misspelt: set[str], plain: PlainValues
    ) -> _Numbers:
        """The numbers of a question: under ``given:``, next to it, and the first values of those that vary."""
        pairs = {}
        unread = misspelt & cls.words.keys()
        ways_out = {"given": "write name: value", "vary": "write for example {k: [3, 5]}"}
        for name, way_out in ways_out.items():
            found = self.attempt(mapping_of, keys, name, way_out)
            if name in misspelt or found is None or _has_more(keys, name, found):
                unread = {*cls.words}
            pairs[name] = found or {}
        places = dict(pairs["given"])
        for word in cls.words:
            if word in keys and (word not in QUESTION_KEYS or word == "answer"):
                if word in places:
                    self.add(keys[word][0], f"{word} is given here and under given; keep one")
                places.setdefault(word, keys[word])
        values = self._plain_values(plain, places, unread)
        vary = self._plain_values(plain, pairs["vary"], unread)
        for name, spec in vary.items():
            first = self.attempt(_first_draw, name, spec, pairs["vary"][name][1])
            if first is None:
                unread.add(name)
            elif name not in places:
                values[name] = first
        return _Numbers(values, {**pairs["vary"], **places}, unread, vary)

    def _plain_values(self, plain: PlainValues, pairs: Keys, unread: set[str]) -> dict[str, Any]:
        """The values of some words; unreadable ones are added to `unread`."""
        values = {}
        for word, (_, node) in pairs.items():
            value = self.source.problems.attempt(plain.of, node, word, default=None)
            if value is None:
                unread.add(word)
            else:
                values[word] = value
        return values

    def _question(
        self, keys: Keys, cls: type[Task], identity: str, numbers: _Numbers, rules: Rules
    ) -> Question | None:
        """The question with its numbers; None if they are invalid or unclear."""
        values, unread = dict(numbers.values), set(numbers.unread)
        problems = []
        for word in numbers.values:
            try:
                values |= find_beside({word: values[word]}, self.source.path)
            except GivenError as error:
                problems.append(error)
                unread.add(word)
                del values[word]
        words = read_words(cls, values, unread)
        problems += words.problems
        question = None
        if words.certain:
            question = self._made(cls, identity, numbers, words.values, rules, problems)
        for problem in problems:
            self._add_errors(problem, keys, cls, identity, numbers)
        return None if problems else question

    def _made(
        self,
        cls: type[Task],
        identity: str,
        numbers: _Numbers,
        values: dict[str, Any],
        rules: Rules,
        problems: list[GivenError],
    ) -> Question | None:
        """The question under the first conventions that allow it; if none does, the first error is added."""
        refusals = []
        for conventions in rules.meant():
            try:
                task = create_from_words(cls, values, conventions)
                if self.broken.intersection(plain_name(n.partition(".")[0]) for n in task.needs()):
                    return None
                question = Question(
                    identity, task, conventions, given=numbers.values, vary=numbers.vary
                )
                question.drawn = not numbers.vary
                question = with_links(question, self.sheet.questions)
                question.parts  # noqa: B018 - impossible numbers are refused here
            except GivenError as error:
                refusals.append(error)
            else:
                return question
        problems += refusals[:1]
        return None

    def _add_errors(
        self, error: GivenError, keys: Keys, cls: type[Task], identity: str, numbers: _Numbers
    ) -> None:
        """Add the errors in the numbers; only once if questions share them through an alias."""
        key, what = error.key, error.what
        at, node = numbers.places.get(key, (None, keys.get("given", keys["type"])[1]))
        if at is not None and own_name(key, cls.words) not in cls.words:
            node = at
        if (node, what) not in self.told:
            self.told.add((node, what))
            self.add(node, f"{identity}.given.{key}: {what}" if key else f"{identity}: {what}")

    # ------------------------------------------------------------------------- its other settings

    def _settings(self, keys: Keys, cls: type[Task] | None, plain: PlainValues) -> dict[str, Any]:
        """The settings of a question other than its numbers, by field."""
        source = self.source
        readers: dict[str, Callable[[Node], Any]] = {
            "text": lambda node: printable(source.scalar(node, "text")).strip(),
            "points": lambda node: read_points(source, node),
            "partial": lambda node: source.word(node, "partial", PARTIAL),
            "credit": lambda _: self._credit(keys),
            "answer": lambda node: plain.of(node, "answer"),
            "accept": lambda node: _as_list(plain.of(node, "accept")),
            "void": lambda node: source.boolean(node, "void"),
            "figure": lambda node: _read_figure(source, node, cls),
            "require": lambda node: self._texts(node, "require", source.scalar),
            "separate": lambda node: self._texts(node, "separate", self._mistake),
            "tolerance": lambda node: read_tolerance(source, node),
        }
        found = {}
        for name, read in readers.items():
            if name in keys and not (name == "answer" and cls is not None and name in cls.words):
                found["key" if name == "answer" else name] = source.problems.attempt(
                    read, keys[name][1], default=None
                )
        return found

    def _texts(self, node: Node, what: str, read: Callable[[Node, str], str]) -> list[str]:
        """A list of texts."""
        attempt = self.source.problems.attempt
        found = [attempt(read, each, what, default="") for each in self.source.sequence(node, what)]
        return [text for text in found if text]

    def _check_require(self, node: Node, question: Question) -> None:
        """Refuse a requirement that cannot be checked."""
        for each in self.source.sequence(node, "require"):
            try:
                meets(self.source.scalar(each, "require"), question)
            except UsageError as error:
                self.add(each, str(error))

    def _mistake(self, node: Node, what: str) -> str:
        """The name of a mistake in a list."""
        return read_mistake(self.source, node, self.source.scalar(node, what))

    def _credit(self, keys: Keys) -> dict[str, Fraction]:
        """The shares of the points for known mistakes."""
        found = {}
        for name, (at, node) in mapping_of(self.source, keys, "credit").items():
            self.attempt(read_mistake, at, name)
            found[name] = self.attempt(read_share, node)
        return found

    def _apply(self, settings: dict[str, Any], question: Question, keys: Keys) -> None:
        """Apply the other settings of a question, and those of its sheet."""
        for name, value in settings.items():
            setattr(question, name, value)
        task = question.task
        if "partial" not in keys:
            question.partial = task.partial
            if task.partial == "parts" and question.points == 1 and len(question.parts) == 1:
                question.partial = "none"
        if "tolerance" not in keys and all(p.answer_type.counts for p in question.parts):
            question.tolerance = self.tolerance


def _read_type(source: Source, node: Node) -> type[Task]:
    """The type of a question by its name."""
    kind = source.scalar(node, "type").strip()
    cls = QUESTIONS.get(kind)
    if cls is None:
        known = did_you_mean(kind, QUESTIONS) or "; convcalc hw types lists them"
        source.refuse(node, f"no question type {shortened(kind)!r}{known}")
    return cls


def _read_figure(source: Source, node: Node, cls: type[Task] | None) -> bool:
    """Whether there is a picture of the given data."""
    figure = source.boolean(node, "figure")
    if figure and cls is not None and cls.figure is Task.figure:
        what = f"a question of type {cls.kind} has nothing to draw; leave figure out"
        source.refuse(node, what)
    return figure


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _holds_words(node: Node, cls: type[Task]) -> bool:
    """Whether a mapping has words of a type, like that under ``given:``."""
    return isinstance(node, MappingNode) and any(
        isinstance(key, ScalarNode) and own_name(key.value, cls.words) in cls.words
        for key, _ in node.value
    )


def _has_more(keys: Keys, name: str, found: Keys) -> bool:
    """Whether a mapping has unreadable keys, and not only repeated ones."""
    node = keys[name][1] if name in keys else None
    return isinstance(node, MappingNode) and any(
        not isinstance(key, ScalarNode) or key.value not in found for key, _ in node.value
    )


def _first_draw(source: Source, name: str, spec: Any, node: Node) -> Any:
    """The first value of a number that varies, so that the sheet is complete without a draw."""
    try:
        return values_of(name, spec)[0]
    except UsageError as error:
        raise source.error(node, str(error)) from None
