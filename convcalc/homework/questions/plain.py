"""Questions whose answer the teacher gives (choice, true or false), and text, which a person marks."""

from __future__ import annotations

from typing import ClassVar

from convcalc.homework.answers.text_types import PROSE, TRUE_FALSE, Choice, letter
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import GivenError, Words


@question("choice")
class ChoiceTask(Task):
    """Options; the teacher's `answer:` names the right ones by letter or text.

    If several are right, `partial: parts` gives a share of the points: the chosen right options minus the
    chosen wrong ones, divided by all right ones, at least 0.
    """

    rule: ClassVar = "Compare every option with your notes."
    examples: ClassVar = (
        {"options": ["a pool", "a convolution"], "answer": "b"}, {"options": ["stride", "bias"], "answer": "a"},
    )  # fmt: skip

    options: Words
    answer: Words

    def check(self) -> None:
        if len(self.options) < 2:
            raise GivenError("options", "lists fewer than two options")
        self.key()

    def key(self) -> tuple[str, ...]:
        """The letters of the right options."""
        answer_type = Choice(self.options)
        found = answer_type.read(list(self.answer))
        if found.problem or not found.value:
            raise GivenError("answer", f"names no option: {found.problem}")
        return found.value  # type: ignore[no-any-return]

    def sentence(self) -> str:
        several = len(self.key()) > 1
        asked = (
            "Which options are right? Choose all of them." if several else "Which option is right?"
        )
        options = (f"({letter(i)}) {option}" for i, option in enumerate(self.options))
        return f"{asked} {' '.join(options)}"

    def parts(self) -> list[Part]:
        return [Part("", Choice(self.options), self.key())]


@question("true-false")
class TrueFalseTask(Task):
    """A statement; the teacher's `answer:` says whether it is true."""

    rule: ClassVar = "Look for one case that does not agree with the statement."
    examples: ClassVar = (
        {"statement": "A pool has biases.", "answer": "false"},
        {"statement": "A stride skips cells.", "answer": "true"},
    )

    answer: bool
    statement: str = ""

    def sentence(self) -> str:
        return f"True or false? {self.statement}".strip()

    def parts(self) -> list[Part]:
        return [Part("", TRUE_FALSE, self.answer)]


@question("text")
class TextTask(Task):
    """A few sentences, marked by a person; the tool only collects them."""

    examples: ClassVar = ({}, {})

    def sentence(self) -> str:
        return "Answer in a few sentences."

    def parts(self) -> list[Part]:
        return [Part("", PROSE, None)]
