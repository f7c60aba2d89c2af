"""A sheet from YAML: every key read safely, every mistake in it named with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from convcalc.errors import SpecError, UsageError, did_you_mean
from convcalc.files import size_text, stem_of
from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.types import EXACT, Tolerance
from convcalc.homework.conventions import (
    PRESETS,
    RULES,
    Conventions,
    convention_value,
    conventions,
    no_convention,
)
from convcalc.homework.questions import QUESTIONS, GivenError, create_question
from convcalc.homework.sheets.beside import find_beside
from convcalc.homework.sheets.find import MAX_SHEET, find
from convcalc.homework.sheets.keys import (
    GRADING_KEYS,
    HINT_KEYS,
    ID,
    MAX_LEVEL,
    MAX_POINTS,
    MAX_QUESTIONS,
    PARTIAL,
    QUESTION_KEYS,
    SCHEMA,
    SHEET_KEYS,
)
from convcalc.homework.sheets.links import with_links
from convcalc.homework.sheets.sheet import SHARES, Question, Sheet
from convcalc.network.yaml_source import Source, read
from convcalc.text import printable, shortened

_MAX_NODES = 100_000

_Keys = Mapping[str, tuple[ScalarNode, Node]]


class PlainValues:
    """A node and what is under it as texts, lists and mappings, with a limit on how much."""

    def __init__(self, source: Source) -> None:
        self.source, self.count = source, 0

    def of(self, node: Node, what: str, depth: int = 0) -> Any:
        """The value of a node; scalars stay text, as written."""
        self.count += 1
        if self.count > _MAX_NODES or depth > 20:
            self.source.refuse(node, f"{what} is larger than any sheet needs; make it smaller")
        self.source.check_tag(node)
        if isinstance(node, ScalarNode):
            return node.value
        if isinstance(node, SequenceNode):
            return [self.of(item, what, depth + 1) for item in node.value]
        pairs = self.source.mapping(node, what).items()
        return {key: self.of(value, what, depth + 1) for key, (_, value) in pairs}


def load(path: str) -> Sheet:
    """Read a sheet.

    Args:
        path: of its file, or the name of a bundled sheet such as ``memphis``.

    Raises:
        UsageError: the file cannot be read.
        SpecError: something in it is wrong, at the place the error names.
    """
    return sheet_of(read(find(path)))


def loads(text: str, path: str = "<sheet>") -> Sheet:
    """Like `load`, from a text."""
    return sheet_of(Source(path, text))


def sheet_of(source: Source) -> Sheet:
    """The sheet in a YAML source.

    Raises:
        SpecError: something in it is wrong, at the place the error names.
    """
    keys = _sheet_keys(source)

    def text(key: str) -> str:
        return printable(source.scalar(keys[key][1], key)).strip() if key in keys else ""

    stem = stem_of(source.path)
    preset, fixed = _read_conventions(source, keys)
    sheet = Sheet(
        id=text("id") or stem,
        title=text("title") or text("id") or stem,
        conventions=fixed,
        questions=[],
        source=text("source"),
        text=text("text"),
        preset=preset,
        student=text("student"),
        variant=text("variant"),
        secret=text("secret"),
        path=source.path,
        data=source.text.encode("utf-8", "surrogatepass"),
    )
    _read_hints(source, keys, sheet)
    tolerance = _read_grading(source, keys, sheet)
    _read_questions(source, keys["questions"][1], sheet, tolerance)
    return sheet


def _sheet_keys(source: Source) -> _Keys:
    """The keys of a sheet, after the required ones were checked."""
    if len(source.text) > MAX_SHEET:
        message = f"larger than {size_text(MAX_SHEET)}; split the sheet into several"
        raise SpecError(source.path, 0, 0, message)
    root = source.compose()
    if root is None:
        raise SpecError(
            source.path, 0, 0, "is empty; a sheet needs convcalc_sheet: 1 and questions:"
        )
    keys = source.mapping(root, "a sheet")
    if "convcalc_answers" in keys:
        source.refuse(
            keys["convcalc_answers"][0],
            "is an answer sheet; name the sheet first, then the answers",
        )
    _refuse_unknown(source, keys, SHEET_KEYS, "a sheet")
    if "convcalc_sheet" not in keys:
        source.refuse(root, "not a convcalc sheet; add convcalc_sheet: 1 as the first line")
    version = source.whole(keys["convcalc_sheet"][1], "convcalc_sheet")
    if version != SCHEMA:
        source.refuse(
            keys["convcalc_sheet"][1], f"convcalc_sheet is {version}; this version reads {SCHEMA}"
        )
    if "questions" not in keys:
        source.refuse(root, "a sheet needs questions: a list of questions")

    return keys


def _read_questions(
    source: Source, listed: Node, sheet: Sheet, tolerance: Tolerance | None
) -> None:
    """Add the questions to their sheet."""
    nodes = source.sequence(listed, "questions")
    if not 1 <= len(nodes) <= MAX_QUESTIONS:
        source.refuse(listed, f"{len(nodes)} questions; a sheet has 1 to {MAX_QUESTIONS:,}")
    seen: dict[str, int] = {}
    for number, node in enumerate(nodes, start=1):
        question = _read_question(source, node, sheet, f"q{number}", tolerance)
        if question.id in seen:
            source.refuse(
                node,
                f"{question.id} is used twice (first in line {seen[question.id]}); rename one",
            )
        seen[question.id] = question.line
        sheet.questions.append(question)


def _refuse_unknown(source: Source, keys: _Keys, known: Iterable[str], what: str) -> None:
    """Refuse a key that has no meaning."""
    for key, (node, _) in keys.items():
        if key not in known:
            source.refuse(node, f"{what} has no key {shortened(key)!r}{did_you_mean(key, known)}")


def _read_conventions(source: Source, keys: _Keys) -> tuple[str, Conventions]:
    """The preset, and the conventions with its changes."""
    preset = ""
    if "preset" in keys:
        preset = source.word(keys["preset"][1], "preset", tuple(PRESETS))
    return preset, conventions(preset, **_convention_values(source, keys))


def _convention_values(source: Source, keys: _Keys) -> dict[str, str]:
    """The values under ``conventions:``, of a sheet or of one question."""
    given: dict[str, str] = {}
    if "conventions" in keys:
        for key, (node, value) in source.mapping(keys["conventions"][1], "conventions").items():
            try:
                if key not in RULES:
                    convention_value(key, "")
                given[key] = convention_value(key, source.scalar(value, key))
            except UsageError as error:
                source.refuse(node if key not in RULES else value, str(error))
    return given


def _read_hints(source: Source, keys: _Keys, sheet: Sheet) -> None:
    """How fine hints may get."""
    if "hints" not in keys:
        return
    found = source.mapping(keys["hints"][1], "hints")
    _refuse_unknown(source, found, HINT_KEYS, "hints")
    if "max_level" in found:
        node = found["max_level"][1]
        sheet.max_level = source.whole(node, "max_level")
        if not 0 <= sheet.max_level <= MAX_LEVEL:
            source.refuse(
                node, f"max_level is {sheet.max_level}; hints have levels 0 to {MAX_LEVEL}"
            )
    if "after_tries" in found:
        sheet.after_tries = source.whole(found["after_tries"][1], "after_tries")


def _read_grading(source: Source, keys: _Keys, sheet: Sheet) -> Tolerance | None:
    """How points are given; returns the sheet's tolerance."""
    if "grading" not in keys:
        return None
    found = source.mapping(keys["grading"][1], "grading")
    _refuse_unknown(source, found, GRADING_KEYS, "grading")
    if "follow_through" in found:
        sheet.follow_through = source.boolean(found["follow_through"][1], "follow_through")
    if "other_convention" in found:
        node = found["other_convention"][1]
        if isinstance(node, MappingNode):
            for key, (at, value) in source.mapping(node, "other_convention").items():
                if key not in RULES:
                    source.refuse(at, no_convention(key))
                sheet.other_convention[key] = SHARES[source.word(value, key, tuple(SHARES))]
        else:
            sheet.other_convention[""] = SHARES[
                source.word(node, "other_convention", tuple(SHARES))
            ]
    if "tolerance" in found:
        node = found["tolerance"][1]
        text = source.scalar(node, "tolerance")
        return None if text == "exact" else _read_tolerance(source, node)
    return None


