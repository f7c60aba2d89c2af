"""The catalogue of mistakes: each wrong number follows from its formula and gets the mistake's name."""

from __future__ import annotations

import numpy as np
import pytest

from convcalc.homework import check
from convcalc.homework.answers.written import as_written
from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.mistakes.base import mistake
from homework.cases import CASES, Case
from homework.further_mistakes import FURTHER
from homework.mistake_cases import CHOICES, MISTAKE_CASES, MistakeCase
from homework.test_questions import sheet_with

EVERY_CASE = [*MISTAKE_CASES, *FURTHER]

# The catalogue from the literature, by name; ours may contain more.
RESEARCHED = [
    "out.no-plus-one",
    "out.one-sided-pad",
    "out.no-pad",
    "out.double-pad",
    "out.no-stride",
    "out.div-all",
    "out.n-over-s",
    "out.plus-k",
    "out.minus-2k",
    "out.full",
    "out.same",
    "out.kernel",
    "out.rounded-up",
    "out.left-fraction",
    "out.floored-in-strict",
    "out.caffe-ceil",
    "out.pool-stride-1",
    "out.same-keeps-with-stride",
    "out.even-k-half",
    "out.swapped-hw",
    "out.no-dilation",
    "out.dilation-times",
    "out.dilation-no-one",
    "out.dilation-zero-based",
    "out.t-conv-formula",
    "out.t-times-s",
    "out.t-no-minus-one",
    "out.t-one-sided",
    "out.t-pad-ignored",
    "out.t-pad-added",
    "vol.depth-in",
    "vol.depth-one",
    "vol.depth-times",
    "vol.pad-depth",
    "vol.pad-one-side",
    "vol.pool-depth",
    "vol.order",
    "vol.flatten-no-depth",
    "vol.flatten-early",
    "par.no-bias",
    "par.no-channels",
    "par.no-channels-no-bias",
    "par.one-bias",
    "par.no-channels-one-bias",
    "par.bias-per-channel",
    "par.bias-wrong-side",
    "par.one-filter",
    "par.k-not-squared",
    "par.k-doubled",
    "par.added",
    "par.depth-out",
    "par.swapped",
    "par.no-sharing",
    "par.no-sharing-weights",
    "par.activations",
    "par.image-size",
    "par.doubled",
    "par.partial-total",
    "par.pool-counted",
    "par.bn-all-trainable",
    "par.bn-one",
    "par.bn-forgotten",
    "par.bias-kept",
    "par.groups-ignored",
    "par.groups-twice",
    "par.groups-times",
    "par.dw-no-groups",
    "par.dws-half",
    "par.fc-no-depth",
    "par.fc-one-bias",
    "par.lenet-full",
    "ops.macs-as-flops",
    "ops.flops-as-macs",
    "ops.inverted",
    "ops.exact-adds",
    "ops.bias-as-mac",
    "ops.input-size",
    "ops.no-channels",
    "ops.no-filters",
    "ops.one-axis",
    "ops.params-only",
    "ops.groups-ignored",
    "ops.t-output-size",
    "ops.dws-one-half",
    "ops.bottleneck-no-1x1",
    "ops.ratio-upside-down",
    "ops.ratio-one-term",
    "mem.values",
    "mem.mb-mib",
    "mem.double",
    "mem.half",
    "mem.params-in",
    "mem.batch",
    "rf.no-stride",
    "rf.own-stride",
    "rf.late-jump",
    "rf.sum-k",
    "rf.product",
    "rf.last-only",
    "rf.area",
    "rf.side",
    "rf.one-layer-off",
    "rf.no-dilation",
    "rf.block-sum",
    "rf.bigger-than-image",
    "lay.k-per-layer",
    "lay.to-zero",
    "lay.plus-one",
    "cmp.no-c2",
    "cmp.sizes-only",
    "hand.flipped",
    "hand.transposed-kernel",
    "hand.fliplr",
    "hand.flipud",
    "hand.no-sum",
    "hand.matmul",
    "hand.stride",
    "hand.no-pad",
    "hand.wrong-pad",
    "hand.one-channel",
    "hand.cell",
    "hand.no-bias",
    "hand.relu-missing",
    "hand.relu-early",
    "pool.avg-for-max",
    "pool.max-for-avg",
    "pool.sum",
    "pool.stride-1",
    "pool.pad-count",
    "im2col.swapped",
    "im2col.no-depth",
    "im2col.positions",
    "grad.no-flip",
    "grad.valid",
    "grad.mean",
    "slip.power-of-ten",
    "slip.swapped-digits",
    "slip.dropped-digit",
    "slip.neighbour",
]


def test_the_whole_researched_catalogue_is_there() -> None:
    assert set(RESEARCHED) <= set(MISTAKES)


# The answer to another question: a case needs two questions (see test_marking).
IN_A_TEST_OF_ITS_OWN = {"slip.neighbour"}


