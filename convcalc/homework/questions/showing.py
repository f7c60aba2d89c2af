"""What a question must show besides its sentence: matrices, options, a statement, shapes, layers.

The sentence of a question type holds all of that. A sentence of the teacher's may hold it as well, or
say with a placeholder where it goes; what is missing follows the sentence. This is the one place that
decides, for the paper, the sheets of students and every export.
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
        text: a value for people.
        label: whether the name of the word stands before it.
        in_order: whether a sentence shows it only by the same numbers in the same order.
        enough: how many of its numbers a sentence must hold; a colour image has 3 channels unsaid.
        in_words: whether a sentence shows it by the same words, not by numbers.
        words: the words of that type that are shown; all of them where none are named.
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
    """Layers as they are written."""
    return ", ".join(map(str, value))


def _counts_text(value: Any) -> str:
    """How many layers there may be of each sort."""
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
    """The data of a question by the names of its words, as it is shown."""
    given, found = task.given(), {}
    for name, word in task.words.items():
        shown = _SHOWN.get(word.type)
        if shown and given[name] and (not shown.words or name in shown.words):
            found[name] = shown.text(given[name])
    return found


def filled(text: str, task: Task, number: Callable[[str], str], *, options: bool) -> str:
    """A sentence of the teacher's with its placeholders filled, and the data that it does not show.

    Args:
        text: the sentence.
        task: the question.
        number: a number of it by its name; empty where there is none.
        options: whether the options of a choice are in it; else the platform shows them.
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
    """Whether a sentence itself holds the data of a word."""
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
    """Numbers on their own, those of 3/2 too."""
    return [number for text in texts for number in text.split("/")]


def _plain(text: str) -> str:
    """A text without what does not matter for its meaning."""
    return " ".join(text.casefold().split()).strip(" .?!")
