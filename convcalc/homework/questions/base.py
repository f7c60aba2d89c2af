"""What every question type answers, and the registry that sheets, mistakes and the manual read.

A type is one class under ``@question("params")``: its annotations are the words of ``given:``, its
docstring is its entry in ``convcalc hw types``, `Task.parts` gives the right answers under the
sheet's conventions - computed, never stored - and the numbers that the mistakes work on.

The classes are frozen as dataclasses are, but by `Task` itself: sixty dataclasses would cost a check
of one sheet a quarter of its time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from convcalc.errors import UsageError, did_you_mean, shortened
from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.parsing import Unreadable

if TYPE_CHECKING:
    from convcalc.homework.answers.types import AnswerType
    from convcalc.homework.conventions import Conventions

MAX_DIGITS = 12
MAX_LAYERS = 2_000

Ints = int | tuple[int, ...]
Rows = tuple[tuple[Any, ...], ...]
T = TypeVar("T", bound="type[Task]")


class GivenError(UsageError):
    """A value under ``given:`` that the question type cannot use.

    Attributes:
        key: which one; empty for the question as a whole.
        what: what is wrong and what to do.
    """

    def __init__(self, key: str, what: str) -> None:
        self.key, self.what = key, what
        super().__init__(f"{key}: {what}" if key else what)


class Layer(NamedTuple):
    """A layer of a receptive-field question: kernel, stride and dilation."""

    k: int
    s: int = 1
    d: int = 1

    def __str__(self) -> str:
        return f"{self.k}/{self.s}" + (f"/{self.d}" if self.d != 1 else "")


@dataclass(slots=True, eq=False)
class Part:
    """One thing a question asks for.

    Attributes:
        name: empty where the question has one part; else such as ``weights`` or ``3.shape``.
        form: how it is read and compared.
        expected: the right answer.
        topic: which mistakes can lead astray.
        work: the numbers that the mistakes change or calculate with.
        evaluate: the answer that follows from such numbers.
        label: what it is called in messages.
        method: the formula with the numbers filled in and the result left out.
        also: further right answers.
        optional: whether leaving it blank is right, as for the weights of a pool.
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


MISSING: Any = object()  # stands where a word of `given` has no default


class Word(NamedTuple):
    """A word of ``given:``: how its value is read, and what it is when it is left out."""

    type: str
    default: Any = MISSING


class Task:
    """A question type with its numbers.

    Attributes:
        kind: its name on a sheet.
        words: the words of ``given:``, filled in by `question`.
        about: what it asks for, in a few words.
        turns_on: the conventions that its answer may depend on.
        examples: at least two sets of ``given``; hints use one that does not give the answer away.
        rule: how to work it out, in words and letters.
    """

    words: ClassVar[dict[str, Word]] = {}
    kind: ClassVar[str]
    about: ClassVar[str] = ""
    turns_on: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[dict[str, Any], ...]] = ()
    rule: ClassVar[str] = ""
    by_hand: ClassVar[bool] = False
    partial: ClassVar[str] = "none"

    def __init__(self, **values: Any) -> None:
        filled = {name: word.default for name, word in self.words.items()} | values
        self.__dict__.update(filled)

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
        """The numbers, by the words of ``given:``."""
        return {name: self.__dict__[name] for name in self.words}

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Something that is worked out at its first use and kept."""
        key = f"_{name}"
        if key not in self.__dict__:
            self.__dict__[key] = make()
        return self.__dict__[key]

    def sentence(self, c: Conventions) -> str:
        """The question in words, for sheets that do not word it themselves."""
        raise NotImplementedError

    def parts(self, c: Conventions) -> list[Part]:
        """What is asked, with the right answers under these conventions."""
        raise NotImplementedError

    def check(self) -> None:
        """Refuse numbers that no question can have."""

    def gaps(self, given: set[str]) -> list[str]:
        """What the question leaves open, and what is assumed instead."""
        del given
        return []

    def follow(self, c: Conventions, name: str, earlier: Mapping[str, Any]) -> Any:
        """The right answer of a part after the student's own earlier answers; None if the same."""
        del c, name, earlier

    def but(self, **changes: Any) -> Task:
        """The same question with other numbers."""
        return type(self)(**{**self.given(), **changes})


QUESTIONS: dict[str, type[Task]] = {}


def question(name: str) -> Callable[[T], T]:
    """Register a question type; a second one of the same name is refused."""

    def register(cls: T) -> T:
        if name in QUESTIONS:
            message = (
                f"duplicate question type {name!r}: {QUESTIONS[name].__name__} and {cls.__name__}"
            )
            raise RuntimeError(message)
        cls.kind, cls.words = name, words_of(cls)
        QUESTIONS[name] = cls
        return cls

    return register


