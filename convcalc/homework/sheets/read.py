"""A sheet from YAML: every key is read safely, and all errors are reported at once, with their lines."""

from __future__ import annotations

from fractions import Fraction

from yaml.nodes import MappingNode, Node

from convcalc.errors import SpecError, nearest
from convcalc.files import size_text, stem_of
from convcalc.homework.answers.types import EXACT, Tolerance
from convcalc.homework.conventions import RULES, no_convention
from convcalc.homework.sheets.find import MAX_SHEET, find
from convcalc.homework.sheets.keys import GRADING_KEYS, HINT_KEYS, MAX_LEVEL, SCHEMA, SHEET_KEYS
from convcalc.homework.sheets.read_questions import read_questions
from convcalc.homework.sheets.rules import read_rules
from convcalc.homework.sheets.sheet import SHARES, Sheet
from convcalc.homework.sheets.values import (
    Keys,
    mapping_of,
    read_tolerance,
    read_whole,
    tell_unknown,
)
from convcalc.network.yaml_source import Source, read
from convcalc.text import printable

# The keys of a sheet that contain other keys.
_INSIDE = {"hints": HINT_KEYS, "grading": GRADING_KEYS, "conventions": RULES}


def load(path: str) -> Sheet:
    """Read a sheet.

    Args:
        path: the path of its file, or the name of a bundled sheet such as ``memphis``.

    Raises:
        UsageError: the file cannot be read.
        SpecError: something in it is wrong, at the places the error names.
    """
    return sheet_of(read(find(path)))


def loads(text: str, path: str = "<sheet>") -> Sheet:
    """Like `load`, from a text."""
    return sheet_of(Source(path, text))


def sheet_of(source: Source) -> Sheet:
    """The sheet in a YAML source.

    Raises:
        SpecError: something in it is wrong, at the places the error names.
    """
    keys = _sheet_keys(source)
    attempt = source.problems.attempt

    def text(key: str) -> str:
        if key not in keys:
            return ""
        return printable(attempt(source.scalar, keys[key][1], key, default="")).strip()

    stem = stem_of(source.path)
    rules = read_rules(source, keys)
    sheet = Sheet(
        id=text("id") or stem,
        title=text("title") or text("id") or stem,
        conventions=rules.fixed,
        questions=[],
        source=text("source"),
        text=text("text"),
        preset=rules.preset,
        student=text("student"),
        variant=text("variant"),
        secret=text("secret"),
        path=source.path,
        data=source.text.encode("utf-8", "surrogatepass"),
    )
    attempt(_read_hints, source, keys, sheet, default=None)
    tolerance = attempt(_read_grading, source, keys, sheet, default=None)
    if "questions" in keys:
        attempt(read_questions, source, keys["questions"][1], sheet, rules, tolerance, default=None)
    source.problems.tell()
    return sheet


def _sheet_keys(source: Source) -> Keys:
    """The keys of a sheet; the required ones are checked."""
    if len(source.text) > MAX_SHEET:
        message = f"larger than {size_text(MAX_SHEET)}; split the sheet into several"
        raise SpecError(source.path, 0, 0, message)
    root = source.compose()
    if root is None:
        raise SpecError(
            source.path, 0, 0, "is empty; a sheet needs convcalc_sheet: 1 and questions:"
        )
    keys = source.mapping(root, "a sheet", gathers=True)
    if "convcalc_answers" in keys:
        source.refuse(
            keys["convcalc_answers"][0],
            "is an answer sheet; name the sheet first, then the answers",
        )
    add = source.problems.add
    homes = {key: name for name, inside in _INSIDE.items() for key in keys if key in inside}
    for key, name in homes.items():
        add(source.error(keys[key][0], f"{key} belongs under {name}:; write {name}: {{{key}: …}}"))
    unknown = tell_unknown(source, keys, [*SHEET_KEYS, *homes], "a sheet")
    misspelt = {nearest(key, SHEET_KEYS) for key in unknown}
    if "convcalc_sheet" in keys:
        source.problems.attempt(_check_version, source, *keys["convcalc_sheet"], default=None)
    elif "convcalc_sheet" not in misspelt:
        what = "not a convcalc sheet; add convcalc_sheet: 1 as the first line"
        add(source.error(root, what))
    if "questions" not in keys and "questions" not in misspelt:
        add(source.error(root, "a sheet needs questions: a list of questions"))
    return keys


def _check_version(source: Source, key: Node, node: Node) -> None:
    """Refuse sheets of another version."""
    version = source.whole(node, "convcalc_sheet")
    if version != SCHEMA:
        source.refuse(key, f"convcalc_sheet is {version}; this version reads {SCHEMA}")


def _read_hints(source: Source, keys: Keys, sheet: Sheet) -> None:
    """The highest hint level."""
    way_out = f"write hints: {{max_level: 2}}, a level from 0 to {MAX_LEVEL}"
    found = mapping_of(source, keys, "hints", way_out)
    tell_unknown(source, found, HINT_KEYS, "hints")
    attempt = source.problems.attempt
    if "max_level" in found:
        node = found["max_level"][1]
        sheet.max_level = attempt(read_whole, source, node, "max_level", MAX_LEVEL, default=0)
    if "after_tries" in found:
        node = found["after_tries"][1]
        sheet.after_tries = attempt(read_whole, source, node, "after_tries", default=0)


def _read_grading(source: Source, keys: Keys, sheet: Sheet) -> Tolerance | None:
    """How points are given; returns the sheet's tolerance."""
    found = mapping_of(source, keys, "grading")
    tell_unknown(source, found, GRADING_KEYS, "grading")
    attempt = source.problems.attempt
    if "follow_through" in found:
        node = found["follow_through"][1]
        sheet.follow_through = attempt(source.boolean, node, "follow_through", default=True)
    if "other_convention" in found:
        attempt(_read_other_convention, source, found, sheet, default=None)
    if "tolerance" not in found:
        return None
    node = found["tolerance"][1]
    tolerance = attempt(read_tolerance, source, node, default=None)
    return None if tolerance == EXACT else tolerance


def _read_other_convention(source: Source, grading: Keys, sheet: Sheet) -> None:
    """The points of an answer right under another convention: a word for all, or one for each."""
    node = grading["other_convention"][1]
    if not isinstance(node, MappingNode):
        sheet.other_convention[""] = _share(source, node, "other_convention")
        return
    for key, (at, value) in mapping_of(source, grading, "other_convention").items():
        if key not in RULES:
            source.problems.add(source.error(at, no_convention(key)))
            continue
        share = source.problems.attempt(_share, source, value, key, default=None)
        if share is not None:
            sheet.other_convention[key] = share


def _share(source: Source, node: Node, what: str) -> Fraction:
    """A share of the points from its word."""
    return SHARES[source.word(node, what, tuple(SHARES))]
