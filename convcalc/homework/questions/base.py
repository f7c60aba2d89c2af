"""The base class of question types, and the registry that sheets, mistakes and the manual use.

A type is one class under ``@question("params")``: its annotations are the words of ``given:``, its
docstring is its entry in ``convcalc hw types``, `Task.parts` gives the right answers (computed,
never stored) and the numbers for the mistakes. No type reads a convention: when a task is made,
`meaning` applies the sheet's conventions to the words, and the type gets only the result.

The classes are frozen like dataclasses, but by `Task` itself: creating sixty dataclasses would
take a quarter of the time to check one sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from convcalc.errors import did_you_mean, nearest
from convcalc.homework.conventions import RULES, Conventions
from convcalc.homework.question_types import ABOUT
from convcalc.homework.questions.given import READERS, GivenError
from convcalc.homework.questions.given_schemas import ALIASES
from convcalc.homework.questions.meaning import MEANINGS, NETWORK_TYPES, NETWORK_WORD
from convcalc.homework.questions.words import with_articles
from convcalc.registry import Registry
from convcalc.text import listing, quoted, shortened

if TYPE_CHECKING:
    from convcalc.draw import Picture
    from convcalc.homework.answers.types import AnswerType

T = TypeVar("T", bound="type[Task]")


@dataclass(slots=True, eq=False, repr=False)
class Part:
    """One thing a question asks for.

    Attributes:
        name: empty if the question has one part; else for example ``weights`` or ``3.shape``.
        answer_type: how it is read and compared.
        expected: the right answer.
        topic: the topic of its possible mistakes.
        quantities: the numbers that the mistakes change or use.
        evaluate: computes the answer from such numbers.
        label: its name in messages.
        method: the formula with the numbers filled in, without the result.
        also: further right answers.
        optional: whether an empty cell means the right answer, as for the weights of a pool.
    """

    name: str
    answer_type: AnswerType
    expected: Any
    topic: str = ""
    quantities: Any = None
    evaluate: Callable[[Any], Any] | None = None
    label: str = ""
    method: str = ""
    also: tuple[Any, ...] = ()
    optional: bool = False

    def __repr__(self) -> str:
        return f"<Part {self.name or self.topic}: {self.answer_type.wants}>"

    @classmethod
    def of(
        cls,
        answer_type: AnswerType,
        topic: str,
        quantities: Any,
        evaluate: Callable[[Any], Any],
        method: str,
    ) -> Part:
        """The single part of a question; its right answer is computed from the numbers."""
        return cls("", answer_type, evaluate(quantities), topic, quantities, evaluate, "", method)


MISSING: Any = object()  # marks a word of `given` without a default


class Word(NamedTuple):
    """A word of ``given:``: how its value is read, and its default."""

    type: str
    default: Any = MISSING


_USUAL = Conventions()


class Task:
    """A question type with its numbers, under the conventions of a sheet.

    Every word is an attribute with its meaning under the conventions; `given` has the words as
    written.

    Attributes:
        kind: its name on a sheet.
        words: the words of ``given:``, filled in by `question`.
        meanings: the attributes that depend on conventions, each with its type in `MEANINGS`.
        about: what it asks for, in a few words; filled in by `question` from `question_types`.
        depends_on: the conventions that its answer may depend on; filled in by `question`.
        ignores: conventions of its words that do not change its answer, each with the reason.
        examples: at least two sets of ``given``; hints use one that does not give the answer away.
        rule: how to compute it, in words and letters.
        takes_file: whether the answer is the name of a file, which every part checks.
    """

    words: ClassVar[dict[str, Word]] = {}
    meanings: ClassVar[dict[str, str]] = {}
    kind: ClassVar[str]
    about: ClassVar[str]
    depends_on: ClassVar[tuple[str, ...]] = ()
    ignores: ClassVar[dict[str, str]] = {}
    examples: ClassVar[tuple[dict[str, Any], ...]] = ()
    rule: ClassVar[str] = ""
    partial: ClassVar[str] = "none"
    takes_file: ClassVar[bool] = False

    _written: dict[str, Any]
    _conventions: Conventions

    def __init__(self, conventions: Conventions = _USUAL, /, **values: Any) -> None:
        written = {name: word.default for name, word in self.words.items()} | values
        meant = dict(written)
        for name, type_ in self.meanings.items():
            try:
                meant[name] = MEANINGS[type_].apply(written.get(name), meant, conventions)
            except GivenError as error:
                raise GivenError(name, error.what) from None
        self.__dict__.update(meant, _written=written, _conventions=conventions)

    def __setattr__(self, name: str, value: Any) -> None:
        message = f"{type(self).__name__}.{name} cannot be changed; but() makes another question"
        raise AttributeError(message)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.given() == other.given()

    def __hash__(self) -> int:
        return hash((self.kind, *self.given()))

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value!r}" for name, value in self.given().items())
        return f"{type(self).__name__}({inner})"

    def given(self) -> dict[str, Any]:
        """The numbers as written, by the words of ``given:``."""
        return dict(self._written)

    def written(self, name: str) -> Any:
        """One of the numbers as written."""
        return self._written[name]

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """A value that is computed at its first use and kept."""
        key = f"_{name}"
        if key not in self.__dict__:
            self.__dict__[key] = make()
        return self.__dict__[key]

    def sentence(self) -> str:
        """The question in words; "a" is before every number; `question_text` adapts it."""
        raise NotImplementedError

    def question_text(self) -> str:
        """The question in words, for sheets that do not word it themselves."""
        return with_articles(self.sentence())

    def parts(self) -> list[Part]:
        """The parts of the question, with the right answers."""
        raise NotImplementedError

    def figure(self) -> Picture | None:
        """A picture of the given data, without the answer; None if there is nothing to draw."""
        return None

    @property
    def draws(self) -> bool:
        """Whether there is something to draw; known without drawing, because graders elsewhere cannot draw."""
        return type(self).figure is not Task.figure

    def check(self) -> None:
        """Refuse impossible numbers."""

    def gaps(self, given: set[str]) -> list[str]:
        """What the question does not say, and what is assumed."""
        del given
        return []

    def follow(self, name: str, earlier: Mapping[str, Any]) -> Part | None:
        """A part that follows from the student's earlier answers; None if none does."""
        del name, earlier
        return None

    def passes_on(self, name: str) -> bool:
        """Whether a later part may follow from the student's answer to this part."""
        del name
        return False

    def needs(self) -> tuple[str, ...]:
        """The answers to other questions that this one uses, such as q1 or q4.weights."""
        return ()

    @property
    def linked_values(self) -> dict[str, Any]:
        """The known ones of those answers, by name."""
        found: dict[str, Any] = self.__dict__.get("_linked", {})
        return found

    def linked(self, values: Mapping[str, Any]) -> Task:
        """The same question with those answers; they are not words of ``given``, so they are not shown."""
        task = type(self)(self._conventions, **self._written)
        task.__dict__["_linked"] = dict(values)
        return task

    def but(self, **changes: Any) -> Task:
        """The same question with other numbers."""
        return self._checked(self._conventions, {**self._written, **changes})

    def under(self, conventions: Conventions) -> Task:
        """The same question under other conventions.

        Raises:
            GivenError: its numbers have no meaning under them.
        """
        return self._checked(conventions, self._written)

    def _checked(self, conventions: Conventions, written: Mapping[str, Any]) -> Task:
        """A copy of the question with checked numbers."""
        task = type(self)(conventions, **written)
        task.need_right_words()
        return task

    def need_right_words(self) -> None:
        """Refuse impossible numbers, with this type's names for them."""
        try:
            self.check()
        except GivenError as error:
            if error.key != NETWORK_WORD or error.key in self.words:
                raise
            networks = (name for name, type_ in self.meanings.items() if type_ in NETWORK_TYPES)
            raise GivenError(next(networks, error.key), error.what) from None


