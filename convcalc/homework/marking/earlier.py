"""A student's earlier answers, from which later ones may follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from convcalc.homework.answers.types import AnswerType, Volume
from convcalc.homework.conventions import RULES
from convcalc.homework.marking.verdicts import Result, Verdict
from convcalc.homework.questions.rows import channels_first, in_order
from convcalc.homework.sheets.links import used_by

if TYPE_CHECKING:
    from convcalc.homework.questions import Part, Task
    from convcalc.homework.sheets.sheet import Question

T = TypeVar("T")
Others = list[tuple[str, str, dict[str, "Part"]]]


# ----------------------------------------------------------------------- from question to question


def marked_in_order(
    questions: Iterable[Question],
    values: Mapping[str, Any],
    mark_one: Callable[[Question, Any, dict[str, Any]], T],
    result_of: Callable[[T], Result],
) -> list[T]:
    """The results of the answers to some questions, one after another.

    Args:
        questions: in the order of the sheet.
        values: the answers as written, by question.
        mark_one: marks a question from its answer and the student's answers to the earlier
            questions that it uses.
        result_of: gives the `Result` in the value that `mark_one` returns.
    """
    found: list[T] = []
    own: dict[str, Any] = {}
    for question in questions:
        found.append(mark_one(question, values.get(question.id), used_by(question, own)))
        own |= _answered(result_of(found[-1]))
    return found


def _answered(result: Result) -> dict[str, Any]:
    """The student's answers, by the names that later questions use."""
    return {
        ".".join(filter(None, (result.id, verdict.part))): verdict.reading.value
        for verdict in result.parts
        if verdict.reading is not None and verdict.status not in ("blank", "unreadable")
    }


# ------------------------------------------------------------------------------- from part to part


class Earlier:
    """The student's answers to the parts of a question before the marked one.

    A wrong volume may be in another order than the sheet's; each order leads to other later answers.

    Args:
        question: the question.
        own: the answers to the other questions that it uses.
    """

    def __init__(self, question: Question, own: Mapping[str, Any]) -> None:
        self._question = question
        self._meant: dict[str, Any] = dict(own)
        self._turned: dict[str, Any] = {}

    def add(self, part: Part, verdict: Verdict) -> None:
        """Store the answer to a part in the sheet's notation."""
        if verdict.status in ("blank", "unreadable") or verdict.reading is None:
            return
        value = self._meant[part.name] = verdict.reading.value
        follows = verdict.status in ("right", "follow-through")
        if follows or not self._question.task.passes_on(part.name):
            return
        forms = (each[part.name] for *_, each in self._notations if part.name in each)
        turned = _rewritten(value, next(forms, None), part.answer_type)
        if verdict.status == "other-convention":
            if any(RULES[key].tier == "notation" for key in verdict.convention):
                self._meant[part.name] = turned
        elif turned != value:
            self._turned[part.name] = turned

    def meanings(self) -> Iterator[dict[str, Any]]:
        """The answers in the sheet's notation; then with wrong volumes in another order."""
        yield self._meant
        if self._turned:
            yield self._meant | self._turned

    def others(self, name: str, meant: Mapping[str, Any]) -> Others:
        """A part that follows from the answers, if the student's notation differs from the sheet's."""
        found: Others = []
        for key, value, task, forms in self._notations:
            written = {
                each: _rewritten(answer, self._forms.get(each), forms.get(each))
                for each, answer in meant.items()
            }
            after = task.follow(name, written)
            if after is not None:
                found.append((key, value, {name: after}))
        return found

    @cached_property
    def _forms(self) -> dict[str, AnswerType]:
        """The sheet's notation for each part."""
        return {part.name: part.answer_type for part in self._question.parts}

    @cached_property
    def _notations(self) -> list[tuple[str, str, Task, dict[str, AnswerType]]]:
        """The question in the notations of other sheets, and the notation of each part."""
        question = self._question
        return [
            (key, value, question.task.under(question.conventions.but(**{key: value})),
             {name: part.answer_type for name, part in parts.items()})
            for key, value, parts in question.others
            if RULES[key].tier == "notation"
        ]  # fmt: skip


def _rewritten(value: Any, form: AnswerType | None, other: AnswerType | None) -> Any:
    """An answer in another notation: a volume in another order."""
    if not isinstance(form, Volume) or not isinstance(other, Volume):
        return value
    if not isinstance(value, tuple) or not form.order or not other.order:
        return value
    return in_order(channels_first(value, form.order), other.order)
