"""Exercises by hand: every published number, every window, every refusal."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc import by_hand, reference
from convcalc.errors import ConvcalcError, UsageError
from convcalc.hand import hand_report, matrices, solve
from convcalc.hand.layout import text_of
from convcalc.hand.matrices import inline, number, read

Run = Callable[..., Any]

CASES: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parent / "data" / "values.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
X33 = "0 1 2; 3 4 5; 6 7 8"
K22 = "0 1; 2 3"
X44 = "0 1 2 3; 4 5 6 7; 8 9 10 11; 12 13 14 15"
POOLED = "1 1 2 4; 5 6 7 8; 3 2 1 0; 1 2 3 4"


def hand_json(convcalc: Run, *arguments: str) -> dict[str, Any]:
    ran = convcalc("hand", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    return data


def as_arguments(given: dict[str, Any]) -> list[str]:
    """A case as command-line arguments."""
    words = []
    for name, value in given.items():
        text = str(value).replace("'", "")
        words += [f"--{name}", "x".join(map(str, value)) if name == "s" and "[" in text else text]
    return words


# ----------------------------------------------------------------------------- published numbers


def test_no_case_is_lost() -> None:
    kinds = [case["op"] for case in CASES]
    counted = {op: kinds.count(op) for op in kinds}
    assert counted == {"conv": 17, "tconv": 4, "maxpool": 2, "avgpool": 2}
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert not [
        case["id"] for case in CASES if "seed" in case["source"] or len(case["source"]) < 10
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_published_numbers_come_out(case: dict[str, Any], convcalc: Run) -> None:
    expected = case["expected"]
    data = hand_json(convcalc, "--op", case["op"], *as_arguments(case["given"]))
    (result,) = data["results"]["y"]
    np.testing.assert_allclose(
        np.squeeze(result), np.squeeze(expected["y"]), rtol=0, atol=expected.get("tolerance", 0)
    )
    if "turned" in expected:
        flipped = hand_json(convcalc, *as_arguments(case["given"]), "--flip")["results"]
        assert (flipped["y"], flipped["c"]) == ([expected["y"]], [expected["turned"]])


def test_the_slide_whose_printed_result_is_wrong_is_not_reproduced(convcalc: Run) -> None:
    (wrong,) = [case for case in CASES if "printed" in case["expected"]]
    (result,) = hand_json(convcalc, *as_arguments(wrong["given"]))["results"]["y"]
    agree = np.array(result) == np.array(wrong["expected"]["printed"])
    assert int(agree.sum()) == 3
    assert "wrong" in wrong["note"]


def test_no_kernel_of_small_whole_numbers_gives_what_the_slide_prints() -> None:
    # Nine equations in nine weights have one solution; it is not whole.
    (wrong,) = [case for case in CASES if "printed" in case["expected"]]
    columns = reference.im2col(np.array([wrong["given"]["x"]], dtype=float), 3, stride=2, padding=1)
    printed = np.array(wrong["expected"]["printed"], dtype=float).ravel()
    weights = np.linalg.solve(columns.T, printed)
    assert np.abs(weights - weights.round()).max() > 0.1  # and so not even nearly whole


# -------------------------------------------------------------------------------------- gradients


def results(op: str, *arguments: Any, **options: Any) -> dict[str, Any]:
    work = solve(op, *arguments, **options)
    return {section.name: np.squeeze(section.result).tolist() for section in work.sections}  # type: ignore[arg-type]


def test_gradients_of_a_one_hot_are_a_patch_and_the_kernel() -> None:
    found = results("gradient", X44, "1 2; 3 4", grad="1 0 0; 0 0 0; 0 0 0")
    assert found["dk"] == [[0, 1], [4, 5]]
    assert found["dx"] == [[1, 2, 0, 0], [3, 4, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert found["db"] == 1


def test_gradients_by_hand() -> None:
    found = results("conv", X44, "1 2; 3 4", grad="1 0 -1; 2 1 0; 0 1 1")
    # dk[0,0] = 0·1 - 2 + 4·2 + 5 + 9 + 10 = 30
    assert found["dk"] == [[30, 35], [50, 55]]
    assert found["dx"] == [[1, 2, -1, -2], [5, 9, -1, -4], [6, 12, 7, 2], [0, 3, 7, 4]]
    assert found["db"] == 1 + 0 - 1 + 2 + 1 + 0 + 0 + 1 + 1


def test_a_max_pool_hands_its_gradient_to_the_first_of_equal_cells() -> None:
    work = solve("maxpool", "5 5; 1 5", size=2, grad="3")
    assert work["dx"].result.tolist() == [[[3, 0], [0, 0]]]  # type: ignore[union-attr]
    assert work.notes == [
        "equal largest cells in the window of dy[0,0]: the first, row by row, takes all, as in PyTorch"
    ]
    many = solve("maxpool", " ".join("5" * 8), size=2, grad="1 2 3 4").notes
    assert "dy[0], dy[1], dy[2] and 1 more" in many[0]


# ------------------------------------------------------------------------- against the witness


@st.composite
def exercises(draw: st.DrawFn) -> dict[str, Any]:
    """Sizes, options and numbers of a small exercise that fits."""
    axes = draw(st.integers(1, 2))
    kernel = [draw(st.integers(1, 3)) for _ in range(axes)]
    dilation = [draw(st.integers(1, 2)) for _ in range(axes)]
    sizes = [(k - 1) * d + draw(st.integers(1, 4)) for k, d in zip(kernel, dilation)]
    cell = st.sampled_from([-3, -2, -1, 0, 1, 2, 5, 0.5, 0.25])
    channels, filters = draw(st.integers(1, 2)), draw(st.integers(1, 2))

    def numbers(shape: list[int]) -> Any:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(cell, min_size=size, max_size=size))).reshape(shape)

    return {
        "kernel": kernel,
        "dilation": dilation,
        "stride": [draw(st.integers(1, 3)) for _ in range(axes)],
        "padding": [[draw(st.integers(0, 2)), draw(st.integers(0, 2))] for _ in range(axes)],
        "x": numbers([channels, *sizes]),
        "w": numbers([filters, channels, *kernel]),
        "bias": numbers([filters]),
        "numbers": numbers,
    }


def as_int_if_whole(array: Any) -> Any:
    """An array of convcalc as floats."""
    return np.array(array.tolist(), dtype=float)


def options_of(case: dict[str, Any], *names: str) -> dict[str, Any]:
    """Options for the witness, and the same for convcalc."""
    return {name: tuple(map(freeze, case[name])) for name in names}


def freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def convolution(case: dict[str, Any], **more: Any) -> tuple[Any, Any]:
    """The results of convcalc and of the witness."""
    options = options_of(case, "stride", "padding", "dilation")
    ours = solve("conv", case["x"], case["w"], dims=case["x"].ndim - 1, **options, **more)
    return ours, options


@settings(max_examples=60, deadline=None)
@given(exercises())
def test_convolutions_and_their_gradients_agree_with_the_witness(case: dict[str, Any]) -> None:
    ours, options = convolution(case, bias=case["bias"])
    theirs = reference.fast.conv(case["x"], case["w"], case["bias"], **options)
    np.testing.assert_array_equal(as_int_if_whole(ours["y"].result), theirs)
    above = case["numbers"](list(theirs.shape)).astype(float)
    work, _ = convolution(case, grad=above)
    gradients = reference.conv_gradients(
        case["x"].astype(float), case["w"].astype(float), above, **options
    )
    np.testing.assert_array_equal(as_int_if_whole(work["dx"].result), gradients.x)
    np.testing.assert_array_equal(as_int_if_whole(work["dk"].result), gradients.weight)
    np.testing.assert_array_equal(as_int_if_whole(work["db"].result), gradients.bias)
    turned = case["w"][(slice(None), slice(None), *(slice(None, None, -1),) * len(case["kernel"]))]
    flipped, _ = convolution(case, flip=True)
    np.testing.assert_array_equal(
        as_int_if_whole(flipped["c"].result), reference.fast.conv(case["x"], turned, **options)
    )


@settings(max_examples=60, deadline=None)
@given(exercises())
@pytest.mark.unmeasured
def test_transposed_convolutions_and_their_gradients_agree_with_the_witness(
    case: dict[str, Any],
) -> None:
    options = options_of(case, "stride", "dilation")
    weight = case["w"].swapaxes(0, 1)  # (channels, filters, …), as in PyTorch
    dims = case["x"].ndim - 1
    try:
        options |= options_of(case, "padding")
        theirs = reference.fast.conv_transpose(case["x"], weight, case["bias"], **options)
    except ValueError:  # the padding cuts everything off
        options["padding"] = 0
        theirs = reference.fast.conv_transpose(case["x"], weight, case["bias"], **options)
    ours = solve("tconv", case["x"], weight, dims=dims, bias=case["bias"], **options)
    np.testing.assert_array_equal(as_int_if_whole(ours["y"].result), theirs)
    above = case["numbers"](list(theirs.shape)).astype(float)
    work = solve("tconv", case["x"], weight, dims=dims, grad=above, **options)
    gradients = reference.conv_transpose_gradients(
        case["x"].astype(float), weight.astype(float), above, **options
    )
    np.testing.assert_array_equal(as_int_if_whole(work["dx"].result), gradients.x)
    np.testing.assert_array_equal(as_int_if_whole(work["dk"].result), gradients.weight)
    np.testing.assert_array_equal(as_int_if_whole(work["db"].result), gradients.bias)


@settings(max_examples=60, deadline=None)
@given(exercises(), st.sampled_from(["floor", "ceil", "caffe"]), st.booleans())
@pytest.mark.unmeasured
def test_pools_and_their_gradients_agree_with_the_witness(
    case: dict[str, Any], fit: str, counted: bool
) -> None:
    x, size = case["x"].astype(float), tuple(case["kernel"])
    half = [[min(p, k // 2) for p in pair] for pair, k in zip(case["padding"], size)]
    dims, stride, padding = x.ndim - 1, tuple(case["stride"]), tuple(map(tuple, half))
    options: dict[str, Any] = {"stride": stride, "padding": padding, "fit": fit}
    average = options | {"count_include_pad": counted}
    pools: list[tuple[str, Any, Any, dict[str, Any]]] = [
        ("maxpool", reference.fast_pool.maxpool, reference.maxpool_gradient, options),
        ("avgpool", reference.fast_pool.avgpool, reference.avgpool_gradient, average),
    ]
    for op, pool, gradient, same in pools:
        y = pool(x, size, **same)
        if not np.isfinite(y).all():
            continue  # a window with only padding
        ours = solve(op, x, size=size, dims=dims, **same)
        np.testing.assert_allclose(as_int_if_whole(ours["y"].result), y, rtol=1e-14)
        above = case["numbers"](list(y.shape)).astype(float)
        back = solve(op, x, size=size, dims=dims, grad=above, **same)
        dx = gradient(x, above, size, **same)
        np.testing.assert_allclose(as_int_if_whole(back["dx"].result), dx, rtol=1e-13, atol=1e-13)


@settings(max_examples=40, deadline=None)
@given(exercises(), st.data())
@pytest.mark.unmeasured
def test_one_window_is_the_same_as_among_all(case: dict[str, Any], data: st.DataObject) -> None:
    ours, options = convolution(case)
    sizes = ours["y"].shape[1:]
    step = tuple(data.draw(st.integers(0, n - 1)) for n in sizes)
    alone, _ = convolution(case, step=step)
    assert alone["y"].result is None
    assert [w.place for w in alone["y"].windows] == [(o, *step) for o in range(len(case["w"]))]
    for window in alone["y"].windows:
        assert window.value == ours["y"].result[window.place]
    assert options["stride"] == ours.options["stride"]


# ------------------------------------------------------------------------------ exact numbers


def test_numbers_stay_exact() -> None:
    thirds = solve("conv", "1/3 1/3 1/3", "1 1 1")
    assert thirds["y"].result.tolist() == [[1]]  # type: ignore[union-attr]
    tenths = solve("conv", "0.1 0.2", "1 1")
    assert tenths["y"].result.tolist() == [[Fraction(3, 10)]]  # type: ignore[union-attr]
    large = 10**20
    huge = solve("conv", f"{large} 1", f"{large} -1")
    assert huge["y"].result.tolist() == [[large * large - 1]]  # type: ignore[union-attr]


def test_json_keeps_whole_numbers_and_fractions_exact(convcalc: Run) -> None:
    data = hand_json(convcalc, "--x", "9007199254740993 1", "--k", "1")
    assert data["results"]["y"] == [[9007199254740993, 1]]
    data = hand_json(convcalc, "--x", "1 2", "--k", "1/3")
    assert data["exact"]["y"] == [["1/3", "2/3"]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(7), "7"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction(5, 3), "5/3"),
        (Fraction(1, 10**6), "0.000001"),
        (Fraction(1, 10**7), "≈1e-07"),
        (Fraction(123456789, 10**7), "≈12.3457"),
        (Fraction(-22, 7), "-22/7"),
    ],
)
def test_numbers_are_shown_whole_decimal_or_as_fractions(value: Fraction, shown: str) -> None:
    assert text_of(value) == shown


def test_what_is_rounded_is_said(convcalc: Run) -> None:
    ran = convcalc("hand", "--x", "0.1234567891 1", "--k", "1")
    assert "≈0.123457 1" in ran.out
    assert "note: ≈ is rounded to 6 digits; --format json has every digit" in ran.out
    blank = convcalc("hand", "--x", "0.1234567891 1", "--k", "1", "--blank")
    assert "note:" not in blank.out


# -------------------------------------------------------------------------------------- shown

SHOWN = {
    "conv": ("--x", X33, "--k", K22),
    "conv_padded_stride": ("--x", X33, "--k", K22, "--p", "1", "--s", "3x2"),
    "conv_before_after": ("--x", X33, "--k", K22, "--p", "0,1"),
    "conv_dilated_step": ("--x", X44, "--k", K22, "--d", "2", "--step", "1,0"),
    "conv_flip": ("--x", "2 1 3 0 4 2", "--k", "1 0 -1", "--flip"),
    "conv_flip_same": ("--x", "1 2 3", "--k", "1 1", "--flip"),
    "conv_channels": (
        "--x", "0 1 2; 3 4 5; 6 7 8 | 1 2 3; 4 5 6; 7 8 9",
        "--k", "0 1; 2 3 | 1 2; 3 4 || 1 0; 0 1 | -1 0; 0 1", "--bias", "1 -2", "--step", "0,1",
    ),
    "conv_channels_all": ("--x", "1 2 | 3 4", "--k", "1 | 2 || 3 | -4", "--bias", "1 -2"),
    "conv_named_kernel": ("--x", X33, "--k", "gaussian_blur", "--p", "same", "--step", "0,0"),
    "conv_many": ("--x", "; ".join(["1 2 3 4 5 6 7 8"] * 8), "--k", "1 0; 0 -1"),
    "conv_strict_rest": ("--x", "1 2 3 4 5 6 7 8", "--k", "1 1 1", "--s", "4"),
    "conv_ceil": ("--x", "1 2 3 4 5 6", "--k", "1 1 1", "--s", "2", "--fit", "ceil"),
    "tconv": ("--x", K22, "--k", K22, "--op", "tconv", "--s", "2"),
    "tconv_padding_bias": ("--x", K22, "--k", K22, "--op", "tconv", "--p", "1", "--bias", "-1/2"),
    "tconv_step": ("--x", K22, "--k", K22, "--op", "tconv", "--step", "1,1"),
    "tconv_channels": ("--x", "1 2 | 3 4", "--k", "1 1 | 1 -1 || 1 0 | 0 2", "--op", "tconv"),
    "maxpool": ("--x", POOLED, "--k", "2", "--op", "maxpool"),
    "maxpool_padded": ("--x", "-1 -2; -3 -4", "--k", "2", "--op", "maxpool", "--p", "1"),
    "avgpool": ("--x", POOLED, "--k", "2x4", "--op", "average"),
    "avgpool_counted": ("--x", "3 6", "--k", "3", "--op", "avgpool", "--p", "1", "--s", "1"),
    "avgpool_excluded": (
        "--x", "3 6", "--k", "3", "--op", "avgpool", "--p", "1", "--s", "1", "--exclude-pad",
    ),
    "gradient": ("--x", "1 2 3; 4 5 6; 7 8 9", "--k", "1 2; 3 4", "--grad", "1 0; 0 -1"),
    "gradient_weights_step": (
        "--x", X44, "--k", "1 2; 3 4", "--op", "gradient", "--grad", "1 0 -1; 2 1 0; 0 1 1",
        "--wrt", "weights", "--step", "1,0",
    ),
    "gradient_tconv": ("--x", "1 2", "--k", "1 -1", "--op", "tconv", "--grad", "1 2 3"),
    "gradient_maxpool": ("--x", POOLED, "--k", "2", "--op", "maxpool", "--grad", "1 2; 3 4"),
    "gradient_avgpool": ("--x", "1 2 3", "--k", "2", "--s", "1", "--op", "avgpool", "--grad", "1 3"),
    "blank": ("--x", X33, "--k", K22, "--blank"),
    "blank_key": ("--x", X33, "--k", K22, "--blank", "--key"),
    "blank_channels": ("--x", "1 2 | 3 4", "--k", "1 | 2", "--bias", "5", "--blank"),
    "blank_maxpool": ("--x", POOLED, "--k", "2", "--op", "maxpool", "--blank"),
    "blank_tconv": ("--x", K22, "--k", K22, "--op", "tconv", "--blank"),
    "blank_gradient_maxpool": (
        "--x", POOLED, "--k", "2", "--op", "maxpool", "--grad", "1 2; 3 4", "--blank",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.unmeasured
def test_the_working_reads_as_before(
    name: str, convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    ran = convcalc("hand", *SHOWN[name], watched=True)
    assert ran.code == 0, ran.err
    golden(f"hand/{name}.txt", ran.out + ran.err)


@pytest.mark.parametrize(
    "name", ["conv_padded_stride", "avgpool", "tconv", "blank", "conv_channels_all"]
)
@pytest.mark.parametrize("form", ["json", "csv", "markdown", "latex", "html"])
def test_every_format_has_the_working(
    name: str, form: str, convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    ran = convcalc("hand", *SHOWN[name], "--format", form)
    assert (ran.code, ran.err and form) == (0, ran.err and "csv")
    golden(f"hand/{name}.{form}", ran.out)


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("columns", [30, 60, 80])
def test_a_narrow_terminal_cuts_no_number(name: str, columns: int, convcalc: Run) -> None:
    wide = convcalc("hand", *SHOWN[name]).out
    narrow = convcalc("hand", *SHOWN[name], columns=columns).out
    if columns >= 60:
        assert max(map(len, narrow.splitlines())) <= 80
    tokens = sorted(wide.split())
    assert sorted(narrow.split()) == tokens


def test_gradients_may_be_asked_for_one_at_a_time() -> None:
    for op in ("conv", "tconv"):
        dy = "1 2" if op == "conv" else "1 2 3 4"
        whole = solve(op, "1 2 3", "1 -1", grad=dy)
        for word, name in (("input", "dx"), ("weights", "dk"), ("bias", "db")):
            alone = solve(op, "1 2 3", "1 -1", grad=dy, wrt=(word,))
            assert [section.name for section in alone.sections] == [name]
            assert alone[name].result.tolist() == whole[name].result.tolist()  # type: ignore[union-attr]


def test_a_max_pool_in_rows_says_so(convcalc: Run) -> None:
    out = convcalc("hand", *SHOWN["maxpool"], "--format", "csv").out
    assert out.splitlines()[:2] == [
        "result,patch,products,value",
        '"y[0,0]",1 1; 5 6,"max(1, 1, 5, 6)",6',
    ]


def test_csv_rows_add_up(convcalc: Run) -> None:
    out = convcalc("hand", "--x", X44, "--k", "1 2; 3 4", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 9
    for row in rows:
        assert sum(map(int, row["products"].split(" + "))) == int(row["value"])
        patch = [int(cell) for cell in row["patch"].replace(";", " ").split()]
        assert sum(a * b for a, b in zip(patch, (1, 2, 3, 4))) == int(row["value"])


def test_a_blank_worksheet_gives_no_answer_away(convcalc: Run) -> None:
    for name in ("blank", "blank_maxpool", "blank_tconv", "blank_gradient_maxpool"):
        data = hand_json(convcalc, *SHOWN[name])
        assert "results" not in data
        assert not any({"value", "products", "sums"} & row.keys() for row in data["windows"])
    assert "25" not in convcalc("hand", *SHOWN["blank"]).out
    csv_text = convcalc("hand", *SHOWN["blank_gradient_maxpool"], "--format", "csv").out
    assert csv_text.splitlines()[1] == '"dx[0,0]",,,'
    csv_text = convcalc("hand", *SHOWN["blank_tconv"], "--format", "csv").out
    assert csv_text.splitlines()[1] == '"y[0,0]",,,,'


def test_the_key_has_the_answers(convcalc: Run) -> None:
    out = convcalc("hand", *SHOWN["blank_key"]).out
    sheet, key = out.split("answer key")
    assert "43" not in sheet
    assert "0 + 5 + 14 + 24 = 43" in key
    data = hand_json(convcalc, *SHOWN["blank_key"])
    assert data["results"]["y"] == [[[19, 25], [37, 43]]]


@pytest.mark.parametrize("name", ["blank", "blank_maxpool", "blank_tconv"])
def test_the_key_has_the_answers_in_formats_of_rows(name: str, convcalc: Run) -> None:
    open_ = tuple(word for word in SHOWN[name] if word != "--blank")
    worked_out = hand_json(convcalc, *open_)["windows"]
    assert hand_json(convcalc, *SHOWN[name], "--key")["windows"] == worked_out
    plain = list(csv.DictReader(io.StringIO(convcalc("hand", *open_, "--format", "csv").out)))
    text = convcalc("hand", *SHOWN[name], "--key", "--format", "csv").out
    keyed = list(csv.DictReader(io.StringIO(text)))
    for row, answer in zip(keyed, plain, strict=True):
        assert (row["products"], row["value"]) == ("", "")
        assert (row["products_key"], row["value_key"]) == (answer["products"], answer["value"])


def test_the_key_stands_after_a_worksheet_in_latex(convcalc: Run) -> None:
    given = ("hand", "--x", "1 2 3", "--k", "1 2", "--blank", "--format", "latex")
    sheet, key = convcalc(*given, "--key").out.split("\nanswer key \\\\\n")
    assert key.startswith("y[0] = 1 + 4 = 5 \\\\\ny[1] = 2 + 6 = 8 \\\\\n")
    assert sheet.count("[    ]") == 2
    assert "answer key" not in convcalc(*given).out


def test_a_mean_of_one_cell_is_one_step(convcalc: Run) -> None:
    out = convcalc("hand", "--x", "5 -3", "--k", "1", "--op", "avgpool", "--fit", "ceil").out
    assert "  5    5/1 = 5\n" in out
    assert "  -3    -3/1 = -3\n" in out


def test_all_shows_every_window(convcalc: Run) -> None:
    some = convcalc("hand", *SHOWN["conv_many"]).out
    assert "… 24 more windows: --all shows all, --step I,J one" in some
    everything = convcalc("hand", *SHOWN["conv_many"], "--all").out
    assert everything.count("x rows") == 49
    assert "more windows" not in everything


def test_a_large_matrix_is_not_written_out(convcalc: Run) -> None:
    large = "; ".join([" ".join(["1"] * 30)] * 30)
    out = convcalc("hand", "--x", large, "--k", "1 1; 1 1", "--step", "0,28").out
    assert "(too large to write out; --all does)" in out
    assert "1 + 1 + 1 + 1 = 4" in out
    out = convcalc("hand", "--x", large, "--k", "2", "--op", "tconv").out
    assert "x[0,0] = 1   on y" in out
    out = convcalc("hand", "--x", large, "--k", "15", "--op", "maxpool", "--grad", "1 2; 3 4").out
    assert "dy[0,0] = 1   to x[0,0], the largest of its window" in out
    footer = convcalc("hand", "--x", large, "--k", "1", "--format", "latex").out
    assert "x = 1" not in footer


def test_all_writes_a_large_matrix_out(convcalc: Run, tmp_path: Path) -> None:
    large = "; ".join([" ".join(["1"] * 21)] * 20)
    target = tmp_path / "sheet.md"
    given = ("hand", "--x", large, "--k", "1 1; 1 1", "--p", "1", "--s", "10", "--blank")
    convcalc(*given, "-o", str(target))
    assert "\n(too large to write out; --all does)" in target.read_text(encoding="utf-8")
    convcalc(*given, "--all", "-o", str(target))
    text = target.read_text(encoding="utf-8")
    assert "too large" not in text
    assert sum(line.split()[1:22] == ["1"] * 21 for line in text.splitlines()) == 20
    assert convcalc(*given, "--all", "--format", "latex").out.count("1 1 1 1") > 20


def test_a_report_of_the_working_from_python() -> None:
    report = hand_report(solve("conv", [[0, 1], [2, 3]], np.array([[1.5]])))
    assert "0 1.5" in str(report)
    with pytest.raises(KeyError):
        solve("conv", "1", "1")["dx"]


def test_a_result_goes_to_a_file(convcalc: Run, tmp_path: Path) -> None:
    target = tmp_path / "sheet.md"
    ran = convcalc("hand", "--x", X33, "--k", K22, "--blank", "--key", "-o", str(target))
    assert (ran.code, ran.out, ran.err) == (0, "", f"wrote {target}\n")
    text = target.read_text(encoding="utf-8")
    assert "answer key" in text
    assert text.startswith("```\nconv: x 3×3, k 2×2 → y 2×2\n")


# -------------------------------------------------------------------------------- matrices in


@pytest.mark.unmeasured
def test_every_way_to_give_a_matrix_gives_the_same(
    convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "x.csv": "0,1,2\n3,4,5\n6,7,8\n",
        "semicolons.csv": "0;1;2\n3;4;5\n6;7;8\n",
        "quoted.csv": '"0","1","2"\n"3","4","5"\n"6","7","8"\n',
        "rows.txt": "0 1 2; 3 4 5; 6 7 8\n",
        "ends.txt": "0 1 2;\r\n3 4 5;\r\n6 7 8;\r\n",
        "lists.txt": "[[0, 1, 2], [3, 4, 5], [6, 7, 8]]\n",
        "text.yaml": "x: 0 1 2; 3 4 5; 6 7 8\n",
        "block.yaml": "x: |\n  0 1 2\n  3 4 5\n  6 7 8\n",
        "tabs.txt": "0\t1\t2\n3\t4\t5\r\n6\t7\t8",
        "x.json": "[[0, 1, 2], [3, 4, 5], [6, 7, 8]]",
        "x.yaml": "- [0, 1, 2]\n- [3, 4, 5]\n- [6, 7, 8]\n",
        "both.yml": "x: [[0, 1, 2], [3, 4, 5], [6, 7, 8]]\nk: [[0, 1], [2, 3]]\n",
    }.items():
        Path(name).write_text(text, encoding="utf-8")
    np.save("x.npy", np.arange(9, dtype=np.int8).reshape(3, 3))
    np.save("floats.npy", np.asfortranarray(np.arange(9, dtype=np.float32).reshape(3, 3)))
    ways = [
        X33, "0,1,2;3,4,5;6,7,8", "[0 1 2; 3 4 5; 6 7 8;]", "[[0,1,2],[3,4,5],[6,7,8]]",
        "0 1 2\n3 4 5\n6 7 8", "0, 1, 2; 3, 4, 5; 6.0, 7., 8e0",
        "x.csv", "semicolons.csv", "quoted.csv", "rows.txt", "ends.txt", "lists.txt", "text.yaml",
        "block.yaml", "tabs.txt", "x.json", "x.yaml", "both.yml", "x.npy", "floats.npy",
    ]  # fmt: skip
    for way in ways:
        assert hand_json(convcalc, "--x", way, "--k", K22)["results"]["y"] == [[[19, 25], [37, 43]]]
    assert hand_json(convcalc, "--x", "both.yml", "--k", "both.yml")["results"]["y"][0][0][0] == 19


@pytest.mark.parametrize(
    "data",
    [b"0 1 2\n3 4 5\n6 7 8\n", b"0 1 2; 3 4 5; 6 7 8\n", b"[0 1 2; 3 4 5; 6 7 8]", b"x: '0 1 2; 3 4 5; 6 7 8'", b"[[0, 1, 2], [3, 4, 5], [6, 7, 8]]", b"- [0, 1, 2]\n- [3, 4, 5]\n- [6, 7, 8]", b"x: [[0, 1, 2], [3, 4, 5], [6, 7, 8]]", "npy"],
)  # fmt: skip
def test_standard_input_is_read_by_what_it_looks_like(
    data: bytes | str, convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(data, str):
        file = io.BytesIO()
        np.save(file, np.arange(9).reshape(3, 3))
        data = file.getvalue()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert hand_json(convcalc, "--x", "-", "--k", K22)["results"]["y"] == [[[19, 25], [37, 43]]]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1 2; 3 4", (2, 2)),
        ("1 2; 3 4 | 5 6; 7 8", (2, 2, 2)),
        ("1 2\n3 4\n\n5 6\n7 8\n", (2, 2, 2)),
        ("1 2;\n3 4;\n \n\n5 6;\n7 8;\n", (2, 2, 2)),
        ("1 2\n3 4\n|\n5 6\n7 8", (2, 2, 2)),
        ("1 2\n\n3 4\n\n||\n\n5 6\n\n7 8", (2, 2, 2)),
        ("1 2\n\n3 4", (2, 2)),
        ("[\n  1,\n  2\n]", (2,)),
        ("1,2\r3,4", (2, 2)),
    ],
)
def test_text_has_one_meaning_inline_in_a_file_and_on_standard_input(
    text: str, shape: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.txt"
    file.write_bytes(text.encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    found = inline(text, "--x")
    assert found.shape == shape
    assert read(str(file), "--x") == read("-", "--x") == found


def test_the_lines_of_a_file_are_counted_from_its_start(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("\n\n[[1, b]]\n", encoding="utf-8")
    with pytest.raises(ConvcalcError, match=r"x\.txt:3:6: --x contains 'b', which is not a number"):
        read(str(file), "--x")


def test_a_boolean_array_is_read_as_zeros_and_ones(tmp_path: Path) -> None:
    np.save(tmp_path / "mask.npy", np.array([[True, False], [False, True]]))
    assert read(str(tmp_path / "mask.npy"), "--x").cells == [1, 0, 0, 1]


def test_a_number_is_no_file_even_where_one_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("3").write_text("1 2\n", encoding="utf-8")
    assert read("3", "--x").cells == [3]


def test_a_file_that_may_not_be_read_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(UsageError) as caught:
        read("secret.csv", "--x")
    assert str(caught.value) == (
        "--x secret.csv: cannot be read: no permission to read it; change its permissions"
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.unmeasured
def test_a_broken_array_is_one_clear_error(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    np.save(tmp_path / "x.npy", np.arange(6).reshape(2, 3))
    whole = (tmp_path / "x.npy").read_bytes()
    for _ in range(40):
        data = np.frombuffer(whole, dtype=np.uint8).copy()
        places = rng.integers(8, 70, size=rng.integers(1, 6))
        data[places] = rng.choice(
            np.frombuffer(b"(((()[]{}'\",:\n\\0-x\xff\0", np.uint8), len(places)
        )
        cut = int(rng.integers(1, len(data))) if seed % 3 == 0 else len(data)
        (tmp_path / "x.npy").write_bytes(bytes(data[:cut]))
        with suppress(UsageError):
            found = read(str(tmp_path / "x.npy"), "--x")
            assert len(found.cells) == int(np.prod(found.shape))


def test_channels_and_filters_have_one_meaning_in_every_notation(tmp_path: Path) -> None:
    x, k = "1 2; 3 4 | 5 6; 7 8", "1 | 10 || 100 | 1000"
    ours = solve("conv", x, k)["y"].result.tolist()  # type: ignore[union-attr]
    assert ours == [[[51, 62], [73, 84]], [[5100, 6200], [7300, 8400]]]
    lists = solve(
        "conv", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[[[1]], [[10]]], [[[100]], [[1000]]]]
    )
    assert lists["y"].result.tolist() == ours  # type: ignore[union-attr]
    file = tmp_path / "x.csv"
    file.write_text("1,2\n3,4\n,\n5,6\n7,8\n\n\n", encoding="utf-8")
    assert solve("conv", read(str(file), "--x"), k)["y"].result.tolist() == ours  # type: ignore[union-attr]
    # A transposed convolution has the same inline notation, and PyTorch's lists: (channels, filters).
    inline_ = solve("tconv", x, k)["y"].result.tolist()  # type: ignore[union-attr]
    assert inline_ == ours
    nested = [[[[1]], [[100]]], [[[10]], [[1000]]]]
    assert solve("tconv", inline(x, "x"), nested)["y"].result.tolist() == ours  # type: ignore[union-attr]


def test_one_axis_in_front_of_nested_kernels_is_what_x_needs() -> None:
    two_filters = solve("conv", [[1, 2], [3, 4]], [[[1]], [[2]]])
    assert two_filters["y"].shape == (2, 2, 2)
    one_filter = solve("conv", [[[1, 2]], [[3, 4]]], [[[1]], [[2]]])
    assert one_filter["y"].result.tolist() == [[[7, 10]]]  # type: ignore[union-attr]
    assert solve("tconv", [[1, 2]], [[[1]], [[2]]])["y"].shape == (2, 1, 2)
    assert solve("tconv", [[[1, 2]], [[3, 4]]], [[[1]], [[2]]])["y"].shape == (1, 1, 2)
    flat = solve("conv", [[1, 2], [3, 4]], [[1], [10]], dims=1)
    assert flat["y"].result.tolist() == [[31, 42]]  # type: ignore[union-attr]


def test_a_single_row_lies_on_rows_as_a_matrix_of_one_row() -> None:
    assert solve("conv", "1 2; 3 5", "1 -1")["y"].result.tolist() == [[[-1], [-2]]]  # type: ignore[union-attr]
    assert solve("conv", "1 2", "1; 1", padding=(1, 0))["y"].shape == (1, 2, 2)


def test_words_of_padding_have_their_meaning() -> None:
    assert solve("conv", X33, "1 1; 1 1", padding="full")["y"].shape == (1, 4, 4)
    assert solve("conv", X33, "1 1; 1 1", padding="same")["y"].shape == (1, 3, 3)
    assert solve("conv", X33, "1 1; 1 1", padding="valid")["y"].shape == (1, 2, 2)
    causal = solve("conv", "1 2 3", "10 1", padding="causal")
    assert causal["y"].result.tolist() == [[1, 12, 23]]  # type: ignore[union-attr]
    assert solve("tconv", X33, K22, stride=2, padding="same")["y"].shape == (1, 6, 6)
    more = solve("tconv", "1 2", "1 1 1", stride=2, output_padding=1)
    assert more["y"].result.tolist() == [[1, 1, 3, 2, 2, 0]]  # type: ignore[union-attr]


# ----------------------------------------------------------------------------------- mistakes

BAD: list[tuple[tuple[str, ...], str]] = [
    (("--x", "nan 1", "--k", "1"), "--x: contains 'nan'; give finite numbers"),
    (("--x", "1 -inf", "--k", "1"), "--x: contains '-inf'; give finite numbers"),
    (("--x", "1 a", "--k", "1"), "--x: contains 'a', which is not a number; write 3, 0.5 or 1/16"),
    (("--x", "1_000", "--k", "1"), "--x: contains '1_000', which is not a number; write 3, 0.5 or 1/16"),
    (("--x", "1/0", "--k", "1"), "--x: divides by 0 in '1/0'; give another denominator"),
    (("--x", "1e400", "--k", "1"), "--x: contains '1e400'; use exponents of up to two digits"),
    (("--x", "9" * 41, "--k", "1"), "--x: has a number of 41 characters; use at most 40"),
    (("--x", "1 2; 3", "--k", "1"), "--x: row 0 is 2 long, but row 1 is 1 long; make them equal"),
    (("--x", "1 2; ; 3 4", "--k", "1"), "--x: has an empty row; give it numbers, or take it out"),
    (("--x", "1 2; 3 4 | 5 6", "--k", "1"), "--x: channel 0 is 2×2, but channel 1 is 1×2; make them equal"),
    (("--x", "1 | 2 || 3", "--k", "1"), "--x: filter 0 is 2×1, but filter 1 is 1×1; make them equal"),
    (("--x", "", "--k", "1"), "--x: is empty; give numbers, such as '0 1; 2 3'"),
    (("--x", "[]", "--k", "1"), "--x: is empty; give numbers, such as '0 1; 2 3'"),
    (("--x", "[[], []]", "--k", "1"), "--x: has an empty row; give it numbers, or take it out"),
    (("--x", "[[1, 2], 3]", "--k", "1"), "--x: row 0 is 2 long, but row 1 is a number; make them equal"),
    (("--x", "1,,2", "--k", "1"), "--x: '1,,2' has a comma without a number; write one, or 0"),
    (("--x", "[[1, no]]", "--k", "1"), "--x:1:6: --x contains 'no', which is not a number; write 3, 0.5 or 1/16\n  [[1, no]]\n       ^"),
    (("--x", "[[[[[1]]]]]", "--k", "1"), "--x:1:5: --x is nested more than 4 deep; give filters of channels of rows\n  [[[[[1]]]]]\n      ^"),
    (("--x", "[[1, 2]", "--k", "1"), "--x:1:1: not valid YAML: the [ here is not closed, or a comma is missing in it; close it with ]\n  [[1, 2]\n  ^"),
    (("--x", "{y: [[1]]}", "--k", "1"), "--x:1:1: has no x; write x: [[0, 1], [2, 3]]\n  {y: [[1]]}\n  ^"),
    (("--x", "nowhere.csv", "--k", "1"), "--x nowhere.csv: cannot be read: No such file or directory; check the name"),
    (("--x", "folder.csv", "--k", "1"), "--x folder.csv: is a folder; name a matrix in it"),
    (("--x", ".", "--k", "1"), "--x .: is a folder; name a matrix in it, in .yaml, .yml, .json, .csv, .txt, .npy"),
    (("--x", "foo.pdf", "--k", "1"), "--x: foo.pdf is not a kind of file that is read; give numbers, a file in .yaml, .yml, .json, .csv, .txt, .npy, or - for standard input"),
    (("--x", "n.npz", "--k", "1"), "--x: n.npz is not a kind of file that is read; give numbers, a file in .yaml, .yml, .json, .csv, .txt, .npy, or - for standard input"),
    (("--x", "1 2", "--k", "rows"), "no kernel 'rows'; convcalc kernel lists them"),
    (("--x", "rows", "--k", "1"), "--x: rows is not a kind of file that is read; give numbers, a file in .yaml, .yml, .json, .csv, .txt, .npy, or - for standard input"),
    (("--x", "ragged.yaml", "--k", "1"), "--x: ragged.yaml: row 0 is 2 long, but row 1 is 1 long; make them equal"),
    (("--x", "ragged.txt", "--k", "1"), "--x: ragged.txt: row 0 is 2 long, but row 1 is 1 long; make them equal"),
    (("--x", "text.yaml", "--k", "1"), "--x: text.yaml: contains 'a', which is not a number; write 3, 0.5 or 1/16"),
    (("--x", "empty.txt", "--k", "1"), "--x: empty.txt: is empty; give numbers, such as '0 1; 2 3'"),
    (("--x", "decimals.csv", "--k", "1"), "--x: decimals.csv: contains '\"1', which is not a number; write 3, 0.5 or 1/16"),
    (("--x", "brackets.npy", "--k", "1"), "--x: brackets.npy is not a whole .npy file; save it with numpy.save"),
    (("--x", "a\0.csv", "--k", "1"), "--x a\\x00.csv: is not a file name; check the name"),
    (("--x", "empty.csv", "--k", "1"), "--x: empty.csv: is empty; give numbers, a line per row"),
    (("--x", "empty.yaml", "--k", "1"), "--x: empty.yaml is empty; give numbers, such as [[0, 1], [2, 3]]"),
    (("--x", "comma.csv", "--k", "1"), "--x: comma.csv: '1,5;2,5' has both , and ; in it; write decimals with a point, and one of the two between numbers"),
    (("--x", "latin.csv", "--k", "1"), "latin.csv: not UTF-8 text (byte 0xe9 at 0); save it as UTF-8"),
    (("--x", "large.csv", "--k", "1"), "--x large.csv: larger than 4 MiB; by hand, use a matrix of up to 100,000 cells"),
    (("--x", "many.csv", "--k", "1"), "--x: many.csv: has 100,001 cells; by hand, use up to 100,000"),
    (("--x", "tag.yaml", "--k", "1"), "tag.yaml:1:1: the tag !!python/object/apply:os.getcwd is not allowed; leave it out\n  !!python/object/apply:os.getcwd []\n  ^"),
    (("--x", "nan.npy", "--k", "1"), "--x: nan.npy contains nan at [1]; give finite numbers"),
    (("--x", "far.npy", "--k", "1"), "--x: far.npy: contains '1e-300'; use exponents of up to two digits"),
    (("--x", "object.npy", "--k", "1"), "--x: object.npy contains object; give integers or floats of up to 64 bits"),
    (("--x", "complex.npy", "--k", "1"), "--x: complex.npy contains complex128; give integers or floats of up to 64 bits"),
    (("--x", "none.npy", "--k", "1"), "--x: none.npy has shape (0,); give 1 to 4 axes and 1 to 100,000 cells"),
    (("--x", "wide.npy", "--k", "1"), "--x: wide.npy has shape (1000000000000,); give 1 to 4 axes and 1 to 100,000 cells"),
    (("--x", "deep.npy", "--k", "1"), "--x: deep.npy has shape (1, 1, 1, 1, 1); give 1 to 4 axes and 1 to 100,000 cells"),
    (("--x", "cut.npy", "--k", "1"), "--x: cut.npy is not a whole .npy file; save it with numpy.save"),
    (("--x", "text.npy", "--k", "1"), "--x: text.npy is not a whole .npy file; save it with numpy.save"),
    (("--x", "1 2 3", "--k", "sobl_x"), "no kernel 'sobl_x'; did you mean 'sobel_x'?"),
    (("--x", "1 2 3", "--k", "zzzz"), "no kernel 'zzzz'; convcalc kernel lists them"),
    (("--x", "1", "--k", "1", "--op", "convv"), "--op: no operation 'convv'; did you mean 'conv'?"),
    (("--x", "1", "--k", "1", "--op", "zzz"), "--op: no operation 'zzz'; known: conv, tconv, maxpool, avgpool, gradient"),
    (("--x", "1", "--k", "1", "--op", "gradient"), "--op gradient needs the gradient that comes from above; give it with --grad"),
    (("--x", "1", "--k", "1 2", "--op", "maxpool"), "--k: maxpool has no weights, so '1 2' is not read; give its size, such as 2 or 2x3"),
    (("--x", "1", "--k", "two", "--op", "maxpool"), "--k must be a whole number, but is 'two'; write plain digits"),
    (("--x", "1", "--k", "0", "--op", "maxpool"), "maxpool: the window is 0; give 1 or more cells with --k"),
    (("--x", "1", "--k", "0x2", "--op", "maxpool"), "maxpool: the window is (0, 2); give 1 or more cells with --k"),
    (("--x", "1 2 3", "--k", "2x2", "--op", "maxpool"), "the window has 2 numbers, but there is 1 axis; give one number, or one per axis"),
    (("--x", X33, "--k", K22, "--s", "1x1x1"), "--s has 3 numbers, but there are 2 axes; give one number, or one per axis"),
    (("--x", X33, "--k", K22, "--s", "0"), "conv: stride is 0; give 1 or more"),
    (("--x", X33, "--k", K22, "--s", "1.5"), "--s must be a whole number, but is '1.5'; sizes and counts have no fractions"),
    (("--x", X33, "--k", K22, "--s", "9999"), "--s is 9,999; by hand, use up to 1,000"),
    (("--x", X33, "--k", K22, "--p", "0,9999"), "--p is 9,999; by hand, use up to 1,000"),
    (("--x", X33, "--k", K22, "--p", "-1"), "conv: padding is -1; give 0 or more"),
    (("--x", X33, "--k", K22, "--p", "sme"), "--p cannot be 'sme'; did you mean 'same'?"),
    (("--x", X33, "--k", K22, "--p", "causal"), "conv: causal padding is for one axis, not 2; give numbers"),
    (("--x", X33, "--k", K22, "--p", "1x1x1"), "conv: padding has 3 entries for 2 axes; give one number, 2 numbers or 2 [before, after] pairs"),
    (("--x", X33, "--k", K22, "--fit", "round"), "--fit cannot be 'round'; known: caffe, ceil, floor, strict"),
    (("--x", "1 2 3 4", "--k", "1 1", "--s", "3", "--fit", "strict"), "conv: windows 2 wide in steps of 3 leave 2 of the 0 + 4 + 0 = 4 cells of the row unread; change stride or padding, or use --fit floor or ceil"),
    (("--x", "1 2", "--k", "1 2 3"), "conv: a window 3 wide (--k 3, --d 1) does not fit the 0 + 2 + 0 = 2 cells of the row; raise padding or shrink the kernel"),
    (("--x", X33, "--k", "1; 1; 1; 1"), "conv: a window 4 wide (--k 4, --d 1) does not fit the 0 + 3 + 0 = 3 cells of the height; raise padding or shrink the kernel"),
    (("--x", X33, "--k", "1 1", "--d", "3"), "conv: a window 4 wide (--k 2, --d 3) does not fit the 0 + 3 + 0 = 3 cells of the width; raise padding or shrink the kernel"),
    (("--x", X33, "--k", K22, "--op", "tconv", "--a", "1"), "tconv: --a 1 with --s 1, --d 1 and padding (0, 0); give less than the larger of stride and dilation, and 0 with same"),
    (("--x", "1 2", "--k", "1 2", "--op", "tconv", "--p", "3"), "tconv: padding 3 + 3 cuts away all of the 3 cells of the row; lower padding"),
    (("--x", "1 2", "--k", "1", "--bias", "1 2"), "--bias has 2 numbers for 1 filter; give one each"),
    (("--x", "1 2", "--k", "1 || 2", "--bias", "1"), "--bias has 1 number for 2 filters; give one each"),
    (("--x", "1 2 | 3 4", "--k", "1"), "--k has kernels for 1 channel, but --x has 2; give one kernel per channel, with |, and separate filters with ||"),
    (("--x", "1 2", "--k", "1 | 2"), "--k has kernels for 2 channels, but --x has 1; give one kernel per channel, with |, and separate filters with ||"),
    (("--x", "1 2 || 3 4", "--k", "1"), "--x has 2 axes in front of its 1; give channels only, with |"),
    (("--x", "1 2; 3 4", "--k", "1", "--dims", "1"), "--x has rows, but --dims is 1; give one row per channel"),
    (("--x", "1 2", "--k", "1", "--dims", "3"), "--dims is 3; by hand, use 1 or 2"),
    (("--x", X33, "--k", K22, "--grad", "1 2"), "--grad is 2, but the result is 2×2; give one number for each of its cells"),
    (("--x", "1 2", "--k", "1 || 2", "--grad", "1"), "--grad is 1, but the result is 2×2; give one number for each of its cells"),
    (("--x", "1 2", "--k", "1", "--step", "2"), "--step 2: y has windows from 0 to 1; count from 0"),
    (("--x", X33, "--k", K22, "--step", "1"), "--step 1: y has windows from 0,0 to 1,1; count from 0"),
    (("--x", X33, "--k", K22, "--step", "a,b"), "--step must be a whole number, but is 'a'; write plain digits"),
    (("--x", K22, "--k", K22, "--op", "tconv", "--step", "3,0"), "--step 3,0: y has windows from 0,0 to 2,2; count from 0"),
    (("--x", X33, "--k", K22, "--grad", "1 2; 3 4", "--step", "0,0"), "--step: --grad gives several gradients; choose one with --wrt input, weights or bias"),
    (("--x", X33, "--k", K22, "--grad", "1 2; 3 4", "--wrt", "weight"), "--wrt: no gradient of conv with respect to 'weight'; did you mean 'weights'?"),
    (("--x", POOLED, "--k", "2", "--op", "max", "--grad", "1 2; 3 4", "--wrt", "bias"), "--wrt: no gradient of maxpool with respect to 'bias'; known: input"),
    (("--x", X33, "--k", K22, "--grad", "1 2; 3 4", "--wrt", ""), "--wrt: '' has a name missing; known: input, weights, bias"),
    (("--x", X33, "--k", K22, "--grad", "1 2; 3 4", "--wrt", "input,"), "--wrt: 'input,' has a name missing; known: input, weights, bias"),
    (("--x", X33, "--k", K22, "--wrt", ""), "--wrt has no meaning for conv; leave it out"),
    (("--x", X33, "--k", K22, "--wrt", "input"), "--wrt has no meaning for conv; leave it out"),
    (("--x", X33, "--k", K22, "--grad", "1 2; 3 4", "--flip"), "--flip has no meaning for a gradient of conv; leave it or --grad out"),
    (("--x", X33, "--k", K22, "--op", "tconv", "--flip"), "--flip has no meaning for tconv; leave it out"),
    (("--x", X33, "--k", K22, "--op", "tconv", "--fit", "ceil"), "--fit has no meaning for tconv; leave it out"),
    (("--x", X33, "--k", K22, "--a", "1"), "--output-padding has no meaning for conv; leave it out"),
    (("--x", X33, "--k", "2", "--op", "maxpool", "--bias", "1"), "--bias has no meaning for maxpool; leave it out"),
    (("--x", X33, "--k", "2", "--op", "maxpool", "--exclude-pad"), "--exclude-pad has no meaning for maxpool; leave it out"),
    (("--x", X33, "--k", "2", "--op", "avgpool", "--d", "2"), "--d has no meaning for avgpool; leave it out"),
    (("--x", "1 2", "--k", "1", "--op", "maxpool", "--p", "1"), "maxpool: the window y[0] lies on padding only, which has no maximum; lower --p"),
    (("--x", "1 2", "--k", "1", "--op", "maxpool", "--p", "1", "--grad", "1 2 3 4"), "maxpool: a window lies on padding only, which has no maximum; lower --p"),
    (("--x", "1 2", "--k", "1", "--op", "avgpool", "--p", "1", "--exclude-pad"), "avgpool: a window lies on padding only, which has no mean; lower --p"),
    (("--x", X33, "--k", K22, "--key"), "--key gives the answers to a worksheet; add --blank"),
    (("--x", "-", "--k", "-"), "only one matrix can come from standard input (-); put the others in files"),
    (("--x", "wide.csv", "--k", "wide.csv", "--p", "same"), "conv: 400,000,000 products are too many by hand (at most 200,000); --step I,J shows one window"),
    (("--x", "wide.csv", "--k", "wide.csv", "--op", "tconv"), "tconv: 400,000,000 products are too many by hand (at most 200,000); use smaller ones"),
    (("--x", "wide.csv", "--k", "wide.csv", "--d", "100"), "the kernel is 1,999,901 cells wide; by hand, use up to 100,000"),
    (("--x", "wide.csv", "--k", "1", "--op", "tconv", "--s", "500"), "tconv: 9,999,501 products are too many by hand (at most 200,000); use smaller ones"),
]  # fmt: skip


@pytest.fixture
def bad_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.csv").mkdir()
    texts = {
        "empty.csv": "\n\n",
        "empty.txt": "\n\n",
        "rows": "1 2\n",
        "ragged.yaml": "x:\n- [1, 2]\n- [3]\n",
        "ragged.txt": "1 2; 3\n",
        "text.yaml": "x: 1 a\n",
        "decimals.csv": '"1,5","2,5"\n',
        "empty.yaml": "# nothing\n",
        "comma.csv": "1,5;2,5\n",
        "large.csv": "1," * 2**21 + "1\n",
        "many.csv": "1 " * 100_001,
        "wide.csv": "1 " * 20_000,
        "tag.yaml": "!!python/object/apply:os.getcwd []\n",
        "text.npy": "1 2 3\n4 5 6\n",
    }
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")
    Path("latin.csv").write_bytes(b"\xe9 1\n")
    np.save("nan.npy", np.array([1.0, np.nan]))
    np.save("far.npy", np.array([1e-300]))
    np.save("object.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.save("complex.npy", np.array([1j]))
    np.save("none.npy", np.array([]))
    np.save("deep.npy", np.zeros((1, 1, 1, 1, 1)))
    np.save("cut.npy", np.arange(3))
    Path("cut.npy").write_bytes(Path("cut.npy").read_bytes()[:-8])
    header = Path("none.npy").read_bytes()
    Path("brackets.npy").write_bytes(header.replace(b"{'descr'", b"(((('des("))
    Path("wide.npy").write_bytes(
        header.replace(b"(0,), }           ", b"(1000000000000,), }")[: len(header)]
    )


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[m[:70] for _, m in BAD])
@pytest.mark.usefixtures("bad_files")
def test_a_mistake_is_said_whole(arguments: tuple[str, ...], message: str, convcalc: Run) -> None:
    ran = convcalc("hand", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"convcalc: {message}\n"


def test_a_huge_inline_matrix_is_refused_before_it_is_read() -> None:
    with pytest.raises(UsageError, match="larger than 4 MiB"):
        read("1 " * 2**22, "--x")


def test_python_gets_the_same_refusals() -> None:
    refusals: list[tuple[Callable[[], Any], str]] = [
        (lambda: solve("maxpool", "1"), "maxpool needs the size of its window; give it with --k 2 or --k 2x3"),
        (lambda: solve("conv", "1"), "conv needs a kernel; give it with --k '0 1; 2 3'"),
        (lambda: solve("conv", [float("nan")], [1]), "--x: contains 'nan'; give finite numbers"),
        (lambda: solve("conv", np.ones((1, 1, 1, 1, 1)), [1]), "--x: is nested 5 deep; give filters of channels of rows, 4 at most"),
        (lambda: solve("conv", [[[[[[1]]]]], [[[[[1, 2]]]]]], [1]), "--x: part 0 is 1×1×1×1×1, but part 1 is 1×1×1×1×2; make them equal"),
    ]  # fmt: skip
    for refused, message in refusals:
        with pytest.raises(UsageError) as caught:
            refused()
        assert str(caught.value) == message
    assert solve("conv", 3, 2)["y"].result.tolist() == [[6]]  # type: ignore[union-attr]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789 -+./,;|[]{}:#'\"eEnaif\n\t\0é−", max_size=40))
@pytest.mark.unmeasured
def test_any_text_is_a_matrix_or_one_clear_error(text: str) -> None:
    try:
        found = inline(text, "--x")
    except ConvcalcError as error:
        said = str(error)
        assert said.startswith("--x")
    else:
        assert len(found.cells) == int(np.prod(found.shape))


@settings(max_examples=200, deadline=None)
@given(st.fractions(-(10**12), 10**12, max_denominator=10**6) | st.integers(-(10**30), 10**30))
@pytest.mark.unmeasured
def test_a_number_is_read_as_it_is_written(value: Fraction | int) -> None:
    assert number(str(value)) == value
    assert number(str(value).replace("-", "−")) == value


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e60, max_value=1e60))
@pytest.mark.unmeasured
def test_a_decimal_is_what_its_digits_say(value: float) -> None:
    text = repr(value)
    if "e-" in text and len(text.split("e-")[1]) > 2:
        return
    assert float(number(text)) == value


def test_a_matrix_from_python_may_hold_texts_and_arrays() -> None:
    for value in ([["1/2", "1"]], np.ones((1, 2)), [[np.float64(0.5), 1]], [np.array([1, 2])]):
        assert matrices.as_matrix(value, "x").shape == (1, 2)


@pytest.mark.parametrize("value", [b"12", {1: 2}, {3}], ids=repr)
def test_what_holds_no_numbers_in_order_is_refused(value: Any) -> None:
    with pytest.raises(UsageError) as caught:
        matrices.as_matrix(value, "x")
    assert str(caught.value) == f"x: contains {value!r}; give numbers, in lists or an array"


def test_a_sum_with_thousands_of_digits_is_said_as_nearly_as_possible(
    convcalc: Any, tmp_path: Path
) -> None:
    path = tmp_path / "x.txt"
    path.write_text(" ".join(f"1/{10**18 + 2 * i + 1}" for i in range(300)), encoding="utf-8")
    for form in ("table", "json"):
        ran = convcalc("hand", "--x", str(path), "--k", str(path), "--format", form)
        assert ran.code == 0, ran.err
        assert "≈" in ran.out


def test_an_option_that_there_is_not_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no option 'strides'; did you mean 'stride'"):
        solve("conv", "1 2", "1", strides=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stride": "a"}, "--s must be a whole number, but is 'a'; give an int"),
        ({"stride": 1.5}, "--s must be a whole number, but is 1.5; sizes and counts have no fractions"),
        ({"padding": "sam"}, "--p cannot be 'sam'; did you mean 'same'?"),
        ({"padding": (1, "x")}, "--p must be a whole number, but is 'x'; give an int"),
        ({"step": 1}, "--step must be a list, but is 1; write it in [ ]"),
        ({"flip": "yes"}, "flip must be True or False, but is 'yes'"),
        ({"op": None}, "--op must be a text, but is None"),
        ({"wrt": 3, "grad": "1 2; 3 4"}, "--wrt must be a list, but is 3; write it in [ ]"),
        ({"op": "maxpool", "k": None, "size": "2"}, "--k must be a whole number, but is '2'; write 2"),
    ],
)  # fmt: skip
def test_wrong_values_of_a_program_are_one_clear_error(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConvcalcError) as caught:
        by_hand("1 2 3; 4 5 6; 7 8 9", options.pop("k", "1 0; 0 1"), **options)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "options",
    [
        {"stride": np.int64(2)},
        {"stride": None, "padding": None, "wrt": None, "step": None},
        {"padding": [[0, 1], [1, 0]]},
        {"step": np.array([1, 1])},
        {"wrt": "input, bias", "grad": [[1, 2], [3, 4]]},
        {"count_include_pad": np.bool_(False), "op": "avgpool", "k": None, "size": [2, 2]},
    ],
)
def test_a_program_may_give_lists_and_numpy_numbers(options: dict[str, Any]) -> None:
    assert str(by_hand("1 2 3; 4 5 6; 7 8 9", options.pop("k", "1 0; 0 1"), **options))
