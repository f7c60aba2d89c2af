"""What every question type answers, and the registry that sheets, mistakes and the manual read.

A type is one class under ``@question("params")``: its annotations are the words of ``given:``, its
docstring is its entry in ``convcalc hw types``, `Task.parts` gives the right answers - computed,
never stored - and the numbers that the mistakes work on. No type reads a convention: when a task is
made, `meaning` applies those of the sheet to the words, and the type sees only what they mean.

The classes are frozen as dataclasses are, but by `Task` itself: sixty dataclasses would cost a check
of one sheet a quarter of its time.
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
        name: empty where the question has one part; else such as ``weights`` or ``3.shape``.
        answer_type: how it is read and compared.
        expected: the right answer.
        topic: which mistakes can lead astray.
        quantities: the numbers that the mistakes change or calculate with.
        evaluate: the answer that follows from such numbers.
        label: what it is called in messages.
        method: the formula with the numbers filled in and the result left out.
        also: further right answers.
        optional: whether an empty cell stands for it, as for the weights of a pool.
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
        """The one part of a question, whose right answer follows from the numbers behind it."""
        return cls("", answer_type, evaluate(quantities), topic, quantities, evaluate, "", method)


MISSING: Any = object()  # stands where a word of `given` has no default


class Word(NamedTuple):
    """A word of ``given:``: how its value is read, and what it is when it is left out."""

    type: str
    default: Any = MISSING


_USUAL = Conventions()


class Task:
    """A question type with its numbers, under the conventions of a sheet.

    Every word is an attribute with what it means under the conventions; `given` has the words as
    they are written.

    Attributes:
        kind: its name on a sheet.
        words: the words of ``given:``, filled in by `question`.
        meanings: the attributes that depend on conventions, each with its type in `MEANINGS`.
        about: what it asks for, in a few words; filled in by `question` from `question_types`.
        depends_on: the conventions that its answer may depend on; filled in by `question`.
        ignores: conventions that its words bring along but that leave its answer alone, each with
            the reason.
        examples: at least two sets of ``given``; hints use one that does not give the answer away.
        rule: how to work it out, in words and letters.
        takes_file: whether the answer is the name of a file, about which every part decides.
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
        """The numbers as they are written, by the words of ``given:``."""
        return dict(self._written)

    def written(self, name: str) -> Any:
        """One of them."""
        return self._written[name]

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Something that is worked out at its first use and kept."""
        key = f"_{name}"
        if key not in self.__dict__:
            self.__dict__[key] = make()
        return self.__dict__[key]

    def sentence(self) -> str:
        """The question in words; "a" stands before every number, `question_text` adapts it."""
        raise NotImplementedError

    def question_text(self) -> str:
        """The question in words, for sheets that do not word it themselves."""
        return with_articles(self.sentence())

    def parts(self) -> list[Part]:
        """What is asked, with the right answers."""
        raise NotImplementedError

    def figure(self) -> Picture | None:
        """A picture of what is given, without the answer; None where there is nothing to draw."""
        return None

    @property
    def draws(self) -> bool:
        """Whether there is something to draw; known without drawing, which graders elsewhere cannot."""
        return type(self).figure is not Task.figure

    def check(self) -> None:
        """Refuse numbers that no question can have."""

    def gaps(self, given: set[str]) -> list[str]:
        """What the question leaves open, and what is assumed instead."""
        del given
        return []

    def follow(self, name: str, earlier: Mapping[str, Any]) -> Part | None:
        """A part as it follows from the student's own earlier answers; None where none does."""
        del name, earlier
        return None

    def passes_on(self, name: str) -> bool:
        """Whether a later part may follow from the student's own answer to this part."""
        del name
        return False

    def needs(self) -> tuple[str, ...]:
        """The answers to other questions that this one is worked out from, such as q1 or q4.weights."""
        return ()

    @property
    def linked_values(self) -> dict[str, Any]:
        """Those answers by their names, as far as they are known."""
        found: dict[str, Any] = self.__dict__.get("_linked", {})
        return found

    def linked(self, values: Mapping[str, Any]) -> Task:
        """The same question with those answers; they are no words of ``given``, so nobody is shown them."""
        task = type(self)(self._conventions, **self._written)
        task.__dict__["_linked"] = dict(values)
        return task

    def but(self, **changes: Any) -> Task:
        """The same question with other numbers."""
        return self._checked(self._conventions, {**self._written, **changes})

    def under(self, conventions: Conventions) -> Task:
        """The same question under other conventions.

        Raises:
            GivenError: its numbers mean nothing there.
        """
        return self._checked(conventions, self._written)

    def _checked(self, conventions: Conventions, written: Mapping[str, Any]) -> Task:
        """Such a question, its numbers checked."""
        task = type(self)(conventions, **written)
        task.need_right_words()
        return task

    def need_right_words(self) -> None:
        """Refuse numbers that no question can have, by the words that this type has for them."""
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
    """The annotations of a class and its bases, base classes first: words, and what has a meaning.

    A base class that only needs a word to be there annotates it with Any.
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
    if "ask" in words:  # a part of what is given comes first, what is asked for last
        words["ask"] = words.pop("ask")
    return words, meanings


def own_name(word: str, words: Collection[str]) -> str:
    """A word by the name that a type has for it; a type's own word comes before another name."""
    return word if word in words else ALIASES.get(word, word)


class Words(NamedTuple):
    """What is read of the words of ``given:``.

    Attributes:
        values: by the type's own names.
        problems: what cannot be used, or is missing.
        certain: whether the values are those that were meant, whatever the problems mean.
    """

    values: dict[str, Any]
    problems: list[GivenError]
    certain: bool


def meant_word(word: str, words: Collection[str]) -> tuple[str, str]:
    """The word that an unknown word was perhaps meant to be, or nothing, and the end of its message.

    >>> meant_word("kernal", ["k", "s"]), meant_word("zzz", ["k", "s"])
    (('k', "; did you mean 'k'?"), ('', '; known: k, s'))
    """
    others = [other for other, own in ALIASES.items() if own in words]
    near = own_name(nearest(word, [*words, *others]), words)
    return near, f"; did you mean {quoted(near)}?" if near else did_you_mean(word, words)


def read_words(cls: type[Task], given: Mapping[str, Any], unread: Collection[str] = ()) -> Words:
    """The words of a question, read from text or plain data; what is wrong with them is gathered.

    A word that is missing because it is misspelt is not told as well.

    Args:
        cls: the question type.
        given: the words as they are written.
        unread: words that are given too, but wrong in ways that are told already.
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
        what = f"{cls.kind} needs {listing(missing)}; it has {', '.join(known)}"
        problems.append(GivenError("", what))
    return Words(values, problems, certain and not missing)


def _read_word(name: str, raw: Any, word: str, cls: type[Task], seen: Collection[str]) -> Any:
    """The value of a word, which may stand there under another name."""
    if name in seen:
        raise GivenError(word, f"{name} is given twice; keep one")
    return READERS[cls.words[name].type](raw, word)


def create_question(kind: str, given: Mapping[str, Any], conventions: Conventions = _USUAL) -> Task:
    """A question type with its numbers, read from text or plain data, under conventions.

    >>> create_question("params", {"k": 5, "c_in": 3, "filters": 10}).filters
    10

    Raises:
        GivenError: no such type or word, a value it cannot use, or one that is missing.
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
    """A question type with the values that `read_words` read, under conventions.

    Raises:
        GivenError: the values make no question.
    """
    task = cls(conventions, **values)
    task.need_right_words()
    return task
