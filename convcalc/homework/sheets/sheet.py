"""A sheet and its questions: what is asked, under which conventions, for how many points."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.homework.answers.types import Tolerance
from convcalc.homework.conventions import RULES, Conventions, rule_sentences
from convcalc.homework.questions import Part, Task
from convcalc.homework.questions.given_schemas import ALIASES
from convcalc.homework.questions.networks import Design
from convcalc.homework.questions.showing import filled
from convcalc.homework.sheets.links import needed_by, with_links
from convcalc.report import Report, Shown
from convcalc.text import printable, shortened

if TYPE_CHECKING:
    from convcalc.draw import Picture
    from convcalc.errors import SpecError
    from convcalc.homework.mistakes.base import Candidate
    from convcalc.homework.mistakes.search import Ways


SHARES = {"full": Fraction(1), "half": Fraction(1, 2), "none": Fraction(0)}


_FEW_PARTS = 4  # most parts for which every pair of mistakes is tried
_MANY_PARTS = 60  # no pairs with more parts: wrong cells of a large table follow from others


@dataclass(slots=True, eq=False, repr=False)
class Question(Shown):
    """A question of a sheet.

    Attributes:
        id: its name, such as ``q4``.
        task: the question type with its numbers.
        conventions: the sheet's conventions, with its own changes.
        own: the conventions that it sets itself.
        text: the wording; empty for the type's own.
        points: how many it gives.
        credit: partial credit for known mistakes, as shares by mistake.
        partial: ``none``, ``parts`` or ``cells``.
        tolerance: the sheet's tolerance; None for that of the answer type.
        key: the teacher's own key, which only `lint` reads; None if there is none.
        accept: further right answers, as written.
        void: everybody gets the points.
        figure: whether pages draw the given data.
        given: the words of ``given``, as written in the sheet.
        vary, require, separate: how numbers are drawn per student.
        drawn: whether the numbers are fixed, not a first draw of ``vary``.
        line: its line in the file.
    """

    id: str
    task: Task
    conventions: Conventions
    text: str = ""
    points: Fraction = Fraction(1)
    credit: dict[str, Fraction] = field(default_factory=dict)
    partial: str = ""
    tolerance: Tolerance | None = None
    key: Any = None
    accept: list[Any] = field(default_factory=list)
    void: bool = False
    figure: bool = False
    given: dict[str, Any] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    vary: dict[str, Any] = field(default_factory=dict)
    require: list[str] = field(default_factory=list)
    separate: list[str] = field(default_factory=list)
    drawn: bool = True
    line: int = 0
    _parts: list[Part] | None = None
    _secrets: frozenset[str] | None = None
    # Computed facts on parts, by their names; a changed question begins without them.
    _single: dict[str, dict[Any, list[Candidate]]] = field(default_factory=dict, init=False)
    _ways: dict[str, Ways] = field(default_factory=dict, init=False)
    _double: dict[str, dict[Any, list[Candidate]]] = field(default_factory=dict, init=False)
    _others: list[tuple[str, str, dict[str, Part]]] | None = None

    def __repr__(self) -> str:
        return f"<Question {printable(self.id)} ({self.kind}): {shortened(self.sentence, 200)}>"

    def shown(self) -> Report:
        """The question, with its picture if it has one; never the answer."""
        figures = (self.picture,) if self.picture else ()
        lines = [f"{self.id}. {self.sentence}"]
        return Report("", (), (), lines=lines, figures=figures)

    @property
    def picture(self) -> Picture | None:
        """The picture of the given data, if the sheet asks for one."""
        return self.task.figure() if self.figure else None

    @property
    def kind(self) -> str:
        """The name of its type."""
        return self.task.kind

    @property
    def manual(self) -> bool:
        """Whether a person marks it."""
        return self.task.kind == "text"

    @property
    def may_need_person(self) -> bool:
        """Whether a person marks it, or decides if convcalc cannot."""
        return self.manual or self.task.takes_file

    @property
    def parts(self) -> list[Part]:
        """What it asks, with the right answers; computed at first use."""
        if self._parts is None:
            self._parts = self.task.parts()
        return self._parts

    @property
    def follows(self) -> bool:
        """Whether a part can follow from the student's answers, and get points for that."""
        if self.task.needs():
            return True
        return self.partial != "none" and any(
            map(self.task.passes_on, [p.name for p in self.parts])
        )

    @property
    def secrets(self) -> frozenset[str]:
        """All texts that would give one of its answers away; computed at first use."""
        if self._secrets is None:
            self._secrets = frozenset().union(*map(_secrets_of, self.parts))
        return self._secrets

    @property
    def sentence(self) -> str:
        """The question in words, with its numbers and data."""
        return self.wording(options=True)

    def wording(self, *, options: bool) -> str:
        """The question in words; with the options of a choice, or without if a platform lists them."""
        said = f" ({rule_sentences(self.own)}.)" if self.own else ""
        if self.text:
            return filled(self.text, self.task, self.number, options=options) + said
        return self.task.question_text() + said

    def number(self, name: str) -> str:
        """A number of the question, for its text."""
        given = self.task.given()
        value = given.get(name, given.get(ALIASES.get(name, "")))
        if value is None:
            return ""
        if isinstance(meant := getattr(self.task, name, None), Design):
            return str(meant)
        return "×".join(map(str, value)) if type(value) is tuple else str(value)

    def need_numbers(self, what: str) -> None:
        """Refuse to continue with a first draw, which belongs to nobody.

        Args:
            what: what to do with the student's own sheet, such as "check against".

        Raises:
            UsageError: the numbers vary, and none have been drawn.
        """
        if self.vary or not self.drawn:
            message = (
                f"{self.id} draws numbers per student; {what} the student's own sheet, as hw make wrote "
                "it, or give --student and --secret-file"
            )
            raise UsageError(message)

    def allowed(self, part: Part) -> Tolerance:
        """The tolerance of an answer to a part."""
        if self.tolerance is not None:
            return self.tolerance
        return part.answer_type.tolerance

    def single(self, part: Part) -> dict[Any, list[Candidate]]:
        """The wrong numbers that one mistake leads to."""
        if part.name not in self._single:
            from convcalc.homework.mistakes.search import single

            self._single[part.name] = single(part, self._ways_of(part))
        return self._single[part.name]

    def _ways_of(self, part: Part) -> Ways:
        """The ways to make mistakes in a part; computed only once, because this takes the most time."""
        if part.name not in self._ways:
            from convcalc.homework.mistakes.search import ways_of_part

            self._ways[part.name] = ways_of_part(part)
        return self._ways[part.name]

    def double(self, part: Part) -> dict[Any, list[Candidate]]:
        """The wrong numbers that only two mistakes at once lead to."""
        if part.name not in self._double:
            from convcalc.homework.mistakes.search import double

            known = self.single(part)
            few, many = len(self.parts) <= _FEW_PARTS, len(self.parts) >= _MANY_PARTS
            found = {} if many else double(part, self._ways_of(part), seldom=few)
            self._double[part.name] = {v: f for v, f in found.items() if v not in known}
        return self._double[part.name]

    @property
    def others(self) -> list[tuple[str, str, dict[str, Part]]]:
        """The parts, with their answers, under every alternative convention that matters."""
        if self._others is None:
            self._others = []
            for key in self.task.depends_on:
                ours = getattr(self.conventions, key)
                for value in RULES[key].values:
                    if value in (ours, "ask", "nchw"):
                        continue
                    try:
                        parts = self.task.under(self.conventions.but(**{key: value})).parts()
                    except UsageError:
                        continue
                    self._others.append((key, value, {part.name: part for part in parts}))
        return self._others

    def after(self, part: Part, others: list[tuple[str, str, dict[str, Part]]]) -> Question:
        """The question with a part as it follows from the student's earlier answers.

        Args:
            part: the part.
            others: the same part under other conventions, each with its value.
        """
        return replace(
            self, _parts=[part, *self.parts], _secrets=self.secrets | _secrets_of(part),
            _others=others,
        )  # fmt: skip


