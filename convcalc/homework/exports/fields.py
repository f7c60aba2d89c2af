"""The boxes of a question on a platform: the right answers in each, and the known wrong ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.homework.answers.measures import Bytes, Share
from convcalc.homework.answers.reading import decimal_places, number_text, plain_decimal, raw_text
from convcalc.homework.answers.types import Fit, Matrix, Misfit, Size, Tolerance, Volume
from convcalc.homework.conventions import RULES, convention_feedback
from convcalc.homework.marking.diagnosis import SMALL, mistake_text

if TYPE_CHECKING:
    from convcalc.homework.questions import Part
    from convcalc.homework.sheets.sheet import Question, Sheet

_MAX_WRONG = 30  # known wrong answers per field; the most common come first
_MAX_LINES = 2
_ROUNDING = Fraction(1, 200)  # relative error of a right answer that no decimal writes exactly
_DIGITS = 6
_MISFITS = ("does not fit", "doesn't fit", "does not", "no", "cannot", "not an integer")


# An answer, its feedback, its share of the points, and the mistakes that lead to it.
KnownWrong = tuple[Any, str, Fraction, tuple[str, ...]]


class Wrong(NamedTuple):
    """A known wrong answer.

    Attributes:
        value: the number to type.
        text: the feedback.
        share: its share of the points.
        mistakes: the mistakes that lead to it.
    """

    value: Fraction
    text: str
    share: Fraction = Fraction(0)
    mistakes: tuple[str, ...] = ()


@dataclass(slots=True)
class Field:
    """One box to fill in.

    Attributes:
        label: what to write there; empty if the question says it.
        right: the right numbers as typed, each with its allowed error.
        words: the right words, if the answer is not a number, or may be none.
        wrong: known wrong numbers.
        unit: the text after the box.
        weight: its share of the question's points.
        row: its row in a table.
        form: how to write the answer.
        lost: further right answers that the platform cannot store, a sentence each.
    """

    label: str = ""
    right: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    unit: str = ""
    weight: Fraction = Fraction(1)
    row: str = ""
    form: str = ""
    lost: list[str] = field(default_factory=list)

    @property
    def numeric(self) -> bool:
        return bool(self.right)

    @property
    def known(self) -> list[Wrong]:
        """The wrong numbers that cannot be a right number."""
        found: list[Wrong] = []
        taken: set[Fraction] = set()
        for each in self.wrong:
            right = any(abs(each.value - value) <= off for value, off in self.right)
            if each.value in taken or right or decimal(each.value) in self.words:
                continue
            taken.add(each.value)
            found.append(each)
        return found[:_MAX_WRONG]


def fields_of(sheet: Sheet, question: Question, part: Part) -> list[Field]:
    """The boxes for one part: one, or one per number of a shape or matrix."""
    from convcalc.homework.sheets.forms import part_form

    found = _boxes_of(sheet, question, part)
    for box in found:
        box.form = box.form or part_form(question, part)
    return found


def _boxes_of(sheet: Sheet, question: Question, part: Part) -> list[Field]:
    label = part.label or part.name.replace(".", " ")
    expected = part.expected
    if isinstance(expected, Misfit) and zero_for_misfit(part):
        expected = (0,) * part.answer_type.sides  # type: ignore[attr-defined]
    if isinstance(expected, bool | Misfit) or not isinstance(expected, int | Fraction | tuple):
        return [_word_field(sheet, question, part, label)]
    flat = _numbers_of(expected)
    if flat is None or _may_not_fit(part):
        return [_word_field(sheet, question, part, label)]
    if not isinstance(expected, tuple):
        return [_number_field(sheet, question, part, label)]
    wrong = _wrong_values(sheet, question, part, boxes=True)
    found: list[Field] = []
    accepted, lost = _accepted_boxes(question, part, expected, flat)
    for place, value in enumerate(flat):
        right = dict.fromkeys([Fraction(value), *(Fraction(each[place]) for each in accepted)])
        name = f"{label} {_name_of(part, place, len(flat))}".strip() if len(flat) > 1 else label
        box = Field(
            name,
            [
                (each, max(_allowed_error(each, Tolerance()), part.answer_type.half))
                for each in right
            ],
            weight=Fraction(1, len(flat)),
            form=part.answer_type.box,
            lost=[] if found else lost,
        )
        if isinstance(part.answer_type, Matrix):
            box.row = f"{label} {place // len(expected[0]) + 1}".strip()
        for each, text, share, mistakes in wrong:
            other = _numbers_of(each)
            if (
                other is not None
                and len(other) == len(flat)
                and _shape_of(each) == _shape_of(expected)
            ):
                box.wrong.append(Wrong(Fraction(other[place]), text, share, mistakes))
        if not isinstance(part.answer_type, Matrix):
            box.wrong = [wrong for wrong in box.wrong if wrong.value >= 0]
        found.append(box)
    return found


def _accepted_boxes(
    question: Question, part: Part, expected: Any, flat: list[int | Fraction]
) -> tuple[list[list[int | Fraction]], list[str]]:
    """The further right answers to a shape or matrix, number by number, and those that boxes lose."""
    found, lost = [], []
    readings = [part.answer_type.read(raw) for raw in _accepted_of(question)]
    also = [value for value in part.also if _shape_of(value) == _shape_of(expected)]
    named = [(value, part.answer_type.text(value)) for value in also]
    for value, shown in (
        *named,
        *((reading.value, reading.echo or reading.text) for reading in readings),
    ):
        numbers = _numbers_of(value)
        if isinstance(value, Misfit) and zero_for_misfit(part):
            numbers = [0] * len(flat)
        elif numbers is None or _shape_of(value) != _shape_of(expected):
            lost.append(f"the answer {shown}, which is accepted too, has no such boxes; left out")
            continue
        found.append(numbers)
        if sum(a != b for a, b in zip(numbers, flat)) > 1:
            lost.append(
                f"each box takes a number of {shown} by itself, which is accepted as a whole"
            )
    return found, lost


def _accepted_of(question: Question) -> list[Any]:
    """The further right answers of a question, as written; none for a question with several parts."""
    return question.accept if len(question.parts) == 1 else []


def zero_for_misfit(part: Part) -> bool:
    """Whether the boxes of a volume ask for 0 if a window does not fit, so that all look the same."""
    return isinstance(part.answer_type, Volume) and part.answer_type.may_not_fit


def _may_not_fit(part: Part) -> bool:
    """Whether "does not fit" may be the answer; all such questions look the same."""
    return isinstance(part.answer_type, Size) and part.answer_type.may_not_fit


def _name_of(part: Part, place: int, count: int) -> str:
    """The name of one number of a shape or matrix."""
    if isinstance(part.answer_type, Matrix):
        row, column = divmod(place, len(part.expected[0]))
        return f"row {row + 1}, column {column + 1}"
    return part.answer_type.name_of(place, count)


def _shape_of(value: Any) -> Any:
    """The size of a tuple: its length, or its rows and columns."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return len(value), len(value[0])
    return len(value) if isinstance(value, tuple) else 0