def test_every_mistake_has_a_case_that_shows_it() -> None:
    shown = {case.id for case in EVERY_CASE} | IN_A_TEST_OF_ITS_OWN
    missing = [name for name in MISTAKES if name not in shown]
    assert not missing, f"give {missing} a row in tests/homework/further_mistakes.py"
    assert shown <= set(MISTAKES), f"no such mistake: {shown - set(MISTAKES)}"


@pytest.mark.parametrize("case", EVERY_CASE, ids=[f"{s.id}={s.wrong}"[:40] for s in EVERY_CASE])
def test_the_wrong_number_is_called_by_its_name(case: MistakeCase) -> None:
    sheet = sheet_with(case.type, case.given, **case.conventions)
    question = sheet["q1"]
    part = next(part for part in question.parts if part.name == case.part)
    wrong, right = case.wrong, case.right
    if case.id == "mem.params-in":
        wrong = str(float(part.expected + 4 * 61_706) / 1e6)
    if right is not None and not isinstance(right, str):
        if isinstance(right, float):
            np.testing.assert_allclose(float(part.expected), right, rtol=1e-3)
        else:
            np.testing.assert_allclose(
                np.array(part.expected, dtype=float), np.array(right, dtype=float)
            )
    answer = {case.part: wrong} if case.part else wrong
    result = check(sheet, "q1", as_written(answer))
    verdict = next(each for each in result.parts if each.part == case.part)
    names = [name for name, _ in verdict.mistakes]
    assert verdict.status in ("wrong", "other-convention", "partial")
    assert len(names) <= 2
    if case.first:
        assert names[0] == case.id, names
    else:
        assert case.id in names
    assert verdict.hint


@pytest.mark.parametrize("choice", CHOICES, ids=[choice[0] for choice in CHOICES])
@pytest.mark.unmeasured
def test_the_wrong_options_of_published_questions_are_explained(choice: tuple) -> None:  # type: ignore[type-arg]
    _, kind, given, right, wrong = choice
    sheet = sheet_with(kind, given)
    assert check(sheet, "q1", right).right
    for option, names in wrong.items():
        result = check(sheet, "q1", option)
        assert not result.right
        assert set(result.mistakes) == names if len(names) != 1 else result.mistakes[0] in names, (
            option,
            result.mistakes,
        )


def test_nearly_all_published_wrong_options_are_explained() -> None:
    options = [(option, names) for *_, wrong in CHOICES for option, names in wrong.items()]
    explained = [option for option, names in options if names]
    unexplained = {option for option, names in options if not names}
    assert len(explained) >= 26
    assert unexplained == {"16x16x16", "11,214,912", "15,896,912"}


def test_a_second_mistake_of_the_same_name_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"duplicate mistake 'par\.no-bias"):
        mistake("par.no-bias", "params", "", "", lambda w: None, "")


def test_every_mistake_has_a_line_that_names_no_number_of_the_solution() -> None:
    for each in MISTAKES.values():
        assert each.about
        assert each.line
        assert each.formula
        assert each.id.count(".") == 1


@pytest.mark.unmeasured
@pytest.mark.parametrize("case", CASES, ids=[f"{c.row} {c.type}" for c in CASES])
def test_no_mistake_leads_to_the_right_answer_in_the_table_of_wrong_ones(case: Case) -> None:
    question = sheet_with(case.type, case.given, **case.conventions)["q1"]
    for part in question.parts:
        assert part.expected not in question.single(part)


def test_two_mistakes_at_once_are_said_to_be_a_guess() -> None:
    for filters, number in ((90, "540"), (1000, "6000")):
        sheet = sheet_with("params", {"k": 5, "c_in": 3, "filters": filters})
        result = check(sheet, "q1", number)  # no channels, and k for k²: (5 + 1)·filters
        assert set(result.mistakes) == {"par.no-channels", "par.k-not-squared"}
        assert {how for _, how in result.parts[0].mistakes} == {"perhaps"}
        assert "Perhaps" in result.hint


def test_a_typing_error_in_a_short_number_comes_before_two_mistakes_at_once() -> None:
    sheet = sheet_with("params", {"k": 3, "c_in": 11, "filters": 13})  # 1,300
    assert check(sheet, "q1", "1,330").mistakes == ["slip.dropped-digit"]


def test_small_numbers_only_might_be_a_mistake() -> None:
    sheet = sheet_with("output-size", {"n": 28, "k": 5, "p": 2})
    assert check(sheet, "q1", 27).parts[0].mistakes == [("out.no-plus-one", "might")]


def test_an_unexplained_number_says_so() -> None:
    sheet = sheet_with("params", {"k": 5, "c_in": 3, "filters": 10})
    result = check(sheet, "q1", 431)
    assert result.mistakes == []
    assert result.hint == "This is wrong, and we do not know how you got it."