def _secrets_of(part: Part) -> set[str]:
    """The texts that would give the answer of a part away."""
    return set() if part.expected is None else part.answer_type.secrets(part.expected)


@dataclass(slots=True, eq=False, repr=False)
class Sheet(Shown):
    """A sheet of questions.

    Attributes:
        id, title, source: its name, title and origin.
        conventions, preset: its conventions.
        questions: in order.
        max_level: the highest hint level of `check` and `hint`.
        after_tries: tries before hints begin; the tool only prints it, it cannot count tries.
        other_convention: shares of the points, by convention or as a whole (key ``""``).
        follow_through: whether later rows are marked by the student's earlier ones.
        student, variant: whose it is, if numbers were drawn for one student.
        secret: the fingerprint of the secret from which they were drawn.
        path: the file.
        data: its bytes, so that it need not be read again.
    """

    id: str
    title: str
    conventions: Conventions
    questions: list[Question]
    source: str = ""
    text: str = ""
    preset: str = ""
    max_level: int = 2
    after_tries: int = 0
    other_convention: dict[str, Fraction] = field(default_factory=dict)
    follow_through: bool = True
    student: str = ""
    variant: str = ""
    secret: str = ""
    path: str = ""
    data: bytes = b""

    def __post_init__(self) -> None:
        """Compute again what depends on other questions, whose numbers may have changed."""
        linked: list[Question] = []
        for question in self.questions:
            linked.append(with_links(question, linked) if question.task.needs() else question)
        self.questions = linked

    def __repr__(self) -> str:
        asked = shortened(", ".join(question.id for question in self.questions), 200)
        return f"<Sheet {printable(self.id)}: {shortened(self.title)}; {asked}>"

    def shown(self) -> Report:
        """The questions, without answers."""
        from convcalc.homework.sheets.render import worksheet

        return worksheet(self)

    def _repr_html_(self) -> str:
        from convcalc.homework.sheets.render import html_part

        return "\n".join(html_part(self))

    def __getitem__(self, name: str) -> Question:
        """A question by its id.

        Raises:
            UsageError: there is no such question.
        """
        for question in self.questions:
            if question.id == name:
                return question
        known = did_you_mean(name, [question.id for question in self.questions])
        message = f"{self.path or self.id}: no question {shortened(name)!r}{known}"
        raise UsageError(message)

    def error(self, question: Question, what: str) -> SpecError:
        """An error that points at the line of a question."""
        from convcalc.network.yaml_source import Source

        source = Source(self.path or self.id, self.data.decode("utf-8", "replace"))
        text = source.error_at(question.line, 1, what).text
        column = len(text) - len(text.lstrip(" -")) + 1
        return source.error_at(question.line, column, what)

    def needed_by(self, name: str) -> list[Question]:
        """The questions that one question uses, in the order of the sheet."""
        question = self[name]
        return needed_by(question, self.questions[: self.questions.index(question)])

    def share(self, key: str) -> Fraction | None:
        """The share of the points for an answer that is right under another value of a convention.

        None if such an answer is a mistake: what the sheet defines was misread.
        """
        if key in self.other_convention:
            return self.other_convention[key]
        tier = RULES[key].tier
        if tier == "mistake":
            return None
        default = Fraction(1) if tier == "notation" else Fraction(0)
        return self.other_convention.get("", default)

    @property
    def max_points(self) -> Fraction:
        """Points that the tool can give."""
        return sum((q.points for q in self.questions if not q.manual), Fraction(0))

    @property
    def all_points(self) -> Fraction:
        """All points, including those that a person gives."""
        return sum((q.points for q in self.questions), Fraction(0))