def _numbers_of(value: Any) -> list[int | Fraction] | None:
    """The numbers of a shape or matrix in order; None if an element is not a number."""
    if not isinstance(value, tuple):
        return (
            [value] if isinstance(value, int | Fraction) and not isinstance(value, bool) else None
        )
    found: list[int | Fraction] = []
    for item in value:
        below = _numbers_of(item)
        if below is None:
            return None
        found += below
    return found or None


def _typed_value(part: Part, value: Any) -> Fraction:
    """The number to type for a value: memory in the sheet's unit, shares in percent."""
    if isinstance(part.answer_type, Bytes):
        return Fraction(value) / part.answer_type.scale
    if isinstance(part.answer_type, Share):
        return Fraction(value) * 100
    return Fraction(value)


def _unit_of(part: Part) -> str:
    """The text after the box."""
    if isinstance(part.answer_type, Bytes):
        return part.answer_type.unit
    if "C²" in part.answer_type.wants:
        return "C²"
    return "%" if isinstance(part.answer_type, Share) else ""


def _allowed_error(value: Fraction | int, tolerance: Tolerance) -> Fraction:
    """The allowed error of a right answer: as the sheet says, and at least what decimals need."""
    value = Fraction(value)
    allowed = abs(value) * tolerance.share
    if Fraction(decimal(value)) != value:
        allowed = max(allowed, abs(value) * _ROUNDING)
    return allowed


def decimal(value: Fraction | int) -> str:
    """A number in plain digits, as platforms read it.

    >>> decimal(Fraction(29, 2)), decimal(27000100), decimal(Fraction(1, 3))
    ('14.5', '27000100', '0.333333')
    >>> decimal(Fraction(1, 10**7)), decimal(Fraction(1, 3 * 10**8))
    ('0.0000001', '0.00000000333333')
    """
    value = Fraction(value)
    places = decimal_places(value.denominator)
    if places is None:
        zeros = len(str(int(1 / abs(value)))) - 1 if abs(value) < 1 else 0
        places = zeros + _DIGITS
    return plain_decimal(value, places)


def json_number(value: Any) -> int | float:
    """A fraction as JSON writes it."""
    return int(value) if value.denominator == 1 else float(value)


def _number_field(sheet: Sheet, question: Question, part: Part, label: str) -> Field:
    """A box for one number."""
    tolerance = question.allowed(part)
    right = [part.expected, *(value for value in part.also if isinstance(value, int | Fraction))]
    values = [_typed_value(part, value) for value in right]
    lost = []
    for raw in _accepted_of(question):
        reading = part.answer_type.read(raw)
        if isinstance(reading.value, int | Fraction) and not isinstance(reading.value, bool):
            values.append(_typed_value(part, reading.value))
        else:
            lost.append(
                f"the answer {reading.text}, which is accepted too, is not a number; left out"
            )
    found = Field(
        label,
        [(value, _allowed_error(value, tolerance)) for value in dict.fromkeys(values)],
        unit=_unit_of(part),
        lost=lost,
    )
    for value, text, share, mistakes in _wrong_values(sheet, question, part):
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            shown = _typed_value(part, value)
            if shown >= 0 or part.topic.startswith(("hand", "pool", "grad")):
                found.wrong.append(Wrong(Fraction(decimal(shown)), text, share, mistakes))
    return found


