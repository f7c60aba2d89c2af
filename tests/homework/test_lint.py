"""Lint: wrong keys in published material, gaps, tolerances, and numbers that hide a mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convcalc.homework import load, loads
from convcalc.homework.marking.lint import Finding, lint, summary

HERE = Path(__file__).parents[2] / "homework"


def findings(question: str, **head: str) -> list[Finding]:
    lines = "".join(f"{key}: {value}\n" for key, value in head.items())
    return lint(loads(f"convcalc_sheet: 1\n{lines}questions:\n  - {question}\n"))


def serious(question: str, **head: str) -> list[Finding]:
    return [each for each in findings(question, **head) if each.serious]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("memphis", {"params1": "par.no-channels", "params2": "par.no-channels"}),
        ("ece449", {"strided": ""}),
        ("ucla", {}),
        ("fsdl", {}),
        ("after_d2l", {"many": "lay.k-per-layer"}),
    ],
)
@pytest.mark.unmeasured
def test_the_bundled_sheets_are_clean_but_for_the_keys_the_slides_get_wrong(
    name: str, wrong: dict[str, str]
) -> None:
    found = [each for each in lint(load(str(HERE / f"{name}.yaml"))) if each.serious]
    assert {each.id: each.mistakes[0] if each.mistakes else "" for each in found} == wrong
    assert all(each.kind == "key" for each in found)


# The published key, the right one, and the mistake behind it if known.
PUBLISHED: list[tuple[str, str, str, str]] = [
    ("[after d2l] slides", "{type: layers-to-reach, given: {n: 224, k: 5, target: 4}, answer: 44}", "55", "lay.k-per-layer"),
    ("[Memphis] slides", "{type: params, given: {k: 5, c_in: 3, filters: 5, bias: false}, answer: 125}", "375", "par.no-channels"),
    ("wayground.com", "{type: params, given: {k: 5, c_in: 3, filters: 32}, answer: 800}", "2,432", "par.no-channels-no-bias"),
    ("wayground.com volume", "{type: volume, given: {n: 64, k: 5, s: 2, p: 0, c_in: 3, filters: 8}, answer: 30x30x3}", "30×30×8", "vol.depth-in"),
    ("qammunity.org", "{type: volume, given: {n: 5, k: 3, s: 2, p: 1, c_in: 3, filters: 7}, answer: 2x2x3}", "3×3×7", ""),
    ("NOVEL", "{type: macs, given: {n: 224, k: 3, p: 1, c_in: 3, filters: 64}, answer: '9,462,528'}", "86,704,128", ""),
    ("anvithpothula.github.io", "{type: params, given: {k: 3, c_in: 3, filters: 64, bias: false}, answer: 576}", "1,728", "par.no-channels"),
    ("study-mate", "{type: pool-volume, given: {n: 3, k: 2, s: 2, p: 0}, answer: 1.5}", "1", "out.left-fraction"),
    ("stats.stackexchange 265462", "{type: receptive-field, given: {layers: '2/1/1 2/1/2 2/1/4 2/1/8 2/1/16 2/1/32 2/1/64 2/1/128 2/1/256 2/1/512', blocks: 3}, answer: 3072}", "3,070", "rf.block-sum"),
    ("ultralytics/thop 92", "{type: macs-transposed, given: {n: 2, k: 2, s: 2, c_in: 3, filters: 1}, answer: 192}", "48", "ops.t-output-size"),
    ("flops-counter 16", "{type: macs, given: {n: 32, k: 5, p: 0, c_in: 3, filters: 10}, answer: '1,176,000'}", "588,000", "ops.macs-as-flops"),
    ("[CS231n] VGG memory", "{type: memory, arch: vgg16, answer: 93 MB}", "60.95", ""),
    ("[CS231n] memory", "{type: memory, given: {volume: 224x224x64, copies: 3, gradients: true}, answer: 72 MB}", "77.0", ""),
    ("effectivesolutions.xyz", "{type: output-size, given: {n: 224, k: 11, s: 4, p: 0}, answer: 55}", "54", "out.rounded-up"),
    ("course table", "{type: params, given: {k: 5, c_in: 3, filters: 8}, answer: 208}", "608", "par.no-channels"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "question", "right", "slip"), PUBLISHED, ids=[p[0] for p in PUBLISHED]
)
def test_published_wrong_keys_are_found(source: str, question: str, right: str, slip: str) -> None:
    del source
    found = serious(question)
    assert [each.kind for each in found] == ["key"]
    assert f"the answer is {right}" in found[0].text
    if slip:
        assert slip in found[0].mistakes


def test_a_key_under_another_convention_is_told_so() -> None:
    found = serious("{type: dilated-size, given: {n: 7, k: 3, d: 1, s: 1, p: 0}, answer: 3}")
    assert "dilation_base: 0" in found[0].text
    found = serious(
        "{type: fit, given: {n: 64, k: 5, s: 2, p: 0}, answer: 30}", conventions="{fit: strict}"
    )
    assert "30 is right with fit: floor; this sheet has fit: strict." in found[0].text


def test_a_right_key_is_no_finding() -> None:
    assert serious("{type: params, given: {k: 5, c_in: 3, filters: 10}, answer: 7_60}")
    assert not serious("{type: params, given: {k: 5, c_in: 3, filters: 10}, answer: '760'}")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "{type: volume, given: {n: 32, k: 5, s: 1, filters: 6}}",
            "no padding given, 0 is used; add p: 0",
        ),
        (
            "{type: output-size, given: {n: 32, k: 5, p: 0}}",
            "no stride given, 1 is used; add s: 1",
        ),
        (
            "{type: macs, given: {n: 32, k: 5, c_in: 3, filters: 6}}",
            "no padding given, 0 is used; add p: 0",
        ),
    ],
)
def test_gaps_are_named_with_what_is_assumed(question: str, said: str) -> None:
    found = serious(question)
    assert [each.kind for each in found] == ["gap"]
    assert said in found[0].text


def test_a_gap_that_the_text_closes_is_none() -> None:
    assert not serious(
        "{type: output-size, text: 'No padding, stride 1: {n} under {k}?', given: {n: 32, k: 5}}"
    )


def test_biases_left_to_the_question_must_be_said() -> None:
    assert serious("{type: params, given: {k: 5, c_in: 3, filters: 10}}", conventions="{bias: ask}")
    assert not serious(
        "{type: params, given: {k: 5, c_in: 3, filters: 10, bias: true}}", conventions="{bias: ask}"
    )


def test_a_tolerance_that_hides_a_mistake_is_found() -> None:
    # the biases of AlexNet's first layer are 0.27 % of its parameters
    found = serious("{type: params, tolerance: 1%, given: {k: 11, c_in: 3, filters: 96}}")
    assert [each.kind for each in found] == ["tolerance"] * len(found)
    assert found[0].mistakes == ("par.no-bias",)
    assert "gives 34,848, the right answer is 34,944" in found[0].text
    assert not serious("{type: params, given: {k: 11, c_in: 3, filters: 96}}")


def test_numbers_that_a_wrong_way_gives_too_are_noted() -> None:
    # 5 + 2 + 3 + 2 = 12, the coincidence in the textbook
    found = findings("{type: receptive-field, given: {layers: 5/1 2/2 3/1 2/2}}")
    assert any("rf.sum-k" in each.mistakes and each.kind == "note" for each in found)


def test_placeholders_that_nothing_fills_are_found() -> None:
    assert (
        "{kk}"
        in serious("{type: params, text: 'A {kk} layer?', given: {k: 5, c_in: 3, filters: 10}}")[
            0
        ].text
    )


def test_accepted_answers_must_be_readable() -> None:
    assert (
        serious("{type: params, accept: [abc], given: {k: 5, c_in: 3, filters: 10}}")[0].kind
        == "accept"
    )
    note = findings("{type: params, accept: ['750'], given: {k: 5, c_in: 3, filters: 10}}")
    assert any(each.mistakes == ("par.no-bias",) for each in note)


def test_the_summary_counts() -> None:
    found: list[Any] = [
        Finding("a", "key", ""),
        Finding("b", "gap", ""),
        Finding("c", "tolerance", ""),
        Finding("d", "note", ""),
    ]
    assert summary(found) == "1 wrong key, 1 missing value, 1 other problem"


def test_a_slip_that_changes_no_layer_of_a_network_is_not_said_to_give_the_answer() -> None:
    given = "{input: 32x32x3, arch: CONV-5-64 POOL-2 FC-10}"
    sheet = loads(f"{{convcalc_sheet: 1, questions: [{{type: params-model, given: {given}}}]}}")
    assert lint(sheet) == []
