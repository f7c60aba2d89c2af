"""The JSON Schema for sheets: valid, as strict as possible, and not stricter than the reader."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from changed import changed
from convcalc.errors import ConvcalcError
from convcalc.homework import loads
from convcalc.homework.conventions import RULES
from convcalc.homework.questions import QUESTIONS, create_question, word_meanings
from convcalc.homework.questions.base import MISSING
from convcalc.homework.questions.given import READERS, GivenError
from convcalc.homework.questions.given_schemas import ALIASES
from convcalc.homework.questions.word_meanings import meaning_of
from convcalc.homework.sheets.keys import SCHEMA_FILE
from convcalc.homework.sheets.read import sheet_of
from convcalc.homework.sheets.schema import schema
from convcalc.network.yaml_source import Source
from homework.cases import CASES

ROOT = Path(__file__).parents[2]
SHEETS = sorted((ROOT / "homework").rglob("*.yaml"))
SHEETS = [path for path in SHEETS if "convcalc_sheet" in path.read_text(encoding="utf-8")]
VALIDATOR = jsonschema.Draft202012Validator(schema())


def says(data: Any) -> list[str]:
    """The errors found by the schema."""
    return [error.message for error in VALIDATOR.iter_errors(data)]


def is_read(data: Any) -> bool:
    """Whether the reader accepts a sheet."""
    try:
        loads(yaml.safe_dump(data, allow_unicode=True))
    except ConvcalcError:
        return False
    return True


def sheet(*questions: Any, **keys: Any) -> dict[str, Any]:
    return {"convcalc_sheet": 1, **keys, "questions": list(questions)}


def plain(value: Any) -> Any:
    """A value in YAML and JSON."""
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value if isinstance(value, bool | int | str) else str(value)


# -------------------------------------------------------------------------------- it is complete


@pytest.mark.unmeasured
def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.unmeasured
def test_it_knows_every_type_word_and_convention() -> None:
    branches = {
        each["if"]["properties"]["type"]["const"]: each["then"]
        for each in schema()["$defs"]["question"]["allOf"]
    }
    assert list(branches) == list(QUESTIONS)
    for kind, cls in QUESTIONS.items():
        words = branches[kind]["properties"]["given"]["properties"]
        assert set(cls.words) <= set(words)
        assert all(ALIASES[other] in cls.words for other in set(words) - set(cls.words))
        assert branches[kind]["description"]
    assert list(schema()["properties"]["conventions"]["properties"]) == list(RULES)
    for reader in READERS.values():
        jsonschema.Draft202012Validator.check_schema(reader.schema)


# ---------------------------------------------------------- it accepts what the reader accepts


@pytest.mark.parametrize("path", SHEETS, ids=lambda p: p.stem)
def test_every_bundled_sheet_meets_it(path: Path) -> None:
    assert says(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)) == []


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", list(QUESTIONS))
def test_the_examples_and_cases_of_every_type_meet_it(kind: str) -> None:
    given = [*QUESTIONS[kind].examples, *(case.given for case in CASES if case.type == kind)]
    for values in map(plain, given):
        for question in ({"type": kind, "given": values}, {"type": kind, **values}):
            if is_read(sheet(question)):
                assert says(sheet(question)) == [], question
        assert is_read(sheet({"type": kind, "given": values}))


GOOD: list[dict[str, Any]] = [
    sheet({"type": "text"}, preset="cs231n", hints={"max_level": 0, "after_tries": 2}),
    sheet({"type": "text"}, conventions={"bias": False, "dilation_base": 0, "order": "HWC"}),
    sheet({"type": "text"}, conventions={"bias": "without", "flops": "2macs"}),
    sheet({"type": "text"}, grading={"other_convention": "half", "tolerance": "1%"}),
    sheet({"type": "text"}, grading={"other_convention": {"fit": "none"}, "tolerance": 0.01}),
    sheet({"type": "text", "points": "1/2", "id": "größe-1", "void": True}),
    sheet({"type": "params", "given": {"kernel_size": 3, "cin": 3, "cout": "4"}}),
    sheet({"type": "params", "given": {"k": "3x5", "c_in": 3, "filters": 4}}),
    sheet({"type": "params", "given": {"k": [3, "5"], "c_in": 3, "filters": 4, "bias": "TRUE"}}),
    sheet({"type": "params", "k": 3, "c_in": 3, "vary": {"filters": {"from": 2, "to": 9}}}),
    sheet({"type": "output-size", "given": {"n": 9, "k": 3, "p": "Same"}}),
    sheet({"type": "output-size", "given": {"n": 9, "k": 3}, "accept": [7, "seven"], "answer": "7"}),
    sheet({"type": "receptive-field", "given": {"layers": "2*3/1, 3/2"}}),
    sheet({"type": "receptive-field", "given": {"layers": [[3, 2], "3/1", 3]}}),
    sheet({"type": "flatten", "given": {"input": "10"}}),
    sheet({"type": "conv-by-hand", "given": {"x": "1 2; 3 4", "w": [[1, "1/2"]]}}),
    sheet({"type": "conv-by-hand", "given": {"x": [[[1, 2]], [[3, 4]]], "w": [[[1]], [[2]]]}}),
    sheet({"type": "choice", "given": {"options": ["a pool", 3, True], "answer": ["a", "b"]}}),
    sheet({"type": "choice", "options": ["a pool", "b"], "answer": "a"}),
    sheet({"type": "true-false", "answer": False, "statement": "Pools learn."}),
    sheet(
        {
            "type": "params",
            "given": {"k": 3, "c_in": 3, "filters": 4},
            "credit": {"par.no-bias": 0.5, "par.no-channels": "1/3"},
            "separate": ["par.no-bias"],
            "require": ["params < 1000"],
            "tolerance": "rounded",
            "conventions": {"bias": "ask"},
        }
    ),
]  # fmt: skip


@pytest.mark.parametrize("data", GOOD, ids=lambda data: str(data)[38:90])
def test_whatever_may_be_written_meets_it(data: dict[str, Any]) -> None:
    assert is_read(data)
    assert says(data) == []


def mutations(data: Any, rng: random.Random) -> Any:
    """A sheet with one changed value."""
    changed = copy.deepcopy(data)
    spots: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in list(items):
            spots.append((node, key))
            if isinstance(value, dict | list):
                walk(value)

    walk(changed)
    node, key = rng.choice(spots)
    odd: tuple[Any, ...] = (0, 1, 7, -1, 1.5, "", "3", "x", "1x2", "3/2", True, None, [], [1], [[1]], {}, {"k": 3}, "floor", "1%")  # fmt: skip
    if isinstance(node, dict) and rng.random() < 0.3:
        value = node.pop(key)
        if rng.random() < 0.5:
            node[rng.choice(("k", "kernel", "s", "answer", "text", "arch", "points", "id"))] = value
    else:
        node[key] = rng.choice(odd)
    return changed


def test_what_the_reader_takes_meets_it_whatever_is_changed() -> None:
    rng = random.Random(7)
    small = [*GOOD, *(sheet({"type": c.type, "given": plain(c.given)}) for c in CASES[::3])]
    taken = refused = both = 0
    for _ in range(3):
        for data in small:
            changed = mutations(data, rng)
            if is_read(changed):
                taken += 1
                assert says(changed) == [], changed
            else:
                refused += 1
                both += bool(says(changed))
    assert taken > 20
    assert both > 0.6 * refused  # the rest needs arithmetic: a kernel wider than its input


# Rules that no schema can check: equal shapes, ranges that depend on a convention, other files.
UNKNOWABLE = re.compile(
    r"rows of different lengths|does not fit|no file '|must have the shape|kernels for \d+ maps|reduce \d+ to|or more, got"
    r"|needs channels|counts from 1|must be rows and columns|must be a whole number|tolerance cannot be|credit must be|must be max or avg"
)


@pytest.mark.unmeasured
def test_what_the_reader_says_of_a_changed_sheet_the_schema_says_too() -> None:
    rng = random.Random(3)
    sheets = {path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) for path in SHEETS}  # fmt: skip
    odd: tuple[Any, ...] = (
        0,
        -1,
        1.5,
        "",
        "x",
        "abc def",
        True,
        None,
        [],
        [1],
        [[1]],
        {},
        {"k": 3},
        "3",
        7,
    )
    wrong = []
    told = 0
    for _ in range(200):
        name = rng.choice([*sheets])
        data, how = changed(sheets[name], odd, rng)
        text = yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
        try:
            sheet_of(Source(str(ROOT / "homework" / "x.yaml"), text))
            said = ""
        except ConvcalcError as error:
            said = str(error)
        is_refused = not VALIDATOR.is_valid(data)
        told += is_refused
        if is_refused and not said and not how.endswith(("None", "''")):  # names without values
            wrong.append(f"{name} {how}: the schema refuses it")
        if said and not is_refused and not UNKNOWABLE.search(said):
            wrong.append(f"{name} {how}: {said}")
    assert wrong == []
    assert told > 150


# ------------------------------------------------------------- it refuses what the reader refuses

PARAMS = {"k": 3, "c_in": 3, "filters": 4}
BAD: list[Any] = [
    [],
    {},
    {"convcalc_sheet": 1},
    {"convcalc_sheet": 2, "questions": [{"type": "text"}]},
    {"questions": [{"type": "text"}]},
    sheet(),
    sheet(1),
    sheet({"id": "q1"}),
    sheet({"type": "parms"}),
    sheet({"type": "text"}, qestions=[]),
    sheet({"type": "text"}, preset="pytroch"),
    sheet({"type": "text"}, conventions={"fti": "floor"}),
    sheet({"type": "text"}, conventions={"fit": "flor"}),
    sheet({"type": "text"}, conventions={"fit": True}),
    sheet({"type": "text"}, conventions=["fit"]),
    sheet({"type": "text"}, hints={"max_level": 7}),
    sheet({"type": "text"}, hints={"level": 1}),
    sheet({"type": "text"}, grading={"other_convention": "some"}),
    sheet({"type": "text"}, grading={"other_convention": {"fti": "full"}}),
    sheet({"type": "text"}, grading={"follow_through": "maybe"}),
    sheet({"type": "text"}, grading={"tolerance": 2}),
    sheet({"type": "text"}, title=["a"]),
    sheet({"type": "text", "id": "4q"}),
    sheet({"type": "text", "id": "a b"}),
    sheet({"type": "text", "points": -1}),
    sheet({"type": "text", "points": 20_000}),
    sheet({"type": "text", "points": [1]}),
    sheet({"type": "text", "partial": "some"}),
    sheet({"type": "text", "void": "maybe"}),
    sheet({"type": "text", "credit": {"par.no-bais": 0.5}}),
    sheet({"type": "text", "credit": {"par.no-bias": 2}}),
    sheet({"type": "text", "separate": ["par.no-bais"]}),
    sheet({"type": "text", "separate": "par.no-bias"}),
    sheet({"type": "text", "text": {"a": 1}}),
    sheet({"type": "text", "n": 3}),
    sheet({"type": "text", "given": [1]}),
    sheet({"type": "params", "givn": PARAMS}),
    sheet({"type": "params", "given": {"k": 3, "c_in": 3}}),
    sheet({"type": "params", "given": {**PARAMS, "kernal": 3}}),
    sheet({"type": "params", "given": {**PARAMS, "k": 0}}),
    sheet({"type": "params", "given": {**PARAMS, "k": 1.5}}),
    sheet({"type": "params", "given": {**PARAMS, "k": "three"}}),
    sheet({"type": "params", "given": {**PARAMS, "k": [3, 3, 3, 3]}}),
    sheet({"type": "params", "given": {**PARAMS, "k": {"h": 3}}}),
    sheet({"type": "params", "given": {**PARAMS, "k": None}}),
    sheet({"type": "params", "given": {**PARAMS, "k": True}}),
    sheet({"type": "params", "given": {**PARAMS, "bias": "maybe"}}),
    sheet({"type": "params", "given": {**PARAMS, "filters": 10**13}}),
    sheet({"type": "params", "cin": 3, "k": 3, "filters": 4}),
    sheet({"type": "params", "given": {"k": 3, "c_in": 3}, "vary": {"filters": 3}}),
    sheet({"type": "output-size", "given": {"n": 9, "k": 3, "p": "sme"}}),
    sheet({"type": "receptive-field", "given": {"layers": []}}),
    sheet({"type": "receptive-field", "given": {"layers": "conv"}}),
    sheet({"type": "receptive-field", "given": {"layers": [[3, 1, 1, 1]]}}),
    sheet({"type": "conv-by-hand", "given": {"x": [], "w": [[1]]}}),
    sheet({"type": "conv-by-hand", "given": {"x": {"a": 1}, "w": [[1]]}}),
    sheet({"type": "choice", "given": {"options": [], "answer": "a"}}),
    sheet({"type": "choice", "given": {"options": ["a", "b"]}}),
]


@pytest.mark.parametrize("data", BAD, ids=lambda data: str(data)[:90])
@pytest.mark.unmeasured
def test_what_the_reader_refuses_does_not_meet_it(data: Any) -> None:
    assert not is_read(data)
    assert says(data) != []


@pytest.mark.parametrize("kind", list(QUESTIONS))
@pytest.mark.unmeasured
def test_a_needed_word_that_is_left_out_is_told(kind: str) -> None:
    given = plain(QUESTIONS[kind].examples[0])
    for name, word in QUESTIONS[kind].words.items():
        without = {key: value for key, value in given.items() if key != name}
        needed = word.default is MISSING
        if needed:
            assert not is_read(sheet({"type": kind, "given": without}))
        assert bool(says(sheet({"type": kind, "given": without}))) == needed


# --------------------------------------------------------------------------------- the command


@pytest.mark.unmeasured
def test_the_command_prints_or_writes_it(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = convcalc("schema", "--sheet")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == schema()
    ran = convcalc("schema", "--sheet", "-o", "s.json")
    assert (ran.code, ran.out, ran.err) == (0, "", "wrote s.json\n")
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == schema()
    assert json.loads(convcalc("schema").out)["title"] == "convcalc network"
    ran = convcalc("schema", "--sheets")
    assert ran.code == 2
    assert (
        ran.err
        == "convcalc: no option '--sheets'; did you mean '--sheet'? Run convcalc schema -h for help.\n"
    )


WORDS = [(kind, word) for kind, cls in QUESTIONS.items() for word in cls.words]
CHOICE = re.compile(r": ([a-z]\w*(?:, [a-z]\w*)*) or ([a-z]\w*)\.$")


def test_a_word_is_explained_for_its_type_and_no_text_is_idle() -> None:
    told = {meaning_of(word, kind) for kind, word in WORDS}
    own = {(kind, word) for kind, words in word_meanings._OF_TYPE.items() for word in words}
    assert own <= set(WORDS)
    assert set(word_meanings._MEANINGS.values()) <= told
    # Words with different meanings in different types have no common text.
    assert {"of", "mode", "find", "layers", "kernels", "params", "x", "w", "formula"}.isdisjoint(word_meanings._MEANINGS)  # fmt: skip


def refusal(kind: str, given: dict[str, Any]) -> str:
    """Why a question type refuses the given values; empty if it accepts them."""
    try:
        create_question(kind, given)
    except GivenError as error:
        return str(error)
    return ""


def test_the_choices_that_a_text_names_are_those_of_the_reader() -> None:
    met = 0
    for kind, word in WORDS:
        found = CHOICE.search(meaning_of(word, kind))
        if not found or QUESTIONS[kind].words[word].type != "str":
            continue
        met += 1
        example = QUESTIONS[kind].examples[0]
        refused = refusal(kind, {**example, word: "gold"})
        assert refused.startswith(f"{word}: must be")
        for choice in [*found[1].split(", "), found[2]]:
            assert choice in refused, (kind, word, choice)
            assert f"{word}: must be" not in refusal(kind, {**example, word: choice})
    assert met > 15


SAID = {"none": 0, "all": (), "1": 1, "true": True, "shape": ("shape",), "size": None}


def test_the_defaults_that_a_text_names_are_those_of_the_reader() -> None:
    wrong, met = [], 0
    for kind, word in WORDS:
        if said := re.search(r"(\w+) by default", meaning_of(word, kind)):
            met += 1
            if QUESTIONS[kind].words[word].default != SAID[said[1]]:
                wrong.append((kind, word, said[0]))
    assert wrong == []
    assert met > 60


def test_a_side_is_not_explained_by_two_where_only_one_is_read() -> None:
    for kind, word in WORDS:
        if "32x48" in meaning_of(word, kind):
            example = QUESTIONS[kind].examples[0]
            assert "must be a whole number" not in refusal(kind, {**example, word: "32x48"})


@pytest.mark.parametrize("kind", list(QUESTIONS))
@pytest.mark.unmeasured
def test_defaults_and_examples_of_the_schema_are_read_and_change_nothing(kind: str) -> None:
    (then,) = (each["then"] for each in schema()["$defs"]["question"]["allOf"] if each["if"]["properties"]["type"]["const"] == kind)  # fmt: skip
    given = then["properties"]["given"]
    examples = given["examples"] if any(QUESTIONS[kind].examples) else [{}]
    assert examples
    for example in examples:
        assert says(sheet({"type": kind, "given": example})) == []
        usual = {
            word: given["properties"][word]["default"]
            for word in QUESTIONS[kind].words
            if "default" in given["properties"][word] and word not in example
        }
        assert says(sheet({"type": kind, "given": {**usual, **example}})) == []
        assert create_question(kind, {**usual, **example}) == create_question(kind, example)


def test_every_key_type_and_word_says_what_it_means() -> None:
    whole = schema()
    assert whole["$id"] == SCHEMA_FILE
    question = whole["$defs"]["question"]
    about = question["properties"]["type"]["enumDescriptions"]
    assert len(about) == len(QUESTIONS)
    assert all(about)
    found = [whole, question]
    found += [each["then"]["properties"]["given"] for each in question["allOf"]]
    found += [whole["properties"][key] for key in ("hints", "grading", "conventions")]
    for place in found:
        silent = [key for key, each in place["properties"].items() if not each.get("description")]
        assert silent == []