def _read_tolerance(source: Source, node: Node) -> Tolerance:
    """``exact``, ``rounded``, ``1%`` or ``0.01``."""
    text = source.scalar(node, "tolerance").strip()
    if text == "exact":
        return EXACT
    if text == "rounded":
        return Tolerance(rounded=True)
    try:
        share = answers.cell(text.rstrip("% "))
    except answers.Unreadable:
        share = Fraction(-1)
    if text.endswith("%"):
        share /= 100
    if not 0 <= share <= Fraction(1, 2):
        source.refuse(
            node,
            f"tolerance cannot be {shortened(text)!r}; write exact, rounded, or a percentage such as 1%",
        )
    return Tolerance(share)


def _read_question(
    source: Source, node: Node, sheet: Sheet, name: str, tolerance: Tolerance | None
) -> Question:
    """One question."""
    keys = source.mapping(node, "a question")
    if "type" not in keys:
        source.refuse(
            node,
            "a question needs a type, such as params; convcalc hw types lists them",
        )
    kind = source.scalar(keys["type"][1], "type").strip()
    cls = QUESTIONS.get(kind)
    if cls is None:
        known = did_you_mean(kind, QUESTIONS) or "; convcalc hw types lists them"
        source.refuse(keys["type"][1], f"no question type {shortened(kind)!r}{known}")
    words = list(cls.words)
    _refuse_unknown(
        source,
        keys,
        (*QUESTION_KEYS, *(word for word in words if word not in QUESTION_KEYS)),
        f"a question of type {kind}",
    )
    identity = source.scalar(keys["id"][1], "id").strip() if "id" in keys else name
    if not re.fullmatch(ID, identity):
        source.refuse(
            keys["id"][1],
            f"an id cannot be {shortened(identity)!r}; start with a letter, then letters, digits, _ or -",
        )
    plain = PlainValues(source)
    vary = plain.of(keys["vary"][1], "vary") if "vary" in keys else {}
    if not isinstance(vary, dict):
        source.refuse(keys["vary"][1], "vary must be a mapping of names to lists or ranges")
    given, places = _read_given(source, keys, words, plain)
    first = _first_draw(source, keys, vary, given)
    numbers = {**first, **given}
    try:
        own = _convention_values(source, keys)
        rules = sheet.conventions.but(**own)
        task = create_question(kind, find_beside(numbers, source.path), rules)
        question = Question(identity, task, rules, given=numbers, vary=vary, own=own)
        question.drawn = not vary
        question = with_links(question, sheet.questions)
        question.parts  # noqa: B018 - numbers that make no question are refused here
    except GivenError as error:
        at = places.get(error.key, keys.get("given", keys["type"])[1])
        what = (
            f"{identity}.given.{error.key}: {error.what}"
            if error.key
            else f"{identity}: {error.what}"
        )
        source.refuse(at, what)
    question.line = node.start_mark.line + 1
    if "tolerance" in keys:
        question.tolerance = _read_tolerance(source, keys["tolerance"][1])
    elif all(part.answer_type.counts for part in question.parts):
        question.tolerance = tolerance
    _read_rest(source, keys, question, plain)
    return question


