"""The data that a question must show with its sentence: matrices, options, a statement, shapes, layers.

The sentence of a question type contains all data. A teacher's sentence may contain data, or
placeholders for them; missing data follow the sentence. Only this module decides this, for printed
pages, students' sheets and every export.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.homework.answers.reading import matrix_text
from convcalc.homework.answers.text_types import letter
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.homework.questions.base import Task

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:/\d+)?")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Shown(NamedTuple):
    """How the values of one type of word are shown.

    Attributes:
        text: writes a value for people.
        label: whether the name of the word comes before it.
        in_order: whether a sentence must contain the same numbers in the same order.
        enough: how many numbers a sentence must contain; the 3 channels of an image may be left out.
        in_words: whether a sentence must contain the same words, not numbers.
        words: the words of that type that are shown; empty for all.
    """

    text: Callable[[Any], str]
    label: bool = True
    in_order: bool = False
    enough: int | None = None
    in_words: bool = False
    words: tuple[str, ...] = ()


def _stack_text(value: Any) -> str:
    """Maps or kernels, one after the other."""
    return "; ".join(map(matrix_text, value))


def _kernels_text(value: Any) -> str:
    """Filters, one after the other."""
    several = isinstance(value[0][0][0], tuple)
    return " | ".join(map(_stack_text, value)) if several else _stack_text(value)


def _options_text(value: Any) -> str:
    """The options of a choice with their letters."""
    return " ".join(f"({letter(i)}) {option}" for i, option in enumerate(value))


def _layers_text(value: Any) -> str:
    """Layers as written."""
    return ", ".join(map(str, value))


def _counts_text(value: Any) -> str:
    """The allowed number of layers of each kind."""
    return ", ".join(f"{allowed} {word}" for word, allowed in value)


_SHAPE = Shown(times, enough=2)
_MATRIX = Shown(matrix_text, in_order=True)
_SHOWN = {
    "Rows": _MATRIX,
    "Rows | None": _MATRIX,
    "Limits | None": Shown(str),
    "LayerCounts": Shown(_counts_text),
    "Names": Shown(_layers_text, in_words=True, words=("uses", "forbids", "kernels")),
    "Stack": Shown(_stack_text, in_order=True),
    "Kernels": Shown(_kernels_text, in_order=True),
    "Words": Shown(_options_text, label=False, words=("options",)),
    "str": Shown(str, label=False, words=("statement",)),
    "Hwc": _SHAPE,
    "Hwc | None": _SHAPE,
    "Layers": Shown(_layers_text),
    "LayersPerAxis": Shown(_layers_text),
    "Archs": Shown("; ".join, words=("layers", "designs")),
}


def data_of(task: Task) -> dict[str, str]:
    """The data of a question as shown, by word."""
    given, found = task.given(), {}
    for name, word in task.words.items():
        shown = _SHOWN.get(word.type)
        if shown and given[name] and (not shown.words or name in shown.words):
            found[name] = shown.text(given[name])
    return found


def filled(text: str, task: Task, number: Callable[[str], str], *, options: bool) -> str:
    """A teacher's sentence with its placeholders filled, and the data that it does not contain.

    Args:
        text: the sentence.
        task: the question.
        number: gives a number of the question by its name; empty if there is none.
        options: whether to include the options of a choice; else the platform shows them.
    """
    data = data_of(task)
    if not options:
        data.pop("options", None)
    placed = set(_PLACEHOLDER.findall(text))
    hidden = {"options"} if not options else set()

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in hidden:
            return ""
        return data.get(name) or number(name) or match[0]

    said = _PLACEHOLDER.sub(value, text).strip()
    missing = [
        (name, shown)
        for name, shown in data.items()
        if name not in placed and not shows(text, task, name)
    ]
    labelled = [
        f"{name} = {shown}" for name, shown in missing if _SHOWN[task.words[name].type].label
    ]
    more = [shown for name, shown in missing if not _SHOWN[task.words[name].type].label]
    if labelled:
        more.insert(0, f"{', '.join(labelled)}.")
    return " ".join([said, *more])


def shows(text: str, task: Task, name: str) -> bool:
    """Whether a sentence contains the data of a word."""
    shown = data_of(task)[name]
    form = _SHOWN[task.words[name].type]
    if not form.label or form.in_words:
        pieces = task.given()[name] if name == "options" or form.in_words else [shown]
        return all(_plain(piece) in _plain(text) for piece in pieces)
    there, wanted = _NUMBER.findall(text), _NUMBER.findall(shown)[: form.enough]
    if not form.in_order:
        return set(_numbers(wanted)) <= set(_numbers(there))
    ends = range(len(there) - len(wanted) + 1)
    return any(there[start : start + len(wanted)] == wanted for start in ends)


def _numbers(texts: list[str]) -> list[str]:
    """Separate numbers, including those of 3/2."""
    return [number for text in texts for number in text.split("/")]


def _plain(text: str) -> str:
    """A text in a form for comparing."""
    return " ".join(text.casefold().split()).strip(" .?!")
