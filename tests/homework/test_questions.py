"""Every question type of public courses, with the answer from the course or from a calculation."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

import clock
from convcalc.errors import ConvcalcError
from convcalc.homework import check, mistakes, questions
from convcalc.homework.answers import ANSWER_TYPES
from convcalc.homework.answers.types import AnswerType, answer_type
from convcalc.homework.answers.written import as_written
from convcalc.homework.conventions import PRESETS, RULES, Conventions, conventions
from convcalc.homework.question_types import TYPES
from convcalc.homework.questions import QUESTIONS, create_question
from convcalc.homework.questions.base import Task, question
from convcalc.homework.questions.given import GivenError
from convcalc.homework.questions.networks import Design, Writing
from convcalc.homework.questions.rows import Counting
from convcalc.homework.sheets.sheet import Question, Sheet
from homework.cases import CASES, Case

QUESTIONS.load()


def sheet_with(kind: str, given: dict[str, Any], **settings: Any) -> Sheet:
    """A sheet of one question."""
    fixed = conventions(**settings)
    task = create_question(kind, as_written(given), fixed)
    return Sheet(
        "one",
        "one",
        fixed,
        [Question("q1", task, fixed, given=given, partial=task.partial)],
        max_level=4,
    )


@pytest.mark.parametrize("case", CASES, ids=[f"{c.row} {c.type}" for c in CASES])
@pytest.mark.unmeasured
def test_the_published_answer_is_right(case: Case) -> None:
    result = check(
        sheet_with(case.type, case.given, **case.conventions), "q1", as_written(case.answer)
    )
    assert result.status == "right", [(p.part, p.read, p.expected) for p in result.parts]


def test_the_cases_cover_every_question_type() -> None:
    assert set(QUESTIONS) - {case.type for case in CASES} == {
        "pipeline",
        "text",
    } - {case.type for case in CASES}


def test_a_pipeline_asks_for_the_map_after_each_step() -> None:
    x = [[1, 2, 0], [0, -1, 3], [2, 1, 1]]
    sheet = sheet_with("pipeline", {"x": x, "w": [[1, 0], [0, 1]], "k": 2, "pool_s": 1})
    # 1 - 1, 2 + 3, 0 + 1, -1 + 1
    answers = {"conv": [[0, 5], [1, 0]], "relu": [[0, 5], [1, 0]], "pool": [[5]]}
    assert check(sheet, "q1", answers).right
    sheet = sheet_with("pipeline", {"x": x, "w": [[-1, 0], [0, 1]], "k": 2})
    # -1 - 1, -2 + 3, 0 + 1, 1 + 1
    assert check(
        sheet, "q1", {"conv": [[-2, 1], [1, 2]], "relu": [[0, 1], [1, 2]], "pool": "2"}
    ).right


def test_the_cells_of_a_transposed_convolution_can_be_asked_one_by_one() -> None:
    # each cell of [[1, 2], [3, 4]] stamps [1, 0, -1] x 3 in steps of 2; padding 1 cuts the border off
    given = {"x": [[1, 2], [3, 4]], "w": [[1, 0, -1]] * 3, "s": 2, "p": 1, "a": 1}
    whole = sheet_with("transposed-by-hand", given)
    rows = whole["q1"].parts[0].expected
    assert len(rows) == len(rows[0]) == 4
    found = {rows[r][c] for r in range(4) for c in range(4)}
    assert {2, -6, -4} <= found  # DeepLearning.AI course 4, week 3: X, Y, Z
    sheet = sheet_with("transposed-by-hand", {**given, "cells": [[0, 0], [0, 1]]})
    assert sheet["q1"].parts[0].expected == ((rows[0][0], rows[0][1]),)


def test_a_second_type_of_the_same_name_is_refused() -> None:
    class Again(Task):
        pass

    with pytest.raises(RuntimeError, match="duplicate question type 'params'"):
        question("params")(Again)


@pytest.mark.parametrize("name", sorted(QUESTIONS))
@pytest.mark.unmeasured
def test_every_type_has_a_page_a_sentence_and_two_examples(name: str) -> None:
    cls = QUESTIONS[name]
    assert cls.__doc__
    assert cls.about
    assert len(cls.examples) >= 2
    for given in cls.examples:
        task = create_question(name, given)
        assert task.sentence()
        for part in task.parts():
            if part.expected is None:
                continue
            reading = part.answer_type.read(part.answer_type.text(part.expected))
            assert not reading.problem
            assert part.answer_type.same(reading, part.expected, part.answer_type.tolerance)


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.unmeasured
def test_every_type_can_be_asked_under_every_preset(preset: str) -> None:
    for name, cls in sorted(QUESTIONS.items()):
        assert create_question(name, cls.examples[0], conventions(preset)).parts(), name


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("parms", {}, "did you mean 'params'?"),
        ("params", {"k": 5, "c_in": 3}, "params needs filters"),
        ("params", {"k": 5, "cin": 3, "filers": 4}, "did you mean 'filters'?"),
        ("output-size", {"n": 7, "k": 3, "s": 0}, "stride must be 1 or more, got 0"),
        ("output-size", {"n": "0128", "k": 3}, "base 8"),
        ("output-size", {"n": "7.5", "k": 3}, "must be a whole number"),
        ("output-size", {"n": [8, 9], "k": [1, 2, 3]}, "numbers for 2 and 3 axes"),
        (
            "params",
            {"k": 3, "c_in": 4, "filters": 6, "groups": 4},
            "4 does not divide 4 channels and 6 filters",
        ),
        ("receptive-field", {"layers": "a/b"}, "must be a whole number"),
        ("receptive-field", {"layers": "99999*3"}, "at most 2,000"),
        (
            "arch-table",
            {"arch": "CONV-9", "input": "9x9x1"},
            "a convolution has a kernel and filters",
        ),
        ("arch-table", {"arch": "vgg61"}, "did you mean 'vgg"),
        ("arch-table", {"arch": "CONV-9-4", "input": "4x4x1"}, "does not fit"),
        ("macs", {"k": 3, "c_in": 4, "filters": 6}, "needs n (the input's size) or out_n"),
        ("conv-by-hand", {"x": [[1, 2]], "w": [[1], [2, 3]]}, "rows of different lengths"),
        ("image-kernel", {"w": [[1, -2], [3, 5]]}, "not a kernel that has a name here"),
        ("output-size", {"n": 7, "k": 3, "p": "sum"}, "write a number, same, valid or full"),
        ("output-size", {"n": [1, 2, 3, 4], "k": 3}, "lists 4 numbers"),
        ("params-fc", {"input": [1, 2, 3, 4, 5], "units": 3}, "lists 5 numbers"),
        ("receptive-field", {"layers": "1/2/3/4"}, "is not a layer"),
        ("receptive-field", {"layers": ""}, "lists no layers"),
        ("params", {"k": 3, "c_in": 4, "filters": 6, "bias": "maybe"}, "must be true or false"),
        ("params", {"k": 3, "c_in": 4, "cin": 4, "filters": 6}, "c_in is given twice"),
        ("params", {"k": 0, "c_in": 4, "filters": 6}, "must be 1 or more"),
        ("params", {"k": 9, "c_in": 4, "filters": 6, "n": 5}, "does not fit"),
        ("text", {"text": "x" * 5000}, "text has no"),
        ("memory", {"volume": "2x2x2", "dtype": "fp8"}, "must be one of"),
        ("memory", {"volume": "2x2x2", "of": "gold"}, "activations or weights"),
        ("memory", {}, "needs a volume"),
        ("scaling", {"of": "gold"}, "macs or weights"),
        ("conv-by-hand", {"x": [[1, 2]] * 70, "w": [[1]]}, "larger than 64×64"),
        ("conv-by-hand", {"x": [[[1]], [[2]]], "w": [[1]]}, "1 kernels for 2 maps"),
        (
            "conv-by-hand",
            {"x": [[1]], "w": [[1]], "cells": [[0]]},
            "rows and columns counted from 0",
        ),
        ("conv-by-hand", {"x": [[1]], "w": [[1, 2]]}, "does not fit"),
        ("conv-by-hand", {"x": [[1]], "w": [[1]], "b": "x"}, "must be a number"),
        ("conv-1d", {"x": [[1, 2], [3, 4]], "w": [1]}, "one row of numbers"),
        ("pool-by-hand", {"x": [[1]], "mode": "min"}, "must be max or avg"),
        ("pipeline", {"x": [[1]], "w": [[1]], "mode": "min"}, "must be max or avg"),
        ("pipeline", {"x": [[1]], "w": [[1]]}, "pool: the window does not fit"),
        (
            "gradient",
            {"x": [[1]], "w": [[1]], "g": [[1, 2]]},
            "does not have the shape of the output",
        ),
        ("shape-of-gradient", {"n": 4, "k": 2, "of": "b"}, "must be w or x"),
        ("dot-product", {"x": [[1]], "w": [[1, 2]]}, "must have the shape of x"),
        ("fc-to-conv", {"input": "7", "units": 4}, "must be a volume"),
        ("fc-to-conv", {"input": "7x7x3", "units": 4, "n": 5}, "at least 7"),
        ("toeplitz", {"n": 3, "k": 5}, "does not fit"),
        ("shrink", {"n": 10, "k": 5, "layers": 9}, "nothing is left"),
        ("min-input", {"layers": ["fc:3"] * 0 + ["conf:k3"]}, "no layer kind 'conf'"),
        ("pad-to-keep", {"k": 3, "s": 2}, "use type: same-padding"),
        ("pad-to-keep", {"k": [3, 5], "s": [1, 2]}, "with stride 1×2 no padding keeps"),
        ("transposed-size", {"n": 1, "k": 1, "p": 3}, "removes everything"),
        ("receptive-field-net", {"net": "vgg61"}, "no bundled network"),
        ("receptive-field-net", {"net": "vgg16", "at": "conv99"}, "has no layer"),
        ("receptive-field-net", {"net": "mlp_mnist"}, "nothing in it is a map"),
        ("layers-for-rf", {"k": 1, "size": 9}, "adds nothing"),
        ("params-model", {"arch": "lenet5", "of": "gold"}, "must be params, weights or macs"),
        ("share", {"arch": "lenet5", "of": "gold"}, "must be params, weights or macs"),
        (
            "compare",
            {"input": "8x8x1", "designs": ["fc:3"], "of": "gold"},
            "must be params, weights or macs",
        ),
        ("arch-table", {"arch": "fc:3"}, "a chain needs the input"),
        ("arch-table", {"arch": "flatten", "input": "4x4x1"}, "no layers that compute"),
        ("arch-table", {"arch": "lenet5", "ask": ["gold"]}, "arch-table has no 'gold'"),
        ("choice", {"options": ["a"], "answer": "a"}, "fewer than two options"),
        ("layers-to-reach", {"n": 4, "k": 5, "target": 9}, "never reduce"),
        (
            "solve-for",
            {"n": 1_000_000, "out": 5},
            "it is 1,000,000; the kernel would be too large, so give less than 1,000,000",
        ),
        ("solve-for", {"n": 5, "out": 2_000_000}, "it is 2,000,000; the kernel would be too large"),
    ],
)
def test_numbers_that_no_question_can_have_are_refused(
    kind: str, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(GivenError) as caught:
        create_question(kind, given).parts()
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        (
            ["conv:k2c1p1s700"],
            700,
        ),  # (700 + 2 − 2)/700 + 1 = 2, the first after (0 + 2 − 2)/700 + 1
        (["conv:k2c1s2", "conv:k2c1p1s300"], 600),
        (["conv:k4c1s3", "pool:k2"], 7),  # 1 ← 2 ← (2 − 1)·3 + 4
    ],
)
def test_the_smallest_input_that_fits_exactly_is_found_for_large_strides(
    layers: list[str], size: int
) -> None:
    task = create_question("min-input", {"layers": layers}, Conventions(fit="strict"))
    assert task.parts()[0].expected == size


def test_the_smallest_input_is_that_of_trying_them_all() -> None:
    chance = Random(3)
    words = [
        "conv:k3c2",
        "conv:k3c2p1",
        "conv:k5c2s2",
        "conv:k2c2d3p1",
        "pool:k2",
        "pool:k3s2",
        "relu",
    ]
    others = ["conv:k3c2s2psame", "conv_transpose:k2s2c2"]
    found = 0
    for number in range(40):
        fit = "strict" if number % 2 else "floor"
        layers = chance.choices(words if number % 2 else words + others, k=chance.randint(1, 4))
        chain = Design(" ".join(layers), Writing(fit=fit), Counting())
        fitting = (size for size in range(1, 100) if not chain.problem((3, size, size)))
        smallest = next(fitting, None)
        if smallest is not None:
            task = create_question("min-input", {"layers": layers}, Conventions(fit=fit))
            assert task.parts()[0].expected == smallest, (layers, fit)
            found += 1
    assert found > 20


def test_a_search_without_a_result_says_how_far_it_went_and_takes_no_second() -> None:
    # one layer per 60,000 cells, after 1,900 that take 2 each
    given = {"layers": ["1900*conv:k3c1", "conv:k2c1p1s60000"]}
    start = clock.seconds()
    with pytest.raises(GivenError) as error:
        create_question("min-input", given, Conventions(fit="strict"))
    assert clock.seconds() - start < 2
    assert str(error.value).startswith(
        "layers: no input up to 3,821 fits; give another stride, padding or kernel. At 3,821: conv1901 ("
    )


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("compare", {"input": "8x8x3", "designs": ["conv:k3c8d0", "fc:3"]},
         "designs: has dilation 0, but this sheet counts dilation from 1; write d1 or more"),
        ("min-input", {"layers": ["conv:k3c8d0"]},
         "layers: has dilation 0, but this sheet counts dilation from 1; write d1 or more"),
        ("flatten", {"input": "8x8x3", "arch": "conv:k3c8d0"},
         "arch: has dilation 0, but this sheet counts dilation from 1; write d1 or more"),
        ("receptive-field", {"layers": "3/1/0"},
         "layers: dilation 0 is not possible here: this sheet counts from 1; write 1 or more, or set dilation_base: 0"),
        ("dilated-size", {"n": 20, "k": 3, "d": 0},
         "d: dilation 0 is not possible here: this sheet counts from 1; write 1 or more, or set dilation_base: 0"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_word_that_the_sheet_wrote(
    kind: str, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(GivenError) as error:
        create_question(kind, given)
    assert str(error.value) == said


def test_receptive_field_of_a_network_with_gates_is_asked_without_them() -> None:
    question = create_question("receptive-field-net", {"net": "efficientnet_b0"})
    assert "such as a gate" in question.sentence()
    (part,) = question.parts()
    assert part.expected == 851
    assert "gate" not in create_question("receptive-field-net", {"net": "vgg16"}).sentence()


def test_every_convention_says_what_it_is() -> None:
    for key, rule in RULES.items():
        assert getattr(Conventions(), key) in rule.values
        for value in rule.values.values():
            assert value.header
            assert value.sheet
        assert rule.about
    for name in PRESETS:
        assert conventions(name).to_dict().keys() == RULES.keys()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("fitt", "floor", "did you mean 'fit'?"), ("fit", "flor", "did you mean 'floor'?")],
)
def test_unknown_conventions_are_answered_with_the_nearest(key: str, value: str, said: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        conventions(**{key: value})
    assert said in str(caught.value)


def test_an_unknown_preset_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConvcalcError, match="did you mean 'pytorch'"):
        conventions("pytroch")


def test_every_module_of_types_and_mistakes_is_searched() -> None:
    package = Path(questions.__file__).parent
    for folder, known, helpers in (
        (
            package,
            TYPES,
            {
                "__init__",
                "amounts",
                "asking",
                "axes",
                "base",
                "cells",
                "exact",
                "showing",
                "given",
                "given_schemas",
                "meaning",
                "quantities",
                "networks",
                "paths",
                "rows",
                "steps",
                "stretched",
                "words",
                "word_meanings",
            },
        ),
        (
            package.parent / "mistakes",
            mistakes.MODULES,
            {"__init__", "base", "search", "catalogue", "carry", "letters", "rounding"},
        ),
    ):
        assert {path.stem for path in folder.glob("*.py")} == set(known) | helpers


def test_a_question_cannot_be_changed_but_made_anew() -> None:
    task = create_question("params", {"k": 5, "c_in": 3, "filters": 10})
    with pytest.raises(AttributeError, match=r"but\(\) makes another question"):
        task.k = 3
    other = task.but(k=3)
    assert other.parts()[0].expected == (9 * 3 + 1) * 10
    assert other != task
    assert hash(other.but(k=5)) == hash(task)
    assert repr(task).startswith("Params(k=5, c_in=3, filters=10")


def parts_of_cases() -> list[Any]:
    return [
        part
        for case in CASES
        for part in sheet_with(case.type, case.given, **case.conventions)["q1"].parts
        if part.expected is not None
    ]


def test_every_type_of_answer_reads_what_it_writes() -> None:
    seen = set()
    for part in parts_of_cases():
        seen.add(type(part.answer_type))
        text = part.answer_type.text(part.expected)
        reading = part.answer_type.read(text)
        assert part.answer_type.same(reading, part.expected, part.answer_type.tolerance), text
    # The teacher gives the answers to these; test_answers reads them.
    missing = {name for name, cls in ANSWER_TYPES.items() if cls not in seen} - {
        "prose",
        "choice",
        "true-false",
        "network",  # a file; test_networks_handed_in reads it
    }
    assert not missing, f"no case in cases.py has an answer of type {missing}"


def test_a_second_type_of_answer_of_the_same_name_is_refused() -> None:
    with pytest.raises(RuntimeError, match="duplicate answer type 'count'"):
        answer_type("count")(AnswerType)


@pytest.mark.parametrize("size", [5, 8, 11, 18, 80, 110])
@pytest.mark.unmeasured
def test_articles_suit_the_numbers_in_every_question(size: int) -> None:
    for name, cls in QUESTIONS.load().items():
        given = {
            key: size if type(value) is int else value for key, value in cls.examples[0].items()
        }
        try:
            sentence = create_question(name, given).question_text()
        except ConvcalcError:  # this number gives no question of this type
            continue
        assert not re.search(r"\b[Aa] (8\d*|11|18)\b", sentence), f"{name}: {sentence}"
        assert not re.search(r"\b[Aa]n (5|110)\b", sentence), f"{name}: {sentence}"


def _examples_with_an_input() -> list[tuple[str, dict[str, Any]]]:
    """Questions that state the input of a network: examples of the types, and cases."""
    found = [(name, given) for name, cls in QUESTIONS.items() for given in cls.examples]
    found += [(case.type, as_written(case.given)) for case in CASES]
    memory = {"arch": "fc:4096", "input": "7x7x512", "of": "weights"}
    return [(name, given) for name, given in [*found, ("memory", memory)] if given.get("input")]


def test_a_question_says_which_input_its_network_works_on() -> None:
    """Nobody can answer without it."""
    lacking = []
    for name, given in _examples_with_an_input():
        text = create_question(name, given).question_text()
        sides = re.findall(r"\d+", str(given["input"]))
        if not all(re.search(rf"(?<!\d){side}(?!\d)", text) for side in sides):
            lacking.append((name, given, text))
    assert len(_examples_with_an_input()) > 20
    assert lacking == []
