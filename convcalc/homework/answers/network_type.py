"""Answers that are networks in files: one rule decides by the measured numbers."""

from __future__ import annotations

from typing import Any

from convcalc.homework.answers.measured import Measured
from convcalc.homework.answers.network_rules import Decision, Rule
from convcalc.homework.answers.notation import Unreadable
from convcalc.homework.answers.reading import Reading
from convcalc.homework.answers.types import AnswerType, Asked, Tolerance, answer_type
from convcalc.text import shortened

# The keys of the data that replace the answer after its file was read.
FILE, NUMBERS, PROBLEM = "file", "numbers", "problem"


@answer_type("network")
class NetworkInFile(AnswerType):
    """A network that keeps a rule; many answers can be right.

    Args:
        rule: what it must keep.
    """

    counts = False
    wants = "the name of a network file next to your answers, such as net.onnx"

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def read(self, raw: Any) -> Reading:
        """The measured numbers of a file, or why it could not be read."""
        if not isinstance(raw, dict) or FILE not in raw:
            return super().read(raw)
        text = shortened(str(raw[FILE]))
        if raw.get(PROBLEM):
            return Reading(text, problem=str(raw[PROBLEM]), echo=text)
        return Reading(text, value=Measured(**raw[NUMBERS]), echo=text)

    def parse(self, raw: Any, reading: Reading) -> Reading:
        message = "the file was not looked at"
        raise Unreadable(message)

    def form(self, asked: Asked) -> str:
        return self.wants

    def decision(self, reading: Reading) -> Decision:
        """Whether the network keeps the rule, and why."""
        return self.rule.decide(reading.value)

    def same(self, reading: Reading, expected: Any, tolerance: Tolerance) -> bool:
        return isinstance(reading.value, Measured) and self.decision(reading).holds is True

    def undecided(self, reading: Reading) -> str:
        found = self.decision(reading)
        if found.holds is not None:
            return ""
        unknown = ", ".join(reading.value.unknown)
        why = f", but convcalc does not know {unknown}" if unknown else ""
        return f"{found.said}{why}; a person decides"

    def said_if_wrong(self, expected: Any, value: Any) -> str:
        return f"{self.rule.decide(value).said}; write one that {self.rule.wants}"

    def text(self, value: Any) -> str:
        return f"a network that {self.rule.wants}"

    def json(self, value: Any) -> Any:
        return {"found": self.rule.decide(value).found} if isinstance(value, Measured) else None

    def secrets(self, value: Any) -> set[str]:
        return set()