def _read_given(
    source: Source, keys: _Keys, words: list[str], plain: PlainValues
) -> tuple[dict[str, Any], dict[str, Node]]:
    """The numbers of a question, under ``given:`` or beside it, and where each stands."""
    values: dict[str, Any] = {}
    places: dict[str, Node] = {}
    pairs: dict[str, tuple[ScalarNode, Node]] = {}
    if "given" in keys:
        pairs.update(source.mapping(keys["given"][1], "given"))
    beside = [
        word for word in words if word in keys and (word not in QUESTION_KEYS or word == "answer")
    ]
    for word in beside:
        if word in pairs:
            source.refuse(keys[word][0], f"{word} is given here and under given; keep one")
        pairs[word] = keys[word]
    for word, (_, value) in pairs.items():
        values[word] = plain.of(value, word)
        places[word] = value
    return values, places


def _first_draw(
    source: Source, keys: _Keys, vary: dict[str, Any], given: dict[str, Any]
) -> dict[str, Any]:
    """The first value of everything that varies, so that the sheet is complete without a draw."""
    found: dict[str, Any] = {}
    for name, spec in vary.items():
        if name in given:
            continue
        if isinstance(spec, list) and spec:
            found[name] = spec[0]
        elif isinstance(spec, dict) and "from" in spec:
            found[name] = spec["from"]
        else:
            node = source.mapping(keys["vary"][1], "vary")[name][1]
            source.refuse(
                node,
                f"vary.{name} must be a list of values, or from: and to: with an optional multiple_of:",
            )
    return found