def words_of(cls: type[Task]) -> dict[str, Word]:
    """The annotations of a class that has a value per question, base classes first."""
    found: dict[str, Word] = {}
    for base in reversed(cls.__mro__):
        for name, text in vars(base).get("__annotations__", {}).items():
            if "ClassVar" not in text and base.__dict__.get("kind", base is cls):
                found[name] = Word(text, vars(base).get(name, MISSING))
    return found


# ------------------------------------------------------------------- reading what is given


SUBJECTS = {
    "s": "stride",
    "k": "the kernel size",
    "n": "the input size",
    "p": "padding",
    "d": "dilation",
}


def subject(key: str) -> str:
    """How a message begins: with the name behind a letter."""
    return SUBJECTS.get(key, "the value")


def whole(raw: Any, what: str, *, least: int = 0, most: int = 10**MAX_DIGITS) -> int:
    """A whole number from text or data."""
    text = str(raw).strip() if not isinstance(raw, bool | list | tuple | dict) else "?"
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_DIGITS:
        message = (
            f"{subject(what)} must be a whole number, but is {shortened(answers.raw_text(raw))!r}"
        )
        raise GivenError(what, message)
    if len(digits) > 1 and digits.startswith("0"):
        message = (
            f"is {text!r}: YAML may read a leading 0 as base 8; write {digits.lstrip('0') or 0}"
        )
        raise GivenError(what, message)
    value = int(text)
    if not least <= value <= most:
        message = (
            f"{subject(what)} must be {least:,} or more, got {value:,}"
            if value < least
            else f"{subject(what)} is {value:,}; at most {most:,}"
        )
        raise GivenError(what, message)
    return value


def several(raw: Any) -> list[Any] | None:
    """The items of a list, or of a text such as 3x5; None for a single value."""
    if isinstance(raw, list | tuple):
        return list(raw)
    text = str(raw).lower().replace("×", "x")
    return text.split("x") if "x" in text else None


def read_ints(raw: Any, what: str, least: int = 0) -> Ints:
    """One number for all axes, or one per axis."""
    items = several(raw)
    if items is None:
        return whole(raw, what, least=least)
    if not 1 <= len(items) <= 3:
        message = f"it lists {len(items)} numbers; give one, or one per axis (at most 3)"
        raise GivenError(what, message)
    return tuple(whole(item, what, least=least) for item in items)


def read_pad(raw: Any, what: str) -> Ints | str:
    """Padding: numbers, or a word."""
    if isinstance(raw, str) and raw.strip().lower() in ("same", "valid", "full"):
        return raw.strip().lower()
    if isinstance(raw, str) and not raw.strip()[:1].isdigit():
        message = f"it cannot be {shortened(raw)!r}; write a number, same, valid or full"
        raise GivenError(what, message)
    return read_ints(raw, what)


def read_shape(raw: Any, what: str) -> tuple[int, ...]:
    """A volume height × width × channels, such as 32x32x3."""
    items = several(raw) or [raw]
    if not 1 <= len(items) <= 4:
        message = f"it lists {len(items)} numbers; write height x width x channels"
        raise GivenError(what, message)
    return tuple(whole(item, what, least=1) for item in items)


def read_layers(raw: Any, what: str) -> tuple[Layer, ...]:
    """Layers as k/s/d: ``[3/2, 3/1]``, ``3/2 3/1``; ``4*3`` repeats."""
    items = list(raw) if isinstance(raw, list | tuple) else str(raw).replace(",", " ").split()
    found: list[Layer] = []
    for item in items:
        text = "/".join(map(str, item)) if isinstance(item, list | tuple) else str(item)
        times, star, rest = text.partition("*")
        repeats = whole(times, what, least=1, most=MAX_LAYERS) if star else 1
        numbers = [whole(part, what, least=1) for part in (rest if star else text).split("/")]
        if not 1 <= len(numbers) <= 3:
            message = (
                f"{shortened(text)!r} is no layer; write kernel/stride or kernel/stride/dilation"
            )
            raise GivenError(what, message)
        found += [Layer(*numbers)] * repeats
        if len(found) > MAX_LAYERS:
            message = f"more than {MAX_LAYERS:,} layers"
            raise GivenError(what, message)
    if not found:
        message = "it lists no layers; write for example [3/2, 3/1]"
        raise GivenError(what, message)
    return tuple(found)


def read_rows(raw: Any, what: str) -> Rows:
    """A matrix of whole numbers or decimal fractions."""
    try:
        rows = answers.matrix(raw)
    except Unreadable as error:
        raise GivenError(what, f"it is no matrix: {error}") from None
    return tuple(tuple(int(c) if c.denominator == 1 else c for c in row) for row in rows)