QUESTIONS: Registry[type[Task]] = Registry("question type")


def question(name: str) -> Callable[[T], T]:
    """Register a question type; a second one of the same name is refused."""

    def register(cls: T) -> T:
        cls.kind, cls.about = name, ABOUT[name]
        cls.words, cls.meanings = _words_of(cls)
        brought = {key for type_ in cls.meanings.values() for key in MEANINGS[type_].conventions}
        cls.depends_on = tuple([key for key in RULES if key in brought - cls.ignores.keys()])
        return QUESTIONS.register(name, cls)

    return register


def _words_of(cls: type[Task]) -> tuple[dict[str, Word], dict[str, str]]:
    """The annotations of a class and its bases, base classes first: words, and attributes with a meaning.

    A base class that only requires a word annotates it with Any.
    """
    words: dict[str, Word] = {}
    meanings: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base in {object, Task}:
            continue
        for name, text in vars(base).get("__annotations__", {}).items():
            if "ClassVar" in text or text == "Any":
                continue
            if text in READERS:
                words[name] = Word(text, vars(base).get(name, MISSING))
            if text in MEANINGS:
                meanings[name] = text
    if "ask" in words:  # given data come first, what is asked for comes last
        words["ask"] = words.pop("ask")
    return words, meanings


def own_name(word: str, words: Collection[str]) -> str:
    """A type's name for a word; a type's own word takes precedence over other names."""
    return word if word in words else ALIASES.get(word, word)