def _word_field(sheet: Sheet, question: Question, part: Part, label: str) -> Field:
    """A box for words, or for a size if a window may not fit."""
    expected = part.expected
    accepts = getattr(question.task, "accepts", None)
    misfits = [
        each for each in (expected, *(accepts() if accepts else ())) if isinstance(each, Misfit)
    ]
    sized = _may_not_fit(part) and not isinstance(expected, Misfit)
    words = _size_words(part, expected) if sized else []
    for misfit in misfits:
        words += _misfit_words(misfit)
    if words:
        pass
    elif isinstance(expected, tuple) and all(isinstance(word, str) for word in expected):
        words = list(expected)
    else:
        words = [part.answer_type.text(expected)]
        if "²" in words[0]:
            words += [words[0].replace("²", "^2"), words[0].replace("²", "2")]
    for raw in _accepted_of(question):
        words += _accepted_words(part, raw)
    found = Field(label, words=list(dict.fromkeys(words)))
    if _may_not_fit(part):
        for value, text, share, mistakes in _wrong_values(sheet, question, part):
            if isinstance(value, int | Fraction) and not isinstance(value, bool) and value >= 0:
                found.wrong.append(Wrong(Fraction(decimal(value)), text, share, mistakes))
    return found


def _spellings(value: Fraction) -> list[str]:
    """A result that is not whole, as a decimal; rounded to some places if the decimal never ends."""
    if Fraction(decimal(value)) == value:
        return [decimal(value)]
    places = (f"{float(value):.{count}f}" for count in (1, 2, 3, 4))
    return list(dict.fromkeys([str(value), decimal(value), number_text(value), *places]))


def _accepted_words(part: Part, raw: Any) -> list[str]:
    """How a further right answer may be written: as in the sheet, and sizes as people write them."""
    value = part.answer_type.read(raw).value
    if isinstance(value, Misfit):
        return [raw_text(raw), *_misfit_words(value)]
    if _may_not_fit(part) and (value == "fits" or _numbers_of(value)):
        return [raw_text(raw), *_size_words(part, value)]
    return [raw_text(raw)]


def _misfit_words(misfit: Misfit) -> list[str]:
    """The words for "a window does not fit"."""
    exact = _spellings(misfit.unrounded) if misfit.unrounded is not None else []
    said = [*_MISFITS, *exact, *(f"no, {text}" for text in exact)]
    return [*said, *(f"does not fit ({text})" for text in exact)]


def _size_words(part: Part, value: Any) -> list[str]:
    """How a size may be written in a box that also accepts words."""
    fits = ["yes", "fits", "it fits"]
    if value == "fits":
        return fits
    sides = value if isinstance(value, tuple) else (value,)
    numbers = [decimal(side) for side in sides]
    one = len(set(numbers)) == 1
    both = numbers[:1] * 2 if one else numbers
    sizes = [sign.join(both) for sign in ("×", "x", " x ", " by ")]
    first = numbers[0] if one else sizes[0]
    words = [
        first,
        *(f"{before}{first}" for before in ("yes, ", "yes ", "fits, ", "it fits, ")),
        *sizes,
    ]
    return [*words, *fits] if isinstance(part.answer_type, Fit) else words


def _wrong_values(
    sheet: Sheet, question: Question, part: Part, *, boxes: bool = False
) -> list[KnownWrong]:
    """The known wrong answers of a part, most common first, each with its feedback and share of the points.

    Args:
        boxes: whether each number has its own box, so that their order cannot be wrong.
    """
    found: dict[Any, KnownWrong] = {}
    for each in _other_conventions(sheet, question, part, boxes=boxes):
        found.setdefault(each[0], each)
    for value, reasons in question.single(part).items():
        mistakes = [each.mistake for each in reasons]
        if value in found or (boxes and any(each.id == "vol.order" for each in mistakes)):
            continue
        names = tuple(dict.fromkeys(each.id for each in mistakes))
        shares = [question.credit[name] for name in names if name in question.credit]
        credit = max(shares, default=Fraction(0))
        large = isinstance(value, int | Fraction) and not -SMALL < value < SMALL
        lines = list(dict.fromkeys(mistake_text(each) for each in reasons))
        text = " Or: ".join(lines[: 1 if large else _MAX_LINES])
        found[value] = (value, text, credit, names)
    return list(found.values())


def _other_conventions(
    sheet: Sheet, question: Question, part: Part, *, boxes: bool
) -> Iterator[KnownWrong]:
    """The answers that are right under other conventions, if the sheet gives points for them."""
    for key, value, parts in question.others:
        share = None if boxes and RULES[key].tier == "notation" else sheet.share(key)
        if share is None or not RULES[key].values[value].right:
            continue
        text = convention_feedback(key, value, getattr(question.conventions, key))
        other = parts.get(part.name)
        if other is None or other.expected == part.expected:
            continue
        if not isinstance(other.expected, Misfit):
            yield other.expected, text, share, ()