def read_stack(raw: Any, what: str) -> Any:
    """One matrix, or a list of matrices, one per channel."""
    if (
        isinstance(raw, list | tuple)
        and raw
        and isinstance(raw[0], list | tuple)
        and raw[0]
        and isinstance(raw[0][0], list | tuple)
    ):
        return tuple(read_rows(item, what) for item in raw)
    return (read_rows(raw, what),)


def read_bool(raw: Any, what: str) -> bool:
    """true or false."""
    text = str(raw).strip().lower()
    if text not in ("true", "false"):
        message = f"it must be true or false, but is {shortened(str(raw))!r}"
        raise GivenError(what, message)
    return text == "true"


def read_word(raw: Any, what: str) -> str:
    """A text."""
    if isinstance(raw, list | tuple):
        return " ".join(read_word(item, what) for item in raw)
    if isinstance(raw, dict):
        message = "it must be a text, but is a mapping"
        raise GivenError(what, message)
    text = str(raw).strip()
    if len(text) > 4000:
        message = f"it has {len(text):,} characters; at most 4,000 are read"
        raise GivenError(what, message)
    return text


def read_words(raw: Any, what: str) -> tuple[str, ...]:
    """Some texts."""
    items = list(raw) if isinstance(raw, list | tuple) else [raw]
    if not 1 <= len(items) <= 26:
        message = f"it lists {len(items)} texts; give 1 to 26"
        raise GivenError(what, message)
    return tuple(read_word(item, what) for item in items)


def read_fraction(raw: Any, what: str) -> Fraction:
    """A decimal number or a fraction."""
    try:
        return answers.cell(str(raw))
    except Unreadable:
        message = f"it must be a number, but is {shortened(str(raw))!r}"
        raise GivenError(what, message) from None


READERS: dict[str, Callable[[Any, str], Any]] = {
    "int": whole,
    "int | None": whole,
    "Count": lambda raw, what: whole(raw, what, least=1),
    "Count | None": lambda raw, what: whole(raw, what, least=1),
    "Ints": read_ints,
    "Sizes": lambda raw, what: read_ints(raw, what, 1),
    "Sizes | None": lambda raw, what: read_ints(raw, what, 1),
    "Pad": read_pad,
    "Hwc": read_shape,
    "Hwc | None": read_shape,
    "Layers": read_layers,
    "Rows": read_rows,
    "Rows | None": read_rows,
    "Stack": read_stack,
    "bool": read_bool,
    "bool | None": read_bool,
    "str": read_word,
    "Words": read_words,
    "Fraction": read_fraction,
}

# The types' annotations: what a value is once it is read.
Count = int
Sizes = Ints
Pad = Ints | str
Hwc = tuple[int, ...]
Layers = tuple[Layer, ...]
Stack = tuple[Rows, ...]
Words = tuple[str, ...]

ALIASES = {
    "cin": "c_in", "in_channels": "c_in", "channels": "c_in", "c": "c_in",
    "cout": "filters", "c_out": "filters", "out_channels": "filters",
    "kernel": "k", "kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d",
    "g": "groups", "out_features": "units", "output_padding": "a",
}  # fmt: skip


def known_words(cls: type[Task]) -> list[str]:
    """The words of ``given`` that a type knows."""
    return list(cls.words)


def create_question(kind: str, given: Mapping[str, Any]) -> Task:
    """A question type with its numbers, read from text or plain data.

    >>> create_question("params", {"k": 5, "c_in": 3, "filters": 10}).filters
    10

    Raises:
        GivenError: no such type or word, a value it cannot use, or one that is missing.
    """
    from convcalc.homework.questions import every, find

    cls = find(kind)
    if cls is None:
        raise GivenError(
            "type",
            f"no question type {shortened(kind)!r}{did_you_mean(kind, every()) or '; convcalc hw types lists them'}",
        )
    known = cls.words
    values: dict[str, Any] = {}
    for word, raw in given.items():
        name = word if word in known else ALIASES.get(word, word)
        if name not in known:
            raise GivenError(word, f"{kind} has no {shortened(word)!r}{did_you_mean(word, known)}")
        if name in values:
            raise GivenError(word, f"{name} is given twice; keep one")
        values[name] = READERS[known[name].type](raw, word)
    for name, field in known.items():
        if field.default is MISSING and name not in values:
            raise GivenError("", f"{kind} needs {name}; it has {', '.join(known)}")
    task = cls(**values)
    task.check()
    return task


def each(value: Ints, axes: int) -> tuple[int, ...]:
    """One number per axis."""
    return value if isinstance(value, tuple) else (value,) * axes


def axes_of(*values: Any) -> int:
    """How many axes some numbers speak of: 0 where they do not say."""
    found = {len(value) for value in values if isinstance(value, tuple)}
    if len(found) > 1:
        raise GivenError(
            "",
            f"numbers for {' and '.join(map(str, sorted(found)))} axes stand together; give as many everywhere",
        )
    return found.pop() if found else 0