class Words(NamedTuple):
    """The result of reading the words of ``given:``.

    Attributes:
        values: by the type's own names.
        problems: what cannot be used, or is missing.
        certain: whether the values are certainly the intended ones, in spite of the problems.
    """

    values: dict[str, Any]
    problems: list[GivenError]
    certain: bool


def meant_word(word: str, words: Collection[str]) -> tuple[str, str]:
    """The word that was perhaps meant by an unknown word, or nothing, and the end of its message.

    >>> meant_word("kernal", ["k", "s"]), meant_word("zzz", ["k", "s"])
    (('k', "; did you mean 'k'?"), ('', '; known: k, s'))
    """
    others = [other for other, own in ALIASES.items() if own in words]
    near = own_name(nearest(word, [*words, *others]), words)
    return near, f"; did you mean {quoted(near)}?" if near else did_you_mean(word, words)


def read_words(cls: type[Task], given: Mapping[str, Any], unread: Collection[str] = ()) -> Words:
    """The words of a question, read from text or plain data; all problems are collected.

    A word that is missing because it is misspelt is not reported twice.

    Args:
        cls: the question type.
        given: the words as written.
        unread: words with errors that are already reported.
    """
    known = cls.words
    values: dict[str, Any] = {}
    problems: list[GivenError] = []
    there = {own_name(word, known) for word in unread}
    certain = not there
    seen: set[str] = set()
    for word, raw in given.items():
        name = own_name(word, known)
        if name not in known:
            near, hint = meant_word(word, known)
            problems.append(GivenError(word, f"{cls.kind} has no {shortened(word)!r}{hint}"))
            there.add(near)
            certain = certain and not near
            continue
        try:
            values[name] = _read_word(name, raw, word, cls, seen)
        except GivenError as error:
            same = error.key == word
            problems.append(error if same else GivenError(word, f"{error.key}: {error.what}"))
            certain = False
        there.add(name)
        seen.add(name)
    missing = [
        name for name, word in known.items() if word.default is MISSING and name not in there
    ]
    if missing:
        what = f"{cls.kind} needs {listing(missing)}; all its words: {', '.join(known)}"
        problems.append(GivenError("", what))
    return Words(values, problems, certain and not missing)


def _read_word(name: str, raw: Any, word: str, cls: type[Task], seen: Collection[str]) -> Any:
    """The value of a word, which may be given under another name."""
    if name in seen:
        raise GivenError(word, f"{name} is given twice; keep one")
    return READERS[cls.words[name].type](raw, word)


def create_question(kind: str, given: Mapping[str, Any], conventions: Conventions = _USUAL) -> Task:
    """A question type with its numbers, read from text or plain data, under conventions.

    >>> create_question("params", {"k": 5, "c_in": 3, "filters": 10}).filters
    10

    Raises:
        GivenError: a type or word is unknown, a value cannot be used, or one is missing.
    """
    cls = QUESTIONS.get(kind)
    if cls is None:
        known_kinds = did_you_mean(kind, QUESTIONS) or "; convcalc hw types lists them"
        raise GivenError("type", f"no question type {shortened(kind)!r}{known_kinds}")
    values, problems, _ = read_words(cls, given)
    if problems:
        first, *others = problems
        raise GivenError(first.key, first.what, others) if others else first
    return create_from_words(cls, values, conventions)


def create_from_words(cls: type[Task], values: Mapping[str, Any], conventions: Conventions) -> Task:
    """A question with the values that `read_words` read, under conventions.

    Raises:
        GivenError: the values do not give a valid question.
    """
    task = cls(conventions, **values)
    task.need_right_words()
    return task