def _read_rest(source: Source, keys: _Keys, question: Question, plain: PlainValues) -> None:
    """What else a question says."""
    task = question.task
    if "text" in keys:
        question.text = printable(source.scalar(keys["text"][1], "text")).strip()
    if "points" in keys:
        question.points = _read_points(source, keys["points"][1])
    question.partial = task.partial
    if "partial" in keys:
        question.partial = source.word(keys["partial"][1], "partial", PARTIAL)
    elif task.partial == "parts" and question.points == 1 and len(question.parts) == 1:
        question.partial = "none"
    if "credit" in keys:
        for name, (at, value) in source.mapping(keys["credit"][1], "credit").items():
            _check_mistake(source, at, name)
            question.credit[name] = _read_share(source, value)
    if "answer" in keys and "answer" not in task.words:
        question.key = plain.of(keys["answer"][1], "answer")
    if "accept" in keys:
        accept = plain.of(keys["accept"][1], "accept")
        question.accept = accept if isinstance(accept, list) else [accept]
    if "void" in keys:
        question.void = source.boolean(keys["void"][1], "void")
    if "figure" in keys:
        question.figure = source.boolean(keys["figure"][1], "figure")
        if question.figure and not task.draws:
            source.refuse(
                keys["figure"][1],
                f"a question of type {task.kind} has nothing to draw; leave figure out",
            )
    for name in ("require", "separate"):
        if name in keys:
            items = [source.scalar(item, name) for item in source.sequence(keys[name][1], name)]
            setattr(question, name, items)
    if "separate" in keys:
        for name, node in zip(question.separate, source.sequence(keys["separate"][1], "separate")):
            _check_mistake(source, node, name)


def _check_mistake(source: Source, node: Node, name: str) -> None:
    """Refuse a mistake that is not in the catalogue."""
    from convcalc.homework.mistakes import MISTAKES

    if name not in MISTAKES:
        known = did_you_mean(name, MISTAKES) or "; convcalc hw types --mistakes lists them"
        source.refuse(node, f"no mistake {shortened(name)!r}{known}")


def _read_points(source: Source, node: Node) -> Fraction:
    """Points: 0 or more, halves and the like allowed."""
    text = source.scalar(node, "points")
    try:
        value = answers.cell(text)
    except answers.Unreadable:
        value = Fraction(-1)
    if not 0 <= value <= MAX_POINTS:
        source.refuse(
            node, f"points must be a number from 0 to {MAX_POINTS:,}, but is {shortened(text)!r}"
        )
    return value


def _read_share(source: Source, node: Node) -> Fraction:
    """A share of the points, from 0 to 1."""
    text = source.scalar(node, "credit")
    try:
        value = answers.cell(text)
    except answers.Unreadable:
        value = Fraction(-1)
    if not 0 <= value <= 1:
        source.refuse(node, f"credit must be a share from 0 to 1, but is {shortened(text)!r}")
    return value
